// What embedders and hosts hold for a store's guests on the heap of the JavaScript engine.

import type { StoreState } from "../runtime/store.ts";
import { Reservations } from "./reservations.ts";

/** A store's `hostHeapBytes`, for what is held outside of the engine. `store.hostHeap` gives it. */
export class HostHeapBudget {
  readonly #state: StoreState;
  readonly #reservations: Reservations;

  /** @internal */
  constructor(state: StoreState) {
    this.#state = state;
    this.#reservations = new Reservations(state, "hostHeap", "store.hostHeap");
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
    return this.#reservations.tryReserve(bytes);
  }

  /** Gives back what {@link tryReserve} has counted. @throws TypeError, RangeError for what is no number of bytes, or more than is reserved */
  release(bytes: number): void {
    this.#reservations.release(bytes);
  }
}
