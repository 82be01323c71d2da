// Finds the references that the frames of an execution hold, at the level of Wasm: locals, and operands that are on
// the stack. Owns the walk over frames for recounts of the GC heap, and making room there; both lowerings give the
// same answer.

import { isRef } from "../../module/types.ts";
import type { FuelMeter } from "../../runtime/fuel.ts";
import type { GcHeap, HeapFull, RefVisitor } from "../../runtime/gc.ts";
import type { Reference } from "../../runtime/reference.ts";
import { Code, LAST_BOUNDARY } from "../code/code.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import { wordsOf } from "../lower/operand-stack.ts";
import { exactBehind, isHostError, isHostStep, siteOf } from "./nodes.ts";
import { type Bounds, type InterruptReason, poll } from "./stop.ts";

/** A guest frame that has called the host, and where it stands. */
export interface HostCallSite {
  readonly site: CodeNode;
  readonly fp: number;
  readonly sp: number;
}

/** What the walk needs of an execution. */
interface FramesView {
  readonly X: Reference[];
  readonly callers: readonly CodeNode[];
  /** Frames below which the host runs, outermost first. */
  readonly hostCalls: readonly HostCallSite[];
}

/** What recounts need of an execution. */
export interface RootState extends StoppedFrames, Bounds {
  readonly store: { readonly fuel: FuelMeter; readonly heap: GcHeap };
}

/** Frames, and where they stand. */
interface StoppedFrames extends FramesView {
  readonly fp: number;
  readonly sp: number;
  readonly pc: CodeNode | undefined;
  /** The node that has found no room on the GC heap, during the recount. */
  allocating: CodeNode | undefined;
}

/** Makes room for what node `i` allocates, which is then tried again. @throws Trap; what stops the run */
export function makeRoom(run: RootState, i: CodeNode, wanted: HeapFull): void {
  const { heap, fuel } = run.store;
  let reason: InterruptReason | undefined;
  run.allocating = i;
  try {
    heap.makeRoom(wanted, () => {
      reason ??= poll(run);
    });
  } finally {
    run.allocating = undefined;
  }
  // In the middle of a region not all operands are in their slots: the run pauses where the region ends.
  if (reason !== undefined) fuel.settle();
  // The rest of the region is prepaid, as it was before the fault.
  if (i.op > LAST_BOUNDARY) fuel.counter -= i.fuel;
}

/** Visits every reference that the frames hold, as Wasm sees them; clears the registers that hold others. */
export function visitRoots(run: StoppedFrames, visit: RefVisitor): void {
  const node = run.allocating ?? (run.hostCalls.length > 0 ? undefined : standsAt(run.pc));
  const at = node === undefined ? undefined : { node, fp: run.fp, sp: run.sp };
  visitFrames(run, at, visit);
}

/** The lowered node before which a run stands that is suspended at `pc`, for the references that are alive there. */
function standsAt(pc: CodeNode | undefined): CodeNode | undefined {
  switch (pc?.op) {
    case Code.Recharge:
      return exactBehind(pc);
    case Code.RestoreInstance:
      if (isHostStep(pc)) return pc;
      return exactBehind(siteOf(pc.data as CodeNode));
    case Code.Raise:
      return isHostError(pc) ? pc.target : pc;
    default:
      return pc;
  }
}

/**
 * Visits every live reference of `view`, whose innermost frame is at node `at`; undefined while the host runs. Other
 * registers that hold references are cleared: they are left over from what has ended, and would keep objects from being
 * collected.
 */
function visitFrames(
  view: FramesView,
  at: { readonly node: CodeNode; readonly fp: number; readonly sp: number } | undefined,
  visit: RefVisitor,
): void {
  const { X, callers, hostCalls } = view;
  const live = new Uint8Array(X.length);
  let hosts = hostCalls.length;
  let sp = 0;
  let fp = 0;
  let site: CodeNode | undefined;
  if (at !== undefined) {
    ({ node: site, fp, sp } = at);
  } else if (hosts > 0) {
    ({ site, fp, sp } = hostCalls[--hosts]!);
  }
  while (site !== undefined) {
    visitFrame(siteOf(site), fp, live);
    const caller: CodeNode | undefined = sp > 0 ? callers[--sp] : undefined;
    if (caller === undefined) break;
    if (!caller.isStart) {
      site = caller;
      fp -= caller.d;
    } else if (hosts > 0) {
      ({ site, fp, sp } = hostCalls[--hosts]!);
    } else {
      break;
    }
  }
  for (let slot = 0; slot < X.length; slot++) {
    if (live[slot]! === 1) visit(X[slot]);
    else X[slot] = null;
  }
}

/** Marks the slots of one frame that are alive when it stands at `site`. */
function visitFrame(site: CodeNode, fp: number, live: Uint8Array): void {
  const base = fp >> 1;
  const func = site.owner;
  if (site.isStart) {
    // Not entered yet: its arguments are there.
    markParams(func, base, live);
    return;
  }
  // A tail call has given up its frame.
  if (site.op === Code.TailCall) return;
  markParams(func, base, live);
  for (const slot of func.refLocals ?? []) live[base + slot] = 1;
  const refs = func.liveRefs.get(site);
  if (refs === undefined) return;
  for (let operand: typeof refs.top | null = refs.top; operand !== null; operand = operand.refBelow) {
    // One that stands for a local has nothing in its slot yet, one that is null nothing at all.
    if (operand.settled <= refs.position) live[base + (operand.slot >> 1)] = 1;
  }
}

function markParams({ type }: FunctionCode, base: number, live: Uint8Array): void {
  let slot = base;
  for (const param of type.params) {
    if (isRef(param)) live[slot] = 1;
    slot += wordsOf(param) >> 1;
  }
}
