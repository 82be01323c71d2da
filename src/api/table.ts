// A table as the embedder sees it.

import { BOOLEAN, COUNT, integer, type OptionTable, readOptions, required } from "../checks/options.ts";
import { Trap } from "../errors.ts";
import { isRef } from "../module/types.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { TableInstance } from "../runtime/table.ts";
import { tableTypeProblem } from "../validator/limits-types.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { requireStore } from "./require-store.ts";
import type { Store } from "./store.ts";
import { VAL_TYPE, type ValTypeName, valTypeName } from "./types.ts";

export interface TableOptions {
  /** A reference type. */
  readonly element: ValTypeName;
  /** Elements at the start. */
  readonly min: number;
  readonly max?: number | undefined;
  readonly is64?: boolean;
}

const TABLE_OPTIONS = {
  element: /* @__PURE__ */ required(VAL_TYPE),
  min: /* @__PURE__ */ required(COUNT),
  max: COUNT,
  is64: BOOLEAN,
} satisfies OptionTable<TableOptions>;

/** An index that may be out of bounds, which is a trap. */
const INDEX = /* @__PURE__ */ integer(Number.MIN_SAFE_INTEGER);

/** A table of references. */
export class Table {
  readonly store: Store;
  /** @internal */
  readonly item: ExternInstance & { readonly kind: "table" };

  /**
   * @param init what the elements are at the start
   * @throws LimitError above the store's limits; TypeError, RangeError for options that make no sense
   */
  constructor(store: Store, options: TableOptions, init?: unknown);
  /** @internal */
  constructor(store: Store, table: TableInstance);
  constructor(store: Store, given: TableOptions | TableInstance, init: unknown = null) {
    requireStore(store, "new Table(store, options, init)");
    this.store = store;
    const table = given instanceof TableInstance ? given : allocate(store, given, init);
    this.item = { kind: "table", table };
    store.handles.set(this.item.table, this);
  }

  /** @internal */
  static handle(store: Store, table: TableInstance): Table {
    return (store.handles.get(table) as Table | undefined) ?? new Table(store, table);
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Table", { length: this.length });
  }

  get length(): number {
    return this.item.table.elements.length;
  }

  /** @throws Trap out of bounds; TypeError, RangeError for what is no index */
  get(index: number): unknown {
    this.#check(index, "table.get");
    return this.store.values.toHost(this.item.table.elements[index]);
  }

  /** @throws as {@link get}; TypeError for a value of another type */
  set(index: number, value: unknown): void {
    this.#check(index, "table.set");
    const { table } = this.item;
    table.elements[index] = this.store.values.toGuest(value, table.type.element, "table.set");
  }

  /**
   * Grows by `delta` elements; gives the old size, or -1 when a maximum or limit is in the way.
   * @throws TypeError, RangeError for what is no count; TypeError for a value of another type
   */
  grow(delta: number, value: unknown = null): number {
    const { table } = this.item;
    const count = COUNT.read(delta, "table.grow");
    return table.grow(count, this.store.values.toGuest(value, table.type.element, "table.grow"));
  }

  #check(index: number, what: string): void {
    INDEX.read(index, `${what}: index`);
    if (index < 0 || index >= this.length) {
      throw new Trap("out-of-bounds-table-access", `index ${index} of ${this.length}`);
    }
  }
}

function allocate(store: Store, options: TableOptions, init: unknown): TableInstance {
  const { element, min, max, is64 = false } = readOptions("new Table", options, TABLE_OPTIONS);
  if (!isRef(element)) {
    throw new TypeError(`new Table: option element: ${valTypeName(element)} is not a reference type`);
  }
  const type = { element, min: BigInt(min), max: max === undefined ? undefined : BigInt(max), is64 };
  const problem = tableTypeProblem(type);
  if (problem !== undefined) throw new RangeError(`new Table: ${problem}`);
  const value = store.values.toGuest(init, element, "table's initial element");
  store.state.count({ tables: 1 });
  return new TableInstance(type, value, store.state.tableBudget);
}
