// Decoded instructions as text, linear, one line each (spec section 6.5); the output assembles to the same code.
// Knows records and types, not bytes: who decodes hands the records over. It stands in module and not in isa
// because block types and casts print value types, whose encoding belongs to module.

import type { CatchClause, Immediate, Instruction, InstructionRow } from "../isa/instruction.ts";
import { BlockKind, CatchKind } from "../isa/instruction.ts";
import type { InstructionLookup } from "../isa/instructions.ts";
import { Op } from "../isa/op.ts";
import { formatF32Bits, formatF64Bits, formatI64, formatU64, hex } from "./format-numbers.ts";
import { formatHeap, formatTypeList, formatValType } from "./format-types.ts";
import { refType } from "./types.ts";

/** Index spaces whose members may have names. */
export type NamedSpace = "func" | "type" | "local" | "global" | "table" | "memory" | "tag" | "elem" | "data";

/** What an instruction's text needs beyond its record. */
export interface DisassemblyContext {
  /** The module's bytes: vector constants and shuffles refer to them by offset. */
  readonly bytes: Uint8Array;
  /** A name for a comment beside an index, e.g. `call 3 (;log;)`. May be hostile: it is made harmless here. */
  name?(space: NamedSpace, index: number): string | undefined;
}

/**
 * One instruction in text form, e.g. `i32.load offset=4 align=1`.
 * Indices are numbers, defaults (memory 0, table 0, natural alignment) are left out.
 */
export function formatInstruction(
  instruction: Instruction,
  row: InstructionRow,
  context: DisassemblyContext,
): string {
  const parts = [row.mnemonic];
  for (const immediate of textOrder(instruction.op, row.immediates)) {
    const text = formatImmediate(immediate, instruction, row, context);
    if (text !== "") parts.push(text);
  }
  return parts.join(" ");
}

/** The text puts the table or memory first, the binary format the type or segment. */
function textOrder(op: Op, immediates: readonly Immediate[]): readonly Immediate[] {
  switch (op) {
    case Op.CallIndirect:
    case Op.ReturnCallIndirect:
    case Op.TableInit:
    case Op.MemoryInit:
      return [...immediates].reverse();
    default:
      return immediates;
  }
}

function formatImmediate(
  immediate: Immediate,
  instruction: Instruction,
  row: InstructionRow,
  context: DisassemblyContext,
): string {
  const { op, index, index2, lo, hi } = instruction;
  const named = (space: NamedSpace, idx: number) => String(idx) + nameComment(space, idx, context);
  switch (immediate) {
    case "blockType":
      return formatBlockType(instruction);
    case "label":
    case "u32":
      return String(index);
    case "func":
    case "local":
    case "global":
    case "tag":
    case "elem":
    case "data":
      return named(immediate, index);
    case "type":
      return op === Op.CallIndirect || op === Op.ReturnCallIndirect
        ? `(type ${named("type", index)})`
        : named("type", index);
    case "table":
    case "memory":
      // Two indices come together or not at all.
      return index === 0 && (index2 === 0 || row.immediates.length === 1) ? "" : named(immediate, index);
    case "table2":
      return isDefaultSecond(instruction, row) ? "" : named("table", index2);
    case "memory2":
      return isDefaultSecond(instruction, row) ? "" : named("memory", index2);
    case "type2":
      return named("type", index2);
    case "data2":
      return named("data", index2);
    case "elem2":
      return named("elem", index2);
    case "field":
    case "count2":
      return String(index2);
    case "labelTable":
      return instruction.labels.join(" ");
    case "i32":
      return String(lo | 0);
    case "i64":
      return formatI64(lo, hi);
    case "f32":
      return formatF32Bits(lo | 0);
    case "f64":
      return formatF64Bits(lo | 0, hi | 0);
    case "v128":
      return formatVector(context.bytes, instruction.bytesAt);
    case "shuffle":
      return context.bytes.subarray(instruction.bytesAt, instruction.bytesAt + 16).join(" ");
    case "memArg":
      return formatMemArg(instruction, row, context);
    case "lane":
      return String(instruction.lane);
    case "valTypes":
      return instruction.types.length === 0 ? "(result)" : formatTypeList("result", instruction.types);
    case "heapType":
      return formatHeapImmediate(instruction);
    case "castFlags":
      return `${index} ${formatValType(instruction.type1)} ${formatValType(instruction.type2)}`;
    case "catches":
      return instruction.catches.map((clause) => formatCatch(clause, context)).join(" ");
    case "zeroByte":
    case "ordering":
      return "";
    default:
      immediate satisfies never;
      return "";
  }
}

/** Where the first index is a segment or a type, the second may be left out; `table.copy 1 0` needs both. */
function isDefaultSecond({ index, index2 }: Instruction, row: InstructionRow): boolean {
  const [first] = row.immediates;
  return index2 === 0 && (index === 0 || (first !== "table" && first !== "memory"));
}

function formatBlockType({ blockKind, blockType }: Instruction): string {
  switch (blockKind) {
    case BlockKind.Empty:
      return "";
    case BlockKind.Value:
      return `(result ${formatValType(blockType)})`;
    case BlockKind.TypeIdx:
      return `(type ${blockType})`;
  }
}

/** `ref.null` takes a heap type; tests and casts a reference type, whose nullability is in the opcode. */
function formatHeapImmediate({ op, heap, exact }: Instruction): string {
  switch (op) {
    case Op.RefTest:
    case Op.RefCast:
    case Op.RefCastDescEq:
      return formatValType(refType(heap, false, exact));
    case Op.RefTestNull:
    case Op.RefCastNull:
    case Op.RefCastDescEqNull:
      return formatValType(refType(heap, true, exact));
    default:
      return formatHeap(heap, exact);
  }
}

function formatMemArg(instruction: Instruction, row: InstructionRow, context: DisassemblyContext): string {
  const { memIdx, align, lo, hi } = instruction;
  const parts: string[] = [];
  if (memIdx !== 0) parts.push(String(memIdx) + nameComment("memory", memIdx, context));
  if (lo !== 0 || hi !== 0) parts.push(`offset=${formatU64(lo, hi)}`);
  if (2 ** align !== row.accessBytes) parts.push(`align=${2 ** align}`);
  return parts.join(" ");
}

function formatVector(bytes: Uint8Array, at: number): string {
  const words: string[] = [];
  for (let i = at; i < at + 16; i += 4) {
    const word = bytes.subarray(i, i + 4).reduceRight((value, byte) => (value << 8) | byte, 0);
    words.push(`0x${hex(word, 8)}`);
  }
  return `i32x4 ${words.join(" ")}`;
}

function formatCatch({ kind, tagIdx, label }: CatchClause, context: DisassemblyContext): string {
  switch (kind) {
    case CatchKind.Catch:
      return `(catch ${tagIdx}${nameComment("tag", tagIdx, context)} ${label})`;
    case CatchKind.CatchRef:
      return `(catch_ref ${tagIdx}${nameComment("tag", tagIdx, context)} ${label})`;
    case CatchKind.CatchAll:
      return `(catch_all ${label})`;
    case CatchKind.CatchAllRef:
      return `(catch_all_ref ${label})`;
  }
}

/** ` (;name;)` or nothing. Names come from the module: whatever could end the comment, or play tricks on a terminal, is replaced. */
export function nameComment(space: NamedSpace, index: number, context: DisassemblyContext): string {
  const name = context.name?.(space, index);
  if (name === undefined || name === "") return "";
  return ` (;${name.slice(0, MAX_NAME_LENGTH).replace(/[^\p{L}\p{N}!#$%&'*+\-./:<=>?@\\^_`|~ ]/gu, "_")};)`;
}

const MAX_NAME_LENGTH = 200;

/** Deeper code is indented no further: output stays linear in the size of the code. */
const MAX_INDENT_LEVELS = 40;

export interface LineOptions {
  /** Nesting level of the first instruction; default 0. */
  readonly level?: number;
  /** Ends each line with a comment that gives the instruction's byte offset. */
  readonly offsets?: boolean;
}

/**
 * A function that turns the instructions of one expression, fed in order, into indented lines.
 * The expression's final `end`, which the text format leaves out, gives `undefined`.
 */
function createLinePrinter(
  lookup: InstructionLookup,
  context: DisassemblyContext,
  { level = 0, offsets = false }: LineOptions = {},
): (instruction: Instruction) => string | undefined {
  let depth = 0;
  return (instruction) => {
    const { op } = instruction;
    if (op === Op.End || op === Op.Delegate) depth--;
    if (depth < 0) return undefined;
    const row = lookup.byOp(op);
    const text =
      row === undefined ? `;; unknown opcode 0x${hex(op)}` : formatInstruction(instruction, row, context);
    const outdented = op === Op.Else || op === Op.Catch || op === Op.CatchAll;
    const indent = "  ".repeat(Math.min(level + depth - (outdented ? 1 : 0), MAX_INDENT_LEVELS));
    if (opensBlock(op)) depth++;
    return `${indent}${text}${offsets ? ` ;; 0x${hex(instruction.offset)}` : ""}`;
  };
}

/** The lines of one whole expression. The iterable may yield the same record again and again. */
export function* disassembleExpr(
  instructions: Iterable<Instruction>,
  lookup: InstructionLookup,
  context: DisassemblyContext,
  options?: LineOptions,
): Generator<string, void> {
  const print = createLinePrinter(lookup, context, options);
  for (const instruction of instructions) {
    const line = print(instruction);
    if (line !== undefined) yield line;
  }
}

function opensBlock(op: Op): boolean {
  return op === Op.Block || op === Op.Loop || op === Op.If || op === Op.Try || op === Op.TryTable;
}
