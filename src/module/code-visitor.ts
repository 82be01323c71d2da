// How the decoder shows code to whoever wants to see it while it is decoded (the validator).
// Owns the interface only, so that decoder and validator need not know each other.

import type { Instruction } from "../isa/instruction.ts";
import type { LocalRun, Module } from "./module.ts";
import type { ValType } from "./types.ts";

/** A module under construction: sections not decoded yet are empty. */
export type PartialModule = Module;

/** What a constant expression initialises. */
export type ConstExprPlace = "global" | "table" | "element-offset" | "element" | "data-offset";

/** Sees the instructions of one expression, the final `end` included. */
export interface InstructionVisitor {
  /** The record is overwritten by the next instruction. */
  instruction(instruction: Instruction): void;
}

/**
 * Sees every expression of a module in byte order, after the sections that stand
 * before it. A `ValidationError` thrown here is kept by the decoder, which stops
 * visiting, decodes the rest (a malformed module is malformed, whatever else it
 * is), then throws it.
 */
export interface CodeVisitor {
  /** Judges the definitions that have been decoded and not judged yet, in steps. Called when a section is complete. */
  settle(module: PartialModule): Iterable<void>;
  /**
   * Gives who is to see its instructions, if anyone. `expected` is module-local; `index` counts definitions (the global's own index
   * space position is `imports + index`).
   */
  beginConstExpr(
    module: PartialModule,
    place: ConstExprPlace,
    index: number,
    expected: ValType,
    offset: number,
  ): InstructionVisitor | undefined;
  /** Gives who is to see its instructions, if anyone. `definedIdx` counts defined functions, from 0. The body's `end` is not known yet. */
  beginBody(
    module: PartialModule,
    definedIdx: number,
    locals: readonly LocalRun[],
    codeStart: number,
  ): InstructionVisitor | undefined;
}
