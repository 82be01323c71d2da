// Conversions between integers and floats (spec 4.3.4). i64 results go to R[d] (low) and R[d + 1] (high).
// An f32 is exact as a double, so the truncations serve both source types. Knows nothing of frames or fuel.

import { Trap } from "../../../errors.ts";

const TWO_32 = 0x100000000;
const TWO_63 = 0x8000000000000000;
const TWO_64 = 0x10000000000000000;

/** What a truncation that cannot succeed traps with. */
function truncationTrap(value: number): Trap {
  return new Trap(Number.isNaN(value) ? "invalid-conversion-to-integer" : "integer-overflow");
}

/** i32.trunc_f32_s, i32.trunc_f64_s. Traps with invalid-conversion-to-integer or integer-overflow. */
export function truncI32S(value: number): number {
  if (value > -0x80000001 && value < 0x80000000) return value | 0;
  throw truncationTrap(value);
}

/** i32.trunc_f32_u, i32.trunc_f64_u, as int32 bits. Traps with invalid-conversion-to-integer or integer-overflow. */
export function truncI32U(value: number): number {
  if (value > -1 && value < TWO_32) return value | 0;
  throw truncationTrap(value);
}

/** i64.trunc_f32_s, i64.trunc_f64_s. Traps with invalid-conversion-to-integer or integer-overflow. */
export function truncI64SInto(R: Int32Array, d: number, value: number): void {
  if (!(value >= -TWO_63 && value < TWO_63)) throw truncationTrap(value);
  putInteger(R, d, value);
}

/** i64.trunc_f32_u, i64.trunc_f64_u. Traps with invalid-conversion-to-integer or integer-overflow. */
export function truncI64UInto(R: Int32Array, d: number, value: number): void {
  if (!(value > -1 && value < TWO_64)) throw truncationTrap(value);
  putInteger(R, d, value);
}

/** i32.trunc_sat_f32_s, i32.trunc_sat_f64_s. */
export function truncSatI32S(value: number): number {
  if (value >= 0x7fffffff) return 0x7fffffff;
  if (value <= -0x80000000) return -0x80000000;
  return value | 0; // NaN becomes 0
}

/** i32.trunc_sat_f32_u, i32.trunc_sat_f64_u, as int32 bits. */
export function truncSatI32U(value: number): number {
  if (value >= 0xffffffff) return -1;
  return value > 0 ? value | 0 : 0;
}

/** i64.trunc_sat_f32_s, i64.trunc_sat_f64_s. */
export function truncSatI64SInto(R: Int32Array, d: number, value: number): void {
  if (value >= TWO_63) {
    R[d] = -1;
    R[d + 1] = 0x7fffffff;
  } else if (value <= -TWO_63) {
    R[d] = 0;
    R[d + 1] = -0x80000000;
  } else {
    putInteger(R, d, Number.isNaN(value) ? 0 : value);
  }
}

/** i64.trunc_sat_f32_u, i64.trunc_sat_f64_u. */
export function truncSatI64UInto(R: Int32Array, d: number, value: number): void {
  if (value >= TWO_64) {
    R[d] = -1;
    R[d + 1] = -1;
  } else if (value > 0) {
    putInteger(R, d, value);
  } else {
    R[d] = 0;
    R[d + 1] = 0;
  }
}

/** Writes the integer part of a number in (-2^64, 2^64), modulo 2^64. */
function putInteger(R: Int32Array, d: number, value: number): void {
  const integer = Math.trunc(value);
  // Both steps are exact: a division by a power of two, then a remainder of at most 32 of the 53 bits.
  const high = Math.floor(integer / TWO_32);
  R[d] = (integer - high * TWO_32) | 0;
  R[d + 1] = high | 0;
}

/** f64.convert_i64_s: one rounding, since both halves are exact in a double. */
export function i64SToF64(lo: number, hi: number): number {
  return hi * TWO_32 + (lo >>> 0);
}

/** f64.convert_i64_u. */
export function i64UToF64(lo: number, hi: number): number {
  return (hi >>> 0) * TWO_32 + (lo >>> 0);
}

/** f32.convert_i64_s. */
export function i64SToF32(lo: number, hi: number): number {
  const exact = hi >= -0x200000 && hi < 0x200000;
  return Math.fround(hi * TWO_32 + ((exact ? lo : stickyLow(lo)) >>> 0));
}

/** f32.convert_i64_u. */
export function i64UToF32(lo: number, hi: number): number {
  const high = hi >>> 0;
  return Math.fround(high * TWO_32 + ((high < 0x200000 ? lo : stickyLow(lo)) >>> 0));
}

/**
 * Makes a 64-bit integer of 2^53 or more exact in a double, so that rounding it to f32 rounds only once.
 * An f32 of that size ends at bit 30 or above: for rounding, it only matters whether the low 12 bits are all
 * zero, and one bit says that (rounding to odd).
 */
function stickyLow(lo: number): number {
  return (lo & 0xfff) === 0 ? lo : (lo & ~0xfff) | 0x800;
}

/** f32.convert_i32_u; the signed one is Math.fround, f64's are the number itself (`value >>> 0` unsigned). */
export function i32UToF32(value: number): number {
  return Math.fround(value >>> 0);
}
