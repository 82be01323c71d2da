// A directory of the host as a file system. One component at a time, below an anchored directory, following nothing.
// Owns the host's descriptors; the guest never sees their numbers.

import * as fs from "node:fs";
import { resolve } from "node:path";
import { type FileType, isErrno, WasiError } from "../abi.ts";
import type {
  FileStat,
  FileSystem,
  FileSystemDirectory,
  FileSystemFile,
  LazyDirectoryEntry,
  OpenFlags,
  TimeUpdate,
} from "../fs/file-system.ts";
import { ReadOnlyFileSystem } from "../fs/read-only.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type Anchor, anchorAt, SAFE_OPEN } from "./anchor.ts";
import { system, systemErrorCode, toWasiError } from "./errno.ts";
import { ExactTimes } from "./exact-times.ts";

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;

/** As far as any host file reaches that can be written through Node. */
const LAST_OFFSET = 2n ** 62n;
/** Attempts at opening a name that others create and remove meanwhile; then `again`. */
const MAX_OPEN_ATTEMPTS = 16;

/**
 * A directory of the host.
 *
 * On Linux every operation goes through an open directory (`/proc/self/fd/N/name` with `O_NOFOLLOW`, a true openat), so
 * that nothing another process does to the tree leads out of it. Elsewhere directories are identified by device and inode
 * before and after each use, which leaves a window for a process that swaps directories.
 *
 * Only regular files and directories can be opened; FIFOs, sockets and devices are `nxio`.
 */
export class HostFileSystem implements FileSystem {
  readonly #path: string;
  readonly #readOnly: boolean;
  readonly #times = new ExactTimes();
  readonly #anchorAt: (path: string) => Anchor;

  /**
   * @param path an existing directory; symbolic links in it are followed, once, by {@link root}
   * @throws Error (Node's) if there is none
   */
  constructor(path: string, options: HostFileSystemOptions = {}) {
    // Now: the process may change its directory before a guest starts.
    this.#path = resolve(path);
    this.#readOnly = options.readOnly ?? false;
    this.#anchorAt = (options as InternalOptions).anchorAt ?? anchorAt;
    this.#anchorAt(this.#path).close();
  }

  root(): FileSystemDirectory {
    const directory = new HostDirectory(this.#anchorAt(this.#path), this.#times);
    if (!this.#readOnly) return directory;
    return new ReadOnlyFileSystem({ root: () => directory }).root();
  }
}

export interface HostFileSystemOptions {
  /** Refuses every change with `rofs`. Default false. */
  readonly readOnly?: boolean;
}

/** Not public: lets tests hold directories on Linux as other platforms do. */
export interface InternalOptions extends HostFileSystemOptions {
  readonly anchorAt?: (path: string) => Anchor;
}

class HostDirectory implements FileSystemDirectory {
  readonly kind = "directory";
  readonly #anchor: Anchor;
  readonly #times: ExactTimes;

  constructor(anchor: Anchor, times: ExactTimes) {
    this.#anchor = anchor;
    this.#times = times;
  }

  stat(): FileStat {
    return fileStat(this.#anchor.stat(), this.#times);
  }

  statEntry(name: string): FileStat {
    return fileStat(this.#lstat(name), this.#times);
  }

  entries(): readonly LazyDirectoryEntry[] {
    const names = system(() => fs.readdirSync(this.#anchor.self(), { encoding: "buffer" }));
    this.#anchor.verify();
    const entries: LazyDirectoryEntry[] = [];
    for (const bytes of names) {
      const name = decodeUtf8(bytes);
      if (name === undefined) continue;
      entries.push({
        name,
        stat: () => {
          try {
            const found = this.#lstat(name);
            return { type: fileType(found), inode: found.ino };
          } catch (error) {
            if (isErrno(error, "noent")) return undefined;
            throw error;
          }
        },
      });
    }
    return entries;
  }

  openDirectory(name: string): FileSystemDirectory {
    return new HostDirectory(this.#anchor.enter(name), this.#times);
  }

  openFile(name: string, flags: OpenFlags): FileSystemFile {
    const access = flags.write || flags.truncate ? (flags.read ? O_RDWR : O_WRONLY) : O_RDONLY;
    const fd = flags.create ? this.#create(name, access, flags.exclusive) : this.#open(name, access);
    // O_TRUNC would have emptied something that was not looked at yet.
    if (flags.truncate) orClose(fd, () => system(() => fs.ftruncateSync(fd, 0)));
    return new HostFile(fd, this.#times, this.#anchor.isExact);
  }

  createDirectory(name: string): void {
    this.#act(() => fs.mkdirSync(this.#anchor.path(name)));
  }

  removeDirectory(name: string): void {
    this.#act(() => fs.rmdirSync(this.#anchor.path(name)));
  }

  unlink(name: string): void {
    // macOS and Windows report a directory as EPERM.
    if (!this.#anchor.isExact && this.#lstat(name).isDirectory()) throw new WasiError("isdir");
    this.#act(() => fs.unlinkSync(this.#anchor.path(name)));
  }

  symlink(target: string, name: string): void {
    this.#act(() => fs.symlinkSync(target, this.#anchor.path(name)));
  }

  readLink(name: string): string {
    const bytes = system(() => fs.readlinkSync(this.#anchor.path(name), { encoding: "buffer" }));
    this.#anchor.verify();
    const target = decodeUtf8(bytes);
    if (target === undefined) throw new WasiError("ilseq");
    return target;
  }

  link(name: string, target: FileSystemDirectory, targetName: string): void {
    const to = hostDirectory(target);
    // link() follows symbolic links on macOS.
    if (!this.#anchor.isExact && this.#lstat(name).isSymbolicLink()) throw new WasiError("notsup");
    this.#act(() => fs.linkSync(this.#anchor.path(name), to.#anchor.path(targetName)));
    to.#anchor.verify();
  }

  rename(name: string, target: FileSystemDirectory, targetName: string): void {
    const to = hostDirectory(target);
    this.#act(() => fs.renameSync(this.#anchor.path(name), to.#anchor.path(targetName)));
    to.#anchor.verify();
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    this.#times.set(
      access,
      modify,
      () => this.#anchor.stat(),
      (a, m) => fs.utimesSync(this.#anchor.self(), a, m),
    );
  }

  setEntryTimes(name: string, access: TimeUpdate, modify: TimeUpdate): void {
    this.#times.set(
      access,
      modify,
      () => this.#lstat(name),
      (a, m) => fs.lutimesSync(this.#anchor.path(name), a, m),
    );
    this.#anchor.verify();
  }

  sync(): void {
    const fd = system(() => fs.openSync(this.#anchor.self(), O_RDONLY));
    try {
      system(() => fs.fsyncSync(fd));
    } finally {
      fs.closeSync(fd);
    }
  }

  duplicate(): FileSystemDirectory {
    return new HostDirectory(this.#anchor.duplicate(), this.#times);
  }

  close(): void {
    this.#anchor.close();
  }

  #lstat(name: string): fs.BigIntStats {
    const found = system(() => fs.lstatSync(this.#anchor.path(name), { bigint: true }));
    this.#anchor.verify();
    return found;
  }

  /** Asked before creating, as an exception costs more than the rest of it. */
  #isThere(name: string): boolean {
    return system(() => fs.lstatSync(this.#anchor.path(name), { throwIfNoEntry: false })) !== undefined;
  }

  #act(change: () => void): void {
    system(change);
    this.#anchor.verify();
  }

  /** Opens what is there, if it is a regular file. */
  #open(name: string, access: number): number {
    // Looked at before, as opening a device can have effects; and after, as it may have been replaced.
    refuseIrregular(this.#lstat(name));
    const fd = system(() => fs.openSync(this.#anchor.path(name), access | SAFE_OPEN));
    orClose(fd, () => {
      const opened = system(() => fs.fstatSync(fd, { bigint: true }));
      refuseIrregular(opened);
      this.#verifyOpened(name, opened);
    });
    return fd;
  }

  /** Where there is no O_NOFOLLOW, or the path leads elsewhere now, something else may have been opened. */
  #verifyOpened(name: string, opened: fs.BigIntStats): void {
    if (this.#anchor.isExact) return;
    const named = this.#lstat(name);
    if (named.ino !== opened.ino || named.dev !== opened.dev)
      throw new WasiError("again", "replaced meanwhile");
  }

  /** Creates a file, or opens it if it exists. O_EXCL makes sure that nothing is created through a symbolic link. */
  #create(name: string, access: number, exclusive: boolean): number {
    for (let attempt = 0; attempt < MAX_OPEN_ATTEMPTS; attempt++) {
      if (!exclusive && this.#isThere(name)) {
        try {
          return this.#open(name, access);
        } catch (error) {
          if (!isErrno(error, "noent")) throw error;
        }
      }
      try {
        const fd = fs.openSync(this.#anchor.path(name), access | O_CREAT | O_EXCL | SAFE_OPEN, 0o666);
        orClose(fd, () => this.#anchor.verify());
        return fd;
      } catch (error) {
        if (exclusive || systemErrorCode(error) !== "EEXIST") throw toWasiError(error);
      }
    }
    throw new WasiError("again", "the file comes and goes");
  }
}

function hostDirectory(directory: FileSystemDirectory): HostDirectory {
  if (!(directory instanceof HostDirectory)) throw new WasiError("xdev");
  return directory;
}

/** Runs a check on a descriptor, which is closed if the check throws. */
function orClose(fd: number, check: () => void): void {
  try {
    check();
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

function refuseIrregular(found: fs.BigIntStats): void {
  if (found.isFile()) return;
  if (found.isDirectory()) throw new WasiError("isdir");
  throw new WasiError(found.isSymbolicLink() ? "loop" : "nxio");
}

class HostFile implements FileSystemFile {
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

function fileStat(found: fs.BigIntStats, times: ExactTimes): FileStat {
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

function fileType(found: fs.BigIntStats): FileType {
  if (found.isFile()) return "regular-file";
  if (found.isDirectory()) return "directory";
  if (found.isSymbolicLink()) return "symbolic-link";
  if (found.isCharacterDevice()) return "character-device";
  if (found.isBlockDevice()) return "block-device";
  return found.isSocket() ? "socket-stream" : "unknown";
}
