// Budgets of the embedder's that hold what WASI keeps for a guest in the host's memory.

import { objectWith } from "../checks/options.ts";
import { WasiError } from "./abi.ts";

/** What bytes can be charged to; a `Store` fits. */
export interface ChargedBudget {
  /** Takes bytes; false, with nothing changed, if they do not fit. */
  tryReserve(bytes: number): boolean;
  release(bytes: number): void;
}

/** A descriptor with what it stands for: the file system's handle, a position, its place in a table. */
export const DESCRIPTOR_BYTES = 384;

/**
 * What one WASI holds for its guest on the heap of the JavaScript engine, at what it takes there. The guest's store is known from
 * its first call on; what was held before is counted then.
 */
export class HostHeapAccount {
  #budget: ChargedBudget | undefined;
  #held = 0;

  /** Says whose budget it is, the first time. @throws WasiError `nomem` if what is held already does not fit */
  connect(budget: ChargedBudget | undefined): void {
    if (this.#budget !== undefined || budget === undefined) return;
    if (!budget.tryReserve(this.#held)) throw new WasiError("nomem");
    this.#budget = budget;
  }

  /** False, with nothing changed, if they do not fit. */
  tryTake(bytes: number): boolean {
    if (this.#budget?.tryReserve(bytes) === false) return false;
    this.#held += bytes;
    return true;
  }

  /** @throws WasiError `nomem` */
  take(bytes: number): void {
    if (!this.tryTake(bytes)) throw new WasiError("nomem");
  }

  release(bytes: number): void {
    this.#held -= bytes;
    this.#budget?.release(bytes);
  }

  /** Gives everything back: the guest has been reset, and what it held is gone. */
  retire(): void {
    this.#budget?.release(this.#held);
    this.#budget = NOBODYS;
  }
}

const NOBODYS: ChargedBudget = { tryReserve: () => true, release() {} };

/** The shape of an option `chargedTo`. */
export const CHARGED_BUDGET = /* @__PURE__ */ objectWith<ChargedBudget>(
  "a Store or other budget",
  "tryReserve",
  "release",
);
