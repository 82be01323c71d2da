// The tier above the loop: counts what is hot, builds trees for it, enters and leaves them.
// Owns the way between the frames of an execution and the registers of trees.

import type { MemoryInstance } from "../../runtime/memory.ts";
import { Code } from "../code/code.ts";
import { CodeNode, type FunctionCode } from "../code/node.ts";
import type { ExecutionState } from "../run/execution-state.ts";
import { Assembler, NoDriver } from "./assemble.ts";
import { buildFunction, buildLoop, type Linkage } from "./build.ts";
import { enterAt, enterFunction, removeEntry, type TreeEntry } from "./entries.ts";
import { LEAVING } from "./environment.ts";
import { type Callee, Counter, type Flow, LEFT, Machine, TREE_WORDS } from "./machine.ts";
import { DriverPool } from "./pool.ts";

/** When trees are built: for what is hot, at the first call of everything, or never. */
export type TierMode = "hot" | "always" | "off";

/** Times that a loop's start or a function's entry is passed before it gets a tree. */
const HOT = 1000;
/** Calls of trees by trees that may be under way: a call takes up to some sixty frames of the JavaScript stack. */
const MAX_DEPTH = 60;
/** More than a slice has. */
const NOT_READY = 0x7fffffff;
/** Trees take addresses above this for ones that are outside. */
const MAX_MEMORY = 2 ** 31;

/** What all engines of a process share, made when the first tree is built. */
class Shared {
  readonly machine = new Machine();
  readonly pool = new DriverPool();
  readonly assembler = new Assembler(this.machine, this.pool);
}

let shared: Shared | undefined;

interface Linked {
  readonly callee: Callee;
  readonly flow: Flow;
}

export class Tier implements Linkage {
  mode: TierMode = "off";
  readonly #callees = new WeakMap<FunctionCode, Linked>();

  /** A function has just been lowered. */
  prepare(func: FunctionCode): void {
    if (this.mode === "off" || !isSuitable(func)) return;
    enterFunction(func);
    for (const { node } of new Set(func.loopHeads?.values())) enterAt(node);
  }

  calleeOf(func: FunctionCode): Linked | undefined {
    if (func.entry !== null && !isSuitable(func)) return undefined;
    let linked = this.#callees.get(func);
    if (linked === undefined) {
      shared ??= new Shared();
      const driver = shared.pool.takeFunction();
      if (driver === undefined) return undefined;
      const callee: Callee = { fuel: NOT_READY, body: () => LEFT };
      linked = { callee, flow: driver(callee) };
      this.#callees.set(func, linked);
    }
    return linked;
  }

  /** The interpreter has come to an entry: goes on in its tree, or at the node that it returns. */
  enter(ex: ExecutionState, node: CodeNode): CodeNode {
    const entry = node.data as TreeEntry;
    const { original } = entry;
    if (entry.run === undefined) {
      if (this.mode !== "always" && ++entry.count < HOT) return original ?? node.next;
      if (!this.#build(entry, node)) {
        removeEntry(node);
        return original === null ? node.next : node;
      }
    }
    if (!canRun(ex, entry.func)) return original ?? node.next;
    return run(ex, entry, entry.run as Flow);
  }

  #build(entry: TreeEntry, node: CodeNode): boolean {
    const { func, original } = entry;
    shared ??= new Shared();
    try {
      if (original !== null) {
        const tree = buildLoop(func, node, this);
        if (tree !== undefined) entry.run = shared.assembler.flow(tree);
      } else {
        const tree = buildFunction(func, this);
        const linked = tree === undefined ? undefined : this.calleeOf(func);
        if (tree !== undefined && linked !== undefined) {
          linked.callee.body = shared.assembler.flow(tree);
          linked.callee.fuel = func.entryFuel;
          entry.run = linked.flow;
        }
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
function canRun(ex: ExecutionState, func: FunctionCode): boolean {
  const memory = ex.instance.memories[0] as MemoryInstance | undefined;
  if (memory !== undefined && (memory.isShared || memory.byteLength > MAX_MEMORY)) return false;
  return ex.fp + func.frameWords <= TREE_WORDS;
}

/** Runs a tree on the current frame, and puts everything back where the interpreter has it. */
function run(ex: ExecutionState, { func, original }: TreeEntry, flow: Flow): CodeNode {
  const { machine } = shared as Shared;
  const { R, Z, V } = machine;
  const { fp } = ex;
  const meter = ex.store.fuel;
  const live = original === null ? func.zeroTo : func.frameWords;
  R.set(ex.R.subarray(fp, fp + live), fp);
  machine.show(ex.u8, ex.memoryLength);
  V.globals = ex.instance.globals;
  V.instance = ex.instance;
  V.callers = ex.callers;
  Z[Counter.Fuel] = meter.counter;
  Z[Counter.Depth] = ex.sp;
  Z[Counter.MaxDepth] = Math.min(ex.maxDepth, ex.sp + MAX_DEPTH);
  Z[Counter.MaxWords] = Math.min(TREE_WORDS, ex.maxWords);
  let code: number;
  try {
    code = flow(fp);
  } catch (error) {
    if (error !== LEAVING) throw error;
    code = LEFT;
  }
  meter.counter = Z[Counter.Fuel] as number;
  if (code !== LEFT) {
    for (let k = fp, end = fp + func.resultWords; k < end; k++) ex.R[k] = R[k] as number;
    return returnOf(func);
  }
  const { exit } = machine;
  if (exit === undefined) throw new Error("a tree was left without saying where to");
  const { node, refund, isBehind } = exit;
  machine.exit = undefined;
  const end = machine.fp + node.owner.frameWords;
  ex.ensureWords(end);
  ex.R.set(R.subarray(fp, end), fp);
  ex.fp = machine.fp;
  ex.sp = Z[Counter.Depth] as number;
  meter.counter += refund;
  return isBehind ? ex.behind(node) : node;
}

/** A node by which the interpreter returns from a frame whose results are in place. */
function returnOf(func: FunctionCode): CodeNode {
  return new CodeNode(func, Code.Return, 0, 0, 0, 0, null);
}
