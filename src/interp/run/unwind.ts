// What is thrown while code runs: exceptions that a guest may handle, allocations that found no room, traps.
// Owns moving the execution to a handler, and what an error that leaves the guest is told.

import { RuntimeError } from "../../errors.ts";
import { HeapFull } from "../../runtime/gc.ts";
import type { ExceptionBoundary, ExceptionInstance } from "../../runtime/tag.ts";
import { Code } from "../code/code.ts";
import { CodeNode } from "../code/node.ts";
import { backtrace } from "./backtrace.ts";
import { countException, findHandler, thrownAt, writePayload } from "./exceptions.ts";
import { stackOverflowToTrap } from "./faults.ts";
import { isHostError } from "./nodes.ts";
import { type RefuelState, TICKS_PER_POLL } from "./refuel.ts";
import { makeRoom, type RootState } from "./roots.ts";

/** What unwinding needs of an execution. */
export type UnwindState = RefuelState &
  RootState & { readonly store: { readonly exceptions: ExceptionBoundary } };

/** Throws what node `i` throws; where a guest handles it, gives where the run goes on. */
export function raise(run: UnwindState, i: CodeNode): CodeNode {
  if (isHostError(i)) throw i.data;
  const exception = thrownAt(run, i);
  const handler = handle(run, i, exception, false);
  if (handler !== undefined) return handler;
  throw run.store.exceptions.toError(exception);
}

/**
 * A fault at node `i`, by a value of any kind, as hosts throw what they like: finds a handler, or tells an error of ours
 * where it happened and lets it pass.
 */
export function fault(run: UnwindState, i: CodeNode, thrown: unknown): CodeNode {
  if (!HeapFull.isMade(thrown)) return handleOrPass(run, i, thrown);
  try {
    makeRoom(run, i, thrown);
  } catch (error) {
    return handleOrPass(run, i, error);
  }
  return i;
}

function handleOrPass(run: UnwindState, i: CodeNode, thrown: unknown): CodeNode {
  const exception = run.store.exceptions.toException(thrown);
  const handler = exception === undefined ? undefined : handle(run, i, exception, true);
  if (handler !== undefined) return handler;
  const error = stackOverflowToTrap(thrown);
  RuntimeError.locate(error, () => backtrace(i, run.callers, run.sp), run.store.fuel.consumed);
  run.pc = i;
  throw error;
}

/** Moves to where an exception thrown at node `i` is handled; `undefined`, with nothing changed, if it is not. */
function handle(
  run: UnwindState,
  i: CodeNode,
  exception: ExceptionInstance,
  byHost: boolean,
): CodeNode | undefined {
  const found = findHandler(run, i, exception);
  if (found === undefined) return undefined;
  const { payload, reference, edge } = found.handler;
  // What the host has made is the host's.
  if (reference >= 0 && !byHost) countException(run.store.heap, exception);
  run.fp = found.fp;
  run.sp = found.sp;
  if (run.saved.length !== found.saved) run.saved.length = found.saved;
  // Also where the instance stays the same: what threw may have grown its memory.
  run.enterInstance(found.instance);
  if (payload >= 0) writePayload(run, exception, run.fp + payload);
  if (reference >= 0) run.X[(run.fp + reference) >> 1] = exception;
  // Fuel bounds neither what a host function did nor a search among very many handlers: both poll.
  run.ticks += found.steps;
  if (run.watch === undefined || !(byHost || run.ticks >= TICKS_PER_POLL)) return edge;
  run.ticks = TICKS_PER_POLL;
  const poll = new CodeNode(edge.owner, Code.Tick, -1, 0, 0, 0, null);
  poll.at = edge.at;
  poll.fuel = edge.fuel;
  poll.next = edge.target;
  return poll;
}
