// Runs the directives of one script against an engine and records what failed.
// Owns when a directive passes; knows the engine only through its adapter.

import type { Feature } from "../src/isa/features.ts";
import type { Assembled, AssembledScript } from "./assembling/cache.ts";
import type { EngineAdapter, FailureStage, World } from "./engine-adapter.ts";
import { type Action, type Directive, isAssertion, type ModuleSource, type Script } from "./reader/script.ts";
import {
  type Constant,
  matches,
  type Pattern,
  type RawValue,
  showPattern,
  showValue,
} from "./reader/values.ts";

/** Passed and total. */
export interface Tally {
  passed: number;
  total: number;
}

export interface Failure {
  readonly line: number;
  readonly kind: Directive["kind"];
  readonly message: string;
}

export interface ScriptResult {
  /** Assertions about the engine. */
  readonly assertions: Tally;
  /** Modules, registrations and actions outside assertions. */
  readonly commands: Tally;
  /** Assertions about a text parser: passed when the assembler refuses, or else the engine or its check of custom sections. */
  readonly textOnly: Tally & { refusedByEngine: number };
  readonly failures: Failure[];
}

/** A directive that does not hold. */
class Unmet extends Error {}

/**
 * Whether `directive` asserts something about a parser of the text format only: malformed text, which can never
 * become a binary, and custom annotations.
 */
export function isTextOnly(directive: Directive): boolean {
  if (directive.kind === "assert_malformed_custom" || directive.kind === "assert_invalid_custom") return true;
  return directive.kind === "assert_malformed" && directive.source.form !== "binary";
}

/** Runs `script`, each directive isolated from the failures of the others. Never throws. */
export function executeScript(
  script: Script,
  assembled: AssembledScript,
  adapter: EngineAdapter,
  features: readonly Feature[],
): ScriptResult {
  const result: ScriptResult = {
    assertions: { passed: 0, total: 0 },
    commands: { passed: 0, total: 0 },
    textOnly: { passed: 0, total: 0, refusedByEngine: 0 },
    failures: [],
  };
  const execution = new ScriptExecution(adapter, features, assembled, result);
  for (const directive of script.directives) {
    const textOnly = isTextOnly(directive);
    const tally = textOnly ? result.textOnly : isAssertion(directive) ? result.assertions : result.commands;
    tally.total++;
    try {
      execution.run(directive);
      tally.passed++;
    } catch (error) {
      result.failures.push({ line: directive.line, kind: directive.kind, message: describe(adapter, error) });
    }
  }
  return result;
}

function describe(adapter: EngineAdapter, error: unknown): string {
  if (error instanceof Unmet) return error.message;
  const { stage, message } = adapter.classify(error);
  const origin =
    stage === "other" && error instanceof Error ? ` ${error.stack?.split("\n")[1]?.trim() ?? ""}` : "";
  return `unexpected ${stage === "other" ? "error" : stage}: ${message}${origin}`;
}

class ScriptExecution {
  readonly #adapter: EngineAdapter;
  readonly #assembled: AssembledScript;
  readonly #result: ScriptResult;
  readonly #world: World;
  readonly #definitions = new Map<string, unknown>();
  readonly #instances = new Map<string, unknown>();
  #definition: unknown;
  /** The instance that actions without an identifier mean; `undefined` after a module that failed. */
  #instance: unknown;

  constructor(
    adapter: EngineAdapter,
    features: readonly Feature[],
    assembled: AssembledScript,
    result: ScriptResult,
  ) {
    this.#adapter = adapter;
    this.#assembled = assembled;
    this.#result = result;
    this.#world = adapter.open(features);
  }

  /** Throws unless `directive` passes. */
  run(directive: Directive): void {
    switch (directive.kind) {
      case "module":
        this.#forget(directive.id);
        this.#define(directive.id, directive.source);
        this.#bind(directive.id, this.#world.instantiate(this.#definition));
        return;
      case "definition":
        this.#define(directive.id, directive.source);
        return;
      case "instance": {
        const { id, definition } = directive;
        const module = definition === undefined ? this.#definition : this.#definitions.get(definition);
        if (module === undefined) throw new Unmet("there is no such module definition");
        this.#forget(id);
        this.#bind(id, this.#world.instantiate(module));
        return;
      }
      case "register":
        this.#world.register(directive.name, this.#resolve(directive.id));
        return;
      case "action":
        this.#act(directive.action, undefined);
        return;
      case "assert_return":
        compare(this.#act(directive.action, directive.expected), directive.expected, this.#world);
        return;
      case "assert_trap":
      case "assert_exhaustion":
        this.#expect("trap", directive.message, () => this.#act(directive.action, undefined));
        return;
      case "assert_exception":
        this.#expect("exception", "", () => this.#act(directive.action, undefined));
        return;
      case "assert_trap_module":
        this.#expectAtInstantiation("trap", directive.source, directive.message);
        return;
      case "assert_unlinkable":
        this.#expectAtInstantiation("unlinkable", directive.source, directive.message);
        return;
      case "assert_invalid":
        this.#expectAtCompilation("invalid", directive.source, directive.message);
        return;
      case "assert_malformed":
        if (isTextOnly(directive)) this.#expectRefusal(directive.source);
        else this.#expectAtCompilation("malformed", directive.source, directive.message);
        return;
      case "assert_malformed_custom":
      case "assert_invalid_custom":
        this.#expectCustomSectionProblem(directive.source, directive.message);
        return;
      case "thread":
      case "wait":
        throw new Unmet("threads in scripts are not supported");
      default:
        directive satisfies never;
    }
  }

  #forget(id: string | undefined): void {
    this.#instance = undefined;
    if (id !== undefined) this.#instances.delete(id);
  }

  #define(id: string | undefined, source: ModuleSource): void {
    this.#definition = undefined;
    if (id !== undefined) this.#definitions.delete(id);
    this.#definition = this.#world.compile(this.#binary(source));
    if (id !== undefined) this.#definitions.set(id, this.#definition);
  }

  #bind(id: string | undefined, instance: unknown): void {
    this.#instance = instance;
    if (id !== undefined) this.#instances.set(id, instance);
  }

  #resolve(id: string | undefined): unknown {
    const instance = id === undefined ? this.#instance : this.#instances.get(id);
    if (instance === undefined) throw new Unmet(`there is no instance ${id ?? "(the last module failed)"}`);
    return instance;
  }

  #assembledModule(source: ModuleSource): Assembled {
    const module = this.#assembled.get(source.start);
    if (module === undefined) throw new Unmet("the module was never assembled");
    return module;
  }

  /** The bytes of a module. Throws when no assembler could make them: a refusal there proves nothing here. */
  #binary(source: ModuleSource): Uint8Array {
    if (source.form === "binary") return new Uint8Array(Buffer.from(source.bytes, "latin1"));
    const module = this.#assembledModule(source);
    if (module.by === undefined) throw new Unmet(`the assemblers refuse the module: ${module.error}`);
    return module.binary;
  }

  #act(action: Action, expected: readonly Pattern[] | undefined): readonly RawValue[] {
    const instance = this.#resolve(action.module);
    const types = expected?.map(typeOf);
    if (action.kind === "get") return [this.#world.get(instance, action.name, types?.[0] ?? "i32")];
    const args = action.args.map((argument) => this.#argument(argument));
    return this.#world.invoke(instance, action.name, args, types);
  }

  #argument(constant: Constant): RawValue {
    if (constant.kind === "bits") return constant.value;
    return { type: "ref", ref: constant.kind === "null" ? null : this.#world.hostObject(constant.id) };
  }

  #expectAtCompilation(stage: FailureStage, source: ModuleSource, message: string): void {
    const bytes = this.#binary(source);
    this.#expect(stage, message, () => this.#world.compile(bytes));
  }

  #expectAtInstantiation(stage: FailureStage, source: ModuleSource, message: string): void {
    const module = this.#world.compile(this.#binary(source));
    this.#expect(stage, message, () => this.#world.instantiate(module));
  }

  /** For assertions about text: what slips through the assembler must not get through the engine. */
  #expectRefusal(source: ModuleSource): void {
    const module = this.#assembledModule(source);
    if (module.by === undefined) return;
    try {
      this.#world.compile(module.binary);
    } catch (error) {
      const { stage } = this.#adapter.classify(error);
      if (stage !== "malformed" && stage !== "invalid") throw error;
      this.#result.textOnly.refusedByEngine++;
      return;
    }
    throw new Unmet("both the assembler and the engine accept the module");
  }

  /**
   * For assertions about annotations, which become custom sections: what the assembler lets through, the check of
   * custom sections must find. That the engine refuses the module for something else proves nothing.
   */
  #expectCustomSectionProblem(source: ModuleSource, message: string): void {
    const module = this.#assembledModule(source);
    if (module.by === undefined) return;
    const problems = this.#world.customSectionProblems(module.binary);
    if (problems === undefined) throw new Unmet("the engine does not check custom sections");
    if (problems.some((problem) => problem.startsWith(message))) {
      this.#result.textOnly.refusedByEngine++;
      return;
    }
    throw new Unmet(`expected "${message}" of a custom section, found ${problems.join(", ") || "nothing"}`);
  }

  #expect(stage: FailureStage, message: string, run: () => unknown): void {
    try {
      run();
    } catch (error) {
      if (error instanceof Unmet) throw error;
      const found = this.#adapter.classify(error);
      const isExpected =
        found.stage === stage ||
        (this.#adapter.foreign && found.stage === "invalid" && stage === "malformed");
      if (!isExpected)
        throw new Unmet(`expected ${stage} "${message}", found ${describe(this.#adapter, error)}`);
      if (!this.#adapter.foreign && !found.message.startsWith(message)) {
        throw new Unmet(`expected the message "${message}", found "${found.message}"`);
      }
      return;
    }
    throw new Unmet(`expected ${stage} "${message}", but nothing happened`);
  }
}

function compare(values: readonly RawValue[], expected: readonly Pattern[], world: World): void {
  const holds =
    values.length === expected.length &&
    expected.every((pattern, index) => matches(pattern, values[index] as RawValue, world));
  if (holds) return;
  throw new Unmet(
    `expected ${expected.map(showPattern).join(", ") || "nothing"}, found ${values.map(showValue).join(", ") || "nothing"}`,
  );
}

function typeOf(pattern: Pattern): RawValue["type"] {
  switch (pattern.kind) {
    case "number":
      return pattern.type;
    case "v128":
      return "v128";
    case "either":
      return pattern.options[0] === undefined ? "ref" : typeOf(pattern.options[0]);
    default:
      return "ref";
  }
}
