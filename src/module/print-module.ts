// A whole decoded module in the text format (spec section 6.6), line by line; it assembles to an equal module.
// Knows decoded data and instruction records; who reads the bytes of expressions is the caller's choice.

import type { Instruction } from "../isa/instruction.ts";
import type { InstructionLookup } from "../isa/instructions.ts";
import { type DisassemblyContext, disassembleExpr } from "./disassemble.ts";
import {
  formatFuncType,
  formatGlobalType,
  formatMemoryType,
  formatSubType,
  formatTableType,
  formatTypeList,
  formatValType,
} from "./format-types.ts";
import { Identifiers, type NamedSpace } from "./identifiers.ts";
import type {
  ConstExpr,
  CustomSection,
  DataSegment,
  ElementSegment,
  FunctionBody,
  Import,
  LocalRun,
  Module,
} from "./module.ts";
import type { ModuleNames } from "./names.ts";
import { quote, quoteBytes } from "./quote.ts";
import { HeapType, refType, type ValType } from "./types.ts";

export interface ModulePrinterOptions {
  readonly lookup: InstructionLookup;
  /** Decodes the instructions between two byte offsets; may yield one record again and again. */
  readonly instructions: (start: number, end: number) => Iterable<Instruction>;
  /** From the name section. */
  readonly names?: ModuleNames | undefined;
  /** Whether the branch at a byte offset is likely taken, where the module has hints; more than one are too many. */
  readonly branchHints?: ReadonlyMap<number, readonly boolean[]> | undefined;
  /** Ends each line of code with the instruction's byte offset. */
  readonly offsets?: boolean;
}

/** Bytes of strings per line. */
const DATA_LINE = 32;

/** Locals spelt out in a module; beyond, two hostile bytes would become 50,000 words. */
const MOST_LOCALS = 10_000_000;

/** Custom sections that speak of byte offsets, which are others after assembling; names and hints are shown in place. */
const NOT_REPEATED = /^(name|metadata\.code\..*|\.debug_.*|reloc\..*|linking|sourceMappingURL)$/;

/** A longer function type is not repeated beside its name, unless there are names for its parameters. */
const MOST_INLINE_TYPES = 100;

/** Parts of a list in one line, of which a module may have ten million. */
const PARTS_PER_LINE = 16;

/** Where a custom section stands, by the id of the section before it; the assembler has no word for the data count. */
const PLACES: readonly string[] = [
  "before first",
  "after type",
  "after import",
  "after func",
  "after table",
  "after memory",
  "after global",
  "after export",
  "after start",
  "after elem",
  "after code",
  "after data",
  "before code",
  "after tag",
];

/**
 * Prints a module or parts of it, as lines without line ends. Generators, since the text of a large module may
 * be many times its size.
 */
export class ModulePrinter {
  readonly #module: Module;
  readonly #options: ModulePrinterOptions;
  readonly #ids: Identifiers;
  readonly #context: DisassemblyContext;
  readonly #spell: (typeIdx: number) => string;
  /** How many of each kind are imported: where the indices of definitions begin. */
  readonly #imported = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  #locals = 0;

  constructor(module: Module, options: ModulePrinterOptions) {
    this.#module = module;
    this.#options = options;
    this.#ids = new Identifiers(module, options.names);
    this.#context = this.#contextOf(0);
    this.#spell = (typeIdx) => this.#ids.id("type", typeIdx) ?? String(typeIdx);
    for (const { desc } of module.imports) this.#imported[desc.kind]++;
  }

  /** `(module …)`, all of it. */
  *module(): Generator<string, void> {
    const module = this.#module;
    const first = this.#imported;
    yield `(module${this.#ids.module()}`;
    yield* this.#customSections(module.customSections);
    yield* this.#types();
    const next = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
    for (const item of module.imports) yield this.#import(item, next[item.desc.kind]++);
    for (const [i, { type, init }] of module.tables.entries()) {
      yield* this.#definition("table", first.table + i, formatTableType(type, this.#spell), init);
    }
    for (const [i, { type }] of module.memories.entries()) {
      yield `  ${this.#define("memory", first.memory + i, formatMemoryType(type))}`;
    }
    for (const [i, { typeIdx }] of module.tags.entries()) {
      yield `  ${this.#define("tag", first.tag + i, `(tag ${this.#typeUse(typeIdx)})`)}`;
    }
    for (const [i, { type, init }] of module.globals.entries()) {
      yield* this.#definition("global", first.global + i, formatGlobalType(type, this.#spell), init);
    }
    for (const { name, kind, index } of module.exports) {
      yield `  (export ${quote(name)} (${kind} ${this.#ids.id(kind, index) ?? index}))`;
    }
    if (module.start !== undefined) yield `  (start ${this.#ids.reference("func", module.start.funcIdx)})`;
    for (const [i, segment] of module.elements.entries()) yield* this.#element(segment, i);
    for (const funcIdx of module.code.keys()) {
      for (const line of this.func(first.func + funcIdx)) yield `  ${line}`;
    }
    for (const [i, segment] of module.data.entries()) yield* this.#data(segment, i);
    yield ")";
  }

  /** One function that is not imported, `exports` said at its head. */
  *func(funcIdx: number, exports: readonly string[] = []): Generator<string, void> {
    const { instructions, lookup, offsets = false } = this.#options;
    const definedIdx = funcIdx - this.#imported.func;
    const body = this.#module.code[definedIdx]!;
    const exported = exports.map((name) => ` (export ${quote(name)})`).join("");
    const type = this.#typeUse(this.#module.functions[definedIdx] ?? 0, funcIdx);
    yield `(func${this.#head("func", funcIdx)}${exported} ${type}`;
    yield* this.#declareLocals(body, funcIdx);
    const code = instructions(body.codeStart, body.end);
    yield* disassembleExpr(code, lookup, this.#contextOf(funcIdx), { level: 1, offsets });
    yield ")";
  }

  *#types(): Generator<string, void> {
    const { recGroups, types } = this.#module;
    for (const { start, count } of recGroups) {
      const indent = count === 1 ? "  " : "    ";
      if (count !== 1) yield "  (rec";
      for (let i = start; i < start + count; i++) {
        const type = types[i];
        if (type === undefined) continue;
        const fieldName = (field: number) => {
          const id = this.#ids.id("field", field, i);
          return id === undefined ? this.#ids.comment("field", field, i) : ` ${id}`;
        };
        yield `${indent}(type${this.#head("type", i)} ${formatSubType(type, this.#spell, fieldName)})`;
      }
      if (count !== 1) yield "  )";
    }
  }

  #import({ module, name, desc }: Import, index: number): string {
    const text = this.#define(desc.kind, index, this.#importType(desc, index), true);
    return `  (import ${quote(module)} ${quote(name)} ${text})`;
  }

  #importType(desc: Import["desc"], index: number): string {
    switch (desc.kind) {
      case "func":
        return desc.exact
          ? `(func (exact (type ${this.#spell(desc.typeIdx)})))`
          : `(func ${this.#typeUse(desc.typeIdx, index)})`;
      case "tag":
        return `(tag ${this.#typeUse(desc.typeIdx)})`;
      case "table":
        return formatTableType(desc.type, this.#spell);
      case "memory":
        return formatMemoryType(desc.type);
      case "global":
        return formatGlobalType(desc.type, this.#spell);
    }
  }

  /** The type's name or index, and beside it what it stands for: names for parameters belong there. */
  #typeUse(typeIdx: number, funcIdx?: number): string {
    const use = `(type ${this.#ids.reference("type", typeIdx)})`;
    const composite = this.#module.types[typeIdx]?.composite;
    if (composite?.kind !== "func") return use;
    const { params, results } = composite;
    // Two bytes in a function section would become some thousand.
    const isLong = params.length + results.length > MOST_INLINE_TYPES;
    if (isLong && (funcIdx === undefined || !this.#ids.hasLocals(funcIdx))) return use;
    const inline =
      funcIdx === undefined
        ? formatFuncType(composite, "", this.#spell)
        : [...this.#localLists("param", params, funcIdx, 0), formatTypeList("result", results, this.#spell)]
            .filter((part) => part !== "")
            .join(" ");
    return inline === "" ? use : `${use} ${inline}`;
  }

  /** `(param i32 i64) (param $x i32)`: those with a name stand alone. */
  *#localLists(
    keyword: "param" | "local",
    types: Iterable<ValType>,
    funcIdx: number,
    first: number,
  ): Generator<string, void> {
    let unnamed: ValType[] = [];
    let index = first;
    for (const type of types) {
      const name = this.#ids.definition("local", index++, funcIdx);
      if (name === undefined) {
        unnamed.push(type);
        continue;
      }
      if (unnamed.length > 0) yield formatTypeList(keyword, unnamed, this.#spell);
      unnamed = [];
      yield `(${keyword} ${name} ${formatValType(type, this.#spell)})`;
    }
    if (unnamed.length > 0) yield formatTypeList(keyword, unnamed, this.#spell);
  }

  *#declareLocals({ locals, localCount }: FunctionBody, funcIdx: number): Generator<string, void> {
    const typeIdx = this.#module.functions[funcIdx - this.#imported.func] ?? 0;
    const composite = this.#module.types[typeIdx]?.composite;
    let index = composite?.kind === "func" ? composite.params.length : 0;
    this.#locals += localCount;
    for (const { count, type } of mergeRuns(locals)) {
      if (this.#locals > MOST_LOCALS) {
        yield `  ;; ${count} locals of type ${formatValType(type, this.#spell)}: too many to be written out`;
      } else {
        for (const list of this.#localLists("local", repeat(type, count), funcIdx, index)) yield `  ${list}`;
      }
      index += count;
    }
  }

  /** Puts index and name after the keyword of `(keyword …)`. */
  #define(space: NamedSpace, index: number, text: string, isImport = false): string {
    const at = space.length + 1;
    return `${text.slice(0, at)}${this.#head(space, index, isImport)}${text.slice(at)}`;
  }

  /** The same with an initial value at the end. */
  #definition(space: NamedSpace, index: number, text: string, init?: ConstExpr): Iterable<string> {
    const defined = this.#define(space, index, text).slice(0, -1);
    return wrap(`  ${defined}`, init === undefined ? [] : this.#expr(init));
  }

  /** ` $name (;3;)`, or the index alone. Assemblers take the annotation of a name for no import but a function. */
  #head(space: NamedSpace, index: number, isImport = false): string {
    const annotated = !isImport || space === "func";
    const name = annotated ? this.#ids.definition(space, index) : this.#ids.id(space, index);
    if (name?.startsWith("$")) return ` ${name} (;${index};)`;
    return name === undefined ? ` (;${index};)${this.#ids.comment(space, index)}` : ` (;${index};) ${name}`;
  }

  /** The instructions of a constant expression. */
  #expr({ start, end }: ConstExpr): Iterable<string> {
    const { instructions, lookup } = this.#options;
    return disassembleExpr(instructions(start, end), lookup, this.#context);
  }

  *#element(segment: ElementSegment, index: number): Generator<string, void> {
    const { mode, offsetExpr, tableIdx, type, funcIdxs, exprs } = segment;
    const head = `  (elem${this.#head("elem", index)}${mode === "declarative" ? " declare" : ""}`;
    const place = offsetExpr === undefined ? [] : this.#offset("table", tableIdx, offsetExpr);
    // Expressions of this type could only have been written with it; none at all may also be no functions.
    const areFunctions = exprs.length === 0 && type === refType(HeapType.Func, false);
    yield* wrap(head, chain(place, areFunctions ? this.#functions(funcIdxs) : this.#items(segment)));
  }

  *#functions(funcIdxs: readonly number[]): Generator<string, void> {
    yield "func";
    for (const funcIdx of funcIdxs) yield this.#ids.reference("func", funcIdx);
  }

  *#items({ type, exprs }: ElementSegment): Generator<string, void> {
    yield formatValType(type, this.#spell);
    for (const expr of exprs) yield* wrap("(item", this.#expr(expr));
  }

  /** `(table 1) (offset i32.const 0)`: where an active segment goes. */
  *#offset(space: "table" | "memory", index: number, expr: ConstExpr): Generator<string, void> {
    if (index !== 0) yield `(${space} ${this.#ids.reference(space, index)})`;
    yield* wrap("(offset", this.#expr(expr));
  }

  *#data({ memIdx, offsetExpr, start, end }: DataSegment, index: number): Generator<string, void> {
    const place = offsetExpr === undefined ? [] : this.#offset("memory", memIdx, offsetExpr);
    yield* inLines(`  (data${this.#head("data", index)}`, place);
    yield* this.#strings(start, end);
    yield "  )";
  }

  *#customSections(sections: readonly CustomSection[]): Generator<string, void> {
    for (const { name, start, end, after } of sections) {
      if (NOT_REPEATED.test(name)) {
        yield `  ;; custom section ${quote(name)}, ${end - start} bytes`;
        continue;
      }
      yield `  (@custom ${quote(name)} (${PLACES[after] ?? "after last"})`;
      yield* this.#strings(start, end);
      yield "  )";
    }
  }

  *#strings(start: number, end: number): Generator<string, void> {
    const { bytes } = this.#module;
    for (let at = start; at < end; at += DATA_LINE) {
      yield `    ${quoteBytes(bytes.subarray(at, Math.min(at + DATA_LINE, end)))}`;
    }
  }

  #contextOf(funcIdx: number): DisassemblyContext {
    const { branchHints } = this.#options;
    return {
      bytes: this.#module.bytes,
      reference: (space, index, owner) =>
        this.#ids.reference(space, index, space === "local" ? funcIdx : owner),
      prefix: (offset) =>
        branchHints
          ?.get(offset)
          ?.map((likely) => `(@metadata.code.branch_hint "\\0${likely ? 1 : 0}")`)
          .join(" "),
    };
  }
}

/** Some compilers declare each local by itself. */
function* mergeRuns(runs: readonly LocalRun[]): Generator<LocalRun, void> {
  let pending: LocalRun | undefined;
  for (const run of runs) {
    if (pending?.type === run.type) pending = { type: run.type, count: pending.count + run.count };
    else {
      if (pending !== undefined) yield pending;
      pending = run;
    }
  }
  if (pending !== undefined) yield pending;
}

function* repeat(type: ValType, count: number): Generator<ValType, void> {
  for (let i = 0; i < count; i++) yield type;
}

/** `head` and the parts after it, as few lines as there may be; further ones are indented. */
function* inLines(head: string, parts: Iterable<string>): Generator<string, void> {
  let line = [head];
  for (const part of parts) {
    if (line.length > PARTS_PER_LINE) {
      yield line.join(" ");
      line = ["   "];
    }
    line.push(part);
  }
  yield line.join(" ");
}

/** The same, closed by a parenthesis. */
function* wrap(head: string, parts: Iterable<string>): Generator<string, void> {
  let last: string | undefined;
  for (const line of inLines(head, parts)) {
    if (last !== undefined) yield last;
    last = line;
  }
  yield `${last})`;
}

function* chain<T>(first: Iterable<T>, second: Iterable<T>): Generator<T, void> {
  yield* first;
  yield* second;
}
