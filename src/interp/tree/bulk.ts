// Fills and copies of memory as trees do them: at once, where nothing is to be paid for by size or looked at in between.
// Owns which these are; the interpreter does other bulk instructions, and what traps (ops/heavy.ts).

import { Op } from "../../isa/op.ts";
import type { MemoryInstance } from "../../runtime/memory.ts";
import { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import type { Views } from "./machine.ts";

/** The interpreter polls between chunks of larger ones. */
const MAX_BYTES = 2 ** 16;
/** Fewer bytes are written one by one: a call of the host's own function takes as long as that. */
const MIN_BYTES = 16;

/** Whether `node` is an instruction that {@link bulk} may do. */
export function isBulk(node: CodeNode): node is CodeNode<Code.Heavy> {
  if (node.op !== Code.Heavy || node.owner.module.costs.perByte !== 0) return false;
  const { index, index2 } = node.data as Extract<DataOf<Code.Heavy>, { index: number }>;
  return (node.c === Op.MemoryFill || node.c === Op.MemoryCopy) && index === 0 && index2 === 0;
}

/** Does what the instruction at `i` says in the frame at `fp` of the registers `R`, or nothing: returns whether it has. */
export function bulk({ u8, instance }: Views, R: Int32Array, i: CodeNode, fp: number): boolean {
  const at = fp + i.a;
  const to = R[at]! >>> 0;
  const length = R[at + 4]! >>> 0;
  const end = to + length;
  if (length > MAX_BYTES || end > u8.length || is64(instance!.memories[0])) return false;
  const value = R[at + 2]!;
  if (i.c === Op.MemoryFill) {
    if (length >= MIN_BYTES) u8.fill(value, to, end);
    else for (let k = to; k < end; k++) u8[k] = value;
    return true;
  }
  const from = value >>> 0;
  if (from + length > u8.length) return false;
  if (length >= MIN_BYTES || (from < to && to < from + length)) u8.copyWithin(to, from, from + length);
  else for (let k = 0; k < length; k++) u8[to + k] = u8[from + k]!;
  return true;
}

function is64(memory: MemoryInstance | undefined): boolean {
  return memory?.type.is64 ?? true;
}
