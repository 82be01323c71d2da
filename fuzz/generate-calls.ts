// Calls: direct, through tables and references, as tail calls. What is called counts down a budget, or calls nothing.

import type { BodyWriter, Choice, FunctionShape, InstructionGroup } from "./body-writer.ts";
import { CONCRETE, refTo, unsigned } from "./encode.ts";
import { functionTable, tableIndex } from "./generate-tables.ts";

export function call(writer: BodyWriter, funcIdx: number, depth: number): void {
  const { type } = writer.shape.functions[funcIdx] as FunctionShape;
  writer.match(type.params, depth);
  writer.instruction("call", [0x10, ...unsigned(funcIdx)], type.params.length, ...type.results);
}

/** Through a table; mostly with the type of some function. */
function callIndirect(writer: BodyWriter): void {
  const { random, shape } = writer;
  const table = functionTable(writer);
  if (table === undefined) return;
  const { type, typeIdx } = random.pick(shape.functions);
  writer.match(type.params, 2);
  tableIndex(writer, table);
  const bytes = [0x11, ...unsigned(typeIdx), ...unsigned(table)];
  writer.instruction("call_indirect", bytes, type.params.length + 1, ...type.results);
}

function callRef(writer: BodyWriter): void {
  const { random, shape } = writer;
  const { type, typeIdx } = random.pick(shape.functions);
  writer.match(type.params, 2);
  writer.push(refTo(CONCRETE + typeIdx, random.chance(0.3)), 1);
  writer.instruction("call_ref", [0x14, ...unsigned(typeIdx)], type.params.length + 1, ...type.results);
}

export function tailCall(writer: BodyWriter): void {
  const { random, shape, self } = writer;
  const callees = writer.callees(({ results }) => shape.space.areSubtypes(results, self.type.results));
  if (callees.length === 0) return;
  // The frame is gone in another way when the callee is the host's or another instance's.
  const imported = callees.filter((k) => k < shape.importedFunctions);
  const funcIdx = random.pick(imported.length > 0 && random.chance(0.5) ? imported : callees);
  const { type, typeIdx } = shape.functions[funcIdx] as FunctionShape;
  writer.match(type.params, 2);
  const table = functionTable(writer);
  if (shape.aggregates && random.chance(0.35)) {
    writer.push(refTo(CONCRETE + typeIdx, random.chance(0.3)), 1);
    writer.emit("return_call_ref", 0x15, ...unsigned(typeIdx));
  } else if (table !== undefined && random.chance(0.4)) {
    tableIndex(writer, table);
    writer.emit("return_call_indirect", 0x13, ...unsigned(typeIdx), ...unsigned(table));
  } else {
    writer.emit("return_call", 0x12, ...unsigned(funcIdx));
  }
  writer.die();
}

export const CALLS: InstructionGroup = {
  expressions(writer, type, depth) {
    const { space } = writer.shape;
    const callees = writer.callees(
      ({ results }) => results.length === 1 && space.isSubtype(results[0] as number, type),
    );
    return callees.length > 0 ? [[1, () => call(writer, writer.random.pick(callees), depth)]] : [];
  },
  statements(writer) {
    const { shape, random } = writer;
    if (writer.self.leaf) return [];
    const choices: Choice[] = [
      [1.5, () => call(writer, random.below(shape.functions.length), 2)],
      [0.8, () => callIndirect(writer)],
    ];
    if (shape.aggregates) choices.push([0.6, () => callRef(writer)]);
    if (shape.tailCalls) choices.push([0.25, () => tailCall(writer)]);
    return choices;
  },
};
