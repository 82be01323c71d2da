// Random programs around exceptions against a model of their own: results, uncaught exceptions, fuel, and stopping
// anywhere; in both proposals, on both lowerings.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Caller,
  Engine,
  type Instance,
  Linker,
  Module,
  Store,
  Table,
  Tag,
  WasmException,
} from "wasmeter";
import { legacyWat } from "../../tests/legacy-wat.ts";
import { wat } from "../../tests/wat.ts";
import { caughtByHost, type Outcome, runModel, TooLong } from "./model.ts";
import { type Program, programs, type Style, textOf } from "./program.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 150);

interface World {
  readonly store: Store;
  readonly tags: readonly Tag[];
  readonly instances: readonly Instance[];
}

function instantiate(engine: Engine, modules: readonly Module[], functions: number): World {
  const store = new Store(engine);
  const linker = new Linker(engine);
  const tags = ([["i32"], ["i64", "i32"], ["i32"], []] as const).map((params) => new Tag(store, { params }));
  tags.forEach((tag, k) => {
    linker.define("env", `t${k}`, tag);
  });
  linker.define("env", "table", new Table(store, { element: "funcref", min: functions }));
  const instances: Instance[] = [];
  const call = (callee: number, x: number): unknown =>
    (instances[callee % 2] as Instance).call(`f${callee}`, [x]);
  const type = { params: ["i32", "i32"], results: ["i32"] } as const;
  linker.func("env", "host", type, (_: Caller, x: number, callee: number) => call(callee, x));
  linker.func("env", "catching", type, (_: Caller, x: number, callee: number) => {
    try {
      return call(callee, x);
    } catch (error) {
      if (error instanceof WasmException) return caughtByHost(tags.indexOf(error.tag));
      throw error;
    }
  });
  for (const module of modules) instances.push(linker.instantiate(store, module));
  return { store, tags, instances };
}

function describeEnd({ tags }: World, act: () => unknown): Outcome["end"] {
  try {
    return { value: act() as number };
  } catch (error) {
    if (!(error instanceof WasmException)) throw error;
    return { tag: tags.indexOf(error.tag), k: Number(error.payload.at(-1) ?? 0) };
  }
}

function check(what: string, found: unknown, expected: unknown): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
}

function checkProgram(engine: Engine, style: Style, program: Program, argument: number, slice: number): void {
  let expected: Outcome;
  try {
    expected = runModel(program, style, argument);
  } catch (error) {
    if (error instanceof TooLong) return;
    throw error;
  }
  const assemble = style === "modern" ? wat : legacyWat;
  const modules = [0, 1].map((instance) => new Module(engine, assemble(textOf(program, style, instance))));
  const last = program.length - 1;

  const whole = instantiate(engine, modules, program.length);
  const found = describeEnd(whole, () => whole.instances[last % 2]?.call(`f${last}`, [argument]));
  check("end", found, expected.end);
  check("fuel", Number(whole.store.fuelConsumed), expected.cost);

  if (expected.reentered) return;
  const sliced = instantiate(engine, modules, program.length);
  const execution = (sliced.instances[last % 2] as Instance).start(`f${last}`, [argument]);
  for (let consumed = 0; execution.resume({ fuel: slice }) === "out-of-fuel"; ) {
    consumed += slice;
    check("fuel between slices", Number(sliced.store.fuelConsumed), consumed);
  }
  const end = describeEnd(sliced, () => {
    if (execution.state === "trapped") throw execution.error;
    return execution.result;
  });
  check("end in slices", end, expected.end);
  check("fuel in slices", Number(sliced.store.fuelConsumed), expected.cost);
}

it.each(["modern", "legacy"] as const)("%s programs reach what they are for", (style) => {
  const shares = new Map<string, number>();
  const count = (event: string): void => void shares.set(event, (shares.get(event) ?? 0) + 1);
  for (const program of fc.sample(programs, { numRuns: 2000, seed: 1 })) {
    try {
      const { end, events } = runModel(program, style, 5);
      count("tag" in end ? "uncaught" : "returned");
      for (const event of events) count(event);
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      count("too long");
    }
  }
  const wanted = [
    "returned",
    "uncaught",
    "caught by tag",
    "caught by all",
    "not caught by a try",
    "thrown again",
    "through a call",
    "through another instance",
    "through the host",
    "through a tail call",
    "caught by the host",
    ...(style === "legacy" ? ["delegated"] : []),
  ];
  const rare = wanted.filter((event) => (shares.get(event) ?? 0) < 20);
  expect(rare, JSON.stringify(Object.fromEntries(shares))).toEqual([]);
});

describe.each(["fast", "exact"] as const)("%s lowering", (lowering) => {
  const engine = new Engine({ lowering });

  it.each(["modern", "legacy"] as const)("%s exceptions do what the model does", (style) => {
    fc.assert(
      fc.property(
        programs,
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 1, max: 9 }),
        (program, x, slice) => checkProgram(engine, style, program, x, slice),
      ),
      { numRuns: RUNS },
    );
  });
});
