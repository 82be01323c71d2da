// The embedder's handles for what modules import and export.

import { unexpected } from "../checks/options.ts";
import { hasOwn } from "../host.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import type { ExternType } from "../validator/checked-module.ts";
import type { Func } from "./func.ts";
import { Global } from "./global.ts";
import { Memory } from "./memory.ts";
import type { Store } from "./store.ts";
import { Table } from "./table.ts";
import { Tag } from "./tag.ts";

/** A value of `instance.exports`. */
export type ExportValue = Func | Memory | Table | Global | Tag;

/** The handle of an item; the same item always has the same handle. */
export function externHandle(store: Store, item: ExternInstance): ExportValue {
  switch (item.kind) {
    case "func":
      return store.values.callable(item.func);
    case "memory":
      return Memory.handle(store, item.memory);
    case "table":
      return Table.handle(store, item.table);
    case "global":
      return Global.handle(store, item.global);
    case "tag":
      return Tag.handle(store, item.tag);
  }
}

/** @throws TypeError for what no store has made; whose it is shows when it is used */
export function requireExport(value: unknown, what: string): asserts value is ExportValue {
  if (value instanceof Memory || value instanceof Table || value instanceof Global || value instanceof Tag)
    return;
  // Guests' functions say their types; any other is a host function.
  if (typeof value === "function" && hasOwn(value, "type")) return;
  const message = unexpected(what, "a Memory, Table, Global, Tag or exported function", value).message;
  throw new TypeError(
    typeof value === "function" ? `${message}; use linker.func for host functions` : message,
  );
}

/**
 * The item behind a handle.
 * @param wanted what it is imported as: globals and tables that have waited for their type are of that from now on
 * @throws TypeError for what is none, or belongs to another store, or has waited for another type; LimitError
 */
export function externOf(store: Store, handle: unknown, what: string, wanted: ExternType): ExternInstance {
  if (typeof handle === "function") {
    const func = store.values.instanceOf(handle);
    if (func !== undefined) return { kind: "func", func };
    throw new TypeError(
      `${what}: this function is no function of the store; use linker.func for host functions`,
    );
  }
  if (
    handle instanceof Memory ||
    handle instanceof Table ||
    handle instanceof Global ||
    handle instanceof Tag
  ) {
    if (handle.store !== store) throw new TypeError(`${what}: belongs to another store`);
    return handle instanceof Global || handle instanceof Table ? handle.itemFor(wanted, what) : handle.item;
  }
  throw new TypeError(`${what}: expected a function, Memory, Table, Global or Tag`);
}
