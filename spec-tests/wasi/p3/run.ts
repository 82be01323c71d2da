// The official tests of WASI 0.3, by the command. Usage: see USAGE. Owns the command line, the ledger and the exit status.

import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findTests, runTest } from "./test-case.ts";

const USAGE = `spec-tests/wasi/p3 [FILTER…] [options]
  --suite DIR      a checked-out copy of WebAssembly/wasi-testsuite, branch prod/testsuite-base; default: $WASI_TESTSUITE
  FILTER           run only tests whose path contains one of these
  --verbose        say why each failing test fails`;

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const CLI = path.join(root, "dist", "cli.cjs");
/** Tests that are expected to fail, with the reason for each. */
const LEDGER = path.join(root, "spec-tests", "wasi", "p3", "ledger.json");

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { suite: { type: "string" }, verbose: { type: "boolean", default: false } },
  });
  const suite = values.suite ?? process.env.WASI_TESTSUITE;
  if (suite === undefined) {
    console.error(USAGE);
    return 2;
  }
  if (!fs.existsSync(CLI)) throw new Error("the package is not built");
  const ledger = JSON.parse(fs.readFileSync(LEDGER, "utf8")) as Readonly<Record<string, string>>;
  const files = findTests(suite).filter(
    (file) => positionals.length === 0 || positionals.some((filter) => file.includes(filter)),
  );
  let passed = 0;
  let unexpected = 0;
  for (const file of files) {
    const name = path.basename(file, ".wasm");
    const problem = await runTest(CLI, file);
    if (problem === undefined) passed++;
    const isExpected = Object.hasOwn(ledger, name);
    if ((problem !== undefined) === isExpected) continue;
    unexpected++;
    console.log(problem === undefined ? `UNEXPECTED PASS ${name}: take it off the ledger` : `FAIL ${name}`);
    if (values.verbose && problem !== undefined) console.log(problem.replace(/^/gm, "    "));
  }
  console.log(`WASI 0.3: ${passed} of ${files.length} tests`);
  return unexpected === 0 && files.length > 0 ? 0 : 1;
}

process.exitCode = await main();
