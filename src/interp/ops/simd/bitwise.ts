// Operations on a vector's bits (spec 4.3.5): logic on all 128 of them, and tests that give an i32.

import type { VectorViews } from "./views.ts";

export function v128AnyTrue({ R }: VectorViews, d: number, a: number): void {
  R[d] = (R[a]! | R[a + 1]! | R[a + 2]! | R[a + 3]!) === 0 ? 0 : 1;
}

export function i8x16AllTrue({ R, I8 }: VectorViews, d: number, a: number): void {
  a <<= 2;
  let all = 1;
  for (let i = 0; i < 16; i++) if (I8[a + i]! === 0) all = 0;
  R[d] = all;
}

export function i16x8AllTrue({ R, I16 }: VectorViews, d: number, a: number): void {
  a <<= 1;
  let all = 1;
  for (let i = 0; i < 8; i++) if (I16[a + i]! === 0) all = 0;
  R[d] = all;
}

export function i32x4AllTrue({ R }: VectorViews, d: number, a: number): void {
  R[d] = R[a]! !== 0 && R[a + 1]! !== 0 && R[a + 2]! !== 0 && R[a + 3]! !== 0 ? 1 : 0;
}

export function i64x2AllTrue({ R }: VectorViews, d: number, a: number): void {
  R[d] = (R[a]! | R[a + 1]!) !== 0 && (R[a + 2]! | R[a + 3]!) !== 0 ? 1 : 0;
}

export function i16x8Bitmask({ R, I16 }: VectorViews, d: number, a: number): void {
  a <<= 1;
  let mask = 0;
  for (let i = 0; i < 8; i++) mask |= (I16[a + i]! >>> 31) << i;
  R[d] = mask;
}

export function i32x4Bitmask({ R }: VectorViews, d: number, a: number): void {
  let mask = 0;
  for (let i = 0; i < 4; i++) mask |= (R[a + i]! >>> 31) << i;
  R[d] = mask;
}

export function i64x2Bitmask({ R }: VectorViews, d: number, a: number): void {
  R[d] = (R[a + 1]! >>> 31) | ((R[a + 3]! >>> 31) << 1);
}
