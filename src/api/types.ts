// Types as the embedder writes and reads them: names, not numbers.

import { describe } from "../checks/describe.ts";
import { listOf, type Shape, suggestion } from "../checks/options.ts";
import { hasOwn } from "../host.ts";
import { formatValType } from "../module/format-types.ts";
import type { FuncType, ValType } from "../module/types.ts";
import { HeapType, NumType, refType } from "../module/types.ts";

const NUMBER_TYPES = {
  i32: NumType.I32,
  i64: NumType.I64,
  f32: NumType.F32,
  f64: NumType.F64,
  v128: NumType.V128,
} as const;

const HEAPS = {
  funcref: HeapType.Func,
  externref: HeapType.Extern,
  anyref: HeapType.Any,
  eqref: HeapType.Eq,
  i31ref: HeapType.I31,
  structref: HeapType.Struct,
  arrayref: HeapType.Array,
  nullref: HeapType.None,
  nullfuncref: HeapType.NoFunc,
  nullexternref: HeapType.NoExtern,
  exnref: HeapType.Exn,
  nullexnref: HeapType.NoExn,
} as const;

/** Heap types by their names in text. */
const ABSTRACT_HEAPS = {
  func: HeapType.Func,
  extern: HeapType.Extern,
  any: HeapType.Any,
  eq: HeapType.Eq,
  i31: HeapType.I31,
  struct: HeapType.Struct,
  array: HeapType.Array,
  none: HeapType.None,
  nofunc: HeapType.NoFunc,
  noextern: HeapType.NoExtern,
  exn: HeapType.Exn,
  noexn: HeapType.NoExn,
} as const;

/**
 * Name of a value type; `(ref extern)` and the like are references that are never null. Types that refer to a module's
 * own types appear in descriptors as text, e.g. `(ref null 3)`.
 */
export type ValTypeName =
  | keyof typeof NUMBER_TYPES
  | keyof typeof HEAPS
  | `(ref ${keyof typeof ABSTRACT_HEAPS})`;

/** A function's type by names. */
export interface FuncTypeDescriptor {
  readonly params: readonly ValTypeName[];
  readonly results: readonly ValTypeName[];
}

/** A value type by its name. */
export const VAL_TYPE: Shape<ValType> = {
  expected: "the name of a value type",
  read(name, what) {
    const type = typeof name === "string" ? typeOfName(name) : undefined;
    if (type !== undefined) return type;
    const names = [...Object.keys(NUMBER_TYPES), ...Object.keys(HEAPS)];
    const advice = suggestion(name, names) || `; there are ${names.join(", ")} and (ref extern) etc.`;
    throw new TypeError(`${what}: expected ${this.expected}, got ${describe(name)}${advice}`);
  },
};

/** The name of a value type, or what stands for the type that the first module wants which imports the thing. */
export const VAL_TYPE_OR_IMPORTED: Shape<ValType | "as-imported"> = {
  expected: `${VAL_TYPE.expected} or "as-imported"`,
  read: (name, what) => (name === "as-imported" ? name : VAL_TYPE.read(name, what)),
};

/** Several of them, as in a function's type. */
export const VAL_TYPES: Shape<readonly ValType[]> = /* @__PURE__ */ listOf(
  "an array of value types",
  VAL_TYPE,
);

function typeOfName(name: string): ValType | undefined {
  const numbers: Readonly<Record<string, ValType>> = NUMBER_TYPES;
  if (hasOwn(NUMBER_TYPES, name)) return numbers[name];
  const heaps: Readonly<Record<string, HeapType>> = HEAPS;
  const heap = hasOwn(HEAPS, name) ? heaps[name] : undefined;
  if (heap !== undefined) return refType(heap, true);
  const [, abstract = ""] = /^\(ref (\w+)\)$/.exec(name) ?? [];
  const abstracts: Readonly<Record<string, HeapType>> = ABSTRACT_HEAPS;
  const nonNull = hasOwn(ABSTRACT_HEAPS, abstract) ? abstracts[abstract] : undefined;
  return nonNull === undefined ? undefined : refType(nonNull, false);
}

/** The type's name, or its text form where it has none. */
export function valTypeName(type: ValType): ValTypeName {
  return formatValType(type) as ValTypeName;
}

export function describeFuncType(type: FuncType): FuncTypeDescriptor {
  return { params: type.params.map(valTypeName), results: type.results.map(valTypeName) };
}
