// Decoded instructions as text, linear, one line each (spec section 6.5); the output assembles to the same code.
// Knows records and types, not bytes: who decodes hands the records over. It stands in module and not in isa
// because block types and casts print value types, whose encoding belongs to module.

import type { CatchClause, Immediate, Instruction, InstructionRow } from "../isa/instruction.ts";
import { BlockKind, CatchKind } from "../isa/instruction.ts";
import type { InstructionLookup } from "../isa/instructions.ts";
import { Op } from "../isa/op.ts";
import { formatF32Bits, formatF64Bits, formatI64, formatU64, hex } from "./format-numbers.ts";
import { formatHeap, formatTypeList, formatValType, type TypeSpelling } from "./format-types.ts";
import type { NamedSpace } from "./identifiers.ts";
import { refType } from "./types.ts";

/** What an instruction's text needs beyond its record. */
export interface DisassemblyContext {
  /** The module's bytes: vector constants and shuffles refer to them by offset. */
  readonly bytes: Uint8Array;
  /** How a member of an index space is called; by default by its number. `owner`: the type of a field. */
  reference?(space: NamedSpace, index: number, owner?: number): string;
  /** What stands in front of the instruction at a byte offset, such as an annotation. */
  prefix?(offset: number): string | undefined;
}

/**
 * One instruction in text form, e.g. `i32.load offset=4 align=1`.
 * Defaults (memory 0, table 0, natural alignment) are left out.
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
  const named = (space: NamedSpace, idx: number) => context.reference?.(space, idx) ?? String(idx);
  const spell = (typeIdx: number) => named("type", typeIdx);
  switch (immediate) {
    case "blockType":
      return formatBlockType(instruction, spell);
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
      return context.reference?.("field", index2, index) ?? String(index2);
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
      return formatMemArg(instruction, row, named);
    case "lane":
      return String(instruction.lane);
    case "valTypes":
      return instruction.types.length === 0 ? "(result)" : formatTypeList("result", instruction.types, spell);
    case "heapType":
      return formatHeapImmediate(instruction, spell);
    case "castFlags":
      return `${index} ${formatValType(instruction.type1, spell)} ${formatValType(instruction.type2, spell)}`;
    case "catches":
      return instruction.catches.map((clause) => formatCatch(clause, named)).join(" ");
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

function formatBlockType({ blockKind, blockType }: Instruction, spell: TypeSpelling): string {
  switch (blockKind) {
    case BlockKind.Empty:
      return "";
    case BlockKind.Value:
      return `(result ${formatValType(blockType, spell)})`;
    case BlockKind.TypeIdx:
      return `(type ${spell(blockType)})`;
  }
}

/** `ref.null` takes a heap type; tests and casts a reference type, whose nullability is in the opcode. */
function formatHeapImmediate({ op, heap, exact }: Instruction, spell: TypeSpelling): string {
  switch (op) {
    case Op.RefTest:
    case Op.RefCast:
    case Op.RefCastDescEq:
      return formatValType(refType(heap, false, exact), spell);
    case Op.RefTestNull:
    case Op.RefCastNull:
    case Op.RefCastDescEqNull:
      return formatValType(refType(heap, true, exact), spell);
    default:
      return formatHeap(heap, exact, spell);
  }
}

/** A member of an index space by its name or number. */
type Reference = (space: NamedSpace, index: number) => string;

function formatMemArg(instruction: Instruction, row: InstructionRow, named: Reference): string {
  const { memIdx, align, lo, hi } = instruction;
  const parts: string[] = [];
  if (memIdx !== 0) parts.push(named("memory", memIdx));
  if (lo !== 0 || hi !== 0) parts.push(`offset=${formatU64(lo, hi)}`);
  // As large as 2**63 in code that is not valid.
  if (2 ** align !== row.accessBytes) parts.push(`align=${1n << BigInt(align)}`);
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

function formatCatch({ kind, tagIdx, label }: CatchClause, named: Reference): string {
  switch (kind) {
    case CatchKind.Catch:
      return `(catch ${named("tag", tagIdx)} ${label})`;
    case CatchKind.CatchRef:
      return `(catch_ref ${named("tag", tagIdx)} ${label})`;
    case CatchKind.CatchAll:
      return `(catch_all ${label})`;
    case CatchKind.CatchAllRef:
      return `(catch_all_ref ${label})`;
  }
}

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
    const prefix = context.prefix?.(instruction.offset);
    return `${indent}${prefix === undefined ? "" : `${prefix} `}${text}${offsets ? ` ;; 0x${hex(instruction.offset)}` : ""}`;
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
