// Published packages with their own glue, unchanged, executed natively and by the engine in the same run:
// `npm run test:packages`. What they give must be equal.
//   --cheap         only what continuous integration runs: a few of them, with a JIT
//   --packages A,B  by name
//   --write         their rows into the table of docs/environments.md

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packageOf } from "../install.mjs";
import { writeTable } from "../table.mjs";
import { PACKAGES } from "./packages.mjs";

const { values: options } = parseArgs({
  options: {
    cheap: { type: "boolean", default: false },
    packages: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const named = options.packages?.split(",");
const unknown = named?.filter((name) => !PACKAGES.some((item) => item.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `no such package: ${unknown.join(", ")}; there are ${PACKAGES.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}

/** Of the slowest, Python's start in an interpreter without a JIT, many times over. */
const TIMEOUT_MS = 1_200_000;
const CHILD = fileURLToPath(new URL("one.mjs", import.meta.url));

/** Each run is a process of its own, so that all start cold. @throws Error with what it said */
function runOne(flags, name, folder, who) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, CHILD, name, folder, ...who], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    timeout: TIMEOUT_MS,
  });
  const last = stdout.trimEnd().split("\n").at(-1);
  if (status !== 0) throw new Error(`status ${status}: ${(stdout + stderr).trim().slice(-1500)}`);
  const { result, ms } = JSON.parse(last);
  return { result: JSON.stringify(result), ms };
}

/** Who executes a package, by the words for it: the flags of Node, and what the child is told. */
const RUNS = [
  ["native", [], []],
  ["engine", [], ["--engine"]],
  ...(options.cheap ? [] : [["jitless", ["--jitless"], ["--engine"]]]),
];

const rows = [];
let failures = 0;
for (const { name, version, beside, isCheap } of PACKAGES) {
  if (named !== undefined ? !named.includes(name) : options.cheap && !isCheap) continue;
  try {
    const folder = packageOf(name, version, beside);
    const [native, ...others] = RUNS.map(([, flags, who]) => runOne(flags, name, folder, who));
    const isEqual = others.every(({ result }) => result === native.result);
    if (!isEqual) failures++;
    const outcome = isEqual ? "equal" : "DIFFERENT";
    const times = others.flatMap(({ ms }) => [ms.toFixed(0), (ms / native.ms).toFixed(1)]);
    rows.push([`${name} ${version}`, outcome, native.ms.toFixed(0), ...times]);
    const told = RUNS.slice(1).map(([words], k) => `, ${words} ${times[2 * k]} ms (${times[2 * k + 1]}x)`);
    console.log(`${name.padEnd(24)} ${outcome}  native ${native.ms.toFixed(0)} ms${told.join("")}`);
    if (!isEqual)
      console.log([native, ...others].map(({ result }) => `  ${result.slice(0, 1000)}`).join("\n"));
  } catch (error) {
    failures++;
    console.log(`${name.padEnd(24)} FAILED: ${error.message}`);
    rows.push([`${name} ${version}`, "failed", "–", "–", "–", "–", "–"]);
  }
}
console.log(`${rows.length - failures} packages as natively, ${failures} not`);
if (options.write && !options.cheap) {
  writeTable("packages", {
    header: ["Package", "Results", "native, ms", "engine, ms", "times", "jitless, ms", "times"],
    rule: "|---|---|--:|--:|--:|--:|--:|",
    order: PACKAGES.map(({ name, version }) => `${name} ${version}`),
    rows,
  });
}
process.exitCode = failures === 0 ? 0 : 1;
