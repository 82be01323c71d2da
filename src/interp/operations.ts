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
