// One test of the official WASI suite: its file, its expectations, and how it is run on a file system.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { FileSystem, MemoryFileSystem, WasiPreview1 } from "../../src/wasi/index.ts";
import type { Package } from "./package.ts";

export const FILE_SYSTEMS = ["host", "memory", "overlay"] as const;
export type FileSystemName = (typeof FILE_SYSTEMS)[number];

/** What a test's JSON file says; every field has a default. */
interface Specification {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly root?: string | null;
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

export interface Outcome {
  readonly passed: boolean;
  readonly detail: string;
}

/** All preview1 tests below a checked-out suite, by path. */
export function findTests(suite: string): string[] {
  return fs
    .readdirSync(suite, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".wasm") && path.basename(path.dirname(file)) === "wasm32-wasip1")
    .sort()
    .map((file) => path.join(suite, file));
}

/** Runs one test with `run`, which gives the exit code or throws. */
export function runTest(
  built: Package,
  file: string,
  fileSystem: FileSystemName,
  run: (bytes: Uint8Array, wasi: WasiPreview1) => number,
): Outcome {
  const specification = readSpecification(file);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-test-"));
  try {
    if (specification.root)
      fs.cpSync(path.resolve(path.dirname(file), specification.root), scratch, { recursive: true });
    const stdout = new built.wasi.CapturedOutput();
    const stderr = new built.wasi.CapturedOutput();
    const wasi = new built.wasi.WasiPreview1({
      args: [path.basename(file), ...(specification.args ?? [])],
      env: specification.env ?? {},
      stdout,
      stderr,
      host: built.node.nodeHost({ blocking: true }),
      preopens: specification.root ? { "/": grant(built, fileSystem, scratch) } : {},
    });
    let ended: string;
    try {
      ended = `exit code ${run(fs.readFileSync(file), wasi)}`;
    } catch (error) {
      ended = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
    const wrong: string[] = [];
    const expected = `exit code ${specification.exit_code ?? 0}`;
    if (ended !== expected) wrong.push(`${ended} instead of ${expected}`);
    if (!stdout.text().startsWith(specification.stdout ?? "")) wrong.push(`stdout: ${stdout.text()}`);
    if (!stderr.text().startsWith(specification.stderr ?? "")) wrong.push(`stderr differs`);
    if (wrong.length > 0 && stderr.length > 0) wrong.push(stderr.text().trim());
    return { passed: wrong.length === 0, detail: wrong.join("\n") };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function readSpecification(file: string): Specification {
  const json = file.replace(/\.wasm$/, ".json");
  if (!fs.existsSync(json)) return {};
  return JSON.parse(fs.readFileSync(json, "utf8")) as Specification;
}

function grant({ wasi, node }: Package, name: FileSystemName, directory: string): FileSystem {
  switch (name) {
    case "host":
      return new node.HostFileSystem(directory);
    case "memory":
      return copyTo(new wasi.MemoryFileSystem(), directory);
    case "overlay":
      return new wasi.OverlayFileSystem(
        new node.HostFileSystem(directory, { readOnly: true }),
        new wasi.MemoryFileSystem(),
      );
  }
}

function copyTo(memory: MemoryFileSystem, directory: string): MemoryFileSystem {
  for (const file of fs.readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const from = path.join(directory, file);
    if (fs.statSync(from).isDirectory()) memory.makeDirectory(file);
    else memory.writeFile(file, fs.readFileSync(from));
  }
  return memory;
}
