// Translates wide arithmetic, on pairs of i64.

import type { Instruction } from "../../isa/instruction.ts";
import { Op } from "../../isa/op.ts";
import { NumType } from "../../module/types.ts";
import { Code } from "../code/code.ts";
import type { FourOperands } from "../code/operations.ts";
import type { LoweringContext } from "./lowering-context.ts";

/** Lowers `instruction` if it is one of these, of two or four operands and two results; returns whether it was. */
export function lowerWide(context: LoweringContext, instruction: Instruction): boolean {
  const { op } = instruction;
  switch (op) {
    case Op.I64Add128:
    case Op.I64Sub128:
    case Op.I64MulWideS:
    case Op.I64MulWideU:
      break;
    default:
      return false;
  }
  const { stack, out } = context;
  const operands = op === Op.I64Add128 || op === Op.I64Sub128 ? 4 : 2;
  const at: number[] = [];
  for (let k = operands - 1; k >= 0; k--) at.push(stack.register(stack.peek(k)));
  stack.popMany(operands);
  const { slot } = stack.push(NumType.I64);
  stack.push(NumType.I64);
  const rest: FourOperands = { third: at[2] ?? 0, fourth: at[3] ?? 0 };
  out.emit(Code.Special, slot, at[0], at[1], op, rest);
  // It writes two slots: nobody may redirect the first result alone.
  out.barrier = out.nodes.length;
  return true;
}
