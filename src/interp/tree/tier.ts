// The tier above the loop: counts what is hot, builds trees for it, enters and leaves them.
// Owns the way between the frames of an execution and the registers of trees.

import type { MemoryInstance } from "../../runtime/memory.ts";
import { Code } from "../code/code.ts";
import { CodeNode, type FunctionCode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import { EntryCode } from "../code/operations.ts";
import { applyFixups } from "../run/frames.ts";
import { regionBehind } from "../run/nodes.ts";
import { countTrees, isTimeForTrees } from "../run/slices.ts";
import { Assembler, NoDriver } from "./assemble.ts";
import { buildFunction, buildLoop, type Linkage } from "./build.ts";
import {
  type EntryKeeper,
  enterAt,
  enterFunction,
  removeEntry,
  type TreeEntry,
  type TreeState,
} from "./entries.ts";
import { LEAVING } from "./environment.ts";
import { Fuser } from "./fused.ts";
import { isV8, nodesForHost } from "./host-nodes.ts";
import {
  Counter,
  type Exit,
  type Flow,
  LEFT,
  type Linked,
  MAX_FRAME_WORDS,
  MAX_ROOM,
  Machine,
  NOT_READY,
  TREE_WORDS,
} from "./machine.ts";
import type { NodeSet } from "./node-set.ts";
import { DriverPool } from "./pool.ts";
import { warmUpHelper } from "./strangers.ts";
import type { Tree } from "./tree.ts";

/**
 * When trees are built: for what is hot, of the nodes that suit the host; for everything, at its first call; never. `random` is as
 * `always`, but trees are entered and left at random. Those are for tests: they share drivers between trees. `fused` and
 * `fused-random` are the same with fused nodes, which `always` and `random` have none of.
 */
export type TierMode = "hot" | "always" | "random" | "fused" | "fused-random" | "off";

/** Times that a loop's start or a function's entry is passed before it gets a tree, while there are few. */
const HOT = 1000;
/** After how many times more the host is looked at again. */
const LATER = 100;
/**
 * A tree costs V8 tens of milliseconds. Programs with few hot loops gain by having theirs soon, one whose time is spread over hundreds of
 * functions only where it pays: beyond so many trees, the times that it takes grow with the square of their number.
 */
const FEW = 8;
/**
 * Entering and leaving a tree takes a fifth of a microsecond, in which the loop executes some two hundred instructions, and the host
 * has to compile each tree: after so many entries, those that have used less fuel each are taken back.
 */
const JUDGED = 256;
const WORTHWHILE = 1500;
/**
 * Frames of the JavaScript stack, of some hundred bytes, that trees may use: as many as there are nodes above each other. V8 has room for
 * twelve thousand, and for six in a worker of Chromium; other hosts have smaller stacks, and larger frames on them.
 */
const MAX_FRAMES = 2400;
const FEW_FRAMES = 240;
const MAX_HEIGHT = 300;
/** Slices of fuel: less than the first is worth a new one. */
const SHORT = 2 ** 12;
const SLICE = 1n << 18n;
/** Trees take addresses above this for ones that are outside. */
const MAX_MEMORY = 2 ** 31;

/** What all engines of a process share that have the same set of nodes, made when the first tree is built. */
class Shared {
  readonly machine = new Machine();
  readonly pool = new DriverPool();
  readonly nodes: NodeSet;
  readonly maxFrames = isV8() ? MAX_FRAMES : FEW_FRAMES;
  /** Of the highest tree so far. */
  maxHeight = 1;
  readonly #isFused: boolean;
  #trees = 0;

  constructor(isFused: boolean) {
    this.#isFused = isFused;
    this.nodes = isFused ? new Fuser(this.machine) : new Assembler(this.machine, this.pool);
    if (!isFused) warmUpHelper((stranger) => () => start(stranger as Flow, 0));
  }

  /** Times that an entry is passed before it gets a tree. Nobody has to compile fused nodes. */
  get hot(): number {
    return this.#isFused ? HOT : HOT * Math.max(1, (this.#trees / FEW) ** 2);
  }

  /** Counts a tree that is about to be made, if it is not too high. */
  admit(tree: Tree): boolean {
    if (tree.height > Math.min(MAX_HEIGHT, this.maxFrames)) return false;
    this.maxHeight = Math.max(this.maxHeight, tree.height);
    this.#trees++;
    return true;
  }
}

const shared: { inlined?: Shared; fused?: Shared } = {};

function sharedOf(isFused: boolean): Shared {
  if (!isFused) {
    shared.inlined ??= new Shared(false);
    return shared.inlined;
  }
  shared.fused ??= new Shared(true);
  return shared.fused;
}

export class Tier implements Linkage, EntryKeeper {
  mode: TierMode = "hot";
  #shared: Shared | undefined;
  #seed = 1;

  /** A function has just been lowered. */
  prepare(func: FunctionCode): void {
    if (this.mode === "off" || !isSuitable(func)) return;
    enterFunction(this, func);
    const heads = new Set([...(func.loopHeads?.values() ?? [])].map(({ node }) => node));
    for (const node of heads) enterAt(this, node);
  }

  /** From now on trees are of these nodes, whatever suits the host. */
  assume(nodes: "inlined" | "fused"): void {
    this.#shared = sharedOf(nodes === "fused");
  }

  get whole(): NodeSet["whole"] {
    return this.#shared?.nodes.whole;
  }

  calleeOf(func: FunctionCode): Linked | undefined {
    if (func.entry !== null && (!isSuitable(func) || func.frameWords > MAX_FRAME_WORDS)) return undefined;
    func.tree ??= this.#shared?.nodes.link(NOT_READY);
    return func.tree;
  }

  /** The interpreter has come to an entry: goes on in its tree, or at the node that it returns. */
  enter(ex: TreeState, node: CodeNode): CodeNode {
    const entry = node.data as DataOf<EntryCode.Tree>;
    const { original } = entry;
    const { mode } = this;
    if (entry.run === undefined) {
      if (mode === "hot") {
        if (++entry.count < (this.#shared?.hot ?? HOT) || !isTimeForTrees()) return original ?? node.next;
        if (!this.#suitsHost()) {
          entry.count -= LATER;
          return original ?? node.next;
        }
      }
      // Entries stand in all code that was lowered before the mode was "off".
      if (this.mode === "off" || !this.#build(entry, node)) {
        removeEntry(node);
        return original === null ? node.next : node;
      }
    }
    const made = this.#shared;
    if (made === undefined || !canRun(ex, entry.func)) return original ?? node.next;
    if (mode !== "random" && mode !== "fused-random") {
      const next = run(made, ex, entry, entry.run!, 0);
      // Other trees may still call it.
      if (entry.entered === JUDGED && mode === "hot" && entry.used < JUDGED * WORTHWHILE) removeEntry(node);
      return next;
    }
    const chance = this.#chance();
    if (chance < 0.2) return original ?? node.next;
    // With less fuel than there is, the tree is left at some edge.
    const counter = Math.max(0, ex.store.fuel.counter);
    return run(
      made,
      ex,
      entry,
      entry.run!,
      counter - Math.floor(Math.min(counter, 1 / (1.001 - chance) ** 2)),
    );
  }

  /** From 0 to below 1, the same sequence every time. */
  #chance(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  /** Whether it is known which nodes suit the host; if none do, trees are off. */
  #suitsHost(): boolean {
    if (this.#shared !== undefined) return true;
    const nodes = nodesForHost();
    if (nodes === undefined) return false;
    if (nodes === "none") this.mode = "off";
    else this.#shared = sharedOf(nodes === "fused");
    return true;
  }

  #build(entry: TreeEntry, node: CodeNode): boolean {
    const { func, original } = entry;
    if (!func.module.takeForTree(func)) return false;
    const { mode } = this;
    this.#shared ??= sharedOf(mode === "fused" || mode === "fused-random");
    const made = this.#shared;
    made.pool.sharesDrivers = mode !== "hot";
    try {
      const tree = original === null ? buildFunction(func, this) : buildLoop(func, node, this);
      if (tree === undefined || !made.admit(tree)) return false;
      const linked = original === null ? this.calleeOf(func) : undefined;
      if (original !== null) entry.run = made.nodes.flow(tree);
      else if (linked !== undefined) {
        made.nodes.fill(linked, tree, func.entryFuel);
        entry.run = linked.flow;
      }
    } catch (error) {
      if (!(error instanceof NoDriver)) throw error;
    }
    return entry.run !== undefined;
  }
}

/** Whether trees can hold the function's frame. */
function isSuitable(func: FunctionCode): boolean {
  return func.refLocals === null && !func.module.costs.canBeFree && !func.isSlow && func.handlers === null;
}

/** Whether the execution's frame and memory are such that trees can work on them. */
function canRun(ex: TreeState, func: FunctionCode): boolean {
  const memory = ex.instance.memories[0] as MemoryInstance | undefined;
  if (memory !== undefined && (memory.isShared || memory.byteLength > MAX_MEMORY)) return false;
  return ex.fp + func.frameWords <= TREE_WORDS;
}

/**
 * Runs a tree on the current frame, and puts everything back where the interpreter has it. `withheld`: fuel that the tree may
 * not use.
 */
function run(
  { machine, maxFrames, maxHeight }: Shared,
  ex: TreeState,
  entry: TreeEntry,
  flow: Flow,
  withheld: number,
): CodeNode {
  const { func, original } = entry;
  const { R, Z, V, C } = machine;
  const { fp } = ex;
  const meter = ex.store.fuel;
  copyWords(R, ex.R, fp, fp + (original === null ? func.zeroTo : func.frameWords));
  machine.show(ex.u8, ex.memoryLength);
  V.globals = ex.instance.globals;
  V.instance = ex.instance;
  // Where nobody wants to be asked, a tree need not be left for a new slice soon.
  const isLent = ex.watch === undefined && meter.counter < SHORT && meter.refill(meter.counter, SLICE);
  const before = meter.counter;
  Z[Counter.Fuel] = before - withheld;
  const words = Math.min(TREE_WORDS, ex.maxWords) - fp - func.frameWords;
  const frames = Math.min(MAX_ROOM, maxFrames / maxHeight, ex.maxDepth - ex.sp, words / MAX_FRAME_WORDS);
  const room = Math.max(0, frames) | 0;
  Z[Counter.Room] = room;
  let code: number;
  try {
    code = start(flow, fp);
  } catch (error) {
    if (error !== LEAVING) throw error;
    code = LEFT;
  }
  const isLeft = code === LEFT;
  meter.counter = Z[Counter.Fuel]! + withheld + (isLeft ? (machine.exit?.refund ?? 0) : 0);
  const used = before - meter.counter;
  // Slices of the loop are short on purpose while it is young.
  if (isLent) meter.settle();
  else countTrees(used);
  const waits = isLeft && waitsForTree(machine.exit);
  entry.entered = waits ? 0 : entry.entered + 1;
  entry.used = waits ? 0 : entry.used + used;
  if (!isLeft) {
    copyWords(ex.R, R, fp, fp + func.resultWords);
    return returnOf(func);
  }
  const { exit } = machine;
  if (exit === undefined) throw new Error("a tree was left without saying where to");
  const { node, isBehind } = exit;
  machine.exit = undefined;
  const end = machine.fp + node.owner.frameWords;
  ex.ensureWords(end);
  copyWords(ex.R, R, fp, end);
  ex.fp = machine.fp;
  const { callsOfTrees } = func.module;
  for (let k = room; k > Z[Counter.Room]!; k--) ex.callers[ex.sp++] = callsOfTrees[C[k]!]!;
  if (!isBehind) return node;
  applyFixups(ex, node, ex.fp);
  return regionBehind(node);
}

/**
 * Whether a tree was left at a call of what may still get one. It is judged anew then: of functions that call each other, the first
 * to be hot would lose its entry before the others have trees.
 */
function waitsForTree(exit: Exit | undefined): boolean {
  if (exit === undefined || exit.isBehind || exit.node.op !== Code.Call) return false;
  const { tree, entry } = exit.node.data as DataOf<Code.Call>;
  return tree?.callee.fuel === NOT_READY && (entry === null || entry.op === EntryCode.Tree);
}

/**
 * Enters a tree. This call has seen many targets: where V8 knows only one, it compiles the tree once more as a part of {@link run}, and
 * both anew for the second tree.
 */
function start(flow: Flow, fp: number): number {
  return flow(fp);
}

/** Above so many words a copy at once is faster. */
const MANY_WORDS = 64;

function copyWords(to: Int32Array, from: Int32Array, start: number, end: number): void {
  if (end - start > MANY_WORDS) to.set(from.subarray(start, end), start);
  else for (let k = start; k < end; k++) to[k] = from[k]!;
}

/** A node by which the interpreter returns from a frame whose results are in place. */
function returnOf(func: FunctionCode): CodeNode {
  return new CodeNode(func, Code.Return, 0, 0, 0, 0, null);
}
