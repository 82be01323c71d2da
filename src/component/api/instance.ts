// An instance of a component, as embedders use it.

import type { Caller } from "../../api/caller.ts";
import { ASYNC_CALL_OPTIONS, type AsyncCallOptions } from "../../api/drive.ts";
import type { Execution } from "../../api/execution.ts";
import { CALL_OPTIONS, type CallOptions } from "../../api/func.ts";
import type { StartOptions } from "../../api/instance.ts";
import { Resettable } from "../../api/resettable.ts";
import type { Store } from "../../api/store.ts";
import { type OptionTable, readOptions, STRING, unexpected, wrongArgument } from "../../checks/options.ts";
import { quotedName, shownName } from "../../printable.ts";
import type { CallStack } from "../runtime/call-stack.ts";
import { ComponentCheckpoint } from "../runtime/checkpoint.ts";
import type { InstanceState } from "../runtime/instance-state.ts";
import type { RuntimeItem } from "../runtime/items.ts";
import { Calls, type ExportedFunction } from "./calls.ts";
import type { Component } from "./component.ts";
import { type ComponentExports, type FunctionIndex, makeExports } from "./exports.ts";

/**
 * Names an exported function: by its name, if the component exports it itself; else the interface and the name. Names of
 * functions are those of WIT (`look-up`, `[method]counter.add`) or of JavaScript (`lookUp`).
 */
export type FunctionPath = string | readonly [interfaceName: string, name: string];

const START_OPTIONS = { concurrent: CALL_OPTIONS.concurrent } satisfies OptionTable<StartOptions>;

export class ComponentInstance {
  readonly component: Component;
  readonly store: Store;
  /**
   * What the component exports: interfaces by their names as objects, functions in `lowerCamelCase`, resources as classes in
   * `PascalCase`. A plain call runs to its end; where the guest would have to wait, it is a `WouldBlockError`.
   */
  readonly exports: ComponentExports;
  readonly #state: InstanceState;
  readonly #stack: CallStack;
  readonly #calls: Calls;
  readonly #functions: FunctionIndex;
  readonly #resettable: Resettable;

  /** @internal Use `linker.instantiate`. */
  constructor(component: Component, store: Store, state: InstanceState, stack: CallStack) {
    this.component = component;
    this.#stack = stack;
    this.store = store;
    this.#state = state;
    this.#calls = new Calls(store, state);
    this.#resettable = new Resettable(store);
    const { exports, functions } = makeExports(state.exports, this.#calls);
    this.exports = exports;
    this.#functions = functions;
  }

  /**
   * Calls an exported function to its end. A function of type `result` gives what `ok` holds.
   * @throws ComponentError for the `err` of its `result`
   * @throws Trap, OutOfFuelError, InterruptedError, LimitError: what stopped the guest, which cannot be entered again
   * @throws WouldBlockError if a host function returns a promise
   * @throws InstanceBusyError while another call of the instance is under way
   * @throws TypeError for a path that is no function, arguments that do not fit (it names the path to the value); whatever a
   * host function throws
   */
  call(path: FunctionPath, args: readonly unknown[] = [], options?: CallOptions): unknown {
    const func = this.#find(path, "call");
    checkList(args, "call");
    const bounds = options === undefined ? undefined : readOptions("instance.call", options, CALL_OPTIONS);
    return this.#calls.call(func, args, bounds);
  }

  /**
   * The same where host functions may return promises; the event loop turns every few milliseconds.
   * @throws as {@link call}, by rejecting
   */
  async callAsync(
    path: FunctionPath,
    args: readonly unknown[] = [],
    options?: AsyncCallOptions,
  ): Promise<unknown> {
    const bounds = readOptions("instance.callAsync", options, ASYNC_CALL_OPTIONS);
    const func = this.#find(path, "callAsync");
    checkList(args, "callAsync");
    return this.#calls.callAsync(func, args, bounds);
  }

  /**
   * @internal Calls an async function to the end of its tasks: `returned` gets what it returns, a `result` as it is, when it does.
   * @throws as {@link callAsync}
   */
  async callToEnd(
    path: FunctionPath,
    args: readonly unknown[],
    returned: (value: unknown) => void,
    options?: AsyncCallOptions,
  ): Promise<unknown> {
    const bounds = readOptions("instance.callToEnd", options, ASYNC_CALL_OPTIONS);
    return this.#calls.callToEnd(this.#find(path, "callToEnd"), args, returned, bounds);
  }

  /** Prepares a call that can pause; nothing runs before `resume`. @throws as {@link call} does for its path and arguments */
  start(path: FunctionPath, args: readonly unknown[] = [], options?: StartOptions): Execution {
    const { concurrent } = readOptions("instance.start", options, START_OPTIONS);
    const func = this.#find(path, "start");
    checkList(args, "start");
    return this.#calls.start(func, args, concurrent);
  }

  /**
   * Notes the state as it is now, for {@link reset}: memories, tables, globals and objects of every core instance in it, handles and
   * resources, of component instances in it too, and the store's participants, WASI among them. It replaces an earlier one. Copies of
   * objects, tables and handles count against `hostHeapBytes`; those of memories nowhere.
   * @throws InstanceBusyError while anything of the store is running, waits or has been paused
   * @throws Error while it has handles to resources of its host, or of a component that is not in it: those would not go back
   * @throws LimitError when the copies do not fit; whatever a participant throws that cannot be reset
   */
  checkpoint(): void {
    this.#resettable.checkpoint(() => new ComponentCheckpoint(this.#state));
  }

  /**
   * Makes the instance again what it was at its last {@link checkpoint}, also after a trap. Handles that it has got since are gone
   * without `[Symbol.dispose]`, and the host's objects of its resources that were made since are refused. What it imports from other
   * instances stays as it is, and so do the store's fuel and whatever the host has kept. Can be repeated.
   * @throws Error without a checkpoint
   * @throws InstanceBusyError while anything of the store is running, waits or has been paused
   */
  reset(): void {
    this.#resettable.reset();
  }

  /** @internal The call of a host function of its linker that is under way. */
  get caller(): Caller | undefined {
    return this.#stack.caller;
  }

  /** @internal What it exports under a name in WIT. */
  item(name: string): RuntimeItem | undefined {
    return this.#state.exports.get(name);
  }

  /** @internal Names of its exports, in WIT. */
  get itemNames(): Iterable<string> {
    return this.#state.exports.keys();
  }

  #find(path: FunctionPath, method: string): ExportedFunction {
    const [from, name] = readPath(path, method);
    const functions = this.#functions.get(from);
    const found = functions?.get(name);
    if (found !== undefined) return found;
    const names = functions === undefined ? [...this.#functions.keys()] : [...functions.keys()];
    const shown = names.filter((each) => each !== "").slice(0, 20);
    const there = shown.length === 0 ? "there are none" : `there are ${shown.map(shownName).join(", ")}`;
    throw new TypeError(
      functions === undefined
        ? `no exported interface ${quotedName(from)}; ${there}`
        : `no exported function ${quotedName(name)}${from === "" ? "" : ` of ${quotedName(from)}`}; ${there}`,
    );
  }
}

/** Interface, `""` for none, and name. @throws TypeError */
function readPath(path: unknown, method: string): readonly [string, string] {
  const what = `instance.${method}: path`;
  if (typeof path === "string") return ["", path];
  if (!Array.isArray(path) || path.length !== 2) {
    throw unexpected(what, "a function's name, or an array of an interface's and a function's", path);
  }
  return [STRING.read(path[0], what), STRING.read(path[1], what)];
}

/** @throws TypeError for arguments that are not in an array */
function checkList(args: readonly unknown[], method: string): void {
  if (Array.isArray(args)) return;
  const signature = `instance.${method}(path, args, options)`;
  throw wrongArgument(signature, "args", "an array of the function's arguments", args);
}
