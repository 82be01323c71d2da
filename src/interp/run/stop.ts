// Stopping: who asks for it, what a stopped run remembers, and the error where it could not go on later.
// Owns the decision between pausing and unwinding. Knows no frames; where to pause, the caller says.

import { InterruptedError, OutOfFuelError, RuntimeError, WouldBlockError } from "../../errors.ts";
import { isInstance } from "../../host.ts";
import type { ValType } from "../../module/types.ts";
import type { FuelMeter, FuelScope } from "../../runtime/fuel.ts";
import { Code } from "../code/code.ts";
import { CodeNode, FunctionCode } from "../code/node.ts";

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
  /** The guest is about to execute its first instruction: what came before, its lowering among it, is not its time. */
  begin?(): void;
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

/** What decides whether a run may pause. */
export interface Bounds {
  readonly store: { readonly fuel: FuelMeter };
  readonly watch: Watch | undefined;
  /** Whether the run may stop and go on later; otherwise stopping is an error that unwinds. */
  readonly resumable: boolean;
  /** Name of the host function that has called the guest synchronously, so that the execution below cannot stop. */
  readonly inTheWay: string | undefined;
}

/** A run that can be stopped, and how it has been. */
export interface Stoppable extends Bounds {
  /** Where a suspended run goes on. */
  pc: CodeNode | undefined;
  status: RunStatus;
  interruptedBy: InterruptReason | undefined;
  /** What did not cover the next instruction, once the status is `out-of-fuel`. */
  outOfFuelScope: FuelScope;
}

const NO_OWNER = new FunctionCode(undefined!, 0, 0, { kind: "func", params: [], results: [] });
/** Where the loop goes to be left. */
const EXIT = new CodeNode(NO_OWNER, Code.Exit, 0, 0, 0, 0, null);

/** What ends a run from outside: the budget that is used up, or who interrupts. */
export type Stop = OutOfFuelError["scope"] | InterruptedError["reason"];

/** The error that a stop is where it ends a run. */
export function stopError(stop: OutOfFuelError["scope"], resumable: boolean, detail?: string): OutOfFuelError;
export function stopError(stop: Stop, resumable: boolean, detail?: string): OutOfFuelError | InterruptedError;
export function stopError(
  stop: Stop,
  resumable: boolean,
  detail?: string,
): OutOfFuelError | InterruptedError {
  return stop === "store" || stop === "call"
    ? new OutOfFuelError(stop, resumable, detail)
    : new InterruptedError(stop, resumable, detail);
}

/** Asks whether to stop. Where the run cannot stop and go on, stopping is an error. @throws InterruptedError */
export function poll(run: Bounds): InterruptReason | undefined {
  const reason = run.watch?.poll(run.resumable);
  if (reason !== undefined && reason !== "quantum" && !run.resumable) {
    throw stopError(reason, false, whyNotLater(run));
  }
  return reason;
}

/** Why an execution cannot stop here and go on later, where that has a reason of its own. */
function whyNotLater({ inTheWay }: Bounds): string | undefined {
  return inTheWay === undefined
    ? undefined
    : `the host function ${inTheWay} called the guest synchronously, so the execution below it cannot pause here`;
}

/** The error for an operation that would have to wait. */
export function wouldBlock(run: Bounds, operation: string): WouldBlockError {
  return new WouldBlockError(operation, whyNotLater(run));
}

/** Leaves the loop, which is to go on at `pc`; returns the node that leaves it. */
export function suspend(run: Stoppable, status: RunStatus, pc: CodeNode): CodeNode {
  run.status = status;
  run.pc = pc;
  return EXIT;
}

/** {@link suspend}, for a reason that {@link poll} gave. */
export function pause(run: Stoppable, reason: InterruptReason, pc: CodeNode): CodeNode {
  run.interruptedBy = reason;
  return suspend(run, "interrupted", pc);
}

/** The budget that an error names. Where nothing can pause, quanta are overdrawn, and bind nobody. */
export function budgetOf(scope: FuelScope): OutOfFuelError["scope"] {
  return scope === "store" ? "store" : "call";
}

/** {@link suspend}, where the instruction at `pc` is not covered. @throws OutOfFuelError if it could not go on later */
export function outOfFuel(run: Stoppable, pc: CodeNode): CodeNode {
  const { scope } = run.store.fuel;
  if (!run.resumable) throw stopError(budgetOf(scope), false, whyNotLater(run));
  run.outOfFuelScope = scope;
  return suspend(run, "out-of-fuel", pc);
}

/** Whether an error is how a run was stopped, and so is no fault of the code that it stood in. */
export function isStop(error: unknown): boolean {
  if (RuntimeError.isMade(error)) return error.kind === "out-of-fuel" || error.kind === "interrupted";
  return isInstance(error, WouldBlockError);
}
