// The frame of a built-in that works on a waitable until it is over, or until its guest is told that it goes on.
// Owns that wait. What the work is, and when it is over, is the built-in's affair.

import type { HostFrame, HostMachine, HostRequest } from "../../../runtime/raw-function.ts";
import type { InstanceState } from "../instance-state.ts";
import { Blocking } from "./blocking.ts";
import type { Condition } from "./condition.ts";
import type { Waitable } from "./waitables.ts";

/** What a guest gets for an operation that goes on. */
const BLOCKED = -1;

export abstract class WaitableFrame implements HostFrame {
  request: HostRequest = "fuel";
  readonly #waitable: Waitable;
  readonly #instance: InstanceState;
  readonly #isAsync: boolean;
  #blocking: Blocking | undefined;

  constructor(waitable: Waitable, instance: InstanceState, isAsync: boolean) {
    this.#waitable = waitable;
    this.#instance = instance;
    this.#isAsync = isAsync;
  }

  /** What has to be done at once; called again after what it has asked for. @throws Trap */
  protected abstract work(machine: HostMachine, base: number): HostRequest | undefined;
  /** That it is over: its event is its result then. */
  protected abstract readonly whenOver: Condition;

  begin(machine: HostMachine, base: number): boolean {
    const next = this.work(machine, base);
    if (next !== undefined) return this.#ask(next);
    const { whenOver } = this;
    if (whenOver.holds) return this.#end(machine, base);
    if (this.#isAsync) {
      machine.R[base] = BLOCKED;
      return true;
    }
    this.#blocking = new Blocking(this.#instance.currentThread(machine));
    this.#waitable.hasWaiter = true;
    const wait = this.#blocking.wait(machine, [whenOver], false);
    return wait === undefined ? this.#end(machine, base) : this.#ask(wait);
  }

  resume(machine: HostMachine, base: number): boolean {
    if (this.#blocking === undefined) return this.begin(machine, base);
    const next = this.#blocking.goOn(machine);
    return next === undefined ? this.#end(machine, base) : this.#ask(next);
  }

  unwind(): void {
    this.#waitable.hasWaiter = false;
  }

  #end({ R }: HostMachine, base: number): true {
    this.#waitable.hasWaiter = false;
    R[base] = this.#waitable.takeEvent().payload;
    return true;
  }

  #ask(request: HostRequest): false {
    this.request = request;
    return false;
  }
}
