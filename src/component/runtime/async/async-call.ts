// `canon lower` of an async function of another component: the callee goes on by itself, the caller waits or gets a subtask.
// Owns the caller's half (Canonical ABI, `canon lower`).

import type { HostFrame, HostMachine, HostRequest, RawHostFunction } from "../../../runtime/raw-function.ts";
import { type FlatRegisters, makeFlat, Side } from "../../abi/context.ts";
import { Boundary } from "../boundary.ts";
import { type Caller, requireUnrelated } from "../caller.ts";
import { Allocator, tryPay } from "../guest-options.ts";
import type { InstanceState } from "../instance-state.ts";
import type { LiftedFunc } from "../items.ts";
import { Blocking, requireMayBlock } from "./blocking.ts";
import { type AsyncCaller, AsyncTask } from "./task.ts";
import { startTask } from "./task-body.ts";
import type { Job } from "./thread.ts";
import { Subtask, SubtaskState } from "./waitables.ts";

/** Bits of a subtask's state, below its index. */
const STATE_BITS = 4;

export class AsyncCrossing implements RawHostFunction {
  readonly words: number;
  readonly #caller: Caller;
  readonly #callee: LiftedFunc;

  constructor(caller: Caller, callee: LiftedFunc) {
    this.words = caller.signature.words;
    this.#caller = caller;
    this.#callee = callee;
  }

  begin(machine: HostMachine, base: number): HostFrame {
    const { instance } = this.#caller;
    instance.requireMayLeave();
    requireUnrelated(this.#caller, this.#callee);
    if (!this.#caller.options.isAsync) requireMayBlock(instance);
    const result = new CallResult(this.#caller, machine, base, false);
    const caller = new GuestCaller(result);
    const task = new AsyncTask(this.#callee, caller);
    caller.task = task;
    return new AsyncCall(result, startTask(machine, task));
  }
}

/** The caller's side of one call: its arguments, and where the result goes. */
export class CallResult {
  readonly caller: Caller;
  readonly subtask: Subtask;
  readonly boundary: Boundary;
  readonly side: Side;
  /** Arguments, and a flat result. */
  readonly flat: FlatRegisters;
  readonly #pointer: number;
  /** How the callee is asked to give up. */
  cancel: Subtask["requestCancellation"] = () => undefined;

  /** @throws Trap for a result's address outside of memory */
  constructor(caller: Caller, machine: HostMachine, base: number, isHost: boolean) {
    this.caller = caller;
    const { instance, signature, options } = caller;
    this.boundary = new Boundary(instance, isHost);
    this.flat = makeFlat(signature.words >> 1);
    this.flat.R.set(machine.R.subarray(base, base + signature.words));
    const shared = isHost ? options.withHost : options.withGuest;
    this.side = new Side(shared, options.memory, this.boundary, this.flat);
    this.#pointer = signature.resultPointer(this.side, 0);
    this.subtask = new Subtask(
      () => this.boundary.end(),
      (run) => this.cancel(run),
    );
  }

  /** @throws Trap */
  liftParams(): { readonly args: unknown[]; readonly cost: number } {
    this.side.resume(this.flat);
    const args = this.caller.signature.liftParams(this.side, 0);
    return { args, cost: this.side.takeCost() };
  }

  /** Writes a result, as far as it needs no memory; what allocates the rest, if it does. */
  lower(value: unknown): Allocator | undefined {
    const { signature, instance, options } = this.caller;
    this.side.resume(this.flat);
    signature.lowerResult(this.side, value, 0, this.#pointer);
    return signature.resultAllocates ? new Allocator(instance, options, this.side) : undefined;
  }

  /** The caller goes on: what it gets in registers. */
  end({ R }: HostMachine, base: number): void {
    const { subtask } = this;
    if (subtask.isResolved) subtask.deliver();
    if (!this.caller.options.isAsync) {
      R[base] = this.flat.R[0] as number;
      R[base + 1] = this.flat.R[1] as number;
    } else if (subtask.isResolved) {
      R[base] = subtask.state;
    } else {
      R[base] = subtask.state | (this.caller.instance.handles.addWaitable(subtask) << STATE_BITS);
    }
  }
}

/** What a task of another component knows of its caller. */
class GuestCaller implements AsyncCaller {
  readonly isHost = false;
  readonly #result: CallResult;

  constructor(result: CallResult) {
    this.#result = result;
  }

  set task(task: AsyncTask) {
    this.#result.cancel = (machine) => task.requestCancellation(machine);
  }

  start(): { readonly args: readonly unknown[]; readonly cost: number } {
    this.#result.subtask.progress(SubtaskState.Started);
    return this.#result.liftParams();
  }

  returned(value: unknown, cost: number): Job {
    return new ResultLowering(this.#result, value, cost);
  }

  cancelled(): void {
    const { subtask } = this.#result;
    const hasStarted = subtask.state !== SubtaskState.Starting;
    subtask.progress(hasStarted ? SubtaskState.CancelledBeforeReturned : SubtaskState.CancelledBeforeStarted);
  }

  get instance(): InstanceState {
    return this.#result.caller.instance;
  }

  failed(): void {}

  broken(): InstanceState {
    return this.instance;
  }
}

const enum Stage {
  Pay,
  Store,
  Done,
}

/** Takes a result to the caller. */
export class ResultLowering implements Job {
  readonly #result: CallResult;
  readonly #value: unknown;
  readonly #cost: number;
  #stage = Stage.Pay;
  #allocator: Allocator | undefined;

  constructor(result: CallResult, value: unknown, cost: number) {
    this.#result = result;
    this.#value = value;
    this.#cost = cost;
  }

  step(machine: HostMachine, word: number): HostRequest | undefined {
    switch (this.#stage) {
      case Stage.Pay:
        if (!tryPay(machine, this.#cost)) return "fuel";
        this.#allocator = this.#result.lower(this.#value);
        this.#stage = Stage.Store;
        return this.step(machine, word);
      case Stage.Store: {
        const { side, flat, subtask } = this.#result;
        side.resume(flat);
        const next = this.#allocator?.step(machine, word);
        if (next !== undefined) return next;
        this.#stage = Stage.Done;
        subtask.progress(SubtaskState.Returned);
        return undefined;
      }
      case Stage.Done:
        return undefined;
    }
  }
}

/** The caller's frame: until the callee has blocked, and by the synchronous ABI until it has returned. */
export class AsyncCall implements HostFrame {
  request: HostRequest;
  readonly #result: CallResult;
  #blocking: Blocking | undefined;

  constructor(result: CallResult, request: HostRequest) {
    this.#result = result;
    this.request = request;
  }

  resume(machine: HostMachine, base: number): boolean {
    const { caller, subtask } = this.#result;
    let next: HostRequest | undefined;
    if (this.#blocking !== undefined) {
      next = this.#blocking.goOn(machine);
    } else if (!caller.options.isAsync && !subtask.isResolved) {
      this.#blocking = new Blocking(caller.instance.currentThread(machine));
      next = this.#blocking.wait(machine, [subtask.resolution], false);
    }
    if (next !== undefined) {
      this.request = next;
      return false;
    }
    this.#result.end(machine, base);
    return true;
  }

  unwind(): void {
    this.#result.boundary.end();
  }
}
