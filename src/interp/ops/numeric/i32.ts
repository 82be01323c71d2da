// The i32 operations that are more than one JavaScript operator (spec 4.3.2).
// Pure functions of int32 numbers; know nothing of registers, frames or fuel.

import { Trap } from "../../../errors.ts";

/** Number of set bits, 0 to 32. */
export function popcnt(a: number): number {
  a -= (a >>> 1) & 0x55555555;
  a = (a & 0x33333333) + ((a >>> 2) & 0x33333333);
  return Math.imul((a + (a >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Number of trailing zero bits, 0 to 32. */
export function ctz(a: number): number {
  // The lowest set bit alone; clz32(0) is 32, so zero needs its own answer.
  return a === 0 ? 32 : 31 - Math.clz32(a & -a);
}

export function rotl(a: number, count: number): number {
  return (a << count) | (a >>> -count);
}

export function rotr(a: number, count: number): number {
  return (a >>> count) | (a << -count);
}

/** Traps with integer-divide-by-zero, and with integer-overflow for -2^31 / -1. */
export function divS(a: number, b: number): number {
  if (b === 0) throw new Trap("integer-divide-by-zero");
  if (b === -1 && a === -0x80000000) throw new Trap("integer-overflow");
  return (a / b) | 0;
}

/** Traps with integer-divide-by-zero. */
export function divU(a: number, b: number): number {
  if (b === 0) throw new Trap("integer-divide-by-zero");
  return ((a >>> 0) / (b >>> 0)) | 0;
}

/** Traps with integer-divide-by-zero; -2^31 rem -1 is 0. */
export function remS(a: number, b: number): number {
  if (b === 0) throw new Trap("integer-divide-by-zero");
  return (a % b) | 0;
}

/** Traps with integer-divide-by-zero. */
export function remU(a: number, b: number): number {
  if (b === 0) throw new Trap("integer-divide-by-zero");
  return ((a >>> 0) % (b >>> 0)) | 0;
}
