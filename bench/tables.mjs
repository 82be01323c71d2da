// Kernel results as rows of text. Owns the columns; measures nothing.

import { best, geomean } from "./measure.mjs";

/** ns per instruction of each engine that ran the kernel, by label. */
function perInstruction({ instructions, engines }) {
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

  function cells(result) {
    const figures = perInstruction(result);
    return [
      ...shown.map((label) => figures[label]?.toFixed(figures[label] < 1 ? 3 : 2) ?? "fails"),
      ...rated.map((label) => (figures[label] / figures[reference]).toFixed(1)),
    ];
  }
  return {
    columns,
    cells,
    header: line(["kernel", ...columns, "M instr"]),
    row: (name, result) => line([name, ...cells(result), (result.instructions / 1e6).toFixed(2)]),
    /** Geometric means over the kernels that an engine got right; ratios over those that both did. */
    summary(results) {
      const all = Object.values(results).map(perInstruction);
      const of = (figure) => geomean(all.map(figure).filter((value) => Number.isFinite(value)));
      return [
        ...shown.map((label) => of((figures) => figures[label]).toFixed(3)),
        ...rated.map((label) => of((figures) => figures[label] / figures[reference]).toFixed(1)),
      ];
    },
    line,
  };
}

/**
 * Vector kernels: ns per instruction of ours and native, how many times native that is, the scalar form's ns per
 * instruction (of which it has several times as many) and how many times as fast as it vectors are.
 */
export function vectorTable(jitless) {
  const native = jitless ? [] : ["native ns", "×"];
  const columns = ["wasmeter SIMD ns", ...native, "scalar form on wasmeter ns", "scalar / SIMD time"];
  const line = (cells) => cells.map((cell, k) => (k === 0 ? cell.padEnd(12) : cell.padStart(28))).join("");
  const cell = (value) =>
    Number.isFinite(value) ? value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1) : "fails";

  function figures({ engines, instructions }) {
    const time = (label) =>
      engines[label]?.samples === undefined ? Number.NaN : best(engines[label].samples);
    const own = time("wasmeter");
    return [
      own / instructions,
      ...(jitless ? [] : [time("native") / instructions, own / time("native")]),
      time("scalar") / (engines.scalar?.instructions ?? Number.NaN),
      time("scalar") / own,
    ];
  }
  return {
    columns,
    cells: (result) => figures(result).map(cell),
    header: line(["kernel", ...columns]),
    row: (name, result) => line([name, ...figures(result).map(cell)]),
    /** Geometric means over the kernels that ran. */
    summary(results) {
      const all = Object.values(results).map(figures);
      return columns.map((_, k) => cell(geomean(all.map((list) => list[k]).filter(Number.isFinite))));
    },
    line,
  };
}
