// What embedders and hosts hold for a store's guests on the heap of the JavaScript engine.

import { COUNT } from "../checks/options.ts";
import type { StoreState } from "../runtime/store.ts";

/** A store's `hostHeapBytes`, for what is held outside of the engine. `store.hostHeap` gives it. */
export class HostHeapBudget {
  readonly #state: StoreState;
  #reserved = 0;

  /** @internal */
  constructor(state: StoreState) {
    this.#state = state;
  }

  /** Bytes that count against `hostHeapBytes` now: the engine's, and those that are reserved here. */
  get used(): number {
    return this.#state.hostHeap.used;
  }

  /**
   * Counts bytes; false, with nothing changed, if they do not fit, which `store.denied` shows as a `reservation`.
   * @throws TypeError, RangeError for what is no number of bytes
   */
  tryReserve(bytes: number): boolean {
    const { hostHeap, denials } = this.#state;
    if (!hostHeap.tryReserve(COUNT.read(bytes, "store.hostHeap.tryReserve"))) {
      denials.add("reservation", "hostHeapBytes", hostHeap.used + bytes, hostHeap.limit);
      return false;
    }
    this.#reserved += bytes;
    return true;
  }

  /** Gives back what {@link tryReserve} has counted. @throws TypeError, RangeError for what is no number of bytes, or more than is reserved */
  release(bytes: number): void {
    if (COUNT.read(bytes, "store.hostHeap.release") > this.#reserved)
      throw new RangeError(`store.hostHeap.release: only ${this.#reserved} bytes are reserved`);
    this.#reserved -= bytes;
    this.#state.hostHeap.release(bytes);
  }
}
