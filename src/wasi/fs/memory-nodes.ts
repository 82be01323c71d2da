// The nodes of an in-memory file system: files, links and directories, allocated within limits.
// Knows nothing of handles and names.

import { COUNT, type OptionTable, readOptions, shape } from "../../checks/options.ts";
import { utf8Length } from "../../utf8.ts";
import { WasiError } from "../abi.ts";
import { CHARGED_BUDGET, type ChargedBudget } from "../budget.ts";
import { type ByteBudget, FileContents } from "./file-contents.ts";
import type { FileStat, TimeUpdate } from "./file-system.ts";

/** Limits and clock of a {@link MemoryFileSystem}. */
export interface MemoryFileSystemOptions {
  /** Bytes that it takes: contents, links' contents, names, and what each file, directory and entry takes beside. Past it writes give `nospc`. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Takes part in another budget too: a store counts these bytes against its `totalBytes`. Past that, too, writes give `nospc`. */
  readonly chargedTo?: ChargedBudget;
  /** Files, directories and symbolic links. Past it creating gives `nospc`. Default 100,000. */
  readonly maxInodes?: number;
  /** Nanoseconds since 1970-01-01. Default: `Date`. */
  readonly now?: () => bigint;
}

const OPTIONS = {
  maxBytes: COUNT,
  chargedTo: CHARGED_BUDGET,
  maxInodes: COUNT,
  now: /* @__PURE__ */ shape<() => bigint>("a function", (value) => typeof value === "function"),
} satisfies OptionTable<MemoryFileSystemOptions>;

const DEFAULT_MAX_BYTES = 256 * 2 ** 20;
const DEFAULT_MAX_INODES = 100_000;
/*
 * What things take on a JavaScript engine's heap, as measured on V8 (tests/memory-accounting.test.ts), so that a file system
 * of a million empty files is charged what it takes, too. Contents and names come on top.
 */

/** A file or symbolic link: the object, its times, its number. */
const NODE_BYTES = 152;
/** A directory: the same, and a map for its entries. */
const DIRECTORY_BYTES = 320;
/** An entry of a directory, beside its name. */
const ENTRY_BYTES = 56;

/** Bytes that an entry takes. */
export function entryBytes(name: string): number {
  return ENTRY_BYTES + textBytes(name);
}

/** Bytes that a text takes: one for each of its characters, or two if not all of them are in Latin-1. */
export function textBytes(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return 2 * text.length;
  return text.length;
}

interface CommonNode {
  readonly inode: bigint;
  /** Entries that lead to it. */
  links: number;
  accessTime: bigint;
  modifyTime: bigint;
  changeTime: bigint;
}

export interface FileNode extends CommonNode {
  readonly kind: "file";
  readonly contents: FileContents;
  /** Open handles: the contents stay while there are any. */
  handles: number;
}

interface LinkNode extends CommonNode {
  readonly kind: "link";
  readonly target: string;
}

export interface DirectoryNode extends CommonNode {
  readonly kind: "directory";
  readonly entries: Map<string, Node>;
  /** How many of the entries are directories. */
  directories: number;
  /** `undefined` for the root, and once removed. */
  parent: DirectoryNode | undefined;
  removed: boolean;
}

export type Node = FileNode | LinkNode | DirectoryNode;

/** Allocates nodes within the limits, and tells the time. */
export class Volume implements ByteBudget {
  readonly device: bigint;
  readonly now: () => bigint;
  readonly #maxBytes: number;
  readonly #maxInodes: number;
  readonly #chargedTo: ChargedBudget | undefined;
  #bytes = 0;
  #inodes = 0;
  #lastInode = 0n;

  /** @throws TypeError, RangeError for options that make no sense */
  constructor(given: MemoryFileSystemOptions | undefined) {
    const options = readOptions("new MemoryFileSystem", given, OPTIONS);
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#maxInodes = options.maxInodes ?? DEFAULT_MAX_INODES;
    this.#chargedTo = options.chargedTo;
    this.now = options.now ?? (() => BigInt(Date.now()) * 1_000_000n);
    // Programs take files with equal device and inode for one, so two volumes must differ.
    this.device = BigInt(Math.floor(Math.random() * 2 ** 32));
  }

  get usedBytes(): number {
    return this.#bytes;
  }

  take(bytes: number): void {
    if (this.#bytes + bytes > this.#maxBytes) throw new WasiError("nospc", "the file system is full");
    if (this.#chargedTo?.tryReserve(bytes) === false) {
      throw new WasiError("nospc", "the budget that the file system is charged to is used up");
    }
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
    this.#chargedTo?.release(bytes);
  }

  newFile(): FileNode {
    const inode = this.#newInode(NODE_BYTES);
    const now = this.now();
    const contents = new FileContents(this);
    return {
      kind: "file",
      inode,
      links: 0,
      accessTime: now,
      modifyTime: now,
      changeTime: now,
      contents,
      handles: 0,
    };
  }

  newLink(target: string): LinkNode {
    const inode = this.#newInode(NODE_BYTES + textBytes(target));
    const now = this.now();
    return { kind: "link", inode, links: 0, accessTime: now, modifyTime: now, changeTime: now, target };
  }

  newDirectory(parent: DirectoryNode | undefined): DirectoryNode {
    // The root is there without anybody having made it.
    const inode = this.#newInode(parent === undefined ? 0 : DIRECTORY_BYTES);
    const now = this.now();
    return {
      kind: "directory",
      inode,
      links: 0,
      accessTime: now,
      modifyTime: now,
      changeTime: now,
      entries: new Map(),
      directories: 0,
      parent,
      removed: false,
    };
  }

  #newInode(bytes: number): bigint {
    if (this.#inodes >= this.#maxInodes) throw new WasiError("nospc", "too many files");
    this.take(bytes);
    this.#inodes++;
    return ++this.#lastInode;
  }

  /** Frees what no entry and no handle leads to any more. */
  collect(node: Node): void {
    if (node.links > 0 || (node.kind === "file" && node.handles > 0)) return;
    if (node.kind === "file") node.contents.release();
    const text = node.kind === "link" ? textBytes(node.target) : 0;
    this.giveBack((node.kind === "directory" ? DIRECTORY_BYTES : NODE_BYTES) + text);
    this.#inodes--;
  }
}

export function nodeStat(volume: Volume, node: Node): FileStat {
  let links = node.links;
  let size = 0;
  if (node.kind === "file") size = node.contents.size;
  else if (node.kind === "link") size = utf8Length(node.target);
  else {
    // `.`, and `..` in each directory below.
    links += 1 + node.directories;
  }
  return {
    device: volume.device,
    inode: node.inode,
    type: node.kind === "file" ? "regular-file" : node.kind === "link" ? "symbolic-link" : "directory",
    links: BigInt(links),
    size: BigInt(size),
    accessTime: node.accessTime,
    modifyTime: node.modifyTime,
    changeTime: node.changeTime,
  };
}

export function setNodeTimes(volume: Volume, node: Node, access: TimeUpdate, modify: TimeUpdate): void {
  const now = volume.now();
  if (access !== undefined) node.accessTime = access === "now" ? now : access;
  if (modify !== undefined) node.modifyTime = modify === "now" ? now : modify;
  node.changeTime = now;
}

export function modified(volume: Volume, node: Node): void {
  node.modifyTime = volume.now();
  node.changeTime = node.modifyTime;
}

/** Directories above it. */
export function depthOf(directory: DirectoryNode): number {
  let depth = 0;
  for (let at = directory.parent; at !== undefined; at = at.parent) depth++;
  return depth;
}

/** Whether `directory` is `around` or somewhere below it. */
export function isWithin(directory: DirectoryNode, around: DirectoryNode): boolean {
  for (let at: DirectoryNode | undefined = directory; at !== undefined; at = at.parent)
    if (at === around) return true;
  return false;
}
