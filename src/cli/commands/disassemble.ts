// `wasmeter disassemble`: a module in the text format, code in its linear form; all of it, or some functions.

import { didYouMean } from "../../checks/suggest.ts";
import { decodeBranchHints } from "../../decoder/branch-hints.ts";
import { InstructionReader } from "../../decoder/instruction-reader.ts";
import type { Instruction } from "../../isa/instruction.ts";
import { createInstructionLookup, type InstructionLookup } from "../../isa/instructions.ts";
import { ModulePrinter } from "../../module/print-module.ts";
import { shownName } from "../../printable.ts";
import { onlyFile } from "../args/options.ts";
import { STATUS } from "../classify-error.ts";
import type { Command } from "../command.ts";
import { writeLines } from "../output.ts";
import { readModule } from "../read-module.ts";
import { type FunctionMember, ModuleView } from "../show/module-view.ts";
import { InputError } from "../usage-error.ts";

/** Resolves `--function`: an index, else a name from the name section or an export. Throws InputError. */
function find(functions: readonly FunctionMember[], wanted: string, file: string): FunctionMember {
  const found = /^\d+$/.test(wanted)
    ? functions[Number(wanted)]
    : functions.find(({ name, exports }) => name === wanted || exports.includes(wanted));
  if (found === undefined) {
    const names = functions.flatMap(({ name, exports }) =>
      name === undefined ? exports : [name, ...exports],
    );
    throw new InputError(`${file} has no function '${shownName(wanted)}'${didYouMean(wanted, names)}`);
  }
  if (found.import !== undefined) {
    const { module, name } = found.import;
    throw new InputError(
      `function ${found.index} is imported (${shownName(module)}.${shownName(name)}): it has no code here`,
    );
  }
  return found;
}

export const disassemble: Command = {
  name: "disassemble",
  summary: "Show a module, or some of its functions, in text form",
  usage: "disassemble [options] <file.wasm | ->",
  options: {
    function: { value: "NAME|INDEX", repeatable: true, help: "only this function" },
    offsets: { help: "end each line with the instruction's byte offset in the file" },
  },
  guestArgs: false,
  execute(line, { io }) {
    const file = onlyFile(line);
    const view = new ModuleView(readModule(file, io.stdin.readAll));
    const printer = modulePrinter(view, createInstructionLookup(), line.options.has("offsets"));
    const wanted = line.options.get("function");
    if (wanted === undefined) {
      writeLines(io.stdout, printer.module());
      return STATUS.ok;
    }
    const functions = view.functions();
    for (const { index, exports } of wanted.map((name) => find(functions, name, file))) {
      writeLines(io.stdout, printer.func(index, exports));
    }
    return STATUS.ok;
  },
};

/** The lines of the module that `view` shows. */
export function disassembleModule(view: ModuleView, lookup: InstructionLookup): Generator<string, void> {
  return modulePrinter(view, lookup, false).module();
}

function modulePrinter(view: ModuleView, lookup: InstructionLookup, offsets: boolean): ModulePrinter {
  const { module, names, tables } = view;
  const reader = new InstructionReader(module.bytes, tables);
  const branchHints = new Map<number, boolean[]>();
  for (const { offset, likely } of decodeBranchHints(module)) {
    const known = branchHints.get(offset);
    if (known === undefined) branchHints.set(offset, [likely]);
    else known.push(likely);
  }
  return new ModulePrinter(module, {
    lookup,
    names,
    branchHints,
    offsets,
    *instructions(start, end): Generator<Instruction, void> {
      reader.seek(start);
      while (reader.position < end) {
        reader.read();
        yield reader.instruction;
      }
    },
  });
}
