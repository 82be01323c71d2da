// Compares two builds of the engine kernel by kernel: `node bench/compare.mjs OLD_DIST NEW_DIST`.
// Each build runs in processes of its own, old and new by turns, so that what a busy machine does (cold caches, clock rate) hits both alike.
//   --kernels a,b   --simd (the vector kernels)   --jitless   --lowering exact   --isolation host|alone   --turns 3
//   --loop (without closure trees)

import { parseArgs } from "node:util";
import { assembleKernels, pick } from "./kernels.mjs";
import { best, geomean, runJob, SETTINGS } from "./measure.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kernels: { type: "string" },
    simd: { type: "boolean", default: false },
    jitless: { type: "boolean", default: false },
    loop: { type: "boolean", default: false },
    lowering: { type: "string" },
    isolation: { type: "string", default: "host" },
    turns: { type: "string", default: "3" },
  },
});
if (positionals.length !== 2) {
  console.error("usage: node bench/compare.mjs [options] OLD_DIST NEW_DIST");
  process.exit(2);
}

const assembled = await assembleKernels();
const kernels = options.simd ? [...assembled.scalar, ...assembled.vector] : assembled.scalar;
const execArgv = options.jitless ? ["--jitless", "--no-expose-wasm"] : [];
const settings = { ...(options.jitless ? SETTINGS.jitless : SETTINGS.jit), rounds: 5 };
const warmAll = options.isolation !== "alone";

async function sample(dist, name) {
  const engines = { build: { kind: "wasmeter", dist, lowering: options.lowering, loop: options.loop } };
  const results = await runJob({ kernels, engines, warmAll, measure: [name], ...settings }, execArgv);
  const { instructions, engines: measured } = results[name];
  if (measured.build.error !== undefined) throw new Error(`${dist}: ${name}: ${measured.build.error}`);
  return best(measured.build.samples) / instructions;
}

console.log("ns per instruction; ratio below 1: the new build is faster\n");
console.log(`${"kernel".padEnd(12)}${"old".padStart(9)}${"new".padStart(9)}${"ratio".padStart(8)}`);
const ratios = [];
for (const { name } of pick(options.simd ? assembled.vector : kernels, options.kernels)) {
  const old = [];
  const fresh = [];
  for (let turn = 0; turn < Number(options.turns); turn++) {
    old.push(await sample(positionals[0], name));
    fresh.push(await sample(positionals[1], name));
  }
  const ratio = best(fresh) / best(old);
  ratios.push(ratio);
  const cells = [best(old), best(fresh)].map((ns) => ns.toFixed(3).padStart(9)).join("");
  const spread = (list) => `${Math.round((Math.max(...list) / best(list) - 1) * 100)} %`;
  console.log(
    `${name.padEnd(12)}${cells}${ratio.toFixed(3).padStart(8)}   spread ${spread(old)}, ${spread(fresh)}`,
  );
}
console.log(`${"geomean".padEnd(30)}${geomean(ratios).toFixed(3).padStart(8)}`);
