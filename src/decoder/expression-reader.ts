// Reads a whole expression, from its first instruction to the `end` that closes it (spec section 5.4.9).
// Owns the nesting of blocks, on a stack of its own; types and indices are not looked at.

import { LimitError } from "../errors.ts";
import { Op } from "../isa/op.ts";
import { BYTES_PER_STEP } from "../module/steps.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { InstructionReader } from "./instruction-reader.ts";
import type { VisitorGuard } from "./visitor-guard.ts";

/** Reads expressions one after the other; the visitor sees every instruction, the final `end` included. */
export class ExpressionReader {
  private readonly cursor: ByteReader;
  private readonly reader: InstructionReader;
  private readonly guard: VisitorGuard;
  private readonly maxNesting: number;
  /** The opcode that opened, or last divided, each open block; behind {@link depth} of them, what has been closed. */
  private readonly blocks: Op[] = [];
  private depth = 0;

  constructor(cursor: ByteReader, reader: InstructionReader, guard: VisitorGuard, maxNesting: number) {
    this.cursor = cursor;
    this.reader = reader;
    this.guard = guard;
    this.maxNesting = maxNesting;
  }

  /** An expression begins where the cursor is. {@link read} is called until it has been read. */
  begin(): void {
    this.depth = 0;
  }

  /**
   * Reads on, at most a step's bytes and one instruction. True if that was the closing `end`, after which the cursor is left.
   * Throws `MalformedError`, or {@link LimitError} for too deep nesting.
   */
  read(): boolean {
    const { cursor, reader, guard } = this;
    const { instruction } = reader;
    const pause = cursor.position + BYTES_PER_STEP;
    let isLast = false;
    do {
      const op = reader.read();
      // The opcodes that open, divide or close a block stand in these two ranges.
      if (op <= Op.End) {
        if (op !== Op.End) this.structure(op);
        else if (this.depth > 0) this.depth--;
        else isLast = true;
      } else if (op >= Op.Delegate && op <= Op.TryTable) this.structure(op);
      const visitor = guard.instructions;
      if (visitor !== undefined) {
        // Here and not in a method of the guard's: one call less an instruction.
        try {
          visitor.instruction(instruction);
        } catch (error) {
          guard.keep(error);
        }
      }
    } while (!isLast && cursor.position < pause);
    return isLast;
  }

  /** Keeps track of one instruction other than `end`. */
  private structure(op: Op): void {
    const { blocks, depth } = this;
    const top = depth - 1;
    switch (op) {
      case Op.Block:
      case Op.Loop:
      case Op.If:
      case Op.Try:
      case Op.TryTable:
        if (depth >= this.maxNesting) {
          throw new LimitError("nesting", depth + 1, this.maxNesting, "nested blocks");
        }
        blocks[depth] = op;
        this.depth = depth + 1;
        return;
      case Op.Else:
        if (top < 0 || blocks[top] !== Op.If) this.failPlacement("else");
        blocks[top] = op;
        return;
      case Op.Catch:
        if (top < 0 || (blocks[top] !== Op.Try && blocks[top] !== Op.Catch)) this.failPlacement("catch");
        blocks[top] = op;
        return;
      case Op.CatchAll:
        if (top < 0 || (blocks[top] !== Op.Try && blocks[top] !== Op.Catch)) this.failPlacement("catch_all");
        blocks[top] = op;
        return;
      case Op.Delegate:
        if (top < 0 || blocks[top] !== Op.Try) this.failPlacement("delegate");
        this.depth = top;
        return;
      default:
    }
  }

  private failPlacement(found: string): never {
    return this.cursor.fail(`END opcode expected, found ${found}`, this.reader.instruction.offset);
  }
}
