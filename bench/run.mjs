// Runs the kernels: our engine beside native WebAssembly and polywasm, with and without a JIT.
//   --modes jit,jitless       --isolation host,shared,alone   (see measure.mjs; jitless runs only the first)
//   --kernels a,b             --engines wasmeter,native,polywasm
//   --lowering exact|fast     --dist DIR     --quick     --write (also writes bench/results.md)

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { assembleKernels, pick } from "./kernels.mjs";
import { measureKernels, SETTINGS } from "./measure.mjs";
import { kernelTable, summaryLine } from "./tables.mjs";

const { values: options } = parseArgs({
  options: {
    modes: { type: "string", default: "jit,jitless" },
    isolation: { type: "string", default: "host" },
    kernels: { type: "string" },
    engines: { type: "string", default: "wasmeter,native,polywasm" },
    lowering: { type: "string" },
    dist: { type: "string", default: fileURLToPath(new URL("../dist", import.meta.url)) },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const specs = {
  wasmeter: { kind: "wasmeter", dist: options.dist, lowering: options.lowering },
  native: { kind: "native" },
  polywasm: { kind: "polywasm" },
};
const engines = Object.fromEntries(options.engines.split(",").map((label) => [label, specs[label]]));
const kernels = await assembleKernels();
const names = pick(kernels, options.kernels).map(({ name }) => name);
const isolations = options.isolation.split(",");

const runs = [];
for (const mode of options.modes.split(",")) {
  for (const isolation of mode === "jitless" ? isolations.slice(0, 1) : isolations) {
    const settings = { ...SETTINGS[mode] };
    if (options.lowering === "exact") settings.size = "small";
    if (options.quick) Object.assign(settings, { warmMs: settings.warmMs / 2, rounds: 4 });
    console.log(`\n${mode}, ${isolation}${options.lowering === undefined ? "" : `, ${options.lowering} lowering`}`);
    const table = kernelTable(Object.keys(engines), mode === "jitless");
    console.log(table.header);
    const results = await measureKernels({
      kernels,
      names,
      engines,
      isolation,
      settings,
      execArgv: mode === "jitless" ? ["--jitless"] : [],
      onResult: (name, result) => console.log(table.row(name, result)),
    });
    console.log(summaryLine(table, results));
    runs.push({ mode, isolation, results });
  }
}

if (options.write) {
  const { writeResults } = await import("./results.mjs");
  await writeResults({ kernels, runs });
}
