// Runs a world on the engine: plainly, within a budget, or in slices of an execution.

import {
  type Engine,
  Global,
  type Instance,
  Linker,
  Module,
  OutOfFuelError,
  Store,
  Tag,
  Trap,
  type TrapCode,
  WasmException,
} from "wasmeter";
import { F32, F64, I32, I64 } from "./encode.ts";
import { HOST_NUMBER } from "./native-subject.ts";
import {
  describeState,
  type Event,
  type Exports,
  type HostEnvironment,
  HostFailure,
  hostFunctions,
  Names,
  type Observation,
  Returned,
  show,
  showException,
  type TrapKind,
} from "./subject.ts";
import { BUDGET_EXPORT, HOST_FUNCTIONS, HOST_TAG, type World } from "./world.ts";

export interface EngineRunOptions {
  /** The store's fuel; default unlimited. */
  readonly fuel?: bigint;
  /** Fuel of the next slice: calls run as executions. */
  readonly slice?: () => number;
}

/** What remains the same over the runs of a world on one engine. */
export interface CompiledWorld {
  readonly engine: Engine;
  readonly world: World;
  readonly modules: readonly Module[];
}

export interface EngineObservation extends Observation {
  /** Whether the fuel ran out; what follows was not run. */
  readonly outOfFuel: boolean;
  readonly fuel: bigint;
  readonly fuelRemaining: bigint | undefined;
}

const TRAPS: Partial<Record<TrapCode, TrapKind>> = {
  unreachable: "unreachable",
  "integer-divide-by-zero": "divide by zero",
  "integer-overflow": "conversion or overflow",
  "invalid-conversion-to-integer": "conversion or overflow",
  "out-of-bounds-memory-access": "memory bounds",
  "out-of-bounds-table-access": "table bounds",
  "undefined-element": "table bounds",
  "uninitialized-element": "null or mismatched function",
  "indirect-call-type-mismatch": "null or mismatched function",
  "call-stack-exhausted": "stack",
  "null-reference": "null reference",
  "null-function-reference": "null reference",
  "null-structure-reference": "null reference",
  "null-array-reference": "null reference",
  "null-i31-reference": "null reference",
  "null-exception-reference": "null reference",
  "cast-failure": "cast failure",
  "out-of-bounds-array-access": "array bounds",
  "gc-heap-exhausted": "array too large",
  "unaligned-atomic": "unaligned atomic",
  "expected-shared-memory": "not a shared memory",
};

const TYPE_NAMES = new Map([
  [I32, "i32"],
  [I64, "i64"],
  [F32, "f32"],
  [F64, "f64"],
] as const);

export function compileWorld(engine: Engine, world: World): CompiledWorld {
  return { engine, world, modules: world.modules.map((module) => new Module(engine, module.encode(false))) };
}

export function runOnEngine(
  { engine, world, modules }: CompiledWorld,
  options: EngineRunOptions = {},
): EngineObservation {
  const store = new Store(engine, options.fuel === undefined ? {} : { fuel: options.fuel });
  const instances: Instance[] = [];
  const events: Event[] = [];
  const log: string[] = [];
  const nesting = { depth: 0 };
  const names = new Names();
  const results = new Returned();
  const hostTag = new Tag(store, { params: ["i32"] });
  const toss = (value: number): never => {
    throw new WasmException(hostTag, [value]);
  };
  let outOfFuel = false;
  const bytesOf = world.modules.map((module) => module.encode(false));
  const exportsOf = (): Exports[] => instances.map(({ exports }) => exports);
  const attempt = (run: () => unknown): boolean => {
    let outcome: string;
    let alternatives: readonly string[] = [];
    let returned = false;
    try {
      const result = run();
      results.add(result);
      outcome = `returned ${show(result, names.learn(exportsOf()))}`;
      returned = true;
    } catch (error) {
      outOfFuel = error instanceof OutOfFuelError;
      if (error instanceof Trap) alternatives = alternativesOf(error, bytesOf);
      outcome =
        error instanceof WasmException
          ? describeException(error, world, exportsOf(), hostTag, names.learn(exportsOf()))
          : describeError(error);
    }
    events.push({ outcome, alternatives, fuel: store.fuelConsumed });
    return returned;
  };
  let complete = true;
  for (const [at, module] of modules.entries()) {
    const host: HostEnvironment = { exports: undefined, fuel: () => store.fuelConsumed, log, nesting, toss };
    const linker = new Linker(engine);
    const functions = hostFunctions(host);
    for (const { name, type } of HOST_FUNCTIONS) {
      const names = (types: readonly number[]): ("i32" | "i64" | "f32" | "f64")[] =>
        types.map((code) => TYPE_NAMES.get(code as never) ?? "i32");
      const run = functions[name] as (...args: unknown[]) => unknown;
      linker.func(
        "host",
        name,
        { params: names(type.params), results: names(type.results) },
        (_caller, ...args) => run(...args),
      );
    }
    linker.define("host", "number", new Global(store, { type: "i64" }, HOST_NUMBER));
    linker.define("host", HOST_TAG, hostTag);
    instances.forEach((instance, k) => {
      linker.instance(world.modules[k]?.name ?? "", instance);
    });
    const instantiate = (): void => {
      instances.push(linker.instantiate(store, module));
    };
    if (!world.modules[at]?.hasStart) instantiate();
    else if (!attempt(instantiate)) {
      complete = false;
      break;
    }
    host.exports = instances[at]?.exports;
  }
  if (complete) {
    for (const { module, name, args, budget } of world.calls) {
      const instance = instances[module] as (typeof instances)[number];
      const counter = instances[0]?.exports[BUDGET_EXPORT] as Global | undefined;
      if (counter !== undefined) counter.value = budget;
      attempt(() =>
        options.slice === undefined
          ? instance.call(name, results.resolve(args))
          : runInSlices(instance.start(name, results.resolve(args)), options.slice, store),
      );
      if (outOfFuel) break;
    }
  }
  const fuel = store.fuelConsumed;
  const { fuelRemaining } = store;
  if (complete) {
    if (fuelRemaining !== undefined) store.addFuel(1_000_000_000);
    for (const { exports } of instances) exports.dump?.();
  }
  const state = complete
    ? describeState(
        exportsOf(),
        (memory) => (memory as { bytes(): Uint8Array }).bytes().slice(),
        names.learn(exportsOf()),
      )
    : [];
  return { events, log, state, outOfFuel, fuel, fuelRemaining };
}

/** Resumes until the end. A slice that is too small for the next instruction is doubled until it is not. */
function runInSlices(
  execution: ReturnType<ReturnType<Linker["instantiate"]>["start"]>,
  slice: () => number,
  store: Store,
): unknown {
  let fuel = slice();
  for (;;) {
    const before = store.fuelConsumed;
    const state = execution.resume({ fuel });
    const used = store.fuelConsumed - before;
    if (used > BigInt(fuel)) throw new Error(`a slice of ${fuel} used ${used}`);
    switch (state) {
      case "done":
        return execution.result;
      case "trapped":
        throw execution.error;
      case "out-of-fuel":
        fuel = used === 0n ? Math.max(1, 2 * fuel) : slice();
        break;
      default:
        throw new Error(`an execution is ${state}`);
    }
  }
}

/** See {@link Event.alternatives}: atomic accesses, and bulk instructions on arrays. */
function alternativesOf({ backtrace: [frame] }: Trap, modules: readonly Uint8Array[]): string[] {
  const offset = frame?.offset;
  if (offset === undefined) return [];
  const kinds = new Set<TrapKind>();
  // Whose frame it is cannot be seen; to look at every module is a little too lenient.
  for (const bytes of modules) {
    const [prefix, sub] = bytes.subarray(offset, offset + 2);
    if (prefix === 0xfe) for (const kind of ["memory bounds", "unaligned atomic"] as const) kinds.add(kind);
    // An array made from more than there is in its segment.
    if (prefix === 0xfb && (sub === 9 || sub === 10)) kinds.add("array too large");
    if (prefix !== 0xfb || sub === undefined || sub < 17 || sub > 19) continue;
    for (const kind of ["null reference", "array bounds"] as const) kinds.add(kind);
    if (sub === 18) kinds.add("memory bounds");
    if (sub === 19) kinds.add("table bounds");
  }
  return [...kinds].map((kind) => `trapped: ${kind}`);
}

function describeException(
  { tag, payload }: WasmException,
  world: World,
  instances: readonly Exports[],
  hostTag: Tag,
  names: Names,
): string {
  const read = (k: number): unknown => payload[k];
  if (tag === hostTag) return showException("host.tag", [I32], read, names);
  for (const [at, exports] of instances.entries()) {
    const name = Object.keys(exports).find((key) => exports[key] === tag);
    const types = world.modules[at]?.tags.get(name ?? "");
    if (name !== undefined) return showException(`${at}.${name}`, types, read, names);
  }
  return showException("?", undefined, read, names);
}

function describeError(error: unknown): string {
  if (error instanceof HostFailure) return "host error";
  if (error instanceof OutOfFuelError) return "out of fuel";
  if (error instanceof Trap) {
    const kind = TRAPS[error.code];
    if (kind !== undefined) return `trapped: ${kind}`;
  }
  return `threw ${String(error)}\n${(error as Error).stack ?? ""}`;
}
