// A page, or a server, stays responsive while a guest computes on the same thread: the guest runs for ten milliseconds
// at a time, and in between the event loop turns.
//
//   npm run build && node examples/async-page.mjs

import { readFile } from "node:fs/promises";
import { Engine, Linker, Module, Store } from "wasmeter";

const engine = new Engine();
const module = new Module(engine, await readFile(new URL("async-primes.wasm", import.meta.url)));
const instance = new Linker(engine).instantiate(new Store(engine), module);

// What a page does all the time: a short task, as often as the loop comes by. A gap between two is someone's long task.
let frames = 0;
let longestMs = 0;
let last = performance.now();
const timer = setInterval(() => {
  const now = performance.now();
  longestMs = Math.max(longestMs, now - last);
  last = now;
  frames++;
}, 1);

const start = performance.now();
const primes = await instance.callAsync("count_primes", [100_000], { quantumMs: 10 });
const ms = performance.now() - start;
clearInterval(timer);

console.log("primes:", primes);
// → primes: 9592
console.log("the page went on meanwhile:", frames > 3);
// → the page went on meanwhile: true
console.error(`${frames} turns in ${ms.toFixed(0)} ms; the longest task took ${longestMs.toFixed(1)} ms`);
