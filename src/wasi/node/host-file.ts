// An open regular file of the host, and what `stat` of the host means to a guest.
// Knows no names and no directories.

import * as fs from "node:fs";
import { type FileType, WasiError } from "../abi.ts";
import type { FileStat, FileSystemFile, TimeUpdate } from "../fs/file-system.ts";
import { system } from "./errno.ts";
import type { ExactTimes } from "./exact-times.ts";

const { O_APPEND, O_WRONLY } = fs.constants;

/** As far as any host file reaches that can be written through Node. */
const LAST_OFFSET = 2n ** 62n;

export class HostFile implements FileSystemFile {
  readonly kind = "file";
  readonly #fd: number;
  readonly #times: ExactTimes;
  readonly #hasProc: boolean;
  /** The same file, opened again for appending when first needed. */
  #appendFd: number | undefined;
  #open = true;

  /** @param hasProc whether a descriptor can be opened again through /proc */
  constructor(fd: number, times: ExactTimes, hasProc: boolean) {
    this.#fd = fd;
    this.#times = times;
    this.#hasProc = hasProc;
  }

  stat(): FileStat {
    return fileStat(this.#fstat(), this.#times);
  }

  read(buffer: Uint8Array, offset: bigint): number {
    // Nothing can be there, and the system refuses a range that ends past 2⁶³−1.
    if (buffer.length === 0 || offset > LAST_OFFSET) return 0;
    return system(() => fs.readSync(this.#fd, buffer, 0, buffer.length, offset));
  }

  write(bytes: Uint8Array, offset: bigint): number {
    if (bytes.length === 0) return 0;
    // Node takes positions as numbers only; a bigint would silently write at the current position.
    const position = exactNumber(offset);
    return system(() => fs.writeSync(this.#fd, bytes, 0, bytes.length, position));
  }

  append(bytes: Uint8Array): { readonly written: number; readonly position: bigint } {
    if (bytes.length === 0) return { written: 0, position: this.#fstat().size };
    const fd = this.#openForAppending();
    if (fd === undefined) {
      const { size } = this.#fstat();
      const written = this.write(bytes, size);
      return { written, position: size + BigInt(written) };
    }
    const written = system(() => fs.writeSync(fd, bytes, 0, bytes.length, null));
    return { written, position: this.#fstat().size };
  }

  setSize(size: bigint): void {
    const length = exactNumber(size);
    system(() => fs.ftruncateSync(this.#fd, length));
  }

  allocate(offset: bigint, length: bigint): void {
    // Node has no posix_fallocate: the size is right, but the space is not reserved.
    if (this.#fstat().size < offset + length) this.setSize(offset + length);
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    this.#times.set(
      access,
      modify,
      () => this.#fstat(),
      (a, m) => fs.futimesSync(this.#fd, a, m),
    );
  }

  sync(dataOnly: boolean): void {
    system(() => (dataOnly ? fs.fdatasyncSync(this.#fd) : fs.fsyncSync(this.#fd)));
  }

  close(): void {
    // A second time the numbers may be others'.
    if (!this.#open) return;
    this.#open = false;
    const append = this.#appendFd;
    try {
      if (append !== undefined) system(() => fs.closeSync(append));
    } finally {
      system(() => fs.closeSync(this.#fd));
    }
  }

  #fstat(): fs.BigIntStats {
    return system(() => fs.fstatSync(this.#fd, { bigint: true }));
  }

  /** `undefined` where a descriptor cannot be opened again, or the file's mode forbids it. */
  #openForAppending(): number | undefined {
    if (this.#appendFd === undefined && this.#hasProc) {
      try {
        this.#appendFd = fs.openSync(`/proc/self/fd/${this.#fd}`, O_WRONLY | O_APPEND);
      } catch {
        return undefined;
      }
    }
    return this.#appendFd;
  }
}

/** A size or offset as a number. @throws WasiError `fbig` above 2⁵³−1, which no host file can reach */
function exactNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new WasiError("fbig");
  return Number(value);
}

export function fileStat(found: fs.BigIntStats, times: ExactTimes): FileStat {
  const exact = times.of(found);
  return {
    device: found.dev,
    inode: found.ino,
    type: fileType(found),
    links: found.nlink,
    size: found.size,
    accessTime: exact.access,
    modifyTime: exact.modify,
    changeTime: found.ctimeNs,
  };
}

export function fileType(found: fs.BigIntStats): FileType {
  if (found.isFile()) return "regular-file";
  if (found.isDirectory()) return "directory";
  if (found.isSymbolicLink()) return "symbolic-link";
  if (found.isCharacterDevice()) return "character-device";
  if (found.isBlockDevice()) return "block-device";
  return found.isSocket() ? "socket-stream" : "unknown";
}
