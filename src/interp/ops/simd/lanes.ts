// Moving lanes (spec 4.3.5): extract_lane, replace_lane, shuffle, swizzle. All move bits.

import type { VectorViews } from "./views.ts";

/** Copies a vector. */
export function copyVector({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = R[a + i]!;
}

export function i8x16ExtractLaneS({ R, I8 }: VectorViews, d: number, a: number, lane: number): void {
  R[d] = I8[(a << 2) + lane]!;
}

export function i8x16ExtractLaneU({ R, U8 }: VectorViews, d: number, a: number, lane: number): void {
  R[d] = U8[(a << 2) + lane]!;
}

export function i16x8ExtractLaneS({ R, I16 }: VectorViews, d: number, a: number, lane: number): void {
  R[d] = I16[(a << 1) + lane]!;
}

export function i16x8ExtractLaneU({ R, U16 }: VectorViews, d: number, a: number, lane: number): void {
  R[d] = U16[(a << 1) + lane]!;
}

export function i8x16ReplaceLane(v: VectorViews, d: number, a: number, b: number, lane: number): void {
  const x = v.R[b]!;
  copyVector(v, d, a);
  v.I8[(d << 2) + lane] = x;
}

export function i16x8ReplaceLane(v: VectorViews, d: number, a: number, b: number, lane: number): void {
  const x = v.R[b]!;
  copyVector(v, d, a);
  v.I16[(d << 1) + lane] = x;
}

/** Also f64x2.replace_lane. */
export function i64x2ReplaceLane(v: VectorViews, d: number, a: number, b: number, lane: number): void {
  const { R } = v;
  const lo = R[b]!;
  const hi = R[b + 1]!;
  copyVector(v, d, a);
  R[d + 2 * lane] = lo;
  R[d + 2 * lane + 1] = hi;
}

/** i8x16.shuffle: `bytes` choose among the 32 of `a` and `b`. */
export function i8x16Shuffle(
  { R, U8 }: VectorViews,
  d: number,
  a: number,
  b: number,
  bytes: Uint8Array,
): void {
  a <<= 2;
  b = (b << 2) - 16;
  const w0 = shuffle4(U8, a, b, bytes, 0);
  const w1 = shuffle4(U8, a, b, bytes, 4);
  const w2 = shuffle4(U8, a, b, bytes, 8);
  const w3 = shuffle4(U8, a, b, bytes, 12);
  R[d] = w0;
  R[d + 1] = w1;
  R[d + 2] = w2;
  R[d + 3] = w3;
}

function shuffle4(U8: Uint8Array, a: number, b: number, bytes: Uint8Array, offset: number): number {
  let word = 0;
  for (let i = 3; i >= 0; i--) {
    const from = bytes[offset + i]!;
    word = (word << 8) | U8[(from < 16 ? a : b) + from]!;
  }
  return word;
}

/** i8x16.swizzle: bytes of `a` chosen by those of `b`; 0 where the index is 16 or more. */
export function i8x16Swizzle({ R, U8 }: VectorViews, d: number, a: number, b: number): void {
  a <<= 2;
  b <<= 2;
  const w0 = swizzle4(U8, a, b);
  const w1 = swizzle4(U8, a, b + 4);
  const w2 = swizzle4(U8, a, b + 8);
  const w3 = swizzle4(U8, a, b + 12);
  R[d] = w0;
  R[d + 1] = w1;
  R[d + 2] = w2;
  R[d + 3] = w3;
}

function swizzle4(U8: Uint8Array, a: number, b: number): number {
  let word = 0;
  for (let i = 3; i >= 0; i--) {
    const from = U8[b + i]!;
    word = (word << 8) | (from < 16 ? U8[a + from]! : 0);
  }
  return word;
}
