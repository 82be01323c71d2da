// Runs one package's work and prints the outcome: `node one.mjs NAME FOLDER [--engine]`, with it under the engine's namespace.
// The time is the processor's, all threads' together, for everything behind the process's start: loading, compiling, the work.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { install } from "../../dist/webassembly.js";
import { PACKAGES } from "./packages.mjs";

const [name, folder, who] = process.argv.slice(2);
const { work } = PACKAGES.find((item) => item.name === name);
if (who === "--engine") install({ force: true });
// Whether the package came to WebAssembly at all: some have JavaScript to fall back on.
let instances = 0;
const { Instance, instantiate } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, args, newTarget) {
    instances++;
    return Reflect.construct(target, args, newTarget);
  },
});
WebAssembly.instantiate = (...args) => {
  instances++;
  return instantiate(...args);
};
const path = (file) => join(folder, file);
const start = process.cpuUsage();
const result = await work({
  path,
  load: (file) => import(pathToFileURL(path(file)).href),
  read: (file) => readFileSync(path(file)),
});
const { user, system } = process.cpuUsage(start);
const ms = (user + system) / 1000;
if (instances === 0) throw new Error(`${name} did without WebAssembly`);
process.stdout.write(`\n${JSON.stringify({ result, ms })}\n`, () => process.exit(0));
