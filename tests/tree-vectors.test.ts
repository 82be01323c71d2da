// Loops of vector and scalar instructions put together at random: closure trees, which hand values on, hold lanes as words and take
// constants apart, leave what the loop and native WebAssembly leave, and take the same fuel.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine, Linker, Module, Store, Trap } from "wasmeter";
import { setTier, type TierMode } from "#testing";
import { wat } from "./wat.ts";

const lanes = (shapes: string, names: string): string[] =>
  shapes.split(" ").flatMap((shape) => names.split(" ").map((name) => `${shape}.${name}`));

const BINARY = [
  ...lanes("i8x16 i16x8", "add sub add_sat_s add_sat_u sub_sat_s sub_sat_u min_s min_u max_s max_u avgr_u"),
  ...lanes("i8x16 i16x8 i32x4", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"),
  ...lanes("i32x4", "add sub mul min_s min_u max_s max_u dot_i16x8_s"),
  ...lanes("i64x2", "add sub mul eq lt_s"),
  ...lanes("i16x8", "mul q15mulr_sat_s extmul_low_i8x16_u extmul_high_i8x16_s narrow_i32x4_u narrow_i32x4_s"),
  ...lanes("i8x16", "swizzle narrow_i16x8_s narrow_i16x8_u"),
  ...lanes("v128", "and or xor andnot"),
];
const UNARY = [
  ...lanes("i8x16 i16x8 i32x4 i64x2", "neg abs"),
  ...lanes("i16x8", "extend_low_i8x16_u extend_low_i8x16_s extend_high_i8x16_u extend_high_i8x16_s"),
  ...lanes("i16x8", "extadd_pairwise_i8x16_u extadd_pairwise_i8x16_s"),
  ...lanes("i32x4", "extend_low_i16x8_s extend_high_i16x8_u extadd_pairwise_i16x8_s"),
  ...lanes("i64x2", "extend_low_i32x4_u"),
  "v128.not",
  "i8x16.popcnt",
];
const SHIFTS = lanes("i8x16 i16x8 i32x4 i64x2", "shl shr_s shr_u");
const TESTS = ["v128.any_true", ...lanes("i8x16 i16x8 i32x4 i64x2", "all_true bitmask")];
const LOADS = ["v128.load", "v128.load8x8_u", "v128.load16x4_s", "v128.load32_splat", "v128.load64_zero"];

const VECTORS = 4;
const NUMBERS = 3;
const vectorLocal = fc.nat(VECTORS - 1).map((k) => `$v${k}`);
const numberLocal = fc.nat(NUMBERS - 1).map((k) => `$i${k}`);
/** Words whose lanes stand at the borders of their ranges, and any. */
const word = fc.oneof(
  fc.constantFrom(0, 1, -1, 0x7f7f7f7f, 0x7fff7fff, 0x0f0f0f0f, 0x00ff00ff, -0x7f7f7f80, -0x80000000),
  fc.integer(),
);
/** Aligned or not, at the memory's end too: some accesses trap. */
const address = fc
  .tuple(numberLocal, fc.constantFrom(1020, 4095, 65535))
  .map(([local, mask]) => `(i32.and (local.get ${local}) (i32.const ${mask}))`);
const offset = fc.constantFrom(0, 1, 16, 40);
const depth = { maxDepth: 3, depthSize: "small" } as const;

const { vector, number } = fc.letrec<{ vector: string; number: string }>((tie) => ({
  vector: fc.oneof(
    depth,
    vectorLocal.map((local) => `(local.get ${local})`),
    fc.tuple(word, word, word, word).map((words) => `(v128.const i32x4 ${words.join(" ")})`),
    call(fc.constantFrom(...BINARY), tie("vector"), tie("vector")),
    call(fc.constantFrom(...BINARY), tie("vector"), tie("vector")),
    call(fc.constantFrom(...UNARY), tie("vector")),
    call(fc.constantFrom(...SHIFTS), tie("vector"), tie("number")),
    call(
      fc.constantFrom(...SHIFTS),
      tie("vector"),
      fc.integer({ min: -1, max: 70 }).map((by) => `(i32.const ${by})`),
    ),
    fc
      .tuple(vectorLocal, fc.nat(31))
      .map(
        ([local, by]) =>
          `(v128.or (i32x4.shl (local.get ${local}) (i32.const ${by})) (i32x4.shr_u (local.get ${local}) (i32.const ${32 - by})))`,
      ),
    call(fc.constantFrom("i8x16.splat", "i16x8.splat", "i32x4.splat"), tie("number")),
    fc
      .tuple(fc.array(fc.nat(31), { minLength: 16, maxLength: 16 }), tie("vector"), tie("vector"))
      .map(([from, x, y]) => `(i8x16.shuffle ${from.join(" ")} ${x} ${y})`),
    // Whole words of one register, turned by whole bytes: what ciphers do.
    fc
      .tuple(fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }), fc.nat(3), vectorLocal)
      .map(
        ([words, turn, local]) =>
          `(i8x16.shuffle ${words.flatMap((k) => [0, 1, 2, 3].map((b) => 4 * k + ((b + turn) & 3))).join(" ")} (local.get ${local}) (local.get ${local}))`,
      ),
    call(fc.constant("v128.bitselect"), tie("vector"), tie("vector"), tie("vector")),
    fc.tuple(fc.nat(3), tie("vector"), tie("number")).map((it) => `(i32x4.replace_lane ${it.join(" ")})`),
    fc.tuple(fc.nat(15), tie("vector"), tie("number")).map((it) => `(i8x16.replace_lane ${it.join(" ")})`),
    fc
      .tuple(fc.constantFrom(...LOADS), offset, address)
      .map(([load, at, from]) => `(${load} offset=${at} ${from})`),
    fc.tuple(vectorLocal, tie("vector")).map(([local, x]) => `(local.tee ${local} ${x})`),
  ),
  number: fc.oneof(
    depth,
    numberLocal.map((local) => `(local.get ${local})`),
    word.map((value) => `(i32.const ${value})`),
    call(
      fc.constantFrom("i32.add", "i32.xor", "i32.mul", "i32.rotl", "i32.lt_u"),
      tie("number"),
      tie("number"),
    ),
    call(fc.constantFrom(...TESTS), tie("vector")),
    fc.tuple(fc.nat(3), tie("vector")).map((it) => `(i32x4.extract_lane ${it.join(" ")})`),
    fc.tuple(fc.nat(15), tie("vector")).map((it) => `(i8x16.extract_lane_u ${it.join(" ")})`),
    fc.tuple(numberLocal, tie("number")).map(([local, x]) => `(local.tee ${local} ${x})`),
  ),
}));

function call(name: fc.Arbitrary<string>, ...operands: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(name, ...operands).map((parts) => `(${parts.join(" ")})`);
}

const { body } = fc.letrec<{ statement: string; body: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    fc.tuple(vectorLocal, vector).map(([local, x]) => `(local.set ${local} ${x})`),
    fc.tuple(numberLocal, number).map(([local, x]) => `(local.set ${local} ${x})`),
    fc.tuple(offset, address, vector).map(([at, to, x]) => `(v128.store offset=${at} ${to} ${x})`),
    fc.tuple(number, tie("body"), tie("body")).map(([x, y, z]) => `(if ${x} (then ${y}) (else ${z}))`),
  ),
  body: fc.array(tie("statement"), { minLength: 1, maxLength: 6 }).map((all) => all.join("\n")),
}));

const locals = (): string => Array.from({ length: VECTORS }, (_, k) => `(local $v${k} v128)`).join(" ");
const kept = (): string =>
  Array.from({ length: VECTORS }, (_, k) => `(v128.store (i32.const ${16 * k}) (local.get $v${k}))`).join(
    "\n",
  );

const program = (loop: string): string => `
  (module
    (memory (export "memory") 1)
    (data (i32.const 0) "\\00\\01\\7f\\80\\81\\fe\\ff\\55\\aa\\10\\0f\\f0\\33\\cc\\99\\66\\de\\ad\\be\\ef")
    (func (export "run") (param $turns i32) (param $i0 i32) (result i32) (local $i1 i32) (local $i2 i32) ${locals()}
      (local.set $v1 (v128.load (i32.const 0)))
      (local.set $v2 (v128.load (i32.const 4)))
      (loop $turn
        ${loop}
        (br_if $turn (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
      ${kept()}
      (i32.xor (local.get $i0) (i32.xor (local.get $i1) (local.get $i2)))))`;

const TURNS = 5;

interface Exports {
  run(turns: number, x: number): number;
  readonly memory: { readonly buffer: ArrayBuffer };
}

const native = Reflect.get(globalThis, "WebAssembly") as {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
  readonly RuntimeError: new () => Error;
};

/** The result or the trap's code, the memory, and the fuel that was used. */
function outcome(bytes: Uint8Array, tier: TierMode): { result: unknown; memory: Buffer; fuel: bigint } {
  const engine = new Engine();
  setTier(engine, tier);
  const store = new Store(engine);
  const instance = new Linker(engine).instantiate(store, new Module(engine, bytes));
  let result: unknown;
  try {
    result = instance.call("run", [TURNS, 12345]);
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
    result = error.code;
  }
  const memory = instance.exports.memory as unknown as { read(at: number, length: number): Uint8Array };
  return { result, memory: Buffer.from(memory.read(0, 65536)), fuel: store.fuelConsumed };
}

describe("vectors in trees", () => {
  it("leave what the loop and native WebAssembly leave", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(body, (loop) => {
        const bytes = wat(program(loop));
        const expected = outcome(bytes, "off");
        for (const tier of ["always", "random"] as const) {
          const { result, memory, fuel } = outcome(bytes, tier);
          expect({ result, fuel }).toEqual({ result: expected.result, fuel: expected.fuel });
          expect(memory.equals(expected.memory)).toBe(true);
        }
        const { run, memory } = new native.Instance(new native.Module(bytes)).exports;
        try {
          expect(run(TURNS, 12345)).toBe(expected.result);
        } catch (error) {
          if (!(error instanceof native.RuntimeError)) throw error;
          expect(typeof expected.result).toBe("string");
        }
        expect(Buffer.from(memory.buffer).equals(expected.memory)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
