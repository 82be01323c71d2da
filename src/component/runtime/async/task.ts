// Tasks: calls of functions as their callee's instance sees them (Canonical ABI, "Tasks").
// Owns a task's state and its cancellation. How its code is run is task-body.ts's affair.

import { Trap } from "../../../errors.ts";
import type { Fiber } from "../../../runtime/fiber.ts";
import type { HostMachine } from "../../../runtime/raw-function.ts";
import type { ValueType } from "../../model/value-type.ts";
import { Boundary } from "../boundary.ts";
import type { InstanceState } from "../instance-state.ts";
import type { LiftedFunc } from "../items.ts";
import { type Job, Thread } from "./thread.ts";

/** Who has called an async function. */
export interface AsyncCaller {
  readonly isHost: boolean;
  /** Whose code has called it; `undefined` for the host's. */
  readonly instance: InstanceState | undefined;
  /** The callee begins: gives its arguments. @throws Trap */
  start(machine: HostMachine): { readonly args: readonly unknown[]; readonly cost: number };
  /** The callee returns; the job takes the value to where it goes. `cost`: of lifting it. */
  returned(value: unknown, cost: number): Job;
  /** The callee has given up, as was asked for. */
  cancelled(): void;
  /** A thread of the call has ended by `error`, be it after its return. */
  failed(error: unknown): void;
  /** The callee's instance is broken, by `error` if its host has caused that. Returns the caller's, which is by that too. */
  broken(error: unknown): InstanceState | undefined;
}

/** A call under way. */
export abstract class Task {
  readonly instance: InstanceState;
  readonly threads = new Set<Thread>();
  /** The thread in which it has begun. */
  implicit: Thread | undefined;
  /** Whether its own thread can run only while no other such does in the instance. */
  abstract readonly needsExclusive: boolean;

  constructor(instance: InstanceState) {
    this.instance = instance;
  }

  /** Whether a thread stands on its caller's fiber. */
  abstract sharesFiber(thread: Thread): boolean;
  /** Whether there is a cancellation that has not been delivered. */
  abstract readonly hasCancellation: boolean;
  /** Takes it, if there is one. */
  abstract takeCancellation(): boolean;
  /** @throws Trap where its last thread has ended without a result */
  abstract threadEnded(): void;
  /** As {@link AsyncCaller.failed}. */
  abstract failed(error: unknown): void;
  /** Its instance is broken: as {@link AsyncCaller.broken}. */
  abstract givenUp(error: unknown): InstanceState | undefined;
}

/** A call by the synchronous ABI: it returns when its function does. */
export class SyncTask extends Task {
  readonly needsExclusive = false;
  readonly hasCancellation = false;

  constructor(instance: InstanceState, fiber: Fiber) {
    super(instance);
    this.implicit = new Thread(this, fiber);
    this.implicit.isRunning = true;
  }

  sharesFiber(thread: Thread): boolean {
    return thread === this.implicit;
  }

  takeCancellation(): boolean {
    return false;
  }

  threadEnded(): void {}

  failed(): void {}

  /** Its caller stands on its fiber, and ends with that. */
  givenUp(): undefined {
    return undefined;
  }
}

const enum TaskState {
  Initial,
  Started,
  PendingCancellation,
  CancellationDelivered,
  Resolved,
}

/** A call of an async function. */
export class AsyncTask extends Task {
  readonly callee: LiftedFunc;
  readonly caller: AsyncCaller;
  readonly boundary: Boundary;
  #state = TaskState.Initial;

  constructor(callee: LiftedFunc, caller: AsyncCaller) {
    super(callee.instance);
    this.callee = callee;
    this.caller = caller;
    this.boundary = new Boundary(callee.instance, caller.isHost);
  }

  get needsExclusive(): boolean {
    const { isAsync, callback } = this.callee.options;
    return !isAsync || callback !== undefined;
  }

  get isResolved(): boolean {
    return this.#state === TaskState.Resolved;
  }

  /** Whether it has to wait for its turn. */
  get isHeldBack(): boolean {
    const { instance } = this;
    return instance.backpressure > 0 || (this.needsExclusive && instance.exclusive !== undefined);
  }

  sharesFiber(): boolean {
    return false;
  }

  start(): void {
    this.#state = TaskState.Started;
  }

  /** @throws Trap the second time, and while borrows are held */
  return(value: unknown, cost: number): Job {
    if (this.#state === TaskState.Resolved) throw new Trap("invalid-task-return", "it has returned already");
    this.boundary.requireReturned();
    this.#state = TaskState.Resolved;
    return this.caller.returned(value, cost);
  }

  /** @throws Trap for another type or options than those of the function */
  requireReturnOf(type: ValueType | undefined, options: LiftedFunc["options"]): void {
    const own = this.callee.options;
    const isSame =
      type?.canonical === this.callee.signature.type.result?.canonical &&
      (options.memory === undefined || options.memory.memory === own.memory?.memory) &&
      options.withHost.encoding === own.withHost.encoding;
    if (!own.isAsync || !isSame) throw new Trap("invalid-task-return");
  }

  /** @throws Trap where no cancellation was delivered */
  cancel(): void {
    if (this.#state !== TaskState.CancellationDelivered) throw new Trap("task-not-cancelled");
    this.boundary.requireReturned();
    this.#state = TaskState.Resolved;
    this.caller.cancelled();
  }

  get hasCancellation(): boolean {
    return this.#state === TaskState.PendingCancellation;
  }

  takeCancellation(): boolean {
    if (this.#state !== TaskState.PendingCancellation) return false;
    this.#state = TaskState.CancellationDelivered;
    return true;
  }

  threadEnded(): void {
    if (this.threads.size === 0 && !this.isResolved) throw new Trap("no-task-return");
  }

  failed(error: unknown): void {
    // One that has not begun has only given way to what has failed.
    if (this.#state !== TaskState.Initial) this.caller.failed(error);
  }

  givenUp(error: unknown): InstanceState | undefined {
    return this.isResolved ? undefined : this.caller.broken(error);
  }

  /** The caller wants it to give up. Returns the fiber to go on in, where a thread of it is told at once. */
  requestCancellation(machine: HostMachine): Fiber | undefined {
    const { instance } = this;
    const isInitial = this.#state === TaskState.Initial;
    const thread = isInitial ? this.implicit : this.#cancellable();
    if (thread === undefined || !(isInitial || instance.mayEnter)) {
      this.#state = TaskState.PendingCancellation;
      return undefined;
    }
    this.#state = TaskState.CancellationDelivered;
    return instance.scheduler.resume(machine, thread, true, this.caller.instance);
  }

  #cancellable(): Thread | undefined {
    const { exclusive } = this.instance;
    const isKeptOut = this.needsExclusive && exclusive !== undefined && exclusive !== this.implicit;
    for (const thread of this.threads) {
      if (thread.isCancellable && !thread.isRunning && !(isKeptOut && thread === this.implicit))
        return thread;
    }
    return undefined;
  }
}
