// Runs an instrumented module on Node's own WebAssembly and reports what it did and what it counted.

import { FUEL_EXPORT, instrumentModule, START_EXPORT } from "./instrument.ts";

/** The part of the native namespace that is used here; the project's own types do not include it. */
interface NativeWebAssembly {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: NativeImports) => { readonly exports: NativeExports };
  readonly RuntimeError: abstract new () => Error;
  readonly Tag: new (type: { readonly parameters: readonly string[] }) => object;
  readonly Exception: new (tag: object, payload: readonly unknown[]) => NativeException;
  validate(bytes: Uint8Array): boolean;
}

export interface NativeException {
  is(tag: object): boolean;
  getArg(tag: object, index: number): unknown;
}

export type NativeImports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type NativeExports = Readonly<Record<string, unknown>>;

/** What happened in the order in which it would in a plain instance: start function, then the call. */
export interface NativeRun {
  readonly outcome: "returned" | "trapped";
  /** Result of the call, in JavaScript's terms; `undefined` when it trapped. */
  readonly result: unknown;
  /** The native engine's words for a trap. */
  readonly message: string | undefined;
  /** Instructions executed. */
  readonly fuel: bigint;
}

/** Node's own engine. Throws where there is none (`--jitless`). */
export function nativeWebAssembly(): NativeWebAssembly {
  const native = (globalThis as { WebAssembly?: NativeWebAssembly }).WebAssembly;
  if (native === undefined) throw new Error("this Node has no WebAssembly");
  return native;
}

/** An instance that counts: `fuel()` is the number of instructions executed in it so far. */
export interface CountedInstance {
  readonly exports: NativeExports;
  fuel(): bigint;
  /** Runs the start function, if there is one. Must be called once, before anything else. */
  start(): void;
}

export function countedInstance(bytes: Uint8Array, imports: NativeImports = {}): CountedInstance {
  const native = nativeWebAssembly();
  const module = new native.Module(instrumentModule(bytes, { deferStart: true }));
  const { exports } = new native.Instance(module, imports);
  const counter = exports[FUEL_EXPORT] as { readonly value: bigint };
  return {
    exports,
    fuel: () => counter.value,
    start: () => (exports[START_EXPORT] as (() => void) | undefined)?.(),
  };
}

/** Instantiates, runs the start function, then calls the export, if one is named. */
export function runCounted(
  bytes: Uint8Array,
  call?: { readonly name: string; readonly args: readonly unknown[] },
  imports?: NativeImports,
): NativeRun {
  const instance = countedInstance(bytes, imports);
  try {
    instance.start();
    const result =
      call === undefined
        ? undefined
        : (instance.exports[call.name] as (...args: unknown[]) => unknown)(...call.args);
    return { outcome: "returned", result, message: undefined, fuel: instance.fuel() };
  } catch (error) {
    if (!(error instanceof nativeWebAssembly().RuntimeError)) throw error;
    return { outcome: "trapped", result: undefined, message: error.message, fuel: instance.fuel() };
  }
}
