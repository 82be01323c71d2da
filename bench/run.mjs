// Runs the kernels: our engine beside native WebAssembly and polywasm, with and without a JIT.
//   --modes jit,jitless       --isolation host,shared,alone   (see measure.mjs; jitless runs only the first)
//   --simd: only the vector kernels, beside native and their scalar forms
//   --kernels a,b             --engines wasmeter,native,polywasm
//   --lowering exact|fast     --dist DIR     --quick     --turns 3 (processes a kernel)
//   --write: everything — every isolation, the exact lowering, whole programs, files — into results.md

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { assembleKernels, pick } from "./kernels.mjs";
import { measureKernels, SETTINGS } from "./measure.mjs";
import { writeResults } from "./results.mjs";
import { measurePrograms } from "./startup.mjs";
import { kernelTable, vectorTable } from "./tables.mjs";
import { measureFiles } from "./wasi.mjs";

const { values: options } = parseArgs({
  options: {
    modes: { type: "string", default: "jit,jitless" },
    isolation: { type: "string", default: "host" },
    kernels: { type: "string" },
    simd: { type: "boolean", default: false },
    engines: { type: "string", default: "wasmeter,native,polywasm" },
    lowering: { type: "string" },
    dist: { type: "string", default: fileURLToPath(new URL("../dist", import.meta.url)) },
    turns: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const assembled = await assembleKernels();
const named = pick([...assembled.scalar, ...assembled.vector], options.kernels).map(({ name }) => name);
const labels = options.engines.split(",");
const FULL = [
  { mode: "jit", isolation: "host" },
  { mode: "jitless", isolation: "host" },
  { mode: "jit", isolation: "host", vector: true },
  { mode: "jitless", isolation: "host", vector: true },
  { mode: "jit", isolation: "shared" },
  { mode: "jit", isolation: "alone" },
  { mode: "jit", isolation: "host", lowering: "exact" },
];

function plan() {
  if (options.write) return FULL;
  const { lowering } = options;
  const runs = options.modes.split(",").flatMap((mode) => {
    const isolations = options.isolation.split(",");
    return (mode === "jitless" ? isolations.slice(0, 1) : isolations).map((isolation) => ({
      mode,
      isolation,
      lowering,
    }));
  });
  const vectors = runs.map((each) => ({ ...each, vector: true }));
  return (options.simd ? vectors : [...runs, ...vectors]).filter((each) => namesOf(each).length > 0);
}

function namesOf({ vector }) {
  const list = vector ? assembled.vector : assembled.scalar;
  return list.map(({ name }) => name).filter((name) => named.includes(name));
}

/** For the vector kernels the loop has run all kernels; for the others, as in a host without vectors, only those. */
async function run({ mode, isolation, lowering, vector = false }) {
  const own = { kind: "wasmeter", dist: options.dist, lowering };
  const specs = { wasmeter: own, native: { kind: "native" }, polywasm: { kind: "polywasm" } };
  const settings = { ...SETTINGS[mode] };
  if (lowering === "exact") settings.size = "small";
  if (options.quick) Object.assign(settings, { warmMs: settings.warmMs / 2, rounds: 4 });
  const title = [mode, isolation, ...(lowering === undefined ? [] : [`${lowering} lowering`])].join(", ");
  console.log(`\n${title}${vector ? ", SIMD" : ""}`);
  const table = vector ? vectorTable(mode === "jitless") : kernelTable(labels, mode === "jitless");
  console.log(table.header);
  const results = await measureKernels({
    kernels: vector ? [...assembled.scalar, ...assembled.vector] : assembled.scalar,
    names: namesOf({ vector }),
    engines: vector
      ? { wasmeter: own, native: specs.native, scalar: { ...own, scalar: true } }
      : Object.fromEntries(labels.map((label) => [label, specs[label]])),
    isolation,
    settings,
    turns: Number(options.turns),
    execArgv: mode === "jitless" ? ["--jitless", "--no-expose-wasm"] : [],
    onResult: (name, result) => {
      console.log(table.row(name, result));
      for (const [label, { error }] of Object.entries(result.engines)) {
        if (error !== undefined) console.error(`  ${label}: ${error}`);
      }
    },
  });
  console.log(table.line(["geomean", ...table.summary(results)]));
  return { mode, isolation, lowering, vector, results };
}

const runs = [];
for (const each of plan()) runs.push(await run(each));

if (options.write) {
  const programs = await measurePrograms({ dist: options.dist, runs: options.quick ? 2 : 5 });
  const files = await measureFiles({ dist: options.dist, rounds: options.quick ? 3 : 7 });
  writeResults({ kernels: [...assembled.scalar, ...assembled.vector], labels, runs, programs, files });
}
