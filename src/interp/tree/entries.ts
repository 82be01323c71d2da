// Nodes at which the interpreter counts and enters trees: at loops' starts and functions' entries.
// Owns how such a node takes the place of the lowered one, and gives it back.

import type { ModuleInstance } from "../../runtime/instance.ts";
import { CodeNode, type FunctionCode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import { EntryCode } from "../code/operations.ts";
import type { Bounds } from "../run/stop.ts";
import type { Registers } from "../run/values.ts";
import type { Flow } from "./machine.ts";

/** What trees need of an execution: the current frame, memory 0 and the globals, and what there is room for. */
export interface TreeState extends Registers, Bounds {
  fp: number;
  sp: number;
  readonly callers: CodeNode[];
  readonly instance: ModuleInstance;
  readonly u8: Uint8Array;
  readonly memoryLength: number;
  readonly maxDepth: number;
  readonly maxWords: number;
  ensureWords(end: number): void;
}

/** Who builds and runs trees. */
export interface EntryKeeper {
  /** The interpreter has come to `node`, an entry. Returns where it goes on. */
  enter(ex: TreeState, node: CodeNode): CodeNode;
}

export class TreeEntry {
  readonly tier: EntryKeeper;
  readonly func: FunctionCode;
  /** The node whose place the entry has taken; `null` where it stands before a function's first node. */
  readonly original: CodeNode | null;
  /** Times that it was passed without a tree. */
  passed = 0;
  run: Flow | undefined;
  /** Times that its tree was entered, and the fuel that was used there. */
  entered = 0;
  used = 0;
  /** Whether its tree has used much fuel the last time. */
  isLong = false;

  constructor(tier: EntryKeeper, func: FunctionCode, original: CodeNode | null) {
    this.tier = tier;
    this.func = func;
    this.original = original;
  }

  /** Its tree was entered and has used so much fuel. */
  count(used: number): void {
    this.entered++;
    this.used += used;
  }
}

/** Makes `node`, at a loop's start, an entry. */
export function enterAt(tier: EntryKeeper, node: CodeNode): TreeEntry {
  const { owner } = node;
  const original = new CodeNode(owner, node.op, node.d, node.a, node.b, node.c, node.data);
  original.next = node.next;
  original.target = node.target === node ? original : node.target;
  original.fuel = node.fuel;
  original.at = node.at;
  const fixups = owner.fixups.get(node);
  if (fixups !== undefined) owner.fixups.set(original, fixups);
  const refs = owner.liveRefs.get(node);
  if (refs !== undefined) owner.liveRefs.set(original, refs);
  const entry = new TreeEntry(tier, owner, original);
  node.op = EntryCode.Tree;
  node.data = entry;
  return entry;
}

/** Takes the entry at `node` back: from now on the interpreter passes it as if there had never been one. */
export function removeEntry(node: CodeNode): void {
  const { func, original } = node.data as DataOf<EntryCode.Tree>;
  if (original === null) {
    func.entry = node.next;
    return;
  }
  node.op = original.op;
  node.data = original.data;
}

/** Puts `entry`, which was taken back at `node`, there again. */
export function restoreEntry(node: CodeNode, entry: TreeEntry): void {
  entry.entered = 0;
  entry.used = 0;
  node.op = EntryCode.Tree;
  node.data = entry;
  if (entry.original === null) entry.func.entry = node;
}

/** Puts an entry before a function's first node. */
export function enterFunction(tier: EntryKeeper, func: FunctionCode): TreeEntry {
  const first = func.entry!;
  const entry = new TreeEntry(tier, func, null);
  const node = new CodeNode(func, EntryCode.Tree, -1, 0, 0, 0, entry);
  node.next = first;
  node.fuel = first.fuel;
  node.at = first.at;
  func.entry = node;
  return entry;
}
