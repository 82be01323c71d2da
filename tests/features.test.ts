// Feature switches: with a proposal off, what it brings is rejected by a message that names the switch.

import { describe, expect, it } from "vitest";
import { CompileError, Engine, FEATURE_SETS, FEATURES, type Feature, Module } from "wasmeter";
import { legacyWat } from "./legacy-wat.ts";
import { wat } from "./wat.ts";

/** A module's text; and, where another feature brings the same thing too, that one. */
type Needing = string | readonly [text: string, alsoBy: Feature];

/** Modules that need the feature and, beside Wasm 1.0, as little else as can be. */
const NEEDING: Readonly<Record<Feature, readonly Needing[]>> = {
  "mutable-globals": [`(import "m" "g" (global (mut i32)))`, `(global (export "g") (mut i32) (i32.const 0))`],
  "sign-extension": [`(func (result i32) i32.const 1 i32.extend8_s)`],
  "saturating-float-to-int": [`(func (result i32) f32.const 1 i32.trunc_sat_f32_s)`],
  "multi-value": [
    `(func (result i32 i32) i32.const 1 i32.const 2)`,
    [`(func i32.const 1 (block (param i32) drop))`, "gc"],
  ],
  "bulk-memory": [
    `(memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.fill)`,
    `(memory 1) (data "passive")`,
    `(memory 1) (data "") (func data.drop 0)`,
    [`(table 1 funcref) (elem func)`, "reference-types"],
  ],
  "reference-types": [
    `(func (param externref))`,
    `(table 1 funcref) (table 1 funcref)`,
    `(table 1 externref)`,
    `(table 1 funcref) (func i32.const 0 table.get 0 drop)`,
    `(func i32.const 1 i32.const 2 i32.const 3 select (result i32) drop)`,
    `(func $f) (elem declare func $f) (func ref.func $f drop)`,
  ],
  simd: [`(func (param v128))`, `(func v128.const i32x4 0 0 0 0 drop)`],
  "extended-const": [`(global i32 (i32.add (i32.const 1) (i32.const 2)))`],
  "tail-call": [`(func return_call 0)`],
  "relaxed-simd": [`(func v128.const i32x4 0 0 0 0 v128.const i32x4 0 0 0 0 i8x16.relaxed_swizzle drop)`],
  "multi-memory": [`(memory 1) (memory 1)`, `(import "m" "a" (memory 1)) (import "m" "b" (memory 1))`],
  memory64: [`(memory i64 1)`, `(table i64 1 funcref)`],
  "function-references": [
    [`(type $t (func)) (func (param (ref null $t)))`, "gc"],
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
  ],
};

const cases = FEATURES.flatMap((feature) =>
  NEEDING[feature].map((needing) => {
    const [text, alsoBy] = typeof needing === "string" ? [needing, feature] : needing;
    return { feature, text, alsoBy };
  }),
);

function assemble(feature: Feature, text: string): Uint8Array {
  return (feature === "legacy-exceptions" ? legacyWat : wat)(`(module ${text})`);
}

const all = new Engine({ features: "all" });

function without(...off: Feature[]): Engine {
  return new Engine({ features: FEATURES.filter((feature) => !off.includes(feature)) });
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

it("needs nothing but what it says", () => {
  const plain = wat(`(module (memory 1) (table 1 funcref) (global i32 (i32.const 1))
    (func (param i32) (result i32) (loop (br_if 0 (local.get 0))) (i32.load (local.get 0)))
    (elem (i32.const 0) 0) (data (i32.const 0) "x") (export "f" (func 0)))`);
  for (const set of Object.keys(FEATURE_SETS) as (keyof typeof FEATURE_SETS)[]) {
    expect(new Module(new Engine({ features: set }), plain).exports).toHaveLength(1);
  }
});
