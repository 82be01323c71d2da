// Translates the instructions on structs, arrays, i31 references and casts.

import type { Instruction } from "../isa/instruction.ts";
import type { LoweringContext } from "./lowering-context.ts";

/** Lowers `instruction` if it is one of these and does not branch; returns whether it was. */
export function lowerAggregate(_context: LoweringContext, _instruction: Instruction): boolean {
  return false;
}

/** Lowers the branches on casts; returns whether `instruction` was one. */
export function lowerCast(_context: LoweringContext, _instruction: Instruction): boolean {
  return false;
}
