// The embedder API's values: numbers, bigints, 16-byte arrays, functions that are called.
// Owns the mapping to guest values and back, with its checks. Bits are the interpreter's affair.

import { describe } from "../checks/describe.ts";
import type { ValType } from "../module/types.ts";
import { HeapType, heapOf, isConcrete, isNullable, isRef, NumType } from "../module/types.ts";
import type { EmbedderValues } from "../runtime/embedder.ts";
import { FunctionInstance, UnpaidCall } from "../runtime/function.ts";
import { CALLABLE_BYTES } from "../runtime/host-heap.ts";
import type { ModuleInstance } from "../runtime/instance.ts";
import { ExceptionInstance } from "../runtime/tag.ts";
import { Caller } from "./caller.ts";
import { type Func, type HostFunction, makeCallable } from "./func.ts";
import type { Store } from "./store.ts";
import { valTypeName } from "./types.ts";

export class StoreValues implements EmbedderValues {
  readonly #store: Store;
  /** One callable per function, so that identity is kept. */
  readonly #callables = new WeakMap<FunctionInstance, Func>();
  readonly #functions = new WeakMap<object, FunctionInstance>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Functions become callable, everything else stays. */
  toHost(value: unknown): unknown {
    return value instanceof FunctionInstance ? this.callable(value) : value;
  }

  /**
   * i32 takes any integer (wrapped modulo 2^32), i64 a bigint or safe integer, v128 a Uint8Array of 16; `what` begins the
   * message.
   * @throws TypeError naming what was expected and what came; RangeError for an i32 that is no integer
   */
  toGuest(value: unknown, type: ValType, what: string): unknown {
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
        if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
        break;
      case NumType.V128:
        if (value instanceof Uint8Array && value.length === 16) return value;
        break;
      default:
        if (isRef(type)) return this.#toReference(value, type, what);
    }
    throw mismatch(value, type, what);
  }

  #toReference(value: unknown, type: ValType, what: string): unknown {
    if (value === null) {
      if (isNullable(type)) return null;
      throw mismatch(value, type, what);
    }
    const heap = heapOf(type);
    const func = typeof value === "function" ? this.instanceOf(value) : undefined;
    if (heap === HeapType.Func || (isConcrete(heap) && func !== undefined)) {
      if (func === undefined) throw mismatch(value, type, what);
      if (isConcrete(heap) && !this.#store.accepts(func, type)) throw mismatch(value, type, what);
      return func;
    }
    if (heap === HeapType.Exn && value instanceof ExceptionInstance) return value;
    // Of the hierarchies of any and extern everything is a value, but for the objects of another store.
    if (this.#store.acceptsReference(value, type)) return func ?? value;
    throw mismatch(value, type, what);
  }

  callable(func: FunctionInstance): Func {
    let callable = this.#callables.get(func);
    if (callable === undefined) {
      this.#store.state.reserveHostHeap(CALLABLE_BYTES, "function for the host");
      callable = makeCallable(this.#store, func);
      this.#callables.set(func, callable);
      this.#functions.set(callable, func);
    }
    return callable;
  }

  instanceOf(callable: object): FunctionInstance | undefined {
    return this.#functions.get(callable);
  }

  invoke(
    host: HostFunction,
    instance: ModuleInstance | undefined,
    args: readonly unknown[],
    chargesFirst: boolean,
  ): unknown {
    const caller = new Caller(this.#store, instance);
    if (!chargesFirst) return host(caller, ...args);
    try {
      return host(caller, ...args);
    } catch (error) {
      const unpaid = caller.takeBack(error);
      if (unpaid === undefined) throw error;
      return new UnpaidCall(unpaid);
    }
  }
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
