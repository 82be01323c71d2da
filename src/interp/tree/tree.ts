// A tree before it is made of closures: kinds of nodes and their operands, with what the builder has to know of each.
// Owns the shape; what an operation becomes is in translate.ts.

import type { CodeNode } from "../code/node.ts";
import type { Binary, Unary } from "./environment.ts";
import type { Callee, Exit, Flow, TrapSite } from "./machine.ts";
import type { NodeKind } from "./nodes.ts";

/** A trap site whose operands are still trees. */
export interface TrapPlan {
  readonly exit: Exit;
  readonly operands: readonly { readonly word: number; readonly value: Tree }[];
}

/** A vector's load or store, with the vector in the register `at`. */
export interface AccessPlan {
  readonly node: CodeNode;
  readonly at: number;
}

/** A loop is no node but a driver; the others are made where nodes are not inlined, see fused.ts. */
export type TreeKind = NodeKind | "loop" | "rotl" | "operation" | "condition" | "table" | "wholeCall";

export type Operand =
  | Tree
  | number
  | Unary
  | Binary
  | Exit
  | TrapSite
  | TrapPlan
  | AccessPlan
  | Callee
  | CodeNode
  | Flow;

export class Tree {
  readonly kind: TreeKind;
  readonly operands: readonly Operand[];
  /** Words of registers that its value depends on. */
  readonly reads: readonly number[];
  /** Whether its value depends on memory or globals, or it may trap: it keeps its place among such. */
  readonly isImpure: boolean;
  readonly height: number;

  constructor(kind: TreeKind, operands: readonly Operand[], reads: readonly number[] = [], isImpure = false) {
    const children = operands.filter((each): each is Tree => each instanceof Tree);
    this.kind = kind;
    this.operands = operands;
    this.reads = children.length === 0 ? reads : [...reads, ...children.flatMap((child) => child.reads)];
    this.isImpure = isImpure || children.some((child) => child.isImpure);
    this.height = 1 + Math.max(0, ...children.map(({ height }) => height));
  }

  /** Whether evaluating it again costs no more than reading a register. */
  get isSimple(): boolean {
    return this.kind === "get" || this.kind === "constant";
  }
}

export function tree(kind: TreeKind, ...operands: readonly Operand[]): Tree {
  return new Tree(kind, operands);
}

export function constant(k: number): Tree {
  return new Tree("constant", [k]);
}

/** The word at `a` of the frame. */
export function word(a: number): Tree {
  return new Tree("get", [a], [a]);
}
