// The program of a worker thread: carries out the calls that it is sent, in instances of its own.
// Owns the way of a message. Which thread gets which call is threads.ts's affair.

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { readOptions } from "../../checks/options.ts";
import type { Outcome } from "../backend.ts";
import { failureOf } from "../failure.ts";
import { LocalBackend } from "../local-backend.ts";
import { PLUGIN_OPTIONS } from "../options.ts";
import { now, Runner } from "../runner.ts";
import { Template } from "../template.ts";
import { type FromWorker, sent, type ToWorker, type WorkerStart } from "./messages.ts";
import { openPaths } from "./paths.ts";

/** What a worker module's default export gives. */
async function moduleOptions(url: string | undefined): Promise<object> {
  if (url === undefined) return {};
  const { default: given } = (await import(/* @vite-ignore */ url)) as { readonly default?: unknown };
  const options: unknown = typeof given === "function" ? await given() : given;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`the worker module ${url} has no default export that gives options`);
  }
  return options;
}

async function makeBackend(start: WorkerStart): Promise<LocalBackend> {
  const { main, libraries, size, options, paths, workerModule } = start;
  const settings = readOptions(
    "a worker's options",
    {
      ...options,
      ...(paths === undefined ? {} : { allowedPaths: openPaths(paths) }),
      ...(await moduleOptions(workerModule)),
    },
    PLUGIN_OPTIONS,
  );
  return new LocalBackend(new Template({ main, libraries }, settings), new Runner(), size, undefined);
}

function serve(port: MessagePort): void {
  const aborts = new Map<number, AbortController>();
  const backend = makeBackend(workerData as WorkerStart);
  // Each call is told of it.
  backend.catch(() => undefined);
  const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);

  const run = async (call: ToWorker & { readonly type: "call" }): Promise<Outcome> => {
    const { id, name, input, fuel, timeoutMs, context } = call;
    const abort = new AbortController();
    aborts.set(id, abort);
    try {
      return await (await backend).run({
        ...{
          name,
          input,
          fuel,
          context,
          signal: abort.signal,
          deadline: now() + timeoutMs,
          tenant: undefined,
        },
        onLog: (entry) => post({ type: "log", id, entry }),
      });
    } catch (error) {
      const failure = failureOf(error, false);
      return { failure, output: undefined, fuelConsumed: 0n, memoryBytes: 0, logs: [] };
    } finally {
      aborts.delete(id);
    }
  };

  port.on("message", (message: ToWorker) => {
    if (message.type === "cancel") {
      aborts.get(message.id)?.abort();
      return;
    }
    void run(message).then(({ failure, ...outcome }) => {
      const { id } = message;
      const { output } = outcome;
      const told = { ...outcome, failure: failure === undefined ? undefined : sent(failure) };
      // The output is a copy of its own, and moves.
      const moves = output?.buffer instanceof ArrayBuffer && output.byteLength === output.buffer.byteLength;
      post({ type: "outcome", id, outcome: told }, moves ? [output.buffer as ArrayBuffer] : []);
    });
  });
}

if (parentPort !== null) serve(parentPort);
