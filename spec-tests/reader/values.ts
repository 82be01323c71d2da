// Argument constants and result patterns of scripts, and the comparison of a result with a pattern.
// Owns the meaning of `nan:canonical`, `either` and the `ref.…` patterns; knows no engine.

import { floatBits, integerBits } from "./numbers.ts";
import type { List, Node } from "./s-expression.ts";

/** A value as bits: i32 and f32 in `lo`; i64 and f64 in `lo` and `hi`; v128 in `bytes`; references in `ref`. */
export interface RawValue {
  readonly type: "i32" | "i64" | "f32" | "f64" | "v128" | "ref";
  readonly lo?: number;
  readonly hi?: number;
  /** 16 bytes, little endian. */
  readonly bytes?: Uint8Array;
  readonly ref?: unknown;
}

/** An argument: bits, a null, or the host object number `id`. */
export type Constant =
  | { readonly kind: "bits"; readonly value: RawValue }
  | { readonly kind: "null"; readonly heap: string }
  | { readonly kind: "host"; readonly id: number };

/** What a non-null reference can be asked to be. */
export type RefKind = "func" | "extern" | "any" | "eq" | "i31" | "struct" | "array" | "exn" | "host";

type Nan = "canonical" | "arithmetic";

interface LanePattern {
  readonly bits: bigint;
  readonly nan: Nan | undefined;
}

/** What a result must be. */
export type Pattern =
  | { readonly kind: "number"; readonly type: "i32" | "i64" | "f32" | "f64"; readonly lane: LanePattern }
  | { readonly kind: "v128"; readonly width: 8 | 16 | 32 | 64; readonly lanes: readonly LanePattern[] }
  | { readonly kind: "null" }
  | { readonly kind: "host"; readonly id: number }
  | { readonly kind: "ref"; readonly of: RefKind }
  | { readonly kind: "either"; readonly options: readonly Pattern[] };

const SHAPES: Readonly<Record<string, { width: 8 | 16 | 32 | 64; float: boolean }>> = {
  i8x16: { width: 8, float: false },
  i16x8: { width: 16, float: false },
  i32x4: { width: 32, float: false },
  i64x2: { width: 64, float: false },
  f32x4: { width: 32, float: true },
  f64x2: { width: 64, float: true },
};

const REF_KINDS: ReadonlySet<string> = new Set([
  "func",
  "extern",
  "any",
  "eq",
  "i31",
  "struct",
  "array",
  "exn",
  "host",
]);

/** Atoms of `list`. Throws when it holds anything else. */
function atoms(list: List): string[] {
  return list.items.map((item) => {
    if (item.kind !== "atom") throw new SyntaxError(`unexpected ${item.kind} in a value`);
    return item.text;
  });
}

function lanePattern(text: string, width: 8 | 16 | 32 | 64, float: boolean): LanePattern {
  if (text === "nan:canonical") return { bits: 0n, nan: "canonical" };
  if (text === "nan:arithmetic") return { bits: 0n, nan: "arithmetic" };
  const bits = float ? floatBits(text, width as 32 | 64) : integerBits(text, width);
  return { bits, nan: undefined };
}

/** The pattern that `node` spells. Throws `SyntaxError` or `RangeError` when it spells none. */
export function readPattern(node: Node): Pattern {
  if (node.kind !== "list") throw new SyntaxError(`a value must be a list, not ${node.kind}`);
  const head = node.items[0];
  if (head?.kind === "atom" && head.text === "either") {
    return { kind: "either", options: node.items.slice(1).map(readPattern) };
  }
  const [operator = "", ...rest] = atoms(node);
  switch (operator) {
    case "i32.const":
    case "i64.const":
    case "f32.const":
    case "f64.const": {
      const type = operator.slice(0, 3) as "i32" | "i64" | "f32" | "f64";
      const width = type.endsWith("32") ? 32 : 64;
      return { kind: "number", type, lane: lanePattern(only(rest, operator), width, type.startsWith("f")) };
    }
    case "v128.const": {
      const shape = SHAPES[rest[0] ?? ""];
      if (shape === undefined) throw new SyntaxError(`unknown v128 shape ${rest[0]}`);
      const lanes = rest.slice(1).map((lane) => lanePattern(lane, shape.width, shape.float));
      if (lanes.length * shape.width !== 128) throw new SyntaxError(`wrong number of lanes for ${rest[0]}`);
      return { kind: "v128", width: shape.width, lanes };
    }
    case "ref.null":
      return { kind: "null" };
    default: {
      const of = operator.startsWith("ref.") ? operator.slice(4) : "";
      if (!REF_KINDS.has(of)) throw new SyntaxError(`unknown value ${operator}`);
      if (rest.length > 0 && (of === "extern" || of === "host")) {
        return { kind: "host", id: Number(integerBits(only(rest, operator), 32)) };
      }
      if (rest.length > 0) throw new SyntaxError(`unexpected operand of ${operator}`);
      return { kind: "ref", of: of as RefKind };
    }
  }
}

function only(operands: readonly string[], operator: string): string {
  const [operand] = operands;
  if (operand === undefined || operands.length > 1) throw new SyntaxError(`${operator} needs one operand`);
  return operand;
}

/** The argument that `node` spells. Throws `SyntaxError` or `RangeError` when it spells none. */
export function readConstant(node: Node): Constant {
  const pattern = readPattern(node);
  switch (pattern.kind) {
    case "null":
      return { kind: "null", heap: node.kind === "list" ? (atoms(node)[1] ?? "any") : "any" };
    case "host":
      return pattern;
    case "number":
    case "v128":
      return { kind: "bits", value: rawValue(pattern) };
    default:
      throw new SyntaxError(`a ${pattern.kind} pattern is no argument`);
  }
}

function rawValue(pattern: Extract<Pattern, { kind: "number" | "v128" }>): RawValue {
  if (pattern.kind === "number") {
    const { bits, nan } = pattern.lane;
    if (nan !== undefined) throw new SyntaxError("a NaN pattern is no argument");
    const lo = Number(BigInt.asIntN(32, bits));
    if (pattern.type === "i32" || pattern.type === "f32") return { type: pattern.type, lo };
    return { type: pattern.type, lo, hi: Number(BigInt.asIntN(32, bits >> 32n)) };
  }
  const bytes = new Uint8Array(16);
  let at = 0;
  for (const { bits, nan } of pattern.lanes) {
    if (nan !== undefined) throw new SyntaxError("a NaN pattern is no argument");
    for (let shift = 0; shift < pattern.width; shift += 8)
      bytes[at++] = Number((bits >> BigInt(shift)) & 0xffn);
  }
  return { type: "v128", bytes };
}

/** What comparing references takes: the two things that only an engine's embedder can know. */
export interface RefInspector {
  /** Whether `ref` is the host object number `id`. */
  isHostObject(ref: unknown, id: number): boolean;
  /** Whether `ref`, which is not null, is of `kind`. */
  isRefKind(ref: unknown, kind: RefKind): boolean;
}

/** Whether `value` is what `pattern` demands, bit for bit. */
export function matches(pattern: Pattern, value: RawValue, inspector: RefInspector): boolean {
  switch (pattern.kind) {
    case "either":
      return pattern.options.some((option) => matches(option, value, inspector));
    case "number": {
      if (value.type !== pattern.type) return false;
      const width = pattern.type.endsWith("32") ? 32 : 64;
      return matchesLane(pattern.lane, numberBits(value), width);
    }
    case "v128": {
      const { bytes } = value;
      if (value.type !== "v128" || bytes?.length !== 16) return false;
      const step = pattern.width / 8;
      return pattern.lanes.every((lane, index) =>
        matchesLane(lane, littleEndian(bytes, index * step, step), pattern.width),
      );
    }
    case "null":
      return value.type === "ref" && value.ref === null;
    case "host":
      return value.type === "ref" && inspector.isHostObject(value.ref, pattern.id);
    case "ref":
      return value.type === "ref" && value.ref !== null && inspector.isRefKind(value.ref, pattern.of);
    default:
      return pattern satisfies never;
  }
}

function matchesLane({ bits, nan }: LanePattern, actual: bigint, width: 8 | 16 | 32 | 64): boolean {
  if (nan === undefined) return actual === bits;
  // Spec section 4.3.3: canonical is the quiet bit alone; arithmetic is at least the quiet bit; any sign.
  const magnitude = BigInt.asUintN(width - 1, actual);
  const canonical = width === 32 ? 0x7fc00000n : 0x7ff8000000000000n;
  return nan === "canonical" ? magnitude === canonical : (magnitude & canonical) === canonical;
}

function littleEndian(bytes: Uint8Array, start: number, length: number): bigint {
  let value = 0n;
  for (let index = length - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[start + index] ?? 0);
  return value;
}

function numberBits({ lo = 0, hi = 0, type }: RawValue): bigint {
  const low = BigInt(lo >>> 0);
  return type === "i32" || type === "f32" ? low : (BigInt(hi >>> 0) << 32n) | low;
}

/** A readable form of `value` for failure reports: bits in hexadecimal. */
export function showValue(value: RawValue): string {
  if (value.type === "ref") return value.ref === null ? "ref.null" : `ref (${typeof value.ref})`;
  if (value.type !== "v128") return `${value.type}:0x${numberBits(value).toString(16)}`;
  const bytes = [...(value.bytes ?? [])].map((byte) => byte.toString(16).padStart(2, "0"));
  return `v128:${bytes.join(" ")}`;
}

/** A readable form of `pattern` for failure reports. */
export function showPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case "either":
      return `either ${pattern.options.map(showPattern).join(" | ")}`;
    case "number":
      return `${pattern.type}:${showLane(pattern.lane)}`;
    case "v128":
      return `v128 (${pattern.width}-bit lanes): ${pattern.lanes.map(showLane).join(" ")}`;
    case "null":
      return "ref.null";
    case "host":
      return `host object ${pattern.id}`;
    case "ref":
      return `ref.${pattern.of}`;
    default:
      return pattern satisfies never;
  }
}

function showLane({ bits, nan }: LanePattern): string {
  return nan === undefined ? `0x${bits.toString(16)}` : `nan:${nan}`;
}
