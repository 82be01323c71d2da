// Jobs for measuring processes, and the arithmetic on what they send back.
// Owns isolation (which kernels share a process) and statistics.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));

/**
 * Per JIT or not: sizes, and times in milliseconds of CPU. V8 takes half a second to optimise our loop, on a thread
 * of its own, whose time counts too.
 */
export const SETTINGS = {
  jit: { size: "large", warmMs: 1200, sampleMs: 20, rounds: 7 },
  jitless: { size: "small", warmMs: 60, sampleMs: 40, rounds: 5 },
};

/** Runs one job in a process of its own. Rejects with what went wrong there. */
export function runJob(job, execArgv = []) {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, { execArgv, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    let answer;
    child.on("message", (message) => {
      answer = message;
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (answer?.results !== undefined) resolve(answer.results);
      else reject(new Error(answer?.error ?? `the measuring process ended with ${signal ?? code}`));
    });
    child.send(job);
  });
}

/**
 * Measures `names` one by one.
 * `isolation`: "host" — a fresh process per kernel in which our loop has run every kernel once, as in a server that
 * runs many guests; "alone" — a fresh process that sees nothing else; "shared" — one process, one after the other.
 * `turns`: so many processes a kernel; where code and data land differs from process to process, and by up to half.
 */
export async function measureKernels(options) {
  const { kernels, names, engines, isolation, settings, execArgv, turns = 1, onResult } = options;
  const job = { kernels, engines, warmAll: isolation === "host", ...settings };
  if (isolation === "shared") {
    const results = await runJob({ ...job, measure: names }, execArgv);
    for (const name of names) onResult?.(name, results[name]);
    return results;
  }
  const all = {};
  for (const name of names) {
    for (let turn = 0; turn < turns; turn++) {
      const results = await runJob({ ...job, measure: [name] }, execArgv);
      all[name] = merge(all[name], results[name]);
    }
    onResult?.(name, all[name]);
  }
  return all;
}

/** One kernel's samples from two processes. */
function merge(before, result) {
  if (before === undefined) return result;
  const engines = {};
  for (const [label, { samples = [], error, instructions }] of Object.entries(result.engines)) {
    const other = before.engines[label];
    engines[label] = {
      samples: [...(other?.samples ?? []), ...samples],
      error: error ?? other?.error,
      instructions,
    };
  }
  return { instructions: result.instructions, engines };
}

/** What disturbs a sample only makes it longer: the shortest is the figure. */
export const best = (samples) => Math.min(...samples);

export function median(values) {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function geomean(values) {
  if (values.length === 0) return Number.NaN;
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
