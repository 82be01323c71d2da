// Exceptions while code runs: making them, and finding who takes them.
// Owns the search through frames and try regions. Moving the execution there is unwind.ts's affair.

import { Trap } from "../../errors.ts";
import { Op } from "../../isa/op.ts";
import { isRef } from "../../module/types.ts";
import { exceptionBytes, type GcHeap, HeapFull, isSmallException } from "../../runtime/gc.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { Reference } from "../../runtime/reference.ts";
import { ExceptionInstance, type TagInstance } from "../../runtime/tag.ts";
import { Code } from "../code/code.ts";
import type { CatchHandler, CodeNode, HandlerTable, TryRegion } from "../code/node.ts";
import { wordsOf } from "../lower/operand-stack.ts";
import { isOfHost } from "./host-code.ts";
import { isHostRequest } from "./nodes.ts";
import type { Registers } from "./values.ts";

const NO_BITS = new Int32Array(0);
const NO_REFS: readonly Reference[] = [];

/** Where frames and instances stand when a search begins. */
export interface FrameState extends Registers {
  readonly fp: number;
  readonly sp: number;
  readonly callers: readonly CodeNode[];
  readonly saved: readonly ModuleInstance[];
  readonly instance: ModuleInstance;
}

/** A handler, and the frame and instance that it belongs to. */
export interface FoundHandler {
  readonly handler: CatchHandler;
  readonly fp: number;
  readonly sp: number;
  /** How many instances remain to return to. */
  readonly saved: number;
  readonly instance: ModuleInstance;
  /** Frames and handlers that were looked at. */
  readonly steps: number;
}

/** The exception that `throw`, `throw_ref` or `rethrow` at node `i` throws. @throws Trap for a null reference */
export function thrownAt(frame: FrameState, i: CodeNode): ExceptionInstance {
  const at = frame.fp + i.a;
  if ((i.c as Op) !== Op.Throw) {
    const exception = frame.X[at >> 1] as ExceptionInstance | null;
    if (exception === null) throw new Trap("null-exception-reference");
    return exception;
  }
  return readException(frame, frame.instance.tags[i.b]!, at);
}

/** An exception whose payload stands in registers from word `at` on. */
export function readException(
  { R, X }: Pick<Registers, "R" | "X">,
  tag: TagInstance,
  at: number,
): ExceptionInstance {
  const { params } = tag.type;
  if (params.length === 0) return new ExceptionInstance(tag, NO_BITS, NO_REFS);
  let words = 0;
  let hasRefs = false;
  for (let k = 0; k < params.length; k++) {
    words += wordsOf(params[k]!);
    hasRefs ||= isRef(params[k]!);
  }
  return new ExceptionInstance(
    tag,
    R.slice(at, at + words),
    hasRefs ? X.slice(at >> 1, (at + words) >> 1) : NO_REFS,
  );
}

/** Counts an exception that a guest is about to hold a reference to. @throws HeapFull when there is no room */
export function countException(heap: GcHeap, exception: ExceptionInstance): void {
  if (exception.counted) return;
  if (!heap.tryReserveException(exception)) {
    throw new HeapFull(exceptionBytes(exception), isSmallException(exception));
  }
  exception.counted = true;
}

/** Puts an exception's payload into registers from word `at` on. */
export function writePayload(
  { R, X }: Pick<Registers, "R" | "X">,
  { bits, refs }: ExceptionInstance,
  at: number,
): void {
  R.set(bits, at);
  for (let k = 0; k < refs.length; k++) X[(at >> 1) + k] = refs[k];
}

/** Finds who takes an exception that is thrown at node `i`, in this frame or below, up to the call by the host or its frame. */
export function findHandler(
  state: FrameState,
  i: CodeNode,
  exception: ExceptionInstance,
): FoundHandler | undefined {
  if (isOfHost(i.owner)) return undefined;
  const { callers } = state;
  let { fp, sp, instance } = state;
  let saved = state.saved.length;
  let site = i;
  let steps = 0;
  // What a tail call calls is no longer in the frame that made it.
  let left = leavesFrame(i);
  for (;;) {
    const table = left ? null : site.owner.handlers;
    left = false;
    if (table !== null) {
      for (let region = regionAt(table, site.at); region !== null; region = region.outer) {
        for (const handler of region.handlers) {
          steps++;
          if (handler.tagIdx >= 0 && instance.tags[handler.tagIdx] !== exception.tag) continue;
          return { handler, fp, sp, saved, instance, steps };
        }
        steps++;
      }
    }
    steps++;
    site = callers[--sp]!;
    if (site.isStart || isHostRequest(site)) return undefined;
    fp -= site.d;
    // A call into another instance stands before the node that comes back from there.
    if (site.next.op === Code.RestoreInstance) instance = state.saved[--saved]!;
  }
}

function leavesFrame(i: CodeNode): boolean {
  return (i.op === Code.Raise ? i.target : i).op === Code.TailCall;
}

/** The innermost region around the instruction at byte `at`. */
function regionAt({ starts, regions }: HandlerTable, at: number): TryRegion | null {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : (regions[low - 1] as TryRegion | null);
}
