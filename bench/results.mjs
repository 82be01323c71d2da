// Writes results.md: what was measured, on what, and the tables.
// Owns the document's text; every figure comes from run.mjs, startup.mjs and wasi.mjs.

import { writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { programCells } from "./startup.mjs";
import { kernelTable, vectorTable } from "./tables.mjs";
import { FILE_COLUMNS } from "./wasi.mjs";

const FILE = fileURLToPath(new URL("results.md", import.meta.url));

const EXPLANATION = {
  host: "Each kernel in a fresh process in which our loop has run every kernel once, as in a server of many guests.",
  shared: "All kernels one after the other in one process.",
  alone: "Each kernel in a fresh process that ran nothing else.",
};

/**
 * `runs`: `{ mode, isolation, lowering, vector, results }`; `programs` and `files`: what measurePrograms and measureFiles
 * returned.
 */
export function writeResults({ kernels, labels, runs, programs, files }) {
  const processors = cpus();
  const parts = [
    "# Benchmark results",
    "",
    "Written by `npm run bench`; the figures depend on the machine, the ratios less so.",
    "",
    `- Machine: ${processors[0]?.model.trim() ?? "unknown"}, ${processors.length} cores, ` +
      `${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release().split("-")[0]}`,
    `- Node ${process.version} (V8 ${process.versions.v8}), ${process.arch}`,
    `- Load while measuring: ${loadavg()[1]?.toFixed(1)} other and own processes on average; kernels count CPU time`,
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
    "- Figure: the shortest CPU time of several samples after warming up; engines take turns sample by sample.",
    "- ns: per executed WebAssembly instruction, as our fuel counts them. ×: times native V8 WebAssembly.",
    "- Fuel is counted, memory and calls are checked: there is no faster mode without.",
    "",
  ];
  for (const run of runs) parts.push(...kernelSection(kernels, labels, run));
  if (programs !== undefined) parts.push(...programSection(programs));
  if (files !== undefined) parts.push(...fileSection(files));
  writeFileSync(FILE, `${parts.join("\n").trimEnd()}\n`);
}

function kernelSection(kernels, labels, { mode, isolation, lowering, vector, results }) {
  const jitless = mode === "jitless";
  const table = vector ? vectorTable(jitless) : kernelTable(labels, jitless);
  const about = new Map(kernels.map((kernel) => [kernel.name, kernel.about]));
  const what = vector ? "SIMD kernels" : "Kernels";
  const title = jitless ? `${what}, \`node --jitless\` (no native WebAssembly)` : `${what}, Node`;
  const exact = lowering === "exact" ? ", exact lowering" : "";
  const rows = Object.entries(results).map(([name, result]) => [
    name,
    about.get(name),
    ...table.cells(result),
  ]);
  rows.push(["**geomean**", "", ...table.summary(results).map((value) => `**${value}**`)]);
  return [
    `## ${title}, ${isolation}${exact}`,
    "",
    EXPLANATION[isolation],
    ...(vector ? ["The scalar form gives the same result without vector instructions."] : []),
    "",
    ...markdown(["kernel", "stresses", ...table.columns], rows, 2),
    "",
  ];
}

function programSection({ emptyMs, engines, results }) {
  const rows = results.map((result) => [result.name, result.about, ...programCells(engines, result)]);
  return [
    "## Programs, start-up included",
    "",
    "Milliseconds from spawning a process to the first byte of output / to its end / of CPU (compiler threads",
    "included); shortest of several runs.",
    `Node itself (\`node -e 0\`) takes ${Math.round(emptyMs)} ms. Native is \`node:wasi\`.`,
    "",
    ...markdown(["program", "does", ...engines], rows, 2),
    "",
  ];
}

function fileSection(rows) {
  return [
    "## Files through WASI",
    "",
    "Milliseconds of CPU, system calls included; shortest of several rounds. The same guest (`guests/files.wat`) runs on our",
    "host and in-memory file systems and, compiled by V8, on `node:wasi`, which × compares with.",
    "",
    ...markdown(["operation", ...FILE_COLUMNS], rows, 1),
    "",
  ];
}

function markdown(header, rows, textColumns) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map((_, k) => (k < textColumns ? "---" : "---:"))), ...rows.map(line)];
}
