import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initSync, watify } from "@mdn/watify";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { formatF32Bits, formatF64Bits, formatI64, formatU64 } from "./format-numbers.ts";

beforeAll(() => {
  const path = createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm");
  initSync({ module: readFileSync(path) });
});

/** The immediate bytes that an assembler makes of one constant, as a little-endian view. */
function assembleConst(instruction: string, bytes: number): DataView {
  const binary = watify(`(module (func ${instruction}))`);
  return new DataView(Uint8Array.from(binary.slice(-1 - bytes, -1)).buffer);
}

describe("spelling", () => {
  it.each([
    [0, "0x0p+0"],
    [0x80000000, "-0x0p+0"],
    [0x3f800000, "0x1p+0"],
    [0xc0600000, "-0x1.cp+1"],
    [0x7f7fffff, "0x1.fffffep+127"],
    [0x00800000, "0x1p-126"],
    [0x00000001, "0x0.000002p-126"],
    [0x7f800000, "inf"],
    [0xff800000, "-inf"],
    [0x7fc00000, "nan"],
    [0xffc00000, "-nan"],
    [0x7f800001, "nan:0x1"],
    [0xffffffff, "-nan:0x7fffff"],
  ])("f32 %i is %s", (bits, text) => {
    expect(formatF32Bits(bits | 0)).toBe(text);
  });

  it.each([
    [0, 0x3ff00000, "0x1p+0"],
    [1, 0, "0x0.0000000000001p-1022"],
    [0, 0x7ff00000, "inf"],
    [1, 0x7ff00000, "nan:0x1"],
    [0, 0xfff80000, "-nan"],
    [1, 0xfff80000, "-nan:0x8000000000001"],
    [0xffffffff, 0x7fefffff, "0x1.fffffffffffffp+1023"],
  ])("f64 %i %i is %s", (lo, hi, text) => {
    expect(formatF64Bits(lo | 0, hi | 0)).toBe(text);
  });

  it("tells signed from unsigned 64-bit integers", () => {
    expect(formatI64(-1, -1)).toBe("-1");
    expect(formatU64(-1, -1)).toBe("18446744073709551615");
    expect(formatI64(0, 0x80000000 | 0)).toBe("-9223372036854775808");
    expect(formatI64(0x80000000 | 0, 0)).toBe("2147483648");
  });
});

describe("an assembler reads back the same bits", () => {
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  // Uniform bits seldom have the extreme exponents.
  const f32 = fc.oneof(
    int32,
    int32.map((bits) => bits | 0x7f800000),
    int32.map((bits) => bits & ~0x7f800000),
  );
  const high = fc.oneof(
    int32,
    int32.map((bits) => bits | 0x7ff00000),
    int32.map((bits) => bits & ~0x7ff00000),
  );

  it("f32", () => {
    fc.assert(
      fc.property(f32, (bits) => {
        expect(assembleConst(`f32.const ${formatF32Bits(bits)}`, 4).getInt32(0, true)).toBe(bits);
      }),
    );
  });

  it("f64", () => {
    fc.assert(
      fc.property(int32, high, (lo, hi) => {
        const view = assembleConst(`f64.const ${formatF64Bits(lo, hi)}`, 8);
        expect([view.getInt32(0, true), view.getInt32(4, true)]).toEqual([lo, hi]);
      }),
    );
  });
});
