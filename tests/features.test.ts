// Feature switches: with a proposal off, what it brings is rejected by a message that names the switch.

import { describe, expect, it } from "vitest";
import { CompileError, Engine, FEATURE_SETS, FEATURES, type Feature, Module } from "wasmeter";
import { CORE_FEATURES, type CoreFeature, withDependents } from "../src/isa/features.ts";
import { INSTRUCTIONS } from "../src/isa/instructions.ts";
import { legacyWat } from "./legacy-wat.ts";
import { wat } from "./wat.ts";

/** A module's text, or its bytes after the preamble where no assembler makes them; and, where another feature brings the same thing too, that one. */
type Needing = string | readonly number[] | readonly [text: string, alsoBy: Feature];

/** Modules that need the feature and, beside Wasm 1.0, as little else as can be. */
const NEEDING: Readonly<Record<CoreFeature, readonly Needing[]>> = {
  "mutable-globals": [`(import "m" "g" (global (mut i32)))`, `(global (export "g") (mut i32) (i32.const 0))`],
  "sign-extension": [`(func (result i32) i32.const 1 i32.extend8_s)`],
  "saturating-float-to-int": [`(func (result i32) f32.const 1 i32.trunc_sat_f32_s)`],
  "multi-value": [
    `(func (result i32 i32) i32.const 1 i32.const 2)`,
    `(func i32.const 1 (block (param i32) drop))`,
    `(func (loop (result i32 i32) unreachable) drop drop)`,
  ],
  "bulk-memory": [
    `(memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.fill)`,
    `(memory 1) (data "passive")`,
    `(memory 1) (data "") (func data.drop 0)`,
    `(table 1 funcref) (elem func)`,
  ],
  "reference-types": [
    `(func (param externref))`,
    `(table 1 funcref) (table 1 funcref)`,
    `(table 1 externref)`,
    `(table 1 funcref) (func i32.const 0 table.get 0 drop)`,
    `(func i32.const 1 i32.const 2 i32.const 3 select (result i32) drop)`,
    `(func $f) (elem declare func $f) (func ref.func $f drop)`,
    `(func $f) (elem declare func $f)`,
  ],
  simd: [`(func (param v128))`, `(func v128.const i32x4 0 0 0 0 drop)`],
  "extended-const": [`(global i32 (i32.add (i32.const 1) (i32.const 2)))`],
  "tail-call": [`(func return_call 0)`, `(type $t (func)) (func ref.null $t return_call_ref $t)`],
  "relaxed-simd": [`(func v128.const i32x4 0 0 0 0 v128.const i32x4 0 0 0 0 i8x16.relaxed_swizzle drop)`],
  "multi-memory": [`(memory 1) (memory 1)`, `(import "m" "a" (memory 1)) (import "m" "b" (memory 1))`],
  memory64: [
    `(memory i64 1)`,
    `(table i64 1 funcref)`,
    `(import "m" "m" (memory i64 1))`,
    `(import "m" "t" (table i64 1 funcref))`,
  ],
  "function-references": [
    `(type $t (func)) (func (param (ref null $t)))`,
    `(func (param (ref func)))`,
    `(func $f) (table 1 funcref (ref.func $f))`,
    `(type $t (func)) (func (param funcref) ref.null $t call_ref $t)`,
    `(func (param funcref) local.get 0 ref.as_non_null drop)`,
  ],
  gc: [
    `(type (struct))`,
    `(type (array i8))`,
    `(type (sub (func)))`,
    `(rec (type (func)) (type (func)))`,
    `(func (param anyref))`,
    `(func i32.const 1 ref.i31 drop)`,
    `(global $a i32 (i32.const 1)) (global i32 (global.get $a))`,
  ],
  exceptions: [
    [`(tag)`, "legacy-exceptions"],
    [`(import "m" "t" (tag))`, "legacy-exceptions"],
    `(func (param exnref))`,
    `(func (try_table))`,
    `(func ref.null exn throw_ref)`,
  ],
  "legacy-exceptions": [`(func try end)`, `(func try catch_all rethrow 0 end)`, `(func try delegate 0)`],
  threads: [
    `(memory 1 1 shared)`,
    `(import "m" "m" (memory 1 1 shared))`,
    `(memory 1) (func i32.const 0 i32.atomic.load drop)`,
    `(func atomic.fence)`,
  ],
  "custom-page-sizes": [`(memory 1 (pagesize 1))`],
  "wide-arithmetic": [
    `(func i64.const 1 i64.const 2 i64.const 3 i64.const 4 i64.add128 drop drop)`,
    `(func i64.const 1 i64.const 2 i64.mul_wide_u drop drop)`,
  ],
  "custom-descriptors": [
    `(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))`,
    `(type $s (struct)) (func (param (ref (exact $s))))`,
    `(type $f (func)) (import "m" "f" (func (exact (type $f))))`,
  ],
  "compact-imports": [
    // Of module "m": "a" and "b", each with its type, then with one for both; and no imports.
    [2, 16, 1, 1, 0x6d, 0, 0x7f, 2, 1, 0x61, 3, 0x7f, 0, 1, 0x62, 3, 0x7f, 0],
    [2, 13, 1, 1, 0x6d, 0, 0x7e, 3, 0x7f, 0, 2, 1, 0x61, 1, 0x62],
    [2, 6, 1, 1, 0x6d, 0, 0x7f, 0],
  ],
};

const cases = CORE_FEATURES.flatMap((feature) =>
  NEEDING[feature].map((needing) => {
    if (typeof needing === "string") return { feature, text: needing, alsoBy: feature };
    const [text, alsoBy] = needing;
    if (typeof text === "string") return { feature, text, alsoBy: alsoBy as Feature };
    return { feature, text: needing as readonly number[], alsoBy: feature };
  }),
);

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function assemble(feature: Feature, text: string | readonly number[]): Uint8Array {
  if (typeof text !== "string") return Uint8Array.from([...PREAMBLE, ...text]);
  return (feature === "legacy-exceptions" ? legacyWat : wat)(`(module ${text})`);
}

const all = new Engine({ features: "all" });

const engines = new Map<string, Engine>();

/** Everything but `off` and what is built on it. */
function without(...off: Feature[]): Engine {
  const gone = off.flatMap(withDependents);
  const engine =
    engines.get(off.join()) ?? new Engine({ features: FEATURES.filter((each) => !gone.includes(each)) });
  engines.set(off.join(), engine);
  return engine;
}

const mvp = new Engine({ features: "mvp" });

describe.each(cases)("$feature: $text", ({ feature, text, alsoBy }) => {
  const bytes = assemble(feature, text);

  it("is accepted with every switch on", () => {
    expect(new Module(all, bytes)).toBeInstanceOf(Module);
  });

  it("is rejected by name with this one off", () => {
    const engine = without(feature, alsoBy);
    expect(() => new Module(engine, bytes)).toThrow(CompileError);
    expect(() => new Module(engine, bytes)).toThrow(new RegExp(`\\b${feature}\\b`));
  });

  it("is rejected by Wasm 1.0", () => {
    expect(() => new Module(mvp, bytes)).toThrow(CompileError);
  });
});

const section = (id: number, ...contents: number[]): number[] => [id, contents.length, ...contents];

/** A module of one function without parameters or results, whose body is `code`. */
function functionOf(...code: number[]): Uint8Array {
  const body = [0, ...code, 0x0b];
  const sections = [section(1, 1, 0x60, 0, 0), section(3, 1, 0), section(10, 1, body.length, ...body)];
  return Uint8Array.from([...PREAMBLE, ...sections.flat()]);
}

const message = (engine: Engine, bytes: Uint8Array): string => {
  try {
    new Module(engine, bytes);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(CompileError);
    return (error as CompileError).message;
  }
};

/** Opcode bytes of the instruction table's number for an instruction. */
const opcode = (op: number): number[] => {
  const sub = op & 0xfff;
  return op < 0x100 ? [op] : [op >> 12, ...(sub < 0x80 ? [sub] : [0x80 | (sub & 0x7f), sub >> 7])];
};

describe("every instruction of a proposal", () => {
  const rows = Object.entries(INSTRUCTIONS).flatMap(([op, { mnemonic, feature }]) =>
    feature === undefined ? [] : [{ op: Number(op), mnemonic, feature }],
  );

  it("is an illegal opcode when the proposal is off, and the switch is named", () => {
    expect(rows.length).toBeGreaterThan(400);
    for (const { op, mnemonic, feature } of rows) {
      // Both exception proposals have this one.
      const off: Feature[] = mnemonic === "throw" ? ["exceptions", "legacy-exceptions"] : [feature];
      const found = message(without(...off), functionOf(...opcode(op)));
      expect(found, mnemonic).toMatch(/^illegal opcode /);
      expect(found, mnemonic).toMatch(
        new RegExp(`: ${mnemonic.replaceAll(".", "\\.")} needs the feature .*\\b${feature}\\b`),
      );
    }
  });

  it("is legal when it is on", () => {
    for (const { op, mnemonic } of rows) {
      expect(message(all, functionOf(...opcode(op))), mnemonic).not.toMatch(/^illegal opcode/);
    }
  });

  it("is known to the first version if it has no proposal", () => {
    for (const [op, { mnemonic, feature }] of Object.entries(INSTRUCTIONS)) {
      if (feature !== undefined) continue;
      expect(message(mvp, functionOf(...opcode(Number(op)))), mnemonic).not.toMatch(/^illegal opcode/);
    }
  });
});

/** Encodings that no assembler would choose, or that stand for many: the whole of a module after its preamble. */
const ENCODINGS: readonly (readonly [feature: Feature, what: string, bytes: readonly number[]])[] = [
  ...(
    [
      ["simd", [0x7b]],
      ["reference-types", [0x70]],
      ["reference-types", [0x6f]],
      ["gc", [0x73]],
      ["gc", [0x72]],
      ["gc", [0x71]],
      ["gc", [0x6e]],
      ["gc", [0x6d]],
      ["gc", [0x6c]],
      ["gc", [0x6b]],
      ["gc", [0x6a]],
      ["exceptions", [0x74]],
      ["exceptions", [0x69]],
      ["function-references", [0x64, 0x70]],
      ["function-references", [0x63, 0x70]],
      ["function-references", [0x63, 0]],
      ["custom-descriptors", [0x63, 0x62, 0]],
    ] as const
  ).flatMap(([feature, type]): [Feature, string, number[]][] => [
    [feature, `the type ${type} of a parameter`, section(1, 1, 0x60, 1, ...type, 0)],
    [feature, `the type ${type} of a result`, section(1, 1, 0x60, 0, 1, ...type)],
    [
      feature,
      `the type ${type} of an imported global`,
      [...section(1, 1, 0x60, 0, 0), ...section(2, 1, 0, 0, 3, ...type, 0)],
    ],
    [
      feature,
      `the type ${type} of a local`,
      [
        ...section(1, 1, 0x60, 0, 0),
        ...section(3, 1, 0),
        ...section(10, 1, 4 + type.length, 1, 1, ...type, 0x0b),
      ],
    ],
    [
      feature,
      `the type ${type} of a block`,
      [
        ...section(1, 1, 0x60, 0, 0),
        ...section(3, 1, 0),
        ...section(10, 1, 6 + type.length, 0, 0, 2, ...type, 0x0b, 0x1a, 0x0b),
      ],
    ],
  ]),
  ["gc", "a struct", section(1, 1, 0x5f, 0)],
  ["gc", "an array", section(1, 1, 0x5e, 0x7f, 0)],
  ["gc", "a group", section(1, 1, 0x4e, 0)],
  ["gc", "an open type", section(1, 1, 0x50, 0, 0x60, 0, 0)],
  ["gc", "a final type, spelt out", section(1, 1, 0x4f, 0, 0x60, 0, 0)],
  ["custom-descriptors", "descriptor", section(1, 1, 0x4d, 0, 0x60, 0, 0)],
  ["custom-descriptors", "describes", section(1, 1, 0x4c, 0, 0x60, 0, 0)],
  ["memory64", "limits of a table", section(4, 1, 0x70, 4, 0)],
  ["memory64", "limits of a memory", section(5, 1, 4, 0)],
  ["threads", "limits of a memory", section(5, 1, 3, 0, 0)],
  ["custom-page-sizes", "limits of a memory", section(5, 1, 8, 0, 0)],
  [
    "function-references",
    "an initial value of a table",
    section(4, 1, 0x40, 0, 0x70, 0, 0, 0xd0, 0x70, 0x0b),
  ],
  ["reference-types", "tables of external references", section(4, 1, 0x6f, 0, 0)],
  ["bulk-memory", "the data count", section(12, 0)],
  [
    "custom-descriptors",
    "an import of an exact function",
    [...section(1, 1, 0x60, 0, 0), ...section(2, 1, 0, 0, 0x20, 0)],
  ],
  ...[1, 2, 5, 6].map((flags): [Feature, string, number[]] => [
    "bulk-memory",
    `an element segment of kind ${flags}`,
    [
      ...section(4, 1, 0x70, 0, 0),
      ...section(
        9,
        1,
        flags,
        ...(flags === 6 || flags === 2 ? [0, 0x41, 0, 0x0b] : []),
        flags < 4 ? 0 : 0x70,
        0,
      ),
    ],
  ]),
  [
    "bulk-memory",
    "an element segment of kind 4",
    [...section(4, 1, 0x70, 0, 0), ...section(9, 1, 4, 0x41, 0, 0x0b, 0)],
  ],
  ["reference-types", "an element segment of kind 3", section(9, 1, 3, 0, 0)],
  ["reference-types", "an element segment of kind 7", section(9, 1, 7, 0x70, 0)],
  ["bulk-memory", "a data segment of kind 1", section(11, 1, 1, 0)],
  [
    "bulk-memory",
    "a data segment of kind 2",
    [...section(5, 1, 0, 0), ...section(11, 1, 2, 0, 0x41, 0, 0x0b, 0)],
  ],
  ["multi-value", "a type index of a block", [...functionOf(0x02, 0, 0x0b).subarray(PREAMBLE.length)]],
  ["multi-value", "two results", section(1, 1, 0x60, 0, 2, 0x7f, 0x7f)],
  [
    "reference-types",
    "a table index of call_indirect",
    [...functionOf(0x41, 0, 0x11, 0, 0x80, 0).subarray(PREAMBLE.length)],
  ],
];

describe("what is encoded", () => {
  it.each(ENCODINGS)("%s: %s", (feature, _what, bytes) => {
    const module = Uint8Array.from([...PREAMBLE, ...bytes]);
    expect(message(without(feature), module)).toMatch(new RegExp(`\\b${feature}\\b`));
    expect(message(mvp, module)).not.toBe("");
    // Not every one makes a valid module, but none needs another switch.
    expect(message(all, module)).not.toMatch(/needs? the feature/);
  });

  it.each([4, 0])("tags: with either exception proposal (kind %i)", (kind) => {
    const tags = kind === 4 ? section(2, 1, 0, 0, 4, 0, 0) : section(13, 1, 0, 0);
    const module = Uint8Array.from([...PREAMBLE, ...section(1, 1, 0x60, 0, 0), ...tags]);
    expect(message(without("exceptions"), module)).toBe("");
    expect(message(without("legacy-exceptions"), module)).toBe("");
    expect(message(without("exceptions", "legacy-exceptions"), module)).toMatch(
      /need.* the feature exceptions/,
    );
  });
});

it("has no feature without what it is built on", () => {
  expect(() => new Engine({ features: ["gc"] })).toThrow(
    "new Engine: option features: gc needs function-references, which is off",
  );
  expect(() => new Engine({ features: FEATURES.filter((each) => each !== "simd") })).toThrow(
    new TypeError("new Engine: option features: relaxed-simd needs simd, which is off"),
  );
  for (const feature of FEATURES) expect(without(feature).features.has(feature)).toBe(false);
});

it("needs nothing but what it says", () => {
  const plain = wat(`(module (memory 1) (table 1 funcref) (global i32 (i32.const 1))
    (func (param i32) (result i32) (loop (br_if 0 (local.get 0))) (i32.load (local.get 0)))
    (elem (i32.const 0) 0) (data (i32.const 0) "x") (export "f" (func 0)))`);
  for (const set of Object.keys(FEATURE_SETS) as (keyof typeof FEATURE_SETS)[]) {
    expect(new Module(new Engine({ features: set }), plain).exports).toHaveLength(1);
  }
});
