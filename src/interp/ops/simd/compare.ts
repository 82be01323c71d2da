// Lane-wise comparisons (spec 4.3.5): a lane of ones where they hold, of zeros where not.
// Greater-than is less-than with its operands swapped, which the dispatch does.

import * as i64 from "../numeric/i64.ts";
import { lessS8, lessS16, lessU8, lessU16 } from "./packed.ts";
import type { VectorViews } from "./views.ts";

export function i8x16LtS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = lessS8(R[a + i]!, R[b + i]!);
}

export function i8x16LtU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = lessU8(R[a + i]!, R[b + i]!);
}

export function i8x16LeS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = ~lessS8(R[b + i]!, R[a + i]!);
}

export function i8x16LeU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = ~lessU8(R[b + i]!, R[a + i]!);
}

export function i16x8LtS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = lessS16(R[a + i]!, R[b + i]!);
}

export function i16x8LtU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = lessU16(R[a + i]!, R[b + i]!);
}

export function i16x8LeS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = ~lessS16(R[b + i]!, R[a + i]!);
}

export function i16x8LeU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = ~lessU16(R[b + i]!, R[a + i]!);
}

export function i64x2Eq({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    const holds = i64.eq(R[a + i]!, R[a + i + 1]!, R[b + i]!, R[b + i + 1]!);
    R[d + i] = R[d + i + 1] = holds ? -1 : 0;
  }
}

export function i64x2Ne({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    const holds = i64.ne(R[a + i]!, R[a + i + 1]!, R[b + i]!, R[b + i + 1]!);
    R[d + i] = R[d + i + 1] = holds ? -1 : 0;
  }
}

export function i64x2LtS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    const holds = i64.ltS(R[a + i]!, R[a + i + 1]!, R[b + i]!, R[b + i + 1]!);
    R[d + i] = R[d + i + 1] = holds ? -1 : 0;
  }
}

export function i64x2LeS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    const holds = i64.leS(R[a + i]!, R[a + i + 1]!, R[b + i]!, R[b + i + 1]!);
    R[d + i] = R[d + i + 1] = holds ? -1 : 0;
  }
}

export function f64x2Eq({ R, D }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    R[d + i] = R[d + i + 1] = D[(a + i) >> 1]! === D[(b + i) >> 1]! ? -1 : 0;
  }
}

export function f64x2Ne({ R, D }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    R[d + i] = R[d + i + 1] = D[(a + i) >> 1]! !== D[(b + i) >> 1]! ? -1 : 0;
  }
}

export function f64x2Lt({ R, D }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    R[d + i] = R[d + i + 1] = D[(a + i) >> 1]! < D[(b + i) >> 1]! ? -1 : 0;
  }
}

export function f64x2Le({ R, D }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i += 2) {
    R[d + i] = R[d + i + 1] = D[(a + i) >> 1]! <= D[(b + i) >> 1]! ? -1 : 0;
  }
}
