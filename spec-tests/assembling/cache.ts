// The disk cache of assembled modules: one file per script, named by a hash of the script and the assemblers.
// Owns its file format and key; knows nothing of how modules are assembled.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";

/** Raise when sanitising, assembler order or the file format changes. */
const REVISION = 4;

/** One text module after assembling: its binary, or why every assembler refused it. */
export type Assembled =
  | { readonly by: "watify" | "wabt"; readonly binary: Uint8Array }
  | { readonly by: undefined; readonly error: string };

/** Assembled modules of one script by their offset in it. */
export type AssembledScript = ReadonlyMap<number, Assembled>;

interface Entry {
  readonly start: number;
  readonly by?: "watify" | "wabt";
  readonly length: number;
  readonly error?: string;
}

/** Reads and writes the cache below one directory. */
export class AssemblyCache {
  readonly #directory: string;
  readonly #salt: string;

  /** Finds the assemblers' versions from their packages; does not load them. */
  constructor(directory: string) {
    this.#directory = directory;
    const require = createRequire(import.meta.url);
    const versions = ["@mdn/watify", "wabt"].map((name) => {
      const manifest = JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")) as {
        version: string;
      };
      return `${name}@${manifest.version}`;
    });
    this.#salt = [REVISION, ...versions].join(" ");
  }

  #path(source: string): string {
    const hash = createHash("sha256").update(this.#salt).update("\0").update(source, "latin1").digest("hex");
    return join(this.#directory, `${hash.slice(0, 40)}.modules`);
  }

  /** Whether the modules of the script with the text `source` are there. */
  has(source: string): boolean {
    return existsSync(this.#path(source));
  }

  /** The modules of the script with the text `source`; `undefined` when they are not there. */
  load(source: string): AssembledScript | undefined {
    const path = this.#path(source);
    if (!existsSync(path)) return undefined;
    const file = readFileSync(path);
    const headerEnd = 4 + file.readUInt32LE(0);
    const entries = JSON.parse(file.toString("utf8", 4, headerEnd)) as Entry[];
    const modules = new Map<number, Assembled>();
    let at = headerEnd;
    for (const { start, by, length, error = "" } of entries) {
      // Copied: a module's bytes must not drag the whole file's buffer along.
      const binary = new Uint8Array(file.subarray(at, at + length));
      modules.set(start, by === undefined ? { by, error } : { by, binary });
      at += length;
    }
    return modules;
  }

  /** Stores `modules`; a reader sees the whole file or none. */
  store(source: string, modules: AssembledScript): void {
    mkdirSync(this.#directory, { recursive: true });
    const bodies: Uint8Array[] = [];
    const entries = [...modules].map(([start, module]): Entry => {
      if (module.by === undefined) return { start, length: 0, error: module.error };
      bodies.push(module.binary);
      return { start, by: module.by, length: module.binary.length };
    });
    const header = Buffer.from(JSON.stringify(entries), "utf8");
    const size = Buffer.alloc(4);
    size.writeUInt32LE(header.length);
    const path = this.#path(source);
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, Buffer.concat([size, header, ...bodies]));
    renameSync(temporary, path);
  }
}
