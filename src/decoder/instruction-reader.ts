// Reads one instruction, opcode and immediates, into a record that is overwritten each time (spec section 5.4).
// Owns the immediates' encoding. Knows nothing of nesting (expression-reader.ts) or of indices' ranges (validator).

import { LimitError } from "../errors.ts";
import { BlockKind, type CatchClause, CatchKind, type Instruction } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import type { ModuleLimits } from "../limits.ts";
import { refType } from "../module/types.ts";
import { ByteReader } from "./byte-reader.ts";
import { hexByte } from "./hex.ts";
import { featureHint, type OpcodeTables, Shape } from "./opcode-shapes.ts";
import { TypeReader } from "./type-reader.ts";

export interface InstructionReaderOptions {
  /** Absent: no limits. */
  readonly limits?: Pick<ModuleLimits, "brTableLabels" | "fields"> | undefined;
  /** A type reader to share, over the same cursor and with the tables' features. */
  readonly types?: TypeReader | undefined;
}

const EMPTY = 0x40;
const MAX_CATCH_KIND: number = CatchKind.CatchAllRef;
const HAS_MEMORY_INDEX = 0x40;
/** The bit by which a byte of a LEB128 integer says that another follows. */
const MORE = 0x80;

function createInstruction(): Instruction {
  return {
    op: Op.Nop,
    offset: 0,
    end: 0,
    index: 0,
    index2: 0,
    blockKind: BlockKind.Empty,
    blockType: 0,
    labels: [],
    lo: 0,
    hi: 0,
    bytesAt: 0,
    align: 0,
    memIdx: 0,
    lane: 0,
    heap: 0,
    exact: false,
    type1: 0,
    type2: 0,
    types: [],
    catches: [],
  };
}

/**
 * A cursor over code. Stands alone: `new InstructionReader(module.bytes, tables).seek(body.codeStart)`, then
 * {@link read} until the body's end; a decoder shares its own {@link ByteReader} instead.
 * {@link read} throws `MalformedError` or {@link LimitError}.
 */
export class InstructionReader {
  /** The last instruction read; overwritten by the next. */
  readonly instruction: Instruction = createInstruction();
  /** Offset of the first instruction read that names a data segment, -1 if there was none. */
  firstDataUse = -1;

  private readonly cursor: ByteReader;
  private readonly types: TypeReader;
  private readonly limits: InstructionReaderOptions["limits"];
  private readonly plain: Uint8Array;
  private readonly prefixed: readonly Uint8Array[];
  private readonly multiMemory: boolean;
  private readonly multiTable: boolean;
  private readonly multiValue: boolean;
  private readonly memory64: boolean;

  /** @param tables of the features that are on; the engine's, or for code that was decoded before those of all */
  constructor(
    source: Uint8Array | ByteReader,
    tables: OpcodeTables,
    { limits, types }: InstructionReaderOptions = {},
  ) {
    this.cursor = source instanceof ByteReader ? source : new ByteReader(source);
    this.types = types ?? new TypeReader(this.cursor, tables.features);
    this.limits = limits;
    this.plain = tables.plain;
    this.prefixed = tables.prefixed;
    this.multiMemory = this.types.has("multi-memory");
    this.multiTable = this.types.has("reference-types");
    this.multiValue = this.types.has("multi-value");
    this.memory64 = this.types.has("memory64");
  }

  /** Byte offset of the next instruction. */
  get position(): number {
    return this.cursor.position;
  }

  seek(position: number): this {
    this.cursor.position = position;
    return this;
  }

  /**
   * Reads the instruction at {@link position} into {@link instruction}, and gives its opcode. What most instructions have for
   * immediates is read without a call. All shapes in one function: V8 inlines a smaller one into its callers, and optimises it there
   * once more.
   */
  read(): Op {
    const { cursor, instruction } = this;
    const { bytes, end } = cursor;
    const offset = cursor.position;
    let op = offset < end ? bytes[offset]! : cursor.byte(); // throws
    let shape: Shape = this.plain[op]!; // it has all 256
    instruction.offset = offset;
    instruction.op = op;
    const next = offset + 1;
    if (shape === Shape.None) {
      cursor.position = instruction.end = next;
      return op;
    }
    const byte = next < end ? bytes[next]! : MORE;
    if (byte < MORE) {
      if (shape === Shape.Index) {
        instruction.index = byte;
        cursor.position = instruction.end = next + 1;
        return op;
      }
      if (shape === Shape.I32) {
        instruction.lo = (byte << 25) >> 25;
        cursor.position = instruction.end = next + 1;
        return op;
      }
      if (shape === Shape.MemArg && byte < HAS_MEMORY_INDEX && next + 1 < end && bytes[next + 1]! < MORE) {
        instruction.align = byte;
        instruction.memIdx = 0;
        instruction.lo = bytes[next + 1]!;
        instruction.hi = 0;
        cursor.position = instruction.end = next + 2;
        return op;
      }
      if (shape === Shape.Block && byte === EMPTY) {
        instruction.blockKind = BlockKind.Empty;
        cursor.position = instruction.end = next + 1;
        return op;
      }
    }
    cursor.position = next;
    if (shape === Shape.Prefix) {
      const prefix = op;
      const sub = cursor.u32();
      shape = this.prefixed[prefix - 0xfb]?.[sub] ?? Shape.Illegal;
      if (shape === Shape.Illegal) this.failIllegal(prefix, sub, offset);
      op = (prefix << 12) | sub;
      instruction.op = op;
    }
    switch (shape) {
      case Shape.None: // behind a prefix
        break;
      case Shape.Index:
        instruction.index = cursor.u32();
        break;
      case Shape.I32:
        instruction.lo = cursor.s32();
        break;
      case Shape.MemArg:
        this.memArg(instruction);
        break;
      case Shape.Block:
        this.blockType(instruction);
        break;
      case Shape.I64:
        cursor.s64();
        instruction.lo = cursor.lo;
        instruction.hi = cursor.hi;
        break;
      case Shape.F32:
        instruction.lo = cursor.bits32();
        break;
      case Shape.F64:
        cursor.bits64();
        instruction.lo = cursor.lo;
        instruction.hi = cursor.hi;
        break;
      case Shape.TwoIndices:
        instruction.index = cursor.u32();
        instruction.index2 = cursor.u32();
        break;
      case Shape.IndexTable:
        instruction.index = cursor.u32();
        instruction.index2 = this.tableIdx();
        break;
      case Shape.TwoTables:
        instruction.index = this.tableIdx();
        instruction.index2 = this.tableIdx();
        break;
      case Shape.Memory:
        instruction.index = this.memIdx();
        break;
      case Shape.TwoMemories:
        instruction.index = this.memIdx();
        instruction.index2 = this.memIdx();
        break;
      case Shape.Data:
        this.noteDataUse(instruction);
        instruction.index = cursor.u32();
        break;
      case Shape.DataMemory:
        this.noteDataUse(instruction);
        instruction.index = cursor.u32();
        instruction.index2 = this.memIdx();
        break;
      case Shape.TypeData:
        this.noteDataUse(instruction);
        instruction.index = cursor.u32();
        instruction.index2 = cursor.u32();
        break;
      case Shape.TypeCount:
        instruction.index = cursor.u32();
        instruction.index2 = cursor.u32();
        if (this.limits !== undefined && instruction.index2 > this.limits.fields) {
          throw new LimitError(
            "fields",
            instruction.index2,
            this.limits.fields,
            "operands of array.new_fixed",
          );
        }
        break;
      case Shape.LabelTable:
        this.labelTable(instruction);
        break;
      case Shape.ValTypes:
        instruction.types = this.types.resultType();
        break;
      case Shape.BlockCatches:
        this.blockType(instruction);
        instruction.catches = this.catches();
        break;
      case Shape.HeapType:
        instruction.heap = this.types.heapType();
        instruction.exact = this.types.exact;
        break;
      case Shape.CastFlags:
        this.castFlags(instruction);
        break;
      case Shape.MemArgLane:
        this.memArg(instruction);
        instruction.lane = cursor.byte();
        break;
      case Shape.Lane:
        instruction.lane = cursor.byte();
        break;
      case Shape.Bytes16:
        instruction.bytesAt = cursor.skip(16);
        break;
      case Shape.ZeroByte:
        this.zeroByte();
        break;
      default:
        this.failIllegal(0, op, offset);
    }
    instruction.end = cursor.position;
    return op;
  }

  private failIllegal(prefix: number, code: number, offset: number): never {
    const hex = hexByte(code).slice(2);
    if (prefix === 0) this.cursor.fail(`illegal opcode ${hex}${featureHint(code)}`, offset);
    // A sub-opcode past 12 bits would name another instruction.
    const hint = code < 0x1000 ? featureHint((prefix << 12) | code) : "";
    return this.cursor.fail(`illegal opcode ${hexByte(prefix).slice(2)} ${hex}${hint}`, offset);
  }

  private noteDataUse(instruction: Instruction): void {
    if (this.firstDataUse < 0) this.firstDataUse = instruction.offset;
  }

  /** Gives 0. */
  private zeroByte(hint = ""): number {
    if (this.cursor.byte() !== 0) this.cursor.fail(`zero byte expected${hint}`, this.cursor.position - 1);
    return 0;
  }

  private memIdx(): number {
    return this.multiMemory
      ? this.cursor.u32()
      : this.zeroByte(": a memory index needs the feature multi-memory");
  }

  private tableIdx(): number {
    return this.multiTable
      ? this.cursor.u32()
      : this.zeroByte(": a table index needs the feature reference-types");
  }

  private memArg(instruction: Instruction): void {
    const cursor = this.cursor;
    const offset = cursor.position;
    const flags = cursor.u32();
    if (flags < HAS_MEMORY_INDEX) {
      instruction.align = flags;
      instruction.memIdx = 0;
    } else {
      if (flags >= 2 * HAS_MEMORY_INDEX) cursor.fail("malformed memop flags", offset);
      if (!this.multiMemory) {
        cursor.fail("malformed memop flags: a memory index needs the feature multi-memory", offset);
      }
      instruction.align = flags - HAS_MEMORY_INDEX;
      instruction.memIdx = cursor.u32();
    }
    if (this.memory64) {
      cursor.u64();
      instruction.lo = cursor.lo;
      instruction.hi = cursor.hi;
    } else {
      instruction.lo = cursor.u32() | 0;
      instruction.hi = 0;
    }
  }

  private blockType(instruction: Instruction): void {
    const cursor = this.cursor;
    const byte = cursor.peek();
    if (byte === EMPTY) {
      // Of a try_table; other blocks' is read without a call.
      cursor.position++;
      instruction.blockKind = BlockKind.Empty;
      return;
    }
    // Types are negative single-byte integers; anything else is a type index.
    if (byte >= 0x40 && byte < 0x80) {
      instruction.blockKind = BlockKind.Value;
      instruction.blockType = this.types.valType();
      return;
    }
    const offset = cursor.position;
    const typeIdx = cursor.s33();
    if (typeIdx < 0) cursor.fail("malformed block type", offset);
    if (!this.multiValue) {
      cursor.fail("malformed block type: a type index needs the feature multi-value", offset);
    }
    instruction.blockKind = BlockKind.TypeIdx;
    instruction.blockType = typeIdx;
  }

  private labelTable(instruction: Instruction): void {
    const cursor = this.cursor;
    const count = cursor.length();
    if (this.limits !== undefined && count > this.limits.brTableLabels) {
      throw new LimitError("brTableLabels", count, this.limits.brTableLabels, "labels of br_table");
    }
    const labels: number[] = [];
    for (let i = 0; i <= count; i++) labels.push(cursor.u32());
    instruction.labels = labels;
  }

  private catches(): CatchClause[] {
    const cursor = this.cursor;
    const count = cursor.length();
    const clauses: CatchClause[] = [];
    for (let i = 0; i < count; i++) {
      const kind = cursor.byte();
      if (kind > MAX_CATCH_KIND) cursor.fail(`malformed catch clause ${hexByte(kind)}`, cursor.position - 1);
      const tagIdx = kind < CatchKind.CatchAll ? cursor.u32() : 0;
      clauses.push({ kind, tagIdx, label: cursor.u32() });
    }
    return clauses;
  }

  private castFlags(instruction: Instruction): void {
    const cursor = this.cursor;
    const flags = cursor.byte();
    if (flags > 3) cursor.fail(`malformed br_on_cast flags ${hexByte(flags)}`, cursor.position - 1);
    instruction.index = cursor.u32();
    const from = this.types.heapType();
    instruction.type1 = refType(from, (flags & 1) !== 0, this.types.exact);
    const to = this.types.heapType();
    instruction.type2 = refType(to, (flags & 2) !== 0, this.types.exact);
  }
}
