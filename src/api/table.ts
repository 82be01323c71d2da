// A table as the embedder sees it.

import { Trap } from "../errors.ts";
import { isRef } from "../module/types.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { TableInstance } from "../runtime/table.ts";
import { toEmbedder, toGuest } from "./convert.ts";
import type { Store } from "./store.ts";
import { parseValType, type ValTypeName } from "./types.ts";

export interface TableOptions {
  /** A reference type. */
  readonly element: ValTypeName;
  /** Elements at the start. */
  readonly min: number;
  readonly max?: number | undefined;
  readonly is64?: boolean;
}

/** A table of references. */
export class Table {
  readonly store: Store;
  /** @internal */
  readonly item: ExternInstance & { readonly kind: "table" };

  /** @throws LimitError above the store's limits; RangeError and TypeError for options that are none */
  constructor(store: Store, options: TableOptions | TableInstance, init: unknown = null) {
    this.store = store;
    this.item = {
      kind: "table",
      table: options instanceof TableInstance ? options : allocate(store, options, init),
    };
    store.handles.set(this.item.table, this);
  }

  /** @internal */
  static handle(store: Store, table: TableInstance): Table {
    return (store.handles.get(table) as Table | undefined) ?? new Table(store, table);
  }

  get length(): number {
    return this.item.table.elements.length;
  }

  /** @throws Trap out of bounds */
  get(index: number): unknown {
    this.#check(index);
    return toEmbedder(this.store, this.item.table.elements[index]);
  }

  /** @throws Trap out of bounds; TypeError for a value of another type */
  set(index: number, value: unknown): void {
    this.#check(index);
    const { table } = this.item;
    table.elements[index] = toGuest(this.store, value, table.type.element, "table.set");
  }

  /** Grows by `delta` elements; gives the old size, or -1 when a maximum or limit is in the way. */
  grow(delta: number, value: unknown = null): number {
    if (!(Number.isSafeInteger(delta) && delta >= 0))
      throw new RangeError(`table.grow: ${delta} is not a count`);
    const { table } = this.item;
    return table.grow(delta, toGuest(this.store, value, table.type.element, "table.grow"));
  }

  #check(index: number): void {
    if (!(Number.isSafeInteger(index) && index >= 0 && index < this.length)) {
      throw new Trap("out-of-bounds-table-access", `index ${index} of ${this.length}`);
    }
  }
}

function allocate(store: Store, options: TableOptions, init: unknown): TableInstance {
  const { min, max, is64 = false } = options;
  const element = parseValType(options.element);
  if (!isRef(element)) throw new TypeError(`table: ${options.element} is not a reference type`);
  for (const [name, value] of [
    ["min", min],
    ["max", max ?? min],
  ] as const) {
    if (!(Number.isSafeInteger(value) && value >= 0))
      throw new RangeError(`table ${name}: ${value} is not a size`);
  }
  if (max !== undefined && max < min) throw new RangeError(`table: max ${max} is below min ${min}`);
  store.state.count("tables", 1);
  const type = { element, min: BigInt(min), max: max === undefined ? undefined : BigInt(max), is64 };
  return new TableInstance(
    type,
    toGuest(store, init, element, "table's initial element"),
    store.state.tableBudget,
  );
}
