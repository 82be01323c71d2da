// Turns the nodes of a .wast script into directives.
// Owns the script grammar (reference interpreter, "Scripts"); knows nothing of engines or assemblers.

import {
  type List,
  lineAt,
  type ModuleNode,
  type Node,
  readNodes,
  ScriptSyntaxError,
  utf8Text,
} from "./s-expression.ts";
import { type Constant, type Pattern, readConstant, readPattern } from "./values.ts";

/** A module as a script spells it. */
export interface ModuleSource {
  readonly form: "text" | "binary" | "quote";
  /** Offset in the file, unique within a script. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** The text to assemble (`text`, `quote`) or the module itself (`binary`); every char is one byte. */
  readonly bytes: string;
}

export type Action =
  | {
      readonly kind: "invoke";
      readonly module: string | undefined;
      readonly name: string;
      readonly args: readonly Constant[];
    }
  | { readonly kind: "get"; readonly module: string | undefined; readonly name: string };

/** Assertions that hold a module. `…_custom` ones are about text and name custom sections. */
export type ModuleAssertion =
  | "assert_malformed"
  | "assert_invalid"
  | "assert_unlinkable"
  | "assert_malformed_custom"
  | "assert_invalid_custom";

export type Directive = { readonly line: number } & (
  | { readonly kind: "module"; readonly id: string | undefined; readonly source: ModuleSource }
  | { readonly kind: "definition"; readonly id: string | undefined; readonly source: ModuleSource }
  | { readonly kind: "instance"; readonly id: string | undefined; readonly definition: string | undefined }
  | { readonly kind: "register"; readonly name: string; readonly id: string | undefined }
  | { readonly kind: "action"; readonly action: Action }
  | { readonly kind: "assert_return"; readonly action: Action; readonly expected: readonly Pattern[] }
  | { readonly kind: "assert_trap" | "assert_exhaustion"; readonly action: Action; readonly message: string }
  | { readonly kind: "assert_exception"; readonly action: Action }
  | { readonly kind: "assert_trap_module"; readonly source: ModuleSource; readonly message: string }
  | { readonly kind: ModuleAssertion; readonly source: ModuleSource; readonly message: string }
  | {
      readonly kind: "thread";
      readonly id: string;
      readonly shared: readonly string[];
      readonly directives: readonly Directive[];
    }
  | { readonly kind: "wait"; readonly id: string }
);

/** One script file. */
export interface Script {
  readonly directives: readonly Directive[];
}

/**
 * Reads a whole script; every char of `source` is one byte of the file.
 * Throws `ScriptSyntaxError` on anything it does not know: nothing is skipped silently.
 */
export function readScript(source: string): Script {
  const nodes = readNodes(source);
  const [first] = nodes;
  const context = new Context(source);
  if (first?.kind === "list" && FIELDS.has(headOf(first))) return { directives: [context.inlineModule()] };
  return { directives: nodes.map((node) => context.directive(node)) };
}

/** Heads of module fields, with which a script that is one module without `(module …)` can begin. */
const FIELDS: ReadonlySet<string> = new Set(
  "type rec import func table memory tag global export start elem data".split(" "),
);

/** Whether `directive` counts as an assertion (`assert_…`) rather than as a command. */
export function isAssertion(directive: Directive): boolean {
  return directive.kind.startsWith("assert_");
}

/** The modules of `directives`, in order, those inside assertions and threads included. */
export function* moduleSources(directives: readonly Directive[]): Generator<ModuleSource> {
  for (const directive of directives) {
    if ("source" in directive) yield directive.source;
    if (directive.kind === "thread") yield* moduleSources(directive.directives);
  }
}

function headOf(list: List): string {
  const [head] = list.items;
  return head?.kind === "atom" ? head.text : "";
}

class Context {
  readonly #source: string;
  #lineOffset = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  /** Line of `offset`; cheap when offsets rise. */
  #lineOf(offset: number): number {
    if (offset < this.#lineOffset) return lineAt(this.#source, offset);
    for (let at = this.#source.indexOf("\n", this.#lineOffset); at !== -1 && at < offset; ) {
      this.#line++;
      this.#lineOffset = at + 1;
      at = this.#source.indexOf("\n", this.#lineOffset);
    }
    return this.#line;
  }

  #fail(node: Node, what: string): never {
    throw new ScriptSyntaxError(`line ${this.#lineOf(node.start)}: ${what}`);
  }

  inlineModule(): Directive {
    const { length } = this.#source;
    const source: ModuleSource = {
      form: "text",
      start: 0,
      end: length,
      line: 1,
      bytes: `(module ${this.#source}\n)`,
    };
    return { kind: "module", line: 1, id: undefined, source };
  }

  directive(node: Node): Directive {
    const line = this.#lineOf(node.start);
    if (node.kind === "module") return this.#module(node, line);
    if (node.kind !== "list") return this.#fail(node, "expected a directive");
    const head = headOf(node);
    const operands = node.items.slice(1);
    switch (head) {
      case "register":
        return {
          kind: "register",
          line,
          name: this.#string(operands[0], node),
          id: this.#optionalId(operands, 1, node),
        };
      case "invoke":
      case "get":
        return { kind: "action", line, action: this.#action(node) };
      case "assert_return": {
        const expected = operands.slice(1).map((operand) => this.#guard(operand, () => readPattern(operand)));
        return { kind: "assert_return", line, action: this.#action(operands[0]), expected };
      }
      case "assert_trap":
        if (operands[0]?.kind === "module") {
          return { kind: "assert_trap_module", line, ...this.#moduleAndMessage(operands, node) };
        }
        return { kind: head, line, ...this.#actionAndMessage(operands, node) };
      case "assert_exhaustion":
        return { kind: head, line, ...this.#actionAndMessage(operands, node) };
      case "assert_exception":
        if (operands.length !== 1) return this.#fail(node, "assert_exception needs one action");
        return { kind: head, line, action: this.#action(operands[0]) };
      case "assert_malformed":
      case "assert_invalid":
      case "assert_unlinkable":
      case "assert_malformed_custom":
      case "assert_invalid_custom":
        return { kind: head, line, ...this.#moduleAndMessage(operands, node) };
      case "thread":
        return this.#thread(operands, line, node);
      case "wait":
        return { kind: "wait", line, id: this.#id(operands[0], node) };
      default:
        return this.#fail(node, `unknown directive (${head}`);
    }
  }

  #module(node: ModuleNode, line: number): Directive {
    const [first, second] = node.ids;
    if (node.variant === "instance") return { kind: "instance", line, id: first, definition: second };
    if (second !== undefined) return this.#fail(node, "a module has one identifier at most");
    const kind = node.variant === "definition" ? "definition" : "module";
    return { kind, line, id: first, source: this.#moduleSource(node) };
  }

  #moduleSource(node: ModuleNode): ModuleSource {
    if (node.variant === "instance") return this.#fail(node, "expected a module with a body");
    const { form, start, end } = node;
    let bytes: string;
    if (form === "binary") bytes = node.strings.join("");
    else if (form === "quote") bytes = node.strings.join(" ");
    else bytes = `(module${this.#source.slice(node.bodyStart, end)}`;
    return { form, start, end, line: this.#lineOf(start), bytes };
  }

  #moduleAndMessage(operands: readonly Node[], node: Node): { source: ModuleSource; message: string } {
    const [module, message] = operands;
    if (module?.kind !== "module" || operands.length !== 2)
      return this.#fail(node, "expected a module and a message");
    return { source: this.#moduleSource(module), message: this.#string(message, node) };
  }

  #actionAndMessage(operands: readonly Node[], node: Node): { action: Action; message: string } {
    if (operands.length !== 2) return this.#fail(node, "expected an action and a message");
    return { action: this.#action(operands[0]), message: this.#string(operands[1], node) };
  }

  #action(node: Node | undefined): Action {
    if (node?.kind !== "list") throw new ScriptSyntaxError("expected an action");
    const kind = headOf(node);
    if (kind !== "invoke" && kind !== "get") return this.#fail(node, `unknown action (${kind}`);
    const named = node.items[1]?.kind === "atom";
    const module = named ? this.#id(node.items[1], node) : undefined;
    const rest = node.items.slice(named ? 2 : 1);
    const name = this.#string(rest[0], node);
    if (kind === "get") {
      if (rest.length !== 1) return this.#fail(node, "get takes a name only");
      return { kind, module, name };
    }
    const args = rest.slice(1).map((operand) => this.#guard(operand, () => readConstant(operand)));
    return { kind, module, name, args };
  }

  #thread(operands: readonly Node[], line: number, node: Node): Directive {
    const id = this.#id(operands[0], node);
    const shared: string[] = [];
    const directives: Directive[] = [];
    for (const operand of operands.slice(1)) {
      if (operand.kind === "list" && headOf(operand) === "shared") {
        const [, target] = operand.items;
        if (target?.kind === "module") shared.push(target.ids[0] ?? "");
        else return this.#fail(operand, "expected (shared (module $id))");
      } else directives.push(this.directive(operand));
    }
    return { kind: "thread", line, id, shared, directives };
  }

  #guard<T>(node: Node, read: () => T): T {
    try {
      return read();
    } catch (error) {
      return this.#fail(node, error instanceof Error ? error.message : String(error));
    }
  }

  #string(node: Node | undefined, parent: Node): string {
    return node?.kind === "string" ? utf8Text(node.bytes) : this.#fail(parent, "expected a string");
  }

  #id(node: Node | undefined, parent: Node): string {
    return node?.kind === "atom" && node.text.startsWith("$")
      ? node.text
      : this.#fail(parent, "expected an identifier");
  }

  #optionalId(operands: readonly Node[], index: number, parent: Node): string | undefined {
    if (operands.length > index + 1) return this.#fail(parent, "too many operands");
    return operands.length > index ? this.#id(operands[index], parent) : undefined;
  }
}
