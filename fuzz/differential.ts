// Compares the engine with Node's own on generated worlds: results, traps, memories, globals, tables, fuel;
// and the engine with itself: both lowerings, budgets, slices, cost models.
// Owns what must be equal to what. A finding is a string; no findings means agreement.

import { BOUNDED_MODEL, type CostModel, Engine } from "wasmeter";
import { setTier, type TierMode } from "#testing";
import type { Feature } from "../src/isa/features.ts";
import { INSTRUCTIONS } from "../src/isa/instructions.ts";
import { mnemonicOf } from "./catalogue.ts";
import { COUNTED } from "./encode-module.ts";
import {
  type CompiledWorld,
  compileWorld,
  type EngineObservation,
  type EngineRunOptions,
  runOnEngine,
} from "./engine-subject.ts";
import { generateWorld } from "./generate.ts";
import { type NativeObservation, runNatively } from "./native-subject.ts";
import { Random } from "./random.ts";
import { type Observation, showCall } from "./subject.ts";
import { type GeneratedWorld, NODE_20_FEATURES, toWorld, type World } from "./world.ts";

/** Engines and cost models of a run, made once. */
export interface Subjects {
  readonly fast: Engine;
  readonly exact: Engine;
  readonly priced: readonly PricedSubject[];
}

interface PricedSubject {
  readonly model: CostModel;
  readonly fast: Engine;
  readonly exact: Engine;
}

/** A model in which no two of these cost the same, so that a charge in the wrong place shows. */
export const PRICES: CostModel = {
  name: "prices",
  version: 1,
  base: 3,
  classes: { control: 5, call: 70, integer: 2, variable: 1, constant: 0, float: 11, load: 13, store: 17 },
  instructions: { loop: 19, br_if: 23, if: 29, nop: 0, "i32.add": 31 },
  delimiter: 37,
  loopReentry: 41,
  functionEntry: 430,
  perLocal: 47,
  hostCall: 53,
};

/** Everything has a price, sizes too. */
export const SIZES: CostModel = {
  ...PRICES,
  name: "sizes",
  classes: { control: 0, variable: 0, call: 7 },
  delimiter: 0,
  loopReentry: 0,
  perByte: 3,
  perElement: 5,
  perPage: 10_007,
};

/** `tier`: when the fast engines build closure trees; not their own choice but for it. */
export function makeSubjects(
  models: readonly CostModel[] = [PRICES, BOUNDED_MODEL, SIZES],
  tier?: TierMode,
): Subjects {
  const pair = (model?: CostModel): { fast: Engine; exact: Engine } => {
    const costModel = model ?? "instructions";
    const fast = new Engine({ features: "all", lowering: "fast", costModel });
    if (tier !== undefined) setTier(fast, tier);
    return {
      fast,
      exact: new Engine({ features: "all", lowering: "exact", costModel }),
    };
  };
  return {
    ...pair(),
    priced: models.map((model) => ({ model, ...pair(model) })),
  };
}

export interface CheckResult {
  readonly findings: readonly string[];
  readonly native: NativeObservation | undefined;
}

/** Worlds that take longer than this many instructions are compared on plain runs only. */
const LONG = 60_000;

/** Generates the world of a seed and checks it; with `plain`, by {@link checkPlainly} only. */
export function checkSeed(
  seed: number,
  subjects: Subjects,
  features: ReadonlySet<Feature> = NODE_20_FEATURES,
  plain = false,
): CheckResult & { readonly world: GeneratedWorld } {
  const random = new Random(seed);
  const world = generateWorld(random, { features });
  const check = plain ? checkPlainly : checkWorld;
  return { world, ...check(toWorld(world), subjects, random) };
}

/** `thorough`: at every budget of short runs, not only at some. */
export function checkWorld(world: World, subjects: Subjects, random: Random, thorough = false): CheckResult {
  const findings: string[] = [];
  let native: NativeObservation | undefined;
  try {
    native = runNatively(world);
  } catch (error) {
    return { findings: [`native: ${String(error)}`], native };
  }
  const report = (what: string, differences: readonly string[]): void => {
    findings.push(...differences.map((difference) => `${what}: ${difference}`));
  };
  const guarded = (what: string, check: () => void): void => {
    try {
      check();
    } catch (error) {
      findings.push(`${what}: ${(error as Error).stack ?? String(error)}`);
    }
  };
  guarded("instructions", () => {
    const reference = native as NativeObservation;
    const fast = compileWorld(subjects.fast, world);
    const exact = compileWorld(subjects.exact, world);
    for (const [name, compiled] of [
      ["fast", fast],
      ["exact", exact],
    ] as const) {
      report(name, differences(world, reference, runOnEngine(compiled)));
    }
    const total = reference.events.at(-1)?.fuel ?? 0n;
    if (total <= LONG) checkBudgets({ fast, exact }, reference, total, random, report, thorough);
  });
  for (const priced of subjects.priced) {
    guarded(priced.model.name, () =>
      checkPriced(world, native as NativeObservation, priced, random, report, thorough),
    );
  }
  return { findings, native };
}

/** The first part of {@link checkWorld}: plain runs on both lowerings against the native one. */
export function checkPlainly(world: World, { fast, exact }: Subjects): CheckResult {
  let native: NativeObservation | undefined;
  const findings: string[] = [];
  try {
    native = runNatively(world);
    for (const [name, engine] of [
      ["fast", fast],
      ["exact", exact],
    ] as const) {
      const found = differences(world, native, runOnEngine(compileWorld(engine, world)));
      findings.push(...found.map((text) => `${name}: ${text}`));
    }
  } catch (error) {
    findings.push(`${native === undefined ? "native: " : ""}${(error as Error).stack ?? String(error)}`);
  }
  return { findings, native };
}

type Report = (what: string, differences: readonly string[]) => void;

interface Pair {
  readonly fast: CompiledWorld;
  readonly exact: CompiledWorld;
}

/** Stops exactly at any budget, in the same state on both lowerings; and goes on from there. */
function checkBudgets(
  pair: Pair,
  reference: Observation,
  total: bigint,
  random: Random,
  report: Report,
  thorough: boolean,
): void {
  const { world } = pair.fast;
  const both = (
    what: string,
    options: () => EngineRunOptions,
    check: (run: EngineObservation) => string[],
  ): void => {
    const fast = runOnEngine(pair.fast, options());
    const exact = runOnEngine(pair.exact, options());
    report(`fast, ${what}`, check(fast));
    report(`exact, ${what}`, check(exact));
    report(`fast and exact, ${what}`, differences(world, exact, fast));
  };
  both(
    `budget ${total} (all)`,
    () => ({ fuel: total }),
    (run) => [
      ...differences(world, reference, run),
      ...(run.fuelRemaining === 0n ? [] : [`${run.fuelRemaining} fuel left`]),
    ],
  );
  const short = (budget: bigint): void => {
    both(
      `budget ${budget} of ${total}`,
      () => ({ fuel: budget }),
      (run) => [
        ...(run.outOfFuel ? [] : ["did not run out of fuel"]),
        ...(run.fuel === budget ? [] : [`stopped at ${run.fuel}`]),
        ...(run.fuelRemaining === 0n ? [] : [`${run.fuelRemaining} fuel left`]),
      ],
    );
  };
  for (const budget of someBudgets(total, random, thorough)) short(budget);
  if (reentersGuest(world)) return;
  for (const slices of sliceSizes(total)) {
    for (const [name, compiled] of [
      ["fast", pair.fast],
      ["exact", pair.exact],
    ] as const) {
      const run = runOnEngine(compiled, { slice: () => random.between(...slices) });
      report(`${name}, slices of ${slices[0]} to ${slices[1]}`, differences(world, reference, run));
    }
  }
}

/** Budgets below `total`. */
function someBudgets(total: bigint, random: Random, thorough: boolean): bigint[] {
  if (total === 0n) return [];
  if (thorough && total <= 500n) return Array.from({ length: Number(total) }, (_, k) => BigInt(k));
  const upTo = Number(total > 2n ** 40n ? 2n ** 40n : total);
  const budgets = [total - 1n];
  for (let left = thorough ? 20 : 1; left > 0; left--) {
    budgets.push(BigInt(random.below(upTo)), BigInt(random.below(Math.min(upTo, 500))));
  }
  return budgets;
}

/** Small slices for short runs, large ones for long runs. */
function sliceSizes(total: bigint): [number, number][] {
  if (total < 3000n) {
    return [
      [1, 1],
      [1, 12],
    ];
  }
  return [[1, Math.ceil(Number(total) / 100)]];
}

/** A slice cannot end while the host is on the JavaScript stack. */
function reentersGuest(world: World): boolean {
  return world.modules.some(({ reenters }) => reenters);
}

/** Other prices: the same results, the sum of an independent count, and both lowerings stop at the same place. */
function checkPriced(
  world: World,
  reference: NativeObservation,
  { model, fast, exact }: PricedSubject,
  random: Random,
  report: Report,
  thorough: boolean,
): void {
  const { name } = model;
  const pair: Pair = { fast: compileWorld(fast, world), exact: compileWorld(exact, world) };
  const onFast = runOnEngine(pair.fast);
  const onExact = runOnEngine(pair.exact);
  report(`${name}, fast`, differences(world, reference, onFast, false));
  report(`${name}, fast and exact`, differences(world, onExact, onFast));
  if (!(model.perByte || model.perElement || model.perPage)) {
    const expected = priceOf(world, model, reference);
    if (expected !== undefined && onFast.fuel !== expected)
      report(name, [`fuel is ${onFast.fuel}, by count ${expected}`]);
  }
  const total = onExact.fuel;
  if ((reference.events.at(-1)?.fuel ?? 0n) > LONG || total === 0n) return;
  const enough = runOnEngine(pair.fast, { fuel: total });
  report(`${name}, budget ${total} (all)`, differences(world, onExact, enough));
  for (const budget of someBudgets(total, random, thorough)) {
    const options = { fuel: budget };
    const stopped = runOnEngine(pair.fast, options);
    report(`${name}, budget ${budget} of ${total}`, [
      ...differences(world, runOnEngine(pair.exact, options), stopped),
      ...(stopped.outOfFuel ? [] : ["did not run out of fuel"]),
      ...(stopped.fuel <= budget ? [] : [`used ${stopped.fuel}`]),
      ...(stopped.fuelRemaining === budget - stopped.fuel ? [] : [`${stopped.fuelRemaining} fuel left`]),
    ]);
  }
  if (reentersGuest(world)) return;
  const size = Math.ceil(Number(total) / 60) + 1;
  for (let left = thorough ? 8 : 1; left > 0; left--) {
    const sliced = runOnEngine(pair.fast, { slice: () => random.between(1, size) });
    report(`${name}, slices up to ${size}`, differences(world, onExact, sliced));
  }
}

/** What a run costs by the native count of its instructions, if they were counted; for models without prices by size. */
function priceOf(world: World, model: CostModel, reference: NativeObservation): bigint | undefined {
  const { executed } = runNatively(world, true);
  if (executed.size === 0) return undefined;
  const classes = new Map(
    Object.values(INSTRUCTIONS).map((row) => [row.mnemonic, model.classes?.[row.class] ?? model.base]),
  );
  const price = (mnemonic: string): number => {
    const plain = mnemonicOf(mnemonic);
    return model.instructions?.[plain] ?? (classes.get(plain) as number);
  };
  let total = 0n;
  const add = (count: number | undefined, each: number | undefined): void => {
    total += BigInt(count ?? 0) * BigInt(each ?? 0);
  };
  const special = new Set<string>(Object.values(COUNTED));
  for (const [mnemonic, count] of executed) if (!special.has(mnemonic)) add(count, price(mnemonic));
  const loops = executed.get("loop") ?? 0;
  add((executed.get(COUNTED.turn) ?? 0) - loops, model.loopReentry ?? price("loop"));
  add(executed.get(COUNTED.delimiter), model.delimiter);
  add(executed.get(COUNTED.functionEntry), model.functionEntry);
  add(executed.get(COUNTED.local), model.perLocal);
  add(reference.log.filter((line) => !line.startsWith("again, behind")).length, model.hostCall);
  return total;
}

/** How `actual` differs from `expected`; nothing if it does not. */
function differences(world: World, expected: Observation, actual: Observation, fuel = true): string[] {
  const found: string[] = [];
  const count = Math.max(expected.events.length, actual.events.length);
  for (let k = 0; k < count && found.length === 0; k++) {
    const wanted = expected.events[k];
    const got = actual.events[k];
    const call = k - world.modules.filter(({ hasStart }) => hasStart).length;
    const planned = call >= 0 ? world.calls[call] : undefined;
    const where = planned === undefined ? `start function ${k}` : showCall(world, planned);
    const isEqual = wanted?.outcome === got?.outcome || got?.alternatives?.includes(wanted?.outcome ?? "");
    if (!isEqual) found.push(`${where}: ${got?.outcome}, should be ${wanted?.outcome}`);
    if (fuel && wanted?.fuel !== got?.fuel)
      found.push(`${where}: fuel ${got?.fuel}, should be ${wanted?.fuel}`);
  }
  const lines = (what: string, a: readonly string[], b: readonly string[]): void => {
    for (let k = 0; k < Math.max(a.length, b.length); k++) {
      if (a[k] === b[k]) continue;
      found.push(`${what} ${k}: ${b[k]}, should be ${a[k]}`);
      return;
    }
  };
  const plain = (log: readonly string[]): readonly string[] =>
    fuel ? log : log.map((line) => line.replace(/ @.*/, ""));
  lines("host call", plain(expected.log), plain(actual.log));
  lines("state", expected.state, actual.state);
  return found;
}
