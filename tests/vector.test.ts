// Vector instructions and wide arithmetic, on both lowerings: traps, fuel and places inside runs of them; memories
// other than 0, 64-bit addresses; results that share registers with operands. What they compute is the suite's affair.

import { describe, expect, it } from "vitest";
import {
  Engine,
  type Instance,
  InterruptedError,
  Linker,
  type Memory,
  Module,
  OutOfFuelError,
  Store,
  Trap,
} from "wasmeter";
import { wat } from "./wat.ts";

/** Runs of vector instructions; the second of the three loads reaches furthest. */
const RUN = wat(`(module (memory (export "memory") 1)
  (func (export "f") (param i32) (result i32) (local v128)
    i32.const 0
    i32.const 32 v128.load
    v128.const i32x4 1 2 3 4 i32x4.add
    v128.store
    local.get 0 v128.load offset=16
    local.get 0 v128.load align=1
    i32x4.add
    i32x4.extract_lane 3))`);
/** const, const, load, const, add, store, get, and the load that traps. */
const COST_OF_TRAP = 8;
const COST = 12;
/** In bounds for the load at offset 16 is at most this. */
const LAST = 65536 - 32;

const UNALIGNED = wat(`(module (memory (export "memory") 1)
  (func (export "copy") (param i32 i32) local.get 0 local.get 1 v128.load v128.store)
  (func (export "splat") (param i32) (result i64) local.get 0 v128.load64_splat i64x2.extract_lane 1)
  (func (export "zero") (param i32) (result i64) local.get 0 v128.load32_zero i64x2.extract_lane 0))`);

const ELSEWHERE = wat(`(module (memory 1) (memory $m i64 1)
  (func (export "f") (param i64) (result i32)
    local.get 0 v128.const i32x4 5 6 7 8 v128.store $m offset=8
    local.get 0 v128.const i32x4 0 0 0 0 v128.load32_lane $m offset=12 2
    i32x4.extract_lane 2)
  (func (export "lane") (param i64) local.get 0 v128.const i32x4 5 6 7 8 v128.store32_lane $m 3)
  (func (export "first") (result i32) i32.const 8 i32.load))`);

const WIDE = wat(`(module (func (export "low") (param i64 i64) (result i64 i64) (local i64 i64)
    i64.const 77 local.set 3
    local.get 0 local.get 1 i64.mul_wide_u drop local.set 2
    local.get 2 local.get 3))`);

const ALIASED = wat(`(module (func (export "f") (param i32) (result i32) (local $a v128) (local $b v128)
    (local.set $a (i32x4.splat (local.get 0)))
    (local.set $b (i32x4.replace_lane 1 (local.get $a) (i32.const 9)))
    (local.set $b (i8x16.shuffle 4 5 6 7 0 1 2 3 16 17 18 19 20 21 22 23 (local.get $b) (local.get $b)))
    (local.set $a (v128.bitselect (local.get $a) (local.get $b) (local.get $a)))
    (i32.add (i32x4.extract_lane 0 (local.get $b)) (i32x4.extract_lane 0 (local.get $a)))))`);

/** Vector and scalar instructions by turns, as loops over arrays have them: a turn costs 23, the end 4. */
const LOOP = wat(`(module (memory (export "memory") 1)
  (func (export "f") (param $p i32) (param $q i32) (param $end i32) (result i32) (local $n i32) (local $sum v128)
    (loop $next
      (local.set $sum (i32x4.add (local.get $sum) (v128.load (local.get $p))))
      (local.set $n (i32.add (local.get $n) (i32.load (local.get $q))))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $q (i32.add (local.get $q) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $p) (local.get $end))))
    (i32.add (local.get $n) (i32x4.extract_lane 1 (local.get $sum))))
  (func (export "spin") (local $v v128)
    (loop $next
      (local.set $v (i32x4.add (local.get $v) (local.get $v)))
      (br $next))))`);
const LOOP_COST = 16 * 23 + 4;

/** Bytes of each word of one operand rotated; and shuffles that look like it, but are none. */
const ROTATIONS = wat(`(module
  ${[
    ["first", "1 2 3 0 5 6 7 4 9 10 11 8 13 14 15 12"],
    ["second", "19 16 17 18 23 20 21 22 27 24 25 26 31 28 29 30"],
    ["both", "2 3 0 1 6 7 4 5 26 27 24 25 14 15 12 13"],
    ["other", "2 3 0 1 6 7 4 5 10 11 8 9 14 15 13 12"],
  ]
    .map(
      ([name, lanes]) => `(func (export "${name}") (param v128 v128) (result v128)
    (i8x16.shuffle ${lanes} (local.get 0) (local.get 1)))`,
    )
    .join("\n")})`);

describe.each(["fast", "exact"] as const)("%s lowering", (lowering) => {
  const engine = new Engine({ lowering, features: "all" });
  const instantiate = (bytes: Uint8Array, fuel?: number): { store: Store; instance: Instance } => {
    const store = new Store(engine, fuel === undefined ? {} : { fuel });
    return { store, instance: new Linker(engine).instantiate(store, new Module(engine, bytes)) };
  };
  const caught = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it("runs to the end at the last address", () => {
    const { store, instance } = instantiate(RUN);
    instance.call("f", [LAST]);
    expect(store.fuelConsumed).toBe(BigInt(COST));
  });

  it.each([
    [LAST + 1, COST_OF_TRAP],
    [0xffff_fff0 | 0, COST_OF_TRAP],
  ])("traps at address %i in the middle of a run, having paid and done what is before", (address, cost) => {
    const { store, instance } = instantiate(RUN);
    const error = caught(() => instance.call("f", [address])) as Trap;
    expect(error).toMatchObject({ code: "out-of-bounds-memory-access", fuelConsumed: BigInt(cost) });
    expect(store.fuelConsumed).toBe(BigInt(cost));
    const words = new Int32Array((instance.exports.memory as Memory).read(0, 16).buffer);
    expect([...words]).toEqual([1, 2, 3, 4]);
    // Its own 4 bytes, then get (2), load (4), addition (3), lane (3), end.
    const load = RUN.length - 4 - 2 - 4 - 3 - 3 - 1;
    expect([...RUN.subarray(load, load + 2)]).toEqual([0xfd, 0]);
    expect(error.backtrace[0]?.offset).toBe(load);
  });

  it("stops exactly where the fuel ends", () => {
    for (let fuel = 0; fuel < COST; fuel++) {
      const { store, instance } = instantiate(RUN, fuel);
      expect(caught(() => instance.call("f", [0]))).toBeInstanceOf(OutOfFuelError);
      expect(store.fuelRemaining).toBe(0n);
    }
    const { instance } = instantiate(RUN, COST);
    expect(instance.call("f", [0])).toBe(4);
  });

  it("goes on after running out of fuel before every instruction", () => {
    const { instance } = instantiate(RUN);
    const execution = instance.start("f", [0]);
    let slices = 1;
    while (execution.resume({ fuel: 1 }) === "out-of-fuel") slices++;
    expect(execution.result).toBe(4);
    expect(slices).toBe(COST);
  });

  describe("a loop of vector and scalar instructions", () => {
    const prepared = (fuel?: number) => {
      const made = instantiate(LOOP, fuel);
      const words = Int32Array.from({ length: 64 }, (_, k) => k);
      (made.instance.exports.memory as Memory).write(0, new Uint8Array(words.buffer));
      return made;
    };
    const RESULT = 976;

    it.each([
      ["the vector load with which it begins, in the fifth turn", 65536 - 64, 0, 4 * 23 + 4, 0xfd],
      ["a scalar load, in the third turn", 0, 65536 - 32, 2 * 23 + 9, 0x28],
    ])("traps at %s", (_, p, q, cost, opcode) => {
      const { store, instance } = prepared();
      const error = caught(() => instance.call("f", [p, q, -1])) as Trap;
      expect(error).toMatchObject({ code: "out-of-bounds-memory-access", fuelConsumed: BigInt(cost) });
      expect(store.fuelConsumed).toBe(BigInt(cost));
      expect(LOOP[error.backtrace[0]?.offset as number]).toBe(opcode);
    });

    it("stops exactly where the fuel ends", () => {
      const cost = 3 * 23 + 4;
      for (let fuel = 0; fuel < cost; fuel++) {
        const { store, instance } = prepared(fuel);
        expect(caught(() => instance.call("f", [0, 0, 48]))).toBeInstanceOf(OutOfFuelError);
        expect(store.fuelRemaining).toBe(0n);
      }
      const { store, instance } = prepared(cost);
      expect(instance.call("f", [0, 0, 48])).toBe(1 + 5 + 9 + 4 + 8);
      expect(store.fuelRemaining).toBe(0n);
    });

    it.each([1, 7, 30])("goes on after running out of slices of %i", (fuel) => {
      const { store, instance } = prepared();
      const execution = instance.start("f", [0, 0, 256]);
      while (execution.resume({ fuel }) === "out-of-fuel");
      expect(execution.result).toBe(RESULT);
      expect(store.fuelConsumed).toBe(BigInt(LOOP_COST));
    });

    it("can be interrupted", () => {
      const { instance } = instantiate(LOOP);
      expect(caught(() => instance.call("spin", [], { timeoutMs: 10 }))).toBeInstanceOf(InterruptedError);
    });
  });

  it("rotates words by a shuffle, and shuffles what only looks like it", () => {
    const { instance } = instantiate(ROTATIONS);
    const operands = [0, 16].map((from) => Uint8Array.from({ length: 16 }, (_, k) => from + k));
    const lanes = (name: string): number[] => [...(instance.call(name, operands) as Uint8Array)];
    expect(lanes("first")).toEqual([1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12]);
    expect(lanes("second")).toEqual([19, 16, 17, 18, 23, 20, 21, 22, 27, 24, 25, 26, 31, 28, 29, 30]);
    expect(lanes("both")).toEqual([2, 3, 0, 1, 6, 7, 4, 5, 26, 27, 24, 25, 14, 15, 12, 13]);
    expect(lanes("other")).toEqual([2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 13, 12]);
  });

  it("loads and stores at every alignment", () => {
    const { instance } = instantiate(UNALIGNED);
    const memory = instance.exports.memory as Memory;
    const bytes = Uint8Array.from({ length: 32 }, (_, k) => 0xf8 - 7 * k);
    const end = 65536 - 32;
    memory.write(end, bytes);
    for (let from = 0; from <= 16; from++) {
      for (let to = 100; to < 104; to++) {
        memory.write(96, new Uint8Array(32));
        instance.call("copy", [to, end + from]);
        expect(memory.read(to, 16)).toEqual(bytes.slice(from, from + 16));
        expect(memory.read(to + 16, 4)).toEqual(new Uint8Array(4));
        expect(memory.read(96, 4)).toEqual(new Uint8Array(4));
      }
      const view = new DataView(bytes.buffer);
      expect(instance.call("splat", [end + from])).toBe(view.getBigInt64(from, true));
      expect(instance.call("zero", [end + from])).toBe(BigInt(view.getUint32(from, true)));
    }
  });

  it("reaches other memories with 64-bit addresses", () => {
    const { instance } = instantiate(ELSEWHERE);
    expect(instance.call("f", [16n])).toBe(6);
    expect(instance.call("first")).toBe(0);
    for (const address of [65536n, 2n ** 32n, 2n ** 64n - 8n]) {
      expect(() => instance.call("f", [BigInt.asIntN(64, address)])).toThrow(Trap);
      expect(() => instance.call("lane", [BigInt.asIntN(64, address)])).toThrow(
        "out of bounds memory access",
      );
    }
    instance.call("lane", [65532n]);
  });

  it("executes both halves of what is fused behind a vector instruction", () => {
    const module = new Module(
      engine,
      wat(`(module (func (export "f") (param i32 i32) (result i32) (local v128)
        (local.set 2 (i32x4.splat (i32.const 1)))
        local.get 0 local.get 1
        (block (param i32 i32) (result i32)
          (local.set 0 (i32.const 9)) (local.set 1 (i32.const 9))
          i32.const 100 i32.mul i32.add
          (i32x4.extract_lane 0 (local.get 2)) i32.add)))`),
    );
    const instance = new Linker(engine).instantiate(new Store(engine), module);
    expect(instance.call("f", [2, 3])).toBe(303);
  });

  it("keeps operands apart that share a register with the result", () => {
    expect(instantiate(ALIASED).instance.call("f", [3])).toBe(9 + ((3 & 3) | (9 & ~3)));
  });

  it("does not let the unused half of a wide product overwrite a local", () => {
    expect(instantiate(WIDE).instance.call("low", [-1n, -1n])).toEqual([1n, 77n]);
  });
});
