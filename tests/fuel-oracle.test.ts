// Fuel against two counts made without the engine: by hand, and by an instrumented copy on Node's own WebAssembly.

import { describe, expect, it } from "vitest";
import { Engine, type Instance, Linker, Module, OutOfFuelError, Store, Trap } from "wasmeter";
import { setTier } from "#testing";
import { runCounted } from "../fuzz/oracle/native.ts";
import { PROGRAMS, type ProgramRun } from "../fuzz/oracle/programs.ts";
import { wat } from "./wat.ts";

const engine = new Engine();

interface Attempt {
  readonly store: Store;
  /** Result of the call; `undefined` when it threw. */
  readonly result: unknown;
  readonly error: unknown;
}

/** Instantiates and calls `f`, in a store with so much fuel. */
function attempt(module: Module, args: ProgramRun["args"], fuel?: number): Attempt {
  const { engine } = module;
  const store = fuel === undefined ? new Store(engine) : new Store(engine, { fuel });
  try {
    const result: unknown = new Linker(engine).instantiate(store, module).call("f", args);
    return { store, result, error: undefined };
  } catch (error) {
    return { store, result: undefined, error };
  }
}

function expectEnd({ result, error }: Attempt, run: ProgramRun): void {
  if (run.trap === undefined) {
    expect(error).toBeUndefined();
    expect(result).toEqual(run.result);
  } else {
    expect(error).toBeInstanceOf(Trap);
    expect(error).toMatchObject({ code: run.trap, fuelConsumed: BigInt(run.cost) });
  }
}

/** By the engine's choice; every function as a closure tree; trees entered and left at random; both with fused nodes. */
const TIERS = ["hot", "always", "random", "fused", "fused-random"] as const;
const CASES = PROGRAMS.flatMap((program) => TIERS.map((tier) => ({ ...program, tier })));

describe.each(CASES)("$name, trees $tier", ({ text, runs, tier }) => {
  const bytes = wat(text);
  const engine = new Engine();
  setTier(engine, tier);
  const module = new Module(engine, bytes);

  it.each(runs)("$args costs $cost", (run) => {
    const ours = attempt(module, run.args);
    expectEnd(ours, run);
    expect(ours.store.fuelConsumed).toBe(BigInt(run.cost));
    expect(ours.store.fuelRemaining).toBeUndefined();
    expect(runCounted(bytes, { name: "f", args: run.args }).fuel).toBe(ours.store.fuelConsumed);
  });

  it.each(runs)("$args ends within its cost, and with any budget below stops exactly there", (run) => {
    for (const budget of [run.cost, run.cost + 1]) {
      const enough = attempt(module, run.args, budget);
      expectEnd(enough, run);
      expect(enough.store.fuelRemaining).toBe(BigInt(budget - run.cost));
    }
    for (let budget = 0; budget < run.cost; budget++) {
      const { store, error } = attempt(module, run.args, budget);
      expect(error).toBeInstanceOf(OutOfFuelError);
      expect(error).toMatchObject({ scope: "store", resumable: false, fuelConsumed: BigInt(budget) });
      expect(store.fuelConsumed).toBe(BigInt(budget));
      expect(store.fuelRemaining).toBe(0n);
    }
  });

  it.each(runs)("$args resumes instruction by instruction", (run) => {
    const store = new Store(engine);
    const instance = new Linker(engine).instantiate(store, module);
    const steps = run.cost - (run.startCost ?? 0);
    expect(store.fuelConsumed).toBe(BigInt(run.startCost ?? 0));
    const execution = instance.start("f", run.args);
    for (let step = 1; step < steps; step++) {
      expect(execution.resume({ fuel: 1 })).toBe("out-of-fuel");
      expect(store.fuelConsumed).toBe(BigInt((run.startCost ?? 0) + step));
    }
    expectDone(execution.resume({ fuel: 1 }), execution, run);
    expect(store.fuelConsumed).toBe(BigInt(run.cost));
  });

  it.each(runs)("$args resumes wherever the store's fuel ran out", (run) => {
    const startCost = run.startCost ?? 0;
    for (let budget = startCost; budget < run.cost; budget++) {
      const store = new Store(engine, { fuel: budget });
      const execution = new Linker(engine).instantiate(store, module).start("f", run.args);
      expect(execution.resume()).toBe("out-of-fuel");
      expect(store.fuelConsumed).toBe(BigInt(budget));
      expect(execution.resume(), "nothing was added").toBe("out-of-fuel");
      expect(store.fuelConsumed).toBe(BigInt(budget));
      store.addFuel(run.cost - budget);
      expectDone(execution.resume(), execution, run);
      expect(store.fuelConsumed).toBe(BigInt(run.cost));
      expect(store.fuelRemaining).toBe(0n);
    }
  });
});

function expectDone(status: string, execution: ReturnType<Instance["start"]>, run: ProgramRun): void {
  if (run.trap === undefined) {
    expect(status).toBe("done");
    expect(execution.result).toEqual(run.result);
  } else {
    expect(status).toBe("trapped");
    expect(execution.error).toBeInstanceOf(Trap);
    expect(execution.error).toMatchObject({ code: run.trap });
  }
}

it("counts two for every turn of (loop (br 0))", () => {
  const module = new Module(engine, wat(`(module (func (export "f") (loop (br 0))))`));
  for (const budget of [1, 2, 999, 1000, 123_456]) {
    const { store, error } = attempt(module, [], budget);
    expect(error).toBeInstanceOf(OutOfFuelError);
    expect(store.fuelConsumed).toBe(BigInt(budget));
  }
});

it("counts nothing for host code, and lets it charge", () => {
  const module = new Module(engine, wat(`(module (import "env" "h" (func)) (func (export "f") call 0 nop))`));
  const linker = new Linker(engine).func("env", "h", { params: [], results: [] }, (caller) => {
    expect(caller.store.fuelConsumed).toBe(1n);
    caller.chargeFuel(100);
  });
  const store = new Store(engine, { fuel: 102 });
  linker.instantiate(store, module).call("f", []);
  expect(store.fuelConsumed).toBe(102n);

  const short = new Store(engine, { fuel: 100 });
  expect(() => linker.instantiate(short, module).call("f", [])).toThrow(OutOfFuelError);
  expect(short.fuelConsumed, "an uncovered charge takes nothing").toBe(1n);
});

it("names the budget that ran out: the call's or the store's", () => {
  const module = new Module(engine, wat(`(module (func (export "f") nop nop nop nop))`));
  const store = new Store(engine, { fuel: 6 });
  const instance = new Linker(engine).instantiate(store, module);
  const outOfFuel = (fuel: number): unknown => {
    try {
      return instance.call("f", [], { fuel });
    } catch (error) {
      return error;
    }
  };
  expect(outOfFuel(3)).toMatchObject({ name: "OutOfFuelError", scope: "call" });
  expect(store.fuelConsumed).toBe(3n);
  expect(outOfFuel(10)).toMatchObject({ name: "OutOfFuelError", scope: "store" });
  expect(store.fuelConsumed).toBe(6n);
});
