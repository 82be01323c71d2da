// Closure trees: what V8 must be able to inline, and every way out of a tree.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { Engine, InterruptedError, Linker, type Memory, Module, OutOfFuelError, Store, Trap } from "wasmeter";
import { compiledOf, setTier, type TierMode } from "#testing";
import { projectRoot } from "./built-code.ts";
import { wat } from "./wat.ts";

/** V8 inlines functions up to this size always, larger ones only while little has been inlined. */
const ALWAYS_INLINED = 27;
/** Clearing takes long anyway. */
const LARGER = new Set(["zeroNode"]);
/** No node of a tree. */
const OTHERS = new Set(["CodeNode", "makeNode", "startNode"]);

it("keeps the function of every node, and of what it calls, small enough to be inlined", () => {
  const testing = pathToFileURL(join(projectRoot, "dist/testing.js")).href;
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    [
      "--print-bytecode",
      "--no-flush-bytecode",
      "--input-type=module",
      "--eval",
      `import { exerciseTreeNodes } from ${JSON.stringify(testing)}; exerciseTreeNodes();`,
    ],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  expect(status, stderr).toBe(0);
  const sizes = new Map<string, number>();
  for (const [, name, length] of stdout.matchAll(
    /function: (\w+(?:Node|Part)) [^\n]*\nBytecode length: (\d+)/g,
  )) {
    sizes.set(name as string, Math.max(Number(length), sizes.get(name as string) ?? 0));
  }
  expect(sizes.size).toBeGreaterThan(80);
  const large = [...sizes].filter(
    ([name, size]) => size > ALWAYS_INLINED && !LARGER.has(name) && !OTHERS.has(name),
  );
  expect(large).toEqual([]);
});

const builtModule = (name: string): string =>
  JSON.stringify(pathToFileURL(join(projectRoot, "dist", `${name}.js`)).href);

/** A driver in what {@link inlined} gives: it has no name. */
const DRIVER = String.raw`0x\w+ \{0x\w+ <SharedFunctionInfo>\}`;

/** What V8 says of its inlining while `call` is done again and again, with trees of the nodes that it inlines. */
function inlined(text: string, times: number, call: string): string {
  const program = `
    import { Engine, Linker, Module, Store } from ${builtModule("index")};
    import { setTier } from ${builtModule("testing")};
    const engine = new Engine();
    setTier(engine, "hot", "inlined");
    const bytes = Buffer.from("${Buffer.from(wat(text)).toString("base64")}", "base64");
    const instance = new Linker(engine).instantiate(new Store(engine), new Module(engine, bytes));
    for (let k = 0; k < ${times}; k++) ${call};`;
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ["--trace-turbo-inlining", "--input-type=module", "--eval", program],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  expect(status, stderr).toBe(0);
  return stdout;
}

/** A triangle's area, counted: the inner loop is as short as its turn of the outer one. */
const NESTED = `(module (func (export "count") (param $n i32) (result i32) (local $i i32) (local $k i32) (local $sum i32)
  (loop $outer
    (local.set $k (local.get $i))
    (loop $inner
      (local.set $sum (i32.add (local.get $sum) (i32.xor (local.get $k) (local.get $i))))
      (br_if $inner (i32.gt_s (local.tee $k (i32.sub (local.get $k) (i32.const 1))) (i32.const 0))))
    (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
  (local.get $sum)))`;

it("leaves a loop inside another one to be compiled by itself", { timeout: 60_000 }, () => {
  const stdout = inlined(NESTED, 200, 'instance.call("count", [500])');
  expect(stdout).toMatch(
    new RegExp(String.raw`^Inlining \S+ \{\S+ <SharedFunctionInfo xorXYNode>\} into ${DRIVER}`, "m"),
  );
  expect(stdout).not.toMatch(new RegExp(`^Inlining ${DRIVER} into ${DRIVER}`, "m"));
});

/** A function whose sum comes behind two calls of itself. */
const FIBONACCI = `(module
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (result i32) (i32.lt_s (local.get $n) (i32.const 2)) (then (local.get $n))
      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
        (call $fib (i32.sub (local.get $n) (i32.const 2))))))))`;

it("has a recursive function inlined whole, whatever V8 has counted in other trees", {
  timeout: 60_000,
}, () => {
  const stdout = inlined(FIBONACCI, 60, 'instance.call("fib", [24])');
  expect(stdout).toMatch(
    new RegExp(String.raw`^Inlining \S+ \{\S+ <SharedFunctionInfo addXYNode>\} into ${DRIVER}`, "m"),
  );
  // Counts say nothing below a getter.
  const call = String.raw`JSCall node #\d+ with frequency unknown[^\n]*\n\s+- target: ${DRIVER}, bytecode size`;
  expect(stdout).toMatch(new RegExp(call));
});

it("builds none once they are off, of code that was lowered before either", { timeout: 60_000 }, async () => {
  const engine = new Engine();
  const bytes = await wat(`(module (func (export "f") (param $n i32) (result i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $n)))`);
  const module = new Module(engine, bytes);
  const instance = new Linker(engine).instantiate(new Store(engine), module);
  setTier(engine, "always");
  const compiled = compiledOf(module);
  const func = compiled.func(0);
  compiled.lower(func, () => false);
  const { entry } = func;
  setTier(engine, "off");
  expect(instance.call("f", [5000])).toBe(0);
  // The entry was taken back, and the function begins where it began before it had one.
  expect(func.entry).toBe(entry?.next);
});

const PROGRAM = `(module
  (memory (export "memory") 1)
  (global $g (mut i64) (i64.const 5))
  (type $binary (func (param i32 i32) (result i32)))
  (table funcref (elem $add $sub))
  (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
  (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))
  (func $deep (export "deep") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 7))
      (else (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))))
  (func (export "endless") (loop (br 0)))
  (func (export "grow") (param $n i32) (result i32) (local $sum i32)
    (loop $l
      (drop (memory.grow (i32.const 1)))
      (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)) (local.get $n))
      (local.set $sum (i32.add (local.get $sum)
        (i32.load (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "mixed") (param $n i32) (result i64) (local $sum i64) (local $x f64) (local $k i32)
    (local.set $x (f64.const 0.5))
    (loop $l
      (local.set $k (call_indirect (type $binary) (local.get $n) (i32.const 3)
        (i32.and (local.get $n) (i32.const 1))))
      (local.set $x (f64.add (f64.mul (local.get $x) (f64.const 1.25)) (f64.convert_i32_s (local.get $k))))
      (f64.store offset=1 (i32.and (local.get $n) (i32.const 0xff8)) (local.get $x))
      (global.set $g (i64.add (i64.mul (global.get $g) (i64.const 6364136223846793005))
        (i64.load offset=3 (i32.and (local.get $n) (i32.const 0xff0)))))
      (local.set $sum (i64.xor (local.get $sum) (i64.rotl (global.get $g) (i64.const 7))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "bulk") (param $n i32) (result i32) (local $sum i32)
    (loop $l
      (memory.fill (i32.and (local.get $n) (i32.const 0xfff)) (local.get $n) (i32.and (local.get $n) (i32.const 63)))
      (memory.copy (i32.and (i32.mul (local.get $n) (i32.const 7)) (i32.const 0xfff))
        (i32.and (i32.mul (local.get $n) (i32.const 5)) (i32.const 0xfff)) (i32.and (local.get $n) (i32.const 31)))
      (memory.copy (i32.const 100) (i32.const 97) (i32.and (local.get $n) (i32.const 7)))
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=90 (i32.and (local.get $n) (i32.const 15)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (memory.copy (i32.const 0) (i32.const 1) (i32.const 65535))
    (local.get $sum))
  (func (export "tooLong") (param $n i32)
    (loop $l
      (memory.fill (i32.const 1) (local.get $n) (i32.sub (i32.const 70000) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "past") (param $at i32) (result i32) (local $k i32)
    (loop $l
      (i32.store8 (local.get $k) (i32.const 1))
      (local.set $k (i32.add (local.get $k) (i32.load8_u (local.get $k))))
      (br_if $l (i32.lt_u (local.get $k) (local.get $at))))
    (local.get $k)))`;
const bytes = wat(PROGRAM);

/** A memory of 1,233 bytes; words, calls, shifts, lanes, floats with NaN, and accesses that are not aligned. */
const VECTORS = `(module
  (memory (export "memory") 1233 1233 (pagesize 1))
  (func (export "mix") (param $n i32) (result i64)
    (local $p i32) (local $a v128) (local $b v128) (local $f v128)
    (local.set $a (v128.const i32x4 1 -2 3 0x7fffffff))
    (local.set $f (v128.const f32x4 1.5 -0x1p-3 nan 0x1p+127))
    (loop $l
      (local.set $p (i32.and (i32.mul (local.get $n) (i32.const 7)) (i32.const 0x3ff)))
      (local.set $b (v128.load (local.get $p)))
      (local.set $a (i32x4.add (i32x4.mul (local.get $a) (i32x4.splat (local.get $n)))
        (v128.xor (local.get $b) (i32x4.shr_u (local.get $a) (i32.const 5)))))
      (local.set $a (v128.bitselect (local.get $a) (i8x16.sub_sat_u (local.get $b) (local.get $a))
        (i32x4.lt_s (local.get $a) (local.get $b))))
      (local.set $a (i8x16.shuffle 4 5 6 7 0 1 2 3 20 21 22 23 12 13 14 15 (local.get $a) (local.get $b)))
      (local.set $a (i32x4.max_u (i32x4.shl (local.get $a) (local.get $n)) (v128.not (local.get $b))))
      (local.set $a (i64x2.replace_lane 1 (local.get $a) (i64.extend_i32_s (local.get $p))))
      (local.set $f (f32x4.mul (f32x4.add (local.get $f) (f32x4.convert_i32x4_s (local.get $a)))
        (f32x4.neg (local.get $f))))
      (local.set $f (v128.or (local.get $f) (f64x2.sub (local.get $f) (f64x2.splat (f64.const 0.1)))))
      (v128.store offset=3 (local.get $p) (v128.xor (local.get $a) (local.get $f)))
      (v128.store32_lane offset=9 1 (local.get $p) (local.get $b))
      (v128.store (i32.and (local.get $p) (i32.const 0x3fc)) (v128.andnot (local.get $a) (local.get $b)))
      (local.set $b (v128.load64_zero offset=1 (local.get $p)))
      (local.set $a (i32x4.sub (local.get $a) (v128.load32_splat offset=4 (i32.and (local.get $p) (i32.const 0x3fc)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.add (i64x2.extract_lane 0 (v128.xor (local.get $a) (local.get $f)))
      (i64.extend_i32_u (i32.add (i32x4.extract_lane 3 (local.get $a)) (i8x16.bitmask (local.get $b))))))
  (func (export "last") (param $n i32) (result i32) (local $p i32) (local $a v128)
    (loop $l
      (local.set $a (i32x4.add (local.get $a) (v128.load offset=17 (local.get $p))))
      (br_if $l (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (local.get $n))))
    (i32.add (i32x4.extract_lane 0 (local.get $a)) (i32x4.extract_lane 3 (local.get $a)))))`;
const vectors = wat(VECTORS);

function make(tier: TierMode, options = {}, program = bytes) {
  const engine = new Engine({ features: "all" });
  setTier(engine, tier);
  const store = new Store(engine, options);
  return { engine, store, instance: new Linker(engine).instantiate(store, new Module(engine, program)) };
}

/** What is computed last is written where what is computed first has an operand; and of two traps the first one counts. */
const several = wat(`(module (memory 1) (global $g (mut i32) (i32.const 200))
  (func (export "words") (param i32) (result i32 i32)
    (i32.sub (i64.le_s (i64.extend_i32_s (local.get 0)) (i64.load16_u (i32.const 0))) (global.get $g))
    (global.get $g))
  (func (export "local") (param i32) (result i32 i32)
    (i64.le_s (i64.extend_i32_s (local.get 0)) (i64.load16_u (i32.const 0)))
    (local.get 0))
  (func (export "branch") (param i32) (result i32 i32)
    (block (result i32 i32)
      (i32.const 7)
      (i64.le_s (i64.extend_i32_s (local.get 0)) (i64.load16_u (i32.const 0)))
      (global.get $g)
      (br 0)))
  (func (export "first") (param i32) (result i32 i32)
    (i32.load (i32.const -1))
    (i32.div_u (i32.const 1) (i32.sub (local.get 0) (i32.const 1))))
  (func (export "second") (param i32) (result i32 i32)
    (i32.div_u (i32.const 1) (i32.sub (local.get 0) (i32.const 1)))
    (i32.load (i32.const -1))))`);

describe.each(["always", "random", "fused", "fused-random", "hot"] as const)("trees, %s", (tier) => {
  it("give what the loop gives, for the same fuel", () => {
    const loop = make("off");
    const trees = make(tier);
    for (const [name, argument] of [
      ["mixed", 5000],
      ["deep", 3000],
      ["grow", 20],
      ["past", 60_000],
      ["bulk", 5000],
    ] as const) {
      expect(trees.instance.call(name, [argument]), name).toEqual(loop.instance.call(name, [argument]));
      expect(trees.store.fuelConsumed, name).toBe(loop.store.fuelConsumed);
    }
    const [a, b] = [loop, trees].map(({ instance }) =>
      Buffer.from((instance.exports.memory as Memory).bytes()),
    );
    expect(Buffer.compare(a as Buffer, b as Buffer)).toBe(0);
  });

  it("trap where the loop does, with the same fuel and place", () => {
    const outcomes = [make("off"), make(tier)].map(({ store, instance }) => {
      try {
        return instance.call("past", [70_000]);
      } catch (error) {
        expect(error).toBeInstanceOf(Trap);
        const { code, message, backtrace, fuelConsumed } = error as Trap;
        return { code, message, backtrace, fuelConsumed, store: store.fuelConsumed };
      }
    });
    expect(outcomes[1]).toEqual(outcomes[0]);
  });

  it("fill what is inside of the memory, and trap behind it", () => {
    for (const options of [{}, { fuel: 10_000_000 }]) {
      const outcomes = [make("off", options), make(tier, options)].map(({ store, instance }) => {
        expect(() => instance.call("tooLong", [7000])).toThrow(/out of bounds memory access/);
        return { fuel: store.fuelConsumed, bytes: (instance.exports.memory as Memory).bytes().slice(0, 20) };
      });
      expect(outcomes[1]).toEqual(outcomes[0]);
    }
  });

  it.each(["words", "local", "branch", "first", "second"])(
    "give several values in their order: %s",
    (name) => {
      const outcomes = [make("off", {}, several), make(tier, {}, several)].map(({ store, instance }) => {
        try {
          return [instance.call(name, [1]), store.fuelConsumed];
        } catch (error) {
          return [(error as Trap).code, store.fuelConsumed];
        }
      });
      expect(outcomes[1]).toEqual(outcomes[0]);
    },
  );

  it("stop at the limit of depth", () => {
    const outcomes = [make("off"), make(tier)].map(({ store, instance }) => {
      expect(() => instance.call("deep", [100_000])).toThrow(/call stack exhausted/);
      return store.fuelConsumed;
    });
    expect(outcomes[1]).toBe(outcomes[0]);
  });

  it("are interrupted, and end with their fuel", () => {
    const { instance } = make(tier);
    expect(() => instance.call("endless", [], { timeoutMs: 30 })).toThrow(InterruptedError);
    const short = make(tier, { fuel: 1_000_001 });
    expect(() => short.instance.call("endless", [])).toThrow(OutOfFuelError);
    expect(short.store.fuelConsumed).toBe(1_000_001n);
  });

  it("go on from every stop", () => {
    const whole = make("off");
    const expected = whole.instance.call("mixed", [40]);
    const total = Number(whole.store.fuelConsumed);
    for (const slice of [1, 7, 50, 333]) {
      const { store, instance } = make(tier);
      const execution = instance.start("mixed", [40]);
      let state = execution.resume({ fuel: slice });
      for (let used = slice; state === "out-of-fuel"; used += slice) {
        expect(store.fuelConsumed).toBe(BigInt(Math.min(used, total)));
        state = execution.resume({ fuel: slice });
      }
      expect(state).toBe("done");
      expect(execution.result).toEqual(expected);
      expect(store.fuelConsumed).toBe(BigInt(total));
    }
  });

  it("serve all instances of a module, with memories of their own", () => {
    const { engine } = make(tier);
    const module = new Module(engine, bytes);
    const results = Array.from({ length: 50 }, () => {
      const store = new Store(engine);
      return new Linker(engine).instantiate(store, module).call("mixed", [100]);
    });
    expect(new Set(results).size).toBe(1);
  });

  it("do to vectors what the loop does", () => {
    const outcomes = [make("off", {}, vectors), make(tier, {}, vectors)].map(({ store, instance }) => {
      const memory = instance.exports.memory as Memory;
      const sums = [1, 2, 300].map((n) => instance.call("mix", [n]));
      // Its last byte is no word's last: what is there is loaded byte by byte.
      const last = instance.call("last", [1200]);
      let message = "";
      try {
        instance.call("last", [1500]);
      } catch (error) {
        message = (error as Trap).message;
      }
      return {
        sums,
        last,
        message,
        fuel: store.fuelConsumed,
        bytes: Buffer.from(memory.bytes()).toString("hex"),
      };
    });
    expect(outcomes[0]?.message).toMatch(/out of bounds/);
    expect(outcomes[1]).toEqual(outcomes[0]);
  });

  it("stop between vector instructions and go on", () => {
    const whole = make("off", {}, vectors);
    const expected = whole.instance.call("mix", [30]);
    for (const slice of [1, 13, 100]) {
      const { store, instance } = make(tier, {}, vectors);
      const execution = instance.start("mix", [30]);
      while (execution.resume({ fuel: slice }) === "out-of-fuel");
      expect(execution.result).toEqual(expected);
      expect(store.fuelConsumed).toBe(whole.store.fuelConsumed);
    }
  });
});
