// Calls that the loop does not do itself: first calls of a function, calls between instances, tail calls.
// Owns how frames and instances change then. Calls to the host are host-calls.ts's.

import { Trap } from "../../errors.ts";
import { type FunctionInstance, isHostFunction, isRawFunction } from "../../runtime/function.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import { Code } from "../code/code.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import type { CallTarget } from "../code/operations.ts";
import { wordsOfAll } from "../lower/operand-stack.ts";
import { undefinedElement, uninitializedElement } from "./faults.ts";
import { applyFixups, leaveFrame, reserveFrame } from "./frames.ts";
import { callHost, chargeHostCall } from "./host-calls.ts";
import { callRaw, type HostFrames } from "./host-frames.ts";
import { crossingCall, exactNode, isSynthetic, siteCall, startNode } from "./nodes.ts";
import { type InterruptReason, pause, poll } from "./stop.ts";
import type { ValueCodec } from "./values.ts";

/** Words of large frames that are cleared between polls: a call costs the same however many locals it clears. */
const CLEARED_WORDS_PER_POLL = 2 ** 20;

/** What calls need of an execution. */
export interface CallState extends HostFrames {
  /** Words of large frames that have been cleared since the last poll. */
  clearedWords: number;
}

/** Writes the arguments and sets the state to call `func`, from the host, with a frame at word `base`. */
export function enter<Value>(
  run: CallState,
  func: FunctionInstance,
  args: readonly Value[],
  base: number,
  codec: ValueCodec<Value>,
  instance: ModuleInstance = func.instance!,
): void {
  const { params, results } = func.type;
  run.ensureWords(base + Math.max(wordsOfAll(params), wordsOfAll(results)));
  codec.write(run, params, base, args);
  run.fp = base;
  run.status = "done";
  run.enterInstance(instance);
  run.pc = startNode(func.code as FunctionCode);
}

/**
 * Before a frame of `callee` at word `base` becomes the current one, for the call at node `i`. Returns `i`, or where the run
 * goes on if it pauses before the call. @throws Trap `call stack exhausted`; InterruptedError
 */
export function prepareCall(run: CallState, callee: FunctionCode, base: number, i: CodeNode): CodeNode {
  if (callee.entry === null) {
    const reason = lower(run, callee, i);
    if (reason !== undefined) return pauseBefore(run, reason, i);
  }
  reserveFrame(run, callee, base);
  if (callee.isSlow) run.clearedWords += callee.zeroTo - callee.zeroFrom;
  if (run.clearedWords > CLEARED_WORDS_PER_POLL) {
    run.clearedWords = 0;
    stopAtEntry(run);
  }
  return i;
}

/** Lowers the function that node `i` calls. Returns the reason to pause before that is done, if there is one. */
function lower(run: CallState, callee: FunctionCode, i: CodeNode): InterruptReason | undefined {
  let reason: InterruptReason | undefined;
  // Of other calls, exact code may not find all operands in their slots, or the instance has been left already.
  const mayPause = i.op === Code.Call && !isSynthetic(i);
  const done = callee.module.lower(callee, () => {
    reason ??= poll(run);
    return reason !== undefined && mayPause;
  });
  if (!done) return reason;
  if (reason !== undefined) stopAtEntry(run);
  else if (i.isStart) run.watch?.begin?.();
  return undefined;
}

/** With nothing left of the slice, entering the function asks whether to stop. */
function stopAtEntry({ store }: CallState): void {
  store.fuel.settle();
}

function pauseBefore(run: CallState, reason: InterruptReason, i: CodeNode): CodeNode {
  if (i.isStart) return pause(run, reason, i);
  applyFixups(run, i, run.fp);
  run.store.fuel.counter += i.owner.module.costAt(i.at);
  return pause(run, reason, exactNode(i.owner, i.at));
}

/** Checks an indirect call's type. @throws Trap */
export function checkIndirect({ store }: CallState, func: FunctionInstance, typeId: number): void {
  if (func.typeId === typeId || store.registry.isDefinedSubtype(func.typeId, typeId)) return;
  throw new Trap("indirect-call-type-mismatch");
}

/** Calls `func`, of whatever kind, from node `i`. */
export function callFunction(run: CallState, i: CodeNode, func: FunctionInstance): CodeNode {
  if (isHostFunction(func)) return chargeHostCall(run, i, func) ?? callHost(run, i, func, run.fp + i.d);
  if (isRawFunction(func)) return chargeHostCall(run, i, func) ?? callRaw(run, i, func, run.fp + i.d);
  const code = func.code as FunctionCode;
  if (func.instance === run.instance) return siteCall(i, code);
  // Made once for each site, which keeps it as its target.
  if (i.target === i) i.target = crossingCall(i, code);
  else i.target.data = code;
  run.saved.push(run.instance);
  run.enterInstance(func.instance!);
  return i.target;
}

/** Calls in place of the current frame what the tail call at node `i` names. */
export function tailCall(run: CallState, i: CodeNode): CodeNode {
  const { fp } = run;
  const func = tailTarget(run, i.data as DataOf<Code.TailCall>, fp + i.a);
  // Before the arguments move over the locals: the instruction may have to begin again.
  const stop = isHostFunction(func) || isRawFunction(func) ? chargeHostCall(run, i, func) : undefined;
  if (stop !== undefined) return stop;
  const words = i.b;
  run.R.copyWithin(fp, fp + i.d, fp + i.d + words);
  run.X.copyWithin(fp >> 1, (fp + i.d) >> 1, (fp + i.d + words) >> 1);
  if (isHostFunction(func)) return callHost(run, i, func, fp);
  if (isRawFunction(func)) return callRaw(run, i, func, fp);
  const code = func.code as FunctionCode;
  if (func.instance !== run.instance) {
    // The caller expects its own instance back. If something on the way already restores one, that will do.
    const caller = run.callers[run.sp - 1]!;
    if (caller.next.op !== Code.RestoreInstance && caller.next.op !== Code.Exit) {
      run.callers[run.sp - 1] = crossingCall(caller, code);
      run.saved.push(run.instance);
    }
    run.enterInstance(func.instance!);
  }
  // The frame is replaced: its caller calls again, from where the frame begins.
  return siteCall(leaveFrame(run), code);
}

function tailTarget(run: CallState, target: CallTarget, operand: number): FunctionInstance {
  switch (target.kind) {
    case "func":
      return run.instance.func(target.funcIdx);
    case "ref": {
      const func = run.X[operand >> 1] as FunctionInstance | null;
      if (func === null) throw new Trap("null-function-reference");
      return func;
    }
    case "table": {
      const { elements } = run.instance.tables[target.tableIdx]!;
      const index = run.R[operand]! >>> 0;
      if (index >= elements.length) throw undefinedElement(index);
      const func = elements[index] as FunctionInstance | null;
      if (func === null) throw uninitializedElement(index);
      checkIndirect(run, func, target.typeId);
      return func;
    }
  }
}
