// Command: node fuzz/.build/run.js [--worlds N] [--seed S] [--native node26] — differential runs of generated modules
// against native WebAssembly. Prints findings, then counts and coverage; exits with 1 if there are findings, or with
// --require-coverage if an instruction was never executed.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { TierMode } from "#testing";
import { Coverage } from "./coverage.ts";
import { checkPlainly, checkSeed, checkWorld, makeSubjects } from "./differential.ts";
import { encodeModule } from "./encode-module.ts";
import { minimise } from "./minimise.ts";
import { node26, runUnder } from "./native-node.ts";
import { runNatively } from "./native-subject.ts";
import { Random } from "./random.ts";
import { showCall } from "./subject.ts";
import { type GeneratedWorld, NODE_20_FEATURES, NODE_26_FEATURES, toWorld } from "./world.ts";

const { values } = parseArgs({
  options: {
    worlds: { type: "string", default: "2000" },
    seed: { type: "string" },
    /** `node26`, or the path of another Node: where the native WebAssembly comes from. */
    native: { type: "string" },
    /** `node20` or `node26`: what to generate. Default: as the running Node has it. */
    features: { type: "string" },
    /** Only plain runs on both lowerings: no budgets, slices or other prices. */
    plain: { type: "boolean", default: false },
    /** `always` or `random`: closure trees for everything, or entered and left at random; `fused`, `fused-random`; by default the engine's choice. */
    tier: { type: "string" },
    "require-coverage": { type: "boolean", default: false },
    /** Stop after so many worlds with findings. */
    stop: { type: "string", default: "5" },
    /** Folder for the minimised modules of worlds with findings. */
    save: { type: "string" },
    /** Minimise for findings that match this pattern. */
    match: { type: "string", default: "" },
  },
});

const TIERS: readonly TierMode[] = ["hot", "always", "random", "fused", "fused-random", "off"];

function tierNamed(name: string | undefined): TierMode | undefined {
  if (name === undefined) return undefined;
  const tier = TIERS.find((each) => each === name);
  if (tier === undefined) throw new Error(`no tier ${name}`);
  return tier;
}

/** Set in the process that runs under the Node of `--native`. */
const UNDER_NATIVE = "WASMETER_FUZZ_NATIVE";

function run(): number {
  const isNew = Number(process.versions.node.split(".")[0]) >= 26;
  const features =
    (values.features ?? (isNew ? "node26" : "node20")) === "node26" ? NODE_26_FEATURES : NODE_20_FEATURES;
  const first = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  const worlds = Number(values.worlds);
  const subjects = makeSubjects(undefined, tierNamed(values.tier));
  const coverage = new Coverage(features);
  let modules = 0;
  let bytes = 0;
  let bad = 0;
  console.log(`native: Node ${process.versions.node}; seeds ${first} to ${first + worlds - 1}`);
  for (let seed = first; seed < first + worlds; seed++) {
    const { world, findings, native } = checkSeed(seed, subjects, features, values.plain);
    modules += world.modules.length;
    for (const module of world.modules) bytes += encodeModule(module).length;
    if (native !== undefined) {
      coverage.addEvents(native.events);
      coverage.addExecuted(runNatively(toWorld(world), true).executed);
    }
    if (findings.length === 0) continue;
    console.log(`seed ${seed}:\n  ${findings.slice(0, 6).join("\n  ")}`);
    if (values.save !== undefined) save(seed, world, findings, values.save);
    if (++bad >= Number(values.stop)) break;
  }
  console.log(`${worlds} worlds, ${modules} modules, ${bytes} bytes; ${bad} with findings`);
  for (const line of coverage.report()) console.log(line);
  return bad > 0 || (values["require-coverage"] && coverage.missing.length > 0) ? 1 : 0;

  function save(seed: number, world: GeneratedWorld, findings: readonly string[], folder: string): void {
    const plain = findings.find((finding) => /^(fast|exact|native): /.test(finding))?.split(":")[0];
    const pattern = new RegExp(plain ?? values.match);
    const failing = (candidate: GeneratedWorld): string | undefined => {
      const found =
        plain === undefined
          ? checkWorld(toWorld(candidate), subjects, new Random(seed), true).findings
          : checkPlainly(toWorld(candidate), subjects).findings;
      return found.find((finding) => pattern.test(finding));
    };
    const small = minimise(world, (candidate) => failing(candidate) !== undefined);
    for (const module of small.modules)
      writeFileSync(`${folder}/${seed}-${module.name}.wasm`, encodeModule(module));
    const calls = small.calls.map((call) => showCall(toWorld(small), call));
    console.log(`  minimised: ${failing(small)}\n  ${calls.join("; ")}`);
  }
}

if (values.native === undefined || process.env[UNDER_NATIVE] !== undefined) {
  process.exitCode = run();
} else {
  process.env[UNDER_NATIVE] = "1";
  try {
    process.exitCode = runUnder(values.native === "node26" ? node26() : values.native);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
