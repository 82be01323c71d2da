// What a random program does and costs, said without any engine: statements executed one by one in JavaScript.

import {
  type Body,
  calleeOf,
  clausesOf,
  type Handler,
  type Program,
  type Statement,
  type Style,
} from "./program.ts";

export interface Outcome {
  /** The result; or the tag and number of the exception that nobody caught. */
  readonly end: { readonly value: number } | { readonly tag: number; readonly k: number };
  readonly cost: number;
  /** Whether JavaScript frames were in the way, so that the run could not have been stopped and resumed. */
  readonly reentered: boolean;
  /** What happened on the way, to see that a generator reaches it. */
  readonly events: ReadonlySet<Event>;
}

export type Event =
  | "caught by tag"
  | "caught by all"
  | "not caught by a try"
  | "thrown again"
  | "delegated"
  | "through a call"
  | "through another instance"
  | "through the host"
  | "through a tail call"
  | "caught by the host";

/** What the host function `catching` returns for an exception. */
export function caughtByHost(tag: number): number {
  return 100 + tag;
}

class Thrown {
  readonly tag: number;
  readonly k: number;
  /** The try, or the function, to which it is delegated: nothing before that handles it. */
  readonly to: object | undefined;

  constructor(tag: number, k: number, to?: object) {
    this.tag = tag;
    this.k = k;
    this.to = to;
  }
}

class Returned {}

class TailCall {
  readonly callee: number;

  constructor(callee: number) {
    this.callee = callee;
  }
}

/** The program runs for too long to be of use. */
export class TooLong extends Error {}

const FUNCTION = {};
const MAX_COST = 20_000;

/** Runs `program`'s last function on `argument`. @throws TooLong */
export function runModel(program: Program, style: Style, argument: number): Outcome {
  const machine = new Machine(program, style);
  let end: Outcome["end"];
  try {
    end = { value: machine.call(program.length - 1, argument) };
  } catch (error) {
    if (!(error instanceof Thrown)) throw error;
    end = { tag: error.tag, k: error.k };
  }
  return { end, cost: machine.cost, reentered: machine.reentered, events: machine.events };
}

class Machine {
  cost = 0;
  reentered = false;
  readonly events = new Set<Event>();
  readonly program: Program;
  readonly modern: boolean;

  constructor(program: Program, style: Style) {
    this.program = program;
    this.modern = style === "modern";
  }

  pay(cost: number): void {
    this.cost += cost;
    if (this.cost > MAX_COST) throw new TooLong();
  }

  call(index: number, argument: number): number {
    let callee = index;
    let acc = argument;
    for (;;) {
      const frame = new Frame(this, callee, acc);
      if (!this.modern) this.pay(1);
      try {
        frame.run(this.program[callee] as Body, [], []);
        this.pay(1);
        return frame.acc;
      } catch (error) {
        if (error instanceof Returned) return frame.acc;
        if (error instanceof Thrown) {
          if (callee !== index) this.events.add("through a tail call");
          throw new Thrown(error.tag, error.k);
        }
        if (!(error instanceof TailCall)) throw error;
        callee = error.callee;
        acc = frame.acc;
      }
    }
  }
}

class Frame {
  acc: number;
  readonly #machine: Machine;
  readonly #index: number;

  constructor(machine: Machine, index: number, acc: number) {
    this.#machine = machine;
    this.#index = index;
    this.acc = acc;
  }

  run(body: Body, caught: readonly (Thrown | undefined)[], tries: readonly object[]): void {
    for (const statement of body) this.#step(statement, caught, tries);
  }

  #step(statement: Statement, caught: readonly (Thrown | undefined)[], tries: readonly object[]): void {
    const machine = this.#machine;
    switch (statement.kind) {
      case "add":
        machine.pay(4);
        this.acc = (this.acc + statement.k) | 0;
        return;
      case "throw":
        machine.pay([2, 3, 2, 1][statement.tag] as number);
        throw new Thrown(statement.tag, statement.tag === 3 ? 0 : statement.k);
      case "when":
        machine.pay(4);
        if ((this.acc & (1 << statement.bit)) !== 0) this.run(statement.body, caught, tries);
        return;
      case "repeat":
        machine.pay(2);
        for (let turn = 0; turn < statement.count; turn++) {
          machine.pay(1);
          this.run(statement.body, caught, tries);
          machine.pay(5);
        }
        return;
      case "operand":
        machine.pay(1);
        this.run(statement.body, caught, tries);
        machine.pay(3);
        this.acc = (this.acc + statement.k) | 0;
        return;
      case "call":
        this.#call(statement);
        return;
      case "return":
        machine.pay(2);
        throw new Returned();
      case "try":
        this.#try(statement.body, clausesOf(statement.handlers), caught, tries);
        return;
      case "delegate":
        if (machine.modern) this.run(statement.body, caught, tries);
        else this.#delegate(statement.body, tries[statement.target] ?? FUNCTION, caught, tries);
        return;
      case "rethrow": {
        const thrown = caught[statement.depth];
        if (thrown === undefined) return;
        machine.pay(machine.modern ? 2 : 1);
        machine.events.add("thrown again");
        throw new Thrown(thrown.tag, thrown.k);
      }
    }
  }

  #call({ callee, way }: Statement & { readonly kind: "call" }): void {
    const machine = this.#machine;
    const target = calleeOf(this.#index, callee);
    if (target === undefined) return;
    // get; far callees and those of the host by number; call
    machine.pay((way === "direct" || way === "tail") && target % 2 === this.#index % 2 ? 2 : 3);
    if (way === "tail") throw new TailCall(target);
    if (way !== "direct") machine.reentered = true;
    try {
      this.acc = machine.call(target, this.acc);
    } catch (error) {
      if (!(error instanceof Thrown)) throw error;
      if (target % 2 !== this.#index % 2) machine.events.add("through another instance");
      machine.events.add(way === "host" ? "through the host" : "through a call");
      if (way !== "catching") throw error;
      machine.events.add("caught by the host");
      this.acc = caughtByHost(error.tag);
    }
    machine.pay(1);
  }

  #try(
    body: Body,
    clauses: readonly Handler[],
    caught: readonly (Thrown | undefined)[],
    tries: readonly object[],
  ): void {
    const machine = this.#machine;
    const { modern } = machine;
    const self = {};
    machine.pay(modern ? 2 + clauses.length : 1);
    let thrown: Thrown;
    try {
      this.run(body, caught, [self, ...tries]);
      if (modern) machine.pay(1);
      return;
    } catch (error) {
      if (!(error instanceof Thrown) || (error.to !== undefined && error.to !== self)) throw error;
      thrown = new Thrown(error.tag, error.k);
    }
    const clause = clauses.find(({ tag }) => tag < 0 || tag === thrown.tag);
    if (clause === undefined) {
      machine.events.add("not caught by a try");
      throw thrown;
    }
    machine.events.add(clause.tag < 0 ? "caught by all" : "caught by tag");
    if (modern && clause.withRef) machine.pay(1);
    this.#takePayload(clause.tag, thrown);
    try {
      this.run(clause.body, [modern && !clause.withRef ? undefined : thrown, ...caught], [self, ...tries]);
    } catch (error) {
      // Delegated to a try that is past its body: on to what is around it.
      if (error instanceof Thrown && error.to === self) throw new Thrown(error.tag, error.k);
      throw error;
    }
    if (modern) machine.pay(1);
  }

  #takePayload(tag: number, { k }: Thrown): void {
    if (tag < 0 || tag === 3) return;
    this.#machine.pay(tag === 1 ? 7 : 3);
    this.acc = (this.acc + k) | 0;
    if (tag === 1) this.acc ^= k;
  }

  #delegate(
    body: Body,
    target: object,
    caught: readonly (Thrown | undefined)[],
    tries: readonly object[],
  ): void {
    this.#machine.pay(1);
    try {
      this.run(body, caught, tries);
    } catch (error) {
      if (!(error instanceof Thrown) || error.to !== undefined) throw error;
      this.#machine.events.add("delegated");
      throw new Thrown(error.tag, error.k, target);
    }
  }
}
