import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toCanonical } from "./canonical.ts";
import { TypeRegistry } from "./type-registry.ts";
import type { CompositeType, RecGroup, SubType, ValType } from "./types.ts";
import { HEAP_CONCRETE, HeapType, NumType, refType } from "./types.ts";

const I32 = NumType.I32;
const I64 = NumType.I64;
const I8 = NumType.I8;

const func = (params: ValType[] = [], results: ValType[] = []): CompositeType => ({
  kind: "func",
  params,
  results,
});
const struct = (...types: ValType[]): CompositeType => ({
  kind: "struct",
  fields: types.map((type) => ({ type, mutable: false })),
});
const array = (type: ValType, mutable = false): CompositeType => ({
  kind: "array",
  field: { type, mutable },
});
const final = (composite: CompositeType): SubType => ({ final: true, supertypes: [], composite });
const open = (composite: CompositeType, ...supertypes: number[]): SubType => ({
  final: false,
  supertypes,
  composite,
});
const to = (idx: number, nullable = true, exact = false): ValType =>
  refType(HEAP_CONCRETE + idx, nullable, exact);

/** Adds types whose groups have the given sizes, by default one each. */
/** The canonical id of each type. */
function add<Types extends readonly SubType[]>(
  registry: TypeRegistry,
  types: readonly [...Types],
  sizes = types.map(() => 1),
): { readonly [Idx in keyof Types]: number } {
  let start = 0;
  const groups: RecGroup[] = sizes.map((count) => {
    start += count;
    return { start: start - count, count };
  });
  return registry.addModuleTypes(types, groups) as { readonly [Idx in keyof Types]: number };
}

describe("interning", () => {
  it("gives equal definitions of different modules one id", () => {
    const registry = new TypeRegistry();
    const [a] = add(registry, [final(func([I32], [I64]))]);
    const ids = add(registry, [final(struct()), final(func([I32], [I64]))]);
    expect(ids[1]).toBe(a);
    expect(ids[0]).not.toBe(a);
  });

  it("compares references into the group by position and others by identity", () => {
    const registry = new TypeRegistry();
    const self = (idx: number) => final(struct(to(idx)));
    const first = add(registry, [self(0)]);
    const second = add(registry, [final(func()), self(1)]);
    expect(second[1]).toBe(first[0]);
    // The same text, but the reference leaves the group.
    const third = add(registry, [self(0), self(0)]);
    expect(third[1]).not.toBe(third[0]);
  });

  it("distinguishes a type in a larger group from the same type alone", () => {
    const registry = new TypeRegistry();
    const [alone] = add(registry, [final(struct())]);
    const ids = add(registry, [final(struct()), final(struct())], [2]);
    expect(ids).not.toContain(alone);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it("does not take a relative reference for an outer one of the same number", () => {
    const registry = new TypeRegistry();
    add(registry, [final(func())]);
    // Type 0 of this module is canonical type 0; type 1 refers to it, then to itself.
    const ids = add(registry, [final(func()), final(struct(to(0))), final(struct(to(2)))]);
    expect(ids[1]).not.toBe(ids[2]);
  });

  it("tells apart everything that makes a type", () => {
    const base = { final: false, supertypes: [0], composite: struct(I32) };
    const variants: SubType[] = [
      base,
      { ...base, final: true },
      { ...base, supertypes: [] },
      { ...base, supertypes: [1] },
      { ...base, composite: struct(I64) },
      { ...base, composite: struct(I32, I32) },
      { ...base, composite: struct() },
      { ...base, composite: { kind: "struct", fields: [{ type: I32, mutable: true }] } },
      { ...base, composite: array(I32) },
      { ...base, composite: array(I32, true) },
      { ...base, composite: array(I8) },
      { ...base, composite: func([I32]) },
      { ...base, composite: func([], [I32]) },
      { ...base, composite: struct(to(0)) },
      { ...base, composite: struct(to(0, false)) },
      { ...base, composite: struct(to(0, true, true)) },
      { ...base, composite: struct(to(1)) },
      { ...base, descriptor: 0 },
      { ...base, describes: 0 },
      { ...base, describes: 1 },
      { ...base, describes: 0, descriptor: 1 },
    ];
    const registry = new TypeRegistry();
    const prefix = [open(struct()), open(struct(I32))];
    const ids = variants.map((variant) => add(registry, [...prefix, variant])[2]);
    expect(new Set(ids).size).toBe(variants.length);
    expect(variants.map((variant) => add(registry, [...prefix, variant])[2])).toEqual(ids);
  });

  it("interns host function types together with those of modules", () => {
    const registry = new TypeRegistry();
    const [object, made] = add(registry, [final(struct()), final(func([to(0)], [I32]))]);
    expect(registry.addFuncType([to(object)], [I32])).toBe(made);
    const other = registry.addFuncType([I64], []);
    expect(add(registry, [final(func([I64]))])).toEqual([other]);
  });

  it("keeps definitions in canonical space", () => {
    const registry = new TypeRegistry();
    add(registry, [final(func()), final(func([I32]))]);
    const ids = add(registry, [open(struct()), open(struct(to(0), to(1)), 0)]);
    const type = registry.definedType(ids[1]!);
    expect(type.supertype?.id).toBe(ids[0]);
    expect(type.depth).toBe(1);
    expect(type.composite).toEqual(struct(to(ids[0]!), to(ids[1]!)));
    expect(toCanonical(to(1, false, true), ids)).toBe(to(ids[1]!, false, true));
  });

  it("refuses ids that it never gave out", () => {
    const registry = new TypeRegistry();
    expect(() => registry.definedType(0)).toThrow(RangeError);
    const [id] = add(registry, [final(struct())]);
    expect(() => registry.funcType(id)).toThrow(RangeError);
  });
});

describe("subtyping", () => {
  const registry = new TypeRegistry();
  const [top, middle, leaf, other, callee, list] = add(registry, [
    open(struct()),
    open(struct(I32), 0),
    open(struct(I32, I64), 1),
    open(struct(I32)),
    open(func()),
    open(array(I32)),
  ]);
  const heaps = [
    ...Array.from({ length: HeapType.Bottom + 1 }, (_, heap) => heap),
    ...[top, middle, leaf, other, callee, list].map((id) => HEAP_CONCRETE + id),
  ];
  const types: ValType[] = [
    NumType.Bottom,
    I32,
    I64,
    NumType.V128,
    ...heaps.flatMap((heap) => [refType(heap, true), refType(heap, false)]),
    ...heaps
      .filter((heap) => heap >= HEAP_CONCRETE)
      .flatMap((heap) => [refType(heap, true, true), refType(heap, false, true)]),
  ];
  const anyType = fc.constantFrom(...types);

  it("is a partial order", () => {
    for (const a of types) expect(registry.isSubtype(a, a)).toBe(true);
    fc.assert(
      fc.property(anyType, anyType, anyType, (a, b, c) => {
        if (a !== b && registry.isSubtype(a, b)) expect(registry.isSubtype(b, a)).toBe(false);
        if (registry.isSubtype(a, b) && registry.isSubtype(b, c)) {
          expect(registry.isSubtype(a, c)).toBe(true);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("follows declared supertypes only", () => {
    expect(registry.isSubtype(to(leaf), to(top))).toBe(true);
    expect(registry.isSubtype(to(leaf), to(middle))).toBe(true);
    expect(registry.isSubtype(to(top), to(leaf))).toBe(false);
    expect(registry.isSubtype(to(middle), to(other))).toBe(false);
  });

  it("knows the hierarchies", () => {
    const nullable = (heap: number) => refType(heap, true);
    const below: [number, number][] = [
      [HeapType.None, HeapType.I31],
      [HeapType.I31, HeapType.Eq],
      [HeapType.Eq, HeapType.Any],
      [HEAP_CONCRETE + top, HeapType.Struct],
      [HEAP_CONCRETE + list, HeapType.Array],
      [HEAP_CONCRETE + callee, HeapType.Func],
      [HeapType.NoFunc, HEAP_CONCRETE + callee],
      [HeapType.None, HEAP_CONCRETE + leaf],
      [HeapType.NoExtern, HeapType.Extern],
      [HeapType.NoExn, HeapType.Exn],
    ];
    for (const [a, b] of below) {
      expect(registry.isSubtype(nullable(a), nullable(b))).toBe(true);
      expect(registry.isSubtype(nullable(b), nullable(a))).toBe(false);
    }
    const unrelated: [number, number][] = [
      [HeapType.None, HEAP_CONCRETE + callee],
      [HeapType.NoFunc, HEAP_CONCRETE + top],
      [HEAP_CONCRETE + callee, HeapType.Any],
      [HEAP_CONCRETE + list, HeapType.Struct],
      [HeapType.Extern, HeapType.Any],
      [HeapType.Exn, HeapType.Extern],
    ];
    for (const [a, b] of unrelated) expect(registry.isSubtype(nullable(a), nullable(b))).toBe(false);
  });

  it("keeps null out, and exact types exact", () => {
    expect(registry.isSubtype(to(leaf, true), to(leaf, false))).toBe(false);
    expect(registry.isSubtype(to(leaf, false), to(leaf, true))).toBe(true);
    expect(registry.isSubtype(to(leaf, true, true), to(leaf))).toBe(true);
    expect(registry.isSubtype(to(leaf, true, true), to(top))).toBe(true);
    expect(registry.isSubtype(to(leaf), to(leaf, true, true))).toBe(false);
    expect(registry.isSubtype(to(leaf, true, true), to(top, true, true))).toBe(false);
    expect(registry.isSubtype(refType(HeapType.None, true), to(leaf, true, true))).toBe(true);
    expect(registry.isSubtype(refType(HeapType.Any, true), to(leaf, true, true))).toBe(false);
  });

  it("names the top of each hierarchy", () => {
    for (const heap of heaps) {
      const head = registry.topOf(heap);
      if (heap !== HeapType.Bottom) expect(registry.isHeapSubtype(heap, head)).toBe(true);
      expect(registry.topOf(head)).toBe(head);
    }
  });
});

describe("import matching", () => {
  const registry = new TypeRegistry();
  const [base, derived] = add(registry, [open(func()), open(func(), 0)]);
  const limits = { min: 2n, max: 5n, is64: false };

  it("takes subtypes of functions unless they are exact", () => {
    expect(registry.matchesFunc(derived, base)).toBe(true);
    expect(registry.matchesFunc(base, derived)).toBe(false);
    expect(registry.matchesFunc(derived, base, true)).toBe(false);
    expect(registry.matchesTagType(derived, base)).toBe(false);
  });

  it("is invariant for mutable globals and tables", () => {
    const global = (idx: number, mutable: boolean) => ({ type: to(idx), mutable });
    expect(registry.matchesGlobalType(global(derived, false), global(base, false))).toBe(true);
    expect(registry.matchesGlobalType(global(derived, true), global(base, true))).toBe(false);
    expect(registry.matchesGlobalType(global(base, true), global(base, false))).toBe(false);
    const table = (idx: number) => ({ ...limits, element: to(idx) });
    expect(registry.matchesTableType(table(derived), table(base))).toBe(false);
    expect(registry.matchesTableType(table(base), table(base))).toBe(true);
  });

  it("compares limits, sharing and page sizes", () => {
    const memory = { ...limits, shared: false, pageSizeLog2: 16 };
    const matches = (expected: Partial<typeof memory>) =>
      registry.matchesMemoryType(memory, { ...memory, ...expected });
    expect(matches({ min: 1n, max: 6n })).toBe(true);
    expect(matches({ min: 3n })).toBe(false);
    expect(matches({ max: 4n })).toBe(false);
    expect(registry.matchesMemoryType({ ...memory, max: undefined }, memory)).toBe(false);
    expect(registry.matchesMemoryType(memory, { ...memory, max: undefined })).toBe(true);
    expect(matches({ is64: true })).toBe(false);
    expect(matches({ shared: true })).toBe(false);
    expect(matches({ pageSizeLog2: 0 })).toBe(false);
  });
});
