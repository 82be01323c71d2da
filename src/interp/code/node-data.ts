// What hangs on a node, by its operation. Owns the map only; what the operands mean is said by an operation's case in the loop.

import type { Op } from "../../isa/op.ts";
import type { ValType } from "../../module/types.ts";
import type { VectorOp } from "../lower/lowered-by.ts";
import type { TreeEntry } from "../tree/entries.ts";
import type { AggregateCode, ArrayPlan, CastTest, ObjectPlan } from "./aggregates.ts";
import type { Code } from "./code.ts";
import type { CodeNode, FunctionCode } from "./node.ts";
import type {
  AtomicAccess,
  CallTarget,
  EntryCode,
  FourOperands,
  Indices,
  MemoryAccess,
  VectorCode,
} from "./operations.ts";

/** What a node does is a number of one of these spaces, whose ranges do not overlap. */
export type Operation = Code | AggregateCode | VectorOp | VectorCode | EntryCode;

/** Operations on which something hangs. */
interface Hanging {
  [Code.Call]: FunctionCode;
  [Code.TailCall]: CallTarget;
  /** What was called from another instance; of a step of a host frame, its function or activation. */
  [Code.RestoreInstance]: unknown;
  /** What a host function has thrown. */
  [Code.Raise]: unknown;
  /** Edges, the last of which is the default. */
  [Code.BrTable]: CodeNode[];
  [Code.BrTest]: CastTest;
  /** Which of them, the instruction in `c` says. */
  [Code.Heavy]: Indices | MemoryAccess;
  [Code.Special]: Indices | FourOperands | MemoryAccess | AtomicAccess;
  /** The operands' type. */
  [Code.SelectSlow]: ValType;
  /** Four words. */
  [Code.Const128]: Int32Array;
  [Code.ConstRef]: unknown;
  [AggregateCode.StructNew]: ObjectPlan;
  [AggregateCode.StructNewDefault]: ObjectPlan;
  [AggregateCode.ArrayNewFixed]: ObjectPlan;
  [AggregateCode.ArrayNew]: ArrayPlan;
  [AggregateCode.RefTest]: CastTest;
  [AggregateCode.RefCast]: CastTest;
  [AggregateCode.RefCastDesc]: CastTest;
  [Op.I8x16Shuffle]: Uint8Array;
  /** Four lanes. */
  [VectorCode.ShuffleWords]: Int32Array;
  [EntryCode.Tree]: TreeEntry;
}

/** Of vector instructions, those that access memory have their access. */
type HangingOnVectors = MemoryAccess | null;

/** What hangs on a node of operation `O`: `null` where nothing does. */
export type DataOf<O extends Operation> = O extends keyof Hanging
  ? Hanging[O]
  : O extends VectorOp
    ? HangingOnVectors
    : null;
