// Lane-wise shifts (spec 4.3.5). `count` is an i32, taken modulo the lane's width.

import * as i64 from "../numeric/i64.ts";
import type { VectorViews } from "./views.ts";

export function i8x16Shl({ I8 }: VectorViews, d: number, a: number, count: number): void {
  count &= 7;
  d <<= 2;
  a <<= 2;
  for (let i = 0; i < 16; i++) I8[d + i] = I8[a + i]! << count;
}

export function i8x16ShrS({ I8 }: VectorViews, d: number, a: number, count: number): void {
  count &= 7;
  d <<= 2;
  a <<= 2;
  for (let i = 0; i < 16; i++) I8[d + i] = I8[a + i]! >> count;
}

export function i8x16ShrU({ U8 }: VectorViews, d: number, a: number, count: number): void {
  count &= 7;
  d <<= 2;
  a <<= 2;
  for (let i = 0; i < 16; i++) U8[d + i] = U8[a + i]! >>> count;
}

export function i16x8Shl({ I16 }: VectorViews, d: number, a: number, count: number): void {
  count &= 15;
  d <<= 1;
  a <<= 1;
  for (let i = 0; i < 8; i++) I16[d + i] = I16[a + i]! << count;
}

export function i16x8ShrS({ I16 }: VectorViews, d: number, a: number, count: number): void {
  count &= 15;
  d <<= 1;
  a <<= 1;
  for (let i = 0; i < 8; i++) I16[d + i] = I16[a + i]! >> count;
}

export function i16x8ShrU({ U16 }: VectorViews, d: number, a: number, count: number): void {
  count &= 15;
  d <<= 1;
  a <<= 1;
  for (let i = 0; i < 8; i++) U16[d + i] = U16[a + i]! >>> count;
}

export function i32x4Shl({ R }: VectorViews, d: number, a: number, count: number): void {
  count &= 31;
  for (let i = 0; i < 4; i++) R[d + i] = R[a + i]! << count;
}

export function i32x4ShrS({ R }: VectorViews, d: number, a: number, count: number): void {
  count &= 31;
  for (let i = 0; i < 4; i++) R[d + i] = R[a + i]! >> count;
}

export function i32x4ShrU({ U32 }: VectorViews, d: number, a: number, count: number): void {
  count &= 31;
  for (let i = 0; i < 4; i++) U32[d + i] = U32[a + i]! >>> count;
}

export function i64x2Shl({ R }: VectorViews, d: number, a: number, count: number): void {
  i64.shlInto(R, d, R[a]!, R[a + 1]!, count);
  i64.shlInto(R, d + 2, R[a + 2]!, R[a + 3]!, count);
}

export function i64x2ShrS({ R }: VectorViews, d: number, a: number, count: number): void {
  i64.shrSInto(R, d, R[a]!, R[a + 1]!, count);
  i64.shrSInto(R, d + 2, R[a + 2]!, R[a + 3]!, count);
}

export function i64x2ShrU({ R }: VectorViews, d: number, a: number, count: number): void {
  i64.shrUInto(R, d, R[a]!, R[a + 1]!, count);
  i64.shrUInto(R, d + 2, R[a + 2]!, R[a + 3]!, count);
}
