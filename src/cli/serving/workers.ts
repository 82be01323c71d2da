// Several processes on one port: started, restarted when one dies, asked for metrics, ended in good order.
// Owns the processes and what they tell each other; what one serves is process-server.ts's affair.

import cluster, { type Worker } from "node:cluster";
import { Socket } from "node:net";
import type { MetricsSnapshot } from "../../http/metrics.ts";
import type { ServerSettings } from "../args/server-options.ts";
import { InputError } from "../usage-error.ts";
import { listenAt } from "./listen-at.ts";
import { SharedPort } from "./shared-port.ts";

/** From a worker. */
type FromWorker =
  | { readonly type: "ready" }
  /** It could not start; no other will. */
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "metrics"; readonly query: number; readonly snapshot: MetricsSnapshot };

/** To a worker. They arrive in the order in which they were sent: `stop` after every connection. */
type ToWorker =
  /** With the socket beside it. */
  | { readonly type: "connection" }
  | { readonly type: "metrics"; readonly query: number }
  | { readonly type: "stop"; readonly graceMs: number };

/** Workers that die so soon after each other, so many times, would do so for ever. */
const MOST_QUICK_DEATHS = 5;
const QUICK_MS = 5_000;
/** A worker that does not answer is busy; the others' numbers are told without it. */
const METRICS_WAIT_MS = 1_000;
/** After the grace period, time in which stopped guests' answers are sent. */
const LAST_MS = 3_000;

export class Workers {
  readonly #settings: Pick<ServerSettings, "workers" | "listen" | "findFreePort" | "tls">;
  readonly #port: SharedPort;
  readonly #onDeath: (message: string) => void;
  readonly #deaths: number[] = [];
  #isStopping = false;
  #query = 0;
  #settle: { resolve(): void; reject(error: Error): void } | undefined;
  #failed: ((error: Error) => void) | undefined;
  readonly #answers = new Map<number, (snapshot: MetricsSnapshot) => void>();
  /** Rejects when they cannot be kept alive. */
  readonly failure: Promise<never>;

  /** @param onDeath told of each worker that has ended unasked */
  constructor(
    settings: Pick<ServerSettings, "workers" | "listen" | "findFreePort" | "tls">,
    onDeath: (message: string) => void,
  ) {
    this.#settings = settings;
    this.#port = new SharedPort(settings.tls !== undefined, (worker, connection) =>
      worker.send({ type: "connection" } satisfies ToWorker, connection),
    );
    this.#onDeath = onDeath;
    this.failure = new Promise((_, reject) => {
      this.#failed = reject;
    });
    this.failure.catch(() => {});
  }

  /** Starts them and opens the port; gives the URL. @throws InputError, by rejecting, with what the first one could not do */
  async start(): Promise<string> {
    cluster.setupPrimary({ exec: process.argv[1] ?? "", args: process.argv.slice(2) });
    cluster.on("message", (worker, message: FromWorker) => this.#take(worker, message));
    cluster.on("exit", (worker, status, signal) => this.#exited(worker, signal ?? `status ${status}`));
    // The first one says whether it can be done at all.
    for (let k = 0; k < this.#settings.workers; k++) {
      const ready = new Promise<void>((resolve, reject) => {
        this.#settle = { resolve, reject };
      });
      cluster.fork();
      await ready;
    }
    this.#settle = undefined;
    const { url } = await listenAt(this.#settings, (address) => this.#port.listen(address));
    return url;
  }

  get #all(): Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  }

  /** The numbers of those that answer in time. */
  async metrics(): Promise<MetricsSnapshot[]> {
    const answers = this.#all.map((worker) => {
      const query = this.#query++;
      const answer = new Promise<MetricsSnapshot | undefined>((resolve) => {
        this.#answers.set(query, resolve);
        setTimeout(() => resolve(undefined), METRICS_WAIT_MS).unref();
      });
      send(worker, { type: "metrics", query });
      return answer.finally(() => this.#answers.delete(query));
    });
    return (await Promise.all(answers)).filter((snapshot) => snapshot !== undefined);
  }

  /** Lets all finish what is under way. Resolves when they have ended. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const workers = this.#all;
    const ended = workers.map(
      (worker) => new Promise<void>((resolve) => worker.once("exit", () => resolve())),
    );
    this.#port.close();
    for (const worker of workers) send(worker, { type: "stop", graceMs });
    const timer = setTimeout(() => this.kill(), graceMs + LAST_MS);
    await Promise.all(ended);
    clearTimeout(timer);
  }

  /** Ends them at once. */
  kill(): void {
    this.#isStopping = true;
    this.#port.close();
    for (const worker of this.#all) worker.process.kill("SIGKILL");
  }

  #take(worker: Worker, message: FromWorker): void {
    if (message.type === "ready") {
      this.#port.add(worker);
      this.#settle?.resolve();
    } else if (message.type === "metrics") this.#answers.get(message.query)?.(message.snapshot);
    else {
      this.#isStopping = true;
      const error = new InputError(message.message);
      this.#settle?.reject(error);
      this.#failed?.(error);
    }
  }

  #exited(worker: Worker, how: string): void {
    this.#port.remove(worker);
    if (this.#isStopping || worker.exitedAfterDisconnect) return;
    const now = Date.now();
    this.#deaths.push(now);
    while ((this.#deaths[0] ?? now) < now - QUICK_MS) this.#deaths.shift();
    if (this.#deaths.length > MOST_QUICK_DEATHS * this.#settings.workers) {
      this.#isStopping = true;
      const error = new InputError(`workers end again and again, the last one by ${how}`);
      this.#settle?.reject(error);
      this.#failed?.(error);
      return;
    }
    this.#onDeath(`worker ${worker.process.pid} ended by ${how}; another one takes its place`);
    cluster.fork();
  }
}

function send(worker: Worker, message: ToWorker): void {
  // One that is gone by now is told of by its exit.
  if (worker.isConnected()) worker.send(message);
}

/** The worker's side. */
export interface WorkerTasks {
  accept(connection: Socket): void;
  metrics(): MetricsSnapshot;
  /** Ends the process when all is done. */
  stop(graceMs: number): void;
}

/** Does what the primary asks, from now on. */
export function obeyPrimary(tasks: WorkerTasks, defaultGraceMs: number): void {
  process.on("message", (message: ToWorker, handle: unknown) => {
    if (message.type === "connection") {
      // One that the client has closed on the way comes without.
      if (handle instanceof Socket) tasks.accept(handle);
    } else if (message.type === "stop") tasks.stop(message.graceMs);
    else tellPrimary({ type: "metrics", query: message.query, snapshot: tasks.metrics() });
  });
  // The primary has been killed: what is under way comes to its end.
  process.on("disconnect", () => tasks.stop(defaultGraceMs));
}

export function tellPrimary(message: FromWorker): void {
  process.send?.(message);
}
