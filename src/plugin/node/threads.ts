// Carries out calls in worker threads: which one gets a call, and what becomes of its calls when it dies.
// Owns the threads. What they do with a call is worker.ts's.

import { Worker } from "node:worker_threads";
import type { Backend, Job, Outcome } from "../backend.ts";
import { tell } from "../events.ts";
import type { Failure } from "../failure.ts";
import { PLUGIN_DEFAULTS, type PoolSettings } from "../options.ts";
import { now } from "../runner.ts";
import type { PluginSource } from "../template.ts";
import { watch } from "../watch.ts";
import {
  type FromWorker,
  received,
  SENT_OPTIONS,
  type SentOutcome,
  type ToWorker,
  type WorkerStart,
} from "./messages.ts";

/** Milliseconds past its deadline after which a call's thread is taken for dead. A worker ends calls in time by itself. */
const GRACE_MS = 1000;
/** The same for the first calls of a thread, which has to load everything on a machine that may be busy. */
const START_GRACE_MS = 10_000;
/** How often a call is begun: once more if its thread dies. */
const MOST_ATTEMPTS = 2;

/** A call that a worker has. */
interface Sent {
  readonly job: Job;
  readonly resolve: (outcome: Outcome) => void;
  attempts: number;
  /** Ends the watch over its time and its signal, if there is one. */
  release: (() => void) | undefined;
}

/** One thread and its calls. */
interface Thread {
  readonly id: number;
  readonly worker: Worker;
  readonly calls: Map<number, Sent>;
  /** It has answered something. */
  isUp: boolean;
  /** It has a call that was in a thread that died, and no other beside it. */
  isSuspect: boolean;
  /** Why it was ended by us. */
  reason: string | undefined;
  isOver: boolean;
}

export class ThreadBackend implements Backend {
  readonly capacity: number;
  readonly #start: WorkerStart;
  readonly #settings: PoolSettings;
  readonly #most: number;
  readonly #threads = new Set<Thread>();
  /** Calls that wait for a thread: while others are begun anew, each in a thread of its own. */
  readonly #held: Sent[] = [];
  #started = 0;
  #sent = 0;
  #isClosed = false;

  /** @throws TypeError for what cannot be sent to another thread */
  constructor(
    source: PluginSource,
    settings: PoolSettings,
    paths: Readonly<Record<string, string>> | undefined,
  ) {
    const { workers = 0, size = PLUGIN_DEFAULTS.size, workerModule } = settings;
    for (const name of ["engine", "imports", "hostFunctions", "http", "wasi", "allowedPaths"] as const) {
      if (settings[name] === undefined) continue;
      throw new TypeError(
        `new PluginPool: option ${name} cannot be sent to another thread; a workerModule can give it`,
      );
    }
    const options: Record<string, unknown> = {};
    for (const name of SENT_OPTIONS) if (settings[name] !== undefined) options[name] = settings[name];
    this.#settings = settings;
    this.#most = workers;
    this.capacity = workers * size;
    this.#start = {
      main: shared(source.main),
      libraries: source.libraries.map(({ name, bytes }) => ({ name, bytes: shared(bytes) })),
      ...{
        size,
        options,
        paths,
        workerModule: workerModule === undefined ? undefined : String(workerModule),
      },
    };
  }

  run(job: Job): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#held.push({ job, resolve, attempts: 0, release: undefined });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#next();
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, "the pool was closed")));
  }

  /** Gives calls to threads, in their order, while there are threads for them. */
  #next(): void {
    for (let call = this.#held[0]; call !== undefined; call = this.#held[0]) {
      const refusal = this.#refusal(call.job);
      const thread = refusal === undefined ? this.#threadFor(call) : undefined;
      if (refusal === undefined && thread === undefined) break;
      this.#held.shift();
      call.release?.();
      call.release = undefined;
      if (refusal !== undefined) call.resolve(refusal);
      else if (thread !== undefined) this.#send(thread, call);
    }
    for (const call of this.#held) {
      const { deadline, signal } = call.job;
      call.release ??= watch(deadline, signal, () => this.#giveUp(call));
    }
  }

  /** Ends a call that waits for a thread, when its time is over or its signal is aborted. */
  #giveUp(call: Sent): void {
    const at = this.#held.indexOf(call);
    const refusal = this.#refusal(call.job);
    if (at < 0 || refusal === undefined) return;
    this.#held.splice(at, 1);
    call.release?.();
    call.resolve(refusal);
  }

  #send(thread: Thread, call: Sent): void {
    const { name, input, fuel, context, deadline } = call.job;
    const id = ++this.#sent;
    const message: ToWorker = { type: "call", id, name, input, fuel, context, timeoutMs: deadline - now() };
    try {
      thread.worker.postMessage(message);
    } catch (error) {
      const why = error instanceof Error ? error.message : "it cannot be cloned";
      call.resolve(failed("host-error", `the call cannot be sent to a worker: ${why}`));
      return;
    }
    thread.isSuspect = call.attempts++ > 0;
    thread.calls.set(id, call);
    thread.worker.ref();
    call.release = this.#guard(thread, id, call.job);
  }

  #refusal(job: Job): Outcome | undefined {
    if (this.#isClosed) return failed("cancelled", "the pool was closed");
    if (job.signal?.aborted) return failed("cancelled", "the call's signal was aborted");
    return now() >= job.deadline ? failed("timeout", "the call's time is over") : undefined;
  }

  /** Sees to it that a call ends in time, also where its thread does not answer any more. */
  #guard(thread: Thread, id: number, job: Job): () => void {
    const end = job.deadline + (thread.isUp ? GRACE_MS : START_GRACE_MS);
    return watch(end, job.signal, (why) => {
      if (why === "abort") thread.worker.postMessage({ type: "cancel", id } satisfies ToWorker);
      else void this.#end(thread, "it did not answer in time");
    });
  }

  /**
   * The thread with the fewest calls; a new one while there may be more. One of the calls of a thread that died has killed it,
   * nobody knows which: each of them gets a thread for itself, so that it takes no other one along again.
   */
  #threadFor({ attempts }: Sent): Thread | undefined {
    let best: Thread | undefined;
    for (const thread of this.#threads) {
      if (thread.isSuspect && thread.calls.size > 0) continue;
      if (best === undefined || thread.calls.size < best.calls.size) best = thread;
    }
    if (best?.calls.size === 0) return best;
    if (this.#threads.size < this.#most) return this.#spawn();
    return attempts === 0 ? best : undefined;
  }

  #spawn(): Thread {
    const worker = new Worker(new URL("./plugin-worker.js", import.meta.url), {
      workerData: this.#start,
      // Flags for code that was given on the command line are none for a file.
      execArgv: process.execArgv.filter((flag) => !/^(-e|-p|-pe|--eval|--print|--input-type)/.test(flag)),
    });
    const thread: Thread = {
      id: ++this.#started,
      worker,
      calls: new Map(),
      isUp: false,
      isSuspect: false,
      reason: undefined,
      isOver: false,
    };
    this.#threads.add(thread);
    worker.unref();
    worker.on("message", (message: FromWorker) => this.#receive(thread, message));
    worker.on("error", (error: unknown) => {
      thread.reason ??= error instanceof Error ? error.message : String(error);
    });
    worker.on("exit", (code) => this.#over(thread, thread.reason ?? `it ended with status ${code}`));
    tell(this.#settings.onEvent, { type: "worker", change: "started", worker: thread.id });
    return thread;
  }

  #receive(thread: Thread, message: FromWorker): void {
    thread.isUp = true;
    // What a thread says that is over is not heard: its calls have been given to others.
    const call = thread.isOver ? undefined : thread.calls.get(message.id);
    if (call === undefined) return;
    if (message.type === "log") {
      call.job.onLog(message.entry);
      return;
    }
    thread.calls.delete(message.id);
    if (thread.calls.size === 0) thread.worker.unref();
    call.release?.();
    call.resolve(outcomeOf(message.outcome));
    this.#next();
  }

  async #end(thread: Thread, reason: string): Promise<void> {
    thread.reason ??= reason;
    this.#over(thread, thread.reason);
    await thread.worker.terminate();
  }

  /** Gives the calls of a thread that is over to others, or an answer to those that were given once before. */
  #over(thread: Thread, reason: string): void {
    if (thread.isOver) return;
    thread.isOver = true;
    this.#threads.delete(thread);
    tell(this.#settings.onEvent, { type: "worker", change: "ended", worker: thread.id, reason });
    const again: Sent[] = [];
    for (const call of thread.calls.values()) {
      call.release?.();
      call.release = undefined;
      if (call.attempts < MOST_ATTEMPTS) again.push(call);
      else call.resolve(failed("host-error", `the worker thread has died: ${reason}`));
    }
    for (const call of again.reverse()) this.#held.unshift(call);
    thread.calls.clear();
    this.#next();
  }
}

function failed(kind: Failure["kind"], message: string): Outcome {
  const failure: Failure = { kind, message, backtrace: [], cause: undefined, exitCode: undefined };
  return { failure, output: undefined, fuelConsumed: 0n, memoryBytes: 0, logs: [] };
}

function outcomeOf({ failure, ...outcome }: SentOutcome): Outcome {
  return { ...outcome, failure: failure === undefined ? undefined : received(failure) };
}

/** A module's bytes in memory that threads share. @throws TypeError for a Module, whose engine is of this thread */
function shared(source: PluginSource["main"]): Uint8Array {
  if (!(source instanceof ArrayBuffer) && !ArrayBuffer.isView(source)) {
    throw new TypeError("new PluginPool: workers need the module's bytes: a Module is of one thread");
  }
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
