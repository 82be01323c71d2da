// Branch tables: which code behind a table becomes an arm of it, and the comparisons that find an arm.
// Owns no code: build.ts makes the arms.

import type { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import type { Construct, Outline } from "./outline.ts";
import { type Tree, tree } from "./tree.ts";

/** Code from `start` to before `end` that only the table leads to. */
export interface Arm {
  readonly start: number;
  readonly end: number;
}

/** Equal edges beside each other. */
interface Run {
  readonly edge: CodeNode;
  readonly from: number;
}

/**
 * Larger tables are the interpreter's: their functions are too large to be inlined whole anyway, and each turn would pay for the
 * calls of its parts.
 */
const MAX_RUNS = 64;
/** An arm of so few nodes is there once for each run of edges to it; larger ones are behind a block. */
const REPEATED_NODES = 8;

/** The runs of a table's edges, or `undefined` where they are too many for a tree. */
export function runsOf(table: CodeNode): readonly Run[] | undefined {
  const runs: Run[] = [];
  (table.data as DataOf<Code.BrTable>).forEach((edge, from) => {
    if (runs[runs.length - 1]?.edge !== edge) runs.push({ edge, from });
  });
  return runs.length > MAX_RUNS ? undefined : runs;
}

/**
 * Of the blocks that begin at the table at position `table`, innermost first, those that need not be blocks, since the code behind
 * their ends becomes arms. The last of it ends before `to`.
 */
export function planArms(
  outline: Outline,
  table: number,
  blocks: readonly Construct[],
  to: number,
): ReadonlyMap<Construct, Arm> {
  const runs = runsOf(outline.nodes[table]!) ?? [];
  const targets = runs.map(({ edge }) => outline.targetOf(table, edge));
  const arms = new Map<Construct, Arm>();
  blocks.forEach((block, k) => {
    const start = block.end;
    const isLast = k === blocks.length - 1;
    const end = blocks[k + 1]?.end ?? to;
    const uses = targets.filter((target) => target === start).length;
    if (block.origin !== table || uses === 0) return;
    if (uses > 1 && end - start > REPEATED_NODES) return;
    // There is no block around the last arm that it could leave.
    if (isLast && outline.isFallenInto(to)) return;
    arms.set(block, { start, end });
  });
  return arms;
}

/** The tree that goes on in the tree of the run with the index that `index` gives. */
export function chooseRun(index: Tree, runs: readonly Run[], arms: readonly { readonly tree: Tree }[]): Tree {
  const choose = (first: number, last: number): Tree => {
    if (first === last) return arms[first]!.tree;
    const middle = (first + last + 1) >> 1;
    return tree(
      "choose",
      tree("ltUXK", index, runs[middle]!.from),
      choose(first, middle - 1),
      choose(middle, last),
    );
  };
  return choose(0, runs.length - 1);
}
