// Which values pass between WebAssembly and JavaScript, what stands where none was given, and objects of the guests' heap as
// JavaScript sees them. The conversion is embedder-values.ts's.

import type { ValType } from "../module/types.ts";
import { HeapType, heapOf, isNullable, isRef, NumType } from "../module/types.ts";
import type { HeapObject } from "../runtime/gc.ts";
import type { Realm } from "./realm.ts";

/** Why JavaScript cannot hold values of a type: v128 and the exnref types. */
export function problemOf(realm: Realm, type: ValType): string | undefined {
  if (type === NumType.V128) return "a v128 cannot pass between WebAssembly and JavaScript";
  if (isRef(type) && realm.engine.registry.topOf(heapOf(type)) === HeapType.Exn) {
    return "an exnref cannot pass between WebAssembly and JavaScript";
  }
  return undefined;
}

/** @throws TypeError for a type with a {@link problemOf} it */
export function checkPassable(realm: Realm, type: ValType): void {
  const problem = problemOf(realm, type);
  if (problem !== undefined) throw new TypeError(problem);
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
