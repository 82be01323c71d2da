// One thread of guest execution: register file, frames, and everything the loop leaves to others —
// calls between instances and to the host, refuelling, the way between fast and exact code, faults.
// Owns frames. The loop caches what is here; instructions outside the loop are in special.ts and heavy.ts.

import {
  type BacktraceFrame,
  InterruptedError,
  OutOfFuelError,
  RuntimeError,
  Trap,
  WouldBlockError,
} from "../../errors.ts";
import type { ValType } from "../../module/types.ts";
import { type FunctionInstance, PendingResult, UnpaidCall } from "../../runtime/function.ts";
import { HeapFull, type RefVisitor } from "../../runtime/gc.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { MemoryInstance } from "../../runtime/memory.ts";
import type { Reference } from "../../runtime/reference.ts";
import type { StoreState } from "../../runtime/store.ts";
import type { TableInstance } from "../../runtime/table.ts";
import type { ExceptionInstance } from "../../runtime/tag.ts";
import { Code, LAST_BOUNDARY } from "../code/code.ts";
import { CodeNode, type Fixup, FunctionCode } from "../code/node.ts";
import { type CallTarget, FIRST_VECTOR } from "../code/operations.ts";
import { wordsOfAll } from "../lower/operand-stack.ts";
import { executeAggregates } from "../ops/aggregate.ts";
import { HeavyOutcome } from "../ops/chunks.ts";
import { executeHeavy } from "../ops/heavy.ts";
import { createVectorViews, type VectorViews } from "../ops/simd/views.ts";
import { executeSpecial, executeTest } from "../ops/special.ts";
import { executeVectors } from "../vector-loop.ts";
import { warmUpVectors } from "../warm-up-vector.ts";
import { backtrace } from "./backtrace.ts";
import { countException, findHandler, thrownAt, writePayload } from "./exceptions.ts";
import { undefinedElement, uninitializedElement } from "./faults.ts";
import { type HostCallSite, visitFrames } from "./roots.ts";
import { nextSlice } from "./slices.ts";
import { readValues, writeValues } from "./values.ts";

/** What the loop asks for when it leaves its switch. */
export const enum Slow {
  /** Not slow: enter the function that a call names. */
  Enter,
  RestoreInstance,
  CallFunction,
  TailCall,
  Heavy,
  Raise,
  RefuelCharge,
  RefuelBranch,
  RefuelAfter,
  RefuelEntry,
  LeaveExact,
  Tick,
}

/** Why the loop was left. */
export type RunStatus = "done" | "out-of-fuel" | "interrupted" | "awaiting-host";

/** Why a run was stopped from outside; `quantum`: only to let others run. */
export type InterruptReason = InterruptedError["reason"] | "quantum";

/** What can stop a run from outside; asked between fuel slices and after host calls. */
export interface Watch {
  /**
   * Returns the reason to stop, or `undefined`. Where the run could not go on later (`mayPause` is false), only
   * reasons to end it count.
   */
  poll(mayPause: boolean): InterruptReason | undefined;
}

/** A host call, or a wait for notification, whose result is awaited. */
export interface PendingCall {
  readonly promise: PromiseLike<unknown>;
  /** The call; `undefined` when the host itself made it. */
  readonly site: CodeNode | undefined;
  readonly results: readonly ValType[];
  /** Word at which the results go. */
  readonly base: number;
  /** To be called when nobody will take the result any more. */
  readonly cancel?: () => void;
}

const INITIAL_WORDS = 256;
const NO_MEMORY_U8 = new Uint8Array(0);
const NO_MEMORY_I32 = new Int32Array(0);
/** Turns of free loops between polls. */
const TICKS_PER_POLL = 10_000;
/** Words of large frames that are cleared between polls: a call costs the same however many locals it clears. */
const CLEARED_WORDS_PER_POLL = 2 ** 20;

export class ExecutionState {
  readonly store: StoreState;
  /** The register file, and its views. */
  R!: Int32Array;
  F!: Float32Array;
  D!: Float64Array;
  /** The register file as lanes of every width; made when the first vector instruction needs it. */
  vectorViews: VectorViews | undefined;
  /** References, by slot. */
  readonly X: Reference[] = [];
  fp = 0;
  sp = 0;
  /** Call nodes of the suspended frames, outermost first. */
  readonly callers = [null] as unknown[] as CodeNode[];
  /** The frames below which the host runs, outermost first. */
  readonly hostCalls: HostCallSite[] = [];
  /** The node that has found no room on the GC heap, during the recount. */
  #allocating: CodeNode | undefined;
  /** Instances to return to, one for each call that crossed between instances. */
  readonly saved: ModuleInstance[] = [];
  instance!: ModuleInstance;
  /** Views of the current instance's memory 0. */
  u8: Uint8Array = NO_MEMORY_U8;
  i32: Int32Array = NO_MEMORY_I32;
  memoryLength = 0;
  /** Something that the loop holds views of has changed: it must be entered again. */
  stale = false;
  readonly maxDepth: number;
  readonly #maxWords: number;
  /** Arguments of the loop's requests. */
  target!: FunctionInstance;
  callee!: FunctionCode;

  /** Where a suspended run goes on. */
  pc: CodeNode | undefined;
  status: RunStatus = "done";
  interruptedBy: InterruptReason | undefined;
  /** Which budget did not cover the next instruction, once the status is `out-of-fuel`. */
  outOfFuelScope: OutOfFuelError["scope"] = "store";
  pending: PendingCall | undefined;
  /** Fuel that was given back to the run while it waited for a host function. */
  refunded = 0n;
  /** Whether the run may stop and go on later; otherwise stopping is an error that unwinds. */
  resumable = false;
  /** Whether a host function may return a promise. */
  mayAwait = false;
  watch: Watch | undefined;
  /** First free word above the frame that called the host. */
  top = 0;
  /** The host function that is running now, called by this execution. */
  host: FunctionInstance | undefined;
  /** Name of the host function that has called the guest synchronously, so that the execution below cannot stop. */
  inTheWay: string | undefined;
  #ticks = 0;
  #clearingWords = 0;
  readonly #suspendNode: CodeNode;

  constructor(store: StoreState) {
    this.store = store;
    this.maxDepth = store.limits.callDepth;
    this.#maxWords = Math.floor(store.limits.stackBytes / 8) * 2;
    this.#allocate(Math.min(INITIAL_WORDS, this.#maxWords));
    this.#suspendNode = new CodeNode(NO_OWNER, Code.Exit, 0, 0, 0, 0, null);
  }

  // ------------------------------------------------------------------ state

  enterInstance(instance: ModuleInstance): void {
    this.instance = instance;
    this.stale = true;
    this.refreshMemory();
  }

  /** After anything that may have grown a memory. */
  refreshMemory(): void {
    const memory = this.instance.memories[0] as MemoryInstance | undefined;
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

  /** Makes room for words up to `end`. @throws Trap `call stack exhausted` past the limit. */
  ensureWords(end: number): void {
    if (end <= this.R.length) return;
    if (end > this.#maxWords) throw new Trap("call-stack-exhausted");
    this.#allocate(Math.min(this.#maxWords, Math.max(end, this.R.length * 2)));
  }

  #allocate(words: number): void {
    const old = this.R as Int32Array | undefined;
    this.stale = true;
    const buffer = new ArrayBuffer(words * 4);
    this.R = new Int32Array(buffer);
    this.F = new Float32Array(buffer);
    this.D = new Float64Array(buffer);
    this.vectorViews = undefined;
    if (old !== undefined) this.R.set(old);
    for (let slot = this.X.length; slot < words >> 1; slot++) this.X.push(null);
  }

  /**
   * Before a frame of `callee` at word `base` becomes the current one, for the call at node `i`. Returns `i`, or where the run
   * goes on if it pauses before the call. @throws Trap `call stack exhausted`; InterruptedError
   */
  prepareCall(callee: FunctionCode, base: number, i: CodeNode): CodeNode {
    if (callee.entry === null) {
      const reason = this.#lower(callee, i);
      if (reason !== undefined) return this.#pauseBeforeCall(reason, i);
    }
    if (this.sp >= this.maxDepth) {
      throw new Trap("call-stack-exhausted", `more than ${this.maxDepth} frames`);
    }
    const end = base + callee.frameWords;
    if (end > this.#maxWords) {
      throw new Trap("call-stack-exhausted", `frames of more than ${this.#maxWords * 4} bytes`);
    }
    this.ensureWords(end);
    if (callee.isSlow) this.#clearingWords += callee.zeroTo - callee.zeroFrom;
    if (this.#clearingWords > CLEARED_WORDS_PER_POLL) {
      this.#clearingWords = 0;
      this.#stopAtEntry();
    }
    return i;
  }

  /** Lowers the function that node `i` calls. Returns the reason to pause before that is done, if there is one. */
  #lower(callee: FunctionCode, i: CodeNode): InterruptReason | undefined {
    let reason: InterruptReason | undefined;
    // Of other calls, exact code may not find all operands in their slots, or the instance has been left already.
    const mayPause = i.op === Code.Call && i.c !== SYNTHETIC;
    const done = callee.module.lower(callee, () => {
      reason ??= this.poll();
      return reason !== undefined && mayPause;
    });
    if (!done) return reason;
    if (reason !== undefined) this.#stopAtEntry();
    return undefined;
  }

  /** With nothing left of the slice, entering the function asks whether to stop. */
  #stopAtEntry(): void {
    this.store.fuel.settle();
  }

  #pauseBeforeCall(reason: InterruptReason, i: CodeNode): CodeNode {
    if (i.isStart) return this.#pause(reason, i);
    this.applyFixups(i, this.fp);
    this.store.fuel.counter += i.owner.module.costAt(i.at);
    return this.#pause(reason, exactNode(i.owner, i.at));
  }

  clearRefs(slots: readonly number[], base: number): void {
    for (const slot of slots) this.X[base + slot] = null;
  }

  copyRefs(to: number, from: number, count: number): void {
    this.X.copyWithin(to, from, from + count);
  }

  // ------------------------------------------------------------------ instructions outside the loop

  special(i: CodeNode, fp: number): void {
    executeSpecial(this, i, fp);
  }

  /** Executes vector or aggregate instructions from `i` on; returns the first node behind them. */
  vector(i: CodeNode, fp: number): CodeNode {
    if ((i.op as number) < FIRST_VECTOR) return executeAggregates(this, i, fp);
    if (this.vectorViews === undefined) this.#prepareVectors(i.owner);
    return executeVectors(this, i, fp);
  }

  #prepareVectors(owner: FunctionCode): void {
    this.vectorViews = createVectorViews(this.R.buffer);
    warmUpVectors(() => {
      const scratch = new ExecutionState(this.store);
      scratch.vectorViews = createVectorViews(scratch.R.buffer);
      return scratch;
    }, owner);
  }

  test(i: CodeNode, fp: number): boolean {
    return executeTest(this, i, fp);
  }

  select(i: CodeNode, fp: number): void {
    const { R, X } = this;
    const from = R[fp + i.c] !== 0 ? fp + i.a : fp + i.b;
    const to = fp + i.d;
    // `to` may be a local: what stands behind a reference's slot is not its own.
    if ((i.data as number) >= FIRST_REF) X[to >> 1] = X[from >> 1];
    else R.copyWithin(to, from, from + 4);
  }

  globalGet(i: CodeNode, fp: number): void {
    const global = this.instance.globals[i.a] as { bits: Int32Array; at: number; ref: Reference };
    const to = fp + i.d;
    if (i.b >= FIRST_REF) this.X[to >> 1] = global.ref;
    else for (let k = 0; k < 4; k++) this.R[to + k] = global.bits[global.at + k] as number;
  }

  globalSet(i: CodeNode, fp: number): void {
    const global = this.instance.globals[i.b] as { bits: Int32Array; at: number; ref: Reference };
    const from = fp + i.a;
    if (i.c >= FIRST_REF) global.ref = this.X[from >> 1];
    else for (let k = 0; k < 4; k++) global.bits[global.at + k] = this.R[from + k] as number;
  }

  // ------------------------------------------------------------------ requests of the loop

  /** Does what the loop leaves to others; returns the node to go on with. */
  slow(request: Slow, i: CodeNode): CodeNode {
    switch (request) {
      case Slow.RestoreInstance:
        this.enterInstance(this.saved.pop() as ModuleInstance);
        return this.after(i.data as CodeNode);
      case Slow.CallFunction:
        return this.#callFunction(i, this.target);
      case Slow.TailCall:
        return this.#tailCall(i);
      case Slow.Raise:
        return this.#raise(i);
      case Slow.Heavy:
        return this.#heavy(i);
      case Slow.RefuelCharge:
        return this.#refuelCharge(i);
      case Slow.RefuelBranch: {
        // What was prepaid is given back first: where polling throws, the books are right.
        this.store.fuel.counter += i.c;
        const reason = this.poll();
        if (reason !== undefined) return this.#pause(reason, regionStart(i.owner, i.at, i.c, i.target));
        return this.#prepay(i.c) ? i.target : exactNode(i.owner, i.at);
      }
      case Slow.RefuelAfter:
        this.store.fuel.counter += i.fuel;
        return this.after(i);
      case Slow.RefuelEntry: {
        const { callee } = this;
        this.store.fuel.counter += callee.entryFuel;
        const entry = callee.entry as CodeNode;
        const reason = this.poll();
        if (reason !== undefined) {
          return this.#pause(reason, regionStart(callee, ENTRY, callee.entryFuel, entry));
        }
        return this.#prepay(callee.entryFuel) ? entry : exactCode(callee).entry;
      }
      case Slow.LeaveExact:
        return this.#leaveExact(i);
      case Slow.Tick:
        if (++this.#ticks < TICKS_PER_POLL) return this.after(i, false);
        this.#ticks = 0;
        return this.after(i);
      default:
        throw new Error(`no slow path ${request}`);
    }
  }

  /** Goes on behind a node that ends a region: prepays the next one, or changes to exact code. */
  after(i: CodeNode, mayPoll = true): CodeNode {
    const reason = mayPoll ? this.poll() : undefined;
    if (reason === undefined && this.#prepay(i.fuel)) return i.next;
    this.applyFixups(i, this.fp);
    if (reason !== undefined) return this.#pause(reason, regionBehind(i));
    return exactBehind(i);
  }

  /** Pays for a region before it runs, if the fuel covers it. */
  #prepay(cost: number): boolean {
    const { fuel } = this.store;
    if (fuel.counter < cost && !this.#refill(cost)) return false;
    fuel.counter -= cost;
    return true;
  }

  /** Takes a slice of fuel, if what is left covers `cost`. The loop is then entered anew, by the newest code for it. */
  #refill(cost: number): boolean {
    this.stale = true;
    return this.store.fuel.refill(cost, nextSlice());
  }

  /** Asks whether to stop. Where the run cannot stop and go on, stopping is an error. */
  poll(): InterruptReason | undefined {
    const reason = this.watch?.poll(this.resumable);
    if (reason !== undefined && reason !== "quantum" && !this.resumable) {
      throw new InterruptedError(reason, false, this.#whyNotLater());
    }
    return reason;
  }

  /** Why an execution cannot stop here and go on later, where that has a reason of its own. */
  #whyNotLater(): string | undefined {
    return this.inTheWay === undefined
      ? undefined
      : `the host function ${this.inTheWay} called the guest synchronously, so the execution below it cannot pause here`;
  }

  #pause(reason: InterruptReason, pc: CodeNode): CodeNode {
    this.interruptedBy = reason;
    return this.#suspend("interrupted", pc);
  }

  #suspend(status: RunStatus, pc: CodeNode): CodeNode {
    this.status = status;
    this.pc = pc;
    return this.#suspendNode;
  }

  #refuelCharge(i: CodeNode): CodeNode {
    const { fuel } = this.store;
    fuel.counter += i.fuel;
    const reason = this.poll();
    if (reason !== undefined) return this.#pause(reason, i);
    if (this.#refill(i.fuel)) return i;
    return this.#outOfFuel(i);
  }

  #outOfFuel(pc: CodeNode): CodeNode {
    const { scope } = this.store.fuel;
    if (!this.resumable) throw new OutOfFuelError(scope, false, this.#whyNotLater());
    this.outOfFuelScope = scope;
    return this.#suspend("out-of-fuel", pc);
  }

  /** At a loop's start in exact code: back to the fast code, if the fuel covers its first region. */
  #leaveExact(i: CodeNode): CodeNode {
    const head = i.owner.loopHeads?.get(i.at);
    const { fuel } = this.store;
    if (head === undefined) return i.next;
    if (fuel.counter < head.cost && !this.#refill(head.cost)) return i.next;
    fuel.counter -= head.cost;
    return head.node;
  }

  #heavy(i: CodeNode): CodeNode {
    const outcome = executeHeavy(this, i);
    this.refreshMemory();
    if (outcome === HeavyOutcome.Done) return this.after(i);
    this.applyFixups(i, this.fp);
    if (outcome === HeavyOutcome.Waiting) return this.#suspend("awaiting-host", i);
    // The base cost is paid: the run goes on with the operation itself, on what its operands now describe.
    if (outcome === HeavyOutcome.Interrupted) return this.#suspend("interrupted", i);
    this.store.fuel.counter += i.b;
    return this.#outOfFuel(exactNode(i.owner, i.at));
  }

  // ------------------------------------------------------------------ calls

  /** Checks an indirect call's type. @throws Trap */
  checkIndirect(func: FunctionInstance, typeId: number): void {
    if (func.typeId === typeId || this.store.registry.isDefinedSubtype(func.typeId, typeId)) return;
    throw new Trap("indirect-call-type-mismatch");
  }

  #callFunction(i: CodeNode, func: FunctionInstance): CodeNode {
    if (func.host !== undefined)
      return this.#chargeHostCall(i, func) ?? this.#callHost(i, func, this.fp + i.d);
    if (func.instance === this.instance) return this.#siteCall(i, func.code as FunctionCode, i.next, i.fuel);
    const way = this.#wayBack(i);
    way.data = func.code;
    this.saved.push(this.instance);
    this.enterInstance(func.instance as ModuleInstance);
    return way;
  }

  /** A node that calls `code` from site `i`; its `next` restores the instance, then goes on behind `i`. */
  #wayBack(i: CodeNode): CodeNode {
    if (i.target === i) {
      const way = new CodeNode(i.owner, Code.Call, i.d, 0, 0, 0, null);
      way.at = i.at;
      way.next = restoreNode(i);
      way.c = SYNTHETIC;
      way.target = i;
      i.target = way;
    }
    return i.target;
  }

  #siteCall(i: CodeNode, code: FunctionCode, next: CodeNode, fuel: number): CodeNode {
    const call = new CodeNode(i.owner, Code.Call, i.d, 0, 0, 0, code);
    call.at = i.at;
    call.next = next;
    call.fuel = fuel;
    call.c = SYNTHETIC;
    call.target = siteOf(i);
    call.isStart = i.isStart;
    return call;
  }

  #callHost(i: CodeNode, func: FunctionInstance, base: number): CodeNode {
    const { type } = func;
    const args = readValues(this, type.params, base);
    const { top, host } = this;
    this.top = Math.max(this.fp + i.owner.frameWords, base + wordsOfAll(type.params));
    this.host = func;
    this.hostCalls.push({ site: i, fp: this.fp, sp: this.sp });
    let result: unknown;
    try {
      result = (func.host as NonNullable<FunctionInstance["host"]>)(
        { store: this.store, instance: this.instance },
        args,
      );
    } finally {
      this.hostCalls.pop();
      this.top = top;
      this.host = host;
    }
    this.refreshMemory();
    if (result instanceof PendingResult) {
      if (!this.mayAwait) throw this.wouldBlock(func.name ?? "a host function");
      this.pending = { promise: result.promise, site: i, results: func.type.results, base };
      this.applyFixups(i, this.fp);
      return this.#suspend("awaiting-host", i);
    }
    if (result instanceof UnpaidCall) {
      // Its arguments have been moved over the caller's locals, so that it cannot be begun anew.
      if (i.op === Code.TailCall) throw result.error;
      this.store.fuel.refund(this.#priceOf(i, func));
      return this.#stopBeforeHostCall(i, func);
    }
    this.finishHostCall(func.type.results, base, result);
    if (i.op !== Code.TailCall) return this.after(i);
    const caller = this.#leaveFrame();
    return isWayOut(caller) ? caller.next : this.after(caller);
  }

  /** Pays what a call of the host costs on top of its instruction; if it cannot, where the run stops. */
  #chargeHostCall(i: CodeNode, func: FunctionInstance): CodeNode | undefined {
    const price = this.#priceOf(i, func);
    return price === 0n || this.store.fuel.tryCharge(price) ? undefined : this.#stopBeforeHostCall(i, func);
  }

  #priceOf(i: CodeNode, func: FunctionInstance): bigint {
    const { hostCall } = i.owner.module.costs;
    return hostCall === 0 ? func.price : BigInt(hostCall) + func.price;
  }

  /** Stops a run before a call of the host, which then begins with the instruction; what is above it has been given back. */
  #stopBeforeHostCall(i: CodeNode, func: FunctionInstance): CodeNode {
    const { fp } = this;
    this.applyFixups(i, fp);
    // What designates the callee stands above the arguments in exact code, and may be anywhere in fast code.
    const designation = fp + i.d + wordsOfAll(func.type.params);
    if (i.op === Code.CallIndirect) this.R[designation] = this.R[fp + i.a] as number;
    else if (i.op === Code.CallRef) this.copyRefs(designation >> 1, (fp + i.a) >> 1, 1);
    this.store.fuel.counter += i.owner.module.costAt(i.at);
    return this.#outOfFuel(exactNode(i.owner, i.at));
  }

  /** The error for an operation that would have to wait. */
  wouldBlock(operation: string): WouldBlockError {
    return new WouldBlockError(operation, this.#whyNotLater());
  }

  /** Writes a host function's results, which have been checked, into the frame. */
  finishHostCall(results: readonly ValType[], base: number, result: unknown): void {
    if (results.length === 0) return;
    writeValues(this, results, base, results.length === 1 ? [result] : (result as unknown[]));
  }

  /** Returns from the current frame, whose results are in place; gives the node that had called. */
  #leaveFrame(): CodeNode {
    const caller = this.callers[--this.sp] as CodeNode;
    this.fp -= caller.d;
    return caller;
  }

  /** Where a run goes on once the host call at `site` has its result. */
  nodeBehind(site: CodeNode): CodeNode {
    if (site.op === Code.TailCall) {
      const caller = this.#leaveFrame();
      this.applyFixups(caller, this.fp);
      return isWayOut(caller) ? caller.next : this.nodeBehind(caller);
    }
    return regionBehind(site);
  }

  /** A node that raises `error` where the host call at `site` stands. */
  raisingNode(site: CodeNode, error: unknown): CodeNode {
    const node = new CodeNode(site.owner, Code.Raise, -1, 0, 0, HOST_ERROR, error);
    node.at = site.at;
    node.target = site;
    return node;
  }

  #tailCall(i: CodeNode): CodeNode {
    const target = i.data as CallTarget;
    const { fp } = this;
    const func = this.#tailTarget(target, fp + i.a);
    // Before the arguments move over the locals: the instruction may have to begin again.
    const stop = func.host === undefined ? undefined : this.#chargeHostCall(i, func);
    if (stop !== undefined) return stop;
    const words = i.b;
    this.R.copyWithin(fp, fp + i.d, fp + i.d + words);
    this.copyRefs(fp >> 1, (fp + i.d) >> 1, words >> 1);
    if (func.host !== undefined) return this.#callHost(i, func, fp);
    if (func.instance !== this.instance) {
      // The caller expects its own instance back. If something on the way already restores one, that will do.
      const caller = this.callers[this.sp - 1] as CodeNode;
      if (caller.next.op !== Code.RestoreInstance && caller.next.op !== Code.Exit) {
        const restore = this.#siteCall(caller, func.code as FunctionCode, caller.next, caller.fuel);
        restore.next = restoreNode(caller);
        restore.fuel = 0;
        this.callers[this.sp - 1] = restore;
        this.saved.push(this.instance);
      }
      this.enterInstance(func.instance as ModuleInstance);
    }
    // The frame is replaced: its caller calls again, from where the frame begins.
    const caller = this.callers[--this.sp] as CodeNode;
    this.fp = fp - caller.d;
    const again = this.#siteCall(caller, func.code as FunctionCode, caller.next, caller.fuel);
    return again;
  }

  #tailTarget(target: CallTarget, operand: number): FunctionInstance {
    switch (target.kind) {
      case "func":
        return this.instance.func(target.funcIdx);
      case "ref": {
        const func = this.X[operand >> 1] as FunctionInstance | null;
        if (func === null) throw new Trap("null-function-reference");
        return func;
      }
      case "table": {
        const { elements } = this.instance.tables[target.tableIdx] as TableInstance;
        const index = (this.R[operand] as number) >>> 0;
        if (index >= elements.length) throw undefinedElement(index);
        const func = elements[index] as FunctionInstance | null;
        if (func === null) throw uninitializedElement(index);
        this.checkIndirect(func, target.typeId);
        return func;
      }
    }
  }

  // ------------------------------------------------------------------ exceptions

  #raise(i: CodeNode): CodeNode {
    if (i.c === HOST_ERROR) throw i.data;
    const exception = thrownAt(this, i);
    const handler = this.#handle(i, exception, false);
    if (handler !== undefined) return handler;
    throw this.store.exceptions.toError(exception);
  }

  /** Moves to where an exception thrown at node `i` is handled; `undefined`, with nothing changed, if it is not. */
  #handle(i: CodeNode, exception: ExceptionInstance, byHost: boolean): CodeNode | undefined {
    const found = findHandler(this, i, exception);
    if (found === undefined) return undefined;
    const { payload, reference, edge } = found.handler;
    // What the host has made is the host's.
    if (reference >= 0 && !byHost) countException(this.store.heap, exception);
    this.fp = found.fp;
    this.sp = found.sp;
    if (this.saved.length !== found.saved) this.saved.length = found.saved;
    // Also where the instance stays the same: what threw may have grown its memory.
    this.enterInstance(found.instance);
    if (payload >= 0) writePayload(this, exception, this.fp + payload);
    if (reference >= 0) this.X[(this.fp + reference) >> 1] = exception;
    // Fuel bounds neither what a host function did nor a search among very many handlers: both poll.
    this.#ticks += found.steps;
    if (this.watch === undefined || !(byHost || this.#ticks >= TICKS_PER_POLL)) return edge;
    this.#ticks = TICKS_PER_POLL;
    const poll = new CodeNode(edge.owner, Code.Tick, -1, 0, 0, 0, null);
    poll.at = edge.at;
    poll.fuel = edge.fuel;
    poll.next = edge.target;
    return poll;
  }

  // ------------------------------------------------------------------ GC heap

  /** Makes room for what node `i` allocates, which is then tried again. @throws Trap; what stops the run */
  #makeRoom(i: CodeNode, { bytes }: HeapFull): void {
    const { heap, fuel } = this.store;
    let reason: InterruptReason | undefined;
    this.#allocating = i;
    try {
      heap.makeRoom(bytes, () => {
        reason ??= this.poll();
      });
    } finally {
      this.#allocating = undefined;
    }
    // In the middle of a region not all operands are in their slots: the run pauses where the region ends.
    if (reason !== undefined) fuel.settle();
    // The rest of the region is prepaid, as it was before the fault.
    if (i.op > LAST_BOUNDARY) fuel.counter -= i.fuel;
  }

  /** Visits every reference that the frames hold, as Wasm sees them; clears the registers that hold others. */
  visitRoots(visit: RefVisitor): void {
    const node = this.#allocating ?? (this.hostCalls.length > 0 ? undefined : this.#standsAt());
    const at = node === undefined ? undefined : { node, fp: this.fp, sp: this.sp };
    visitFrames(this, at, siteOf, visit);
  }

  /** The lowered node before which a suspended run stands, for the references that are alive there. */
  #standsAt(): CodeNode | undefined {
    const { pc } = this;
    switch (pc?.op) {
      case Code.Recharge:
        return exactBehind(pc);
      case Code.RestoreInstance: {
        const site = siteOf(pc.data as CodeNode);
        return exactBehind(site);
      }
      case Code.Raise:
        return pc.c === HOST_ERROR ? pc.target : pc;
      default:
        return pc;
    }
  }

  // ------------------------------------------------------------------ frames

  /** Puts the operands that were left folded at `i` into their slots. */
  applyFixups(i: CodeNode, fp: number): void {
    const fixups = i.owner.fixups.get(siteOf(i));
    if (fixups === undefined) return;
    for (const fixup of fixups) this.#applyFixup(fixup, fp);
  }

  #applyFixup({ slot, op, a, b, c, data }: Fixup, fp: number): void {
    const { R, X } = this;
    const to = fp + slot;
    const from = fp + a;
    switch (op) {
      case Code.Copy32:
        R[to] = R[from] as number;
        return;
      case Code.Copy64:
        R.copyWithin(to, from, from + 2);
        return;
      case Code.Copy128:
        R.copyWithin(to, from, from + 4);
        return;
      case Code.CopyRef:
        X[to >> 1] = X[from >> 1];
        return;
      case Code.Const32:
        R[to] = b;
        return;
      case Code.Const64:
        R[to] = b;
        R[to + 1] = c;
        return;
      case Code.Const128:
        R.set(data as Int32Array, to);
        return;
      default:
        X[to >> 1] = null;
    }
  }

  /** Wasm frames, innermost first, when the current frame is at node `i`. */
  backtrace(i: CodeNode): readonly BacktraceFrame[] {
    return backtrace(i, this.callers, this.sp);
  }

  /**
   * A fault at node `i`, by a value of any kind, as hosts throw what they like: finds a handler, or tells an error of ours
   * where it happened and lets it pass.
   */
  fault(i: CodeNode, thrown: unknown): CodeNode {
    if (!HeapFull.isMade(thrown)) return this.#handleOrPass(i, thrown);
    try {
      this.#makeRoom(i, thrown);
    } catch (error) {
      return this.#handleOrPass(i, error);
    }
    return i;
  }

  #handleOrPass(i: CodeNode, thrown: unknown): CodeNode {
    const exception = this.store.exceptions.toException(thrown);
    const handler = exception === undefined ? undefined : this.#handle(i, exception, true);
    if (handler !== undefined) return handler;
    RuntimeError.locate(thrown, () => this.backtrace(i), this.store.fuel.consumed);
    this.pc = i;
    throw thrown;
  }
}

/** Where value types begin to be references, see module/types.ts. */
const FIRST_REF = 256;

const NO_OWNER = new FunctionCode(undefined as never, 0, 0, { kind: "func", params: [], results: [] });

/** Marks, in `c`, a raising node made while running; a lowered one has its instruction there. */
const HOST_ERROR = -1;

/** Marks, in `c`, a call node made while running; its `target` is the lowered node that it stands for. */
const SYNTHETIC = 1;

/**
 * A node at which a run can stand: it pays for the region that begins at `next`, or changes to the exact code at `key`. That
 * code is not made for a run that only pauses: of a large function it would take seconds.
 */
function regionStart(owner: FunctionCode, key: number, cost: number, next: CodeNode): CodeNode {
  const node = new CodeNode(owner, Code.Recharge, -1, 0, 0, 0, null);
  node.at = key === ENTRY ? owner.codeStart : key;
  node.c = key === ENTRY ? ENTRY : 0;
  node.fuel = cost;
  node.next = next;
  return node;
}

/** The same for the region behind node `i`, which has ended one. */
function regionBehind(i: CodeNode): CodeNode {
  return regionStart(i.owner, keyBehind(i), i.fuel, i.next);
}

/** A node that comes back from another instance, called at `site`. */
function restoreNode(site: CodeNode): CodeNode {
  const node = new CodeNode(site.owner, Code.RestoreInstance, 0, 0, 0, 0, site);
  node.at = site.at;
  return node;
}

/** The lowered node that a call node stands for. */
export function siteOf(i: CodeNode): CodeNode {
  return i.op === Code.Call && i.c === SYNTHETIC ? i.target : i;
}

/** Whether behind the call at `i` stands no Wasm code, but the way back to the host or into another instance. */
function isWayOut(i: CodeNode): boolean {
  return i.isStart || i.next.op === Code.RestoreInstance;
}

function exactCode(func: FunctionCode): NonNullable<FunctionCode["exact"]> {
  func.exact ??= func.module.lowerExact(func);
  return func.exact;
}

function exactNode(func: FunctionCode, key: number): CodeNode {
  const node = exactCode(func).nodes.get(key);
  if (node === undefined) throw new Error(`no exact code for byte ${key} of function ${func.funcIdx}`);
  return node;
}

/** Key of a function's entry, where what entering it costs has not been paid. */
const ENTRY = -1;

/** Key of the place behind a region end. */
function keyBehind(i: CodeNode): number {
  if (i.op === Code.Recharge && i.c === ENTRY) return ENTRY;
  return i.op === Code.Recharge || i.op === Code.Tick ? i.at : i.owner.module.instructionEnd(i.at);
}

/** The exact code behind a region end. */
function exactBehind(i: CodeNode): CodeNode {
  const key = keyBehind(i);
  return key === ENTRY ? exactCode(i.owner).entry : exactNode(i.owner, key);
}
