// `npm run spec`: runs the official test suite against the built package. Usage: see USAGE.
// Owns the command line and the exit status; every step is in a module of its own.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread } from "node:worker_threads";
import { warmCache } from "./assembling/warm.ts";
import type { EngineOptions } from "./engine-adapter.ts";
import type { Failure } from "./execute.ts";
import { compareWithLedger, readLedger, updateLedger, writeLedger } from "./ledger.ts";
import { type Job, type JobResult, runJobs } from "./pool.ts";
import { readScript } from "./reader/script.ts";
import { directoryTable, groupTable, jsonReport } from "./report.ts";
import { sabotageable, spread } from "./sabotage.ts";
import { findSuite, listScripts, loadScript } from "./suite.ts";
import { serveScripts } from "./worker.ts";

const USAGE = `npm run spec -- [FILTER…] [options]
  FILTER                run only scripts whose path contains one of these
  --group               also print a table by proposal
  --json FILE           write a machine-readable summary (of the last run, if there are two)
  --lowering WHICH      exact, fast, tree (every function as a closure tree), random (in and out of trees);
                        fused, fused-random: the same with the nodes for hosts without a JIT;
                        both: the first two, all: one run each; default: the engine's choice
  --relocate            stop every call again and again, and go on in a run that is made from its frames
  --engine WHICH        wasmeter (default) or native: the host's own WebAssembly, to check the runner
  --sabotage N          falsify N expected results and demand exactly N failures
  --round-trip          instead, disassemble every module and assemble it again: both must be the same
  --jitless             in a Node without a JIT, and so without a WebAssembly of its own
  --update-ledger       rewrite ledger.json to what this run shows
  --threads N           threads to run on; default: one per processor
  --verbose             list every failure, expected ones too`;

const built = dirname(fileURLToPath(import.meta.url));
const home = dirname(built);
const ledgerPath = join(home, "ledger.json");
const cacheDirectory = join(home, ".cache");
const MAX_LISTED = 50;

type Lowering = EngineOptions["lowering"];
const ALL = ["exact", "fast", "tree", "random", "fused", "fused-random"] as const;

interface Settings {
  readonly root: string;
  readonly files: readonly string[];
  readonly engine: "wasmeter" | "native";
  readonly relocate: boolean;
  readonly threads: number;
  readonly sabotaged: number;
  readonly verbose: boolean;
  readonly group: boolean;
  readonly json: string | undefined;
  readonly updateLedger: boolean;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      group: { type: "boolean", default: false },
      json: { type: "string" },
      lowering: { type: "string" },
      relocate: { type: "boolean", default: false },
      engine: { type: "string", default: "wasmeter" },
      sabotage: { type: "string", default: "0" },
      "round-trip": { type: "boolean", default: false },
      jitless: { type: "boolean", default: false },
      "update-ledger": { type: "boolean", default: false },
      threads: { type: "string", default: String(availableParallelism()) },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const lowerings = loweringsFor(values.lowering);
  if (values.engine !== "wasmeter" && values.engine !== "native")
    throw new Error(`unknown engine ${values.engine}`);
  const root = findSuite(home);
  if (root === undefined) {
    console.error("The official suite is not there: set WASM_TESTSUITE or run spec-tests/fetch-testsuite.sh");
    return 1;
  }
  const files = listScripts(root).filter(
    (file) => positionals.length === 0 || positionals.some((filter) => file.includes(filter)),
  );
  if (files.length === 0) {
    console.error(`no script matches ${positionals.join(", ")}`);
    return 1;
  }
  await warmCache(root, files, cacheDirectory, join(built, "assemble.js"));
  // Both need another process than this one: one that has WebAssembly, for the assemblers; one that has none.
  if (values["round-trip"]) return runNode([join(built, "round-trip.js"), root, cacheDirectory]);
  if (values.jitless && !process.execArgv.includes("--jitless")) {
    const rest = process.argv.slice(2).filter((argument) => argument !== "--jitless");
    return runNode(["--jitless", fileURLToPath(import.meta.url), ...rest]);
  }
  const settings: Settings = {
    root,
    files,
    engine: values.engine,
    relocate: values.relocate,
    threads: Number(values.threads),
    sabotaged: Number(values.sabotage),
    verbose: values.verbose,
    group: values.group,
    json: values.json,
    updateLedger: values["update-ledger"],
  };
  let status = 0;
  for (const lowering of lowerings) status = Math.max(status, await runOnce(settings, lowering));
  return status;
}

/** Runs another Node on this one's output, without this one's options. Gives its status. */
function runNode(args: readonly string[]): number {
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  return spawnSync(process.execPath, args, { stdio: "inherit", env }).status ?? 1;
}

function loweringsFor(option: string | undefined): Lowering[] {
  if (option === undefined) return [undefined];
  if (option === "both") return ["exact", "fast"];
  if (option === "all") return [...ALL];
  const [named] = ALL.filter((each) => each === option);
  if (named !== undefined) return [named];
  throw new Error(`unknown lowering ${option}`);
}

async function runOnce(settings: Settings, lowering: Lowering): Promise<number> {
  const { root, engine, threads, relocate } = settings;
  const jobs = planJobs(settings);
  const start = performance.now();
  const workerPath = fileURLToPath(import.meta.url);
  const { results, lost } = await runJobs(jobs, threads, workerPath, {
    root,
    cacheDirectory,
    engine,
    options: lowering === undefined ? { relocate } : { lowering, relocate },
  });
  if (lowering !== undefined) console.log(`\nlowering: ${lowering}`);
  console.log(directoryTable(results));
  if (settings.group) console.log(`\n${groupTable(results)}`);
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s on ${threads} threads`);
  if (settings.json !== undefined)
    writeFileSync(settings.json, `${JSON.stringify(jsonReport(results), null, 1)}\n`);
  for (const { file, reason } of lost) console.error(`LOST ${file}: ${reason}`);
  const verdict = settings.sabotaged > 0 ? judgeSabotage(settings, jobs, results) : judge(settings, results);
  return lost.length > 0 ? 1 : verdict;
}

/** One job per script, with the directives to falsify spread over all of them. */
function planJobs({ root, files, sabotaged }: Settings): Job[] {
  if (sabotaged === 0) return files.map((file) => ({ file, sabotaged: [] }));
  const ledger = readLedger(ledgerPath);
  const candidates = files.flatMap((file) => {
    const script = readScript(loadScript(root, file));
    const expectedToFail = new Set(ledger[file]?.lines);
    return sabotageable(script)
      .filter((index) => !expectedToFail.has(script.directives[index]?.line ?? 0))
      .map((index) => ({ file, index }));
  });
  const chosen = spread(candidates.length, sabotaged).map((position) => candidates[position]);
  return files.map((file) => ({
    file,
    sabotaged: chosen.flatMap((choice) => (choice?.file === file ? [choice.index] : [])),
  }));
}

function failuresByFile(results: readonly JobResult[]): Map<string, readonly Failure[]> {
  return new Map(results.map(({ file, failures }) => [file, failures]));
}

function judge(settings: Settings, results: readonly JobResult[]): number {
  const failures = failuresByFile(results);
  if (settings.verbose) {
    for (const [file, found] of failures) for (const failure of found) console.log(describe(file, failure));
  }
  // The ledger is about Wasmeter.
  if (settings.engine === "native") return 0;
  const ledger = readLedger(ledgerPath);
  if (settings.updateLedger) {
    writeLedger(ledgerPath, updateLedger(ledger, failures));
    console.log("ledger.json is up to date");
    return 0;
  }
  const { unexpectedFailures, unexpectedPasses } = compareWithLedger(ledger, failures);
  if (!settings.verbose) {
    for (const { file, failure } of unexpectedFailures.slice(0, MAX_LISTED))
      console.log(describe(file, failure));
    const rest = unexpectedFailures.length - MAX_LISTED;
    if (rest > 0) console.log(`… and ${rest} more (--verbose lists all)`);
  }
  for (const { file, line } of unexpectedPasses.slice(0, MAX_LISTED)) {
    console.log(`${file}:${line}: passes, but is in the ledger`);
  }
  console.log(
    `${unexpectedFailures.length} unexpected failures, ${unexpectedPasses.length} unexpected passes, ` +
      `${Object.values(ledger).reduce((sum, { lines }) => sum + lines.length, 0)} in the ledger`,
  );
  return unexpectedFailures.length + unexpectedPasses.length === 0 ? 0 : 1;
}

/** Succeeds when exactly the falsified directives fail beyond the ledger. */
function judgeSabotage(settings: Settings, jobs: readonly Job[], results: readonly JobResult[]): number {
  const { unexpectedFailures } = compareWithLedger(readLedger(ledgerPath), failuresByFile(results));
  const found = unexpectedFailures.map(({ file, failure }) => `${file}:${failure.line}`).sort();
  const wanted = jobs
    .flatMap(({ file, sabotaged }) => {
      const { directives } = readScript(loadScript(settings.root, file));
      return sabotaged.map((index) => `${file}:${directives[index]?.line}`);
    })
    .sort();
  const holds = found.length === wanted.length && found.every((place, index) => place === wanted[index]);
  console.log(
    `sabotage: ${wanted.length} expectations falsified, ${found.length} unexpected failures: ` +
      (holds ? "exactly those" : "NOT the same ones"),
  );
  return holds ? 0 : 1;
}

function describe(file: string, { line, kind, message }: Failure): string {
  return `${file}:${line}: ${kind}: ${message}`;
}

if (!isMainThread) await serveScripts();
else {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
