// The tier above the loop: counts what is hot, builds trees for it, enters and leaves them.
// Owns the way between the frames of an execution and the registers of trees.

import type { MemoryInstance } from "../../runtime/memory.ts";
import { Code } from "../code/code.ts";
import { CodeNode, type FunctionCode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import type { EntryCode } from "../code/operations.ts";
import type { CallStack } from "../parts.ts";
import { applyFixups } from "../run/frames.ts";
import { regionBehind } from "../run/nodes.ts";
import { countTrees, isTimeForTrees, TELLS_HEAT } from "../run/slices.ts";
import { Assembler, NoDriver } from "./assemble.ts";
import { buildFunction, buildLoop, type Linkage } from "./build.ts";
import { isReady, missingCallee } from "./callees.ts";
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
import { Heat, Spread, sampled } from "./heat.ts";
import { isV8, nodesForHost } from "./host-nodes.ts";
import {
  Counter,
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

/** Times that a loop's start or a function's entry is passed before it gets a tree, where that alone says what is hot. */
const HOT = 1000;
/** The same in a function of which samples have said so. */
const PASSED = 100;
/** After how many times more the host is looked at again. */
const LATER = 100;
/** Fuel that a function has used by the samples before it gets entries, where a few use most of it; and where none does. */
const WARM = 2 ** 20;
const MUCH = 2 ** 28;
/** Bytes of lowered code, of some hundred a node: larger functions are not looked at. */
const MAX_CODE = 2 ** 19;
/** Times that trees are left because a function has no tree, before it gets one. */
const WANTED = 16;
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
/** Less fuel than this is worth a slice that is lent, and so is a tree that has used as much as `LONG`. */
const SHORT = 2 ** 12;
const LONG = 2 ** 15;
const LENT = 1n << 26n;
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

  constructor(isFused: boolean) {
    this.#isFused = isFused;
    this.nodes = isFused ? new Fuser(this.machine) : new Assembler(this.machine, this.pool);
    if (!isFused) warmUpHelper((stranger) => () => start(stranger as Flow, 0));
  }

  /** Fuel before a function gets entries. Nobody has to compile fused nodes. */
  warm(isNarrow: boolean): number {
    return this.#isFused ? 1 : isNarrow ? WARM : MUCH;
  }

  /** Counts a tree that is about to be made, if it is not too high. */
  admit(tree: Tree): boolean {
    if (tree.height > Math.min(MAX_HEIGHT, this.maxFrames)) return false;
    this.maxHeight = Math.max(this.maxHeight, tree.height);
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
  /** Fuel that trees have used since the last sample, which would otherwise count as the loop's. */
  #usedByTrees = 0;
  readonly #spread = new Spread();
  readonly #heats = new WeakMap<FunctionCode, Heat>();

  /** A function has just been lowered. */
  prepare(func: FunctionCode): void {
    if (this.mode === "off" || (this.mode === "hot" && TELLS_HEAT) || !isSuitable(func)) return;
    this.#enterEverywhere(func);
  }

  #enterEverywhere(func: FunctionCode): void {
    this.#heatOf(func).isEntered = true;
    enterFunction(this, func);
    const heads = new Set([...(func.loopHeads?.values() ?? [])].map(({ node }) => node));
    for (const node of heads) enterAt(this, node);
  }

  /** From now on trees are of these nodes, whatever suits the host. */
  assume(nodes: "inlined" | "fused"): void {
    this.#shared = sharedOf(nodes === "fused");
  }

  sample(run: CallStack, func: FunctionCode, fuel: number): void {
    if (this.mode !== "hot" || !TELLS_HEAT) return;
    const used = Math.max(0, fuel - this.#usedByTrees);
    this.#usedByTrees = 0;
    this.#spread.count(this.#heatOf(func), used, canHaveTree(func));
    for (const each of sampled(func, run)) {
      const heat = this.#heatOf(each);
      heat.fuel += used;
      if (heat.fuel >= heat.next && isTimeForTrees()) this.#warm(each, heat);
    }
  }

  /** Gives a function entries in which much fuel was used. */
  #warm(func: FunctionCode, heat: Heat): void {
    if (!canHaveTree(func)) {
      heat.next = Number.POSITIVE_INFINITY;
      return;
    }
    if (!this.#suitsHost()) return;
    if (heat.fuel < (this.#shared?.warm(this.#spread.isNarrow) ?? 0)) return;
    heat.next = 2 * heat.fuel;
    if (heat.isEntered) heat.giveBack();
    else this.#enterEverywhere(func);
  }

  #heatOf(func: FunctionCode): Heat {
    let heat = this.#heats.get(func);
    if (heat === undefined) {
      heat = new Heat();
      this.#heats.set(func, heat);
    }
    return heat;
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
        if (++entry.passed < (TELLS_HEAT ? PASSED : HOT) || !isTimeForTrees()) return original ?? node.next;
        if (!this.#suitsHost()) {
          entry.passed -= LATER;
          return original ?? node.next;
        }
      }
      // Entries stand in all code that was lowered before the mode was "off".
      if (this.mode === "off" || !this.#build(entry, node)) {
        this.#heatOf(entry.func).isTreeless = true;
        removeEntry(node);
        return original === null ? node.next : node;
      }
    }
    const made = this.#shared;
    if (made === undefined || !canRun(ex, entry.func)) return original ?? node.next;
    if (mode !== "random" && mode !== "fused-random") {
      const next = this.#run(made, ex, entry, entry.run!, 0);
      // Other trees may still call it.
      if (entry.entered === JUDGED && mode === "hot" && entry.used < JUDGED * WORTHWHILE)
        this.#heatOf(entry.func).takeBack(node);
      return next;
    }
    const chance = this.#chance();
    if (chance < 0.2) return original ?? node.next;
    // With less fuel than there is, the tree is left at some edge.
    const counter = Math.max(0, ex.store.fuel.counter);
    return this.#run(
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

  /** Builds what `entry` enters, which stands at `node`. Returns whether it could. */
  #build(entry: TreeEntry, node: CodeNode): boolean {
    const { func, original } = entry;
    if (original === null) {
      if (isReady(func) || this.#buildFunction(func)) entry.run = func.tree?.flow;
    } else {
      this.#make(func, (made) => {
        const tree = buildLoop(func, node, this);
        if (tree === undefined || !made.admit(tree)) return;
        entry.run = made.nodes.flow(tree);
      });
    }
    return entry.run !== undefined;
  }

  /** Builds the tree of a function, which its callers in trees then enter. Returns whether it could. */
  #buildFunction(func: FunctionCode): boolean {
    this.#make(func, (made) => {
      const tree = buildFunction(func, this);
      if (tree === undefined || !made.admit(tree)) return;
      const linked = this.calleeOf(func);
      if (linked !== undefined) made.nodes.fill(linked, tree, func.entryFuel);
    });
    return isReady(func);
  }

  #make(func: FunctionCode, make: (made: Shared) => void): void {
    if (!func.module.takeForTree(func)) return;
    const { mode } = this;
    this.#shared ??= sharedOf(mode === "fused" || mode === "fused-random");
    this.#shared.pool.sharesDrivers = mode !== "hot";
    try {
      make(this.#shared);
    } catch (error) {
      if (!(error instanceof NoDriver)) throw error;
    }
  }

  /** A tree was left since `func` has none: it gets one, where that happens often. Returns whether it may have one. */
  #want(func: FunctionCode): boolean {
    if (this.mode !== "hot") return false;
    const heat = this.#heatOf(func);
    if (heat.isTreeless || (func.entry !== null && !isSuitable(func))) return false;
    if (func.entry !== null && ++heat.wanted >= WANTED) heat.isTreeless = !this.#buildFunction(func);
    return true;
  }

  /**
   * Runs a tree on the current frame, and puts everything back where the interpreter has it. `withheld`: fuel that the tree may
   * not use.
   */
  #run(
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
    const own = meter.counter;
    if (withheld === 0 && ex.watch === undefined && (own < SHORT || entry.isLong)) meter.refill(own, LENT);
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
    entry.isLong = used > LONG;
    // Slices of the loop are short on purpose while it is young: it has what it had before.
    if (before !== own) meter.giveBack(Math.min(before - own, meter.counter - own));
    else {
      countTrees(used);
      this.#usedByTrees += used;
    }
    if (!isLeft) {
      entry.count(used);
      copyWords(ex.R, R, fp, fp + func.resultWords);
      return returnOf(func);
    }
    const { exit } = machine;
    if (exit === undefined) throw new Error("a tree was left without saying where to");
    const { node, isBehind } = exit;
    machine.exit = undefined;
    const missing = isBehind ? undefined : missingCallee(machine, node);
    // What a tree would have used that goes on in a callee is not known yet.
    if (missing === undefined || !this.#want(missing)) entry.count(used);
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
}

/** Whether trees can hold the function's frame. */
function isSuitable(func: FunctionCode): boolean {
  return func.refLocals === null && !func.module.costs.canBeFree && !func.isSlow && func.handlers === null;
}

/** Whether a tree of a function is worth a look. What hosts do has frames too, but no code; exact code has no loop heads either. */
function canHaveTree(func: FunctionCode): boolean {
  return func.loopHeads !== null && isSuitable(func) && func.codeBytes <= MAX_CODE;
}

/** Whether the execution's frame and memory are such that trees can work on them. */
function canRun(ex: TreeState, func: FunctionCode): boolean {
  const memory = ex.instance.memories[0] as MemoryInstance | undefined;
  if (memory !== undefined && (memory.isShared || memory.byteLength > MAX_MEMORY)) return false;
  return ex.fp + func.frameWords <= TREE_WORDS;
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
