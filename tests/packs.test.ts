// Packs: without one, what needs it is rejected by name; with it alone, it does what it does with all, for the same fuel.

import { describe, expect, it } from "vitest";
import * as full from "wasmeter";
import { CompileError, FEATURE_SETS, type Feature, type Pack } from "wasmeter";
import * as core from "wasmeter/core";
import { gc, simd, threads, trees } from "wasmeter/packs";
import { wat } from "./wat.ts";

/** Loads, stores, calls and a loop: enough for a tree where there are any. */
const SCALAR = `(memory 1)
  (func $square (param i32) (result i32) (i32.mul (local.get 0) (local.get 0)))
  (func (export "run") (param i32) (result i32) (local $sum i32)
    (loop $next
      (i32.store (i32.const 8) (call $square (local.get 0)))
      (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 8))))
      (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get $sum))`;

/** What one pack brings: in the loop, at the border of it, in chunks. */
const NEEDING: readonly (readonly [pack: Pack, text: string])[] = [
  [
    simd,
    `(memory 1) (func (export "run") (param i32) (result i32) (local $sum v128)
      (loop $next
        (local.set $sum (i32x4.add (local.get $sum) (i32x4.splat (local.get 0))))
        (v128.store (i32.const 3) (i8x16.popcnt (local.get $sum)))
        (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (i32.add (i32x4.extract_lane 3 (local.get $sum)) (i32.load (i32.const 5))))`,
  ],
  [
    gc,
    `(type $list (array (mut i32))) (type $box (struct (field (mut i32))))
    (func (export "run") (param i32) (result i32) (local $list (ref $list))
      (local.set $list (array.new $list (i32.const 3) (local.get 0)))
      (array.fill $list (local.get $list) (i32.const 1) (i32.const 7) (i32.const 2))
      (block $cast (result (ref $box))
        (br_on_cast $cast anyref (ref $box) (struct.new $box (array.get $list (local.get $list) (i32.const 2))))
        (unreachable))
      (i32.add (struct.get $box 0) (i31.get_s (ref.i31 (local.get 0)))))`,
  ],
  [
    threads,
    `(memory 1 1 shared) (func (export "run") (param i32) (result i32)
      (drop (i32.atomic.rmw.add (i32.const 8) (local.get 0)))
      (drop (memory.atomic.wait32 (i32.const 8) (i32.const 1) (i64.const 0)))
      (i32.add (i32.atomic.load (i32.const 8)) (memory.atomic.notify (i32.const 8) (i32.const 1))))`,
  ],
];

function run(engine: core.Engine, Store: typeof core.Store, text: string): readonly unknown[] {
  const store = new Store(engine, { fuel: 1_000_000 });
  const module = new core.Module(engine, wat(`(module ${text})`));
  const result = new core.Linker(engine).instantiate(store, module).call("run", [3000]);
  return [result, store.fuelConsumed];
}

const expected = (text: string) => run(new full.Engine(), full.Store, text);

describe.each(NEEDING)("%s", (pack, text) => {
  it("is what its instructions need, and all that they need", () => {
    const engine = new core.Engine({ packs: [pack] });
    expect(run(engine, core.Store, text)).toEqual(expected(text));
  });

  it("does in trees what it does in the loop", () => {
    const engine = new core.Engine({ packs: [trees, pack] });
    expect(run(engine, core.Store, text)).toEqual(expected(text));
  });

  it("is missed by name, for stores with every pack by default too", () => {
    const others = NEEDING.map(([each]) => each).filter((each) => each !== pack);
    const engine = new core.Engine({ packs: others });
    const needs = new RegExp(`need.* the feature ${pack.name}`);
    expect(() => run(engine, core.Store, text)).toThrow(CompileError);
    expect(() => run(engine, core.Store, text)).toThrow(needs);
    expect(() => run(engine, full.Store, text)).toThrow(needs);
  });

  it("cannot be missing where its feature, or one that is built on it, is asked for", () => {
    const packs = NEEDING.map(([each]) => each).filter((each) => each !== pack);
    for (const features of ["3.0", "all"] as const) {
      if (!(FEATURE_SETS[features] as readonly Feature[]).includes(pack.name as Feature)) continue;
      expect(() => new core.Engine({ packs, features })).toThrow(
        new TypeError(
          `new Engine: option features: ${pack.name} needs the pack ${pack.name}, which is not among packs`,
        ),
      );
    }
  });
});

it.each([[[]], [[trees]]])("what is no pack's runs with %j", (packs) => {
  expect(run(new core.Engine({ packs }), core.Store, SCALAR)).toEqual(expected(SCALAR));
});

it("without any, only their features are off", () => {
  const { features } = new core.Engine({ packs: [] });
  const off = FEATURE_SETS.default.filter((feature) => !features.has(feature));
  expect(off).toEqual(["simd", "relaxed-simd", "gc", "threads"]);
  expect(new core.Engine({ packs: [], features: "mvp" }).features.size).toBe(0);
});

it("wants to be told of none, where nothing brings them", () => {
  expect(() => new core.Store(new core.Engine())).toThrow(
    new TypeError(
      "new Store: wasmeter/core has no packs by itself: new Engine({ packs: [] }) says so, or names those of wasmeter/packs",
    ),
  );
  const unknown = { packs: ["simd"] } as unknown as core.EngineOptions;
  expect(() => new core.Engine(unknown)).toThrow(
    'new Engine: option packs[0]: expected a pack of wasmeter/packs, got the string "simd"',
  );
});

it("is one engine: the classes of both entry points are the same, and so is what they make", () => {
  const { Store, ...others } = full;
  const { Store: CoreStore, ...coreOthers } = core;
  expect(Object.keys(others)).toEqual(Object.keys(coreOthers));
  for (const [name, value] of Object.entries(others)) {
    expect(value, name).toBe((coreOthers as Readonly<Record<string, unknown>>)[name]);
  }
  expect(new Store(new full.Engine())).toBeInstanceOf(CoreStore);
});
