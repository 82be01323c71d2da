// Archives in the ustar format (POSIX.1-1988), as image layers and image archives are: the same files give the same bytes.
// Owns that format, as far as regular files and directories go. Compression and what the files mean are elsewhere.

import { decodeUtf8 } from "../utf8.ts";

/** A regular file of an archive, or a directory. */
export interface TarEntry {
  /** Relative, with `/` between its parts; a directory's has none at its end. */
  readonly path: string;
  /** `undefined` for a directory. */
  readonly bytes: Uint8Array | undefined;
  readonly executable?: boolean;
}

/** The archive is none, or holds what is not read here. The message is one line. */
export class TarError extends Error {
  override name = "TarError";
}

const BLOCK = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
const SIZE_AT = 124;
const CHECKSUM_AT = 148;
const TYPE_AT = 156;
const MAGIC_AT = 257;
const PREFIX_AT = 345;
const REGULAR = "0";
const DIRECTORY = "5";
/** Eleven octal digits. */
const MOST_BYTES = 8 ** 11 - 1;

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The archive's bytes. Everything belongs to root and is of 1970. Throws TarError for a path that is too long. */
export function writeTar(entries: readonly TarEntry[]): Uint8Array {
  const blocks = entries.map((entry) => header(entry));
  let size = 2 * BLOCK;
  for (const { bytes } of entries) size += BLOCK + padded(bytes?.length ?? 0);
  const archive = new Uint8Array(size);
  let at = 0;
  for (const [index, { bytes }] of entries.entries()) {
    archive.set(blocks[index]!, at);
    if (bytes !== undefined) archive.set(bytes, at + BLOCK);
    at += BLOCK + padded(bytes?.length ?? 0);
  }
  return archive;
}

function header({ path, bytes, executable }: TarEntry): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const text = (at: number, value: string): void => block.set(new TextEncoder().encode(value), at);
  const octal = (at: number, digits: number, value: number): void =>
    text(at, value.toString(8).padStart(digits, "0"));
  const [prefix, name] = splitPath(bytes === undefined ? `${path}/` : path);
  text(0, name);
  octal(100, 7, bytes === undefined || executable === true ? 0o755 : 0o644);
  octal(108, 7, 0);
  octal(116, 7, 0);
  const size = bytes?.length ?? 0;
  if (size > MOST_BYTES) throw new TarError(`${path} is too large for an archive`);
  octal(SIZE_AT, 11, size);
  octal(136, 11, 0);
  text(TYPE_AT, bytes === undefined ? DIRECTORY : REGULAR);
  text(MAGIC_AT, "ustar\0" + "00");
  text(PREFIX_AT, prefix);
  octal(CHECKSUM_AT, 6, checksum(block));
  block[CHECKSUM_AT + 7] = 0x20;
  return block;
}

/** Path in two parts, as long ones must be written. */
function splitPath(path: string): [prefix: string, name: string] {
  const length = (text: string): number => new TextEncoder().encode(text).length;
  if (length(path) <= NAME_BYTES) return ["", path];
  for (let at = path.indexOf("/"); at >= 0 && at < path.length - 1; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (length(prefix) <= PREFIX_BYTES && length(name) <= NAME_BYTES) return [prefix, name];
  }
  throw new TarError(`the path ${path} is too long for an archive`);
}

/** The sum of the header's bytes, with its own place taken for blanks. */
function checksum(block: Uint8Array): number {
  let sum = 0;
  for (const [at, byte] of block.entries()) {
    sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 0x20 : byte;
  }
  return sum;
}

/** Whether bytes begin as an archive does. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && decodeUtf8(bytes, MAGIC_AT, MAGIC_AT + 5) === "ustar";
}

/** All regular files, by path; directories and links are passed over. The bytes are not copied. Throws TarError. */
export function readTar(archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const block = archive.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) return files;
    if (!isTar(block)) throw new TarError(`there is no header of an archive at byte ${at}`);
    if (field(block, CHECKSUM_AT, 8) !== checksum(block)) {
      throw new TarError(`the header at byte ${at} is damaged`);
    }
    const size = field(block, SIZE_AT, 12);
    const start = at + BLOCK;
    if (start + size > archive.length) throw new TarError("the archive ends too early");
    const type = block[TYPE_AT];
    if (type === 0 || type === REGULAR.charCodeAt(0)) {
      const prefix = textField(block, PREFIX_AT, PREFIX_BYTES);
      const name = textField(block, 0, NAME_BYTES);
      const path = (prefix === "" ? name : `${prefix}/${name}`).replace(/^(?:\.?\/)+/, "");
      files.set(path, archive.subarray(start, start + size));
    }
    at = start + padded(size);
  }
  return files;
}

function textField(block: Uint8Array, at: number, length: number): string {
  const end = block.indexOf(0, at);
  const text = decodeUtf8(block, at, end < 0 || end > at + length ? at + length : end);
  if (text === undefined) throw new TarError("a name in the archive is not UTF-8");
  return text;
}

function field(block: Uint8Array, at: number, length: number): number {
  const text = textField(block, at, length).trim();
  if (!/^[0-7]+$/.test(text)) throw new TarError("a header of the archive is damaged");
  return Number.parseInt(text, 8);
}
