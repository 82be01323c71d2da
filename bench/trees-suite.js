// What bench/trees.mjs runs in a host: kernels with one kind of trees, timed. One process measures one kernel.
// Plain JavaScript of 2015: it is transpiled with the engine for old hosts.

import job from "virtual:job";
import { kernels } from "virtual:kernels";
import { setTier } from "virtual:testing";
import { Engine, Linker, Module, Store } from "wasmeter-script";

/** Milliseconds: of the processor with compiler threads where the host tells them, else of the clock. */
const clock =
  typeof process === "object" && typeof process.cpuUsage === "function"
    ? () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1000;
      }
    : typeof performance === "object"
      ? () => performance.now()
      : () => Date.now();

/** A function that runs a kernel, and how many instructions a run of it has. */
function prepare({ bytes, size, result, name }) {
  const engine = new Engine();
  if (job.tier === "loop") setTier(engine, "off");
  else setTier(engine, "hot", job.tier === "default" ? undefined : job.tier);
  const store = new Store(engine);
  const { run } = new Linker(engine).instantiate(store, new Module(engine, bytes)).exports;
  const found = String(run(size));
  if (found !== result) throw new Error(`${name} gave ${found}, not ${result}`);
  return { run: () => run(size), instructions: Number(store.fuelConsumed) };
}

/** Runs for so long; returns how many runs take `job.sampleMs`. */
function warm(run, forMs) {
  const begun = clock();
  let shortest = Infinity;
  for (let batch = 1; clock() - begun < forMs; ) {
    const start = clock();
    for (let k = 0; k < batch; k++) run();
    const ms = clock() - start;
    // Browsers' clocks go by the millisecond.
    if (ms < 5) batch *= 2;
    else shortest = Math.min(shortest, ms / batch);
  }
  return Math.max(1, Math.round(job.sampleMs / shortest));
}

/** ns an instruction: the shortest sample, and what the first `job.coldInstructions` took on average. */
function measure(kernel) {
  const start = clock();
  const { run, instructions } = prepare(kernel);
  const runs = Math.ceil(job.coldInstructions / instructions);
  for (let k = 1; k < runs; k++) run();
  const cold = ((clock() - start) * 1e6) / (runs * instructions);
  const batch = warm(run, job.warmMs);
  let best = Infinity;
  for (let round = 0; round < job.rounds; round++) {
    const begun = clock();
    for (let k = 0; k < batch; k++) run();
    best = Math.min(best, ((clock() - begun) * 1e6) / (batch * instructions));
  }
  return { cold, warm: best };
}

/** The figures of the kernels that the job names; where it says so, after the others have run, as in a host of many guests. */
export function smoke() {
  if (job.warmAll) for (const kernel of kernels) prepare(kernel).run();
  const figures = {};
  for (const name of job.measure) figures[name] = measure(kernels.find((each) => each.name === name));
  return Promise.resolve(JSON.stringify(figures));
}
