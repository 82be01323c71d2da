// The official tests of the JS API, run against `wasmeter/webassembly`: `npm run spec:js [-- FILTER] [--native]`.
// Needs a checkout of WebAssembly/spec: its `test` folder is looked for in $WASM_JS_API, then in spec-tests/js-api/test.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import ledger from "./ledger.json" with { type: "json" };
import type { Job, Subtest } from "./worker.ts";

const here = join(import.meta.dirname, "../../js-api");

/** The folder with the tests; `undefined` where there is none. */
export function findSuite(): string | undefined {
  return [process.env.WASM_JS_API, join(here, "test")].find(
    (root) => root !== undefined && existsSync(join(root, "js-api/interface.any.js")),
  );
}

export interface FileResult {
  readonly file: string;
  readonly subtests: readonly Subtest[];
}

/** Runs the files whose names contain `filter`, one after another. */
export async function runSuite(root: string, filter: string, native: boolean): Promise<FileResult[]> {
  const files = readdirSync(join(root, "js-api"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".any.js") && file.includes(filter))
    .sort();
  const results: FileResult[] = [];
  for (const file of files) results.push({ file, subtests: await runFile({ root, file, native }) });
  return results;
}

/** Milliseconds that one file may take. */
const PATIENCE = 900_000;

function runFile(job: Job): Promise<Subtest[]> {
  const failed = (message: string): Subtest[] => [{ name: "(the file)", passed: false, message }];
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: job });
    const timer = setTimeout(() => end(failed("no end in sight")), PATIENCE);
    const end = (subtests: Subtest[]): void => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(subtests);
    };
    worker.once("message", end);
    worker.once("error", (error: unknown) => end(failed(String(error))));
    worker.once("exit", () => end(failed("ended without a result")));
  });
}

/** Subtests that fail and are not in the ledger, and entries of the ledger that pass. */
export function surprises(results: readonly FileResult[]): string[] {
  const known: Readonly<Record<string, Readonly<Record<string, string>>>> = ledger;
  return results.flatMap(({ file, subtests }) => {
    const expected = known[file] ?? {};
    const seen = subtests.flatMap(({ name, passed, message }) => {
      if (passed)
        return Object.hasOwn(expected, name) ? [`${file}: ${name}: passes, and is in the ledger`] : [];
      return Object.hasOwn(expected, name) ? [] : [`${file}: ${name}: ${message}`];
    });
    const names = new Set(subtests.map(({ name }) => name));
    const gone = Object.keys(expected).filter((name) => !names.has(name));
    return [...seen, ...gone.map((name) => `${file}: ${name}: is in the ledger, and is no subtest`)];
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { native: { type: "boolean", default: false } },
  });
  const root = findSuite();
  if (root === undefined) {
    console.error("no JS-API tests: clone WebAssembly/spec and set WASM_JS_API to its test folder");
    process.exitCode = 1;
    return;
  }
  const results = await runSuite(root, positionals[0] ?? "", values.native);
  let passed = 0;
  let total = 0;
  for (const { file, subtests } of results) {
    const good = subtests.filter((subtest) => subtest.passed).length;
    passed += good;
    total += subtests.length;
    console.log(`${String(good).padStart(5)} of ${String(subtests.length).padEnd(5)} ${file}`);
  }
  console.log(`${passed} of ${total} subtests pass`);
  const problems = values.native ? [] : surprises(results);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) await main();
