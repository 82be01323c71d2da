// The operations of aggregate.ts, and the immediates that hang on their nodes.
// Owns numbers and shapes only; lower-aggregate.ts makes them.

import type { Op } from "../../isa/op.ts";
import type { TypeRegistry } from "../../module/type-registry.ts";
import type { CastTarget } from "../../runtime/gc.ts";

/** Operations of a {@link CodeNode} outside the loop; the numbers are behind those of the loop, before the vectors'. */
export const enum AggregateCode {
  /** d = new object; `data` is an ObjectPlan. */
  StructNew = 0xfb800,
  StructNewDefault,
  ArrayNewFixed,
  /** d = new array; `data` is an ArrayPlan. a: value, or offset in the segment; b: length. */
  ArrayNew,
  /** d = field at entry c of struct a; the loop does those of one entry that are not packed. */
  StructGet8S,
  StructGet8U,
  StructGet16S,
  StructGet16U,
  StructGet64,
  StructGet128,
  /** Field at entry c of struct a = b. */
  StructSet64,
  StructSet128,
  /** d = element b of array a. */
  ArrayGet8S,
  ArrayGet8U,
  ArrayGet16S,
  ArrayGet16U,
  ArrayGet32,
  ArrayGet64,
  ArrayGet128,
  ArrayGetRef,
  /** Element b of array a = c. */
  ArraySet8,
  ArraySet16,
  ArraySet32,
  ArraySet64,
  ArraySet128,
  ArraySetRef,
  ArrayLen,
  RefEq,
  RefI31,
  I31GetS,
  I31GetU,
  /** `data` is a CastTest. */
  RefTest,
  /** d, if there is one, = a, if that passes. */
  RefCast,
  /** b: the descriptor. */
  RefCastDesc,
  RefGetDesc,
  /** Traps if a is null. */
  CheckDescriptor,
}

/** An allocation whose size is known. */
export interface ObjectPlan {
  /** Index in the module. */
  readonly typeIdx: number;
  /** Where the entries come from: word offsets of numbers' words, complements of those of references. */
  readonly entries: readonly number[];
  /** Of an array. */
  readonly length: number;
  /** Word offset of the descriptor; -1 for none. */
  readonly descriptor: number;
}

/** The instructions that make an array of a length that is an operand. */
export type NewArrayOp = Op.ArrayNew | Op.ArrayNewDefault | Op.ArrayNewData | Op.ArrayNewElem;

/** An allocation whose size is an operand. */
export interface ArrayPlan {
  readonly op: NewArrayOp;
  readonly typeIdx: number;
  /** Data or element segment, if it is made from one. */
  readonly segment: number;
}

/** A test or cast; with a node's `b` at 0 or above, by the descriptor that is there. */
export interface CastTest {
  readonly target: CastTarget;
  readonly registry: TypeRegistry;
  /** The outcome on which a branch is taken. */
  readonly when: boolean;
}
