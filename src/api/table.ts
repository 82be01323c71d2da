// A table as the embedder sees it.

import { BOOLEAN, COUNT, integer, type OptionTable, readOptions, required } from "../checks/options.ts";
import { Trap } from "../errors.ts";
import { HeapType, isRef, refType, type TableType, type ValType } from "../module/types.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { TableInstance } from "../runtime/table.ts";
import type { ExternType } from "../validator/checked-module.ts";
import { tableTypeProblem } from "../validator/limits-types.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { requireStore } from "./require-store.ts";
import type { Store } from "./store.ts";
import { VAL_TYPE_OR_IMPORTED, type ValTypeName, valTypeName } from "./types.ts";

export interface TableOptions {
  /** A reference type; `"as-imported"` as for globals: no element is seen or set before a module has imported the table. */
  readonly element: ValTypeName | "as-imported";
  /** Elements at the start. */
  readonly min: number;
  readonly max?: number | undefined;
  readonly is64?: boolean;
}

const TABLE_OPTIONS = {
  element: /* @__PURE__ */ required(VAL_TYPE_OR_IMPORTED),
  min: /* @__PURE__ */ required(COUNT),
  max: COUNT,
  is64: BOOLEAN,
} satisfies OptionTable<TableOptions>;

/** Stands for a type that is not known yet. */
const ANY_REF = /* @__PURE__ */ refType(HeapType.Any, true);

/** An index that may be out of bounds, which is a trap. */
const INDEX = /* @__PURE__ */ integer(Number.MIN_SAFE_INTEGER);

type TableItem = ExternInstance & { readonly kind: "table" };

/** A table of references. */
export class Table {
  readonly store: Store;
  #item: TableItem | undefined;
  /** Makes the table once the type of its elements is known. */
  #make: ((element: ValType, what: string) => TableInstance) | undefined;

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
    if (given instanceof TableInstance) {
      this.#become(given);
      return;
    }
    const options = readOptions("new Table", given, TABLE_OPTIONS);
    const { element } = options;
    const problem = tableTypeProblem(typeOf(options, element === "as-imported" ? ANY_REF : element));
    if (problem !== undefined) throw new RangeError(`new Table: ${problem}`);
    const make = (type: ValType, what: string) => allocate(store, typeOf(options, type), init, what);
    if (element === "as-imported") this.#make = make;
    else this.#become(make(element, "table's initial element"));
  }

  /** @internal */
  static handle(store: Store, table: TableInstance): Table {
    return (store.handles.get(table) as Table | undefined) ?? new Table(store, table);
  }

  /** @internal */
  itemFor(wanted: ExternType, what: string): TableItem {
    if (this.#make !== undefined) {
      if (wanted.kind !== "table")
        throw new TypeError(`${what}: a table of no type yet is no ${wanted.kind}`);
      this.#become(this.#make(wanted.type.element, `${what}: table's initial element`));
      this.#make = undefined;
    }
    return this.item;
  }

  /** @internal @throws TypeError where its elements have no type yet */
  get item(): TableItem {
    if (this.#item === undefined) throw new TypeError("the table has no type before a module imports it");
    return this.#item;
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Table", { length: this.#item?.table.elements.length });
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

  #become(table: TableInstance): void {
    this.#item = { kind: "table", table };
    this.store.handles.set(table, this);
  }

  #check(index: number, what: string): void {
    INDEX.read(index, `${what}: index`);
    if (index < 0 || index >= this.length) {
      throw new Trap("out-of-bounds-table-access", `index ${index} of ${this.length}`);
    }
  }
}

function typeOf({ min, max, is64 = false }: Omit<TableOptions, "element">, element: ValType): TableType {
  if (!isRef(element)) {
    throw new TypeError(`new Table: option element: ${valTypeName(element)} is not a reference type`);
  }
  return { element, min: BigInt(min), max: max === undefined ? undefined : BigInt(max), is64 };
}

function allocate(store: Store, type: TableType, init: unknown, what: string): TableInstance {
  const value = store.values.toGuest(init, type.element, what);
  store.state.count({ tables: 1 });
  return new TableInstance(type, value, store.state.tableBudget);
}
