// One way of growing, in a process of its own: prints how it ended, and that the store is usable afterwards.
// Arguments: the built engine, the scenario, the folder of assembled modules, and the limits as JSON.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CODE, codeModule, DEFINITIONS, namesModule } from "./large-modules.mjs";

const [dist, scenario, folder, limitsJson] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(dist, name)).href);
const { Engine, Linker, Module, Store, RuntimeError, CompileError, LinkError } = await load("index.js");
const { WasiPreview1, CapturedOutput, MemoryFileSystem } = await load("wasi.js");

const limits = JSON.parse(limitsJson);
const engine = new Engine({ features: "all" });
const store = new Store(engine, { limits });
const text = (name) => new Module(engine, readFileSync(join(folder, `${name}.wasm`)));
const linker = new Linker(engine);
const kept = [];

/** Calls an export again and again, until it fails, says that there is no more, or has been called often enough. */
function repeat(instance, name, times, args = []) {
  for (let k = 0; k < times; k++) if (instance.call(name, args) === -1) return "refused";
  return "done";
}

const instantiate = (name) => {
  const instance = linker.instantiate(store, text(name));
  kept.push(instance);
  return instance;
};

function manyInstances(name, count) {
  const module = text(name);
  for (let k = 0; k < count; k++) kept.push(linker.instantiate(store, module));
  return kept;
}

const SCENARIOS = {
  "one table by instructions": () => repeat(instantiate("growing"), "table", 1e6, [100_000]),
  "one table one by one": () => instantiate("growing").call("tableByOne", [20_000_000]),
  "many tables by instructions": () => repeat(instantiate("tables"), "grow", 1, [10_000_000]),
  "many tables by instantiation": () => instantiate("tables-min"),
  "tables of a thousand guests": () => manyInstances("table-100k", 1_000),
  "one memory by instructions": () => repeat(instantiate("growing"), "memory", 1e6, [256]),
  "one memory at once": () => repeat(instantiate("growing"), "memory", 2, [30_000]),
  "memories by instantiation": () => instantiate("memories-min"),
  "memories of a thousand guests": () => manyInstances("memory-64M", 1_000),
  "a list of structs": () => instantiate("objects").call("list", [1e9]),
  "an array of arrays": () => instantiate("objects").call("arrays", [1e9]),
  "arrays of numbers": () => instantiate("objects").call("numbers", [1e9]),
  "the longest array of numbers": () => instantiate("objects").call("bytes", [-1]),
  "the longest array of references": () => instantiate("objects").call("references", [-1]),
  "structs of a thousand guests": () => {
    for (const instance of manyInstances("objects", 1_000)) instance.call("list", [1_000]);
  },
  "exceptions in a table": () => instantiate("exceptions").call("small", [9_000_000]),
  "exceptions with payload": () => instantiate("exceptions").call("large", [9_000_000]),
  "deep frames": () => instantiate("frames").call("deep", [1e9]),
  "deep frames of executions": () => {
    const instance = instantiate("frames");
    for (let k = 0; k < 1_000; k++) {
      const execution = instance.start("deep", [1e9], { concurrent: true });
      kept.push(execution);
      if (execution.resume({ quantum: 100_000 }) === "trapped") throw execution.trap;
    }
  },
  "deep calls without frames": () => {
    const instance = instantiate("frames");
    for (let k = 0; k < 3_000; k++) {
      const execution = instance.start("flat", [], { concurrent: true });
      kept.push(execution);
      if (execution.resume({ quantum: 16_000 }) === "trapped") throw execution.trap;
    }
  },
  "very many executions": () => {
    const instance = instantiate("frames");
    for (let k = 0; k < 200_000; k++) {
      const execution = instance.start("spin", [], { concurrent: true });
      kept.push(execution);
      execution.resume({ quantum: 10 });
    }
  },
  "nested calls": () => {
    linker.func("env", "again", { params: ["i32"], results: [] }, (caller, n) => caller.export("bounce")(n));
    instantiate("bounce").call("bounce", [1e6]);
  },
  "a thousand instances of a large module": () => manyInstances("functions", 1_000),
  "references to functions": () => {
    const module = text("functions");
    for (let k = 0; k < 1_000; k++) {
      const instance = linker.instantiate(store, module);
      kept.push(instance);
      instance.call("refs");
    }
  },
  "functions passed to the host": () => {
    linker.func("env", "take", { params: ["funcref"], results: [] }, (_, func) => kept.push(func));
    const module = text("functions-taken");
    for (let k = 0; k < 100; k++) linker.instantiate(store, module).call("give");
  },
  "captured output": async () => {
    const output = new CapturedOutput();
    new WasiPreview1({ stdout: output }).addTo(linker);
    return repeat(instantiate("wasi"), "write", 1e6);
  },
  "descriptors and directories": () => {
    const files = new MemoryFileSystem({ chargedTo: store });
    new WasiPreview1({ preopens: { "/": files } }).addTo(linker);
    const instance = instantiate("wasi");
    for (let k = 0; k < 200_000; k++) instance.call("directory", [k]);
    for (let k = 0; k < 2_000; k++) instance.call("open");
  },
  "names of what is not there": () => {
    const module = new Module(engine, namesModule(2_000_000));
    return linker.instantiate(store, module).call("f");
  },
};

for (const [name, [count, make]] of Object.entries(DEFINITIONS)) {
  SCENARIOS[`a module of many ${name}`] = () => {
    const module = new Module(engine, make(count));
    kept.push(module, module.imports, module.exports);
  };
}
for (const name of Object.keys(CODE)) {
  const module = () => new Module(engine, codeModule(name, 7_000_000));
  SCENARIOS[`code of ${name}`] = () => linker.instantiate(store, module()).call("f");
  SCENARIOS[`code of ${name} without fuel`] = () => {
    const bounded = new Store(engine, { limits, fuel: 100_000 });
    const execution = linker.instantiate(bounded, module()).start("f");
    kept.push(execution);
    execution.resume();
    if (execution.state === "trapped") throw execution.trap;
  };
}

if (scenario === "--list") {
  console.log(JSON.stringify(Object.keys(SCENARIOS)));
  process.exit(0);
}

const before = new Linker(engine).instantiate(store, text("probe"));
before.call("seven");
let outcome;
try {
  const result = await SCENARIOS[scenario]();
  outcome = typeof result === "string" ? result : "done";
} catch (error) {
  const typed = error instanceof RuntimeError || error instanceof CompileError || error instanceof LinkError;
  outcome = `${typed ? "" : "NOT TYPED "}${error?.name}: ${String(error?.message).slice(0, 150)}`;
}
kept.length = Math.min(kept.length, 1);

// The store can still be used, by what it has and by what is new.
const probe = new Linker(engine);
let usable;
try {
  usable = before.call("seven");
} catch (error) {
  usable = `${error?.name}: ${error?.message}`;
}
const fresh = probe.instantiate(new Store(engine), text("probe")).call("seven");
console.log(JSON.stringify({ outcome, usable, fresh }));
