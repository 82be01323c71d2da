// What the loop leaves its switch for. Owns who does it; each part has its own file.

import type { FunctionInstance } from "../../runtime/function.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import { HeavyOutcome } from "../ops/chunks.ts";
import { executeHeavy, type HeavyState } from "../ops/heavy.ts";
import { type CallState, callFunction, tailCall } from "./calls.ts";
import { applyFixups } from "./frames.ts";
import { exactNode } from "./nodes.ts";
import { after, leaveExact, refuelAfter, refuelBranch, refuelCharge, refuelEntry, tick } from "./refuel.ts";
import { outOfFuel, suspend } from "./stop.ts";
import { raise, type UnwindState } from "./unwind.ts";

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

/** What the requests need of an execution. */
export type SlowState = CallState &
  UnwindState &
  HeavyState & {
    /** Arguments of the loop's requests. */
    readonly target: FunctionInstance;
    readonly callee: FunctionCode;
  };

/** Does what the loop leaves to others; returns the node to go on with. */
export function handleSlow(run: SlowState, request: Slow, i: CodeNode): CodeNode {
  switch (request) {
    case Slow.RestoreInstance:
      run.enterInstance(run.saved.pop() as ModuleInstance);
      return after(run, i.data as CodeNode);
    case Slow.CallFunction:
      return callFunction(run, i, run.target);
    case Slow.TailCall:
      return tailCall(run, i);
    case Slow.Raise:
      return raise(run, i);
    case Slow.Heavy:
      return heavy(run, i);
    case Slow.RefuelCharge:
      return refuelCharge(run, i);
    case Slow.RefuelBranch:
      return refuelBranch(run, i);
    case Slow.RefuelAfter:
      return refuelAfter(run, i);
    case Slow.RefuelEntry:
      return refuelEntry(run, run.callee);
    case Slow.LeaveExact:
      return leaveExact(run, i);
    case Slow.Tick:
      return tick(run, i);
    default:
      throw new Error(`no slow path ${request}`);
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
