// Makes closures of a tree.
// Owns which copy of a node is used at which depth, and the warm-up of nodes that are used for the first time.

import type { GlobalInstance } from "../../runtime/global.ts";
import type { CodeNode } from "../code/node.ts";
import { partOf } from "../parts.ts";
import { part } from "./cut.ts";
import {
  type Binary,
  createEnvironment,
  type Environment,
  HELPER_FACTORIES,
  LEAVING,
  type Unary,
} from "./environment.ts";
import { type GatedCallee, gateOf, warmUpGate } from "./gate.ts";
import {
  Counter,
  type Cut,
  type Flow,
  LEFT,
  type Linked,
  MAX_ROOM,
  type Machine,
  NOT_READY,
  type Step,
  type Test,
  type TrapSite,
  type Value,
} from "./machine.ts";
import type { NodeSet } from "./node-set.ts";
import { createFamilies, type Family, NODE_OPERANDS, type NodeFactory, type NodeKind } from "./nodes.ts";
import type { DriverPool } from "./pool.ts";
import { CALLS, STRANGERS, warmUpHelper } from "./strangers.ts";
import { type AccessPlan, type Operand, type TrapPlan, Tree } from "./tree.ts";
import type { VectorAccess } from "./vector-memory.ts";
import type { VectorStep, Vectors } from "./vectors.ts";

type Closure = Value | Test | Step;

/** Thrown where the pool has no driver left. */
export class NoDriver extends Error {}

export class Assembler implements NodeSet {
  readonly whole: undefined;
  readonly #families: readonly Family[];
  /** The families once more, with other helpers. */
  readonly #disguises: readonly (readonly Family[])[];
  readonly #pool: DriverPool;
  readonly #machine: Machine;
  /** Of functions that have no tree, which are not entered. */
  readonly #closed = gateOf(() => LEFT);
  readonly #warm = new Set<NodeKind>();
  /** Made for the first vector instruction. */
  #vectors: Vectors | undefined;

  constructor(machine: Machine, pool: DriverPool) {
    this.#machine = machine;
    const environment = createEnvironment(machine);
    this.#families = createFamilies(environment);
    for (const factory of HELPER_FACTORIES) warmUpHelper(factory);
    for (const each of FLOWS) warmUpGate(gateOf(each), CALLS);
    this.#disguises = STRANGERS.map((stranger) => createFamilies(disguise(environment, stranger)));
    this.#pool = pool;
  }

  flow(tree: Tree): Flow {
    return this.#make(part(tree), 0) as Flow;
  }

  link(fuel: number): Linked | undefined {
    const driver = this.#pool.takeFunction();
    if (driver === undefined) return undefined;
    const callee: GatedCallee = { fuel, gate: this.#closed };
    return { callee, flow: driver(callee, this.#machine.Z) };
  }

  fill({ callee }: Linked, tree: Tree, fuel: number): void {
    (callee as GatedCallee).gate = gateOf(this.flow(tree));
    // No double, as which the number may have come: it is read at each call.
    callee.fuel = Math.min(fuel, NOT_READY) | 0;
  }

  /** Warms up what no tree has used yet. */
  warmUpAll(): void {
    for (const kind of Object.keys(NODE_OPERANDS) as NodeKind[]) this.#warmUp(kind);
  }

  #make(tree: Tree, depth: number): Closure {
    const { kind } = tree;
    const operands = tree.operands.map((operand) => this.#operand(operand, depth + 1));
    if (kind === "loop") {
      const driver = this.#pool.takeLoop();
      if (driver === undefined) throw new NoDriver();
      const flow = driver(operands[0] as Flow);
      return depth === 0 ? flow : this.#node("cut", [cutTo(flow)], depth);
    }
    if (kind === "vector")
      operands[0] = this.#vectorsFor(operands[0] as CodeNode).stepOf(operands[0] as CodeNode);
    if (kind === "vectorAccess") {
      const { node, at } = operands[0] as AccessPlan;
      operands[0] = this.#vectorsFor(node).accessOf(node, at);
    }
    if (kind === "cut") operands[0] = this.#cut(operands[0] as Flow);
    return this.#node(kind, operands, depth);
  }

  #node(kind: string, operands: readonly unknown[], depth: number): Closure {
    const family = this.#families[depth % this.#families.length]!;
    if (!(kind in family)) throw new Error(`no node ${kind}`);
    this.#warmUp(kind as NodeKind);
    return factoryOf(family, kind as NodeKind)(...operands);
  }

  #vectorsFor(node: CodeNode): Vectors {
    this.#vectors ??= partOf(node, "vectors").createVectors(this.#machine);
    return this.#vectors;
  }

  #warmUp(kind: NodeKind): void {
    if (this.#warm.has(kind)) return;
    this.#warm.add(kind);
    const giveBack = lendScratch(this.#machine);
    for (const depth of this.#families.keys()) {
      warmUp(
        kind,
        this.#disguises.map((families) => factoryOf(families[depth]!, kind)),
        this.#machine,
      );
    }
    giveBack();
  }

  #cut(body: Flow): Cut {
    const driver = this.#pool.takePart();
    if (driver === undefined) throw new NoDriver();
    return cutTo(driver(body));
  }

  #operand(operand: Operand, depth: number): unknown {
    if (operand instanceof Tree) return this.#make(operand, depth);
    return isPlan(operand) ? this.#site(operand, depth) : operand;
  }

  #site({ exit, operands }: TrapPlan, depth: number): TrapSite {
    return {
      exit,
      operands: operands.map(({ word, value }) => ({ word, value: this.#make(value, depth) as Value })),
    };
  }
}

/**
 * What V8 compiles by itself. A loop inside another one is that too: V8's second compiler, Maglev, puts small functions with a loop where
 * they are called, and nothing from there ever brings the loop to the third.
 */
function cutTo(flow: Flow): Cut {
  const cut: Cut = { flow: () => LEFT };
  // Written twice, so that V8 does not take the field for a constant.
  cut.flow = flow;
  return cut;
}

function isPlan(operand: Operand): operand is TrapPlan {
  return typeof operand === "object" && "exit" in operand;
}

/** Nodes take operands of many types; which, {@link NODE_OPERANDS} says, and the builder has kept to it. */
function factoryOf(family: Family, kind: NodeKind): (...operands: unknown[]) => Closure {
  return family[kind] as NodeFactory as (...operands: unknown[]) => Closure;
}

// ------------------------------------------------------------------ warm-up

/**
 * Calls inside nodes must have seen several kinds of children, and of helpers. Where V8 knows only one, it inlines that when it
 * optimises the node by itself; the node then counts as large wherever it is to be inlined itself. Without the helpers'
 * variety mandelbrot took 12 times native instead of 3.5.
 */
const CHILDREN = 5;

const VALUES: readonly Value[] = [(fp) => fp, (fp) => (fp + 1) | 0, (fp) => fp & 3, () => 2, (fp) => fp >> 1];
const DOUBLES: readonly Value[] = [() => 1.5, (fp) => fp + 0.25, () => 2.25, (fp) => fp * 0.5, () => -0.5];
const TESTS: readonly Test[] = [(fp) => fp < 9, (fp) => fp > 9, () => true, () => false, (fp) => fp !== 8];
const STEPS: readonly Step[] = [
  () => {},
  (fp) => void fp,
  (fp) => void (fp + 1),
  () => void 0,
  (fp) => void (fp & 1),
];
const FLOWS: readonly Flow[] = [() => 0, (fp) => fp & 1, () => 1, () => -1, (fp) => fp >> 8];

const FLOAT_OPERANDS = /^(f[A-Z]|set32|set64|tee64|storeF|holdFloat)/;

/** The environment with its functions replaced. */
function disguise(environment: Environment, stranger: (x: number, y: number) => number): Environment {
  const entries = Object.entries(environment).map(([name, value]) => [
    name,
    typeof value === "function" ? stranger : value,
  ]);
  return Object.fromEntries(entries) as unknown as Environment;
}

type Factory = (...operands: unknown[]) => Closure;

function warmUp(kind: NodeKind, factories: readonly Factory[], machine: Machine): void {
  const letters = [...NODE_OPERANDS[kind]];
  const isFloat = FLOAT_OPERANDS.test(kind);
  for (let child = 0; child < CHILDREN; child++) {
    const operands = letters.map((letter, k) =>
      sample(letter, isFloat && !(kind.startsWith("store") && k === 0), child + k),
    );
    const made = factories[child % factories.length]!(...operands);
    for (let call = 0; call < CALLS; call++) {
      // Once without fuel, so that V8 has seen that way too.
      machine.Z[Counter.Fuel] = call === 0 ? -1 : 2 ** 20;
      machine.Z[Counter.Room] = call === 1 ? 0 : MAX_ROOM;
      try {
        made(8 + 8 * child);
      } catch (error) {
        if (error !== LEAVING) throw error;
      }
    }
  }
}

/** An operand for a node that is warmed up. */
function sample(letter: string, isFloat: boolean, child: number): unknown {
  const k = child % CHILDREN;
  switch (letter) {
    case "x":
    case "y":
      return (isFloat ? DOUBLES : VALUES)[k];
    case "c":
    case "e":
      return TESTS[k];
    case "s":
    case "t":
    case "u":
      return STEPS[k];
    case "p":
    case "q":
    case "f":
      return FLOWS[k];
    case "v":
      return BINARIES[k];
    case "w":
      return UNARIES[k];
    case "z":
      return VECTOR_STEPS[k];
    case "m":
      return VECTOR_ACCESSES[k];
    case "l":
      return { flow: FLOWS[k] };
    case "g":
      return { fuel: 1 };
    case "j":
    case "h":
    case "i":
      return { exit: undefined, operands: [], refund: 0 };
    case "o":
      return { fuel: 1 };
    default:
      return 0;
  }
}

const UNARIES: readonly Unary[] = [(x) => x, (x) => -x | 0, (x) => x & 3, () => 2, (x) => x >> 1];
const BINARIES: readonly Binary[] = [(x) => x, (x, y) => (x + y) | 0, (x, y) => x & y, (_, y) => y, () => 1];

const VECTOR_STEPS: readonly VectorStep[] = [
  () => {},
  (fp) => void fp,
  (fp) => void (fp + 1),
  () => void 0,
  (fp) => void (fp & 1),
];
const VECTOR_ACCESSES: readonly VectorAccess[] = [
  () => 0,
  (e) => e & 1,
  (_, fp) => fp & 1,
  () => 1,
  (e, fp) => (e + fp) & 1,
];

/** Gives trees a memory and globals of their own, so that what is warmed up finds something there; returns what ends that. */
function lendScratch(machine: Machine): () => void {
  const { V, Z } = machine;
  const before = { ...V };
  const counters = Z.slice();
  machine.show(new Uint8Array(SCRATCH_BYTES), SCRATCH_BYTES);
  V.globals = [{ bits: new Int32Array(2), at: 0 } as unknown as GlobalInstance];
  return () => {
    Object.assign(V, before);
    Z.set(counters);
    machine.exit = undefined;
  };
}

const SCRATCH_BYTES = 1024;
