// Command: node fuzz/.build/run.js [--worlds N] [--seed S] — differential runs of generated modules against Node's own
// WebAssembly. Prints findings, then counts and coverage; exits with 1 if there are findings.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { regularInstructions } from "./catalogue.ts";
import { checkPlainly, checkSeed, checkWorld, makeSubjects } from "./differential.ts";
import { encodeModule, type GeneratedWorld, NODE_20_FEATURES, toWorld } from "./generate.ts";
import { minimise } from "./minimise.ts";
import { runNatively } from "./native-subject.ts";
import { Random } from "./random.ts";
import { showCall } from "./subject.ts";

const { values } = parseArgs({
  options: {
    worlds: { type: "string", default: "2000" },
    seed: { type: "string" },
    /** Stop after so many worlds with findings. */
    stop: { type: "string", default: "5" },
    /** Folder for the minimised modules of worlds with findings. */
    save: { type: "string" },
    /** Minimise for findings that match this pattern. */
    match: { type: "string", default: "" },
  },
});
const first = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const worlds = Number(values.worlds);
const subjects = makeSubjects();
const executed = new Map<string, number>();
let modules = 0;
let bytes = 0;
let calls = 0;
let traps = 0;
let fuel = 0n;
let bad = 0;
const kinds = new Map<string, number>();
console.log(`seeds ${first} to ${first + worlds - 1}`);
for (let seed = first; seed < first + worlds; seed++) {
  const { world, findings, native } = checkSeed(seed, subjects);
  modules += world.modules.length;
  for (const module of world.modules) bytes += encodeModule(module).length;
  if (native !== undefined) {
    for (const { outcome } of native.events) {
      calls++;
      if (!outcome.startsWith("returned")) traps++;
      const kind = outcome.startsWith("returned") ? "returned" : outcome;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    fuel += native.events.at(-1)?.fuel ?? 0n;
    for (const [op, count] of runNatively(toWorld(world), true).executed)
      executed.set(op, (executed.get(op) ?? 0) + count);
  }
  if (findings.length === 0) continue;
  console.log(`seed ${seed}:\n  ${findings.slice(0, 6).join("\n  ")}`);
  if (values.save !== undefined) {
    const plain = findings.find((finding) => /^(fast|exact): /.test(finding))?.split(":")[0];
    const pattern = new RegExp(plain ?? values.match);
    const failing = (candidate: GeneratedWorld): string | undefined => {
      const found =
        plain === undefined
          ? checkWorld(toWorld(candidate), subjects, new Random(seed), true).findings
          : checkPlainly(toWorld(candidate), subjects);
      return found.find((finding) => pattern.test(finding));
    };
    const small = minimise(world, (candidate) => failing(candidate) !== undefined);
    for (const module of small.modules)
      writeFileSync(`${values.save}/${seed}-${module.name}.wasm`, encodeModule(module));
    console.log(
      `  minimised: ${failing(small)}\n  ${small.calls.map((call) => showCall(toWorld(small), call)).join("; ")}`,
    );
  }
  if (++bad >= Number(values.stop)) break;
}
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
console.log(`${worlds} worlds, ${modules} modules, ${bytes} bytes; ${bad} with findings`);
console.log(`${calls} calls, ${fuel} instructions; ${traps} (${percent(traps, calls)}) did not return`);
for (const [kind, count] of kinds) console.log(`  ${kind}: ${count}`);
const all = new Set(regularInstructions(NODE_20_FEATURES).map(({ mnemonic }) => mnemonic));
for (const op of executed.keys()) if (!op.startsWith("(")) all.add(op);
const missing = [...all].filter((op) => !executed.get(op));
console.log(
  `${all.size - missing.length} of ${all.size} instructions executed; not: ${missing.join(", ") || "none"}`,
);
process.exitCode = bad > 0 ? 1 : 0;
