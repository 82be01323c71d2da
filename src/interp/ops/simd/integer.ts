// Lane-wise integer arithmetic (spec 4.3.2, 4.3.5): mul, neg, abs, saturation, min, max, averages.
// Stores into typed arrays wrap, which is the arithmetic modulo 2^N that Wasm asks for.

import * as i64 from "../numeric/i64.ts";
import { blend, lessS8, lessS16, lessU8, lessU16 } from "./packed.ts";
import type { VectorViews } from "./views.ts";

// Every lane's bits but the highest: with the high bits apart, no carry crosses a lane and one int32 addition
// does several lanes: 0.42 times the time of a loop over lanes, with V8's JIT and without.
const LOW_7_BITS = 0x7f7f7f7f;
const LOW_15_BITS = 0x7fff7fff;

function addBytes(x: number, y: number): number {
  return ((x & LOW_7_BITS) + (y & LOW_7_BITS)) ^ ((x ^ y) & ~LOW_7_BITS);
}

function subtractBytes(x: number, y: number): number {
  return ((x | ~LOW_7_BITS) - (y & LOW_7_BITS)) ^ (~(x ^ y) & ~LOW_7_BITS);
}

function addHalves(x: number, y: number): number {
  return ((x & LOW_15_BITS) + (y & LOW_15_BITS)) ^ ((x ^ y) & ~LOW_15_BITS);
}

function subtractHalves(x: number, y: number): number {
  return ((x | ~LOW_15_BITS) - (y & LOW_15_BITS)) ^ (~(x ^ y) & ~LOW_15_BITS);
}

/** The number of [min, max] nearest to `value`. */
export function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(value, max));
}

export function i64x2Mul({ R }: VectorViews, d: number, a: number, b: number): void {
  i64.mulInto(R, d, R[a]!, R[a + 1]!, R[b]!, R[b + 1]!);
  i64.mulInto(R, d + 2, R[a + 2]!, R[a + 3]!, R[b + 2]!, R[b + 3]!);
}

export function i8x16Neg({ I8 }: VectorViews, d: number, a: number): void {
  d <<= 2;
  a <<= 2;
  for (let i = 0; i < 16; i++) I8[d + i] = -I8[a + i]!;
}

export function i16x8Neg({ I16 }: VectorViews, d: number, a: number): void {
  d <<= 1;
  a <<= 1;
  for (let i = 0; i < 8; i++) I16[d + i] = -I16[a + i]!;
}

export function i64x2Neg({ R }: VectorViews, d: number, a: number): void {
  i64.negateInto(R, d, R[a]!, R[a + 1]!);
  i64.negateInto(R, d + 2, R[a + 2]!, R[a + 3]!);
}

export function i8x16Abs({ I8 }: VectorViews, d: number, a: number): void {
  d <<= 2;
  a <<= 2;
  for (let i = 0; i < 16; i++) I8[d + i] = Math.abs(I8[a + i]!);
}

export function i16x8Abs({ I16 }: VectorViews, d: number, a: number): void {
  d <<= 1;
  a <<= 1;
  for (let i = 0; i < 8; i++) I16[d + i] = Math.abs(I16[a + i]!);
}

export function i64x2Abs({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i += 2) {
    const hi = R[a + i + 1]!;
    if (hi < 0) {
      i64.negateInto(R, d + i, R[a + i]!, hi);
    } else {
      R[d + i] = R[a + i]!;
      R[d + i + 1] = hi;
    }
  }
}

export function i8x16AddSatS({ I8 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 2;
  a <<= 2;
  b <<= 2;
  for (let i = 0; i < 16; i++) I8[d + i] = clamp(I8[a + i]! + I8[b + i]!, -0x80, 0x7f);
}

export function i8x16AddSatU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const sum = addBytes(x, R[b + i]!);
    // What wrapped is less than an operand.
    R[d + i] = sum | lessU8(sum, x);
  }
}

export function i8x16SubSatS({ I8 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 2;
  a <<= 2;
  b <<= 2;
  for (let i = 0; i < 16; i++) I8[d + i] = clamp(I8[a + i]! - I8[b + i]!, -0x80, 0x7f);
}

export function i8x16SubSatU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = subtractBytes(x, y) & ~lessU8(x, y);
  }
}

export function i16x8AddSatS({ I16 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 1;
  a <<= 1;
  b <<= 1;
  for (let i = 0; i < 8; i++) I16[d + i] = clamp(I16[a + i]! + I16[b + i]!, -0x8000, 0x7fff);
}

export function i16x8AddSatU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const sum = addHalves(x, R[b + i]!);
    // What wrapped is less than an operand.
    R[d + i] = sum | lessU16(sum, x);
  }
}

export function i16x8SubSatS({ I16 }: VectorViews, d: number, a: number, b: number): void {
  d <<= 1;
  a <<= 1;
  b <<= 1;
  for (let i = 0; i < 8; i++) I16[d + i] = clamp(I16[a + i]! - I16[b + i]!, -0x8000, 0x7fff);
}

export function i16x8SubSatU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = subtractHalves(x, y) & ~lessU16(x, y);
  }
}

export function i8x16MinS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = blend(lessS8(x, y), x, y);
  }
}

export function i8x16MinU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = blend(lessU8(x, y), x, y);
  }
}

export function i8x16MaxS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = blend(lessS8(x, y), y, x);
  }
}

export function i8x16MaxU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = blend(lessU8(x, y), y, x);
  }
}

export function i16x8MinS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = blend(lessS16(x, y), x, y);
  }
}

export function i16x8MinU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = blend(lessU16(x, y), x, y);
  }
}

export function i16x8MaxS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = blend(lessS16(x, y), y, x);
  }
}

export function i16x8MaxU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = blend(lessU16(x, y), y, x);
  }
}

export function i8x16AvgrU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = (x | y) - (((x ^ y) >>> 1) & LOW_7_BITS);
  }
}

export function i16x8AvgrU({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = (x | y) - (((x ^ y) >>> 1) & LOW_15_BITS);
  }
}

export function i8x16Popcnt({ R }: VectorViews, d: number, a: number): void {
  for (let i = 0; i < 4; i++) {
    let x = R[a + i]!;
    x -= (x >>> 1) & 0x55555555;
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    R[d + i] = (x + (x >>> 4)) & 0x0f0f0f0f;
  }
}

/** Of the numbers in the higher halves. Only -2^15 squared exceeds the range. */
function q15(x: number, y: number): number {
  return Math.min((Math.imul(x >> 16, y >> 16) + 0x4000) >> 15, 0x7fff);
}

export function i16x8Q15mulrSatS({ R }: VectorViews, d: number, a: number, b: number): void {
  for (let i = 0; i < 4; i++) {
    const x = R[a + i]!;
    const y = R[b + i]!;
    R[d + i] = (q15(x << 16, y << 16) & 0xffff) | (q15(x, y) << 16);
  }
}
