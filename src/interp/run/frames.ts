// The frames of an execution: where the innermost one is, the way back, and operands that fast code left folded.

import type { Trap } from "../../errors.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import { Code } from "../code/code.ts";
import type { CodeNode, Fixup, FunctionCode } from "../code/node.ts";
import { siteOf } from "./nodes.ts";
import type { Registers } from "./values.ts";

/** Frames that calls and returns change. */
export interface Frames extends Registers {
  /** First word of the innermost frame. */
  fp: number;
  /** How many call nodes there are. */
  sp: number;
  /** Call nodes of the suspended frames, outermost first. */
  readonly callers: CodeNode[];
  /** Instances to return to, one for each call that crossed between instances. */
  readonly saved: ModuleInstance[];
  readonly instance: ModuleInstance;
  enterInstance(instance: ModuleInstance): void;
  /** Makes room for words up to `end`. @throws Trap `call stack exhausted` past the limit. */
  ensureWords(end: number): void;
  /** Call nodes for which there is room; {@link deepen} makes more, up to the limit. */
  readonly maxDepth: number;
  deepen(): void;
  /** Words that the register file may grow to. */
  readonly maxWords: number;
  /** Reports frames that would reach as far as word `end`; gives the trap for them. */
  stackFull(end: number): Trap;
}

/** Makes room for a frame of `callee` at word `base`. @throws Trap `call stack exhausted` */
export function reserveFrame(run: Frames, callee: FunctionCode, base: number): void {
  if (run.sp >= run.maxDepth) run.deepen();
  const end = base + callee.frameWords;
  if (end > run.maxWords) throw run.stackFull(end);
  run.ensureWords(end);
}

/** Returns from the current frame, whose results are in place; gives the node that had called. */
export function leaveFrame(frames: Frames): CodeNode {
  const caller = frames.callers[--frames.sp]!;
  frames.fp -= caller.d;
  return caller;
}

/** Puts the operands that were left folded at `i` into their slots of the frame at `fp`. */
export function applyFixups(registers: Registers, i: CodeNode, fp: number): void {
  const fixups = i.owner.fixups.get(siteOf(i));
  if (fixups === undefined) return;
  for (const fixup of fixups) applyFixup(registers, fixup, fp);
}

function applyFixup({ R, X }: Registers, { slot, op, a, b, c, data }: Fixup, fp: number): void {
  const to = fp + slot;
  const from = fp + a;
  switch (op) {
    case Code.Copy32:
      R[to] = R[from]!;
      return;
    case Code.Copy64:
      R.copyWithin(to, from, from + 2);
      return;
    case Code.Copy128:
      R.copyWithin(to, from, from + 4);
      return;
    case Code.CopyRef:
      X[to >> 1] = X[from >> 1];
      return;
    case Code.Const32:
      R[to] = b;
      return;
    case Code.Const64:
      R[to] = b;
      R[to + 1] = c;
      return;
    case Code.Const128:
      R.set(data as Int32Array, to);
      return;
    default:
      X[to >> 1] = null;
  }
}
