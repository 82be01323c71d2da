// A file system that cannot be changed through this grant, whatever is below. Refuses with `perm`, as Wasmtime does; `rofs` is what the host says of its own.

import { isErrno, WasiError } from "../abi.ts";
import { FILE_SYSTEM } from "../options.ts";
import type { WorkMeter } from "../work.ts";
import type { FileStat, FileSystem, FileSystemDirectory, FileSystemFile, OpenFlags } from "./file-system.ts";

function refuse(): never {
  throw new WasiError("perm", "read-only");
}

/** Wraps a file system so that nothing in it can be changed: contents, names, times. */
export class ReadOnlyFileSystem implements FileSystem {
  readonly #inner: FileSystem;

  /** @throws TypeError for what is no file system */
  constructor(inner: FileSystem) {
    FILE_SYSTEM.read(inner, "new ReadOnlyFileSystem(inner): inner");
    this.#inner = inner;
  }

  root(meter?: WorkMeter): FileSystemDirectory {
    return new ReadOnlyDirectory(this.#inner.root(meter));
  }
}

class ReadOnlyDirectory implements FileSystemDirectory {
  readonly kind = "directory";
  readonly #inner: FileSystemDirectory;

  constructor(inner: FileSystemDirectory) {
    this.#inner = inner;
  }

  stat(): FileStat {
    return this.#inner.stat();
  }

  statEntry(name: string): FileStat {
    return this.#inner.statEntry(name);
  }

  entries(): ReturnType<FileSystemDirectory["entries"]> {
    return this.#inner.entries();
  }

  openDirectory(name: string): FileSystemDirectory {
    return new ReadOnlyDirectory(this.#inner.openDirectory(name));
  }

  openFile(name: string, flags: OpenFlags): FileSystemFile {
    if (flags.write || flags.create || flags.truncate) {
      const existing = this.#find(name);
      if (existing === undefined) {
        if (flags.create) refuse();
        throw new WasiError("noent");
      }
      if (flags.create && flags.exclusive) throw new WasiError("exist");
      if (existing.type === "symbolic-link") throw new WasiError("loop");
      if (existing.type === "directory") throw new WasiError("isdir");
      if (flags.write || flags.truncate) refuse();
    }
    const reading = { read: flags.read, write: false, create: false, exclusive: false, truncate: false };
    return new ReadOnlyFile(this.#inner.openFile(name, reading));
  }

  createDirectory(name: string): void {
    // Programs make directories that may exist already, and look for this errno.
    if (this.#find(name) !== undefined) throw new WasiError("exist");
    refuse();
  }

  removeDirectory(): void {
    refuse();
  }

  unlink(): void {
    refuse();
  }

  symlink(): void {
    refuse();
  }

  readLink(name: string): string {
    return this.#inner.readLink(name);
  }

  link(): void {
    refuse();
  }

  rename(): void {
    refuse();
  }

  setTimes(): void {
    refuse();
  }

  setEntryTimes(): void {
    refuse();
  }

  sync(): void {}

  duplicate(): FileSystemDirectory {
    return new ReadOnlyDirectory(this.#inner.duplicate());
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
}

class ReadOnlyFile implements FileSystemFile {
  readonly kind = "file";
  readonly #inner: FileSystemFile;

  constructor(inner: FileSystemFile) {
    this.#inner = inner;
  }

  stat(): FileStat {
    return this.#inner.stat();
  }

  read(buffer: Uint8Array, offset: bigint): number {
    return this.#inner.read(buffer, offset);
  }

  write(): number {
    return refuse();
  }

  append(): { readonly written: number; readonly position: bigint } {
    return refuse();
  }

  setSize(): void {
    refuse();
  }

  allocate(): void {
    refuse();
  }

  setTimes(): void {
    refuse();
  }

  sync(): void {}

  close(): void {
    this.#inner.close();
  }
}
