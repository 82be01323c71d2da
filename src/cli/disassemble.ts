// `wasmeter disassemble`: a module's functions in the text format's linear form, all or some.

import { InstructionReader } from "../decoder/instruction-reader.ts";
import type { Instruction } from "../isa/instruction.ts";
import { createInstructionLookup } from "../isa/instructions.ts";
import {
  type DisassemblyContext,
  disassembleExpr,
  type NamedSpace,
  nameComment,
} from "../module/disassemble.ts";
import { formatValType } from "../module/format-types.ts";
import type { Command } from "./command.ts";
import type { CommandOutput } from "./io.ts";
import { type FunctionMember, ModuleView } from "./module-view.ts";
import { onlyFile } from "./options.ts";
import { readModule } from "./read-module.ts";
import { STATUS } from "./report-error.ts";
import { didYouMean } from "./suggest.ts";
import { InputError } from "./usage-error.ts";

/** Characters collected before they are written. */
const BUFFERED = 65_536;

/** Collects lines, so that a large module is neither held as one string nor written line by line. */
class LineWriter {
  readonly #output: CommandOutput;
  #buffer = "";

  constructor(output: CommandOutput) {
    this.#output = output;
  }

  line(text: string): void {
    this.#buffer += `${text}\n`;
    if (this.#buffer.length > BUFFERED) this.flush();
  }

  flush(): void {
    this.#output.write(this.#buffer);
    this.#buffer = "";
  }
}

/** Resolves `--function`: an index, else a name from the name section or an export. Throws InputError. */
function find(functions: readonly FunctionMember[], wanted: string, file: string): FunctionMember {
  const found = /^\d+$/.test(wanted)
    ? functions[Number(wanted)]
    : functions.find(({ name, exports }) => name === wanted || exports.includes(wanted));
  if (found === undefined) {
    const names = functions.flatMap(({ name, exports }) =>
      name === undefined ? exports : [name, ...exports],
    );
    throw new InputError(`${file} has no function '${wanted}'${didYouMean(wanted, names)}`);
  }
  if (found.import !== undefined) {
    const { module, name } = found.import;
    throw new InputError(`function ${found.index} is imported (${module}.${name}): it has no code here`);
  }
  return found;
}

export const disassemble: Command = {
  name: "disassemble",
  summary: "Show the functions of a module in text form",
  usage: "disassemble [options] <file.wasm | ->",
  options: {
    function: { value: "NAME|INDEX", repeatable: true, help: "only this function" },
    offsets: { help: "end each line with the instruction's byte offset in the file" },
  },
  guestArgs: false,
  execute(line, { io }) {
    const file = onlyFile(line);
    const view = new ModuleView(readModule(file, io.stdin.readAll));
    const { module } = view;
    const functions = view.functions();
    const wanted = line.options.get("function");
    const chosen = wanted
      ? wanted.map((name) => find(functions, name, file))
      : functions.filter((member) => member.import === undefined);

    const writer = new LineWriter(io.stdout);
    const reader = new InstructionReader(module.bytes);
    const lookup = createInstructionLookup();
    const offsets = line.options.has("offsets");
    const imported = functions.length - module.functions.length;
    for (const member of chosen) {
      const body = module.code[member.index - imported]!;
      const context: DisassemblyContext = {
        bytes: module.bytes,
        name: (space, index) => nameOf(view, member.index, space, index),
      };
      writer.line(header(member, nameComment("func", member.index, context)));
      for (const { count, type } of body.locals) writer.line(`  ${localsText(count, formatValType(type))}`);
      reader.seek(body.codeStart);
      const code = instructions(reader, body.end);
      for (const text of disassembleExpr(code, lookup, context, { level: 1, offsets })) writer.line(text);
      writer.line(")");
    }
    writer.flush();
    return STATUS.ok;
  },
};

/** Yields the reader's record again and again. */
function* instructions(reader: InstructionReader, end: number): Generator<Instruction, void> {
  while (reader.position < end) {
    reader.read();
    yield reader.instruction;
  }
}

function header({ index, typeIdx, type, exports }: FunctionMember, comment: string): string {
  const exported = exports.map((each) => ` (export ${quote(each)})`).join("");
  const signature = type.slice("(func".length, -1);
  return `(func (;${index};)${comment}${exported} (type ${typeIdx})${signature}`;
}

/** A string of the text format: everything but printable ASCII as escapes. */
function quote(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let quoted = "";
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    quoted += plain ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, "0")}`;
  }
  return `"${quoted}"`;
}

/** A run of locals; a hostile one of millions is not spelt out. */
function localsText(count: number, type: string): string {
  const most = 1000;
  if (count <= most) return `(local${` ${type}`.repeat(count)})`;
  return `(local${` ${type}`.repeat(most)}) ;; … ${count - most} more`;
}

function nameOf(view: ModuleView, funcIdx: number, space: NamedSpace, index: number): string | undefined {
  switch (space) {
    case "func":
      return view.functionName(index);
    case "local":
      return view.names.locals.get(funcIdx)?.get(index);
    case "type":
      return view.names.types.get(index);
    case "global":
      return view.names.globals.get(index);
    case "table":
      return view.names.tables.get(index);
    case "memory":
      return view.names.memories.get(index);
    case "tag":
      return view.names.tags.get(index);
    case "elem":
      return view.names.elements.get(index);
    case "data":
      return view.names.data.get(index);
  }
}
