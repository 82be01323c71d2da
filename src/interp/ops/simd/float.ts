// Lane-wise float operations (spec 4.3.3, 4.3.5): rounding, min and max, which store NaN results as the canonical NaN;
// neg, abs, pmin and pmax move bits.

import { nearest, putF32, putF64 } from "../numeric/float.ts";
import type { VectorViews } from "./views.ts";

export function f32x4Ceil({ R, F }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) putF32(R, F, d + i, Math.ceil(F[a + i]!));
}

export function f32x4Floor({ R, F }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) putF32(R, F, d + i, Math.floor(F[a + i]!));
}

export function f32x4Trunc({ R, F }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) putF32(R, F, d + i, Math.trunc(F[a + i]!));
}

export function f32x4Nearest({ R, F }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) putF32(R, F, d + i, nearest(F[a + i]!));
}

export function f32x4Pmin({ R, F }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = F[b + i]! < F[a + i]! ? R[b + i]! : R[a + i]!;
}

export function f32x4Pmax({ R, F }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = F[a + i]! < F[b + i]! ? R[b + i]! : R[a + i]!;
}

export function f64x2Min({ R, D }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) putF64(R, D, d + i, Math.min(D[(a + i) >> 1]!, D[(b + i) >> 1]!));
}

export function f64x2Max({ R, D }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) putF64(R, D, d + i, Math.max(D[(a + i) >> 1]!, D[(b + i) >> 1]!));
}

export function f64x2Ceil({ R, D }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i += 2) putF64(R, D, d + i, Math.ceil(D[(a + i) >> 1]!));
}

export function f64x2Floor({ R, D }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i += 2) putF64(R, D, d + i, Math.floor(D[(a + i) >> 1]!));
}

export function f64x2Trunc({ R, D }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i += 2) putF64(R, D, d + i, Math.trunc(D[(a + i) >> 1]!));
}

export function f64x2Nearest({ R, D }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i += 2) putF64(R, D, d + i, nearest(D[(a + i) >> 1]!));
}

export function f64x2Pmin({ R, D }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    const from = D[(b + i) >> 1]! < D[(a + i) >> 1]! ? b : a;
    R[d + i] = R[from + i]!;
    R[d + i + 1] = R[from + i + 1]!;
  }
}

export function f64x2Pmax({ R, D }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    const from = D[(a + i) >> 1]! < D[(b + i) >> 1]! ? b : a;
    R[d + i] = R[from + i]!;
    R[d + i + 1] = R[from + i + 1]!;
  }
}

export function f64x2Neg({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i += 2) {
    R[d + i] = R[a + i]!;
    R[d + i + 1] = R[a + i + 1]! ^ -0x80000000;
  }
}

export function f64x2Abs({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i += 2) {
    R[d + i] = R[a + i]!;
    R[d + i + 1] = R[a + i + 1]! & 0x7fffffff;
  }
}
