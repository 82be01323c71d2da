// The wide-arithmetic proposal: 128-bit addition, subtraction and 64 x 64 multiplication.
// Operands are registers, which lowering keeps inside the frame: hence `!`. Results go to R[d .. d + 3], low i64 first,
// as two adjacent operand slots. Knows nothing of frames or fuel.

import { mulHighU32 } from "./i64.ts";

/** i64.add128. `al`, `ah`, `bl`, `bh` are the Int32Array indices of the four i64 operands, in stack order. */
export function add128Into(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  // Sums of uint32 and carry stay below 2^53, and >>> 0 takes them modulo 2^32.
  const s0 = (R[al]! >>> 0) + (R[bl]! >>> 0);
  const s1 = (R[al + 1]! >>> 0) + (R[bl + 1]! >>> 0) + (s0 > 0xffffffff ? 1 : 0);
  const s2 = (R[ah]! >>> 0) + (R[bh]! >>> 0) + (s1 > 0xffffffff ? 1 : 0);
  const s3 = R[ah + 1]! + R[bh + 1]! + (s2 > 0xffffffff ? 1 : 0);
  put(R, d, s0 | 0, s1 | 0, s2 | 0, s3 | 0);
}

/** i64.sub128. Operands as in {@link add128Into}. */
export function sub128Into(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  const s0 = (R[al]! >>> 0) - (R[bl]! >>> 0);
  const s1 = (R[al + 1]! >>> 0) - (R[bl + 1]! >>> 0) - (s0 < 0 ? 1 : 0);
  const s2 = (R[ah]! >>> 0) - (R[bh]! >>> 0) - (s1 < 0 ? 1 : 0);
  const s3 = R[ah + 1]! - R[bh + 1]! - (s2 < 0 ? 1 : 0);
  put(R, d, s0 | 0, s1 | 0, s2 | 0, s3 | 0);
}

/** i64.mul_wide_u, from halves. */
export function mulWideUInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  const p01 = Math.imul(al, bh);
  const p10 = Math.imul(ah, bl);
  const s1 = (mulHighU32(al, bl) >>> 0) + (p01 >>> 0) + (p10 >>> 0);
  const s2 =
    (mulHighU32(al, bh) >>> 0) +
    (mulHighU32(ah, bl) >>> 0) +
    (Math.imul(ah, bh) >>> 0) +
    Math.floor(s1 / 0x100000000);
  const s3 = mulHighU32(ah, bh) + Math.floor(s2 / 0x100000000);
  put(R, d, Math.imul(al, bl), s1 | 0, s2 | 0, s3 | 0);
}

/** i64.mul_wide_s, from halves. */
export function mulWideSInto(R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number): void {
  mulWideUInto(R, d, al, ah, bl, bh);
  // Read as signed, a negative operand is 2^64 less: the product is the other operand times 2^64 less.
  let high = R[d + 3]!;
  let low = R[d + 2]!;
  if (ah < 0) {
    high = (high - bh - (low >>> 0 < bl >>> 0 ? 1 : 0)) | 0;
    low = (low - bl) | 0;
  }
  if (bh < 0) {
    high = (high - ah - (low >>> 0 < al >>> 0 ? 1 : 0)) | 0;
    low = (low - al) | 0;
  }
  R[d + 2] = low;
  R[d + 3] = high;
}

function put(R: Int32Array, d: number, s0: number, s1: number, s2: number, s3: number): void {
  R[d] = s0;
  R[d + 1] = s1;
  R[d + 2] = s2;
  R[d + 3] = s3;
}
