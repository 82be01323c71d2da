// Kernel results as rows of text. Owns the columns; measures nothing.

import { best, geomean } from "./measure.mjs";

/** ns per instruction of each engine that ran the kernel, by label. */
export function perInstruction({ instructions, engines }) {
  const figures = {};
  for (const [label, { samples, error }] of Object.entries(engines)) {
    if (error === undefined) figures[label] = best(samples) / instructions;
  }
  return figures;
}

/** Columns: ns per instruction for every engine, then how many times native each of the others takes. */
export function kernelTable(labels, jitless) {
  const reference = !jitless && labels.includes("native") ? "native" : undefined;
  const shown = labels.filter((label) => !(jitless && label === "native"));
  const rated = reference === undefined ? [] : shown.filter((label) => label !== reference);
  const columns = [...shown.map((label) => `${label} ns`), ...rated.map((label) => `${label} ×`)];
  const line = (cells) => cells.map((cell, k) => (k === 0 ? cell.padEnd(12) : cell.padStart(13))).join("");

  function cells(figures) {
    return [
      ...shown.map((label) => figures[label]?.toFixed(figures[label] < 1 ? 3 : 2) ?? "fails"),
      ...rated.map((label) => (figures[label] / figures[reference]).toFixed(1)),
    ];
  }
  return {
    columns,
    cells,
    header: line(["kernel", ...columns, "M instr"]),
    row: (name, result) =>
      line([name, ...cells(perInstruction(result)), (result.instructions / 1e6).toFixed(2)]),
    line,
    shown,
    rated,
    reference,
  };
}

/** Geometric means over the kernels that an engine got right; ratios over those that both did. */
export function means({ shown, rated, reference }, results) {
  const all = Object.values(results).map(perInstruction);
  const of = (figure) => geomean(all.map(figure).filter((value) => Number.isFinite(value)));
  return [
    ...shown.map((label) => of((figures) => figures[label])),
    ...rated.map((label) => of((figures) => figures[label] / figures[reference])),
  ];
}

export function summaryLine(table, results) {
  const [...values] = means(table, results);
  return table.line(["geomean", ...values.map((value, k) => value.toFixed(k < table.shown.length ? 3 : 1))]);
}
