// Functions on both sides: what WebAssembly exports, as JavaScript calls it, and JavaScript's, as a module imports it.
// Owns how they are called. Their values and identity are those of the store's embedder (values.ts).

import { hostFunctionOfType } from "../api/func.ts";
import { resultsToHost } from "../api/values.ts";
import { defineOwn } from "../host.ts";
import type { FuncType } from "../module/types.ts";
import type { FunctionInstance } from "../runtime/function.ts";
import type { Realm } from "./realm.ts";
import { checkPassable, problemOf } from "./values.ts";

/** Any function, called with whatever arguments. */
export type Callable = (...args: unknown[]) => unknown;

export function isCallable(value: unknown): value is Callable {
  return typeof value === "function";
}

/** An Exported Function. Use `realm.values.callable`, which keeps identity. */
export function makeExported(realm: Realm, func: FunctionInstance, index: number): Callable {
  const callable: Callable = (...args) => callExported(realm, func, args);
  defineOwn(callable, "name", { value: String(index) });
  defineOwn(callable, "length", { value: func.type.params.length });
  return callable;
}

/** The arguments of an Exported Function, as its parameters. @throws TypeError */
export function argumentsToWasm(realm: Realm, type: FuncType, args: readonly unknown[]): unknown[] {
  for (const each of [...type.params, ...type.results]) checkPassable(realm, each);
  return type.params.map((param, k) => realm.values.toGuest(args[k], param));
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
  return resultsToHost(realm.values, func.type.results, results);
}

/** "Run a host function": one of the type that a module imports. What it returns is waited for if it is `suspending`. */
export function importHost(
  realm: Realm,
  host: Callable,
  typeId: number,
  name: string,
  suspending: boolean,
): FunctionInstance {
  const { engine } = realm;
  const { params, results } = engine.registry.funcType(typeId);
  const isPassable = [...params, ...results].every((type) => problemOf(realm, type) === undefined);
  const refuse: Callable = () => {
    throw new TypeError(`${name} takes or gives values that JavaScript cannot hold`);
  };
  return hostFunctionOfType(engine, typeId, isPassable ? host : refuse, name, { awaits: suspending });
}
