// What must give the same results and use the same fuel in every host: bundled to one script, it prints a line of JSON.
// Plain JavaScript of 2015, but for promises that are named as such: it is transpiled with the engine for old hosts.

import { guests, kernels, rounds } from "virtual:wasm";
import {
  createWebAssembly,
  Engine,
  Linker,
  MemoryFileSystem,
  Module,
  Store,
  WasiPreview1,
} from "wasmeter-script";
import { runComponent } from "./components.js";
import { hashes } from "./hashes.js";

const now = () => (typeof performance === "object" ? performance.now() : Date.now());
const plain = (value) => (typeof value === "bigint" ? `${value}n` : value);

function instantiate(bytes, imports) {
  const engine = new Engine();
  const store = new Store(engine);
  const linker = new Linker(engine);
  if (imports !== undefined) imports(linker);
  return { store, instance: linker.instantiate(store, new Module(engine, bytes)) };
}

/** No kernel begins another round after so long: hosts without a JIT need a second for one, and are no faster later. */
const ENOUGH_MS = 500;

/** Small programs that each stress one kind of instruction; and how long an instruction takes at best, which is no result. */
function runKernels(times) {
  const outcomes = {};
  for (const { name, bytes, size } of kernels) {
    const begun = now();
    times[name] = Infinity;
    for (let round = 0; round < rounds && (round === 0 || now() - begun < ENOUGH_MS); round++) {
      const { store, instance } = instantiate(bytes);
      const start = now();
      const result = instance.call("run", [size]);
      const ms = now() - start;
      times[name] = Math.min(times[name], (ms * 1e6) / Number(store.fuelConsumed));
      outcomes[name] = [plain(result), plain(store.fuelConsumed)];
    }
  }
  return outcomes;
}

/** A run cut into slices of fuel ends as the whole one does, and can be left alone in between. */
function pauseAndResume() {
  const { bytes, size } = kernels.find(({ name }) => name === "sha256");
  const { store, instance } = instantiate(bytes);
  const execution = instance.start("run", [size]);
  let slices = 1;
  while (execution.resume({ fuel: 9973 }) === "out-of-fuel") slices++;
  return [slices, plain(execution.result), plain(store.fuelConsumed)];
}

/** Programs of WASI preview1, on files in memory. */
function runPrograms() {
  const outcomes = {};
  for (const { name, bytes, args } of guests) {
    const engine = new Engine();
    const output = [];
    const fs = new MemoryFileSystem();
    fs.writeFile("text", "one two\nthree\n");
    const wasi = new WasiPreview1({
      args: [name].concat(args),
      preopens: { "/": fs },
      stdout: (chunk) => void output.push(String.fromCharCode.apply(null, chunk)),
      deterministic: true,
    });
    const store = new Store(engine);
    const linker = new Linker(engine);
    wasi.addTo(linker);
    const status = wasi.start(linker.instantiate(store, new Module(engine, bytes)));
    outcomes[name] = [status, output.join(""), plain(store.fuelConsumed)];
  }
  return outcomes;
}

/** A guest waits for a promise of the host. */
function parkedImport() {
  // (import "env" "later" (func (param i32) (result i32))) (func (export "run") (param i32) (result i32)
  //   (i32.mul (call $later (local.get 0)) (i32.const 2)))
  const bytes = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 2, 13, 1, 3, 101, 110, 118, 5, 108, 97, 116,
    101, 114, 0, 0, 3, 2, 1, 0, 7, 7, 1, 3, 114, 117, 110, 0, 1, 10, 11, 1, 9, 0, 32, 0, 16, 0, 65, 2, 108,
    11,
  ]);
  const { store, instance } = instantiate(bytes, (linker) =>
    linker.func("env", "later", { params: ["i32"], results: ["i32"] }, (_caller, x) =>
      Promise.resolve(x + 1),
    ),
  );
  return instance.callAsync("run", [20]).then((result) => [result, plain(store.fuelConsumed)]);
}

/** A published package under the namespace, with its own glue. */
function runPackage() {
  globalThis.WebAssembly = createWebAssembly();
  return hashes(new Uint8Array(1000).map((_, k) => k * 7));
}

/** What needs no promise. */
function runAtOnce() {
  const times = {};
  return {
    results: { kernels: runKernels(times), slices: pauseAndResume(), programs: runPrograms() },
    times,
  };
}

/** For hosts that have promises and never settle them: the part of the outcome that is there at once. */
export function smokeAtOnce() {
  return JSON.stringify(runAtOnce());
}

export function smoke() {
  const { results, times } = runAtOnce();
  return parkedImport().then((parked) => {
    results.parked = parked;
    return runComponent().then((component) => {
      results.component = component;
      return runPackage().then((made) => {
        results.package = made;
        return JSON.stringify({ results, times });
      });
    });
  });
}
