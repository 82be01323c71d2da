// JavaScript values to WebAssembly's and back, as the JS API has it ("ToWebAssemblyValue", "ToJSValue").
// Owns the conversion. Functions and objects that have identity are looked up in the realm.

import type { ValType } from "../module/types.ts";
import { HeapType, heapOf, isConcrete, isNullable, isRef, NumType } from "../module/types.ts";
import { FunctionInstance } from "../runtime/function.ts";
import { HeapObject } from "../runtime/gc.ts";
import type { Realm } from "./realm.ts";

/** @throws TypeError for a value that cannot become one of the type */
export function toWasm(realm: Realm, value: unknown, type: ValType): unknown {
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
      return toReference(realm, value, type);
  }
}

function toReference(realm: Realm, value: unknown, type: ValType): unknown {
  const heap = heapOf(type);
  const top = realm.engine.registry.topOf(heap);
  if (top === HeapType.Exn) throw new TypeError("an exnref cannot come from JavaScript");
  if (value === null) {
    if (isNullable(type)) return null;
    throw new TypeError("null is not a value of a non-nullable reference type");
  }
  if (top === HeapType.Func) {
    const func = realm.functions.instanceOf(value);
    if (func === undefined || heap === HeapType.NoFunc) {
      throw new TypeError("expected null or a function that WebAssembly exports");
    }
    if (isConcrete(heap) && !realm.store.accepts(func, type)) {
      throw new TypeError("the function is of another type");
    }
    return func;
  }
  const inner = realm.objects.unwrap(value);
  if (!realm.store.acceptsReference(inner, type)) throw new TypeError("not a value of the reference type");
  return inner;
}

/** @throws TypeError for types whose values JavaScript cannot hold */
export function toJS(realm: Realm, value: unknown, type: ValType): unknown {
  checkPassable(realm, type);
  if (!isRef(type)) return value;
  if (value instanceof FunctionInstance) return realm.functions.exported(value);
  if (value instanceof HeapObject) return realm.objects.wrap(value);
  return value;
}

/** @throws TypeError for v128 and the exnref types */
export function checkPassable(realm: Realm, type: ValType): void {
  if (type === NumType.V128) throw new TypeError("a v128 cannot pass between WebAssembly and JavaScript");
  if (isRef(type) && realm.engine.registry.topOf(heapOf(type)) === HeapType.Exn) {
    throw new TypeError("an exnref cannot pass between WebAssembly and JavaScript");
  }
}

/** "DefaultValue": what stands where nothing was given. @throws TypeError for types without one */
export function defaultValue(realm: Realm, type: ValType): unknown {
  switch (type) {
    case NumType.I32:
    case NumType.F32:
    case NumType.F64:
      return 0;
    case NumType.I64:
      return 0n;
    default:
      if (!isRef(type)) return new Uint8Array(16);
      if (realm.engine.registry.topOf(heapOf(type)) === HeapType.Extern && heapOf(type) === HeapType.Extern) {
        return undefined;
      }
      if (isNullable(type)) return null;
      throw new TypeError("a non-nullable reference type has no default value");
  }
}

/**
 * Garbage-collected objects as JavaScript sees them: opaque, frozen, of one identity each.
 * A proxy, since a frozen object would let assignments in sloppy code pass silently.
 */
export class OpaqueObjects {
  readonly #wrappers = new WeakMap<HeapObject, object>();
  readonly #inner = new WeakMap<object, HeapObject>();

  wrap(object: HeapObject): object {
    let wrapper = this.#wrappers.get(object);
    if (wrapper === undefined) {
      wrapper = new Proxy(Object.preventExtensions(Object.create(null) as object), OPAQUE);
      this.#wrappers.set(object, wrapper);
      this.#inner.set(wrapper, object);
    }
    return wrapper;
  }

  /** What is behind a wrapper; everything else is itself. */
  unwrap(value: unknown): unknown {
    return typeof value === "object" && value !== null ? (this.#inner.get(value) ?? value) : value;
  }
}

function refuse(): never {
  throw new TypeError("WebAssembly objects are opaque");
}

const OPAQUE: ProxyHandler<object> = {
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
};
