// Files through WASI: one guest on our host and in-memory file systems and, compiled by V8, on node:wasi.
// `node bench/wasi.mjs` prints a table; run.mjs puts the same figures into results.md.
//   --dist DIR   --rounds 5   --directory DIR (where the files are made; default: a file system in memory, if there is one)
// Owns the list of operations and their measuring; each contestant has a process of its own.

import { fork } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { assemble } from "./kernels.mjs";

const FILE = fileURLToPath(import.meta.url);
const GUEST = new URL("guests/files.wat", import.meta.url);
const DIST = fileURLToPath(new URL("../dist", import.meta.url));
/**
 * Linux has a file system in memory there. ext4 avoids inodes that were freed within the last five seconds, and looks at each of
 * them again for every new file: creating 10,000 files took thirty times as long for whoever came second.
 */
const IN_MEMORY = "/dev/shm";
const DIRECTORY = existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir();
const SUBDIRECTORIES = "a/b/c/d";
const BYTES = 64 * 2 ** 20;
const FILES = 10_000;
const CREATE_EXCLUSIVE = 5;
/** Where a path begins that leads four directories down, and one that stays. */
const DEEP = 0;
const FLAT = 8;

/** In the order in which they must run: [what, the guest's function, its arguments, what it must return]. */
const OPERATIONS = [
  ["write 64 MiB, 4 KiB a call", "write", [BYTES, 4096], BYTES],
  ["read 64 MiB, 4 KiB a call", "read", [4096], BYTES],
  ["write 64 MiB, 64 KiB a call", "write", [BYTES, 65_536], BYTES],
  ["read 64 MiB, 64 KiB a call", "read", [65_536], BYTES],
  [undefined, "unlink", [1], 1],
  ["create 10,000 files", "open", [FILES, CREATE_EXCLUSIVE, FLAT], FILES],
  ["open and close 10,000 files", "open", [FILES, 0, FLAT], FILES],
  ["stat 10,000 files", "stat", [FILES], FILES],
  // The files and the uppermost subdirectory.
  ["readdir of 10,000 entries, 4 KiB a call", "list", [4096], FILES + 1],
  ["remove 10,000 files", "unlink", [FILES], FILES],
  [undefined, "open", [1, CREATE_EXCLUSIVE, DEEP], 1],
  ["open one file 10,000 times, 4 directories deep", "openDeep", [FILES], FILES],
  [undefined, "unlinkDeep", [], 1],
];

/** The contestants, each of which gives a guest's exports for bytes and an empty host directory. */
const CONTESTANTS = {
  async native(bytes, directory) {
    const { WASI } = await import("node:wasi");
    const wasi = new WASI({ version: "preview1", preopens: { "/": directory } });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), wasi.getImportObject());
    wasi.initialize(instance);
    return instance.exports;
  },
  async host(bytes, directory, dist) {
    const { HostFileSystem } = await load(dist, "node");
    return ours(bytes, new HostFileSystem(directory), dist);
  },
  async memory(bytes, _directory, dist) {
    const { MemoryFileSystem } = await load(dist, "wasi");
    const files = new MemoryFileSystem({ maxBytes: 2 * BYTES, maxInodes: 2 * FILES });
    files.makeDirectory(SUBDIRECTORIES);
    return ours(bytes, files, dist);
  },
};

const load = (dist, entry) => import(pathToFileURL(resolve(dist, `${entry}.js`)).href);

async function ours(bytes, files, dist) {
  const { Engine, Linker, Module, Store } = await load(dist, "index");
  const { WasiPreview1 } = await load(dist, "wasi");
  const engine = new Engine();
  const linker = new Linker(engine);
  const wasi = new WasiPreview1({ preopens: { "/": files } });
  wasi.addTo(linker);
  const instance = linker.instantiate(new Store(engine), new Module(engine, bytes));
  wasi.initialize(instance);
  return instance.exports;
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** All operations, `rounds` times; the shortest CPU time of each in ms. */
async function measure({ contestant, binary, directory, dist, rounds }) {
  mkdirSync(join(directory, SUBDIRECTORIES), { recursive: true });
  const exports = await CONTESTANTS[contestant](
    Uint8Array.from(Buffer.from(binary, "base64")),
    directory,
    dist,
  );
  const shortest = {};
  for (let round = 0; round < rounds; round++) {
    for (const [what, name, args, expected] of OPERATIONS) {
      const start = cpuMs();
      const result = exports[name](...args);
      const ms = cpuMs() - start;
      if (result !== expected)
        throw new Error(`${contestant}: ${what ?? name} gave ${result}, not ${expected}`);
      if (what !== undefined) shortest[what] = Math.min(shortest[what] ?? Number.POSITIVE_INFINITY, ms);
    }
  }
  return shortest;
}

function measureInProcess(job) {
  return new Promise((resolve, reject) => {
    const child = fork(FILE, { execArgv: ["--no-warnings"], env: { ...process.env, WASI_BENCH_CHILD: "1" } });
    let answer;
    child.on("message", (message) => {
      answer = message;
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (answer?.figures !== undefined) resolve(answer.figures);
      else reject(new Error(answer?.error ?? `the measuring process ended with ${signal ?? code}`));
    });
    child.send(job);
  });
}

/** Rows: [operation, ms on node:wasi, ms on our host file system, times node:wasi, ms in memory, times node:wasi]. */
export async function measureFiles({ dist = DIST, rounds = 5, directory = DIRECTORY } = {}) {
  const binary = (await assemble(readFileSync(GUEST, "utf8"))).toString("base64");
  const figures = {};
  for (const contestant of Object.keys(CONTESTANTS)) {
    const own = mkdtempSync(join(directory, "wasmeter-bench-"));
    try {
      figures[contestant] = await measureInProcess({ contestant, binary, directory: own, dist, rounds });
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  }
  const { native, host, memory } = figures;
  return Object.keys(native).map((what) => [
    what,
    ...[native, host].map((list) => list[what].toFixed(1)),
    (host[what] / native[what]).toFixed(2),
    memory[what].toFixed(1),
    (memory[what] / native[what]).toFixed(2),
  ]);
}

export const FILE_COLUMNS = ["node:wasi ms", "host files ms", "×", "in memory ms", "×"];

if (process.env.WASI_BENCH_CHILD === "1") {
  process.once("message", (job) => {
    measure(job).then(
      (figures) => process.send({ figures }, () => process.exit(0)),
      (error) => process.send({ error: String(error.stack ?? error) }, () => process.exit(1)),
    );
  });
} else if (process.argv[1] === FILE) {
  const { values: options } = parseArgs({
    options: {
      dist: { type: "string", default: DIST },
      rounds: { type: "string", default: "5" },
      directory: { type: "string", default: DIRECTORY },
    },
  });
  console.log("ms of CPU, shortest of all rounds; ×: times node:wasi with the guest compiled by V8");
  const line = (cells) => cells.map((cell, k) => (k === 0 ? cell.padEnd(48) : cell.padStart(14))).join("");
  console.log(line(["operation", ...FILE_COLUMNS]));
  const { dist, rounds, directory } = options;
  for (const row of await measureFiles({ dist, rounds: Number(rounds), directory })) console.log(line(row));
}
