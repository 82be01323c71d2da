// The fair scheduler, and very many executions at once.

import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { Engine, type Execution, type Instance, Linker, Module, Scheduler, Store } from "../index.ts";

const engine = new Engine();

/** Counts to `n`, asking the host after each step; 9 units of fuel and one call a turn. */
const STEPS = new Module(
  engine,
  wat(`(module (import "env" "step" (func $step (param i32)))
    (func (export "f") (param i32) (result i32) (local i32)
      (loop
        (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (call $step (local.get 1))
        (br_if 0 (i32.lt_u (local.get 1) (local.get 0))))
      (local.get 1))
    (func (export "spin") (loop br 0))
    (func (export "trap") unreachable)
    (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 1) (local.get 0)))
    (memory 1))`),
);

function instantiate(store: Store, step: (n: number) => unknown = () => undefined): Instance {
  return new Linker(engine)
    .func("env", "step", { params: ["i32"], results: [] }, (_, n: number) => step(n))
    .instantiate(store, STEPS);
}

/** Guests that write down whose turn it was. */
function guests(count: number, turns: number): { order: number[]; executions: Execution[] } {
  const store = new Store(engine);
  const order: number[] = [];
  const executions = Array.from({ length: count }, (_, k) =>
    instantiate(store, () => {
      order.push(k);
    }).start("f", [turns]),
  );
  return { order, executions };
}

/** How often each number occurs. */
function counts(order: readonly number[]): number[] {
  const result: number[] = [];
  for (const k of order) result[k] = (result[k] ?? 0) + 1;
  return result;
}

describe("the scheduler", () => {
  it("runs executions in turn, and gives their results", async () => {
    const { order, executions } = guests(5, 40);
    const scheduler = new Scheduler({ quantum: 100 });
    const results = executions.map((execution) => scheduler.run(execution));
    expect(scheduler.size).toBe(5);
    expect(order, "not at once").toEqual([]);
    expect(await Promise.all(results)).toEqual([40, 40, 40, 40, 40]);
    expect(scheduler.size).toBe(0);
    // At any time nobody is ahead of another by more than a quantum, which is 10 steps.
    for (let at = 1; at <= order.length; at++) {
      const steps = counts(order.slice(0, at));
      if (steps.length === 5) expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(11);
    }
    expect(new Set(order.slice(0, 60)).size).toBe(5);
  });

  it("lets those that come for little pass as often as a turn counts less than a quantum", async () => {
    /** How many that come one after another, for 9 units each, end before one that needs 20 quanta. */
    const passing = async (leastTurn: number): Promise<number> => {
      const scheduler = new Scheduler({ quantum: 1_000, leastTurn });
      const store = new Store(engine);
      const long = { isOver: false };
      const done = scheduler.run(instantiate(store).start("f", [2_000])).then(() => {
        long.isOver = true;
      });
      let passed = 0;
      for (; !long.isOver; passed++) await scheduler.run(instantiate(store).start("f", [1]));
      await done;
      return passed;
    };
    const [byFuel, byTurn] = [await passing(0), await passing(1_000)];
    expect(byTurn).toBeLessThanOrEqual(60);
    expect(byFuel).toBeGreaterThan(5 * byTurn);
  });

  it("shares by weight", async () => {
    const { order, executions } = guests(3, 600);
    const scheduler = new Scheduler({ quantum: 50 });
    await Promise.all(
      executions.map((execution, k) => scheduler.run(execution, { weight: [1, 2, 3][k] as number })),
    );
    const [one, two, three] = counts(order.slice(0, 600)) as [number, number, number];
    expect(two / one).toBeCloseTo(2, 0);
    expect(three / one).toBeCloseTo(3, 0);
  });

  it("saves up for an instruction that costs more than a quantum", async () => {
    const bounded = new Engine({ costModel: "bounded" });
    const instance = new Linker(bounded).instantiate(
      new Store(bounded),
      new Module(
        bounded,
        wat(
          `(module (memory 1) (func (export "f") (memory.fill (i32.const 0) (i32.const 1) (i32.const 5000))))`,
        ),
      ),
    );
    await new Scheduler({ quantum: 100 }).run(instance.start("f"));
    expect(instance.store.fuelConsumed).toBeGreaterThan(5000n);
  });

  it("hands on what ends a guest, and goes on with the others", async () => {
    const store = new Store(engine);
    const scheduler = new Scheduler({ quantum: 1000 });
    const problem = new Error("mine");
    const cancelled = instantiate(store).start("spin");
    const outcomes = Promise.allSettled([
      scheduler.run(instantiate(store).start("trap")),
      scheduler.run(
        instantiate(store, () => {
          throw problem;
        }).start("f", [3]),
      ),
      scheduler.run(instantiate(store).start("spin"), { fuel: 5555 }),
      scheduler.run(cancelled),
      scheduler.run(instantiate(store, () => Promise.resolve()).start("f", [100])),
    ]);
    setTimeout(() => cancelled.cancel(), 20);
    expect(await outcomes).toMatchObject([
      { reason: { name: "Trap", code: "unreachable" } },
      { reason: problem },
      {
        reason: {
          name: "OutOfFuelError",
          scope: "call",
          resumable: true,
          backtrace: [{ functionName: "spin" }],
        },
      },
      { reason: { name: "InterruptedError", reason: "cancelled" } },
      { value: 100 },
    ]);
  });

  it("leaves an execution where the store's fuel ran out", async () => {
    const store = new Store(engine, { fuel: 500 });
    const execution = instantiate(store).start("f", [100]);
    const scheduler = new Scheduler({ quantum: 70 });
    await expect(scheduler.run(execution)).rejects.toMatchObject({ scope: "store", resumable: true });
    expect(store.fuelConsumed).toBe(500n);
    store.addFuel(10_000);
    expect(await scheduler.run(execution)).toBe(100);
  });

  it("stops what runs when the interrupt handle is used, also between two turns", async () => {
    const store = new Store(engine);
    const executions = [instantiate(store).start("spin"), instantiate(store).start("spin")];
    const scheduler = new Scheduler({ quantum: 1000 });
    const outcomes = Promise.allSettled(executions.map((execution) => scheduler.run(execution)));
    setTimeout(() => engine.interruptHandle().interrupt(), 10);
    expect(await outcomes).toMatchObject([
      { reason: { name: "InterruptedError", reason: "handle" } },
      { reason: { name: "InterruptedError", reason: "handle" } },
    ]);
  });

  it("lets the event loop turn", async () => {
    const scheduler = new Scheduler({ quantum: 1000, quantumMs: 2 });
    const execution = instantiate(new Store(engine)).start("spin");
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 5) execution.cancel();
    }, 1);
    await expect(scheduler.run(execution)).rejects.toMatchObject({ reason: "cancelled" });
    clearInterval(timer);
  });

  it("checks its options", () => {
    expect(() => new Scheduler({ quantum: 0 })).toThrow(RangeError);
    expect(() => new Scheduler({ quantum: -1 })).toThrow(RangeError);
    expect(() => new Scheduler({ quantumMs: 0 })).toThrow(RangeError);
    const execution = instantiate(new Store(engine)).start("f", [1]);
    expect(() => new Scheduler().run(execution, { weight: 0 })).toThrow(RangeError);
    expect(() => new Scheduler().run(execution, { weight: 1.5 })).toThrow(RangeError);
    expect(() => new Scheduler().run(execution, { fuel: -1 })).toThrow(RangeError);
  });
});

describe("10,000 parked executions of as many instances", () => {
  const PARKED = 10_000;
  const module = new Module(
    engine,
    wat(`(module (import "env" "wait" (func $wait (param i32) (result i32)))
      (func $deep (param i32 i32) (result i32)
        (if (result i32) (local.get 1)
          (then (i32.add (i32.const 1) (call $deep (local.get 0) (i32.sub (local.get 1) (i32.const 1)))))
          (else (call $wait (local.get 0)))))
      (func (export "f") (param i32) (result i32) (call $deep (local.get 0) (i32.const 8))))`),
  );

  it("wait and then all finish", async () => {
    const answers: (() => void)[] = [];
    const store = new Store(engine);
    const linker = new Linker(engine).func(
      "env",
      "wait",
      { params: ["i32"], results: ["i32"] },
      (_, x: number) => new Promise((resolve) => answers.push(() => resolve(x * 2))),
    );
    const scheduler = new Scheduler();
    const results = Array.from({ length: PARKED }, (_, k) =>
      scheduler.run(linker.instantiate(store, module).start("f", [k])),
    );
    while (answers.length < PARKED) await new Promise((resolve) => setImmediate(resolve));
    expect(scheduler.size).toBe(PARKED);
    for (const answer of answers.reverse()) answer();
    expect(await Promise.all(results)).toEqual(Array.from({ length: PARKED }, (_, k) => k * 2 + 8));
    expect(scheduler.size).toBe(0);
  });
});

describe("tenants", () => {
  const SECOND = 1000;
  const spin = (store = new Store(engine)): Execution => instantiate(store).start("spin");

  it("have one share each, however many executions they start", async () => {
    const scheduler = new Scheduler({ quantum: 1000 });
    const [few, many] = [scheduler.tenant("few"), scheduler.tenant("many", { weight: 2 })];
    const executions = Array.from({ length: 11 }, () => spin());
    const outcomes = Promise.allSettled(
      executions.map((each, k) => scheduler.run(each, { tenant: k === 0 ? few : many, fuel: 3_000_000 })),
    );
    while (few.fuelConsumed < 100_000n) await new Promise((resolve) => setImmediate(resolve));
    const [a, b] = [few.fuelConsumed, many.fuelConsumed];
    for (const execution of executions) execution.cancel();
    await outcomes;
    expect(Number(b) / Number(a)).toBeCloseTo(2, 0);
    expect(few.metrics).toMatchObject({ active: 0, finished: 1, failed: 1, throttled: 0 });
    expect(many.metrics).toMatchObject({ active: 0, finished: 10, failed: 10 });
    expect(scheduler.size).toBe(0);
  });

  it("are held to their rate, also by instructions that cost more than all they may save", async () => {
    const scheduler = new Scheduler({ quantum: 1000 });
    const tenant = scheduler.tenant("slow", { fuelPerSecond: 100_000, burst: 2000 });
    const before = performance.now();
    expect(await scheduler.run(instantiate(new Store(engine)).start("f", [1500]), { tenant })).toBe(1500);
    // 13,500 units, of which 2,000 were there.
    const rate = (Number(tenant.fuelConsumed) - 2000) / ((performance.now() - before) / SECOND);
    expect(rate).toBeLessThan(105_000 + 1000 / 0.1);
    expect(tenant.metrics.throttled).toBeGreaterThan(5);
    const bounded = new Engine({ costModel: "bounded" });
    const module = new Module(
      bounded,
      wat(
        `(module (memory 1) (func (export "f") (memory.fill (i32.const 0) (i32.const 1) (i32.const 5000))))`,
      ),
    );
    const dear = new Linker(bounded).instantiate(new Store(bounded), module).start("f");
    await scheduler.run(dear, { tenant });
    expect(dear.fuelConsumed).toBeGreaterThan(5000n);
  });

  it("end in time and at a signal, running, waiting for the host, or for their rate", async () => {
    const scheduler = new Scheduler({ quantum: 1000 });
    const slow = scheduler.tenant("slow", { fuelPerSecond: 1000, burst: 1 });
    const never = () => new Promise(() => undefined);
    const waiting = () => instantiate(new Store(engine), never).start("f", [1]);
    const abort = new AbortController();
    const all = [
      ...[spin(), waiting()].map((each) => scheduler.run(each, { timeoutMs: 20 })),
      ...[spin(), waiting(), spin()].map((each) => scheduler.run(each, { timeoutMs: 20, tenant: slow })),
      ...[spin(), waiting()].map((each) => scheduler.run(each, { signal: abort.signal })),
      ...[spin(), waiting(), spin()].map((each) =>
        scheduler.run(each, { signal: abort.signal, tenant: slow }),
      ),
    ];
    setTimeout(() => abort.abort(), 30);
    const outcomes = await Promise.allSettled(all);
    const reasons = outcomes.map((each) => (each.status === "rejected" ? each.reason.reason : each.value));
    expect(reasons).toEqual([...Array(5).fill("timeout"), ...Array(5).fill("signal")]);
    expect(scheduler.size).toBe(0);
    expect(slow.metrics).toMatchObject({ active: 0, finished: 6, failed: 6 });
    // Also one whose time is over at once leaves nothing at the signal.
    const { signal } = new AbortController();
    const late = scheduler.run(spin(), { timeoutMs: 0, signal, tenant: slow });
    await expect(late).rejects.toMatchObject({ reason: "timeout" });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("are found by name, and forgotten when they are idle", async () => {
    const scheduler = new Scheduler();
    const tenant = scheduler.tenant("a", { weight: 3 });
    expect(scheduler.tenant("a")).toBe(tenant);
    expect(() => scheduler.tenant("a", { weight: 2 })).toThrow("there is a tenant");
    expect(() => scheduler.tenant("b", { weight: 0 })).toThrow(RangeError);
    expect(() => scheduler.tenant("b", { fuelPerSecond: 0 })).toThrow(RangeError);
    expect(() => new Scheduler().run(spin(), { tenant })).toThrow("none of this scheduler's");
    expect(() => scheduler.run(spin(), { tenant, weight: 2 })).toThrow("weight of its own");
    const run = scheduler.run(instantiate(new Store(engine)).start("f", [5]), { tenant });
    expect(scheduler.removeTenant("a")).toBe(false);
    await run;
    expect(tenant.metrics.queueMs.max).toBeGreaterThan(0);
    expect(tenant.metrics.totalMs.p99).toBeGreaterThanOrEqual(tenant.metrics.queueMs.p50);
    expect(scheduler.removeTenant("a")).toBe(true);
    expect(scheduler.tenants).toEqual([]);
  });

  it("1,000 of them do not notice that one never ends", async () => {
    // Counted in fuel that anybody has used from the start to one's end: the clock of a machine that does nothing else.
    const latencies = async (isSpoiled: boolean): Promise<number> => {
      const store = new Store(engine);
      const scheduler = new Scheduler({ quantum: 2000 });
      const endless = instantiate(store).start("spin");
      const spoiled = isSpoiled ? [scheduler.run(endless, { tenant: scheduler.tenant("endless") })] : [];
      const others = Array.from({ length: 999 }, (_, k) => {
        const tenant = scheduler.tenant(String(k));
        const run = scheduler.run(instantiate(store).start("f", [500]), { tenant });
        return run.then(() => Number(store.fuelConsumed));
      });
      const ends = await Promise.all(others);
      endless.cancel();
      await Promise.allSettled(spoiled);
      return ends.sort((a, b) => a - b)[Math.floor(0.99 * ends.length)] ?? 0;
    };
    const [alone, beside] = [await latencies(false), await latencies(true)];
    expect(alone).toBeGreaterThan(999 * 500);
    expect(beside).toBeLessThan(1.1 * alone);
  });
});
