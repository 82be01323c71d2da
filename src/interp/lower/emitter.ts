// Collects one function's nodes and labels, then links them and works out what fuel each edge carries.
// Owns regions: the linear stretches that are prepaid. Knows nothing of Wasm's operand stack.

import { Code, LAST_BOUNDARY } from "../code/code.ts";
import { endsFlow } from "../code/flow.ts";
import { CodeNode, type Fixup, type FunctionCode } from "../code/node.ts";
import type { DataOf, Operation } from "../code/node-data.ts";

/** A place that branches go to. */
export interface Label {
  /** Index of the node it stands before; -1 until placed. */
  position: number;
  /** Key of the place in the exact lowering: a byte offset, `~offset` for a loop's re-entry. */
  key: number;
  /** Cost that a branch to it pays on top of the code there (a loop's re-entry). */
  surcharge: number;
  used: boolean;
}

interface Edge {
  readonly node: CodeNode;
  /** Position in code of the branch itself; -1 where nothing is prepaid. */
  readonly from: number;
  readonly label: Label;
}

/** Bytes on the host's heap, measured in V8 and rounded up: a node with its costs, an edge with its label, an edge's own node. */
const NODE_BYTES = 144;
const EDGE_BYTES = 112;
const LOOSE_NODE_BYTES = 144;
/** A label of a table: a place in an array, and one in the decoded instruction. */
const TABLE_LABEL_BYTES = 16;
const FIXUP_BYTES = 104;

/** No region is prepaid for more than this: where {@link Emitter.region} is more, it should be cut before the next instruction. */
export const MAX_REGION = 2 ** 28;

export class Emitter {
  readonly owner: FunctionCode;
  readonly nodes: CodeNode[] = [];
  /** Nothing before this index may be changed or taken back: a label or region end stands there. */
  barrier = 0;
  /** Cost of instructions read but not yet attached to a node. */
  pending = 0;
  /** Cost of what has been attached to nodes since the last region's end. */
  region = 0;
  /** Byte offset of the Wasm instruction being lowered. */
  at = 0;
  /** In exact code every instruction is charged by a node of its own, and nothing is prepaid. */
  readonly exact: boolean;
  /** Cost of each node's instructions up to its trap point, and of those folded in behind it. */
  readonly #before: number[] = [];
  readonly #behind: number[] = [];
  readonly #edges: Edge[] = [];
  #entry = 0;
  /** Of what is not in the arrays above. */
  #looseBytes = 0;

  constructor(owner: FunctionCode, exact: boolean) {
    this.owner = owner;
    this.exact = exact;
  }

  /** E of the first node; valid after {@link link}. */
  get entryCost(): number {
    return this.#entry;
  }

  /** What it holds on the host's heap. */
  get heapBytes(): number {
    return NODE_BYTES * this.nodes.length + EDGE_BYTES * this.#edges.length + this.#looseBytes;
  }

  /** `d` is -1 where nothing is written, so that no operand takes the node for its definition. */
  emit<O extends Operation>(op: O, d = -1, a = 0, b = 0, c = 0, data: DataOf<O> | null = null): CodeNode {
    const node = new CodeNode<Operation>(this.owner, op, d, a, b, c, data);
    node.at = this.at;
    this.nodes.push(node);
    this.#before.push(this.pending);
    this.#behind.push(0);
    this.region += this.pending;
    this.pending = 0;
    return node;
  }

  /** A node that ends a region; `fixups` describe the operands left folded. */
  emitBoundary<O extends Operation>(
    op: O,
    d: number,
    a: number,
    b: number,
    c: number,
    data: DataOf<O>,
    fixups: readonly Fixup[],
  ): CodeNode {
    const node = this.emit(op, d, a, b, c, data);
    if (fixups.length > 0) this.owner.fixups.set(node, fixups);
    this.#looseBytes += FIXUP_BYTES * fixups.length;
    this.barrier = this.nodes.length;
    this.region = 0;
    return node;
  }

  emitBranch<O extends Operation>(
    op: O,
    label: Label,
    a = 0,
    b = 0,
    data: DataOf<O> | null = null,
  ): CodeNode {
    const node = this.emit(op, -1, a, b, 0, data);
    this.#edges.push({ node, from: this.nodes.length - 1, label });
    label.used = true;
    return node;
  }

  /** A branch that stands in no code: taken from elsewhere, when nothing is prepaid. */
  edgeTo(label: Label): CodeNode {
    const node = new CodeNode(this.owner, Code.Br, -1, 0, 0, 0, null);
    this.#edges.push({ node, from: -1, label });
    this.#looseBytes += LOOSE_NODE_BYTES;
    label.used = true;
    return node;
  }

  emitTable(a: number, labels: readonly Label[]): void {
    // Equal labels share an edge: a large table is mostly repetition.
    const shared = new Map<Label, CodeNode>();
    const from = this.nodes.length;
    const edges = labels.map((label) => {
      let edge = shared.get(label);
      if (edge === undefined) {
        edge = new CodeNode(this.owner, Code.Br, 0, 0, 0, 0, null);
        this.#edges.push({ node: edge, from, label });
        label.used = true;
        shared.set(label, edge);
        this.#looseBytes += LOOSE_NODE_BYTES;
      }
      return edge;
    });
    this.#looseBytes += TABLE_LABEL_BYTES * labels.length;
    this.emit(Code.BrTable, -1, a, edges.length - 1, 0, edges);
  }

  /** The last node, if it may still be changed and `writes` is its destination. */
  lastDefinition(writes: number): CodeNode | undefined {
    const last = this.nodes[this.nodes.length - 1];
    if (last === undefined || this.nodes.length <= this.barrier) return undefined;
    return last.op > LAST_BOUNDARY && last.d === writes && this.#behind[this.nodes.length - 1] === 0
      ? last
      : undefined;
  }

  /** Takes the last node back; its cost is pending again. */
  takeBack(): void {
    this.nodes.pop();
    const cost = this.#before.pop()!;
    this.#behind.pop();
    this.region -= cost;
    this.pending += cost;
  }

  /** Folds the pending instructions into the last node, behind its trap point. */
  foldPending(): void {
    const last = this.nodes.length - 1;
    this.#behind[last] = this.#behind[last]! + this.pending;
    this.region += this.pending;
    this.pending = 0;
  }

  /** Places a label here. What is pending belongs to the way that falls through to it. */
  place(label: Label, reachable: boolean): void {
    if (reachable) this.flush();
    this.pending = 0;
    label.position = this.nodes.length;
    this.barrier = this.nodes.length;
  }

  /** Attaches what is pending to the code before this point. */
  flush(): void {
    if (this.pending === 0) return;
    const last = this.nodes.length - 1;
    // Behind a label the pending cost is also paid by those who branch there: it needs a node of its own.
    if (last >= 0 && this.barrier <= last && !endsFlow(this.nodes[last]!.op)) this.foldPending();
    else this.emit(Code.Nop);
  }

  /** Gives the first of two adjacent nodes the operation that does both, where there is one. */
  fuse(pairs: ReadonlyMap<number, Code>): void {
    const { nodes } = this;
    for (let k = 0; k + 1 < nodes.length; k++) {
      const first = nodes[k]!;
      const both = pairs.get(pairKey(first.op, nodes[k + 1]!.op));
      if (both === undefined) continue;
      first.op = both;
      k++;
    }
  }

  /** Links the nodes and sets every node's fuel. Returns E for each position. */
  link(): Float64Array {
    const { nodes } = this;
    const count = nodes.length;
    const costs = new Float64Array(count + 1);
    const behind = new Float64Array(count);
    for (let k = count - 1; k >= 0; k--) {
      const node = nodes[k]!;
      const boundary = node.op <= LAST_BOUNDARY;
      const after = endsFlow(node.op) ? 0 : this.#behind[k]! + costs[k + 1]!;
      node.next = nodes[k + 1] ?? node;
      if (!(this.exact && (node.op === Code.Charge || node.op === Code.LoopHeader))) node.fuel = after;
      behind[k] = after;
      costs[k] = this.#before[k]! + (boundary ? 0 : after);
    }
    for (const { node, from, label } of this.#edges) {
      const target = costs[label.position]! + label.surcharge;
      node.target = nodes[label.position]!;
      node.fuel = target - (behind[from] ?? 0);
      node.c = target;
      node.at = label.key;
    }
    this.#entry = costs[0]!;
    return costs;
  }
}

/** Key of two operations in the table of pairs. */
export function pairKey(first: Operation, second: Operation): number {
  return first * 1024 + second;
}
