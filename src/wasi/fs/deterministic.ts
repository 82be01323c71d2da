// A file system seen so that nothing of the host shows: sorted entries, inodes in the order of first sight, times of a
// virtual clock. Wraps any other.

import { isErrno, WasiError } from "../abi.ts";
import type { WorkMeter } from "../work.ts";
import type {
  DirectoryEntry,
  FileStat,
  FileSystem,
  FileSystemDirectory,
  FileSystemFile,
  OpenFlags,
  TimeUpdate,
} from "./file-system.ts";

interface Times {
  access: bigint;
  modify: bigint;
  change: bigint;
}

/** What the guest has seen of the files below. */
class Register {
  readonly #now: () => bigint;
  readonly #start: bigint;
  readonly #device: bigint;
  readonly #inodes = new Map<string, bigint>();
  #lastInode = 0n;
  readonly #times = new Map<string, Times>();
  /** How often each file is open. */
  readonly #open = new Map<string, number>();
  /** Files without a name that are open. */
  readonly #unlinked = new Set<string>();

  constructor(now: () => bigint, device: bigint) {
    this.#now = now;
    this.#device = device;
    this.#start = now();
  }

  opened(key: string): void {
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
  }

  closed(key: string): void {
    const left = (this.#open.get(key) ?? 1) - 1;
    if (left > 0) this.#open.set(key, left);
    else {
      this.#open.delete(key);
      if (this.#unlinked.delete(key)) this.forget(key);
    }
  }

  /** A name of a file has been removed. The last one ends what is known of it: what a guest makes and removes is unbounded. */
  unlinked(before: FileStat): void {
    if (before.links > 1n) return;
    const key = keyOf(before);
    if (this.#open.has(key)) this.#unlinked.add(key);
    else this.forget(key);
  }

  inode(key: string): bigint {
    let inode = this.#inodes.get(key);
    if (inode === undefined) {
      inode = ++this.#lastInode;
      this.#inodes.set(key, inode);
    }
    return inode;
  }

  times(key: string): Times {
    return this.#times.get(key) ?? { access: this.#start, modify: this.#start, change: this.#start };
  }

  /** The guest has changed the file's contents or entries. */
  touch(key: string): void {
    const now = this.#now();
    this.#times.set(key, { ...this.times(key), modify: now, change: now });
  }

  created(key: string): void {
    // Another program may have removed a file whose inode the host has now given to this one.
    this.forget(key);
    const now = this.#now();
    this.#times.set(key, { access: now, modify: now, change: now });
  }

  forget(key: string): void {
    this.#inodes.delete(key);
    this.#times.delete(key);
  }

  setTimes(key: string, access: TimeUpdate, modify: TimeUpdate): void {
    const now = this.#now();
    const { access: oldAccess, modify: oldModify } = this.times(key);
    this.#times.set(key, {
      access: access === "now" ? now : (access ?? oldAccess),
      modify: modify === "now" ? now : (modify ?? oldModify),
      change: now,
    });
  }

  stat(stat: FileStat): FileStat {
    const key = keyOf(stat);
    const { access, modify, change } = this.times(key);
    const isDirectory = stat.type === "directory";
    return {
      device: this.#device,
      inode: this.inode(key),
      type: stat.type,
      // What a directory's size and links are depends on the host's file system.
      links: isDirectory ? 1n : stat.links,
      size: isDirectory ? 0n : stat.size,
      accessTime: access,
      modifyTime: modify,
      changeTime: change,
    };
  }
}

function keyOf({ device, inode }: FileStat): string {
  return `${device}:${inode}`;
}

/** Wraps a file system for repeatable runs. */
export class DeterministicFileSystem implements FileSystem {
  readonly #inner: FileSystem;
  readonly #register: Register;

  /**
   * @param now the virtual time in nanoseconds since 1970-01-01
   * @param device what `stat` tells as the device of every file
   */
  constructor(inner: FileSystem, now: () => bigint, device: bigint) {
    this.#inner = inner;
    this.#register = new Register(now, device);
  }

  root(meter?: WorkMeter): FileSystemDirectory {
    return new DeterministicDirectory(this.#inner.root(meter), this.#register);
  }
}

class DeterministicDirectory implements FileSystemDirectory {
  readonly kind = "directory";
  readonly #inner: FileSystemDirectory;
  readonly #register: Register;
  /** As the guest has seen it: the register forgets removed directories. */
  #inode: bigint | undefined;

  constructor(inner: FileSystemDirectory, register: Register) {
    this.#inner = inner;
    this.#register = register;
  }

  stat(): FileStat {
    const stat = this.#register.stat(this.#inner.stat());
    this.#inode ??= stat.inode;
    return { ...stat, inode: this.#inode };
  }

  statEntry(name: string): FileStat {
    return this.#register.stat(this.#inner.statEntry(name));
  }

  entries(): readonly DirectoryEntry[] {
    const names = this.#inner.entries().map(({ name }) => name);
    names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return names.flatMap((name) => {
      try {
        const { type, inode } = this.statEntry(name);
        return [{ name, type, inode }];
      } catch (error) {
        if (isErrno(error, "noent")) return [];
        throw error;
      }
    });
  }

  openDirectory(name: string): FileSystemDirectory {
    return new DeterministicDirectory(this.#inner.openDirectory(name), this.#register);
  }

  openFile(name: string, flags: OpenFlags): FileSystemFile {
    const existed = !flags.create || this.#find(name) !== undefined;
    const file = this.#inner.openFile(name, flags);
    const key = keyOf(file.stat());
    this.#register.opened(key);
    if (!existed) {
      this.#register.created(key);
      this.#touch();
    } else if (flags.truncate) this.#register.touch(key);
    return new DeterministicFile(file, key, this.#register);
  }

  createDirectory(name: string): void {
    this.#inner.createDirectory(name);
    this.#created(name);
  }

  removeDirectory(name: string): void {
    const before = this.#find(name);
    this.#inner.removeDirectory(name);
    if (before !== undefined) this.#register.forget(keyOf(before));
    this.#touch();
  }

  unlink(name: string): void {
    const before = this.#find(name);
    this.#inner.unlink(name);
    if (before !== undefined) this.#register.unlinked(before);
    this.#touch();
  }

  symlink(target: string, name: string): void {
    this.#inner.symlink(target, name);
    this.#created(name);
  }

  readLink(name: string): string {
    return this.#inner.readLink(name);
  }

  link(name: string, target: FileSystemDirectory, targetName: string): void {
    const to = this.#unwrap(target);
    this.#inner.link(name, to.#inner, targetName);
    to.#touch();
  }

  rename(name: string, target: FileSystemDirectory, targetName: string): void {
    const to = this.#unwrap(target);
    const replaced = to.#find(targetName);
    const moved = replaced === undefined ? undefined : this.#find(name);
    this.#inner.rename(name, to.#inner, targetName);
    if (replaced !== undefined && moved !== undefined && keyOf(moved) !== keyOf(replaced)) {
      if (replaced.type === "directory") this.#register.forget(keyOf(replaced));
      else this.#register.unlinked(replaced);
    }
    this.#touch();
    to.#touch();
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    this.#inner.setTimes(access, modify);
    this.#register.setTimes(keyOf(this.#inner.stat()), access, modify);
  }

  setEntryTimes(name: string, access: TimeUpdate, modify: TimeUpdate): void {
    this.#inner.setEntryTimes(name, access, modify);
    this.#register.setTimes(keyOf(this.#inner.statEntry(name)), access, modify);
  }

  sync(): void {
    this.#inner.sync();
  }

  duplicate(): FileSystemDirectory {
    return new DeterministicDirectory(this.#inner.duplicate(), this.#register);
  }

  close(): void {
    this.#inner.close();
  }

  #find(name: string): FileStat | undefined {
    try {
      return this.#inner.statEntry(name);
    } catch (error) {
      if (isErrno(error, "noent")) return undefined;
      throw error;
    }
  }

  #created(name: string): void {
    this.#register.created(keyOf(this.#inner.statEntry(name)));
    this.#touch();
  }

  #touch(): void {
    this.#register.touch(keyOf(this.#inner.stat()));
  }

  #unwrap(target: FileSystemDirectory): DeterministicDirectory {
    // Two host directories may be one file system or two: another grant is always another device.
    if (!(target instanceof DeterministicDirectory) || target.#register !== this.#register)
      throw new WasiError("xdev");
    return target;
  }
}

class DeterministicFile implements FileSystemFile {
  readonly kind = "file";
  readonly #inner: FileSystemFile;
  readonly #key: string;
  readonly #register: Register;
  #isOpen = true;

  constructor(inner: FileSystemFile, key: string, register: Register) {
    this.#inner = inner;
    this.#key = key;
    this.#register = register;
  }

  stat(): FileStat {
    return this.#register.stat(this.#inner.stat());
  }

  read(buffer: Uint8Array, offset: bigint): number {
    return this.#inner.read(buffer, offset);
  }

  write(bytes: Uint8Array, offset: bigint): number {
    const written = this.#inner.write(bytes, offset);
    this.#register.touch(this.#key);
    return written;
  }

  append(bytes: Uint8Array): { readonly written: number; readonly position: bigint } {
    const result = this.#inner.append(bytes);
    this.#register.touch(this.#key);
    return result;
  }

  setSize(size: bigint): void {
    this.#inner.setSize(size);
    this.#register.touch(this.#key);
  }

  allocate(offset: bigint, length: bigint): void {
    this.#inner.allocate(offset, length);
    this.#register.touch(this.#key);
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    this.#inner.setTimes(access, modify);
    // An overlay may have copied the file up for it.
    this.#register.setTimes(keyOf(this.#inner.stat()), access, modify);
  }

  sync(dataOnly: boolean): void {
    this.#inner.sync(dataOnly);
  }

  close(): void {
    if (this.#isOpen) this.#register.closed(this.#key);
    this.#isOpen = false;
    this.#inner.close();
  }
}
