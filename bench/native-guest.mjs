// Runs a WASI program on Node's own WebAssembly: `node bench/native-guest.mjs FILE [args…]`. The peer of `wasmeter run`.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { WASI } from "node:wasi";

const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args: [basename(file), ...args], env: {}, returnOnExit: true });
const module = new WebAssembly.Module(readFileSync(file));
process.exitCode = wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));
