// Calls of raw host functions: begun where the guest calls them, continued with what they have asked for.
// Owns their frames among the guest's. What such a function does is its own affair; see runtime/raw-function.ts.

import { Fiber } from "../../runtime/fiber.ts";
import { FunctionInstance, PendingResult, type RawFunctionInstance } from "../../runtime/function.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { HostFrame, HostMachine } from "../../runtime/raw-function.ts";
import type { StoreState } from "../../runtime/store.ts";
import { Code } from "../code/code.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import { leaveFrame, reserveFrame } from "./frames.ts";
import type { HostCalls } from "./host-calls.ts";
import { codeToEnter } from "./host-code.ts";
import { HostStep, hostNode, hostRequest, isWayOut, raisingNode } from "./nodes.ts";
import { after } from "./refuel.ts";
import { outOfFuel, suspend, wouldBlock } from "./stop.ts";

/** What calls of raw host functions need of an execution. */
export interface HostFrames extends HostCalls, HostMachine {
  readonly store: StoreState;
  readonly instance: ModuleInstance;
  readonly mayAwait: boolean;
  /** Those that have asked for something, outermost first. */
  readonly hostFrames: HostFrame[];
  /** Goes on in another fiber; the current one stands at `pc`. Returns where. */
  changeFiber(fiber: Fiber, pc: CodeNode): CodeNode;
}

/** A call of a raw host function that has a frame, and the nodes by which it goes on. */
class Activation {
  readonly func: RawFunctionInstance;
  readonly frame: HostFrame;
  readonly #code: FunctionCode;
  #call: CodeNode<Code.Call> | undefined;
  #stand: CodeNode | undefined;

  constructor(func: RawFunctionInstance, frame: HostFrame) {
    this.func = func;
    this.frame = frame;
    this.#code = func.code as FunctionCode;
  }

  /** The call of a function, which comes back to the frame. */
  call(callee: FunctionCode): CodeNode {
    const back = (): CodeNode => hostNode(this.#code, HostStep.Return, this);
    this.#call ??= hostRequest(this.#code, callee, this.func.raw.words, back());
    this.#call.data = callee;
    return this.#call;
  }

  /** Where a run stands that has stopped in the frame. */
  get stand(): CodeNode {
    this.#stand ??= hostNode(this.#code, HostStep.Resume, this);
    return this.#stand;
  }
}

/** A frame is of one function only. */
function activationOf(func: RawFunctionInstance, frame: HostFrame): Activation {
  const { kept } = frame;
  if (kept instanceof Activation) return kept;
  const made = new Activation(func, frame);
  frame.kept = made;
  return made;
}

/** Calls a raw host function from node `i`; its arguments stand, and its results go, from word `base` on. */
export function callRaw(run: HostFrames, i: CodeNode, func: RawFunctionInstance, base: number): CodeNode {
  const code = func.code as FunctionCode;
  reserveFrame(run, code, base);
  const frame = work(run, i, func, base, undefined);
  if (frame === undefined) return i.op === Code.TailCall ? goBack(run) : after(run, i);
  // A tail call's frame becomes the host's.
  if (i.op !== Code.TailCall) {
    run.callers[run.sp++] = i;
    run.fp = base;
  }
  run.hostFrames.push(frame);
  return doRequest(run, activationOf(func, frame));
}

/** Does what a node of a host frame says. */
export function hostStep(run: HostFrames, i: CodeNode): CodeNode {
  if ((i.c as HostStep) === HostStep.Begin) return beginInFrame(run, i, i.data as RawFunctionInstance);
  if ((i.c as HostStep) === HostStep.Return) run.enterInstance(run.saved.pop()!);
  const activation = i.data as Activation;
  if (work(run, i, activation.func, run.fp, activation.frame) !== undefined)
    return doRequest(run, activation);
  run.hostFrames.pop();
  return goBack(run);
}

/** Begins a call whose frame is there already: one by the host, or by a host frame. */
function beginInFrame(run: HostFrames, i: CodeNode, func: RawFunctionInstance): CodeNode {
  const frame = work(run, i, func, run.fp, undefined);
  if (frame === undefined) return goBack(run);
  run.hostFrames.push(frame);
  return doRequest(run, activationOf(func, frame));
}

/** Lets the host work, at node `site`. Returns its frame where it needs something before it is done. */
function work(
  run: HostFrames,
  site: CodeNode,
  func: RawFunctionInstance,
  base: number,
  frame: HostFrame | undefined,
): HostFrame | undefined {
  const { top, host } = run;
  const { frameWords } = func.code as FunctionCode;
  run.top = Math.max(run.fp + site.owner.frameWords, base + frameWords);
  run.host = func;
  run.hostCalls.push({ site, fp: run.fp, sp: run.sp });
  let next: HostFrame | undefined;
  try {
    if (frame === undefined) next = func.raw.begin(run, base);
    else next = frame.resume(run, base) ? undefined : frame;
  } finally {
    run.hostCalls.pop();
    run.top = top;
    run.host = host;
  }
  run.refreshMemory();
  return next;
}

/** Returns from a host frame, whose results are in place. */
function goBack(run: HostFrames): CodeNode {
  const caller = leaveFrame(run);
  return isWayOut(caller) ? caller.next : after(run, caller);
}

function doRequest(run: HostFrames, activation: Activation): CodeNode {
  const { frame, func } = activation;
  const { request } = frame;
  if (request instanceof FunctionInstance) {
    run.saved.push(run.instance);
    if (request.instance !== undefined) run.enterInstance(request.instance);
    return activation.call(codeToEnter(request));
  }
  const { stand } = activation;
  if (request instanceof Fiber) return run.changeFiber(request, stand);
  try {
    if (!(request instanceof PendingResult)) return outOfFuel(run, stand);
    if (!run.mayAwait) throw wouldBlock(run, func.name ?? "a host function");
  } catch (error) {
    // In the frame, which is the current one by now.
    return raisingNode(stand, error);
  }
  run.pending = { promise: request.promise, site: stand, results: [], base: run.fp };
  return suspend(run, "awaiting-host", stand);
}
