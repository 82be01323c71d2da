// Components that are not the project's: `node environments/components/foreign.mjs [--only NAME]`, after a build. Got, or built from the
// sources below, on demand by package name: JavaScript by componentize-js, Python by componentize-py, Rust like the examples of
// Wasmtime's documentation, C by Zig, an agent's runtime that is published as a component, and jco's own component, with its own glue.
// The answers are Wasmtime 49's: with $WASMTIME, its command, it is asked again.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { Engine, Store } from "wasmeter";
import { Component, ComponentError, ComponentLinker } from "wasmeter/component";
import { CapturedOutput, Wasi } from "wasmeter/component/wasi";
import { pythonPackage } from "../embedded.mjs";
import { CACHE, packageOf } from "../install.mjs";
import { mustRun } from "../process.mjs";

const { values: options } = parseArgs({ options: { only: { type: "string" } } });
const wasmtime = process.env.WASMTIME ?? "";
const engine = new Engine();

const folder = join(CACHE, "foreign");
mkdirSync(folder, { recursive: true });

/** A component that is built once. */
async function built(name, build) {
  const file = join(folder, `${name}.wasm`);
  if (!existsSync(file)) await build(file);
  return file;
}

function write(directory, files) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, ".."), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

/** Calls in the words of Wasmtime's `--invoke` and as they are here; `text` is what Wasmtime prints of the result. */
async function askAll(file, interfaceName, calls) {
  const linker = new ComponentLinker(engine);
  new Wasi().addTo(linker);
  const instance = await linker.instantiateAsync(
    new Store(engine),
    new Component(engine, readFileSync(file)),
  );
  const problems = [];
  for (const { name, args, wave, expected, text } of calls) {
    const path = [interfaceName, name];
    const got = await instance.callAsync(path, args).catch((error) => {
      if (error instanceof ComponentError) return { err: error.payload };
      throw error;
    });
    if (!isDeepStrictEqual(got, expected)) problems.push(`${wave}: ${JSON.stringify(got)}, not ${text}`);
    if (wasmtime === "") continue;
    const there = mustRun(wasmtime, ["run", "--invoke", wave, file]).trim();
    if (there !== text) problems.push(`${wave}: Wasmtime says ${there}, not ${text}`);
  }
  return { cases: calls.length, problems };
}

const TEXT_WIT = `package unseen:words;
interface text {
  record person { name: string, age: u8 }
  shout: func(s: string) -> string;
  sum: func(xs: list<f64>) -> result<f64, string>;
  sort: func(p: list<person>) -> list<person>;
}
world words { export text; }
`;
const TEXT_CALLS = [
  {
    name: "shout",
    args: ["größe 😀"],
    wave: 'shout("größe 😀")',
    expected: "GRÖSSE 😀!",
    text: '"GRÖSSE 😀!"',
  },
  { name: "sum", args: [[1.5, 2.25]], wave: "sum([1.5, 2.25])", expected: 3.75, text: "ok(3.75)" },
  {
    name: "sum",
    args: [[1, 2, 3, 4, 5, 6]],
    wave: "sum([1, 2, 3, 4, 5, 6])",
    expected: { err: "too many" },
    text: 'err("too many")',
  },
  {
    name: "sort",
    args: [
      [
        { name: "b", age: 2 },
        { name: "a", age: 255 },
      ],
    ],
    wave: 'sort([{name: "b", age: 2}, {name: "a", age: 255}])',
    expected: [
      { name: "a", age: 255 },
      { name: "b", age: 2 },
    ],
    text: '[{name: "a", age: 255}, {name: "b", age: 2}]',
  },
];

async function javascript() {
  const file = await built("javascript", async (path) => {
    const source = `export const text = {
      shout: (s) => s.toUpperCase() + "!",
      sum(xs) { if (xs.length > 5) throw "too many"; return xs.reduce((a, b) => a + b, 0); },
      sort: (people) => people.sort((a, b) => (a.name < b.name ? -1 : 1)),
    };`;
    const package_ = packageOf("@bytecodealliance/componentize-js", "0.23.0");
    const { componentize } = await import(pathToFileURL(join(package_, "src/componentize.js")));
    const features = { disableFeatures: ["http", "fetch-event"] };
    const { component } = await componentize(source, { witWorld: TEXT_WIT, worldName: "words", ...features });
    writeFileSync(path, component);
  });
  return askAll(file, "unseen:words/text", TEXT_CALLS);
}

async function python() {
  const file = await built("python", (path) => {
    const directory = write(join(folder, "python"), {
      "wit/words.wit": TEXT_WIT,
      "app.py": `from componentize_py_types import Err
class Text:
    def shout(self, s): return s.upper() + "!"
    def sum(self, xs):
        if len(xs) > 5: raise Err("too many")
        return float(sum(xs))
    def sort(self, p): return sorted(p, key=lambda each: each.name)
`,
    });
    const package_ = pythonPackage("componentize-py", "0.25.1");
    const env = { ...process.env, PYTHONPATH: package_ };
    const world = ["-d", "wit", "-w", "words", "componentize", "app"];
    mustRun(join(package_, "bin/componentize-py"), [...world, "-o", path], { cwd: directory, env });
  });
  return askAll(file, "unseen:words/text", TEXT_CALLS);
}

/** Like the documentation's adder and calculator, which are two components there. */
async function rust() {
  const file = await built("rust", (path) => {
    const directory = write(join(folder, "rust"), {
      "Cargo.toml": `[package]
name = "calculator"
version = "0.1.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
[dependencies]
wit-bindgen = "0.45"
[workspace]
`,
      "wit/world.wit": `package unseen:calculator;
interface calculate {
  enum op { add, sub }
  add: func(x: u32, y: u32) -> u32;
  eval: func(op: op, x: u32, y: u32) -> result<u32, string>;
}
world calculator { export calculate; }
`,
      "src/lib.rs": `wit_bindgen::generate!({ world: "calculator" });
use exports::unseen::calculator::calculate::{Guest, Op};
struct Component;
impl Guest for Component {
    fn add(x: u32, y: u32) -> u32 { x.wrapping_add(y) }
    fn eval(op: Op, x: u32, y: u32) -> Result<u32, String> {
        match op { Op::Add => x.checked_add(y), Op::Sub => x.checked_sub(y) }
            .ok_or_else(|| format!("{x} and {y} give no u32"))
    }
}
export!(Component);
`,
    });
    mustRun("cargo", ["build", "-q", "--release", "--target", "wasm32-wasip2"], { cwd: directory });
    writeFileSync(path, readFileSync(join(directory, "target/wasm32-wasip2/release/calculator.wasm")));
  });
  return askAll(file, "unseen:calculator/calculate", [
    { name: "add", args: [2 ** 32 - 1, 3], wave: "add(4294967295, 3)", expected: 2, text: "2" },
    { name: "eval", args: ["sub", 5, 3], wave: "eval(sub, 5, 3)", expected: 2, text: "ok(2)" },
    {
      name: "eval",
      args: ["sub", 3, 5],
      wave: "eval(sub, 3, 5)",
      expected: { err: "3 and 5 give no u32" },
      text: 'err("3 and 5 give no u32")',
    },
  ]);
}

/** A command by Zig's C compiler, made a component with the adapter that jco ships. */
async function c() {
  const file = await built("c", async (path) => {
    const directory = write(join(folder, "c"), {
      "sort.c": `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static int byName(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
int main(int argc, char **argv) {
  qsort(argv + 1, argc - 1, sizeof *argv, byName);
  for (int k = 1; k < argc; k++) printf("%s%s", k > 1 ? " " : "", argv[k]);
  char line[256]; int lines = 0; size_t bytes = 0;
  while (fgets(line, sizeof line, stdin)) { lines++; bytes += strlen(line); }
  printf("\\n%d lines, %zu bytes, %.3f\\n", lines, bytes, bytes / 3.0);
  return argc > 3 ? 1 : 0;
}
`,
    });
    const env = { ...process.env, PYTHONPATH: pythonPackage("ziglang", "0.17.1") };
    const compile = ["-m", "ziglang", "cc", "--target=wasm32-wasi", "-O2", "sort.c", "-o", "sort.wasm"];
    mustRun("python3", compile, { cwd: directory, env });
    const jco = packageOf("@bytecodealliance/jco", "1.35.0");
    const tools = join(jco, "../jco-transpile/dist/wasm-tools.js");
    const { componentNew } = await import(pathToFileURL(tools));
    const adapter = readFileSync(join(jco, "lib/wasi_snapshot_preview1.command.wasm"));
    const core = readFileSync(join(directory, "sort.wasm"));
    writeFileSync(path, await componentNew(core, [["wasi_snapshot_preview1", adapter]]));
  });
  const cases = [
    [["zeta", "alpha"], "one\ntwo ä\n", 0, "alpha zeta\n2 lines, 11 bytes, 3.667\n"],
    [["d", "c", "b", "a"], "", 1, "a b c d\n0 lines, 0 bytes, 0.000\n"],
  ];
  const problems = [];
  for (const [args, stdin, ...expected] of cases) {
    const stdout = new CapturedOutput();
    const wasi = new Wasi({ args: ["sort", ...args], stdin: { text: stdin }, stdout });
    const linker = new ComponentLinker(engine);
    wasi.addTo(linker);
    const status = await wasi.run(
      linker.instantiate(new Store(engine), new Component(engine, readFileSync(file))),
    );
    const got = [status, stdout.text()];
    if (!isDeepStrictEqual(got, expected)) problems.push(`${args}: ${JSON.stringify(got)}`);
    if (wasmtime === "") continue;
    const there = spawnSync(wasmtime, ["run", file, ...args], { input: stdin, encoding: "utf8" });
    if (!isDeepStrictEqual([there.status, there.stdout], expected))
      problems.push(`${args}: Wasmtime says ${JSON.stringify([there.status, there.stdout])}`);
  }
  return { cases: cases.length, problems };
}

/** Interfaces that nobody has here: all their functions throw, whatever they are called. */
function nobody(name) {
  const absent = (key) => () => {
    throw new Error(`nobody has ${name}#${String(key)}`);
  };
  const members = new Proxy({}, { get: (_, key) => absent(key) });
  const items = {
    get(_, key) {
      if (typeof key !== "string" || !/^[A-Z]/.test(key)) return absent(key);
      class Absent {}
      Object.setPrototypeOf(Absent.prototype, members);
      Object.setPrototypeOf(Absent, members);
      return Absent;
    },
  };
  return new Proxy({}, items);
}

/** A JavaScript engine with an agent's runtime, published as a component: 8,687 functions, 369 imports, 53 resource types. */
async function agent() {
  const file = join(packageOf("@golemcloud/golem-ts-sdk", "1.1.2"), "wasm/agent_guest.wasm");
  const component = new Component(engine, readFileSync(file));
  const linker = new ComponentLinker(engine);
  const stderr = new CapturedOutput();
  new Wasi({ stderr, deterministic: true }).addTo(linker);
  for (const { name, kind } of component.imports) {
    if (kind === "instance" && !/^wasi:(cli|io|clocks|random|filesystem|sockets|http)\//.test(name))
      linker.instance(name, nobody(name));
  }
  const instance = await linker.instantiateAsync(new Store(engine), component);
  const path = ["golem:agent/guest@1.5.0", "discover-agent-types"];
  const error = await instance.callAsync(path).catch((each) => each);
  // It is a template: what it says without a program shows that its engine has started.
  const isSaid = error?.code === "unreachable" && stderr.text().includes("no JS has been injected");
  return { cases: 1, problems: isSaid ? [] : [`${error}: ${stderr.text()}`] };
}

/** jco's own component, in its own bindings: what it makes of a component natively and under the namespace. */
async function jco() {
  const package_ = packageOf("@bytecodealliance/jco-transpile", "0.15.0");
  const source = `const { transpileBytes } = await import(${JSON.stringify(pathToFileURL(join(package_, "dist/index.js")).href)});
    const { readFileSync } = await import("node:fs");
    const { createHash } = await import("node:crypto");
    const { files } = await transpileBytes(readFileSync(process.argv[1]), { name: "it", instantiation: "async" });
    for (const [name, bytes] of Array.isArray(files) ? files : Object.entries(files))
      console.log(name, bytes.length, createHash("sha256").update(bytes).digest("hex"));`;
  const under = `globalThis.WebAssembly = (await import(${JSON.stringify(import.meta.resolve("wasmeter/webassembly"))})).createWebAssembly();`;
  const subject = await built("c", () => {
    throw new Error("the component in C is to be built before");
  });
  const run = (prelude) =>
    mustRun(process.execPath, ["--input-type=module", "--eval", prelude + source, subject]);
  const native = run("");
  const ours = run(under);
  return {
    cases: native.trim().split("\n").length,
    problems: native === ours ? [] : [`natively ${native}under the namespace ${ours}`],
  };
}

const ALL = { javascript, python, rust, c, agent, jco };
let failures = 0;
for (const [name, ask] of Object.entries(ALL)) {
  if (options.only !== undefined && options.only !== name) continue;
  try {
    const { cases, problems } = await ask();
    failures += problems.length;
    console.log(`${name.padEnd(12)} ${cases - problems.length} of ${cases}`);
    for (const problem of problems) console.log(`  ${problem}`);
  } catch (error) {
    failures++;
    console.log(`${name.padEnd(12)} FAILED: ${error.stack}`);
  }
}
console.log(`${failures} failures`);
process.exitCode = failures === 0 ? 0 : 1;
