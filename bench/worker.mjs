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
    loaded.push({ label, instantiate });
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

/** Samples in ns a run, engine by engine; rounds go through all engines, so that noise hits them alike. */
function measure(kernel, loaded, { size, warmMs, sampleMs, rounds }) {
  const n = kernel[size];
  let instructions = 0;
  const contestants = [];
  for (const { label, instantiate } of loaded) {
    try {
      const instance = prepare(kernel, instantiate);
      const before = instance.instructions();
      const start = performance.now();
      check(instance, kernel, size);
      const firstMs = performance.now() - start;
      instructions ||= instance.instructions() - before;
      let runs = 1;
      while (performance.now() - start < warmMs) {
        instance.run(n);
        runs++;
      }
      const batch = Math.max(1, Math.round(sampleMs / ((performance.now() - start - firstMs) / (runs - 1) || firstMs)));
      contestants.push({ label, run: instance.run, n, batch, firstMs, samples: [] });
    } catch (error) {
      contestants.push({ label, error: String(error.message ?? error) });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { run, batch, samples, error } of contestants) {
      if (error !== undefined) continue;
      const start = performance.now();
      for (let k = 0; k < batch; k++) run(n);
      samples.push(((performance.now() - start) * 1e6) / batch);
    }
  }
  const engines = {};
  for (const { label, samples, firstMs, error } of contestants) engines[label] = { samples, firstMs, error };
  return { instructions, engines };
}

process.once("message", (job) => {
  work(job).then(
    (results) => process.send({ results }, () => process.exit(0)),
    (error) => process.send({ error: String(error.stack ?? error) }, () => process.exit(1)),
  );
});
