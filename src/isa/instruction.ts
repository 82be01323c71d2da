// What a row of the instruction table says, and the one mutable record that a decoded instruction is read into.
// Owns the vocabulary of immediates; knows nothing of bytes or of execution.

import type { Feature } from "./features.ts";
import type { Op } from "./op.ts";

/** An immediate's kind; says how it is read, and which fields of {@link Instruction} it fills. */
export type Immediate =
  /** `blockKind`, `blockType` */
  | "blockType"
  /** `index` */
  | "label"
  | "func"
  | "type"
  | "local"
  | "global"
  | "table"
  | "memory"
  | "tag"
  | "elem"
  | "data"
  /** a plain u32: `index` (array.new_fixed's length …) */
  | "u32"
  /** struct field: `index2` */
  | "field"
  /** a second index of the same or another space: `index2` */
  | "type2"
  | "table2"
  | "memory2"
  | "data2"
  | "elem2"
  /** array.new_fixed's count: `index2` */
  | "count2"
  /** `labels`, last one is the default */
  | "labelTable"
  /** `lo` */
  | "i32"
  /** `lo`, `hi` */
  | "i64"
  /** bits in `lo` */
  | "f32"
  /** bits in `lo`, `hi` */
  | "f64"
  /** 16 bytes at `bytesAt` */
  | "v128"
  | "shuffle"
  /** `align` (log2), `memIdx`, `lo`/`hi` (offset, unsigned 64 bits) */
  | "memArg"
  /** one byte: `lane` */
  | "lane"
  /** select t*: `types` */
  | "valTypes"
  /** `heap` (a heap type); ref.null, ref.test, ref.cast: the op says nullability; `exact` for exact heap types */
  | "heapType"
  /** br_on_cast's flags byte, label and two heap types: `index` (label), `type1`, `type2` as reference types */
  | "castFlags"
  /** try_table's catch clauses: `catches` */
  | "catches"
  /** a byte that must be zero (atomic.fence) */
  | "zeroByte"
  /** atomic ordering byte, where the encoding has one */
  | "ordering";

export const enum CatchKind {
  Catch = 0,
  CatchRef = 1,
  CatchAll = 2,
  CatchAllRef = 3,
}

export interface CatchClause {
  readonly kind: CatchKind;
  /** Unused (0) for the catch-all kinds. */
  readonly tagIdx: number;
  readonly label: number;
}

export const enum BlockKind {
  /** `[] -> []` */
  Empty,
  /** `[] -> [blockType]`, a value type */
  Value,
  /** `blockType` is a type index */
  TypeIdx,
}

/**
 * One decoded instruction. A reader owns one and overwrites it at every step:
 * whoever keeps something copies it. Which fields are valid follows from the
 * row's immediates. Type indices and types are module-local, as in the bytes.
 */
export interface Instruction {
  op: Op;
  /** Byte offset of the opcode, and of the byte after the last immediate. */
  offset: number;
  end: number;
  index: number;
  index2: number;
  blockKind: BlockKind;
  blockType: number;
  labels: readonly number[];
  lo: number;
  hi: number;
  bytesAt: number;
  align: number;
  memIdx: number;
  lane: number;
  heap: number;
  exact: boolean;
  type1: number;
  type2: number;
  types: readonly number[];
  catches: readonly CatchClause[];
}

/** Groups of instructions that a cost model can price together. */
export type InstructionClass =
  | "control"
  | "call"
  | "parametric"
  | "variable"
  | "table"
  | "memory"
  | "load"
  | "store"
  | "constant"
  | "integer"
  | "float"
  | "conversion"
  | "vector"
  | "reference"
  | "aggregate"
  | "exception"
  | "atomic";

/** One row of the instruction table. */
export interface InstructionRow {
  /** Text-format mnemonic, e.g. `i64.rem_s`. */
  readonly mnemonic: string;
  readonly immediates: readonly Immediate[];
  /**
   * Operand and result types of a regular instruction, which is validated by these alone.
   * `undefined`: irregular, its rule is in the validator. Address operands of memory
   * instructions are written as `addr` (0x01) and become the memory's index type.
   */
  readonly signature: { readonly params: readonly number[]; readonly results: readonly number[] } | undefined;
  readonly feature: Feature | undefined;
  readonly traps: boolean;
  readonly class: InstructionClass;
  /** Width in bytes of the memory access; 0 when there is none. Its log2 is the natural alignment. */
  readonly accessBytes: number;
  /** Exclusive bound of its lane immediates (`lane`, and each byte of `shuffle`); 0 when there are none. */
  readonly lanes: number;
}

/** Stands in a signature for the index type of the instruction's memory. */
export const ADDRESS = 1;
