// One instance of a plugin with its store, from its making to its last call.
// Owns what is undone between two calls, and what a call has cost.

import { type Execution, ExitError, type Instance, InterruptedError, Store } from "../api/index.ts";
import type { OutputStream } from "../wasi/index.ts";
import { WasiPreview1 } from "../wasi/index.ts";
import { type AbiSession, exportsFunction, type GuestCall } from "./abi.ts";
import type { Job, Outcome } from "./backend.ts";
import type { CallScope } from "./current-plugin.ts";
import type { LogEntry, LogLevel } from "./errors.ts";
import { ExtismSession } from "./extism/session.ts";
import { type Failure, failureOf } from "./failure.ts";
import { CallLogs } from "./logs.ts";
import { PLUGIN_DEFAULTS } from "./options.ts";
import { now, type Runner } from "./runner.ts";
import type { Template } from "./template.ts";

/** After these the host may still be at work for the call: the instance is not used again. */
const UNFINISHED: ReadonlySet<string> = new Set(["timeout", "cancelled", "host-error"]);

/** What is run once, before the first call: of these the first one that there is. */
const RUN_BEFORE = ["_initialize", "__wasm_call_ctors"] as const;
/** And what starts the runtime of Haskell, given a count and a list of arguments that are none. */
const HASKELL = "hs_init";
const PROCEDURE = /^\(func\)$/;
const HASKELL_INIT = /^\(func \(param i32 i32\)\)$/;

/** The making of an instance has failed. */
export class SetupFailure {
  readonly failure: Failure;
  readonly logs: readonly LogEntry[];

  constructor(failure: Failure, logs: readonly LogEntry[]) {
    this.failure = failure;
    this.logs = logs;
  }
}

/** A signal that is made when somebody asks for it: most calls need none. */
class LazyAbort {
  #controller: AbortController | undefined;
  #isOver = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#isOver = true;
    this.#controller?.abort();
  }
}

export class Sandbox implements CallScope {
  readonly #template: Template;
  readonly #runner: Runner;
  readonly #store: Store;
  readonly #wasi: WasiPreview1;
  readonly #session: AbiSession;
  readonly #logs: CallLogs;
  #instance: Instance | undefined;
  #canReset = false;
  #wasDenied = false;
  #onLog: ((entry: LogEntry) => void) | undefined;
  #execution: Execution | undefined;
  /** Ends the making of the instance. */
  #making: AbortController | undefined;
  #isCancelled = false;
  /** The program has ended by itself: what it has left is none for another call. */
  #hasExited = false;
  call: GuestCall | undefined;

  /** Has no instance before {@link make}. */
  constructor(template: Template, runner: Runner) {
    this.#template = template;
    this.#runner = runner;
    const { settings, limits, abi, module } = template;
    const { logBytes = PLUGIN_DEFAULTS.logBytes, logLevel = "info" } = settings;
    this.#logs = new CallLogs(logBytes, logLevel, (entry) => this.#onLog?.(entry));
    const streams: { stdout?: OutputStream; stdin?: () => Uint8Array | null } = {};
    this.#wasi = new WasiPreview1({
      ...settings.wasi,
      ...(settings.allowedPaths === undefined ? {} : { preopens: settings.allowedPaths }),
      stdin: () => streams.stdin?.() ?? null,
      stdout: { write: (bytes) => (streams.stdout ?? this.#logged("info", "stdout")).write(bytes) },
      stderr: this.#logged("warn", "stderr"),
    });
    this.#store = new Store(module.engine, {
      ...{ limits, wasi: this.#wasi },
      onDenied: () => {
        this.#wasDenied = true;
      },
    });
    this.#session = abi.open(this.#store, this.#logs);
    const { stdin, stdout } = this.#session;
    if (stdin !== undefined) streams.stdin = stdin;
    if (stdout !== undefined) streams.stdout = stdout;
    template.scopes.set(this.#store, this);
  }

  get extism(): ExtismSession | undefined {
    return this.#session instanceof ExtismSession ? this.#session : undefined;
  }

  /** Makes the instance and initialises it, within a call's bounds. @throws SetupFailure for what ends that */
  async make(bounds: Job): Promise<void> {
    try {
      await this.#start(bounds);
    } catch (error) {
      this.close();
      throw new SetupFailure(failureOf(error, this.#wasDenied), this.#logs.take());
    }
  }

  async #start(bounds: Job): Promise<void> {
    const { module, settings } = this.#template;
    const instance = await this.#instantiate(bounds);
    this.#instance = instance;
    const before = this.#store.fuelConsumed;
    const first = RUN_BEFORE.find((name) => exportsFunction(module, name, PROCEDURE));
    if (first !== undefined) await this.#invoke(instance, first, [], bounds, before);
    if (exportsFunction(module, HASKELL, HASKELL_INIT)) {
      await this.#invoke(instance, HASKELL, [0, 0], bounds, before);
    }
    if (settings.state !== "fresh" && settings.state !== "kept" && this.#template.libraries.length === 0) {
      this.#session.end(true);
      this.#canReset = this.#checkpoint(instance);
    }
  }

  /** False for what cannot be undone: descriptors that it has opened before the first call, say. */
  #checkpoint(instance: Instance): boolean {
    try {
      instance.checkpoint();
      return true;
    } catch {
      return false;
    }
  }

  async #instantiate(bounds: Job): Promise<Instance> {
    const { signal } = bounds;
    const making = typeof AbortController === "function" ? new AbortController() : undefined;
    const onAbort = (): void => making?.abort();
    this.#making = making;
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted || this.#isCancelled) onAbort();
    try {
      return await this.#link(bounds, making?.signal ?? signal);
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#making = undefined;
    }
  }

  async #link(bounds: Job, signal: AbortSignal | undefined): Promise<Instance> {
    const { prepared, libraries, module } = this.#template;
    const options = { fuel: bounds.fuel, signal, timeoutMs: this.#left(bounds) };
    if (prepared !== undefined) return await prepared.instantiateAsync(this.#store, options);
    const linker = this.#template.freshLinker();
    for (const library of libraries) {
      const instance = await linker.instantiateAsync(this.#store, library.module, options);
      linker.instance(library.name, instance);
    }
    return await linker.instantiateAsync(this.#store, module, options);
  }

  /** Carries out a call. Never throws. */
  async run(job: Job): Promise<Outcome> {
    const instance = this.#instance as Instance;
    const before = this.#store.fuelConsumed;
    const abort = new LazyAbort();
    const call: GuestCall = {
      ...{ name: job.name, input: job.input, context: job.context },
      outputLimit: this.#template.settings.outputBytes ?? PLUGIN_DEFAULTS.outputBytes,
      get signal() {
        return abort.signal;
      },
      invoke: (name, args) => this.#invoke(instance, name, args, job, before),
    };
    this.call = call;
    this.#onLog = job.onLog;
    this.#wasDenied = false;
    let output: Uint8Array | undefined;
    let failure: Failure | undefined;
    try {
      output = await this.#session.run(instance, call);
    } catch (error) {
      failure = failureOf(error, this.#wasDenied);
    }
    this.call = undefined;
    this.#onLog = undefined;
    const memoryBytes = this.#store.bytesUsed;
    abort.abort();
    this.#session.end(this.#template.settings.state === "kept");
    const fuelConsumed = this.#store.fuelConsumed - before;
    return { output, failure, fuelConsumed, memoryBytes, logs: this.#logs.take() };
  }

  /** Makes it ready for the next call; false if it cannot be used again. */
  renew(failure: Failure | undefined): boolean {
    const { state = "reset" } = this.#template.settings;
    if (failure !== undefined && (state === "kept" || UNFINISHED.has(failure.kind))) return false;
    if (state === "kept") return !this.#hasExited;
    if (!this.#canReset) return false;
    try {
      this.#instance?.reset();
      this.#hasExited = false;
      return true;
    } catch {
      return false;
    }
  }

  /** Ends the making of the instance, or the call that is under way, if there is one. */
  cancel(): void {
    this.#isCancelled = true;
    this.#making?.abort();
    try {
      this.#execution?.cancel();
    } catch {
      // A host function that it is calling closes its pool: it is ended when that has returned, and asks for more.
    }
  }

  /** Closes descriptors and drops what is held for it. */
  close(): void {
    this.call = undefined;
    this.#session.end(false);
    try {
      this.#wasi.close();
    } catch {
      // Files of a plugin that is over: there is nobody left to be told.
    }
  }

  async #invoke(
    instance: Instance,
    name: string,
    args: readonly unknown[],
    { fuel, signal, deadline, tenant }: Job,
    before: bigint,
  ): Promise<unknown> {
    if (this.#isCancelled) throw new InterruptedError("cancelled", false);
    const execution = instance.start(name, args);
    this.#execution = execution;
    const used = this.#store.fuelConsumed - before;
    const left = fuel === undefined ? undefined : fuel > used ? fuel - used : 0n;
    try {
      return await this.#runner.run(execution, { fuel: left, signal, deadline, tenant });
    } catch (error) {
      this.#hasExited ||= error instanceof ExitError;
      throw error;
    } finally {
      this.#execution = undefined;
      execution.cancel();
    }
  }

  #left({ deadline }: Job): number {
    return Math.max(0, deadline - now());
  }

  #logged(level: LogLevel, source: "stdout" | "stderr"): OutputStream {
    return {
      write: (bytes) => {
        this.#logs.add(level, source, bytes);
        return bytes.length;
      },
    };
  }
}
