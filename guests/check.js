// Compares every case of cases.json with its expected output, on engines that are not ours.
//
//   node guests/check.js            runs the .wasm files on Node's own WebAssembly and WASI
//   node guests/check.js --native   compiles the C and Rust sources natively (gcc, rustc) and runs those
//   --write                         writes the outputs instead of comparing them
//
// The expected files come from `--native --write`; AssemblyScript has no native build, its come from `--write`.

import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const native = process.argv.includes("--native");
const write = process.argv.includes("--write");
const scratch = mkdtempSync(join(tmpdir(), "guests-"));
const directories = { "/input": join(here, "input"), "/scratch": join(scratch, "scratch") };
mkdirSync(directories["/scratch"]);

/** Path of the native program, compiled when it is not there yet; undefined when there is no such source. */
function compile(wasm) {
  const [language, base] = wasm.split("-");
  const output = join(scratch, wasm);
  if (existsSync(output)) return output;
  const commands = {
    c: ["gcc", "-O2", "-o", output, join(here, "c", `${base}.c`), "-lm"],
    rust: ["rustc", "--edition", "2021", "-O", "-o", output, join(here, "rust", `${base}.rs`)],
  };
  if (!(language in commands)) return undefined;
  const [command, ...args] = commands[language];
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return output;
}

function runNatively(program, { wasm, args, env, stdin }) {
  const paths = args.map((arg) => arg.replace(/^\/(input|scratch)/, (prefix) => directories[prefix]));
  const { status, stdout, stderr } = spawnSync(program, paths, { argv0: wasm, env, input: stdin });
  return { status, stdout, stderr: stderr.toString() };
}

async function runOnNode({ wasm, args, env, stdin, preopens }) {
  const { WASI } = await import("node:wasi");
  const path = (name) => join(scratch, name);
  writeFileSync(path("stdin"), stdin);
  const descriptors = [
    openSync(path("stdin"), "r"),
    openSync(path("stdout"), "w"),
    openSync(path("stderr"), "w"),
  ];
  const wasi = new WASI({
    version: "preview1",
    args: [wasm, ...args],
    env,
    preopens: Object.fromEntries(preopens.map((guest) => [guest, directories[guest]])),
    stdin: descriptors[0],
    stdout: descriptors[1],
    stderr: descriptors[2],
  });
  const module = await WebAssembly.compile(readFileSync(join(here, "wasm", `${wasm}.wasm`)));
  const status = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
  for (const descriptor of descriptors) closeSync(descriptor);
  return { status, stdout: readFileSync(path("stdout")), stderr: readFileSync(path("stderr"), "utf8") };
}

let passed = 0;
let failed = 0;
for (const entry of JSON.parse(readFileSync(join(here, "cases.json"), "utf8"))) {
  const test = {
    ...entry,
    wasm: entry.wasm ?? entry.name,
    args: entry.args ?? [],
    env: entry.env ?? {},
    stdin: entry.stdin === undefined ? Buffer.alloc(0) : readFileSync(join(here, "input", entry.stdin)),
    preopens: entry.preopens ?? [],
  };
  const program = native && entry.native !== false ? compile(test.wasm) : undefined;
  if (native && program === undefined) continue;
  const { status, stdout, stderr } = native ? runNatively(program, test) : await runOnNode(test);
  const file = join(here, "expected", `${test.name}.txt`);
  if (write) writeFileSync(file, stdout);
  const problems = [];
  if (status !== (test.status ?? 0)) problems.push(`status ${status}: ${stderr}`);
  if (!stdout.equals(readFileSync(file))) problems.push(`output differs:\n${stdout}`);
  if (test.stderr !== undefined && stderr !== test.stderr) problems.push(`stderr: ${stderr}`);
  if (problems.length === 0) passed++;
  else failed++;
  for (const problem of problems) console.log(`${test.name}: ${problem}`);
}
rmSync(scratch, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
