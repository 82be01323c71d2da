// Raw host functions: they work on registers, and what they ask for (guest calls, promises, fuel) is done by the run that
// called them. So a run stops and goes on anywhere below them, and nothing tells how often it has.

import { describe, expect, it } from "vitest";
import {
  Engine,
  type Execution,
  type Func,
  type Instance,
  type Limits,
  Linker,
  Module,
  Store,
  Trap,
} from "wasmeter";
import {
  functionOf,
  type HostFrame,
  type HostMachine,
  type HostRequest,
  PendingResult,
  type RawHostFunction,
  rawFunction,
  startFunction,
} from "#testing";
import { wat } from "./wat.ts";

/** Three instances that call each other through the host only. */
const OUTER = wat(`(module
  (type $t (func (param i32 i64) (result i64)))
  (import "host" "cross" (func $cross (type $t)))
  (table funcref (elem $cross))
  (memory (export "memory") 1)
  (func (export "call") (param i32 i64) (result i64)
    (i64.add (i64.const 1) (call $cross (local.get 0) (local.get 1))))
  (func (export "call_indirect") (param i32 i64) (result i64)
    (i64.add (i64.const 1) (call_indirect (type $t) (local.get 0) (local.get 1) (i32.const 0))))
  (func $tail (param i32 i64) (result i64) (return_call $cross (local.get 0) (local.get 1)))
  (func (export "return_call") (param i32 i64) (result i64)
    (i64.add (i64.const 1) (call $tail (local.get 0) (local.get 1))))
  (func (export "catch") (param i32 i64) (result i64)
    (block $caught
      (return (try_table (result i64) (catch_all $caught) (call $cross (local.get 0) (local.get 1)))))
    (i64.const -1)))`);

const INNER = wat(`(module
  (import "host" "again" (func $again (param i32 i64) (result i64)))
  (tag $t)
  (memory (export "memory") 1)
  (func (export "alloc") (param i32) (result i32)
    (i32.store (i32.const 4) (local.get 0))
    (i32.add (local.get 0) (i32.const 8)))
  (func $step (export "step") (param i32 i64) (result i64) (local i32)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (if (i32.eq (local.get 0) (i32.const -1)) (then (throw $t)))
    (if (i32.eq (local.get 0) (i32.const -2)) (then unreachable))
    (local.set 2 (i32.const 5))
    (loop $l
      (local.set 1 (i64.add (i64.mul (local.get 1) (i64.const 31)) (i64.extend_i32_u (local.get 2))))
      (br_if $l (local.tee 2 (i32.sub (local.get 2) (i32.const 1)))))
    (return_call $again (i32.sub (local.get 0) (i32.const 1)) (local.get 1))))`);

const TYPE = { params: ["i32", "i64"], results: ["i64"] } as const;
const WORDS = 4;

interface World {
  readonly store: Store;
  readonly outer: Instance;
  /** The host's own way in. */
  readonly root: Func;
  /** What the frames were told, in order. */
  readonly log: string[];
}

/** Allocates by a guest call, waits if `isAsync`, pays, calls the guest with what it was given, and gives back its result. */
class Crossing implements HostFrame {
  request: HostRequest;
  readonly #words: readonly number[];
  readonly #world: { readonly log: string[]; readonly isAsync: boolean };
  readonly #step: () => HostRequest;
  #stage = 0;

  constructor(
    machine: HostMachine,
    base: number,
    alloc: HostRequest,
    step: () => HostRequest,
    world: { readonly log: string[]; readonly isAsync: boolean },
  ) {
    this.#words = [...machine.R.subarray(base, base + WORDS)];
    this.request = alloc;
    machine.R[base + WORDS] = this.#words[0] as number;
    this.#step = step;
    this.#world = world;
  }

  resume(machine: HostMachine, base: number): boolean {
    const { R } = machine;
    if (this.#stage === 0) {
      expect(R[base + WORDS]).toBe((this.#words[0] as number) + 8);
      this.#stage = 1;
      if (this.#world.isAsync) {
        this.request = new PendingResult(Promise.resolve());
        return false;
      }
    }
    if (this.#stage === 1) {
      if (!machine.store.fuel.tryCharge(7n)) {
        this.request = "fuel";
        return false;
      }
      this.#stage = 2;
      R.set(this.#words, base + WORDS);
      this.request = this.#step();
      return false;
    }
    R[base] = R[base + WORDS] as number;
    R[base + 1] = R[base + WORDS + 1] as number;
    return true;
  }

  unwind(error: unknown): void {
    this.#world.log.push(`unwound ${this.#words[0]}: ${(error as Error).name}`);
  }
}

function makeWorld(engine: Engine, isAsync = false, fuel?: number, limits: Partial<Limits> = {}): World {
  const store = new Store(engine, { fuel, limits });
  const log: string[] = [];
  let inner: Instance | undefined;
  const item = (name: string) => functionOf(store, inner?.exports[name] as Func);
  const cross: RawHostFunction = {
    words: WORDS,
    begin: (machine, base) => {
      // One depth is answered at once.
      const depth = machine.R[base] as number;
      if (depth === 3) {
        machine.R[base] = depth * 1000;
        machine.R[base + 1] = 0;
        return undefined;
      }
      return new Crossing(machine, base, item("alloc"), () => item("step"), { log, isAsync });
    },
  };
  const again = rawFunction(store, TYPE, cross, "again");
  inner = new Linker(engine).define("host", "again", again).instantiate(store, new Module(engine, INNER));
  const outer = new Linker(engine)
    .define("host", "cross", rawFunction(store, TYPE, cross, "cross"))
    .instantiate(store, new Module(engine, OUTER));
  const root = rawFunction(store, TYPE, cross, "the way in", inner);
  return { store, outer, root, log };
}

interface Outcome {
  readonly result: unknown;
  readonly fuel: bigint;
}

async function runInSlices(store: Store, execution: Execution, slice: number): Promise<Outcome> {
  let stops = 0;
  let fuel = 0;
  for (;;) {
    fuel += slice;
    const before = execution.fuelConsumed;
    const state = execution.resume({ fuel });
    fuel -= Number(execution.fuelConsumed - before);
    if (state === "done") break;
    if (state === "trapped") throw execution.trap;
    if (state === "awaiting-host") await execution.settled();
    else stops++;
  }
  expect(stops).toBeGreaterThan(slice === 1 ? 10 : -1);
  return { result: execution.result, fuel: store.fuelConsumed };
}

describe.each([
  ["fast", "instructions"],
  ["exact", "instructions"],
  ["fast", "bounded"],
] as const)("raw host functions (%s, %s)", (lowering, costModel) => {
  const engine = new Engine({ lowering, costModel });

  it.each(["call", "call_indirect", "return_call"])(
    "do the same in one go and in slices, by %s",
    async (way) => {
      for (const depth of [0, 1, 2, 3, 8]) {
        const args = [depth, 0x1_2345_6789n];
        const whole = makeWorld(engine);
        const result = whole.outer.call(way, args);
        const expected = { result, fuel: whole.store.fuelConsumed };
        for (const isAsync of [false, true]) {
          for (let slice = 1; slice < 40; slice += 3) {
            const world = makeWorld(engine, isAsync);
            const execution = world.outer.start(way, args);
            if (depth === 3) continue;
            expect(await runInSlices(world.store, execution, slice)).toEqual(expected);
          }
        }
      }
    },
  );

  it("can be called by the host, and stop there too", async () => {
    const whole = makeWorld(engine);
    const result = whole.root(6, 5n);
    const expected = { result, fuel: whole.store.fuelConsumed };
    for (let slice = 1; slice < 40; slice += 3) {
      const world = makeWorld(engine, slice % 2 === 0);
      const execution = startFunction(world.store, world.root, [6, 5n]);
      expect(await runInSlices(world.store, execution, slice)).toEqual(expected);
    }
  });

  it("stop for fuel that does not cover what they charge", () => {
    const { store, outer } = makeWorld(engine);
    const execution = outer.start("call", [1, 1n]);
    for (let k = 0; k < 60; k++) execution.resume({ fuel: 1 });
    expect(execution.state).toBe("out-of-fuel");
    // Six of the seven units are left over, however often it is tried.
    expect(execution.resume({ fuel: 6 })).toBe("out-of-fuel");
    const consumed = execution.fuelConsumed;
    expect(execution.resume({ fuel: 6 })).toBe("out-of-fuel");
    expect(execution.fuelConsumed).toBe(consumed);
    expect(execution.resume({ fuel: 1000 })).toBe("done");
    const other = makeWorld(engine);
    other.outer.call("call", [1, 1n]);
    expect(store.fuelConsumed).toBe(other.store.fuelConsumed);
  });

  it("end where a run cannot stop", () => {
    const { store, outer, log } = makeWorld(engine, false, 40);
    expect(() => outer.call("call", [1, 1n])).toThrow("out of fuel");
    expect(log).toEqual(["unwound 1: OutOfFuelError"]);
    expect(store.fuelRemaining).toBeGreaterThanOrEqual(0n);
    const waiting = makeWorld(engine, true);
    expect(() => waiting.outer.call("call", [1, 1n])).toThrow("cross would have to wait");
    expect(waiting.log).toEqual(["unwound 1: WouldBlockError"]);
  });

  it("stand in backtraces, and are told when the run ends below them", () => {
    const { outer, log } = makeWorld(engine);
    const caught = (() => {
      try {
        return outer.call("call", [-2, 0n]);
      } catch (error) {
        return error;
      }
    })();
    expect(caught).toBeInstanceOf(Trap);
    const { backtrace } = caught as Trap;
    expect(backtrace.map(({ functionName, offset }) => [functionName, offset === undefined])).toEqual([
      ["step", false],
      ["cross", true],
      ["call", false],
    ]);
    expect(log).toEqual(["unwound -2: Trap"]);
  });

  it("let no exception pass", () => {
    const { outer, log } = makeWorld(engine);
    expect(() => outer.call("catch", [-1, 0n])).toThrow();
    expect(log).toHaveLength(1);
  });

  it("are told of a cancelled run, innermost first", async () => {
    const { outer, log } = makeWorld(engine, true);
    const execution = outer.start("call", [8, 1n]);
    for (let waits = 0; waits < 3; waits++) {
      expect(execution.resume()).toBe("awaiting-host");
      await execution.settled();
    }
    expect(execution.backtrace().map(({ functionName }) => functionName)).toEqual([
      "again",
      "again",
      "cross",
      "call",
    ]);
    expect(execution.currentInstruction()).toBeUndefined();
    execution.cancel();
    expect(log.map((line) => line.slice(0, 9))).toEqual(["unwound 6", "unwound 7", "unwound 8"]);
    expect(outer.call("call", [3, 3n])).toBe(3001n);
  });

  it("are bounded by the depth of frames", () => {
    const { outer, log } = makeWorld(engine, false, undefined, { callDepth: 1000 });
    expect(outer.call("call", [350, 0n])).toBeTypeOf("bigint");
    expect(() => outer.call("call", [1100, 0n])).toThrow("call stack exhausted");
    expect(log.length).toBeGreaterThan(300);
  });
});
