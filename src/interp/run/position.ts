// Where a run stands, told in the specification's terms only, and the way back: a run that stands there, in exact code.
// Owns what leads from Wasm frames to registers and call nodes; inspect.ts has the way out. Not used while anything runs.

import type { ModuleInstance } from "../../runtime/instance.ts";
import { Code } from "../code/code.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { ModuleCompiler } from "../lower/module-compiler.ts";
import { wordsOf } from "../lower/operand-stack.ts";
import type { CallState } from "./calls.ts";
import { reserveFrame } from "./frames.ts";
import { decodeFrames, isInCall, type StoppedFrames, shapeAt, type WasmFrame } from "./inspect.ts";
import { crossingCall, exactCode, exactNode, raisingNode, startNode } from "./nodes.ts";
import { writeRaw } from "./raw-values.ts";
import type { PendingCall } from "./stop.ts";
import type { Registers } from "./values.ts";

/** A place in Wasm code where a run can stand. */
export interface RunPosition {
  /** Innermost first; at least one. */
  readonly frames: readonly WasmFrame[];
  /** What the innermost frame waits for, if it does: it is `calling` then. */
  readonly awaited?: Pick<PendingCall, "promise" | "results" | "cancel">;
  /** What the call has thrown that the innermost frame has made: it is `raising` then. */
  readonly thrown?: unknown;
}

/**
 * Where a stopped run stands; `undefined` where Wasm frames do not say it: it has not begun, is on its way back to the host, or
 * has frames of the host among them.
 */
export function positionOf(run: StoppedFrames): RunPosition | undefined {
  const frames = decodeFrames(run);
  const { pc, pending: awaited } = run;
  if (frames.length === 0) return undefined;
  return awaited === undefined
    ? { frames, thrown: pc?.op === Code.Raise ? pc.data : undefined }
    : { frames, awaited };
}

/**
 * Sets a run that has not begun to a position.
 * @throws Trap `call stack exhausted` where there is no room; TypeError for frames that cannot stand so
 */
export function placeAt(run: CallState, { frames, awaited, thrown }: RunPosition): void {
  const innermost = frames[0];
  if (innermost === undefined) throw new TypeError("a position has at least one frame");
  let code = codeOf(innermost);
  run.fp = 0;
  run.sp = 0;
  for (let k = frames.length - 1; k >= 0; k--) {
    const frame = frames[k]!;
    code = codeOf(frame);
    const caller = frames[k + 1];
    const call = caller === undefined ? startNode(code) : callFrom(run, caller, frame.instance, code);
    const base = run.fp + call.d;
    reserveFrame(run, code, base);
    run.callers[run.sp++] = call;
    run.fp = base;
    writeFrame(run, frame, code);
  }
  run.enterInstance(innermost.instance);
  run.status = "done";
  run.pc = nodeAt(code, innermost, thrown);
  if (innermost.position !== "calling") return;
  if (awaited === undefined) throw new TypeError("the innermost frame waits for nothing");
  const site = run.pc;
  run.pending = { ...awaited, site, base: run.fp + (site.op === Code.Heavy ? site.a : site.d) };
  run.status = "awaiting-host";
}

function codeOf({ instance, funcIdx }: WasmFrame): FunctionCode {
  const code = instance.func(funcIdx).code as FunctionCode;
  // Its handlers are those of the fast code, if there is any.
  if (code.entry === null) code.module.lower(code, () => false);
  return code;
}

/** The node that comes back to frame `caller`, which has called `code` of `instance`. */
function callFrom(run: CallState, caller: WasmFrame, instance: ModuleInstance, code: FunctionCode): CodeNode {
  const site = callNode(codeOf(caller), caller.offset);
  if (caller.instance === instance) return site;
  run.saved.push(caller.instance);
  return crossingCall(site, code);
}

function nodeAt(code: FunctionCode, { position, offset }: WasmFrame, thrown: unknown): CodeNode {
  switch (position) {
    case "entering":
      return exactCode(code).entry;
    case "at":
      return exactNode(code, offset);
    case "back-to":
      return exactNode(code, ~offset);
    case "within":
    case "calling":
      return callNode(code, offset);
    case "raising":
      return raisingNode(callNode(code, offset), thrown);
  }
}

/** What does the instruction at byte `offset`, a call or one that may take long: it is behind what charges and prepares. */
function callNode(code: FunctionCode, offset: number): CodeNode {
  for (let node = exactNode(code, offset); node.at === offset; node = node.next) {
    switch (node.op) {
      case Code.Call:
      case Code.CallImport:
      case Code.CallIndirect:
      case Code.CallRef:
      case Code.Heavy:
        return node;
    }
  }
  throw new TypeError(`no call at byte ${offset} of function ${code.funcIdx}`);
}

/** Writes a frame's values to the registers from `fp` on: in exact code each operand is in its own slot. */
function writeFrame(
  registers: Registers & { readonly fp: number },
  frame: WasmFrame,
  code: FunctionCode,
): void {
  const { locals, operands, caught, position, offset } = frame;
  const shape = shapeAt(code.module as ModuleCompiler, code, offset, isInCall(position));
  const types = shape.operands.slice(0, shape.height);
  if (
    locals.length !== shape.locals.length ||
    operands.length !== types.length ||
    caught.length !== shape.catches.length
  ) {
    throw new TypeError(`function ${code.funcIdx} has other locals and operands at byte ${offset}`);
  }
  let at = registers.fp;
  shape.locals.forEach((type, k) => {
    writeRaw(registers, type, at, locals[k] ?? {});
    at += wordsOf(type);
  });
  let caughtBelow = 0;
  for (let k = 0; k <= types.length; k++) {
    for (; shape.catches[caughtBelow] === k; caughtBelow++) {
      registers.X[at >> 1] = caught[caughtBelow];
      at += 2;
    }
    const type = types[k];
    if (type === undefined) break;
    writeRaw(registers, type, at, operands[k] ?? {});
    at += wordsOf(type);
  }
}
