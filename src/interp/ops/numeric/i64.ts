// The i64 operations (spec 4.3.2) on pairs of int32 halves, low half first.
// Operands come by value, results go to R[d] (low) and R[d + 1] (high), so d may be an operand's register.
// No BigInt: under `--jitless` and in JavaScriptCore it costs up to 10 times as much as halves.

import { Trap } from "../../../errors.ts";
import { ctz as ctz32, popcnt as popcnt32 } from "./i32.ts";

const TWO_32 = 0x100000000;

export function addInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  const lo = (al + bl) | 0;
  R[d] = lo;
  // The sum wrapped exactly if it is below an operand, as unsigned numbers.
  R[d + 1] = (ah + bh + (lo >>> 0 < al >>> 0 ? 1 : 0)) | 0;
}

export function subInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  R[d] = (al - bl) | 0;
  R[d + 1] = (ah - bh - (al >>> 0 < bl >>> 0 ? 1 : 0)) | 0;
}

/** High 32 bits of the unsigned 64-bit product of two uint32 (given as int32 bits). */
export function mulHighU32(a: number, b: number): number {
  // Four 16-bit partial products: 5.2 ns a multiplication in V8's JIT; recovering the high half from the
  // rounded double product takes 11 ns there (and 200 instead of 250 ns under --jitless).
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const p01 = Math.imul(a0, b1);
  const p10 = Math.imul(a1, b0);
  const middle = (Math.imul(a0, b0) >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
  return (Math.imul(a1, b1) + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16)) | 0;
}

export function mulInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  R[d] = Math.imul(al, bl);
  R[d + 1] = (mulHighU32(al, bl) + Math.imul(al, bh) + Math.imul(ah, bl)) | 0;
}

/** Writes the negation of the i64 given. */
export function negateInto(R: Int32Array, d: number, al: number, ah: number): void {
  R[d] = -al | 0;
  R[d + 1] = (al === 0 ? -ah : ~ah) | 0;
}

/**
 * Writes the unsigned quotient, or the remainder if `wantRemainder`. The divisor is not zero.
 *
 * Doubles hold integers below 2^53 exactly, and the floor of their rounded quotient is then the true one:
 * the quotient nearest below an integer q is q - 1/b, and 1/b is more than half a unit in q's last place.
 * Node 20, random operands of all lengths: 16 to 20 ns with the JIT, 400 to 600 ns without; BigInts made of
 * the halves take 65 ns and 770 ns. A BigInt64Array over the registers would take 6 ns and 114 ns in V8, but
 * 10 times the halves in JavaScriptCore.
 */
function divideInto(
  R: Int32Array,
  d: number,
  al: number,
  ah: number,
  bl: number,
  bh: number,
  wantRemainder: boolean,
): void {
  const aLow = al >>> 0;
  const aHigh = ah >>> 0;
  const bLow = bl >>> 0;
  const bHigh = bh >>> 0;
  if (aHigh === 0 && bHigh === 0) {
    R[d] = wantRemainder ? aLow % bLow : aLow / bLow;
    R[d + 1] = 0;
    return;
  }
  const b = bHigh * TWO_32 + bLow;
  if (aHigh < 0x200000 && bHigh < 0x200000) {
    const a = aHigh * TWO_32 + aLow;
    const quotient = Math.floor(a / b);
    const result = wantRemainder ? a - quotient * b : quotient;
    R[d] = result | 0;
    R[d + 1] = (result / TWO_32) | 0;
    return;
  }
  if (b < 0x200000) {
    // Schoolbook, in two digits of 32 bits: the remainder followed by the low digit stays below 2^53.
    const high = Math.floor(aHigh / b);
    const rest = (aHigh - high * b) * TWO_32 + aLow;
    const low = Math.floor(rest / b);
    if (wantRemainder) {
      R[d] = rest - low * b;
      R[d + 1] = 0;
    } else {
      R[d] = low | 0;
      R[d + 1] = high | 0;
    }
    return;
  }
  // The quotient is below 2^43. An estimate that never exceeds it (the factor outweighs three roundings) is
  // low by at most one, so the remainder that belongs to it fits 64 unsigned bits and is below 2 b.
  const estimate = Math.floor(((aHigh * TWO_32 + aLow) / b) * (1 - 2 ** -50));
  let ql = estimate | 0;
  let qh = (estimate / TWO_32) | 0;
  const pl = Math.imul(ql, bl);
  const ph = (mulHighU32(ql, bl) + Math.imul(ql, bh) + Math.imul(qh, bl)) | 0;
  let rl = (al - pl) | 0;
  let rh = (ah - ph - (aLow < pl >>> 0 ? 1 : 0)) | 0;
  if (!ltU(rl, rh, bl, bh)) {
    const borrow = rl >>> 0 < bLow ? 1 : 0;
    rl = (rl - bl) | 0;
    rh = (rh - bh - borrow) | 0;
    ql = (ql + 1) | 0;
    if (ql === 0) qh = (qh + 1) | 0;
  }
  R[d] = wantRemainder ? rl : ql;
  R[d + 1] = wantRemainder ? rh : qh;
}

/** Traps with integer-divide-by-zero, and with integer-overflow for -2^63 / -1. */
export function divSInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  if ((bl | bh) === 0) throw new Trap("integer-divide-by-zero");
  if (ah === al >> 31 && bh === bl >> 31) {
    const quotient = al / bl;
    R[d] = quotient | 0;
    // -2^31 / -1 is 2^31: the sign is the quotient's, not that of its low half.
    R[d + 1] = quotient <= -1 ? -1 : 0;
    return;
  }
  if (al === 0 && ah === -0x80000000 && (bl & bh) === -1) throw new Trap("integer-overflow");
  signedInto(R, d, al, ah, bl, bh, false);
}

/** Traps with integer-divide-by-zero. */
export function divUInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  if ((bl | bh) === 0) throw new Trap("integer-divide-by-zero");
  divideInto(R, d, al, ah, bl, bh, false);
}

/** Traps with integer-divide-by-zero; -2^63 rem -1 is 0. */
export function remSInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  if ((bl | bh) === 0) throw new Trap("integer-divide-by-zero");
  if (ah === al >> 31 && bh === bl >> 31) {
    const remainder = (al % bl) | 0;
    R[d] = remainder;
    R[d + 1] = remainder >> 31;
    return;
  }
  signedInto(R, d, al, ah, bl, bh, true);
}

/** Traps with integer-divide-by-zero. */
export function remUInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  if ((bl | bh) === 0) throw new Trap("integer-divide-by-zero");
  divideInto(R, d, al, ah, bl, bh, true);
}

/** Signed division by way of magnitudes; a remainder takes the dividend's sign. The divisor is not zero. */
function signedInto(
  R: Int32Array,
  d: number,
  al: number,
  ah: number,
  bl: number,
  bh: number,
  wantRemainder: boolean,
): void {
  const negative = wantRemainder ? ah < 0 : (ah ^ bh) < 0;
  if (ah < 0) {
    ah = al === 0 ? -ah | 0 : ~ah;
    al = -al | 0;
  }
  if (bh < 0) {
    bh = bl === 0 ? -bh | 0 : ~bh;
    bl = -bl | 0;
  }
  divideInto(R, d, al, ah, bl, bh, wantRemainder);
  if (negative) negateInto(R, d, R[d]!, R[d + 1]!);
}

export function shlInto(R: Int32Array, d: number, al: number, ah: number, count: number): void {
  count &= 63;
  if (count === 0) {
    R[d] = al;
    R[d + 1] = ah;
  } else if (count < 32) {
    R[d] = al << count;
    R[d + 1] = (ah << count) | (al >>> (32 - count));
  } else {
    R[d] = 0;
    R[d + 1] = al << count; // JavaScript takes counts modulo 32
  }
}

export function shrSInto(R: Int32Array, d: number, al: number, ah: number, count: number): void {
  count &= 63;
  if (count === 0) {
    R[d] = al;
    R[d + 1] = ah;
  } else if (count < 32) {
    R[d] = (al >>> count) | (ah << (32 - count));
    R[d + 1] = ah >> count;
  } else {
    R[d] = ah >> count;
    R[d + 1] = ah >> 31;
  }
}

export function shrUInto(R: Int32Array, d: number, al: number, ah: number, count: number): void {
  count &= 63;
  if (count === 0) {
    R[d] = al;
    R[d + 1] = ah;
  } else if (count < 32) {
    R[d] = (al >>> count) | (ah << (32 - count));
    R[d + 1] = ah >>> count;
  } else {
    R[d] = ah >>> count;
    R[d + 1] = 0;
  }
}

export function rotlInto(R: Int32Array, d: number, al: number, ah: number, count: number): void {
  if ((count & 32) !== 0) {
    const swap = al;
    al = ah;
    ah = swap;
  }
  count &= 31;
  if (count === 0) {
    R[d] = al;
    R[d + 1] = ah;
  } else {
    R[d] = (al << count) | (ah >>> (32 - count));
    R[d + 1] = (ah << count) | (al >>> (32 - count));
  }
}

export function rotrInto(R: Int32Array, d: number, al: number, ah: number, count: number): void {
  rotlInto(R, d, al, ah, -count);
}

/** Number of leading zero bits, 0 to 64; the high half of the i64 result is 0. */
export function clz(lo: number, hi: number): number {
  return hi === 0 ? 32 + Math.clz32(lo) : Math.clz32(hi);
}

/** Number of trailing zero bits, 0 to 64; the high half of the i64 result is 0. */
export function ctz(lo: number, hi: number): number {
  return lo === 0 ? 32 + ctz32(hi) : ctz32(lo);
}

/** Number of set bits, 0 to 64; the high half of the i64 result is 0. */
export function popcnt(lo: number, hi: number): number {
  return popcnt32(lo) + popcnt32(hi);
}

export function eqz(lo: number, hi: number): boolean {
  return (lo | hi) === 0;
}

export function eq(al: number, ah: number, bl: number, bh: number): boolean {
  return al === bl && ah === bh;
}

export function ne(al: number, ah: number, bl: number, bh: number): boolean {
  return al !== bl || ah !== bh;
}

export function ltS(al: number, ah: number, bl: number, bh: number): boolean {
  return ah < bh || (ah === bh && al >>> 0 < bl >>> 0);
}

export function ltU(al: number, ah: number, bl: number, bh: number): boolean {
  return ah === bh ? al >>> 0 < bl >>> 0 : ah >>> 0 < bh >>> 0;
}

export function gtS(al: number, ah: number, bl: number, bh: number): boolean {
  return ltS(bl, bh, al, ah);
}

export function gtU(al: number, ah: number, bl: number, bh: number): boolean {
  return ltU(bl, bh, al, ah);
}

export function leS(al: number, ah: number, bl: number, bh: number): boolean {
  return !ltS(bl, bh, al, ah);
}

export function leU(al: number, ah: number, bl: number, bh: number): boolean {
  return !ltU(bl, bh, al, ah);
}

export function geS(al: number, ah: number, bl: number, bh: number): boolean {
  return !ltS(al, ah, bl, bh);
}

export function geU(al: number, ah: number, bl: number, bh: number): boolean {
  return !ltU(al, ah, bl, bh);
}
