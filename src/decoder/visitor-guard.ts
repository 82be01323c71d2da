// Shows code to a visitor until it objects, and keeps the objection for later.
// Owns the rule that a malformed module is malformed, whatever else is wrong with it.

import { ValidationError } from "../errors.ts";
import type {
  CodeVisitor,
  ConstExprPlace,
  InstructionVisitor,
  PartialModule,
} from "../module/code-visitor.ts";
import type { LocalRun } from "../module/module.ts";
import type { ValType } from "../module/types.ts";

/** Passes calls on while {@link active}. A `ValidationError` is kept; any other error passes through. */
export class VisitorGuard {
  /** Whether there is a visitor that still wants to see code. */
  active: boolean;
  /** Who wants to see the instructions of the current expression. What it throws is to be {@link keep | kept}. */
  instructions: InstructionVisitor | undefined;
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
    this.instructions = undefined;
  }

  keep(error: unknown): void {
    if (!(error instanceof ValidationError)) throw error;
    this.error = error;
    this.stop();
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
      this.instructions = this.visitor?.beginConstExpr(module, place, index, expected, offset);
    } catch (error) {
      this.keep(error);
    }
  }

  beginBody(module: PartialModule, definedIdx: number, locals: readonly LocalRun[], codeStart: number): void {
    if (!this.active) return;
    try {
      this.instructions = this.visitor?.beginBody(module, definedIdx, locals, codeStart);
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
}
