// `WebAssembly.Table`.

import { LimitError } from "../errors.ts";
import type { TableType } from "../module/types.ts";
import { TableInstance } from "../runtime/table.ts";
import {
  type AddressType,
  Brand,
  finishInterface,
  fromAddress,
  type InterfaceObject,
  toAddress,
  toAddressType,
  toDictionary,
} from "./interface.ts";
import type { Realm } from "./realm.ts";
import { toRefType, typeName } from "./types.ts";
import { defaultValue } from "./values.ts";

/** Bound of the JS API on a table's size, whatever the store allows. */
const MAX_ELEMENTS = 10_000_000;

/** The class `Table` of a namespace. */
export interface TableClass {
  readonly Table: InterfaceObject;
  readonly tables: Brand<TableInstance>;
  /** The object of a table; always the same. */
  tableObject(table: TableInstance): object;
}

export function makeTableClass(realm: Realm): TableClass {
  const tables = new Brand<TableInstance>("Table");

  class Table {
    constructor(descriptor: unknown, init?: unknown) {
      const type = tableType(descriptor);
      if (Number(type.min) > MAX_ELEMENTS)
        throw new RangeError(`a table has at most ${MAX_ELEMENTS} elements`);
      const value =
        init === undefined ? defaultValue(realm, type.element) : realm.values.toGuest(init, type.element);
      try {
        realm.store.state.count({ tables: 1 });
        tables.add(this, new TableInstance(type, value, realm.store.state.tableBudget));
      } catch (error) {
        throw error instanceof LimitError ? new RangeError(error.message, { cause: error }) : error;
      }
    }

    get length(): number | bigint {
      const table = tables.of(this);
      return fromAddress(table.elements.length, addressOf(table));
    }

    get(index: unknown): unknown {
      const table = tables.of(this);
      const at = checkedIndex(table, index);
      return realm.values.toHost(table.elements[at], table.type.element);
    }

    set(index: unknown, ...rest: unknown[]): void {
      const table = tables.of(this);
      const address = toAddress(index, addressOf(table), "the index");
      const { element } = table.type;
      const value = rest.length === 0 ? defaultValue(realm, element) : realm.values.toGuest(rest[0], element);
      table.elements[inBounds(table, address)] = value;
    }

    grow(delta: unknown, ...rest: unknown[]): number | bigint {
      const table = tables.of(this);
      const address = addressOf(table);
      const count = toAddress(delta, address, "the number of elements to grow by");
      const { element } = table.type;
      const value = rest.length === 0 ? defaultValue(realm, element) : realm.values.toGuest(rest[0], element);
      const before = table.elements.length + count > MAX_ELEMENTS ? -1 : table.grow(count, value);
      if (before < 0) throw new RangeError("the table cannot grow by so many elements");
      return fromAddress(before, address);
    }

    type(): Record<string, unknown> {
      const table = tables.of(this);
      const address = addressOf(table);
      const { max, element } = table.type;
      return {
        minimum: fromAddress(table.elements.length, address),
        ...(max === undefined ? {} : { maximum: fromAddress(Number(max), address) }),
        element: typeName(element),
        address,
      };
    }
  }
  finishInterface(Table, "Table");

  const tableObject = (table: TableInstance): object => tables.objectOf(table, Table.prototype);
  return { Table, tables, tableObject };
}

function addressOf({ type }: TableInstance): AddressType {
  return type.is64 ? "i64" : "i32";
}

function checkedIndex(table: TableInstance, index: unknown): number {
  return inBounds(table, toAddress(index, addressOf(table), "the index"));
}

/** @throws RangeError */
function inBounds({ elements }: TableInstance, index: number): number {
  if (index < elements.length) return index;
  throw new RangeError(`index ${index} is outside of a table of ${elements.length} elements`);
}

/** Members are read in this order, which is not that of their names (table/constructor.any.js). */
function tableType(descriptor: unknown): TableType {
  if (descriptor === undefined) throw new TypeError("a table's descriptor must be an object");
  const members = toDictionary(descriptor, "a table's descriptor");
  const element = toRefType(members.element);
  const address = toAddressType(members.address);
  const { initial } = members;
  const min = initial === undefined ? undefined : toAddress(initial, address, "initial");
  const { maximum } = members;
  const max = maximum === undefined ? undefined : toAddress(maximum, address, "maximum");
  const { minimum } = members;
  const least = minimum === undefined ? undefined : toAddress(minimum, address, "minimum");
  if (min !== undefined && least !== undefined)
    throw new TypeError("a table has initial or minimum, not both");
  const start = min ?? least;
  if (start === undefined) throw new TypeError("a table's descriptor needs initial");
  if (max !== undefined && max < start) throw new RangeError("maximum is below initial");
  return {
    element,
    min: BigInt(start),
    max: max === undefined ? undefined : BigInt(max),
    is64: address === "i64",
  };
}
