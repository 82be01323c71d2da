import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findSuite } from "./suite.ts";

const here = dirname(fileURLToPath(import.meta.url));
const CLONE_TIMEOUT = 120_000;
const RUN_TIMEOUT = 600_000;

/** Scripts with calls, loops, tables and handlers. `npm run spec -- --relocate` runs all. */
const RELOCATED_SAMPLE = [
  ...["legacy/", "proposals/", "call", "return_call", "try_table", "throw", "loop", "block", "br_table"],
  ...["fac", "forward", "memory_copy", "table_init", "unwind", "labels", "array", "ref_", "i31", "simd_lane"],
];

/**
 * Scripts of every kind that take a second or two, which `return_call` and `return_call_ref` with their millions of calls do not.
 * `npm run spec -- --jitless` runs all.
 */
const JITLESS_SAMPLE = [
  ...[
    "legacy/",
    "proposals/",
    "custom/",
    "i32.wast",
    "i64.wast",
    "f64_bitwise",
    "conversions",
    "br_table",
    "memory_copy",
  ],
  ...[
    "array",
    "struct",
    "br_on_cast",
    "try_table",
    "return_call_indirect",
    "table_init64",
    "simd_lane",
    "simd_i32x4_arith",
  ],
];

/** The suite, cloned if need be; `undefined` when there is no way to get it. */
function obtainSuite(): string | undefined {
  const found = findSuite(here);
  if (found !== undefined) return found;
  try {
    execFileSync("sh", [join(here, "fetch-testsuite.sh")], { stdio: "ignore", timeout: CLONE_TIMEOUT });
  } catch {
    console.warn("SKIPPED: official suite (it cannot be cloned; set WASM_TESTSUITE)");
  }
  return findSuite(here);
}

const suite = obtainSuite();

if (!existsSync(join(here, ".build", "run.js")))
  throw new Error("build the runner first: npm run build:spec");

/** Runs the built runner; gives its status and output. */
function runSuite(...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(here, ".build", "run.js"), ...args], {
    encoding: "utf8",
    env: { ...process.env, WASM_TESTSUITE: suite },
  });
  return { status, output: stdout + stderr };
}

describe.skipIf(suite === undefined)("the official suite", () => {
  it("fails where the ledger says so and nowhere else", { timeout: RUN_TIMEOUT }, () => {
    const { status, output } = runSuite();
    console.log(output);
    expect(output).toContain("0 unexpected failures, 0 unexpected passes");
    expect(status).toBe(0);
  });

  it("passes a sample without a JIT, in both lowerings", { timeout: RUN_TIMEOUT }, () => {
    const { status, output } = runSuite("--jitless", "--lowering", "both", ...JITLESS_SAMPLE);
    expect(output.match(/0 unexpected failures, 0 unexpected passes/g)).toHaveLength(2);
    expect(status).toBe(0);
  });

  it("passes a sample in runs that are made again and again from their frames", {
    timeout: RUN_TIMEOUT,
  }, () => {
    const { status, output } = runSuite("--relocate", "--lowering", "both", ...RELOCATED_SAMPLE);
    expect(output.match(/0 unexpected failures, 0 unexpected passes/g)).toHaveLength(2);
    expect(status).toBe(0);
  });

  it("is disassembled to what assembles to the same modules", { timeout: RUN_TIMEOUT }, () => {
    const { status, output } = runSuite("--round-trip");
    // All that are well-formed, of which many are not valid.
    expect(output).toContain("round trip: 5839 of 5839 modules stay the same");
    expect(status).toBe(0);
  });

  it("notices every falsified expectation", { timeout: RUN_TIMEOUT }, () => {
    const { status, output } = runSuite("--sabotage", "100");
    expect(output).toContain("sabotage: 100 expectations falsified, 100 unexpected failures: exactly those");
    expect(status).toBe(0);
  });
});
