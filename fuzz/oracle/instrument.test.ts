import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { instrumentModule } from "./instrument.ts";
import { countedInstance, nativeWebAssembly, runCounted } from "./native.ts";
import { PROGRAMS } from "./programs.ts";

describe("the independent count equals the count by hand", () => {
  for (const { name, text, runs } of PROGRAMS) {
    const bytes = wat(text);
    it.each(runs)(`${name} $args`, ({ args, result, trap, cost }) => {
      const run = runCounted(bytes, { name: "f", args });
      expect(run.outcome).toBe(trap === undefined ? "returned" : "trapped");
      expect(run.result).toEqual(result);
      expect(run.fuel).toBe(BigInt(cost));
    });
  }
});

it("is exact when a host function looks", () => {
  const bytes = wat(`(module (import "env" "look" (func $look)) (import "env" "g" (global i32))
    (global $own (mut i32) (i32.const 5))
    (func (export "f") nop nop call $look global.get $own drop global.get 0 drop nop call $look nop))`);
  const seen: bigint[] = [];
  const env = { look: () => seen.push(instance.fuel()), g: 7 };
  const instance = countedInstance(bytes, { env });
  instance.start();
  (instance.exports.f as () => void)();
  expect(seen).toEqual([3n, 9n]);
  expect(instance.fuel()).toBe(10n);
});

it("counts a start function that traps", () => {
  const run = runCounted(wat(`(module (func $s nop nop unreachable) (start $s))`));
  expect(run).toMatchObject({ outcome: "trapped", fuel: 3n });
});

it("keeps the start function by default", () => {
  const bytes = wat(`(module (func $s nop nop) (start $s))`);
  const native = nativeWebAssembly();
  const { exports } = new native.Instance(new native.Module(instrumentModule(bytes)), {});
  expect((exports.__fuel as { value: bigint }).value).toBe(2n);
});

it("steps over every kind of immediate", () => {
  // v128 constants and lanes, large alignments and offsets, typed select, float bits that look like opcodes.
  const bytes = wat(`(module (memory 2) (table $t 2 funcref) (elem declare func $f)
    (func $f (export "f") (result i32)
      v128.const i32x4 0x0b0b0b0b 0x0b050b05 3 0x0b
      i8x16.extract_lane_u 12
      i32.const 11
      v128.const i64x2 0 0
      v128.load32_lane offset=11 2
      v128.any_true
      i32.add
      f32.const 0x1.16160ap-104
      f64.const 0x1.b0b0b0b0b0b0bp+11
      drop drop
      i64.const 0x0b0b0b0b0b0b0b0b
      i64.const -1
      i32.const 11
      select (result i64)
      drop
      i32.const 11 i64.load offset=70000 align=8 drop
      i32.const 0 ref.func $f table.set $t
      v128.const i32x4 0 0 0 0 v128.const i32x4 0 0 0 0
      i8x16.shuffle 11 5 11 5 11 5 11 5 0 1 2 3 11 11 11 11
      drop
      f64.const 11 i32.trunc_sat_f64_s drop))`);
  expect(runCounted(bytes, { name: "f", args: [] })).toMatchObject({
    outcome: "returned",
    result: 11,
    fuel: 29n,
  });
});
