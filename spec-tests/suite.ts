// Finds the official test suite and lists its scripts.
// Owns where the suite may be; knows nothing of what scripts contain.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import process from "node:process";

/** What the suite holds at the commit that `fetch-testsuite.sh` pins. */
export const SUITE = {
  scripts: 288,
  /** All `assert_…` directives. */
  assertions: 64_094,
  /** Those that test a text parser only: malformed text and custom annotations. */
  textOnlyAssertions: 1_298,
  /** All other directives. */
  commands: 3_025,
  /** Modules in text, those that `assert_…` directives hold included. */
  textModules: 5_674,
} as const;

/** Directory of the suite: `$WASM_TESTSUITE`, else `testsuite` in `here`; `undefined` when there is none. */
export function findSuite(here: string): string | undefined {
  const candidates = [process.env.WASM_TESTSUITE, join(here, "testsuite")];
  return candidates.find((path) => path !== undefined && path !== "" && existsSync(join(path, "i32.wast")));
}

/** Paths of all scripts below `root`, relative to it, with `/`, sorted. */
export function listScripts(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".wast"))
    .map((path) => relative(root, join(root, path)).split(sep).join("/"))
    .sort();
}

/** The bytes of a script, one char each. */
export function loadScript(root: string, file: string): string {
  return readFileSync(join(root, file), "latin1");
}
