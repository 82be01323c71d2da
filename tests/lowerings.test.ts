// Both lowerings against Node's own WebAssembly, and against each other: generated modules with fixed seeds.
// Results, traps, memories, globals, tables; fuel, also at budgets that end too early, in slices, and at other prices.
// The long run of the same is `npm run fuzz`.

import { describe, expect, it } from "vitest";
import { type CostModel, Engine, Linker, Module, Store } from "wasmeter";
import { checkSeed, makeSubjects, PRICES, SIZES } from "../fuzz/differential.ts";
import { Random } from "../fuzz/random.ts";
import { seedModules } from "../fuzz/seed-modules.ts";
import { show } from "../fuzz/subject.ts";
import { wat } from "./wat.ts";

const BATCHES = 10;
const WORLDS_PER_BATCH = 20;

const subjects = makeSubjects();
let calls = 0;
let abnormal = 0;

describe("generated modules do the same on both lowerings and natively", () => {
  const firstSeeds = Array.from({ length: BATCHES }, (_, k) => 1000 * k);

  it.each(firstSeeds)("seeds from %i", { timeout: 120_000 }, (first) => {
    for (let seed = first; seed < first + WORLDS_PER_BATCH; seed++) {
      const { findings, native } = checkSeed(seed, subjects);
      expect(findings, `seed ${seed}`).toEqual([]);
      for (const { outcome } of native?.events ?? []) {
        calls++;
        if (!outcome.startsWith("returned")) abnormal++;
      }
    }
  });

  it("of which some trap and most return", () => {
    expect(calls).toBeGreaterThan(500);
    expect(abnormal / calls).toBeGreaterThan(0.05);
    expect(abnormal / calls).toBeLessThan(0.5);
  });
});

describe.each(["always", "random", "fused", "fused-random"] as const)(
  "generated modules do the same in closure trees, %s",
  (tier) => {
    const inTrees = makeSubjects([PRICES], tier);

    it.each([500_000, 501_000])("seeds from %i", { timeout: 120_000 }, (first) => {
      for (let seed = first; seed < first + WORLDS_PER_BATCH; seed++) {
        expect(checkSeed(seed, inTrees).findings, `seed ${seed}`).toEqual([]);
      }
    });
  },
);

/** Each of these once took time or memory by the square of its size: gigabytes for some kilobytes of code. */
const TALL: Readonly<Record<string, string>> = {
  "calls below many pending operands": `${"i32.const 1 ".repeat(20_000)} ${"call $nothing ".repeat(20_000)} ${"drop ".repeat(20_000)}`,
  "writes to a local that is pending often": `${"local.get 0 ".repeat(20_000)} ${"i32.const 1 local.set 0 ".repeat(20_000)} ${"drop ".repeat(20_000)}`,
  "blocks above many pending operands": `${"i32.const 1 ".repeat(20_000)} ${"local.get 0 if nop end ".repeat(20_000)} ${"drop ".repeat(20_000)}`,
  "many branches with many operands": `(block (type $many) i32.const 0 ${"i32.const 1 ".repeat(1000)}
    ${"local.get 0 br_if 0 ".repeat(10_000)} br 0) ${"drop ".repeat(1000)}`,
  "many blocks with many results in dead code": `${"local.get 0 if block (type $many) unreachable end unreachable end ".repeat(10_000)}`,
};

describe("lowering takes time and memory by the size of the code", () => {
  for (const [name, body] of Object.entries(TALL)) {
    it.each(["fast", "exact"] as const)(`${name}, %s`, (lowering) => {
      const text = `(module (type $many (func (result ${"i32 ".repeat(1000)}))) (func $nothing)
        (func (export "f") (param i32) (result i32) ${body} i32.const 42))`;
      const engine = new Engine({ lowering });
      const instance = new Linker(engine).instantiate(new Store(engine), new Module(engine, wat(text)));
      expect(instance.call("f", [0])).toBe(42);
    });
  }
});

/** Every export of a module, called with plain arguments: outcome and fuel so far. */
function trace(engine: Engine, bytes: Uint8Array, fuel: number): string[] {
  const lines: string[] = [];
  const store = new Store(engine, { fuel, limits: { memoryBytes: 2 ** 22, callDepth: 300 } });
  const note = (what: string): void => {
    lines.push(`${what} @${store.fuelConsumed}`);
  };
  try {
    const linker = new Linker(engine).trapUnknownImports();
    const { exports } = linker.instantiate(store, new Module(engine, bytes));
    for (const [name, callable] of Object.entries(exports).slice(0, 20)) {
      if (typeof callable !== "function") continue;
      const { params } = (callable as unknown as { type: { params: readonly string[] } }).type;
      for (const number of [1, -1]) {
        try {
          note(`${name} returned ${show(callable(...params.map((type) => argument(type, number))))}`);
        } catch (error) {
          note(`${name} threw ${String(error)}`);
        }
        if (params.length === 0) break;
      }
    }
  } catch (error) {
    note(String(error));
  }
  return lines;
}

function argument(type: string, number: number): unknown {
  if (type === "i64") return BigInt(number);
  if (type === "v128") return new Uint8Array(16).fill(number);
  return /^[if]/.test(type) ? number : null;
}

describe("whatever is in the seed modules does the same on both lowerings", () => {
  // A sample of the many: the suite's runner compares the two on all of them.
  const modules = seedModules().filter(({ length }, k) => length < 20_000 && (k < 100 || k % 16 === 0));
  const models: readonly (CostModel | "instructions")[] = ["instructions", PRICES, SIZES];

  it.each(models.map((model) => [typeof model === "string" ? model : model.name, model] as const))(
    "with the cost model %s",
    { timeout: 300_000 },
    (_name, costModel) => {
      const engine = (lowering: "fast" | "exact"): Engine =>
        new Engine({ features: "all", lowering, costModel });
      const fast = engine("fast");
      const exact = engine("exact");
      const random = new Random(7);
      for (const [k, bytes] of modules.entries()) {
        for (const fuel of [5000, random.below(300)]) {
          expect(trace(fast, bytes, fuel), `module ${k}, fuel ${fuel}`).toEqual(trace(exact, bytes, fuel));
        }
      }
    },
  );
});
