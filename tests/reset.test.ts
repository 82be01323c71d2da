// After `instance.reset()` nothing that a guest or its host can observe may tell the instance from one that has just
// been brought to the checkpoint's state.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Engine,
  Global,
  type Instance,
  InstanceBusyError,
  LimitError,
  Linker,
  Module,
  Store,
} from "wasmeter";
import { CapturedOutput, WasiPreview1 } from "wasmeter/wasi";
import { wat } from "./wat.ts";

const engine = new Engine();
const MODULE = new Module(
  engine,
  wat(`(module
  (type $cell (struct (field (mut i32)) (field (mut (ref null any)))))
  (type $words (array (mut i64)))
  (type $refs (array (mut anyref)))
  (import "env" "shared" (global $shared (mut i32)))
  (memory $m (export "memory") 1 6)
  (memory $n (export "second") 0 3)
  (data (i32.const 100) "active") (data (i32.const 65000) "end")
  (data $passive "passive")
  (table $t (export "table") 3 9 funcref) (table $o (export "objects") 2 6 anyref)
  (elem (i32.const 1) func $a) (elem $e func $a $b)
  (global $i (export "i") (mut i32) (i32.const 7)) (global $l (export "l") (mut i64) (i64.const -1))
  (global $v (mut v128) (v128.const i32x4 1 2 3 4))
  (global $x (export "x") (mut externref) (ref.null extern))
  (global $cell (ref $cell) (struct.new $cell (i32.const 5) (array.new_default $words (i32.const 3))))
  (global $any (mut anyref) (array.new_fixed $refs 2 (ref.null any) (ref.i31 (i32.const 3))))
  (func $a (result i32) (i32.const 1)) (func $b (result i32) (i32.const 2))

  (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "load") (param i32 i32) (result i32) (i32.load (local.get 0)))
  (func (export "grow") (param i32 i32) (result i32) (memory.grow $m (local.get 0)))
  (func (export "growSecond") (param i32 i32) (result i32)
    (memory.grow $n (local.get 0))
    (if (memory.size $n) (then (memory.fill $n (i32.const 5) (local.get 1) (i32.const 40000)))))
  (func (export "init") (param i32 i32) (memory.init $m $passive (local.get 0) (i32.const 0) (i32.const 7)))
  (func (export "dropData") (param i32 i32) (data.drop $passive))
  (func (export "tableInit") (param i32 i32) (table.init $t $e (local.get 0) (i32.const 0) (i32.const 2)))
  (func (export "dropElements") (param i32 i32) (elem.drop $e))
  (func (export "tableGrow") (param i32 i32) (result i32) (table.grow $t (ref.func $b) (local.get 0)))
  (func (export "tableSet") (param i32 i32) (table.set $t (local.get 0) (ref.null func)))
  (func (export "callIndirect") (param i32 i32) (result i32) (call_indirect $t (result i32) (local.get 0)))
  (func (export "objectsGrow") (param i32 i32) (result i32) (table.grow $o (global.get $any) (local.get 0)))
  (func (export "keep") (param i32 i32) (table.set $o (local.get 0) (global.get $cell)))
  (func (export "setI") (param i32 i32) (global.set $i (local.get 0)))
  (func (export "setL") (param i32 i32) (global.set $l (i64.mul (global.get $l) (i64.extend_i32_s (local.get 1)))))
  (func (export "vector") (param i32 i32) (result i32)
    (global.set $v (i32x4.add (global.get $v) (i32x4.splat (local.get 1)))) (i32x4.extract_lane 2 (global.get $v)))
  (func (export "cellSet") (param i32 i32) (struct.set $cell 0 (global.get $cell) (local.get 1)))
  (func (export "cellGet") (param i32 i32) (result i32) (struct.get $cell 0 (global.get $cell)))
  (func (export "nest") (param i32 i32)
    (struct.set $cell 1 (global.get $cell)
      (struct.new $cell (local.get 1) (struct.get $cell 1 (global.get $cell)))))
  (func (export "deep") (param i32 i32) (result i32) (local $at anyref)
    (local.set $at (global.get $cell))
    (block $end (loop $next
      (local.set 0 (i32.add (local.get 0) (i32.const 1000)))
      (br_if $end (i32.eqz (ref.test (ref $cell) (local.get $at))))
      (local.set 0 (i32.add (local.get 0) (struct.get $cell 0 (ref.cast (ref $cell) (local.get $at)))))
      (local.set $at (struct.get $cell 1 (ref.cast (ref $cell) (local.get $at)))) (br $next)))
    (if (ref.test (ref $words) (local.get $at))
      (then (local.set 0 (i32.wrap_i64 (array.get $words (ref.cast (ref $words) (local.get $at)) (i32.const 1))))))
    (local.get 0))
  (func (export "wordsSet") (param i32 i32) (local $words anyref)
    (local.set $words (struct.get $cell 1 (global.get $cell)))
    (if (ref.test (ref $words) (local.get $words))
      (then (array.set $words (ref.cast (ref $words) (local.get $words)) (i32.const 1) (i64.extend_i32_s (local.get 1))))))
  (func (export "refsSet") (param i32 i32)
    (if (ref.test (ref $refs) (global.get $any))
      (then (array.set $refs (ref.cast (ref $refs) (global.get $any)) (i32.const 0) (global.get $cell)))))
  (func (export "replace") (param i32 i32) (global.set $any (array.new_default $words (local.get 0))))
  (func (export "lengthOfAny") (param i32 i32) (result i32) (array.len (ref.cast arrayref (global.get $any))))
  (func (export "sharedUp") (param i32 i32) (global.set $shared (i32.add (global.get $shared) (i32.const 1)))))`),
);

interface Operation {
  readonly name: string;
  readonly args: readonly [number, number];
}

const NAMES = MODULE.exports.filter(({ kind }) => kind === "func").map(({ name }) => name);
const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.record({
    name: fc.constantFrom(...NAMES),
    args: fc.tuple(
      fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(100, 65000, 65536, 131000)),
      fc.integer({ min: -5, max: 200 }),
    ),
  }),
  { maxLength: 25 },
);

interface Guest {
  readonly instance: Instance;
  readonly shared: { value: unknown };
}

function makeGuest(): Guest {
  const store = new Store(engine);
  const shared = new Global(store, { type: "i32", mutable: true }, 0);
  const linker = new Linker(engine).define("env", "shared", shared);
  return { instance: linker.instantiate(store, MODULE), shared };
}

/** What each operation gives, throws and costs. */
function run({ instance }: Guest, todo: readonly Operation[]): unknown[] {
  return todo.map(({ name, args }) => {
    const before = instance.store.fuelConsumed;
    let outcome: unknown;
    try {
      outcome = instance.call(name, args);
    } catch (error) {
      outcome = String(error);
    }
    return [name, outcome, instance.store.fuelConsumed - before];
  });
}

/** Everything that the host can see of it. */
function look({ instance }: Guest): unknown {
  const { memory, second, table, objects, i, l, x } = instance.exports;
  const kept = Array.from({ length: objects.length }, (_, k) => objects.get(k) === null);
  return {
    memories: [memory, second].map((each) => [each.pages, Buffer.from(each.bytes()).toString("latin1")]),
    table: Array.from({ length: table.length }, (_, k) => table.get(k)?.()),
    kept,
    globals: [i.value, l.value, x.value],
    bytes: instance.store.bytesUsed,
  };
}

describe("instance.reset", () => {
  it("makes the instance what it was at its checkpoint, for guest and host", () => {
    fc.assert(
      fc.property(operations, operations, operations, (before, between, after) => {
        const [reset, fresh] = [makeGuest(), makeGuest()];
        for (const guest of [reset, fresh]) {
          run(guest, before);
          guest.instance.checkpoint();
        }
        const shared = fresh.shared.value;
        expect(look(reset)).toEqual(look(fresh));
        run(reset, between);
        reset.instance.exports.x.value = { host: "object" };
        reset.instance.exports.memory.bytes().fill(0xff, 200, 300);
        reset.instance.reset();
        expect(look(reset)).toEqual(look(fresh));
        expect(run(reset, after)).toEqual(run(fresh, after));
        expect(look(reset)).toEqual(look(fresh));
        // And again.
        reset.instance.reset();
        fresh.instance.reset();
        expect(look(reset)).toEqual(look(fresh));
        // What is imported is not the instance's.
        const ups = (todo: readonly Operation[]) => todo.filter(({ name }) => name === "sharedUp").length;
        expect(reset.shared.value).toBe(Number(shared) + ups(between) + ups(after));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps handles and functions", () => {
    const { instance } = makeGuest();
    const { memory, table, callIndirect } = instance.exports;
    const view = memory.bytes();
    instance.checkpoint();
    memory.write(100, Uint8Array.of(1));
    table.grow(2, null);
    instance.reset();
    expect(instance.exports.memory).toBe(memory);
    expect([view[100], table.length, callIndirect(1, 0)]).toEqual(["a".charCodeAt(0), 3, 1]);
  });

  it("wants a checkpoint, and nothing of the store under way", () => {
    const { instance } = makeGuest();
    expect(() => instance.reset()).toThrow("there is no checkpoint");
    const execution = instance.start("load", [0, 0]);
    expect(() => instance.checkpoint()).toThrow(InstanceBusyError);
    execution.cancel();
    instance.checkpoint();
    const other = instance.start("load", [0, 0]);
    expect(() => instance.reset()).toThrow(InstanceBusyError);
    expect(other.resume()).toBe("done");
    instance.reset();
  });

  it("is refused from a host function", () => {
    const module = new Module(
      engine,
      wat(`(module (import "env" "f" (func)) (export "g" (func 0))
      (func (export "f") (call 0)))`),
    );
    let attempt: () => void = () => undefined;
    const linker = new Linker(engine).func("env", "f", { params: [], results: [] }, () => attempt());
    const instance = linker.instantiate(new Store(engine), module);
    instance.checkpoint();
    attempt = () => instance.reset();
    expect(() => instance.call("f")).toThrow(InstanceBusyError);
  });

  it("has room in the store's limits for the copies of objects, or takes no checkpoint", () => {
    const module = new Module(
      engine,
      wat(`(module (type $a (array (mut i64)))
      (global (export "g") anyref (array.new_default $a (i32.const 100000))))`),
    );
    const store = new Store(engine, { limits: { hostHeapBytes: 1_000_000 } });
    const instance = new Linker(engine).instantiate(store, module);
    expect(() => instance.checkpoint()).toThrow(LimitError);
    expect(() => instance.reset()).toThrow("there is no checkpoint");
  });
});

describe("reset of WASI", () => {
  const GUEST = new Module(
    engine,
    wat(`(module
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\40\\00\\00\\00\\10\\00\\00\\00")
    (func (export "_initialize"))
    (func (export "close") (result i32) (call $close (i32.const 0)))
    (func (export "step") (result i32)
      (call $random (i32.const 32) (i32.const 16))
      (i32.add (call $clock (i32.const 0) (i64.const 0) (i32.const 48)))
      (i32.add (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
      (i32.add (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))`),
  );

  function start(): { instance: Instance; wasi: WasiPreview1; stdout: CapturedOutput } {
    const stdout = new CapturedOutput({ limit: 10_000 });
    const wasi = new WasiPreview1({
      deterministic: { seed: 5 },
      stdin: { text: "some sixteen byte, and more" },
      stdout,
    });
    const linker = new Linker(engine);
    WasiPreview1.addTo(linker);
    const instance = linker.instantiate(new Store(engine, { wasi }), GUEST);
    wasi.initialize(instance);
    return { instance, wasi, stdout };
  }

  const trace = ({ instance }: { instance: Instance }, steps: number) =>
    Array.from({ length: steps }, () => [instance.call("step"), ...instance.exports.memory.read(0, 160)]);

  it("begins anew with clock, random numbers, descriptors and input", () => {
    const guest = start();
    guest.instance.checkpoint();
    const first = trace(guest, 3);
    expect(guest.instance.call("close")).toBe(0);
    guest.instance.reset();
    expect(trace(guest, 3)).toEqual(first);
    expect(guest.wasi.openDescriptors).toBe(3);
    guest.wasi.close();
    guest.instance.reset();
    expect(trace(guest, 3)).toEqual(first);
  });

  it("is refused where descriptors could not be opened again", () => {
    const guest = start();
    guest.instance.call("close");
    expect(() => guest.instance.checkpoint()).toThrow("has opened or closed descriptors");
    guest.wasi.close();
    expect(() => guest.instance.checkpoint()).toThrow("cannot be reset: it is closed");
  });
});
