// Lane-wise shifts (spec 4.3.5). `count` is an i32, taken modulo the lane's width.

import * as i64 from "../numeric/i64.ts";
import type { VectorViews } from "./views.ts";

export function i8x16ShrS({ I8 }: VectorViews, d: number, a: number, count: number): void {
  count &= 7;
  d <<= 2;
  a <<= 2;
  for (let i = 0; i < 16; i++) I8[d + i] = I8[a + i]! >> count;
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
