// Waiting and notifying between executions, shared memories, and what waiting does in a synchronous call.

import { describe, expect, it } from "vitest";
import {
  Engine,
  type Execution,
  type Instance,
  InterruptedError,
  Linker,
  Memory,
  Module,
  Store,
  type StoreOptions,
  Trap,
  WouldBlockError,
} from "wasmeter";
import { nodeHost, nodeWasi } from "wasmeter/node";
import { wat } from "./wat.ts";

const GUEST = wat(`(module (import "env" "memory" (memory 1 8 shared))
  (func (export "wait") (param $address i32) (param $expected i32) (param $timeout i64) (result i32)
    (local $before i32)
    (local.set $before (i32.const 1000))
    (i32.add (local.get $before)
      (memory.atomic.wait32 (local.get $address) (local.get $expected) (local.get $timeout))))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (export "waitThenStore") (param i32)
    (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
    (i32.store (local.get 0) (i32.const 42)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
  (func (export "store") (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)))
  (func (export "add") (param i32 i32) (result i32) (i32.atomic.rmw.add (local.get 0) (local.get 1)))
  (func (export "swap8") (param i32 i32 i32) (result i32)
    (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (local.get 2))))`);
const UNSHARED = wat(`(module (memory 1)
  (func (export "wait") (param i32) (result i32) (memory.atomic.wait32 (local.get 0) (i32.const 0) (i64.const 0)))
  (func (export "notify") (param i32) (result i32) (memory.atomic.notify (local.get 0) (i32.const 1)))
  (func (export "swap8") (param i32 i32 i32) (result i32)
    (i32.atomic.rmw8.cmpxchg_u (local.get 0) (local.get 1) (local.get 2))))`);
const WOKEN = 1000;
const NOT_EQUAL = 1001;
const TIMED_OUT = 1002;
const FOREVER = -1n;
const MILLISECOND = 1_000_000n;

describe.each(["fast", "exact"] as const)("%s lowering", (lowering) => {
  const engine = new Engine({ lowering, features: "all" });
  const module = new Module(engine, GUEST);

  /** Two instances that share a memory. */
  function pair(options: StoreOptions = {}): { store: Store; memory: Memory; a: Instance; b: Instance } {
    const store = new Store(engine, options);
    const memory = new Memory(store, { min: 1, max: 8, shared: true });
    const linker = new Linker(engine).define("env", "memory", memory);
    return { store, memory, a: linker.instantiate(store, module), b: linker.instantiate(store, module) };
  }

  async function finish(execution: Execution): Promise<unknown> {
    await execution.settled();
    expect(execution.resume()).toBe("done");
    return execution.result;
  }

  it("parks an execution until another one notifies it", async () => {
    const { a, b } = pair();
    const waiting = a.start("wait", [8, 0, FOREVER]);
    expect(waiting.resume()).toBe("awaiting-host");
    expect(waiting.resume(), "nobody has notified it").toBe("awaiting-host");
    const notifying = b.start("notify", [8, 5]);
    expect(notifying.resume()).toBe("done");
    expect(notifying.result).toBe(1);
    expect(await finish(waiting)).toBe(WOKEN);
    expect(b.call("notify", [8, 5]), "it is gone from the queue").toBe(0);
  });

  it("wakes as many as asked for, in the order in which they came, at that address only", async () => {
    const { a, b } = pair();
    const start = (address: number): Execution => {
      const execution = a.start("wait", [address, 0, FOREVER], { concurrent: true });
      expect(execution.resume()).toBe("awaiting-host");
      return execution;
    };
    const [first, second, third, elsewhere] = [start(16), start(16), start(16), start(20)];
    expect(b.call("notify", [16, 0])).toBe(0);
    expect(b.call("notify", [16, 2])).toBe(2);
    expect(await finish(first as Execution)).toBe(WOKEN);
    expect(await finish(second as Execution)).toBe(WOKEN);
    expect(third?.resume()).toBe("awaiting-host");
    expect(elsewhere?.resume()).toBe("awaiting-host");
    expect(b.call("notify", [16, -1]), "the count is unsigned").toBe(1);
    expect(b.call("notify", [20, 1])).toBe(1);
  });

  it("gives up when the time is over", async () => {
    const { a, b } = pair();
    const waiting = a.start("wait", [8, 0, 2n * MILLISECOND]);
    expect(waiting.resume()).toBe("awaiting-host");
    expect(await finish(waiting)).toBe(TIMED_OUT);
    expect(b.call("notify", [8, 1])).toBe(0);
    expect(await a.callAsync("wait64", [8, 0n, MILLISECOND])).toBe(2);
  });

  it("does not wait where the value differs or there is no time", () => {
    const { a } = pair();
    a.call("store", [8, 7]);
    expect(a.call("wait", [8, 6, FOREVER])).toBe(NOT_EQUAL);
    expect(a.call("wait", [8, 7, 0n])).toBe(TIMED_OUT);
    expect(a.call("wait64", [8, 7n + 2n ** 32n, FOREVER])).toBe(1);
    expect(a.call("wait64", [8, 7n, 0n])).toBe(2);
  });

  it("takes a cancelled execution out of the queue", () => {
    const { a, b } = pair();
    const waiting = a.start("wait", [8, 0, FOREVER]);
    waiting.resume();
    waiting.cancel();
    expect(waiting.state).toBe("trapped");
    expect(b.call("notify", [8, 1])).toBe(0);
    expect(a.call("load", [8]), "the instance is free again").toBe(0);
  });

  it("pays the same fuel whether it waits or not, and can run out before and behind", async () => {
    // const, set, four times get, wait, add
    const cost = 8n;
    const { store, a, b } = pair();
    a.call("wait", [8, 1, FOREVER]);
    expect(store.fuelConsumed).toBe(cost);
    const waiting = a.start("wait", [8, 0, FOREVER]);
    let slices = 1;
    for (let state = waiting.resume({ fuel: 1 }); state !== "done"; state = waiting.resume({ fuel: 1 })) {
      if (state === "awaiting-host") {
        b.call("notify", [8, 1]);
        await waiting.settled();
      }
      slices++;
    }
    expect(waiting.result).toBe(WOKEN);
    expect(waiting.fuelConsumed).toBe(cost);
    expect(slices).toBeGreaterThanOrEqual(Number(cost));
  });

  it("sees growth by another execution when it goes on", async () => {
    const { memory, a, b } = pair();
    const { buffer } = memory.bytes();
    const waiting = a.start("waitThenStore", [3 * 65536]);
    expect(waiting.resume()).toBe("awaiting-host");
    expect(b.call("grow", [3])).toBe(1);
    b.call("notify", [0, 1]);
    await finish(waiting);
    expect(b.call("load", [3 * 65536])).toBe(42);
    expect(memory.pages).toBe(4);
    if ("grow" in SharedArrayBuffer.prototype) {
      expect(memory.bytes().buffer, "others still hold the same buffer").toBe(buffer);
    }
  });

  it("shares its bytes with the host's Atomics", () => {
    const { memory, a } = pair();
    const words = new Int32Array(memory.bytes().buffer as SharedArrayBuffer, 0, 4);
    expect(words.buffer).toBeInstanceOf(SharedArrayBuffer);
    Atomics.store(words, 2, 40);
    expect(a.call("add", [8, 2])).toBe(40);
    expect(Atomics.load(words, 2)).toBe(42);
  });

  it("refuses to wait in a synchronous call", () => {
    const { a } = pair();
    expect(() => a.call("wait", [8, 0, FOREVER])).toThrow(WouldBlockError);
    expect(() => a.call("wait", [8, 0, FOREVER])).toThrow("memory.atomic.wait32");
  });

  it("blocks in a synchronous call where that was granted, but not without end", () => {
    let slept = 0;
    const { a } = pair({
      blocking: {
        sleep: (ms) => {
          slept += ms;
        },
      },
    });
    expect(a.call("wait", [8, 0, 50n * MILLISECOND])).toBe(TIMED_OUT);
    expect(slept).toBeCloseTo(50);
    expect(() => a.call("wait", [8, 0, FOREVER])).toThrow(WouldBlockError);
  });

  it("blocks where the host of WASI was granted it, for commands and libraries", async () => {
    const shared = wat(`(module (memory (export "memory") 1 1 shared)
      (func $wait (export "wait") (result i32)
        (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const 2000000)))
      (func (export "_start") (if (i32.ne (call $wait) (i32.const 2)) (then unreachable)))
    )`);
    const module = new Module(engine, shared);
    const instantiate = () => new Linker(engine).instantiate(new Store(engine), module);
    expect(nodeWasi().start(instantiate())).toBe(0);
    expect(() => nodeWasi({ blocking: false }).start(instantiate())).toThrow(WouldBlockError);
    // A grant of the store's own stays.
    const own = new Store(engine, { blocking: { sleep: () => {} } });
    const { blocking } = own;
    nodeWasi().start(new Linker(engine).instantiate(own, module));
    expect(own.blocking).toBe(blocking);
    own.blocking = undefined;
    expect(() => new Linker(engine).instantiate(own, module).call("wait")).toThrow(WouldBlockError);
    expect(() => {
      own.blocking = {} as never;
    }).toThrow(TypeError);
  });

  it("stops blocking when its time is over", () => {
    const { a } = pair({ blocking: nodeHost({ blocking: true }).blocking });
    expect(() => a.call("wait", [8, 0, 60_000n * MILLISECOND], { timeoutMs: 20 })).toThrow(InterruptedError);
  });

  it("traps where the address is not aligned or out of bounds, and waits on shared memories only", () => {
    const { a } = pair();
    const unshared = new Linker(engine).instantiate(new Store(engine), new Module(engine, UNSHARED));
    expect(() => a.call("wait", [2, 0, 0n])).toThrow("unaligned atomic");
    expect(() => a.call("wait64", [4, 0n, 0n])).toThrow("unaligned atomic");
    expect(() => a.call("notify", [2, 0])).toThrow("unaligned atomic");
    expect(() => a.call("notify", [65536, 0])).toThrow("out of bounds memory access");
    expect(() => a.call("add", [65533, 0])).toThrow("out of bounds memory access");
    expect(() => unshared.call("wait", [0])).toThrow(Trap);
    expect(() => unshared.call("wait", [0])).toThrow("expected shared memory");
    expect(unshared.call("notify", [0])).toBe(0);
  });

  it("wraps the expected value of a narrow compare-exchange", () => {
    const { a } = pair();
    const unshared = new Linker(engine).instantiate(new Store(engine), new Module(engine, UNSHARED));
    for (const instance of [a, unshared]) {
      expect(instance.call("swap8", [3, 0x100, 0x1ff])).toBe(0);
      expect(instance.call("swap8", [3, 0xff, 1])).toBe(0xff);
      expect(instance.call("swap8", [3, 2, 3])).toBe(1);
      expect(instance.call("swap8", [3, 1, 5])).toBe(1);
    }
  });
});
