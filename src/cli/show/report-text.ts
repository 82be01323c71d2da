// What `inspect` tells people of a module, as lines. Names and types are cut where nobody reads on, and columns are as
// wide as most cells want, not as the widest: the text stays in proportion to the module, whatever it holds.

import { printable, shortened, shownName } from "../../printable.ts";
import { formatSize } from "../args/units.ts";
import type { MemberReport, ModuleReport } from "./module-report.ts";

/** A wider cell pushes its row to the right, and no other. */
const WIDEST_COLUMN = 40;

/** A function type may have two thousand value types. */
const LONGEST_TYPE = 300;

/** Rows of a table, columns aligned; the last one is not padded. */
function* columns(rows: readonly (readonly string[])[]): Generator<string, void> {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, Math.min(cell.length, WIDEST_COLUMN));
    });
  }
  for (const row of rows) {
    const cells = row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell));
    yield `  ${cells.join("  ")}`.replace(/ +$/, "");
  }
}

function* list(title: string, rows: readonly (readonly string[])[]): Generator<string, void> {
  if (rows.length === 0) return;
  yield "";
  yield title;
  yield* columns(rows);
}

function memberRows(members: readonly MemberReport[]): string[][] {
  return members.map(({ index, type, import: imported, exports }) => {
    const notes = [
      ...(imported === undefined ? [] : [`imported as ${shownName(imported)}`]),
      ...exports.map((name) => `exported as ${shownName(name)}`),
    ];
    return [String(index), shortened(type, LONGEST_TYPE), notes.join(", ")];
  });
}

function count(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

function summaryRows(report: ModuleReport): string[][] {
  const { functions, elements, data, start } = report;
  const startName = start?.name === undefined ? "" : ` (${shownName(start.name)})`;
  return [
    ["types", String(report.types)],
    [
      "functions",
      `${functions.imported} imported, ${functions.defined} defined (${formatSize(functions.codeBytes)} of code), ${functions.named} named`,
    ],
    ["elements", `${count(elements.segments, "segment", "segments")}, ${elements.entries} in all`],
    ["data", `${count(data.segments, "segment", "segments")}, ${formatSize(data.bytes)}`],
    ["start function", start === undefined ? "none" : `${start.index}${startName}`],
    ["features used", report.features.length === 0 ? "none (MVP)" : report.features.join(", ")],
    ...Object.entries(report.producers).map(([field, tools]) => [
      shownName(field),
      tools.map(shownName).join(", "),
    ]),
    ...(report.targetFeatures.length === 0
      ? []
      : [["target features", report.targetFeatures.map(shownName).join(" ")]]),
  ];
}

/** The lines, without their ends. */
export function* reportLines(report: ModuleReport): Generator<string, void> {
  const name = report.name === undefined ? "" : `, module name ${shownName(report.name)}`;
  yield `${printable(report.file)}: WebAssembly module, ${formatSize(report.size)}${name}`;
  yield* list("summary", summaryRows(report));
  yield* list(
    "sections",
    report.sections.map(({ kind, name: custom, offset, size, items }) => [
      custom === undefined ? kind : `custom '${shownName(custom)}'`,
      `at 0x${offset.toString(16)}`,
      formatSize(size),
      items === undefined ? "" : count(items, "entry", "entries"),
    ]),
  );
  yield* list(
    "imports",
    report.imports.map(({ module, name: field, type }) => [
      `${shownName(module)}.${shownName(field)}`,
      shortened(type, LONGEST_TYPE),
    ]),
  );
  yield* list(
    "exports",
    report.exports.map(({ name: exported, type }) => [shownName(exported), shortened(type, LONGEST_TYPE)]),
  );
  yield* list("memories", memberRows(report.memories));
  yield* list("tables", memberRows(report.tables));
  yield* list("globals", memberRows(report.globals));
  yield* list("tags", memberRows(report.tags));
  yield* list(
    "branch hints",
    report.branchHints.map(({ index, name: hinted = "", hints }) => [
      String(index),
      shownName(hinted),
      hints
        .map(({ offset, likely }) => `0x${offset.toString(16)} ${likely ? "likely" : "unlikely"}`)
        .join(", "),
    ]),
  );
  yield* list(
    "problems in custom sections",
    report.customSectionProblems.map(({ section, message }) => [shownName(section), printable(message)]),
  );
}
