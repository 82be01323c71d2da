// When the time of `timeoutMs` begins: with the guest's first instruction. By a clock of its own, which goes on when it is looked at
// and when a host function says so.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Engine, InterruptedError, Linker, Module, Store } from "wasmeter";
import { wat } from "./wat.ts";

let time = 0;

beforeEach(() => {
  time = 0;
  vi.spyOn(performance, "now").mockImplementation(() => ++time);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Its function takes some 60 looks at the clock to be lowered, and then the host takes `work`. */
const TEXT = `(module
  (import "env" "work" (func $work))
  (func (export "f") (result i32) (local i32)
    (call $work)
    ${"(drop (i32.add (local.get 0) (i32.const 1)))".repeat(15_000)}
    (call $work)
    (i32.const 7)))`;

function instantiate(work: number) {
  const engine = new Engine();
  const linker = new Linker(engine).func("env", "work", { params: [], results: [] }, () => {
    time += work;
  });
  return linker.instantiate(new Store(engine), new Module(engine, wat(TEXT)));
}

it("does not count what comes before the first instruction", () => {
  const instance = instantiate(40);
  expect(instance.call("f", [], { timeoutMs: 100 })).toBe(7);
  // Lowering took its time, too.
  expect(time).toBeGreaterThan(130);
});

it("holds for executions and asynchronous calls", async () => {
  const execution = instantiate(40).start("f");
  expect(execution.resume({ timeoutMs: 100 })).toBe("done");
  // It looks at the clock twice as often.
  expect(await instantiate(40).callAsync("f", [], { timeoutMs: 150, quantumMs: 1e6 })).toBe(7);
  await expect(instantiate(90).callAsync("f", [], { timeoutMs: 150, quantumMs: 1e6 })).rejects.toThrow(
    InterruptedError,
  );
});

it("counts everything from there on", () => {
  const instance = instantiate(60);
  expect(() => instance.call("f", [], { timeoutMs: 100 })).toThrow(InterruptedError);
  expect(() => instance.call("f", [], { timeoutMs: 100 })).toThrow(InterruptedError);
});

it("bounds what comes before by as much again", () => {
  const instance = instantiate(0);
  expect(() => instance.call("f", [], { timeoutMs: 20 })).toThrow(InterruptedError);
  expect(instance.store.fuelConsumed).toBe(0n);
});

it("is not begun anew by calls that the host makes meanwhile", () => {
  const engine = new Engine();
  const linker = new Linker(engine).func("env", "again", { params: ["i32"], results: [] }, (caller, n) => {
    time += 30;
    if (n > 0) caller.instance?.call(`f${n}`, [n - 1]);
  });
  const functions = Array.from(
    { length: 8 },
    (_, k) => `(func (export "f${k}") (param i32) (call $again (local.get 0)))`,
  );
  const module = new Module(
    engine,
    wat(`(module (import "env" "again" (func $again (param i32))) ${functions.join("")})`),
  );
  const instance = linker.instantiate(new Store(engine), module);
  expect(() => instance.call("f7", [6], { timeoutMs: 100 })).toThrow(InterruptedError);
  expect(time).toBeLessThan(400);
});
