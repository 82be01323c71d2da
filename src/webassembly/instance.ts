// `WebAssembly.Instance`: reading imports, instantiating, and the exports object.

import { backendOf } from "../api/backend.ts";
import { isObject } from "../checks/describe.ts";
import { defineOwn } from "../host.ts";
import type { Import } from "../module/module.ts";
import { isRef, NumType } from "../module/types.ts";
import type { ExternInstance, ModuleInstance } from "../runtime/instance.ts";
import { instantiate, startFunction } from "../runtime/instantiate.ts";
import { matchImports } from "../runtime/link.ts";
import type { ExternType } from "../validator/checked-module.ts";
import { type Classes, objectOf } from "./classes.ts";
import { importHost, isCallable } from "./functions.ts";
import { makeGlobal } from "./global.ts";
import { Brand, finishInterface, type InterfaceObject } from "./interface.ts";
import { resolveBuiltin } from "./js-string.ts";
import type { CompiledModule } from "./module.ts";
import type { Realm } from "./realm.ts";

/** The class `Instance` of a namespace. */
export interface InstanceClass {
  readonly Instance: InterfaceObject;
  /** An `Instance` of imports that were read before. */
  instanceObject(compiled: CompiledModule, imports: readonly ExternInstance[]): object;
}

export function makeInstanceClass(realm: Realm, classes: Classes): InstanceClass {
  const exportsOf = new Brand<object>("Instance");

  class Instance {
    constructor(moduleObject: unknown, importObject?: unknown) {
      const compiled = classes.modules.of(moduleObject);
      const imports = readImports(realm, classes, compiled, importObject);
      exportsOf.add(this, instantiateWith(realm, classes, compiled, imports));
    }

    get exports(): object {
      return exportsOf.of(this);
    }
  }
  finishInterface(Instance, "Instance");

  const instanceObject = (compiled: CompiledModule, imports: readonly ExternInstance[]): object => {
    const object = Object.create(Instance.prototype) as object;
    exportsOf.add(object, instantiateWith(realm, classes, compiled, imports));
    return object;
  };
  return { Instance, instanceObject };
}

/**
 * "Read the imports": in the order of the module's import section.
 * @throws TypeError where there is no object to read from; LinkError for a value of another kind
 */
export function readImports(
  realm: Realm,
  classes: Classes,
  { module, builtins }: CompiledModule,
  importObject: unknown,
): ExternInstance[] {
  const { checked } = module;
  if (importObject !== undefined && !isObject(importObject)) {
    throw new TypeError("the imports must be an object");
  }
  return checked.module.imports.map((wanted, k) => {
    const type = checked.importTypes[k]!;
    const builtin = resolveBuiltin(builtins, wanted, type, checked.registry);
    if (builtin !== undefined) return builtin;
    if (importObject === undefined)
      throw new TypeError(`the module imports ${nameOf(wanted)}, and no imports are given`);
    const from = Reflect.get(importObject, wanted.module) as unknown;
    if (!isObject(from)) throw new TypeError(`imports[${JSON.stringify(wanted.module)}] is no object`);
    return toExtern(realm, classes, Reflect.get(from, wanted.name), wanted, type);
  });
}

function nameOf({ module, name }: Import): string {
  return JSON.stringify(`${module}.${name}`);
}

function toExtern(
  realm: Realm,
  { memories, tables, globals, tags, suspending }: Classes,
  value: unknown,
  wanted: Import,
  type: ExternType,
): ExternInstance {
  const wrong = (expected: string): Error =>
    new realm.errors.LinkError(`the import ${nameOf(wanted)} must be ${expected}`);
  switch (type.kind) {
    case "func": {
      const known = realm.values.instanceOf(value);
      if (known !== undefined) return { kind: "func", func: known };
      const suspended = suspending.find(value);
      const host = suspended?.host ?? value;
      if (!isCallable(host)) throw wrong("a function");
      const name = `${wanted.module}.${wanted.name}`;
      return {
        kind: "func",
        func: importHost(realm, host, type.typeId, name, suspended !== undefined),
      };
    }
    case "memory": {
      const memory = memories.find(value);
      if (memory === undefined) throw wrong("a WebAssembly.Memory");
      return { kind: "memory", memory };
    }
    case "table": {
      const table = tables.find(value);
      if (table === undefined) throw wrong("a WebAssembly.Table");
      return { kind: "table", table };
    }
    case "tag": {
      const tag = tags.find(value);
      if (tag === undefined) throw wrong("a WebAssembly.Tag");
      return { kind: "tag", tag };
    }
    case "global": {
      const global = globals.find(value);
      if (global !== undefined) return { kind: "global", global };
      const { type: valType, mutable } = type.type;
      if (mutable) throw wrong("a mutable WebAssembly.Global");
      const fits = isRef(valType) || typeof value === (valType === NumType.I64 ? "bigint" : "number");
      if (!fits || valType === NumType.V128) throw wrong("a WebAssembly.Global or a value of its type");
      try {
        return { kind: "global", global: makeGlobal(valType, false, realm.values.toGuest(value, valType)) };
      } catch (error) {
        throw new realm.errors.LinkError(`the import ${nameOf(wanted)}: ${String(error)}`, { cause: error });
      }
    }
  }
}

/** @throws LinkError, RuntimeError, RangeError of the namespace; what the start function throws */
function instantiateWith(
  realm: Realm,
  classes: Classes,
  { module }: CompiledModule,
  imports: readonly ExternInstance[],
): object {
  const { state } = realm.store;
  try {
    let next = 0;
    const matched = matchImports(module.checked, () => imports[next++]);
    const instance = instantiate(backendOf(realm.engine).compiled(module), state, matched);
    const start = startFunction(instance);
    if (start !== undefined) realm.call(start, []);
    return makeExports(realm, classes, instance);
  } catch (error) {
    throw realm.errors.ofInstantiation(error);
  }
}

/** @throws LimitError, RangeError for lack of room */
function makeExports(realm: Realm, classes: Classes, instance: ModuleInstance): object {
  const exports = Object.create(null) as object;
  for (const { name, kind, index } of instance.checked.module.exports) {
    const value = objectOf(realm, classes, instance.extern(kind, index), index);
    defineOwn(exports, name, { value, enumerable: true });
  }
  return Object.freeze(exports);
}
