// The engine's insides for the project's own tests and tools: values as bits. Not published.

import { backendOf } from "../api/backend.ts";
import type { Engine } from "../api/engine.ts";
import { Execution } from "../api/execution.ts";
import type { Func } from "../api/func.ts";
import type { Global } from "../api/global.ts";
import type { Instance } from "../api/instance.ts";
import type { Module } from "../api/module.ts";
import { partsOf } from "../api/pack.ts";
import { gc, simd, threads, trees } from "../api/packs.ts";
import type { Store } from "../api/store.ts";
import { type FuncTypeDescriptor, VAL_TYPES } from "../api/types.ts";
import { type CustomSectionProblem, checkCustomSections } from "../decoder/custom-section-check.ts";
import { decodeModule } from "../decoder/decode.ts";
import { createOpcodeTables } from "../decoder/opcode-shapes.ts";
import type { ModuleCompiler } from "../interp/lower/module-compiler.ts";
import type { Parts } from "../interp/parts.ts";
import { makeRawFunction } from "../interp/run/host-code.ts";
import type { WasmFrame } from "../interp/run/inspect.ts";
import { type RawValue as Bits, readRaw } from "../interp/run/raw-values.ts";
import { Assembler } from "../interp/tree/assemble.ts";
import { type Binary, createEnvironment } from "../interp/tree/environment.ts";
import { Machine } from "../interp/tree/machine.ts";
import { packedWords, tableWords } from "../interp/tree/packed-words.ts";
import { DriverPool } from "../interp/tree/pool.ts";
import { Tier, type TierMode } from "../interp/tree/tier.ts";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import { isRef, NumType, type ValType } from "../module/types.ts";
import { FunctionInstance, isHostFunction } from "../runtime/function.ts";
import { ArrayObject, isI31, StructObject } from "../runtime/gc.ts";
import { GlobalInstance } from "../runtime/global.ts";
import { HostGate, type HostObserver } from "../runtime/host-gate.ts";
import type { RawHostFunction } from "../runtime/raw-function.ts";
import { ExceptionInstance } from "../runtime/tag.ts";

export type { FramePosition, WasmFrame, WasmValue } from "../interp/run/inspect.ts";
export type { TierMode } from "../interp/tree/tier.ts";
export { PendingResult } from "../runtime/function.ts";
export type { HostFrame, HostMachine, HostRequest, RawHostFunction } from "../runtime/raw-function.ts";

/** The Wasm frames of an execution that has stopped or waits, innermost first; none before it has begun. */
export function inspectFrames(execution: Execution): WasmFrame[] {
  return [...(execution.inner.position?.frames ?? [])];
}

/**
 * Ends an execution and gives another one that stands where it has stood, made from nothing but its frames; the same one where
 * it stands in no Wasm code. What it has consumed is counted anew.
 */
export function relocate(execution: Execution): Execution {
  const { store } = execution;
  const { func } = execution.inner;
  const position = execution.inner.moveOut();
  if (position === undefined) return execution;
  return new Execution(store, backendOf(store.engine).interpreter.startAt(store.state, func, position));
}

/**
 * A raw host function, of number types, for a linker to define. With `home` the host can call it too.
 */
export function rawFunction(
  store: Store,
  type: FuncTypeDescriptor,
  raw: RawHostFunction,
  name: string,
  home?: Instance<object>,
): Func {
  const params = VAL_TYPES.read(type.params, `raw function ${name}: params`);
  const results = VAL_TYPES.read(type.results, `raw function ${name}: results`);
  const instance =
    home === undefined ? undefined : store.state.instances.find((each) => store.handles.get(each) === home);
  const func = makeRawFunction(store.engine.registry, { kind: "func", params, results }, raw, name, instance);
  return store.values.callable(func);
}

/** The function that a raw host function asks for. */
export function functionOf(store: Store, callable: object): FunctionInstance {
  const func = store.values.instanceOf(callable);
  if (func === undefined) throw new TypeError("no function of the store");
  return func;
}

/** Prepares a call of a function by the host. */
export function startFunction(store: Store, callable: object, args: readonly unknown[]): Execution {
  const func = functionOf(store, callable);
  return new Execution(store, backendOf(store.engine).interpreter.start(store.state, func, args, false));
}

/** From now on, everything that the store's guests get from the host is told. */
export function observeHost(store: Store, observer: HostObserver): void {
  store.state.gate = new HostGate(observer);
}

/** What a module's functions are lowered to. */
export function compiledOf(module: Module): ModuleCompiler {
  provideParts(module.engine);
  return backendOf(module.engine).compiled(module);
}

/** Runs every kind of node that trees are made of, and the helpers that V8 is to inline into them. */
export function exerciseTreeNodes(): void {
  const machine = new Machine();
  new Assembler(machine, new DriverPool()).warmUpAll();
  machine.show(new Uint8Array(64), 64);
  const global = new GlobalInstance({ mutable: true, type: NumType.I64 });
  machine.V.globals = new Array(9).fill(global);
  const environment = createEnvironment(machine);
  const { lowOf, highOf } = environment;
  for (const helper of Object.values(environment)) {
    if (typeof helper !== "function" || !helper.name.endsWith("Part")) continue;
    if (helper === lowOf || helper === highOf) helper(global);
    else for (const value of [8, Number.NaN]) helper(8, value);
  }
  const { bytes, halves, ...others } = packedWords();
  const words: Binary[] = [...Object.values(bytes), ...Object.values(halves), ...Object.values(others)];
  for (const each of [...words, tableWords(new Uint8Array(256))]) each(8, 9);
}

/**
 * When an engine's functions get trees; to be said before its first module is instantiated. `nodes`: of which nodes the trees of
 * `hot` are, in place of those that suit the host.
 */
export function setTier(engine: Engine, mode: TierMode, nodes?: "inlined" | "fused"): void {
  const { tier } = provideParts(engine);
  if (!(tier instanceof Tier)) throw new Error("the engine has no trees");
  tier.mode = mode;
  if (nodes !== undefined) tier.assume(nodes);
}

/** All packs, as the first store would bring them. */
function provideParts(engine: Engine): Parts {
  engine.parts ??= partsOf([simd, gc, threads, trees]);
  return engine.parts;
}

/** `Module.customSectionProblems` for a module that need not be valid. Throws MalformedError. */
export function customSectionProblems(bytes: Uint8Array): CustomSectionProblem[] {
  const tables = createOpcodeTables();
  return checkCustomSections(decodeModule(bytes, { tables, limits: DEFAULT_MODULE_LIMITS }), tables);
}

/** A value as bits: i32 and f32 in `lo`, i64 and f64 in `lo` and `hi`, v128 in 16 `bytes`. */
export interface RawValue {
  readonly type: "i32" | "i64" | "f32" | "f64" | "v128" | "ref";
  readonly lo?: number;
  readonly hi?: number;
  readonly bytes?: Uint8Array;
  readonly ref?: unknown;
}

/** Calls an export with bits, so that NaN payloads survive where JavaScript numbers would lose them. */
export function invokeRaw(instance: Instance, name: string, args: readonly RawValue[]): RawValue[] {
  const func = exportedFunction(instance, name);
  const { engine, state } = instance.store;
  const results = backendOf(engine).interpreter.callRaw(state, func, args.map(toBits));
  return results.map((value, k) => fromBits(value, func.type.results[k]!));
}

/**
 * {@link invokeRaw}, stopped again and again after a little fuel, and each time gone on with by a run that is made from
 * nothing but the frames. The call must not wait.
 */
export function invokeRelocating(instance: Instance, name: string, args: readonly RawValue[]): RawValue[] {
  const func = exportedFunction(instance, name);
  if (isHostFunction(func)) return invokeRaw(instance, name, args);
  const { engine, state } = instance.store;
  const { interpreter } = backendOf(engine);
  let run = interpreter.startRaw(state, func, args.map(toBits));
  for (let stops = 0; ; stops++) {
    const fuel = BigInt(1 + (stops % 7)) + BigInt(Math.floor(1.2 ** Math.max(0, stops - CLOSE_STOPS)));
    switch (run.resume({ fuel }, false)) {
      case "done":
        return run.rawResults.map((value, k) => fromBits(value, func.type.results[k]!));
      case "trapped":
        throw run.error;
    }
    if (run.outOfFuelScope === "store") throw run.stopError("store", false);
    const position = run.moveOut();
    if (position !== undefined) run = interpreter.startAt(state, func, position);
  }
}

/** Stops that are a few instructions apart; from then on, the steps grow. */
const CLOSE_STOPS = 60;

function exportedFunction(instance: Instance, name: string): FunctionInstance {
  const callable = instance.exports[name];
  const func = typeof callable === "function" ? instance.store.values.instanceOf(callable) : undefined;
  if (func === undefined) throw new TypeError(`no exported function ${JSON.stringify(name)}`);
  return func;
}

/** A global's value as bits. */
export function readGlobalRaw({ item }: Global): RawValue {
  const { bits, at, ref, type } = item.global;
  return isRef(type.type)
    ? { type: "ref", ref }
    : fromBits(readRaw({ R: bits, X: [] }, type.type, at), type.type);
}

/** What a reference that came out of {@link invokeRaw} is. */
export function refKind(ref: unknown): "func" | "exn" | "i31" | "struct" | "array" | "extern" {
  if (ref instanceof FunctionInstance || typeof ref === "function") return "func";
  if (ref instanceof ExceptionInstance) return "exn";
  if (ref instanceof StructObject) return "struct";
  if (ref instanceof ArrayObject) return "array";
  if (isI31(ref)) return "i31";
  return "extern";
}

const NAMES: Partial<Record<ValType, RawValue["type"]>> = {
  [NumType.I32]: "i32",
  [NumType.I64]: "i64",
  [NumType.F32]: "f32",
  [NumType.F64]: "f64",
  [NumType.V128]: "v128",
};

function toBits({ lo = 0, hi = 0, bytes, ref }: RawValue): Bits {
  return bytes === undefined
    ? { words: [lo, hi], ref }
    : { words: [...new Int32Array(bytes.slice().buffer)] };
}

function fromBits({ words = [], ref }: Bits, valType: ValType): RawValue {
  const type = NAMES[valType];
  if (type === undefined) return { type: "ref", ref };
  if (type === "v128") return { type, bytes: new Uint8Array(Int32Array.from(words).buffer) };
  return { type, lo: words[0] ?? 0, hi: words[1] ?? 0 };
}
