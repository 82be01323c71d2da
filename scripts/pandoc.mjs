// Converts a document with pandoc's WASI build (from npm: 56 MiB of Haskell, with legacy exceptions and SIMD), here and on
// Node's own WebAssembly, and compares the two. Too large for the tests; run when asked:
//
//   npm run pandoc [-- FORMAT [DOCUMENT]]      FORMAT: html (default), latex, rst, … ; DOCUMENT: guests/README.md
//
// The package is kept in .cache. NATIVE_NODE names the Node to compare with: the WebAssembly of Node 20 crashes on most
// documents, that of Node 26 does not.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = "pandoc-wasm@1.1.0";
const ARGS = ["pandoc.wasm", "+RTS", "-H64m", "-RTS"];
const FILES = ["stdin", "stdout", "stderr", "warnings"];
const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, ".cache/pandoc");
const wasm = join(cache, "node_modules/pandoc-wasm/src/pandoc.wasm");

/** The package's protocol: a Haskell runtime to start, a call with options as JSON, files for the streams. */
function convert(exports, bytes, format) {
  const put = (content) => {
    const address = exports.malloc(content.length);
    bytes().set(content, address);
    return address;
  };
  const text = (string) => new TextEncoder().encode(string);
  const words = (...numbers) => put(new Uint8Array(new Uint32Array(numbers).buffer));
  exports.__wasm_call_ctors();
  const argv = words(...ARGS.map((arg) => put(text(`${arg}\0`))), 0);
  exports.hs_init_with_rtsopts(words(ARGS.length), words(argv));
  const options = text(JSON.stringify({ from: "markdown", to: format, standalone: true }));
  exports.convert(put(options), options.length);
}

async function onNode(format, document) {
  const { WASI } = await import("node:wasi");
  const directory = mkdtempSync(join(tmpdir(), "pandoc-"));
  for (const name of FILES)
    writeFileSync(join(directory, name), name === "stdin" ? readFileSync(document) : "");
  const wasi = new WASI({ version: "preview1", args: ARGS, preopens: { "/": directory } });
  const module = await WebAssembly.compile(readFileSync(wasm));
  const { exports } = await WebAssembly.instantiate(module, wasi.getImportObject());
  const { _start, ...library } = exports;
  wasi.initialize({ exports: library });
  convert(exports, () => new Uint8Array(exports.memory.buffer), format);
  const output = readFileSync(join(directory, "stdout"));
  rmSync(directory, { recursive: true });
  return output;
}

async function onWasmeter(format, document) {
  const { Engine, Linker, Module, Store } = await import("../dist/index.js");
  const { MemoryFileSystem, WasiPreview1 } = await import("../dist/wasi.js");
  const engine = new Engine();
  const files = new MemoryFileSystem();
  for (const name of FILES) files.writeFile(name, name === "stdin" ? readFileSync(document) : "");
  const linker = new Linker(engine);
  new WasiPreview1({ args: ARGS, preopens: { "/": files } }).addTo(linker);
  const store = new Store(engine);
  const { exports } = linker.instantiate(store, new Module(engine, readFileSync(wasm)));
  convert(exports, () => exports.memory.bytes(), format);
  console.error(`${store.fuelConsumed} instructions`);
  return files.readFile("stdout");
}

const ENGINES = { node: onNode, wasmeter: onWasmeter };
const [engine, ...rest] = process.argv.slice(2);

if (Object.hasOwn(ENGINES, engine)) {
  const [format, document] = rest;
  process.stdout.write(await ENGINES[engine](format, document));
} else {
  const format = engine ?? "html";
  const document = rest[0] ?? join(root, "guests/README.md");
  if (!existsSync(wasm)) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, "package.json"), "{}");
    execFileSync("npm", ["install", "--ignore-scripts", PACKAGE], { cwd: cache, stdio: "inherit" });
  }
  const outputs = Object.keys(ENGINES).map((name) => {
    const started = performance.now();
    const node = name === "node" ? (process.env.NATIVE_NODE ?? process.execPath) : process.execPath;
    const run = spawnSync(node, ["--no-warnings", fileURLToPath(import.meta.url), name, format, document], {
      maxBuffer: 2 ** 28,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${name}: ${run.signal ?? `status ${run.status}`}, ${run.stdout.length} bytes, ${seconds} s`);
    return run.status === 0 ? run.stdout : undefined;
  });
  const [theirs, ours] = outputs;
  const same = theirs !== undefined && ours !== undefined && theirs.equals(ours);
  console.log(same ? "equal" : "not equal");
  process.exitCode = same ? 0 : 1;
}
