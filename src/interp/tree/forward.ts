// Hands on what a step writes to the step that reads it: a value that stands in a register only between two steps of a run is
// not written at all, and one that is needed later too is written on its way. Reading a register anew waits for the store.
// Owns which steps may be moved. Knows no operation but those that read and write registers.

import { MAX_HEIGHT } from "./operands.ts";
import { constant, type Operand, type TrapPlan, Tree, type TreeKind } from "./tree.ts";

/** Steps further away are not looked at: the time would grow with the square. */
const MAX_DISTANCE = 40;

/** Of steps that write: how many words, the node that reads just those, and the one that writes and gives the value. */
const WRITES: Partial<Record<TreeKind, readonly [words: number, read: TreeKind, tee: TreeKind]>> = {
  set: [1, "get", "tee"],
  set64: [2, "get64", "tee64"],
};

/** Of these the operands behind the first are not always evaluated. */
const CONDITIONAL: ReadonlySet<TreeKind> = /* @__PURE__ */ new Set<TreeKind>(["select", "both", "either"]);

/** Steps whose every read and write of registers stands in their tree. */
const PLAIN: ReadonlySet<TreeKind> = /* @__PURE__ */ new Set<TreeKind>([
  "set",
  "set32",
  "set64",
  "copy64",
  "hold",
  "holdFloat",
]);

/** Words of the counters, which are no registers, are told apart by large numbers. */
const SPARE = 2 ** 20;
const SPARE_FLOAT = 2 ** 21;

interface Access {
  readonly node: Tree;
  readonly isWrite: boolean;
  readonly from: number;
  readonly words: number;
  /** Whether no value can take its place: where it is evaluated in some cases only, or reads otherwise than `get`. */
  readonly isFixed: boolean;
}

/** Reads and writes in the order in which they happen. */
function accessesOf(step: Tree): readonly Access[] {
  const all: Access[] = [];
  const add = (node: Tree, isWrite: boolean, from: number, words: number, isFixed: boolean): void => {
    all.push({ node, isWrite, from, words, isFixed });
  };
  const visit = (node: Tree, isFixed: boolean): void => {
    const { kind, operands } = node;
    const first = operands[0] as number;
    operands.forEach((operand, k) => {
      if (operand instanceof Tree) visit(operand, isFixed || (k > 0 && CONDITIONAL.has(kind)));
      else if (isPlan(operand)) visitPlan(operand);
    });
    switch (kind) {
      case "get":
      case "get32":
        add(node, false, first, 1, isFixed);
        break;
      case "get64":
        add(node, false, first, 2, isFixed);
        break;
      case "byte":
        add(node, false, first >> 2, 1, true);
        break;
      case "held":
        add(node, false, SPARE + first, 1, true);
        break;
      case "heldFloat":
        add(node, false, SPARE_FLOAT + first, 1, true);
        break;
      case "hold":
        add(node, true, SPARE + first, 1, true);
        break;
      case "holdFloat":
        add(node, true, SPARE_FLOAT + first, 1, true);
        break;
      case "copy64":
        add(node, false, operands[1] as number, 2, true);
        add(node, true, first, 2, true);
        break;
      case "set":
      case "set32":
      case "tee":
        add(node, true, first, 1, isFixed);
        break;
      case "set64":
      case "tee64":
        add(node, true, first, 2, isFixed);
        break;
      default:
        break;
    }
  };
  // Where it traps, the interpreter executes the node again, and finds the operands in their registers.
  const visitPlan = ({ exit: { node }, operands }: TrapPlan): void => {
    for (const { value } of operands) visit(value, true);
    for (const at of [node.a, node.b]) add(step, false, at, 1, true);
  };
  visit(step, false);
  return all;
}

function isPlan(operand: Operand): operand is TrapPlan {
  return typeof operand === "object" && "exit" in operand;
}

const meet = (x: Access, from: number, words: number): boolean =>
  x.from < from + words && from < x.from + x.words;

function conflicts(x: Access, moved: readonly Access[]): boolean {
  return moved.some((y) => (x.isWrite || y.isWrite) && meet(x, y.from, y.words));
}

function isPlain(step: Tree): boolean {
  if (PLAIN.has(step.kind)) return true;
  return step.kind === "checkedStep" && (step.operands[0] as Tree).kind.startsWith("store");
}

/** The same steps, fewer, and the condition behind them, in an order that cannot be told from theirs. */
export function forward(
  steps: readonly Tree[],
  test: Tree = ALWAYS,
): { readonly steps: readonly Tree[]; readonly test: Tree } {
  const all = [...steps, test];
  const made: (Tree | undefined)[] = [...all];
  const accesses = all.map((step) => (step === test || isPlain(step) ? accessesOf(step) : undefined));
  for (let i = 0; i < steps.length; i++) handOn(made, accesses, i);
  return {
    steps: made.slice(0, steps.length).filter((step) => step !== undefined),
    test: made[steps.length] ?? test,
  };
}

const ALWAYS = constant(1);

type Accesses = (readonly Access[] | undefined)[];

/** Moves step i, which writes a register, to where that is read first, or drops it where it is written first. */
function handOn(made: (Tree | undefined)[], accesses: Accesses, i: number): void {
  const step = made[i]!;
  const moved = accesses[i];
  const write = WRITES[step.kind];
  if (write === undefined || step.isImpure || moved === undefined) return;
  const at = step.operands[0] as number;
  const [words, read, tee] = write;
  const end = Math.min(made.length, i + MAX_DISTANCE);
  for (let j = i + 1; j < end; j++) {
    if (made[j] === undefined) continue;
    const others = accesses[j];
    if (others === undefined) return;
    const first = others.findIndex((each) => conflicts(each, moved));
    if (first < 0) continue;
    const { node, isWrite, from, isFixed } = others[first]!;
    if (isWrite && node === made[j] && covers(others[first]!, at, words) && writesOnce(moved)) {
      made[i] = undefined;
      return;
    }
    if (isFixed || node.kind !== read || from !== at) return;
    const value = step.operands[1] as Tree;
    const isDead = dies(made, accesses, j, first, at, words);
    const merged = replaced(made[j]!, node, isDead ? value : new Tree(tee, [at, value]));
    if (merged.height > MAX_HEIGHT) return;
    made[j] = merged;
    accesses[j] = accessesOf(merged);
    made[i] = undefined;
    return;
  }
}

function writesOnce(moved: readonly Access[]): boolean {
  return moved.filter(({ isWrite }) => isWrite).length === 1;
}

function covers(write: Access, at: number, words: number): boolean {
  return write.from <= at && write.from + write.words >= at + words;
}

/** Whether nobody reads the register behind the read `first` of step j before it is written. */
function dies(
  made: readonly (Tree | undefined)[],
  accesses: Accesses,
  j: number,
  first: number,
  at: number,
  words: number,
): boolean {
  const end = Math.min(made.length, j + MAX_DISTANCE);
  for (let k = j; k < end; k++) {
    if (made[k] === undefined) continue;
    const others = accesses[k];
    if (others === undefined) return false;
    for (let n = k === j ? first + 1 : 0; n < others.length; n++) {
      const each = others[n]!;
      if (!meet(each, at, words)) continue;
      return each.isWrite && !each.isFixed && covers(each, at, words);
    }
  }
  return false;
}

/** `step` with `by` where `node` is evaluated first. */
function replaced(step: Tree, node: Tree, by: Tree): Tree {
  if (step === node) return by;
  let isChanged = false;
  const operands = step.operands.map((operand) => {
    if (!(operand instanceof Tree) || isChanged) return operand;
    const made = replaced(operand, node, by);
    isChanged = made !== operand;
    return made;
  });
  return isChanged ? new Tree(step.kind, operands, [], step.isImpure) : step;
}
