// Damaged modules: whatever is done to the bytes, the engine answers with one of its own errors.
// Those that still validate are run, with little fuel and small limits.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Engine,
  LimitError,
  LinkError,
  Linker,
  MalformedError,
  Module,
  RuntimeError,
  Store,
  ValidationError,
  WasmException,
} from "wasmeter";
import { MUTANT_FUEL, MUTANT_LIMITS } from "../fuzz/mutant-bounds.ts";
import { MUTATORS, type Mutation, type MutationKind, mutate } from "../fuzz/mutate.ts";
import { seedModules } from "../fuzz/seed-modules.ts";

const seeds = seedModules();
const small = seeds.filter(({ length }) => length < 4096);
const engines = (["fast", "exact"] as const).map(
  (lowering) => new Engine({ features: "all", lowering, costModel: "bounded" }),
);

const counts = { mutations: 0, malformed: 0, invalid: 0, limit: 0, valid: 0, ran: 0, slowestMs: 0 };

const kinds = Object.keys(MUTATORS) as MutationKind[];
/** These keep all sizes right and so get far. */
const wellFormed = kinds.filter((kind) => /instruction|immediate|payload/i.test(kind));

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...wellFormed) },
    { weight: 1, arbitrary: fc.constantFrom(...kinds) },
  ),
  at: fc.integer({ min: 0, max: 999_999 }).map((millionths) => millionths / 1_000_000),
  value: fc.nat(0xffff_ffff),
});

const damaged = fc
  .record({
    // Mostly small ones: large ones take their time, and a mutation there changes little.
    seed: fc.oneof(
      { weight: 19, arbitrary: fc.constantFrom(...small) },
      { weight: 1, arbitrary: fc.constantFrom(...seeds) },
    ),
    donor: fc.constantFrom(...small),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
    engine: fc.constantFrom(...engines),
  })
  .map(({ seed, donor, mutations, engine }) => ({ bytes: mutate(seed, mutations, donor), engine }));

/** @throws whatever the engine should not */
function exercise(engine: Engine, bytes: Uint8Array): void {
  const started = performance.now();
  counts.mutations++;
  const module = compile(engine, bytes);
  if (module !== undefined) run(engine, module);
  counts.slowestMs = Math.max(counts.slowestMs, performance.now() - started);
}

function compile(engine: Engine, bytes: Uint8Array): Module | undefined {
  try {
    const module = new Module(engine, bytes);
    counts.valid++;
    return module;
  } catch (error) {
    if (error instanceof MalformedError) counts.malformed++;
    else if (error instanceof ValidationError) counts.invalid++;
    else if (error instanceof LimitError) counts.limit++;
    else throw error;
    return undefined;
  }
}

function run(engine: Engine, module: Module): void {
  const store = new Store(engine, { fuel: MUTANT_FUEL, limits: MUTANT_LIMITS });
  let exports: Record<string, unknown>;
  try {
    exports = new Linker(engine).trapUnknownImports().instantiate(store, module).exports;
  } catch (error) {
    if (error instanceof LinkError || isGuestError(error)) return;
    throw error;
  }
  for (const callable of Object.values(exports)) {
    if (typeof callable !== "function") continue;
    counts.ran++;
    store.addFuel(MUTANT_FUEL);
    const { params } = (callable as unknown as { type: { params: readonly string[] } }).type;
    try {
      callable(...params.map(argument));
    } catch (error) {
      // A reference type without null takes no argument that a stranger could have.
      const noArgument = error instanceof TypeError && params.some((type) => type.startsWith("(ref "));
      if (!isGuestError(error) && !noArgument) throw error;
    }
  }
}

function isGuestError(error: unknown): boolean {
  return error instanceof RuntimeError || error instanceof WasmException;
}

function argument(type: string): unknown {
  switch (type) {
    case "i32":
    case "f32":
    case "f64":
      return 3;
    case "i64":
      return 3n;
    case "v128":
      return Uint8Array.from({ length: 16 }, (_, k) => k);
    default:
      return null;
  }
}

function report(name: string): void {
  const { mutations, malformed, invalid, limit, valid, ran, slowestMs } = counts;
  const percent = (part: number): string => `${((100 * part) / mutations).toFixed(1)} %`;
  console.log(
    `${name}: ${mutations} mutations of ${seeds.length} modules; past the decoder ${percent(mutations - malformed)}, ` +
      `past the validator ${percent(valid)} (${invalid} invalid, ${limit} above a limit); ${ran} exports run; ` +
      `slowest case ${slowestMs.toFixed(0)} ms, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
  );
}

describe("damaged modules give the engine's own errors only", () => {
  it("with a fixed seed", { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(damaged, ({ engine, bytes }) => exercise(engine, bytes)),
      { numRuns: 10_000, seed: 20_240_607 },
    );
    report("fixed seed");
    expect(counts.valid).toBeGreaterThan(1000);
    expect(counts.malformed).toBeGreaterThan(500);
    expect(counts.invalid).toBeGreaterThan(500);
  });

  it("with a random seed", { timeout: 300_000 }, () => {
    const seed = Date.now() & 0x7fff_ffff;
    console.log(`seed ${seed}`);
    fc.assert(
      fc.property(damaged, ({ engine, bytes }) => exercise(engine, bytes)),
      { numRuns: 2000, seed },
    );
    report("both");
  });

  it("at every length", { timeout: 300_000 }, () => {
    const engine = engines[0] as Engine;
    for (const bytes of small.filter(({ length }) => length < 400).slice(0, 60)) {
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        // A module may end after any whole section, as long as nothing refers to what is missing.
        if (compile(engine, cut) !== undefined) expect(length).toBeGreaterThanOrEqual(8);
      }
    }
  });
});
