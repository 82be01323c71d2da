// Operations between lanes of different widths (spec 4.3.5): extend, extmul, extadd_pairwise, narrow.
// The destination may be an operand: each loop runs in the direction in which it reads a lane before writing it.

import * as i64 from "../numeric/i64.ts";
import { clamp } from "./integer.ts";
import type { VectorViews } from "./views.ts";

export function i16x8ExtmulLowI8x16S({ I16, I8 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 1;
  a <<= 2;
  b <<= 2;
  for (let i = 7; i >= 0; i--) I16[d + i] = I8[a + i]! * I8[b + i]!;
}

export function i16x8ExtmulLowI8x16U({ I16, U8 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 1;
  a <<= 2;
  b <<= 2;
  for (let i = 7; i >= 0; i--) I16[d + i] = U8[a + i]! * U8[b + i]!;
}

export function i16x8ExtmulHighI8x16S({ I16, I8 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 1;
  a = (a << 2) + 8;
  b = (b << 2) + 8;
  for (let i = 0; i < 8; i++) I16[d + i] = I8[a + i]! * I8[b + i]!;
}

export function i16x8ExtmulHighI8x16U({ I16, U8 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 1;
  a = (a << 2) + 8;
  b = (b << 2) + 8;
  for (let i = 0; i < 8; i++) I16[d + i] = U8[a + i]! * U8[b + i]!;
}

export function i16x8ExtaddPairwiseI8x16S({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    R[d + i] = ((((x << 24) >> 24) + ((x << 16) >> 24)) & 0xffff) | ((((x << 8) >> 24) + (x >> 24)) << 16);
  }
}

export function i16x8ExtaddPairwiseI8x16U({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    R[d + i] = (x & 0x00ff00ff) + ((x >>> 8) & 0x00ff00ff);
  }
}

export function i32x4ExtmulLowI16x8S({ R, I16 }: VectorViews, d: number, a: number, b: number): void {
  a <<= 1;
  b <<= 1;
  for (let i = 3; i >= 0; i--) R[d + i] = I16[a + i]! * I16[b + i]!;
}

export function i32x4ExtmulLowI16x8U({ R, U16 }: VectorViews, d: number, a: number, b: number): void {
  a <<= 1;
  b <<= 1;
  for (let i = 3; i >= 0; i--) R[d + i] = Math.imul(U16[a + i]!, U16[b + i]!);
}

export function i32x4ExtmulHighI16x8S({ R, I16 }: VectorViews, d: number, a: number, b: number): void {
  a = (a << 1) + 4;
  b = (b << 1) + 4;
  for (let i = 0; i < 4; i++) R[d + i] = I16[a + i]! * I16[b + i]!;
}

export function i32x4ExtmulHighI16x8U({ R, U16 }: VectorViews, d: number, a: number, b: number): void {
  a = (a << 1) + 4;
  b = (b << 1) + 4;
  for (let i = 0; i < 4; i++) R[d + i] = Math.imul(U16[a + i]!, U16[b + i]!);
}

export function i32x4ExtaddPairwiseI16x8S({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    R[d + i] = ((x << 16) >> 16) + (x >> 16);
  }
}

export function i32x4ExtaddPairwiseI16x8U({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    R[d + i] = (x & 0xffff) + (x >>> 16);
  }
}

export function i64x2ExtendLowI32x4S({ R }: VectorViews, d: number, a: number): void {
  for (let i = 1; i >= 0; i--) {
    const x = R[a + i]!;
    R[d + 2 * i] = x;
    R[d + 2 * i + 1] = x >> 31;
  }
}

export function i64x2ExtmulLowI32x4S({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 1; i >= 0; i--) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    i64.mulInto(R, d + 2 * i, x, x >> 31, y, y >> 31);
  }
}

export function i64x2ExtendLowI32x4U({ R }: VectorViews, d: number, a: number): void {
  for (let i = 1; i >= 0; i--) {
    const x = R[a + i]!;
    R[d + 2 * i] = x;
    R[d + 2 * i + 1] = 0;
  }
}

export function i64x2ExtmulLowI32x4U({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 1; i >= 0; i--) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    i64.mulInto(R, d + 2 * i, x, 0, y, 0);
  }
}

export function i64x2ExtendHighI32x4S({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 2; i++) {
    const x = R[a + i + 2]!;
    R[d + 2 * i] = x;
    R[d + 2 * i + 1] = x >> 31;
  }
}

export function i64x2ExtmulHighI32x4S({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 2; i++) {
    const x = R[a + i + 2]!;
    const y = R[b + i + 2]!;
    i64.mulInto(R, d + 2 * i, x, x >> 31, y, y >> 31);
  }
}

export function i64x2ExtendHighI32x4U({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 2; i++) {
    const x = R[a + i + 2]!;
    R[d + 2 * i] = x;
    R[d + 2 * i + 1] = 0;
  }
}

export function i64x2ExtmulHighI32x4U({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 2; i++) {
    const x = R[a + i + 2]!;
    const y = R[b + i + 2]!;
    i64.mulInto(R, d + 2 * i, x, 0, y, 0);
  }
}

// Narrowing gathers whole words first, since both operands may be the destination.

/** Four int16 lanes from index `at`, clamped and packed into an int32. */
function narrow4(I16: Int16Array, at: number, min: number, max: number): number {
  return (
    (clamp(I16[at]!, min, max) & 0xff) |
    ((clamp(I16[at + 1]!, min, max) & 0xff) << 8) |
    ((clamp(I16[at + 2]!, min, max) & 0xff) << 16) |
    (clamp(I16[at + 3]!, min, max) << 24)
  );
}

/** Two int32 lanes from index `at`, clamped and packed into an int32. */
function narrow2(R: Int32Array, at: number, min: number, max: number): number {
  return (clamp(R[at]!, min, max) & 0xffff) | (clamp(R[at + 1]!, min, max) << 16);
}

export function i8x16NarrowI16x8S({ R, I16 }: VectorViews, d: number, a: number, b: number): void {
  a <<= 1;
  b <<= 1;
  const w0 = narrow4(I16, a, -0x80, 0x7f);
  const w1 = narrow4(I16, a + 4, -0x80, 0x7f);
  const w2 = narrow4(I16, b, -0x80, 0x7f);
  const w3 = narrow4(I16, b + 4, -0x80, 0x7f);
  R[d] = w0;
  R[d + 1] = w1;
  R[d + 2] = w2;
  R[d + 3] = w3;
}

export function i8x16NarrowI16x8U({ R, I16 }: VectorViews, d: number, a: number, b: number): void {
  a <<= 1;
  b <<= 1;
  const w0 = narrow4(I16, a, 0, 0xff);
  const w1 = narrow4(I16, a + 4, 0, 0xff);
  const w2 = narrow4(I16, b, 0, 0xff);
  const w3 = narrow4(I16, b + 4, 0, 0xff);
  R[d] = w0;
  R[d + 1] = w1;
  R[d + 2] = w2;
  R[d + 3] = w3;
}

export function i16x8NarrowI32x4S({ R }: VectorViews, d: number, a: number, b: number): void {
  const w0 = narrow2(R, a, -0x8000, 0x7fff);
  const w1 = narrow2(R, a + 2, -0x8000, 0x7fff);
  const w2 = narrow2(R, b, -0x8000, 0x7fff);
  const w3 = narrow2(R, b + 2, -0x8000, 0x7fff);
  R[d] = w0;
  R[d + 1] = w1;
  R[d + 2] = w2;
  R[d + 3] = w3;
}

export function i16x8NarrowI32x4U({ R }: VectorViews, d: number, a: number, b: number): void {
  const w0 = narrow2(R, a, 0, 0xffff);
  const w1 = narrow2(R, a + 2, 0, 0xffff);
  const w2 = narrow2(R, b, 0, 0xffff);
  const w3 = narrow2(R, b + 2, 0, 0xffff);
  R[d] = w0;
  R[d + 1] = w1;
  R[d + 2] = w2;
  R[d + 3] = w3;
}
