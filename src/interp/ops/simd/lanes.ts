// Moving lanes (spec 4.3.5): constants, splat, extract_lane, replace_lane, shuffle, swizzle. All move bits.

import type { VectorViews } from "./views.ts";

/** Copies a vector. */
export function copyVector({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = R[a + i]!;
}

/** v128.const: the 16 bytes at `offset`. */
export function v128Const({ U8 }: VectorViews, d: number, bytes: Uint8Array, offset: number): void {
  d <<= 2;
  for (let i = 0; i < 16; i++) U8[d + i] = bytes[offset + i]!;
}

/** Stores one word into all four. */
function fill(R: Int32Array, d: number, word: number): void {
  R[d] = word;
  R[d + 1] = word;
  R[d + 2] = word;
  R[d + 3] = word;
}

export function i8x16Splat({ R }: VectorViews, d: number, a: number): void {
  fill(R, d, Math.imul(R[a]! & 0xff, 0x01010101));
}

export function i16x8Splat({ R }: VectorViews, d: number, a: number): void {
  fill(R, d, Math.imul(R[a]! & 0xffff, 0x00010001));
}

/** Also f32x4.splat. */
export function i32x4Splat({ R }: VectorViews, d: number, a: number): void {
  fill(R, d, R[a]!);
}

/** Also f64x2.splat. */
export function i64x2Splat({ R }: VectorViews, d: number, a: number): void {
  const lo = R[a]!;
  const hi = R[a + 1]!;
  R[d] = lo;
  R[d + 1] = hi;
  R[d + 2] = lo;
  R[d + 3] = hi;
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

/** Also f32x4.extract_lane. */
export function i32x4ExtractLane({ R }: VectorViews, d: number, a: number, lane: number): void {
  R[d] = R[a + lane]!;
}

/** Also f64x2.extract_lane. */
export function i64x2ExtractLane({ R }: VectorViews, d: number, a: number, lane: number): void {
  const at = a + 2 * lane;
  R[d] = R[at]!;
  R[d + 1] = R[at + 1]!;
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

/** Also f32x4.replace_lane. */
export function i32x4ReplaceLane(v: VectorViews, d: number, a: number, b: number, lane: number): void {
  const x = v.R[b]!;
  copyVector(v, d, a);
  v.R[d + lane] = x;
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

/** i8x16.shuffle: the 16 bytes at `offset` choose among the 32 of `a` and `b`. */
export function i8x16Shuffle(
  { R, U8 }: VectorViews,
  d: number,
  a: number,
  b: number,
  bytes: Uint8Array,
  offset: number,
): void {
  a <<= 2;
  b = (b << 2) - 16;
  const w0 = shuffle4(U8, a, b, bytes, offset);
  const w1 = shuffle4(U8, a, b, bytes, offset + 4);
  const w2 = shuffle4(U8, a, b, bytes, offset + 8);
  const w3 = shuffle4(U8, a, b, bytes, offset + 12);
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
