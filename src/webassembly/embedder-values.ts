// JavaScript values to WebAssembly's and back, as the JS API has it: what the namespace is to the store beneath it.
// Owns the conversion, and the identity of functions: the same one is the same object, whichever module, table or global it
// comes from. How they are called is functions.ts's.

import { isInstance } from "../host.ts";
import type { ValType } from "../module/types.ts";
import { HeapType, heapOf, isConcrete, isNullable, isRef, NumType } from "../module/types.ts";
import type { EmbedderValues } from "../runtime/embedder.ts";
import { FunctionInstance } from "../runtime/function.ts";
import { HeapObject } from "../runtime/gc.ts";
import { CALLABLE_BYTES } from "../runtime/host-heap.ts";
import type { ModuleInstance } from "../runtime/instance.ts";
import { type Callable, makeExported } from "./functions.ts";
import type { Realm } from "./realm.ts";
import { checkPassable } from "./values.ts";

/** How a store's guests and values look where its embedder is a page's code. */
export class NamespaceValues implements EmbedderValues {
  readonly #realm: Realm;
  readonly #exported = new WeakMap<FunctionInstance, Callable>();
  readonly #instances = new WeakMap<object, FunctionInstance>();

  constructor(realm: Realm) {
    this.#realm = realm;
  }

  /** "ToWebAssemblyValue". @throws TypeError for a value that cannot become one of the type */
  toGuest(value: unknown, type: ValType): unknown {
    switch (type) {
      case NumType.I32:
        return (value as number) | 0;
      case NumType.I64:
        return BigInt.asIntN(64, value as bigint);
      case NumType.F32:
        return Math.fround(value as number);
      case NumType.F64:
        return +(value as number);
      default:
        if (!isRef(type)) throw new TypeError("a v128 cannot come from JavaScript");
        return this.#toReference(value, type);
    }
  }

  #toReference(value: unknown, type: ValType): unknown {
    const { engine, store, objects } = this.#realm;
    const heap = heapOf(type);
    const top = engine.registry.topOf(heap);
    if (top === HeapType.Exn) throw new TypeError("an exnref cannot come from JavaScript");
    if (value === null) {
      if (isNullable(type)) return null;
      throw new TypeError("null is not a value of a non-nullable reference type");
    }
    if (top === HeapType.Func) {
      const func = this.instanceOf(value);
      if (func === undefined || heap === HeapType.NoFunc) {
        throw new TypeError("expected null or a function that WebAssembly exports");
      }
      if (isConcrete(heap) && !store.accepts(func, type)) {
        throw new TypeError("the function is of another type");
      }
      return func;
    }
    const inner = objects.unwrap(value);
    if (!store.acceptsReference(inner, type)) throw new TypeError("not a value of the reference type");
    return inner;
  }

  /** "ToJSValue". @throws TypeError for types whose values JavaScript cannot hold */
  toHost(value: unknown, type: ValType): unknown {
    checkPassable(this.#realm, type);
    if (!isRef(type)) return value;
    if (isInstance(value, FunctionInstance)) return this.callable(value);
    if (isInstance(value, HeapObject)) return this.#realm.objects.wrap(value);
    return value;
  }

  /**
   * A new Exported Function, or the one that there is. `index` names one of the host's, which has none of its own.
   * @throws RangeError for lack of room
   */
  callable(func: FunctionInstance, index = func.code?.funcIdx ?? 0): Callable {
    let callable = this.#exported.get(func);
    if (callable === undefined) {
      try {
        this.#realm.store.state.reserveHostHeap(CALLABLE_BYTES, "function for the host");
      } catch (error) {
        throw this.#realm.errors.ofInstantiation(error);
      }
      callable = makeExported(this.#realm, func, index);
      this.#exported.set(func, callable);
      this.#instances.set(callable, func);
    }
    return callable;
  }

  /** The function behind an exported one. */
  instanceOf(value: unknown): FunctionInstance | undefined {
    return typeof value === "function" ? this.#instances.get(value) : undefined;
  }

  invoke(
    host: (...args: unknown[]) => unknown,
    _instance: ModuleInstance | undefined,
    args: readonly unknown[],
  ): unknown {
    return Reflect.apply(host, undefined, args);
  }
}
