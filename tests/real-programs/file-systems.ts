// Runs a guest through the library on each kind of file system, and reads what it left behind.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Engine, Linker, type Module, Store } from "wasmeter";
import { HostFileSystem, nodeWasi } from "wasmeter/node";
import {
  CapturedOutput,
  type FileSystem,
  type FileSystemDirectory,
  MemoryFileSystem,
  OverlayFileSystem,
} from "wasmeter/wasi";

/** Contents by path. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Each kind, made with `files` in it. Host directories are made below `scratch`. */
export const FILE_SYSTEMS: Readonly<Record<string, (files: Files, scratch: string) => FileSystem>> = {
  host: (files, scratch) => new HostFileSystem(hostDirectory(files, scratch)),
  memory: memoryFiles,
  // What is there lies below, on the host; what the guest does goes to memory.
  overlay: (files, scratch) =>
    new OverlayFileSystem(new HostFileSystem(hostDirectory(files, scratch)), new MemoryFileSystem()),
};

export function scratchDirectory(): string {
  return mkdtempSync(join(tmpdir(), "wasmeter-programs-"));
}

/** A new directory below `scratch` with `files` in it. */
export function hostDirectory(files: Files, scratch: string): string {
  const directory = mkdtempSync(join(scratch, "host-"));
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), contents);
  }
  return directory;
}

export function memoryFiles(files: Files): MemoryFileSystem {
  const memory = new MemoryFileSystem();
  for (const [path, contents] of Object.entries(files)) {
    if (dirname(path) !== ".") memory.makeDirectory(dirname(path));
    memory.writeFile(path, contents);
  }
  return memory;
}

export interface GuestRun {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array;
  readonly preopens: Readonly<Record<string, FileSystem>>;
}

export interface GuestResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of WASI to its end, in a store of its own. */
export function runGuest(engine: Engine, module: Module, run: GuestRun): GuestResult {
  const stdout = new CapturedOutput();
  const stderr = new CapturedOutput();
  const wasi = nodeWasi({ ...run, stdout, stderr });
  const linker = new Linker(engine);
  wasi.addTo(linker);
  const status = wasi.start(linker.instantiate(new Store(engine), module));
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

/** What is below a file system's root: contents of files, `-> target` for links, by path. */
export function treeOf(fileSystem: FileSystem): Record<string, string> {
  const tree: Record<string, string> = {};
  collect(fileSystem.root(), "", tree);
  return tree;
}

function collect(directory: FileSystemDirectory, path: string, tree: Record<string, string>): void {
  for (const { name } of directory.entries()) {
    const inner = `${path}${name}`;
    const { type, size } = directory.statEntry(name);
    if (type === "directory") {
      tree[`${inner}/`] = "";
      collect(directory.openDirectory(name), `${inner}/`, tree);
    } else if (type === "symbolic-link") tree[inner] = `-> ${directory.readLink(name)}`;
    else {
      const file = directory.openFile(name, READING);
      const bytes = new Uint8Array(Number(size));
      for (let at = 0; at < bytes.length; ) {
        const count = file.read(bytes.subarray(at), BigInt(at));
        if (count === 0) throw new Error(`${inner} ends before its size`);
        at += count;
      }
      tree[inner] = Buffer.from(bytes).toString("latin1");
      file.close();
    }
  }
  directory.close();
}

const READING = { read: true, write: false, create: false, exclusive: false, truncate: false };
