// `wasmeter inspect`: what is in a module or component, for people or as JSON. A module need not be valid, only well-formed.

import { FEATURES } from "../../isa/features.ts";
import { JSON_SWITCH, onlyFile } from "../args/options.ts";
import { STATUS } from "../classify-error.ts";
import type { Command } from "../command.ts";
import { jsonLines, writeLines } from "../output.ts";
import { readModuleOrComponent } from "../read-module.ts";
import { buildReport } from "../show/module-report.ts";
import { ModuleView } from "../show/module-view.ts";
import { reportLines } from "../show/report-text.ts";

export const inspect: Command = {
  name: "inspect",
  summary: "Show what a module or component contains, imports, exports and needs",
  usage: "inspect [options] <file.wasm | ->",
  options: { json: JSON_SWITCH },
  guestArgs: false,
  async execute(line, { io }) {
    const file = onlyFile(line);
    const asJson = line.options.has("json");
    const { bytes, isComponent } = readModuleOrComponent(file, io.stdin.readAll);
    if (isComponent) {
      const { buildComponentReport, checkComponent, componentReportLines } = await import(
        "../show/component-report.ts"
      );
      const report = buildComponentReport(file, checkComponent(bytes, FEATURES));
      writeLines(io.stdout, asJson ? jsonLines(report) : componentReportLines(report));
      return STATUS.ok;
    }
    const report = buildReport(file, new ModuleView(bytes));
    writeLines(io.stdout, asJson ? jsonLines(report) : reportLines(report));
    return STATUS.ok;
  },
};
