// WasiPreview1: one guest's WASI, from options to exit code.
// Joins the functions with an engine's linker; what they do is in their own files.

import { ExitError } from "../errors.ts";
import { ARGS_FUNCTIONS } from "./args.ts";
import { CLOCK_FUNCTIONS } from "./clock.ts";
import type { InstanceLike, LinkerLike } from "./engine.ts";
import { ENVIRON_FUNCTIONS } from "./environ.ts";
import { FD_FUNCTIONS } from "./fd.ts";
import { FD_IO_FUNCTIONS } from "./fd-io.ts";
import { Call, type FunctionTable, invoke } from "./function-table.ts";
import { type Layout, PREVIEW1, UNSTABLE } from "./layout.ts";
import { PATH_FUNCTIONS } from "./path.ts";
import { POLL_FUNCTIONS } from "./poll.ts";
import { PROC_FUNCTIONS } from "./proc.ts";
import { RANDOM_FUNCTIONS } from "./random.ts";
import { SCHED_FUNCTIONS } from "./sched.ts";
import { SOCK_FUNCTIONS } from "./sock.ts";
import { type WasiOptions, WasiState } from "./state.ts";

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
  readonly #state: WasiState;
  #exitCode: number | undefined;

  /** @throws TypeError on options that make no sense; WasiError if a preopened directory cannot be opened */
  constructor(options: WasiOptions = {}) {
    this.#state = new WasiState(options);
  }

  /** The guest's exit code, once it has ended: 0 if `_start` returned. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Descriptors that are open now. */
  get openDescriptors(): number {
    return this.#state.descriptors.size;
  }

  /** Defines the functions of `wasi_snapshot_preview1`, and of `wasi_unstable` in its own layouts. */
  addTo(linker: LinkerLike): void {
    this.#define(linker, PREVIEW1, preview1Functions());
    const { sock_accept: _later, ...unstable } = preview1Functions();
    this.#define(linker, UNSTABLE, unstable);
  }

  #define(linker: LinkerLike, layout: Layout, functions: FunctionTable): void {
    const state = this.#state;
    for (const [name, fn] of Object.entries(functions)) {
      const type = { params: [...fn.params], results: fn.returnsErrno ? (["i32"] as "i32"[]) : [] };
      linker.func(layout.moduleName, name, type, (caller, ...args) => {
        if (state.virtualClock !== undefined) state.virtualClock.update(caller.store?.fuelConsumed ?? 0n);
        return invoke(fn, new Call(state, layout, caller), args);
      });
    }
  }

  /**
   * Runs a command's `_start` to its end and closes everything.
   *
   * @returns the exit code: what the guest gave to `proc_exit`, or 0
   * @throws TypeError if there is no `_start`; whatever else ends the guest: `Trap`, `OutOfFuelError`, `WouldBlockError` …
   */
  start(instance: InstanceLike): number {
    const run = exportedFunction(instance, "_start");
    try {
      this.#exitCode = exitCodeOf(() => run());
      return this.#exitCode;
    } finally {
      this.close();
    }
  }

  /**
   * Like {@link start}, but the guest can wait: for its standard streams, timers and sockets, and for asynchronous host functions.
   * Resolves when what it has written has arrived.
   */
  async startAsync(instance: InstanceLike, options?: object): Promise<number> {
    exportedFunction(instance, "_start");
    if (instance.callAsync === undefined)
      throw new TypeError("this instance cannot be called asynchronously");
    try {
      await instance.callAsync("_start", [], options);
      this.#exitCode = 0;
    } catch (error) {
      if (!(error instanceof ExitError)) throw error;
      this.#exitCode = error.exitCode;
    } finally {
      this.close();
    }
    await this.flushed();
    return this.#exitCode;
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
   *
   * @throws TypeError if the module is a command, with `_start`; ExitError if the guest exits; whatever else ends it
   */
  initialize(instance: InstanceLike): void {
    if (typeof instance.exports._start === "function") {
      throw new TypeError("the module exports _start: it is a command, to be run with start()");
    }
    if (typeof instance.exports._initialize !== "function") return;
    try {
      exportedFunction(instance, "_initialize")();
    } catch (error) {
      if (error instanceof ExitError) {
        this.#exitCode = error.exitCode;
        this.close();
      }
      throw error;
    }
  }

  /**
   * Closes all descriptors: files, directories and sockets. Output streams are let go when they have taken everything, and stay open;
   * an input that has not ended is ended as a loop's `break` would. Can be repeated.
   */
  close(): void {
    this.#state.close();
  }
}

function exportedFunction(instance: InstanceLike, name: string): () => unknown {
  const found = instance.exports[name];
  if (typeof found !== "function") throw new TypeError(`the module does not export a function ${name}`);
  return found as () => unknown;
}

function exitCodeOf(run: () => unknown): number {
  try {
    run();
    return 0;
  } catch (error) {
    if (error instanceof ExitError) return error.exitCode;
    throw error;
  }
}
