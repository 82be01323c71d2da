// What an observer of the gate between host and guests is told, and in which order.

import { describe, expect, it } from "vitest";
import { type Caller, Engine, Linker, type Memory, Module, Store } from "wasmeter";
import { WasiPreview1 } from "wasmeter/wasi";
import { observeHost } from "#testing";
import { wat } from "./wat.ts";

const MODULE = `(module
  (import "env" "act" (func $act (param i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "guest")
  (func (export "own") (param i32) (result i32) i32.const 60000 i32.const 7 i32.store8 local.get 0 i32.load8_u)
  (func (export "f") (param i32) (result i32)
    i32.const 100 i32.const 1 i32.store8 local.get 0 call $act i32.const 101 i32.const 1 i32.store8)
  (export "act" (func $act)))`;

type Act = (caller: Caller, value: number) => unknown;

/** An instance whose `act` does what is said, and everything that the gate has seen. */
function observed(act: Act) {
  const engine = new Engine();
  const store = new Store(engine);
  const seen: unknown[] = [];
  observeHost(store, {
    called: ({ func, instance, args }) => seen.push(["call", func.name, instance !== undefined, ...args]),
    returned: ({ func }, outcome) => seen.push(["return", func.name, outcome]),
    settled: (_, outcome) => seen.push(["settled", outcome]),
    wrote: (memory, address, length) =>
      seen.push(["wrote", address, [...memory.u8.subarray(address, address + Math.min(length, 3))], length]),
  });
  const linker = new Linker(engine).func("env", "act", { params: ["i32"], results: ["i32"] }, act);
  const instance = linker.instantiate(store, new Module(engine, wat(MODULE)));
  return { instance, memory: instance.exports.memory as Memory, seen };
}

const call = (...args: unknown[]) => ["call", "env.act", true, ...args];
const returned = (result: unknown) => ["return", "env.act", { kind: "returned", result }];

describe("the gate between host and guests", () => {
  it("tells calls by guests and by the host, with checked values", () => {
    const { instance, seen } = observed((_, value) => value + 2 ** 32);
    expect(instance.call("f", [5])).toBe(5);
    expect(instance.call("act", [6])).toBe(6);
    const execution = instance.start("act", [7]);
    expect(execution.resume()).toBe("done");
    expect(seen).toEqual([
      call(5),
      returned(5),
      ["call", "env.act", false, 6],
      returned(6),
      ["call", "env.act", false, 7],
      returned(7),
    ]);
  });

  it("tells what is thrown, and of nested calls the inner one first", () => {
    const error = new Error("no");
    const world = observed((_, value) => {
      if (value === 0) throw error;
      return world.instance.call("f", [value - 1]);
    });
    const { instance, seen } = world;
    expect(() => instance.call("f", [1])).toThrow(error);
    const threw = ["return", "env.act", { kind: "threw", error }];
    expect(seen).toEqual([call(1), call(0), threw, threw]);
  });

  it("tells promises when they are made and when they are settled", async () => {
    const error = new Error("late");
    const { instance, seen } = observed((_, value) =>
      value === 0 ? Promise.reject(error) : Promise.resolve(value * 2),
    );
    expect(await instance.callAsync("f", [4])).toBe(8);
    await expect(instance.callAsync("f", [0])).rejects.toBe(error);
    const promised = ["return", "env.act", { kind: "promised", promise: expect.anything() }];
    expect(seen).toEqual([
      call(4),
      promised,
      ["settled", { kind: "returned", result: 8 }],
      call(0),
      promised,
      ["settled", { kind: "threw", error }],
    ]);
  });

  it("tells writes by what was declared to be written", () => {
    const { instance, memory, seen } = observed(({ memory: inner }, value) => {
      inner.write(200, Uint8Array.of(1, 2));
      inner.writeString(300, "é");
      inner.readable(400, 10);
      inner.writable(500, 2).set([8, 9]);
      inner.write(600, new Uint8Array(0));
      return value;
    });
    expect(instance.call("f", [1])).toBe(1);
    const writes = [
      ["wrote", 200, [1, 2], 2],
      ["wrote", 300, [0xc3, 0xa9], 2],
      ["wrote", 500, [8, 9], 2],
    ];
    expect(seen).toEqual([call(1), ...writes, returned(1)]);
    seen.length = 0;
    memory.write(0, Uint8Array.of(65));
    const view = memory.writable(70_000, 1);
    view[0] = 3;
    expect(seen).toEqual([["wrote", 0, [65], 1]]);
    expect(instance.call("own", [0])).toBe(65);
    expect(seen).toEqual([
      ["wrote", 0, [65], 1],
      ["wrote", 70_000, [3], 1],
    ]);
    expect(() => memory.writable(131_071, 2)).toThrow("out of bounds memory access");
  });

  it("tells single numbers, and what is written through a DataView", () => {
    const { instance, memory, seen } = observed((_, value) => value);
    memory.writeU8(10, 1);
    memory.writeI16(20, -1);
    memory.writeF64(32, 1);
    expect(() => memory.writeU32(131_070, 1)).toThrow("out of bounds memory access");
    expect(seen).toEqual([
      ["wrote", 10, [1], 1],
      ["wrote", 20, [255, 255], 2],
      ["wrote", 32, [0, 0, 0], 8],
    ]);
    seen.length = 0;
    memory.view().setUint8(9000, 1);
    expect(instance.call("own", [9000])).toBe(1);
    expect(seen).toEqual([["wrote", 8192, [0, 0, 0], 4096]]);
  });

  it("tells what WASI writes, range by range", () => {
    const engine = new Engine();
    const store = new Store(engine, { wasi: new WasiPreview1({ args: ["a", "bc"] }) });
    const seen: unknown[] = [];
    observeHost(store, {
      wrote: (memory, address, length) =>
        seen.push([address, [...memory.u8.subarray(address, address + length)]]),
    });
    const linker = new Linker(engine);
    WasiPreview1.addTo(linker);
    const { exports } = linker.instantiate(
      store,
      new Module(
        engine,
        wat(`(module (import "wasi_snapshot_preview1" "args_get" (func $get (param i32 i32) (result i32)))
          (memory (export "memory") 1)
          (func (export "get") (result i32) i32.const 16 i32.const 64 call $get))`),
      ),
    );
    expect(exports.get()).toBe(0);
    expect(seen).toEqual([
      [16, [64, 0, 0, 0]],
      [20, [66, 0, 0, 0]],
      [64, [97, 0, 98, 99, 0]],
    ]);
  });

  it("tells writes through a view of all bytes by comparing pages, and never the guest's own", () => {
    const { instance, memory, seen } = observed(({ memory: inner }, value) => {
      if (value === 1) inner.bytes()[9000] = 1;
      return value;
    });
    const view = memory.bytes();
    view[4095] = 2;
    view[4096] = 2;
    expect(instance.call("own", [4096])).toBe(2);
    expect(seen).toEqual([["wrote", 0, [103, 117, 101], 8192]]);
    seen.length = 0;
    expect(instance.call("f", [0])).toBe(0);
    expect(instance.call("own", [0])).toBe(103);
    expect(seen).toEqual([call(0), returned(0)]);
    seen.length = 0;
    expect(instance.call("f", [1])).toBe(1);
    // A view that is kept: what is written between two calls is told when the guest gets control.
    view[131_071] = 4;
    expect(instance.call("own", [0])).toBe(103);
    expect(seen).toEqual([
      call(1),
      ["wrote", 8192, [0, 0, 0], 4096],
      returned(1),
      ["wrote", 126_976, [0, 0, 0], 4096],
    ]);
  });
});
