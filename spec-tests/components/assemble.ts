// The component suite's texts as binaries and commands, by `wasm-tools json-from-wast`.
// Owns the calling of that tool and the cache of what it made, which holds inputs only: no verdict is taken from it.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setCancellable, withoutCancellable } from "./cancellable.ts";

/** A value as the tool writes it; 64-bit integers and floats are text. */
export interface JsonValue {
  readonly type: string;
  readonly value?: unknown;
}

export interface Action {
  readonly type: "invoke" | "get";
  /** A named instance; absent: the last one. */
  readonly module?: string;
  readonly field: string;
  readonly args?: readonly JsonValue[];
}

/** One command of a script. `filename`: the component's bytes, in the script's folder. */
export interface Command {
  readonly type:
    | "module"
    | "module_definition"
    | "module_instance"
    | "action"
    | "register"
    | "assert_return"
    | "assert_trap"
    | "assert_exhaustion"
    | "assert_invalid"
    | "assert_malformed"
    | "assert_unlinkable"
    | "assert_uninstantiable";
  readonly line: number;
  readonly name?: string;
  readonly filename?: string;
  readonly module_type?: "binary" | "text";
  /** Of `module_instance`: the instance's name and the definition's. */
  readonly instance?: string;
  readonly module?: string;
  readonly action?: Action;
  readonly expected?: readonly JsonValue[];
  readonly text?: string;
}

export interface Script {
  /** `values/strings.wast`. */
  readonly file: string;
  readonly commands: readonly Command[];
  bytes(filename: string): Uint8Array;
}

/** A text that the tool does not take, and what it says. */
export class AssemblyError extends Error {
  override name = "AssemblyError";
}

/** Texts of the suite, by path below its folder. */
export function findScripts(suite: string): string[] {
  return readdirSync(suite, { recursive: true, encoding: "utf8" })
    .map((path) => path.split("\\").join("/"))
    .filter((path) => path.endsWith(".wast"))
    .sort();
}

/**
 * Assembles a text, or finds it in the cache: by its contents and the tool's version.
 * @throws AssemblyError for a text that the tool refuses, and when there is no tool
 */
export function assemble(suite: string, file: string, cache: string, tool: Tool): Script {
  const text = readFileSync(join(suite, file), "utf8");
  const key = createHash("sha256").update(tool.version).update("\0").update(text).digest("hex").slice(0, 32);
  const folder = join(cache, key);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    try {
      const output = join(unfinished, "commands.json");
      const cancellable = withoutCancellable(text);
      const source = cancellable === undefined ? join(suite, file) : join(unfinished, "source.wast");
      if (cancellable !== undefined) writeFileSync(source, cancellable.text);
      tool.run(["json-from-wast", source, "--wasm-dir", unfinished, "-o", output]);
      if (cancellable !== undefined) {
        const [component] = readdirSync(unfinished).filter((name) => name.endsWith(".wasm"));
        const path = join(unfinished, component ?? "");
        const bytes = readFileSync(path);
        setCancellable(bytes, cancellable.flags);
        writeFileSync(path, bytes);
      }
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  const { commands } = JSON.parse(readFileSync(join(folder, "commands.json"), "utf8")) as {
    commands: readonly Command[];
  };
  return { file, commands, bytes: (filename) => new Uint8Array(readFileSync(join(folder, filename))) };
}

/** The assembler. */
export class Tool {
  readonly version: string;
  readonly #path: string;

  /** `path`: of the program. @throws AssemblyError when it does not run */
  constructor(path: string) {
    this.#path = path;
    this.version = this.run(["--version"]).trim();
  }

  run(args: readonly string[]): string {
    try {
      return execFileSync(this.#path, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
      throw new AssemblyError((stderr ?? "").trim() || message);
    }
  }
}
