// Runs a function one instruction at a time, and shows what comes next before each.
//
//   npm run build && node examples/stepping.mjs

import { readFile } from "node:fs/promises";
import { Engine, Linker, Module, Store } from "wasmeter";

const engine = new Engine();
const module = new Module(engine, await readFile(new URL("plugin.wasm", import.meta.url)));
const store = new Store(engine);
const instance = new Linker(engine).instantiate(store, module);

const execution = instance.start("alloc", [8]);
while (execution.resume({ fuel: 1 }) === "out-of-fuel") {
  if (store.fuelConsumed > 8n) break;
  const [frame] = execution.backtrace();
  const place = `${frame.functionName} @ 0x${frame.offset.toString(16)}`;
  console.log(`${store.fuelConsumed}  ${place.padEnd(18)} ${execution.currentInstruction()}`);
}
// → 1  alloc @ 0x8c       call 5
// → 2  malloc @ 0x15b     local.get 0
// → 3  malloc @ 0x15d     call 6
// → 4  dlmalloc @ 0x169   global.get 0
// → 5  dlmalloc @ 0x16f   i32.const 16
// → 6  dlmalloc @ 0x171   i32.sub
// → 7  dlmalloc @ 0x172   local.tee 1
// → 8  dlmalloc @ 0x174   global.set 0

console.log(execution.resume(), execution.result > 0);
// → done true
