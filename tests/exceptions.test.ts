// Exceptions between guests and the host, on both lowerings: who catches what, what reaches the embedder, and fuel.

import { describe, expect, it } from "vitest";
import {
  Engine,
  ExitError,
  Global,
  type HostFunction,
  type Instance,
  Linker,
  type Memory,
  Module,
  OutOfFuelError,
  Store,
  Tag,
  Trap,
  WasmException,
} from "wasmeter";
import { legacyWat } from "./legacy-wat.ts";
import { wat } from "./wat.ts";

/** Bodies of `f` with the cost that was counted by hand; results of i32. */
const COUNTED = [
  {
    legacy: true,
    // try, block, try_table, try, const, throw: delegated to the try_table | const, add
    name: "delegate to a try_table",
    text: `(module (tag $e (param i32)) (func (export "f") (result i32)
      try (result i32)
        block $h (result i32)
          try_table $t (catch $e $h) try i32.const 7 throw $e delegate $t end
          unreachable
        end
        i32.const 1 i32.add
      catch_all unreachable end))`,
    result: 8,
    cost: 8,
  },
  {
    // block, try_table, const, throw | const, add
    name: "throw in the try itself",
    text: `(module (tag $e (param i32)) (func (export "f") (result i32)
      (block $h (result i32) (try_table (catch $e $h) i32.const 7 throw $e) unreachable)
      i32.const 1 i32.add))`,
    result: 8,
    cost: 6,
  },
  {
    // block, try_table, call, [const, call, [get, throw]] | drop, const
    name: "throw two frames below",
    text: `(module (tag $e (param i32))
      (func $leaf (param i32) local.get 0 throw $e)
      (func $middle i32.const 5 call $leaf nop nop)
      (func (export "f") (result i32)
        (block $h (result i32) (try_table (catch $e $h) call $middle) nop unreachable)
        drop i32.const 3))`,
    result: 3,
    cost: 9,
  },
  {
    // const, set, block, loop: 4; twice 6 up to br_if, try_table, throw and loop again: 18; 6 up to br_if, get: 7
    name: "a loop's start is the handler",
    text: `(module (tag $e) (func (export "f") (result i32) (local i32)
      i32.const 3 local.set 0
      (block $out (loop $l
        local.get 0 i32.const 1 i32.sub local.tee 0 i32.eqz br_if $out
        (try_table (catch_all $l) throw $e)))
      local.get 0))`,
    result: 0,
    cost: 29,
  },
  {
    // block, try_table, throw | local.set; block, try_table, get, throw_ref | const
    name: "throw_ref",
    text: `(module (tag $e) (func (export "f") (result i32) (local exnref)
      (block $h (result exnref) (try_table (catch_all_ref $h) throw $e) unreachable)
      local.set 0
      (block $g (try_table (catch $e $g) local.get 0 throw_ref) unreachable)
      i32.const 9))`,
    result: 9,
    cost: 9,
  },
  {
    // const, try_table, const, throw: the clause's label is the function itself
    name: "the function's end is the handler",
    text: `(module (tag $e (param i32)) (func (export "f") (result i32)
      i32.const 1
      (try_table (catch $e 0) i32.const 4 throw $e) unreachable))`,
    result: 4,
    cost: 4,
  },
  {
    // block, try_table, nop | br; the try_table is left, so the next throw (const, throw) goes to the outer one
    name: "a try that was left does not catch",
    text: `(module (tag $e (param i32)) (func (export "f") (result i32)
      (block $outer (result i32)
        (try_table (catch $e $outer)
          (block $inner (result i32) (block $past (try_table (catch $e $inner) nop br $past)) i32.const 6 throw $e)
          drop)
        unreachable)))`,
    result: 6,
    cost: 9,
  },
  {
    legacy: true,
    // try, const, throw | const, add
    name: "legacy catch",
    text: `(module (tag $e (param i32)) (func (export "f") (result i32)
      try (result i32) i32.const 7 throw $e catch $e i32.const 1 i32.add catch_all unreachable end))`,
    result: 8,
    cost: 5,
  },
  {
    legacy: true,
    // try, try, throw | nop, block, rethrow | const
    name: "legacy rethrow out of a block",
    text: `(module (tag $e) (func (export "f") (result i32)
      try (result i32)
        try throw $e catch $e nop block rethrow 1 end end
        unreachable
      catch $e i32.const 2 end))`,
    result: 2,
    cost: 7,
  },
  {
    legacy: true,
    // try, try, try, throw | const: the middle one is passed over
    name: "legacy delegate",
    text: `(module (tag $e) (func (export "f") (result i32)
      try $t (result i32)
        try (result i32)
          try throw $e delegate $t
          unreachable
        catch $e unreachable end
      catch_all i32.const 2 end))`,
    result: 2,
    cost: 5,
  },
  {
    legacy: true,
    // const, try, const, throw | const, const; add, add: the results move down over the kept exception
    name: "results of a legacy catch",
    text: `(module (tag $e (param i32)) (type $two (func (result i32 i32))) (func (export "f") (result i32)
      i32.const 100
      try (type $two) i32.const 20 throw $e catch $e i32.const 3 end
      i32.sub i32.add))`,
    result: 117,
    cost: 7,
  },
  {
    legacy: true,
    // const, try, throw | block, const, const, br_if (taken); sub
    name: "a branch with a value out of a legacy catch",
    text: `(module (tag $e) (func (export "f") (result i32)
      i32.const 10
      try (result i32) throw $e catch_all block i32.const 4 i32.const 1 br_if 1 drop end i32.const 5 end
      i32.sub))`,
    result: 6,
    cost: 8,
  },
] as const;

describe.each(["fast", "exact"] as const)("%s lowering", (lowering) => {
  const engine = new Engine({ lowering });

  function instantiate(text: string, link: (linker: Linker, store: Store) => void = () => {}): Instance {
    const store = new Store(engine);
    const linker = new Linker(engine);
    link(linker, store);
    return linker.instantiate(store, new Module(engine, wat(text)));
  }

  function thrownBy(act: () => unknown): unknown {
    try {
      act();
    } catch (error) {
      return error;
    }
    throw new Error("nothing was thrown");
  }

  describe.each(COUNTED)("$name", (program) => {
    const assemble = "legacy" in program ? legacyWat : wat;
    const module = new Module(engine, assemble(program.text));

    it("costs what was counted", () => {
      const store = new Store(engine);
      expect(new Linker(engine).instantiate(store, module).call("f")).toBe(program.result);
      expect(store.fuelConsumed).toBe(BigInt(program.cost));
    });

    it("stops at any budget, and goes on", () => {
      for (let budget = 0; budget < program.cost; budget++) {
        const store = new Store(engine, { fuel: budget });
        const execution = new Linker(engine).instantiate(store, module).start("f");
        expect(execution.resume()).toBe("out-of-fuel");
        expect(store.fuelConsumed).toBe(BigInt(budget));
        store.addFuel(program.cost - budget);
        expect(execution.resume()).toBe("done");
        expect(execution.result).toBe(program.result);
        expect(store.fuelRemaining).toBe(0n);
      }
    });

    it("goes on instruction by instruction", () => {
      const store = new Store(engine);
      const execution = new Linker(engine).instantiate(store, module).start("f");
      for (let step = 1; step < program.cost; step++) {
        expect(execution.resume({ fuel: 1 })).toBe("out-of-fuel");
        expect(store.fuelConsumed).toBe(BigInt(step));
      }
      expect(execution.resume({ fuel: 1 })).toBe("done");
      expect(execution.result).toBe(program.result);
    });
  });

  describe("what reaches the embedder", () => {
    const text = `(module $m
      (tag $e (export "e") (param i32 i64 f64 externref v128))
      (func $thrower (param i32 externref)
        local.get 0 i64.const -2 f64.const 0.5 local.get 1 v128.const i32x4 1 2 3 4 throw $e)
      (func (export "f") (param i32 externref) nop local.get 0 local.get 1 call $thrower))`;

    it("is a WasmException with tag, payload, backtrace and fuel", () => {
      const instance = instantiate(text);
      const host = { some: "object" };
      const error = thrownBy(() => instance.call("f", [41, host])) as WasmException;
      expect(error).toBeInstanceOf(WasmException);
      expect(error.message).toBe("uncaught exception (i32 41, i64 -2, f64 0.5, externref, v128)");
      expect(error.tag).toBe(instance.exports.e);
      expect(error.payload.slice(0, 4)).toEqual([41, -2n, 0.5, host]);
      expect(new Int32Array((error.payload[4] as Uint8Array).slice().buffer)).toEqual(
        Int32Array.of(1, 2, 3, 4),
      );
      expect(error.backtrace.map(({ functionName }) => functionName)).toEqual(["thrower", "f"]);
      expect(error.fuelConsumed).toBe(10n);
    });

    it("ends an execution as a fault does", () => {
      const execution = instantiate(text).start("f", [1, null]);
      expect(execution.resume()).toBe("trapped");
      expect(execution.error).toBeInstanceOf(WasmException);
      expect(execution.backtrace()).toHaveLength(2);
    });

    it("is the trap of throw_ref for a null reference", () => {
      const instance = instantiate(`(module (func (export "f")
        (block $h (try_table (catch_all $h) ref.null exn throw_ref))))`);
      expect(thrownBy(() => instance.call("f"))).toMatchObject({ code: "null-exception-reference" });
    });
  });

  it("keeps an exception's identity through throw_ref, the host and back", () => {
    const instance = instantiate(
      `(module
        (import "env" "rethrow" (func $rethrow))
        (import "env" "first" (global $first (mut exnref)))
        (tag $e (param i32))
        (func $same (param exnref) local.get 0 throw_ref)
        (func (export "f") (param i32) (result exnref exnref)
          (block $h (result i32 exnref) (try_table (catch_ref $e $h) local.get 0 throw $e) unreachable)
          global.set $first
          drop
          (block $g (result exnref) (try_table (catch_all_ref $g) global.get $first call $same) unreachable)
          (block $k (result exnref) (try_table (catch_all_ref $k) call $rethrow) unreachable))
        (func (export "again") global.get $first throw_ref))`,
      (linker, store) => {
        const first = new Global(store, { type: "exnref", mutable: true }, null);
        linker.define("env", "first", first);
        linker.func("env", "rethrow", { params: [], results: [] }, ({ instance }) => {
          instance?.call("again");
        });
      },
    );
    const [a, b] = instance.call("f", [1]) as [unknown, unknown];
    expect(a).toBe(b);
    expect(a).not.toBe((instance.call("f", [1]) as unknown[])[0]);
  });

  describe("host functions", () => {
    const text = `(module
      (import "env" "e" (tag $e (param i32)))
      (import "env" "h" (func $h (result i32)))
      (func (export "by-tag") (result i32)
        (block $c (result i32) (try_table (result i32) (catch $e $c) call $h)) )
      (func (export "by-all") (result i32)
        (block $c (try_table (catch_all $c) call $h return) unreachable) i32.const -1)
      (func (export "tail") (result i32)
        (block $c (try_table (catch_all $c) return_call $h) unreachable) i32.const -1)
      (func (export "below-tail") (result i32)
        (block $c (try_table (catch_all $c) (call $tail) return) unreachable) i32.const -2)
      (func $tail (result i32)
        (block $c (try_table (catch_all $c) return_call $h) unreachable) i32.const -1))`;

    function withHost(host: (tag: Tag, store: Store) => unknown): Instance {
      return instantiate(text, (linker, store) => {
        const tag = new Tag(store, { params: ["i32"] });
        linker.define("env", "e", tag);
        linker.func("env", "h", { params: [], results: ["i32"] }, () => host(tag, store));
      });
    }

    it("throw into guests, which catch by tag and catch all", () => {
      const instance = withHost((tag) => {
        throw new WasmException(tag, [12]);
      });
      expect(instance.call("by-tag")).toBe(12);
      expect(instance.call("by-all")).toBe(-1);
    });

    it("throw past a tail call's own frame", () => {
      const instance = withHost((tag) => {
        throw new WasmException(tag, [12]);
      });
      expect(thrownBy(() => instance.call("tail"))).toMatchObject({ payload: [12] });
      expect(instance.call("below-tail")).toBe(-2);
    });

    it("are not caught by another tag of the same type", () => {
      const instance = withHost((_, store) => {
        throw new WasmException(new Tag(store, { params: ["i32"] }), [12]);
      });
      expect(thrownBy(() => instance.call("by-tag"))).toBeInstanceOf(WasmException);
      expect(instance.call("by-all")).toBe(-1);
    });

    it.each([
      ["an ordinary error", new RangeError("host")],
      ["no error at all", "a string"],
      ["a trap", new Trap("unreachable")],
      ["an exit", new ExitError(3)],
      ["another store's exception", new WasmException(new Tag(new Store(engine), { params: [] }))],
    ])("throw %s past every handler", (_, error) => {
      const instance = withHost(() => {
        throw error;
      });
      expect(thrownBy(() => instance.call("by-tag"))).toBe(error);
      expect(thrownBy(() => instance.call("by-all"))).toBe(error);
    });

    it("throw by rejecting", async () => {
      const instance = withHost(async (tag) => {
        throw new WasmException(tag, [12]);
      });
      expect(await instance.callAsync("by-tag")).toBe(12);
      expect(await instance.callAsync("by-all")).toBe(-1);
      expect(await instance.callAsync("below-tail")).toBe(-2);
      await expect(instance.callAsync("tail")).rejects.toMatchObject({ payload: [12] });
    });

    it("cannot make an exception whose payload is not of the tag's types", () => {
      const tag = new Tag(new Store(engine), { params: ["i32", "i64"] });
      expect(() => new WasmException(tag, [1])).toThrow("the tag takes 2 values, got 1");
      expect(() => new WasmException(tag, [1, "x"])).toThrow(TypeError);
      expect(new WasmException(tag, [1, 2n]).payload).toEqual([1, 2n]);
      const many = new Tag(new Store(engine), { params: new Array<"i32">(9).fill("i32") });
      expect(new WasmException(many, [1, 2, 3, 4, 5, 6, 7, 8, 9]).message).toBe(
        "uncaught exception (i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, …)",
      );
    });
  });

  describe("what guests never catch", () => {
    const text = `(module
      (memory 1)
      (func $deep call $deep)
      (func (export "trap") (block $c (try_table (catch_all $c) unreachable)))
      (func (export "bounds") (block $c (try_table (catch_all $c) i32.const -1 i32.load drop)))
      (func (export "stack") (block $c (try_table (catch_all $c) call $deep)))
      (func (export "spin") (block $c (try_table (catch_all $c) (loop $l br $l)))))`;

    it.each([
      ["trap", "unreachable"],
      ["bounds", "out-of-bounds-memory-access"],
      ["stack", "call-stack-exhausted"],
    ])("%s", (name, code) => {
      expect(thrownBy(() => instantiate(text).call(name))).toMatchObject({ name: "Trap", code });
    });

    it("out of fuel", () => {
      const instance = instantiate(text);
      expect(thrownBy(() => instance.call("spin", [], { fuel: 1000 }))).toBeInstanceOf(OutOfFuelError);
      expect(instance.store.fuelConsumed).toBe(1000n);
    });

    it("interruption", () => {
      const error = thrownBy(() => instantiate(text).call("spin", [], { timeoutMs: 1 }));
      expect(error).toMatchObject({ name: "InterruptedError", reason: "timeout" });
    });
  });

  it("lets a guest that catches a host's exceptions be interrupted, and go on", () => {
    let calls = 0;
    let stop = (): void => controller.abort();
    const controller = new AbortController();
    const instance = instantiate(
      `(module
        (import "env" "e" (tag $e))
        (import "env" "h" (func $h))
        (func (export "f") (param i32) (result i32) (local i32)
          (loop $l
            (block $c (try_table (catch $e $c) call $h))
            local.get 1 i32.const 1 i32.add local.tee 1
            local.get 0 i32.lt_u br_if $l)
          local.get 1))`,
      (linker, store) => {
        const tag = new Tag(store, { params: [] });
        linker.define("env", "e", tag).func("env", "h", { params: [], results: [] }, () => {
          if (++calls === 3) stop();
          throw new WasmException(tag);
        });
      },
    );
    const error = thrownBy(() => instance.call("f", [100], { signal: controller.signal }));
    expect(error).toMatchObject({ name: "InterruptedError", reason: "signal" });
    expect((error as Trap).backtrace).toHaveLength(1);
    expect(calls).toBe(3);

    calls = 0;
    const handle = engine.interruptHandle();
    stop = () => handle.interrupt();
    const execution = instance.start("f", [5]);
    const before = instance.store.fuelConsumed;
    expect(execution.resume()).toBe("interrupted");
    // loop, block, try_table, call, get, const, add, tee, get, lt_u, br_if: 11 a turn; the third ends in its call
    expect(instance.store.fuelConsumed - before).toBe(26n);
    expect(execution.resume()).toBe("done");
    expect(execution.result).toBe(5);
    expect(instance.store.fuelConsumed - before).toBe(56n);
  });

  it("passes through nested guests and hosts", () => {
    const instance = instantiate(
      `(module
        (import "env" "reenter" (func $reenter (param i32)))
        (tag $e (param i32))
        (func (export "f") (param i32) (result i32)
          (block $h (result i32)
            (try_table (catch $e $h) local.get 0 call $reenter)
            i32.const -1)
          i32.const 1 i32.add)
        (func (export "thrower") (param i32)
          local.get 0 i32.eqz
          if i32.const 7 throw $e end
          local.get 0 i32.const 1 i32.sub call $reenter))`,
      (linker) => {
        linker.func("env", "reenter", { params: ["i32"], results: [] }, ({ instance }, depth) => {
          instance?.call("thrower", [depth]);
        });
      },
    );
    expect(instance.call("f", [0])).toBe(8);
    expect(instance.call("f", [20])).toBe(8);
    expect(instance.call("f", [20])).toBe(8);
  });

  it("lets the host catch, and go on", () => {
    const seen: unknown[] = [];
    const instance = instantiate(
      `(module
        (import "env" "try" (func $try (param i32) (result i32)))
        (tag $e (param i32))
        (func (export "f") (result i32) i32.const 20 call $try i32.const 3 i32.add)
        (func (export "thrower") (param i32) local.get 0 throw $e))`,
      (linker) => {
        linker.func("env", "try", { params: ["i32"], results: ["i32"] }, ({ instance }, x) => {
          const error = thrownBy(() => instance?.call("thrower", [x])) as WasmException;
          seen.push(...error.payload);
          return x + 1;
        });
      },
    );
    expect(instance.call("f")).toBe(24);
    expect(seen).toEqual([20]);
    // get, throw below; const, call, const, add above
    expect(instance.store.fuelConsumed).toBe(6n);
  });

  describe("between instances", () => {
    const inner = `(module
      (import "env" "e" (tag $e (param i32)))
      (global $own (mut i32) (i32.const 1000))
      (memory (export "memory") 2)
      (func (export "throw") (param i32) i32.const 0 i32.const 5 i32.store local.get 0 throw $e)
      (table 1 funcref) (elem (i32.const 0) $throw2)
      (func $throw2 (param i32) local.get 0 throw $e)
      (func (export "tail") (param i32) local.get 0 return_call $throw2))`;
    const outer = `(module
      (import "env" "e" (tag $e (param i32)))
      (import "inner" "throw" (func $throw (param i32)))
      (import "inner" "tail" (func $tail (param i32)))
      (global $own (mut i32) (i32.const 1))
      (memory 1)
      (func $tail-out (param i32) local.get 0 return_call $throw)
      (func $again (param i32) local.get 0 call $throw)
      (func (export "f") (param i32 i32) (result i32)
        (block $h (result i32)
          (try_table (catch $e $h)
            (block $c (block $b (block $a local.get 0 br_table $a $b $c)
              local.get 1 call $throw)
              local.get 1 call $tail)
              local.get 1 call $tail-out)
          unreachable)
        global.get $own i32.add
        i32.const 0 i32.load i32.add
        memory.size i32.add))`;

    it.each([0, 1, 2])("comes back to the instance that catches (%i)", (way) => {
      const store = new Store(engine);
      const linker = new Linker(engine);
      linker.define("env", "e", new Tag(store, { params: ["i32"] }));
      linker.instance("inner", linker.instantiate(store, new Module(engine, wat(inner))));
      const instance = linker.instantiate(store, new Module(engine, wat(outer)));
      for (let round = 0; round < 3; round++) expect(instance.call("f", [way, 40])).toBe(42);
    });

    it("does not catch by a tag that only looks alike", () => {
      const store = new Store(engine);
      const linker = new Linker(engine, { allowShadowing: true });
      linker.define("env", "e", new Tag(store, { params: ["i32"] }));
      linker.instance("inner", linker.instantiate(store, new Module(engine, wat(inner))));
      linker.define("env", "e", new Tag(store, { params: ["i32"] }));
      const instance = linker.instantiate(store, new Module(engine, wat(outer)));
      expect(thrownBy(() => instance.call("f", [0, 40]))).toMatchObject({ payload: [40] });
    });
  });

  it("sees memory that grew before the throw, by guest or host", () => {
    const grow: HostFunction = ({ memory }) => {
      (memory as Memory).grow(1);
      throw new WasmException(tag);
    };
    let tag!: Tag;
    const instance = instantiate(
      `(module
        (import "env" "e" (tag $e))
        (import "env" "grow" (func $host))
        (memory (export "memory") 1)
        (func $guest (drop (memory.grow (i32.const 1))) throw $e)
        (func (export "f") (result i32)
          (block $h (try_table (catch $e $h) call $guest))
          (i32.store (i32.const 131068) (i32.const 3))
          (block $g (try_table (catch $e $g) call $host))
          (i32.store (i32.const 196604) (i32.const 4))
          (i32.add (i32.load (i32.const 131068)) (i32.load (i32.const 196604)))))`,
      (linker, store) => {
        tag = new Tag(store, { params: [] });
        linker.define("env", "e", tag).func("env", "grow", { params: [], results: [] }, grow);
      },
    );
    expect(instance.call("f")).toBe(7);
  });

  it("catches below a deep recursion, again and again", () => {
    const instance = instantiate(`(module
      (tag $e (param i32))
      (func $down (param i32) (result i32)
        local.get 0 i32.eqz
        if i32.const 11 throw $e end
        local.get 0 i32.const 1 i32.sub call $down i32.const 1 i32.add)
      (func (export "f") (param i32 i32) (result i32) (local $sum i32)
        (loop $l
          (block $h (result i32) (try_table (result i32) (catch $e $h) local.get 0 call $down))
          local.get $sum i32.add local.set $sum
          local.get 1 i32.const 1 i32.sub local.tee 1 br_if $l)
        local.get $sum))`);
    expect(instance.call("f", [16_000, 5])).toBe(55);
    expect(instance.call("f", [3, 1000])).toBe(11_000);
  });

  describe("memory of exceptions", () => {
    // A list of exceptions, each in the payload of the next.
    const text = `(module
      (tag $e (param exnref)) (tag $small (param i32))
      (func $wrap (param exnref) (result exnref)
        (block $h (result exnref) (try_table (catch_all_ref $h) local.get 0 throw $e) unreachable))
      (func (export "chain") (param i32) (local exnref)
        (loop $l
          local.get 1 call $wrap local.set 1
          local.get 0 i32.const 1 i32.sub local.tee 0 br_if $l))
      (func (export "garbage") (param i32)
        (loop $l
          ref.null exn call $wrap drop
          local.get 0 i32.const 1 i32.sub local.tee 0 br_if $l))
      (func (export "small") (param i32)
        (loop $l
          (block $h (result i32 exnref) (try_table (catch_ref $small $h) i32.const 1 throw $small) unreachable)
          drop drop
          local.get 0 i32.const 1 i32.sub local.tee 0 br_if $l)))`;

    function limited(gcHeapBytes: number): Instance {
      const store = new Store(engine, { limits: { gcHeapBytes } });
      return new Linker(engine).instantiate(store, new Module(engine, wat(text)));
    }

    it("is limited", () => {
      const instance = limited(20_000);
      instance.call("chain", [50]);
      expect(thrownBy(() => instance.call("chain", [10_000]))).toMatchObject({ code: "gc-heap-exhausted" });
      instance.call("chain", [50]);
    });

    it("is free again when nothing reaches it", () => {
      limited(10_000).call("garbage", [10_000]);
    });

    it("is nothing for a few numbers", () => {
      limited(0).call("small", [100]);
    });

    it("is limited on the host's heap, for a few numbers too", () => {
      const store = new Store(engine, { limits: { gcHeapBytes: 0, hostHeapBytes: 40_000 } });
      const held = `(module (tag $small (param i32))
        (table $t (export "t") 1000 exnref)
        (func (export "f") (param i32)
          (loop $l
            (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
            (table.set (local.get 0) (block $h (result exnref)
              (try_table (catch_all_ref $h) local.get 0 throw $small) unreachable))
            (br_if $l (local.get 0)))))`;
      const instance = new Linker(engine).instantiate(store, new Module(engine, wat(held)));
      instance.call("f", [50]);
      // The exceptions before have been overwritten, one by one.
      for (let k = 0; k < 10; k++) instance.call("f", [50]);
      expect(thrownBy(() => instance.call("f", [1000]))).toMatchObject({ code: "gc-heap-exhausted" });
    });
  });

  it("tries clauses in order, innermost try first", () => {
    const instance = instantiate(`(module
      (tag $a) (tag $b) (tag $c)
      (func $throw (param i32)
        (block $2 (block $1 (block $0 local.get 0 br_table $0 $1 $2) throw $a) throw $b) throw $c)
      (func (export "f") (param i32) (result i32)
        (block $outer (block $all (block $b2 (block $b1
          (try_table (catch $c $outer) (catch_all $all)
            (try_table (catch $b $b1) (catch $b $b2)
              local.get 0 call $throw)))
          i32.const 1 return)
          i32.const 2 return)
          i32.const 3 return)
        i32.const 4))`);
    expect([0, 1, 2].map((tag) => instance.call("f", [tag]))).toEqual([3, 1, 4]);
  });
});
