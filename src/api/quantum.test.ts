// Quanta of fuel below host functions that call the guest: nothing can pause there, so that a quantum is overdrawn.

import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { Engine, type Instance, Linker, Module, OutOfFuelError, Scheduler, Store } from "../index.ts";

const engine = new Engine();
const module = new Module(
  engine,
  wat(`(module
    (import "env" "again" (func $again (param i32) (result i32)))
    (func $count (export "count") (param i32) (result i32) (local i32)
      (loop (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (br_if 0 (i32.lt_u (local.get 1) (local.get 0))))
      (local.get 1))
    (func (export "main") (param i32) (result i32)
      (i32.add (call $again (local.get 0)) (call $count (local.get 0)))))`),
);
const NESTED = 9_000n;

function instantiate(options: { fuel?: bigint; charge?: bigint } = {}): { store: Store; instance: Instance } {
  const store = new Store(engine, { fuel: options.fuel });
  const linker = new Linker(engine).func(
    "env",
    "again",
    { params: ["i32"], results: ["i32"] },
    (caller, n) => {
      const result = caller.instance?.call("count", [n]);
      if (options.charge !== undefined) caller.chargeFuel(options.charge);
      return result;
    },
  );
  return { store, instance: linker.instantiate(store, module) };
}

describe("a quantum", () => {
  it("does not end a guest below a host function; it pauses when that has returned", () => {
    const { instance } = instantiate();
    const execution = instance.start("main", [1000]);
    expect(execution.resume({ quantum: 100 })).toBe("out-of-fuel");
    expect(execution.outOfFuelScope).toBe("quantum");
    expect(execution.fuelConsumed).toBeGreaterThan(NESTED);
    expect(execution.fuelConsumed).toBeLessThan(NESTED + 100n);
    let pauses = 0;
    while (execution.resume({ quantum: 1000 }) === "out-of-fuel") pauses++;
    expect(pauses).toBeGreaterThan(7);
    expect(execution.result).toBe(2000);
  });

  it("is overdrawn by what the host function charges", () => {
    const { instance } = instantiate({ charge: 5_000n });
    const execution = instance.start("main", [10]);
    expect(execution.resume({ quantum: 200 })).toBe("out-of-fuel");
    expect(execution.fuelConsumed).toBeGreaterThan(5_000n);
    expect(execution.resume({ quantum: 200 })).toBe("done");
  });

  it("leaves the budgets as they are", () => {
    const { instance } = instantiate();
    const capped = instance.start("main", [1000]);
    expect(capped.resume({ quantum: 100, fuel: 5_000 })).toBe("trapped");
    expect(capped.trap).toMatchObject({ name: "OutOfFuelError", scope: "call" });
    expect(capped.fuelConsumed).toBeLessThanOrEqual(5_000n);
    const poor = instantiate({ fuel: 5_000n });
    const execution = poor.instance.start("main", [1000]);
    expect(execution.resume({ quantum: 100 })).toBe("trapped");
    expect(execution.trap).toMatchObject({ name: "OutOfFuelError", scope: "store" });
    expect(poor.store.fuelConsumed).toBeLessThanOrEqual(5_000n);
  });

  it("changes nothing in what is consumed", () => {
    const { store, instance } = instantiate();
    instance.call("main", [1000]);
    const whole = store.fuelConsumed;
    const sliced = instantiate();
    const execution = sliced.instance.start("main", [1000]);
    while (execution.resume({ quantum: 7 }) === "out-of-fuel");
    expect(execution.result).toBe(2000);
    expect(sliced.store.fuelConsumed).toBe(whole);
  });

  it("lets a scheduled guest end, who goes without turns for what it has overdrawn", async () => {
    const scheduler = new Scheduler({ quantum: 100 });
    const order: string[] = [];
    const run = async (name: string, turns: number, nested: boolean) => {
      const { instance } = instantiate();
      const result = await scheduler.run(instance.start(nested ? "main" : "count", [turns]));
      order.push(name);
      return result;
    };
    const results = await Promise.all([run("nested", 1000, true), run("flat", 1500, false)]);
    expect(results).toEqual([2000, 1500]);
    // 13,500 units beside 18,000, 9,000 of which were consumed in one turn.
    expect(order).toEqual(["flat", "nested"]);
  });

  it("ends a scheduled guest at its own cap", async () => {
    const { instance } = instantiate();
    const running = new Scheduler({ quantum: 100 }).run(instance.start("main", [1000]), { fuel: 5_000 });
    await expect(running).rejects.toThrow(OutOfFuelError);
  });

  it("does not end an asynchronous call", async () => {
    const { instance } = instantiate();
    expect(await instance.callAsync("main", [1000], { quantumFuel: 100 })).toBe(2000);
    await expect(instance.callAsync("main", [1000], { quantumFuel: 100, fuel: 5_000 })).rejects.toThrow(
      OutOfFuelError,
    );
  });
});
