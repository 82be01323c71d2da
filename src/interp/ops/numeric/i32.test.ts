import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { Trap } from "../../../errors.ts";
import * as i32 from "./i32.ts";

const u = (x: bigint) => BigInt.asUintN(32, x);
const s = (x: bigint) => Number(BigInt.asIntN(32, x));
const bits = (a: number) => u(BigInt(a)).toString(2).padStart(32, "0");
const edges = [0, 1, -1, 2, -2, 31, 32, 33, 0x7fffffff, -0x80000000, 0x55555555, -0x7fffffff, 0x10000];
const int32 = fc.oneof(fc.integer({ min: -0x80000000, max: 0x7fffffff }), fc.constantFrom(...edges));

describe("i32", () => {
  test.each([
    [0, 0, 32],
    [1, 1, 0],
    [-1, 32, 0],
    [-0x80000000, 1, 31],
    [0x00ff0000, 8, 16],
  ])("popcnt and ctz of %i", (a, ones, zeros) => {
    expect(i32.popcnt(a)).toBe(ones);
    expect(i32.ctz(a)).toBe(zeros);
  });

  test.each([
    [7, -2, -3, 1],
    [-7, 2, -3, -1],
    [-0x80000000, 2, -0x40000000, 0],
    [-0x80000000, -0x80000000, 1, 0],
  ])("%i divided by %i, signed", (a, b, quotient, remainder) => {
    expect(i32.divS(a, b)).toBe(quotient);
    expect(i32.remS(a, b)).toBe(remainder);
  });

  it("traps on zero divisors and on the one overflow", () => {
    for (const f of [i32.divS, i32.divU, i32.remS, i32.remU]) {
      expect(() => f(5, 0)).toThrow("integer divide by zero");
    }
    expect(() => i32.divS(-0x80000000, -1)).toThrow(Trap);
    expect(() => i32.divS(-0x80000000, -1)).toThrow("integer overflow");
    expect(i32.remS(-0x80000000, -1)).toBe(0);
    expect(i32.divU(-0x80000000, -1)).toBe(0);
  });

  it("agrees with BigInt", () => {
    fc.assert(
      fc.property(int32, int32, (a, b) => {
        expect(i32.popcnt(a)).toBe(bits(a).replaceAll("0", "").length);
        expect(i32.ctz(a)).toBe(a === 0 ? 32 : 31 - bits(a).lastIndexOf("1"));
        const n = BigInt(b & 31);
        expect(i32.rotl(a, b)).toBe(s((u(BigInt(a)) << n) | (u(BigInt(a)) >> (32n - n))));
        expect(i32.rotr(a, b)).toBe(s((u(BigInt(a)) >> n) | (u(BigInt(a)) << (32n - n))));
        if (b === 0) return;
        expect(i32.divU(a, b)).toBe(s(u(BigInt(a)) / u(BigInt(b))));
        expect(i32.remU(a, b)).toBe(s(u(BigInt(a)) % u(BigInt(b))));
        expect(i32.remS(a, b)).toBe(s(BigInt(a) % BigInt(b)));
        if (a === -0x80000000 && b === -1) return;
        expect(i32.divS(a, b)).toBe(s(BigInt(a) / BigInt(b)));
      }),
      { numRuns: 2000 },
    );
  });
});
