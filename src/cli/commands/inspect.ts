// `wasmeter inspect`: what is in a module, for people or as JSON. The module need not be valid, only well-formed.

import { decodeBranchHints } from "../../decoder/branch-hints.ts";
import { type CustomSectionProblem, checkCustomSections } from "../../decoder/custom-section-check.ts";
import { decodeProducers } from "../../decoder/producers.ts";
import { decodeTargetFeatures } from "../../decoder/target-features.ts";
import type { Module } from "../../module/module.ts";
import { onlyFile } from "../args/options.ts";
import { formatSize } from "../args/units.ts";
import type { Command } from "../command.ts";
import { printable, readModule } from "../read-module.ts";
import { STATUS } from "../report-error.ts";
import { featuresUsed } from "../show/features-used.ts";
import { ModuleView } from "../show/module-view.ts";
import { listSections, type SectionInfo } from "../show/sections.ts";

interface ImportReport {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
  readonly type: string;
}

interface MemberReport {
  readonly index: number;
  readonly type: string;
  /** `module.name` of the import. */
  readonly import?: string;
  readonly exports: readonly string[];
}

/** What the section `metadata.code.branch_hint` says of one function. */
interface BranchHintReport {
  readonly index: number;
  readonly name?: string;
  readonly hints: readonly { readonly offset: number; readonly likely: boolean }[];
}

/** What `--json` prints; sizes and offsets are bytes. */
interface Report {
  readonly file: string;
  readonly size: number;
  readonly name?: string;
  readonly sections: readonly SectionInfo[];
  readonly imports: readonly ImportReport[];
  readonly exports: readonly { name: string; kind: string; index: number; type: string }[];
  readonly types: number;
  readonly functions: { imported: number; defined: number; named: number; codeBytes: number };
  readonly memories: readonly MemberReport[];
  readonly tables: readonly MemberReport[];
  readonly globals: readonly MemberReport[];
  readonly tags: readonly MemberReport[];
  readonly start?: { index: number; name?: string };
  readonly elements: { segments: number; entries: number };
  readonly data: { segments: number; bytes: number };
  readonly producers: Readonly<Record<string, readonly string[]>>;
  /** Of the section `target_features`: what tools had switched on, used or not. */
  readonly targetFeatures: readonly string[];
  readonly branchHints: readonly BranchHintReport[];
  readonly customSectionProblems: readonly CustomSectionProblem[];
  readonly features: readonly string[];
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

function buildReport(file: string, view: ModuleView): Report {
  const { module, names } = view;
  const members = (kind: "memory" | "table" | "global" | "tag"): MemberReport[] =>
    view.members(kind).map(({ index, type, import: imported, exports }) => ({
      index,
      type,
      ...(imported && { import: `${imported.module}.${imported.name}` }),
      exports,
    }));
  const spaces = {
    func: view.members("func"),
    table: members("table"),
    memory: members("memory"),
    global: members("global"),
    tag: members("tag"),
  };
  const startName = module.start && view.functionName(module.start.funcIdx);
  return {
    file,
    size: module.bytes.length,
    ...(names.module !== undefined && { name: names.module }),
    sections: listSections(module),
    imports: module.imports.map(({ module: from, name, desc }) => ({
      module: from,
      name,
      kind: desc.kind,
      type: view.importText(desc),
    })),
    exports: module.exports.map(({ name, kind, index }) => ({
      name,
      kind,
      index,
      // A module that is not valid may export what is not there.
      type: spaces[kind][index]?.type ?? "unknown",
    })),
    types: module.types.length,
    functions: {
      imported: spaces.func.length - module.functions.length,
      defined: module.functions.length,
      named: names.functions.size,
      codeBytes: sum(module.code, ({ codeStart, end }) => end - codeStart),
    },
    memories: spaces.memory,
    tables: spaces.table,
    globals: spaces.global,
    tags: spaces.tag,
    ...(module.start && {
      start: { index: module.start.funcIdx, ...(startName !== undefined && { name: startName }) },
    }),
    elements: {
      segments: module.elements.length,
      entries: sum(module.elements, ({ funcIdxs, exprs }) => funcIdxs.length + exprs.length),
    },
    data: { segments: module.data.length, bytes: sum(module.data, ({ start, end }) => end - start) },
    producers: producers(module),
    targetFeatures: decodeTargetFeatures(module).map(({ prefix, name }) => `${prefix}${name}`),
    branchHints: branchHints(view),
    customSectionProblems: checkCustomSections(module, view.tables),
    features: featuresUsed(module, view.tables),
  };
}

function producers(module: Module): Record<string, string[]> {
  const entries = [...decodeProducers(module)].map(([field, tools]): [string, string[]] => [
    field,
    tools.map(({ name, version }) => (version === "" ? name : `${name} ${version}`)),
  ]);
  return Object.fromEntries(entries);
}

function branchHints(view: ModuleView): BranchHintReport[] {
  const byFunction = new Map<number, { offset: number; likely: boolean }[]>();
  for (const { funcIdx, offset, likely } of decodeBranchHints(view.module)) {
    const hints = byFunction.get(funcIdx) ?? [];
    byFunction.set(funcIdx, hints);
    hints.push({ offset, likely });
  }
  return [...byFunction].map(([index, hints]) => {
    const name = view.functionName(index);
    return { index, ...(name !== undefined && { name }), hints };
  });
}

/** Rows of a table, columns aligned; the last one is not padded. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows
    .map(
      (row) =>
        `  ${row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i]!) : cell)).join("  ")}\n`,
    )
    .join("");
}

function list(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? "" : `\n${title}\n${columns(rows)}`;
}

function memberRows(members: readonly MemberReport[]): string[][] {
  return members.map(({ index, type, import: imported, exports }) => {
    const notes = [
      ...(imported === undefined ? [] : [`imported as ${imported}`]),
      ...exports.map((name) => `exported as ${name}`),
    ];
    return [String(index), type, printable(notes.join(", "))];
  });
}

function reportText(report: Report): string {
  const { functions, elements, data, start } = report;
  const count = (amount: number, one: string, many: string): string =>
    `${amount} ${amount === 1 ? one : many}`;
  const startText =
    start === undefined
      ? "none"
      : `${start.index}${start.name === undefined ? "" : ` (${printable(start.name)})`}`;
  const summary = [
    ["types", String(report.types)],
    [
      "functions",
      `${functions.imported} imported, ${functions.defined} defined (${formatSize(functions.codeBytes)} of code), ${functions.named} named`,
    ],
    ["elements", `${count(elements.segments, "segment", "segments")}, ${elements.entries} in all`],
    ["data", `${count(data.segments, "segment", "segments")}, ${formatSize(data.bytes)}`],
    ["start function", startText],
    ["features used", report.features.length === 0 ? "none (MVP)" : report.features.join(", ")],
    ...Object.entries(report.producers).map(([field, tools]) => [
      printable(field),
      printable(tools.join(", ")),
    ]),
    ...(report.targetFeatures.length === 0
      ? []
      : [["target features", printable(report.targetFeatures.join(" "))]]),
  ];
  const name = report.name === undefined ? "" : `, module name ${printable(report.name)}`;
  return [
    `${printable(report.file)}: WebAssembly module, ${formatSize(report.size)}${name}\n`,
    list("summary", summary),
    list(
      "sections",
      report.sections.map(({ kind, name: custom, offset, size, items }) => [
        custom === undefined ? kind : `custom '${printable(custom)}'`,
        `at 0x${offset.toString(16)}`,
        formatSize(size),
        items === undefined ? "" : count(items, "entry", "entries"),
      ]),
    ),
    list(
      "imports",
      report.imports.map(({ module, name: field, type }) => [printable(`${module}.${field}`), type]),
    ),
    list(
      "exports",
      report.exports.map(({ name: exported, type }) => [printable(exported), type]),
    ),
    list("memories", memberRows(report.memories)),
    list("tables", memberRows(report.tables)),
    list("globals", memberRows(report.globals)),
    list("tags", memberRows(report.tags)),
    list(
      "branch hints",
      report.branchHints.map(({ index, name: hinted = "", hints }) => [
        String(index),
        printable(hinted),
        hints
          .map(({ offset, likely }) => `0x${offset.toString(16)} ${likely ? "likely" : "unlikely"}`)
          .join(", "),
      ]),
    ),
    list(
      "problems in custom sections",
      report.customSectionProblems.map(({ section, message }) => [printable(section), printable(message)]),
    ),
  ]
    .join("")
    .replace(/ +$/gm, "");
}

export const inspect: Command = {
  name: "inspect",
  summary: "Show what a module contains, imports, exports and needs",
  usage: "inspect [options] <file.wasm | ->",
  options: { json: { help: "print one JSON object" } },
  guestArgs: false,
  execute(line, { io }) {
    const file = onlyFile(line);
    const report = buildReport(file, new ModuleView(readModule(file, io.stdin.readAll)));
    io.stdout.write(line.options.has("json") ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
    return STATUS.ok;
  },
};
