// The official WASI preview1 tests. Usage: see USAGE. Owns the command line and the exit status.

import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { ENGINES, type EngineName, runCommand } from "./engines.ts";
import { loadPackage } from "./package.ts";
import { FILE_SYSTEMS, type FileSystemName, findTests, type Outcome, runTest } from "./test-case.ts";

const USAGE = `spec-tests/wasi --suite DIR [FILTER…] [options]
  --suite DIR      a checked-out copy of WebAssembly/wasi-testsuite, branch prod/testsuite-base
  FILTER           run only tests whose path contains one of these
  --fs NAME        host (default), memory, overlay or all
  --engine NAME    wasmeter (default), exact: with its exact lowering, or native: the JavaScript engine's own WebAssembly
  --verbose        say why each failing test fails`;

/** A test that takes longer hangs. */
const TIMEOUT_MS = 60_000;

interface Job {
  readonly file: string;
  readonly fileSystem: FileSystemName;
  readonly engine: EngineName;
}

/** Each test gets a thread of its own, so that one that hangs can be stopped. */
function runInThread(job: Job): Promise<Outcome> {
  return new Promise((resolve) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job });
    const finish = (outcome: Outcome) => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish({ passed: false, detail: "timeout" }), TIMEOUT_MS);
    worker.once("message", finish);
    worker.once("error", (error) => finish({ passed: false, detail: String(error) }));
  });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      suite: { type: "string" },
      fs: { type: "string", default: "host" },
      engine: { type: "string", default: "wasmeter" },
      verbose: { type: "boolean", default: false },
    },
  });
  const systems = FILE_SYSTEMS.filter((name) => values.fs === name || values.fs === "all");
  const engine = ENGINES.find((name) => name === values.engine);
  if (values.suite === undefined || systems.length === 0 || engine === undefined) {
    console.error(USAGE);
    return 2;
  }
  const files = findTests(values.suite).filter(
    (file) => positionals.length === 0 || positionals.some((filter) => file.includes(filter)),
  );
  // Fails here, once, if the package is not built.
  await loadPackage();
  let failed = 0;
  for (const fileSystem of systems) {
    let passed = 0;
    for (const file of files) {
      const outcome = await runInThread({ file, fileSystem, engine });
      if (outcome.passed) {
        passed++;
        continue;
      }
      failed++;
      console.log(`FAIL ${fileSystem} ${path.basename(file)}`);
      if (values.verbose) console.log(outcome.detail.replace(/^/gm, "    "));
    }
    console.log(`WASI preview1 on the ${fileSystem} file system: ${passed} of ${files.length} tests`);
  }
  return failed === 0 && files.length > 0 ? 0 : 1;
}

if (isMainThread) process.exitCode = await main();
else {
  const { file, fileSystem, engine } = workerData as Job;
  const built = await loadPackage();
  parentPort?.postMessage(
    runTest(built, file, fileSystem, (bytes, wasi) => runCommand(engine, built, bytes, wasi)),
  );
}
