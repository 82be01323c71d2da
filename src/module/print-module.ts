// A whole decoded module in the text format (spec section 6.6), line by line; it assembles to an equal module.
// Knows decoded data and instruction records; who reads the bytes of expressions is the caller's choice.

import type { Instruction } from "../isa/instruction.ts";
import type { InstructionLookup } from "../isa/instructions.ts";
import type { DisassemblyContext, NamedSpace } from "./disassemble.ts";
import { disassembleExpr, nameComment } from "./disassemble.ts";
import { hex } from "./format-numbers.ts";
import {
  formatFuncType,
  formatGlobalType,
  formatMemoryType,
  formatSubType,
  formatTableType,
  formatValType,
} from "./format-types.ts";
import type { ConstExpr, DataSegment, ElementSegment, FunctionBody, Import, Module } from "./module.ts";

export interface ModulePrinterOptions {
  readonly lookup: InstructionLookup;
  /** Decodes the instructions between two byte offsets; may yield one record again and again. */
  readonly instructions: (start: number, end: number) => Iterable<Instruction>;
  /** Names for comments; `funcIdx` says whose local is meant. */
  readonly name?: (space: NamedSpace, index: number, funcIdx?: number) => string | undefined;
  /** Ends each line of code with the instruction's byte offset. */
  readonly offsets?: boolean;
}

/** Bytes of data segments per line. */
const DATA_LINE = 32;

/**
 * The lines of a module's text, without line ends. Custom sections become comments.
 * A generator, since the text of a large module may be many times its size.
 */
export function printModule(module: Module, options: ModulePrinterOptions): Generator<string, void> {
  return new ModulePrinter(module, options).lines();
}

class ModulePrinter {
  readonly #module: Module;
  readonly #options: ModulePrinterOptions;
  readonly #context: DisassemblyContext;

  constructor(module: Module, options: ModulePrinterOptions) {
    this.#module = module;
    this.#options = options;
    this.#context = this.#contextOf(undefined);
  }

  *lines(): Generator<string, void> {
    const module = this.#module;
    yield "(module";
    yield* this.#types();
    // Imports come first in every index space.
    const next = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
    for (const item of module.imports) yield this.#import(item, next[item.desc.kind]++);
    for (const [i, { type, init }] of module.tables.entries()) {
      yield `  ${this.#define("table", next.table + i, formatTableType(type), init)}`;
    }
    for (const [i, { type }] of module.memories.entries()) {
      yield `  ${this.#define("memory", next.memory + i, formatMemoryType(type))}`;
    }
    for (const [i, { typeIdx }] of module.tags.entries()) {
      yield `  ${this.#define("tag", next.tag + i, `(tag ${this.#typeUse(typeIdx)})`)}`;
    }
    for (const [i, { type, init }] of module.globals.entries()) {
      yield `  ${this.#define("global", next.global + i, formatGlobalType(type), init)}`;
    }
    for (const { name, kind, index } of module.exports) {
      yield `  (export ${quote(name)} (${kind} ${index}${nameComment(kind, index, this.#context)}))`;
    }
    if (module.start !== undefined) yield `  (start ${module.start.funcIdx})`;
    for (const [i, segment] of module.elements.entries()) yield this.#element(segment, i);
    for (const [i, body] of module.code.entries()) yield* this.#function(body, i, next.func + i);
    for (const [i, segment] of module.data.entries()) yield* this.#data(segment, i);
    for (const { name, start, end } of module.customSections) {
      yield `  ;; custom section ${quote(name)}, ${end - start} bytes`;
    }
    yield ")";
  }

  *#types(): Generator<string, void> {
    const { recGroups, types } = this.#module;
    for (const { start, count } of recGroups) {
      const indent = count === 1 ? "  " : "    ";
      if (count !== 1) yield "  (rec";
      for (let i = start; i < start + count; i++) {
        const type = types[i];
        if (type !== undefined) yield `${indent}(type${this.#comment("type", i)} ${formatSubType(type)})`;
      }
      if (count !== 1) yield "  )";
    }
  }

  #import({ module, name, desc }: Import, index: number): string {
    return `  (import ${quote(module)} ${quote(name)} ${this.#define(desc.kind, index, this.#importType(desc))})`;
  }

  #importType(desc: Import["desc"]): string {
    switch (desc.kind) {
      case "func":
        return desc.exact ? `(func (exact (type ${desc.typeIdx})))` : `(func ${this.#typeUse(desc.typeIdx)})`;
      case "tag":
        return `(tag ${this.#typeUse(desc.typeIdx)})`;
      case "table":
        return formatTableType(desc.type);
      case "memory":
        return formatMemoryType(desc.type);
      case "global":
        return formatGlobalType(desc.type);
    }
  }

  /** The type index, and beside it, for the reader, what it stands for. */
  #typeUse(typeIdx: number): string {
    const composite = this.#module.types[typeIdx]?.composite;
    const inline = composite?.kind === "func" ? formatFuncType(composite, "") : "";
    return inline === "" ? `(type ${typeIdx})` : `(type ${typeIdx}) ${inline}`;
  }

  /** Puts a comment with the index and name after the keyword of `(keyword …)`, and an initial value at the end. */
  #define(space: NamedSpace, index: number, text: string, init?: ConstExpr): string {
    const head = text.slice(0, space.length + 1);
    const rest = text.slice(space.length + 1, -1);
    return `${head}${this.#comment(space, index)}${rest}${init === undefined ? "" : ` ${this.#expr(init)}`})`;
  }

  #comment(space: NamedSpace, index: number): string {
    return ` (;${index};)${nameComment(space, index, this.#context)}`;
  }

  #expr({ start, end }: ConstExpr): string {
    const { instructions, lookup } = this.#options;
    return [...disassembleExpr(instructions(start, end), lookup, this.#context)].join(" ");
  }

  #element(segment: ElementSegment, index: number): string {
    const parts: string[] = [];
    if (segment.mode === "declarative") parts.push("declare");
    if (segment.offsetExpr !== undefined) {
      if (segment.tableIdx !== 0) parts.push(`(table ${segment.tableIdx})`);
      parts.push(`(offset ${this.#expr(segment.offsetExpr)})`);
    }
    if (segment.funcIdxs.length > 0) parts.push("func", ...segment.funcIdxs.map(String));
    else {
      parts.push(formatValType(segment.type));
      for (const expr of segment.exprs) parts.push(`(item ${this.#expr(expr)})`);
    }
    return `  (elem${this.#comment("elem", index)} ${parts.join(" ")})`;
  }

  *#function(body: FunctionBody, definedIdx: number, funcIdx: number): Generator<string, void> {
    const { instructions, lookup, offsets = false } = this.#options;
    yield `  (func${this.#comment("func", funcIdx)} ${this.#typeUse(this.#module.functions[definedIdx] ?? 0)}`;
    for (const { count, type } of body.locals) {
      if (count > 0) yield `    (local${` ${formatValType(type)}`.repeat(count)})`;
    }
    const code = instructions(body.codeStart, body.end);
    yield* disassembleExpr(code, lookup, this.#contextOf(funcIdx), { level: 2, offsets });
    yield "  )";
  }

  *#data(segment: DataSegment, index: number): Generator<string, void> {
    const { bytes } = this.#module;
    const memory = segment.memIdx === 0 ? "" : ` (memory ${segment.memIdx})`;
    const place =
      segment.offsetExpr === undefined ? "" : `${memory} (offset ${this.#expr(segment.offsetExpr)})`;
    yield `  (data${this.#comment("data", index)}${place}`;
    for (let at = segment.start; at < segment.end; at += DATA_LINE) {
      yield `    ${quoteBytes(bytes.subarray(at, Math.min(at + DATA_LINE, segment.end)))}`;
    }
    yield "  )";
  }

  #contextOf(funcIdx: number | undefined): DisassemblyContext {
    const { name } = this.#options;
    const { bytes } = this.#module;
    return name === undefined ? { bytes } : { bytes, name: (space, index) => name(space, index, funcIdx) };
  }
}

/** A name as a string literal: ASCII that needs no escape as it is, everything else by code point. */
function quote(text: string): string {
  const escaped = text.replace(/[^ -~]|["\\]/gu, (char) => `\\u{${hex(char.codePointAt(0) ?? 0)}}`);
  return `"${escaped}"`;
}

function quoteBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\${hex(byte, 2)}`;
  }
  return `"${text}"`;
}
