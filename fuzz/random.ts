// Reproducible randomness for generators: the same seed gives the same sequence on every machine.
// Owns the number stream and the choice helpers; knows nothing of WebAssembly.

/** A seeded stream (sfc32). Not for cryptography. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Any number; different seeds give unrelated streams. */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = 0x5eed;
    for (let k = 0; k < 12; k++) this.u32();
  }

  u32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.u32() / 2 ** 32) * bound);
  }

  /** An integer from `low` to `high`, both possible. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.u32() < probability * 2 ** 32;
  }

  /** @throws RangeError for an empty list */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("nothing to pick from");
    return items[this.below(items.length)] as T;
  }

  /** Picks by weight; weights are positive. */
  weighted<T>(items: readonly (readonly [number, T])[]): T {
    let total = 0;
    for (const [weight] of items) total += weight;
    let at = this.below(2 ** 30) * (total / 2 ** 30);
    for (const [weight, item] of items) {
      at -= weight;
      if (at < 0) return item;
    }
    return (items.at(-1) as readonly [number, T])[1];
  }
}
