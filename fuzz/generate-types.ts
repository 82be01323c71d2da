// The types of a generated module: recursion groups of structs, arrays and functions, made once for all modules of a
// world, and the plain function types that each module adds. Owns subtyping as the generator needs it: it may call two
// types unrelated that are related, never the other way round.

import {
  ANYREF,
  ARRAYREF,
  CONCRETE,
  EQREF,
  EXNREF,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FunctionType,
  functionType,
  type Heap,
  heapOf,
  I8,
  I16,
  I31REF,
  I32,
  I64,
  isNullable,
  isRef,
  NULLEXNREF,
  NULLEXTERNREF,
  NULLFUNCREF,
  NULLREF,
  refTo,
  STRUCTREF,
  type Type,
  typeBytes,
  unsigned,
  V128,
  vector,
} from "./encode.ts";
import type { Random } from "./random.ts";

export interface Field {
  /** A value type, or `I8` or `I16`. */
  readonly storage: Type;
  readonly mutable: boolean;
}

export type Composite =
  | { readonly kind: "struct"; readonly fields: readonly Field[] }
  | { readonly kind: "array"; readonly field: Field }
  | { readonly kind: "func"; readonly type: FunctionType };

interface Definition {
  readonly composite: Composite;
  readonly supertype: number | undefined;
  readonly final: boolean;
}

const TOPS: ReadonlyMap<Heap, Heap> = new Map([
  [NULLREF, ANYREF],
  [NULLFUNCREF, FUNCREF],
  [NULLEXTERNREF, EXTERNREF],
  [NULLEXNREF, EXNREF],
]);
const BOTTOMS = new Map(Array.from(TOPS, ([bottom, top]) => [top, bottom]));

/** Supertypes of the abstract heap types that are neither top nor bottom. */
const ABOVE: Readonly<Record<number, readonly Heap[]>> = {
  [EQREF]: [ANYREF],
  [I31REF]: [EQREF, ANYREF],
  [STRUCTREF]: [EQREF, ANYREF],
  [ARRAYREF]: [EQREF, ANYREF],
};

export class TypeSpace {
  readonly #definitions: Definition[] = [];
  readonly #groups: number[] = [];
  /** The first type that is the same one, by type index. */
  readonly #canonical: number[] = [];
  readonly #byGroup = new Map<string, number>();

  /** A space that begins with the same types. */
  copy(): TypeSpace {
    const copy = new TypeSpace();
    let at = 0;
    for (const size of this.#groups) {
      copy.addGroup(this.#definitions.slice(at, at + size));
      at += size;
    }
    return copy;
  }

  get size(): number {
    return this.#definitions.length;
  }

  composite(index: number): Composite {
    return (this.#definitions[index] as Definition).composite;
  }

  definition(index: number): Definition {
    return this.#definitions[index] as Definition;
  }

  /** Adds a recursion group; gives its first index. */
  addGroup(definitions: readonly Definition[]): number {
    const first = this.#definitions.length;
    const key = JSON.stringify(definitions, (_, value: unknown) =>
      typeof value === "number" && value >= CONCRETE ? this.#relative(value, first) : value,
    ).replace(
      /"supertype":(\d+)/g,
      (_, index: string) => `"supertype":"${this.#relative(CONCRETE + Number(index), first)}"`,
    );
    const same = this.#byGroup.get(key) ?? first;
    this.#byGroup.set(key, same);
    definitions.forEach((definition, k) => {
      this.#definitions.push(definition);
      this.#canonical.push(same + k);
    });
    this.#groups.push(definitions.length);
    return first;
  }

  /** A reference by its canonical type, or by its place in the group that starts at `first`. */
  #relative(type: Type, first: number): string {
    const index = heapOf(type) - CONCRETE;
    const target = index >= first ? `rec ${index - first}` : `${this.#canonical[index]}`;
    return `${target}${isNullable(type) ? " null" : ""}`;
  }

  /** Index of a plain function type, added if need be. */
  functionIndex({ params, results }: FunctionType): number {
    const found = this.of("func").findIndex((k) => {
      const { type } = this.composite(k) as Composite & { kind: "func" };
      return this.isPlain(k) && sameTypes(type.params, params) && sameTypes(type.results, results);
    });
    if (found >= 0) return this.of("func")[found] as number;
    const composite: Composite = { kind: "func", type: { params: [...params], results: [...results] } };
    return this.addGroup([{ composite, supertype: undefined, final: true }]);
  }

  /** Whether a type can be told by its structure alone: it is final and in a group of its own. */
  isPlain(index: number): boolean {
    const { final, supertype } = this.definition(index);
    return final && supertype === undefined && this.#isAlone(index);
  }

  #isAlone(index: number): boolean {
    let at = 0;
    for (const size of this.#groups) {
      if (at === index) return size === 1;
      at += size;
    }
    return false;
  }

  /** Indices of the types of this kind. */
  of(kind: Composite["kind"]): number[] {
    return [...this.#definitions.keys()].filter((k) => this.composite(k).kind === kind);
  }

  isSubtype(a: Type, b: Type): boolean {
    if (a === b) return true;
    if (!isRef(a) || !isRef(b) || (isNullable(a) && !isNullable(b))) return false;
    return this.isSubheap(heapOf(a), heapOf(b));
  }

  areSubtypes(as: readonly Type[], bs: readonly Type[]): boolean {
    return as.length === bs.length && as.every((type, k) => this.isSubtype(type, bs[k] as Type));
  }

  isSubheap(a: Heap, b: Heap): boolean {
    if (a === b) return true;
    if (a >= CONCRETE && b >= CONCRETE) {
      const target = this.#canonical[b - CONCRETE];
      for (let at: number | undefined = a - CONCRETE; at !== undefined; at = this.definition(at).supertype) {
        if (this.#canonical[at] === target) return true;
      }
      return false;
    }
    if (a < CONCRETE && TOPS.has(a)) return this.topOf(b) === TOPS.get(a);
    if (b >= CONCRETE) return false;
    return this.#above(a).includes(b);
  }

  #above(heap: Heap): readonly Heap[] {
    if (heap < CONCRETE) return ABOVE[heap] ?? [];
    switch (this.composite(heap - CONCRETE).kind) {
      case "func":
        return [FUNCREF];
      case "struct":
        return [STRUCTREF, EQREF, ANYREF];
      default:
        return [ARRAYREF, EQREF, ANYREF];
    }
  }

  topOf(heap: Heap): Heap {
    if (heap < CONCRETE && (TOPS.has(heap) || BOTTOMS.has(heap))) return TOPS.get(heap) ?? heap;
    return this.#above(heap).at(-1) as Heap;
  }

  bottomOf(heap: Heap): Heap {
    return BOTTOMS.get(this.topOf(heap)) as Heap;
  }

  /** The type section's items. */
  encode(): number[][] {
    const groups: number[][] = [];
    let at = 0;
    for (const size of this.#groups) {
      const definitions = this.#definitions.slice(at, at + size).map(encodeDefinition);
      groups.push(size === 1 ? (definitions[0] as number[]) : [0x4e, ...vector(definitions)]);
      at += size;
    }
    return groups;
  }
}

function encodeDefinition({ composite, supertype, final }: Definition): number[] {
  const encodeField = ({ storage, mutable }: Field): number[] => [...typeBytes(storage), mutable ? 1 : 0];
  const body =
    composite.kind === "func"
      ? functionType(composite.type)
      : composite.kind === "struct"
        ? [0x5f, ...vector(composite.fields.map(encodeField))]
        : [0x5e, ...encodeField(composite.field)];
  if (final && supertype === undefined) return body;
  return [final ? 0x4f : 0x50, ...(supertype === undefined ? [0] : [1, ...unsigned(supertype)]), ...body];
}

export function sameTypes(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, k) => type === b[k]);
}

/** What is on the stack when a field of this storage has been read. */
export function unpacked(storage: Type): Type {
  return storage === I8 || storage === I16 ? I32 : storage;
}

export function isDefaultable(storage: Type): boolean {
  return !isRef(storage) || isNullable(storage);
}

/**
 * Adds recursion groups of structs, arrays and functions. What must not be null refers to smaller indices only, so
 * that every type has values that can be made in finitely many steps.
 */
export function addAggregateTypes(
  random: Random,
  space: TypeSpace,
  simd: boolean,
  exceptions: boolean,
): void {
  const numeric = [I32, I32, I64, F32, F64, ...(simd ? [V128] : [])];
  const abstract = [
    ANYREF,
    EQREF,
    I31REF,
    STRUCTREF,
    ARRAYREF,
    FUNCREF,
    EXTERNREF,
    ...(exceptions ? [EXNREF] : []),
  ];
  for (let groups = random.between(2, 5); groups > 0; groups--) {
    const first = space.size;
    const size = random.weighted([
      [4, 1],
      [3, 2],
      [2, 3],
    ]);
    const group: Definition[] = [];
    const known = (index: number): Definition => group[index - first] ?? space.definition(index);
    const reference = (): Type => {
      if (random.chance(0.4)) {
        const heap = random.pick(abstract);
        return refTo(heap, heap !== FUNCREF || random.chance(0.8));
      }
      if (first > 0 && random.chance(0.25)) return refTo(CONCRETE + random.below(first), random.chance(0.4));
      return refTo(CONCRETE + random.below(first + size), true);
    };
    const valueType = (): Type => (random.chance(0.6) ? random.pick(numeric) : reference());
    const field = (): Field => ({
      storage: random.chance(0.2) ? random.pick([I8, I16]) : valueType(),
      mutable: random.chance(0.7),
    });
    for (let k = 0; k < size; k++) {
      const open = [...Array(first + k).keys()].filter((index) => !known(index).final);
      const supertype = open.length > 0 && random.chance(0.5) ? random.pick(open) : undefined;
      const final = random.chance(0.35);
      if (supertype !== undefined) {
        const composite = refine(random, known(supertype).composite, field);
        group.push({ composite, supertype, final });
        continue;
      }
      const composite = random.weighted<() => Composite>([
        [4, () => ({ kind: "struct", fields: Array.from({ length: random.below(5) }, field) })],
        [4, () => ({ kind: "array", field: field() })],
        [
          1.5,
          () => ({
            kind: "func",
            type: {
              params: Array.from({ length: random.below(3) }, valueType),
              results: Array.from({ length: random.below(3) }, valueType),
            },
          }),
        ],
      ])();
      group.push({ composite, supertype: undefined, final });
    }
    space.addGroup(group);
    // The same group again: other indices, equal types.
    if (random.chance(0.2)) {
      const shift = space.size - first;
      const moved = JSON.parse(JSON.stringify(group), (key, value: unknown) => {
        if (key === "supertype" && (value as number) >= first) return (value as number) + shift;
        if (typeof value !== "number" || value < CONCRETE) return value;
        return heapOf(value) - CONCRETE >= first ? value + shift : value;
      }) as Definition[];
      space.addGroup(moved.map((definition) => ({ ...definition, supertype: definition.supertype })));
    }
  }
}

/** A composite type that may be declared as a subtype of `above`. */
function refine(random: Random, above: Composite, field: () => Field): Composite {
  const narrowed = (old: Field): Field =>
    !old.mutable && isRef(old.storage) && random.chance(0.5)
      ? { ...old, storage: narrower(random, old.storage) }
      : old;
  switch (above.kind) {
    case "struct":
      return {
        kind: "struct",
        fields: [...above.fields.map(narrowed), ...Array.from({ length: random.below(3) }, field)],
      };
    case "array":
      return { kind: "array", field: narrowed(above.field) };
    default:
      return above;
  }
}

function narrower(random: Random, type: Type): Type {
  switch (type) {
    case ANYREF:
      return random.pick([EQREF, I31REF, STRUCTREF, refTo(I31REF, false)]);
    case EQREF:
      return random.pick([I31REF, ARRAYREF, refTo(EQREF, false)]);
    default:
      return type;
  }
}
