// One thread of guest execution: its register file, its frames, what it may do and how it was stopped.
// Owns the data. Each file beside this one sees the part of it that it declares; the loops cache what they use.

import type { WouldBlockError } from "../../errors.ts";
import { Trap } from "../../errors.ts";
import { allocateBuffer } from "../../runtime/allocation.ts";
import { Fiber } from "../../runtime/fiber.ts";
import type { FuelScope } from "../../runtime/fuel.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import type { RefVisitor } from "../../runtime/gc.ts";
import { CALL_NODE_BYTES, EXECUTION_BYTES, FRAME_SLOT_BYTES } from "../../runtime/host-heap.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { MemoryInstance } from "../../runtime/memory.ts";
import type { HostFrame } from "../../runtime/raw-function.ts";
import type { Reference } from "../../runtime/reference.ts";
import type { StoreState } from "../../runtime/store.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import { EntryCode, FIRST_VECTOR } from "../code/operations.ts";
import { globalGet, globalSet, select } from "../ops/any-type.ts";
import type { VectorViews } from "../ops/simd/views.ts";
import { executeSpecial, executeTest } from "../ops/special.ts";
import { partOf } from "../parts.ts";
import { enter } from "./calls.ts";
import { type HostCallSite, visitRoots } from "./roots.ts";
import type { SlowState } from "./slow.ts";
import {
  type InterruptReason,
  isStop,
  type PendingCall,
  poll,
  type RunStatus,
  type Watch,
  wouldBlock,
} from "./stop.ts";
import { fault } from "./unwind.ts";
import { JS_VALUES } from "./values.ts";

const INITIAL_WORDS = 256;
/** Call nodes for which every execution has room. */
const INITIAL_DEPTH = 512;
const NO_MEMORY_U8 = new Uint8Array(0);
const NO_MEMORY_I32 = new Int32Array(0);

export class ExecutionContext implements SlowState {
  readonly store: StoreState;

  // Registers. The views are of one buffer; references are beside it, by slot.
  R!: Int32Array;
  F!: Float32Array;
  D!: Float64Array;
  X: Reference[] = [];
  /** The register file as lanes of every width; made when the first vector instruction needs it. */
  vectorViews: VectorViews | undefined;
  readonly maxWords: number;

  // Frames.
  fp = 0;
  sp = 0;
  callers = [null] as unknown[] as CodeNode[];
  saved: ModuleInstance[] = [];
  maxDepth: number;
  /** Bytes of frames past those that it began with, which count against the store. */
  #reserved = 0;
  clearedWords = 0;

  // The current instance, and views of its memory 0.
  instance!: ModuleInstance;
  u8: Uint8Array = NO_MEMORY_U8;
  i32: Int32Array = NO_MEMORY_I32;
  memoryLength = 0;
  stale = false;

  // Arguments of the loop's requests.
  target!: FunctionInstance;
  callee!: FunctionCode;

  // What it may do.
  watch: Watch | undefined;
  resumable = false;
  mayAwait = false;
  inTheWay: string | undefined;

  // How it was stopped.
  pc: CodeNode | undefined;
  status: RunStatus = "done";
  interruptedBy: InterruptReason | undefined;
  outOfFuelScope: FuelScope = "store";
  pending: PendingCall | undefined;
  ticks = 0;

  // Calls of the host.
  hostCalls: HostCallSite[] = [];
  hostFrames: HostFrame[] = [];
  top = 0;
  host: FunctionInstance | undefined;
  refunded = 0n;

  allocating: CodeNode | undefined;

  /** The fiber whose frames these are; `undefined` for its own, as long as nobody has asked for that. */
  loaded: Fiber | undefined;
  /** Its own fiber, in which it has begun. */
  #own: Fiber | undefined;

  constructor(store: StoreState) {
    this.store = store;
    this.maxDepth = Math.min(INITIAL_DEPTH, store.limits.callDepth);
    this.maxWords = Math.floor(store.limits.stackBytes / 8) * 2;
    this.#allocate(Math.min(INITIAL_WORDS, this.maxWords));
  }

  enterInstance(instance: ModuleInstance): void {
    this.instance = instance;
    this.stale = true;
    this.refreshMemory();
  }

  refreshMemory(): void {
    const { memories } = this.instance;
    for (let k = 0; k < memories.length; k++) memories[k]!.noticeTransfer();
    const memory = memories[0] as MemoryInstance | undefined;
    if (memory === undefined) {
      this.u8 = NO_MEMORY_U8;
      this.i32 = NO_MEMORY_I32;
      this.memoryLength = 0;
    } else if (this.u8 !== memory.u8 || this.memoryLength !== memory.byteLength) {
      this.stale = true;
      this.u8 = memory.u8;
      this.i32 = memory.i32;
      this.memoryLength = memory.byteLength;
    }
  }

  ensureWords(end: number): void {
    if (end <= this.R.length) return;
    if (end > this.maxWords) throw this.stackFull(end);
    const words = Math.min(this.maxWords, Math.max(end, this.R.length * 2));
    this.#reserve(((words - this.R.length) / 2) * FRAME_SLOT_BYTES);
    this.#allocate(words);
  }

  /** The trap for frames that would reach as far as word `end`. */
  stackFull(end: number): Trap {
    const { stackBytes } = this.store.limits;
    this.store.denials.add("call-stack", "stackBytes", end * 4, stackBytes);
    return new Trap("call-stack-exhausted", `frames of more than ${this.maxWords * 4} bytes`);
  }

  /** Makes room for more call nodes. @throws Trap `call stack exhausted` past the limit */
  deepen(): void {
    const { callDepth } = this.store.limits;
    if (this.maxDepth >= callDepth) {
      this.store.denials.add("call-stack", "callDepth", this.maxDepth + 1, callDepth);
      throw new Trap("call-stack-exhausted", `more than ${callDepth} frames`);
    }
    const depth = Math.min(callDepth, 2 * this.maxDepth);
    this.#reserve((depth - this.maxDepth) * CALL_NODE_BYTES);
    this.maxDepth = depth;
    this.stale = true;
  }

  #reserve(bytes: number): void {
    const { hostHeap } = this.store;
    if (!hostHeap.tryReserve(bytes)) {
      this.store.denials.add("call-stack", "hostHeapBytes", hostHeap.used + bytes, hostHeap.limit);
      throw new Trap("call-stack-exhausted", `frames do not fit hostHeapBytes = ${hostHeap.limit}`);
    }
    this.#reserved += bytes;
  }

  /** The run ends by `error`: frames of the host above the first `height` are told, innermost first. */
  unwindHost(height: number, error: unknown): void {
    for (let frame = this.#popHost(height); frame !== undefined; frame = this.#popHost(height)) {
      frame.unwind(error);
    }
  }

  #popHost(height: number): HostFrame | undefined {
    return this.hostFrames.length > height ? this.hostFrames.pop() : undefined;
  }

  get fiber(): Fiber {
    if (this.loaded === undefined) {
      this.#own = new Fiber();
      this.loaded = this.#own;
    }
    return this.loaded;
  }

  startFiber(func: FunctionInstance, argument: unknown): Fiber {
    this.store.reserveHostHeap(EXECUTION_BYTES, "task");
    const frames = new ExecutionContext(this.store);
    enter(frames, func, [argument], 0, JS_VALUES, func.instance ?? this.instance);
    this.store.heap.sources.add(frames);
    const fiber = new Fiber();
    fiber.frames = frames;
    fiber.drop = (error) => {
      if (fiber.frames !== undefined) (fiber.frames as ExecutionContext).#dropFiber(error);
    };
    return fiber;
  }

  changeFiber(fiber: Fiber, pc: CodeNode): CodeNode {
    const { fiber: current } = this;
    const frames = fiber.frames as ExecutionContext;
    this.pc = pc;
    this.#exchange(frames);
    fiber.frames = undefined;
    this.loaded = fiber;
    if (current.isOver) frames.#endFiber();
    else current.frames = frames;
    this.enterInstance(this.instance);
    return this.pc;
  }

  /** Where something has ended it in another fiber by `error`: gives that up, and goes back to the one in which it was. */
  returnTo(fiber: Fiber | undefined, error: unknown): void {
    const back = fiber ?? this.#own;
    const { loaded } = this;
    if (back === undefined || loaded === undefined || back === loaded) return;
    this.unwindHost(0, error);
    loaded.isOver = true;
    this.changeFiber(back, this.pc as CodeNode);
  }

  /**
   * Gives up the fiber that an error has ended, and those below it that end by that, down to `last`. Returns whether the execution goes on
   * in one of them: the error is then the affair of who has made the fiber.
   */
  leaveFailed(last: Fiber | undefined, error: unknown): boolean {
    if (isStop(error)) return false;
    for (;;) {
      const { loaded } = this;
      if (loaded?.failed === undefined || loaded === (last ?? this.#own)) return false;
      this.unwindHost(0, error);
      const { fiber, isBroken } = loaded.failed(error);
      loaded.isOver = true;
      this.pc = this.changeFiber(fiber, this.pc as CodeNode);
      if (!isBroken) return true;
    }
  }

  visitRoots(visit: RefVisitor): void {
    visitRoots(this, visit);
  }

  /** Exchanges what belongs to a fiber with other frames. */
  #exchange(other: ExecutionContext): void {
    [this.R, other.R] = [other.R, this.R];
    [this.F, other.F] = [other.F, this.F];
    [this.D, other.D] = [other.D, this.D];
    [this.X, other.X] = [other.X, this.X];
    [this.vectorViews, other.vectorViews] = [other.vectorViews, this.vectorViews];
    [this.fp, other.fp] = [other.fp, this.fp];
    [this.sp, other.sp] = [other.sp, this.sp];
    [this.top, other.top] = [other.top, this.top];
    [this.callers, other.callers] = [other.callers, this.callers];
    [this.saved, other.saved] = [other.saved, this.saved];
    [this.maxDepth, other.maxDepth] = [other.maxDepth, this.maxDepth];
    [this.#reserved, other.#reserved] = [other.#reserved, this.#reserved];
    [this.instance, other.instance] = [other.instance, this.instance];
    [this.pc, other.pc] = [other.pc, this.pc];
    [this.hostCalls, other.hostCalls] = [other.hostCalls, this.hostCalls];
    [this.hostFrames, other.hostFrames] = [other.hostFrames, this.hostFrames];
  }

  #dropFiber(error: unknown): void {
    this.unwindHost(0, error);
    this.#endFiber();
  }

  #endFiber(): void {
    this.release();
    this.store.hostHeap.release(EXECUTION_BYTES);
    this.store.heap.sources.delete(this);
  }

  /** Gives back what its frames have counted; it must not run any more. */
  release(): void {
    this.store.hostHeap.release(this.#reserved);
    this.#reserved = 0;
  }

  #allocate(words: number): void {
    const old = this.R as Int32Array | undefined;
    this.stale = true;
    const buffer = allocateBuffer("frames", words * 4);
    this.R = new Int32Array(buffer);
    this.F = new Float32Array(buffer);
    this.D = new Float64Array(buffer);
    this.vectorViews = undefined;
    if (old !== undefined) this.R.set(old);
    for (let slot = this.X.length; slot < words >> 1; slot++) this.X.push(null);
  }

  poll(): InterruptReason | undefined {
    return poll(this);
  }

  wouldBlock(operation: string): WouldBlockError {
    return wouldBlock(this, operation);
  }

  // What the loops call. They see nothing else of the rest of this folder but SLOW_PATHS.

  clearRefs(slots: readonly number[], base: number): void {
    for (const slot of slots) this.X[base + slot] = null;
  }

  copyRefs(to: number, from: number, count: number): void {
    this.X.copyWithin(to, from, from + count);
  }

  fault(i: CodeNode, thrown: unknown): CodeNode {
    return fault(this, i, thrown);
  }

  special(i: CodeNode, fp: number): void {
    executeSpecial(this, i, fp);
  }

  test(i: CodeNode, fp: number): boolean {
    return executeTest(this, i, fp);
  }

  select(i: CodeNode, fp: number): void {
    select(this, i, fp);
  }

  globalGet(i: CodeNode, fp: number): void {
    globalGet(this, i, fp);
  }

  globalSet(i: CodeNode, fp: number): void {
    globalSet(this, i, fp);
  }

  /** Executes what the loop does not know, from `i` on: vector or aggregate instructions, a tree. Returns where it goes on. */
  elsewhere(i: CodeNode, fp: number): CodeNode {
    if (i.op === EntryCode.Tree) return (i.data as DataOf<EntryCode.Tree>).tier.enter(this, i);
    if (i.op < FIRST_VECTOR) return partOf(i, "aggregates").execute(this, i, fp);
    return partOf(i, "vectors").execute(this, i, fp);
  }

  another(): ExecutionContext {
    return new ExecutionContext(this.store);
  }
}
