// Sorts of items, and names with attributes.

import type { Attribute, ExternName, NamedItem, Sort, SortIdx } from "../model/definitions.ts";
import type { ComponentReader } from "./component-reader.ts";

const CORE_SORTS: ReadonlyMap<number, Sort> = new Map([
  [0x00, "core-func"],
  [0x01, "core-table"],
  [0x02, "core-memory"],
  [0x03, "core-global"],
  [0x04, "core-tag"],
  [0x10, "core-type"],
  [0x11, "core-module"],
  [0x12, "core-instance"],
] satisfies [number, Sort][]);

const SORTS: ReadonlyMap<number, Sort> = new Map([
  [0x01, "func"],
  [0x02, "value"],
  [0x03, "type"],
  [0x04, "component"],
  [0x05, "instance"],
] satisfies [number, Sort][]);

const CORE = 0x00;

/** A sort of core items. `what` names the place in messages. */
export function readCoreSort(reader: ComponentReader, what: string): Sort {
  const byte = reader.byte();
  return CORE_SORTS.get(byte) ?? reader.failLeading(byte, what);
}

export function readSort(reader: ComponentReader, what: string): Sort {
  const byte = reader.byte();
  if (byte === CORE) return readCoreSort(reader, what);
  const sort = SORTS.get(byte) ?? reader.failLeading(byte, what);
  if (sort === "value") reader.need("component-values", "a value");
  return sort;
}

export function readSortIdx(reader: ComponentReader): SortIdx {
  return { sort: readSort(reader, "component external kind"), index: reader.u32() };
}

export function readCoreExport(reader: ComponentReader): NamedItem {
  const offset = reader.position;
  const name = reader.name();
  return { name, attributes: [], offset, sort: readCoreSort(reader, "external kind"), index: reader.u32() };
}

/** `core-instance` is the only sort that modules take as arguments. */
export function readCoreArgument(reader: ComponentReader): NamedItem {
  const offset = reader.position;
  const name = reader.name();
  const byte = reader.byte();
  if (CORE_SORTS.get(byte) !== "core-instance") reader.failLeading(byte, "instantiation arg kind");
  return { name, attributes: [], offset, sort: "core-instance", index: reader.u32() };
}

export function readArgument(reader: ComponentReader): NamedItem {
  const offset = reader.position;
  return { name: reader.name(), attributes: [], offset, ...readSortIdx(reader) };
}

export function readInlineExport(reader: ComponentReader): NamedItem {
  const offset = reader.position;
  return { ...readExternName(reader), offset, ...readSortIdx(reader) };
}

const ATTRIBUTES: readonly Attribute["kind"][] = ["implements", "versionSuffix", "externalId"];

/** The first two forms mean the same. */
export function readExternName(reader: ComponentReader): ExternName {
  const form = reader.byte();
  if (form > 2) reader.failLeading(form, "component name");
  const name = reader.name();
  return { name, attributes: form === 2 ? reader.list(() => readAttribute(reader)) : [] };
}

function readAttribute(reader: ComponentReader): Attribute {
  const code = reader.byte();
  const kind = ATTRIBUTES[code] ?? reader.failLeading(code, "name option");
  return { kind, text: reader.name() };
}
