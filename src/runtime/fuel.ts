// Where a store's fuel is kept between, and handed out to, runs of the interpreter.
// Owns the 64-bit books; the running loop counts down a 32-bit slice and knows nothing else.

/** What did not cover the next instruction. */
export type FuelScope = "store" | "call" | "quantum";

/** A per-call or per-resume cap inside the store's budget. */
interface Cap {
  /** Below zero once a quantum has been overdrawn. */
  remaining: bigint;
  /** Whether it is no budget, but only says when to pause: where a run cannot pause, it is overdrawn. */
  readonly isQuantum: boolean;
}

/**
 * Invariant: fuel consumed = `issued - counter`. While the loop runs it holds the counter in a
 * local variable; it stores the exact value back before anything that may look.
 */
export class FuelMeter {
  /** What is left of the slices handed out. */
  counter = 0;
  #issued = 0n;
  #reserve: bigint | undefined;
  /** Caps on what runs now, outermost first. Whoever puts one there shortens the array again, see {@link pushCap}. */
  readonly caps: Cap[] = [];
  /** Whether quanta may be overdrawn, as what runs now cannot pause. To be settled before it changes. */
  overdraws = false;

  constructor(limit: bigint | undefined) {
    this.#reserve = limit;
  }

  get consumed(): bigint {
    return this.#issued - BigInt(this.counter);
  }

  /** `undefined`: unlimited. */
  get remaining(): bigint | undefined {
    return this.#reserve === undefined ? undefined : this.#reserve + BigInt(this.counter);
  }

  /** Raises the limit; on an unlimited store it does nothing. */
  add(amount: bigint): void {
    if (this.#reserve !== undefined) this.#reserve += amount;
  }

  /**
   * Tries to raise the counter to at least `needed` (≥ 0), and by `slice` if there is as much, out of the store's reserve and
   * every cap. Returns false, with the books unchanged, when one of them does not cover what is needed.
   */
  refill(needed: number, slice: bigint): boolean {
    const missing = BigInt(needed - this.counter);
    if (missing > 0n) {
      const available = this.#available();
      if (available !== undefined && available < missing) return false;
    }
    const wanted = missing > slice ? missing : slice;
    const available = this.#available();
    if (available === undefined || available > wanted) this.#issue(wanted);
    else if (available > 0n) this.#issue(available);
    return true;
  }

  /** Takes `amount` for host work or a variable cost: all of it, or nothing and false. */
  tryCharge(amount: bigint): boolean {
    const available = this.#available();
    if (available !== undefined && available + BigInt(this.counter) < amount) return false;
    this.settle();
    this.#issue(amount);
    this.counter -= Number(amount);
    return true;
  }

  /** Gives back what {@link tryCharge} took. */
  refund(amount: bigint): void {
    this.#issue(-amount);
    this.counter += Number(amount);
  }

  /** Which bound is the tightest one now. */
  get scope(): FuelScope {
    let tightest = this.#reserve;
    let scope: FuelScope = "store";
    for (const cap of this.caps) {
      if (!this.#binds(cap)) continue;
      if (tightest === undefined || cap.remaining < tightest) {
        tightest = cap.remaining;
        scope = cap.isQuantum ? "quantum" : "call";
      }
    }
    return scope;
  }

  /**
   * Puts a cap on what follows, until {@link caps} is as long as before. That is done without a call, where the host's
   * stack may be used up; {@link settle} then gives back what is left of the slice.
   */
  pushCap(amount: bigint, isQuantum = false): void {
    this.settle();
    this.caps.push({ remaining: amount, isQuantum });
  }

  #binds({ isQuantum }: Cap): boolean {
    return !(isQuantum && this.overdraws);
  }

  /** Gives the unused rest of the slice back to the reserve and the caps. */
  settle(): void {
    if (this.counter !== 0) this.#issue(BigInt(-this.counter));
  }

  /** Gives `amount` of the slice back, which it has. */
  giveBack(amount: number): void {
    if (amount > 0) this.#issue(BigInt(-amount));
  }

  #available(): bigint | undefined {
    let available = this.#reserve;
    for (const cap of this.caps) {
      if (!this.#binds(cap)) continue;
      if (available === undefined || cap.remaining < available) available = cap.remaining;
    }
    return available;
  }

  #issue(amount: bigint): void {
    if (this.#reserve !== undefined) this.#reserve -= amount;
    for (const cap of this.caps) cap.remaining -= amount;
    this.#issued += amount;
    this.counter += Number(amount);
  }
}
