// `wasmeter inspect`: what is in a module, for people or as JSON. The module need not be valid, only well-formed.

import { JSON_SWITCH, onlyFile } from "../args/options.ts";
import { STATUS } from "../classify-error.ts";
import type { Command } from "../command.ts";
import { jsonLines, writeLines } from "../output.ts";
import { readModule } from "../read-module.ts";
import { buildReport } from "../show/module-report.ts";
import { ModuleView } from "../show/module-view.ts";
import { reportLines } from "../show/report-text.ts";

export const inspect: Command = {
  name: "inspect",
  summary: "Show what a module contains, imports, exports and needs",
  usage: "inspect [options] <file.wasm | ->",
  options: { json: JSON_SWITCH },
  guestArgs: false,
  execute(line, { io }) {
    const file = onlyFile(line);
    const report = buildReport(file, new ModuleView(readModule(file, io.stdin.readAll)));
    writeLines(io.stdout, line.options.has("json") ? jsonLines(report) : reportLines(report));
    return STATUS.ok;
  },
};
