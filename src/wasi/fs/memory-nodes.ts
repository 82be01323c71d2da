// The nodes of an in-memory file system: files, links and directories, allocated within limits.
// Knows nothing of handles and names.

import { COUNT, type OptionTable, objectWith, readOptions, shape } from "../../checks/options.ts";
import { utf8Length } from "../../utf8.ts";
import { WasiError } from "../abi.ts";
import type { ByteBudget, FileContents } from "./file-contents.ts";
import type { FileStat, TimeUpdate } from "./file-system.ts";

/** Limits and clock of a {@link MemoryFileSystem}. */
export interface MemoryFileSystemOptions {
  /** Bytes of contents, links' contents and names. Past it writes give `nospc`. Default 256 MiB. */
  readonly maxBytes?: number;
  /** Takes part in another budget too: a store counts these bytes against its `totalBytes`. Past that, too, writes give `nospc`. */
  readonly chargedTo?: ChargedBudget;
  /** Files, directories and symbolic links. Past it creating gives `nospc`. Default 100,000. */
  readonly maxInodes?: number;
  /** Nanoseconds since 1970-01-01. Default: `Date`. */
  readonly now?: () => bigint;
}

/** What bytes can be charged to; a `Store` fits. */
export interface ChargedBudget {
  /** Takes bytes; false, with nothing changed, if they do not fit. */
  tryReserve(bytes: number): boolean;
  release(bytes: number): void;
}

const OPTIONS = {
  maxBytes: COUNT,
  chargedTo: /* @__PURE__ */ objectWith<ChargedBudget>("a Store or other budget", "tryReserve", "release"),
  maxInodes: COUNT,
  now: /* @__PURE__ */ shape<() => bigint>("a function", (value) => typeof value === "function"),
} satisfies OptionTable<MemoryFileSystemOptions>;

const DEFAULT_MAX_BYTES = 256 * 2 ** 20;
const DEFAULT_MAX_INODES = 100_000;
/** What an entry costs of the byte limit, so that names are bounded too. */
export const ENTRY_BYTES = 64;

export interface CommonNode {
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

  newNode(): CommonNode {
    if (this.#inodes >= this.#maxInodes) throw new WasiError("nospc", "too many files");
    this.#inodes++;
    const now = this.now();
    return { inode: ++this.#lastInode, links: 0, accessTime: now, modifyTime: now, changeTime: now };
  }

  /** Frees what no entry and no handle leads to any more. */
  collect(node: Node): void {
    if (node.links > 0 || (node.kind === "file" && node.handles > 0)) return;
    if (node.kind === "file") node.contents.release();
    else if (node.kind === "link") this.giveBack(node.target.length);
    this.#inodes--;
  }
}

export function newDirectory(volume: Volume): DirectoryNode {
  const node = volume.newNode();
  return {
    ...node,
    kind: "directory",
    entries: new Map(),
    directories: 0,
    parent: undefined,
    removed: false,
  };
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
