// The adapter for Wasmeter: the built package, seen through its entry points.
// Owns the `spectest` module; knows nothing of scripts.

import type { Instance } from "../../src/index.ts";
import type { Feature } from "../../src/isa/features.ts";
import {
  type EngineAdapter,
  type EngineOptions,
  type FailureStage,
  FUEL_PER_ACTION,
  type World,
} from "../engine-adapter.ts";
import type { RawValue, RefKind } from "../reader/values.ts";

/** Like `typeof import(…)`, but of the built package, which type checking must not need. */
type Api = typeof import("../../src/index.ts");
type Testing = typeof import("../../src/testing/index.ts");
type Module = InstanceType<Api["Module"]>;

/** What each kind of reference that the engine tells apart may be called in a script. */
const CALLED: Readonly<Record<string, readonly RefKind[]>> = {
  func: ["func"],
  exn: ["exn"],
  // Each may have been made an `extern`, which the reference does not show.
  i31: ["i31", "eq", "any", "extern"],
  struct: ["struct", "eq", "any", "extern"],
  array: ["array", "eq", "any", "extern"],
  extern: ["extern", "any", "host"],
};

/** Loads the built package. */
export async function wasmeterAdapter(options: EngineOptions): Promise<EngineAdapter> {
  // Names in variables: the bundler and the type checker leave them alone.
  const [mainEntry, testingEntry] = ["wasmeter", "../../dist/testing.js"];
  const api = (await import(mainEntry)) as Api;
  const testing = (await import(testingEntry)) as Testing;
  return {
    foreign: false,
    open: (features) => openWorld(api, testing, features, options),
    classify: (error) => ({
      stage: stageOf(api, error),
      message: error instanceof Error ? error.message : String(error),
    }),
  };
}

function stageOf(api: Api, error: unknown): FailureStage {
  if (error instanceof api.MalformedError) return "malformed";
  if (error instanceof api.ValidationError) return "invalid";
  if (error instanceof api.LinkError) return "unlinkable";
  if (error instanceof api.Trap) return "trap";
  if (error instanceof api.WasmException) return "exception";
  return "other";
}

function openWorld(api: Api, testing: Testing, features: readonly Feature[], options: EngineOptions): World {
  const { lowering = "fast", relocate = false } = options;
  const engine = new api.Engine({ features, lowering: lowering === "exact" ? lowering : "fast" });
  if (lowering !== "exact" && lowering !== "fast")
    testing.setTier(engine, lowering === "tree" ? "always" : lowering);
  const store = new api.Store(engine, { fuel: FUEL_PER_ACTION });
  const linker = new api.Linker(engine, { allowShadowing: true });
  defineSpectest(api, store, linker, features);

  const refuel = (): void => {
    const missing = BigInt(FUEL_PER_ACTION) - (store.fuelRemaining ?? 0n);
    if (missing > 0n) store.addFuel(missing);
  };
  const hostObjects = new Map<number, object>();
  const hostObject = (id: number): object => {
    const known = hostObjects.get(id);
    if (known !== undefined) return known;
    const created = { hostObject: id };
    hostObjects.set(id, created);
    return created;
  };

  return {
    compile: (bytes) => new api.Module(engine, bytes),
    customSectionProblems: (bytes) =>
      testing
        .customSectionProblems(bytes)
        .map(({ section, message }) => `@${section} annotation: ${message}`),
    instantiate: (module) => {
      refuel();
      return linker.instantiate(store, module as Module);
    },
    register: (name, instance) => {
      linker.instance(name, instance as Instance);
    },
    invoke: (instance, name, args) => {
      refuel();
      const invoke = relocate ? testing.invokeRelocating : testing.invokeRaw;
      return invoke(instance as Instance, name, args as RawValue[]);
    },
    get: (instance, name) => {
      const item = (instance as Instance).exports[name];
      if (!(item instanceof api.Global)) throw new Error(`there is no exported global ${name}`);
      return testing.readGlobalRaw(item);
    },
    hostObject,
    isHostObject: (ref, id) => ref === hostObject(id),
    isRefKind: (ref, kind) => CALLED[testing.refKind(ref)]?.includes(kind) ?? false,
  };
}

/** The module that scripts expect under the name `spectest` (reference interpreter, `host/spectest.ml`). */
function defineSpectest(
  api: Api,
  store: InstanceType<Api["Store"]>,
  linker: InstanceType<Api["Linker"]>,
  features: readonly Feature[],
): void {
  const print = (): void => {};
  const prints = {
    print: [],
    print_i32: ["i32"],
    print_i64: ["i64"],
    print_f32: ["f32"],
    print_f64: ["f64"],
    print_i32_f32: ["i32", "f32"],
    print_f64_f64: ["f64", "f64"],
  } as const;
  for (const [name, params] of Object.entries(prints)) {
    linker.func("spectest", name, { params: [...params], results: [] }, print);
  }
  const globals = [
    ["i32", 666],
    ["i64", 666n],
    ["f32", 666.6],
    ["f64", 666.6],
  ] as const;
  for (const [type, value] of globals) {
    linker.define("spectest", `global_${type}`, new api.Global(store, { type, mutable: false }, value));
  }
  linker.define("spectest", "table", new api.Table(store, { element: "funcref", min: 10, max: 20 }));
  linker.define("spectest", "memory", new api.Memory(store, { min: 1, max: 2 }));
  if (features.includes("memory64")) {
    const table64 = new api.Table(store, { element: "funcref", min: 10, max: 20, is64: true });
    linker.define("spectest", "table64", table64);
  }
  if (features.includes("threads")) {
    linker.define("spectest", "shared_memory", new api.Memory(store, { min: 1, max: 2, shared: true }));
  }
}
