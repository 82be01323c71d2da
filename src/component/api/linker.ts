// The linker of components: names to what satisfies them, and instantiation.

import { backendOf } from "../../api/backend.ts";
import type { Caller } from "../../api/caller.ts";
import { ASYNC_CALL_OPTIONS, type AsyncCallBounds, type AsyncCallOptions, drive } from "../../api/drive.ts";
import { Engine } from "../../api/engine.ts";
import { Execution } from "../../api/execution.ts";
import { CALL_OPTIONS, type CallBounds, type CallOptions, callFunction } from "../../api/func.ts";
import { makePoll } from "../../api/interrupt.ts";
import { requireStore } from "../../api/require-store.ts";
import type { Store } from "../../api/store.ts";
import { BOOLEAN, type OptionTable, readOptions, STRING, wrongArgument } from "../../checks/options.ts";
import { LinkError, type LinkProblem } from "../../errors.ts";
import type { Extern } from "../model/types.ts";
import { CallStack } from "../runtime/call-stack.ts";
import { type InstantiationContext, instantiateComponent } from "../runtime/instantiate.ts";
import type { RuntimeItem } from "../runtime/items.ts";
import { Component } from "./component.ts";
import { externText, HostResources, hostInstance } from "./host-items.ts";
import { ComponentInstance } from "./instance.ts";
import { NameMap } from "./interface-names.ts";
import { matchesExtern } from "./type-match.ts";
import type { HostFunction, HostInterface } from "./types.ts";

export interface ComponentLinkerOptions {
  /** Whether a later definition may replace an earlier one of the same name. Default false. */
  readonly allowShadowing?: boolean;
}

const LINKER_OPTIONS = { allowShadowing: BOOLEAN } satisfies OptionTable<ComponentLinkerOptions>;

type Definition =
  | { readonly kind: "interface"; readonly host: HostInterface }
  | { readonly kind: "func"; readonly host: HostFunction }
  /** What the instance exports under a compatible name, or itself. */
  | { readonly kind: "component"; readonly instance: ComponentInstance; readonly name: string };

/**
 * Collects what components may import. Nothing is there that was not defined. A definition serves imports of its interface in
 * every compatible version: `a:b/c@0.2.12` those of `@0.2.0` and the other way round.
 */
export class ComponentLinker {
  readonly engine: Engine;
  readonly #allowShadowing: boolean;
  readonly #definitions = new NameMap<Definition>();
  readonly #resources = new HostResources();
  readonly #stack = new CallStack();

  /** @throws TypeError for what is no engine, and options that are none */
  constructor(engine: Engine, options?: ComponentLinkerOptions) {
    if (!(engine instanceof Engine)) {
      throw wrongArgument("new ComponentLinker(engine, options)", "engine", "an Engine", engine);
    }
    this.engine = engine;
    this.#allowShadowing =
      readOptions("new ComponentLinker", options, LINKER_OPTIONS).allowShadowing ?? false;
  }

  /**
   * The call of one of its host functions that is under way: who pays for it (`chargeFuel`), and in which store. To be read before
   * the function awaits anything. Where a charge is not covered, the call is begun anew once there is fuel: charge before any effect.
   */
  get caller(): Caller | undefined {
    return this.#stack.caller;
  }

  /**
   * Defines an interface of the host: functions and classes by their JavaScript names, see {@link HostInterface}. Which of them
   * a component needs is compared when it is linked.
   * @throws TypeError for a name that is taken, or a value that is no object
   */
  instance(name: string, host: HostInterface): this {
    if ((typeof host !== "object" && typeof host !== "function") || host === null) {
      throw wrongArgument("linker.instance(name, host)", "host", "an object of functions and classes", host);
    }
    return this.#define(name, { kind: "interface", host }, "linker.instance(name, host)");
  }

  /** Defines a function of the world itself. @throws TypeError for a name that is taken, or what is no function */
  func(name: string, host: HostFunction): this {
    if (typeof host !== "function") {
      throw wrongArgument("linker.func(name, host)", "host", "a function", host);
    }
    return this.#define(name, { kind: "func", host }, "linker.func(name, host)");
  }

  /**
   * Defines what an instance exports under this name, or a compatible one: another component then calls it without the host in
   * between. It must be of the store in which that one is instantiated, and of the type that it imports.
   * @throws TypeError for a name that is taken, or what is no instance or has no such export
   */
  component(name: string, instance: ComponentInstance): this {
    const signature = "linker.component(name, instance)";
    if (!(instance instanceof ComponentInstance)) {
      throw wrongArgument(signature, "instance", "a ComponentInstance", instance);
    }
    const names = new NameMap<string>();
    for (const each of instance.itemNames) names.set(each, each);
    const exported = names.get(STRING.read(name, `${signature}: name`));
    if (exported === undefined) {
      throw new TypeError(`${signature}: the instance exports no ${JSON.stringify(name)}`);
    }
    return this.#define(name, { kind: "component", instance, name: exported }, signature);
  }

  /**
   * Finds and compares a component's imports, for any number of instances.
   * @throws LinkError naming every import that is missing or does not match
   */
  prepare(component: Component): PreparedComponent {
    this.#requireComponent(component, "linker.prepare(component)");
    const problems: LinkProblem[] = [];
    const items = new Map<string, RuntimeItem>();
    const stores = new Set<Store>();
    for (const [name, extern] of component.checked.type.imports) {
      const item = this.#resolve(name, extern, problems, stores);
      if (item !== undefined) items.set(name, item);
    }
    if (problems.length > 0) throw new LinkError(problemsText(problems), problems);
    return new PreparedComponent(component, items, stores, this.#stack);
  }

  /**
   * Makes an instance of a component. `options` bound the start functions of its core modules.
   * @throws LinkError naming every import that is missing or does not match; LimitError for the store's limits
   * @throws Trap from a segment or a start function, or whatever that throws; InterruptedError
   */
  instantiate(store: Store, component: Component, options?: CallOptions): ComponentInstance {
    requireStore(store, "linker.instantiate(store, component, options)");
    return this.prepare(component).instantiate(store, options);
  }

  /** The same where start functions may wait. @throws as {@link instantiate}, by rejecting */
  async instantiateAsync(
    store: Store,
    component: Component,
    options?: AsyncCallOptions,
  ): Promise<ComponentInstance> {
    requireStore(store, "linker.instantiateAsync(store, component, options)");
    return this.prepare(component).instantiateAsync(store, options);
  }

  #define(name: string, definition: Definition, signature: string): this {
    STRING.read(name, `${signature}: name`);
    if (this.#definitions.has(name) && !this.#allowShadowing) {
      throw new TypeError(
        `${name} is defined already; make the linker with allowShadowing: true to replace it`,
      );
    }
    this.#definitions.set(name, definition);
    return this;
  }

  #requireComponent(component: unknown, signature: string): asserts component is Component {
    if (!(component instanceof Component)) {
      throw wrongArgument(signature, "component", "a Component", component);
    }
    if (component.engine !== this.engine) {
      throw new TypeError("linker, store and component must be of the same engine");
    }
  }

  #resolve(
    name: string,
    extern: Extern,
    problems: LinkProblem[],
    stores: Set<Store>,
  ): RuntimeItem | undefined {
    const definition = this.#definitions.get(name);
    const { type } = extern;
    const missing = (found?: string): undefined => {
      problems.push({ module: name, name: "", expected: externText(extern), found });
      return undefined;
    };
    if (definition?.kind === "component") {
      const { instance } = definition;
      stores.add(instance.store);
      const exported = instance.component.checked.type.exports.get(definition.name);
      if (exported === undefined || !matchesExtern(exported.type, type)) {
        return missing(exported === undefined ? undefined : `another ${exported.type.kind}`);
      }
      return instance.item(definition.name);
    }
    switch (type.kind) {
      case "instance": {
        // What declares types only needs nobody who defines it.
        const host = definition?.kind === "interface" ? definition.host : {};
        const instance = hostInstance(name, host, type, this.#resources, this.#stack, problems);
        return { sort: "instance", instance };
      }
      case "func":
        if (definition?.kind !== "func") return missing(definition?.kind);
        return { sort: "func", func: { kind: "host", name, call: definition.host, stack: this.#stack } };
      case "type":
        if (type.bound === "eq") return { sort: "type", resource: undefined };
        return missing();
      default:
        return missing();
    }
  }
}

/** A component with its imports found, once; `linker.prepare` makes it. What is defined in the linker later on is not seen. */
export class PreparedComponent {
  readonly component: Component;
  readonly #imports: ReadonlyMap<string, RuntimeItem>;
  /** Of the instances that it is composed with. */
  readonly #stores: ReadonlySet<Store>;
  readonly #stack: CallStack;

  /** @internal Use `linker.prepare`. */
  constructor(
    component: Component,
    imports: ReadonlyMap<string, RuntimeItem>,
    stores: ReadonlySet<Store>,
    stack: CallStack,
  ) {
    this.component = component;
    this.#stack = stack;
    this.#imports = imports;
    this.#stores = stores;
  }

  /**
   * Makes an instance. `options` bound the start functions of core modules.
   * @throws LimitError for the store's limits; TypeError for a store of another engine, or other than that of the imports
   * @throws Trap from a segment or a start function, or whatever that throws; InterruptedError
   */
  instantiate(store: Store, options?: CallOptions): ComponentInstance {
    const bounds: CallBounds =
      options === undefined ? {} : readOptions("prepared.instantiate", options, CALL_OPTIONS);
    const making = this.#begin(store, "instantiate", bounds);
    for (;;) {
      const next = making.next();
      if (next.done === true) return new ComponentInstance(this.component, store, next.value, this.#stack);
      callFunction(store, next.value, [], "a start function", bounds);
    }
  }

  /** The same where start functions may wait. @throws as {@link instantiate}, by rejecting */
  async instantiateAsync(store: Store, options?: AsyncCallOptions): Promise<ComponentInstance> {
    const bounds: AsyncCallBounds = readOptions("prepared.instantiateAsync", options, ASYNC_CALL_OPTIONS);
    const making = this.#begin(store, "instantiateAsync", bounds);
    const { interpreter } = backendOf(this.component.engine);
    for (;;) {
      const next = making.next();
      if (next.done === true) return new ComponentInstance(this.component, store, next.value, this.#stack);
      await drive(new Execution(store, interpreter.start(store.state, next.value, [], false)), bounds);
    }
  }

  #begin(store: Store, method: string, bounds: CallBounds): ReturnType<typeof instantiateComponent> {
    requireStore(store, `prepared.${method}(store, options)`);
    const { engine, checked } = this.component;
    if (store.engine !== engine) {
      throw new TypeError("linker, store and component must be of the same engine");
    }
    for (const other of this.#stores) {
      if (other !== store) throw new TypeError("a component is composed with an instance of another store");
    }
    const context: InstantiationContext = { store, poll: makePoll(bounds, engine.interrupts) };
    return instantiateComponent({ checked, outer: undefined }, this.#imports, context);
  }
}

/** Problems that are told one by one. */
const MOST_SHOWN = 20;

function problemsText(problems: readonly LinkProblem[]): string {
  const lines = problems.slice(0, MOST_SHOWN).map(({ module, name, expected, found }) => {
    const what = name === "" ? module : `${module}: ${name}`;
    return `  ${what}: ${found === undefined ? "missing" : `found ${found}`}, expected ${expected}`;
  });
  if (problems.length > MOST_SHOWN) lines.push(`  … and ${problems.length - MOST_SHOWN} more`);
  const isWasi = problems.some(({ module }) => module.startsWith("wasi:"));
  const advice = isWasi ? "\n  Interfaces of wasi: are defined by new Wasi({ … }).addTo(linker)" : "";
  const count = problems.length === 1 ? "an import is" : `${problems.length} imports are`;
  return `${count} missing or of another type:\n${lines.join("\n")}${advice}`;
}
