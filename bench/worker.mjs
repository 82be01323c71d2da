// The measuring process: takes one job from its parent, runs it, sends the samples back, ends.
// Owns warming up and timing. Comparing and printing are the parent's.

import { loadEngine } from "./engines.mjs";

/**
 * A job: `kernels` (all), `measure` (names, in order), `engines` (label to specification), `size` ("large" | "small"),
 * `warmAll` (run every kernel once in each of our engines before anything is timed), `warmMs`, `sampleMs`, `rounds`.
 */
async function work(job) {
  const loaded = [];
  for (const [label, spec] of Object.entries(job.engines)) {
    const instantiate = await loadEngine(spec);
    if (instantiate === undefined) continue;
    // The others compile each kernel by itself, in some milliseconds; our loop is one large function.
    const warmMs = spec.kind === "wasmeter" ? job.warmMs : Math.min(job.warmMs, 200);
    loaded.push({ label, instantiate, warmMs });
    if (!job.warmAll || spec.kind !== "wasmeter") continue;
    for (const kernel of job.kernels) check(prepare(kernel, instantiate), kernel, "small");
  }
  const results = {};
  for (const name of job.measure) {
    const kernel = job.kernels.find((each) => each.name === name);
    results[name] = measure(kernel, loaded, job);
  }
  return results;
}

/** A buffer of its own: polywasm reads f64 constants wrongly from a view into a larger one, such as a small Buffer. */
function prepare(kernel, instantiate) {
  return instantiate(Uint8Array.from(Buffer.from(kernel.binary, "base64")));
}

function check(instance, kernel, size) {
  const result = String(instance.run(kernel[size]));
  const expected = kernel.results[size === "large" ? 0 : 1];
  if (result !== expected) throw new Error(`${kernel.name}(${kernel[size]}) gave ${result}, not ${expected}`);
}

/** CPU time of this process in ms: other programs on the machine, which only take turns with it, do not show. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Samples in ns a run and the instructions of one, engine by engine (0 where the engine does not count); `instructions` of
 * the whole are the first engine's that does. Rounds go through all engines, so that noise hits them alike.
 */
function measure(kernel, loaded, { size, sampleMs, rounds }) {
  let instructions = 0;
  const contestants = [];
  for (const { label, instantiate, warmMs } of loaded) {
    try {
      const instance = prepare(kernel, instantiate);
      const before = instance.instructions();
      check(instance, kernel, size);
      const own = instance.instructions() - before;
      instructions ||= own;
      const batch = warm(instance, kernel[size], warmMs, sampleMs);
      contestants.push({ label, run: instance.run, batch, samples: [], instructions: own });
    } catch (error) {
      contestants.push({ label, error: String(error.message ?? error) });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { run, batch, samples, error } of contestants) {
      if (error !== undefined) continue;
      const start = cpuMs();
      for (let k = 0; k < batch; k++) run(kernel[size]);
      samples.push(((cpuMs() - start) * 1e6) / batch);
    }
  }
  const engines = {};
  for (const { label, samples, error, instructions: own } of contestants) {
    engines[label] = { samples, error, instructions: own };
  }
  return { instructions, engines };
}

/** Runs until it has cost `warmMs`; returns how many runs make a sample, by the fastest so far. */
function warm(instance, n, warmMs, sampleMs) {
  const begin = cpuMs();
  let shortest = Number.POSITIVE_INFINITY;
  for (let batch = 1; cpuMs() - begin < warmMs; ) {
    const start = cpuMs();
    for (let k = 0; k < batch; k++) instance.run(n);
    const ms = cpuMs() - start;
    // Too short to measure: more runs at a time.
    if (ms < 2) batch *= 4;
    else shortest = Math.min(shortest, ms / batch);
  }
  return Number.isFinite(shortest) ? Math.max(1, Math.round(sampleMs / shortest)) : 1;
}

process.once("message", (job) => {
  work(job).then(
    (results) => process.send({ results }, () => process.exit(0)),
    (error) => process.send({ error: String(error.stack ?? error) }, () => process.exit(1)),
  );
});
