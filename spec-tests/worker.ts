// The thread in which scripts run: deletes native WebAssembly, loads the engine, takes one script after another.
// Owns the thread's side of the protocol with pool.ts.

import { parentPort, workerData } from "node:worker_threads";
import { AssemblyCache } from "./assembling/cache.ts";
import { nativeAdapter } from "./engines/native.ts";
import { wasmeterAdapter } from "./engines/wasmeter.ts";
import { executeScript } from "./execute.ts";
import { featuresFor } from "./features.ts";
import type { Job, JobResult, WorkerSettings } from "./pool.ts";
import { readScript } from "./reader/script.ts";
import { sabotage } from "./sabotage.ts";
import { loadScript } from "./suite.ts";

/** Serves scripts until the thread is terminated. */
export async function serveScripts(): Promise<void> {
  const { root, cacheDirectory, engine, options } = workerData as WorkerSettings;
  if (engine !== "native") Reflect.deleteProperty(globalThis, "WebAssembly");
  const adapter = engine === "native" ? nativeAdapter() : await wasmeterAdapter(options);
  const cache = new AssemblyCache(cacheDirectory);

  parentPort?.on("message", ({ file, sabotaged }: Job) => {
    const start = performance.now();
    const source = loadScript(root, file);
    const script = sabotage(readScript(source), sabotaged);
    const result = executeScript(script, cache.load(source) ?? new Map(), adapter, featuresFor(file));
    const answer: JobResult = { ...result, file, milliseconds: performance.now() - start };
    parentPort?.postMessage(answer);
  });
  parentPort?.postMessage("ready");
}
