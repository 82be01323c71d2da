// Turns the numeric literals of scripts into bits, correctly rounded.
// Owns literal syntax (spec section 6.3); knows nothing of directives.

/** Bits of the integer literal `text` in two's complement. Throws `RangeError` when it does not fit. */
export function integerBits(text: string, width: 8 | 16 | 32 | 64): bigint {
  const digits = text.replaceAll("_", "");
  const negative = digits.startsWith("-");
  const value = BigInt(digits.replace(/^[+-]/, "")) * (negative ? -1n : 1n);
  if (value < -(1n << BigInt(width - 1)) || value >= 1n << BigInt(width)) {
    throw new RangeError(`${text} does not fit in ${width} bits`);
  }
  return BigInt.asUintN(width, value);
}

interface FloatFormat {
  readonly significandBits: number;
  readonly exponentBits: number;
}

const FORMATS: Readonly<Record<32 | 64, FloatFormat>> = {
  32: { significandBits: 23, exponentBits: 8 },
  64: { significandBits: 52, exponentBits: 11 },
};

/** Bits of the float literal `text`, rounded once, to nearest, ties to even. Throws `SyntaxError` if it is none. */
export function floatBits(text: string, width: 32 | 64): bigint {
  const { significandBits, exponentBits } = FORMATS[width];
  const literal = text.replaceAll("_", "");
  const sign = literal.startsWith("-") ? 1n << BigInt(width - 1) : 0n;
  const magnitude = literal.replace(/^[+-]/, "");
  const infinity = ((1n << BigInt(exponentBits)) - 1n) << BigInt(significandBits);
  if (magnitude === "inf") return sign | infinity;
  if (magnitude === "nan") return sign | infinity | (1n << BigInt(significandBits - 1));
  if (magnitude.startsWith("nan:0x")) return sign | infinity | BigInt(magnitude.slice(4));
  if (width === 64 && DECIMAL.test(magnitude)) {
    const scratch = new DataView(new ArrayBuffer(8));
    scratch.setFloat64(0, Number(magnitude));
    return sign | scratch.getBigUint64(0);
  }
  const { numerator, denominator } = rational(magnitude);
  return sign | roundedBits(numerator, denominator, FORMATS[width]);
}

const DECIMAL = /^\d+(\.\d*)?([eE][+-]?\d+)?$/;
const HEXADECIMAL = /^0x([0-9a-fA-F]+)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;

/** The exact value of an unsigned float literal. */
function rational(magnitude: string): { numerator: bigint; denominator: bigint } {
  const hex = HEXADECIMAL.exec(magnitude);
  let digits: bigint;
  let base: bigint;
  let exponent: number;
  if (hex !== null) {
    const [, whole = "", fraction = "", power = "0"] = hex;
    digits = BigInt(`0x${whole}${fraction}`);
    base = 2n;
    exponent = Number(power) - 4 * fraction.length;
  } else if (DECIMAL.test(magnitude)) {
    const [mantissa = "", power = "0"] = magnitude.split(/[eE]/);
    const [whole = "", fraction = ""] = mantissa.split(".");
    digits = BigInt(whole + fraction);
    base = 10n;
    exponent = Number(power) - fraction.length;
  } else throw new SyntaxError(`${magnitude} is not a float literal`);
  const scale = base ** BigInt(Math.abs(exponent));
  return exponent < 0
    ? { numerator: digits, denominator: scale }
    : { numerator: digits * scale, denominator: 1n };
}

/** Bits of `numerator / denominator` (not negative) in `format`. Overflow gives infinity. */
function roundedBits(numerator: bigint, denominator: bigint, format: FloatFormat): bigint {
  if (numerator === 0n) return 0n;
  const { significandBits, exponentBits } = format;
  const bias = (1 << (exponentBits - 1)) - 1;
  const minimumExponent = 1 - bias;
  let exponent = bitLength(numerator) - bitLength(denominator);
  // The quotient lies in [2^(exponent-1), 2^(exponent+1)); bring it to [2^exponent, 2^(exponent+1)).
  if (compareScaled(numerator, denominator, exponent) < 0) exponent--;
  const quantum = Math.max(exponent, minimumExponent) - significandBits;
  const scaledNumerator = quantum < 0 ? numerator << BigInt(-quantum) : numerator;
  const scaledDenominator = quantum > 0 ? denominator << BigInt(quantum) : denominator;
  let significand = scaledNumerator / scaledDenominator;
  const twiceRest = 2n * (scaledNumerator % scaledDenominator);
  if (twiceRest > scaledDenominator || (twiceRest === scaledDenominator && (significand & 1n) === 1n))
    significand++;
  // Adding instead of or-ing lets a carry out of the significand raise the exponent.
  const biased = BigInt(Math.max(exponent, minimumExponent) - minimumExponent);
  const bits = (biased << BigInt(significandBits)) + significand;
  const infinity = ((1n << BigInt(exponentBits)) - 1n) << BigInt(significandBits);
  return bits < infinity ? bits : infinity;
}

/** Sign of `numerator / denominator - 2^exponent`. */
function compareScaled(numerator: bigint, denominator: bigint, exponent: number): number {
  const left = exponent < 0 ? numerator << BigInt(-exponent) : numerator;
  const right = exponent > 0 ? denominator << BigInt(exponent) : denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}
