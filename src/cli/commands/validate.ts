// `wasmeter validate`: says whether a file is a valid module or component, and where it is not.

import { Engine, Module } from "../../api/index.ts";
import { CompileError, LimitError } from "../../errors.ts";
import { printable, shownName } from "../../printable.ts";
import { FEATURES_OPTION, parseFeatures } from "../args/features-option.ts";
import { JSON_SWITCH, onlyFile, single } from "../args/options.ts";
import { describeError, STATUS } from "../classify-error.ts";
import type { Command } from "../command.ts";
import { jsonLines, writeLines } from "../output.ts";
import { readModuleOrComponent } from "../read-module.ts";
import { InputError } from "../usage-error.ts";

export const validate: Command = {
  name: "validate",
  summary: "Check whether a file is a valid WebAssembly module or component",
  usage: "validate [options] <file.wasm | ->",
  options: {
    ...FEATURES_OPTION,
    json: JSON_SWITCH,
    "strict-custom-sections": { help: "exit with 1 if a custom section is broken, too" },
  },
  guestArgs: false,
  notes: `Prints 'FILE: valid' and exits with 0, or the first error with its byte offset and exits with 1.
A component is checked with all core modules in it.
A custom section with broken contents (name, metadata.code.branch_hint, producers, target_features)
makes no module invalid; it gets a warning.`,
  async execute(line, { io, report, statusOf, paint }) {
    const file = onlyFile(line);
    const features = single(line, "features");
    const asJson = line.options.has("json");
    const chosen = features === undefined ? undefined : parseFeatures(features);
    const { bytes, isComponent } = readModuleOrComponent(file, io.stdin.readAll);
    let module: Module | undefined;
    try {
      if (isComponent) (await import("../show/component-report.ts")).checkComponent(bytes, chosen);
      else module = new Module(new Engine(chosen === undefined ? {} : { features: chosen }), bytes);
    } catch (thrown) {
      // A module that is too large for us is not valid for us.
      const error = thrown instanceof LimitError ? new InputError(`${file}: ${thrown.message}`) : thrown;
      if (!(error instanceof CompileError || error instanceof InputError)) throw error;
      if (!asJson) return report(error);
      writeLines(io.stdout, jsonLines({ file, valid: false, error: describeError(thrown) }));
      return statusOf(error);
    }
    const problems = module?.customSectionProblems() ?? [];
    if (asJson) writeLines(io.stdout, jsonLines({ file, valid: true, customSectionProblems: problems }));
    else {
      io.stdout.write(`${printable(file)}: ${paint("good", "valid")}\n`);
      for (const { section, message } of problems) {
        io.stderr.write(
          `${printable(file)}: warning: custom section '${shownName(section)}': ${printable(message)}\n`,
        );
      }
    }
    return problems.length > 0 && line.options.has("strict-custom-sections") ? STATUS.badInput : STATUS.ok;
  },
};
