// Gets a Node with a newer native WebAssembly than the one that runs: an npm package with nothing but the binary, put
// into a git-ignored cache on demand, so that it is no dependency and costs an installation nothing.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Its WebAssembly is what `NODE_26_FEATURES` was written for. */
const VERSION = "26.10.0";
const CACHE = fileURLToPath(new URL("../.cache/node26/", import.meta.url));

/** Path of Node 26's binary. @throws Error if it can be had neither from the cache nor from npm */
export function node26(): string {
  const name = `node-${process.platform}-${process.arch}`;
  const binary = `${CACHE}node_modules/${name}/bin/node${process.platform === "win32" ? ".exe" : ""}`;
  if (!existsSync(binary)) {
    const options = ["--prefix", CACHE, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
    try {
      execFileSync("npm", ["install", ...options, `${name}@${VERSION}`], {
        stdio: ["ignore", "ignore", "pipe"],
      });
    } catch (error) {
      const { stderr } = error as { stderr?: Buffer };
      throw new Error(
        `cannot install ${name}@${VERSION}, which holds the binary of Node 26; with --native PATH another one is used` +
          `\n${stderr?.toString().trim() ?? String(error)}`,
      );
    }
  }
  return binary;
}

/** Runs this program again, under another Node; gives its exit status. */
export function runUnder(binary: string): number {
  const { status, error } = spawnSync(binary, process.argv.slice(1), { stdio: "inherit" });
  if (error !== undefined) throw new Error(`cannot run ${binary}: ${error.message}`);
  return status ?? 1;
}
