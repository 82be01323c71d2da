// Paying for regions when the slice of fuel is used up: from the books, by pausing, or by going on in exact code.
// Owns where the run goes on in each case; the arithmetic of regions is docs/ARCHITECTURE.md's "Fuel".

import type { CodeNode, FunctionCode } from "../code/node.ts";
import { applyFixups, type Frames } from "./frames.ts";
import { exactBehind, exactCode, exactNode, regionAtEntry, regionAtTarget, regionBehind } from "./nodes.ts";
import { nextSlice } from "./slices.ts";
import { outOfFuel, pause, poll, type Stoppable } from "./stop.ts";

/** Turns of free loops, and steps of searches for handlers, between polls. */
export const TICKS_PER_POLL = 10_000;

/** What refuelling needs of an execution. */
export interface RefuelState extends Frames, Stoppable {
  /** Turns of free loops, and steps of searches, since the last poll. */
  ticks: number;
  /** Something that the loop holds views of has changed: it must be entered again. */
  stale: boolean;
}

/** Goes on behind a node that ends a region: prepays the next one, or changes to exact code. */
export function after(run: RefuelState, i: CodeNode, mayPoll = true): CodeNode {
  const reason = mayPoll ? poll(run) : undefined;
  if (reason === undefined && prepay(run, i.fuel, i.owner)) return i.next;
  applyFixups(run, i, run.fp);
  if (reason !== undefined) return pause(run, reason, regionBehind(i));
  return exactBehind(i);
}

/** Pays for a region of `func` before it runs, if the fuel covers it. */
function prepay(run: RefuelState, cost: number, func: FunctionCode): boolean {
  const { fuel } = run.store;
  if (fuel.counter < cost && !refill(run, cost, func)) return false;
  fuel.counter -= cost;
  return true;
}

/**
 * Takes a slice of fuel in `func`, if what is left covers `cost`. The loop is then entered anew, by the newest code for it. So often,
 * whoever makes better code is told where the run is.
 */
function refill(run: RefuelState, cost: number, func: FunctionCode): boolean {
  run.stale = true;
  const { fuel } = run.store;
  const before = fuel.counter;
  if (!fuel.refill(cost, nextSlice())) return false;
  func.module.parts.tier?.sample(run, func, fuel.counter - before);
  return true;
}

/** At a node behind which the next region could not be paid. */
export function refuelAfter(run: RefuelState, i: CodeNode): CodeNode {
  run.store.fuel.counter += i.fuel;
  return after(run, i);
}

/** At a branch whose target's region could not be paid. */
export function refuelBranch(run: RefuelState, i: CodeNode): CodeNode {
  // What was prepaid is given back first: where polling throws, the books are right.
  run.store.fuel.counter += i.c;
  const reason = poll(run);
  if (reason !== undefined) return pause(run, reason, regionAtTarget(i));
  return prepay(run, i.c, i.owner) ? i.target : exactNode(i.owner, i.at);
}

/** On entering `callee`, whose first region could not be paid. */
export function refuelEntry(run: RefuelState, callee: FunctionCode): CodeNode {
  run.store.fuel.counter += callee.entryFuel;
  const entry = callee.entry!;
  const reason = poll(run);
  if (reason !== undefined) return pause(run, reason, regionAtEntry(callee, entry));
  return prepay(run, callee.entryFuel, callee) ? entry : exactCode(callee).entry;
}

/** At an instruction of exact code that could not be paid. */
export function refuelCharge(run: RefuelState, i: CodeNode): CodeNode {
  const { fuel } = run.store;
  fuel.counter += i.fuel;
  const reason = poll(run);
  if (reason !== undefined) return pause(run, reason, i);
  if (refill(run, i.fuel, i.owner)) return i;
  return outOfFuel(run, i);
}

/** At a loop's start in exact code: back to the fast code, if the fuel covers its first region. */
export function leaveExact(run: RefuelState, i: CodeNode): CodeNode {
  const head = i.owner.loopHeads?.get(i.at);
  return head !== undefined && prepay(run, head.cost, i.owner) ? head.node : i.next;
}

/** At a turn of a loop that costs nothing. */
export function tick(run: RefuelState, i: CodeNode): CodeNode {
  if (++run.ticks < TICKS_PER_POLL) return after(run, i, false);
  run.ticks = 0;
  return after(run, i);
}
