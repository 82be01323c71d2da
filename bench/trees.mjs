// What closure trees gain or lose in other hosts: each kernel with the loop alone, with nodes that V8 inlines and with fused ones, each in a
// process of its own, by turns: `node bench/trees.mjs --hosts "Bun,Firefox page"`.
//   --kernels a,b   --tiers loop,inlined,fused,default   --turns 2   --alone (a process that has run nothing else)
//   --shared (all kernels in one process)   --cold 5 (the first so many million instructions)   --simd

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleTrees } from "../environments/bundle.mjs";
import { HOSTS } from "../environments/hosts.mjs";
import { assembleKernels, pick } from "./kernels.mjs";
import { geomean } from "./measure.mjs";

const { values: options } = parseArgs({
  options: {
    hosts: { type: "string", default: "this Node" },
    kernels: { type: "string" },
    tiers: { type: "string", default: "loop,inlined,fused" },
    turns: { type: "string", default: "1" },
    alone: { type: "boolean", default: false },
    shared: { type: "boolean", default: false },
    cold: { type: "string" },
    simd: { type: "boolean", default: false },
  },
});

const { scalar, vector } = await assembleKernels();
const kernels = options.simd ? vector : scalar;
const names = pick(kernels, options.kernels).map(({ name }) => name);
const tiers = options.tiers.split(",");
const figure = options.cold !== undefined ? "cold" : "warm";
/** Without a compiler there is nothing to wait for. */
const SETTINGS = { warmMs: 1500, sampleMs: 40, rounds: 7, coldInstructions: 0 };
const JITLESS = { warmMs: 100, sampleMs: 60, rounds: 4, coldInstructions: 0 };
const COLD = { warmMs: 0, rounds: 0, coldInstructions: Number(options.cold) * 1e6 };
const settingsOf = ({ name }) =>
  options.cold
    ? COLD
    : /jitless|without JIT|QuickJS|Hermes|XS|boabem|goja|quickjs/.test(name)
      ? JITLESS
      : SETTINGS;

const texts = new Map();
/** The script of one measurement. */
async function textOf(host, tier, measure) {
  const job = {
    ...settingsOf(host),
    tier,
    measure,
    warmAll: !options.alone && !options.cold && !options.shared,
  };
  const key = JSON.stringify([job, host.dialect]);
  if (!texts.has(key)) texts.set(key, (await bundleTrees(job, kernels, [host.dialect]))[host.dialect]);
  return texts.get(key);
}

const line = (cells) =>
  console.log(cells.map((cell, k) => (k === 0 ? cell.padEnd(14) : cell.padStart(9))).join(""));
const folder = mkdtempSync(join(tmpdir(), "wasmeter-trees-"));
try {
  for (const name of options.hosts.split(",")) {
    const host = HOSTS.find((each) => each.name === name);
    if (host === undefined)
      throw new Error(`no such host: ${name}; there are ${HOSTS.map((each) => each.name).join(", ")}`);
    console.log(
      `\n${name}, ns an instruction${options.cold !== undefined ? ` of the first ${options.cold} million` : ""}`,
    );
    line(["kernel", ...tiers]);
    const best = Object.fromEntries(tiers.map((tier) => [tier, {}]));
    for (const measure of options.shared ? [names] : names.map((each) => [each])) {
      for (let turn = 0; turn < Number(options.turns); turn++) {
        for (const tier of tiers) {
          const figures = JSON.parse(
            await host.run(await textOf(host, tier, measure), join(folder, "trees")),
          );
          for (const each of measure)
            best[tier][each] = Math.min(best[tier][each] ?? Infinity, figures[each][figure]);
        }
      }
      for (const each of measure) line([each, ...tiers.map((tier) => best[tier][each].toFixed(2))]);
    }
    line(["geomean", ...tiers.map((tier) => geomean(Object.values(best[tier])).toFixed(2))]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
