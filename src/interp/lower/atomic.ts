// Translates atomic memory instructions.
// Owns how their opcodes, which come in groups of seven, split into a kind and a width.

import type { Instruction } from "../../isa/instruction.ts";
import { Op } from "../../isa/op.ts";
import { NumType } from "../../module/types.ts";
import { Code } from "../code/code.ts";
import { type AtomicAccess, AtomicKind, FIRST_ATOMIC } from "../code/operations.ts";
import type { LoweringContext } from "./lowering-context.ts";

/** Opcodes in one group: i32, i64, i32 of 8 and 16 bits, i64 of 8, 16 and 32 bits. */
const GROUP = 7;

/** Lowers `instruction` if it is one of these; returns whether it was. */
export function lowerAtomic(context: LoweringContext, instruction: Instruction): boolean {
  const { op } = instruction;
  if (op < FIRST_ATOMIC) return false;
  switch (op) {
    case Op.AtomicFence:
      // Instructions are executed one after the other, and JavaScript's engine reorders no shared access around Atomics.
      return true;
    case Op.MemoryAtomicWait32:
    case Op.MemoryAtomicWait64:
      lowerWait(context, instruction);
      return true;
    default:
      lowerAccess(context, instruction);
      return true;
  }
}

/** Waiting may suspend the run: it ends the region. */
function lowerWait(context: LoweringContext, instruction: Instruction): void {
  const { stack } = context;
  const operands = 3;
  stack.materialiseTop(operands);
  const a = stack.peek(operands - 1).slot;
  const cost = context.tools.costs.of(instruction.op);
  context.boundary(Code.Heavy, a, a, cost, instruction.op, context.access(instruction), operands);
  stack.popMany(operands);
  stack.push(NumType.I32);
}

function lowerAccess(context: LoweringContext, instruction: Instruction): void {
  const { stack } = context;
  const { op } = instruction;
  const { signature } = context.tools.rows.byOp(op)!;
  const { params, results } = signature!;
  const at: number[] = [];
  for (let k = params.length - 1; k >= 0; k--) at.push(stack.register(stack.peek(k)));
  stack.popMany(params.length);
  const d = results.length > 0 ? stack.push(results[0]!).slot : -1;
  const data: AtomicAccess = {
    ...context.access(instruction),
    kind: kindOf(op),
    wide: results[0] === NumType.I64 || (results.length === 0 && params[1] === NumType.I64),
    third: at[2] ?? 0,
  };
  context.out.emit(Code.Special, d, at[0], at[1] ?? 0, op, data);
}

function kindOf(op: Op): AtomicKind {
  if (op === Op.MemoryAtomicNotify) return AtomicKind.Notify;
  // Kinds are in the order of the opcodes.
  return (AtomicKind.Load + Math.floor((op - Op.I32AtomicLoad) / GROUP)) as AtomicKind;
}
