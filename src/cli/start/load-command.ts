// Loads the command's script, with V8's compiled code of earlier runs where there is some.
// Owns how V8 is asked; whether kept code is to be trusted is code-cache.ts's affair.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import v8 from "node:v8";
import { Script } from "node:vm";
import { type CodeFolder, folderBeside, readCode, writeCode } from "./code-cache.ts";

/** What the script gives. */
export type CommandScript = typeof import("../script.ts");

/** The script's value. */
type Wrapped<T> = (require: NodeJS.Require, scriptUrl: string) => T;

export interface Loaded<T> {
  readonly exports: T;
  /** Whether it was there already. */
  readonly isFromCache: boolean;
  /** To be called when the command has begun, and with it what Node loads of itself late. */
  begun(): void;
  /** Keeps what V8 has compiled so far for later processes, unless it was there. Throws nothing. */
  keepCode(): void;
}

const SCRIPT = "command.cjs";
/** Whose code serves every command to begin with. */
const COMMON = "run";

/**
 * V8 takes kept code only under the flags that it was made with, Node's own code included, which is otherwise compiled from its source.
 * Those of the heap's bounds differ from container to container and have done their work by now; those of {@link OPTIMISER} come
 * when all that is kept has been taken, as what the command needs of Node comes late, too.
 */
const BOUNDS_OF_HEAP = ["--max-old-space-size=0", "--max-semi-space-size=0"];
/**
 * By V8's major version, as a flag that it does not know is an error: for short runs, and as V8 has them. Node 20's optimises a function
 * once it has executed 66 KiB of bytecode in it, later ones after 400 calls. With eight and five times that much a short program,
 * which would not see the end of the optimiser's work, is spared it, and longer ones are no slower.
 */
const OPTIMISER: Readonly<Record<string, { readonly late: string; readonly usual: string }>> = {
  "11": { late: "--interrupt-budget=540672", usual: "--interrupt-budget=67584" },
  "13": { late: "--invocation-count-for-maglev=2000", usual: "--invocation-count-for-maglev=400" },
  "14": { late: "--invocation-count-for-maglev=2000", usual: "--invocation-count-for-maglev=400" },
};

function majorOfV8(): string {
  return process.versions.v8?.split(".")[0] ?? "";
}

function forgetBoundsOfHeap(): void {
  if (!Object.hasOwn(OPTIMISER, majorOfV8())) return;
  for (const flag of BOUNDS_OF_HEAP) v8.setFlagsFromString(flag);
}

function setOptimiser(when: "late" | "usual"): void {
  const flags = OPTIMISER[majorOfV8()];
  if (flags !== undefined) v8.setFlagsFromString(flags[when]);
}

/** What a command's code is kept under; V8's tag is of its version, its flags and the processor. */
function nameOf(command: string): string {
  return `${command}-${process.version}-${process.arch}-${v8.cachedDataVersionTag().toString(16)}`;
}

/**
 * Runs a script.
 * @param path its file, in ASCII, whose value is a function that gives what the script exports
 * @param command for whose runs its code is kept; `undefined` if it is not
 * @param folders where code is looked for, in this order
 * @param keepIn where it is kept
 */
export function loadScript<T>(
  path: string,
  command: string | undefined,
  folders: readonly CodeFolder[],
  keepIn: CodeFolder | undefined,
): Loaded<T> {
  const source = readFileSync(path);
  const own = command === undefined ? undefined : nameOf(command);
  let code: Buffer | undefined;
  let isOwn = false;
  for (const name of new Set([own, nameOf(COMMON)])) {
    for (const folder of folders) {
      if (name !== undefined) code ??= readCode(folder, name, source);
    }
    isOwn ||= code !== undefined && name === own;
  }
  // Latin-1 keeps a byte a byte, and V8 from storing two for each character.
  const script = new Script(source.toString("latin1"), {
    filename: path,
    ...(code !== undefined && { cachedData: code }),
  });
  const run: Wrapped<T> = script.runInThisContext();
  const exports = run(createRequire(path), pathToFileURL(path).href);
  const isFromCache = isOwn && script.cachedDataRejected === false;
  return {
    exports,
    isFromCache,
    begun: () => {},
    keepCode: () => {
      // Under other flags by now, it would not be found again.
      if (isFromCache || command === undefined || own !== nameOf(command) || keepIn === undefined) return;
      writeCode(keepIn, own, source, script.createCachedData());
    },
  };
}

/**
 * Loads the command.
 * @param name under which its code is kept, if it is
 * @param keepIn where compiled code is kept, besides what was put beside the script
 */
export function loadCommand(name: string | undefined, keepIn: CodeFolder | undefined): Loaded<CommandScript> {
  forgetBoundsOfHeap();
  const path = fileURLToPath(new URL(SCRIPT, import.meta.url));
  const folders = [folderBeside(path), ...(keepIn === undefined ? [] : [keepIn])];
  const loaded = loadScript<CommandScript>(path, name, folders, keepIn);
  // A server lives long enough to see the optimiser's work: with the late one it answered half as many requests a second.
  if (name !== undefined && name !== COMMON) return loaded;
  return {
    ...loaded,
    begun: () => setOptimiser("late"),
    keepCode: () => {
      setOptimiser("usual");
      loaded.keepCode();
    },
  };
}
