import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add128Into, mulWideSInto, mulWideUInto, sub128Into } from "./wide.ts";

const edges = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, 2n ** 32n - 1n, -(2n ** 32n)];
const int64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(...edges));

const join = (lo: bigint, hi: bigint) => (hi << 64n) | BigInt.asUintN(64, lo);
const split = (x: bigint) => [BigInt.asIntN(64, x), BigInt.asIntN(64, x >> 64n)];

describe("wide arithmetic", () => {
  it("adds and subtracts 128 bits, over its own operands too", () => {
    fc.assert(
      fc.property(int64, int64, int64, int64, fc.constantFrom(0, 2, 4, 6, 8), (al, ah, bl, bh, d) => {
        for (const [f, result] of [
          [add128Into, join(al, ah) + join(bl, bh)],
          [sub128Into, join(al, ah) - join(bl, bh)],
        ] as const) {
          const wide = new BigInt64Array([al, ah, bl, bh, 0n, 0n]);
          f(new Int32Array(wide.buffer), d, 0, 2, 4, 6);
          expect([...wide.subarray(d / 2, d / 2 + 2)]).toEqual(split(result));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("multiplies to 128 bits", () => {
    fc.assert(
      fc.property(int64, int64, (a, b) => {
        const wide = new BigInt64Array([a, b]);
        const R = new Int32Array(wide.buffer);
        const [al, ah, bl, bh] = [R[0]!, R[1]!, R[2]!, R[3]!];
        mulWideSInto(R, 0, al, ah, bl, bh);
        expect([...wide]).toEqual(split(a * b));
        mulWideUInto(R, 0, al, ah, bl, bh);
        expect([...wide]).toEqual(split(BigInt.asUintN(64, a) * BigInt.asUintN(64, b)));
      }),
      { numRuns: 3000 },
    );
  });
});
