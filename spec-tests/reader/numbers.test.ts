import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floatBits, integerBits } from "./numbers.ts";

function f64Bits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

function f32Bits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return BigInt(view.getUint32(0));
}

/** `value` as an exact hexadecimal literal. */
function hexLiteral(value: number): string {
  const bits = f64Bits(Math.abs(value));
  const exponent = Number(bits >> 52n);
  const fraction = (bits & 0xf_ffff_ffff_ffffn).toString(16).padStart(13, "0");
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return `${sign}0x${exponent === 0 ? 0 : 1}.${fraction}p${Math.max(exponent, 1) - 1023}`;
}

describe("integerBits", () => {
  it.each([
    ["0", 32, 0n],
    ["-1", 32, 0xffffffffn],
    ["0xfF", 8, 255n],
    ["-0x80", 8, 0x80n],
    ["+4_294_967_295", 32, 0xffffffffn],
    ["-9223372036854775808", 64, 1n << 63n],
  ] as const)("%s in %i bits", (text, width, bits) => {
    expect(integerBits(text, width)).toBe(bits);
  });

  it.each([
    ["256", 8],
    ["-129", 8],
    ["4294967296", 32],
    ["0x1_0000_0000_0000_0000", 64],
  ] as const)("refuses %s in %i bits", (text, width) => {
    expect(() => integerBits(text, width)).toThrow(RangeError);
  });
});

describe("floatBits", () => {
  it.each([
    ["0", 32, 0n],
    ["-0", 32, 0x8000_0000n],
    ["-0x0p0", 64, 1n << 63n],
    ["1", 32, 0x3f80_0000n],
    ["inf", 32, 0x7f80_0000n],
    ["-inf", 64, 0xfff0_0000_0000_0000n],
    ["nan", 32, 0x7fc0_0000n],
    ["-nan", 64, 0xfff8_0000_0000_0000n],
    ["nan:0x200000", 32, 0x7fa0_0000n],
    ["-nan:0xf_ffff_ffff_ffff", 64, 0xffff_ffff_ffff_ffffn],
    ["0x1.fffffep+127", 32, 0x7f7f_ffffn],
    ["0x1p-149", 32, 1n],
    ["0x1p-150", 32, 0n],
    ["0x1.000001p-150", 32, 1n],
    ["0x0.1e", 64, f64Bits(0x1e / 256)],
    ["1e", 64, undefined],
    ["1__0", 32, f32Bits(10)],
  ] as const)("%s in %i bits", (text, width, bits) => {
    if (bits === undefined) expect(() => floatBits(text, width)).toThrow(SyntaxError);
    else expect(floatBits(text, width)).toBe(bits);
  });

  it("rounds decimals to f32 once, where rounding through f64 goes wrong", () => {
    // Just above the middle of 1 and the next f32; the nearest f64 is that middle, which would go to even.
    const text = "1.00000005960464477540";
    expect(f32Bits(Number(text))).toBe(0x3f80_0000n);
    expect(floatBits(text, 32)).toBe(0x3f80_0001n);
  });

  it("rounds ties to even", () => {
    expect(floatBits("16777217", 32)).toBe(f32Bits(16777216));
    expect(floatBits("16777219", 32)).toBe(f32Bits(16777220));
  });

  it("agrees with the host on decimals and is exact on hexadecimals", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(floatBits(hexLiteral(value), 64)).toBe(f64Bits(value));
        expect(floatBits(hexLiteral(value), 32)).toBe(f32Bits(value));
        expect(floatBits(Object.is(value, -0) ? "-0" : String(value), 64)).toBe(f64Bits(value));
      }),
    );
  });
});
