// Recovers loops and blocks from a function's lowered nodes, which only branch.
// Owns the order of nodes and the nesting of what encloses them. Knows no operation but those that branch.

import { Code, PAIRS } from "../code/code.ts";
import { endsFlow } from "../code/flow.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { DataOf, Operation } from "../code/node-data.ts";
import { EntryCode } from "../code/operations.ts";

/** A stretch of nodes that branches inside go to the start or to the end of. */
export interface Construct {
  readonly isLoop: boolean;
  /** First node, and the one behind the last. */
  start: number;
  end: number;
  /** Of a block: the node that branches to its end, where control comes there in no other way. */
  origin: number | undefined;
}

/** Moves that a branch makes on its way, and where it then goes. */
export interface Detour {
  readonly moves: readonly CodeNode[];
  readonly branch: CodeNode;
}

/** Their nesting takes time by the square of their number. */
const MAX_CONSTRUCTS = 400;
/** Longer detours are no mere moves of operands. */
const MAX_MOVES = 16;

const FIRST_OF_PAIR: ReadonlyMap<Operation, Code> = /* @__PURE__ */ new Map(
  PAIRS.map(([first, , both]) => [both, first]),
);

/** A function's nodes in their order. */
export class Outline {
  readonly nodes: readonly CodeNode[];
  readonly #places: readonly CodeNode[];
  readonly #heads = new Set<CodeNode>();
  readonly #positions = new Map<CodeNode, number>();

  constructor(func: FunctionCode) {
    const nodes: CodeNode[] = [];
    const places: CodeNode[] = [];
    let node = func.entry;
    // The function's own entry stands before its nodes.
    if (
      node !== null &&
      node.op === EntryCode.Tree &&
      (node.data as DataOf<EntryCode.Tree>).original === null
    )
      node = node.next;
    for (; node !== null; node = node.next) {
      this.#positions.set(node, nodes.length);
      places.push(node);
      nodes.push(originalOf(node));
      if (node.next === node) break;
    }
    this.nodes = nodes;
    this.#places = places;
    for (const head of func.loopHeads?.values() ?? []) this.#heads.add(head.node);
  }

  positionOf(node: CodeNode): number {
    return this.#positions.get(node)!;
  }

  /** The branches of a node: itself, or those of a table. */
  branchesOf(node: CodeNode): readonly CodeNode[] {
    if (node.op === Code.BrTable) return node.data as DataOf<Code.BrTable>;
    return node.target === node ? [] : isCall(node.op) ? [] : [node];
  }

  /** Where a tree that is left before the node at `position` goes on: an entry there counts. */
  placeOf(position: number): CodeNode {
    return this.#places[position]!;
  }

  /** Where `branch`, which stands at `position`, leads in the end. */
  targetOf(position: number, branch: CodeNode): number {
    return this.positionOf((this.detourOf(position, branch)?.branch ?? branch).target);
  }

  /** Whether control comes to `position` from the node before it. */
  isFallenInto(position: number): boolean {
    return !endsFlow(operationOf(this.nodes[position - 1]!));
  }

  /** Where `branch`, which stands at `position`, goes if that only moves operands and branches on. */
  detourOf(position: number, branch: CodeNode): Detour | undefined {
    const target = this.positionOf(branch.target);
    return target > position ? this.#detourAt(target) : undefined;
  }

  #detourAt(position: number): Detour | undefined {
    const moves: CodeNode[] = [];
    for (let k = position; moves.length <= MAX_MOVES; k++) {
      const node = this.nodes[k];
      if (node === undefined) return undefined;
      const op = operationOf(node);
      if (op === Code.Br) return { moves, branch: node };
      if (!isMove(op)) return undefined;
      moves.push(node);
    }
    return undefined;
  }

  /**
   * Loops and blocks between the nodes `first` and `end`, outermost first among those that begin together. `undefined` where
   * branches back do not all go to loops.
   */
  constructs(first: number, end: number): Construct[] | undefined {
    const loops = new Map<number, Construct>();
    const blocks = new Map<number, Construct>();
    const reached = new Set<number>([first]);
    let fallsThrough = true;
    for (let k = first; k < end; k++) {
      const node = this.nodes[k]!;
      const ended = blocks.get(k);
      if (fallsThrough && ended !== undefined) ended.origin = undefined;
      fallsThrough ||= reached.has(k);
      if (!fallsThrough) continue;
      for (const branch of this.branchesOf(node)) {
        const target = this.targetOf(k, branch);
        if (target < first || target > end) continue;
        if (target <= k) {
          if (!this.#heads.has(this.placeOf(target))) return undefined;
          const loop = loops.get(target);
          if (loop === undefined)
            loops.set(target, { isLoop: true, start: target, end: k + 1, origin: undefined });
          else loop.end = Math.max(loop.end, k + 1);
        } else {
          reached.add(target);
          const block = blocks.get(target);
          if (block === undefined) blocks.set(target, { isLoop: false, start: k, end: target, origin: k });
          else if (block.origin !== k) block.origin = undefined;
        }
      }
      fallsThrough = !endsFlow(operationOf(node));
    }
    if (loops.size + blocks.size > MAX_CONSTRUCTS) return undefined;
    return nest([...loops.values()], [...blocks.values()]);
  }
}

/** Makes constructs enclose each other: what overlaps begins earlier or ends later. */
function nest(loops: Construct[], blocks: Construct[]): Construct[] {
  for (let changed = true; changed; ) {
    changed = false;
    for (const inner of loops) {
      for (const outer of loops) {
        if (outer.start < inner.start && inner.start < outer.end && outer.end < inner.end) {
          outer.end = inner.end;
          changed = true;
        }
      }
    }
    for (const block of blocks) {
      for (const loop of loops) {
        if (
          loop.start < block.start &&
          block.start < loop.end &&
          loop.end <= block.end &&
          loop.start < block.start
        ) {
          block.start = loop.start;
          changed = true;
        }
      }
      for (const other of blocks) {
        if (other.start < block.start && block.start < other.end && other.end < block.end) {
          block.start = other.start;
          changed = true;
        }
      }
    }
  }
  return [...loops, ...blocks].sort(
    (x, y) => x.start - y.start || y.end - x.end || Number(x.isLoop) - Number(y.isLoop),
  );
}

/** A node as it was lowered, where an entry of a tree has taken its place. */
function originalOf(node: CodeNode): CodeNode {
  return node.op === EntryCode.Tree ? ((node.data as DataOf<EntryCode.Tree>).original ?? node) : node;
}

/** What a node does by itself, where it also stands for the next one. */
export function operationOf(node: CodeNode): Operation {
  return FIRST_OF_PAIR.get(node.op) ?? node.op;
}

export function isMove(op: Operation): boolean {
  return (
    op === Code.Copy32 || op === Code.Copy64 || op === Code.Const32 || op === Code.Const64 || op === Code.Nop
  );
}

function isCall(op: Operation): boolean {
  return op === Code.Call || op === Code.CallImport || op === Code.CallIndirect || op === Code.CallRef;
}
