// A file system in memory: bounded, with hard links, symbolic links, times, sparse files and open-unlinked files.
// Runs anywhere; knows nothing of paths beyond what its own convenience methods hand to the resolver.

import { STRING, unexpected } from "../../checks/options.ts";
import { decodeUtf8, encodeUtf8, isWellFormed } from "../../utf8.ts";
import { isErrno, WasiError } from "../abi.ts";
import { resolvePath } from "../path-resolution.ts";
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

import {
  type DirectoryNode,
  depthOf,
  entryBytes,
  type FileNode,
  isWithin,
  type MemoryFileSystemOptions,
  modified,
  type Node,
  nodeStat,
  setNodeTimes,
  Volume,
} from "./memory-nodes.ts";

export type { MemoryFileSystemOptions } from "./memory-nodes.ts";

/** A file system in memory. */
export class MemoryFileSystem implements FileSystem {
  readonly #volume: Volume;
  readonly #root: DirectoryNode;

  /** @throws TypeError, RangeError for options that make no sense */
  constructor(options?: MemoryFileSystemOptions) {
    this.#volume = new Volume(options);
    this.#root = this.#volume.newDirectory(undefined);
    this.#root.links = 1;
  }

  root(meter?: WorkMeter): FileSystemDirectory {
    return new MemoryDirectory(this.#volume, this.#root, meter);
  }

  /** Bytes that count against `maxBytes`: what it takes in memory, within a third. */
  get usedBytes(): number {
    return this.#volume.usedBytes;
  }

  /** Writes a whole file, creating it if need be; its directory must exist. @throws WasiError as a guest would get */
  writeFile(path: string, contents: Uint8Array | string): void {
    const bytes = typeof contents === "string" ? encodeUtf8(contents) : contents;
    if (!(bytes instanceof Uint8Array)) {
      throw unexpected("fileSystem.writeFile: contents", "a Uint8Array or a string", contents);
    }
    const flags = { read: false, write: true, create: true, exclusive: false, truncate: true };
    const file = this.#at(path, (parent, name) => parent.openFile(name, flags));
    try {
      if (file.write(bytes, 0n) < bytes.length) throw new WasiError("nospc");
    } finally {
      file.close();
    }
  }

  /** A file's contents. Follows no symbolic link in the last place. @throws WasiError as a guest would get */
  readFile(path: string): Uint8Array {
    const flags = { read: true, write: false, create: false, exclusive: false, truncate: false };
    const file = this.#at(path, (parent, name) => parent.openFile(name, flags));
    try {
      const bytes = new Uint8Array(Number(file.stat().size));
      return bytes.subarray(0, file.read(bytes, 0n));
    } finally {
      file.close();
    }
  }

  /** A file's contents as text. @throws WasiError as a guest would get, and `ilseq` if it is not UTF-8 */
  readText(path: string): string {
    const text = decodeUtf8(this.readFile(path));
    if (text === undefined) throw new WasiError("ilseq");
    return text;
  }

  /** Makes a directory and those above it, as far as missing. @throws WasiError as a guest would get */
  makeDirectory(path: string): void {
    STRING.read(path, "fileSystem.makeDirectory: path");
    const components = path.split("/").filter((component) => component !== "");
    for (let i = 1; i <= components.length; i++) {
      const prefix = components.slice(0, i).join("/");
      this.#at(prefix, (parent, name) => {
        try {
          parent.createDirectory(name);
        } catch (error) {
          if (!isErrno(error, "exist")) throw error;
        }
      });
    }
  }

  /** Makes a symbolic link. @throws WasiError as a guest would get */
  symlink(target: string, path: string): void {
    STRING.read(target, "fileSystem.symlink: target");
    this.#at(path, (parent, name) => parent.symlink(target, name));
  }

  #at<T>(path: string, act: (parent: FileSystemDirectory, name: string) => T): T {
    STRING.read(path, "a path in a MemoryFileSystem");
    return resolvePath(undefined, this.root(), path.replace(/^\/+/, ""), ({ parent, name }) => {
      if (name === undefined) throw new WasiError("isdir");
      return act(parent, name);
    });
  }
}

class MemoryDirectory implements FileSystemDirectory {
  readonly kind = "directory";
  readonly #volume: Volume;
  readonly #node: DirectoryNode;
  readonly #meter: WorkMeter | undefined;

  constructor(volume: Volume, node: DirectoryNode, meter: WorkMeter | undefined) {
    this.#volume = volume;
    this.#node = node;
    this.#meter = meter;
  }

  stat(): FileStat {
    return nodeStat(this.#volume, this.#node);
  }

  statEntry(name: string): FileStat {
    return nodeStat(this.#volume, this.#get(name));
  }

  entries(): readonly DirectoryEntry[] {
    this.#meter?.charge("perDirectoryEntry", this.#node.entries.size);
    const entries: DirectoryEntry[] = [];
    for (const [name, node] of this.#node.entries) {
      entries.push({
        name,
        type: node.kind === "file" ? "regular-file" : node.kind === "link" ? "symbolic-link" : "directory",
        inode: node.inode,
      });
    }
    return entries;
  }

  openDirectory(name: string): FileSystemDirectory {
    const node = this.#get(name);
    if (node.kind === "link") throw new WasiError("loop");
    if (node.kind === "file") throw new WasiError("notdir");
    return new MemoryDirectory(this.#volume, node, this.#meter);
  }

  openFile(name: string, flags: OpenFlags): FileSystemFile {
    let node = this.#node.entries.get(name);
    if (node === undefined) {
      if (!flags.create) throw new WasiError("noent");
      this.#checkName(name);
      const created = this.#volume.newFile();
      this.#add(name, created);
      node = created;
    } else if (flags.create && flags.exclusive) throw new WasiError("exist");
    if (node.kind === "link") throw new WasiError("loop");
    if (node.kind === "directory") throw new WasiError("isdir");
    if (flags.truncate) {
      this.#meter?.charge("perElement", node.contents.pieces);
      node.contents.setSize(0);
      modified(this.#volume, node);
    }
    return new MemoryFile(this.#volume, node, this.#meter);
  }

  createDirectory(name: string): void {
    this.#requireFree(name);
    this.#checkName(name);
    const directory = this.#volume.newDirectory(this.#node);
    this.#add(name, directory);
  }

  removeDirectory(name: string): void {
    const node = this.#get(name);
    if (node.kind !== "directory") throw new WasiError("notdir");
    if (node.entries.size > 0) throw new WasiError("notempty");
    this.#remove(name, node);
  }

  unlink(name: string): void {
    const node = this.#get(name);
    if (node.kind === "directory") throw new WasiError("isdir");
    this.#remove(name, node);
  }

  symlink(target: string, name: string): void {
    this.#requireFree(name);
    if (!isWellFormed(target)) throw new WasiError("ilseq");
    this.#checkName(name);
    this.#add(name, this.#volume.newLink(target));
  }

  readLink(name: string): string {
    const node = this.#get(name);
    if (node.kind !== "link") throw new WasiError("inval");
    return node.target;
  }

  link(name: string, target: FileSystemDirectory, targetName: string): void {
    const node = this.#get(name);
    const to = this.#sameVolume(target);
    to.#requireFree(targetName);
    if (node.kind === "directory") throw new WasiError("perm");
    to.#checkName(targetName);
    to.#add(targetName, node);
    node.changeTime = this.#volume.now();
  }

  rename(name: string, target: FileSystemDirectory, targetName: string): void {
    const node = this.#get(name);
    const to = this.#sameVolume(target);
    const replaced = to.#node.entries.get(targetName);
    // POSIX: two names of one file stay as they are.
    if (replaced === node) return;
    if (to.#node.removed) throw new WasiError("noent");
    this.#meter?.charge("perElement", depthOf(to.#node) + depthOf(this.#node));
    if (node.kind === "directory" && isWithin(to.#node, node)) throw new WasiError("inval", "into itself");
    if (replaced !== undefined) {
      if (replaced.kind === "directory") {
        if (isWithin(this.#node, replaced)) throw new WasiError("notempty", "over a directory around it");
        if (node.kind !== "directory") throw new WasiError("isdir");
        if (replaced.entries.size > 0) throw new WasiError("notempty");
      } else if (node.kind === "directory") throw new WasiError("notdir");
    }
    to.#checkName(targetName);
    // The last thing that can fail comes before the first change.
    this.#volume.take(entryBytes(targetName));
    if (replaced !== undefined) to.#remove(targetName, replaced);
    this.#node.entries.delete(name);
    this.#volume.giveBack(entryBytes(name));
    to.#node.entries.set(targetName, node);
    if (node.kind === "directory") {
      this.#node.directories--;
      to.#node.directories++;
      node.parent = to.#node;
    }
    node.changeTime = this.#volume.now();
    modified(this.#volume, this.#node);
    modified(this.#volume, to.#node);
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    setNodeTimes(this.#volume, this.#node, access, modify);
  }

  setEntryTimes(name: string, access: TimeUpdate, modify: TimeUpdate): void {
    setNodeTimes(this.#volume, this.#get(name), access, modify);
  }

  sync(): void {}

  duplicate(): FileSystemDirectory {
    return new MemoryDirectory(this.#volume, this.#node, this.#meter);
  }

  close(): void {}

  #get(name: string): Node {
    const node = this.#node.entries.get(name);
    if (node === undefined) throw new WasiError("noent");
    return node;
  }

  #requireFree(name: string): void {
    if (this.#node.entries.has(name)) throw new WasiError("exist");
  }

  #checkName(name: string): void {
    if (this.#node.removed) throw new WasiError("noent");
    if (!isWellFormed(name)) throw new WasiError("ilseq");
  }

  #add(name: string, node: Node): void {
    try {
      this.#volume.take(entryBytes(name));
    } catch (error) {
      this.#volume.collect(node);
      throw error;
    }
    this.#node.entries.set(name, node);
    if (node.kind === "directory") this.#node.directories++;
    node.links++;
    modified(this.#volume, this.#node);
  }

  #remove(name: string, node: Node): void {
    this.#node.entries.delete(name);
    this.#volume.giveBack(entryBytes(name));
    node.links--;
    node.changeTime = this.#volume.now();
    if (node.kind === "directory") {
      this.#node.directories--;
      node.removed = true;
      node.parent = undefined;
    }
    modified(this.#volume, this.#node);
    this.#volume.collect(node);
  }

  #sameVolume(target: FileSystemDirectory): MemoryDirectory {
    if (!(target instanceof MemoryDirectory) || target.#volume !== this.#volume) throw new WasiError("xdev");
    return target;
  }
}

class MemoryFile implements FileSystemFile {
  readonly kind = "file";
  readonly #volume: Volume;
  readonly #node: FileNode;
  readonly #meter: WorkMeter | undefined;
  #open = true;

  constructor(volume: Volume, node: FileNode, meter: WorkMeter | undefined) {
    this.#volume = volume;
    this.#node = node;
    this.#meter = meter;
    node.handles++;
  }

  stat(): FileStat {
    return nodeStat(this.#volume, this.#node);
  }

  read(buffer: Uint8Array, offset: bigint): number {
    if (offset >= BigInt(this.#node.contents.size)) return 0;
    return this.#node.contents.read(buffer, Number(offset));
  }

  write(bytes: Uint8Array, offset: bigint): number {
    if (bytes.length === 0) return 0;
    const written = this.#node.contents.write(bytes, exactEnd(offset, BigInt(bytes.length)));
    modified(this.#volume, this.#node);
    return written;
  }

  append(bytes: Uint8Array): { readonly written: number; readonly position: bigint } {
    const written = this.write(bytes, BigInt(this.#node.contents.size));
    return { written, position: BigInt(this.#node.contents.size) };
  }

  setSize(size: bigint): void {
    exactEnd(size, 0n);
    const { contents } = this.#node;
    if (size < BigInt(contents.size)) this.#meter?.charge("perElement", contents.pieces);
    contents.setSize(Number(size));
    modified(this.#volume, this.#node);
  }

  allocate(offset: bigint, length: bigint): void {
    if (offset + length > BigInt(this.#node.contents.size)) this.setSize(offset + length);
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    setNodeTimes(this.#volume, this.#node, access, modify);
  }

  sync(): void {}

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#node.handles--;
    this.#volume.collect(this.#node);
  }
}

/** The offset as a number. @throws WasiError `fbig` if what ends there cannot be counted exactly */
function exactEnd(offset: bigint, length: bigint): number {
  if (offset + length > BigInt(Number.MAX_SAFE_INTEGER)) throw new WasiError("fbig");
  return Number(offset);
}
