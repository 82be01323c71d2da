// Conversions between integer and float lanes (spec 4.3.4, 4.3.5). NaN results are canonical.
// Where widths differ, a loop runs in the direction in which it reads a lane before writing over it.

import { truncSatI32S, truncSatI32U } from "../numeric/convert.ts";
import { putF32, putF64 } from "../numeric/float.ts";
import type { VectorViews } from "./views.ts";

export function i32x4TruncSatF32x4S({ R, F }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = truncSatI32S(F[a + i]!);
}

export function i32x4TruncSatF32x4U({ R, F }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = truncSatI32U(F[a + i]!);
}

export function i32x4TruncSatF64x2SZero({ R, D }: VectorViews, d: number, a: number): void {
  a >>= 1;
  R[d] = truncSatI32S(D[a]!);
  R[d + 1] = truncSatI32S(D[a + 1]!);
  R[d + 2] = 0;
  R[d + 3] = 0;
}

export function i32x4TruncSatF64x2UZero({ R, D }: VectorViews, d: number, a: number): void {
  a >>= 1;
  R[d] = truncSatI32U(D[a]!);
  R[d + 1] = truncSatI32U(D[a + 1]!);
  R[d + 2] = 0;
  R[d + 3] = 0;
}

export function f32x4ConvertI32x4U({ F, U32 }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) F[d + i] = U32[a + i]!;
}

export function f64x2ConvertLowI32x4S({ R, D }: VectorViews, d: number, a: number): void {
  d >>= 1;
  D[d + 1] = R[a + 1]!;
  D[d] = R[a]!;
}

export function f64x2ConvertLowI32x4U({ D, U32 }: VectorViews, d: number, a: number): void {
  d >>= 1;
  D[d + 1] = U32[a + 1]!;
  D[d] = U32[a]!;
}

export function f32x4DemoteF64x2Zero({ R, F, D }: VectorViews, d: number, a: number): void {
  a >>= 1;
  putF32(R, F, d, D[a]!);
  putF32(R, F, d + 1, D[a + 1]!);
  R[d + 2] = 0;
  R[d + 3] = 0;
}

export function f64x2PromoteLowF32x4({ R, F, D }: VectorViews, d: number, a: number): void {
  putF64(R, D, d + 2, F[a + 1]!);
  putF64(R, D, d, F[a]!);
}
