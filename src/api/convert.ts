// Checks and converts JavaScript values to guest values and back.
// Owns the embedder's mapping: numbers, bigints, 16-byte arrays, functions. Bits are the interpreter's affair.

import { describe } from "../checks/describe.ts";
import { FUEL } from "../checks/options.ts";
import type { ValType } from "../module/types.ts";
import { HeapType, heapOf, isConcrete, isNullable, isRef, NumType } from "../module/types.ts";
import { FunctionInstance } from "../runtime/function.ts";
import { ExceptionInstance } from "../runtime/tag.ts";
import type { Store } from "./store.ts";
import { valTypeName } from "./types.ts";

/** A guest value to what the embedder sees: functions become callable, everything else stays. */
export function toEmbedder(store: Store, value: unknown): unknown {
  return value instanceof FunctionInstance ? store.callable(value) : value;
}

/**
 * Checks an embedder's value for `type`. i32 takes any integer (wrapped modulo 2^32), i64 a bigint or
 * safe integer, v128 a Uint8Array of 16; `what` begins the message.
 * @throws TypeError naming what was expected and what came; RangeError for an i32 that is no integer
 */
export function toGuest(store: Store, value: unknown, type: ValType, what: string): unknown {
  switch (type) {
    case NumType.I32: {
      if (typeof value !== "number") break;
      const wrapped = value | 0;
      if (wrapped === value || Number.isInteger(value)) return wrapped;
      throw new RangeError(`${what}: expected i32 (an integer), got ${value}`);
    }
    case NumType.F32:
    case NumType.F64:
      if (typeof value === "number") return value;
      break;
    case NumType.I64:
      if (typeof value === "bigint") return BigInt.asIntN(64, value);
      if (Number.isSafeInteger(value)) return BigInt(value as number);
      break;
    case NumType.V128:
      if (value instanceof Uint8Array && value.length === 16) return value;
      break;
    default:
      if (isRef(type)) return toReference(store, value, type, what);
  }
  throw mismatch(value, type, what);
}

function toReference(store: Store, value: unknown, type: ValType, what: string): unknown {
  if (value === null) {
    if (isNullable(type)) return null;
    throw mismatch(value, type, what);
  }
  const heap = heapOf(type);
  const func = typeof value === "function" ? store.instanceOf(value) : undefined;
  if (heap === HeapType.Func || (isConcrete(heap) && func !== undefined)) {
    if (func === undefined) throw mismatch(value, type, what);
    if (isConcrete(heap) && !store.accepts(func, type)) throw mismatch(value, type, what);
    return func;
  }
  if (heap === HeapType.Exn && value instanceof ExceptionInstance) return value;
  // Of the hierarchies of any and extern everything is a value, but for the objects of another store.
  if (store.acceptsReference(value, type)) return func ?? value;
  throw mismatch(value, type, what);
}

function mismatch(value: unknown, type: ValType, what: string): TypeError {
  const names: Partial<Record<ValType, string>> = {
    [NumType.I32]: "an integer",
    [NumType.F32]: "a number",
    [NumType.F64]: "a number",
    [NumType.I64]: "a bigint or a safe integer",
    [NumType.V128]: "a Uint8Array of 16 bytes",
  };
  const wanted = names[type] ?? "a matching reference";
  return new TypeError(`${what}: expected ${valTypeName(type)} (${wanted}), got ${describe(value)}`);
}

/** Checks the arguments of a call, one by one. @throws TypeError */
export function argumentsToGuest(
  store: Store,
  types: readonly ValType[],
  args: readonly unknown[],
  name: string,
): unknown[] {
  if (args.length !== types.length) {
    throw new TypeError(
      `${name} takes ${types.length} argument${types.length === 1 ? "" : "s"}, got ${args.length}`,
    );
  }
  return types.map((type, k) => toGuest(store, args[k], type, `argument ${k + 1} of ${name}`));
}

/** The results of a call: nothing, one value, or an array. */
export function resultsToEmbedder(store: Store, results: readonly unknown[]): unknown {
  if (results.length === 0) return undefined;
  if (results.length === 1) return toEmbedder(store, results[0]);
  return results.map((value) => toEmbedder(store, value));
}

/** Checks what a host function returned; the counterpart of {@link resultsToEmbedder}. @throws TypeError */
export function hostResultToGuest(
  store: Store,
  types: readonly ValType[],
  result: unknown,
  name: string,
): unknown {
  if (types.length === 0) return undefined;
  if (types.length === 1) return toGuest(store, result, types[0] as ValType, `result of ${name}`);
  if (!isIterable(result)) {
    throw new TypeError(
      `result of ${name}: expected an array of ${types.length} values, got ${typeof result}`,
    );
  }
  const values = take(result, types.length + 1);
  if (values.length !== types.length) {
    const got = values.length > types.length ? "more" : values.length;
    throw new TypeError(`result of ${name}: expected ${types.length} values, got ${got}`);
  }
  return types.map((type, k) => toGuest(store, values[k], type, `result ${k + 1} of ${name}`));
}

/** At most the first `most` values: an array may say that it has 2^32, and an iterator need not end. */
function take(values: Iterable<unknown>, most: number): unknown[] {
  const taken: unknown[] = [];
  for (const value of values) {
    taken.push(value);
    if (taken.length === most) break;
  }
  return taken;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

/** @throws TypeError for what is no amount of fuel; RangeError for one that is negative or no safe integer */
export function toFuel(amount: bigint | number, what: string): bigint {
  return FUEL.read(amount, what);
}
