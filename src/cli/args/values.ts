// Wasm values as words on the command line: reads arguments by their type, prints results.
// Owns that syntax; knows the embedder API's value mapping (numbers, bigints, bytes, null), not how calls are made.

import { UsageError } from "../usage-error.ts";

/** A value as the embedder API takes and gives it. */
type CliValue = number | bigint | Uint8Array | null;

const INTEGER = /^([+-]?)(0x[0-9a-f][0-9a-f_]*|\d[\d_]*)$/i;
const FLOAT = /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A signed or unsigned integer of `bits` bits, decimal or 0x…, as its signed value. */
function parseInteger(text: string, bits: 32 | 64): bigint | undefined {
  const match = INTEGER.exec(text);
  if (match === null || text.length > 80) return undefined;
  const magnitude = BigInt(match[2]!.replaceAll("_", ""));
  const value = match[1] === "-" ? -magnitude : magnitude;
  const half = 1n << BigInt(bits - 1);
  return value < -half || value >= 2n * half ? undefined : BigInt.asIntN(bits, value);
}

function parseFloatingPoint(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const word = text.replace(/^[+-]/, "").toLowerCase();
  if (word === "inf" || word === "infinity") return sign * Number.POSITIVE_INFINITY;
  if (word === "nan") return Number.NaN;
  if (FLOAT.test(text)) return Number(text.replaceAll("_", ""));
  const integer = parseInteger(text, 64);
  return integer === undefined || !/^[+-]?0x/i.test(text) ? undefined : Number(BigInt.asUintN(64, integer));
}

/** 16 bytes, written as 0x and 32 digits with the highest byte first. */
function parseVector(text: string): Uint8Array | undefined {
  const match = /^0x([0-9a-f]{32})$/i.exec(text.replaceAll("_", ""));
  if (match === null) return undefined;
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[15 - i] = Number.parseInt(match[1]!.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  i32: "a number from -2147483648 to 4294967295, or 0x…",
  i64: "a number from -2^63 to 2^64-1, or 0x…",
  f32: "a number such as 1.5, -2e10, inf or nan",
  f64: "a number such as 1.5, -2e10, inf or nan",
  v128: "0x and 32 hexadecimal digits, highest byte first",
};

function parseByType(type: string, text: string): CliValue | undefined {
  switch (type) {
    case "i32": {
      const value = parseInteger(text, 32);
      return value === undefined ? undefined : Number(value);
    }
    case "i64":
      return parseInteger(text, 64);
    case "f32": {
      const value = parseFloatingPoint(text);
      return value === undefined ? undefined : Math.fround(value);
    }
    case "f64":
      return parseFloatingPoint(text);
    case "v128":
      return parseVector(text);
    default:
      return text === "null" ? null : undefined;
  }
}

/** Reads one argument. Throws UsageError naming the argument's position (from 1), its type and what is wanted. */
export function parseValue(type: string, text: string, position: number): CliValue {
  const value = parseByType(type, text);
  if (value === undefined) {
    const wanted = EXAMPLES[type] ?? "null; other references cannot be written on a command line";
    throw new UsageError(
      `argument ${position} is an ${type}: '${text}' is not ${wanted}`.replace(/\ban (?=v128|\()/, "a "),
    );
  }
  return value;
}

/** The shortest decimal that reads back as the same f32. */
function formatF32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

function formatFloat(value: number, shortest: (value: number) => string): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  return Object.is(value, -0) ? "-0" : shortest(value);
}

/** Prints one result so that `parseValue` of the same type reads it back. References print as `null` or their type. */
export function formatValue(type: string, value: unknown): string {
  if (type === "f32") return formatFloat(value as number, formatF32);
  if (type === "f64") return formatFloat(value as number, String);
  if (value instanceof Uint8Array) {
    return `0x${[...value]
      .reverse()
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("")}`;
  }
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return value === null ? "null" : type;
}
