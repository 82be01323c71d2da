// The linker: names to what satisfies them, and instantiation.

import { BOOLEAN, type OptionTable, readOptions, STRING, wrongArgument } from "../checks/options.ts";
import { Trap } from "../errors.ts";
import type { Import } from "../module/module.ts";
import { shownName } from "../printable.ts";
import { FunctionInstance } from "../runtime/function.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { matchImports, matchKnownImports } from "../runtime/link.ts";
import type { ExternType } from "../validator/checked-module.ts";
import { ASYNC_CALL_OPTIONS, type AsyncCallOptions } from "./drive.ts";
import { Engine } from "./engine.ts";
import { type ExportValue, externOf, requireExport } from "./externs.ts";
import {
  CALL_OPTIONS,
  type CallOptions,
  type HostFunction,
  type HostFunctionType,
  hostFunctionOfType,
  makeHostFunction,
} from "./func.ts";
import { inspection, inspectSymbol, namesShown } from "./inspection.ts";
import { type Exports, Instance } from "./instance.ts";
import { Module } from "./module.ts";
import { makeInstance, makeInstanceAsync, PreparedInstance, requireSameEngine } from "./prepared-instance.ts";
import { requireStore } from "./require-store.ts";
import type { Store } from "./store.ts";

export interface LinkerOptions {
  /** Whether a later definition may replace an earlier one of the same name. Default false. */
  readonly allowShadowing?: boolean;
}

const LINKER_OPTIONS = { allowShadowing: BOOLEAN } satisfies OptionTable<LinkerOptions>;

/** The same in every store. */
type AnywhereDefinition =
  | { readonly kind: "host"; readonly func: FunctionInstance }
  /** Of any type; `made` holds the functions that were asked for, by their types. */
  | {
      readonly kind: "as-imported";
      readonly host: HostFunction;
      readonly made: Map<number, FunctionInstance>;
    };

/** Of one store. */
type StoreDefinition =
  | { readonly kind: "item"; readonly value: ExportValue }
  /** Of an instance; no handle is made for it. */
  | { readonly kind: "export"; readonly instance: Instance };

type Definition = AnywhereDefinition | StoreDefinition;

/** Collects what modules may import. Nothing is there that was not defined. */
export class Linker {
  readonly engine: Engine;
  readonly #allowShadowing: boolean;
  /** By module, then name: neither can be mistaken for the other, whatever characters they have. */
  readonly #definitions = new Map<string, Map<string, Definition>>();
  #trapUnknown = false;

  /** @throws TypeError for what is no engine, and options that are none */
  constructor(engine: Engine, options?: LinkerOptions) {
    if (!(engine instanceof Engine)) {
      throw wrongArgument("new Linker(engine, options)", "engine", "an Engine", engine);
    }
    this.engine = engine;
    this.#allowShadowing = readOptions("new Linker", options, LINKER_OPTIONS).allowShadowing ?? false;
  }

  /**
   * Defines a host function. Its type may say what a call costs the guest (`fuel`). With `"as-imported"` it is of whatever type the importing module wants: the way to functions
   * whose types refer to types of the module itself, which have no names here.
   * @throws TypeError for a name that is taken, types that are none, or a fifth argument; RangeError for a price that is no amount of fuel
   */
  func(module: string, name: string, type: HostFunctionType | "as-imported", host: HostFunction): this {
    checkNames(module, name, "linker.func(module, name, type, host)");
    // biome-ignore lint/complexity/noArguments: with a name for it, TypeScript would allow a fifth argument
    if (arguments.length > 4) {
      throw new TypeError(
        "linker.func(module, name, type, host): a fifth argument would be ignored; a price is part of the type: { params, results, fuel }",
      );
    }
    if (type !== "as-imported" && (typeof type !== "object" || type === null || Array.isArray(type))) {
      const wanted = '{ params, results } or "as-imported"';
      throw wrongArgument("linker.func(module, name, type, host)", "type", wanted, type);
    }
    if (typeof host !== "function") {
      throw wrongArgument("linker.func(module, name, type, host)", "host", "a function", host);
    }
    if (type === "as-imported") return this.#define(module, name, { kind: type, host, made: new Map() });
    const func = makeHostFunction(this.engine, type, host, `${module}.${name}`);
    return this.#define(module, name, { kind: "host", func });
  }

  /**
   * Defines a store's memory, table, global, tag or function.
   * @throws TypeError for a name that is taken, or a value that is none of these
   */
  define(module: string, name: string, value: ExportValue): this {
    checkNames(module, name, "linker.define(module, name, value)");
    requireExport(value, `linker.define ${module}.${name}`);
    return this.#define(module, name, { kind: "item", value });
  }

  /** Defines all exports of an instance under `module`. @throws TypeError for a name that is taken */
  instance(module: string, instance: Instance<object>): this {
    if (!(instance instanceof Instance)) {
      throw wrongArgument("linker.instance(module, instance)", "instance", "an Instance", instance);
    }
    checkNames(module, "", "linker.instance(module, instance)");
    const definition: Definition = { kind: "export", instance };
    for (const { name } of instance.module.checked.module.exports) this.#define(module, name, definition);
    return this;
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Linker", { modules: namesShown([...this.#definitions.keys()]) });
  }

  /** From now on, an imported function that is not defined is one that traps when called. */
  trapUnknownImports(): this {
    this.#trapUnknown = true;
    return this;
  }

  /**
   * Finds and compares a module's imports, for any number of instances. The store's own memories, tables, globals, tags
   * and functions among them are compared for each instance.
   * @throws LinkError naming every import that is missing or does not match
   */
  prepare(module: Module): PreparedInstance {
    this.#requireModule(module, "linker.prepare(module)");
    const { checked } = module;
    const definitions = checked.module.imports.map((wanted) => this.#find(wanted));
    const known = matchKnownImports(checked, (wanted, expected, k) => {
      const definition = definitions[k];
      return isOfStore(definition) ? "later" : this.#resolve(definition, wanted, expected);
    });
    const items = known.filter((item) => item !== "later");
    if (items.length === known.length) return new PreparedInstance(module, () => items);
    return new PreparedInstance(module, (store) =>
      matchImports(checked, (wanted, expected, k) => {
        const definition = definitions[k];
        const item = known[k];
        if (isOfStore(definition)) return resolveInStore(store, definition, wanted, expected);
        return item === "later" ? undefined : item;
      }),
    );
  }

  /**
   * Instantiates a module: matches its imports, allocates what it defines, runs its segments and start function.
   * `options` bound the start function; before it, `timeoutMs`, `signal` and interrupt handles end the rest too, whose
   * time is in proportion to the module.
   * @typeParam E what the module exports, where that is known; it is not checked
   * @throws LinkError naming every import that is missing or does not match
   * @throws LimitError when the store's limits do not allow what the module declares
   * @throws Trap from a segment or the start function, or whatever that throws; InterruptedError
   */
  instantiate<E extends object = Exports>(store: Store, module: Module, options?: CallOptions): Instance<E> {
    const bounds =
      options === undefined ? undefined : readOptions("linker.instantiate", options, CALL_OPTIONS);
    const imports = this.#match(store, module, "linker.instantiate(store, module, options)");
    return makeInstance(store, module, imports, bounds);
  }

  /**
   * The same where the start function may wait: imports may return promises, and the event loop turns while it runs.
   * `options` bound the start function.
   * @throws as {@link instantiate}, by rejecting
   */
  async instantiateAsync<E extends object = Exports>(
    store: Store,
    module: Module,
    options?: AsyncCallOptions,
  ): Promise<Instance<E>> {
    const bounds = readOptions("linker.instantiateAsync", options, ASYNC_CALL_OPTIONS);
    const imports = this.#match(store, module, "linker.instantiateAsync(store, module, options)");
    return makeInstanceAsync(store, module, imports, bounds);
  }

  #define(module: string, name: string, definition: Definition): this {
    let names = this.#definitions.get(module);
    if (names === undefined) {
      names = new Map();
      this.#definitions.set(module, names);
    }
    if (names.has(name) && !this.#allowShadowing) {
      throw new TypeError(
        `${module}.${name} is defined already; make the linker with allowShadowing: true to replace it`,
      );
    }
    names.set(name, definition);
    return this;
  }

  #find({ module, name }: Import): Definition | undefined {
    return this.#definitions.get(module)?.get(name);
  }

  #match(store: Store, module: Module, signature: string): ExternInstance[] {
    requireStore(store, signature);
    this.#requireModule(module, signature);
    requireSameEngine(this.engine, store.engine);
    return matchImports(module.checked, (wanted, expected) => {
      const definition = this.#find(wanted);
      return isOfStore(definition)
        ? resolveInStore(store, definition, wanted, expected)
        : this.#resolve(definition, wanted, expected);
    });
  }

  #requireModule(module: unknown, signature: string): asserts module is Module {
    if (!(module instanceof Module)) throw wrongArgument(signature, "module", "a Module", module);
    requireSameEngine(this.engine, module.engine);
  }

  /** What a definition is for an import of a type, in any store. */
  #resolve(
    definition: AnywhereDefinition | undefined,
    wanted: Import,
    expected: ExternType,
  ): ExternInstance | undefined {
    if (definition?.kind === "host") return { kind: "func", func: definition.func };
    if (definition?.kind === "as-imported") {
      if (expected.kind !== "func") return undefined;
      const { typeId } = expected;
      let func = definition.made.get(typeId);
      if (func === undefined) {
        func = hostFunctionOfType(this.engine, typeId, definition.host, `${wanted.module}.${wanted.name}`);
        definition.made.set(typeId, func);
      }
      return { kind: "func", func };
    }
    if (!this.#trapUnknown || expected.kind !== "func") return undefined;
    const { funcType } = this.engine.registry.definedType(expected.typeId);
    if (funcType === undefined) return undefined;
    const name = `${wanted.module}.${wanted.name}`;
    const func = FunctionInstance.host(
      expected.typeId,
      funcType,
      () => {
        throw new Trap("unreachable", `the import ${shownName(name)} is not defined`);
      },
      name,
    );
    return { kind: "func", func };
  }
}

/** @throws TypeError for names that are no strings */
function checkNames(module: string, name: string, signature: string): void {
  STRING.read(module, `${signature}: module`);
  STRING.read(name, `${signature}: name`);
}

function isOfStore(definition: Definition | undefined): definition is StoreDefinition {
  return definition?.kind === "item" || definition?.kind === "export";
}

/** @throws TypeError for what belongs to another store; as {@link externOf} */
function resolveInStore(
  store: Store,
  definition: StoreDefinition,
  { module, name }: Import,
  expected: ExternType,
): ExternInstance | undefined {
  if (definition.kind === "item") {
    return externOf(store, definition.value, `import ${module}.${name}`, expected);
  }
  if (definition.instance.store === store) return definition.instance.item(name);
  throw new TypeError(`import ${module}.${name}: belongs to another store`);
}
