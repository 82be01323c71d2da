// Immediates of operations that are executed outside the loop; they hang on a node's `data`.

/** A memory access that the loop does not do itself. */
export interface MemoryAccess {
  readonly memIdx: number;
  /** The static offset; above 2^53 it is rounded, and out of bounds either way. */
  readonly offset: number;
  readonly is64: boolean;
  /** Width. */
  readonly bytes: number;
  readonly lane: number;
}

/** Word offsets of the operands behind the first two. */
export interface FourOperands {
  readonly third: number;
  readonly fourth: number;
}

/** Operations of nodes at which trees are entered: none that the loops know, so that they ask the execution's context. */
export const enum EntryCode {
  Tree = 0xfc000,
}

/** Nodes of vector instructions bear Wasm's opcode, or one of {@link VectorCode}, as their operation. */
export const FIRST_VECTOR = 0xfd000;
export const LAST_VECTOR = 0xfdfff;

/** Vector operations that are no Wasm instruction; their numbers are ones that Wasm has left free. */
export const enum VectorCode {
  /** A shuffle of 32-bit lanes, which `data` names: 0 to 3 of `a`, 4 to 7 of `b`. */
  ShuffleWords = 0xfd09a,
  /** A shuffle that turns every 32-bit lane of `a` to the left by `c` bits. */
  RotateWords = 0xfd0a2,
}

/** `c` of a vector shift whose `b` is the count itself; else 0. */
export const SHIFT_BY_IMMEDIATE = 1;

/** What a tail call goes to. */
export interface CallTarget {
  readonly kind: "func" | "table" | "ref";
  readonly funcIdx: number;
  readonly tableIdx: number;
  /** Canonical id of the expected type, for tables. */
  readonly typeId: number;
}

/** Indices, in the order of the binary format. */
export interface Indices {
  readonly index: number;
  readonly index2: number;
}

/** Opcodes from here on are atomic memory instructions. */
export const FIRST_ATOMIC = 0xfe000;

export const enum AtomicKind {
  Notify,
  Load,
  Store,
  Add,
  Sub,
  And,
  Or,
  Xor,
  Exchange,
  CompareExchange,
}

/** An atomic access. The node's `a` is the address, `b` the operand or the expected value. */
export interface AtomicAccess extends MemoryAccess {
  readonly kind: AtomicKind;
  /** Whether value operands and result are i64. */
  readonly wide: boolean;
  /** Word offset of the replacement of a compare-exchange. */
  readonly third: number;
}
