// Command: node fuzz/.build/run-components.js [--count N] [--seed S] — damaged components, those of $WASM_COMPONENTS among them.
// The same seed makes the same mutations. Prints what has become of them; the first that gives no error of the engine's ends it with 1.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ComponentSubject } from "./component-subject.ts";
import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import { type ComponentSeed, randomMutations, seedComponents } from "./seed-components.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string" },
    /** File for the bytes of a finding. */
    save: { type: "string" },
  },
});

const count = Number(values.count);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const seeds = seedComponents(process.env.WASM_COMPONENTS);
const random = new Random(seed);
const subject = new ComponentSubject();
let slowestMs = 0;

const pick = (): ComponentSeed => seeds[random.u32() % seeds.length] as ComponentSeed;

console.log(`seed ${seed}; ${count} mutations of ${seeds.length} components`);
for (let k = 0; k < count; k++) {
  const chosen = pick();
  const bytes = mutate(chosen.bytes, randomMutations(chosen, random), pick().bytes);
  const started = performance.now();
  try {
    subject.exercise(bytes);
  } catch (error) {
    console.error(`mutation ${k}:`, error);
    if (values.save !== undefined) writeFileSync(values.save, bytes);
    process.exit(1);
  }
  slowestMs = Math.max(slowestMs, performance.now() - started);
}
console.log(
  `${JSON.stringify(subject.counts)}; slowest ${slowestMs.toFixed(0)} ms, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
);
