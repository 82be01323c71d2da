// Executions, asynchronous calls, bounds in time and fuel, as an embedder sees them.

import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import {
  Engine,
  type Execution,
  type Instance,
  InstanceBusyError,
  InterruptedError,
  Linker,
  Module,
  OutOfFuelError,
  Store,
  type StoreOptions,
  Tag,
  type Trap,
  WasmException,
  WouldBlockError,
} from "../index.ts";

const engine = new Engine();

/** The error that `run` throws. */
function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("it threw nothing");
}

function instantiate(
  text: string,
  link: (linker: Linker) => void = () => {},
  options?: StoreOptions,
): Instance {
  const linker = new Linker(engine);
  link(linker);
  return linker.instantiate(new Store(engine, options), new Module(engine, wat(text)));
}

/** A promise, and what settles it. */
function deferred<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve = (_: T): void => {};
  let reject = (_: unknown): void => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

const SPIN = `(module (memory (export "memory") 1) (func (export "spin") (loop br 0)) (func (export "one") (result i32) i32.const 1))`;
/** `ask` hands its argument to the host and adds 1 to the answer. */
const ASK = `(module (import "env" "ask" (func $ask (param i32) (result i32)))
  (func (export "ask") (param i32) (result i32) local.get 0 call $ask i32.const 1 i32.add)
  (func (export "tail") (param i32) (result i32) local.get 0 return_call $ask)
  (func $inner (param i32) (result i32) local.get 0 return_call $ask)
  (func (export "inner") (param i32) (result i32) i32.const 100 local.get 0 call $inner i32.add)
  (func (export "one") (result i32) i32.const 1)
  (export "host" (func $ask)))`;

function asking(ask: (x: number) => unknown): Instance {
  return instantiate(ASK, (linker) =>
    linker.func("env", "ask", { params: ["i32"], results: ["i32"] }, (_, x: number) => ask(x)),
  );
}

describe("an execution", () => {
  it("tells its state, and what it has used", () => {
    const instance = instantiate(`(module (func (export "f") (result i32 i64) i32.const 1 nop i64.const 2))`);
    const execution = instance.start("f");
    expect(execution.state).toBe("ready");
    expect(execution.currentInstruction()).toBeUndefined();
    expect(execution.backtrace()).toEqual([]);
    expect(execution.resume({ fuel: 2 })).toBe("out-of-fuel");
    expect(execution.outOfFuelScope).toBe("call");
    expect(execution.currentInstruction()).toBe("i64.const 2");
    expect(execution.backtrace()).toMatchObject([{ functionName: "f", funcIdx: 0 }]);
    expect(execution.fuelConsumed).toBe(2n);
    expect(execution.result).toBeUndefined();
    expect(execution.resume()).toBe("done");
    expect(execution.result).toEqual([1, 2n]);
    expect(execution.currentInstruction()).toBeUndefined();
    expect(execution.resume(), "again").toBe("done");
    expect(execution.fuelConsumed).toBe(3n);
  });

  it("keeps the trap, and says where it was", () => {
    const execution = instantiate(
      `(module (func (export "f") nop i32.const 1 i32.const 0 i32.div_u drop))`,
    ).start("f");
    expect(execution.resume()).toBe("trapped");
    expect(execution.trap).toMatchObject({ name: "Trap", code: "integer-divide-by-zero" });
    expect(execution.error).toBe(execution.trap);
    expect(execution.currentInstruction()).toBe("i32.div_u");
    expect(execution.backtrace()).toHaveLength(1);
    expect(execution.resume()).toBe("trapped");
  });

  it("says where it was also when the host threw something of its own", () => {
    const problem = new RangeError("mine");
    const execution = asking(() => {
      throw problem;
    }).start("ask", [1]);
    expect(execution.resume()).toBe("trapped");
    expect(execution.trap).toBe(problem);
    expect(execution.backtrace()).toMatchObject([{ functionName: "ask" }]);
    expect(execution.currentInstruction()).toBe("call 0");
  });

  it("is ended by cancel and by using, and frees its instance", () => {
    const instance = instantiate(SPIN);
    const execution = instance.start("spin");
    execution.resume({ fuel: 10 });
    execution.cancel();
    expect(execution.state).toBe("trapped");
    expect(execution.trap).toMatchObject({ name: "InterruptedError", reason: "cancelled" });
    expect((execution.trap as InterruptedError).backtrace).toHaveLength(1);
    expect(instance.exports.one()).toBe(1);
    const second = instance.start("spin");
    second[Symbol.dispose]();
    expect(second.state).toBe("trapped");
    expect(instance.exports.one()).toBe(1);
  });

  it("stays done when it is cancelled", () => {
    const execution = instantiate(SPIN).start("one");
    execution.resume();
    execution.cancel();
    expect(execution.state).toBe("done");
    expect(execution.result).toBe(1);
  });

  it("can be of a function of the host", async () => {
    const { promise, resolve } = deferred<number>();
    const instance = asking((x) => (x === 0 ? 40 : x === 1 ? promise : Promise.reject(new Error("no"))));
    const now = instance.start("host", [0]);
    expect(now.resume()).toBe("done");
    expect(now.result).toBe(40);
    const later = instance.start("host", [1]);
    expect(later.resume()).toBe("awaiting-host");
    expect(later.resume()).toBe("awaiting-host");
    resolve(41);
    await later.settled();
    expect(later.resume()).toBe("done");
    expect(later.result).toBe(41);
    await expect(instance.callAsync("host", [2])).rejects.toThrow("no");
    expect(() => instance.exports.host(2)).toThrow(WouldBlockError);
  });
});

describe("a busy instance", () => {
  it("refuses a second execution and plain calls, others do not", () => {
    const instance = instantiate(SPIN);
    const other = new Linker(engine).instantiate(instance.store, instance.module);
    const execution = instance.start("spin");
    execution.resume({ fuel: 1 });
    expect(() => instance.start("one")).toThrow(InstanceBusyError);
    expect(() => instance.exports.one()).toThrow(InstanceBusyError);
    expect(() => instance.call("one")).toThrow(InstanceBusyError);
    expect(other.exports.one()).toBe(1);
    execution.cancel();
    expect(instance.exports.one()).toBe(1);
  });

  it("allows what opts in, and refuses what does not while that is under way", () => {
    const instance = instantiate(SPIN);
    const first = instance.start("spin");
    const second = instance.start("spin", [], { concurrent: true });
    first.resume({ fuel: 5 });
    second.resume({ fuel: 7 });
    expect([first.fuelConsumed, second.fuelConsumed]).toEqual([5n, 7n]);
    first.cancel();
    expect(() => instance.exports.one()).toThrow(InstanceBusyError);
    expect(instance.call("one", [], { concurrent: true })).toBe(1);
    second.cancel();
    expect(instance.exports.one()).toBe(1);
  });

  it("can always be called by the host function that it is calling", () => {
    const instance: Instance = asking((x): number => (x > 0 ? instance.exports.ask(x - 1) : 0));
    expect(instance.exports.ask(5)).toBe(6);
    const execution = instance.start("ask", [5]);
    expect(execution.resume()).toBe("done");
    expect(execution.result).toBe(6);
  });

  it("can be called by a host function that it waits for, if that opts in", async () => {
    const instance: Instance = asking(async (x) => {
      await Promise.resolve();
      return (instance.call("one", [], { concurrent: true }) as number) + x;
    });
    expect(await instance.callAsync("ask", [5])).toBe(7);
  });

  it("cannot resume or cancel from inside a host function", () => {
    const errors: unknown[] = [];
    const other = instantiate(SPIN).start("spin");
    const instance = asking((x) => {
      errors.push(
        thrownBy(() => execution.resume()),
        thrownBy(() => execution.cancel()),
      );
      // Another store is not concerned.
      other.resume({ fuel: 3 });
      return x;
    });
    const execution: Execution = instance.start("ask", [1]);
    expect(execution.resume()).toBe("done");
    expect(errors).toEqual([expect.any(InstanceBusyError), expect.any(InstanceBusyError)]);
    expect(other.fuelConsumed).toBe(3n);
  });
});

describe("below a host function that calls the guest synchronously", () => {
  const NESTED = `(module (import "env" "again" (func $again))
    (import "env" "wait" (func $wait))
    (func (export "outer") call $again)
    (func (export "spin") (loop br 0))
    (func (export "wait") call $wait))`;

  function nested(name: string): { instance: Instance; caught: unknown[] } {
    const caught: unknown[] = [];
    const instance: Instance = instantiate(NESTED, (linker) =>
      linker
        .func("env", "again", { params: [], results: [] }, () => {
          try {
            instance.call(name);
          } catch (error) {
            caught.push(error);
            throw error;
          }
        })
        .func("env", "wait", { params: [], results: [] }, () => Promise.resolve()),
    );
    return { instance, caught };
  }

  it("running out of fuel unwinds, and names the host function", () => {
    const { instance, caught } = nested("spin");
    const execution = instance.start("outer");
    expect(execution.resume({ fuel: 1000 })).toBe("trapped");
    expect(execution.trap).toBe(caught[0]);
    expect(execution.trap).toBeInstanceOf(OutOfFuelError);
    expect(execution.trap).toMatchObject({ scope: "call", resumable: false });
    expect((execution.trap as Error).message).toContain("the host function env.again");
    expect((execution.trap as Trap).backtrace.map(({ functionName }) => functionName)).toEqual([
      "spin",
      "outer",
    ]);
    expect(instance.store.fuelConsumed).toBe(1000n);
  });

  it("a timeout unwinds", () => {
    const { instance } = nested("spin");
    const execution = instance.start("outer");
    expect(execution.resume({ timeoutMs: 20 })).toBe("trapped");
    expect(execution.trap).toMatchObject({ name: "InterruptedError", reason: "timeout", resumable: false });
    expect((execution.trap as Error).message).toContain("env.again");
  });

  it("waiting is an error", () => {
    const { instance } = nested("wait");
    const execution = instance.start("outer");
    expect(execution.resume()).toBe("trapped");
    expect(execution.trap).toBeInstanceOf(WouldBlockError);
    expect((execution.trap as Error).message).toContain("env.again");
  });

  it("the event loop's turn waits for the call to end", async () => {
    const instance: Instance = instantiate(
      `(module (import "env" "again" (func $again))
        (func (export "outer") (loop call $again (br_if 0 (i32.lt_s (call $count) (i32.const 2)))))
        (global $n (mut i32) (i32.const 0))
        (func $count (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) global.get $n)
        (func (export "long") (local i32)
          (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if 0 (i32.lt_u (local.get 0) (i32.const 60000))))))`,
      (linker) => linker.func("env", "again", { params: [], results: [] }, () => instance.call("long")),
    );
    await instance.callAsync("outer", [], { quantumMs: 0.001 });
  });
});

describe("an asynchronous import", () => {
  it("may be the callee of a call, a tail call, and a tail call further in", async () => {
    const instance = asking(async (x) => x * 2);
    expect(await instance.callAsync("ask", [4])).toBe(9);
    expect(await instance.callAsync("tail", [4])).toBe(8);
    expect(await instance.callAsync("inner", [4])).toBe(108);
  });

  it("may be any object with a method then, even one that calls back at once and twice", async () => {
    const instance = asking((x) => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what is tested
      then(resolve: (value: number) => void) {
        resolve(x);
        resolve(x + 1);
      },
    }));
    expect(await instance.callAsync("ask", [4])).toBe(5);
  });

  it("is an error in a synchronous call, and nobody hears of its rejection", async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listener);
    try {
      const instance = asking(() => Promise.reject(new Error("late")));
      expect(() => instance.exports.ask(1)).toThrow(WouldBlockError);
      expect(() => instance.exports.ask(1)).toThrow(/env\.ask/);
      const execution = instance.start("ask", [1]);
      execution.resume();
      execution.cancel();
      instance.start("one").resume();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", listener);
    }
  });

  it("has its result checked against the type", async () => {
    const instance = asking(async () => "text");
    const error = await instance.callAsync("ask", [1]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain("result of env.ask");
  });

  it("throws what its promise is rejected with: uncaught, unless it is a Wasm exception", async () => {
    const store = new Store(engine);
    const tag = new Tag(store, { params: ["i32"] });
    const problem = new Error("refused");
    const instance = new Linker(engine)
      .define("env", "e", tag)
      .func("env", "ask", { params: ["i32"], results: ["i32"] }, async (_, x: number) => {
        throw x === 0 ? problem : new WasmException(tag, [x]);
      })
      .instantiate(
        store,
        new Module(
          engine,
          wat(`(module (import "env" "ask" (func $ask (param i32) (result i32))) (import "env" "e" (tag $e (param i32)))
            (func (export "all") (param i32) (result i32)
              (block $h (try_table (result i32) (catch_all $h) local.get 0 call $ask) return) i32.const -1)
            (func (export "tag") (param i32) (result i32)
              (block $h (result i32) (try_table (result i32) (catch $e $h) local.get 0 call $ask))))`),
        ),
      );
    await expect(instance.callAsync("all", [0])).rejects.toBe(problem);
    expect(await instance.callAsync("all", [3])).toBe(-1);
    expect(await instance.callAsync("tag", [3])).toBe(3);
  });

  it("leaves instance and store usable when the guest that waits is cancelled, and is then ignored", async () => {
    const { promise, resolve } = deferred<number>();
    const instance = asking((x) => (x === 0 ? promise : Promise.resolve(x)));
    const execution = instance.start("ask", [0]);
    expect(execution.resume()).toBe("awaiting-host");
    const settled = execution.settled();
    execution.cancel();
    await settled;
    expect(execution.resume()).toBe("trapped");
    expect(await instance.callAsync("ask", [5])).toBe(6);
    resolve(3);
    await promise;
    await Promise.resolve();
    expect(execution.state).toBe("trapped");
    expect(execution.result).toBeUndefined();
    expect(await instance.callAsync("ask", [6])).toBe(7);
  });

  it("answers the call that it belongs to, however often one asks", async () => {
    const answers = [deferred<number>(), deferred<number>()];
    const instance = instantiate(
      `(module (import "env" "ask" (func $ask (param i32) (result i32)))
        (func (export "f") (result i32) (i32.add (i32.mul (call $ask (i32.const 0)) (i32.const 10)) (call $ask (i32.const 1)))))`,
      (linker) =>
        linker.func(
          "env",
          "ask",
          { params: ["i32"], results: ["i32"] },
          (_, k: number) => answers[k]?.promise,
        ),
    );
    const execution = instance.start("f");
    execution.resume();
    const waits = [execution.settled(), execution.settled(), execution.pending];
    answers[0]?.resolve(4);
    await Promise.all(waits);
    expect(execution.resume()).toBe("awaiting-host");
    answers[1]?.resolve(2);
    await execution.settled();
    expect(execution.pending).toBeUndefined();
    expect(execution.resume()).toBe("done");
    expect(execution.result).toBe(42);
  });

  it("lets executions of many instances interleave in one store, each with its fuel", async () => {
    const store = new Store(engine);
    const module = new Module(
      engine,
      wat(`(module (import "env" "ask" (func $ask (param i32) (result i32)))
        (func (export "f") (param i32) (result i32) (local i32)
          (loop
            (local.set 1 (i32.add (local.get 1) (call $ask (local.get 0))))
            (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
          (local.get 1)))`),
    );
    const order: string[] = [];
    const runs = Array.from({ length: 10 }, (_, k) => {
      const linker = new Linker(engine).func(
        "env",
        "ask",
        { params: ["i32"], results: ["i32"] },
        async (_, x: number) => {
          order.push(`${k}:${x}`);
          await new Promise((resolve) => setTimeout(resolve, (k * 7) % 5));
          return x;
        },
      );
      return linker.instantiate(store, module);
    });
    // 11 a turn, `loop` included, and the last local.get
    const cost = 11 * 4 + 1;
    const results = await Promise.allSettled(
      runs.map((instance, k) =>
        instance.callAsync("f", [4], { fuel: k === 3 ? cost - 1 : cost, quantumMs: 1e6 }),
      ),
    );
    results.forEach((result, k) => {
      if (k === 3) expect(result).toMatchObject({ reason: { name: "OutOfFuelError", scope: "call" } });
      else expect(result).toMatchObject({ value: 10 });
    });
    expect(store.fuelConsumed).toBe(BigInt(10 * cost - 1));
    expect(order.slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, k) => `${k}:4`));
  });
});

describe("bounds", () => {
  it("stop an asynchronous call: fuel, timeout, signal, handle; with a backtrace", async () => {
    const instance = instantiate(SPIN);
    const fails = (options: object) =>
      instance.callAsync("spin", [], options).catch((error: unknown) => error);
    expect(await fails({ fuel: 1234 })).toMatchObject({
      name: "OutOfFuelError",
      scope: "call",
      fuelConsumed: 1234n,
    });
    expect(await fails({ fuel: 1000, quantumFuel: 10 })).toMatchObject({
      scope: "call",
      fuelConsumed: 2234n,
    });
    const errors = [await fails({ timeoutMs: 20 })];
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 20);
    errors.push(await fails({ signal: controller.signal }));
    const handle = engine.interruptHandle();
    setTimeout(() => handle.interrupt(), 20);
    errors.push(await fails({}));
    expect(errors.map((error) => (error as InterruptedError).reason)).toEqual([
      "timeout",
      "signal",
      "handle",
    ]);
    for (const error of errors) {
      expect(error).toBeInstanceOf(InterruptedError);
      expect((error as InterruptedError).backtrace).toHaveLength(1);
      expect((error as InterruptedError).fuelConsumed).toBeDefined();
    }
    expect(instance.exports.one()).toBe(1);
  });

  it("of the store end an asynchronous call too", async () => {
    const instance = instantiate(SPIN, undefined, { fuel: 500 });
    await expect(instance.callAsync("spin", [], { fuel: 1000, quantumFuel: 7 })).rejects.toMatchObject({
      scope: "store",
      fuelConsumed: 500n,
    });
  });

  it("count waiting for the host", async () => {
    const instance = asking(() => new Promise(() => {}));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    await expect(instance.callAsync("ask", [1], { timeoutMs: 10 })).rejects.toMatchObject({
      reason: "timeout",
      backtrace: [{ functionName: "ask" }],
    });
    await expect(instance.callAsync("ask", [1], { signal: controller.signal })).rejects.toMatchObject({
      reason: "signal",
    });
    await expect(instance.callAsync("ask", [1], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: "signal",
    });
    expect(instance.exports.one()).toBe(1);
  });

  it("stop a synchronous call at once if aborted before, and on return from the host function that aborts", () => {
    const controller = new AbortController();
    let after = false;
    const instance = instantiate(
      `(module (import "env" "stop" (func $stop)) (import "env" "after" (func $after))
        (func (export "f") call $stop call $after)
        (func $tail return_call $stop)
        (func (export "g") call $tail call $after)
        (func (export "h") return_call $stop))`,
      (linker) =>
        linker
          .func("env", "stop", { params: [], results: [] }, () => controller.abort())
          .func("env", "after", { params: [], results: [] }, () => {
            after = true;
          }),
    );
    expect(thrownBy(() => instance.call("f", [], { signal: controller.signal }))).toMatchObject({
      reason: "signal",
      resumable: false,
      backtrace: [{ functionName: "f" }],
    });
    expect(after).toBe(false);
    expect(() => instance.call("f", [], { signal: controller.signal })).toThrow(InterruptedError);
    const handle = engine.interruptHandle();
    const second = instantiate(
      `(module (import "env" "stop" (func $stop)) (func $tail return_call $stop)
        (func (export "g") call $tail nop) (func (export "h") return_call $stop))`,
      (linker) => linker.func("env", "stop", { params: [], results: [] }, () => handle.interrupt()),
    );
    expect(() => second.call("g")).toThrow(InterruptedError);
    // Nothing of the guest is left to be stopped.
    second.call("h");
    expect(second.store.fuelConsumed).toBe(3n);
  });

  it("are checked", async () => {
    const instance = instantiate(SPIN);
    expect(() => instance.call("one", [], { timeoutMs: -1 })).toThrow(RangeError);
    expect(() => instance.call("one", [], { timeoutMs: Number.NaN })).toThrow(RangeError);
    expect(() => instance.start("one").resume({ fuel: -1 })).toThrow(RangeError);
    for (const options of [{ quantumMs: 0 }, { quantumFuel: 0 }, { fuel: 1.5 }, { timeoutMs: -1 }]) {
      const fresh = new Linker(engine).instantiate(instance.store, instance.module);
      await expect(fresh.callAsync("one", [], options)).rejects.toThrow(RangeError);
      expect(fresh.exports.one(), "not busy").toBe(1);
    }
  });

  it("reach a synchronous call from another thread", async () => {
    const handle = engine.interruptHandle();
    const instance = instantiate(SPIN);
    const worker = new Worker(
      `const { workerData, parentPort } = require("node:worker_threads");
       const flag = new Int32Array(workerData);
       setInterval(() => Atomics.add(flag, 0, 1), 30);`,
      { eval: true, workerData: handle.buffer },
    );
    try {
      await new Promise((resolve) => worker.once("online", resolve));
      expect(thrownBy(() => instance.exports.spin())).toMatchObject({
        name: "InterruptedError",
        reason: "handle",
      });
    } finally {
      await worker.terminate();
    }
    expect(instance.exports.one()).toBe(1);
  });

  it("stop an execution that was paused while the handle was used", () => {
    const instance = instantiate(SPIN);
    const handle = engine.interruptHandle();
    const execution = instance.start("spin");
    execution.resume({ fuel: 1 });
    handle.interrupt();
    expect(execution.resume({ fuel: 1 })).toBe("interrupted");
    expect(execution.interruptedBy).toBe("handle");
    expect(execution.resume({ fuel: 1 }), "once").toBe("out-of-fuel");
    expect(execution.resume({ timeoutMs: 5 })).toBe("interrupted");
    expect(execution.interruptedBy).toBe("timeout");
    expect(execution.resume({ signal: AbortSignal.abort() })).toBe("interrupted");
    expect(execution.interruptedBy).toBe("signal");
  });
});

describe("a start function", () => {
  const START = `(module (func $f (loop br 0)) (start $f))`;

  it("is bounded", async () => {
    const module = new Module(engine, wat(START));
    const linker = new Linker(engine);
    const store = new Store(engine);
    expect(() => linker.instantiate(store, module, { fuel: 100 })).toThrow(OutOfFuelError);
    expect(() => linker.instantiate(store, module, { timeoutMs: 10 })).toThrow(InterruptedError);
    expect(() => linker.instantiate(store, module, { signal: AbortSignal.abort() })).toThrow(
      InterruptedError,
    );
    await expect(linker.instantiateAsync(store, module, { fuel: 100 })).rejects.toThrow(OutOfFuelError);
    await expect(linker.instantiateAsync(store, module, { timeoutMs: 10 })).rejects.toMatchObject({
      reason: "timeout",
      backtrace: [{ funcIdx: 0 }],
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    await expect(linker.instantiateAsync(store, module, { signal: controller.signal })).rejects.toMatchObject(
      {
        reason: "signal",
      },
    );
  });

  it("may wait, whether it is the guest's or the host's", async () => {
    let calls = 0;
    const linker = new Linker(engine).func("env", "wait", { params: [], results: [] }, async () => {
      calls++;
    });
    const host = new Module(engine, wat(`(module (import "env" "wait" (func $wait)) (start $wait))`));
    const guest = new Module(
      engine,
      wat(`(module (import "env" "wait" (func $wait)) (global $g (export "g") (mut i32) (i32.const 0))
        (func $f call $wait (global.set $g (i32.const 7))) (start $f))`),
    );
    await linker.instantiateAsync(new Store(engine), host);
    const instance = await linker.instantiateAsync(new Store(engine), guest);
    expect(instance.exports.g.value).toBe(7);
    expect(calls).toBe(2);
    for (const module of [host, guest]) {
      expect(() => linker.instantiate(new Store(engine), module)).toThrow(WouldBlockError);
    }
    await expect(linker.instantiateAsync(new Store(new Engine()), guest)).rejects.toThrow(TypeError);
  });
});

describe("the event loop", () => {
  /** Aborts in its fifth turn; were there none, the test would never end. */
  function fifthTurn(): AbortSignal {
    const controller = new AbortController();
    let turns = 0;
    const count = (): void => {
      if (++turns === 5) controller.abort();
      else setImmediate(count);
    };
    setImmediate(count);
    return controller.signal;
  }

  it.each([
    ["by time", { quantumMs: 2 }],
    ["by fuel", { quantumMs: 1e9, quantumFuel: 10 }],
  ])("turns while a guest runs, %s", async (_, quantum) => {
    const instance = instantiate(SPIN);
    await expect(instance.callAsync("spin", [], { ...quantum, signal: fifthTurn() })).rejects.toMatchObject({
      reason: "signal",
    });
  });

  it("turns although all that the guest waits for is there already", async () => {
    const instance = instantiate(
      `(module (import "env" "ready" (func $ready)) (func (export "f") (loop call $ready br 0)))`,
      (linker) => linker.func("env", "ready", { params: [], results: [] }, () => Promise.resolve()),
    );
    for (const quantumMs of [2, 1e9]) {
      await expect(instance.callAsync("f", [], { quantumMs, signal: fifthTurn() })).rejects.toMatchObject({
        reason: "signal",
      });
    }
  });
});
