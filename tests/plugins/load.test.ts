// Very many calls: none is lost, none gets another's answer, and nothing grows.

import { expect, it } from "vitest";
import { type PluginError, PluginPool, type PoolOptions } from "wasmeter/plugin";
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

const BOUNDS: PoolOptions = { memoryBytes: 1_000_000, fuel: 1_000_000, timeoutMs: 60_000, queue: 2000 };

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

it("timers and handles are let go", async () => {
  const pool = new PluginPool(HOSTILE, { ...BOUNDS, hostFunctions, size: 4 });
  await pool.call("transform", "x");
  const before = process.getActiveResourcesInfo().length;
  for (let k = 0; k < 500; k++) {
    await pool.call(k % 10 === 0 ? "loops" : "transform", "x").catch(() => undefined);
    const waiting = ["transform", "slow", "slow", "slow", "slow", "transform"];
    if (k % 50 === 0) await Promise.all(waiting.map((name) => pool.call(name, "x")));
  }
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  await pool.close();
});
