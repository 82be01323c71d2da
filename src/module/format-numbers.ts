// Constants in the text format (spec section 6.3): every bit pattern has one spelling that reads back as itself.
// Owns integers, hexadecimal floats and NaN payloads; bits come as int32 halves, never as JS floats.

/** Two's complement halves as a signed decimal. */
export function formatI64(lo: number, hi: number): string {
  return ((BigInt(hi | 0) << 32n) | BigInt(lo >>> 0)).toString();
}

/** Halves as an unsigned decimal. */
export function formatU64(lo: number, hi: number): string {
  return ((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString();
}

/** The bits of an f32: `0x1.8p+1`, `-inf`, `nan`, `nan:0x200000`. */
export function formatF32Bits(bits: number): string {
  const fraction = bits & 0x7fffff;
  const exponent = (bits >>> 23) & 0xff;
  const sign = bits < 0 ? "-" : "";
  if (exponent === 0xff) return sign + formatSpecial(fraction === 0, fraction === 0x400000, hex(fraction));
  // One bit of padding makes the 23 bits six hexadecimal digits.
  return sign + formatFinite(hex(fraction << 1, 6), exponent, 127);
}

/** The bits of an f64, as {@link formatF32Bits}. */
export function formatF64Bits(lo: number, hi: number): string {
  const high = hi & 0xfffff;
  const exponent = (hi >>> 20) & 0x7ff;
  const sign = hi < 0 ? "-" : "";
  const digits = hex(high, 5) + hex(lo >>> 0, 8);
  if (exponent === 0x7ff) {
    const payload = digits.replace(/^0+(?=.)/, "");
    return sign + formatSpecial(high === 0 && lo === 0, high === 0x80000 && lo === 0, payload);
  }
  return sign + formatFinite(digits, exponent, 1023);
}

function formatSpecial(infinite: boolean, canonical: boolean, payload: string): string {
  if (infinite) return "inf";
  return canonical ? "nan" : `nan:0x${payload}`;
}

function formatFinite(fractionDigits: string, exponent: number, bias: number): string {
  const digits = fractionDigits.replace(/0+$/, "");
  const fraction = digits === "" ? "" : `.${digits}`;
  if (exponent !== 0) {
    const power = exponent - bias;
    return `0x1${fraction}p${power < 0 ? "" : "+"}${power}`;
  }
  return digits === "" ? "0x0p+0" : `0x0${fraction}p${1 - bias}`;
}

/** Unsigned, at least `width` digits. */
export function hex(value: number, width = 1): string {
  return (value >>> 0).toString(16).padStart(width, "0");
}
