// A table instance (spec 4.2.7): references and their growth within limits.
// Owns the element array. Must not know of instructions.

import { LimitError } from "../errors.ts";
import type { TableType } from "../module/types.ts";
import type { Denials } from "./denials.ts";
import { MAX_REFERENCES, type Reference } from "./reference.ts";
import type { ResourceMeter } from "./resource-meter.ts";

/** Bytes of one table element. */
const BYTES_PER_ELEMENT = 8;

/** What a table needs of its store. */
export interface TableBudget {
  /** Cap on each table, in elements. */
  readonly tableElements: number;
  /** The store's `totalBytes`: the elements count. */
  readonly total: ResourceMeter;
  /** The store's `hostHeapBytes`: the array counts that holds them, spare room and all. */
  readonly hostHeap: ResourceMeter;
  readonly denials: Denials;
}

export class TableInstance {
  readonly type: TableType;
  /** Their number is the table's size. Growing replaces the array: nobody else may keep it. */
  elements: Reference[];
  readonly #maxElements: number;
  readonly #budget: TableBudget;
  /** Elements for which the array has room. */
  #capacity: number;

  /** @throws LimitError when the declared minimum is above a limit. */
  constructor(type: TableType, init: Reference, budget: TableBudget) {
    this.type = type;
    this.#budget = budget;
    const most = Math.min(budget.tableElements, MAX_REFERENCES);
    this.#maxElements = type.max === undefined ? most : Math.min(Number(type.max), most);
    const size = Number(type.min);
    if (size > most) throw new LimitError("tableElements", size, most, DECLARED_MINIMUM);
    const bytes = size * BYTES_PER_ELEMENT;
    reserve("totalBytes", budget.total, bytes);
    try {
      reserve("hostHeapBytes", budget.hostHeap, bytes);
    } catch (error) {
      budget.total.release(bytes);
      throw error;
    }
    this.#capacity = size;
    this.elements = new Array<Reference>(size).fill(init);
  }

  /** Whether the maximum and the limits allow `delta` more elements. */
  canGrow(delta: number): boolean {
    return this.#capacityFor(delta) !== undefined;
  }

  /** Grows by `delta` elements set to `init`. Returns the old size, or -1 when a maximum or limit is in the way. */
  grow(delta: number, init: Reference): number {
    const capacity = this.#capacityFor(delta);
    if (capacity === undefined) {
      this.#deny(delta);
      return -1;
    }
    const oldSize = this.elements.length;
    const newSize = oldSize + delta;
    this.#budget.total.tryReserve(delta * BYTES_PER_ELEMENT);
    if (capacity > this.#capacity) this.#reallocate(capacity, newSize, init);
    else for (let index = oldSize; index < newSize; index++) this.elements.push(init);
    return oldSize;
  }

  #deny(delta: number): void {
    const { tableElements, total, hostHeap, denials } = this.#budget;
    const size = this.elements.length + delta;
    const most = Math.min(tableElements, MAX_REFERENCES);
    const bytes = delta * BYTES_PER_ELEMENT;
    if (size > this.#maxElements) {
      if (this.#maxElements < most) denials.add("table", "maximum", size, this.#maxElements);
      else denials.add("table", "tableElements", size, most);
    } else if (bytes > total.free) denials.add("table", "totalBytes", total.used + bytes, total.limit);
    else {
      denials.add("table", "hostHeapBytes", hostHeap.used + size * BYTES_PER_ELEMENT, hostHeap.limit);
    }
  }

  /** The capacity to have for `delta` more elements; `undefined` if they may not be. */
  #capacityFor(delta: number): number | undefined {
    const { total, hostHeap } = this.#budget;
    const size = this.elements.length + delta;
    if (size > this.#maxElements || delta * BYTES_PER_ELEMENT > total.free) return undefined;
    if (size <= this.#capacity) return this.#capacity;
    // While the elements are copied there are both arrays.
    const room = Math.floor(hostHeap.free / BYTES_PER_ELEMENT);
    if (size > room) return undefined;
    // A table that grows one by one is to cost time in proportion: half as much again, or where there is no room for that a
    // sixteenth, or all that is left.
    for (const spare of [size >> 1, size >> 4]) {
      const capacity = Math.min(size + spare, this.#maxElements);
      if (capacity <= room) return capacity;
    }
    return Math.min(room, this.#maxElements);
  }

  #reallocate(capacity: number, size: number, init: Reference): void {
    const { hostHeap } = this.#budget;
    hostHeap.tryReserve(capacity * BYTES_PER_ELEMENT);
    const { elements } = this;
    const larger = new Array<Reference>(capacity);
    for (let index = 0; index < elements.length; index++) larger[index] = elements[index];
    larger.fill(init, elements.length, size);
    // Of an array that is more than half full, engines keep the room behind its length, and `push` takes it.
    larger.length = size;
    this.elements = larger;
    hostHeap.release(this.#capacity * BYTES_PER_ELEMENT);
    this.#capacity = capacity;
  }

  /** Gives the table again the elements that it had when it was no larger than now. */
  restore(elements: readonly Reference[]): void {
    const size = elements.length;
    this.#budget.total.release((this.elements.length - size) * BYTES_PER_ELEMENT);
    this.#budget.hostHeap.release((this.#capacity - size) * BYTES_PER_ELEMENT);
    this.elements = elements.slice();
    this.#capacity = size;
  }

  /** Gives the elements back to the store's budgets; the table must not be used any more. */
  release(): void {
    this.#budget.total.release(this.elements.length * BYTES_PER_ELEMENT);
    this.#budget.hostHeap.release(this.#capacity * BYTES_PER_ELEMENT);
    this.elements = [];
    this.#capacity = 0;
  }
}

const DECLARED_MINIMUM = "table's declared minimum";

function reserve(limit: "totalBytes" | "hostHeapBytes", meter: ResourceMeter, bytes: number): void {
  if (!meter.tryReserve(bytes))
    throw new LimitError(limit, meter.used + bytes, meter.limit, DECLARED_MINIMUM);
}
