// How the thread that runs blocks in a host frame, and goes on there (Canonical ABI, "Threads").
// Owns that, and whether it may: below a synchronous call only others of its instance can go on. What it waits for is its caller's affair.

import { Trap } from "../../../errors.ts";
import type { HostMachine, HostRequest } from "../../../runtime/raw-function.ts";
import type { InstanceState } from "../instance-state.ts";
import type { Condition } from "./condition.ts";
import type { Scheduler, Thread } from "./thread.ts";

/**
 * For what may block, below a synchronous call (start functions are such): it may where others of the instance can go on.
 * @throws Trap where none can
 */
export function requireMayBlock(instance: InstanceState): void {
  if (!instance.isSynchronous) return;
  if (instance.scheduler.firstReadyIn(instance) === undefined) throw new Trap("cannot-block");
}

/** How the current thread blocks in a host frame, and goes on there. */
export class Blocking {
  readonly #thread: Thread;
  readonly #scheduler: Scheduler;

  constructor(thread: Thread) {
    this.#thread = thread;
    this.#scheduler = thread.instance.scheduler;
  }

  /** Whether a cancellation of the task has ended the wait. */
  get isCancelled(): boolean {
    return this.#thread.isCancelled;
  }

  /** Waits until all of `conditions` hold; returns nothing where a cancellation ends it at once. @throws Trap where the thread may not block */
  wait(
    machine: HostMachine,
    conditions: readonly Condition[],
    isCancellable: boolean,
  ): HostRequest | undefined {
    const thread = this.#thread;
    if (isCancellable && thread.task.takeCancellation()) {
      thread.isCancelled = true;
      return undefined;
    }
    this.#scheduler.wait(thread, conditions, isCancellable);
    return this.#leave(machine);
  }

  /** The same for one condition, but goes on at once where it holds already. */
  waitUnless(machine: HostMachine, condition: Condition, isCancellable: boolean): HostRequest | undefined {
    const thread = this.#thread;
    if ((isCancellable && thread.task.hasCancellation) || !condition.holds)
      return this.wait(machine, [condition], isCancellable);
    thread.isCancelled = false;
    return undefined;
  }

  /** Leaves the thread, which has begun to wait or been suspended, for `other` if there is one. @throws Trap as {@link wait} does */
  changeTo(machine: HostMachine, other: Thread | undefined): HostRequest | undefined {
    if (other === undefined) return this.#leave(machine);
    const thread = this.#thread;
    const scheduler = this.#scheduler;
    if (thread.task.sharesFiber(thread)) return scheduler.resume(machine, other, false, thread.instance);
    if (!other.task.sharesFiber(other)) return scheduler.replace(thread, other);
    // It stands in a host frame further out, which sees that it goes on.
    scheduler.run(other, false);
    return scheduler.leave(thread);
  }

  /** Goes on after a request; returns nothing when the thread goes on. @throws Trap */
  goOn(machine: HostMachine): HostRequest | undefined {
    return this.#thread.task.sharesFiber(this.#thread) ? this.#below(machine) : undefined;
  }

  #leave(machine: HostMachine): HostRequest | undefined {
    const thread = this.#thread;
    return thread.task.sharesFiber(thread) ? this.#below(machine) : this.#scheduler.leave(thread);
  }

  /** A synchronous call's thread: others of its instance go on until it can. @throws Trap where none can */
  #below(machine: HostMachine): HostRequest | undefined {
    const thread = this.#thread;
    const { instance } = thread;
    instance.scope = { ...instance.scope, thread };
    if (thread.isRunning) return undefined;
    const next = this.#scheduler.firstReadyIn(instance);
    if (next === undefined) {
      // Others could go on, but not below this call.
      throw new Trap(this.#scheduler.firstReady() === undefined ? "cannot-block" : "deadlock");
    }
    if (next !== thread) return this.#scheduler.resume(machine, next, false, instance);
    this.#scheduler.run(thread, false);
    return undefined;
  }
}
