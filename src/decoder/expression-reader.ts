// Reads a whole expression, from its first instruction to the `end` that closes it (spec section 5.4.9).
// Owns the nesting of blocks, on a stack of its own; types and indices are not looked at.

import { LimitError } from "../errors.ts";
import { Op } from "../isa/op.ts";
import { BYTES_PER_STEP } from "../module/steps.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { InstructionReader } from "./instruction-reader.ts";
import type { VisitorGuard } from "./visitor-guard.ts";

/** No opcode that opens, divides or closes a block is above this one. */
const LAST_STRUCTURAL: number = Op.TryTable;

/** Reads expressions one after the other; the visitor sees every instruction, the final `end` included. */
export class ExpressionReader {
  private readonly cursor: ByteReader;
  private readonly reader: InstructionReader;
  private readonly guard: VisitorGuard;
  private readonly maxNesting: number;
  /** The opcode that opened, or last divided, each open block. */
  private readonly blocks: Op[] = [];

  constructor(cursor: ByteReader, reader: InstructionReader, guard: VisitorGuard, maxNesting: number) {
    this.cursor = cursor;
    this.reader = reader;
    this.guard = guard;
    this.maxNesting = maxNesting;
  }

  /** An expression begins where the cursor is. {@link read} is called until it has been read. */
  begin(): void {
    this.blocks.length = 0;
  }

  /**
   * Reads on, at most a step's bytes and one instruction. True if that was the closing `end`, after which the cursor is left.
   * Throws `MalformedError`, or {@link LimitError} for too deep nesting.
   */
  read(): boolean {
    const { cursor, reader, guard, blocks } = this;
    const { instruction } = reader;
    const pause = cursor.position + BYTES_PER_STEP;
    do {
      const op = reader.read();
      if (op <= LAST_STRUCTURAL) {
        if (op === Op.End) {
          if (guard.active) guard.instruction(instruction);
          if (blocks.length === 0) return true;
          blocks.pop();
          continue;
        }
        this.structure(op);
      }
      if (guard.active) guard.instruction(instruction);
    } while (cursor.position < pause);
    return false;
  }

  /** Keeps track of one instruction other than `end`. */
  private structure(op: Op): void {
    const { blocks } = this;
    const top = blocks.length - 1;
    switch (op) {
      case Op.Block:
      case Op.Loop:
      case Op.If:
      case Op.Try:
      case Op.TryTable:
        if (blocks.length >= this.maxNesting) {
          throw new LimitError("nesting", blocks.length + 1, this.maxNesting, "nested blocks");
        }
        blocks.push(op);
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
        blocks.pop();
        return;
      default:
    }
  }

  private failPlacement(found: string): never {
    return this.cursor.fail(`END opcode expected, found ${found}`, this.reader.instruction.offset);
  }
}
