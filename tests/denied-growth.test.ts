// Growth that a limit refuses can be seen from outside: by resource and limit, with what was wanted.

import { expect, it, vi } from "vitest";
import { type DeniedGrowth, Engine, type Limits, Linker, Module, Store } from "wasmeter";
import { MemoryFileSystem } from "wasmeter/wasi";
import { wat } from "./wat.ts";

const PAGE = 65_536;

const engine = new Engine();
const module = new Module(
  engine,
  wat(`(module
    (type $list (struct (field (ref null $list))))
    (import "env" "again" (func $again (param i32)))
    (memory (export "memory") 1 4)
    (table (export "table") 10 20 externref)
    (global $list (mut (ref null $list)) (ref.null $list))
    (func (export "memory.grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table.grow") (param i32) (result i32) (table.grow (ref.null extern) (local.get 0)))
    (func (export "objects") (param i32)
      (loop $again
        (global.set $list (struct.new $list (global.get $list)))
        (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func $recurse (export "recurse") (param i32) (local i64 i64 i64 i64)
      (if (local.get 0) (then (call $recurse (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "bounce") (param i32)
      (if (local.get 0) (then (call $again (i32.sub (local.get 0) (i32.const 1)))))))`),
);

/** Calls `name` in a store with these limits; what the store then says was denied. */
function attempt(limits: Partial<Limits>, name: string, argument: number) {
  const events: DeniedGrowth[] = [];
  const store = new Store(engine, { limits, onDenied: (denied) => events.push(denied) });
  const linker = new Linker(engine).func("env", "again", { params: ["i32"], results: [] }, (caller, n) => {
    caller.instance?.call("bounce", [n]);
  });
  const instance = linker.instantiate(store, module);
  try {
    instance.call(name, [argument]);
  } catch {
    // A trap says the same in its way.
  }
  expect(store.denied).toEqual(events.map(({ resource, limit }) => ({ resource, limit, count: 1 })));
  return events[0];
}

it.each([
  [{}, "memory.grow", 4, { resource: "memory", limit: "maximum", requested: 5, allowed: 4 }],
  [
    { memoryBytes: 2 * PAGE },
    ...["memory.grow", 2],
    { resource: "memory", limit: "memoryBytes", requested: 3 * PAGE, allowed: 2 * PAGE },
  ],
  [
    { totalBytes: 2 * PAGE },
    ...["memory.grow", 1],
    { resource: "memory", limit: "totalBytes", requested: 2 * PAGE + 80, allowed: 2 * PAGE },
  ],
  [{}, "table.grow", 11, { resource: "table", limit: "maximum", requested: 21, allowed: 20 }],
  [
    { tableElements: 15 },
    ...["table.grow", 6],
    { resource: "table", limit: "tableElements", requested: 16, allowed: 15 },
  ],
  [
    { totalBytes: PAGE + 100 },
    ...["table.grow", 5],
    { resource: "table", limit: "totalBytes", requested: PAGE + 120, allowed: PAGE + 100 },
  ],
  [
    { gcHeapBytes: 1000 },
    ...["objects", 10],
    { resource: "gc-heap", limit: "gcHeapBytes", requested: 1040, allowed: 1000 },
  ],
  [
    { totalBytes: PAGE + 80 + 1000 },
    ...["objects", 10],
    { resource: "gc-heap", limit: "totalBytes", requested: PAGE + 80 + 1040, allowed: PAGE + 80 + 1000 },
  ],
  [
    { callDepth: 600 },
    ...["recurse", 600],
    { resource: "call-stack", limit: "callDepth", requested: 601, allowed: 600 },
  ],
  [
    { hostDepth: 3 },
    ...["bounce", 3],
    { resource: "call-stack", limit: "hostDepth", requested: 4, allowed: 3 },
  ],
] as [Partial<Limits>, string, number, DeniedGrowth][])(
  "under %o, %s of %d is denied",
  (limits, name, n, event) => {
    expect(attempt(limits, name, n)).toEqual(event);
  },
);

it("names the stack's bytes, and the host's heap wherever it is in the way", () => {
  const { limits } = new Store(engine);
  expect(attempt({ stackBytes: 4096 }, "recurse", 1000)).toMatchObject({
    limit: "stackBytes",
    allowed: 4096,
  });
  const spare = 16_384;
  expect(attempt({ hostHeapBytes: spare }, "recurse", 10_000)).toMatchObject({
    resource: "call-stack",
    limit: "hostHeapBytes",
  });
  expect(attempt({ hostHeapBytes: spare }, "objects", 1000)).toMatchObject({
    resource: "gc-heap",
    limit: "hostHeapBytes",
    allowed: spare,
  });
  expect(limits.hostHeapBytes).toBeGreaterThan(spare);
});

it("counts, in the order in which limits were first met", () => {
  const store = new Store(engine, { limits: { memoryBytes: PAGE } });
  const linker = new Linker(engine).func("env", "again", "as-imported", () => undefined);
  const instance = linker.instantiate(store, module);
  expect(store.denied).toEqual([]);
  instance.exports["table.grow"](100);
  for (let i = 0; i < 3; i++) expect(instance.exports["memory.grow"](1)).toBe(-1);
  expect(instance.exports["memory.grow"](0)).toBe(1);
  expect(store.denied).toEqual([
    { resource: "table", limit: "maximum", count: 1 },
    { resource: "memory", limit: "memoryBytes", count: 3 },
  ]);
});

it("tells of what the host keeps for a guest, and of growth by the host itself", () => {
  const store = new Store(engine, { limits: { totalBytes: 100_000 } });
  const linker = new Linker(engine).func("env", "again", "as-imported", () => undefined);
  const { exports } = linker.instantiate(store, module);
  const files = new MemoryFileSystem({ chargedTo: store });
  expect(() => files.writeFile("f", new Uint8Array(100_000))).toThrow("nospc");
  expect(exports.memory.grow(2)).toBe(-1);
  expect(store.denied).toEqual([
    { resource: "reservation", limit: "totalBytes", count: 1 },
    { resource: "memory", limit: "totalBytes", count: 1 },
  ]);
});

it("ends the call with what onDenied throws, at the instruction that was denied", () => {
  const onDenied = vi.fn(() => {
    throw new Error("enough");
  });
  const store = new Store(engine, { limits: { memoryBytes: PAGE }, onDenied });
  const linker = new Linker(engine).func("env", "again", "as-imported", () => undefined);
  const instance = linker.instantiate(store, module);
  expect(() => instance.call("memory.grow", [1])).toThrow("enough");
  expect(store.fuelConsumed).toBe(2n);
  expect(instance.call("memory.grow", [0])).toBe(1);
  expect(() => new Store(engine, { onDenied: 5 as never })).toThrow(/option onDenied: expected a function/);
});
