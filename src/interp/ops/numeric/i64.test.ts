import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import * as i64 from "./i64.ts";

type Into = (R: Int32Array, d: number, al: number, ah: number, bl: number, bh: number) => void;

const u = (x: bigint) => BigInt.asUintN(64, x);
const s = (x: bigint) => BigInt.asIntN(64, x);
const MIN = -(2n ** 63n);

/** Low and high word. */
const halves = (x: bigint) => [Number(BigInt.asIntN(32, x)), Number(BigInt.asIntN(32, x >> 32n))] as const;

/** Runs an operation with operands in registers, the result over the second operand. */
function run(f: Into, a: bigint, b: bigint): bigint {
  const wide = new BigInt64Array([7n, a, b, 7n]);
  const R = new Int32Array(wide.buffer);
  f(R, 4, R[2]!, R[3]!, R[4]!, R[5]!);
  expect([wide[0], wide[3]]).toEqual([7n, 7n]);
  return wide[2]!;
}

function shift(
  f: (R: Int32Array, d: number, al: number, ah: number, count: number) => void,
  a: bigint,
  b: bigint,
) {
  return run((R, d, al, ah, bl) => f(R, d, al, ah, bl), a, b);
}

// Powers of two and their neighbours, where carries and estimates go wrong.
const edge = fc
  .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: -3, max: 3 }), fc.boolean())
  .map(([n, near, negate]) => s((negate ? -1n : 1n) * (1n << BigInt(n)) + BigInt(near)));
// Random of every length, since uniform ones are all long.
const anyLength = fc
  .tuple(fc.bigInt({ min: MIN, max: -MIN - 1n }), fc.integer({ min: 0, max: 63 }))
  .map(([value, n]) => value >> BigInt(n));
const int64 = fc.oneof(edge, anyLength);

const binary: [string, Into, (a: bigint, b: bigint) => bigint][] = [
  ["add", i64.addInto, (a, b) => a + b],
  ["sub", i64.subInto, (a, b) => a - b],
  ["mul", i64.mulInto, (a, b) => a * b],
];
const division: [string, Into, (a: bigint, b: bigint) => bigint][] = [
  ["divS", i64.divSInto, (a, b) => a / b],
  ["divU", i64.divUInto, (a, b) => u(a) / u(b)],
  ["remS", i64.remSInto, (a, b) => a % b],
  ["remU", i64.remUInto, (a, b) => u(a) % u(b)],
];

describe("i64", () => {
  test.each(binary)("%s agrees with BigInt", (_, f, reference) => {
    fc.assert(
      fc.property(int64, int64, (a, b) => run(f, a, b) === s(reference(a, b))),
      { numRuns: 5000 },
    );
  });

  test.each(division)("%s agrees with BigInt", (_, f, reference) => {
    fc.assert(
      fc.property(int64, int64, (a, b) => {
        fc.pre(b !== 0n && !(f === i64.divSInto && a === MIN && b === -1n));
        return run(f, a, b) === s(reference(a, b));
      }),
      { numRuns: 20_000 },
    );
  });

  test.each(division)("%s at and just below multiples of the divisor", (_, f, reference) => {
    fc.assert(
      fc.property(int64, int64, fc.integer({ min: -1, max: 1 }), (q, b, near) => {
        const a = s(q * b + BigInt(near));
        fc.pre(b !== 0n && !(f === i64.divSInto && a === MIN && b === -1n));
        return run(f, a, b) === s(reference(a, b));
      }),
      { numRuns: 20_000 },
    );
  });

  test.each(division)("%s traps on a zero divisor and leaves the register", (_, f) => {
    const R = new Int32Array([1, 2]);
    expect(() => f(R, 0, 5, 5, 0, 0)).toThrow("integer divide by zero");
    expect([...R]).toEqual([1, 2]);
  });

  it("overflows in one signed division only", () => {
    expect(() => run(i64.divSInto, MIN, -1n)).toThrow("integer overflow");
    expect(run(i64.remSInto, MIN, -1n)).toBe(0n);
    expect(run(i64.divSInto, MIN, 1n)).toBe(MIN);
    expect(run(i64.divSInto, -(2n ** 31n), -1n)).toBe(2n ** 31n);
    expect(run(i64.divUInto, MIN, -1n)).toBe(0n);
  });

  it("shifts and rotates as BigInt does", () => {
    fc.assert(
      fc.property(int64, int64, (a, b) => {
        const n = u(b) & 63n;
        expect(shift(i64.shlInto, a, b)).toBe(s(a << n));
        expect(shift(i64.shrSInto, a, b)).toBe(a >> n);
        expect(shift(i64.shrUInto, a, b)).toBe(s(u(a) >> n));
        expect(shift(i64.rotlInto, a, b)).toBe(s((u(a) << n) | (u(a) >> (64n - n))));
        expect(shift(i64.rotrInto, a, b)).toBe(s((u(a) >> n) | (u(a) << (64n - n))));
      }),
      { numRuns: 5000 },
    );
  });

  it("negates", () => {
    fc.assert(
      fc.property(int64, (a) => run((R, d, al, ah) => i64.negateInto(R, d, al, ah), a, 0n) === s(-a)),
    );
  });

  test.each([
    [0n, 64, 64, 0],
    [1n, 63, 0, 1],
    [-1n, 0, 0, 64],
    [MIN, 0, 63, 1],
    [1n << 32n, 31, 32, 1],
    [1n << 31n, 32, 31, 1],
  ])("clz, ctz and popcnt of %i", (a, leading, trailing, ones) => {
    const [lo, hi] = halves(a);
    expect(i64.clz(lo, hi)).toBe(leading);
    expect(i64.ctz(lo, hi)).toBe(trailing);
    expect(i64.popcnt(lo, hi)).toBe(ones);
  });

  it("compares as BigInt does", () => {
    // Equal halves are rare at random, so pair each number with a variation of itself too.
    const pair = fc.oneof(
      fc.tuple(int64, int64),
      fc.tuple(int64, fc.constantFrom(0n, 1n, -1n, 1n << 32n, MIN)).map(([a, x]) => [a, a ^ x] as const),
    );
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const [al, ah] = halves(a);
        const [bl, bh] = halves(b);
        expect(i64.eqz(al, ah)).toBe(a === 0n);
        expect(i64.eq(al, ah, bl, bh)).toBe(a === b);
        expect(i64.ne(al, ah, bl, bh)).toBe(a !== b);
        expect(i64.ltS(al, ah, bl, bh)).toBe(a < b);
        expect(i64.gtS(al, ah, bl, bh)).toBe(a > b);
        expect(i64.leS(al, ah, bl, bh)).toBe(a <= b);
        expect(i64.geS(al, ah, bl, bh)).toBe(a >= b);
        expect(i64.ltU(al, ah, bl, bh)).toBe(u(a) < u(b));
        expect(i64.gtU(al, ah, bl, bh)).toBe(u(a) > u(b));
        expect(i64.leU(al, ah, bl, bh)).toBe(u(a) <= u(b));
        expect(i64.geU(al, ah, bl, bh)).toBe(u(a) >= u(b));
      }),
      { numRuns: 5000 },
    );
  });
});
