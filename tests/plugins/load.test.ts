// Very many calls: none is lost, none gets another's answer, and nothing grows.

import { getEventListeners, setMaxListeners } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import v8 from "node:v8";
import vm from "node:vm";
import { expect, it } from "vitest";
import {
  Plugin,
  type PluginCallOptions,
  type PluginError,
  type PluginOptions,
  PluginPool,
  type PoolOptions,
} from "wasmeter/plugin";
import { wat } from "../wat.ts";
import { HOSTILE, WORKER_MODULE } from "./hostile.ts";
import { hostFunctions } from "./worker-module.mjs";

/** A generator of numbers, so that a failure can be repeated. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const ALONE: PluginOptions = { memoryBytes: 1_000_000, fuel: 1_000_000, timeoutMs: 60_000 };
const BOUNDS: PoolOptions = { ...ALONE, queue: 2000 };

/** What each function ends with, unless it is killed. */
const ENDS: Readonly<Record<string, string>> = {
  transform: "ok",
  slow: "ok",
  loops: "out-of-fuel",
  traps: "trap",
  wild: "guest-error",
  throws: "host-error",
};

it.each([
  ["in this thread", { ...BOUNDS, hostFunctions, size: 50 }],
  ["in threads", { ...BOUNDS, workers: 2, size: 25, workerModule: WORKER_MODULE }],
] satisfies [string, PoolOptions][])("1,000 calls at once %s, with random kills", async (_, options) => {
  const pool = new PluginPool(HOSTILE, options);
  const random = generator(14);
  const names = Object.keys(ENDS);
  const outcomes = await Promise.all(
    Array.from({ length: 1000 }, async (_, k) => {
      const name = names[Math.floor(random() * names.length)] ?? "transform";
      const input = name === "slow" ? "x".repeat(1 + (k % 20)) : `call ${k} `.repeat(1 + (k % 50));
      const abort = new AbortController();
      const isKilled = random() < 0.3;
      if (isKilled) setTimeout(() => abort.abort(), random() * 300);
      const outcome = await pool.call(name, input, { signal: abort.signal }).then(
        ({ text }) => (text === input ? "ok" : "the answer of another"),
        ({ kind }: PluginError) => kind,
      );
      return { name, outcome, isKilled };
    }),
  );
  expect(outcomes).toHaveLength(1000);
  for (const { name, outcome, isKilled } of outcomes) {
    expect(isKilled ? ["cancelled", ENDS[name]] : [ENDS[name]]).toContain(outcome);
  }
  expect(outcomes.filter(({ outcome }) => outcome === "cancelled").length).toBeGreaterThan(20);
  expect([pool.running, pool.queued]).toEqual([0, 0]);
  expect((await pool.call("transform", "at last")).text).toBe("at last");
  await pool.close();
});

it("threads that die take no call along but the ones that kill them", async () => {
  const pool = new PluginPool(HOSTILE, { ...BOUNDS, workers: 2, size: 10, workerModule: WORKER_MODULE });
  const kinds = await Promise.all(
    Array.from({ length: 60 }, (_, k) =>
      pool.call(k % 20 === 7 ? "kills" : "slow", "x".repeat(10 + k)).then(
        ({ output }) => output.length,
        ({ kind }: PluginError) => kind,
      ),
    ),
  );
  expect(kinds).toEqual(kinds.map((_, k) => (k % 20 === 7 ? "host-error" : 10 + k)));
  await pool.close();
});

it("calls that wait for a thread end in time and at their signal, whoever they wait for", async () => {
  const pool = new PluginPool(HOSTILE, { ...BOUNDS, workers: 1, size: 10, workerModule: WORKER_MODULE });
  const kind = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => "ok",
      (error: PluginError) => error.kind,
    );
  const [first, last] = [new AbortController(), new AbortController()];
  // When the thread has died, the first call has the next one for itself, and the others wait.
  const endless = kind(pool.call("waits", "", { signal: first.signal }));
  const killer = kind(pool.call("kills", ""));
  const late = kind(pool.call("waits", "", { timeoutMs: 1500 }));
  const cancelled = kind(pool.call("waits", "", { signal: last.signal }));
  expect(await late).toBe("timeout");
  last.abort();
  expect(await cancelled).toBe("cancelled");
  expect(pool.running).toBe(2);
  first.abort();
  expect([await endless, await killer]).toEqual(["cancelled", "host-error"]);
  expect(await kind(pool.call("transform", "x"))).toBe("ok");
  await pool.close();
});

it("1,000 tenants hardly notice one that never ends, nor one that tries so many times at once", async () => {
  const WORK = wat(`(module (memory (export "memory") 1)
    (func (export "alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "endless") (param i32 i32) (result i32) (loop (br 0)) (i32.const 0))
    (func (export "work") (param i32 i32) (result i32) (local $n i32)
      (loop (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 500))))
      (i32.const 16)))`);
  // Counted in fuel that anybody has used from the start to a call's end: the clock of a machine that does nothing else.
  const p99 = async (hostile: number): Promise<number> => {
    const pool = new PluginPool(WORK, { size: 16, tenantSize: 2, queue: 4000, timeoutMs: 300_000 });
    const bad = pool.tenant("bad");
    const ends = Array.from({ length: hostile }, () => pool.call("endless", "", { tenant: "bad" }));
    let others = 0;
    const clock = async (k: number): Promise<number> => {
      const began = others + Number(bad.fuelConsumed);
      const { fuelConsumed } = await pool.call("work", "", { tenant: String(k) });
      others += Number(fuelConsumed);
      return others + Number(bad.fuelConsumed) - began;
    };
    const latencies = await Promise.all(Array.from({ length: 1000 }, (_, k) => clock(k)));
    if (hostile > 0) expect(bad.fuelConsumed).toBeGreaterThan(0n);
    const closed = pool.close();
    expect((await Promise.allSettled(ends)).every(({ status }) => status === "rejected")).toBe(true);
    await closed;
    return latencies.sort((a, b) => a - b)[989] ?? 0;
  };
  const alone = await p99(0);
  expect(alone).toBeGreaterThan(990 * 500);
  expect(await p99(1)).toBeLessThan(1.5 * alone);
  expect(await p99(100)).toBeLessThan(1.5 * alone);
});

/** Collects garbage, without a flag of the process. */
function collect(): void {
  v8.setFlagsFromString("--expose-gc");
  (vm.runInNewContext("gc") as () => void)();
}

it.each([
  ["a plugin", () => new Plugin(HOSTILE, { ...ALONE, hostFunctions })],
  ["a plugin, fresh", () => new Plugin(HOSTILE, { ...ALONE, hostFunctions, state: "fresh" })],
  ["a pool", () => new PluginPool(HOSTILE, { ...BOUNDS, hostFunctions, size: 4 })],
  ["threads", () => new PluginPool(HOSTILE, { ...BOUNDS, workers: 1, size: 4, workerModule: WORKER_MODULE })],
])(
  "%s keeps nothing of the calls that it has answered: no input, context, result, timer, listener",
  async (_, make) => {
    const pool = make();
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const refs: WeakRef<object>[] = [];
    const call = async (name: string, options?: PluginCallOptions): Promise<void> => {
      const [input, context] = [new Uint8Array(10), {}];
      refs.push(new WeakRef(input), new WeakRef(context));
      const outcome: object = await pool.call(name, input, { signal, context, ...options }).then(
        (result) => result,
        (error: object) => error,
      );
      refs.push(new WeakRef(outcome));
    };
    /** Each kind of end once, and calls that wait behind others, and leave while they wait. */
    const round = async (): Promise<void> => {
      const abort = new AbortController();
      const names = ["transform", "traps", "wild", "loops", "throws", "missing", "slow"];
      const calls = [...names, "slow", "slow", "slow"].map((name) => call(name));
      calls.push(call("transform", { timeoutMs: 0 }), call("waits", { timeoutMs: 5 }));
      calls.push(call("waits", { signal: abort.signal }), call("transform", { signal: abort.signal }));
      setImmediate(() => abort.abort());
      await Promise.all(calls);
    };
    await round();
    const [handles, descriptors] = [process.getActiveResourcesInfo().length, countDescriptors()];
    for (let k = 0; k < 9; k++) await round();
    await pool.call("transform", "x");
    await new Promise((resolve) => setTimeout(resolve, 20));
    collect();
    expect(refs).toHaveLength(10 * 14 * 3);
    // The last ones may still be held by the engine's own registers and caches.
    expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(14 * 3);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles);
    expect(countDescriptors()).toBeLessThanOrEqual(descriptors);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    await pool.close();
  },
);

/** Open files of this process, where the system tells. */
function countDescriptors(): number {
  return existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0;
}
