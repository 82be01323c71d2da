// An instance: a module with memories, tables, globals of its own, ready to be called.

import { quotedName, shownName } from "../printable.ts";
import type { FunctionInstance } from "../runtime/function.ts";
import type { ExternInstance, ModuleInstance } from "../runtime/instance.ts";
import { backendOf } from "./backend.ts";
import { argumentsToGuest } from "./convert.ts";
import { type AsyncCallOptions, drive } from "./drive.ts";
import { Execution } from "./execution.ts";
import { type ExportValue, externHandle } from "./externs.ts";
import { type CallOptions, callFunction } from "./func.ts";
import type { Module } from "./module.ts";
import type { Store } from "./store.ts";

/** What `instance.exports` holds: functions to call, and memories, tables, globals and tags. */
// biome-ignore lint/suspicious/noExplicitAny: types of exports are known at run time only; `any` lets them be called
export type Exports = Readonly<Record<string, any>>;

export interface StartOptions {
  /** See `CallOptions.concurrent`. */
  readonly concurrent?: boolean | undefined;
}

export class Instance {
  readonly module: Module;
  readonly store: Store;
  readonly #state: ModuleInstance;
  #exports: Exports | undefined;

  /** @internal Use `linker.instantiate`. */
  constructor(store: Store, module: Module, state: ModuleInstance) {
    this.store = store;
    this.module = module;
    this.#state = state;
    store.handles.set(state, this);
  }

  /**
   * Exports by name, made when first asked for. A function called from here runs to its end, without bounds of its own.
   */
  get exports(): Exports {
    this.#exports ??= exportsOf(this.store, this.#state);
    return this.#exports;
  }

  /**
   * Calls an exported function to its end.
   * @throws Trap, OutOfFuelError, InterruptedError, LimitError: what stopped the guest
   * @throws WouldBlockError if a host function returns a promise
   * @throws InstanceBusyError while an execution of the instance is under way
   * @throws TypeError for a name that is no function, or wrong arguments; whatever a host function throws
   */
  call(name: string, args: readonly unknown[] = [], options: CallOptions = {}): unknown {
    return callFunction(this.store, this.#func(name), args, name, options);
  }

  /** Prepares a call that can pause; nothing runs before `resume`. @throws as {@link call} does for its arguments */
  start(name: string, args: readonly unknown[] = [], options: StartOptions = {}): Execution {
    const func = this.#func(name);
    const guestArgs = argumentsToGuest(this.store, func.type.params, args, name);
    const { interpreter } = backendOf(this.store.engine);
    return new Execution(
      this.store,
      interpreter.start(this.store.state, func, guestArgs, options.concurrent ?? false),
    );
  }

  /**
   * Calls an exported function; host functions may return promises, and the event loop turns every few milliseconds.
   * While the guest waits or runs, its instance is busy; other instances can run.
   * @throws as {@link call}, by rejecting
   */
  async callAsync(
    name: string,
    args: readonly unknown[] = [],
    options: AsyncCallOptions = {},
  ): Promise<unknown> {
    return drive(this.start(name, args, options), options);
  }

  /** @internal What is exported as `name`, without a handle. */
  item(name: string): ExternInstance | undefined {
    return this.#state.export(name);
  }

  #func(name: string): FunctionInstance {
    const item = this.#state.export(name);
    if (item?.kind === "func") return item.func;
    if (item !== undefined)
      throw new TypeError(`export ${quotedName(name)} is a ${item.kind}, not a function`);
    const names = [...this.#state.checked.functionExportNames.values()].slice(0, 20);
    throw new TypeError(
      `no exported function ${quotedName(name)}; there ${names.length === 0 ? "are none" : `are ${names.map(shownName).join(", ")}`}`,
    );
  }
}

function exportsOf(store: Store, state: ModuleInstance): Exports {
  const exports: Record<string, ExportValue> = Object.create(null);
  for (const { name, kind, index } of state.checked.module.exports) {
    exports[name] = externHandle(store, state.extern(kind, index));
  }
  return Object.freeze(exports);
}
