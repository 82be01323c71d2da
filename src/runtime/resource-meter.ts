// Counts what a store's guests hold of one bounded resource.
// Owns the arithmetic of one budget; knows nothing of what is counted.

/** A budget that is reserved from and released to. Units are the caller's. */
export class ResourceMeter {
  readonly limit: number;
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes `amount` if it fits; otherwise changes nothing and returns false. */
  tryReserve(amount: number): boolean {
    if (this.#used + amount > this.limit) return false;
    this.#used += amount;
    return true;
  }

  release(amount: number): void {
    this.#used -= amount;
  }
}
