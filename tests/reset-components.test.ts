// After `reset()` of a component's instance nothing that guest or host can observe tells it from a fresh one: memories, tables and globals
// of every core instance in it, handles and the order of their numbers, resources, traps, WASI.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine, InstanceBusyError, LimitError, Store, Trap } from "wasmeter";
import { Component, type ComponentInstance, ComponentLinker } from "wasmeter/component";
import { Wasi } from "wasmeter/component/wasi";
import { eventually, manifestOf, serve } from "./http-support.ts";
import { wat } from "./wat.ts";

const engine = new Engine();

const FUNCTIONS = [
  ...["store", "grow", "table", "global", "make", "number", "drop", "new-box", "get-box", "drop-box"],
  ...["random", "clock"],
];

/** Two components: each function takes a number and gives one, and one uses the other's resource. */
const GUEST = new Component(
  engine,
  wat(`(component
  (component $inner
    (type $box' (resource (rep i32)))
    (export $box "box" (type $box'))
    (core func $new (canon resource.new $box'))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (memory $memory 1 5)
      (data (i32.const 8) "inner") (data $more "passive")
      (global $count (mut i32) (i32.const 3))
      (func (export "new") (param i32) (result i32)
        (global.set $count (i32.add (global.get $count) (local.get 0)))
        (i32.store8 (i32.add (i32.const 10) (i32.and (local.get 0) (i32.const 7))) (local.get 0))
        (call $new (i32.mul (local.get 0) (i32.const 10))))
      (func (export "get") (param i32) (result i32) (i32.add (local.get 0) (global.get $count)))
      (func (export "poke") (param i32) (result i32)
        (if (i32.and (local.get 0) (i32.const 1)) (then (drop (memory.grow (i32.const 1)))))
        (if (i32.and (local.get 0) (i32.const 2)) (then (data.drop $more)))
        (memory.init $more (i32.const 32) (i32.const 0) (i32.and (local.get 0) (i32.const 4)))
        (i32.add (memory.size) (i32.load (i32.const 8)))))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "[constructor]box") (param "n" u32) (result (own $box)) (canon lift (core func $i "new")))
    (func (export "[method]box.get") (param "self" (borrow $box)) (result u32) (canon lift (core func $i "get")))
    (func (export "poke") (param "n" u32) (result u32) (canon lift (core func $i "poke"))))
  (instance $inner (instantiate $inner))
  (import "host:a/things" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (param "n" u32) (result (own $thing))))
    (export "[method]thing.number" (func (param "self" (borrow $thing)) (result u32)))))
  (import "wasi:random/random@0.2.0" (instance $random (export "get-random-u64" (func (result u64)))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock (export "now" (func (result u64)))))
  (component $user
    (import "host" (instance $host
      (export "thing" (type $thing (sub resource)))
      (export "make" (func (param "n" u32) (result (own $thing))))
      (export "[method]thing.number" (func (param "self" (borrow $thing)) (result u32)))))
    (import "random" (instance $random (export "get-random-u64" (func (result u64)))))
    (import "clock" (instance $clock (export "now" (func (result u64)))))
    (alias export $host "thing" (type $thing'))
    (core func $make (canon lower (func $host "make")))
    (core func $number (canon lower (func $host "[method]thing.number")))
    (core func $drop (canon resource.drop $thing'))
    (core func $random (canon lower (func $random "get-random-u64")))
    (core func $clock (canon lower (func $clock "now")))
    (import "inner" (instance $inner
      (export "box" (type $box (sub resource)))
      (export "[constructor]box" (func (param "n" u32) (result (own $box))))
      (export "[method]box.get" (func (param "self" (borrow $box)) (result u32)))))
    (alias export $inner "box" (type $box))
    (core func $newBox (canon lower (func $inner "[constructor]box")))
    (core func $getBox (canon lower (func $inner "[method]box.get")))
    (core func $dropBox (canon resource.drop $box))
    (core module $shared (memory (export "memory") 1 4) (table (export "table") 4 10 funcref)
      (global (export "global") (mut i64) (i64.const 7)))
    (core instance $shared (instantiate $shared))
    (core module $m
      (import "shared" "memory" (memory 1)) (import "shared" "table" (table $t 4 funcref))
      (import "shared" "global" (global $g (mut i64)))
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "number" (func $number (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "new-box" (func $newBox (param i32) (result i32)))
      (import "" "get-box" (func $getBox (param i32) (result i32)))
      (import "" "drop-box" (func $dropBox (param i32)))
      (import "" "random" (func $random (result i64)))
      (import "" "clock" (func $clock (result i64)))
      (elem (i32.const 1) func $one)
      (func $one (result i32) (i32.const 1))
      (func (export "store") (param i32) (result i32)
        (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1)))
        (i32.load (local.get 0)))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "table") (param i32) (result i32)
        (drop (table.grow $t (ref.func $one) (i32.const 1)))
        (table.set $t (local.get 0) (ref.func $one)) (call_indirect $t (result i32) (i32.const 2)))
      (func (export "global") (param i32) (result i32)
        (global.set $g (i64.mul (global.get $g) (i64.extend_i32_u (local.get 0)))) (i32.wrap_i64 (global.get $g)))
      (func (export "make") (param i32) (result i32) (call $make (local.get 0)))
      (func (export "number") (param i32) (result i32) (call $number (local.get 0)))
      (func (export "drop") (param i32) (result i32) (call $drop (local.get 0)) (i32.const 0))
      (func (export "new-box") (param i32) (result i32) (call $newBox (local.get 0)))
      (func (export "get-box") (param i32) (result i32) (call $getBox (local.get 0)))
      (func (export "drop-box") (param i32) (result i32) (call $dropBox (local.get 0)) (i32.const 0))
      (func (export "random") (param i32) (result i32) (i32.wrap_i64 (call $random)))
      (func (export "clock") (param i32) (result i32) (i32.wrap_i64 (call $clock))))
    (core instance $i (instantiate $m
      (with "shared" (instance $shared))
      (with "" (instance (export "make" (func $make)) (export "number" (func $number)) (export "drop" (func $drop))
        (export "new-box" (func $newBox)) (export "get-box" (func $getBox)) (export "drop-box" (func $dropBox))
        (export "random" (func $random)) (export "clock" (func $clock))))))
    ${FUNCTIONS.map(
      (name) =>
        `(func (export "${name}") (param "n" u32) (result u32) (canon lift (core func $i "${name}")))`,
    ).join("\n")})
  (instance $user (instantiate $user (with "host" (instance $host)) (with "random" (instance $random))
    (with "clock" (instance $clock)) (with "inner" (instance $inner))))
  (export "user" (instance $user))
  (export "inner" (instance $inner)))`),
);

const operations = fc.array(
  fc.record({
    name: fc.constantFrom(...FUNCTIONS, "poke", "hold"),
    n: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(100, 65_532, 131_000)),
  }),
  { maxLength: 20 },
);
type Operations = readonly { readonly name: string; readonly n: number }[];

interface Guest {
  readonly instance: ComponentInstance;
  readonly store: Store;
}

class Thing {
  readonly n: number;
  constructor(n: number) {
    this.n = n;
  }
  number(): number {
    return this.n;
  }
}

const linker = new ComponentLinker(engine).instance("host:a/things", {
  Thing,
  make: (n: number) => new Thing(n),
});
Wasi.addTo(linker);
const prepared = linker.prepare(GUEST);

function makeGuest(): Guest {
  const store = new Store(engine, { wasi: new Wasi({ deterministic: { seed: 3 } }) });
  return { instance: prepared.instantiate(store), store };
}

/** What each operation gives, throws and costs. */
function run({ instance, store }: Guest, todo: Operations): unknown[] {
  return todo.map(({ name, n }) => {
    const before = store.fuelConsumed;
    let outcome: unknown;
    try {
      if (name === "hold") outcome = new instance.exports.inner.Box(n).get();
      else if (name === "poke") outcome = instance.exports.inner.poke(n);
      else outcome = instance.call(["user", name], [n]);
    } catch (error) {
      outcome = String(error);
    }
    return [name, outcome, store.fuelConsumed - before, store.bytesUsed];
  });
}

describe("reset of a component's instance", () => {
  it("makes it what it was when it was instantiated, also after a trap", () => {
    let traps = 0;
    fc.assert(
      fc.property(operations, operations, (between, after) => {
        const [reset, fresh] = [makeGuest(), makeGuest()];
        reset.instance.checkpoint();
        const outcomes = run(reset, between);
        if (JSON.stringify(outcomes, (_, value) => String(value)).includes("cannot enter")) traps++;
        reset.instance.reset();
        expect(run(reset, after)).toEqual(run(fresh, after));
        // And again.
        reset.instance.reset();
        expect(run(reset, between)).toEqual(outcomes);
      }),
      { numRuns: 60 },
    );
    expect(traps).toBeGreaterThan(5);
  });

  it("undoes what the host has done to the guest's resources since the checkpoint, and not before", () => {
    const { instance } = makeGuest();
    const { Box } = instance.exports.inner;
    const [kept, dropped] = [new Box(1), new Box(2)];
    dropped[Symbol.dispose]();
    instance.checkpoint();
    const first = kept.get();
    kept[Symbol.dispose]();
    const later = new Box(3);
    expect(() => kept.get()).toThrow("has been dropped");
    instance.reset();
    expect(kept.get()).toBe(first);
    expect(() => dropped.get()).toThrow("the Box has been dropped");
    expect(() => later.get()).toThrow("the Box is of before a reset");
    // Its place may be another's by now: dropping it drops nothing.
    later[Symbol.dispose]();
    const again = new Box(3);
    expect(again.get()).toBe(first + 3 + 20);
    // What has been made since a reset is gone with the next one, not with the next checkpoint.
    instance.checkpoint();
    instance.reset();
    expect(again.get()).toBe(first + 3 + 20);
  });

  it("ends a run that has stopped half-way, and is refused while one has not", async () => {
    const { instance } = makeGuest();
    expect(() => instance.reset()).toThrow("there is no checkpoint");
    instance.checkpoint();
    const execution = instance.start(["user", "store"], [100]);
    expect(execution.resume({ fuel: 2 })).toBe("out-of-fuel");
    expect(() => instance.reset()).toThrow(InstanceBusyError);
    expect(() => instance.checkpoint()).toThrow(InstanceBusyError);
    execution.cancel();
    expect(() => instance.call(["user", "store"], [100])).toThrow(Trap);
    instance.reset();
    expect(instance.call(["user", "store"], [100])).toBe(1);
  });

  it("takes no checkpoint of a guest with a handle of its host, and of copies that do not fit", () => {
    const { instance } = makeGuest();
    instance.call(["user", "make"], [1]);
    expect(() => instance.checkpoint()).toThrow("it has a handle to a resource of its host");
    instance.call(["user", "drop"], [1]);
    instance.call(["user", "new-box"], [1]);
    instance.checkpoint();
    instance.call(["user", "drop-box"], [1]);
    instance.reset();
    expect(instance.call(["user", "get-box"], [1])).toBe(14);
    const wide = new Component(
      engine,
      wat(`(component (core module $m (table 30000 funcref)) (core instance (instantiate $m)))`),
    );
    const store = new Store(engine, { limits: { hostHeapBytes: 400_000 } });
    expect(() => new ComponentLinker(engine).instantiate(store, wide).checkpoint()).toThrow(LimitError);
  });
});

/**
 * A program that leaves what it can behind: a word in memory, a larger memory and table, a global, handles of its output, its directory and
 * a file. It answers with what it finds of each, as one character.
 */
const TRACES = wat(`(component
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $out (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush" (func (param "self" (borrow $out)) (param "contents" (list u8))))))
  (alias export $streams "output-stream" (type $out))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (export "output-stream" (type $out' (eq $out))) (export "get-stdout" (func (result (own $out'))))))
  (import "wasi:filesystem/types@0.2.0" (instance $files
    (export "descriptor" (type $descriptor (sub resource)))
    (type $a (flags "symlink-follow")) (export "path-flags" (type $path-flags (eq $a)))
    (type $b (flags "create")) (export "open-flags" (type $open-flags (eq $b)))
    (type $c (flags "read")) (export "descriptor-flags" (type $flags (eq $c)))
    (export "[method]descriptor.open-at" (func (param "self" (borrow $descriptor)) (param "path-flags" $path-flags)
      (param "path" string) (param "open-flags" $open-flags) (param "flags" $flags)
      (result (result (own $descriptor)))))))
  (alias export $files "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (export "descriptor" (type $descriptor' (eq $descriptor)))
    (export "get-directories" (func (result (list (tuple (own $descriptor') string)))))))
  (core module $libc (memory (export "memory") 1 9)
    (global $top (mut i32) (i32.const 4096))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $top) (global.set $top (i32.add (global.get $top) (i32.const 64)))))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $memory)))
  (core func $stdout (canon lower (func $stdout "get-stdout")))
  (core func $open (canon lower (func $files "[method]descriptor.open-at") (memory $memory)))
  (core func $dirs (canon lower (func $preopens "get-directories") (memory $memory) (realloc $realloc)))
  (core module $m
    (import "libc" "memory" (memory 1))
    (import "" "write" (func $write (param i32 i32 i32))) (import "" "stdout" (func $stdout (result i32)))
    (import "" "open" (func $open (param i32 i32 i32 i32 i32 i32 i32))) (import "" "dirs" (func $dirs (param i32)))
    (table $t 2 9 funcref) (global $g (mut i32) (i32.const 0)) (elem declare func $run)
    (data (i32.const 0) "content-type: text/plain\\0a\\0a") (data (i32.const 64) "a.txt")
    (func $say (param $at i32) (param $n i32)
      (i32.store8 (i32.add (i32.const 26) (local.get $at)) (i32.add (i32.const 48) (local.get $n))))
    (func $run (export "run") (result i32) (local $out i32)
      (call $say (i32.const 0) (i32.load (i32.const 2048)))
      (call $say (i32.const 1) (memory.size))
      (call $say (i32.const 2) (table.size $t))
      (call $say (i32.const 3) (global.get $g))
      (call $say (i32.const 4) (ref.is_null (table.get $t (i32.const 0))))
      (local.set $out (call $stdout))
      (call $say (i32.const 5) (local.get $out))
      (call $dirs (i32.const 80))
      (call $say (i32.const 6) (i32.load (i32.const 84)))
      (call $say (i32.const 7) (i32.load (i32.load (i32.const 80))))
      (call $open (i32.load (i32.load (i32.const 80))) (i32.const 0) (i32.const 64) (i32.const 5) (i32.const 0)
        (i32.const 1) (i32.const 96))
      (call $say (i32.const 8) (i32.load8_u (i32.const 96)))
      (call $say (i32.const 9) (i32.load (i32.const 100)))
      (i32.store (i32.const 2048) (i32.const 7))
      (drop (memory.grow (i32.const 1)))
      (drop (table.grow $t (ref.func $run) (i32.const 1)))
      (table.set $t (i32.const 0) (ref.func $run))
      (global.set $g (i32.const 5))
      (call $write (local.get $out) (i32.const 0) (i32.const 36))
      (i32.const 0)))
  (core instance $i (instantiate $m (with "libc" (instance $libc)) (with "" (instance (export "write" (func $write))
    (export "stdout" (func $stdout)) (export "open" (func $open)) (export "dirs" (func $dirs))))))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))`);

it("shows a request nothing of the one before it", async () => {
  const { url, records } = await serve(manifestOf('files = ["*.txt"]'), {
    files: { "guest.wasm": TRACES, "a.txt": "A" },
  });
  for (let k = 0; k < 4; k++) expect(await (await fetch(url)).text()).toBe("0120111203");
  await eventually(() => records.length === 4);
  // It was one instance that did it all.
  expect(records.map(({ cold }) => cold)).toEqual([true, false, false, false]);
  expect(new Set(records.map(({ fuel }) => fuel)).size).toBe(1);
});
