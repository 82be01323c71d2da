// Calls of host functions by guests, and going on when a promised result is there.
// Owns their order: what they cost, arguments out, results in, then polling. What a host function is, only the embedder's layer knows.

import type { ValType } from "../../module/types.ts";
import {
  type FunctionInstance,
  type HostFunctionInstance,
  PendingResult,
  UnpaidCall,
} from "../../runtime/function.ts";
import { callHostFunction } from "../../runtime/host-gate.ts";
import type { StoreState } from "../../runtime/store.ts";
import { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import { wordsOfAll } from "../lower/operand-stack.ts";
import { applyFixups, leaveFrame } from "./frames.ts";
import { exactNode, isHostStep, isWayOut, regionBehind } from "./nodes.ts";
import { after, type RefuelState } from "./refuel.ts";
import type { HostCallSite } from "./roots.ts";
import { outOfFuel, type PendingCall, suspend, wouldBlock } from "./stop.ts";
import { type Registers, readValues, writeValues } from "./values.ts";

/** What host calls need of an execution. */
export interface HostCalls extends RefuelState {
  readonly store: StoreState;
  /** The frames below which the host runs, outermost first. */
  readonly hostCalls: HostCallSite[];
  /** First free word above the frame that called the host. */
  top: number;
  /** The host function that is running now, called by this execution. */
  host: FunctionInstance | undefined;
  /** Whether a host function may return a promise. */
  readonly mayAwait: boolean;
  pending: PendingCall | undefined;
  /** Fuel that was given back to the run while it waited for a host function. */
  refunded: bigint;
  /** After anything that may have grown a memory. */
  refreshMemory(): void;
}

/** Calls a host function from node `i`; its arguments stand, and its results go, from word `base` on. */
export function callHost(run: HostCalls, i: CodeNode, func: HostFunctionInstance, base: number): CodeNode {
  const { params, results } = func.type;
  const args = readValues(run, params, base);
  const { top, host } = run;
  run.top = Math.max(run.fp + i.owner.frameWords, base + wordsOfAll(params));
  run.host = func;
  run.hostCalls.push({ site: i, fp: run.fp, sp: run.sp });
  let result: unknown;
  try {
    result = callHostFunction(func, { store: run.store, instance: run.instance }, args);
  } finally {
    run.hostCalls.pop();
    run.top = top;
    run.host = host;
  }
  run.refreshMemory();
  if (result instanceof PendingResult) {
    if (!run.mayAwait) throw wouldBlock(run, func.name ?? "a host function");
    run.pending = { promise: result.promise, site: i, results, base };
    applyFixups(run, i, run.fp);
    return suspend(run, "awaiting-host", i);
  }
  if (result instanceof UnpaidCall) {
    // Its arguments have been moved over the caller's locals, so that it cannot be begun anew.
    if (i.op === Code.TailCall) throw result.error;
    run.store.fuel.refund(priceOf(i, func));
    return stopBeforeHostCall(run, i, func);
  }
  writeHostResult(run, results, base, result);
  if (i.op !== Code.TailCall) return after(run, i);
  const caller = leaveFrame(run);
  return isWayOut(caller) ? caller.next : after(run, caller);
}

/** Pays what a call of the host costs on top of its instruction; if it cannot, where the run stops. */
export function chargeHostCall(run: HostCalls, i: CodeNode, func: FunctionInstance): CodeNode | undefined {
  const price = priceOf(i, func);
  return price === 0n || run.store.fuel.tryCharge(price) ? undefined : stopBeforeHostCall(run, i, func);
}

function priceOf(i: CodeNode, func: FunctionInstance): bigint {
  const { hostCall } = i.owner.module.costs;
  return hostCall === 0 ? func.price : BigInt(hostCall) + func.price;
}

/** Stops a run before a call of the host, which then begins with the instruction; what is above it has been given back. */
function stopBeforeHostCall(run: HostCalls, i: CodeNode, func: FunctionInstance): CodeNode {
  const { R, X, fp } = run;
  applyFixups(run, i, fp);
  // What designates the callee stands above the arguments in exact code, and may be anywhere in fast code.
  const designation = fp + i.d + wordsOfAll(func.type.params);
  if (i.op === Code.CallIndirect) R[designation] = R[fp + i.a]!;
  else if (i.op === Code.CallRef) X[designation >> 1] = X[(fp + i.a) >> 1];
  run.store.fuel.counter += i.owner.module.costAt(i.at);
  return outOfFuel(run, exactNode(i.owner, i.at));
}

/** Writes a host function's results, which have been checked, into registers from word `base` on. */
export function writeHostResult(
  registers: Registers,
  results: readonly ValType[],
  base: number,
  result: unknown,
): void {
  if (results.length === 0) return;
  writeValues(registers, results, base, results.length === 1 ? [result] : (result as unknown[]));
}

/** Where a run goes on once the host call at `site` has its result. */
export function nodeBehind(run: HostCalls, site: CodeNode): CodeNode {
  let at = site;
  for (;;) {
    if (isHostStep(at)) return at;
    if (at.op !== Code.TailCall) return regionBehind(at);
    at = leaveFrame(run);
    applyFixups(run, at, run.fp);
    if (isWayOut(at)) return at.next;
  }
}
