// An instance: a module with memories, tables, globals of its own, ready to be called.

import { InterruptedError, OutOfFuelError } from "../errors.ts";
import type { FunctionInstance } from "../runtime/function.ts";
import type { ModuleInstance } from "../runtime/instance.ts";
import { argumentsToGuest } from "./convert.ts";
import { Execution } from "./execution.ts";
import { type ExportValue, externHandle } from "./externs.ts";
import { type CallOptions, callFunction } from "./func.ts";
import type { Module } from "./module.ts";
import type { Store } from "./store.ts";

/** What `instance.exports` holds: functions to call, and memories, tables, globals and tags. */
// biome-ignore lint/suspicious/noExplicitAny: types of exports are known at run time only; `any` lets them be called
export type Exports = Readonly<Record<string, any>>;

export interface StartOptions {
  /** Allow other executions of the instance at the same time. C and Rust guests share one stack: default false. */
  readonly concurrent?: boolean;
}

export class Instance {
  readonly module: Module;
  readonly store: Store;
  /** Exports by name. A function called from here runs to its end, without bounds of its own. */
  readonly exports: Exports;
  readonly #state: ModuleInstance;

  /** @internal Use `linker.instantiate`. */
  constructor(store: Store, module: Module, state: ModuleInstance) {
    this.store = store;
    this.module = module;
    this.#state = state;
    const exports: Record<string, ExportValue> = Object.create(null);
    for (const { name, kind, index } of state.checked.module.exports) {
      exports[name] = externHandle(store, state.extern(kind, index));
    }
    this.exports = Object.freeze(exports);
    store.handles.set(state, this);
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
    const { interpreter } = this.store.engine;
    return new Execution(
      this.store,
      interpreter.start(this.store.state, func, guestArgs, options.concurrent ?? false),
    );
  }

  /**
   * Calls an exported function; host functions may return promises, and the event loop turns now and then.
   * @throws as {@link call}, by rejecting
   */
  async callAsync(name: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    return drive(this.start(name, args), options);
  }

  #func(name: string): FunctionInstance {
    const item = this.#state.export(name);
    if (item?.kind === "func") return item.func;
    if (item !== undefined)
      throw new TypeError(`export ${JSON.stringify(name)} is a ${item.kind}, not a function`);
    const names = this.#state.checked.module.exports.filter(({ kind }) => kind === "func").map((e) => e.name);
    throw new TypeError(
      `no exported function ${JSON.stringify(name)}; there ${names.length === 0 ? "are none" : `are ${names.slice(0, 20).join(", ")}`}`,
    );
  }
}

/** Milliseconds that an asynchronous call may run before the event loop turns. */
const QUANTUM_MS = 10;

/** Drives an execution to its end, turning the event loop between slices. */
export async function drive(execution: Execution, options: CallOptions): Promise<unknown> {
  const { fuel, timeoutMs, signal } = options;
  const deadline = timeoutMs === undefined ? undefined : Date.now() + timeoutMs;
  const { store } = execution;
  const consumedBefore = store.fuelConsumed;
  try {
    for (;;) {
      if (signal?.aborted) throw new InterruptedError("signal", false);
      const left = deadline === undefined ? undefined : deadline - Date.now();
      if (left !== undefined && left <= 0) throw new InterruptedError("timeout", false);
      const slice = left === undefined ? QUANTUM_MS : Math.min(QUANTUM_MS, left);
      const cap = fuel === undefined ? undefined : BigInt(fuel) - (store.fuelConsumed - consumedBefore);
      const state = execution.resume({ fuel: cap, timeoutMs: slice, signal });
      if (state === "done") return execution.result;
      if (state === "trapped") throw execution.error;
      if (state === "out-of-fuel") {
        const error = new OutOfFuelError(fuel === undefined ? "store" : "call", false);
        error.backtrace = execution.backtrace();
        error.fuelConsumed = store.fuelConsumed;
        throw error;
      }
      if (state === "awaiting-host") await untilSettledOrStopped(execution, left, signal);
      else await turn();
    }
  } finally {
    execution.cancel();
  }
}

/** Lets the event loop turn once, timers and input included. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else if (typeof setTimeout === "function") setTimeout(resolve, 0);
    else resolve();
  });
}

/** Waits for the host, but no longer than the time that is left, nor past an abort. */
async function untilSettledOrStopped(
  execution: Execution,
  leftMs: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const waits: Promise<void>[] = [execution.settled()];
  const cleanups: (() => void)[] = [];
  if (leftMs !== undefined && typeof setTimeout === "function") {
    waits.push(
      new Promise((resolve) => {
        // A timer holds 31 bits; the caller asks again when it fires early.
        const timer = setTimeout(resolve, Math.min(leftMs, 2 ** 31 - 1));
        cleanups.push(() => clearTimeout(timer));
      }),
    );
  }
  if (signal !== undefined) {
    waits.push(
      new Promise((resolve) => {
        const onAbort = () => resolve();
        signal.addEventListener("abort", onAbort);
        cleanups.push(() => signal.removeEventListener("abort", onAbort));
      }),
    );
  }
  try {
    await Promise.race(waits);
  } finally {
    for (const cleanup of cleanups) cleanup();
  }
}
