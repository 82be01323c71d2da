// Where random bytes come from: the system, the embedder, or a seeded generator.
// Knows no guest memory.

import { asUint64 } from "../host.ts";
import { SEED } from "./options.ts";

/** Fills arrays with random bytes. */
export interface RandomSource {
  /** Fills `bytes` (at most 65,536 of them) whole. */
  fill(bytes: Uint8Array): void;
}

interface CryptoLike {
  getRandomValues(bytes: Uint8Array): unknown;
}

/**
 * The platform's cryptographic generator. Where there is none (QuickJS), the guest's first use throws: something
 * weaker must be the embedder's decision, `random: seededRandom(…)`.
 */
export function systemRandom(): RandomSource {
  return {
    fill(bytes) {
      // Looked up when it is wanted: in Node that loads a part of it, which takes some milliseconds.
      const { crypto } = globalThis as { crypto?: CryptoLike };
      if (typeof crypto?.getRandomValues !== "function") {
        throw new Error(
          "this environment has no secure random generator: give WASI one in its option `random`",
        );
      }
      crypto.getRandomValues(bytes);
    },
  };
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna), its four words seeded by SplitMix64 from a 64-bit seed; every output word gives
 * four bytes, lowest first. Repeatable on every platform, and not for secrets.
 * @throws TypeError for what is no integer
 */
export function seededRandom(seed: bigint | number): RandomSource {
  SEED.read(seed, "seededRandom: seed");
  let splitMix = asUint64(BigInt(seed));
  const word64 = (): bigint => {
    splitMix = asUint64(splitMix + 0x9e3779b97f4a7c15n);
    let z = splitMix;
    z = asUint64((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = asUint64((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
  const first = word64();
  const second = word64();
  let a = Number(first & 0xffffffffn) | 0;
  let b = Number(first >> 32n) | 0;
  let c = Number(second & 0xffffffffn) | 0;
  let d = Number(second >> 32n) | 0;
  const next = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  let word = 0;
  let left = 0;
  return {
    fill(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        if (left === 0) {
          word = next();
          left = 4;
        }
        bytes[i] = word & 255;
        word >>>= 8;
        left--;
      }
    },
  };
}
