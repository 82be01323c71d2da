// Canonical types: interns recursion groups iso-recursively (spec 3.1.5, 3.3) and decides all matching.
// Owns type identity and subtyping, shared by every module of an engine. Knows nothing of code or execution.

import type {
  CompositeType,
  FieldType,
  FuncType,
  GlobalType,
  Heap,
  LimitsType,
  MemoryType,
  RecGroup,
  SubType,
  TableType,
  ValType,
} from "./types.ts";
import { HEAP_CONCRETE, HeapType, heapOf, isConcrete, isRef, REF_BASE, typeIdxOf } from "./types.ts";

/** A map from a module's type indices to canonical type ids. */
export type TypeIds = readonly number[];

/**
 * `type` with its module-local type index replaced by the canonical id.
 * The index must be within `typeIds`.
 */
export function toCanonical(type: ValType, typeIds: TypeIds): ValType {
  if (type < REF_BASE + 4 * HEAP_CONCRETE) return type;
  const idx = typeIdxOf(heapOf(type));
  return type + 4 * (canonicalId(typeIds, idx) - idx);
}

/** @throws RangeError for an index that is not within `typeIds` */
function canonicalId(typeIds: TypeIds, idx: number): number {
  const id = typeIds[idx];
  if (id === undefined) throw new RangeError(`type ${idx} has no canonical id`);
  return id;
}

/** One canonical type: every type index in it is a canonical id. */
export class DefinedType {
  readonly id: number;
  readonly final: boolean;
  readonly supertypeIds: readonly number[];
  /** The first (in valid modules the only) supertype; the chain's length is {@link depth}. */
  readonly supertype: DefinedType | undefined;
  readonly depth: number;
  readonly composite: CompositeType;
  /** The composite as a function type; `undefined` for structs and arrays. */
  readonly funcType: FuncType | undefined;
  /** Canonical id of the type that this one describes. */
  readonly describes: number | undefined;
  /** Canonical id of this type's descriptor. */
  readonly descriptor: number | undefined;
  /** How objects of the type are stored: the runtime's own, made when first needed. */
  layout: unknown = undefined;

  constructor(
    id: number,
    final: boolean,
    supertypeIds: readonly number[],
    supertype: DefinedType | undefined,
    composite: CompositeType,
    describes: number | undefined,
    descriptor: number | undefined,
  ) {
    this.id = id;
    this.final = final;
    this.supertypeIds = supertypeIds;
    this.supertype = supertype;
    this.depth = supertype === undefined ? 0 : supertype.depth + 1;
    this.composite = composite;
    this.funcType = composite.kind === "func" ? composite : undefined;
    this.describes = describes;
    this.descriptor = descriptor;
  }
}

/** Interns types so that two types are equal exactly when their canonical ids (and so their `ValType`s) are. */
export class TypeRegistry {
  readonly #types: DefinedType[] = [];
  /** Structural key of a recursion group to the canonical id of its first type. */
  readonly #groups = new Map<string, number>();

  /** Number of distinct defined types seen so far. */
  get size(): number {
    return this.#types.length;
  }

  /**
   * Interns a module's types, all of whose references stay within their group or
   * earlier ones (the validator has checked that). Returns the canonical id of each type index.
   */
  addModuleTypes(types: readonly SubType[], recGroups: readonly RecGroup[]): readonly number[] {
    const ids: number[] = [];
    for (const group of recGroups) this.addGroup(types, group, ids);
    return ids;
  }

  /** Interns one recursion group, appending to `ids`, which holds the canonical ids of all earlier types. */
  addGroup(types: readonly SubType[], group: RecGroup, ids: number[]): void {
    const { start, count } = group;
    const key = groupKey(types, group, ids);
    let first = this.#groups.get(key);
    const known = first !== undefined;
    if (first === undefined) {
      first = this.#types.length;
      this.#groups.set(key, first);
    }
    for (let i = 0; i < count; i++) ids.push(first + i);
    if (known) return;
    for (const type of types.slice(start, start + count)) {
      this.#types.push(this.#define(this.#types.length, type, ids));
    }
  }

  /** Interns one function type whose types are already canonical (host functions). Returns its canonical id. */
  addFuncType(params: readonly ValType[], results: readonly ValType[]): number {
    // References to canonical types are outer references: identity maps them, relative ones cannot occur.
    const composite: FuncType = { kind: "func", params, results };
    const parts: string[] = [];
    subTypeKey(parts, { final: true, supertypes: [], composite }, String);
    const key = parts.join("");
    let id = this.#groups.get(key);
    if (id === undefined) {
      id = this.#types.length;
      this.#groups.set(key, id);
      this.#types.push(new DefinedType(id, true, [], undefined, composite, undefined, undefined));
    }
    return id;
  }

  /** The type with a canonical id. Throws a `RangeError` for an id that was never given out. */
  definedType(id: number): DefinedType {
    const type = this.#types[id];
    if (type === undefined) throw new RangeError(`no type has the canonical id ${id}`);
    return type;
  }

  /** The function type with a canonical id. Throws a `RangeError` for any other id. */
  funcType(id: number): FuncType {
    const { funcType } = this.definedType(id);
    if (funcType === undefined)
      throw new RangeError(`the type with the canonical id ${id} is no function type`);
    return funcType;
  }

  /** Whether canonical type `a` is `b` or declares it, directly or not, as its supertype. */
  isDefinedSubtype(a: number, b: number): boolean {
    if (a === b) return true;
    const target = this.definedType(b);
    let type: DefinedType | undefined = this.#types[a];
    while (type !== undefined && type.depth > target.depth) type = type.supertype;
    return type === target;
  }

  /** Heap type matching (spec 3.3.3), exactness aside; concrete ones are canonical. */
  isHeapSubtype(a: Heap, b: Heap): boolean {
    if (a === b || a === HeapType.Bottom) return true;
    if (isConcrete(b)) {
      if (isConcrete(a)) return this.isDefinedSubtype(a - HEAP_CONCRETE, b - HEAP_CONCRETE);
      const { kind } = this.definedType(b - HEAP_CONCRETE).composite;
      return a === (kind === "func" ? HeapType.NoFunc : HeapType.None);
    }
    const kind = isConcrete(a) ? this.definedType(a - HEAP_CONCRETE).composite.kind : undefined;
    switch (b) {
      case HeapType.Func:
        return a === HeapType.NoFunc || kind === "func";
      case HeapType.Extern:
        return a === HeapType.NoExtern;
      case HeapType.Exn:
        return a === HeapType.NoExn;
      case HeapType.Any:
      case HeapType.Eq:
        return (
          (a === HeapType.Eq && b === HeapType.Any) ||
          a === HeapType.I31 ||
          a === HeapType.Struct ||
          a === HeapType.Array ||
          a === HeapType.None ||
          kind === "struct" ||
          kind === "array"
        );
      case HeapType.I31:
        return a === HeapType.None;
      case HeapType.Struct:
        return a === HeapType.None || kind === "struct";
      case HeapType.Array:
        return a === HeapType.None || kind === "array";
      default:
        return false;
    }
  }

  /**
   * Value type matching (spec 3.3.1-3.3.5 and the custom-descriptors proposal's
   * exact types); concrete types are canonical.
   */
  isSubtype(a: ValType, b: ValType): boolean {
    if (a === b) return true;
    if (a < REF_BASE || b < REF_BASE) return a === 0;
    // Nullability, bit 0: null does not fit where it is excluded.
    if ((a & 1) > (b & 1)) return false;
    const heapA = (a - REF_BASE) >> 2;
    const heapB = (b - REF_BASE) >> 2;
    if ((b & 2) !== 0 && heapA >= HEAP_CONCRETE) return heapA === heapB && (a & 2) !== 0;
    return this.isHeapSubtype(heapA, heapB);
  }

  /** The abstract heap type at the top of `heap`'s hierarchy (`Bottom` for itself). */
  topOf(heap: Heap): HeapType {
    if (isConcrete(heap)) {
      const { kind } = this.definedType(heap - HEAP_CONCRETE).composite;
      return kind === "func" ? HeapType.Func : HeapType.Any;
    }
    switch (heap as HeapType) {
      case HeapType.Func:
      case HeapType.NoFunc:
        return HeapType.Func;
      case HeapType.Extern:
      case HeapType.NoExtern:
        return HeapType.Extern;
      case HeapType.Exn:
      case HeapType.NoExn:
        return HeapType.Exn;
      case HeapType.Bottom:
        return HeapType.Bottom;
      default:
        return HeapType.Any;
    }
  }

  /** Whether a composite type matches another (spec 3.3.8-3.3.10), both canonical. */
  matchesComposite(a: CompositeType, b: CompositeType): boolean {
    if (a.kind === "func") {
      return b.kind === "func" && this.allMatch(b.params, a.params) && this.allMatch(a.results, b.results);
    }
    if (a.kind === "array") {
      return b.kind === "array" && this.#fieldMatches(a.field, b.field);
    }
    if (b.kind !== "struct") return false;
    return b.fields.every((field, i) => {
      const own = a.fields[i];
      return own !== undefined && this.#fieldMatches(own, field);
    });
  }

  /** Import matching of functions: `exact` asks for this very type (custom descriptors). */
  matchesFunc(actualTypeId: number, expectedTypeId: number, exact = false): boolean {
    return exact ? actualTypeId === expectedTypeId : this.isDefinedSubtype(actualTypeId, expectedTypeId);
  }

  /** Import matching of globals (spec 3.3.14). */
  matchesGlobalType(actual: GlobalType, expected: GlobalType): boolean {
    if (actual.mutable !== expected.mutable) return false;
    return expected.mutable ? actual.type === expected.type : this.isSubtype(actual.type, expected.type);
  }

  /** Import matching of tables (spec 3.3.13); `actual.min` is the current size. */
  matchesTableType(actual: TableType, expected: TableType): boolean {
    return actual.element === expected.element && matchesLimits(actual, expected);
  }

  /** Import matching of memories (spec 3.3.12); `actual.min` is the current size in pages. */
  matchesMemoryType(actual: MemoryType, expected: MemoryType): boolean {
    return (
      actual.shared === expected.shared &&
      actual.pageSizeLog2 === expected.pageSizeLog2 &&
      matchesLimits(actual, expected)
    );
  }

  /** Import matching of tags (spec 3.3.15): the same type. */
  matchesTagType(actualTypeId: number, expectedTypeId: number): boolean {
    return actualTypeId === expectedTypeId;
  }

  /** Whether the types of one list match those of another, one by one. */
  allMatch(a: readonly ValType[], b: readonly ValType[]): boolean {
    return a.length === b.length && a.every((type, i) => this.isSubtype(type, b[i]!));
  }

  #fieldMatches(a: FieldType, b: FieldType): boolean {
    if (a.mutable !== b.mutable) return false;
    return b.mutable ? a.type === b.type : this.isSubtype(a.type, b.type);
  }

  #define(id: number, type: SubType, ids: TypeIds): DefinedType {
    const supertypes = type.supertypes.map((idx) => canonicalId(ids, idx));
    const [first] = supertypes;
    return new DefinedType(
      id,
      type.final,
      supertypes,
      first === undefined ? undefined : this.definedType(first),
      canonicalComposite(type.composite, ids),
      type.describes === undefined ? undefined : canonicalId(ids, type.describes),
      type.descriptor === undefined ? undefined : canonicalId(ids, type.descriptor),
    );
  }
}

function matchesLimits(actual: LimitsType, expected: LimitsType): boolean {
  if (actual.is64 !== expected.is64 || actual.min < expected.min) return false;
  return expected.max === undefined || (actual.max !== undefined && actual.max <= expected.max);
}

function canonicalComposite(type: CompositeType, ids: TypeIds): CompositeType {
  switch (type.kind) {
    case "func":
      return {
        kind: "func",
        params: type.params.map((param) => toCanonical(param, ids)),
        results: type.results.map((result) => toCanonical(result, ids)),
      };
    case "struct":
      return { kind: "struct", fields: type.fields.map((field) => canonicalField(field, ids)) };
    case "array":
      return { kind: "array", field: canonicalField(type.field, ids) };
  }
}

function canonicalField(field: FieldType, ids: TypeIds): FieldType {
  return { type: toCanonical(field.type, ids), mutable: field.mutable };
}

/**
 * Text that is the same for two groups exactly when they are the same type (spec
 * 3.1.5): every count and kind is spelt out, references into the group are
 * relative to its start (`.`), all others canonical.
 */
function groupKey(types: readonly SubType[], { start, count }: RecGroup, ids: TypeIds): string {
  const typeKey = (idx: number): string => (idx >= start ? `.${idx - start}` : String(ids[idx]));
  const valKey = (type: ValType): string => {
    if (!isRef(type) || !isConcrete(heapOf(type))) return String(type);
    const idx = typeIdxOf(heapOf(type));
    return idx >= start ? `.${type - 4 * start}` : String(toCanonical(type, ids));
  };
  const parts: string[] = [];
  for (const type of types.slice(start, start + count)) subTypeKey(parts, type, valKey, typeKey);
  return parts.join("");
}

/** Adds to the parts of a key. Joined at once they take a third of what V8 keeps of a text that was added to bit by bit. */
function subTypeKey(
  parts: string[],
  type: SubType,
  valKey: (type: ValType) => string,
  typeKey: (idx: number) => string = String,
): void {
  if (type.final) parts.push("!");
  if (type.supertypes.length > 0) parts.push("<", type.supertypes.map(typeKey).join());
  if (type.describes !== undefined) parts.push("^", typeKey(type.describes));
  if (type.descriptor !== undefined) parts.push("v", typeKey(type.descriptor));
  const fieldKey = (field: FieldType): string => valKey(field.type) + (field.mutable ? "m" : "");
  const composite = type.composite;
  switch (composite.kind) {
    case "func":
      parts.push("f", composite.params.map(valKey).join(), ">", composite.results.map(valKey).join());
      break;
    case "struct":
      parts.push("s", composite.fields.map(fieldKey).join());
      break;
    case "array":
      parts.push("a", fieldKey(composite.field));
  }
  parts.push(";");
}
