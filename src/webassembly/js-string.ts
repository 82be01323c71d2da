// The builtins of `wasm:js-string` and imported string constants (js-string-builtins proposal).
// Owns their types and what they do.

import { Trap } from "../errors.ts";
import { hasOwn } from "../host.ts";
import type { Import } from "../module/module.ts";
import type { TypeRegistry } from "../module/type-registry.ts";
import {
  HEAP_CONCRETE,
  HeapType,
  heapOf,
  isConcrete,
  isNullable,
  isRef,
  NumType,
  refType,
  type ValType,
} from "../module/types.ts";
import { FunctionInstance } from "../runtime/function.ts";
import type { ArrayObject } from "../runtime/gc.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import type { ExternType } from "../validator/checked-module.ts";
import { makeGlobal } from "./global.ts";

export const JS_STRING_MODULE = "wasm:js-string";

/** What a module was compiled with. */
export interface CompileBuiltins {
  readonly jsString: boolean;
  /** Module name of imported string constants. */
  readonly constants: string | undefined;
}

/** `array`: a nullable reference to an array of mutable i16. */
type Slot = "string" | "extern" | "i32" | "array";

interface Builtin {
  readonly params: readonly Slot[];
  readonly result: Slot;
  run(args: readonly unknown[]): unknown;
}

/** @throws Trap for what is no string */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Trap("cast-failure", "not a string");
}

/** @throws Trap for null, and for a part that is not inside */
function part(array: unknown, start: number, end: number): Int16Array {
  if (array === null) throw new Trap("null-array-reference");
  const { elements, length } = array as ArrayObject;
  if (!(start <= end && end <= length)) throw new Trap("out-of-bounds-array-access");
  return (elements as Int16Array).subarray(start, end);
}

/** Characters handed to `String.fromCharCode` at once: far below what a call may have of arguments. */
const CHUNK = 4096;

function fromCharCodes(codes: Int16Array): string {
  const units = new Uint16Array(codes.buffer, codes.byteOffset, codes.length);
  let result = "";
  for (let at = 0; at < units.length; at += CHUNK) {
    result += String.fromCharCode.apply(null, units.subarray(at, at + CHUNK) as unknown as number[]);
  }
  return result;
}

const u32 = (value: unknown): number => (value as number) >>> 0;

const BUILTINS: Readonly<Record<string, Builtin>> = {
  test: { params: ["extern"], result: "i32", run: ([value]) => (typeof value === "string" ? 1 : 0) },
  cast: { params: ["extern"], result: "string", run: ([value]) => text(value) },
  fromCharCodeArray: {
    params: ["array", "i32", "i32"],
    result: "string",
    run: ([array, start, end]) => fromCharCodes(part(array, u32(start), u32(end))),
  },
  intoCharCodeArray: {
    params: ["extern", "array", "i32"],
    result: "i32",
    run: ([value, array, start]) => {
      const string = text(value);
      const target = part(array, u32(start), u32(start) + string.length);
      for (let k = 0; k < string.length; k++) target[k] = string.charCodeAt(k);
      return string.length;
    },
  },
  fromCharCode: { params: ["i32"], result: "string", run: ([code]) => String.fromCharCode(u32(code)) },
  fromCodePoint: {
    params: ["i32"],
    result: "string",
    run: ([code]) => {
      if (u32(code) > 0x10ffff) throw new Trap("cast-failure", `${u32(code)} is no code point`);
      return String.fromCodePoint(u32(code));
    },
  },
  charCodeAt: {
    params: ["extern", "i32"],
    result: "i32",
    run: ([value, index]) => text(value).charCodeAt(inside(text(value), u32(index))),
  },
  codePointAt: {
    params: ["extern", "i32"],
    result: "i32",
    run: ([value, index]) => text(value).codePointAt(inside(text(value), u32(index))),
  },
  length: { params: ["extern"], result: "i32", run: ([value]) => text(value).length },
  concat: {
    params: ["extern", "extern"],
    result: "string",
    run: ([first, second]) => text(first) + text(second),
  },
  substring: {
    params: ["extern", "i32", "i32"],
    result: "string",
    run: ([value, start, end]) => {
      const string = text(value);
      return u32(start) > u32(end) || u32(start) > string.length
        ? ""
        : string.substring(u32(start), u32(end));
    },
  },
  equals: {
    params: ["extern", "extern"],
    result: "i32",
    run: ([first, second]) => {
      for (const value of [first, second]) if (value !== null) text(value);
      return first === second ? 1 : 0;
    },
  },
  compare: {
    params: ["extern", "extern"],
    result: "i32",
    run: ([first, second]) => {
      const [a, b] = [text(first), text(second)];
      return a === b ? 0 : a < b ? -1 : 1;
    },
  },
};

/** @throws Trap */
function inside(string: string, index: number): number {
  if (index < string.length) return index;
  throw new Trap("out-of-bounds-array-access", `character ${index} of ${string.length}`);
}

function builtinOf({ jsString }: CompileBuiltins, { module, name }: Import): Builtin | undefined {
  return jsString && module === JS_STRING_MODULE && hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
}

function isConstant({ constants }: CompileBuiltins, { module, desc }: Import): boolean {
  return constants !== undefined && module === constants && desc.kind === "global";
}

/** Whether an import is met by the namespace itself, so that it is neither listed nor asked for. */
export function isBuiltinImport(builtins: CompileBuiltins, wanted: Import): boolean {
  return builtinOf(builtins, wanted) !== undefined || isConstant(builtins, wanted);
}

/** Why an import of a builtin is not of the builtin's type. */
export function builtinProblem(
  builtins: CompileBuiltins,
  wanted: Import,
  type: ExternType,
  registry: TypeRegistry,
): string | undefined {
  const { module, name } = wanted;
  if (isConstant(builtins, wanted)) {
    if (type.kind === "global" && !type.type.mutable && isExtern(type.type.type)) return undefined;
    return `the import ${module}.${name} is a string constant: its type must be an immutable externref`;
  }
  const builtin = builtinOf(builtins, wanted);
  if (builtin === undefined) return undefined;
  const fits =
    type.kind === "func" &&
    fitsSignature(builtin, registry.funcType(type.typeId), registry) &&
    isPlain(type.typeId, registry);
  return fits ? undefined : `the import ${module}.${name} is a builtin of another type`;
}

function isExtern(type: ValType): boolean {
  return isRef(type) && heapOf(type) === HeapType.Extern;
}

/** Whether a function type is defined by itself, not in a group with others: such a one is another type. */
function isPlain(typeId: number, registry: TypeRegistry): boolean {
  const { params, results } = registry.funcType(typeId);
  return registry.addFuncType(params, results) === typeId;
}

function fitsSignature(
  { params, result }: Builtin,
  type: { readonly params: readonly ValType[]; readonly results: readonly ValType[] },
  registry: TypeRegistry,
): boolean {
  return (
    type.params.length === params.length &&
    type.results.length === 1 &&
    params.every((slot, k) => fitsParam(slot, type.params[k]!, registry)) &&
    fitsResult(result, type.results[0]!)
  );
}

function fitsParam(slot: Slot, type: ValType, registry: TypeRegistry): boolean {
  if (slot === "i32") return type === NumType.I32;
  if (slot !== "array") return isExtern(type);
  if (!isRef(type) || !isConcrete(heapOf(type)) || !isNullable(type)) return false;
  const { composite } = registry.definedType(heapOf(type) - HEAP_CONCRETE);
  return composite.kind === "array" && composite.field.mutable && composite.field.type === NumType.I16;
}

function fitsResult(slot: Slot, type: ValType): boolean {
  return slot === "i32" ? type === NumType.I32 : isExtern(type);
}

/** What satisfies an import of a builtin; `undefined` for other imports. */
export function resolveBuiltin(
  builtins: CompileBuiltins,
  wanted: Import,
  type: ExternType,
  registry: TypeRegistry,
): ExternInstance | undefined {
  if (isConstant(builtins, wanted)) {
    return { kind: "global", global: makeGlobal(refType(HeapType.Extern, false), false, wanted.name) };
  }
  const builtin = builtinOf(builtins, wanted);
  if (builtin === undefined || type.kind !== "func") return undefined;
  const { typeId } = type;
  const func = FunctionInstance.host(
    typeId,
    registry.funcType(typeId),
    (_, args) => builtin.run(args),
    `${wanted.module}.${wanted.name}`,
  );
  return { kind: "func", func };
}
