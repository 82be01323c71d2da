// Shares the scripts among threads and replaces a thread that does not answer.
// Owns scheduling and the time limit; knows nothing of what scripts contain.

import { Worker } from "node:worker_threads";
import type { EngineOptions } from "./engine-adapter.ts";
import type { ScriptResult } from "./execute.ts";

/** What a thread needs to know once. */
export interface WorkerSettings {
  readonly root: string;
  readonly cacheDirectory: string;
  readonly engine: "wasmeter" | "native";
  readonly options: EngineOptions;
}

/** One script to run, with the positions of the directives whose expectations are to be falsified. */
export interface Job {
  readonly file: string;
  readonly sabotaged: readonly number[];
}

export interface JobResult extends ScriptResult {
  readonly file: string;
  readonly milliseconds: number;
}

/** A script that gave no result: the engine hung or took its thread down. */
export interface LostJob {
  readonly file: string;
  readonly reason: string;
}

/** Milliseconds that one script may take. Fuel ends a guest's loop long before; this is for the engine's own. */
const SCRIPT_TIMEOUT = 300_000;

/** Runs `jobs` on `threads` threads. `workerPath` is a program that calls `serveScripts` when it is a thread. */
export async function runJobs(
  jobs: readonly Job[],
  threads: number,
  workerPath: string,
  settings: WorkerSettings,
): Promise<{ results: JobResult[]; lost: LostJob[] }> {
  const queue = [...jobs];
  const results: JobResult[] = [];
  const lost: LostJob[] = [];
  const lanes = Array.from({ length: Math.min(threads, jobs.length) }, async () => {
    while (queue.length > 0) {
      const loss = await serveQueue(new Worker(workerPath, { workerData: settings }), queue, results);
      if (loss === undefined) return;
      lost.push(loss);
    }
  });
  await Promise.all(lanes);
  results.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { results, lost };
}

/** Feeds one thread from `queue`. Gives the script with which the thread was lost, or nothing at the queue's end. */
function serveQueue(worker: Worker, queue: Job[], results: JobResult[]): Promise<LostJob | undefined> {
  return new Promise((resolve, reject) => {
    let current: Job | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const finish = (loss: LostJob | undefined): void => {
      clearTimeout(timer);
      worker.removeAllListeners();
      void worker.terminate();
      resolve(loss);
    };
    const fail = (reason: string): void => {
      if (current !== undefined) finish({ file: current.file, reason });
      else reject(new Error(`the engine could not be loaded: ${reason}`));
    };
    worker.on("message", (message: "ready" | JobResult) => {
      clearTimeout(timer);
      if (message !== "ready") results.push(message);
      current = queue.shift();
      if (current === undefined) {
        finish(undefined);
        return;
      }
      timer = setTimeout(() => fail(`no result after ${SCRIPT_TIMEOUT / 1000} s`), SCRIPT_TIMEOUT);
      worker.postMessage(current);
    });
    worker.on("error", (error) => fail(error.stack ?? error.message));
    worker.on("exit", (code) => fail(`the thread ended with status ${code}`));
  });
}
