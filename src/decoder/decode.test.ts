import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { CompileError, LimitError, MalformedError, ValidationError } from "../errors.ts";
import { FEATURE_SETS, FEATURES, type Feature } from "../isa/features.ts";
import type { Instruction } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import { DEFAULT_MODULE_LIMITS, type ModuleLimits } from "../limits.ts";
import type { CodeVisitor, InstructionVisitor } from "../module/code-visitor.ts";
import { HEAP_CONCRETE, HeapType, NumType, refType } from "../module/types.ts";
import { decodeModule } from "./decode.ts";
import { createOpcodeTables } from "./opcode-shapes.ts";

const ALL = new Set<Feature>(FEATURES);
/** Made once: some of the tests decode thousands of modules. */
const TABLES = createOpcodeTables(ALL);
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** One section; its size is written in one byte. */
function section(id: number, ...payload: number[]): number[] {
  return [id, payload.length, ...payload];
}

interface Options {
  readonly features?: ReadonlySet<Feature>;
  readonly limits?: Partial<ModuleLimits>;
  readonly visitor?: CodeVisitor;
}

function decodeBytes(bytes: Uint8Array, { features = ALL, limits = {}, visitor }: Options = {}) {
  const tables = features === ALL ? TABLES : createOpcodeTables(features);
  return decodeModule(bytes, { limits: { ...DEFAULT_MODULE_LIMITS, ...limits }, tables }, visitor);
}

const decode = (parts: readonly number[][], options: Options = {}) =>
  decodeBytes(Uint8Array.from([...PREAMBLE, ...parts.flat()]), options);

const without = (...features: Feature[]): Options => ({
  features: new Set(FEATURES.filter((feature) => !features.includes(feature))),
});

const malformed = (message: string, parts: readonly number[][], options: Options = {}) => {
  expect(() => decode(parts, options)).toThrow(MalformedError);
  expect(() => decode(parts, options)).toThrow(message);
};

const TYPE = section(1, 1, 0x60, 0, 0);
const FUNC = section(3, 1, 0);
const CODE = section(10, 1, 2, 0, 0x0b);
/** A code section with one body: no locals, then `code`. */
const body = (...code: number[]) => section(10, 1, code.length + 1, 0, ...code);

describe("preamble", () => {
  it.each([
    [[], "unexpected end"],
    [[0x00, 0x61, 0x73], "unexpected end"],
    [[0x61, 0x73, 0x6d, 0x00], "magic header not detected"],
    [[0x00, 0x61, 0x73, 0x6d, 0x01], "unexpected end"],
    [[0x00, 0x61, 0x73, 0x6d, 0x02, 0, 0, 0], "unknown binary version 2"],
    [[0x00, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], "unknown binary version: this is a WebAssembly component"],
  ])("%j: %s", (bytes, message) => {
    expect(() => decodeBytes(Uint8Array.from(bytes))).toThrow(message);
  });

  it("is a module by itself", () => {
    expect(decode([])).toMatchObject({ types: [], imports: [], code: [], start: undefined });
  });
});

describe("sections", () => {
  it("come in one order", () => {
    const ids = [1, 2, 3, 4, 5, 13, 6, 7, 9, 12, 10, 11];
    const empty = ids.map((id) => section(id, 0));
    expect(decode(empty).dataCount).toBe(0);
    for (let i = 1; i < ids.length; i++) {
      const swapped = [...empty.slice(0, i - 1), empty[i]!, empty[i - 1]!, ...empty.slice(i + 1)];
      malformed("unexpected content after last section", swapped);
      malformed("unexpected content after last section", [...empty.slice(0, i), ...empty.slice(i - 1)]);
    }
  });

  it("come in that order or not at all, whatever custom ones stand between", () => {
    const order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
    const ids = fc.oneof(
      fc.array(fc.nat(13), { maxLength: 6 }),
      // Mostly in order, so that both outcomes are frequent.
      fc
        .subarray(order)
        .chain((some) =>
          fc
            .array(fc.nat(some.length), { maxLength: 3 })
            .map((places) => places.reduce((list, at) => list.toSpliced(at, 0, 0), some)),
        ),
    );
    fc.assert(
      fc.property(ids, (list) => {
        const places = list.filter((id) => id !== 0).map((id) => order.indexOf(id));
        const rises = places.every((place, i) => i === 0 || place > (places[i - 1] as number));
        // Every section is empty, but for the start section's index and a custom section's name.
        const sections = list.map((id) => (id === 0 ? section(0, 1, 0x78) : section(id, 0)));
        if (rises) expect(decode(sections).customSections).toHaveLength(list.length - places.length);
        else expect(() => decode(sections)).toThrow(/^unexpected content after last section/);
      }),
    );
  });

  it("cannot make a lying count allocate", () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for (const id of [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13]) {
      malformed("length out of bounds", [section(id, ...huge)]);
    }
    const nested: readonly (readonly [number, number[]])[] = [
      [1, [1, 0x60, ...huge]],
      [1, [1, 0x60, 0, ...huge]],
      [1, [1, 0x5f, ...huge]],
      [1, [1, 0x4e, ...huge]],
      [1, [1, 0x50, ...huge]],
      [2, [1, ...huge]],
      [2, [1, 0, ...huge]],
      [7, [1, ...huge]],
      [9, [1, 1, 0, ...huge]],
      [9, [1, 5, 0x70, ...huge]],
      [10, [1, ...huge]],
      [10, [1, 10, ...huge]],
      [10, [1, 10, 0, 0x0e, ...huge]],
      [10, [1, 10, 0, 0x1c, ...huge]],
      [10, [1, 10, 0, 0x1f, 0x40, ...huge]],
      [11, [1, 1, ...huge]],
    ];
    for (const [id, payload] of nested) {
      malformed(
        "length out of bounds",
        [TYPE, ...(id === 10 ? [FUNC] : []), section(id, ...payload, ...Array(9).fill(0))].slice(
          id === 1 ? 1 : 0,
        ),
      );
    }
  });

  it("have sizes that agree with their contents", () => {
    malformed("section size mismatch", [section(1, 1, 0x60, 0, 0, 0)]);
    malformed("section size mismatch", [[1, 3, 1, 0x60, 0, 0]]);
    malformed("length out of bounds", [[1, 9, 0]]);
    malformed("unexpected end", [[1]]);
    malformed("malformed section id 0x0e", [section(14)]);
  });

  it("need their features", () => {
    malformed("malformed section id", [section(13, 0)], without("exceptions", "legacy-exceptions"));
    expect(decode([section(13, 0)], without("exceptions")).tags).toEqual([]);
    malformed("malformed section id", [section(12, 0)], without("bulk-memory"));
  });

  it("agree on counts", () => {
    malformed("function and code section have inconsistent lengths", [TYPE, FUNC]);
    malformed("function and code section have inconsistent lengths", [TYPE, CODE]);
    malformed("data count and data section have inconsistent lengths", [section(12, 1)]);
    const dataDrop = body(0xfc, 0x09, 0x00, 0x0b);
    const data = section(11, 1, 1, 0);
    malformed("data count section required", [TYPE, FUNC, dataDrop, data]);
    expect(decode([TYPE, FUNC, section(12, 1), dataDrop, data]).dataCount).toBe(1);
  });

  it("may be custom, anywhere, with any contents", () => {
    const name = section(0, 4, 0x6e, 0x61, 0x6d, 0x65, 0xff, 0xff);
    const module = decode([name, TYPE, section(0, 0), FUNC, CODE, name]);
    expect(module.customSections.map(({ name, after }) => [name, after])).toEqual([
      ["name", 0],
      ["", 1],
      ["name", 10],
    ]);
    const { start, end } = module.customSections[0]!;
    expect([...module.bytes.subarray(start, end)]).toEqual([0xff, 0xff]);
    malformed("malformed UTF-8 encoding", [section(0, 1, 0x80)]);
    malformed("unexpected end", [[0, 0]]);
    malformed("unexpected end", [[0, 1, 2, 0x61, 0x61]]);
  });
});

describe("types", () => {
  it("keep recursion groups, finality, supertypes and descriptors", () => {
    const module = decode([
      section(
        1,
        ...[2, 0x60, 1, 0x7f, 2, 0x7e, 0x63, 0x00],
        ...[0x4e, 3, 0x50, 0, 0x4d, 2, 0x5f, 2, 0x78, 0x00, 0x64, 0x62, 0x01, 0x01],
        ...[0x4f, 1, 1, 0x5e, 0x77, 0x01, 0x4c, 1, 0x5f, 0],
      ),
    ]);
    expect(module.recGroups).toEqual([
      { start: 0, count: 1 },
      { start: 1, count: 3 },
    ]);
    expect(module.types).toEqual([
      {
        final: true,
        supertypes: [],
        composite: {
          kind: "func",
          params: [NumType.I32],
          results: [NumType.I64, refType(HEAP_CONCRETE, true)],
        },
      },
      {
        final: false,
        supertypes: [],
        descriptor: 2,
        composite: {
          kind: "struct",
          fields: [
            { type: NumType.I8, mutable: false },
            { type: refType(HEAP_CONCRETE + 1, false, true), mutable: true },
          ],
        },
      },
      {
        final: true,
        supertypes: [1],
        composite: { kind: "array", field: { type: NumType.I16, mutable: true } },
      },
      { final: true, supertypes: [], describes: 1, composite: { kind: "struct", fields: [] } },
    ]);
  });

  it.each<[string, number[]]>([
    ["malformed definition type 0x5d", [1, 0x5d]],
    ["integer representation too long", [1, 0xe0, 0x7f, 0, 0]],
    ["malformed definition type 0x4d", [1, 0x4d, 0, 0x4d, 0, 0x5f, 0]],
    ["malformed definition type 0x4c", [1, 0x4d, 0, 0x4c, 0, 0x5f, 0]],
    ["malformed storage type 0x62", [1, 0x5f, 1, 0x62, 0x00, 0x00]],
    ["malformed storage type 0x62", [1, 0x5f, 1, 0x64, 0x62, 0x62, 0x00, 0x00]],
    ["malformed mutability", [1, 0x5e, 0x78, 0x02]],
    ["malformed value type 0x78", [1, 0x60, 1, 0x78, 0]],
    ["malformed heap type 0x7f", [1, 0x60, 1, 0x64, 0x7f, 0]],
    ["length out of bounds", [1, 0x60, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["length out of bounds", [0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["length out of bounds", [1, 0x4e, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("%s", (message, payload) => {
    malformed(message, [section(1, ...payload)]);
  });

  it("need their features", () => {
    for (const payload of [
      [0x5f, 0],
      [0x50, 0, 0x60, 0, 0],
      [0x4e, 0],
    ]) {
      malformed("needs the feature gc", [section(1, 1, ...payload)], without("gc"));
    }
    malformed("custom-descriptors", [section(1, 1, 0x4c, 0, 0x5f, 0)], without("custom-descriptors"));
    malformed(
      "malformed value type 0x7b: needs the feature simd",
      [section(1, 1, 0x60, 1, 0x7b, 0)],
      without("simd"),
    );
  });

  it("can have an index of 98 in an exact type, which looks like a second prefix", () => {
    const types = Array.from({ length: 99 }, () => [0x5f, 0]).flat();
    const payload = [100, ...types, 0x5f, 1, 0x64, 0x62, 0x62, 0x00];
    const bytes = [1, 0x80 | (payload.length & 0x7f), payload.length >>> 7, ...payload];
    expect(decode([bytes]).types[99]!.composite).toMatchObject({
      fields: [{ type: refType(HEAP_CONCRETE + 98, false, true) }],
    });
  });
});

describe("imports and exports", () => {
  it("keep kinds, types and offsets", () => {
    const module = decode([
      TYPE,
      section(
        2,
        ...[6, 1, 0x6d, 1, 0x66, 0x00, 0x00],
        ...[0, 0, 0x01, 0x70, 0x05, 0x01, 0x02],
        ...[0, 0, 0x02, 0x0b, 0x00, 0x01, 0x00],
        ...[0, 0, 0x03, 0x7f, 0x01],
        ...[0, 0, 0x04, 0x00, 0x00],
        ...[0, 0, 0x20, 0x00],
      ),
      section(7, 1, 1, 0x65, 0x00, 0x00),
      section(8, 0),
    ]);
    expect(module.imports[0]).toEqual({
      module: "m",
      name: "f",
      desc: { kind: "func", typeIdx: 0, exact: false },
      offset: 17,
    });
    expect(module.imports.slice(1).map(({ desc }) => desc)).toEqual([
      { kind: "table", type: { element: refType(HeapType.Func, true), min: 1n, max: 2n, is64: true } },
      { kind: "memory", type: { min: 0n, max: 1n, is64: false, shared: true, pageSizeLog2: 0 } },
      { kind: "global", type: { type: NumType.I32, mutable: true } },
      { kind: "tag", typeIdx: 0 },
      { kind: "func", typeIdx: 0, exact: true },
    ]);
    expect(module.exports).toMatchObject([{ name: "e", kind: "func", index: 0 }]);
    expect(module.start?.funcIdx).toBe(0);
  });

  it.each<[string, number[]]>([
    ["malformed import kind 0x05", section(2, 1, 0, 0, 5)],
    ["malformed limits flags 0x08", section(2, 1, 0, 0, 1, 0x70, 0x08, 0)],
    ["malformed limits flags 0x10", section(2, 1, 0, 0, 2, 0x10, 0)],
    ["malformed reference type 0x7f", section(2, 1, 0, 0, 1, 0x7f, 0, 0)],
    ["malformed mutability 0x04", section(2, 1, 0, 0, 3, 0x7f, 4)],
    ["zero byte expected", section(2, 1, 0, 0, 4, 1, 0)],
    ["invalid custom page size", section(2, 1, 0, 0, 2, 0x08, 0, 65)],
    ["malformed export kind 0x20", section(7, 1, 0, 0x20, 0)],
    ["malformed export kind 0x05", section(7, 1, 0, 5, 0)],
  ])("%s", (message, bytes) => {
    malformed(message, [bytes]);
  });

  it("need their features", () => {
    const memory = (flags: number) => [section(5, 1, flags, 0, 0, 0, 0)];
    malformed("malformed limits flags", memory(2), without("threads"));
    malformed("malformed limits flags", memory(4), without("memory64"));
    malformed("malformed limits flags", memory(8), without("custom-page-sizes"));
    malformed(
      "malformed import kind 0x20: needs",
      [section(2, 1, 0, 0, 0x20, 0)],
      without("custom-descriptors"),
    );
    malformed("integer too large", [section(5, 1, 0, 0x80, 0x80, 0x80, 0x80, 0x10)], without("memory64"));
    const externref = [section(4, 1, 0x6f, 0, 0)];
    expect(decode(externref).tables).toHaveLength(1);
    malformed("malformed reference type 0x6f: needs", externref, without("reference-types"));
    const mvp = { features: new Set<Feature>(FEATURE_SETS.mvp) };
    expect(decode([section(4, 1, 0x70, 0, 0)], mvp).tables).toHaveLength(1);
  });

  it("reads limits of 64 bits exactly", () => {
    const max = [...Array<number>(9).fill(0xff), 0x01];
    expect(decode([section(5, 1, 5, 1, ...max)]).memories[0]!.type).toMatchObject({
      min: 1n,
      max: 2n ** 64n - 1n,
      is64: true,
    });
  });
});

describe("segments", () => {
  const TABLES = section(4, 2, 0x70, 0, 1, 0x70, 4, 1);
  const elements = (...payload: number[]) => decode([TYPE, TABLES, section(9, 1, ...payload)]).elements[0];
  const nonNull = refType(HeapType.Func, false);
  const nullable = refType(HeapType.Func, true);

  it.each<[string, number[], object]>([
    ["0", [0, 0x41, 0, 0x0b, 1, 7], { mode: "active", tableIdx: 0, type: nonNull, funcIdxs: [7], exprs: [] }],
    ["1", [1, 0, 1, 7], { mode: "passive", offsetExpr: undefined, type: nonNull, funcIdxs: [7] }],
    ["2", [2, 1, 0x42, 0, 0x0b, 0, 1, 7], { mode: "active", tableIdx: 1, type: nonNull, funcIdxs: [7] }],
    ["3", [3, 0, 1, 7], { mode: "declarative", type: nonNull, funcIdxs: [7] }],
    ["4", [4, 0x41, 0, 0x0b, 1, 0xd2, 0, 0x0b], { mode: "active", type: nullable, funcIdxs: [] }],
    ["5", [5, 0x64, 0x70, 1, 0xd2, 0, 0x0b], { mode: "passive", type: nonNull }],
    ["6", [6, 1, 0x42, 0, 0x0b, 0x70, 0], { mode: "active", tableIdx: 1, type: nullable, exprs: [] }],
    ["7", [7, 0x6f, 1, 0xd0, 0x6f, 0x0b], { mode: "declarative", type: refType(HeapType.Extern, true) }],
  ])("of elements, flags %s", (_, payload, expected) => {
    expect(elements(...payload)).toMatchObject(expected);
  });

  it("of data, flags 0 to 2", () => {
    const module = decode([section(11, 3, 0, 0x41, 1, 0x0b, 2, 8, 9, 1, 0, 2, 1, 0x41, 0, 0x0b, 1, 5)]);
    const contents = module.data.map(({ start, end }) => [...module.bytes.subarray(start, end)]);
    expect(contents).toEqual([[8, 9], [], [5]]);
    expect(module.data.map(({ mode, memIdx }) => [mode, memIdx])).toEqual([
      ["active", 0],
      ["passive", 0],
      ["active", 1],
    ]);
  });

  it.each<[string, number[]]>([
    ["malformed elements segment kind 8", section(9, 1, 8)],
    ["malformed element kind 0x01", section(9, 1, 1, 1, 0)],
    ["malformed reference type 0x7f", section(9, 1, 5, 0x7f, 0)],
    ["illegal opcode f3", section(9, 1, 5, 0x70, 1, 0xf3, 0, 0x0b)],
    ["malformed data segment kind 3", section(11, 1, 3)],
    ["unexpected end", section(11, 1, 1, 2, 0)],
    ["length out of bounds", section(11, 1, 1, 3, 0)],
  ])("%s", (message, bytes) => {
    malformed(message, [bytes]);
  });

  it("need their features", () => {
    malformed("needs the feature bulk-memory", [section(11, 1, 1, 0)], without("bulk-memory"));
    malformed(
      "needs the feature bulk-memory",
      [section(9, 1, 1, 0, 0)],
      without("bulk-memory", "reference-types"),
    );
  });
});

describe("code", () => {
  it("sums locals without expanding them", () => {
    const module = decode([TYPE, FUNC, section(10, 1, 8, 3, 0, 0x7f, 2, 0x7e, 3, 0x7d, 0x0b)]);
    expect(module.code[0]).toEqual({
      start: 21,
      codeStart: 29,
      end: 30,
      locals: [
        { count: 2, type: NumType.I64 },
        { count: 3, type: NumType.F32 },
      ],
      localCount: 5,
    });
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f];
    malformed("too many locals", [TYPE, FUNC, section(10, 1, 10, 2, ...huge, 1, 0x7f, 0x0b)]);
    expect(() => decode([TYPE, FUNC, section(10, 1, 8, 1, ...huge, 0x0b)])).toThrow(LimitError);
  });

  it.each<[string, number[]]>([
    ["END opcode expected, found else", [0x05, 0x0b]],
    ["END opcode expected, found else", [0x02, 0x40, 0x05, 0x0b, 0x0b]],
    ["END opcode expected, found else", [0x04, 0x40, 0x05, 0x05, 0x0b, 0x0b]],
    ["END opcode expected, found catch", [0x07, 0x00, 0x0b]],
    ["END opcode expected, found catch", [0x06, 0x40, 0x19, 0x07, 0x00, 0x0b, 0x0b]],
    ["END opcode expected, found catch_all", [0x06, 0x40, 0x19, 0x19, 0x0b, 0x0b]],
    ["END opcode expected, found catch_all", [0x1f, 0x40, 0x00, 0x19, 0x0b, 0x0b]],
    ["END opcode expected, found delegate", [0x06, 0x40, 0x19, 0x18, 0x00, 0x0b]],
    ["END opcode expected, found delegate", [0x18, 0x00, 0x0b]],
    ["section size mismatch", [0x0b, 0x0b]],
    ["unexpected end of section or function", [0x02, 0x40, 0x0b]],
    ["illegal opcode ff", [0x00, 0xff, 0x00, 0x0b]],
  ])("%s: %j", (message, code) => {
    malformed(message, [TYPE, FUNC, body(...code)]);
  });

  it.each([
    [[0x04, 0x40, 0x05, 0x0b, 0x0b]],
    [[0x06, 0x40, 0x07, 0x00, 0x07, 0x01, 0x19, 0x0b, 0x0b]],
    [[0x06, 0x40, 0x18, 0x00, 0x0b]],
    [[0x06, 0x40, 0x06, 0x40, 0x18, 0x00, 0x07, 0x00, 0x0b, 0x0b]],
    [[0x1f, 0x40, 0x01, 0x02, 0x00, 0x0b, 0x0b]],
  ])("nests %j", (code) => {
    expect(decode([TYPE, FUNC, body(...code)]).code).toHaveLength(1);
  });
});

describe("nesting", () => {
  const OPS = {
    nop: [0x01],
    block: [0x02, 0x40],
    loop: [0x03, 0x40],
    if: [0x04, 0x40],
    else: [0x05],
    try: [0x06, 0x40],
    catch: [0x07, 0],
    end: [0x0b],
    delegate: [0x18, 0],
    catch_all: [0x19],
    try_table: [0x1f, 0x40, 0],
  } as const;
  type Name = keyof typeof OPS;

  /** A body by the grammar of spec section 5.4.1 and of the legacy exceptions, by recursion: position after its `end`, or -1. */
  function expression(names: readonly Name[], start: number): number {
    let at = sequence(names, start);
    return names[at] === "end" ? ++at : -1;
  }

  /** Position of the first delimiter at this level. */
  function sequence(names: readonly Name[], start: number): number {
    let at = start;
    for (;;) {
      switch (names[at]) {
        case "nop":
          at++;
          continue;
        case "block":
        case "loop":
        case "try_table":
          at = expression(names, at + 1);
          break;
        case "if":
          at = sequence(names, at + 1);
          if (names[at] === "else") at = sequence(names, at + 1);
          at = names[at] === "end" ? at + 1 : -1;
          break;
        case "try":
          at = sequence(names, at + 1);
          if (names[at] === "delegate") {
            at++;
            continue;
          }
          while (names[at] === "catch") at = sequence(names, at + 1);
          if (names[at] === "catch_all") at = sequence(names, at + 1);
          at = names[at] === "end" ? at + 1 : -1;
          break;
        default:
          return at;
      }
      if (at < 0) return names.length;
    }
  }

  it("is what the grammar says", () => {
    const names = Object.keys(OPS) as Name[];
    const random = fc.array(fc.constantFrom<Name>(...names, "end", "end", "if", "try"), { maxLength: 14 });
    let accepted = 0;
    fc.assert(
      fc.property(random, (list) => {
        const all: Name[] = [...list, "end"];
        const holds = expression(all, 0) === all.length;
        const code = all.flatMap((name) => OPS[name]);
        if (holds) {
          accepted++;
          expect(decode([TYPE, FUNC, body(...code)]).code).toHaveLength(1);
        } else expect(() => decode([TYPE, FUNC, body(...code)])).toThrow(MalformedError);
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});

describe("limits", () => {
  const nested = (depth: number) => [
    TYPE,
    FUNC,
    body(...Array.from({ length: depth }, () => [0x02, 0x40]).flat(), ...Array<number>(depth + 1).fill(0x0b)),
  ];
  const chain = (length: number) => [
    section(
      1,
      length,
      0x50,
      0,
      0x60,
      0,
      0,
      ...Array.from({ length: length - 1 }, (_, i) => [0x50, 1, i, 0x60, 0, 0]).flat(),
    ),
  ];
  const params = (count: number) => [section(1, 1, 0x60, count, ...Array<number>(count).fill(0x7f), 0)];
  const cases: [keyof ModuleLimits, (size: number) => number[][]][] = [
    ["types", (n) => [section(1, n, ...Array.from({ length: n }, () => [0x60, 0, 0]).flat())]],
    ["types", (n) => [section(1, 1, 0x4e, n, ...Array.from({ length: n }, () => [0x60, 0, 0]).flat())]],
    ["imports", (n) => [section(2, n, ...Array.from({ length: n }, () => [0, 0, 0, 0]).flat())]],
    [
      "functions",
      (n) => [
        section(2, 1, 0, 0, 0, 0),
        section(3, n - 1, ...Array<number>(n - 1).fill(0)),
        section(10, n - 1, ...Array.from({ length: n - 1 }, () => [2, 0, 0x0b]).flat()),
      ],
    ],
    ["functions", (n) => [section(2, n, ...Array.from({ length: n }, () => [0, 0, 0, 0]).flat())]],
    ["exports", (n) => [section(7, n, ...Array.from({ length: n }, () => [0, 0, 0]).flat())]],
    ["definitions", (n) => [section(5, n, ...Array.from({ length: n }, () => [0, 0]).flat())]],
    [
      "definitions",
      (n) => [section(6, n, ...Array.from({ length: n }, () => [0x7f, 0, 0x41, 0, 0x0b]).flat())],
    ],
    ["segments", (n) => [section(11, n, ...Array.from({ length: n }, () => [1, 0]).flat())]],
    ["segmentElements", (n) => [section(9, 1, 1, 0, n, ...Array<number>(n).fill(0))]],
    ["locals", (n) => [...params(2), FUNC, section(10, 1, 4, 1, n - 2, 0x7f, 0x0b)]],
    ["arity", params],
    ["fields", (n) => [section(1, 1, 0x5f, n, ...Array.from({ length: n }, () => [0x7f, 0]).flat())]],
    ["functionBytes", (n) => [TYPE, FUNC, section(10, 1, n, 0, ...Array<number>(n - 2).fill(1), 0x0b)]],
    ["nesting", nested],
    ["subtypingDepth", (n) => chain(n + 1)],
    ["brTableLabels", (n) => [TYPE, FUNC, body(0x0e, n, ...Array<number>(n + 1).fill(0), 0x0b)]],
  ];

  it.each(cases)("%s, at limit - 1, limit, limit + 1", (name, make) => {
    const options = { limits: { [name]: 5 } };
    decode(make(4), options);
    decode(make(5), options);
    expect(() => decode(make(6), options)).toThrow(
      expect.objectContaining({ name: "LimitError", limit: name, requested: 6, allowed: 5 }),
    );
  });

  it("moduleBytes", () => {
    expect(decode([], { limits: { moduleBytes: 8 } }).bytes).toHaveLength(8);
    expect(() => decode([], { limits: { moduleBytes: 7 } })).toThrow(LimitError);
  });

  it("allow blocks nested a hundred thousand deep, without recursion", () => {
    const depth = DEFAULT_MODULE_LIMITS.nesting;
    const code = new Uint8Array(3 * depth + 1).fill(0x0b);
    for (let i = 0; i < 2 * depth; i += 2) code.set([0x02, 0x40], i);
    const size = (n: number) => [
      (n & 0x7f) | 0x80,
      ((n >>> 7) & 0x7f) | 0x80,
      ((n >>> 14) & 0x7f) | 0x80,
      n >>> 21,
    ];
    const head = [
      ...PREAMBLE,
      ...TYPE,
      ...FUNC,
      10,
      ...size(code.length + 6),
      1,
      ...size(code.length + 1),
      0,
    ];
    const bytes = new Uint8Array(head.length + code.length);
    bytes.set(head);
    bytes.set(code, head.length);
    expect(decodeBytes(bytes).code).toHaveLength(1);
  });
});

/** Writes down what it is shown. */
class Recorder implements CodeVisitor, InstructionVisitor {
  readonly seen: string[] = [];
  /** Throws when this many calls have been made. */
  failAt = -1;
  error: Error = new ValidationError("type mismatch", 0);

  private note(text: string): void {
    this.seen.push(text);
    if (this.seen.length === this.failAt) throw this.error;
  }
  *settle(): Generator<void> {}
  beginConstExpr(...[, place, index, expected]: Parameters<CodeVisitor["beginConstExpr"]>): this {
    this.note(`${place} ${index}: ${expected}`);
    return this;
  }
  beginBody(...[module, index, locals]: Parameters<CodeVisitor["beginBody"]>): this {
    this.note(`body ${index}: ${locals.length} of ${module.functions.length}`);
    return this;
  }
  instruction({ op, offset, end }: Instruction): void {
    this.note(`${op.toString(16)} ${end - offset}`);
  }
}

describe("visitor", () => {
  const parts = [
    TYPE,
    FUNC,
    section(4, 2, 0x70, 4, 1, 0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b),
    section(5, 1, 4, 0),
    section(6, 1, 0x7e, 0, 0x42, 5, 0x0b),
    section(9, 1, 4, 0x42, 0, 0x0b, 1, 0xd2, 0, 0x0b),
    section(10, 1, 7, 1, 3, 0x7f, 0x02, 0x40, 0x0b, 0x0b),
  ];
  const rest = section(11, 2, 0, 0x42, 0, 0x0b, 0, 2, 9, 0x41, 0, 0x0b, 0);

  it("sees every expression in byte order, with the type it must have", () => {
    const visitor = new Recorder();
    decode([...parts, rest], { visitor });
    const funcref = refType(HeapType.Func, true);
    expect(visitor.seen).toEqual([
      ...[`table 1: ${funcref}`, "d0 2", "b 1"],
      ...[`global 0: ${NumType.I64}`, "42 2", "b 1"],
      ...[`element-offset 0: ${NumType.I64}`, "42 2", "b 1"],
      ...[`element 0: ${funcref}`, "d2 2", "b 1"],
      ...["body 0: 1 of 1", "2 2", "b 1", "b 1"],
      ...[`data-offset 0: ${NumType.I64}`, "42 2", "b 1"],
      // A memory that is not there: the validator says so.
      ...[`data-offset 1: ${NumType.I32}`, "41 2", "b 1"],
    ]);
  });

  it("objects after the module is known to be well-formed, and is left alone from then on", () => {
    const total = new Recorder();
    decode([...parts, rest], { visitor: total });
    for (let failAt = 1; failAt <= total.seen.length; failAt++) {
      const visitor = new Recorder();
      visitor.failAt = failAt;
      expect(() => decode([...parts, rest], { visitor })).toThrow(visitor.error);
      expect(visitor.seen).toHaveLength(failAt);
      const again = new Recorder();
      again.failAt = failAt;
      expect(() => decode([...parts, rest, [0x7f]], { visitor: again })).toThrow("malformed section id");
    }
  });

  it("lets errors of other kinds through at once", () => {
    const visitor = new Recorder();
    visitor.failAt = 2;
    visitor.error = new RangeError("a bug");
    expect(() => decode([...parts, rest, [0x7f]], { visitor })).toThrow("a bug");
  });

  it("is not shown bodies that belong to no function", () => {
    const visitor = new Recorder();
    expect(() => decode([TYPE, CODE], { visitor })).toThrow("inconsistent lengths");
    expect(visitor.seen).toEqual([]);
  });
});

const TEXT = `(module
  (type $list (sub (struct (field (ref null 0)) (field (mut i64)))))
  (type $bytes (array (mut i8)))
  (import "env" "log" (func $log (param i32 f64)))
  (memory (export "memory") i64 1 10)
  (memory 1)
  (table $t 2 funcref)
  (tag $e (param i32))
  (global $g (mut f32) (f32.const 1.5))
  (elem (table $t) (i32.const 0) func $log $f)
  (data $d (memory 1) (i32.const 8) "hello")
  (func $f (export "f") (param i32) (result i64) (local v128 v128 i64)
    (block (result i32)
      (try_table (catch $e 0)
        (call $log (local.get 0) (f64.const nan:0x4))
        (br_table 0 1 0 (i32.const 2)))
      (i32.const 7))
    drop
    (i64.load offset=0x1_0000_0000 (i64.const 1))
    (i64.add (i64.const -9_223_372_036_854_775_808))
    (memory.init 0 $d (i64.const 0) (i32.const 0) (i32.const 2))
    (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (local.get 1) (local.get 2))))
)`;

describe("assembled text", () => {
  const bytes = wat(TEXT);

  it("decodes to what it says", () => {
    const module = decodeBytes(bytes);
    expect(module.types.map(({ composite }) => composite.kind)).toEqual([
      "struct",
      "array",
      "func",
      "func",
      "func",
    ]);
    expect(module.memories.map(({ type }) => type.is64)).toEqual([true, false]);
    expect(module.elements[0]!.funcIdxs).toEqual([0, 1]);
    const { start, end } = module.data[0]!;
    expect(new TextDecoder().decode(module.bytes.subarray(start, end))).toBe("hello");
    expect(module.dataCount).toBe(1);
    expect(module.code[0]).toMatchObject({ localCount: 3, locals: [{ count: 2 }, { count: 1 }] });
    expect(module.customSections.map(({ name }) => name)).toEqual(["name"]);
  });

  it("shows the instructions that it says", () => {
    const ops: Op[] = [];
    const visitor: CodeVisitor = {
      settle: () => [],
      beginConstExpr: () => undefined,
      beginBody: () => ({ instruction: ({ op }) => void ops.push(op) }),
    };
    decodeBytes(
      wat("(module (func (loop (br_if 0 (i32.eqz (i32.const 0)))) (drop (ref.i31 (i32.const 1)))))"),
      { visitor },
    );
    expect(ops).toEqual([
      ...[Op.Loop, Op.I32Const, Op.I32Eqz, Op.BrIf, Op.End],
      ...[Op.I32Const, Op.RefI31, Op.Drop, Op.End],
    ]);
  });

  it("decodes or fails with a typed error, whatever happens to its bytes", () => {
    const edit = fc.record({
      at: fc.nat(bytes.length - 1),
      byte: fc.nat(255),
      remove: fc.nat(3),
      insert: fc.boolean(),
    });
    const visitor = new Recorder();
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(FEATURES.length), (edits, off) => {
        const mutated = [...bytes];
        for (const { at, byte, remove, insert } of edits) mutated.splice(at, insert ? 0 : remove, byte);
        const features = new Set(FEATURES.filter((_, i) => i !== off));
        visitor.seen.length = 0;
        try {
          decodeBytes(Uint8Array.from(mutated), { features, visitor });
        } catch (error) {
          expect(error instanceof CompileError || error instanceof LimitError, String(error)).toBe(true);
          if (error instanceof CompileError) expect(error.offset).toBeLessThanOrEqual(mutated.length);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("is malformed wherever it is cut, but between sections", () => {
    let whole = 0;
    for (let length = 8; length < bytes.length; length++) {
      try {
        decodeBytes(bytes.slice(0, length));
        whole++;
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
      }
    }
    // After the preamble and after each section, as long as functions lack no code and data no contents.
    expect(whole).toBeGreaterThan(1);
    expect(whole).toBeLessThan(14);
  });
});
