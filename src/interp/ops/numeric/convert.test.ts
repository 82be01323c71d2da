import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import * as convert from "./convert.ts";

const wide = new BigInt64Array(1);
const R = new Int32Array(wide.buffer);

function into(f: (R: Int32Array, d: number, value: number) => void, value: number): bigint {
  f(R, 0, value);
  return wide[0]!;
}

/** What each truncation accepts, and how it reads its result. */
const kinds = [
  {
    name: "i32 signed",
    min: -(2n ** 31n),
    max: 2n ** 31n - 1n,
    trap: (x: number) => BigInt(convert.truncI32S(x)),
    saturate: (x: number) => BigInt(convert.truncSatI32S(x)),
  },
  {
    name: "i32 unsigned",
    min: 0n,
    max: 2n ** 32n - 1n,
    trap: (x: number) => BigInt(convert.truncI32U(x) >>> 0),
    saturate: (x: number) => BigInt(convert.truncSatI32U(x) >>> 0),
  },
  {
    name: "i64 signed",
    min: -(2n ** 63n),
    max: 2n ** 63n - 1n,
    trap: (x: number) => into(convert.truncI64SInto, x),
    saturate: (x: number) => into(convert.truncSatI64SInto, x),
  },
  {
    name: "i64 unsigned",
    min: 0n,
    max: 2n ** 64n - 1n,
    trap: (x: number) => BigInt.asUintN(64, into(convert.truncI64UInto, x)),
    saturate: (x: number) => BigInt.asUintN(64, into(convert.truncSatI64UInto, x)),
  },
];

const powers = fc
  .tuple(fc.integer({ min: -2, max: 66 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
  .map(([n, ulps, negative]) => {
    const x = 2 ** n * (1 + ulps * 2 ** -52);
    return negative ? -x : x;
  });
const near = fc
  .tuple(fc.constantFrom(0, 2 ** 31, 2 ** 32, -(2 ** 31)), fc.double({ min: -2, max: 2, noNaN: true }))
  .map(([x, y]) => x + y);
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), powers, near);

describe("truncation", () => {
  test.each(kinds)("to $name agrees with BigInt", ({ min, max, trap, saturate }) => {
    fc.assert(
      fc.property(number, (x) => {
        const integer = BigInt(Math.trunc(x));
        if (integer < min || integer > max) {
          expect(() => trap(x)).toThrow("integer overflow");
          expect(saturate(x)).toBe(integer < min ? min : max);
        } else {
          expect(trap(x)).toBe(integer);
          expect(saturate(x)).toBe(integer);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test.each(kinds)("to $name of NaN and infinities", ({ min, max, trap, saturate }) => {
    expect(() => trap(Number.NaN)).toThrow("invalid conversion to integer");
    expect(() => trap(Number.POSITIVE_INFINITY)).toThrow("integer overflow");
    expect(() => trap(Number.NEGATIVE_INFINITY)).toThrow("integer overflow");
    expect(saturate(Number.NaN)).toBe(0n);
    expect(saturate(Number.POSITIVE_INFINITY)).toBe(max);
    expect(saturate(Number.NEGATIVE_INFINITY)).toBe(min);
  });

  test.each(kinds)("to $name takes what rounds to its bounds", ({ min, max, trap }) => {
    expect(trap(-0.9)).toBe(0n);
    expect(trap(Number(min))).toBe(min);
    if (max < 2n ** 53n) expect(trap(Number(max) + 0.99)).toBe(max);
    expect(() => trap(Number(max) + 1)).toThrow("integer overflow");
  });
});

/** The f32 nearest to an integer, ties to even, by integer arithmetic alone. */
function roundToF32(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  const drop = BigInt(Math.max(0, magnitude.toString(2).length - 24));
  const unit = 1n << drop;
  let kept = magnitude >> drop;
  const rest = magnitude - (kept << drop);
  if (rest * 2n > unit || (rest * 2n === unit && kept % 2n === 1n)) kept += 1n;
  const result = Number(kept << drop);
  return value < 0n ? -result : result;
}

describe("conversion of i64", () => {
  // Ties of every size, and their neighbours: 25 significant bits, then a far-away last bit.
  const tie = fc
    .tuple(fc.integer({ min: 0, max: 2 ** 25 - 1 }), fc.integer({ min: 0, max: 39 }), fc.bigInt(-1n, 1n))
    .map(([mantissa, n, last]) => (BigInt(mantissa) << BigInt(n)) + last);
  const int64 = fc
    .oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      tie,
      fc.bigInt(0n, 2n ** 64n).map((x) => x >> 10n),
    )
    .map((x) => BigInt.asIntN(64, x));

  it("rounds once", () => {
    fc.assert(
      fc.property(int64, (value) => {
        const unsigned = BigInt.asUintN(64, value);
        wide[0] = value;
        expect(convert.i64SToF32(R[0]!, R[1]!)).toBe(roundToF32(value) + 0);
        expect(convert.i64UToF32(R[0]!, R[1]!)).toBe(roundToF32(unsigned) + 0);
        expect(convert.i64SToF64(R[0]!, R[1]!)).toBe(Number(value));
        expect(convert.i64UToF64(R[0]!, R[1]!)).toBe(Number(unsigned));
      }),
      { numRuns: 20_000 },
    );
  });

  test.each([
    // Just above a tie: rounding to f64 first would land on the tie and then round down to even.
    [2n ** 62n + 2n ** 38n + 1n, 2 ** 62 + 2 ** 39],
    [-(2n ** 62n + 2n ** 38n + 1n), -(2 ** 62 + 2 ** 39)],
    [2n ** 53n + 2n ** 29n + 1n, 2 ** 53 + 2 ** 30],
    [2n ** 62n + 2n ** 38n, 2 ** 62],
  ])("of %i to f32", (value, expected) => {
    wide[0] = value;
    expect(convert.i64SToF32(R[0]!, R[1]!)).toBe(expected);
  });

  it("reads i32 as unsigned", () => {
    expect(convert.i32UToF32(-1)).toBe(4294967296);
    expect(convert.i32UToF32(0x7fffffff)).toBe(2147483648);
  });
});
