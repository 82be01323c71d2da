// Reads a stopped run's frames back as the spec has them: function, position, locals, operands.
// Owns the way from registers to Wasm's stack, types included, which come from validating the body again up to
// where the frame stands. Changes nothing. Not used while anything runs.

import { InstructionReader } from "../../decoder/instruction-reader.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { Op } from "../../isa/op.ts";
import type { ValType } from "../../module/types.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { HostFrame } from "../../runtime/raw-function.ts";
import type { Reference } from "../../runtime/reference.ts";
import { FunctionValidator } from "../../validator/function-validator.ts";
import { typeText } from "../../validator/type-text.ts";
import { Code } from "../code/code.ts";
import type { CodeNode, Fixup, FunctionCode } from "../code/node.ts";
import type { ModuleCompiler } from "../lower/module-compiler.ts";
import { wordsOf } from "../lower/operand-stack.ts";
import type { FrameState } from "./exceptions.ts";
import { isEntryRegion, siteOf } from "./nodes.ts";
import { type RawValue, readRaw } from "./raw-values.ts";
import type { PendingCall } from "./stop.ts";
import type { Registers } from "./values.ts";

export interface WasmValue extends RawValue {
  /** In text form, e.g. `i64`. */
  readonly type: string;
}

/** Where in its function a frame stands. */
export type FramePosition =
  /** Entering the function has a price of its own, and is not paid. */
  | "entering"
  /** The instruction at the offset comes next. */
  | "at"
  /** It is a loop, to which a branch goes back. */
  | "back-to"
  /** It has begun, and its operands say what is left of it. */
  | "within"
  /** It is a call that has not returned. Its arguments are no operands of this frame any more. */
  | "calling"
  /** A call of the host has failed: what it threw comes next. */
  | "raising";

export interface WasmFrame {
  readonly instance: ModuleInstance;
  readonly funcIdx: number;
  /** Byte offset in the module. */
  readonly offset: number;
  readonly position: FramePosition;
  readonly locals: readonly WasmValue[];
  /** Top last. */
  readonly operands: readonly WasmValue[];
  /** What legacy `catch` blocks around the position have caught, outermost first. */
  readonly caught: readonly Reference[];
}

/** What reading needs of an execution. */
export interface StoppedFrames extends FrameState {
  readonly pc: CodeNode | undefined;
  readonly pending: PendingCall | undefined;
  readonly hostFrames: readonly HostFrame[];
}

/**
 * The Wasm frames of a run that has stopped, or waits, at `ex.pc`; innermost first. Empty where it has not begun, or frames of
 * the host are among them.
 */
export function decodeFrames(ex: StoppedFrames): WasmFrame[] {
  const frames: WasmFrame[] = [];
  const { callers, pc } = ex;
  if (pc === undefined || ex.hostFrames.length > 0) return frames;
  let { fp, instance } = ex;
  let saved = ex.saved.length;
  let node = pc;
  let position = positionOf(ex, node);
  if (node.op === Code.RestoreInstance) {
    instance = ex.saved[--saved]!;
    node = node.data as CodeNode;
  }
  for (let k = ex.sp; k > 0; ) {
    // A frame that tail-calls the host is gone; only the host's is there.
    const site = node.op === Code.Raise ? node.target : siteOf(node);
    const gone = (position === "calling" || position === "raising") && site.op === Code.TailCall;
    if (!gone) frames.push(decodeFrame(ex, instance, node, position, fp));
    const caller = callers[--k]!;
    if (caller.isStart) break;
    fp -= caller.d;
    if (caller.next.op === Code.RestoreInstance) instance = ex.saved[--saved]!;
    node = caller;
    position = "calling";
  }
  return frames;
}

function positionOf(ex: StoppedFrames, node: CodeNode): FramePosition | "behind" {
  if (ex.pending !== undefined) return "calling";
  switch (node.op) {
    case Code.LoopHeader:
      return "back-to";
    case Code.Recharge:
      return node.at < 0 ? "back-to" : "at";
    case Code.Heavy:
      return "within";
    case Code.Raise:
      return "raising";
    case Code.RestoreInstance:
      return "behind";
    default:
      return "at";
  }
}

function decodeFrame(
  ex: Registers,
  instance: ModuleInstance,
  node: CodeNode,
  position: FramePosition | "behind",
  fp: number,
): WasmFrame {
  const { owner } = node;
  const compiler = owner.module as ModuleCompiler;
  const site = siteOf(node);
  const offset = site.at < 0 ? ~site.at : site.at;
  const shape = shapeAt(compiler, owner, offset, isInCall(position));
  const fixups = new Map((owner.fixups.get(site) ?? []).map((fixup) => [fixup.slot, fixup]));
  let at = 0;
  const locals = shape.locals.map((type) => {
    const value = valueAt(ex, type, fp + at, compiler);
    at += wordsOf(type);
    return value;
  });
  // The results of a call that has returned are operands, those of one that has not are not there yet.
  const types = position === "behind" ? shape.operands : shape.operands.slice(0, shape.height);
  const operands: WasmValue[] = [];
  const caught: Reference[] = [];
  types.forEach((type, k) => {
    for (const height of shape.catches) {
      if (height !== k) continue;
      caught.push(ex.X[(fp + at) >> 1] as Reference);
      at += 2;
    }
    const fixup = fixups.get(at);
    operands.push(
      fixup === undefined ? valueAt(ex, type, fp + at, compiler) : folded(ex, type, fixup, fp, compiler),
    );
    at += wordsOf(type);
  });
  for (const height of shape.catches) {
    if (height < types.length) continue;
    caught.push(ex.X[(fp + at) >> 1] as Reference);
    at += 2;
  }
  const next = position === "behind" ? compiler.instructionEnd(offset) : offset;
  return {
    instance,
    funcIdx: owner.funcIdx,
    offset: next,
    position: position === "behind" ? "at" : isUnpaidEntry(node, shape) ? "entering" : position,
    locals,
    operands,
    caught,
  };
}

/** Whether a frame in that position stands at a call that has begun. */
export function isInCall(position: FramePosition | "behind"): boolean {
  return position === "calling" || position === "raising" || position === "behind";
}

/** Whether node `i` pays for entering its function, where that has a price. */
function isUnpaidEntry(i: CodeNode, { locals }: Shape): boolean {
  const { owner } = i;
  const { functionEntry, perLocal } = owner.module.costs;
  if (functionEntry + (locals.length - owner.type.params.length) * perLocal === 0) return false;
  return isEntryRegion(i) || i === owner.exact?.entry;
}

/** What validation says of the stack at a place. */
export interface Shape {
  readonly locals: readonly ValType[];
  readonly operands: readonly ValType[];
  /** Operands that are there; of a call, those below its results. */
  readonly height: number;
  /** Operand heights at which legacy `catch` blocks keep what they caught. */
  readonly catches: readonly number[];
}

/** Validates a body again, up to the instruction at `offset`, or past the call that it is. */
export function shapeAt(
  compiler: ModuleCompiler,
  func: FunctionCode,
  offset: number,
  pastCall: boolean,
): Shape {
  const { checked } = compiler;
  const body = checked.module.code[func.definedIdx]!;
  const validator = new FunctionValidator(checked, compiler.rules);
  const reader = new InstructionReader(checked.module.bytes, compiler.tables);
  validator.begin(func.funcIdx, body.locals, body.codeStart);
  reader.seek(body.codeStart);
  while (reader.position < offset) {
    reader.read();
    validator.instruction(reader.instruction);
  }
  const catches = validator.controls
    .filter(({ opcode }) => opcode === Op.Catch || opcode === Op.CatchAll)
    .map(({ height }) => height);
  if (pastCall) {
    reader.read();
    validator.instruction(reader.instruction);
  }
  const { operands, controls } = validator;
  const innermost = controls[controls.length - 1];
  // At a block's end that only branches reach, the block's results stand on the stack.
  const reached =
    innermost?.unreachable === true && !pastCall
      ? [...operands.slice(0, innermost.height), ...innermost.endTypes]
      : [...operands];
  return {
    locals: validator.localTypes(),
    operands: reached,
    height: reached.length - (pastCall ? resultCount(compiler, reader.instruction) : 0),
    catches,
  };
}

/** How many operands a call leaves when it returns. */
function resultCount({ checked }: ModuleCompiler, { op, index }: Instruction): number {
  const { registry } = checked;
  switch (op) {
    case Op.Call:
      return registry.funcType(checked.functionTypeIds[index]!).results.length;
    case Op.CallIndirect:
    case Op.CallRef:
      return registry.funcType(checked.typeIds[index]!).results.length;
    default:
      // memory.atomic.wait
      return 1;
  }
}

function valueAt(registers: Registers, type: ValType, at: number, compiler: ModuleCompiler): WasmValue {
  return { type: typeText(type, compiler.checked.typeIds), ...readRaw(registers, type, at) };
}

/** The value of an operand that the fast lowering left folded. */
function folded(
  ex: Registers,
  type: ValType,
  { op, a, b, c, data }: Fixup,
  fp: number,
  compiler: ModuleCompiler,
): WasmValue {
  const name = typeText(type, compiler.checked.typeIds);
  switch (op) {
    case Code.Const32:
      return { type: name, words: [b] };
    case Code.Const64:
      return { type: name, words: [b, c] };
    case Code.Const128:
      return { type: name, words: [...(data as Int32Array)] };
    case Code.ConstRef:
      return { type: name, ref: null };
    default:
      return valueAt(ex, type, fp + a, compiler);
  }
}
