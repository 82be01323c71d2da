// Vector loads and stores between a memory's bytes and registers, at an address already checked.
// Knows nothing of bounds, address types or growth: `M8` is a fresh view and all bytes at `e` are inside it.

import { copyVector } from "./lanes.ts";
import type { VectorViews } from "./views.ts";

function word(M8: Uint8Array, e: number): number {
  return M8[e]! | (M8[e + 1]! << 8) | (M8[e + 2]! << 16) | (M8[e + 3]! << 24);
}

function storeWord(M8: Uint8Array, e: number, x: number): void {
  M8[e] = x;
  M8[e + 1] = x >> 8;
  M8[e + 2] = x >> 16;
  M8[e + 3] = x >> 24;
}

/** v128.load */
export function loadVector({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = word(M8, e + 4 * i);
}

/** v128.store */
export function storeVector({ R }: VectorViews, a: number, M8: Uint8Array, e: number): void {
  for (let i = 0; i < 4; i++) storeWord(M8, e + 4 * i, R[a + i]!);
}

export function load8x8S({ I16 }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  d <<= 1;
  for (let i = 0; i < 8; i++) I16[d + i] = (M8[e + i]! << 24) >> 24;
}

export function load8x8U({ I16 }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  d <<= 1;
  for (let i = 0; i < 8; i++) I16[d + i] = M8[e + i]!;
}

export function load16x4S({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = M8[e + 2 * i]! | ((M8[e + 2 * i + 1]! << 24) >> 16);
}

export function load16x4U({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  for (let i = 0; i < 4; i++) R[d + i] = M8[e + 2 * i]! | (M8[e + 2 * i + 1]! << 8);
}

export function load32x2S({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  for (let i = 0; i < 2; i++) {
    const x = word(M8, e + 4 * i);
    R[d + 2 * i] = x;
    R[d + 2 * i + 1] = x >> 31;
  }
}

export function load32x2U({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  for (let i = 0; i < 2; i++) {
    R[d + 2 * i] = word(M8, e + 4 * i);
    R[d + 2 * i + 1] = 0;
  }
}

export function load8Splat({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  const x = Math.imul(M8[e]!, 0x01010101);
  for (let i = 0; i < 4; i++) R[d + i] = x;
}

export function load16Splat({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  const x = Math.imul(M8[e]! | (M8[e + 1]! << 8), 0x00010001);
  for (let i = 0; i < 4; i++) R[d + i] = x;
}

export function load32Splat({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  const x = word(M8, e);
  for (let i = 0; i < 4; i++) R[d + i] = x;
}

export function load64Splat({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  const lo = word(M8, e);
  const hi = word(M8, e + 4);
  R[d] = lo;
  R[d + 1] = hi;
  R[d + 2] = lo;
  R[d + 3] = hi;
}

export function load32Zero({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  R[d] = word(M8, e);
  R[d + 1] = 0;
  R[d + 2] = 0;
  R[d + 3] = 0;
}

export function load64Zero({ R }: VectorViews, d: number, M8: Uint8Array, e: number): void {
  R[d] = word(M8, e);
  R[d + 1] = word(M8, e + 4);
  R[d + 2] = 0;
  R[d + 3] = 0;
}

// load*_lane put the loaded value into one lane of a copy of vector `a`.

export function load8Lane(
  v: VectorViews,
  d: number,
  a: number,
  M8: Uint8Array,
  e: number,
  lane: number,
): void {
  copyVector(v, d, a);
  v.U8[(d << 2) + lane] = M8[e]!;
}

export function load16Lane(
  v: VectorViews,
  d: number,
  a: number,
  M8: Uint8Array,
  e: number,
  lane: number,
): void {
  copyVector(v, d, a);
  v.U16[(d << 1) + lane] = M8[e]! | (M8[e + 1]! << 8);
}

export function load32Lane(
  v: VectorViews,
  d: number,
  a: number,
  M8: Uint8Array,
  e: number,
  lane: number,
): void {
  copyVector(v, d, a);
  v.R[d + lane] = word(M8, e);
}

export function load64Lane(
  v: VectorViews,
  d: number,
  a: number,
  M8: Uint8Array,
  e: number,
  lane: number,
): void {
  copyVector(v, d, a);
  v.R[d + 2 * lane] = word(M8, e);
  v.R[d + 2 * lane + 1] = word(M8, e + 4);
}

export function store8Lane({ U8 }: VectorViews, a: number, M8: Uint8Array, e: number, lane: number): void {
  M8[e] = U8[(a << 2) + lane]!;
}

export function store16Lane({ U16 }: VectorViews, a: number, M8: Uint8Array, e: number, lane: number): void {
  const x = U16[(a << 1) + lane]!;
  M8[e] = x;
  M8[e + 1] = x >> 8;
}

export function store32Lane({ R }: VectorViews, a: number, M8: Uint8Array, e: number, lane: number): void {
  storeWord(M8, e, R[a + lane]!);
}

export function store64Lane({ R }: VectorViews, a: number, M8: Uint8Array, e: number, lane: number): void {
  storeWord(M8, e, R[a + 2 * lane]!);
  storeWord(M8, e + 4, R[a + 2 * lane + 1]!);
}
