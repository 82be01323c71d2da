import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import * as float from "./float.ts";

const F = new Float32Array(2);
const D = new Float64Array(F.buffer);
const R = new Int32Array(F.buffer);

describe("float", () => {
  test.each([
    [0, 0],
    [-0, -0],
    [0.5, 0],
    [-0.5, -0],
    [-0.2, -0],
    [0.5000000000000001, 1],
    [1.5, 2],
    [2.5, 2],
    [-1.5, -2],
    [-2.5, -2],
    [4503599627370495.5, 4503599627370496],
    [4503599627370494.5, 4503599627370494],
    [-4503599627370495.5, -4503599627370496],
    [9007199254740991, 9007199254740991],
    [-1e300, -1e300],
    [5e-324, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.NaN, Number.NaN],
  ])("nearest %d is %d", (value, expected) => {
    expect(float.nearest(value)).toBe(expected);
  });

  it("nearest is within one half, and even on ties", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e16, max: 1e16 }), (value) => {
        const result = float.nearest(value);
        expect(Number.isInteger(result)).toBe(true);
        const distance = Math.abs(result - value);
        expect(distance).toBeLessThanOrEqual(0.5);
        if (distance === 0.5) expect(result % 2).toBe(result < 0 || Object.is(result, -0) ? -0 : 0);
        expect(Math.sign(1 / result)).toBe(value === 0 ? Math.sign(1 / value) : Math.sign(value));
      }),
    );
  });

  test.each([0 / 0, Number.NaN, new Float64Array(new Uint32Array([1, 0xfff00000]).buffer)[0]!])(
    "stores only the canonical NaN",
    (nan) => {
      R.fill(-1);
      float.putF32(R, F, 0, nan);
      expect([...R]).toEqual([float.F32_CANONICAL_NAN, -1]);
      R.fill(-1);
      float.putF64(R, D, 0, nan);
      expect([...R]).toEqual([0, float.F64_CANONICAL_NAN_HIGH]);
    },
  );

  it("stores numbers, rounding to f32 with overflow to infinity", () => {
    float.putF64(R, D, 0, -1e300);
    expect(D[0]).toBe(-1e300);
    float.putF32(R, F, 0, -1e300);
    expect(F[0]).toBe(Number.NEGATIVE_INFINITY);
    float.putF32(R, F, 0, -1e-300);
    expect(R[0]).toBe(-0x80000000);
  });

  test.each([0, 0x7f800001, 0x7fc00000, 0x3f800000, -1, -0x80000000, -0x7fffff])(
    "sign operations on %i move bits, NaN payloads included",
    (bits) => {
      expect(float.negF32(bits)).toBe((bits ^ 0x80000000) | 0);
      expect(float.absF32(bits)).toBe(bits & 0x7fffffff);
      expect(float.copysignF32(bits, -1)).toBe(bits | 0x80000000);
      expect(float.copysignF32(bits, 1)).toBe(bits & 0x7fffffff);
      float.negF64Into(R, 0, 5, bits);
      expect([...R]).toEqual([5, (bits ^ 0x80000000) | 0]);
      float.absF64Into(R, 0, 5, bits);
      expect([...R]).toEqual([5, bits & 0x7fffffff]);
      float.copysignF64Into(R, 0, 5, bits, -1);
      expect([...R]).toEqual([5, bits | 0x80000000]);
    },
  );
});
