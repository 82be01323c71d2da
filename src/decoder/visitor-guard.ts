// Shows code to a visitor until it objects, and keeps the objection for later.
// Owns the rule that a malformed module is malformed, whatever else is wrong with it.

import { ValidationError } from "../errors.ts";
import type { Instruction } from "../isa/instruction.ts";
import type { CodeVisitor, ConstExprPlace, PartialModule } from "../module/code-visitor.ts";
import type { FunctionBody, LocalRun } from "../module/module.ts";
import type { ValType } from "../module/types.ts";

/** Passes calls on while {@link active}. A `ValidationError` is kept; any other error passes through. */
export class VisitorGuard {
  /** Whether there is a visitor that still wants to see code. */
  active: boolean;
  /** What the visitor objected to. */
  error: ValidationError | undefined;

  private readonly visitor: CodeVisitor | undefined;

  constructor(visitor: CodeVisitor | undefined) {
    this.visitor = visitor;
    this.active = visitor !== undefined;
  }

  /** The rest is not shown: decoding is certain to fail, and the visitor could be misled. */
  stop(): void {
    this.active = false;
  }

  private keep(error: unknown): void {
    if (!(error instanceof ValidationError)) throw error;
    this.error = error;
    this.active = false;
  }

  beginConstExpr(
    module: PartialModule,
    place: ConstExprPlace,
    index: number,
    expected: ValType,
    offset: number,
  ): void {
    if (!this.active) return;
    try {
      this.visitor?.beginConstExpr(module, place, index, expected, offset);
    } catch (error) {
      this.keep(error);
    }
  }

  beginBody(module: PartialModule, definedIdx: number, locals: readonly LocalRun[], codeStart: number): void {
    if (!this.active) return;
    try {
      this.visitor?.beginBody(module, definedIdx, locals, codeStart);
    } catch (error) {
      this.keep(error);
    }
  }

  *settle(module: PartialModule): Generator<void, void> {
    if (!this.active || this.visitor === undefined) return;
    try {
      yield* this.visitor.settle(module);
    } catch (error) {
      this.keep(error);
    }
  }

  /** Called only while {@link active}. */
  instruction(instruction: Instruction): void {
    try {
      this.visitor?.instruction(instruction);
    } catch (error) {
      this.keep(error);
    }
  }

  endExpr(body?: FunctionBody): void {
    if (!this.active) return;
    try {
      this.visitor?.endExpr(body);
    } catch (error) {
      this.keep(error);
    }
  }
}
