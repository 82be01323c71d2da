// Value, heap, reference and defined types as plain data (spec sections 2.3 and 5.3).
// Owns their encoding as numbers. Knows nothing of modules' index spaces: the type
// index inside a reference type is module-local in decoded data and canonical
// (see TypeRegistry) everywhere after validation.

/**
 * A value type as a number, so that equality is `===`.
 * Number and vector types are their binary code; a reference type is
 * `REF_BASE + 4 * heap + 2 * exact + nullable`, where `heap` is an abstract
 * heap type below {@link HEAP_CONCRETE}, else `HEAP_CONCRETE + typeIdx`.
 */
export type ValType = number;

/** A heap type as a number: `HeapType` member or `HEAP_CONCRETE + typeIdx`. */
export type Heap = number;

export const enum NumType {
  /** The type of operands popped in unreachable code; no value has it. */
  Bottom = 0,
  I16 = 0x77,
  I8 = 0x78,
  V128 = 0x7b,
  F64 = 0x7c,
  F32 = 0x7d,
  I64 = 0x7e,
  I32 = 0x7f,
}

/** Abstract heap types. `Bottom` is below every heap type and stands for a popped unknown reference. */
export const enum HeapType {
  Func,
  NoFunc,
  Extern,
  NoExtern,
  Any,
  Eq,
  I31,
  Struct,
  Array,
  None,
  Exn,
  NoExn,
  Bottom,
}

export const REF_BASE = 256;
export const HEAP_CONCRETE = 32;

export function refType(heap: Heap, nullable: boolean, exact = false): ValType {
  return REF_BASE + 4 * heap + (exact ? 2 : 0) + (nullable ? 1 : 0);
}

export function isRef(type: ValType): boolean {
  return type >= REF_BASE;
}

export function heapOf(type: ValType): Heap {
  return Math.floor((type - REF_BASE) / 4);
}

export function isNullable(type: ValType): boolean {
  return (type & 1) === 1;
}

export function isExact(type: ValType): boolean {
  return (type & 2) === 2;
}

export function isConcrete(heap: Heap): boolean {
  return heap >= HEAP_CONCRETE;
}

/** The type index in a concrete heap type. */
export function typeIdxOf(heap: Heap): number {
  return heap - HEAP_CONCRETE;
}

export interface FuncType {
  readonly kind: "func";
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}

/** A struct field or array element; `type` may be the packed `I8` or `I16`. */
export interface FieldType {
  readonly type: ValType;
  readonly mutable: boolean;
}

export interface StructType {
  readonly kind: "struct";
  readonly fields: readonly FieldType[];
}

export interface ArrayType {
  readonly kind: "array";
  readonly field: FieldType;
}

export type CompositeType = FuncType | StructType | ArrayType;

/** One type definition (spec 2.3.8, with the custom-descriptors proposal's two clauses). */
export interface SubType {
  readonly final: boolean;
  readonly supertypes: readonly number[];
  readonly composite: CompositeType;
  /** Type index of the type that this one describes, if it is a descriptor. */
  readonly describes?: number;
  /** Type index of this type's descriptor, if it has one. */
  readonly descriptor?: number;
}

/** A recursion group: `count` consecutive type indices from `start`. */
export interface RecGroup {
  readonly start: number;
  readonly count: number;
}

/** Size limits of memories (in pages) and tables (in elements). 64-bit values stay exact. */
export interface LimitsType {
  readonly min: bigint;
  readonly max: bigint | undefined;
  /** Addressed by i64 (memory64/table64). */
  readonly is64: boolean;
}

export interface MemoryType extends LimitsType {
  readonly shared: boolean;
  /** log2 of the page size in bytes: 16, or 0 with custom page sizes. */
  readonly pageSizeLog2: number;
}

export interface TableType extends LimitsType {
  readonly element: ValType;
}

export interface GlobalType {
  readonly type: ValType;
  readonly mutable: boolean;
}
