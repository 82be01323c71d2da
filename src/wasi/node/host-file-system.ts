// A directory of the host as a file system. One component at a time, below an anchored directory, following nothing.
// Owns the host's descriptors; the guest never sees their numbers.

import * as fs from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { BOOLEAN, type OptionTable, oneOf, readOptions, STRING, shape } from "../../checks/options.ts";
import { decodeUtf8 } from "../../utf8.ts";
import { isErrno, WasiError } from "../abi.ts";
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
import type { WorkMeter } from "../work.ts";
import { type Anchor, anchorAt, SAFE_OPEN } from "./anchor.ts";
import { system, systemErrorCode, toWasiError } from "./errno.ts";
import { ExactTimes } from "./exact-times.ts";
import { fileStat, fileType, HostFile } from "./host-file.ts";
import {
  PSEUDO_FILE_SYSTEMS,
  type PseudoFileSystem,
  PseudoGuard,
  pseudoFileSystemAt,
} from "./pseudo-file-systems.ts";

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;

/** Entries of a directory that the system is asked for at a time. */
const LISTED_AT_ONCE = 256;

/** Attempts at opening a name that others create and remove meanwhile; then `again`. */
const MAX_OPEN_ATTEMPTS = 16;

/**
 * A directory of the host.
 *
 * On Linux every operation goes through an open directory (`/proc/self/fd/N/name` with `O_NOFOLLOW`, a true openat), so
 * that nothing another process does to the tree leads out of it. Elsewhere directories are identified by device and inode
 * before and after each use, which leaves a window for a process that swaps directories.
 *
 * Only regular files and directories can be opened; FIFOs, sockets and devices are `nxio`, and so are the files of procfs, sysfs and
 * their like, which tell of the host's processes and act on them.
 */
export class HostFileSystem implements FileSystem {
  readonly #path: string;
  readonly #readOnly: boolean;
  readonly #times = new ExactTimes();
  readonly #anchorAt: (path: string) => Anchor;
  readonly #allowed: PseudoFileSystem | undefined;

  /**
   * @param path an existing directory; symbolic links in it are followed, once, by {@link root}
   * @throws TypeError for options that make no sense; Error (Node's) if there is no such directory; PseudoFileSystemError if it is on
   * a pseudo file system that was not allowed by its name
   */
  constructor(path: string, options?: HostFileSystemOptions) {
    STRING.read(path, "new HostFileSystem(path, options): path");
    const read = readOptions("new HostFileSystem", options, OPTIONS);
    // Now: the process may change its directory before a guest starts.
    this.#path = resolve(path);
    this.#readOnly = read.readOnly ?? false;
    this.#anchorAt = read.anchorAt ?? anchorAt;
    this.#allowed = read.allowPseudo;
    this.#anchorAt(this.#path).close();
    this.#refusePseudo();
  }

  root(meter?: WorkMeter): FileSystemDirectory {
    const anchor = this.#anchorAt(this.#path);
    let guard: PseudoGuard;
    try {
      // Again: another may be mounted there by now.
      this.#refusePseudo();
      guard = new PseudoGuard(anchor.stat().dev, this.#allowed);
    } catch (error) {
      anchor.close();
      throw error;
    }
    const directory = new HostDirectory(anchor, { times: this.#times, meter, guard });
    if (!this.#readOnly) return directory;
    return new ReadOnlyFileSystem({ root: () => directory }).root();
  }

  #refusePseudo(): void {
    const found = pseudoFileSystemAt(this.#path);
    if (found !== undefined && found !== this.#allowed) throw new PseudoFileSystemError(this.#path, found);
  }
}

/** A grant of procfs, sysfs or their like: through its files a guest reads the host's memory, and writes it. */
export class PseudoFileSystemError extends Error {
  override name = "PseudoFileSystemError";
  readonly path: string;
  readonly fileSystem: PseudoFileSystem;

  constructor(path: string, fileSystem: PseudoFileSystem) {
    super(
      `${path} is on ${fileSystem}: its files are no data but the host's own state, which a guest could read and change; ` +
        `to grant it all the same, name it: allowPseudo: "${fileSystem}"`,
    );
    this.path = path;
    this.fileSystem = fileSystem;
  }
}

export interface HostFileSystemOptions {
  /** Refuses every change with `perm`. Default false. */
  readonly readOnly?: boolean;
  /**
   * Grants a directory that lies on this file system of the kernel's (`"procfs"`, `"sysfs"` …), and its files. A guest can do
   * through them what the process may: with procfs that is to read its memory, and to write it unless `readOnly`. Default: none.
   */
  readonly allowPseudo?: PseudoFileSystem;
}

/** Not public: lets tests hold directories on Linux as other platforms do. */
export interface InternalOptions extends HostFileSystemOptions {
  readonly anchorAt?: (path: string) => Anchor;
}

const OPTIONS = {
  readOnly: BOOLEAN,
  allowPseudo: oneOf(PSEUDO_FILE_SYSTEMS),
  anchorAt: shape<(path: string) => Anchor>("a function", (value) => typeof value === "function"),
} satisfies OptionTable<InternalOptions>;

/** What all directories below one grant share. */
interface Shared {
  readonly times: ExactTimes;
  readonly meter: WorkMeter | undefined;
  readonly guard: PseudoGuard;
}

class HostDirectory implements FileSystemDirectory {
  readonly kind = "directory";
  readonly #anchor: Anchor;
  readonly #shared: Shared;
  readonly #times: ExactTimes;

  constructor(anchor: Anchor, shared: Shared) {
    this.#anchor = anchor;
    this.#shared = shared;
    this.#times = shared.times;
  }

  stat(): FileStat {
    return fileStat(this.#anchor.stat(), this.#times);
  }

  statEntry(name: string): FileStat {
    return fileStat(this.#lstat(name), this.#times);
  }

  entries(): readonly LazyDirectoryEntry[] {
    const names = this.#names();
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
    return new HostDirectory(this.#anchor.enter(name), this.#shared);
  }

  openFile(name: string, flags: OpenFlags): FileSystemFile {
    const access = flags.write || flags.truncate ? (flags.read ? O_RDWR : O_WRONLY) : O_RDONLY;
    const fd = flags.create ? this.#create(name, access, flags.exclusive) : this.#open(name, access);
    // O_TRUNC would have emptied something that was not looked at yet.
    if (flags.truncate) orClose(fd, () => system(() => fs.ftruncateSync(fd, 0)));
    return new HostFile(fd, this.#times, this.#anchor.isExact);
  }

  createDirectory(name: string): void {
    this.#requireData();
    this.#act(() => fs.mkdirSync(this.#anchor.path(name)));
  }

  removeDirectory(name: string): void {
    this.#requireData();
    this.#act(() => fs.rmdirSync(this.#anchor.path(name)));
  }

  unlink(name: string): void {
    this.#requireData();
    // macOS and Windows report a directory as EPERM.
    if (!this.#anchor.isExact && this.#lstat(name).isDirectory()) throw new WasiError("isdir");
    this.#act(() => fs.unlinkSync(this.#anchor.path(name)));
  }

  symlink(target: string, name: string): void {
    this.#requireData();
    this.#act(() => fs.symlinkSync(target, this.#anchor.path(name)));
  }

  readLink(name: string): string {
    const bytes = system(() => fs.readlinkSync(this.#anchor.path(name), { encoding: "buffer" }));
    this.#anchor.verify();
    const target = decodeUtf8(bytes);
    if (target === undefined) throw new WasiError("ilseq");
    // Drives and shares: names of the host that begin with no slash.
    if (process.platform === "win32" && isAbsolute(target))
      throw new WasiError("perm", "absolute symbolic link");
    return target;
  }

  link(name: string, target: FileSystemDirectory, targetName: string): void {
    const to = hostDirectory(target);
    to.#requireData();
    // link() follows symbolic links on macOS.
    if (!this.#anchor.isExact && this.#lstat(name).isSymbolicLink()) throw new WasiError("notsup");
    this.#act(() => fs.linkSync(this.#anchor.path(name), to.#anchor.path(targetName)));
    to.#anchor.verify();
  }

  rename(name: string, target: FileSystemDirectory, targetName: string): void {
    const to = hostDirectory(target);
    this.#requireData();
    this.#act(() => fs.renameSync(this.#anchor.path(name), to.#anchor.path(targetName)));
    to.#anchor.verify();
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    this.#requireData();
    this.#times.set(
      access,
      modify,
      () => this.#anchor.stat(),
      (a, m) => fs.utimesSync(this.#anchor.self(), a, m),
    );
  }

  setEntryTimes(name: string, access: TimeUpdate, modify: TimeUpdate): void {
    this.#requireData();
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
    return new HostDirectory(this.#anchor.duplicate(), this.#shared);
  }

  close(): void {
    this.#anchor.close();
  }

  /** Before changes: to make a directory, say, can configure the kernel. @throws WasiError `nxio` */
  #requireData(): void {
    this.#shared.guard.check(this.#anchor.stat().dev, this.#anchor.self());
  }

  #lstat(name: string): fs.BigIntStats {
    const found = system(() => fs.lstatSync(this.#anchor.path(name), { bigint: true }));
    this.#anchor.verify();
    return found;
  }

  /** The names of all entries. Paid for piece by piece, since nobody knows beforehand how many there are. */
  #names(): Buffer[] {
    const options = { encoding: "buffer" as BufferEncoding, bufferSize: LISTED_AT_ONCE };
    const directory = system(() => fs.opendirSync(this.#anchor.self(), options));
    const names: Buffer[] = [];
    try {
      for (;;) {
        const entry = system(() => directory.readSync());
        if (entry === null) break;
        // As bytes, which types do not know. In Bun the entry is the name.
        const found: unknown = entry instanceof Uint8Array ? entry : entry.name;
        names.push(found as Buffer);
        if (names.length % LISTED_AT_ONCE === 0)
          this.#shared.meter?.charge("perDirectoryEntry", LISTED_AT_ONCE);
      }
      this.#shared.meter?.charge("perDirectoryEntry", names.length % LISTED_AT_ONCE);
    } finally {
      directory.closeSync();
    }
    return names;
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
    const path = this.#anchor.path(name);
    const found = this.#lstat(name);
    refuseIrregular(found);
    const { guard } = this.#shared;
    guard.check(found.dev, path);
    const fd = system(() => fs.openSync(path, access | SAFE_OPEN));
    orClose(fd, () => {
      const opened = system(() => fs.fstatSync(fd, { bigint: true }));
      refuseIrregular(opened);
      guard.check(opened.dev, this.#anchor.isExact ? `/proc/self/fd/${fd}` : path);
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
    this.#requireData();
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
