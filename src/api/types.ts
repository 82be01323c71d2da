// Types as the embedder writes and reads them: names, not numbers.

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

/** Name of a value type. Types that refer to a module's own types appear in descriptors as text, e.g. `(ref null 3)`. */
export type ValTypeName = keyof typeof NUMBER_TYPES | keyof typeof HEAPS;

/** A function's type by names. */
export interface FuncTypeDescriptor {
  readonly params: readonly ValTypeName[];
  readonly results: readonly ValTypeName[];
}

/** @throws TypeError for a name that is no value type */
export function parseValType(name: ValTypeName): ValType {
  if (Object.hasOwn(NUMBER_TYPES, name)) return NUMBER_TYPES[name as keyof typeof NUMBER_TYPES];
  if (Object.hasOwn(HEAPS, name)) return refType(HEAPS[name as keyof typeof HEAPS], true);
  throw new TypeError(
    `${JSON.stringify(name)} is not a value type; there are ${[...Object.keys(NUMBER_TYPES), ...Object.keys(HEAPS)].join(", ")}`,
  );
}

/** The type's name, or its text form where it has none. */
export function valTypeName(type: ValType): ValTypeName {
  return formatValType(type) as ValTypeName;
}

export function describeFuncType(type: FuncType): FuncTypeDescriptor {
  return { params: type.params.map(valTypeName), results: type.results.map(valTypeName) };
}
