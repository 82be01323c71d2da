// The GC heap's account, on both lowerings: what is counted, when it is recounted, what a recount takes to be alive.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CostModel,
  Engine,
  type HostFunction,
  type Instance,
  Linker,
  Module,
  OutOfFuelError,
  Store,
  Trap,
} from "wasmeter";
import { wat } from "./wat.ts";

const LOWERINGS = ["fast", "exact"] as const;
type Limits = NonNullable<NonNullable<ConstructorParameters<typeof Store>[1]>["limits"]>;

/** Bytes of a struct with two entries, such as `$pair`. */
const PAIR = 96 + 2 * 8;
const TYPES = `
  (rec (type $pair (struct (field $n (mut i32)) (field $next (mut (ref null $pair))))))
  (type $refs (array (mut (ref null $pair))))
  (type $bytes (array (mut i8)))`;

interface Options {
  readonly limits?: Limits;
  readonly fuel?: number;
  readonly costModel?: "instructions" | "bounded" | CostModel;
  readonly hosts?: Readonly<Record<string, HostFunction>>;
}

function make(lowering: (typeof LOWERINGS)[number], text: string, options: Options = {}): Instance {
  const engine = new Engine({ lowering, costModel: options.costModel ?? "instructions" });
  const store = new Store(engine, {
    limits: options.limits ?? {},
    ...(options.fuel === undefined ? {} : { fuel: options.fuel }),
  });
  const linker = new Linker(engine);
  for (const [name, host] of Object.entries(options.hosts ?? {})) {
    linker.func("host", name, { params: ["anyref"], results: ["anyref"] }, host);
  }
  return linker.instantiate(store, new Module(engine, wat(text)));
}

function heapOf({ store }: Instance): { readonly used: number; readonly recounts: number } {
  const { used, recounts } = store.state.heap;
  return { used, recounts };
}

function trapCode(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof Trap) return error.code;
    throw error;
  }
  return undefined;
}

describe.each(LOWERINGS)("%s lowering", (lowering) => {
  describe("what an object counts", () => {
    const one = (type: string, body: string): number => {
      const instance = make(lowering, `(module (type $t ${type}) (func (export "f") ${body} drop))`);
      instance.call("f");
      return heapOf(instance).used;
    };

    it.each([
      ["(struct)", "struct.new $t", 96],
      ["(struct (field i8 i16 i32 f32 anyref))", "struct.new_default $t", 96 + 5 * 8],
      ["(struct (field i64 f64 v128))", "struct.new_default $t", 96 + 8 * 8],
      ["(array i8)", "(array.new_default $t (i32.const 9))", 256 + 16],
      ["(array i16)", "(array.new_default $t (i32.const 0))", 256],
      ["(array i64)", "(array.new_fixed $t 3 (i64.const 1) (i64.const 2) (i64.const 3))", 256 + 24],
      ["(array v128)", "(array.new_default $t (i32.const 2))", 256 + 32],
      ["(array externref)", "(array.new_default $t (i32.const 10))", 96 + 80],
    ])("%s by %s: %i", (type, body, bytes) => {
      expect(one(type, body)).toBe(bytes);
    });

    it("an i31 and a conversion: nothing", () => {
      expect(one("(struct)", "(extern.convert_any (ref.i31 (i32.const 5)))")).toBe(0);
    });

    it("against the store's total too", () => {
      const instance = make(
        lowering,
        `(module ${TYPES} (memory 1) (global (ref $pair) (struct.new_default $pair)))`,
      );
      expect(instance.store.bytesUsed).toBe(65_536 + PAIR);
    });
  });

  describe("at the limit", () => {
    // Keeps a list of `n` pairs.
    const keep = `(module ${TYPES} (global $list (mut (ref null $pair)) (ref.null $pair))
      (func (export "f") (param $n i32)
        (loop $again
          (if (local.get $n) (then
            (global.set $list (struct.new $pair (local.get $n) (global.get $list)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $again))))))`;

    it.each([
      [-1, "gc-heap-exhausted"],
      [0, undefined],
      [1, undefined],
    ])("of gcHeapBytes %i", (delta, code) => {
      const instance = make(lowering, keep, { limits: { gcHeapBytes: 100 * PAIR + delta } });
      expect(trapCode(() => instance.call("f", [100]))).toBe(code);
      expect(trapCode(() => instance.call("f", [1]))).toBe("gc-heap-exhausted");
    });

    it.each([
      [-1, "gc-heap-exhausted"],
      [0, undefined],
      [1, undefined],
    ])("of totalBytes %i", (delta, code) => {
      const instance = make(lowering, keep, { limits: { totalBytes: 100 * PAIR + delta } });
      expect(trapCode(() => instance.call("f", [100]))).toBe(code);
    });

    it("a constant expression traps too", () => {
      const text = `(module ${TYPES} (global (ref $pair) (struct.new_default $pair)))`;
      const code = (gcHeapBytes: number) => trapCode(() => make(lowering, text, { limits: { gcHeapBytes } }));
      expect([code(PAIR - 1), code(PAIR)]).toEqual(["gc-heap-exhausted", undefined]);
    });

    it("no length is too large to say so", () => {
      const text = `(module ${TYPES} (func (export "f") (drop (array.new_default $refs (i32.const -1))))
        (func (export "g") (drop (array.new_default $bytes (i32.const -1))))
        (func (export "h") (drop (array.new_default $refs (i32.const 33554433)))))`;
      const instance = make(lowering, text, { limits: { gcHeapBytes: 2 ** 29 } });
      for (const name of ["f", "g", "h"]) {
        expect(trapCode(() => instance.call(name))).toBe("gc-heap-exhausted");
      }
      expect(heapOf(instance)).toEqual({ used: 0, recounts: 0 });
    });

    it("a recount must free a sixteenth", () => {
      // 15 pairs are kept; the last of 16 is garbage, again and again.
      const text = `(module ${TYPES} (global $list (mut (ref null $pair)) (ref.null $pair))
        (func (export "keep") (global.set $list (struct.new $pair (i32.const 0) (global.get $list))))
        (func (export "waste") (drop (struct.new_default $pair))))`;
      const instance = make(lowering, text, { limits: { gcHeapBytes: 16 * PAIR } });
      for (let k = 0; k < 15; k++) instance.call("keep");
      for (let k = 0; k < 100; k++) instance.call("waste");
      expect(heapOf(instance).recounts).toBe(99);
      const other = make(lowering, text, { limits: { gcHeapBytes: 17 * PAIR - 1 } });
      for (let k = 0; k < 15; k++) other.call("keep");
      other.call("waste");
      expect(trapCode(() => other.call("waste"))).toBe("gc-heap-exhausted");
    });
  });

  describe("what is alive", () => {
    /** Allocates a hundred times the limit; `$n` pairs fit. */
    const churn = `(func $churn (local $k i32)
      (local.set $k (i32.const 2000))
      (loop $again
        (drop (struct.new_default $pair))
        (br_if $again (local.tee $k (i32.sub (local.get $k) (i32.const 1))))))`;
    const limits = { gcHeapBytes: 20 * PAIR };

    it("nothing that nobody holds", () => {
      const instance = make(lowering, `(module ${TYPES} ${churn} (export "f" (func $churn)))`, { limits });
      instance.call("f");
      expect(heapOf(instance)).toEqual({ used: 20 * PAIR, recounts: 99 });
    });

    /** Each body has 5 pairs alive while it churns. */
    it.each([
      ["operands in their slots", "(call $five) (call $churn) drop"],
      [
        "operands that stand for locals",
        `(local $a (ref null $pair)) (local.set $a (call $five))
         (local.get $a) (call $churn) (local.set $a (ref.null $pair)) (call $churn) drop`,
      ],
      ["the operands of an allocation", "(struct.new $pair (i32.const 1) (call $four)) (call $churn) drop"],
      ["locals", "(local $a anyref) (local.set $a (call $five)) (call $churn) (drop (local.get $a))"],
      ["parameters of a caller", "(call $hold (call $five))"],
      ["a global", "(global.set $g (call $five)) (call $churn)"],
      ["a table", "(table.set (i32.const 0) (extern.convert_any (call $five))) (call $churn)"],
      [
        "an element segment",
        "(call $churn)",
        `(elem (ref null $pair) (item ${"(struct.new $pair (i32.const 1) ".repeat(5)}
        (ref.null $pair)${")".repeat(5)}))`,
      ],
      ["frames below the host", "(call $five) (drop (call $host (ref.null any))) (call $churn) drop"],
    ])("%s", (_what, body, more = "") => {
      const text = `(module ${TYPES} (import "host" "call" (func $host (param anyref) (result anyref)))
        ${churn}
        (export "churn" (func $churn))
        (global $g (mut anyref) (ref.null any))
        (table 1 externref)
        (func $four (result (ref $pair)) (struct.new $pair (i32.const 1) (struct.new $pair (i32.const 2)
          (struct.new $pair (i32.const 3) (struct.new $pair (i32.const 4) (ref.null $pair))))))
        (func $five (result (ref $pair)) (struct.new $pair (i32.const 0) (call $four)))
        (func $hold (param anyref) (call $churn))
        (func (export "f") ${body})
        ${more})`;
      let instance: Instance | undefined;
      const call: HostFunction = () => {
        instance?.call("churn");
        return null;
      };
      instance = make(lowering, text, { limits, hosts: { call } });
      instance.call("f");
      const { used, recounts } = heapOf(instance);
      expect(used % PAIR).toBe(0);
      // 15 at a time instead of 20, which would be 100 for each of the churns.
      const churns = body.split(/\$churn|\$hold|\$host/).length - 1;
      expect(recounts).toBeGreaterThan(130 * churns);
      expect(trapCode(() => instance?.call("churn"))).toBeUndefined();
    });

    it("an exception's payload", () => {
      const text = `(module ${TYPES} ${churn}
        (tag $e (param (ref null $pair)))
        (func (export "f") (result i32) (local $x exnref)
          (block $h (result (ref null $pair) exnref)
            (try_table (catch_ref $e $h)
              (throw $e (struct.new $pair (i32.const 7) (struct.new_default $pair))))
            (unreachable))
          (local.set $x) (drop)
          (call $churn)
          (block $g (result (ref null $pair))
            (try_table (catch $e $g) (throw_ref (local.get $x)))
            (unreachable))
          (struct.get $pair $n)))`;
      const instance = make(lowering, text, { limits });
      expect(instance.call("f")).toBe(7);
      // Two pairs and the exception, 264 bytes, leave room for 15.
      expect(heapOf(instance).recounts).toBe(Math.ceil((2000 - 15) / 15));
    });

    it("a suspended execution's frames", () => {
      const text = `(module ${TYPES} ${churn} (export "churn" (func $churn))
        (func $spin (param $k i32) (loop $again
          (br_if $again (local.tee $k (i32.sub (local.get $k) (i32.const 1))))))
        (func (export "f") (result i32) (local $a (ref null $pair))
          (local.set $a (struct.new $pair (i32.const 42) (struct.new_default $pair)))
          (local.get $a)
          (call $spin (i32.const 20))
          (local.set $a (ref.null $pair))
          (call $spin (i32.const 20))
          (struct.get $pair $n)))`;
      const instance = make(lowering, text, { limits: { gcHeapBytes: 20 * PAIR } });
      const execution = instance.start("f", []);
      for (let k = 0; execution.resume({ fuel: 7 }) === "out-of-fuel"; k++) {
        instance.call("churn", [], { concurrent: true });
        expect(heapOf(instance).used).toBeLessThanOrEqual(20 * PAIR);
        if (k === 8) expect(heapOf(instance).recounts).toBeGreaterThan(9 * 105);
      }
      expect(execution.result).toBe(42);
      // With the execution over, all is garbage.
      const before = heapOf(instance).recounts;
      for (let k = 0; k < 10; k++) instance.call("churn");
      expect(heapOf(instance).recounts - before).toBe(1000);
    });

    it("nothing that is left in registers", () => {
      // A deep call leaves its pairs in registers that later, shallower calls do not overwrite.
      const text = `(module ${TYPES} ${churn}
        (func $deep (param $n i32) (param (ref null $pair))
          (if (local.get $n) (then
            (call $deep (i32.sub (local.get $n) (i32.const 1)) (struct.new_default $pair)))))
        (func (export "f") (call $deep (i32.const 15) (ref.null $pair)) (call $churn)))`;
      const instance = make(lowering, text, { limits });
      instance.call("f");
      expect(heapOf(instance).recounts).toBe(Math.floor((2015 - 1) / 20));
    });
  });

  it("recounts a list of a million objects", () => {
    const text = `(module ${TYPES} (global $list (mut (ref null $pair)) (ref.null $pair))
      (func (export "f") (param $n i32)
        (loop $again
          (global.set $list (struct.new $pair (local.get $n) (global.get $list)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func (export "waste") (drop (array.new_default $bytes (i32.const 20000000)))))`;
    const instance = make(lowering, text, {
      limits: { gcHeapBytes: 1_000_000 * PAIR + 30_000_000, hostHeapBytes: 2 ** 28 },
    });
    instance.call("f", [1_000_000]);
    instance.call("waste");
    instance.call("waste");
    expect(heapOf(instance)).toEqual({ used: 1_000_000 * PAIR + 20_000_256, recounts: 1 });
  });

  it("does not change what a run costs", () => {
    const text = `(module ${TYPES}
      (func (export "f") (result i32) (local $k i32) (local $sum i32)
        (loop $again
          (local.set $sum (i32.add (local.get $sum)
            (struct.get $pair $n (struct.new $pair (local.get $k) (struct.new_default $pair)))))
          (br_if $again (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 500))))
        (local.get $sum)))`;
    const roomy = make(lowering, text);
    const tight = make(lowering, text, { limits: { gcHeapBytes: 7 * PAIR } });
    expect(tight.call("f")).toBe(roomy.call("f"));
    expect(heapOf(tight).recounts).toBeGreaterThan(100);
    expect(tight.store.fuelConsumed).toBe(roomy.store.fuelConsumed);
  });

  it("a trap for want of room pays its instruction", () => {
    // const, array.new_default | and neither drop nor nop
    const text = `(module ${TYPES} (func (export "f") i32.const 1000 array.new_default $bytes drop nop))`;
    for (const costModel of ["instructions", "bounded"] as const) {
      const instance = make(lowering, text, { limits: { gcHeapBytes: 1000 }, costModel });
      expect(trapCode(() => instance.call("f"))).toBe("gc-heap-exhausted");
      expect(instance.store.fuelConsumed).toBe(costModel === "bounded" ? 3n : 2n);
    }
  });

  describe("arrays under the bounded cost model", () => {
    const declarations = `${TYPES} (type $words (array (mut i32)))
      (data $d "0123456789abcdef") (elem $e (ref null $pair) (item (ref.null $pair)) (item (ref.null $pair)))
      (func (export "make") (result (ref $words)) (array.new_default $words (i32.const 10)))`;
    /** Body, cost of its instructions, variable cost. Function entry costs 1. */
    const cases = [
      ["(drop (array.new $words (i32.const 1) (i32.const 100)))", 4, 100],
      ["(drop (array.new_default $bytes (i32.const 100)))", 3, 100],
      ["(drop (array.new_data $words $d (i32.const 4) (i32.const 3)))", 4, 12],
      ["(drop (array.new_elem $refs $e (i32.const 0) (i32.const 2)))", 4, 2],
      ["(drop (array.new_fixed $words 2 (i32.const 0) (i32.const 2)))", 4, 0],
    ] as const;

    it.each(cases)("%s costs %i + %i", (body, base, variable) => {
      const cost = 1 + base + variable;
      const text = `(module ${declarations} (func (export "f") ${body}))`;
      const exact = make(lowering, text, { fuel: cost, costModel: "bounded" });
      exact.call("f");
      expect(exact.store.fuelRemaining).toBe(0n);
      // All or nothing: without the variable cost the instruction has not begun, and has taken no room.
      const short = make(lowering, text, { fuel: cost - 2, costModel: "bounded" });
      const execution = short.start("f", []);
      expect(execution.resume()).toBe("out-of-fuel");
      if (variable === 0) return;
      expect(short.store.fuelConsumed).toBe(BigInt(base - 1));
      expect(heapOf(short).used).toBe(0);
      short.store.addFuel(2);
      expect(execution.resume()).toBe("done");
      expect(short.store.fuelRemaining).toBe(0n);
    });

    it.each([
      ["array.fill $words", "(i32.const 2) (i32.const 7) (i32.const 8)", 8],
      ["array.init_data $words $d", "(i32.const 2) (i32.const 4) (i32.const 3)", 12],
    ])("%s costs by length, and a trap only its base", (instruction, operands, variable) => {
      const text = (start: string) => `(module ${declarations}
        (func (export "f") (local $a (ref null $words)) (local.set $a (array.new_fixed $words 10
          ${"(i32.const 0) ".repeat(10)}))
          (${instruction} (local.get $a) ${operands.replace("(i32.const 2)", `(i32.const ${start})`)})))`;
      const fine = make(lowering, text("2"), { costModel: "bounded" });
      fine.call("f");
      // Entry and a local, 10 constants, array.new_fixed, local.set, local.get, three constants, the instruction.
      const base = 2 + 10 + 1 + 1 + 1 + 3 + 1;
      expect(fine.store.fuelConsumed).toBe(BigInt(base + variable));
      const trapping = make(lowering, text("9"), { costModel: "bounded" });
      expect(trapCode(() => trapping.call("f"))).toBe("out-of-bounds-array-access");
      expect(trapping.store.fuelConsumed).toBe(BigInt(base));
      const starved = make(lowering, text("2"), { costModel: "bounded", fuel: base + variable - 1 });
      expect(() => starved.call("f")).toThrow(OutOfFuelError);
      expect(starved.store.fuelConsumed).toBe(BigInt(base - 1));
    });

    it("array.copy costs by length", () => {
      const text = `(module ${declarations} (func (export "f") (param $a (ref $words)) (param $n i32)
        (array.copy $words $words (local.get $a) (i32.const 1) (local.get $a) (i32.const 0) (local.get $n))))`;
      const instance = make(lowering, text, { costModel: "bounded" });
      const array = instance.call("make");
      const before = instance.store.fuelConsumed;
      instance.call("f", [array, 9]);
      expect(instance.store.fuelConsumed - before).toBe(1n + 6n + 9n);
    });
  });

  describe("objects and the host", () => {
    const text = `(module ${TYPES}
      (func (export "make") (param i32) (result (ref $pair)) (struct.new $pair (local.get 0) (ref.null $pair)))
      (func (export "bytes") (result (ref $bytes)) (array.new_default $bytes (i32.const 3)))
      (func (export "n") (param (ref $pair)) (result i32) (struct.get $pair $n (local.get 0)))
      (func (export "any") (param anyref) (result anyref) (local.get 0))
      (func (export "eq") (param eqref) (result eqref) (local.get 0))
      (func (export "i31") (param i31ref) (result i32) (i31.get_s (local.get 0)))
      (func (export "struct") (param structref) (result structref) (local.get 0))
      (func (export "array") (param arrayref) (result arrayref) (local.get 0))
      (func (export "none") (param nullref))
      (func (export "extern") (param externref) (result i32)
        (ref.test (ref i31) (any.convert_extern (local.get 0)))))`;

    it("objects are what they are of", () => {
      const instance = make(lowering, text);
      const pair = instance.call("make", [12]);
      const bytes = instance.call("bytes");
      expect(instance.call("n", [pair])).toBe(12);
      for (const name of ["any", "eq", "struct"]) expect(instance.call(name, [pair])).toBe(pair);
      for (const name of ["any", "eq", "array"]) expect(instance.call(name, [bytes])).toBe(bytes);
      expect(() => instance.call("array", [pair])).toThrow(TypeError);
      expect(() => instance.call("struct", [bytes])).toThrow(TypeError);
      expect(() => instance.call("n", [bytes])).toThrow(TypeError);
      expect(() => instance.call("n", [{ type: {}, fields: [1] }])).toThrow(TypeError);
      expect(() => instance.call("none", [pair])).toThrow(TypeError);
      expect(() => instance.call("eq", [{}])).toThrow(TypeError);
    });

    it("numbers of 31 bits are i31", () => {
      const instance = make(lowering, text);
      for (const value of [0, -1, 2 ** 30 - 1, -(2 ** 30)]) expect(instance.call("i31", [value])).toBe(value);
      for (const value of [2 ** 30, -(2 ** 30) - 1, 0.5, Number.NaN, "1", 1n]) {
        expect(() => instance.call("i31", [value])).toThrow(TypeError);
        expect(instance.call("any", [value])).toBe(value);
        expect(instance.call("extern", [value])).toBe(0);
      }
      expect(instance.call("extern", [7])).toBe(1);
    });

    it("another store's objects are refused", () => {
      const engine = new Engine({ lowering });
      const module = new Module(engine, wat(text));
      const [one, two] = [new Store(engine), new Store(engine)].map((store) =>
        new Linker(engine).instantiate(store, module),
      ) as [Instance, Instance];
      const pair = one.call("make", [1]);
      for (const name of ["any", "eq", "struct", "n", "extern"]) {
        expect(() => two.call(name, [pair]), name).toThrow(TypeError);
      }
    });

    it("are collected when nobody holds them", async () => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      const seen: WeakRef<object>[] = [];
      const see: HostFunction = (_caller, object: object) => {
        seen.push(new WeakRef(object));
        return null;
      };
      const instance = make(
        lowering,
        `(module ${TYPES} (import "host" "see" (func $see (param anyref) (result anyref)))
          (func (export "f") (drop (call $see (struct.new_default $pair)))))`,
        { hosts: { see } },
      );
      instance.call("f");
      expect(seen).toHaveLength(1);
      await new Promise((resolve) => setTimeout(resolve, 0));
      collect();
      expect(seen[0]?.deref()).toBeUndefined();
    });
  });
});

describe("the two lowerings", () => {
  /** Random bodies of structs and lists: each piece leaves the operand stack as `$pair` references. */
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("new", "default", "get", "set", "tee", "drop", "call") },
    fc.constantFrom("global", "unglobal", "null", "if", "block", "pair", "cast", "hold", "branch"),
  );

  /** Text of a body with two locals; `height` operands of type (ref null $pair) are on the stack. */
  function body(pieces: readonly string[], locals: readonly number[]): string {
    let height = 0;
    const out: string[] = [];
    pieces.forEach((name, k) => {
      const local = `$l${locals[k % locals.length]}`;
      const emit = (text: string, delta: number): void => {
        out.push(text);
        height += delta;
      };
      if (name === "new" || height === 0) emit(`(struct.new $pair (i32.const ${k}) (local.get ${local}))`, 1);
      else if (name === "default") emit("struct.new_default $pair", 1);
      else if (name === "get") emit(`local.get ${local}`, 1);
      else if (name === "set") emit(`local.set ${local}`, -1);
      else if (name === "tee") emit(`local.tee ${local}`, 0);
      else if (name === "drop") emit("drop", -1);
      else if (name === "call") emit("call $link", 0);
      else if (name === "global") emit("global.set $g", -1);
      else if (name === "unglobal") emit("global.get $g", 1);
      else if (name === "null") emit("ref.null $pair", 1);
      else if (name === "if") {
        emit(
          `(if (param (ref null $pair)) (result (ref null $pair)) (ref.is_null (local.get ${local}))
            (then call $link local.tee ${local}) (else (struct.new $pair (i32.const 1) (local.get ${local})) local.set ${local}))`,
          0,
        );
      } else if (name === "block") {
        emit(
          `(block (param (ref null $pair)) (result (ref null $pair)) (drop (struct.new_default $pair)))`,
          0,
        );
      } else if (name === "pair" && height >= 2) emit("call $join", -1);
      else if (name === "cast") emit("ref.cast (ref null $pair)", 0);
      else if (name === "hold") emit("call $hold", 0);
      else if (name === "branch") {
        emit(
          `(block $out (param (ref null $pair)) (result (ref null $pair))
            (br_on_cast $out (ref null $pair) (ref $pair)) (drop) (struct.new_default $pair))`,
          0,
        );
      }
    });
    return `${out.join("\n")} ${"drop ".repeat(height)}`;
  }

  const program = fc
    .record({
      pieces: fc.array(piece, { minLength: 5, maxLength: 60 }),
      locals: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 8 }),
      room: fc.integer({ min: 4, max: 14 }),
    })
    .map(({ pieces, locals, room }) => ({
      room,
      text: `(module ${TYPES}
        (global $g (mut (ref null $pair)) (ref.null $pair))
        (func $link (param (ref null $pair)) (result (ref null $pair))
          (struct.new $pair (i32.const 2) (local.get 0)))
        (func $join (param (ref null $pair) (ref null $pair)) (result (ref null $pair))
          (if (ref.is_null (local.get 0)) (then (return (struct.new $pair (i32.const 3) (local.get 1)))))
          (struct.set $pair $next (local.get 0) (ref.null $pair))
          (local.get 0))
        (func $hold (param (ref null $pair)) (result (ref null $pair)) (local $kept (ref null $pair))
          (local.set $kept (struct.new $pair (i32.const 4) (local.get 0)))
          (drop (struct.new_default $pair))
          (struct.get $pair $next (local.get $kept)))
        (func (export "f") (local $l0 (ref null $pair)) (local $l1 (ref null $pair)) ${body(pieces, locals)}))`,
    }));

  /** Everything observable of three calls, each stopped every `slice` units of fuel. */
  function observe(
    lowering: (typeof LOWERINGS)[number],
    text: string,
    room: number,
    slice: number,
  ): readonly unknown[] {
    const instance = make(lowering, text, { limits: { gcHeapBytes: room * PAIR } });
    const seen: unknown[] = [];
    for (let k = 0; k < 3; k++) {
      const execution = instance.start("f", []);
      let state = execution.resume({ fuel: slice });
      while (state === "out-of-fuel") state = execution.resume({ fuel: slice });
      const { error } = execution;
      seen.push(
        state,
        error instanceof Trap ? error.code : error,
        instance.store.fuelConsumed,
        heapOf(instance),
      );
    }
    return seen;
  }

  it("count the same, stopped or not", () => {
    let recounted = 0;
    let trapped = 0;
    fc.assert(
      fc.property(program, ({ text, room }) => {
        const expected = observe("fast", text, room, 1_000_000);
        for (const [lowering, slice] of [
          ["exact", 1_000_000],
          ["fast", 7],
          ["exact", 3],
        ] as const) {
          expect(observe(lowering, text, room, slice)).toEqual(expected);
        }
        if ((expected[3] as { recounts: number }).recounts > 0) recounted++;
        if (expected[0] === "trapped") trapped++;
      }),
      { numRuns: 80 },
    );
    expect(recounted).toBeGreaterThan(3);
    expect(trapped).toBeLessThan(70);
  });
});
