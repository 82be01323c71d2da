// Builds the tree of a function or a loop from its lowered nodes.
// Owns control: sequences, blocks, loops, branches, calls, and every place where a tree is left.

import { Code, FIRST_RARE, LAST_RARE_ARITHMETIC } from "../code/code.ts";
import { CodeNode, type FunctionCode } from "../code/node.ts";
import type { DataOf, Operation } from "../code/node-data.ts";
import { FIRST_VECTOR, LAST_VECTOR } from "../code/operations.ts";
import { isBulk } from "./bulk.ts";
import { chooseRun, planArms, runsOf } from "./dispatch.ts";
import { forward } from "./forward.ts";
import type { Callee, Exit, Flow } from "./machine.ts";
import { Operands } from "./operands.ts";
import { type Construct, isMove, Outline, operationOf } from "./outline.ts";
import { branchTest, doublesIn, type Translation, translate, type WholeOperations } from "./translate.ts";
import { type TrapPlan, Tree, tree } from "./tree.ts";

/** What trees need of others to call functions. */
export interface Linkage {
  /** The callee as trees call it, and the driver to call; `undefined` where there is none. */
  calleeOf(func: FunctionCode): { readonly callee: Callee; readonly flow: Flow } | undefined;
  /** Where nodes are not inlined, but each is a call. */
  readonly whole: WholeOperations | undefined;
}

const isVector = (node: CodeNode): boolean => {
  const op = operationOf(node);
  return op >= FIRST_VECTOR && op <= LAST_VECTOR;
};

/** Regions of more nodes, or more deeply nested ones, stay in the interpreter: building takes time and trees use the stack. */
const MAX_NODES = 4000;
const MAX_DEPTH = 60;

/** A piece of a sequence: a statement, or control that gives one of `codes`. */
interface Item {
  readonly tree: Tree;
  readonly codes: readonly number[] | null;
}

/** Control of several items. */
interface Sequence extends Item {
  readonly codes: readonly number[];
}

/** Two words at once are one node. */
const ALL = { has: () => true };

const GO_ON: Item = { tree: tree("code", 0), codes: [0] };

/** The tree of a whole function; it gives a positive code once the function has returned. */
export function buildFunction(func: FunctionCode, linkage: Linkage): Tree | undefined {
  const outline = new Outline(func);
  const builder = new Builder(func, outline, linkage, 0, outline.nodes.length, true);
  const body = builder.build();
  if (body === undefined) return undefined;
  return func.zeroTo > func.zeroFrom
    ? tree("stepThen", tree("zero", func.zeroFrom, func.zeroTo), body)
    : body;
}

/** The tree of the loop that starts at `head`; it always ends by leaving. */
export function buildLoop(func: FunctionCode, head: CodeNode, linkage: Linkage): Tree | undefined {
  const outline = new Outline(func);
  const first = outline.positionOf(head);
  const loop = outline
    .constructs(0, outline.nodes.length)
    ?.find(({ isLoop, start }) => isLoop && start === first);
  if (loop === undefined) return undefined;
  return new Builder(func, outline, linkage, first, loop.end, false).build();
}

class Builder {
  readonly #outline: Outline;
  readonly #linkage: Linkage;
  readonly #first: number;
  readonly #end: number;
  readonly #isFunction: boolean;
  readonly #open: Construct[] = [];
  readonly #operands: Operands;
  #constructs: readonly Construct[] = [];
  /** The next construct to be built, and how many have been. */
  #next = 0;
  #built = 0;
  /** What has been made of code that only a table leads to, by where it starts. */
  readonly #arms = new Map<number, Sequence>();
  #items: Item[] = [];
  #dead = false;
  readonly #translation: Translation;
  /** Whether steps hand on what they write: for vectors that is a fifth of the time, for scalars no more than noise. */
  readonly #isForwarded: boolean;

  constructor(
    func: FunctionCode,
    outline: Outline,
    linkage: Linkage,
    first: number,
    end: number,
    isFunction: boolean,
  ) {
    this.#outline = outline;
    this.#linkage = linkage;
    this.#first = first;
    this.#end = end;
    this.#isFunction = isFunction;
    const emit = (step: Tree): void => {
      this.#items.push({ tree: step, codes: null });
    };
    const { whole } = linkage;
    this.#isForwarded = whole === undefined && outline.nodes.slice(first, end).some(isVector);
    const doubles = whole === undefined ? doublesIn(outline.nodes.slice(first, end)) : ALL;
    this.#operands = new Operands(func.zeroTo, doubles, emit);
    this.#translation = { operands: this.#operands, emit, trapAt, whole };
  }

  build(): Tree | undefined {
    if (this.#end - this.#first > MAX_NODES) return undefined;
    const constructs = this.#outline.constructs(this.#first, this.#end);
    if (constructs === undefined) return undefined;
    this.#constructs = constructs;
    const body = this.#range(this.#first, this.#end);
    // What does not enclose each other properly has been left over.
    if (body === undefined || this.#built !== constructs.length) return undefined;
    if (this.#isFunction) return body.tree;
    // Behind the loop the interpreter goes on.
    const behind = this.#outline.nodes[this.#end];
    if (!body.codes.includes(0) || behind === undefined) return body.tree;
    return tree("flowThen", body.tree, leaveAt(this.#outline.placeOf(this.#end)));
  }

  #sequence(items: readonly Item[]): Sequence {
    return sequence(items, this.#isForwarded);
  }

  /** The nodes from `from` to before `to`, with all that begins there. */
  #range(from: number, to: number): Sequence | undefined {
    const outer = this.#items;
    this.#items = [];
    if (!this.#fill(from, to)) return undefined;
    const made = this.#sequence(this.#items);
    this.#items = outer;
    return made;
  }

  /** Adds the nodes from `from` to before `to` to the current sequence. */
  #fill(from: number, to: number): boolean {
    for (let k = from; k < to; ) {
      const construct = this.#constructs[this.#next];
      if (construct !== undefined && construct.start === k && construct.end <= to) {
        if (this.#open.length >= MAX_DEPTH) return false;
        const blocks = this.#dead ? [] : this.#blocksAt(k);
        if (blocks.length > 0) {
          const end = this.#dispatch(k, blocks, to);
          if (end === undefined) return false;
          k = end;
          continue;
        }
        this.#next++;
        this.#built++;
        if (!this.#construct(construct)) return false;
        k = construct.end;
        continue;
      }
      if (!this.#dead) this.#node(k);
      k++;
    }
    this.#settle();
    return true;
  }

  /** The blocks that begin at a branch table at `position` and are still to be built, innermost first; none where a loop is among them. */
  #blocksAt(position: number): readonly Construct[] {
    const table = this.#outline.nodes[position]!;
    if (table.op !== Code.BrTable || runsOf(table) === undefined) return [];
    const blocks: Construct[] = [];
    for (let k = this.#next; this.#constructs[k]?.start === position; k++)
      blocks.unshift(this.#constructs[k]!);
    return blocks.some(({ isLoop }) => isLoop) ? [] : blocks;
  }

  /** A branch table with the code behind it, until `to` at most; returns where that ends. */
  #dispatch(position: number, blocks: readonly Construct[], to: number): number | undefined {
    const outline = this.#outline;
    const table = outline.nodes[position]!;
    const arms = planArms(outline, position, blocks, to);
    const labels = blocks.filter((block) => !arms.has(block));
    if (this.#open.length + labels.length > MAX_DEPTH) return undefined;
    this.#settle();
    const outer = this.#items;
    this.#built += blocks.length;
    for (let k = labels.length - 1; k >= 0; k--) this.#open.push(labels[k]!);
    for (const { start, end } of arms.values()) {
      this.#seek(start);
      this.#dead = false;
      const arm = this.#range(start, end);
      if (arm === undefined) return undefined;
      const behind = this.#codeTo(end);
      if (!arm.codes.includes(0)) this.#arms.set(start, arm);
      else if (behind > 0) this.#arms.set(start, joined(arm, behind));
      else return undefined;
    }
    this.#items = [];
    this.#dead = false;
    this.#table(position, table);
    let reached = to;
    for (const label of labels) {
      const body = this.#sequence(this.#items);
      this.#open.pop();
      this.#items = [];
      this.#close(label, body);
      reached = label.end;
      const next = blocks[blocks.indexOf(label) + 1];
      if (next === undefined) break;
      reached = to;
      this.#seek(label.end);
      if (!this.#fill(label.end, next.end)) return undefined;
    }
    for (const item of this.#items) outer.push(item);
    this.#items = outer;
    this.#seek(reached);
    return reached;
  }

  /** Goes on with the constructs from `position` on. */
  #seek(position: number): void {
    this.#next = 0;
    while ((this.#constructs[this.#next]?.start ?? position) < position) this.#next++;
  }

  #construct(construct: Construct): boolean {
    this.#settle();
    const wasDead = this.#dead;
    this.#open.push(construct);
    const body = this.#range(construct.start, construct.end);
    this.#open.pop();
    if (body === undefined) return false;
    if (!wasDead) this.#close(construct, body);
    return true;
  }

  #close(construct: Construct, body: Sequence): void {
    let { tree: made, codes } = body;
    if (construct.isLoop) {
      made = new Tree("loop", [made]);
      codes = codes.filter((code) => code !== 1);
    }
    // With 0 and 1 alone it goes on in any case, and its code need not be looked at.
    if (codes.some((code) => code < 0 || code > 1)) {
      if (codes.some((code) => code > 0))
        made = tree(codes.every((code) => code <= 1) ? "blockOne" : "block", made);
      codes = [...new Set(codes.map((code) => (code > 0 ? code - 1 : code)))];
    } else if (codes.length > 0) codes = [0];
    this.#dead = false;
    this.#flow(made, codes);
  }

  #settle(): void {
    if (this.#dead) this.#operands.clear();
    else this.#operands.settleAll();
  }

  #flow(made: Tree, codes: readonly number[]): void {
    const goesOn = codes.length === 1 && codes[0] === 0;
    this.#items.push({ tree: made, codes: goesOn ? null : codes });
    if (!codes.includes(0)) {
      this.#dead = true;
      this.#operands.clear();
    }
  }

  #node(position: number): void {
    const node = this.#outline.nodes[position]!;
    const op = operationOf(node);
    const operands = this.#operands;
    switch (op) {
      case Code.Br:
        operands.settleAll();
        this.#jump(position, node);
        return;
      case Code.BrTable:
        this.#table(position, node);
        return;
      case Code.Return32:
      case Code.Return64:
      case Code.Return:
        this.#return(node, op);
        return;
      case Code.Call:
        operands.settleAll();
        this.#call(node);
        return;
      case Code.CallIndirect:
        operands.settleAll();
        this.#flow(tree("callIndirect", node, siteOf(node), exitAt(node)), [0, -1]);
        this.#payBehind(node);
        return;
      case Code.Recharge:
        operands.settleAll();
        this.#translation.emit(tree("spend", node.fuel, { node, refund: node.fuel, isBehind: false }));
        return;
      default:
        break;
    }
    if (isBulk(node)) {
      operands.settleAll();
      this.#translation.emit(tree("rare", exitAt(node)));
      this.#translation.emit(tree("spend", node.fuel, { node, refund: node.fuel, isBehind: true }));
      return;
    }
    if (translate(this.#translation, node, op)) return;
    if (op >= FIRST_RARE && op <= LAST_RARE_ARITHMETIC) {
      operands.settle(node.b);
      operands.settle(node.a);
      operands.settleImpure();
      operands.overwrite(node.d, 2);
      this.#translation.emit(tree("rare", exitAt(node)));
      return;
    }
    if (this.#outline.branchesOf(node).length === 1) {
      const test = branchTest(this.#translation, node, op);
      if (test !== undefined) {
        operands.settleAll();
        this.#branch(position, node, test);
        return;
      }
    }
    operands.settleAll();
    this.#flow(leaveAt(node), [-1]);
  }

  #branch(position: number, node: CodeNode, test: Tree): void {
    const items = this.#items;
    this.#items = [];
    this.#jump(position, node);
    const taken = this.#sequence(this.#items);
    this.#items = items;
    this.#dead = false;
    this.#flow(tree("when", test, taken.tree), [...new Set([0, ...taken.codes])]);
  }

  /** Goes where `branch` does, which stands at `position`. */
  #jump(position: number, branch: CodeNode): void {
    const detour = this.#outline.detourOf(position, branch);
    if (detour !== undefined) {
      this.#pay(branch);
      for (const move of detour.moves) {
        if (isMove(operationOf(move))) translate(this.#translation, move, operationOf(move));
      }
      this.#operands.settleAll();
      this.#goTo(detour.branch);
      return;
    }
    this.#goTo(branch);
  }

  #goTo(branch: CodeNode): void {
    const target = this.#outline.positionOf(branch.target);
    const arm = this.#arms.get(target);
    if (arm !== undefined) {
      this.#pay(branch);
      this.#flow(arm.tree, arm.codes);
      return;
    }
    const code = this.#codeTo(target);
    // Out of what the tree covers: the interpreter takes the branch.
    if (code === 0) this.#flow(tree("leaveAt", edgeExit(branch, 0)), [-1]);
    else if (branch.fuel === 0) this.#flow(tree("code", code), [code]);
    else this.#flow(tree("jump", branch.fuel, code, edgeExit(branch, branch.fuel)), [code]);
  }

  /** The code that leads to the position `target`; 0 if none does. */
  #codeTo(target: number): number {
    let k = this.#open.length - 1;
    for (; k >= 0; k--) {
      const { isLoop, start, end } = this.#open[k]!;
      if ((isLoop ? start : end) === target) break;
    }
    return this.#open.length - (k < 0 ? this.#open.length : k);
  }

  #pay(branch: CodeNode): void {
    if (branch.fuel !== 0) this.#translation.emit(tree("spend", branch.fuel, edgeExit(branch, branch.fuel)));
  }

  #table(position: number, node: CodeNode): void {
    const operands = this.#operands;
    operands.settleAll();
    const runs = runsOf(node);
    if (runs === undefined) {
      this.#flow(leaveAt(node), [-1]);
      return;
    }
    const index = operands.int(node.a);
    const arms = runs.map(({ edge }) => {
      const items = this.#items;
      this.#items = [];
      this.#jump(position, edge);
      const arm = this.#sequence(this.#items);
      this.#items = items;
      this.#dead = false;
      return arm;
    });
    const codes = [...new Set(arms.flatMap((arm) => arm.codes))];
    if (this.#linkage.whole === undefined) this.#flow(chooseRun(index, runs, arms), codes);
    else this.#flow(tree("table", index, node, ...arms.map((arm) => arm.tree)), codes);
  }

  #return(node: CodeNode, op: Operation): void {
    const operands = this.#operands;
    if (!this.#isFunction) {
      operands.settleAll();
      this.#flow(leaveAt(node), [-1]);
      return;
    }
    if (op === Code.Return) {
      operands.settleAll();
    } else {
      const value = operands.take(node.a, op === Code.Return32 ? 1 : 2);
      operands.settleImpure();
      operands.writeNow(0, value);
    }
    operands.clear();
    const code = this.#open.length + 1;
    this.#flow(tree("code", code), [code]);
  }

  #call(node: CodeNode): void {
    const called = node.data as DataOf<Code.Call>;
    const linked = this.#linkage.calleeOf(called);
    if (linked === undefined) {
      this.#flow(leaveAt(node), [-1]);
      return;
    }
    const { flow, callee } = linked;
    const site = siteOf(node);
    if (this.#linkage.whole === undefined) {
      const call = tree("choose", tree("enter", callee, site), tree("call", flow, node.d), leaveAt(node));
      this.#flow(call, [0, -1]);
    } else this.#flow(tree("wholeCall", callee, node.d, site, exitAt(node)), [0, -1]);
    this.#payBehind(node);
  }

  /** Pays for what comes behind a call. */
  #payBehind(node: CodeNode): void {
    const { fuel } = node;
    if (fuel !== 0) this.#translation.emit(tree("spend", fuel, { node, refund: fuel, isBehind: true }));
  }
}

function trapAt(node: CodeNode, values: readonly (readonly [at: number, value: Tree])[]): TrapPlan {
  const operands = values
    .filter(([at, value]) => !(value.kind === "get" && value.operands[0] === at))
    .map(([at, value]) => ({ word: at, value }));
  return { exit: exitAt(node), operands };
}

function exitAt(node: CodeNode): Exit {
  return { node, refund: 0, isBehind: false };
}

/** The number of a call, by which its module has it. */
function siteOf(node: CodeNode): number {
  return node.owner.module.callsOfTrees.push(node) - 1;
}

function leaveAt(node: CodeNode): Tree {
  return tree("leaveAt", exitAt(node));
}

/** The interpreter takes `branch` unconditionally, and pays for it. */
function edgeExit(branch: CodeNode, refund: number): Exit {
  const edge = new CodeNode(branch.owner, Code.Br, -1, 0, 0, branch.c, null);
  edge.target = branch.target;
  edge.fuel = branch.fuel;
  edge.at = branch.at;
  return { node: edge, refund, isBehind: false };
}

// ------------------------------------------------------------------ sequences

/** Goes on from `first` with `code`. */
function joined(first: Sequence, code: number): Sequence {
  return sequence([first, { tree: tree("code", code), codes: [code] }], false);
}

/** One tree of many: as low as possible, since trees use the JavaScript stack. */
function sequence(items: readonly Item[], isForwarded: boolean): Sequence {
  const withSteps = isForwarded ? forwarded : stepped;
  const flows: Item[] = [];
  let steps: Tree[] = [];
  const codes = new Set<number>();
  let goesOn = true;
  for (const item of items) {
    if (item.codes === null) {
      steps.push(item.tree);
      continue;
    }
    flows.push({ tree: withSteps(steps, item.tree), codes: item.codes });
    steps = [];
    for (const code of item.codes) if (code !== 0) codes.add(code);
    goesOn = item.codes.includes(0);
    if (!goesOn) break;
  }
  if (steps.length > 0 || flows.length === 0) flows.push({ tree: withSteps(steps, GO_ON.tree), codes: [0] });
  if (goesOn) codes.add(0);
  return { tree: joinFlows(flows.map((flow) => flow.tree)), codes: [...codes] };
}

function joinFlows(flows: readonly Tree[]): Tree {
  if (flows.length === 1) return flows[0]!;
  const middle = flows.length >> 1;
  return tree("flowThen", joinFlows(flows.slice(0, middle)), joinFlows(flows.slice(middle)));
}

/** As {@link stepped}, with steps that hand on what they write to each other and to the condition behind them. */
function forwarded(steps: readonly Tree[], flow: Tree): Tree {
  if (flow.kind !== "when" && flow.kind !== "choose") return stepped(forward(steps).steps, flow);
  const [test, ...arms] = flow.operands;
  const made = forward(steps, test as Tree);
  return stepped(made.steps, tree(flow.kind, made.test, ...arms));
}

function stepped(steps: readonly Tree[], flow: Tree): Tree {
  if (steps.length === 0) return flow;
  if (steps.length === 2) return tree("twoThen", steps[0]!, steps[1]!, flow);
  return tree("stepThen", joinSteps(steps), flow);
}

function joinSteps(steps: readonly Tree[]): Tree {
  const { length } = steps;
  if (length === 1) return steps[0]!;
  if (length === 2) return tree("two", steps[0]!, steps[1]!);
  const third = Math.ceil(length / 3);
  const parts = [steps.slice(0, third), steps.slice(third, 2 * third), steps.slice(2 * third)];
  const made = parts.filter((part) => part.length > 0).map(joinSteps);
  return made.length === 3 ? tree("three", made[0]!, made[1]!, made[2]!) : tree("two", made[0]!, made[1]!);
}
