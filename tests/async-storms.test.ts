// Guests that make streams, futures, subtasks and cancellations without end: each is stopped by a bound of its store.

import { describe, expect, it } from "vitest";
import { Engine, InterruptedError, OutOfFuelError, Store } from "wasmeter";
import { Component, ComponentLinker } from "wasmeter/component";
import { wat } from "./wat.ts";

const engine = new Engine();

/** What core code can call, each by its name. */
const BUILT_INS = `
  (type $s (stream u8))
  (type $f (future u8))
  (core module $memory (memory (export "m") 1))
  (core instance $memory (instantiate $memory))
  (core func $stream (canon stream.new $s))
  (core func $future (canon future.new $f))
  (core func $write (canon stream.write $s async (memory $memory "m")))
  (core func $cancel-write (canon stream.cancel-write $s async))
  (core func $set (canon waitable-set.new))
  (core func $drop-set (canon waitable-set.drop))
  (core func $cancel (canon subtask.cancel async))
  (core func $drop (canon subtask.drop))`;

/** A component whose `f` goes round `body` for ever, with a local `$h` of 64 bits. */
const storm = (body: string): string => `(component
  (import "never" (func $never async (param "n" u32)))
  (component $inner
    (import "never" (func $never async (param "n" u32)))
    (core func $never' (canon lower (func $never)))
    (core module $m (import "" "never" (func $never (param i32)))
      (func (export "park") (param i32) (call $never (local.get 0))))
    (core instance $i (instantiate $m (with "" (instance (export "never" (func $never'))))))
    (func (export "park") async (param "n" u32) (canon lift (core func $i "park"))))
  (instance $inner (instantiate $inner (with "never" (func $never))))
  (component $outer
  (import "never" (func $never async (param "n" u32)))
  (import "park" (func $park async (param "n" u32)))
  (core func $never' (canon lower (func $never) async))
  (core func $park' (canon lower (func $park) async))
  ${BUILT_INS}
  (core module $m
    (import "" "stream" (func $stream (result i64)))
    (import "" "future" (func $future (result i64)))
    (import "" "write" (func $write (param i32 i32 i32) (result i32)))
    (import "" "cancel-write" (func $cancel-write (param i32) (result i32)))
    (import "" "set" (func $set (result i32)))
    (import "" "drop-set" (func $drop-set (param i32)))
    (import "" "never" (func $never (param i32) (result i32)))
    (import "" "park" (func $park (param i32) (result i32)))
    (import "" "cancel" (func $cancel (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "f") (local $h i64) (local $w i32)
      (local.set $h (call $stream))
      (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $h) (i64.const 32))))
      (loop $again ${body} (br $again))))
  (core instance $i (instantiate $m (with "" (instance
    (export "stream" (func $stream)) (export "future" (func $future)) (export "write" (func $write))
    (export "cancel-write" (func $cancel-write)) (export "set" (func $set)) (export "drop-set" (func $drop-set))
    (export "never" (func $never')) (export "park" (func $park')) (export "cancel" (func $cancel)) (export "drop" (func $drop))))))
  (func (export "f") async (canon lift (core func $i "f"))))
  (instance $outer (instantiate $outer (with "never" (func $never)) (with "park" (func $inner "park"))))
  (export "f" (func $outer "f")))`;

function make(body: string, store: Store) {
  const linker = new ComponentLinker(store.engine);
  linker.func("never", () => new Promise(() => {}));
  return linker.instantiate(store, new Component(store.engine, wat(storm(body))));
}

const outcome = (body: string, store: Store, options: object = {}): Promise<unknown> =>
  make(body, store)
    .callAsync("f", [], options)
    .then(
      () => "returned",
      (error: unknown) => error,
    );

/** The number of a subtask that has been started, from what starting it gave. */
const HANDLE = "(i32.shr_u (call $never (i32.const 1)) (i32.const 4))";

describe("what is never given back", () => {
  it.each([
    ["streams", "(drop (call $stream))"],
    ["futures", "(drop (call $future))"],
    ["sets", "(drop (call $set))"],
    ["calls of the host", "(drop (call $never (i32.const 1)))"],
    ["calls of another component", "(drop (call $park (i32.const 1)))"],
  ])("%s end at a limit, and the store goes on", async (_, body) => {
    const small = new Store(engine, { limits: { hostHeapBytes: 2 ** 24 } });
    expect(await outcome(body, small)).toMatchObject({ limit: "hostHeapBytes" });
    const store = new Store(engine, { limits: { handles: 100 } });
    expect(await outcome(body, store)).toMatchObject({ limit: "handles" });
    expect(await make("(return)", store).callAsync("f", [])).toBeUndefined();
  });
});

describe("what is given back each time", () => {
  const storms: readonly (readonly [string, string])[] = [
    ["sets", "(call $drop-set (call $set))"],
    [
      "writes of nothing",
      "(drop (call $write (local.get $w) (i32.const 0) (i32.const 0))) (drop (call $cancel-write (local.get $w)))",
    ],
    [
      "calls that are cancelled",
      `(local.set $w ${HANDLE}) (drop (call $cancel (local.get $w))) (call $drop (local.get $w))`,
    ],
  ];

  it.each(storms)("%s end with the fuel", async (_, body) => {
    const store = new Store(engine, { fuel: 100_000 });
    expect(await outcome(body, store)).toBeInstanceOf(OutOfFuelError);
    expect(store.fuelConsumed).toBe(100_000n);
  });

  it.each(storms)("%s end with the time", async (_, body) => {
    expect(await outcome(body, new Store(engine), { timeoutMs: 50 })).toBeInstanceOf(InterruptedError);
  });
});
