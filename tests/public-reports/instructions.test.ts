// Wrong results of other interpreters, as their users reported them, rebuilt: each test names its report, and what it taught.
// In both lowerings: most were faults of a translation that keeps operands elsewhere than on the stack, as the fast one does.

import { describe, expect, test } from "vitest";
import { Engine, Linker, Module, Store, Trap } from "wasmeter";
import { wat } from "../wat.ts";

describe.each(["fast", "exact"] as const)("in %s code", (lowering) => {
  const engine = new Engine({ lowering });
  const instance = (text: string) =>
    new Linker(engine).instantiate(new Store(engine), new Module(engine, wat(text)));
  const run = (text: string, ...args: unknown[]) => instance(text).call("run", args);
  const trapOf = (text: string) => {
    try {
      run(text);
    } catch (error) {
      if (error instanceof Trap) return error.code;
      throw error;
    }
    return "no trap";
  };

  test("wasm-micro-runtime#3403: an if's parameters are taken by each arm, unreachable code behind a branch or not", () => {
    expect(
      run(`(module (func (export "run") (result i64)
        i64.const 122 i32.const 1 i32.const 2147483647 i32.const -1 i32.const 1
        if (param i32 i32 i32) (result i32) select else br 0 nop select end drop))`),
    ).toBe(122n);
  });

  test("wasm-micro-runtime#3170: a branch that gives a block's value goes on behind the block", () => {
    expect(
      trapOf(`(module (memory 1 5) (func (export "run") (result i32)
        block (result i64) i64.const -7384628800742112618 br 0 end
        i64.const 8296663890419202031 i64.clz drop
        i32.wrap_i64 i32.load8_s offset=32226))`),
    ).toBe("out-of-bounds-memory-access");
  });

  test("wasm-micro-runtime#3387: an if without else hands its parameters on", () => {
    expect(
      trapOf(`(module (global (mut i64) (i64.const 858))
        (func (export "run") (result i64)
          i32.const -1518330408 i64.const 1022 i64.const 904 i64.add global.get 0 i64.add global.set 0
          f32.const 0x1.01499cp+1 call $infinity
          i32.const 0 if (param f32) (result f32) end
          i64.trunc_f32_u return)
        (func $infinity (param f32) (result f32) f32.const inf))`),
    ).toBe("integer-overflow");
  });

  test("wasm-micro-runtime#3388: also several, in their order", () => {
    expect(
      run(`(module (func (export "run") (result i64)
          i64.const 230 i64.const 366 i64.div_u i64.const 968 call $pair
          i32.const 0 if (param i64 i64) (result i64 i64) end
          i64.div_u)
        (func $pair (param i64 i64) (result i64 i64) i64.const 0 i64.const 9223372036854775807))`),
    ).toBe(0n);
  });

  test("wasm-micro-runtime#3991: table.init from an active segment, which is empty by then, traps", () => {
    expect(
      trapOf(`(module (table 4 funcref) (elem (i32.const 0) funcref (ref.null func) (ref.null func))
        (func (export "run") (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))`),
    ).toBe("out-of-bounds-table-access");
  });

  test("wasm-micro-runtime#2096: table.init of nothing traps where it would begin past the end", () => {
    const init = (at: number) => `(module (table 4 funcref) (elem funcref (ref.null func))
      (func (export "run") (table.init 0 (i32.const ${at}) (i32.const 0) (i32.const 0))))`;
    expect(trapOf(init(-2147483648))).toBe("out-of-bounds-table-access");
    expect(trapOf(init(5))).toBe("out-of-bounds-table-access");
    expect(trapOf(init(4))).toBe("no trap");
  });

  test("wasm-micro-runtime#2797: so does memory.init", () => {
    const init = (at: number, length: number) => `(module (memory 1) (data "abc")
      (func (export "run") (memory.init 0 (i32.const ${at}) (i32.const 0) (i32.const ${length}))))`;
    expect(trapOf(init(65_537, 0))).toBe("out-of-bounds-memory-access");
    expect(trapOf(init(65_534, 3))).toBe("out-of-bounds-memory-access");
    expect(trapOf(init(65_533, 3))).toBe("no trap");
    expect(trapOf(init(-1, 3))).toBe("out-of-bounds-memory-access");
  });

  test("wasm-micro-runtime#4684: growing a 64-bit memory by 2³² pages fails, and is not growing by none", () => {
    const { exports } = instance(`(module (memory i64 1 1)
      (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
      (func (export "size") (result i64) memory.size))`);
    for (const pages of [2n ** 32n, 2n ** 32n + 1n, 2n ** 48n, -1n, 1n])
      expect(exports.grow(pages)).toBe(-1n);
    expect(exports.grow(0n)).toBe(1n);
    expect(exports.size()).toBe(1n);
  });

  test("wazero#1054: memory.fill with operands that are sizes of a table fills where it should", () => {
    const guest = instance(`(module (table 1000 1000 externref) (memory (export "memory") 1 1)
      (func (export "run") table.size 0 table.size 0 table.size 0 memory.fill))`);
    guest.call("run");
    const bytes = (guest.exports.memory as { bytes(): Uint8Array }).bytes();
    expect([...bytes.subarray(998, 1002)]).toEqual([0, 0, 1000 & 255, 1000 & 255]);
    expect([...bytes.subarray(1998, 2002)]).toEqual([1000 & 255, 1000 & 255, 0, 0]);
  });

  test("binaryen#3149: a memory.fill that does not fit writes nothing", () => {
    const guest = instance(`(module (memory 1 1)
      (func (export "run") (memory.fill (i32.const 15) (i32.const 14) (i32.const -2)))
      (func (export "at15") (result i32) (i32.load8_u (i32.const 15))))`);
    expect(() => guest.call("run")).toThrow("out of bounds memory access");
    expect(guest.call("at15")).toBe(0);
  });

  test("wabt#2464: recursion through call_indirect that never ends traps, and what follows does not run", () => {
    const guest = instance(`(module (table 1 funcref) (elem (i32.const 0) $self)
      (global $after (export "after") (mut i32) (i32.const 0))
      (func $self (export "run") (result i32)
        (drop (call_indirect (result i32) (i32.const 0)))
        (global.set $after (i32.const 1))
        (i32.const 7)))`);
    expect(() => guest.call("run")).toThrow("call stack exhausted");
    expect((guest.exports.after as { value: number }).value).toBe(0);
  });

  test("wabt#2729: memory.copy from a 64-bit memory to a 32-bit one takes its operands as they are", () => {
    expect(
      run(`(module (memory $narrow 1) (memory $wide i64 1) (data (memory $wide) (i64.const 5) "H")
        (func (export "run") (result i32)
          (memory.copy $narrow $wide (i32.const 9) (i64.const 5) (i32.const 1))
          (i32.load8_u $narrow (i32.const 9))))`),
    ).toBe(72);
  });

  test("wabt#2730: so does table.copy between tables of both kinds", () => {
    expect(
      run(`(module (table $narrow 4 funcref) (table $wide i64 4 funcref)
        (elem (table $wide) (i64.const 1) func $seven)
        (func $seven (result i32) (i32.const 7))
        (func (export "run") (result i32)
          (table.copy $narrow $wide (i32.const 2) (i64.const 1) (i32.const 1))
          (call_indirect $narrow (result i32) (i32.const 2))))`),
    ).toBe(7);
  });

  test("wazero#249: f32.copysign changes the sign and no other bit, of a NaN too", () => {
    const copysign = `(module (func (export "run") (param i32 i32) (result i32)
      (i32.reinterpret_f32 (f32.copysign (f32.reinterpret_i32 (local.get 0)) (f32.reinterpret_i32 (local.get 1))))))`;
    expect((run(copysign, 0x7fa00001, 0x80000000) as number) >>> 0).toBe(0xffa00001);
    expect((run(copysign, 0xffa00001 | 0, 0) as number) >>> 0).toBe(0x7fa00001);
    expect((run(copysign, 0x3f800000, 0xffc00000 | 0) as number) >>> 0).toBe(0xbf800000);
  });

  test("WasmEdge#2098: the larger and the smaller of a signalling NaN and a number are quiet", () => {
    for (const name of ["min", "max"]) {
      const text = `(module (func (export "run") (param i32) (result i32)
        (i32.reinterpret_f32 (f32.${name} (f32.reinterpret_i32 (local.get 0)) (f32.const 1)))))`;
      const bits = (run(text, 0x7fa00000) as number) >>> 0;
      expect(bits & 0x7fc00000).toBe(0x7fc00000);
    }
  });

  test("wasmi#1051: a local that is set twice in a row keeps the value it was given, and so does the other", () => {
    const twice = (from: number) => `(module (func (export "run") (result i32 i32 i32 i32) (local i32 i32 i32)
      (local.set 0 (i32.const 10)) (local.set 1 (i32.const 11)) (local.set 2 (i32.const 12))
      local.get ${from} local.tee 1 local.tee 0 local.get 0 local.get 1 local.get 2))`;
    expect(run(twice(0))).toEqual([10, 10, 10, 12]);
    expect(run(twice(1))).toEqual([11, 11, 11, 12]);
    expect(run(twice(2))).toEqual([12, 12, 12, 12]);
  });

  test("wazero#2313: types that are equal in structure are one to call_indirect", () => {
    expect(
      run(`(module (type $a (func (param i32) (result i32))) (type $b (func (param i32) (result i32)))
        (table 1 funcref) (elem (i32.const 0) $double)
        (func $double (type $a) (i32.mul (local.get 0) (i32.const 2)))
        (func (export "run") (result i32) (call_indirect (type $b) (i32.const 21) (i32.const 0))))`),
    ).toBe(42);
  });
});
