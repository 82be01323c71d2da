// The file-system interface: what an embedder implements to give a guest files.
// Names here are single components; paths, symbolic links and `..` are the resolver's business, never a file system's.

import type { FileType } from "../abi.ts";
import type { WorkMeter } from "../work.ts";

/** What `stat` tells. Times are nanoseconds since 1970-01-01. */
export interface FileStat {
  readonly device: bigint;
  readonly inode: bigint;
  readonly type: FileType;
  readonly links: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly accessTime: bigint;
  readonly modifyTime: bigint;
  readonly changeTime: bigint;
}

/** A directory's entry. */
export interface DirectoryEntry {
  readonly name: string;
  readonly type: FileType;
  readonly inode: bigint;
}

/** A time to set: nanoseconds since 1970-01-01, `"now"`, or `undefined` to leave it. */
export type TimeUpdate = bigint | "now" | undefined;

/** How {@link FileSystemDirectory.openFile} opens. */
export interface OpenFlags {
  readonly read: boolean;
  readonly write: boolean;
  /** Create the file if it does not exist. */
  readonly create: boolean;
  /** With `create`: it must not exist (`exist`). */
  readonly exclusive: boolean;
  /** Empty the file. Implies nothing about `write`. */
  readonly truncate: boolean;
}

/**
 * A file system that can be granted to a guest.
 *
 * All operations are synchronous and throw `WasiError` with the errno that the guest gets; any other exception is the
 * embedder's and passes through the guest uncaught.
 */
export interface FileSystem {
  /**
   * Opens the root directory. Each call gives an own handle.
   *
   * @param meter where this handle, and what is opened from it, charges work that is more than one operation's: entries
   * listed, bytes copied, directories walked. Entries listed that were not charged are charged by the caller. Without it
   * nobody pays
   */
  root(meter?: WorkMeter): FileSystemDirectory;
}

/**
 * An open directory. `name` is always one component: not empty, not `.` or `..`, without `/` and NUL, at most 255 bytes
 * of UTF-8, well-formed Unicode. **No operation follows a symbolic link**, in whatever place `name` points to.
 */
export interface FileSystemDirectory {
  readonly kind: "directory";
  stat(): FileStat;
  /** `lstat` of an entry. */
  statEntry(name: string): FileStat;
  /** All entries except `.` and `..`, in any order, but the same order as long as nothing changes. */
  entries(): readonly (DirectoryEntry | LazyDirectoryEntry)[];
  /** `notdir` for a file, `loop` for a symbolic link. */
  openDirectory(name: string): FileSystemDirectory;
  /** `isdir` for a directory, `loop` for a symbolic link, `nxio` for anything but a regular file. Never blocks. */
  openFile(name: string, flags: OpenFlags): FileSystemFile;
  createDirectory(name: string): void;
  /** `notdir` for anything but a directory, `notempty`. */
  removeDirectory(name: string): void;
  /** Removes anything but a directory (`isdir`). */
  unlink(name: string): void;
  /** Makes a symbolic link with any contents. */
  symlink(target: string, name: string): void;
  /** A symbolic link's contents; `inval` if the entry is something else. */
  readLink(name: string): string;
  /** Hard link to anything but a directory (`perm`), symbolic links included. `xdev` if `target` is another file system's. */
  link(name: string, target: FileSystemDirectory, targetName: string): void;
  /** As POSIX `rename`. `xdev` if `target` is another file system's. */
  rename(name: string, target: FileSystemDirectory, targetName: string): void;
  setTimes(access: TimeUpdate, modify: TimeUpdate): void;
  setEntryTimes(name: string, access: TimeUpdate, modify: TimeUpdate): void;
  sync(): void;
  /** A second handle on the same directory. */
  duplicate(): FileSystemDirectory;
  close(): void;
}

/** An entry whose inode costs something to find out; asked for only when the guest gets to see it. */
export interface LazyDirectoryEntry {
  readonly name: string;
  /** `undefined` if the entry has gone since. */
  stat(): { readonly type: FileType; readonly inode: bigint } | undefined;
}

/** An open regular file. Has no position: that is the descriptor's. */
export interface FileSystemFile {
  readonly kind: "file";
  stat(): FileStat;
  /** Reads into `buffer` from `offset`; gives the number of bytes, 0 at the end. */
  read(buffer: Uint8Array, offset: bigint): number;
  /** Writes at `offset`; gives the number of bytes. A gap reads as zeros. `fbig` beyond what can be stored. */
  write(bytes: Uint8Array, offset: bigint): number;
  /** Writes at the end, wherever that is by now; gives the number of bytes and the position after them. */
  append(bytes: Uint8Array): { readonly written: number; readonly position: bigint };
  setSize(size: bigint): void;
  /** Makes the file at least `offset + length` bytes long. */
  allocate(offset: bigint, length: bigint): void;
  setTimes(access: TimeUpdate, modify: TimeUpdate): void;
  sync(dataOnly: boolean): void;
  close(): void;
}
