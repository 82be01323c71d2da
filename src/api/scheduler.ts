// A small fair scheduler: many executions, of one store or of many, share one thread.
// Owns the order of turns. Uses executions as any embedder could.

import {
  amount,
  FUEL,
  integer,
  type OptionTable,
  POSITIVE_MILLISECONDS,
  readOptions,
  wrongArgument,
} from "../checks/options.ts";
import { Execution } from "./execution.ts";
import { now } from "./interrupt.ts";
import { nextTurn } from "./turn.ts";

export interface SchedulerOptions {
  /** Fuel that an execution gets per turn, times its weight. Default 100,000: about a millisecond with a JIT. */
  readonly quantum?: bigint | number | undefined;
  /** Milliseconds after which the event loop turns, between two turns of executions. Default 10. */
  readonly quantumMs?: number | undefined;
}

export interface TaskOptions {
  /** Share of the fuel in proportion to others': an integer of at least 1. Default 1. */
  readonly weight?: number | undefined;
  /** Cap on what the execution may consume in all, inside its store's budget. Default: none. */
  readonly fuel?: bigint | number | undefined;
}

const SCHEDULER_OPTIONS = {
  // With none at all nobody would get anywhere.
  quantum: /* @__PURE__ */ amount(1n),
  quantumMs: POSITIVE_MILLISECONDS,
} satisfies OptionTable<SchedulerOptions>;

const TASK_OPTIONS = { weight: /* @__PURE__ */ integer(1), fuel: FUEL } satisfies OptionTable<TaskOptions>;

const QUANTUM = 100_000n;
const QUANTUM_MS = 10;
/** Turns of executions before the event loop's. */
const MOST_TURNS = 10_000;

interface Task {
  readonly execution: Execution;
  readonly quantum: bigint;
  readonly limit: bigint | undefined;
  /** Fuel that it may use in its turn: the quantum, and what it was left with for lack of more. */
  credit: bigint;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs executions in turn (deficit round robin): each may use one quantum of fuel, then the next one runs. What an
 * instruction too dear for one quantum leaves is added to the next turn, so that everyone gets ahead and nobody gets
 * more than its share. What calls of the guest by its host functions take past the quantum, as they cannot pause, it goes
 * without later. Who waits for the host is out of the round, and comes back at its end without savings.
 *
 *     const scheduler = new Scheduler({ quantum: 50_000 });
 *     const results = await Promise.all(guests.map((guest) => scheduler.run(guest.start("main"))));
 *
 * Nothing runs before the caller's own code lets the event loop turn. To end one: `execution.cancel()`.
 */
export class Scheduler {
  readonly #quantum: bigint;
  readonly #quantumMs: number;
  /** Whose turn comes next stands at `#next`; what is before it is over. */
  readonly #round: Task[] = [];
  #next = 0;
  #parked = 0;
  #active = false;

  /** @throws TypeError, RangeError for options that make no sense, such as a quantum that is not positive */
  constructor(options?: SchedulerOptions) {
    const { quantum = QUANTUM, quantumMs = QUANTUM_MS } = readOptions(
      "new Scheduler",
      options,
      SCHEDULER_OPTIONS,
    );
    this.#quantum = quantum;
    this.#quantumMs = quantumMs;
  }

  /** Executions that have not ended: those in the round, and those that wait for the host. */
  get size(): number {
    return this.#round.length - this.#next + this.#parked;
  }

  /**
   * Takes an execution into the round; gives its result. Where fuel ran out, or an interrupt handle stopped it, the
   * execution stands where it was: it can be run again, or cancelled.
   * @throws by rejecting: what ended the guest; OutOfFuelError with scope `store` or, for the options' cap, `call`;
   * InterruptedError
   * @throws TypeError, RangeError at once for options that make no sense
   */
  run(execution: Execution, options?: TaskOptions): Promise<unknown> {
    if (!(execution instanceof Execution)) {
      const expected = "an Execution, as instance.start() gives it";
      throw wrongArgument("scheduler.run(execution, options)", "execution", expected, execution);
    }
    const { weight = 1, fuel: limit } = readOptions("scheduler.run", options, TASK_OPTIONS);
    const quantum = this.#quantum * BigInt(weight);
    return new Promise((resolve, reject) => {
      this.#join({ execution, quantum, limit, credit: 0n, resolve, reject });
    });
  }

  #join(task: Task): void {
    this.#round.push(task);
    if (this.#active) return;
    this.#active = true;
    void this.#work();
  }

  async #work(): Promise<void> {
    const round = this.#round;
    while (round.length > 0) {
      await nextTurn();
      const end = now() + this.#quantumMs;
      // Also by number: a clock may stand still while code runs.
      for (let turns = 0; turns < MOST_TURNS && this.#next < round.length; turns++) {
        this.#turn(round[this.#next++] as Task);
        if (now() >= end) break;
      }
      round.splice(0, this.#next);
      this.#next = 0;
    }
    this.#active = false;
  }

  #turn(task: Task): void {
    const { execution, limit } = task;
    task.credit += task.quantum;
    if (task.credit <= 0n) {
      // It has overdrawn its turns so far.
      this.#join(task);
      return;
    }
    const fuel = limit === undefined ? undefined : limit - execution.fuelConsumed;
    const before = execution.fuelConsumed;
    const state = execution.resume({ fuel, quantum: task.credit });
    task.credit -= execution.fuelConsumed - before;
    switch (state) {
      case "done":
        task.resolve(execution.result);
        return;
      case "trapped":
        task.reject(execution.trap);
        return;
      case "awaiting-host":
        task.credit = 0n;
        this.#parked++;
        void execution.settled().then(() => {
          this.#parked--;
          this.#join(task);
        });
        return;
      case "out-of-fuel":
        if (execution.outOfFuelScope === "quantum") {
          this.#join(task);
        } else {
          task.reject(execution.inner.stopError(execution.outOfFuelScope ?? "call", true));
        }
        return;
      default:
        task.reject(execution.inner.stopError(execution.interruptedBy ?? "handle", true));
    }
  }
}
