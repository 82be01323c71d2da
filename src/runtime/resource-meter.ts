// Counts what a store's guests hold of one bounded resource.
// Owns the arithmetic of budgets; knows nothing of what is counted.

/** What is reserved from and released to. Units are the caller's. */
export interface Budget {
  /** How much more fits. */
  readonly free: number;
  /** Takes `amount` if it fits; otherwise changes nothing and returns false. */
  tryReserve(amount: number): boolean;
  release(amount: number): void;
}

/** One budget. */
export class ResourceMeter implements Budget {
  readonly limit: number;
  #used = 0;
  #peak = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  get free(): number {
    return this.limit - this.#used;
  }

  /** The most that was ever used. */
  get peak(): number {
    return this.#peak;
  }

  tryReserve(amount: number): boolean {
    if (this.#used + amount > this.limit) return false;
    this.#used += amount;
    if (this.#used > this.#peak) this.#peak = this.#used;
    return true;
  }

  /** Takes `amount` back that was given up for a moment, whether it fits or not. */
  reserve(amount: number): void {
    this.#used += amount;
  }

  release(amount: number): void {
    this.#used -= amount;
  }
}

/** Two budgets that the same bytes count against. */
export class JointBudget implements Budget {
  readonly #first: Budget;
  readonly #second: Budget;

  constructor(first: Budget, second: Budget) {
    this.#first = first;
    this.#second = second;
  }

  get free(): number {
    return Math.min(this.#first.free, this.#second.free);
  }

  tryReserve(amount: number): boolean {
    if (!this.#first.tryReserve(amount)) return false;
    if (this.#second.tryReserve(amount)) return true;
    this.#first.release(amount);
    return false;
  }

  release(amount: number): void {
    this.#first.release(amount);
    this.#second.release(amount);
  }
}
