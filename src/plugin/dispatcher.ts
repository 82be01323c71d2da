// Accepts calls, lets them wait, hands them to whom carries them out, and tells what became of them.
// Owns queue, bounds and events of calls. Each accepted call gets exactly one answer.

import { readOptions, STRING, unexpected } from "../checks/options.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { Backend, Job, Outcome } from "./backend.ts";
import { type LogEntry, PluginError } from "./errors.ts";
import { type PluginObserver, tell } from "./events.ts";
import { setupError } from "./failure.ts";
import { CALL_OPTIONS, type CallSettings, PLUGIN_DEFAULTS, type PluginCallOptions } from "./options.ts";
import { FairQueue } from "./queue.ts";
import { PluginResult } from "./result.ts";
import { now, type Runner } from "./runner.ts";
import { watch } from "./watch.ts";

export interface DispatcherSettings {
  readonly what: string;
  readonly fuel?: bigint | undefined;
  readonly timeoutMs?: number | undefined;
  readonly queue?: number | undefined;
  readonly queueTimeoutMs?: number | undefined;
  readonly tenantSize?: number | undefined;
  readonly log?: ((entry: LogEntry) => void) | undefined;
  readonly onEvent?: PluginObserver | undefined;
  /** @throws CallFailure for a function that the plugin does not have */
  readonly check: (name: string) => void;
  /** Whose scheduler has the tenants, where calls run in this thread. */
  readonly runner: Runner | undefined;
}

/** A call that was accepted. */
interface Accepted {
  readonly id: number;
  readonly name: string;
  readonly input: Uint8Array;
  readonly options: CallSettings;
  readonly tenant: string | undefined;
  readonly since: number;
  readonly deadline: number;
  readonly resolve: (result: PluginResult) => void;
  readonly reject: (error: PluginError) => void;
  unwatch: () => void;
}

/** The end of the last call. */
class Idle {
  resolve: () => void = () => undefined;
  readonly promise = new Promise<void>((resolve) => {
    this.resolve = resolve;
  });
}

export class Dispatcher {
  readonly #backend: Backend;
  readonly #settings: DispatcherSettings;
  readonly #queue = new FairQueue<Accepted>();
  readonly #byTenant = new Map<string | undefined, number>();
  #running = 0;
  #calls = 0;
  #isClosed = false;
  #whenIdle: Idle | undefined;

  constructor(backend: Backend, settings: DispatcherSettings) {
    this.#backend = backend;
    this.#settings = settings;
  }

  /** Calls that run now. */
  get running(): number {
    return this.#running;
  }

  /** Calls that wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /**
   * @throws by rejecting: PluginError
   * @throws TypeError, RangeError at once for arguments that make no sense
   */
  call(name: string, input: Uint8Array | string, given?: PluginCallOptions): Promise<PluginResult> {
    const { what, queue = PLUGIN_DEFAULTS.queue } = this.#settings;
    STRING.read(name, `${what}.call: name`);
    const options = readOptions(`${what}.call`, given, CALL_OPTIONS);
    const bytes = bytesOf(input, what);
    const { timeoutMs = this.#settings.timeoutMs ?? PLUGIN_DEFAULTS.timeoutMs, signal, tenant } = options;
    const since = now();
    return new Promise((resolve, reject) => {
      const call: Accepted = {
        ...{ id: ++this.#calls, name, input: bytes, options, tenant, since, resolve, reject },
        ...{ deadline: since + timeoutMs, unwatch: () => undefined },
      };
      const refusal = this.#refusal(call, queue);
      if (refusal !== undefined) {
        this.#settle(call, undefined, refusal);
        return;
      }
      if (this.#running < this.#backend.capacity && this.#queue.size === 0 && this.#mayRun(tenant)) {
        void this.#start(call);
        return;
      }
      this.#queue.push(call);
      this.#watch(call, signal);
      this.#next();
    });
  }

  /** Ends what waits and runs (`cancelled`), and lets go of everything. Can be repeated. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const call of this.#queue.items) this.#leave(call, "cancelled", "it was closed");
    const closed = this.#backend.close();
    if (this.#running > 0) {
      this.#whenIdle ??= new Idle();
      await this.#whenIdle.promise;
    }
    await closed;
  }

  #refusal(call: Accepted, queue: number): PluginError | undefined {
    if (this.#isClosed) return new PluginError("cancelled", `the ${this.#settings.what} is closed`);
    try {
      this.#settings.check(call.name);
    } catch (error) {
      return setupError(error);
    }
    if (call.options.signal?.aborted) return new PluginError("cancelled", "the call's signal is aborted");
    const mustWait = this.#running >= this.#backend.capacity || !this.#mayRun(call.tenant);
    if (!mustWait || this.#queue.size < queue) return undefined;
    return new PluginError("queue-full", `${this.#queue.size} calls are waiting already`);
  }

  #mayRun(tenant: string | undefined): boolean {
    const { tenantSize } = this.#settings;
    return tenantSize === undefined || tenant === undefined || (this.#byTenant.get(tenant) ?? 0) < tenantSize;
  }

  /** Hands on what may run now. */
  #next(): void {
    while (this.#running < this.#backend.capacity) {
      const call = this.#queue.take((tenant) => this.#mayRun(tenant));
      if (call === undefined) return;
      call.unwatch();
      void this.#start(call);
    }
  }

  async #start(call: Accepted): Promise<void> {
    const { id, name, input, options, tenant, deadline } = call;
    const { onEvent, log, runner } = this.#settings;
    const queuedMs = now() - call.since;
    this.#running++;
    if (tenant !== undefined) this.#byTenant.set(tenant, (this.#byTenant.get(tenant) ?? 0) + 1);
    tell(onEvent, { type: "call-start", call: id, name, tenant, queuedMs });
    const job: Job = {
      ...{ name, input, deadline, context: options.context, signal: options.signal },
      fuel: options.fuel ?? this.#settings.fuel,
      tenant: tenant === undefined ? undefined : runner?.scheduler.tenant(tenant),
      onLog: (entry) => {
        tell(onEvent, { type: "log", call: id, entry });
        try {
          log?.(entry);
        } catch {
          // What listens to logs must not end a call.
        }
      },
    };
    // On a stack of its own: the caller may be a host function of another plugin.
    await undefined;
    let outcome: Outcome | undefined;
    let error: PluginError | undefined;
    try {
      outcome = await this.#backend.run(job);
    } catch (thrown) {
      error = setupError(thrown);
    }
    this.#running--;
    if (tenant !== undefined) this.#left(tenant);
    this.#settle(call, outcome, error, queuedMs);
    this.#next();
    if (this.#running === 0) this.#whenIdle?.resolve();
  }

  #left(tenant: string): void {
    const rest = (this.#byTenant.get(tenant) ?? 1) - 1;
    if (rest > 0) this.#byTenant.set(tenant, rest);
    else this.#byTenant.delete(tenant);
  }

  #settle(
    call: Accepted,
    outcome: Outcome | undefined,
    error: PluginError | undefined,
    queuedMs = now() - call.since,
  ): void {
    const { id, name, tenant } = call;
    const durationMs = now() - call.since;
    const { fuelConsumed = 0n, memoryBytes = 0, failure, output, logs = [] } = outcome ?? {};
    const cost = { fuelConsumed, memoryBytes, durationMs, queuedMs };
    let problem = error;
    if (failure !== undefined) {
      const { kind, message, backtrace, cause, exitCode } = failure;
      problem = new PluginError(kind, message, { ...cost, logs, backtrace, cause, exitCode });
    }
    tell(this.#settings.onEvent, {
      ...{ type: "call-end", call: id, name, tenant, error: problem?.kind, outputBytes: output?.length ?? 0 },
      ...cost,
    });
    if (problem !== undefined) call.reject(problem);
    else call.resolve(new PluginResult(output ?? new Uint8Array(0), cost, logs));
  }

  /** Ends a call that waits. */
  #leave(call: Accepted, kind: "timeout" | "cancelled", message: string): void {
    if (!this.#queue.remove(call)) return;
    call.unwatch();
    this.#settle(call, undefined, new PluginError(kind, message));
  }

  /** Sees to it that time and signal end a call that waits. */
  #watch(call: Accepted, signal: AbortSignal | undefined): void {
    const { queueTimeoutMs = Number.POSITIVE_INFINITY } = this.#settings;
    const end = Math.min(call.deadline, call.since + queueTimeoutMs);
    call.unwatch = watch(end, signal, (why) => {
      if (why === "abort") this.#leave(call, "cancelled", "the call's signal was aborted");
      else this.#leave(call, "timeout", `no instance was free for ${Math.round(now() - call.since)} ms`);
    });
  }
}

function bytesOf(input: Uint8Array | string, what: string): Uint8Array {
  if (typeof input === "string") return encodeUtf8(input);
  if (input instanceof Uint8Array) return input;
  throw unexpected(`${what}.call: input`, "a Uint8Array or a string", input);
}
