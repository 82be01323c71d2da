// Links that are prepared once, for many stores; and what takes part in a store beside the engine.

import { describe, expect, it } from "vitest";
import {
  Engine,
  Global,
  LinkError,
  Linker,
  Memory,
  Module,
  PreparedInstance,
  Store,
  type StoreParticipant,
} from "wasmeter";
import { WasiPreview1 } from "wasmeter/wasi";
import { wat } from "./wat.ts";

const engine = new Engine();
const compile = (text: string): Module => new Module(engine, wat(`(module ${text})`));
const COUNTER = compile(`
  (import "env" "step" (func $step (result i32)))
  (global $n (mut i32) (i32.const 0))
  (func (export "next") (result i32)
    (global.set $n (i32.add (global.get $n) (call $step))) (global.get $n))`);
const STEP = { params: [], results: ["i32"] } as const;

describe("linker.prepare", () => {
  it("makes instances that share nothing but what they import", () => {
    const prepared = new Linker(engine).func("env", "step", STEP, () => 2).prepare(COUNTER);
    expect(prepared).toBeInstanceOf(PreparedInstance);
    const [a, b] = [prepared.instantiate(new Store(engine)), prepared.instantiate(new Store(engine))];
    expect([a.call("next"), a.call("next"), b.call("next")]).toEqual([2, 4, 2]);
    expect(a.module).toBe(COUNTER);
  });

  it("goes by what was defined then", () => {
    const linker = new Linker(engine, { allowShadowing: true }).func("env", "step", STEP, () => 2);
    const prepared = linker.prepare(COUNTER);
    linker.func("env", "step", STEP, () => 5);
    expect(prepared.instantiate(new Store(engine)).call("next")).toBe(2);
    expect(linker.instantiate(new Store(engine), COUNTER).call("next")).toBe(5);
  });

  it("names at once everything that is missing", () => {
    const linker = new Linker(engine).func("env", "step", { params: ["i32"], results: [] }, () => 2);
    expect(() => linker.prepare(COUNTER)).toThrow(LinkError);
    expect(() => linker.prepare(COUNTER)).toThrow("incompatible import type");
    expect(() => new Linker(engine).prepare(COUNTER)).toThrow("unknown import");
    expect(new Linker(engine).trapUnknownImports().prepare(COUNTER)).toBeInstanceOf(PreparedInstance);
  });

  it("compares what belongs to a store for each instance", () => {
    const module = compile(`(import "env" "memory" (memory 2)) (import "env" "g" (global i32))
      (import "env" "step" (func (result i32)))
      (func (export "read") (result i32) (i32.add (global.get 0) (i32.load8_u (i32.const 0))))`);
    const store = new Store(engine);
    const memory = new Memory(store, { min: 1 });
    const linker = new Linker(engine)
      .func("env", "step", STEP, () => 2)
      .define("env", "memory", memory)
      .define("env", "g", new Global(store, { type: "i32" }, 40));
    const prepared = linker.prepare(module);
    expect(() => prepared.instantiate(store)).toThrow(LinkError);
    memory.grow(1);
    memory.write(0, Uint8Array.of(2));
    expect(prepared.instantiate(store).call("read")).toBe(42);
    expect(() => prepared.instantiate(new Store(engine))).toThrow("belongs to another store");
  });

  it("takes an instance's exports without making handles", () => {
    const library = compile(`(func (export "step") (result i32) (i32.const 7)) (memory (export "memory") 1)`);
    const store = new Store(engine);
    const linker = new Linker(engine).instance("env", new Linker(engine).instantiate(store, library));
    expect(linker.prepare(COUNTER).instantiate(store).call("next")).toBe(7);
    expect(() => linker.prepare(COUNTER).instantiate(new Store(engine))).toThrow("belongs to another store");
  });

  it("runs start functions, and waits for them where it may", async () => {
    const module =
      compile(`(import "env" "step" (func $step (result i32))) (global $g (mut i32) (i32.const 0))
      (func $start (global.set $g (call $step))) (start $start)
      (func (export "get") (result i32) (global.get $g))`);
    const prepared = new Linker(engine).func("env", "step", STEP, async () => 9).prepare(module);
    expect((await prepared.instantiateAsync(new Store(engine))).call("get")).toBe(9);
    expect(() => prepared.instantiate(new Store(engine))).toThrow("would have to wait");
    expect(() => prepared.instantiate(new Store(engine), { fuel: 0 })).toThrow("fuel");
  });

  it("refuses stores and modules of other engines, and what is neither", () => {
    const other = new Engine();
    const prepared = new Linker(engine).func("env", "step", STEP, () => 2).prepare(COUNTER);
    expect(() => prepared.instantiate(new Store(other))).toThrow("of the same engine");
    expect(() => new Linker(other).prepare(COUNTER)).toThrow("of the same engine");
    expect(() => prepared.instantiate({} as Store)).toThrow(
      "prepared.instantiate(store, options): store must be",
    );
    expect(() => new Linker(engine).prepare({} as Module)).toThrow("linker.prepare(module): module must be");
  });
});

describe("participants of a store", () => {
  const participant = (name: string): StoreParticipant => ({ name, version: 1, save: () => 0, restore() {} });

  it("are listed in the order of their registration, each name once", () => {
    const store = new Store(engine);
    const [clock, random] = [participant("clock"), participant("random")];
    store.register(clock);
    store.register(random);
    store.register(clock);
    expect(store.participants).toEqual([clock, random]);
    expect(() => store.register(participant("clock"))).toThrow('participant "clock" is registered already');
    expect(() => store.register({ name: "x" } as StoreParticipant)).toThrow("expected an object with a name");
  });

  const WRITER = compile(`
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\08\\00\\00\\00\\03\\00\\00\\00abc")
    (func (export "_start")
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))
      (call $exit (i32.const 3)))`);

  it("are where the functions of WASI find a guest's state, however many stores a linker serves", () => {
    const linker = new Linker(engine);
    WasiPreview1.addTo(linker);
    const prepared = linker.prepare(WRITER);
    const outputs = [0, 1, 2].map(() => {
      let text = "";
      const wasi = new WasiPreview1({
        stdout: (chunk) => {
          text += new TextDecoder().decode(chunk);
        },
      });
      const store = new Store(engine, { wasi });
      expect(store.wasi).toBe(wasi);
      expect(store.participants).toEqual([wasi]);
      expect(wasi.start(prepared.instantiate(store))).toBe(3);
      return text;
    });
    expect(outputs).toEqual(["abc", "abc", "abc"]);
    const instance = prepared.instantiate(new Store(engine));
    expect(() => instance.call("_start")).toThrow("the store has no WASI");
    expect(() => new Store(engine, { wasi: "none" as never })).toThrow("option wasi: expected an object");
  });
});
