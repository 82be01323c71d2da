// Random programs around exceptions: how they are made up, and their text in both exception proposals.
// Owns the shape of a program. What it does is said by model.ts, independently of any engine.

import fc from "fast-check";

/** Both proposals say the same with different instructions; costs differ. */
export type Style = "modern" | "legacy";

/** Tags 0 and 2 carry an i32, tag 1 an i64 and an i32, tag 3 nothing. */
export const TAGS = 4;

/** How a call gets to its callee; `host` and `catching` go through JavaScript. */
export type Way = "direct" | "tail" | "host" | "catching";

/** Every function has one parameter, `acc`, which its statements change, and returns it. */
export type Statement =
  | { readonly kind: "add"; readonly k: number }
  | { readonly kind: "throw"; readonly tag: number; readonly k: number }
  | { readonly kind: "when"; readonly bit: number; readonly body: Body }
  | { readonly kind: "repeat"; readonly count: number; readonly body: Body }
  /** Keeps an operand on the stack below its body. */
  | { readonly kind: "operand"; readonly k: number; readonly body: Body }
  | { readonly kind: "call"; readonly callee: number; readonly way: Way }
  | { readonly kind: "return" }
  | { readonly kind: "try"; readonly body: Body; readonly handlers: readonly Handler[] }
  /** Legacy: handled as if thrown by an enclosing try, or by the function. Modern: the body alone. */
  | { readonly kind: "delegate"; readonly body: Body; readonly target: number }
  /** Throws what an enclosing handler has caught; nothing where there is none. */
  | { readonly kind: "rethrow"; readonly depth: number };

export type Body = readonly Statement[];

export interface Handler {
  /** -1 for all. */
  readonly tag: number;
  /** Whether the modern form asks for the reference, without which nothing can be thrown again. */
  readonly withRef: boolean;
  readonly body: Body;
}

/** Functions call those before them; the last one is called first. Odd ones are in another instance. */
export type Program = readonly Body[];

const small = fc.integer({ min: -9, max: 9 });

function statements(depth: number): fc.Arbitrary<Body> {
  const leaf: fc.WeightedArbitrary<Statement>[] = [
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("add"), k: small }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("throw"), tag: fc.nat(TAGS - 1), k: small }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("call"),
        callee: fc.nat(7),
        way: fc.constantFrom<Way>("direct", "direct", "direct", "tail", "host", "catching"),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("return") }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("rethrow"), depth: fc.nat(2) }) },
  ];
  if (depth === 0) return fc.array(fc.oneof(...leaf), { maxLength: 3 });
  const body = statements(depth - 1);
  // Some handlers end by throwing again what they caught, or what a handler around them did.
  const again = fc.oneof(
    { weight: 2, arbitrary: fc.constant<Body>([]) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("rethrow"), depth: fc.nat(1) }).map((it) => [it]) },
  );
  const handler = fc.record({
    tag: fc.integer({ min: -1, max: TAGS - 1 }),
    withRef: fc.boolean(),
    body: fc.tuple(body, again).map(([handling, rethrow]): Body => [...handling, ...rethrow]),
  });
  const nested: fc.WeightedArbitrary<Statement>[] = [
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("when"), bit: fc.nat(3), body }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("repeat"), count: fc.integer({ min: 1, max: 3 }), body }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("operand"), k: small, body }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("try"),
        body,
        handlers: fc.array(handler, { maxLength: 3, size: "max" }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("delegate"), body, target: fc.nat(4) }) },
  ];
  return fc.array(fc.oneof(...leaf, ...nested), { maxLength: 4 });
}

export const programs: fc.Arbitrary<Program> = fc.array(statements(3), {
  minLength: 1,
  maxLength: 5,
  size: "max",
});

/** Clauses in an order that both proposals accept: what takes all comes last, and only once. */
export function clausesOf(handlers: readonly Handler[]): readonly Handler[] {
  const all = handlers.find(({ tag }) => tag < 0);
  const tagged = handlers.filter(({ tag }) => tag >= 0);
  return all === undefined ? tagged : [...tagged, all];
}

/** The function that statement `callee` in function `caller` means; `undefined` in the first, which calls none. */
export function calleeOf(caller: number, callee: number): number | undefined {
  return caller === 0 ? undefined : callee % caller;
}

/** The text of one of the two instances: function `k` is in instance `k % 2`. */
export function textOf(program: Program, style: Style, instance: number): string {
  const mine = program.map((_, k) => k).filter((k) => k % 2 === instance);
  return `(module
  (import "env" "table" (table ${program.length} funcref))
  (import "env" "t0" (tag $t0 (param i32)))
  (import "env" "t1" (tag $t1 (param i64 i32)))
  (import "env" "t2" (tag $t2 (param i32)))
  (import "env" "t3" (tag $t3))
  (import "env" "host" (func $host (param i32 i32) (result i32)))
  (import "env" "catching" (func $catching (param i32 i32) (result i32)))
  (type $f (func (param i32) (result i32)))
${mine.map((k) => new FunctionText(program, style, k).toString()).join("\n")}
${mine.map((k) => `  (elem (i32.const ${k}) $f${k})`).join("\n")})`;
}

class FunctionText {
  readonly #style: Style;
  readonly #index: number;
  readonly #lines: string[] = [];
  readonly #body: Body;
  #locals = 1;
  #labels = 0;

  constructor(program: Program, style: Style, index: number) {
    this.#style = style;
    this.#index = index;
    this.#body = program[index] as Body;
  }

  toString(): string {
    // Stands for the function in the labels of `delegate`.
    if (this.#style === "legacy") this.#emit("block $function");
    this.#block(this.#body, [], []);
    if (this.#style === "legacy") this.#emit("end");
    const types = this.#localTypes.join(" ");
    return `  (func $f${this.#index} (export "f${this.#index}") (param i32) (result i32) ${types === "" ? "" : `(local ${types})`}
    ${this.#lines.join("\n    ")}
    local.get 0)`;
  }

  readonly #localTypes: string[] = [];

  #local(type: string): number {
    this.#localTypes.push(type);
    return this.#locals++;
  }

  #emit(...lines: string[]): void {
    this.#lines.push(...lines);
  }

  /** `caught`: for each handler around, innermost first, its label or exnref local. `tries`: labels of tries around. */
  #block(body: Body, caught: readonly (string | number | undefined)[], tries: readonly string[]): void {
    for (const statement of body) this.#statement(statement, caught, tries);
  }

  #statement(
    statement: Statement,
    caught: readonly (string | number | undefined)[],
    tries: readonly string[],
  ): void {
    switch (statement.kind) {
      case "add":
        this.#emit(`local.get 0 i32.const ${statement.k} i32.add local.set 0`);
        return;
      case "throw":
        if (statement.tag === 1) this.#emit(`i64.const ${statement.k}`);
        if (statement.tag !== 3) this.#emit(`i32.const ${statement.k}`);
        this.#emit(`throw $t${statement.tag}`);
        return;
      case "when":
        this.#emit(`local.get 0 i32.const ${1 << statement.bit} i32.and if`);
        this.#block(statement.body, caught, tries);
        this.#emit("end");
        return;
      case "repeat": {
        const counter = this.#local("i32");
        const label = `$l${this.#labels++}`;
        this.#emit(`i32.const ${statement.count} local.set ${counter} loop ${label}`);
        this.#block(statement.body, caught, tries);
        this.#emit(`local.get ${counter} i32.const 1 i32.sub local.tee ${counter} br_if ${label} end`);
        return;
      }
      case "operand":
        this.#emit(`i32.const ${statement.k}`);
        this.#block(statement.body, caught, tries);
        this.#emit("local.get 0 i32.add local.set 0");
        return;
      case "call":
        this.#call(statement.callee, statement.way);
        return;
      case "return":
        this.#emit("local.get 0 return");
        return;
      case "try":
        if (this.#style === "modern") this.#tryTable(statement.body, statement.handlers, caught, tries);
        else this.#tryLegacy(statement.body, statement.handlers, caught, tries);
        return;
      case "delegate": {
        if (this.#style === "modern") {
          this.#block(statement.body, caught, tries);
          return;
        }
        const label = `$l${this.#labels++}`;
        this.#emit(`try ${label}`);
        this.#block(statement.body, caught, tries);
        this.#emit(`delegate ${tries[statement.target] ?? "$function"}`);
        return;
      }
      case "rethrow": {
        const source = caught[statement.depth];
        if (typeof source === "number") this.#emit(`local.get ${source} throw_ref`);
        else if (source !== undefined) this.#emit(`rethrow ${source}`);
        return;
      }
    }
  }

  #call(callee: number, way: Way): void {
    const target = calleeOf(this.#index, callee);
    if (target === undefined) return;
    this.#emit("local.get 0");
    const near = target % 2 === this.#index % 2;
    switch (way) {
      case "direct":
        this.#emit(near ? `call $f${target}` : `i32.const ${target} call_indirect (type $f)`);
        break;
      case "tail":
        this.#emit(near ? `return_call $f${target}` : `i32.const ${target} return_call_indirect (type $f)`);
        return;
      default:
        this.#emit(`i32.const ${target} call $${way}`);
    }
    this.#emit("local.set 0");
  }

  /** Takes the payload of `tag` off the stack and into the accumulator. */
  #takePayload(tag: number): void {
    if (tag < 0 || tag === 3) return;
    this.#emit("local.get 0 i32.add local.set 0");
    if (tag === 1) this.#emit("i32.wrap_i64 local.get 0 i32.xor local.set 0");
  }

  #tryTable(
    body: Body,
    handlers: readonly Handler[],
    caught: readonly (string | number | undefined)[],
    tries: readonly string[],
  ): void {
    const clauses = clausesOf(handlers);
    const done = `$l${this.#labels++}`;
    const labels = clauses.map(() => `$l${this.#labels++}`);
    this.#emit(`block ${done}`);
    for (let k = clauses.length - 1; k >= 0; k--) {
      const { tag, withRef } = clauses[k] as Handler;
      const results = [...(tag < 0 ? [] : (PAYLOADS[tag] as string[])), ...(withRef ? ["exnref"] : [])];
      this.#emit(`block ${labels[k]}${results.length > 0 ? ` (result ${results.join(" ")})` : ""}`);
    }
    const list = clauses.map(({ tag, withRef }, k) => {
      const ref = withRef ? "_ref" : "";
      return tag < 0 ? `(catch_all${ref} ${labels[k]})` : `(catch${ref} $t${tag} ${labels[k]})`;
    });
    this.#emit(`try_table ${list.join(" ")}`);
    this.#block(body, caught, tries);
    this.#emit("end", `br ${done}`);
    for (const { tag, withRef, body: handling } of clauses) {
      this.#emit("end");
      const local = withRef ? this.#local("exnref") : undefined;
      if (local !== undefined) this.#emit(`local.set ${local}`);
      this.#takePayload(tag);
      this.#block(handling, [local, ...caught], tries);
      this.#emit(`br ${done}`);
    }
    this.#emit("end");
  }

  #tryLegacy(
    body: Body,
    handlers: readonly Handler[],
    caught: readonly (string | number | undefined)[],
    tries: readonly string[],
  ): void {
    const label = `$l${this.#labels++}`;
    this.#emit(`try ${label}`);
    this.#block(body, caught, [label, ...tries]);
    for (const { tag, body: handling } of clausesOf(handlers)) {
      this.#emit(tag < 0 ? "catch_all" : `catch $t${tag}`);
      this.#takePayload(tag);
      this.#block(handling, [label, ...caught], [label, ...tries]);
    }
    this.#emit("end");
  }
}

const PAYLOADS: readonly (readonly string[])[] = [["i32"], ["i64", "i32"], ["i32"], []];
