// Canonical types: interns recursion groups iso-recursively (spec 3.1.5, 3.3) and decides all matching.
// Owns type identity and subtyping, shared by every module of an engine. Knows nothing of code or execution.

import { canonicalComposite, canonicalId, type TypeIds } from "./canonical.ts";
import { inOneGo, Steps } from "./steps.ts";
import { groupKey, typeKey, unitsOf } from "./type-key.ts";
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
import { HEAP_CONCRETE, HeapType, isConcrete, REF_BASE } from "./types.ts";

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
  readonly #known = new WeakMap<FuncType, number>();
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
    for (const group of recGroups) inOneGo(this.addGroup(types, group, ids, new Steps()));
    return ids;
  }

  /**
   * Interns one recursion group in steps, appending to `ids`, which holds the canonical ids of all earlier types. Its types are entered
   * at once, when all of them are made: meanwhile others may have entered theirs, and then they are made again, without steps.
   */
  *addGroup(types: readonly SubType[], group: RecGroup, ids: number[], steps: Steps): Generator<void, void> {
    const { start, count } = group;
    const key = yield* groupKey(types, group, ids, steps);
    for (let isFirst = true; ; isFirst = false) {
      ids.length = start;
      const known = this.#groups.get(key);
      const first = known ?? this.#types.length;
      for (let i = 0; i < count; i++) ids.push(first + i);
      if (known !== undefined) return;
      const made: DefinedType[] = [];
      for (let i = 0; i < count; i++) {
        const type = types[start + i]!; // the group's are there
        if (isFirst && steps.isDue(unitsOf(type))) yield;
        made.push(this.#define(first + i, type, ids, made));
      }
      if (this.#types.length !== first) continue;
      this.#groups.set(key, first);
      for (const type of made) this.#types.push(type);
      return;
    }
  }

  /** Interns one function type whose types are already canonical (host functions). Returns its canonical id. */
  addFuncType(params: readonly ValType[], results: readonly ValType[]): number {
    // References to canonical types are outer references: identity maps them, relative ones cannot occur.
    const composite: FuncType = { kind: "func", params, results };
    const key = typeKey({ final: true, supertypes: [], composite });
    let id = this.#groups.get(key);
    if (id === undefined) {
      id = this.#types.length;
      this.#groups.set(key, id);
      this.#types.push(new DefinedType(id, true, [], undefined, composite, undefined, undefined));
    }
    return id;
  }

  /** The same of one object, which is asked for with every instance. */
  idOfFuncType(type: FuncType): number {
    let id = this.#known.get(type);
    if (id === undefined) {
      id = this.addFuncType([...type.params], [...type.results]);
      this.#known.set(type, id);
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

  /** @param made types that are not entered yet, behind those that are */
  #define(id: number, type: SubType, ids: TypeIds, made: readonly DefinedType[]): DefinedType {
    const supertypes = type.supertypes.map((idx) => canonicalId(ids, idx));
    const [first] = supertypes;
    return new DefinedType(
      id,
      type.final,
      supertypes,
      first === undefined ? undefined : (made[first - (id - made.length)] ?? this.definedType(first)),
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
