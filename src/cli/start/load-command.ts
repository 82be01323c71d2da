// Loads the command's two scripts, with V8's compiled code of earlier runs where there is some: what a run of a core module needs,
// and the rest, when it is asked for.
// Owns how V8 is asked; whether kept code is to be trusted is code-cache.ts's affair.

import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cachedDataVersionTag, setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { type CodeFolder, folderBeside, readCode, readInto, sumOf, writeCode } from "./code-cache.ts";

/** What the first script gives, besides what it shares with the other one. */
type CommandScript = typeof import("../script.ts");

type Require = (id: string) => unknown;

interface RunScript extends CommandScript {
  /** By id, what the rest takes of each module. */
  shared(): Readonly<Record<string, unknown>>;
}

interface RestScript {
  /** By id, what initialises a module and gives its exports. */
  readonly imports: Readonly<Record<string, () => unknown>>;
}

/** A script's value. */
type Wrapped<T> = (require: Require, scriptUrl: { readonly href: string }) => T;

export interface Loaded<T> {
  readonly exports: T;
  /** Whether it was there already. */
  readonly isFromCache: boolean;
  /** Keeps what V8 has compiled so far for later processes, unless it was there. Throws nothing. */
  keepCode(): void;
}

export interface Command {
  readonly exports: CommandScript;
  /** To be called when the command has begun, and with it what Node loads of itself late. */
  begun(): void;
  /** Keeps what V8 has compiled so far for later processes, unless it was there. Throws nothing. */
  keepCode(): void;
}

/** As scripts/build-command.mjs writes them, and what their modules are called where the other one asks for them. */
const SCRIPT = "command.cjs";
const REST_SCRIPT = "command-rest.cjs";
const REST = "rest:";
const SHARED = "shared:";
/** Whose code serves every command to begin with. */
const COMMON = "run";
/** Ends the name under which the rest's code is kept. */
const OF_REST = "-rest";

/**
 * V8 takes kept code only under the flags that it was made with, Node's own code included, which is otherwise compiled from its source.
 * Those of the heap's bounds differ from container to container and have done their work by now; those of {@link OPTIMISER} come
 * when all that is kept has been taken, as what the command needs of Node comes late, too.
 */
const BOUNDS_OF_HEAP = ["--max-old-space-size=0", "--max-semi-space-size=0"];
/** A flag for a command that has begun, and as V8 has it. */
export interface LateFlag {
  readonly late: string;
  readonly usual: string;
}

/**
 * By V8's major version, as a flag that it does not know is an error: for short runs, and as V8 has them. Node 20's optimises a function
 * once it has executed 66 KiB of bytecode in it, later ones after 400 calls. With eight and five times that much a short program,
 * which would not see the end of the optimiser's work, is spared it, and longer ones are no slower.
 */
const OPTIMISER: Readonly<Record<string, LateFlag>> = {
  "11": { late: "--interrupt-budget=540672", usual: "--interrupt-budget=67584" },
  "13": { late: "--invocation-count-for-maglev=2000", usual: "--invocation-count-for-maglev=400" },
  "14": { late: "--invocation-count-for-maglev=2000", usual: "--invocation-count-for-maglev=400" },
};

function majorOfV8(): string {
  return process.versions.v8?.split(".")[0] ?? "";
}

function forgetBoundsOfHeap(): void {
  if (!Object.hasOwn(OPTIMISER, majorOfV8())) return;
  for (const flag of BOUNDS_OF_HEAP) setFlagsFromString(flag);
}

/** What a command's code is kept under; V8's tag is of its version, its flags and the processor. */
function nameOf(command: string): string {
  return `${command}-${process.version}-${process.arch}-${cachedDataVersionTag().toString(16)}`;
}

/** A script, and where its code is. */
interface Place {
  /** In ASCII; its value is a function that gives what the script exports. */
  readonly path: string;
  readonly require: Require;
  /** What its code is kept under; `undefined` if it is not. */
  readonly name: string | undefined;
  /** Whose code serves in its place. */
  readonly common: string;
  /** Where code is looked for, in this order. */
  readonly folders: readonly CodeFolder[];
  /** Where it is kept. */
  readonly keepIn: CodeFolder | undefined;
}

function readScript(path: string, memory: Buffer): Buffer {
  const fd = openSync(path, "r");
  try {
    return readInto(memory, fd);
  } finally {
    closeSync(fd);
  }
}

/** Runs a script. */
export function loadScript<T>({ path, require, name, common, folders, keepIn }: Place): Loaded<T> {
  // Whatever the source's size, its code's is much the same.
  const memory = Buffer.allocUnsafeSlow(2 * statSync(path).size);
  const source = readScript(path, memory);
  const sum = sumOf(source);
  // Latin-1 keeps a byte a byte, and V8 from storing two for each character.
  const text = source.toString("latin1");
  const own = name === undefined ? undefined : nameOf(name);
  let code: Buffer | undefined;
  let isOwn = false;
  for (const each of new Set([own, nameOf(common)])) {
    for (const folder of folders) {
      if (each !== undefined) code ??= readCode(folder, each, sum, memory);
    }
    isOwn ||= code !== undefined && each === own;
  }
  const script = new Script(text, {
    filename: path,
    ...(code !== undefined && { cachedData: code }),
  });
  const run: Wrapped<T> = script.runInThisContext();
  const exports = run(require, {
    get href() {
      return pathToFileURL(path).href;
    },
  });
  const isFromCache = isOwn && script.cachedDataRejected === false;
  return {
    exports,
    isFromCache,
    keepCode: () => {
      // Under other flags by now, it would not be found again.
      if (isFromCache || name === undefined || own !== nameOf(name) || keepIn === undefined) return;
      writeCode(keepIn, own, sum, script.createCachedData());
    },
  };
}

/**
 * Loads the command.
 * @param name under which its code is kept, if it is
 * @param keepIn where compiled code is kept, besides what was put beside the script
 * @param flags besides the optimiser's
 */
export function loadCommand(
  name: string | undefined,
  keepIn: CodeFolder | undefined,
  flags: readonly LateFlag[] = [],
): Command {
  forgetBoundsOfHeap();
  const path = join(import.meta.dirname, SCRIPT);
  const folders = [folderBeside(path), ...(keepIn === undefined ? [] : [keepIn])];
  // A server lives long enough to see the optimiser's work: with the late one it answered half as many requests a second.
  const optimiser = name === undefined || name === COMMON ? OPTIMISER[majorOfV8()] : undefined;
  const lateFlags = optimiser === undefined ? flags : [optimiser, ...flags];
  let hasBegun = false;
  const setFlags = (when: keyof LateFlag): void => {
    if (hasBegun) for (const flag of lateFlags) setFlagsFromString(flag[when]);
  };
  // That of the program that this is built into, which is CommonJS: making another one takes 0.2 ms.
  const nodes: Require = require;
  let rest: Loaded<RestScript> | undefined;
  const loadRest = (): Loaded<RestScript> => {
    const shared = run.exports.shared();
    return loadScript<RestScript>({
      path: join(import.meta.dirname, REST_SCRIPT),
      require: (id) => (id.startsWith(SHARED) ? shared[id] : nodes(id)),
      name: name === undefined ? undefined : name + OF_REST,
      common: COMMON + OF_REST,
      folders,
      keepIn,
    });
  };
  const run = loadScript<RunScript>({
    path,
    require: (id) => {
      if (!id.startsWith(REST)) return nodes(id);
      // Its modules load more of Node's: that is kept code, too.
      setFlags("usual");
      try {
        rest ??= loadRest();
        return rest.exports.imports[id]?.();
      } finally {
        setFlags("late");
      }
    },
    name,
    common: COMMON,
    folders,
    keepIn,
  });
  return {
    exports: run.exports,
    begun: () => {
      hasBegun = true;
      setFlags("late");
    },
    keepCode: () => {
      setFlags("usual");
      run.keepCode();
      rest?.keepCode();
    },
  };
}
