// `WebAssembly.Global`.

import { readValue, writeValue } from "../interp/run/values.ts";
import { isRef, NumType, type ValType } from "../module/types.ts";
import { GlobalInstance } from "../runtime/global.ts";
import { Brand, finishInterface, type InterfaceObject, toDictionary } from "./interface.ts";
import type { Realm } from "./realm.ts";
import { toValType, typeName } from "./types.ts";
import { checkPassable, defaultValue } from "./values.ts";

/** The class `Global` of a namespace. */
export interface GlobalClass {
  readonly Global: InterfaceObject;
  readonly globals: Brand<GlobalInstance>;
  /** The object of a global; always the same. */
  globalObject(global: GlobalInstance): object;
}

export function makeGlobalClass(realm: Realm): GlobalClass {
  const globals = new Brand<GlobalInstance>("Global");

  class Global {
    constructor(descriptor: unknown, value?: unknown) {
      if (descriptor === undefined) throw new TypeError("a global's descriptor must be an object");
      const members = toDictionary(descriptor, "a global's descriptor");
      const mutable = Boolean(members.mutable);
      const type = toValType(members.value);
      checkPassable(realm, type);
      realm.store.state.count({ globals: 1 });
      // An absent value and undefined are the same here, but for externref, of which undefined is a value.
      const initial = value === undefined ? defaultValue(realm, type) : realm.values.toGuest(value, type);
      globals.add(this, makeGlobal(type, mutable, initial));
    }

    get value(): unknown {
      return currentValue(globals.of(this));
    }

    set value(value: unknown) {
      const global = globals.of(this);
      const { type, mutable } = global.type;
      checkPassable(realm, type);
      if (!mutable) throw new TypeError("the global is immutable");
      write(global, realm.values.toGuest(value, type));
    }

    valueOf(): unknown {
      return currentValue(globals.of(this));
    }

    type(): { value: string; mutable: boolean } {
      const { type, mutable } = globals.of(this).type;
      return { value: typeName(type), mutable };
    }
  }
  finishInterface(Global, "Global");

  function currentValue(global: GlobalInstance): unknown {
    const { type } = global.type;
    checkPassable(realm, type);
    return realm.values.toHost(isRef(type) ? global.ref : readValue(viewsOf(global), type, 0), type);
  }

  const globalObject = (global: GlobalInstance): object => globals.objectOf(global, Global.prototype);
  return { Global, globals, globalObject };
}

/** A global that holds a value of its type. */
export function makeGlobal(type: ValType, mutable: boolean, value: unknown): GlobalInstance {
  const global = new GlobalInstance({ type, mutable });
  write(global, value);
  return global;
}

function write(global: GlobalInstance, value: unknown): void {
  const { type } = global.type;
  if (isRef(type)) {
    global.ref = value;
    return;
  }
  const views = viewsOf(global);
  writeValue(views, type, 0, value);
  // The words behind a number of a shared array are another global's.
  global.bits.set(type === NumType.V128 ? views.R : views.R.subarray(0, 2), global.at);
}

/** A copy of the cell, seen as registers. */
function viewsOf(global: GlobalInstance): { R: Int32Array; F: Float32Array; D: Float64Array; X: unknown[] } {
  const R = Int32Array.from(global.bits.subarray(global.at, global.at + 4));
  return { R, F: new Float32Array(R.buffer), D: new Float64Array(R.buffer), X: [] };
}
