// Damaged components: what may become of them, and nothing else. Owns the judgement; the bytes come from mutate.ts.

import {
  Engine,
  ExitError,
  LimitError,
  LinkError,
  MalformedError,
  RuntimeError,
  Store,
  ValidationError,
  WasmException,
} from "wasmeter";
import { Component, ComponentError, type ComponentInstance, ComponentLinker } from "wasmeter/component";
import { Wasi } from "wasmeter/component/wasi";
import { MUTANT_FUEL, MUTANT_LIMITS } from "./mutant-bounds.ts";

const LIMITS = { ...MUTANT_LIMITS, handles: 1000, liftedBytes: 2 ** 20 };
/** Exports of one component that are called. */
const MOST_CALLS = 20;

export interface ComponentCounts {
  mutations: number;
  malformed: number;
  invalid: number;
  limit: number;
  valid: number;
  /** Those of the valid ones that WASI satisfies. */
  instantiated: number;
  called: number;
}

export class ComponentSubject {
  readonly counts: ComponentCounts = {
    ...{ mutations: 0, malformed: 0, invalid: 0, limit: 0, valid: 0, instantiated: 0, called: 0 },
  };
  readonly #engine = new Engine({ features: "all", costModel: "bounded" });
  readonly #linker = new ComponentLinker(this.#engine);

  constructor() {
    Wasi.addTo(this.#linker);
  }

  /**
   * Decodes, validates, and where that is possible instantiates, calls, resets and calls again.
   * @throws whatever the engine should not throw
   */
  exercise(bytes: Uint8Array): void {
    this.counts.mutations++;
    const component = this.#compile(bytes);
    if (component !== undefined) this.#run(component);
  }

  #compile(bytes: Uint8Array): Component | undefined {
    const { counts } = this;
    try {
      const component = new Component(this.#engine, bytes);
      counts.valid++;
      return component;
    } catch (error) {
      if (error instanceof MalformedError) counts.malformed++;
      else if (error instanceof ValidationError) counts.invalid++;
      else if (error instanceof LimitError) counts.limit++;
      else throw error;
      if (!(error instanceof LimitError) && !(error.offset >= 0 && error.offset <= bytes.length)) {
        throw new Error(`offset ${error.offset} of ${bytes.length} bytes`, { cause: error });
      }
      return undefined;
    }
  }

  #run(component: Component): void {
    const store = new Store(this.#engine, {
      ...{ fuel: MUTANT_FUEL, limits: LIMITS, wasi: new Wasi({ deterministic: true }) },
    });
    let instance: ComponentInstance;
    try {
      instance = this.#linker.instantiate(store, component);
    } catch (error) {
      if (error instanceof LinkError || isGuestError(error)) return;
      throw error;
    }
    this.counts.instantiated++;
    const canReset = noteState(instance);
    this.#callAll(instance);
    if (!canReset) return;
    instance.reset();
    this.#callAll(instance);
  }

  #callAll({ exports, store }: ComponentInstance): void {
    for (const callable of functionsOf(exports).slice(0, MOST_CALLS)) {
      this.counts.called++;
      store.addFuel(MUTANT_FUEL);
      try {
        callable();
      } catch (error) {
        // No arguments are of most functions' types.
        if (!isGuestError(error) && !(error instanceof TypeError)) throw error;
      }
    }
  }
}

/** False for a guest that holds what is not its own. */
function noteState(instance: ComponentInstance): boolean {
  try {
    instance.checkpoint();
    return true;
  } catch (error) {
    if (error instanceof LimitError || String(error).includes("cannot be reset")) return false;
    throw error;
  }
}

function functionsOf(exports: object): (() => unknown)[] {
  return Object.values(exports).flatMap((item) => {
    if (typeof item === "function") return [() => item()];
    if (typeof item !== "object" || item === null) return [];
    return Object.values(item as object).flatMap((inner) =>
      typeof inner === "function" ? [() => inner()] : [],
    );
  });
}

function isGuestError(error: unknown): boolean {
  return (
    error instanceof RuntimeError ||
    error instanceof WasmException ||
    error instanceof ExitError ||
    error instanceof ComponentError ||
    // What would have to wait.
    (error instanceof Error && error.name === "WouldBlockError")
  );
}
