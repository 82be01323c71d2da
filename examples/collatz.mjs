// Calls a function of a C library that prints: WASI is attached, and given a place for its output and nothing else.
//
//   npm run build && node examples/collatz.mjs

import { readFile } from "node:fs/promises";
import { Engine, Linker, Module, Store } from "wasmeter";
import { CapturedOutput, WasiPreview1 } from "wasmeter/wasi";

const engine = new Engine();
const module = new Module(engine, await readFile(new URL("collatz.wasm", import.meta.url)));

const stdout = new CapturedOutput();
const wasi = new WasiPreview1({ stdout });
const linker = new Linker(engine);
wasi.addTo(linker);

const store = new Store(engine, { fuel: 1_000_000 });
const instance = linker.instantiate(store, module);
wasi.initialize(instance);

console.log("result:", instance.exports.collatz(27));
// → result: 111
console.log("printed:", stdout.text().trim());
// → printed: 111 steps
console.log("fuel:", store.fuelConsumed);
// → fuel: 4415n
