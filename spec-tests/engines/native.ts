// The adapter for the host's own WebAssembly: a cross-check of the runner, not of Wasmeter.
// Owns the mapping between bits and JavaScript values; messages are the host's and are not compared.

import type { EngineAdapter, FailureStage, World } from "../engine-adapter.ts";
import type { RawValue, RefKind } from "../reader/values.ts";
import { callNative } from "./native-bridge.ts";
import { type NativeHost, type NativeInstance, nativeHost } from "./native-host.ts";

/** Throws when the host has none. */
export function nativeAdapter(): EngineAdapter {
  const host = nativeHost();
  return { foreign: true, open: () => openWorld(host), classify: (error) => classify(host, error) };
}

function classify(host: NativeHost, error: unknown): { stage: FailureStage; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof host.CompileError) return { stage: "invalid", message };
  if (error instanceof host.LinkError) return { stage: "unlinkable", message };
  if (error instanceof host.RuntimeError || error instanceof RangeError) return { stage: "trap", message };
  if (host.Exception !== undefined && error instanceof host.Exception) return { stage: "exception", message };
  return { stage: "other", message };
}

function openWorld(host: NativeHost): World {
  const hostObjects = new Map<number, object>();
  const imports: Record<string, object> = { spectest: spectest(host) };
  const hostObject = (id: number): object => {
    const object = hostObjects.get(id) ?? { hostObject: id };
    hostObjects.set(id, object);
    return object;
  };
  return {
    compile: (bytes) => new host.Module(bytes),
    customSectionProblems: () => undefined,
    instantiate: (module) => {
      try {
        return new host.Instance(module as object, imports);
      } catch (error) {
        // A missing import module is a TypeError in the JavaScript interface.
        if (error instanceof TypeError) throw new host.LinkError(error.message);
        throw error;
      }
    },
    register: (name, instance) => {
      imports[name] = (instance as NativeInstance).exports;
    },
    invoke: (instance, name, args, results) => {
      const target = (instance as NativeInstance).exports[name];
      if (typeof target !== "function") throw new Error(`there is no exported function ${name}`);
      const numeric = results?.filter((type) => type !== "ref");
      const hasNoRefs = numeric !== undefined && numeric.length === results?.length;
      if (hasNoRefs && !args.some(({ type }) => type === "ref"))
        return callNative(host, target, args, numeric);
      const outcome: unknown = target(...args.map(toJs));
      const isVoid = outcome === undefined && (results === undefined || results.length === 0);
      const values = Array.isArray(outcome) ? outcome : isVoid ? [] : [outcome];
      return values.map((value, index) => toRaw(value, results?.[index] ?? "ref"));
    },
    get: (instance, name, type) => {
      const global = (instance as NativeInstance).exports[name];
      if (!(global instanceof host.Global)) throw new Error(`there is no exported global ${name}`);
      return toRaw(global.value, type);
    },
    hostObject,
    isHostObject: (ref, id) => ref === hostObject(id),
    isRefKind: (ref, kind: RefKind) => (typeof ref === "function") === (kind === "func"),
  };
}

function toJs(value: RawValue): unknown {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setInt32(0, value.lo ?? 0, true);
  bits.setInt32(4, value.hi ?? 0, true);
  switch (value.type) {
    case "i32":
      return value.lo;
    case "i64":
      return bits.getBigInt64(0, true);
    case "f32":
      return bits.getFloat32(0, true);
    case "f64":
      return bits.getFloat64(0, true);
    case "ref":
      return value.ref;
    default:
      throw new TypeError("the JavaScript interface has no v128");
  }
}

function toRaw(value: unknown, type: RawValue["type"]): RawValue {
  const bits = new DataView(new ArrayBuffer(8));
  switch (type) {
    case "i32":
      return { type, lo: Number(value) | 0 };
    case "f32":
      bits.setFloat32(0, Number(value), true);
      return { type, lo: bits.getInt32(0, true) };
    case "i64":
      bits.setBigInt64(0, value as bigint, true);
      break;
    case "f64":
      bits.setFloat64(0, Number(value), true);
      break;
    case "ref":
      return { type, ref: value };
    default:
      throw new TypeError("the JavaScript interface has no v128");
  }
  return { type, lo: bits.getInt32(0, true), hi: bits.getInt32(4, true) };
}

function spectest(host: NativeHost): object {
  const print = (): void => {};
  const global = (type: string, value: unknown): object =>
    new host.Global({ value: type, mutable: false }, value);
  return {
    print,
    print_i32: print,
    print_i64: print,
    print_f32: print,
    print_f64: print,
    print_i32_f32: print,
    print_f64_f64: print,
    global_i32: global("i32", 666),
    global_i64: global("i64", 666n),
    global_f32: global("f32", 666.6),
    global_f64: global("f64", 666.6),
    table: new host.Table({ element: "anyfunc", initial: 10, maximum: 20 }),
    memory: new host.Memory({ initial: 1, maximum: 2 }),
    shared_memory: new host.Memory({ initial: 1, maximum: 2, shared: true }),
  };
}
