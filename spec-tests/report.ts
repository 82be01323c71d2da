// Turns the results of a run into tables and JSON.
// Owns presentation; decides nothing.

import type { Tally } from "./execute.ts";
import { directoryOf } from "./features.ts";
import { GROUPS, isSimd } from "./groups.ts";
import type { JobResult } from "./pool.ts";

interface Row {
  readonly name: string;
  readonly results: readonly JobResult[];
}

type Part = "assertions" | "commands" | "textOnly";

/** Sum of one part of `results`. */
export function total(results: readonly JobResult[], part: Part): Tally {
  const sum: Tally = { passed: 0, total: 0 };
  for (const result of results) {
    sum.passed += result[part].passed;
    sum.total += result[part].total;
  }
  return sum;
}

/** The machine-readable summary that `--json` writes. */
export function jsonReport(results: readonly JobResult[]): object {
  return {
    assertions: total(results, "assertions"),
    commands: total(results, "commands"),
    textOnly: total(results, "textOnly"),
    files: Object.fromEntries(
      results.map(({ file, assertions, commands, textOnly, failures }) => [
        file,
        {
          assertions,
          commands,
          textOnly,
          failures: failures.map(({ line, kind, message }) => ({ line, kind, message })),
        },
      ]),
    ),
  };
}

/** A row per directory and one for the whole. */
export function directoryTable(results: readonly JobResult[]): string {
  const directories = [...new Set(results.map(({ file }) => directoryOf(file)))].sort();
  const rows = directories.map((name) => ({
    name: name === "" ? "core" : name,
    results: results.filter(({ file }) => directoryOf(file) === name),
  }));
  return table([...rows, { name: "total", results }]);
}

/** A row per group of scripts. */
export function groupTable(results: readonly JobResult[]): string {
  const rows = Object.entries(GROUPS).map(([name, files]) => ({
    name,
    results: results.filter(({ file }) => files.includes(file)),
  }));
  return table([...rows, { name: "SIMD", results: results.filter(({ file }) => isSimd(file)) }]);
}

function table(rows: readonly Row[]): string {
  const header = ["", "files", "engine assertions", "commands", "text only", "seconds"];
  const cells = rows.map(({ name, results }) => [
    name,
    String(results.length),
    show(total(results, "assertions")),
    show(total(results, "commands")),
    show(total(results, "textOnly")),
    (results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000).toFixed(1),
  ]);
  const lines = [header, ...cells];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

function show({ passed, total: all }: Tally): string {
  return `${passed.toLocaleString("en")} / ${all.toLocaleString("en")}`;
}
