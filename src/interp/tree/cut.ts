// Parts trees that are too large for V8 to inline whole: what is cut out hangs under a driver of its own.
// Owns the estimate of a tree's size. Knows nothing of what nodes do.

import { Tree, type TreeKind, tree } from "./tree.ts";

/**
 * V8 inlines up to 4,600 bytes of bytecode into a function. What is above that is called node by node, which takes some ten times
 * as long; a call of a part takes 3 ns.
 */
const MAX_SIZE = 3600;
/** Smaller parts are not worth a call. */
const MIN_SIZE = 150;

/** Bytes of a node with the helpers that it calls, where these are more than an ordinary node's. */
const SIZES: Partial<Record<TreeKind, number>> = {
  load8: 19,
  load16: 60,
  load32: 60,
  loadF32: 60,
  loadF64: 60,
  load64: 110,
  store8: 50,
  store16: 100,
  store32: 100,
  storeF32: 120,
  storeF64: 120,
  set32: 60,
  set64: 60,
  copy64: 60,
  global: 45,
  globalHigh: 45,
  globalSet: 50,
  globalSetHigh: 50,
  spend: 50,
  jump: 50,
  enter: 130,
  packed1: 90,
  packed2: 140,
  get: 14,
  constant: 3,
  code: 3,
};
const ORDINARY = 22;

const PARTABLE: ReadonlySet<TreeKind> = /* @__PURE__ */ new Set<TreeKind>([
  "two",
  "three",
  "stepThen",
  "twoThen",
  "flowThen",
  "when",
  "choose",
  "block",
  "blockOne",
  "loop",
]);

/** The same tree in parts that are each inlined whole. Loops inside are parts in any case. */
export function part(whole: Tree): Tree {
  return measure(whole).made;
}

function measure(whole: Tree): { made: Tree; size: number } {
  let size = SIZES[whole.kind] ?? ORDINARY;
  const operands = [...whole.operands];
  const children: { at: number; size: number }[] = [];
  operands.forEach((operand, at) => {
    if (!(operand instanceof Tree)) return;
    const child = measure(operand);
    operands[at] = child.made;
    size += child.size;
    if (PARTABLE.has(child.made.kind)) children.push({ at, size: child.size });
  });
  let changed = children.length > 0 || size > MAX_SIZE;
  children.sort((x, y) => y.size - x.size);
  for (const child of children) {
    if (size <= MAX_SIZE || child.size < MIN_SIZE) break;
    const made = operands[child.at] as Tree;
    if (made.kind !== "loop") operands[child.at] = tree("cut", made);
    size -= child.size - ORDINARY;
    changed = true;
  }
  return { made: changed ? new Tree(whole.kind, operands) : whole, size };
}
