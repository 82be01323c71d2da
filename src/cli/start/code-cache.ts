// V8's compiled code of the command's scripts, kept from one process to the next: half of what a short run takes is parsing and
// compiling the command. Never more than a saving of time: what is absent, old, damaged, not ours or cannot be written is as if
// it were not there.
// Owns the files: where they are, whose they must be, and how a damaged one is known. Knows nothing of V8.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join } from "node:path";
import { crc32 } from "node:zlib";

/** Names the user's folder; empty for none. */
export const VARIABLE = "WASMETER_CODE_CACHE";
const SUFFIX = ".code";
const SUM_BYTES = 4;
/** Some 1 MiB each. One is for a script, a command, a version of Node and flags of V8. */
const MOST_FILES = 12;

/** Where code may be kept, and whose it has to be there. */
export interface CodeFolder {
  readonly path: string;
  /** User id; `undefined` where files have no owners that mean anything. */
  readonly owner: number | undefined;
}

/**
 * The folder of whoever runs the command: what {@link VARIABLE} names, else one in the system's place for caches. `undefined` where
 * there is none.
 */
export function usersFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): CodeFolder | undefined {
  const owner = process.geteuid?.();
  const named = env[VARIABLE];
  if (named !== undefined) return isAbsolute(named) ? { path: named, owner } : undefined;
  const caches = cachesOf(env, platform);
  return caches !== undefined && isAbsolute(caches) ? { path: join(caches, "wasmeter"), owner } : undefined;
}

function cachesOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  if (platform === "win32") return env.LOCALAPPDATA;
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (!env.HOME) return undefined;
  return platform === "darwin" ? join(env.HOME, "Library/Caches") : join(env.HOME, ".cache");
}

/** The folder beside a script, whose owner is the script's: whoever can write the one can write the other. */
export function folderBeside(script: string): CodeFolder {
  return {
    path: pathBeside(script),
    owner: process.geteuid === undefined ? undefined : statSync(script).uid,
  };
}

/** Where that folder is. */
export function pathBeside(script: string): string {
  return `${script}${SUFFIX}`;
}

/** Nobody may have written it but its owner, and root, who could write the script too. */
function isTrusted(stat: Stats, { owner }: CodeFolder): boolean {
  if (owner === undefined) return true;
  return (stat.uid === owner || stat.uid === 0) && (stat.mode & 0o022) === 0;
}

function isTrustedFolder(folder: CodeFolder): boolean {
  const stat = lstatSync(folder.path);
  return stat.isDirectory() && isTrusted(stat, folder);
}

/**
 * A checksum, of what came `before`, too; `undefined` in Node before 20.15, which has none. It is there for damage and for code of another
 * source: who could forge it could write the script, too. A cryptographic hash would take ten times as long, most of it for loading
 * OpenSSL.
 */
export function sumOf(bytes: Uint8Array, before = 0): number | undefined {
  // Types know later versions of Node alone.
  return (crc32 as typeof crc32 | undefined)?.(bytes, before);
}

/** The file's bytes, at the beginning of `memory` if they have room there: fresh memory takes longer than the reading. */
export function readInto(memory: Buffer, fd: number): Buffer {
  const { size } = fstatSync(fd);
  if (size > memory.length) return readFileSync(fd);
  let length = 0;
  for (let read = 1; read > 0 && length < size; length += read) {
    read = readSync(fd, memory, length, size - length, null);
  }
  return memory.subarray(0, length);
}

/**
 * The code kept under a name for the source of this checksum; `undefined` for whatever else is there. Throws nothing.
 * @param memory where the code will stand, if it has room
 */
export function readCode(
  folder: CodeFolder,
  name: string,
  sourceSum: number | undefined,
  memory: Buffer,
): Buffer | undefined {
  try {
    if (sourceSum === undefined || !isTrustedFolder(folder)) return undefined;
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const fd = openSync(join(folder.path, name + SUFFIX), flags);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile() || !isTrusted(stat, folder)) return undefined;
      const bytes = readInto(memory, fd);
      const code = bytes.subarray(SUM_BYTES);
      // V8 itself takes damaged code for good, and runs it.
      return bytes.length > SUM_BYTES && sumOf(code, sourceSum) === bytes.readUInt32LE() ? code : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** Keeps code under a name, in place of what is there. Gives whether it could; throws nothing. */
export function writeCode(
  folder: CodeFolder,
  name: string,
  sourceSum: number | undefined,
  code: Uint8Array,
): boolean {
  try {
    const sum = sourceSum === undefined ? undefined : sumOf(code, sourceSum);
    if (sum === undefined) return false;
    mkdirSync(folder.path, { recursive: true, mode: 0o755 });
    if (!isTrustedFolder(folder)) return false;
    const next = join(folder.path, `${name}.${process.pid}`);
    try {
      const head = Buffer.alloc(SUM_BYTES);
      head.writeUInt32LE(sum);
      writeFileSync(next, Buffer.concat([head, code]), { mode: 0o644, flag: "wx" });
      renameSync(next, join(folder.path, name + SUFFIX));
    } finally {
      rmSync(next, { force: true });
    }
    removeOldest(folder.path);
    return true;
  } catch {
    return false;
  }
}

/** What an older version of Node or of this package left behind. */
function removeOldest(folder: string): void {
  const kept = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => ({ path: join(folder, name), time: lstatSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of kept.slice(MOST_FILES)) rmSync(path, { force: true });
}
