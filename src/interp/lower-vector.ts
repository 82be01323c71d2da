// Translates SIMD instructions.

import type { Instruction } from "../isa/instruction.ts";
import type { LoweringContext } from "./lowering-context.ts";

/** Lowers `instruction` if it is one of these; returns whether it was. */
export function lowerVector(_context: LoweringContext, _instruction: Instruction): boolean {
  return false;
}
