// The callee's half of a synchronous call of a lifted function: arguments in, the core call, its result out, post-return.
// Owns the order in which a guest is run for a call. Where arguments come from, and results go, is the caller's half.

import type { HostMachine, HostRequest } from "../../runtime/raw-function.ts";
import { type FlatRegisters, makeFlat, Side } from "../abi/context.ts";
import { Boundary } from "./boundary.ts";
import { Allocator } from "./guest-options.ts";
import type { LiftedFunc } from "./items.ts";

const enum Stage {
  Lower,
  Call,
  PostReturn,
}

/** One call. Each step returns a request, or nothing when it is done. */
export class GuestCall {
  readonly callee: LiftedFunc;
  readonly side: Side;
  readonly #boundary: Boundary;
  #stage = Stage.Lower;
  #allocator: Allocator | undefined;
  /** Arguments, while the guest allocates for them. */
  #flat: FlatRegisters | undefined;
  /** What the core function has returned, for `post-return`. */
  #low = 0;
  #high = 0;
  #isEntered = false;

  constructor(callee: LiftedFunc, machine: HostMachine, isHostCall: boolean) {
    this.callee = callee;
    const { instance, options } = callee;
    this.#boundary = new Boundary(instance, isHostCall);
    this.side = new Side(
      isHostCall ? options.withHost : options.withGuest,
      options.memory,
      this.#boundary,
      machine,
    );
  }

  /** @throws Trap where the instance cannot be entered */
  enter(): void {
    this.callee.instance.enter();
    this.#isEntered = true;
  }

  /** Begins with arguments that fit. Requests' arguments are from word `word` on. */
  begin(machine: HostMachine, word: number, args: readonly unknown[]): HostRequest {
    const { signature, options, instance, core } = this.callee;
    const { side } = this;
    if (!signature.paramsAllocate) {
      side.resume(machine);
      signature.lowerParams(side, args, word);
      this.#stage = Stage.Call;
      return core;
    }
    this.#flat = makeFlat(signature.paramCount);
    side.resume(this.#flat);
    signature.lowerParams(side, args, 0);
    this.#allocator = new Allocator(instance, options, side);
    return this.#lower(machine, word);
  }

  /** Goes on after a request. Returns nothing when the core function has returned. */
  goOn(machine: HostMachine, word: number): HostRequest | undefined {
    if (this.#stage === Stage.Lower) return this.#lower(machine, word);
    return undefined;
  }

  #lower(machine: HostMachine, word: number): HostRequest {
    const flat = this.#flat as FlatRegisters;
    this.side.resume(flat);
    const next = this.#allocator?.step(machine, word);
    if (next !== undefined) return next;
    machine.R.set(flat.R, word);
    this.#stage = Stage.Call;
    return this.callee.core;
  }

  /** The core function's result, which is in registers from `word` on. @throws Trap */
  result(machine: HostMachine, word: number): unknown {
    const { signature, options } = this.callee;
    if (options.postReturn !== undefined) {
      this.#low = machine.R[word] as number;
      this.#high = machine.R[word + 1] as number;
    }
    this.side.resume(machine);
    return signature.liftResult(this.side, word);
  }

  /** Ends the call, once its result has been taken. Returns a request where the guest has to clean up. @throws Trap */
  finish(machine: HostMachine, word: number): HostRequest | undefined {
    const { options, instance } = this.callee;
    if (this.#stage !== Stage.PostReturn && options.postReturn !== undefined) {
      this.#stage = Stage.PostReturn;
      instance.stayInside();
      machine.R[word] = this.#low;
      machine.R[word + 1] = this.#high;
      return options.postReturn;
    }
    if (this.#stage === Stage.PostReturn) instance.comeBack();
    this.#boundary.requireReturned();
    this.#boundary.end();
    this.#isEntered = false;
    instance.exit();
    return undefined;
  }

  unwind(error: unknown): void {
    this.#boundary.end();
    if (this.#isEntered) this.callee.instance.poison(error);
  }
}
