// An instance: a module with memories, tables, globals of its own, ready to be called.

import { BOOLEAN, type OptionTable, readOptions, STRING, wrongArgument } from "../checks/options.ts";
import { nearest } from "../checks/suggest.ts";
import { quotedName, shownName } from "../printable.ts";
import { Checkpoint } from "../runtime/checkpoint.ts";
import type { FunctionInstance } from "../runtime/function.ts";
import type { GlobalInstance } from "../runtime/global.ts";
import type { ExternInstance, ModuleInstance } from "../runtime/instance.ts";
import { backendOf } from "./backend.ts";
import { ASYNC_CALL_OPTIONS, type AsyncCallOptions, drive } from "./drive.ts";
import { Execution } from "./execution.ts";
import { type ExportValue, externHandle } from "./externs.ts";
import { CALL_OPTIONS, type CallOptions, callFunction } from "./func.ts";
import { inspection, inspectSymbol, namesShown } from "./inspection.ts";
import type { Module } from "./module.ts";
import { Resettable } from "./resettable.ts";
import type { Store } from "./store.ts";
import { argumentsToGuest } from "./values.ts";

/** What `instance.exports` holds: functions to call, and memories, tables, globals and tags. */
// biome-ignore lint/suspicious/noExplicitAny: types of exports are known at run time only; `any` lets them be called
export type Exports = Readonly<Record<string, any>>;

export interface StartOptions {
  /** See `CallOptions.concurrent`. */
  readonly concurrent?: boolean | undefined;
}

const START_OPTIONS = { concurrent: BOOLEAN } satisfies OptionTable<StartOptions>;

/** @typeParam E what the module exports, where it is known: `linker.instantiate<{ add(a: number, b: number): number }>(…)` */
export class Instance<E extends object = Exports> {
  readonly module: Module;
  readonly store: Store;
  readonly #state: ModuleInstance;
  #exports: E | undefined;
  readonly #resettable: Resettable;

  /** @internal Use `linker.instantiate`. */
  constructor(store: Store, module: Module, state: ModuleInstance) {
    this.store = store;
    this.module = module;
    this.#state = state;
    this.#resettable = new Resettable(store);
    store.handles.set(state, this);
  }

  /**
   * Exports by name, made when first asked for. A function called from here runs to its end, without bounds of its own.
   *
   * The names are the guest's, and one may be `then`: awaiting this object, or giving it back from an async function, calls
   * that export. Give back the instance, or single exports, instead.
   */
  get exports(): E {
    // Whether the module exports what the caller has said is the caller's promise, as with any import.
    this.#exports ??= exportsOf(this.store, this.#state) as E;
    return this.#exports;
  }

  /** @internal All globals by index, those that are not exported among them. */
  get globals(): readonly GlobalInstance[] {
    return this.#state.globals;
  }

  /**
   * Calls an exported function to its end.
   * @throws Trap, OutOfFuelError, InterruptedError, LimitError: what stopped the guest
   * @throws WouldBlockError if a host function returns a promise
   * @throws InstanceBusyError while an execution of the instance is under way
   * @throws TypeError for a name that is no function, or wrong arguments; whatever a host function throws
   */
  call(name: string, args: readonly unknown[] = [], options?: CallOptions): unknown {
    const func = this.#func(name, "call");
    checkList(args, "call");
    const bounds = options === undefined ? undefined : readOptions("instance.call", options, CALL_OPTIONS);
    return callFunction(this.store, func, args, name, bounds);
  }

  /** Prepares a call that can pause; nothing runs before `resume`. @throws as {@link call} does for its arguments */
  start(name: string, args: readonly unknown[] = [], options?: StartOptions): Execution {
    const { concurrent } = readOptions("instance.start", options, START_OPTIONS);
    return this.#start(name, args, concurrent, "start");
  }

  #start(name: string, args: readonly unknown[], concurrent = false, method: string): Execution {
    const func = this.#func(name, method);
    checkList(args, method);
    const guestArgs = argumentsToGuest(this.store.values, func.type.params, args, name);
    const { interpreter } = backendOf(this.store.engine);
    return new Execution(this.store, interpreter.start(this.store.state, func, guestArgs, concurrent));
  }

  /**
   * Calls an exported function; host functions may return promises, and the event loop turns every few milliseconds.
   * While the guest waits or runs, its instance is busy; other instances can run.
   * An `externref` result that has a method `then` is awaited, as by any promise; an `Execution` gives it as it is.
   * @throws as {@link call}, by rejecting
   */
  async callAsync(name: string, args: readonly unknown[] = [], options?: AsyncCallOptions): Promise<unknown> {
    const bounds = readOptions("instance.callAsync", options, ASYNC_CALL_OPTIONS);
    return drive(this.#start(name, args, bounds.concurrent, "callAsync"), bounds);
  }

  /**
   * Notes the state as it is now, for {@link reset}: of the memories, tables and globals that the module defines, its
   * segments, the GC objects that can be reached from them, and of the store's participants. It replaces an earlier one.
   * What is not zero in memories is copied, and counts nowhere; copies of objects and tables count against `hostHeapBytes`.
   * @throws InstanceBusyError while anything of the store is running, waits or has been paused
   * @throws LimitError when the copies do not fit; whatever a participant throws that cannot be reset
   */
  checkpoint(): void {
    this.#resettable.checkpoint(() => new Checkpoint(this.store.state, [this.#state]));
  }

  /**
   * Makes the instance again what it was at its last {@link checkpoint}: what it defines, what it had dropped, and the store's
   * participants, WASI among them. What it imports from other instances stays as it is, and so do the store's fuel and whatever the
   * host has kept. Views that `memory.bytes()` gave stay valid unless the memory had grown. Can be repeated.
   * @throws Error without a checkpoint
   * @throws InstanceBusyError while anything of the store is running, waits or has been paused
   */
  reset(): void {
    this.#resettable.reset();
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Instance", {
      exports: namesShown(this.module.checked.module.exports.map(({ name }) => name)),
    });
  }

  /** What is exported as `name`, if anything; safe where the names of exports are not known. @throws TypeError for what is no name */
  export(name: string): ExportValue | undefined {
    const item = this.#state.export(STRING.read(name, "instance.export: name"));
    return item === undefined ? undefined : externHandle(this.store, item);
  }

  /** @internal What is exported as `name`, without a handle. */
  item(name: string): ExternInstance | undefined {
    return this.#state.export(name);
  }

  /** What to call instead, for an error's message. */
  #advice(name: string): string {
    const names = exportedFunctions(this.#state);
    const near = nearest(name, names.slice(0, MOST_COMPARED));
    if (near !== undefined) return `; did you mean ${quotedName(near)}?`;
    if (names.length === 0) return "; there are none";
    const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : "";
    return `; there are ${names.slice(0, MOST_LISTED).map(shownName).join(", ")}${more}`;
  }

  #func(name: string, method: string): FunctionInstance {
    STRING.read(name, `instance.${method}: name`);
    const item = this.#state.export(name);
    if (item?.kind === "func") return item.func;
    if (item !== undefined)
      throw new TypeError(`export ${quotedName(name)} is a ${item.kind}, not a function`);
    throw new TypeError(`no exported function ${quotedName(name)}${this.#advice(name)}`);
  }
}

/** Names that are shown in a message, and that are compared with one that there is not. */
const MOST_LISTED = 20;
const MOST_COMPARED = 1_000;

function exportedFunctions(state: ModuleInstance): readonly string[] {
  return state.checked.module.exports.filter(({ kind }) => kind === "func").map(({ name }) => name);
}

function exportsOf(store: Store, state: ModuleInstance): Exports {
  const exports: Record<string, ExportValue> = Object.create(null);
  for (const { name, kind, index } of state.checked.module.exports) {
    exports[name] = externHandle(store, state.extern(kind, index));
  }
  return Object.freeze(exports);
}

/** @throws TypeError for arguments that are not in an array */
function checkList(args: readonly unknown[], method: string): void {
  if (Array.isArray(args)) return;
  const signature = `instance.${method}(name, args, options)`;
  throw wrongArgument(signature, "args", "an array of the function's arguments", args);
}
