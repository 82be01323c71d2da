// A global instance (spec 4.2.9).
// Owns one cell: bits for numbers and vectors, a field for references.

import type { GlobalType } from "../module/types.ts";
import type { Reference } from "./reference.ts";

export class GlobalInstance {
  readonly type: GlobalType;
  /** The value's bits: words `at` (low) to `at + 1`, or `at + 3` for a vector. Shared with sibling globals. */
  readonly bits: Int32Array;
  readonly at: number;
  ref: Reference = null;

  constructor(type: GlobalType, bits: Int32Array = new Int32Array(4), at = 0) {
    this.type = type;
    this.bits = bits;
    this.at = at;
  }
}
