// Tables: single elements, size, growth, bulk instructions; with 32 and 64 bits, between tables.

import type { BodyWriter, Choice, InstructionGroup, TableShape } from "./body-writer.ts";
import { FUNCREF, heapOf, isRef, type Type, unsigned } from "./encode.ts";
import { addressType } from "./generate-memory.ts";

function tablesFor({ shape }: BodyWriter, accept: (element: Type) => boolean): number[] {
  return [...shape.tables.keys()].filter((k) => accept((shape.tables[k] as TableShape).element));
}

function get(writer: BodyWriter, table: number): void {
  const { is64, element } = writer.shape.tables[table] as TableShape;
  writer.index(is64, 8, 1);
  writer.instruction("table.get", [0x25, ...unsigned(table)], 1, element);
}

function grow(writer: BodyWriter, table: number): void {
  const shape = writer.shape.tables[table] as TableShape;
  writer.push(shape.element, 1);
  writer.index(shape.is64, 2, 1);
  writer.instruction("table.grow", [0xfc, 15, ...unsigned(table)], 2, addressType(shape));
}

function statement(writer: BodyWriter): void {
  const { random, shape } = writer;
  const table = random.below(shape.tables.length);
  const { element, is64 } = shape.tables[table] as TableShape;
  const at = unsigned(table);
  const segments = [...shape.elementSegments.keys()].filter((k) =>
    shape.space.isSubtype(shape.elementSegments[k] as Type, element),
  );
  switch (random.below(segments.length > 0 ? 5 : 3)) {
    case 0:
      writer.index(is64, 8, 1);
      writer.push(element, 1);
      writer.instruction("table.set", [0x26, ...at], 2);
      return;
    case 1:
      writer.index(is64, 8, 1);
      writer.push(element, 1);
      writer.index(is64, 4, 1);
      writer.instruction("table.fill", [0xfc, 17, ...at], 3);
      return;
    case 2: {
      const from = random.pick(tablesFor(writer, (type) => shape.space.isSubtype(type, element)));
      const source = shape.tables[from] as TableShape;
      writer.index(is64, 8, 1);
      writer.index(source.is64, 8, 1);
      writer.index(is64 && source.is64, 4, 1);
      writer.instruction("table.copy", [0xfc, 14, ...at, ...unsigned(from)], 3);
      return;
    }
    case 3:
      writer.index(is64, 8, 1);
      writer.small(4, 1);
      writer.small(4, 1);
      writer.instruction("table.init", [0xfc, 12, ...unsigned(random.pick(segments)), ...at], 3);
      return;
    default:
      writer.emit("elem.drop", 0xfc, 13, ...unsigned(random.pick(segments)));
  }
}

export const TABLES: InstructionGroup = {
  expressions(writer, type) {
    const { random, shape } = writer;
    const choices: Choice[] = [];
    if (isRef(type)) {
      const fitting = tablesFor(writer, (element) => shape.space.isSubtype(element, type));
      if (fitting.length > 0) choices.push([1, () => get(writer, random.pick(fitting))]);
      return choices;
    }
    const fitting = [...shape.tables.keys()].filter(
      (k) => addressType(shape.tables[k] as TableShape) === type,
    );
    if (fitting.length === 0) return choices;
    choices.push([
      0.3,
      () => {
        writer.instruction("table.size", [0xfc, 16, ...unsigned(random.pick(fitting))], 0, type);
      },
    ]);
    choices.push([0.15, () => grow(writer, random.pick(fitting))]);
    return choices;
  },
  statements: (writer) => (writer.shape.tables.length > 0 ? [[0.8, () => statement(writer)]] : []),
};

/** A table of functions; `undefined` if there is none. */
export function functionTable(writer: BodyWriter): number | undefined {
  const { random, shape } = writer;
  const tables = tablesFor(writer, (element) => shape.space.topOf(heapOf(element)) === FUNCREF);
  return tables.length === 0 ? undefined : random.pick(tables);
}

/** Leaves the index of an element of a table. */
export function tableIndex(writer: BodyWriter, table: number): void {
  writer.index((writer.shape.tables[table] as TableShape).is64, 8, 1);
}
