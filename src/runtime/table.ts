// A table instance (spec 4.2.7): references and their growth within limits.
// Owns the element array. Must not know of instructions.

import { LimitError } from "../errors.ts";
import type { TableType } from "../module/types.ts";
import type { Reference } from "./reference.ts";
import type { ResourceMeter } from "./resource-meter.ts";

/** Bytes that one table element counts against the store's `totalBytes`. */
export const BYTES_PER_ELEMENT = 8;

/** What a table needs of its store. */
export interface TableBudget {
  /** Cap on each table, in elements. */
  readonly tableElements: number;
  readonly total: ResourceMeter;
}

export class TableInstance {
  readonly type: TableType;
  /** `elements.length` is the table's size. */
  readonly elements: Reference[];
  readonly #maxElements: number;
  readonly #budget: TableBudget;

  /** @throws LimitError when the declared minimum is above a limit. */
  constructor(type: TableType, init: Reference, budget: TableBudget) {
    this.type = type;
    this.#budget = budget;
    const hardMax = type.is64 ? Number.MAX_SAFE_INTEGER : 2 ** 32 - 1;
    this.#maxElements = type.max === undefined ? hardMax : Math.min(Number(type.max), hardMax);
    const size = Number(type.min);
    if (size > budget.tableElements) {
      throw new LimitError("tableElements", size, budget.tableElements, "table's declared minimum");
    }
    const bytes = size * BYTES_PER_ELEMENT;
    if (!budget.total.tryReserve(bytes)) {
      throw new LimitError(
        "totalBytes",
        budget.total.used + bytes,
        budget.total.limit,
        "table's declared minimum",
      );
    }
    this.elements = new Array<Reference>(size).fill(init);
  }

  /** Whether the maximum and the limits allow `delta` more elements. */
  canGrow(delta: number): boolean {
    const size = this.elements.length + delta;
    const { tableElements, total } = this.#budget;
    return (
      size <= this.#maxElements &&
      size <= tableElements &&
      total.used + delta * BYTES_PER_ELEMENT <= total.limit
    );
  }

  /** Grows by `delta` elements set to `init`. Returns the old size, or -1 when a maximum or limit is in the way. */
  grow(delta: number, init: Reference): number {
    if (!this.canGrow(delta)) return -1;
    const oldSize = this.elements.length;
    const newSize = oldSize + delta;
    this.#budget.total.tryReserve(delta * BYTES_PER_ELEMENT);
    for (let index = oldSize; index < newSize; index++) this.elements.push(init);
    return oldSize;
  }

  /** Gives the elements back to the store's budget; the table must not be used any more. */
  release(): void {
    this.#budget.total.release(this.elements.length * BYTES_PER_ELEMENT);
    this.elements.length = 0;
  }
}
