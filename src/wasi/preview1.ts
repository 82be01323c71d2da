// WasiPreview1: one guest's WASI, from options to exit code.
// Joins the functions with an engine's linker; what they do is in their own files.

import { FUEL, unexpected, wrongArgument } from "../checks/options.ts";
import { ExitError } from "../errors.ts";
import { ARGS_FUNCTIONS } from "./args.ts";
import { CLOCK_FUNCTIONS } from "./clock.ts";
import type { CallerLike, InstanceLike, LinkerLike } from "./engine.ts";
import { ENVIRON_FUNCTIONS } from "./environ.ts";
import { FD_FUNCTIONS } from "./fd.ts";
import { FD_IO_FUNCTIONS } from "./fd-io.ts";
import { Call, type FunctionTable, invoke } from "./function-table.ts";
import type { WasiOptions } from "./grants.ts";
import { type Layout, PREVIEW1, UNSTABLE } from "./layout.ts";
import { PATH_FUNCTIONS } from "./path.ts";
import { POLL_FUNCTIONS } from "./poll.ts";
import { PROC_FUNCTIONS } from "./proc.ts";
import { RANDOM_FUNCTIONS } from "./random.ts";
import { SCHED_FUNCTIONS } from "./sched.ts";
import { SOCK_FUNCTIONS } from "./sock.ts";
import { WasiState } from "./state.ts";

/** All 46 functions of preview1. */
export function preview1Functions(): FunctionTable {
  return {
    ...ARGS_FUNCTIONS,
    ...ENVIRON_FUNCTIONS,
    ...CLOCK_FUNCTIONS,
    ...FD_FUNCTIONS,
    ...FD_IO_FUNCTIONS,
    ...PATH_FUNCTIONS,
    ...POLL_FUNCTIONS,
    ...PROC_FUNCTIONS,
    ...SCHED_FUNCTIONS,
    ...RANDOM_FUNCTIONS,
    ...SOCK_FUNCTIONS,
  };
}

/**
 * WASI preview1 for one guest.
 *
 *     const wasi = new WasiPreview1({ args: ["app"], stdout: (chunk) => … });
 *     wasi.addTo(linker);
 *     const exitCode = wasi.start(linker.instantiate(store, module));
 *
 * Nothing is granted that the options do not name. Several can be in use at once; they share nothing.
 */
export class WasiPreview1 {
  /** As a participant of a store. */
  readonly name = "wasi";
  readonly version = 1;
  readonly #options: WasiOptions | undefined;
  #state: WasiState;
  #phase: Phase = "new";
  #phaseAtCheckpoint: Phase = "new";
  /** What the store had consumed then, less what it had when the guest began. */
  #fuelAtCheckpoint = 0n;

  /** @throws TypeError, RangeError for options that make no sense; WasiError if a preopened directory cannot be opened */
  constructor(options?: WasiOptions) {
    this.#options = options;
    this.#state = new WasiState(options);
  }

  /**
   * The guest's exit code, once it has ended by itself: what it gave to `proc_exit`, however it was called, or 0 if `start`
   * came to its end. A trap has none.
   */
  get exitCode(): number | undefined {
    return this.#state.exitCode;
  }

  /** Descriptors that are open now. */
  get openDescriptors(): number {
    return this.#state.descriptors.size;
  }

  /**
   * Defines the functions of `wasi_snapshot_preview1`, and of `wasi_unstable` in its own layouts, for guests of any store that
   * was made with a WASI: `new Store(engine, { wasi: new WasiPreview1(…) })`. Once for a linker, however many guests there
   * will be. In another store the functions throw a TypeError.
   * @throws TypeError for what is no linker, or one that has them already
   */
  static addTo(linker: LinkerLike): void {
    defineFunctions(linker, ({ store }) => {
      const wasi = store?.wasi;
      if (wasi instanceof WasiPreview1) return wasi.#state;
      throw new TypeError(
        "the store has no WASI: make it with new Store(engine, { wasi: new WasiPreview1(…) })",
      );
    });
  }

  /** Defines the same functions for this guest alone, whatever its store. @throws as the static method */
  addTo(linker: LinkerLike): void {
    defineFunctions(linker, () => this.#state);
  }

  /**
   * Runs a command's `_start` to its end and closes everything.
   *
   * @param options the engine's for calls, e.g. `timeoutMs`, `fuel`
   * @returns the exit code: what the guest gave to `proc_exit`, or 0
   * @throws TypeError if there is no `_start`; Error if this has run or been closed before; whatever else ends the guest:
   * `Trap`, `OutOfFuelError`, `WouldBlockError` …; what closing gives, if the guest ended well
   */
  start(instance: InstanceLike, options?: object): number {
    const run = exportedFunction(instance, "_start", "wasi.start(instance, options)", options);
    this.#enter(instance, "running");
    let exitCode: number;
    try {
      run();
      exitCode = 0;
    } catch (error) {
      exitCode = this.#exitCodeOf(error);
    }
    return this.#end(exitCode);
  }

  /**
   * Like {@link start}, but the guest can wait: for its standard streams, timers and sockets, and for asynchronous host functions.
   * Resolves when what it has written has arrived.
   *
   * @param options the engine's for asynchronous calls, e.g. `timeoutMs`, `signal`, `fuel`
   */
  async startAsync(instance: InstanceLike, options?: object): Promise<number> {
    exportedFunction(instance, "_start", "wasi.startAsync(instance, options)");
    if (instance.callAsync === undefined)
      throw new TypeError("this instance cannot be called asynchronously");
    this.#enter(instance, "running");
    let exitCode: number;
    try {
      await instance.callAsync("_start", [], options);
      exitCode = 0;
    } catch (error) {
      exitCode = this.#exitCodeOf(error);
    }
    this.#end(exitCode);
    await this.flushed();
    return exitCode;
  }

  /**
   * Resolves when what the guest has written so far has arrived where it goes: for after {@link start}, and for guests that ended by an
   * error. Rejects with the failure of a stream that the guest could not be told any more.
   */
  flushed(): Promise<void> {
    return this.#state.flush();
  }

  /**
   * Runs a reactor's `_initialize`, if it has one. Descriptors stay open for the calls that follow; end with {@link close}.
   * If `_initialize` does not come to its end, everything is closed.
   *
   * @param options the engine's for calls, e.g. `timeoutMs`, `fuel`
   * @throws TypeError if the module is a command, with `_start`; Error if this has run or been closed before; ExitError if
   * the guest exits; whatever else ends it
   */
  initialize(instance: InstanceLike, options?: object): void {
    const signature = "wasi.initialize(instance, options)";
    requireInstance(instance, signature);
    if (typeof exportOf(instance, "_start") === "function") {
      throw new TypeError("the module exports _start: it is a command, to be run with start()");
    }
    this.#enter(instance, "library");
    if (typeof exportOf(instance, "_initialize") !== "function") return;
    try {
      exportedFunction(instance, "_initialize", signature, options)();
    } catch (error) {
      this.#closeAfter(error);
    }
  }

  /**
   * Closes all descriptors: files, directories and sockets. A guest that is waiting gets `canceled`, and one that goes on finds
   * nothing open. Output streams are let go when they have taken everything, and stay open; an input that has not ended is
   * ended as a loop's `break` would. Can be repeated.
   */
  close(): void {
    this.#phase = "closed";
    this.#state.close();
  }

  /**
   * For `instance.checkpoint()`: notes whether the guest is new or has been initialised.
   * @throws Error if it has ended, or has opened or closed descriptors, which could not be done again
   */
  checkpoint(fuelConsumed: bigint): void {
    const fuel = FUEL.read(fuelConsumed, "wasi.checkpoint: fuelConsumed");
    if (this.#phase === "running" || this.#phase === "closed") {
      throw new Error(`this WASI cannot be reset: it is ${DESCRIPTION[this.#phase]}`);
    }
    if (!this.#state.hasFirstDescriptors) {
      throw new Error("this WASI cannot be reset: the guest has opened or closed descriptors");
    }
    this.#phaseAtCheckpoint = this.#phase;
    this.#fuelAtCheckpoint = fuel - this.#state.start;
  }

  /**
   * For `instance.reset()`: closes everything and begins anew from the options: descriptors, clock, random numbers, exit code. Of the
   * standard streams, bytes and text are read from their start again; streams of the embedder's go on where they are.
   * @throws WasiError if a preopened directory cannot be opened any more; what closing gives
   */
  reset(fuelConsumed: bigint): void {
    const fuel = FUEL.read(fuelConsumed, "wasi.reset: fuelConsumed");
    this.close();
    this.#state.hostHeap.retire();
    this.#state = new WasiState(this.#options, fuel - this.#fuelAtCheckpoint);
    this.#phase = this.#phaseAtCheckpoint;
  }

  /** @throws Error unless this is new: one guest, one start */
  #enter(instance: InstanceLike, phase: "running" | "library"): void {
    if (this.#phase !== "new")
      throw new Error(`this WASI cannot be started: it is ${DESCRIPTION[this.#phase]}`);
    this.#phase = phase;
    const { blocking } = this.#state;
    if (instance.store !== undefined && blocking !== undefined) instance.store.blocking ??= blocking;
  }

  #exitCodeOf(error: unknown): number {
    return ExitError.isMade(error) ? error.exitCode : this.#closeAfter(error);
  }

  #end(exitCode: number): number {
    this.#state.exitCode = exitCode;
    this.close();
    return exitCode;
  }

  /** Closes everything and throws what has ended the guest, whatever goes wrong with closing. */
  #closeAfter(error: unknown): never {
    try {
      this.close();
    } catch {
      // The first failure is the one to be told.
    }
    throw error;
  }
}

function defineFunctions(linker: LinkerLike, stateOf: (caller: CallerLike) => WasiState): void {
  if (typeof (linker as Partial<LinkerLike> | null | undefined)?.func !== "function") {
    throw wrongArgument("wasi.addTo(linker)", "linker", "a Linker", linker);
  }
  const define = (layout: Layout, functions: FunctionTable): void => {
    for (const [name, fn] of Object.entries(functions)) {
      const type = {
        params: [...fn.params],
        results: fn.returnsErrno ? (["i32"] as "i32"[]) : [],
        chargesFirst: true,
      };
      linker.func(layout.moduleName, name, type, (caller, ...args) => {
        const state = stateOf(caller);
        if (state.virtualClock !== undefined) state.virtualClock.update(caller.store?.fuelConsumed ?? 0n);
        return invoke(fn, new Call(state, layout, caller), args);
      });
    }
  };
  const functions = preview1Functions();
  define(PREVIEW1, functions);
  // The older one had no function to accept connections with.
  const { sock_accept: _, ...unstable } = functions;
  define(UNSTABLE, unstable);
}

type Phase = "new" | "running" | "library" | "closed";

const DESCRIPTION = {
  running: "running",
  library: "in use as a library",
  closed: "closed",
} as const;

/**
 * An exported function, ready to be called under `options`.
 * @throws TypeError if there is none, or no way to give it options
 */
function exportedFunction(
  instance: InstanceLike,
  name: string,
  signature: string,
  options?: object,
): () => unknown {
  requireInstance(instance, signature);
  const found = exportOf(instance, name);
  if (typeof found !== "function") throw new TypeError(`the module does not export a function ${name}`);
  if (options === undefined) return found as () => unknown;
  if (instance.call === undefined)
    throw unexpected(signature, "an instance that can be called with options", instance);
  return () => instance.call?.(name, [], options);
}

function exportOf({ exports }: InstanceLike, name: string): unknown {
  return (exports as Readonly<Record<string, unknown>>)[name];
}

/** @throws TypeError for what is no instance: a module has exports too, but as a list */
function requireInstance(instance: InstanceLike, signature: string): void {
  const exports: unknown = (instance as Partial<InstanceLike> | null | undefined)?.exports;
  if (typeof exports === "object" && exports !== null && !Array.isArray(exports)) return;
  throw wrongArgument(signature, "instance", "an Instance, as linker.instantiate() gives it", instance);
}
