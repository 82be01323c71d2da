// Hands bytes to a plugin and gets bytes back, under a budget of fuel and memory; a plugin that misbehaves only harms itself.
//
//   npm run build && node examples/plugin.mjs

import { readFile } from "node:fs/promises";
import { Engine, Linker, Module, RuntimeError, Store } from "wasmeter";

const engine = new Engine({ costModel: "bounded" });
const module = new Module(engine, await readFile(new URL("plugin.wasm", import.meta.url)));
const linker = new Linker(engine);

/** Runs the plugin on `input`, in a store of its own. Throws what stops it. */
function runPlugin(input, { fuel, totalBytes }) {
  const store = new Store(engine, { fuel, limits: { totalBytes } });
  const { exports } = linker.instantiate(store, module);
  exports._initialize();
  const address = exports.alloc(input.length);
  if (address === 0) throw new RuntimeError("the plugin has no room for its input");
  exports.memory.write(address, input);
  const result = exports.process(address, input.length);
  const length = new DataView(exports.memory.read(result, 4).buffer).getUint32(0, true);
  return exports.memory.read(result + 4, length);
}

/** The same for text, with a word on what went wrong. */
function attempt(text, bounds) {
  try {
    return new TextDecoder().decode(runPlugin(new TextEncoder().encode(text), bounds));
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return `${error.name}: ${error.message}`;
  }
}

console.log(attempt("hello from the host", { fuel: 10_000, totalBytes: 2 ** 20 }));
// → Hello From The Host
console.log(attempt("hello from the host", { fuel: 500, totalBytes: 2 ** 20 }));
// → OutOfFuelError: out of fuel: the store's fuel is used up
console.log(attempt("x".repeat(2 ** 20), { fuel: 100_000_000, totalBytes: 2 ** 20 }));
// → RuntimeError: the plugin has no room for its input
