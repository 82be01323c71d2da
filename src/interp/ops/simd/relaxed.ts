// Relaxed SIMD in the deterministic profile (spec 4.3.6): every parameter R is 0. That makes most of these
// operations the strict ones: swizzle, trunc_sat, min, max, q15mulr_sat_s and bitselect (for laneselect);
// multiply-add is not fused. Here are those that have no strict twin.

import { putF32, putF64 } from "../numeric/float.ts";
import type { VectorViews } from "./views.ts";

/** a * b + c, rounded after each step. */
export function f32x4RelaxedMadd({ R, F }: VectorViews, d: number, a: number, b: number, c: number): void {
  for (let i = 0; i < 4; i++) putF32(R, F, d + i, Math.fround(F[a + i]! * F[b + i]!) + F[c + i]!);
}

/** -(a * b) + c, rounded after each step. */
export function f32x4RelaxedNmadd({ R, F }: VectorViews, d: number, a: number, b: number, c: number): void {
  for (let i = 0; i < 4; i++) putF32(R, F, d + i, Math.fround(-F[a + i]! * F[b + i]!) + F[c + i]!);
}

export function f64x2RelaxedMadd({ R, D }: VectorViews, d: number, a: number, b: number, c: number): void {
  for (let i = 0; i < 4; i += 2) {
    putF64(R, D, d + i, D[(a + i) >> 1]! * D[(b + i) >> 1]! + D[(c + i) >> 1]!);
  }
}

export function f64x2RelaxedNmadd({ R, D }: VectorViews, d: number, a: number, b: number, c: number): void {
  for (let i = 0; i < 4; i += 2) {
    putF64(R, D, d + i, -D[(a + i) >> 1]! * D[(b + i) >> 1]! + D[(c + i) >> 1]!);
  }
}

/** Products of signed bytes, added in pairs with saturation: only four times -128 exceeds the range. */
function dotPair(I8: Int8Array, a: number, b: number): number {
  return Math.min(I8[a]! * I8[b]! + I8[a + 1]! * I8[b + 1]!, 0x7fff);
}

export function i16x8RelaxedDotI8x16I7x16S({ I8, I16 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 1;
  a <<= 2;
  b <<= 2;
  for (let i = 0; i < 8; i++) I16[d + i] = dotPair(I8, a + 2 * i, b + 2 * i);
}

export function i32x4RelaxedDotI8x16I7x16AddS(
  { R, I8 }: VectorViews,
  d: number,
  a: number,
  b: number,
  c: number,
): void {
  a <<= 2;
  b <<= 2;
  for (let i = 0; i < 4; i++) {
    R[d + i] = dotPair(I8, a + 4 * i, b + 4 * i) + dotPair(I8, a + 4 * i + 2, b + 4 * i + 2) + R[c + i]!;
  }
}
