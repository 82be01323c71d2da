import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../usage-error.ts";
import { formatValue, parseValue } from "./values.ts";

describe("arguments", () => {
  it.each([
    ["i32", "7", 7],
    ["i32", "-1", -1],
    ["i32", "4294967295", -1],
    ["i32", "0x80000000", -(2 ** 31)],
    ["i32", "1_000", 1000],
    ["i64", "-9223372036854775808", -(2n ** 63n)],
    ["i64", "0xffffffffffffffff", -1n],
    ["f32", "0.1", Math.fround(0.1)],
    ["f64", "0.1", 0.1],
    ["f64", "-2e10", -2e10],
    ["f64", ".5", 0.5],
    ["f64", "3", 3],
    ["f64", "-0", -0],
    ["f64", "inf", Number.POSITIVE_INFINITY],
    ["f64", "-inf", Number.NEGATIVE_INFINITY],
    ["f64", "nan", Number.NaN],
    ["externref", "null", null],
  ])("%s %s", (type, text, expected) => {
    expect(parseValue(type, text, 1)).toBe(expected);
  });

  it("reads vectors with the highest byte first", () => {
    expect(parseValue("v128", "0x0f0e0d0c0b0a09080706050403020100", 1)).toEqual(
      Uint8Array.from({ length: 16 }, (_, i) => i),
    );
  });

  it.each([
    ["i32", "4294967296"],
    ["i32", "-2147483649"],
    ["i32", "1.5"],
    ["i32", ""],
    ["i32", "ten"],
    ["i64", "18446744073709551616"],
    ["i64", "9".repeat(100_000)],
    ["f64", "1.2.3"],
    ["f64", ""],
    ["f64", "."],
    ["v128", "0x0"],
    ["funcref", "3"],
  ])("%s refuses '%s'", (type, text) => {
    expect(() => parseValue(type, text, 2)).toThrow(UsageError);
    expect(() => parseValue(type, text, 2)).toThrow(/^argument 2 is an? /);
  });
});

describe("results", () => {
  it.each([
    ["i32", -1, "-1"],
    ["i64", 2n ** 62n, "4611686018427387904"],
    ["f32", Math.fround(0.1), "0.1"],
    ["f32", Math.fround(3.4028234663852886e38), "3.4028235e+38"],
    ["f64", 0.1, "0.1"],
    ["f64", -0, "-0"],
    ["f64", Number.NaN, "nan"],
    ["f32", Number.NEGATIVE_INFINITY, "-inf"],
    ["externref", null, "null"],
    ["funcref", () => 0, "funcref"],
  ])("%s", (type, value, text) => {
    expect(formatValue(type, value)).toBe(text);
  });

  it("read back as the same value", () => {
    const roundTrip = (type: string) => (value: unknown) => {
      expect(parseValue(type, formatValue(type, value), 1)).toEqual(value);
    };
    fc.assert(fc.property(fc.integer(), roundTrip("i32")));
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), roundTrip("i64")));
    fc.assert(fc.property(fc.float(), roundTrip("f32")));
    fc.assert(fc.property(fc.double(), roundTrip("f64")));
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), roundTrip("v128")));
  });
});
