// Values of the component suite: as the assembler writes them, to what the embedder API takes, and compared with what it gives.

import type { JsonValue } from "./assemble.ts";

interface Payload {
  readonly case?: string;
  readonly payload?: JsonValue;
}

const camel = (name: string): string =>
  name
    .split("-")
    .map((word, i) =>
      i === 0 ? word.toLowerCase() : (word[0] ?? "").toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join("");

/** What a host passes for a value. @throws RangeError for a type that it does not know */
export function toHost({ type, value }: JsonValue): unknown {
  switch (type) {
    case "bool":
      return value === true || value === "true" || value === "1";
    case "s8":
    case "u8":
    case "s16":
    case "u16":
    case "s32":
    case "u32":
      return Number(value);
    case "s64":
    case "u64":
      return BigInt(String(value));
    case "f32":
      return new Float32Array(new Uint32Array([Number(value)]).buffer)[0];
    case "f64":
      return new Float64Array(new BigUint64Array([BigInt(String(value))]).buffer)[0];
    case "char":
    case "string":
    case "enum":
      return value;
    case "list":
    case "tuple":
      return (value as readonly JsonValue[]).map(toHost);
    case "record":
      return Object.fromEntries(entries(value).map(([name, field]) => [camel(name), toHost(field)] as const));
    case "variant": {
      const { case: tag, payload } = value as Payload;
      return payload === undefined || payload === null ? { tag } : { tag, val: toHost(payload) };
    }
    case "option":
      return value === null || value === undefined ? undefined : toHost(value as JsonValue);
    case "result": {
      const [tag, payload] = Object.entries(value as object)[0] ?? ["ok", null];
      return { tag: tag.toLowerCase(), val: payload === null ? undefined : toHost(payload as JsonValue) };
    }
    case "flags":
      return Object.fromEntries((value as readonly string[]).map((name) => [camel(name), true]));
    default:
      throw new RangeError(`the suite has a value of type ${type}`);
  }
}

/** Fields come as pairs, or as an object. */
function entries(value: unknown): [string, JsonValue][] {
  if (Array.isArray(value)) return value as [string, JsonValue][];
  return Object.entries(value as Readonly<Record<string, JsonValue>>);
}

export function matches(result: unknown, expected: JsonValue): boolean {
  return same(result, toHost(expected));
}

/** Structural equality; typed arrays are lists, NaN is NaN, and what is missing is undefined or false. */
function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (isList(a) && isList(b))
    return a.length === b.length && Array.from(a).every((each, i) => same(each, b[i]));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every(
    (key) =>
      same(left[key] ?? undefined, right[key] ?? undefined) ||
      (!left[key] && !right[key] && typeof (left[key] ?? right[key]) === "boolean"),
  );
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
}

export function describe(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const text = JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}n` : each));
  return text ?? String(value);
}
