// Types in the text format (spec section 6.4), for messages, descriptors and disassembly.
// Owns the spelling only; type indices are printed as they are given, module-local or canonical, or by a name.

import type {
  FieldType,
  FuncType,
  GlobalType,
  Heap,
  LimitsType,
  MemoryType,
  SubType,
  TableType,
  ValType,
} from "./types.ts";
import { HeapType, heapOf, isConcrete, isExact, isNullable, isRef, NumType, typeIdxOf } from "./types.ts";

/** How a type index is spelt: as a number, or `$name`. */
export type TypeSpelling = (typeIdx: number) => string;

/** A value type, packed types included: `i32`, `funcref`, `(ref null 3)`, `(ref (exact 3))`. */
export function formatValType(type: ValType, spell: TypeSpelling = String): string {
  if (isRef(type)) {
    const heap = heapOf(type);
    if (isNullable(type) && !isExact(type) && !isConcrete(heap) && heap !== HeapType.Bottom) {
      return nullableAbbreviation(heap);
    }
    return `(ref ${isNullable(type) ? "null " : ""}${formatHeap(heap, isExact(type), spell)})`;
  }
  switch (type) {
    case NumType.I32:
      return "i32";
    case NumType.I64:
      return "i64";
    case NumType.F32:
      return "f32";
    case NumType.F64:
      return "f64";
    case NumType.V128:
      return "v128";
    case NumType.I8:
      return "i8";
    case NumType.I16:
      return "i16";
    default:
      return "unknown";
  }
}

/** A heap type: `func`, `3`, `(exact 3)`. */
export function formatHeap(heap: Heap, exact = false, spell: TypeSpelling = String): string {
  const text = isConcrete(heap) ? spell(typeIdxOf(heap)) : abstractHeapName(heap as HeapType);
  return exact ? `(exact ${text})` : text;
}

function abstractHeapName(heap: HeapType): string {
  switch (heap) {
    case HeapType.Func:
      return "func";
    case HeapType.NoFunc:
      return "nofunc";
    case HeapType.Extern:
      return "extern";
    case HeapType.NoExtern:
      return "noextern";
    case HeapType.Any:
      return "any";
    case HeapType.Eq:
      return "eq";
    case HeapType.I31:
      return "i31";
    case HeapType.Struct:
      return "struct";
    case HeapType.Array:
      return "array";
    case HeapType.None:
      return "none";
    case HeapType.Exn:
      return "exn";
    case HeapType.NoExn:
      return "noexn";
    case HeapType.Bottom:
      return "unknown";
    default:
      heap satisfies never;
      return "unknown";
  }
}

/** `(ref null any)` is `anyref`; the bottom types are spelt `null…ref` (spec 6.4.3). */
function nullableAbbreviation(heap: HeapType): string {
  switch (heap) {
    case HeapType.None:
      return "nullref";
    case HeapType.NoFunc:
      return "nullfuncref";
    case HeapType.NoExtern:
      return "nullexternref";
    case HeapType.NoExn:
      return "nullexnref";
    default:
      return `${abstractHeapName(heap)}ref`;
  }
}

/** `(param i32 i64)`, `(result f32)`: empty when there are no types. */
export function formatTypeList(
  keyword: "param" | "result" | "local",
  types: readonly ValType[],
  spell: TypeSpelling = String,
): string {
  return types.length === 0
    ? ""
    : `(${keyword} ${types.map((type) => formatValType(type, spell)).join(" ")})`;
}

/** `(func (param i32) (result i32))`; `keyword` may be `tag`, or empty for the bare parameter and result lists. */
export function formatFuncType(
  type: FuncType,
  keyword: "func" | "tag" | "" = "func",
  spell: TypeSpelling = String,
): string {
  const lists = [formatTypeList("param", type.params, spell), formatTypeList("result", type.results, spell)];
  const text = [keyword, ...lists].filter((part) => part !== "").join(" ");
  return keyword === "" ? text : `(${text})`;
}

function formatFieldType({ type, mutable }: FieldType, spell: TypeSpelling): string {
  const text = formatValType(type, spell);
  return mutable ? `(mut ${text})` : text;
}

/**
 * What stands inside `(type …)`: `(func …)`, `(struct (field i32))`, `(sub final 0 (array (mut i8)))`.
 * `fieldName` gives what follows the keyword of each `(field …)`, e.g. ` $x`.
 */
export function formatSubType(
  type: SubType,
  spell: TypeSpelling = String,
  fieldName: (field: number) => string = () => "",
): string {
  const composite = formatComposite(type, spell, fieldName);
  const clauses = [
    ...type.supertypes.map(spell),
    ...(type.describes === undefined ? [] : [`(describes ${spell(type.describes)})`]),
    ...(type.descriptor === undefined ? [] : [`(descriptor ${spell(type.descriptor)})`]),
  ];
  if (type.final && clauses.length === 0) return composite;
  return `(sub ${[...(type.final ? ["final"] : []), ...clauses, composite].join(" ")})`;
}

function formatComposite(
  { composite }: SubType,
  spell: TypeSpelling,
  fieldName: (field: number) => string,
): string {
  switch (composite.kind) {
    case "func":
      return formatFuncType(composite, "func", spell);
    case "struct": {
      const fields = composite.fields.map(
        (field, i) => ` (field${fieldName(i)} ${formatFieldType(field, spell)})`,
      );
      return `(struct${fields.join("")})`;
    }
    case "array":
      return `(array ${formatFieldType(composite.field, spell)})`;
  }
}

/** `1`, `1 2`, `i64 1 2`. */
function formatLimits({ min, max, is64 }: LimitsType): string {
  return `${is64 ? "i64 " : ""}${min}${max === undefined ? "" : ` ${max}`}`;
}

/** `(memory 1 2 shared)`, `(memory i64 0 (pagesize 1))`. */
export function formatMemoryType(type: MemoryType): string {
  const shared = type.shared ? " shared" : "";
  const pageSize = type.pageSizeLog2 === 16 ? "" : ` (pagesize ${1n << BigInt(type.pageSizeLog2)})`;
  return `(memory ${formatLimits(type)}${shared}${pageSize})`;
}

/** `(table 10 20 funcref)`. */
export function formatTableType(type: TableType, spell: TypeSpelling = String): string {
  return `(table ${formatLimits(type)} ${formatValType(type.element, spell)})`;
}

/** `(global i32)`, `(global (mut i32))`. */
export function formatGlobalType(type: GlobalType, spell: TypeSpelling = String): string {
  return `(global ${formatFieldType(type, spell)})`;
}
