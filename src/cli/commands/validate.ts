// `wasmeter validate`: says whether a file is a valid module, and where it is not.

import { Engine, Module } from "../../api/index.ts";
import { CompileError, LimitError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import { FEATURES_OPTION, parseFeatures } from "../args/features-option.ts";
import { onlyFile, single } from "../args/options.ts";
import type { Command } from "../command.ts";
import { readModule } from "../read-module.ts";
import { STATUS } from "../report-error.ts";
import { InputError } from "../usage-error.ts";

export const validate: Command = {
  name: "validate",
  summary: "Check whether a file is a valid WebAssembly module",
  usage: "validate [options] <file.wasm | ->",
  options: {
    ...FEATURES_OPTION,
    "strict-custom-sections": { help: "exit with 1 if a custom section is broken, too" },
  },
  guestArgs: false,
  notes: `Prints 'FILE: valid' and exits with 0, or the first error with its byte offset and exits with 1.
A custom section with broken contents (name, metadata.code.branch_hint, producers, target_features)
makes no module invalid; it gets a warning.`,
  execute(line, { io, report }) {
    const file = onlyFile(line);
    const features = single(line, "features");
    const engine = new Engine(features === undefined ? {} : { features: parseFeatures(features) });
    const bytes = readModule(file, io.stdin.readAll);
    let module: Module;
    try {
      module = new Module(engine, bytes);
    } catch (error) {
      // A module that is too large for us is not valid for us.
      if (error instanceof LimitError) throw new InputError(`${file}: ${error.message}`);
      if (error instanceof CompileError) return report(error);
      throw error;
    }
    io.stdout.write(`${printable(file)}: valid\n`);
    const problems = module.customSectionProblems();
    for (const { section, message } of problems) {
      io.stderr.write(`${printable(`${file}: warning: custom section '${section}': ${message}`)}\n`);
    }
    return problems.length > 0 && line.options.has("strict-custom-sections") ? STATUS.badInput : STATUS.ok;
  },
};
