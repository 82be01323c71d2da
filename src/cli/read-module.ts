// Gets a module's bytes from a file or standard input, and says in one line why something is not a module.
// Owns that diagnosis; whether the bytes decode is the decoder's business.

import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import { InputError } from "./usage-error.ts";

/** Printable form of a name that may hold anything: control characters and quotes cannot disturb a terminal. */
export function printable(name: string): string {
  // Controls, invisible formatting (among it the marks that reorder text) and line separators.
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

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
  const shown = printable(path);
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      throw new InputError(
        `${shown} is a directory, not ${limit === MODULE ? "a WebAssembly module" : "a file"}`,
      );
    }
    if (stat.isCharacterDevice() || stat.isBlockDevice())
      throw new InputError(`${shown} is a device, not a file`);
    if (stat.size > limit.bytes) throw tooLarge(shown, limit);
    if (stat.isFile()) return readFileSync(path);
    const fd = openSync(path, "r");
    try {
      return readToEnd(fd, shown, limit);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new InputError(`cannot read ${shown}: ${systemReason(error)}`);
  }
}

/** Bytes looked at when guessing what a file is. */
const SNIFF = 512;

function isText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, SNIFF);
  if (start.some((byte) => byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Why these bytes cannot be a core module, judged by their beginning; `undefined`
 * when they carry a core module's magic number, or are binary and not known:
 * then the decoder's own message is better.
 */
export function diagnose(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "is empty";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 8 && view.getUint32(0) === 0x0061736d) {
    if (view.getUint16(6, true) !== 1) return undefined;
    return "is a WebAssembly component; wasmeter runs core modules: build for wasm32-wasip1, or extract its core module ('wasm-tools component unbundle')";
  }
  if (isText(bytes)) {
    const text = new TextDecoder().decode(bytes.subarray(0, SNIFF));
    if (/^\uFEFF?(\s|;;.*\n)*\(/.test(text)) {
      return "is WebAssembly text, not binary; convert it first: wat2wasm FILE.wat -o FILE.wasm";
    }
    return "is a text file, not a WebAssembly module";
  }
  if (bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b)
    return "is gzip-compressed; unpack it first";
  return undefined;
}

/** Reads a module's bytes from `path`. Throws InputError with one clear line for what is plainly not a module. */
export function readModule(path: string, readStdin: () => Uint8Array): Uint8Array {
  const bytes = path === "-" ? readStdin() : readInput(path);
  const problem = diagnose(bytes);
  if (problem !== undefined) {
    throw new InputError(`${path === "-" ? "standard input" : printable(path)} ${problem}`);
  }
  return bytes;
}
