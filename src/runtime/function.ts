// Function instances (spec 4.2.6): guest functions bound to their instance, host functions, and raw host functions.
// Owns the binding; what lowered code is, only the interpreter knows.

import type { OutOfFuelError } from "../errors.ts";
import type { FuncType } from "../module/types.ts";
import type { ModuleInstance } from "./instance.ts";
import type { RawHostFunction } from "./raw-function.ts";
import type { StoreState } from "./store.ts";

/** What a host function sees of the execution that calls it; the interpreter makes it. */
export interface HostCallContext {
  readonly store: StoreState;
  /** The instance whose code made the call; `undefined` when the host did. */
  readonly instance: ModuleInstance | undefined;
}

/** What a host function returns whose result is still to come. Its class tells it from a promise that is a value. */
export class PendingResult {
  /** Of the checked result. It has a handler: nobody need look at a rejection. */
  readonly promise: PromiseLike<unknown>;

  constructor(promise: PromiseLike<unknown>) {
    this.promise = promise;
    promise.then(undefined, () => undefined);
  }
}

/**
 * What a host function returns that could not pay and has done nothing: its call is begun anew when the fuel is there, or
 * ends with `error` where it cannot be.
 */
export class UnpaidCall {
  readonly error: OutOfFuelError;

  constructor(error: OutOfFuelError) {
    this.error = error;
  }
}

/**
 * A host function as the embedder's layer wraps it: JavaScript values in and out, in
 * `type`'s order. Returns the result, an array for several, or `undefined` for none;
 * a `PendingResult` parks the guest where the call allows it, an `UnpaidCall` stops it before the call.
 */
export type HostCallback = (context: HostCallContext, args: unknown[]) => unknown;

/** The interpreter's private part of a guest function; shared by all instances of a module. */
export interface LoweredFunction {
  readonly funcIdx: number;
}

/** A host function that takes and gives JavaScript values; {@link isHostFunction} tells. */
export type HostFunctionInstance = FunctionInstance & { readonly host: HostCallback };

export function isHostFunction(func: FunctionInstance): func is HostFunctionInstance {
  return func.host !== undefined;
}

/** A host function that works on registers; {@link isRawFunction} tells. */
export type RawFunctionInstance = FunctionInstance & {
  readonly raw: RawHostFunction;
  readonly code: LoweredFunction;
};

export function isRawFunction(func: FunctionInstance): func is RawFunctionInstance {
  return func.raw !== undefined;
}

export class FunctionInstance {
  /** Canonical type id. */
  readonly typeId: number;
  /** Canonical. */
  readonly type: FuncType;
  /**
   * The instance that defines it; `undefined` for host functions. A raw one that the host itself calls has the one that counts
   * as calling.
   */
  readonly instance: ModuleInstance | undefined;
  readonly code: LoweredFunction | undefined;
  readonly host: HostCallback | undefined;
  readonly raw: RawHostFunction | undefined;
  /** For backtraces of host functions, e.g. `env.log`. */
  readonly name: string | undefined;
  /** What a guest pays for each call of a host function, whatever the cost model says of such calls. */
  readonly price: bigint;

  private constructor(
    typeId: number,
    type: FuncType,
    instance: ModuleInstance | undefined,
    code: LoweredFunction | undefined,
    host: HostCallback | undefined,
    raw: RawHostFunction | undefined,
    name: string | undefined,
    price: bigint,
  ) {
    this.typeId = typeId;
    this.type = type;
    this.instance = instance;
    this.code = code;
    this.host = host;
    this.raw = raw;
    this.name = name;
    this.price = price;
  }

  static guest(
    typeId: number,
    type: FuncType,
    instance: ModuleInstance,
    code: LoweredFunction,
  ): FunctionInstance {
    return new FunctionInstance(typeId, type, instance, code, undefined, undefined, undefined, 0n);
  }

  static host(
    typeId: number,
    type: FuncType,
    callback: HostCallback,
    name?: string,
    price = 0n,
  ): FunctionInstance {
    return new FunctionInstance(typeId, type, undefined, undefined, callback, undefined, name, price);
  }

  /** @internal Use `makeRawFunction` of the interpreter, which makes its code. */
  static raw(
    typeId: number,
    type: FuncType,
    code: LoweredFunction,
    raw: RawHostFunction,
    name: string,
    instance?: ModuleInstance,
  ): FunctionInstance {
    return new FunctionInstance(typeId, type, instance, code, undefined, raw, name, 0n);
  }
}
