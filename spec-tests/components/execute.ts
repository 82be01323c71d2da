// Runs one script of the component suite: its commands in order, against definitions and instances by name.
// Owns what each command asks for, and which of them failed; how values are compared is in values.ts.

import { Engine, Store } from "wasmeter";
import { Component, ComponentLinker } from "wasmeter/component";
import type { Action, Command, Script } from "./assemble.ts";
import { describe, matches, toHost } from "./values.ts";

export interface Failure {
  readonly line: number;
  readonly command: Command["type"];
  readonly detail: string;
}

export interface ScriptResult {
  readonly assertions: number;
  readonly others: number;
  readonly failures: readonly Failure[];
}

/** What an engine does with components; the suite's only view of it. */
type Instance = Awaited<ReturnType<ComponentLinker["instantiateAsync"]>>;

/** Which switches the suite asks for. */
const ENGINE_OPTIONS = { features: "all" } as const;

/** Nothing of the suite runs longer; what does, hangs. */
const TIMEOUT_MS = 20_000;

class Runner {
  readonly #script: Script;
  /** Ends what goes on behind the calls of the script. */
  readonly #end = new AbortController();
  readonly #engine = new Engine(ENGINE_OPTIONS);
  readonly #definitions = new Map<string, Component>();
  readonly #instances = new Map<string, Instance>();
  #lastDefinition: Component | undefined;
  #last: Instance | undefined;

  constructor(script: Script) {
    this.#script = script;
  }

  /** @throws whatever says that the command failed */
  async run(command: Command): Promise<void> {
    switch (command.type) {
      case "module_definition":
        this.#define(command);
        return;
      case "module": {
        // Behind a trap the script's next calls go to no instance, rather than to one before it.
        this.#last = undefined;
        await this.#instantiate(this.#define(command), command.name);
        return;
      }
      case "module_instance": {
        const { module } = command;
        const definition = module === undefined ? this.#lastDefinition : this.#definitions.get(module);
        if (definition === undefined) throw new Error(`no component is called ${module}`);
        this.#last = undefined;
        await this.#instantiate(definition, command.instance);
        return;
      }
      case "action":
        await this.#act(command.action);
        return;
      case "assert_return":
        this.#compare(await this.#act(command.action), command);
        return;
      case "assert_trap":
        await fails(() => this.#act(command.action), "Trap", command.text);
        return;
      case "assert_uninstantiable":
      case "assert_unlinkable": {
        const component = new Component(this.#engine, this.#bytes(command));
        const kind = command.type === "assert_unlinkable" ? "LinkError" : "Trap";
        await fails(() => this.#instantiate(component, undefined), kind, command.text);
        return;
      }
      case "assert_invalid":
        await fails(() => new Component(this.#engine, this.#bytes(command)), "ValidationError", undefined);
        return;
      case "assert_malformed":
        // Texts that are malformed as texts are not for an engine without an assembler.
        if (command.module_type === "text") return;
        await fails(() => new Component(this.#engine, this.#bytes(command)), "MalformedError", undefined);
        return;
      default:
        throw new Error(`unknown command ${command.type}`);
    }
  }

  #bytes({ filename }: Command): Uint8Array {
    if (filename === undefined) throw new Error("the command names no file");
    return this.#script.bytes(filename);
  }

  #define(command: Command): Component {
    const component = new Component(this.#engine, this.#bytes(command));
    this.#lastDefinition = component;
    if (command.name !== undefined) this.#definitions.set(command.name, component);
    return component;
  }

  async #instantiate(component: Component, name: string | undefined): Promise<void> {
    const linker = new ComponentLinker(this.#engine);
    const store = new Store(this.#engine);
    const instance = await linker.instantiateAsync(store, component, { timeoutMs: TIMEOUT_MS });
    this.#last = instance;
    if (name !== undefined) this.#instances.set(name, instance);
  }

  async #act(action: Action | undefined): Promise<unknown> {
    if (action === undefined) throw new Error("the command has no action");
    const instance = action.module === undefined ? this.#last : this.#instances.get(action.module);
    if (instance === undefined) throw new Error(`there is no instance ${action.module ?? "before this"}`);
    const options = { timeoutMs: TIMEOUT_MS, signal: this.#end.signal };
    return instance.callAsync(action.field, (action.args ?? []).map(toHost), options);
  }

  end(): void {
    this.#end.abort();
  }

  #compare(result: unknown, { expected = [] }: Command): void {
    const [wanted] = expected;
    const isRight = wanted === undefined ? result === undefined : matches(result, wanted);
    if (!isRight) throw new Error(`expected ${JSON.stringify(expected)}, got ${describe(result)}`);
  }
}

/** `action` must throw an error of that name whose message has `text` in it. */
async function fails(action: () => unknown, name: string, text: string | undefined): Promise<void> {
  let thrown: unknown;
  try {
    await action();
  } catch (error) {
    thrown = error;
  }
  if (thrown === undefined) throw new Error(`nothing was thrown; expected ${name} ${text ?? ""}`);
  if (!(thrown instanceof Error) || thrown.name !== name) {
    throw new Error(`expected ${name} ${text ?? ""}, got ${describe(thrown)}`);
  }
  // Some of the texts have what one engine's command prints before a trap, and its own words for `unreachable`.
  const wanted = text
    ?.replace(/^wasm trap: /, "")
    .replace("wasm `unreachable` instruction executed", "unreachable");
  if (wanted !== undefined && !thrown.message.includes(wanted)) {
    throw new Error(`expected ${name} "${wanted}", got "${thrown.message}"`);
  }
}

export async function executeScript(script: Script): Promise<ScriptResult> {
  const runner = new Runner(script);
  const failures: Failure[] = [];
  let [assertions, others] = [0, 0];
  for (const command of script.commands) {
    if (command.type.startsWith("assert_")) assertions++;
    else others++;
    try {
      await runner.run(command);
    } catch (error) {
      failures.push({ line: command.line, command: command.type, detail: describe(error) });
    }
  }
  runner.end();
  return { assertions, others, failures };
}
