// The child process that fills the cache: `node assemble.js SUITE CACHE` with script names on stdin, one a line.
// Owns nothing but the loop; prints how many modules it assembled.

import { readFileSync } from "node:fs";
import process from "node:process";
import { moduleSources, readScript } from "../reader/script.ts";
import { loadScript } from "../suite.ts";
import { createAssemble, loadAssemblers } from "./assembler.ts";
import { type Assembled, AssemblyCache } from "./cache.ts";

const [root = "", cacheDirectory = ""] = process.argv.slice(2);
const cache = new AssemblyCache(cacheDirectory);
const assemble = createAssemble(await loadAssemblers());
for (const file of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const source = loadScript(root, file);
  const modules = new Map<number, Assembled>();
  for (const module of moduleSources(readScript(source).directives)) {
    if (module.form !== "binary") modules.set(module.start, assemble(module));
  }
  cache.store(source, modules);
}
