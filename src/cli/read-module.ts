// Gets a module's bytes from a file or standard input, and says in one line why something is not a module.
// Owns reading; what the bytes are is the decoder's business.

import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { describeForeignBytes, isComponent } from "../decoder/foreign-bytes.ts";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import { printable } from "../printable.ts";
import { InputError, MissingFileError } from "./usage-error.ts";

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file (a part of the path is not a directory)",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  EISDIR: "it is a directory",
  ENOSPC: "no space left on device",
  ENXIO: "it is a socket, or a device that is not there",
};

/** The reason in a Node system error, for people. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return SYSTEM_ERRORS[systemCode(error) ?? ""] ?? printable(error.message);
}

/** The code of a Node system error, e.g. `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

const CHUNK = 65_536;
/** A pipe that has nothing yet is asked again after this many milliseconds. */
const RETRY_MS = 2;

/** What is read is bounded, as a pipe need not end. */
interface ReadLimit {
  readonly bytes: number;
  /** What is wanted, with its article, e.g. `a module`. */
  readonly what: string;
}

const MODULE: ReadLimit = { bytes: DEFAULT_MODULE_LIMITS.moduleBytes, what: "a module" };

function tooLarge(shown: string, { bytes, what }: ReadLimit): InputError {
  return new InputError(`${shown} is larger than ${what} may be (${bytes} bytes)`);
}

/** Blocks the thread: whoever shares our terminal or pipe may have made it non-blocking. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
}

/** Reads a descriptor to its end. Throws InputError for more bytes than there may be, or Node's error. */
export function readToEnd(fd: number, shown: string, limit: ReadLimit = MODULE): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const chunk = new Uint8Array(CHUNK);
    let length = 0;
    try {
      length = readSync(fd, chunk);
    } catch (error) {
      const code = systemCode(error);
      if (code === "EAGAIN") {
        pause();
        continue;
      }
      // Windows reports the end of a pipe or console as an error.
      if (code !== "EOF") throw error;
    }
    if (length === 0) return Buffer.concat(chunks);
    total += length;
    if (total > limit.bytes) throw tooLarge(shown, limit);
    chunks.push(chunk.subarray(0, length));
  }
}

/** Reads a whole file, or a pipe such as the shell's `<(…)`. Throws InputError. */
export function readInput(path: string, limit: ReadLimit = MODULE): Uint8Array {
  const shown = (): string => printable(path);
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      throw new InputError(
        `${shown()} is a directory, not ${limit === MODULE ? "a WebAssembly module" : "a file"}`,
      );
    }
    if (stat.isCharacterDevice() || stat.isBlockDevice())
      throw new InputError(`${shown()} is a device, not a file`);
    if (stat.size > limit.bytes) throw tooLarge(shown(), limit);
    if (stat.isFile()) return readFileSync(path);
    const fd = openSync(path, "r");
    try {
      return readToEnd(fd, shown(), limit);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const message = `cannot read ${shown()}: ${systemReason(error)}`;
    throw systemCode(error) === "ENOENT" ? new MissingFileError(path, message) : new InputError(message);
  }
}

/** The same for commands that take components too. Throws InputError for what is plainly neither. */
export function readModuleOrComponent(
  path: string,
  readStdin: () => Uint8Array,
): { readonly bytes: Uint8Array; readonly isComponent: boolean } {
  const bytes = path === "-" ? readStdin() : readInput(path);
  if (isComponent(bytes)) return { bytes, isComponent: true };
  return { bytes: refuseForeign(path, bytes), isComponent: false };
}

/** Reads a module's bytes from `path`. Throws InputError with one clear line for what is plainly not a module. */
export function readModule(path: string, readStdin: () => Uint8Array): Uint8Array {
  return refuseForeign(path, path === "-" ? readStdin() : readInput(path));
}

function refuseForeign(path: string, bytes: Uint8Array): Uint8Array {
  const foreign = describeForeignBytes(bytes);
  if (foreign !== undefined) {
    throw new InputError(`${path === "-" ? "standard input" : printable(path)} is ${foreign}`);
  }
  return bytes;
}
