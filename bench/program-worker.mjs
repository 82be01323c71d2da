// Runs one program on one engine several times in a process of its own and tells the CPU time of each:
// of the first with loading and compiling, of the others with an instance each.
// `node bench/program-worker.mjs JOB`, JOB being JSON: `{ engine, dist, rounds, file, args, stdin, script }`. Started by programs.mjs.
// A `script` is JavaScript for QuickJS, which the module then is, in place of a command.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "./small-wasi.mjs";

const job = JSON.parse(process.argv[2]);
const stdin = job.stdin === undefined ? Buffer.alloc(0) : readFileSync(job.stdin);
const args = [basename(job.file), ...job.args];

/** From the module's bytes to a function that makes an instance and runs it; its compiled module serves all runs. */
async function load() {
  if (job.engine !== "wasmeter") {
    const engine = job.engine === "native" ? globalThis.WebAssembly : (await import("polywasm")).WebAssembly;
    return (bytes) => {
      const module = new engine.Module(bytes);
      return () => runCommand(engine, module, args, stdin);
    };
  }
  const from = (name) => import(pathToFileURL(resolve(job.dist, name)).href);
  const { Engine, Linker, Module, Store } = await from("index.js");
  const { CapturedOutput, WasiPreview1 } = await from("wasi.js");
  return (bytes) => {
    const engine = new Engine();
    const module = new Module(engine, bytes);
    return () => {
      const stdout = new CapturedOutput();
      const wasi = new WasiPreview1({ args, stdin, stdout });
      const linker = new Linker(engine);
      wasi.addTo(linker);
      wasi.start(linker.instantiate(new Store(engine), module));
      return Buffer.from(stdout.text());
    };
  };
}

/** The same for QuickJS, over the engine's namespace. */
async function loadQuickJs() {
  if (job.engine === "wasmeter") {
    const { install } = await import(pathToFileURL(resolve(job.dist, "webassembly.js")).href);
    install({ force: true });
  } else if (job.engine === "polywasm") {
    globalThis.WebAssembly = (await import("polywasm")).WebAssembly;
  }
  const { QuickJS } = await import("quickjs-wasi");
  return (bytes) => {
    const module = WebAssembly.compile(bytes);
    return async () => {
      const vm = await QuickJS.create({ wasm: await module });
      return Buffer.from(vm.evalCode(job.script).toString());
    };
  };
}

let start = process.cpuUsage();
const run = (await (job.script === undefined ? load() : loadQuickJs()))(readFileSync(job.file));
const times = [];
let output;
for (let round = 0; round < job.rounds; round++) {
  output = await run();
  const { user, system } = process.cpuUsage(start);
  times.push((user + system) / 1000);
  start = process.cpuUsage();
}
const hash = createHash("sha256").update(output).digest("hex");
console.log(JSON.stringify({ times, hash }));
