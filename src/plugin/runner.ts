// Runs executions of plugins: what is short at once, what takes longer in turns with everybody else.
// Owns the order of the two. Fairness among what takes longer is the scheduler's.

import { type Execution, InterruptedError, OutOfFuelError, Scheduler, type Tenant } from "../api/index.ts";

export interface RunBounds {
  readonly fuel: bigint | undefined;
  /** When the time is over, on the clock of {@link now}; may be infinite. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  readonly tenant: Tenant | undefined;
}

/** A clock in milliseconds: monotonic where the host has one. */
export function now(): number {
  return typeof performance === "object" ? performance.now() : Date.now();
}

/** Fuel of an execution that runs at once: some hundred microseconds. Most calls of plugins need no more. */
const FIRST_SLICE = 30_000n;
/** Milliseconds after which the event loop turns, however short each call is. */
const TURN_MS = 10;

export class Runner {
  readonly scheduler: Scheduler;
  #turnEnds = 0;

  constructor(scheduler = new Scheduler()) {
    this.scheduler = scheduler;
  }

  /** Runs an execution to its end; gives its result. @throws what ends it; the caller cancels it then */
  async run(execution: Execution, bounds: RunBounds): Promise<unknown> {
    const { fuel, deadline, signal, tenant } = bounds;
    // A tenant's first slice waits for its turn like all others.
    if (tenant === undefined && now() < this.#turnEnds) {
      const state = execution.resume({
        ...{ fuel, signal, quantum: FIRST_SLICE },
        timeoutMs: Math.max(0, deadline - now()),
      });
      switch (state) {
        case "done":
          return execution.result;
        case "trapped":
          throw execution.error;
        case "out-of-fuel":
          if (execution.outOfFuelScope !== "quantum")
            throw located(new OutOfFuelError("call", false), execution);
          break;
        case "interrupted":
          throw located(new InterruptedError(execution.interruptedBy ?? "handle", false), execution);
      }
    }
    try {
      return await this.scheduler.run(execution, {
        ...{ fuel, signal, tenant },
        timeoutMs: Math.max(0, deadline - now()),
      });
    } finally {
      this.#turnEnds = now() + TURN_MS;
    }
  }
}

function located<E extends OutOfFuelError | InterruptedError>(error: E, execution: Execution): E {
  error.backtrace = execution.backtrace();
  return error;
}
