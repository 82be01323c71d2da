// Gets a module's bytes from a file or standard input, and says in one line why something is not a module.
// Owns that diagnosis; whether the bytes decode is the decoder's business.

import { readFileSync, statSync } from "node:fs";
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
  ERR_FS_FILE_TOO_LARGE: "it is larger than 2 GiB",
};

/** The reason in a Node system error, for people. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return SYSTEM_ERRORS[code] ?? printable(error.message);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === "string";
}

/** Reads a whole file. Throws InputError. */
export function readInput(path: string): Uint8Array {
  const shown = printable(path);
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw new InputError(`${shown} is a directory, not a WebAssembly module`);
    return readFileSync(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
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
