// Makes sure that every script's modules are in the cache, assembling what is missing in child processes.
// Owns the hand-over; after it, the caller's process never needs native WebAssembly.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import process from "node:process";
import { loadScript } from "../suite.ts";
import { AssemblyCache } from "./cache.ts";

/** Fills the cache for `files` of the suite at `root`. `assemblerPath` is the built `assembling/main.ts`. */
export async function warmCache(
  root: string,
  files: readonly string[],
  cacheDirectory: string,
  assemblerPath: string,
): Promise<AssemblyCache> {
  const cache = new AssemblyCache(cacheDirectory);
  const missing = files.filter((file) => !cache.has(loadScript(root, file)));
  if (missing.length === 0) return cache;
  process.stderr.write(`assembling ${missing.length} scripts …\n`);
  const workers = Math.min(availableParallelism(), missing.length);
  const shares = Array.from({ length: workers }, (_, worker) =>
    missing.filter((_file, index) => index % workers === worker),
  );
  await Promise.all(shares.map((share) => runAssembler([assemblerPath, root, cacheDirectory], share)));
  return cache;
}

function runAssembler(args: readonly string[], files: readonly string[]): Promise<void> {
  // Options of this process such as --jitless would take WebAssembly from the child: it gets none.
  const environment = { ...process.env };
  delete environment.NODE_OPTIONS;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["pipe", "inherit", "inherit"], env: environment });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`the assembler process ended with status ${code}`)),
    );
    child.stdin.end(files.join("\n"));
  });
}
