// Nodes that are made while running, and the way from fast code to the exact code of the same instruction.
// Owns what their fields mean. Reads code; touches no frame.

import { Code } from "../code/code.ts";
import { CodeNode, type ExactCode, FunctionCode } from "../code/node.ts";

/** Marks, in `c`, a raising node made while running; a lowered one has its instruction there. */
const HOST_ERROR = -1;

/** Marks, in `c`, a call node made while running; its `target` is the lowered node that it stands for. */
const SYNTHETIC = 1;

/** Key of a function's entry, where what entering it costs has not been paid. */
const ENTRY = -1;

/** The node by which the host calls a function; made once, as nothing in it changes. */
export function startNode(code: FunctionCode): CodeNode {
  if (code.start === null) {
    const start = new CodeNode(code, Code.Call, 0, 0, 0, 0, code);
    start.isStart = true;
    start.next = new CodeNode(code, Code.Exit, 0, 0, 0, 0, null);
    code.start = start;
  }
  return code.start;
}

/** Whether a run that begins at node `i` has to lower its function first. */
export function isUnlowered(i: CodeNode): boolean {
  return i.isStart && i.data instanceof FunctionCode && i.data.entry === null;
}

/** A call of `code` that stands for `site`, which it goes on behind. */
export function siteCall(site: CodeNode, code: FunctionCode): CodeNode {
  const call = new CodeNode(site.owner, Code.Call, site.d, 0, 0, 0, code);
  call.at = site.at;
  call.next = site.next;
  call.fuel = site.fuel;
  call.c = SYNTHETIC;
  call.target = siteOf(site);
  call.isStart = site.isStart;
  return call;
}

/** The same into another instance: behind it, the site's instance is restored first. */
export function crossingCall(site: CodeNode, code: FunctionCode): CodeNode {
  const call = siteCall(site, code);
  call.next = restoreNode(site);
  call.fuel = 0;
  return call;
}

/** A node that comes back from another instance, called at `site`. */
function restoreNode(site: CodeNode): CodeNode {
  const node = new CodeNode(site.owner, Code.RestoreInstance, 0, 0, 0, 0, site);
  node.at = site.at;
  return node;
}

/** Whether node `i` is a call that was made while running. */
export function isSynthetic(i: CodeNode): boolean {
  return i.op === Code.Call && i.c === SYNTHETIC;
}

/** What a step of a host frame does; marks, in `c`, nodes of `RestoreInstance` that are one. */
export const enum HostStep {
  /** Calls the raw host function that `data` is. */
  Begin = 1,
  /** Comes back from what the activation in `data` has called. */
  Return,
  /** Goes on with the activation in `data`. */
  Resume,
}

/** A node of the raw host function `code` at which the host goes on. The loop leaves its switch for it as for a return. */
export function hostNode(code: FunctionCode, step: HostStep, data: unknown): CodeNode {
  return new CodeNode(code, Code.RestoreInstance, 0, 0, 0, step, data);
}

/** Whether node `i` is one of these. */
export function isHostStep(i: CodeNode): boolean {
  return i.op === Code.RestoreInstance && i.c !== 0;
}

/** Whether node `i` is a call that a host frame has made. */
export function isHostRequest(i: CodeNode): boolean {
  return isHostStep(i.next);
}

/** A call of `callee` that a host frame makes: `code` is the frame's, `words` its size, and `back` is gone on with behind it. */
export function hostRequest(
  code: FunctionCode,
  callee: FunctionCode,
  words: number,
  back: CodeNode,
): CodeNode<Code.Call> {
  const call = new CodeNode(code, Code.Call, words, 0, 0, SYNTHETIC, callee);
  call.next = back;
  return call;
}

/** The lowered node that a call node stands for. */
export function siteOf(i: CodeNode): CodeNode {
  return isSynthetic(i) ? i.target : i;
}

/** Whether behind the call at `i` stands no Wasm code, but the way back to the host or into another instance. */
export function isWayOut(i: CodeNode): boolean {
  return i.isStart || i.next.op === Code.RestoreInstance;
}

/** A node that raises `error` where the host call at `site` stands. */
export function raisingNode(site: CodeNode, error: unknown): CodeNode {
  const node = new CodeNode(site.owner, Code.Raise, -1, 0, 0, HOST_ERROR, error);
  node.at = site.at;
  node.target = site;
  return node;
}

/** Whether node `i` raises what a host function has thrown. */
export function isHostError(i: CodeNode): boolean {
  return i.op === Code.Raise && i.c === HOST_ERROR;
}

/**
 * A node at which a run can stand: it pays for the region that begins at `next`, or changes to the exact code at `key`. That
 * code is not made for a run that only pauses: of a large function it would take seconds.
 */
function regionStart(owner: FunctionCode, key: number, cost: number, next: CodeNode): CodeNode {
  const node = new CodeNode(owner, Code.Recharge, -1, 0, 0, 0, null);
  node.at = key === ENTRY ? owner.codeStart : key;
  node.c = key === ENTRY ? ENTRY : 0;
  node.fuel = cost;
  node.next = next;
  return node;
}

/** The same for the region at which a function begins. */
export function regionAtEntry(func: FunctionCode, entry: CodeNode): CodeNode {
  return regionStart(func, ENTRY, func.entryFuel, entry);
}

/** Whether node `i` is one of these. */
export function isEntryRegion(i: CodeNode): boolean {
  return i.op === Code.Recharge && i.c === ENTRY;
}

/** The same for the region that the branch at node `i` goes to. */
export function regionAtTarget(i: CodeNode): CodeNode {
  return regionStart(i.owner, i.at, i.c, i.target);
}

/** The same for the region behind node `i`, which has ended one. */
export function regionBehind(i: CodeNode): CodeNode {
  return regionStart(i.owner, keyBehind(i), i.fuel, i.next);
}

export function exactCode(func: FunctionCode): ExactCode {
  func.exact ??= func.module.lowerExact(func);
  return func.exact;
}

/** Where the exact code of the Wasm instruction at byte `key` begins; of a loop that is branched back to, `~offset`. */
export function exactNode(func: FunctionCode, key: number): CodeNode {
  const node = exactCode(func).nodes.get(key);
  if (node === undefined) throw new Error(`no exact code for byte ${key} of function ${func.funcIdx}`);
  return node;
}

/** Key of the place behind a region end. */
function keyBehind(i: CodeNode): number {
  if (isEntryRegion(i)) return ENTRY;
  return i.op === Code.Recharge || i.op === Code.Tick ? i.at : i.owner.module.instructionEnd(i.at);
}

/** The exact code behind a region end. */
export function exactBehind(i: CodeNode): CodeNode {
  const key = keyBehind(i);
  return key === ENTRY ? exactCode(i.owner).entry : exactNode(i.owner, key);
}
