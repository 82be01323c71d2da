// Functions as the embedder calls them, and host functions as the guest does.

import { isObject } from "../checks/describe.ts";
import { BOOLEAN, FUEL, type OptionTable, type Read, readOptions, required } from "../checks/options.ts";
import { FunctionInstance, type HostCallContext, PendingResult, UnpaidCall } from "../runtime/function.ts";
import { backendOf } from "./backend.ts";
import type { Caller } from "./caller.ts";
import type { Engine } from "./engine.ts";
import { INTERRUPT_OPTIONS, type InterruptOptions, makeWatch } from "./interrupt.ts";
import type { Store } from "./store.ts";
import { describeFuncType, type FuncTypeDescriptor, VAL_TYPES } from "./types.ts";
import { argumentsToGuest, hostResultToGuest, resultsToHost } from "./values.ts";

/** A function in a store, callable like any JavaScript function. The same guest function is the same object. */
export interface Func {
  // biome-ignore lint/suspicious/noExplicitAny: what a guest function takes and returns is known by its type only
  (...args: any[]): any;
  readonly type: FuncTypeDescriptor;
}

/**
 * A function of the host. Arguments and result are JavaScript values by `FuncTypeDescriptor`: several results
 * as an array. It may return a promise of its result: the guest waits for it where the call is asynchronous, else
 * the call throws `WouldBlockError`. A promise can therefore be no `externref` itself: wrap it in an object.
 */
// biome-ignore lint/suspicious/noExplicitAny: the embedder writes the parameter types that it declared
export type HostFunction = (caller: Caller, ...args: any[]) => unknown;

/** A host function's type, and what a guest pays for calling it. */
export interface HostFunctionType extends FuncTypeDescriptor {
  /**
   * Fuel for each call, charged with the call instruction and before the function runs; beside the cost model's `hostCall`.
   * Calls by the host itself are free. Default 0.
   */
  readonly fuel?: bigint | number | undefined;
  /**
   * Says that the function charges by `caller.chargeFuel` before it has any effect, and then has not called the guest either.
   * Where such a charge is not covered, what it has charged so far is given back, and the guest stands before the call, as
   * at any instruction that the fuel does not cover: a run that can pause calls anew when it is resumed. (But after a tail
   * call, which has given up its frame, the run ends with the `OutOfFuelError`.) Default false: the run ends.
   */
  readonly chargesFirst?: boolean | undefined;
}

export interface CallOptions extends InterruptOptions {
  /** Cap for this call inside the store's budget. */
  readonly fuel?: bigint | number | undefined;
  /**
   * Allow the call while another execution of the instance is under way: one that waits, or has been paused. Guests
   * made from C, Rust and the like have one stack in memory for all, which then gets mixed up, unless this call ends
   * before the other goes on. An asynchronous host function may so call the guest that waits for it. Default false.
   */
  readonly concurrent?: boolean | undefined;
}

export const CALL_OPTIONS = {
  ...INTERRUPT_OPTIONS,
  fuel: FUEL,
  concurrent: BOOLEAN,
} satisfies OptionTable<CallOptions>;

/** {@link CallOptions}, checked. */
export type CallBounds = Read<typeof CALL_OPTIONS>;

const UNBOUNDED: CallBounds = {};

/** Calls a function of the store. @throws what the guest does, see `Instance.call` */
export function callFunction(
  store: Store,
  func: FunctionInstance,
  args: readonly unknown[],
  name: string,
  bounds = UNBOUNDED,
): unknown {
  const { interpreter } = backendOf(store.engine);
  const guestArgs = argumentsToGuest(store.values, func.type.params, args, name);
  const results = interpreter.call(store.state, func, guestArgs, {
    fuel: bounds.fuel,
    watch: makeWatch(bounds, store.engine.interrupts),
    concurrent: bounds.concurrent,
  });
  return resultsToHost(store.values, func.type.results, results);
}

/** @internal Use `store.values.callable`, which keeps identity. */
export function makeCallable(store: Store, func: FunctionInstance): Func {
  const name = nameOf(func);
  const callable = (...args: unknown[]) => callFunction(store, func, args, name);
  Object.defineProperty(callable, "name", { value: name });
  Object.defineProperty(callable, "length", { value: func.type.params.length });
  Object.defineProperty(callable, "type", { value: describeFuncType(func.type) });
  return callable as unknown as Func;
}

function nameOf(func: FunctionInstance): string {
  if (func.name !== undefined) return func.name;
  const funcIdx = func.code?.funcIdx;
  const exported =
    funcIdx === undefined ? undefined : func.instance?.checked.functionExportNames.get(funcIdx);
  return exported ?? `function ${funcIdx}`;
}

const HOST_FUNCTION_TYPE = {
  params: /* @__PURE__ */ required(VAL_TYPES),
  results: /* @__PURE__ */ required(VAL_TYPES),
  fuel: FUEL,
  chargesFirst: BOOLEAN,
} satisfies OptionTable<HostFunctionType>;

/**
 * Wraps a host function so that the guest can call it.
 * @throws TypeError for types that are none, RangeError for a price that is no amount of fuel
 */
export function makeHostFunction(
  engine: Engine,
  type: HostFunctionType,
  host: HostFunction,
  name: string,
): FunctionInstance {
  const read = readOptions(`linker.func ${name}: type`, type, HOST_FUNCTION_TYPE);
  const typeId = engine.registry.addFuncType([...read.params], [...read.results]);
  return hostFunctionOfType(engine, typeId, host, name, read);
}

interface HostCallRules {
  readonly fuel?: bigint;
  readonly chargesFirst?: boolean;
  /** Whether what is returned is waited for if it is a promise. Default true. */
  readonly awaits?: boolean;
}

/**
 * The same, of a type that the engine knows already. Arguments, results and the call itself are what the store's embedder makes of
 * them, whichever face of the engine that is.
 */
export function hostFunctionOfType(
  engine: Engine,
  typeId: number,
  // biome-ignore lint/suspicious/noExplicitAny: the embedder writes the parameter types that it declared
  host: (...args: any[]) => unknown,
  name: string,
  { fuel = 0n, chargesFirst = false, awaits = true }: HostCallRules = {},
): FunctionInstance {
  const type = engine.registry.funcType(typeId);
  return FunctionInstance.host(
    typeId,
    type,
    (context: HostCallContext, args: unknown[]) => {
      const { embedder } = context.store;
      for (let k = 0; k < args.length; k++) args[k] = embedder.toHost(args[k], type.params[k]!);
      const result = embedder.invoke(host, context.instance, args, chargesFirst);
      if (result instanceof UnpaidCall) return result;
      if (awaits && isPromise(result)) {
        // Of any kind of promise, ours calls back once, and later.
        const settled = Promise.resolve(result);
        return new PendingResult(
          settled.then((value) => hostResultToGuest(embedder, type.results, value, name)),
        );
      }
      return hostResultToGuest(embedder, type.results, result, name);
    },
    name,
    fuel,
  );
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as { then?: unknown }).then === "function";
}
