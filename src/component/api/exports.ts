// What an instance exports, as JavaScript has it: functions, interfaces as objects, resources as classes.
// Owns the making of these objects; how a call is made is calls.ts's affair.

import { disposeSymbol } from "../../host.ts";
import { lowerCamelCase, pascalCase, readFunctionName } from "../abi/js-names.ts";
import type { RuntimeInstance, RuntimeItem } from "../runtime/items.ts";
import { GuestResource } from "../runtime/resources.ts";
import type { Calls, ExportedFunction } from "./calls.ts";

// biome-ignore lint/suspicious/noExplicitAny: what a function takes and returns is known by its WIT only
export type ExportedCallable = (...args: any[]) => any;

/** An interface, or what a component exports by itself; classes of resources among it. */
export interface ComponentExports {
  // biome-ignore lint/suspicious/noExplicitAny: what a component exports is known by its WIT only
  readonly [name: string]: any;
}

/** Exported functions by interface (`""` for those of the component itself) and name, in WIT and in JavaScript. */
export type FunctionIndex = ReadonlyMap<string, ReadonlyMap<string, ExportedFunction>>;

/** The exports of an instance, and its functions by their names. */
export function makeExports(
  items: ReadonlyMap<string, RuntimeItem>,
  calls: Calls,
): { readonly exports: ComponentExports; readonly functions: FunctionIndex } {
  const functions = new Map<string, Map<string, ExportedFunction>>();
  const made: Record<string, unknown> = Object.create(null);
  const own = new Interface("", calls);
  for (const [name, item] of items) {
    if (item.sort === "instance") {
      const nested = new Interface(name, calls);
      made[name] = nested.make(item.instance);
      functions.set(name, nested.functions);
    } else {
      own.add(name, item);
    }
  }
  own.finish(made);
  functions.set("", own.functions);
  return { exports: Object.freeze(made), functions };
}

/** One interface in the making. */
class Interface {
  readonly functions = new Map<string, ExportedFunction>();
  readonly #name: string;
  readonly #calls: Calls;
  readonly #resources = new Map<string, GuestResource>();
  readonly #exported: { readonly wit: string; readonly func: ExportedFunction }[] = [];

  constructor(name: string, calls: Calls) {
    this.#name = name;
    this.#calls = calls;
  }

  make(instance: RuntimeInstance): ComponentExports {
    for (const [name, item] of instance.exports) this.add(name, item);
    const made: Record<string, unknown> = Object.create(null);
    this.finish(made);
    return Object.freeze(made);
  }

  add(wit: string, item: RuntimeItem): void {
    if (item.sort === "func") {
      const name = this.#name === "" ? wit : `${this.#name}#${wit}`;
      const func = this.#calls.exported(item.func, name);
      this.#exported.push({ wit, func });
      this.functions.set(wit, func);
      const { kind, name: short } = readFunctionName(wit);
      if (kind === "function") this.functions.set(lowerCamelCase(short), func);
    } else if (item.sort === "type" && item.resource instanceof GuestResource) {
      this.#resources.set(wit, item.resource);
    }
  }

  finish(made: Record<string, unknown>): void {
    const classes = new Map<string, Record<string, unknown>>();
    for (const [name, resource] of this.#resources) {
      const Class = this.#makeClass(name, resource);
      classes.set(name, Class as unknown as Record<string, unknown>);
      made[pascalCase(name)] = Class;
    }
    for (const { wit, func } of this.#exported) {
      const { kind, resource, name } = readFunctionName(wit);
      if (resource === undefined) {
        made[lowerCamelCase(name)] = this.#plain(name, func);
        continue;
      }
      const Class = classes.get(resource);
      if (Class === undefined || kind === "constructor") continue;
      if (kind === "static") Class[lowerCamelCase(name)] = this.#plain(name, func);
      else define(Class.prototype as object, lowerCamelCase(name), this.#method(name, func));
    }
  }

  #plain(name: string, func: ExportedFunction): ExportedCallable {
    const calls = this.#calls;
    return named(lowerCamelCase(name), (...args: unknown[]) => calls.call(func, args));
  }

  #method(name: string, func: ExportedFunction): ExportedCallable {
    const calls = this.#calls;
    return named(lowerCamelCase(name), function (this: unknown, ...args: unknown[]): unknown {
      return calls.call(func, [this, ...args]);
    });
  }

  #makeClass(wit: string, resource: GuestResource): ExportedCallable {
    const name = pascalCase(wit);
    const calls = this.#calls;
    const make = this.functions.get(`[constructor]${wit}`);
    const Class = named(name, function (this: unknown, ...args: unknown[]): unknown {
      if (new.target === undefined) throw new TypeError(`${name} is a class: use new ${name}()`);
      if (make === undefined) throw new TypeError(`${name} has no constructor`);
      return calls.call(make, args);
    });
    define(Class.prototype as object, disposeSymbol, function (this: object): void {
      calls.drop(resource, this);
    });
    resource.name = name;
    resource.classPrototype = Class.prototype as object;
    return Class;
  }
}

function named(name: string, callable: ExportedCallable): ExportedCallable {
  return Object.defineProperty(callable, "name", { value: name });
}

function define(target: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true });
}
