// What host functions cost: declared prices, charges before effects that let a run stop before the call, and refunds.

import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import {
  Engine,
  type HostFunction,
  type HostFunctionType,
  Linker,
  Module,
  OutOfFuelError,
  Scheduler,
  Store,
} from "../index.ts";

/** Every way to call the import. The first local is in a register of its own, so that fast code folds it. */
const WAYS = wat(`(module
  (type $t (func (param i32) (result i32)))
  (import "env" "host" (func $host (type $t)))
  (table (export "table") 3 3 funcref)
  (elem (i32.const 1) $host)
  (elem declare func $host)
  (func (export "call") (param i32 i32) (result i32)
    (i32.add (i32.const 1000) (call $host (local.get 0))))
  (func (export "call_indirect") (param i32 i32) (result i32)
    (i32.add (i32.const 1000) (call_indirect (type $t) (local.get 0) (local.get 1))))
  (func (export "call_ref") (param i32 i32) (result i32)
    (local (ref null $t))
    (local.set 2 (ref.func $host))
    (i32.add (i32.const 1000) (call_ref $t (local.get 0) (local.get 2))))
  (func $tail (param i32) (result i32) (return_call $host (local.get 0)))
  (func (export "return_call") (param i32 i32) (result i32)
    (i32.add (i32.const 1000) (call $tail (local.get 0)))))`);

const TYPE = { params: ["i32"], results: ["i32"] } as const;

function setUp(
  type: HostFunctionType,
  host: HostFunction,
  {
    fuel,
    lowering = "fast",
    bytes = WAYS,
  }: { fuel?: number; lowering?: "fast" | "exact"; bytes?: Uint8Array } = {},
) {
  const engine = new Engine({ lowering });
  const store = new Store(engine, { fuel });
  const linker = new Linker(engine).func("env", "host", type, host);
  return { store, instance: linker.instantiate(store, new Module(engine, bytes)) };
}

const double = (_: unknown, value: number) => value * 2;

describe.each(["fast", "exact"] as const)("a declared price (%s)", (lowering) => {
  it.each([
    ["call", 5],
    ["call_indirect", 6],
    ["call_ref", 7],
    ["return_call", 6],
  ])("is charged by %s before the function runs", (name, instructions) => {
    const { store, instance } = setUp({ ...TYPE, fuel: 50 }, double, { lowering });
    expect(instance.call(name, [7, 1])).toBe(1014);
    // The count is what it is without a price, and the price.
    const free = setUp(TYPE, double, { lowering });
    free.instance.call(name, [7, 1]);
    expect(store.fuelConsumed).toBe(free.store.fuelConsumed + 50n);
    expect(free.store.fuelConsumed).toBeLessThanOrEqual(BigInt(instructions + 1));
  });

  it.each(["call", "call_indirect", "call_ref", "return_call"])(
    "stops a run before the %s, which goes on when the fuel is there",
    (name) => {
      let calls = 0;
      const { store, instance } = setUp(
        { ...TYPE, fuel: 50n },
        (_, value: number) => {
          calls++;
          return value * 2;
        },
        { lowering, fuel: 30 },
      );
      const execution = instance.start(name, [7, 1]);
      expect(execution.resume()).toBe("out-of-fuel");
      expect(execution.currentInstruction()).toContain(name);
      const before = store.fuelConsumed;
      expect(before).toBeLessThan(10n);
      expect(execution.resume()).toBe("out-of-fuel");
      expect([calls, store.fuelConsumed]).toEqual([0, before]);
      store.addFuel(50);
      expect(execution.resume()).toBe("done");
      expect([calls, execution.result]).toEqual([1, 1014]);
    },
  );

  it("is an amount of fuel", () => {
    for (const fuel of [-1, 0.5, Number.NaN]) {
      expect(() => setUp({ ...TYPE, fuel }, double, { lowering })).toThrow(RangeError);
    }
  });
});

describe.each(["fast", "exact"] as const)("a function that charges first (%s)", (lowering) => {
  const charging = (amounts: readonly number[], seen: number[]): HostFunction => {
    return (caller, value: number) => {
      for (const amount of amounts) caller.chargeFuel(amount);
      seen.push(value);
      return value * 2;
    };
  };

  it.each(["call", "call_indirect", "call_ref"])("stops before the %s with everything given back", (name) => {
    const seen: number[] = [];
    const { store, instance } = setUp({ ...TYPE, fuel: 5, chargesFirst: true }, charging([30, 40], seen), {
      lowering,
      fuel: 60,
    });
    const execution = instance.start(name, [7, 1]);
    expect(execution.resume()).toBe("out-of-fuel");
    expect(seen).toEqual([]);
    const before = store.fuelConsumed;
    expect(before).toBeLessThan(8n);
    store.addFuel(100);
    expect(execution.resume()).toBe("done");
    expect([seen, execution.result]).toEqual([[7], 1014]);
    expect(store.fuelConsumed).toBeGreaterThanOrEqual(before + 75n);
  });

  it("unwinds a plain call as at an instruction, and a tail call", () => {
    const seen: number[] = [];
    for (const name of ["call", "return_call"]) {
      const { instance, store } = setUp({ ...TYPE, chargesFirst: true }, charging([30, 40], seen), {
        lowering,
        fuel: 60,
      });
      expect(() => instance.call(name, [7, 1])).toThrow(OutOfFuelError);
      expect(store.fuelConsumed).toBeLessThan(8n);
    }
    const { instance } = setUp({ ...TYPE, chargesFirst: true }, charging([100], seen), {
      lowering,
      fuel: 60,
    });
    const execution = instance.start("return_call", [7, 1]);
    expect(execution.resume()).toBe("trapped");
    expect(execution.trap).toBeInstanceOf(OutOfFuelError);
    expect(seen).toEqual([]);
  });

  it("ends the run where it does not say so, and the charge that was covered stays", () => {
    const { store, instance } = setUp(TYPE, charging([30, 40], []), { lowering, fuel: 60 });
    const execution = instance.start("call", [7, 1]);
    expect(execution.resume()).toBe("trapped");
    expect(store.fuelConsumed).toBeGreaterThanOrEqual(30n);
  });

  it("gets there in slices that are too small for it, as any instruction does", async () => {
    const seen: number[] = [];
    const { instance } = setUp({ ...TYPE, chargesFirst: true }, charging([1000], seen), { lowering });
    expect(await instance.callAsync("call", [7, 1], { quantumFuel: 100 })).toBe(1014);
    const scheduler = new Scheduler({ quantum: 100 });
    expect(await scheduler.run(instance.start("call", [8, 1]))).toBe(1016);
    expect(seen).toEqual([7, 8]);
  });

  it("lets an error of its own through", () => {
    const failure = new OutOfFuelError("call", false);
    const { instance } = setUp(
      { ...TYPE, chargesFirst: true },
      (caller) => {
        caller.chargeFuel(1);
        throw failure;
      },
      { lowering },
    );
    const execution = instance.start("call", [7, 1]);
    execution.resume();
    expect(execution.trap).toBe(failure);
  });
});

describe("a refund", () => {
  it("gives back what this call has charged, and no more", () => {
    const { store, instance } = setUp(TYPE, (caller, value: number) => {
      caller.chargeFuel(40);
      caller.refundFuel(30);
      expect(() => caller.refundFuel(11)).toThrow(RangeError);
      expect(() => caller.refundFuel(-1)).toThrow(RangeError);
      return value * 2;
    });
    const plain = setUp(TYPE, double);
    expect(instance.call("call", [7, 1])).toBe(1014);
    plain.instance.call("call", [7, 1]);
    expect(store.fuelConsumed).toBe(plain.store.fuelConsumed + 10n);
  });

  it("after a wait counts for the call that waited, and its cap", async () => {
    const bytes = wat(`(module (import "env" "host" (func $host (param i32) (result i32)))
      (func (export "run") (param $n i32)
        (loop $again
          (drop (call $host (i32.const 1)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`);
    const { store, instance } = setUp(
      TYPE,
      async (caller) => {
        caller.chargeFuel(900);
        await Promise.resolve();
        caller.refundFuel(900);
        return 0;
      },
      { bytes, fuel: 1000 },
    );
    // Were it not counted, the second call would be past the cap.
    await instance.callAsync("run", [5], { fuel: 1000 });
    expect(store.fuelConsumed).toBeLessThan(60n);
    const execution = instance.start("run", [1]);
    const before = store.fuelConsumed;
    execution.resume();
    await execution.settled();
    execution.resume();
    expect(execution.fuelConsumed).toBe(store.fuelConsumed - before);
  });
});
