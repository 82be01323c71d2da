// Numbers as TOML writes them.

const INTEGER = /^([+-]?(0|[1-9](_?\d)*)|0x[0-9A-Fa-f](_?[0-9A-Fa-f])*|0o[0-7](_?[0-7])*|0b[01](_?[01])*)$/;
const FLOAT = /^[+-]?(0|[1-9](_?\d)*)(\.\d(_?\d)*)?([eE][+-]?\d(_?\d)*)?$/;
const SPECIAL_FLOAT = /^([+-]?)(inf|nan)$/;

/** The number that a word is; `undefined` for none. An integer that a double cannot hold is a bigint. */
export function numberOf(word: string): number | bigint | undefined {
  if (INTEGER.test(word)) {
    const digits = word.replaceAll("_", "");
    // No integer of TOML has more than 64 bits.
    if (digits.length > 66) return undefined;
    const value = digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits.replace("+", ""));
    if (value < -(2n ** 63n) || value >= 2n ** 63n) return undefined;
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  if (FLOAT.test(word)) return Number(word.replaceAll("_", ""));
  const [, sign, name] = SPECIAL_FLOAT.exec(word) ?? [];
  if (name === undefined) return undefined;
  return name === "nan" ? Number.NaN : sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
