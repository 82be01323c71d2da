// Where a store's fuel is kept between, and handed out to, runs of the interpreter.
// Owns the 64-bit books; the running loop counts down a 32-bit slice and knows nothing else.

/** A per-call or per-resume cap inside the store's budget. */
interface Cap {
  remaining: bigint;
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
  readonly #caps: Cap[] = [];

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
    this.#issue(available === undefined || available > wanted ? wanted : available);
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

  /** Which budget is the tighter one now. */
  get scope(): "store" | "call" {
    let tightest = this.#reserve;
    let scope: "store" | "call" = "store";
    for (const cap of this.#caps) {
      if (tightest === undefined || cap.remaining < tightest) {
        tightest = cap.remaining;
        scope = "call";
      }
    }
    return scope;
  }

  /** Puts a cap on what follows; returns the function that lifts it. Caps nest. */
  pushCap(amount: bigint): () => void {
    this.settle();
    const cap: Cap = { remaining: amount };
    this.#caps.push(cap);
    return () => {
      this.settle();
      this.#caps.splice(this.#caps.indexOf(cap), 1);
    };
  }

  /** Gives the unused rest of the slice back to the reserve and the caps. */
  settle(): void {
    if (this.counter !== 0) this.#issue(BigInt(-this.counter));
  }

  #available(): bigint | undefined {
    let available = this.#reserve;
    for (const cap of this.#caps) {
      if (available === undefined || cap.remaining < available) available = cap.remaining;
    }
    return available;
  }

  #issue(amount: bigint): void {
    if (this.#reserve !== undefined) this.#reserve -= amount;
    for (const cap of this.#caps) cap.remaining -= amount;
    this.#issued += amount;
    this.counter += Number(amount);
  }
}
