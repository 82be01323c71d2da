// The component model's suite. Usage: see USAGE. Owns the command line and the exit status.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareWithLedger, type Ledger, readLedger, updateLedger, writeLedger } from "../ledger.ts";
import { AssemblyError, assemble, type Command, findScripts, type Script, Tool } from "./assemble.ts";
import { executeScript, type Failure } from "./execute.ts";

const USAGE = `spec-tests/components [FILTER…] [options]
  FILTER            run only scripts whose path contains one of these
  --suite DIR       the component model's tests; default: $WASM_COMPONENTS/spec-tests
  --tool PATH       wasm-tools; default: $WASM_TOOLS, else wasm-tools on the path
  --verbose         say why each failing command fails
  --sabotage N      falsify N expectations, each of which must fail
  --update-ledger   write ledger.json anew`;

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, "..", "..", "components");

/** Expectations that were made wrong: results, and invalid components that are said to be valid. */
function sabotage(scripts: readonly Script[], count: number, ledger: Ledger): Script[] {
  let left = count;
  return scripts.map((script) => ({
    ...script,
    // What fails anyway proves nothing.
    commands:
      script.file in ledger
        ? script.commands
        : script.commands.map((command): Command => {
            if (left === 0) return command;
            // What is invalid is said to be a definition, on which nothing else depends.
            if (command.type === "assert_invalid") {
              left--;
              return { ...command, type: "module_definition" };
            }
            const [first] = command.expected ?? [];
            if (command.type !== "assert_return" || first?.type !== "u32") return command;
            left--;
            return { ...command, expected: [{ type: "u32", value: String(Number(first.value) ^ 1) }] };
          }),
  }));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      suite: { type: "string" },
      tool: { type: "string" },
      verbose: { type: "boolean", default: false },
      sabotage: { type: "string" },
      "update-ledger": { type: "boolean", default: false },
    },
  });
  const components = process.env.WASM_COMPONENTS;
  const suite = values.suite ?? (components === undefined ? undefined : join(components, "spec-tests"));
  if (suite === undefined) {
    console.error(USAGE);
    return 2;
  }
  const tool = new Tool(values.tool ?? process.env.WASM_TOOLS ?? "wasm-tools");
  const files = findScripts(suite).filter(
    (file) => positionals.length === 0 || positionals.some((filter) => file.includes(filter)),
  );
  const failures = new Map<string, readonly Failure[]>();
  const scripts: Script[] = [];
  for (const file of files) {
    try {
      scripts.push(assemble(suite, file, join(here, "cache"), tool));
    } catch (error) {
      if (!(error instanceof AssemblyError)) throw error;
      failures.set(file, [{ line: 0, command: "module", detail: `not assembled: ${error.message}` }]);
    }
  }
  const ledgerPath = join(sources, "ledger.json");
  const ledger = readLedger(ledgerPath);
  const wanted = values.sabotage === undefined ? 0 : Number(values.sabotage);
  const totals = new Map<string, { passed: number; assertions: number; others: number; scripts: number }>();
  for (const script of sabotage(scripts, wanted, ledger)) {
    const result = await executeScript(script);
    failures.set(script.file, result.failures);
    const folder = dirname(script.file);
    const total = totals.get(folder) ?? { passed: 0, assertions: 0, others: 0, scripts: 0 };
    totals.set(folder, total);
    const failed = result.failures.filter(({ command }) => command.startsWith("assert_")).length;
    total.passed += result.assertions - failed;
    total.assertions += result.assertions;
    total.others += result.others;
    total.scripts++;
    if (values.verbose) {
      for (const { line, command, detail } of result.failures) {
        console.log(`FAIL ${script.file}:${line} ${command}: ${detail}`);
      }
    }
  }
  for (const [folder, { passed, assertions, others, scripts: count }] of totals) {
    console.log(
      `${folder}: ${passed} of ${assertions} assertions, ${others} other commands, ${count} scripts`,
    );
  }
  if (values["update-ledger"]) {
    writeLedger(ledgerPath, updateLedger(ledger, failures));
    return 0;
  }
  const { unexpectedFailures, unexpectedPasses } = compareWithLedger(ledger, failures);
  if (wanted > 0) {
    console.log(`sabotage: ${unexpectedFailures.length} of ${wanted} falsified expectations were noticed`);
    return unexpectedFailures.length === wanted ? 0 : 1;
  }
  for (const { file, failure } of unexpectedFailures) {
    console.log(`UNEXPECTED FAILURE ${file}:${failure.line} ${failure.command}: ${failure.detail}`);
  }
  for (const { file, line } of unexpectedPasses)
    console.log(`UNEXPECTED PASS ${file}:${line}: take it off the ledger`);
  return unexpectedFailures.length + unexpectedPasses.length === 0 && files.length > 0 ? 0 : 1;
}

process.exitCode = await main();
