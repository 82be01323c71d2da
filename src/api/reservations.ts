// What an embedder has reserved of one of a store's limits, for what it holds for the store's guests.

import { COUNT } from "../checks/options.ts";
import type { StoreState } from "../runtime/store.ts";

/** The limits of which an embedder can reserve, by the budget that they bound. */
const LIMITS = { total: "totalBytes", hostHeap: "hostHeapBytes" } as const;

export class Reservations {
  readonly #state: StoreState;
  readonly #budget: keyof typeof LIMITS;
  /** As the embedder calls what reserves. */
  readonly #name: string;
  #reserved = 0;

  constructor(state: StoreState, budget: keyof typeof LIMITS, name: string) {
    this.#state = state;
    this.#budget = budget;
    this.#name = name;
  }

  /** False, with nothing changed but what is denied, if they do not fit. @throws TypeError, RangeError for what is no number of bytes */
  tryReserve(bytes: number): boolean {
    const budget = this.#state[this.#budget];
    if (!budget.tryReserve(COUNT.read(bytes, `${this.#name}.tryReserve`))) {
      this.#state.denials.add("reservation", LIMITS[this.#budget], budget.used + bytes, budget.limit);
      return false;
    }
    this.#reserved += bytes;
    return true;
  }

  /** @throws TypeError, RangeError for what is no number of bytes, or more than is reserved */
  release(bytes: number): void {
    if (COUNT.read(bytes, `${this.#name}.release`) > this.#reserved)
      throw new RangeError(`${this.#name}.release: only ${this.#reserved} bytes are reserved`);
    this.#reserved -= bytes;
    this.#state[this.#budget].release(bytes);
  }
}
