// Makes closures of a tree where nothing compiles JavaScript: each node of the tree, with what it can take in, becomes one closure.
// Owns which form of a node is used; their text is in fused-nodes.ts.

import type { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import { runsOf } from "./dispatch.ts";
import {
  type Closure,
  type Flow,
  FusedCallee,
  type Site,
  type Step,
  type Test,
  type Value,
} from "./frame.ts";
import { CONDITIONS, createFusedNodes, WHOLE } from "./fused-nodes.ts";
import type { Exit, Linked, Machine, Flow as MachineFlow } from "./machine.ts";
import type { NodeSet } from "./node-set.ts";
import { goesOn, type Item, itemsOf, stepsOf } from "./sequence.ts";
import { type Operand, type TrapPlan, Tree } from "./tree.ts";

type Nodes = ReturnType<typeof createFusedNodes>;

const BINARY = /^(add|sub|mul|and|or|xor|shl|shrS|shrU|eq|ne|ltS|gtS|leS|geS|ltU|gtU|leU|geU)(XY|XK)$/;
const COMPARES = /^(eq|ne|ltS|gtS|leS|geS|ltU|gtU|leU|geU)/;
const UNSIGNED = /^(lt|gt|le|ge)U$/;
const FLOAT = /^f(Add|Sub|Mul|Div)$/;
const MAX_STEPS = 6;
const MAX_STEPS_BEFORE = 4;
/** Longer sequences are halved, since each of a sequence calls the next. */
const MAX_CHAIN = 8;
const NONE = new Int32Array(0);

export class Fuser implements NodeSet {
  readonly whole = { steps: WHOLE, tests: CONDITIONS };
  readonly #nodes: Nodes;

  constructor(machine: Machine) {
    const bytes = new Uint8Array(0);
    const floats = new Float32Array(0);
    const doubles = new Float64Array(0);
    this.#nodes = createFusedNodes(
      machine,
      [],
      0,
      0,
      [],
      bytes,
      NONE,
      floats,
      doubles,
      new Int32Array(8),
      0,
      0,
      0,
      0,
      0,
    );
  }

  flow(tree: Tree): MachineFlow {
    const made = this.#flow(tree);
    const { run } = this.#nodes;
    return (fp) => run(made, fp);
  }

  link(fuel: number): Linked {
    const { run } = this.#nodes;
    const callee = new FusedCallee(fuel);
    return { callee, flow: (fp) => run(callee.onFrame, fp) };
  }

  fill({ callee }: Linked, tree: Tree, fuel: number): void {
    (callee as FusedCallee).onFrame = this.#flow(tree);
    callee.fuel = fuel;
  }

  #make(name: string, operands: readonly unknown[]): Closure {
    const factory = this.#nodes.nodes[name];
    if (factory === undefined) throw new Error(`no node ${name}`);
    // Which operands it takes, its form says.
    return (factory as (...operands: unknown[]) => Closure)(...operands);
  }

  // ------------------------------------------------------------------ expressions

  /** An integer operand: its form, and what the node takes. */
  #int(operand: Operand): readonly [form: "L" | "K" | "E", operand: unknown] {
    if (!(operand instanceof Tree)) return ["K", operand];
    if (operand.kind === "get") return ["L", operand.operands[0]];
    if (operand.kind === "constant") return ["K", operand.operands[0]];
    return ["E", this.#value(operand)];
  }

  #binary(prefix: string, name: string, before: readonly unknown[], tree: Tree): Closure {
    const [x, y] = tree.operands as readonly [Operand, Operand];
    const [form, operand] = this.#int(x);
    const [xForm, xOperand] = form === "K" ? ["E", this.#make("constant", [operand])] : [form, operand];
    const [yForm, yOperand] = this.#int(y);
    const k = yForm === "K" && UNSIGNED.test(name) ? (yOperand as number) >>> 0 : yOperand;
    const full = prefix === "" ? name : `${prefix}${upper(name)}`;
    return this.#make(`${full}${xForm}${yForm}`, [...before, xOperand, k]);
  }

  #address(tree: Tree): readonly [form: string, operands: readonly unknown[]] {
    const { kind, operands } = tree;
    if (kind !== "address" && kind !== "addressAt") return ["E", [this.#value(tree)]];
    const [form, operand] = this.#int(operands[0]!);
    if (form === "K") return ["E", [this.#value(tree)]];
    return kind === "address" ? [form, [operand]] : [`${form}K`, [operand, operands[1]]];
  }

  #site(plan: Operand): Site {
    const { exit, operands } = plan as TrapPlan;
    return {
      exit,
      operands: operands.map(({ word, value }) => ({ word, value: this.#value(value) })),
    };
  }

  #double(tree: Tree): readonly [form: "L" | "E", operand: unknown] {
    if (tree.kind === "get64") return ["L", (tree.operands[0] as number) >> 1];
    return ["E", this.#value(tree)];
  }

  #doubles({ operands }: Tree): readonly [form: string, operands: readonly unknown[]] {
    const [x, y] = operands as readonly [Tree, Tree];
    const [xForm, xOperand] = this.#double(x);
    const [yForm, yOperand] = this.#double(y);
    return [xForm + yForm, [xOperand, yOperand]];
  }

  #value(tree: Tree): Value {
    const { kind, operands } = tree;
    if (BINARY.test(kind)) return this.#binary("", kind.slice(0, -2), [], tree) as Value;
    if (FLOAT.test(kind)) {
      const [form, doubles] = this.#doubles(tree);
      return this.#make(kind + form, doubles) as Value;
    }
    switch (kind) {
      case "get64":
        return this.#make(kind, [(operands[0] as number) >> 1]) as Value;
      case "checked": {
        const [inner, plan] = operands as readonly [Tree, TrapPlan];
        if (!inner.kind.startsWith("load")) break;
        const [form, address] = this.#address(inner.operands[0] as Tree);
        return this.#make(inner.kind + form, [...address, this.#site(plan)]) as Value;
      }
      case "rotl": {
        const [form, operand] = this.#int(operands[0]!);
        const k = operands[1] as number;
        if (form !== "K") return this.#make(`rotl${form}K`, [operand, k, 32 - k]) as Value;
        return this.#make("rotlEK", [this.#value(operands[0] as Tree), k, 32 - k]) as Value;
      }
      default:
        break;
    }
    return this.#general(tree) as Value;
  }

  #test(tree: Tree): Test {
    const { kind, operands } = tree;
    if (BINARY.test(kind)) return this.#binary("", kind.slice(0, -2), [], tree) as Test;
    if (kind === "isZero" || kind === "isSet") {
      const x = operands[0] as Tree;
      if (x.kind === "get") return this.#make(`${kind}L`, [x.operands[0]]) as Test;
      return this.#make(kind, [this.#value(x)]) as Test;
    }
    if (kind === "condition") {
      const { op, a, b } = (operands[0] as Exit).node;
      return this.#nodes.condition(operands[1] as number, a, b) ?? fail(op);
    }
    return this.#general(tree) as Test;
  }

  /** A node with its operands as they are. */
  #general({ kind, operands }: Tree): Closure {
    const made = operands.map((operand) => {
      if (operand instanceof Tree) return this.#any(operand);
      return isPlan(operand) ? this.#site(operand) : operand;
    });
    return this.#make(kind, made);
  }

  #any(tree: Tree): Closure {
    if (CONTROL.has(tree.kind)) return this.#flow(tree);
    if (STEPS.has(tree.kind)) return this.#step(tree);
    if (TESTS.test(tree.kind)) return this.#test(tree);
    return this.#value(tree);
  }

  // ------------------------------------------------------------------ steps

  #step(tree: Tree): Step {
    const { kind, operands } = tree;
    switch (kind) {
      case "set":
        return this.#set(operands[0] as number, operands[1] as Tree);
      case "set64": {
        const d = (operands[0] as number) >> 1;
        const value = operands[1] as Tree;
        if (FLOAT.test(value.kind)) {
          const [form, doubles] = this.#doubles(value);
          return this.#make(`set${upper(value.kind)}${form}`, [d, ...doubles]);
        }
        return this.#make(kind, [d, this.#value(value)]);
      }
      case "checkedStep": {
        const [inner, plan] = operands as readonly [Tree, TrapPlan];
        const [form, address] = this.#address(inner.operands[0] as Tree);
        const site = this.#site(plan);
        if (inner.kind === "load64")
          return this.#make(`load64${form}`, [...address, inner.operands[1], site]);
        const value = inner.operands[1] as Tree;
        const [valueForm, operand] = inner.kind.includes("F") ? ["E", this.#value(value)] : this.#int(value);
        return this.#make(`${inner.kind}${form}_${valueForm}`, [...address, operand, site]);
      }
      case "operation": {
        const exit = operands[0] as Exit;
        const { d, a, b, c } = exit.node;
        return this.#nodes.operation(operands[1] as number, d, a, b, c, exit) ?? fail(operands[1] as number);
      }
      case "two":
      case "three":
        return this.#steps(stepsOf(tree));
      default:
        return CONTROL.has(kind) ? this.#flow(tree) : this.#general(tree);
    }
  }

  #set(d: number, value: Tree): Step {
    const { kind, operands } = value;
    if (kind === "get") return this.#make("move", [d, operands[0]]);
    if (kind === "constant") return this.#make("setK", [d, operands[0]]);
    if (BINARY.test(kind) && !COMPARES.test(kind)) return this.#binary("set", kind.slice(0, -2), [d], value);
    if (kind === "checked") {
      const [inner, plan] = operands as readonly [Tree, TrapPlan];
      if (/^load(8|16|32)$/.test(inner.kind)) {
        const [form, address] = this.#address(inner.operands[0] as Tree);
        return this.#make(`set${upper(inner.kind)}${form}`, [d, ...address, this.#site(plan)]);
      }
    }
    return this.#make("set", [d, this.#value(value)]);
  }

  #steps(steps: readonly Tree[]): Step {
    if (steps.length === 1) return this.#step(steps[0]!);
    if (steps.length <= MAX_STEPS)
      return this.#make(
        `steps${steps.length}`,
        steps.map((each) => this.#step(each)),
      );
    return this.#make(`steps${MAX_STEPS}`, this.#grouped(steps, MAX_STEPS));
  }

  /** Steps in at most `count` closures. */
  #grouped(steps: readonly Tree[], count: number): readonly Step[] {
    if (steps.length <= count) return steps.map((each) => this.#step(each));
    const size = Math.ceil(steps.length / count);
    const made: Step[] = [];
    for (let k = 0; k < steps.length; k += size) made.push(this.#steps(steps.slice(k, k + size)));
    while (made.length < count) made.push(NOTHING);
    return made;
  }

  // ------------------------------------------------------------------ control

  #flow(tree: Tree): Flow {
    if (tree.kind === "loop") return this.#loop(tree.operands[0] as Tree);
    return this.#sequence(itemsOf(tree));
  }

  #loop(body: Tree): Flow {
    const items = itemsOf(body);
    const { steps: inside, flow } = items[0]!;
    if (items.length === 1 && flow?.kind === "when") {
      const [test, jump] = flow.operands as readonly [Tree, Tree];
      if (jump.kind === "jump" && jump.operands[1] === 1) {
        const [n, , exit] = jump.operands;
        const shape = BINARY.test(test.kind) ? this.#simple(test) : undefined;
        if (shape !== undefined && inside.length > 0)
          return this.#make(`loop${upper(shape[0])}`, [this.#steps(inside), ...shape[1], n, exit]) as Flow;
        const steps = this.#grouped(inside, MAX_STEPS_BEFORE);
        if (steps.length > 0)
          return this.#make(`loop${steps.length}`, [...steps, this.#test(test), n, exit]) as Flow;
      }
    }
    return this.#make("loop", [this.#sequence(items)]) as Flow;
  }

  /** A comparison of a register with a register or a constant. */
  #simple({ kind, operands: [x, y] }: Tree): readonly [string, readonly unknown[]] | undefined {
    if (!COMPARES.test(kind) || !(x instanceof Tree) || x.kind !== "get") return undefined;
    const [form, operand] =
      y instanceof Tree ? (y.kind === "get" ? ["L", y.operands[0]] : ["E", 0]) : ["K", y];
    if (form === "E") return undefined;
    const name = kind.slice(0, -2);
    return [
      `${name}L${form}`,
      [x.operands[0], UNSIGNED.test(name) && form === "K" ? (operand as number) >>> 0 : operand],
    ];
  }

  #sequence(items: readonly Item[]): Flow {
    if (items.length > MAX_CHAIN) {
      const middle = items.length >> 1;
      return this.#make("flow0", [
        this.#sequence(items.slice(0, middle)),
        this.#sequence(items.slice(middle)),
      ]) as Flow;
    }
    const { steps, flow } = items[0]!;
    const rest = items.slice(1);
    const before = this.#grouped(steps, MAX_STEPS_BEFORE);
    const count = before.length;
    if (rest.length > 0 && flow !== undefined) {
      const next = this.#sequence(rest);
      if (flow.kind === "when") {
        const [test, taken] = flow.operands as readonly [Tree, Tree];
        if (taken.kind === "jump") {
          const [n, k, exit] = taken.operands;
          return this.#make(`exit${count}`, [...before, this.#test(test), n, k, exit, next]) as Flow;
        }
        // What is taken may go on behind the branch.
        if (!goesOn(taken))
          return this.#make(`when${count}`, [...before, this.#test(test), this.#flow(taken), next]) as Flow;
      }
      return this.#make(`flow${count}`, [...before, this.#single(flow), next]) as Flow;
    }
    if (flow === undefined || (flow.kind === "code" && flow.operands[0] === 0)) {
      if (steps.length === 0) return this.#make("code", [0]) as Flow;
      return this.#make(`go${Math.min(steps.length, MAX_STEPS)}`, [
        ...this.#grouped(steps, MAX_STEPS),
        0,
      ]) as Flow;
    }
    if (flow.kind === "jump") return this.#make(`jump${count}`, [...before, ...flow.operands]) as Flow;
    if (flow.kind === "code") {
      if (steps.length === 0) return this.#make("code", [flow.operands[0]]) as Flow;
      return this.#make(`go${Math.min(steps.length, MAX_STEPS)}`, [
        ...this.#grouped(steps, MAX_STEPS),
        flow.operands[0],
      ]) as Flow;
    }
    if (flow.kind === "when") {
      const [test, taken] = flow.operands as readonly [Tree, Tree];
      const end = this.#make("code", [0]);
      if (taken.kind === "jump") {
        const [n, k, exit] = taken.operands;
        return this.#make(`exit${count}`, [...before, this.#test(test), n, k, exit, end]) as Flow;
      }
      return this.#make(`when${count}`, [...before, this.#test(test), this.#flow(taken), end]) as Flow;
    }
    if (steps.length === 0) return this.#single(flow);
    const all = this.#grouped(steps, MAX_STEPS);
    return this.#make(`then${all.length}`, [...all, this.#single(flow)]) as Flow;
  }

  /** Control that is no sequence. */
  #single(flow: Tree): Flow {
    const { kind, operands } = flow;
    switch (kind) {
      case "loop":
        return this.#loop(operands[0] as Tree);
      case "when":
        return this.#make("when0", [
          this.#test(operands[0] as Tree),
          this.#flow(operands[1] as Tree),
          this.#make("code", [0]),
        ]) as Flow;
      case "choose":
        return this.#make("when0", [
          this.#test(operands[0] as Tree),
          this.#flow(operands[1] as Tree),
          this.#flow(operands[2] as Tree),
        ]) as Flow;
      case "block":
      case "blockOne":
        return this.#make(kind, [this.#flow(operands[0] as Tree)]) as Flow;
      case "jump":
        return this.#make("jump0", operands) as Flow;
      case "table": {
        const [index, table, ...arms] = operands as readonly [Tree, CodeNode, ...Tree[]];
        const { length } = table.data as DataOf<Code.BrTable>;
        const flows = new Array<Flow>(length);
        const runs = runsOf(table) ?? [];
        runs.forEach(({ from }, k) => {
          flows.fill(this.#flow(arms[k]!), from, runs[k + 1]?.from ?? length);
        });
        const [form, operand] = this.#int(index);
        if (form === "L") return this.#make("tableL", [operand, length - 1, flows]) as Flow;
        return this.#make("table", [this.#value(index), length - 1, flows]) as Flow;
      }
      case "flowThen":
      case "stepThen":
      case "twoThen":
        return this.#flow(flow);
      default:
        return this.#general(flow) as Flow;
    }
  }
}

const NOTHING: Step = () => {};
const CONTROL: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "stepThen",
  "twoThen",
  "flowThen",
  "code",
  "when",
  "choose",
  "jump",
  "leaveAt",
  "block",
  "blockOne",
  "wholeCall",
  "callIndirect",
  "loop",
  "table",
]);
const STEPS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "two",
  "three",
  "set",
  "set32",
  "set64",
  "copy64",
  "hold",
  "globalSet",
  "globalSetHigh",
  "spend",
  "zero",
  "rare",
  "checkedStep",
  "operation",
]);
const TESTS =
  /^((eq|ne|ltS|gtS|leS|geS|ltU|gtU|leU|geU)X[YK]|isZero|isSet|not|both|either|f(Eq|Ne|Lt|Gt|Le|Ge)|condition)$/;

function isPlan(operand: Operand): operand is TrapPlan {
  return typeof operand === "object" && "exit" in operand && "operands" in operand;
}

function upper(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

function fail(op: number): never {
  throw new Error(`no node for operation ${op}`);
}
