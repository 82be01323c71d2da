// Functions on both sides: what WebAssembly exports, as JavaScript calls it, and JavaScript's, as a module imports it.
// Owns their identity: the same function is the same object, whichever module, table or global it comes from.

import type { FuncType } from "../module/types.ts";
import { FunctionInstance, PendingResult } from "../runtime/function.ts";
import { isObject } from "./interface.ts";
import type { Realm } from "./realm.ts";
import { checkPassable, toJS, toWasm } from "./values.ts";

/** Any function, called with whatever arguments. */
export type Callable = (...args: unknown[]) => unknown;

export function isCallable(value: unknown): value is Callable {
  return typeof value === "function";
}

export class Functions {
  readonly #realm: Realm;
  readonly #exported = new WeakMap<FunctionInstance, Callable>();
  readonly #instances = new WeakMap<object, FunctionInstance>();

  constructor(realm: Realm) {
    this.#realm = realm;
  }

  /** The function behind an exported one. */
  instanceOf(value: unknown): FunctionInstance | undefined {
    return typeof value === "function" ? this.#instances.get(value) : undefined;
  }

  /** A new Exported Function, or the one that there is. `index` names one of the host's, which has none of its own. */
  exported(func: FunctionInstance, index = func.code?.funcIdx ?? 0): Callable {
    let callable = this.#exported.get(func);
    if (callable === undefined) {
      const realm = this.#realm;
      callable = (...args) => callExported(realm, func, args);
      Object.defineProperty(callable, "name", { value: String(index) });
      Object.defineProperty(callable, "length", { value: func.type.params.length });
      this.#exported.set(func, callable);
      this.#instances.set(callable, func);
    }
    return callable;
  }

  /** A function of the host's of the type that a module imports. */
  imported(host: Callable, typeId: number, name: string, suspending: boolean): FunctionInstance {
    const realm = this.#realm;
    const type = realm.engine.registry.funcType(typeId);
    return FunctionInstance.host(
      typeId,
      type,
      (_, args) => callHost(realm, host, type, args, suspending),
      name,
    );
  }
}

function checkSignature(realm: Realm, { params, results }: FuncType): void {
  for (const type of params) checkPassable(realm, type);
  for (const type of results) checkPassable(realm, type);
}

/** The arguments of an Exported Function, as its parameters. @throws TypeError */
export function argumentsToWasm(realm: Realm, type: FuncType, args: readonly unknown[]): unknown[] {
  checkSignature(realm, type);
  return type.params.map((param, k) => toWasm(realm, args[k], param));
}

/** The results of a call: nothing, one value, or an array. */
export function resultsToJS(realm: Realm, { results }: FuncType, values: readonly unknown[]): unknown {
  if (results.length === 0) return undefined;
  const converted = results.map((type, k) => toJS(realm, values[k], type));
  return converted.length === 1 ? converted[0] : converted;
}

/** "Call an Exported Function". */
function callExported(realm: Realm, func: FunctionInstance, args: readonly unknown[]): unknown {
  const values = argumentsToWasm(realm, func.type, args);
  let results: unknown[];
  try {
    results = realm.call(func, values);
  } catch (error) {
    throw realm.errors.ofRun(error);
  }
  return resultsToJS(realm, func.type, results);
}

/** "Run a host function". */
function callHost(
  realm: Realm,
  host: Callable,
  type: FuncType,
  args: readonly unknown[],
  suspending: boolean,
): unknown {
  checkSignature(realm, type);
  const converted = type.params.map((param, k) => toJS(realm, args[k], param));
  const result = Reflect.apply(host, undefined, converted);
  if (!suspending || !isThenable(result)) return hostResult(realm, type, result);
  return new PendingResult(Promise.resolve(result).then((value) => hostResult(realm, type, value)));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as { then?: unknown }).then === "function";
}

function hostResult(realm: Realm, { results }: FuncType, result: unknown): unknown {
  const [first] = results;
  if (first === undefined) return undefined;
  if (results.length === 1) return toWasm(realm, result, first);
  if (!isObject(result)) {
    throw new TypeError(`a function of ${results.length} results has to return something iterable`);
  }
  const values: unknown[] = [];
  // What a page's iterator gives is looked at one by one: it need not end.
  for (const value of result as Iterable<unknown>) {
    values.push(value);
    if (values.length > results.length) break;
  }
  if (values.length !== results.length) {
    throw new TypeError(`the function has to return ${results.length} values`);
  }
  return results.map((type, k) => toWasm(realm, values[k], type));
}
