// Executes atomic memory instructions.
// Owns the choice between Atomics, for memories that other agents may share, and plain accesses, which are
// indivisible by themselves where all runs take turns.

import { Trap, WouldBlockError } from "../../errors.ts";
import { Op } from "../../isa/op.ts";
import { NumType } from "../../module/types.ts";
import type { MemoryInstance } from "../../runtime/memory.ts";
import type { Blocking } from "../../runtime/store.ts";
import { WaitResult } from "../../runtime/waiters.ts";
import type { CodeNode } from "../code/node.ts";
import { type AtomicAccess, AtomicKind, type MemoryAccess } from "../code/operations.ts";
import { type Bounds, type PendingCall, poll, wouldBlock } from "../run/stop.ts";
import type { InstanceRegisters } from "../run/values.ts";
import { effectiveAddress } from "./address.ts";

type NarrowView = Uint8Array | Uint16Array | Int32Array;

/** Executes node `i` of the frame at `fp`, no wait. @throws Trap out of bounds, or where the address is not aligned */
export function executeAtomic(ex: InstanceRegisters, i: CodeNode, fp: number): void {
  const access = i.data as AtomicAccess;
  const { R } = ex;
  const memory = ex.instance.memories[access.memIdx]!;
  const e = alignedAddress(memory, access, R, fp + i.a);
  const b = fp + i.b;
  const d = fp + i.d;
  if (access.kind === AtomicKind.Notify) {
    R[d] = memory.waiters.notify(e, R[b]! >>> 0);
    return;
  }
  if (access.bytes === 8) {
    execute64(memory, access.kind, e >>> 3, R, d, b, fp + access.third);
    return;
  }
  const view = viewOf(memory, access.bytes);
  const index = e / access.bytes;
  const operand = R[b]!;
  const replacement = R[fp + access.third]!;
  const old = memory.isShared
    ? executeShared(view, access.kind, index, operand, replacement)
    : executePlain(view, access.kind, index, operand, replacement);
  if (i.d < 0) return;
  R[d] = old;
  if (access.wide) R[d + 1] = 0;
}

function viewOf(memory: MemoryInstance, bytes: number): NarrowView {
  if (bytes === 1) return memory.u8;
  return bytes === 2 ? memory.u16 : memory.i32;
}

/** @throws Trap; bounds come before alignment */
function alignedAddress(memory: MemoryInstance, access: MemoryAccess, R: Int32Array, a: number): number {
  const e = effectiveAddress(memory, access, R, a);
  if (e % access.bytes !== 0) throw new Trap("unaligned-atomic", `${access.bytes} bytes at address ${e}`);
  return e;
}

/** Returns what was there before. Views and Atomics wrap operands to the width of an element. */
function executeShared(
  view: NarrowView,
  kind: AtomicKind,
  index: number,
  operand: number,
  replacement: number,
): number {
  switch (kind) {
    case AtomicKind.Store:
      Atomics.store(view, index, operand);
      return 0;
    case AtomicKind.Add:
      return Atomics.add(view, index, operand);
    case AtomicKind.Sub:
      return Atomics.sub(view, index, operand);
    case AtomicKind.And:
      return Atomics.and(view, index, operand);
    case AtomicKind.Or:
      return Atomics.or(view, index, operand);
    case AtomicKind.Xor:
      return Atomics.xor(view, index, operand);
    case AtomicKind.Exchange:
      return Atomics.exchange(view, index, operand);
    case AtomicKind.CompareExchange:
      return Atomics.compareExchange(view, index, operand, replacement);
    default:
      return Atomics.load(view, index);
  }
}

function executePlain(
  view: NarrowView,
  kind: AtomicKind,
  index: number,
  operand: number,
  replacement: number,
): number {
  const old = view[index]!;
  switch (kind) {
    case AtomicKind.Store:
    case AtomicKind.Exchange:
      view[index] = operand;
      return old;
    case AtomicKind.Add:
      view[index] = old + operand;
      return old;
    case AtomicKind.Sub:
      view[index] = old - operand;
      return old;
    case AtomicKind.And:
      view[index] = old & operand;
      return old;
    case AtomicKind.Or:
      view[index] = old | operand;
      return old;
    case AtomicKind.Xor:
      view[index] = old ^ operand;
      return old;
    case AtomicKind.CompareExchange:
      // The expected value counts as wrapped to the access's width.
      view[index] = operand;
      if (view[index]! === old) view[index] = replacement;
      else view[index] = old;
      return old;
    default:
      return old;
  }
}

/** The 64-bit accesses; operand, replacement and result are at words `b`, `c` and `d`. */
function execute64(
  memory: MemoryInstance,
  kind: AtomicKind,
  index: number,
  R: Int32Array,
  d: number,
  b: number,
  c: number,
): void {
  const view = memory.i64;
  const operand = kind === AtomicKind.Load ? 0n : read64(R, b);
  const old = memory.isShared
    ? executeShared64(view, kind, index, operand, kind === AtomicKind.CompareExchange ? read64(R, c) : 0n)
    : executePlain64(view, kind, index, operand, kind === AtomicKind.CompareExchange ? read64(R, c) : 0n);
  if (kind === AtomicKind.Store) return;
  R[d] = Number(BigInt.asIntN(32, old));
  R[d + 1] = Number(old >> 32n);
}

function read64(R: Int32Array, at: number): bigint {
  return (BigInt(R[at + 1]!) << 32n) | BigInt(R[at]! >>> 0);
}

function executeShared64(
  view: BigInt64Array,
  kind: AtomicKind,
  index: number,
  operand: bigint,
  replacement: bigint,
): bigint {
  switch (kind) {
    case AtomicKind.Store:
      return Atomics.store(view, index, operand);
    case AtomicKind.Add:
      return Atomics.add(view, index, operand);
    case AtomicKind.Sub:
      return Atomics.sub(view, index, operand);
    case AtomicKind.And:
      return Atomics.and(view, index, operand);
    case AtomicKind.Or:
      return Atomics.or(view, index, operand);
    case AtomicKind.Xor:
      return Atomics.xor(view, index, operand);
    case AtomicKind.Exchange:
      return Atomics.exchange(view, index, operand);
    case AtomicKind.CompareExchange:
      return Atomics.compareExchange(view, index, operand, replacement);
    default:
      return Atomics.load(view, index);
  }
}

function executePlain64(
  view: BigInt64Array,
  kind: AtomicKind,
  index: number,
  operand: bigint,
  replacement: bigint,
): bigint {
  const old = view[index]!;
  switch (kind) {
    case AtomicKind.Store:
    case AtomicKind.Exchange:
      view[index] = operand;
      return old;
    case AtomicKind.Add:
      view[index] = old + operand;
      return old;
    case AtomicKind.Sub:
      view[index] = old - operand;
      return old;
    case AtomicKind.And:
      view[index] = old & operand;
      return old;
    case AtomicKind.Or:
      view[index] = old | operand;
      return old;
    case AtomicKind.Xor:
      view[index] = old ^ operand;
      return old;
    case AtomicKind.CompareExchange:
      if (old === operand) view[index] = replacement;
      return old;
    default:
      return old;
  }
}

/** Between two polls of a blocked thread, in milliseconds. */
const BLOCKED_SLICE_MS = 20;
const NANOSECONDS_PER_MILLISECOND = 1e6;

/** What waiting needs of an execution. */
export interface WaitState extends InstanceRegisters, Bounds {
  readonly store: Bounds["store"] & { readonly blocking: Blocking | undefined };
  /** Whether the run may be suspended until somebody notifies. */
  readonly mayAwait: boolean;
  pending: PendingCall | undefined;
}

/**
 * Executes wait node `i`, whose operands (address, expected value, timeout in ns as i64, negative for none)
 * stand from word `at` on. Returns false when the run must be suspended; `ex.pending` then says until when.
 * @throws Trap; WouldBlockError where it would have to wait but may neither suspend nor block
 */
export function executeWait(ex: WaitState, i: CodeNode, at: number): boolean {
  const access = i.data as MemoryAccess;
  const { R } = ex;
  const memory = ex.instance.memories[access.memIdx]!;
  const e = alignedAddress(memory, access, R, at);
  if (!memory.type.shared) throw new Trap("expected-shared-memory");
  const wide = access.bytes === 8;
  const expected = at + 2;
  const timeout = read64(R, at + 4);
  const equal = wide
    ? loadWord(memory, e) === R[expected]! && loadWord(memory, e + 4) === R[expected + 1]!
    : loadWord(memory, e) === R[expected]!;
  if (!equal) {
    R[at] = WaitResult.NotEqual;
    return true;
  }
  if (timeout === 0n) {
    R[at] = WaitResult.TimedOut;
    return true;
  }
  const timeoutMs =
    timeout < 0n ? Number.POSITIVE_INFINITY : Math.ceil(Number(timeout) / NANOSECONDS_PER_MILLISECOND);
  if (!ex.mayAwait) {
    waitBlocking(ex, i.c as Op, timeoutMs);
    R[at] = WaitResult.TimedOut;
    return true;
  }
  if (timeoutMs !== Number.POSITIVE_INFINITY && typeof setTimeout !== "function") {
    throw new WouldBlockError(nameOf(i.c as Op), "there are no timers here");
  }
  const waiter = memory.waiters.wait(e, timeoutMs);
  ex.pending = { promise: waiter.promise, cancel: waiter.cancel, site: i, results: WAIT_RESULTS, base: at };
  return false;
}

const WAIT_RESULTS = [NumType.I32];

function loadWord(memory: MemoryInstance, e: number): number {
  const index = e >>> 2;
  return memory.isShared ? Atomics.load(memory.i32, index) : memory.i32[index]!;
}

function nameOf(op: Op): string {
  return op === Op.MemoryAtomicWait64 ? "memory.atomic.wait64" : "memory.atomic.wait32";
}

/** Nothing else runs while the thread is blocked, so only time can end it. @throws WouldBlockError, InterruptedError */
function waitBlocking(ex: WaitState, op: Op, timeoutMs: number): void {
  const { blocking } = ex.store;
  if (blocking === undefined) throw wouldBlock(ex, nameOf(op));
  if (timeoutMs === Number.POSITIVE_INFINITY) {
    throw new WouldBlockError(nameOf(op), "nothing could wake it; use callAsync(), or an Execution");
  }
  for (let left = timeoutMs; left > 0; left -= BLOCKED_SLICE_MS) {
    blocking.sleep(Math.min(left, BLOCKED_SLICE_MS));
    poll(ex);
  }
}
