// Instances in the making: a module whose imports are found, and what follows for each store.
// Owns the life from imports to the end of the start function. Where imports come from is the linker's affair.

import { readOptions } from "../checks/options.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { instantiate, startFunction } from "../runtime/instantiate.ts";
import { backendOf } from "./backend.ts";
import { ASYNC_CALL_OPTIONS, type AsyncCallBounds, type AsyncCallOptions, drive } from "./drive.ts";
import type { Engine } from "./engine.ts";
import { Execution } from "./execution.ts";
import { CALL_OPTIONS, type CallBounds, type CallOptions, callFunction } from "./func.ts";
import { type Exports, Instance } from "./instance.ts";
import { makePoll } from "./interrupt.ts";
import type { Module } from "./module.ts";
import { requireStore } from "./require-store.ts";
import type { Store } from "./store.ts";

/** What messages call a module's start function. */
const START = "the start function";

/**
 * A module with its imports found and their types compared, once; `linker.prepare` makes it. What is defined in the linker
 * later on is not seen.
 */
export class PreparedInstance {
  readonly module: Module;
  readonly #importsFor: (store: Store) => readonly ExternInstance[];

  /** @internal Use `linker.prepare`. */
  constructor(module: Module, importsFor: (store: Store) => readonly ExternInstance[]) {
    this.module = module;
    this.#importsFor = importsFor;
  }

  /**
   * Makes an instance: allocates what the module defines, runs its segments and start function. `options` bound the start
   * function; before it, `timeoutMs`, `signal` and interrupt handles end the rest too, whose time is in proportion to the module.
   * @throws LinkError for imported memories, tables, globals and functions of the store that do not match
   * @throws LimitError when the store's limits do not allow what the module declares
   * @throws TypeError for a store of another engine, or other than that of the imports
   * @throws Trap from a segment or the start function, or whatever that throws; InterruptedError
   */
  instantiate<E extends object = Exports>(store: Store, options?: CallOptions): Instance<E> {
    const bounds =
      options === undefined ? undefined : readOptions("prepared.instantiate", options, CALL_OPTIONS);
    return makeInstance(store, this.module, this.#importsOf(store, "instantiate"), bounds);
  }

  /**
   * The same where the start function may wait: imports may return promises, and the event loop turns while it runs.
   * @throws as {@link instantiate}, by rejecting
   */
  async instantiateAsync<E extends object = Exports>(
    store: Store,
    options?: AsyncCallOptions,
  ): Promise<Instance<E>> {
    const bounds = readOptions("prepared.instantiateAsync", options, ASYNC_CALL_OPTIONS);
    return makeInstanceAsync(store, this.module, this.#importsOf(store, "instantiateAsync"), bounds);
  }

  #importsOf(store: Store, method: string): readonly ExternInstance[] {
    requireStore(store, `prepared.${method}(store, options)`);
    requireSameEngine(this.module.engine, store.engine);
    return this.#importsFor(store);
  }
}

/** @throws TypeError */
export function requireSameEngine(engine: Engine, other: Engine): void {
  if (engine !== other) throw new TypeError("linker, store and module must be of the same engine");
}

/** Makes an instance of matched imports, up to the end of its start function. */
export function makeInstance<E extends object>(
  store: Store,
  module: Module,
  imports: readonly ExternInstance[],
  bounds: CallBounds | undefined,
): Instance<E> {
  const poll = makePoll(bounds ?? {}, store.engine.interrupts);
  const state = instantiate(backendOf(store.engine).compiled(module), store.state, imports, poll);
  const instance = new Instance<E>(store, module, state);
  const start = startFunction(state);
  if (start !== undefined) callFunction(store, start, [], START, bounds);
  return instance;
}

/** The same where the start function may wait. */
export async function makeInstanceAsync<E extends object>(
  store: Store,
  module: Module,
  imports: readonly ExternInstance[],
  bounds: AsyncCallBounds,
): Promise<Instance<E>> {
  const backend = backendOf(store.engine);
  const state = instantiate(
    backend.compiled(module),
    store.state,
    imports,
    makePoll(bounds, store.engine.interrupts),
  );
  const instance = new Instance<E>(store, module, state);
  const start = startFunction(state);
  if (start !== undefined) {
    await drive(new Execution(store, backend.interpreter.start(store.state, start, [], false)), bounds);
  }
  return instance;
}
