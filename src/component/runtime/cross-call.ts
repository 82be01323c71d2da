// `canon lower` of a function of another component instance: two guests, with values passed between them.
// Owns the caller's half. Values that are numbers pass as they are, all others by way of JavaScript.

import { Trap } from "../../errors.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import {
  type HostFrame,
  type HostMachine,
  type HostRequest,
  type RawHostFunction,
  VALUE_WORDS,
} from "../../runtime/raw-function.ts";
import { Side } from "../abi/context.ts";
import type { Passing } from "../abi/converter.ts";
import { AsyncCrossing } from "./async/async-call.ts";
import { Boundary } from "./boundary.ts";
import { type Caller, requireUnrelated } from "./caller.ts";
import { GuestCall } from "./guest-call.ts";
import { Allocator, tryPay } from "./guest-options.ts";
import type { InstanceState } from "./instance-state.ts";
import type { LiftedFunc } from "./items.ts";

/** The raw function that a guest calls for a function of another component. */
export function crossCall(caller: Caller, callee: LiftedFunc): RawHostFunction {
  const { passing } = caller.signature;
  if (callee.signature.type.async) return new AsyncCrossing(caller, callee);
  return passing === undefined || callee.options.postReturn !== undefined
    ? new ValueCrossing(caller, callee)
    : new NumberCrossing(caller, callee, passing.params, passing.result);
}

function pass(to: HostMachine["R"], at: number, from: number, passing: Passing): void {
  if (passing === "wide") {
    to[at] = to[from] as number;
    to[at + 1] = to[from + 1] as number;
  } else {
    to[at] = passing(to[from] as number);
    to[at + 1] = 0;
  }
}

/** A function whose parameters and result are numbers and the like: nothing is lifted or lowered. */
class NumberCrossing implements RawHostFunction {
  readonly words: number;
  readonly #caller: Caller;
  readonly #callee: LiftedFunc;
  readonly #params: readonly Passing[];
  readonly #result: Passing | undefined;
  readonly #isRelated: boolean;
  /** One for all calls, as the callee runs one at a time. */
  readonly #call: NumberCall;

  constructor(caller: Caller, callee: LiftedFunc, params: readonly Passing[], result: Passing | undefined) {
    this.words = caller.signature.words;
    this.#caller = caller;
    this.#callee = callee;
    this.#params = params;
    this.#result = result;
    this.#isRelated = caller.instance.isRelatedTo(callee.instance);
    this.#call = new NumberCall(this, callee.instance, callee.core);
  }

  begin({ R }: HostMachine, base: number): HostFrame {
    this.#caller.instance.requireMayLeave();
    if (this.#isRelated) throw new Trap("cannot-enter-component");
    const to = base + this.words;
    const params = this.#params;
    for (let k = 0; k < params.length; k++) {
      pass(R, to + VALUE_WORDS * k, base + VALUE_WORDS * k, params[k] as Passing);
    }
    this.#callee.instance.enter();
    return this.#call;
  }

  end({ R }: HostMachine, base: number): void {
    if (this.#result !== undefined) pass(R, base, base + this.words, this.#result);
    this.#callee.instance.exit();
  }
}

class NumberCall implements HostFrame {
  readonly request: FunctionInstance;
  kept: unknown;
  readonly #crossing: NumberCrossing;
  readonly #instance: InstanceState;

  constructor(crossing: NumberCrossing, instance: InstanceState, core: FunctionInstance) {
    this.request = core;
    this.#crossing = crossing;
    this.#instance = instance;
  }

  resume(machine: HostMachine, base: number): boolean {
    this.#crossing.end(machine, base);
    return true;
  }

  unwind(error: unknown): void {
    this.#instance.poison(error);
  }
}

class ValueCrossing implements RawHostFunction {
  readonly words: number;
  readonly caller: Caller;
  readonly callee: LiftedFunc;

  constructor(caller: Caller, callee: LiftedFunc) {
    this.words = caller.signature.words;
    this.caller = caller;
    this.callee = callee;
  }

  begin(machine: HostMachine, base: number): HostFrame {
    this.caller.instance.requireMayLeave();
    requireUnrelated(this.caller, this.callee);
    const call = new ValueCall(this, machine);
    call.begin(machine, base);
    return call;
  }
}

const enum Stage {
  Pay,
  Callee,
  PayResult,
  Result,
  Finish,
}

class ValueCall implements HostFrame {
  request: HostRequest = "fuel";
  readonly #caller: Caller;
  readonly #words: number;
  readonly #guest: GuestCall;
  readonly #boundary: Boundary;
  readonly #side: Side;
  #stage = Stage.Pay;
  #resultAt = 0;
  #result: unknown;
  #allocator: Allocator | undefined;

  constructor({ caller, callee, words }: ValueCrossing, machine: HostMachine) {
    this.#caller = caller;
    this.#words = words;
    this.#boundary = new Boundary(caller.instance, false);
    this.#side = new Side(caller.options.withGuest, caller.options.memory, this.#boundary, machine);
    this.#guest = new GuestCall(callee, machine, false);
  }

  begin(machine: HostMachine, base: number): void {
    const { signature } = this.#caller;
    const side = this.#side;
    this.#resultAt = signature.resultPointer(side, base);
    const args = signature.liftParams(side, base);
    if (!tryPay(machine, side.takeCost())) {
      this.#boundary.undo();
      this.request = "fuel";
      return;
    }
    this.#guest.enter();
    this.#stage = Stage.Callee;
    this.request = this.#guest.begin(machine, base + this.#words, args);
  }

  resume(machine: HostMachine, base: number): boolean {
    const word = base + this.#words;
    switch (this.#stage) {
      case Stage.Pay:
        this.#side.resume(machine);
        this.begin(machine, base);
        return false;
      case Stage.Callee: {
        const next = this.#guest.goOn(machine, word);
        if (next !== undefined) return this.#ask(next);
        this.#result = this.#guest.result(machine, word);
        this.#stage = Stage.PayResult;
        return this.#payResult(machine, base);
      }
      case Stage.PayResult:
        return this.#payResult(machine, base);
      case Stage.Result:
        return this.#lowerResult(machine, base);
      case Stage.Finish:
        return this.#finish(machine, base);
    }
  }

  unwind(error: unknown): void {
    this.#boundary.end();
    this.#guest.unwind(error);
  }

  #ask(request: HostRequest): false {
    this.request = request;
    return false;
  }

  /** What was lifted is charged once; until that is covered, nothing of it reaches the caller. */
  #cost = -1;

  #payResult(machine: HostMachine, base: number): boolean {
    if (this.#cost < 0) this.#cost = this.#guest.side.takeCost();
    if (!tryPay(machine, this.#cost)) return this.#ask("fuel");
    const { signature, instance, options } = this.#caller;
    const side = this.#side;
    side.resume(machine);
    signature.lowerResult(side, this.#result, base, this.#resultAt);
    if (signature.resultAllocates) this.#allocator = new Allocator(instance, options, side);
    this.#stage = Stage.Result;
    return this.#lowerResult(machine, base);
  }

  #lowerResult(machine: HostMachine, base: number): boolean {
    this.#side.resume(machine);
    const next = this.#allocator?.step(machine, base + this.#words);
    if (next !== undefined) return this.#ask(next);
    this.#stage = Stage.Finish;
    return this.#finish(machine, base);
  }

  #finish(machine: HostMachine, base: number): boolean {
    const next = this.#guest.finish(machine, base + this.#words);
    if (next !== undefined) return this.#ask(next);
    this.#boundary.end();
    this.#caller.signature.returned(machine, base);
    return true;
  }
}
