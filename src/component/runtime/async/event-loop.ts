// The loop in which a call by the host lets a store's threads go on, until what it waits for has happened.
// Owns whose turn it is, and finding deadlocks. In what order threads go on is the scheduler's affair.

import { Trap } from "../../../errors.ts";
import { PendingResult } from "../../../runtime/function.ts";
import type { HostMachine, HostRequest } from "../../../runtime/raw-function.ts";
import type { OwnedJob, Scheduler } from "./thread.ts";

export class EventLoop {
  readonly #scheduler: Scheduler;
  #job: OwnedJob | undefined;
  /** Whose turn it was before: a call by the host that has called the guest from within it. */
  #outer: Turn | undefined;
  #turn: Turn | undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Begins a turn; must be asked for before a guest runs. Returns what is to be awaited before. */
  take(machine: HostMachine): PendingResult | undefined {
    const scheduler = this.#scheduler;
    const { turn } = scheduler;
    if (turn !== undefined && turn.machine !== machine) return new PendingResult(scheduler.whenChanged());
    this.#outer = turn;
    this.#turn = { machine };
    scheduler.turn = this.#turn;
    return undefined;
  }

  /** Ends it, whether or not it has begun. */
  release(): void {
    if (this.#turn === undefined) return;
    const scheduler = this.#scheduler;
    scheduler.turn = this.#outer;
    this.#turn = undefined;
    if (this.#outer === undefined) scheduler.change();
  }

  /**
   * Lets threads go on, one after the other. Returns nothing where `isOver`, or where nothing more can happen and that is no
   * fault (`isIdleFine`). @throws Trap for a deadlock
   */
  step(
    machine: HostMachine,
    word: number,
    isOver: () => boolean,
    isIdleFine: boolean,
  ): HostRequest | undefined {
    const scheduler = this.#scheduler;
    const isContended = this.#turn !== undefined && scheduler.hasWaiting;
    this.release();
    if (isContended && machine.mayAwait && this.#job === undefined)
      return new PendingResult(Promise.resolve());
    for (;;) {
      if (this.#job === undefined && isOver()) return undefined;
      const { turn } = scheduler;
      if (turn !== undefined && turn.machine !== machine) return new PendingResult(scheduler.whenChanged());
      this.#job ??= scheduler.nextJob();
      const thread = this.#job === undefined ? scheduler.firstReady() : undefined;
      if (this.#job === undefined && thread === undefined) break;
      this.take(machine);
      if (thread !== undefined) return scheduler.resume(machine, thread, false, undefined);
      const next = this.#doJob(machine, word);
      if (next !== undefined) return next;
      this.#job = undefined;
      this.release();
    }
    const mayHappen = scheduler.hostWaits > 0;
    if (isIdleFine && !(mayHappen && machine.mayAwait)) return undefined;
    if (!mayHappen) throw new Trap("deadlock");
    const changed = scheduler.whenChanged();
    if (scheduler.hostWaits === scheduler.idleWaits.size) for (const idle of scheduler.idleWaits) idle();
    return new PendingResult(changed);
  }

  /** Whose turn it is has no part in what a job throws. */
  #doJob(machine: HostMachine, word: number): HostRequest | undefined {
    const { owner, job } = this.#job as OwnedJob;
    try {
      return job.step(machine, word);
    } catch (error) {
      owner.fail(error);
      return undefined;
    }
  }
}

export interface Turn {
  readonly machine: HostMachine;
}
