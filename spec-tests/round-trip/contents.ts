// What must be the same of a module after it has been disassembled and assembled again.
// Owns what counts as the same: everything but how integers, sections and runs of locals are laid out.

import { disassembleModule } from "../../src/cli/commands/disassemble.ts";
import { ModuleView } from "../../src/cli/show/module-view.ts";
import { decodeBranchHints } from "../../src/decoder/branch-hints.ts";
import { InstructionReader } from "../../src/decoder/instruction-reader.ts";
import { createOpcodeTables } from "../../src/decoder/opcode-shapes.ts";
import type { Immediate, Instruction } from "../../src/isa/instruction.ts";
import { createInstructionLookup } from "../../src/isa/instructions.ts";
import type { ConstExpr, LocalRun, Module } from "../../src/module/module.ts";

const lookup = createInstructionLookup();
const opcodeTables = createOpcodeTables();

/** The text of a module. Throws when the bytes are none. */
export function disassemble(bytes: Uint8Array): string {
  return [...disassembleModule(new ModuleView(bytes, opcodeTables), lookup)].join("\n");
}

/** Everything that must be as before, one string per thing, so that a difference can be shown. */
export function contentsOf(bytes: Uint8Array): string[] {
  const { module } = new ModuleView(bytes, opcodeTables);
  const { types, recGroups, imports, functions, tables, memories, tags, globals, exports, start } = module;
  const code = (expr: ConstExpr | undefined) => expr && instructions(module, expr.start, expr.end);
  const items: unknown[] = [
    ...types.map((type) => ({ type })),
    // A group of one is also what stands without `rec`.
    ...recGroups.filter(({ count }) => count !== 1).map((group) => ({ group })),
    ...imports.map(({ module: from, name, desc }) => ({ from, name, desc })),
    ...functions.map((typeIdx) => ({ function: typeIdx })),
    ...tables.map(({ type, init }) => ({ table: type, init: code(init) })),
    ...memories.map(({ type }) => ({ memory: type })),
    ...tags.map(({ typeIdx }) => ({ tag: typeIdx })),
    ...globals.map(({ type, init }) => ({ global: type, init: code(init) })),
    ...exports.map(({ name, kind, index }) => ({ export: name, kind, index })),
    { start: start?.funcIdx },
    ...module.elements.map(({ mode, tableIdx, offsetExpr, type, funcIdxs, exprs }) => ({
      element: { mode, tableIdx, type, funcIdxs },
      offset: code(offsetExpr),
      exprs: exprs.map(code),
    })),
    ...module.code.map(({ locals, codeStart, end }) => ({
      locals: mergeRuns(locals),
      code: instructions(module, codeStart, end),
    })),
    ...module.data.map(({ mode, memIdx, offsetExpr, start: from, end }) => ({
      data: { mode, memIdx, bytes: Buffer.from(bytes.subarray(from, end)).toString("hex") },
      offset: code(offsetExpr),
    })),
    { hints: hints(module) },
  ];
  return items.map((item) =>
    JSON.stringify(item, (_key, value) => (typeof value === "bigint" ? `${value}n` : value)),
  );
}

function mergeRuns(locals: readonly LocalRun[]): LocalRun[] {
  const merged: { count: number; type: number }[] = [];
  for (const { count, type } of locals) {
    const last = merged.at(-1);
    if (last?.type === type) last.count += count;
    else if (count > 0) merged.push({ count, type });
  }
  return merged;
}

/** Every instruction of an expression, with the fields that its immediates fill. */
function instructions(module: Module, start: number, end: number): unknown[] {
  const reader = new InstructionReader(module.bytes, opcodeTables).seek(start);
  const found: unknown[] = [];
  while (reader.position < end) {
    const op = reader.read();
    const row = lookup.byOp(op);
    found.push([
      op,
      ...(row?.immediates ?? []).map((kind) => immediate(kind, reader.instruction, module.bytes)),
    ]);
  }
  return found;
}

function immediate(kind: Immediate, instruction: Instruction, bytes: Uint8Array): unknown {
  const { blockKind, blockType, index, index2, labels, lo, hi, bytesAt } = instruction;
  switch (kind) {
    case "blockType":
      return blockKind === 0 ? [] : [blockKind, blockType];
    case "label":
    case "func":
    case "type":
    case "local":
    case "global":
    case "table":
    case "memory":
    case "tag":
    case "elem":
    case "data":
    case "u32":
      return index;
    case "field":
    case "type2":
    case "table2":
    case "memory2":
    case "data2":
    case "elem2":
    case "count2":
      return index2;
    case "labelTable":
      return labels;
    case "i32":
    case "f32":
      return lo | 0;
    case "i64":
    case "f64":
      return [lo | 0, hi | 0];
    case "v128":
    case "shuffle":
      return [...bytes.subarray(bytesAt, bytesAt + 16)];
    case "memArg":
      return [instruction.align, instruction.memIdx, lo | 0, hi | 0];
    case "lane":
      return instruction.lane;
    case "valTypes":
      return instruction.types;
    case "heapType":
      return [instruction.heap, instruction.exact];
    case "castFlags":
      return [index, instruction.type1, instruction.type2];
    case "catches":
      return instruction.catches;
    case "zeroByte":
    case "ordering":
      return [];
    default:
      kind satisfies never;
      return [];
  }
}

/** Which instruction of which function, counted, is hinted. */
function hints(module: Module): unknown[] {
  const imported = module.imports.filter(({ desc }) => desc.kind === "func").length;
  return decodeBranchHints(module).map(({ funcIdx, offset, likely }) => {
    const { codeStart } = module.code[funcIdx - imported] as Module["code"][number];
    const reader = new InstructionReader(module.bytes, opcodeTables).seek(codeStart);
    let before = 0;
    for (; reader.position < offset; before++) reader.read();
    return [funcIdx, before, likely];
  });
}
