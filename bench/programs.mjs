// Whole programs on this engine and on others, cold and warm apart, by CPU time: `npm run bench:programs`.
//   --programs a,b   --runs 3 (processes of each)   --dist DIR   --write: into results/programs.md and results/programs.svg
// Other engines are taken where they are found: BUN, WASMI and WAZERO name their programs (bun, wasmi_cli, wazero by default).
// Owns programs, engines and the table; program-worker.mjs measures in a process, chart.mjs draws.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { barChart } from "./chart.mjs";
import { geomean } from "./measure.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    programs: { type: "string" },
    runs: { type: "string", default: "3" },
    dist: { type: "string", default: at("../dist") },
    write: { type: "boolean", default: false },
  },
});

const guest = (name, about, args = [], input = undefined) => ({
  name,
  about,
  args,
  file: at(`../guests/wasm/${name}.wasm`),
  stdin: input && at(`../guests/input/${input}`),
});
const PROGRAMS = [
  guest("c-sha256", "C: hashes 512 KiB", ["512"]),
  guest("c-nbody", "C: 40,000 steps of f64", ["40000"]),
  guest("c-sort", "C: sorts 20,000 numbers", ["20000"]),
  guest("c-json", "C: reads JSON, 0.2 M instructions", [], "data.json"),
  guest("rust-wordcount", "Rust: counts words, 0.2 M instructions", [], "text.txt"),
  guest("rust-numbers", "Rust: formats numbers"),
  guest("as-mandelbrot", "AssemblyScript: 192 rows", ["192"]),
  guest("as-life", "AssemblyScript: 100 generations", ["100"]),
];

/** Runs of a program in a process: the first is cold, the shortest of those from the third on is warm. */
const ROUNDS = 8;
const worker = (engine, flags = [], rounds = ROUNDS) => ({
  command: [process.execPath, ...flags, at("program-worker.mjs")],
  job: { engine, rounds },
});
const bun = process.env.BUN ?? "bun";

/** Those with a job run in program-worker.mjs; the others are programs that run a file once. */
const ENGINES = {
  "V8 (native)": worker("native"),
  wasmeter: worker("wasmeter"),
  "wasmeter --jitless": worker("wasmeter", ["--jitless"], 3),
  polywasm: worker("polywasm"),
  "Bun without JIT": {
    command: [bun, at("program-worker.mjs")],
    env: { BUN_JSC_useJIT: "0" },
    job: { engine: "native", rounds: ROUNDS },
  },
  wasmi: { command: [process.env.WASMI ?? "wasmi_cli"] },
  "wazero -interpreter": { command: [process.env.WAZERO ?? "wazero", "run", "-interpreter"] },
};

const isThere = ({ command: [program] }) => existsSync(program) || spawnSync("which", [program]).status === 0;

/** `{ cold, warm }` in milliseconds of CPU, `warm` where the engine runs a program again; throws with what went wrong. */
function measure({ command, env, job }, { file, args, stdin }) {
  const all =
    job === undefined
      ? [...command, file, ...args]
      : [...command, JSON.stringify({ ...job, dist: options.dist, file, args, stdin })];
  const { stdout, stderr, status } = spawnSync(
    "bash",
    ["-c", 'TIMEFORMAT="%U %S"; time "$@" 2>/dev/null', "bash", ...all],
    { input: stdin && readFileSync(stdin), env: { ...process.env, ...env } },
  );
  if (status !== 0) throw new Error(`exit status ${status}`);
  if (job === undefined) {
    const [user, system] = stderr.toString().trim().split(" ").map(Number);
    return { hash: createHash("sha256").update(stdout).digest("hex"), cold: (user + system) * 1000 };
  }
  const { times, hash } = JSON.parse(stdout.toString());
  return { hash, cold: times[0], warm: Math.min(...times.slice(2)) };
}

const engines = Object.entries(ENGINES).filter(([, engine]) => isThere(engine));
const chosen = options.programs?.split(",") ?? PROGRAMS.map(({ name }) => name);
const results = [];
for (const program of PROGRAMS.filter(({ name }) => chosen.includes(name))) {
  const figures = {};
  let expected;
  for (let run = 0; run < Number(options.runs); run++) {
    for (const [label, engine] of engines) {
      if (figures[label]?.fails !== undefined) continue;
      try {
        const { hash, cold, warm } = measure(engine, program);
        expected ??= hash;
        if (hash !== expected) throw new Error("another output than V8's");
        const best = figures[label] ?? {};
        figures[label] = {
          cold: Math.min(cold, best.cold ?? cold),
          warm: warm && Math.min(warm, best.warm ?? warm),
        };
      } catch (error) {
        figures[label] = { fails: error.message };
        console.error(`${program.name}, ${label}: ${error.message}`);
      }
    }
  }
  results.push({ ...program, figures });
}

const labels = engines.map(([label]) => label);
const ms = (time) => (time === undefined ? "–" : time.toFixed(time < 10 ? 1 : 0));
const cell = ({ cold, warm, fails }) => (fails === undefined ? `${ms(cold)} / ${ms(warm)}` : "fails");
/** What an engine takes of a program when it has run it before; programs of their own are always as the first time. */
const steady = ({ cold, warm }) => warm ?? cold;
const means = labels.map((label) => {
  const ratios = results.map(({ figures }) => steady(figures[label]) / steady(figures[labels[0]]));
  return geomean(ratios.filter(Number.isFinite));
});

const rows = [
  ["program", ...labels],
  ["---", ...labels.map(() => "---:")],
  ...results.map(({ name, figures }) => [name, ...labels.map((label) => cell(figures[label]))]),
  ["**× native, warm**", ...means.map((mean) => `**${mean.toFixed(1)}**`)],
];
const table = rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
console.log(table);

if (options.write) {
  const write = (name, text) => writeFileSync(new URL(`results/${name}`, import.meta.url), text);
  write(
    "programs.md",
    `# Whole programs

Written by \`npm run bench:programs -- --write\`. Milliseconds of CPU, compiler threads included: of the first run in a process, with
loading and compiling / of the shortest from the third on, each with an instance of its own. Engines that are programs have one figure:
a process each time. The last line is the geometric mean of the second figure (or the only one) over V8's.

${process.version} (V8 ${process.versions.v8}), ${arch()}, ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 10)}.
Every engine gave the same output.

${table}

${results.map(({ name, about }) => `- **${name}**: ${about}`).join("\n")}

![Times native V8, warm](programs.svg)
`,
  );
  write(
    "programs.svg",
    barChart(
      "Whole programs, warm: times the CPU time of native V8 (geometric mean; logarithmic)",
      labels.map((label, k) => ({ label, value: means[k] })),
    ),
  );
}
