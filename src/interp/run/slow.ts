// What the loop leaves its switch for. Owns who does it; each part has its own file.

import type { FunctionInstance } from "../../runtime/function.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import { HeavyOutcome } from "../ops/chunks.ts";
import { executeHeavy, type HeavyState } from "../ops/heavy.ts";
import { type CallState, callFunction, checkIndirect, prepareCall, tailCall } from "./calls.ts";
import { applyFixups } from "./frames.ts";
import { hostStep } from "./host-frames.ts";
import { exactNode, isHostStep } from "./nodes.ts";
import { after, leaveExact, refuelAfter, refuelBranch, refuelCharge, refuelEntry, tick } from "./refuel.ts";
import { outOfFuel, suspend } from "./stop.ts";
import { raise, type UnwindState } from "./unwind.ts";

/** What the loop asks for when it leaves its switch. */
export const enum Slow {
  /** Not slow: enter the function that a call names. */
  Enter,
  /** The same where it must be prepared: `callee`. */
  EnterPrepared,
  /** Vector and aggregate instructions, and trees. */
  Elsewhere,
  RestoreInstance,
  CallImport,
  /** Of another instance, or the host: `target`. */
  CallFunction,
  /** Of another type than the expected one, which may be a subtype of it: `target`. */
  CallChecked,
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

/** What the requests need of an execution. */
export type SlowState = CallState &
  UnwindState &
  HeavyState & {
    /** Arguments of the loop's requests. */
    readonly target: FunctionInstance;
    readonly callee: FunctionCode;
    clearRefs(slots: readonly number[], base: number): void;
    elsewhere(i: CodeNode, fp: number): CodeNode;
  };

/** Does what the loop asks for at node `i`; returns the node to go on with. @throws Trap and others, as the instruction does */
export type SlowPath = (run: SlowState, i: CodeNode) => CodeNode;

/**
 * Who does it. The loop calls these through one place, where the compiler of the JavaScript engine sees many functions and puts
 * none of them into the loop: what they rely on changes more often than the loop should be compiled.
 */
export const SLOW_PATHS: Readonly<Record<Slow, SlowPath>> = {
  [Slow.Enter]: enterPrepared,
  [Slow.EnterPrepared]: enterPrepared,
  [Slow.Elsewhere]: elsewhere,
  [Slow.RestoreInstance]: (run, i) => {
    if (isHostStep(i)) return hostStep(run, i);
    run.enterInstance(run.saved.pop()!);
    return after(run, i.data as CodeNode);
  },
  [Slow.CallImport]: (run, i) => callFunction(run, i, run.instance.func(i.a)),
  [Slow.CallFunction]: (run, i) => callFunction(run, i, run.target),
  [Slow.CallChecked]: (run, i) => {
    checkIndirect(run, run.target, i.b);
    return callFunction(run, i, run.target);
  },
  [Slow.TailCall]: tailCall,
  [Slow.Heavy]: heavy,
  [Slow.Raise]: raise,
  [Slow.RefuelCharge]: refuelCharge,
  [Slow.RefuelBranch]: refuelBranch,
  [Slow.RefuelAfter]: refuelAfter,
  [Slow.RefuelEntry]: (run) => refuelEntry(run, run.callee),
  [Slow.LeaveExact]: leaveExact,
  [Slow.Tick]: tick,
};

/** Enters `callee`, called at node `i`, as the loop does where nothing needs to be prepared. */
function enterPrepared(run: SlowState, i: CodeNode): CodeNode {
  const { callee } = run;
  const base = run.fp + i.d;
  const next = prepareCall(run, callee, base, i);
  if (next !== i) return next;
  run.callers[run.sp++] = i;
  run.fp = base;
  run.R.fill(0, base + callee.zeroFrom, base + callee.zeroTo);
  if (callee.refLocals !== null) run.clearRefs(callee.refLocals, base >> 1);
  const { fuel } = run.store;
  fuel.counter -= callee.entryFuel;
  return fuel.counter < 0 ? refuelEntry(run, callee) : callee.entry!;
}

function elsewhere(run: SlowState, i: CodeNode): CodeNode {
  try {
    return run.elsewhere(i, run.fp);
  } catch (error) {
    // What is prepaid behind the instruction, which the loop adds for those that it executes itself.
    run.store.fuel.counter += i.fuel;
    throw error;
  }
}

function heavy(run: SlowState, i: CodeNode): CodeNode {
  const outcome = executeHeavy(run, i);
  run.refreshMemory();
  if (outcome === HeavyOutcome.Done) return after(run, i);
  applyFixups(run, i, run.fp);
  if (outcome === HeavyOutcome.Waiting) return suspend(run, "awaiting-host", i);
  // The base cost is paid: the run goes on with the operation itself, on what its operands now describe.
  if (outcome === HeavyOutcome.Interrupted) return suspend(run, "interrupted", i);
  run.store.fuel.counter += i.b;
  return outOfFuel(run, exactNode(i.owner, i.at));
}
