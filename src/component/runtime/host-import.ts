// `canon lower` of a function of the host: a guest calls JavaScript.
// Owns the order: lift, pay, call, wait, check, lower. What values look like is the ABI's affair.

import type { OutOfFuelError } from "../../errors.ts";
import {
  FunctionInstance,
  type HostCallback,
  type HostFunctionInstance,
  PendingResult,
  UnpaidCall,
} from "../../runtime/function.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { HostFrame, HostMachine, HostRequest, RawHostFunction } from "../../runtime/raw-function.ts";
import { ComponentError } from "../abi/component-error.ts";
import { Side } from "../abi/context.ts";
import { noteWait, waitOf } from "../abi/host-notes.ts";
import type { Signature } from "../abi/signature.ts";
import { Boundary } from "./boundary.ts";
import { Allocator, type GuestOptions, tryPay } from "./guest-options.ts";
import type { InstanceState } from "./instance-state.ts";
import type { HostFunc } from "./items.ts";

/** A function of the host as one instance calls it. */
export class HostImport implements RawHostFunction {
  readonly words: number;
  readonly instance: InstanceState;
  readonly signature: Signature;
  readonly options: GuestOptions;
  readonly name: string;
  readonly #func: HostFunc;
  /** For an observer of the store. */
  #observed: HostFunctionInstance | undefined;

  constructor(instance: InstanceState, func: HostFunc, signature: Signature, options: GuestOptions) {
    this.words = signature.words;
    this.instance = instance;
    this.signature = signature;
    this.options = options;
    this.name = func.name;
    this.#func = func;
  }

  begin(machine: HostMachine, base: number): HostFrame | undefined {
    this.instance.requireMayLeave();
    const call = new HostImportCall(this, machine);
    return call.begin(machine, base) ? undefined : call;
  }

  /** Calls it; a promise becomes a `PendingResult`, a charge that is not covered an `UnpaidCall`. @throws what it throws */
  invoke({ store, instance }: HostMachine, args: unknown[]): unknown {
    const { gate } = store;
    if (gate === undefined) return this.#invoke(instance, args);
    this.#observed ??= this.#makeObserved();
    return gate.call(this.#observed, { store, instance }, args);
  }

  #invoke(instance: ModuleInstance | undefined, args: unknown[]): unknown {
    const { isFallible } = this.signature;
    const { stack, call } = this.#func;
    const underWay = stack.enter(this.instance.store, instance);
    let result: unknown;
    try {
      result = Reflect.apply(call, undefined, args);
    } catch (error) {
      if (underWay.isUnpaid(error)) return new UnpaidCall(error as OutOfFuelError);
      return errOf(error, isFallible);
    } finally {
      stack.leave(underWay);
    }
    if (this.signature.givesFuture || !isThenable(result))
      return isFallible ? { tag: "ok", val: result } : result;
    const promise = Promise.resolve(result).then(
      (value) => (isFallible ? { tag: "ok", val: value } : value),
      (error: unknown) => errOf(error, isFallible),
    );
    const wait = waitOf(result);
    if (wait !== undefined) noteWait(promise, wait);
    return new PendingResult(promise);
  }

  #makeObserved(): HostFunctionInstance {
    const host: HostCallback = ({ instance }, args) => this.#invoke(instance, args);
    const type = { kind: "func", params: [], results: [] } as const;
    return Object.assign(FunctionInstance.host(-1, type, host, this.name), { host });
  }
}

/** What a function throws for `err`, as a value; anything else is thrown on. */
function errOf(error: unknown, isFallible: boolean): unknown {
  if (isFallible && ComponentError.isMade(error)) return { tag: "err", val: error.payload };
  throw error;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

const enum Stage {
  Pay,
  Wait,
  Lower,
}

class HostImportCall implements HostFrame {
  request: HostRequest = "fuel";
  readonly #import: HostImport;
  readonly #boundary: Boundary;
  readonly #side: Side;
  #stage = Stage.Pay;
  #resultAt = 0;
  /** What a promise has come to. */
  #settled: unknown;
  #allocator: Allocator | undefined;

  constructor(hostImport: HostImport, machine: HostMachine) {
    this.#import = hostImport;
    const { instance, options } = hostImport;
    this.#boundary = new Boundary(instance, true);
    this.#side = new Side(options.withHost, options.memory, this.#boundary, machine);
  }

  begin(machine: HostMachine, base: number): boolean {
    const { signature } = this.#import;
    const side = this.#side;
    this.#resultAt = signature.resultPointer(side, base);
    const args = signature.liftParams(side, base);
    const cost = side.takeCost();
    if (!tryPay(machine, cost)) return this.#beginAnew();
    const result = this.#import.invoke(machine, args);
    if (result instanceof UnpaidCall) {
      if (cost > 0) machine.store.fuel.refund(BigInt(cost));
      return this.#beginAnew();
    }
    if (!(result instanceof PendingResult)) return this.#lower(machine, base, result);
    this.#stage = Stage.Wait;
    this.request = new PendingResult(
      result.promise.then((value) => {
        this.#settled = value;
      }),
    );
    return false;
  }

  /** When the fuel is there. */
  #beginAnew(): false {
    this.#boundary.undo();
    this.#stage = Stage.Pay;
    this.request = "fuel";
    return false;
  }

  resume(machine: HostMachine, base: number): boolean {
    this.#side.resume(machine);
    switch (this.#stage) {
      case Stage.Pay:
        return this.begin(machine, base);
      case Stage.Wait:
        return this.#lower(machine, base, this.#settled);
      case Stage.Lower:
        return this.#allocate(machine, base);
    }
  }

  unwind(): void {
    this.#boundary.end();
  }

  #lower(machine: HostMachine, base: number, value: unknown): boolean {
    const { signature, options, instance, name } = this.#import;
    const side = this.#side;
    const checked = signature.checkResult(side, value, name);
    signature.lowerResult(side, checked, base, this.#resultAt);
    if (signature.resultAllocates) {
      this.#stage = Stage.Lower;
      this.#allocator = new Allocator(instance, options, side);
      return this.#allocate(machine, base);
    }
    return this.#end(machine, base);
  }

  #end(machine: HostMachine, base: number): true {
    this.#boundary.end();
    this.#import.signature.returned(machine, base);
    return true;
  }

  #allocate(machine: HostMachine, base: number): boolean {
    const next = this.#allocator?.step(machine, base + this.#import.words);
    if (next !== undefined) {
      this.request = next;
      return false;
    }
    return this.#end(machine, base);
  }
}
