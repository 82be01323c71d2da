// Values of generated types, lowered to a guest's memory or registers and lifted from there: nothing is lost, nothing else is
// written, and what does not fit is refused before.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../limits.ts";
import { TypeRegistry } from "../../module/type-registry.ts";
import { MemoryInstance } from "../../runtime/memory.ts";
import { StoreState } from "../../runtime/store.ts";
import { isWellFormed } from "../../utf8.ts";
import type { StringEncoding } from "../model/canon.ts";
import type { PrimitiveKind, ValueType } from "../model/value-type.ts";
import { converterOf } from "./compile.ts";
import { MemoryView, makeFlat, Side, type SideOptions } from "./context.ts";
import { type Converter, Mismatch } from "./converter.ts";
import { lowerCamelCase } from "./js-names.ts";

const PAGE_BITS = 16;

/** A type of the model with as much as converters look at. */
function type(shape: object): ValueType {
  const made: Record<string, unknown> = { id: 0, depth: 1, size: 0, alignment: 1, flat: undefined, ...shape };
  made.hasPointers = true;
  made.hasBorrow = false;
  made.canonical = made;
  return made as unknown as ValueType;
}

interface Sample {
  readonly type: ValueType;
  /** In JavaScript. */
  readonly values: fc.Arbitrary<unknown>;
}

const primitive = (kind: PrimitiveKind, values: fc.Arbitrary<unknown>): Sample => ({
  type: type({ kind }),
  values,
});

const text = fc.string({ unit: "binary", maxLength: 12 }).filter(isWellFormed);

const SCALARS: readonly Sample[] = [
  primitive("bool", fc.boolean()),
  primitive("u8", fc.integer({ min: 0, max: 255 })),
  primitive("s8", fc.integer({ min: -128, max: 127 })),
  primitive("u16", fc.integer({ min: 0, max: 65_535 })),
  primitive("s16", fc.integer({ min: -32_768, max: 32_767 })),
  primitive("u32", fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  primitive("s32", fc.integer()),
  primitive("u64", fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  primitive("s64", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  primitive("f32", fc.float()),
  primitive("f64", fc.double()),
  primitive("char", fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter(isWellFormed)),
  primitive("string", text),
];

/** Typed arrays of number lists, by element. */
const TYPED: Partial<Record<ValueType["kind"], (values: never[]) => unknown>> = {
  u8: (values) => Uint8Array.from(values),
  s8: (values) => Int8Array.from(values),
  u16: (values) => Uint16Array.from(values),
  s16: (values) => Int16Array.from(values),
  u32: (values) => Uint32Array.from(values),
  s32: (values) => Int32Array.from(values),
  u64: (values) => BigUint64Array.from(values),
  s64: (values) => BigInt64Array.from(values),
  f32: (values) => Float32Array.from(values),
  f64: (values) => Float64Array.from(values),
};

const names = fc.uniqueArray(fc.constantFrom("a", "b-c", "of-the-kind", "x1", "last"), {
  minLength: 1,
  maxLength: 5,
});

const samples: fc.Arbitrary<Sample> = fc.letrec<{ sample: Sample }>((tie) => {
  const part = tie("sample");
  const parts = fc.array(part, { minLength: 1, maxLength: 5 });
  const named = names.chain((all) =>
    fc.tuple(fc.constant(all), fc.array(part, { minLength: all.length, maxLength: all.length })),
  );
  const record = named.map(
    ([all, members]): Sample => ({
      type: type({ kind: "record", fields: all.map((name, k) => ({ name, type: members[k]?.type })) }),
      values: fc.record(
        Object.fromEntries(
          all.map((name, k) => [lowerCamelCase(name), members[k]?.values ?? fc.constant(0)]),
        ),
      ),
    }),
  );
  const variant = named.map(
    ([all, members]): Sample => ({
      type: type({
        kind: "variant",
        cases: all.map((name, k) => ({ name, type: k % 3 === 2 ? undefined : members[k]?.type })),
      }),
      values: fc.oneof(
        ...all.map((name, k) =>
          k % 3 === 2
            ? fc.constant({ tag: name })
            : (members[k]?.values ?? fc.constant(0)).map((val) => ({ tag: name, val })),
        ),
      ),
    }),
  );
  const option = part.map(
    ({ type: some, values }): Sample => ({
      type: type({ kind: "option", type: some }),
      values:
        some.kind === "option"
          ? fc.oneof(
              fc.constant({ tag: "none" }),
              values.map((val) => ({ tag: "some", val })),
            )
          : fc.oneof(fc.constant(undefined), values),
    }),
  );
  const list = part.map(
    ({ type: element, values }): Sample => ({
      type: type({ kind: "list", element, length: undefined }),
      values: fc.array(values, { maxLength: 6 }).map((all) => TYPED[element.kind]?.(all as never[]) ?? all),
    }),
  );
  const result = fc.tuple(part, part).map(
    ([ok, err]): Sample => ({
      type: type({ kind: "result", ok: ok.type, err: err.type }),
      values: fc.oneof(
        ok.values.map((val) => ({ tag: "ok", val })),
        err.values.map((val) => ({ tag: "err", val })),
      ),
    }),
  );
  const tuple = parts.map(
    (members): Sample => ({
      type: type({ kind: "tuple", types: members.map((member) => member.type) }),
      values: fc.tuple(...members.map((member) => member.values)),
    }),
  );
  const flags = names.map(
    (all): Sample => ({
      type: type({ kind: "flags", names: all }),
      values: fc.record(Object.fromEntries(all.map((name) => [lowerCamelCase(name), fc.boolean()]))),
    }),
  );
  const enumeration = names.map(
    (all): Sample => ({
      type: type({ kind: "enum", names: all }),
      values: fc.constantFrom(...all),
    }),
  );
  return {
    sample: fc.oneof(
      { maxDepth: 4, depthIdentifier: "type" },
      fc.constantFrom(...SCALARS),
      record,
      variant,
      option,
      list,
      result,
      tuple,
      flags,
      enumeration,
    ),
  };
}).sample;

const NO_HANDLES = {
  lift: () => undefined,
  lower: () => 0,
  mismatch: () => undefined,
  liftEnd: () => undefined,
  lowerEnd: () => 0,
  endMismatch: () => undefined,
};

function makeSide(
  encoding: StringEncoding,
  changes: Partial<SideOptions> = {},
): { side: Side; memory: MemoryInstance } {
  const store = new StoreState(new TypeRegistry(), DEFAULT_LIMITS, undefined);
  const memory = new MemoryInstance(
    {
      min: 1n,
      max: undefined,
      is64: false,
      shared: false,
      pageSizeLog2: PAGE_BITS,
    } as MemoryInstance["type"],
    store.memoryBudget,
  );
  const options = {
    encoding,
    liftedBytes: 2 ** 20,
    prices: { perByte: 1, perElement: 1 },
    isHostCall: true,
    ...changes,
  };
  return { side: new Side(options, new MemoryView(memory), NO_HANDLES, makeFlat(64)), memory };
}

/** A guest's allocator: one value behind the other, with gaps. */
class Bump {
  readonly #memory: MemoryInstance;
  readonly ranges: [number, number][] = [];
  #top: number;

  constructor(memory: MemoryInstance, top: number) {
    this.#memory = memory;
    this.#top = top;
  }

  serve(side: Side): void {
    for (let next = side.next(); next !== undefined; next = side.next()) {
      const at = Math.ceil((this.#top + 3) / next.alignment) * next.alignment;
      this.#top = at + next.bytes;
      if (this.#top > this.#memory.byteLength) this.#memory.grow(1);
      this.ranges.push([at, this.#top]);
      side.allocated(at);
    }
  }
}

/** Words of registers in which any type of the samples fits. */
const MOST_FLAT = 60;

function roundTrip(converter: Converter, value: unknown, encoding: StringEncoding, isFlat: boolean): unknown {
  const { side, memory } = makeSide(encoding);
  const given = converter.check(side, value);
  const at = 1024;
  const bump = new Bump(memory, at + converter.size);
  if (isFlat) converter.lower(side, given, 0);
  else converter.store(side, given, at);
  bump.serve(side);
  // Outside of what was given to it, nothing is written.
  const written = new Uint8Array(memory.byteLength);
  if (!isFlat) written.fill(1, at, at + converter.size);
  for (const [from, to] of bump.ranges) written.fill(1, from, to);
  expect(memory.u8.findIndex((byte, k) => byte !== 0 && k < written.length && written[k] === 0)).toBe(-1);
  return isFlat ? converter.lift(side, 0) : converter.load(side, at);
}

describe.each(["utf8", "utf16", "latin1+utf16"] as const)("values with strings in %s", (encoding) => {
  it("are the same again, through memory and through registers", () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const converter = converterOf(sample.type);
        for (const value of fc.sample(sample.values, 3)) {
          expect(roundTrip(converter, value, encoding, false)).toEqual(value);
          if (converter.flat <= MOST_FLAT) {
            expect(roundTrip(converter, value, encoding, true)).toEqual(value);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("values that are none", () => {
  const { side } = makeSide("utf8");
  const reasonOf = (shape: object, value: unknown): string => {
    try {
      converterOf(type(shape)).check(side, value);
    } catch (error) {
      if (error instanceof Mismatch) return `${error.path}: ${error.reason}`;
      throw error;
    }
    return "fits";
  };
  const u8 = type({ kind: "u8" });
  const text8 = type({ kind: "string" });

  it.each([
    [{ kind: "u8" }, 256, ": 256 is no u8"],
    [{ kind: "u8" }, -1, ": -1 is no u8"],
    [{ kind: "u8" }, 1.5, ": 1.5 is no u8"],
    [{ kind: "u8" }, "1", ': the string "1" is no u8'],
    [{ kind: "s8" }, -129, ": -129 is no s8"],
    [{ kind: "u32" }, 2 ** 32, ": 4294967296 is no u32"],
    [{ kind: "u64" }, -1, ": -1 is no u64"],
    [{ kind: "u64" }, 2n ** 64n, ": 18446744073709551616n is no u64"],
    [{ kind: "s64" }, 1.5, ": 1.5 is no s64"],
    [{ kind: "u64" }, 5, "fits"],
    [{ kind: "bool" }, 1, ": 1 is no bool"],
    [{ kind: "f32" }, 1n, ": 1n is no f32"],
    [{ kind: "f32" }, Number.NaN, "fits"],
    [{ kind: "char" }, "ab", ': the string "ab" is no char'],
    [{ kind: "char" }, "", ': the string "" is no char'],
    [{ kind: "char" }, "😀", "fits"],
    [{ kind: "string" }, 5, ": 5 is no string"],
    [{ kind: "enum", names: ["a", "b"] }, "c", ': the string "c" is no case of the enum'],
    [{ kind: "enum", names: ["a", "b"] }, "toString", ': the string "toString" is no case of the enum'],
    [{ kind: "flags", names: ["read-it"] }, { readIt: 1 }, ".readIt: 1 is no bool"],
    [{ kind: "flags", names: ["read-it"] }, { readit: true }, ": there is no flag readit"],
    [{ kind: "flags", names: ["read-it"] }, {}, "fits"],
    [{ kind: "tuple", types: [u8, u8] }, [1], ": an array is no tuple of 2"],
    [{ kind: "tuple", types: [u8, u8] }, [1, 256], "[1]: 256 is no u8"],
    [{ kind: "list", element: text8, length: undefined }, ["a", 1], "[1]: 1 is no string"],
    [{ kind: "list", element: u8, length: undefined }, "abc", ': the string "abc" is no list'],
    [{ kind: "option", type: u8 }, null, ": null is no u8"],
    [
      { kind: "variant", cases: [{ name: "a", type: u8 }] },
      { tag: "b" },
      ': the string "b" is no tag of the variant',
    ],
    [{ kind: "variant", cases: [{ name: "a", type: u8 }] }, { tag: "a", val: 300 }, ".val: 300 is no u8"],
    [
      { kind: "record", fields: [{ name: "first-age", type: u8 }] },
      { firstAge: 300 },
      ".firstAge: 300 is no u8",
    ],
    [{ kind: "record", fields: [{ name: "a", type: u8 }] }, null, ": null is no record"],
  ] as [object, unknown, string][])("%#: $2", (shape, value, reason) => {
    expect(reasonOf(shape, value)).toBe(reason);
  });

  it("lone surrogates", () => {
    expect(reasonOf({ kind: "string" }, "\ud800")).toContain("has a lone surrogate");
    expect(reasonOf({ kind: "char" }, "\ud800")).toContain("is no char");
  });
});

describe("what a guest writes", () => {
  const bytes = type({ kind: "list", element: type({ kind: "u8" }), length: undefined });
  const flags = type({ kind: "list", element: type({ kind: "bool" }), length: undefined });
  const words = type({ kind: "list", element: type({ kind: "u32" }), length: undefined });

  function liftAt(
    shape: ValueType,
    pointer: number,
    length: number,
    changes: Partial<SideOptions> = {},
  ): unknown {
    const { side } = makeSide("utf8", changes);
    side.flat.R[0] = pointer;
    side.flat.R[2] = length;
    return converterOf(shape).lift(side, 0);
  }

  it("is checked against memory before anything is allocated", () => {
    expect(liftAt(bytes, 65_535, 1)).toEqual(new Uint8Array(1));
    expect(() => liftAt(bytes, 65_535, 2)).toThrow("list content out-of-bounds");
    expect(() => liftAt(bytes, -1, 0)).toThrow("list content out-of-bounds");
    expect(() => liftAt(words, 0, -1)).toThrow("list content out-of-bounds");
    expect(() => liftAt(words, 2, 1)).toThrow("unaligned pointer");
    expect(() => liftAt(type({ kind: "string" }), 65_530, 7)).toThrow(
      "string pointer/length out of bounds of memory",
    );
  });

  it("is bounded by liftedBytes", () => {
    expect(liftAt(bytes, 0, 100, { liftedBytes: 100 })).toHaveLength(100);
    expect(() => liftAt(bytes, 0, 101, { liftedBytes: 100 })).toThrow("liftedBytes");
    // Elements that are objects or places in an array count 32 more.
    expect(liftAt(flags, 0, 3, { liftedBytes: 99 })).toHaveLength(3);
    expect(() => liftAt(flags, 0, 4, { liftedBytes: 99 })).toThrow("liftedBytes");
  });

  it("has to be a char, a case, a character", () => {
    const lift = (shape: object, word: number): unknown => {
      const { side } = makeSide("utf8");
      side.flat.R[0] = word;
      return converterOf(type(shape)).lift(side, 0);
    };
    expect(() => lift({ kind: "char" }, 0xd800)).toThrow("invalid `char` bit pattern");
    expect(() => lift({ kind: "char" }, 0x11_0000)).toThrow("invalid `char` bit pattern");
    expect(() => lift({ kind: "enum", names: ["a"] }, 1)).toThrow("invalid variant discriminant");
    expect(() => lift({ kind: "enum", names: ["a"] }, -1)).toThrow("invalid variant discriminant");
    expect(lift({ kind: "u8" }, 0x1ff)).toBe(255);
    expect(lift({ kind: "s8" }, 0x80)).toBe(-128);
    expect(lift({ kind: "bool" }, 2)).toBe(true);
  });

  it.each([
    ["utf8", [0x61, 0xc3], "incomplete utf-8 byte sequence"],
    ["utf8", [0xf0, 0x9f, 0x98], "incomplete utf-8 byte sequence"],
    ["utf8", [0xff, 0x61], "invalid utf-8"],
    ["utf8", [0xed, 0xa0, 0x80], "invalid utf-8"],
    ["utf16", [0x00, 0xd8], "invalid utf-16"],
  ] as const)("is a string in %s: %j", (encoding, raw, message) => {
    const { side, memory } = makeSide(encoding);
    memory.u8.set(raw, 8);
    side.flat.R[0] = 8;
    side.flat.R[2] = encoding === "utf8" ? raw.length : raw.length / 2;
    expect(() => converterOf(type({ kind: "string" })).lift(side, 0)).toThrow(message);
  });
});

describe("allocations", () => {
  const text8 = type({ kind: "string" });
  const nested = type({
    kind: "list",
    element: type({ kind: "list", element: text8, length: undefined }),
    length: undefined,
  });

  it("are asked for in the order of the values, each before its parts", () => {
    const { side } = makeSide("utf8");
    converterOf(nested).lower(side, [["a", "bb"], [], ["ccc"]], 0);
    const asked: number[] = [];
    let top = 64;
    for (let next = side.next(); next !== undefined; next = side.next()) {
      asked.push(next.bytes);
      side.allocated(top);
      top += 64;
    }
    expect(asked).toEqual([24, 16, 1, 2, 0, 8, 3]);
  });

  it("must be inside of memory and aligned", () => {
    const allocate = (pointer: number, isHostCall: boolean): void => {
      const { side } = makeSide("utf16", { isHostCall });
      converterOf(text8).lower(side, "abc", 0);
      side.next();
      side.allocated(pointer);
    };
    expect(() => allocate(65_530, true)).not.toThrow();
    expect(() => allocate(65_532, true)).toThrow("realloc return: beyond end of memory");
    expect(() => allocate(65_532, false)).toThrow("list content out-of-bounds");
    expect(() => allocate(-2, true)).toThrow("realloc return: beyond end of memory");
    expect(() => allocate(1, true)).toThrow("realloc return: result not aligned");
    expect(() => allocate(1, false)).toThrow("unaligned pointer");
  });
});
