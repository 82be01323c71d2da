// Drives one guest call to its end in slices, so that Ctrl-C and timeouts also stop a guest that never pauses.
// Owns the slicing and the waiting; knows nothing of options or output.

import type { Execution } from "../api/index.ts";
import { InterruptedError, OutOfFuelError, type RuntimeError } from "../errors.ts";

/** How long Ctrl-C may have to wait for a busy guest, in milliseconds. */
const SLICE_MS = 50;
/** Longer timers overflow into none at all (int32 milliseconds). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What can stop a guest from outside. */
export interface Stop {
  /** Aborted by SIGINT. */
  readonly interrupt: AbortSignal;
  /** On the clock of `performance.now()`; `undefined`: never. */
  readonly deadline: number | undefined;
}

/** Resolves at the next turn of the event loop, when signals have been looked at. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when the promise is settled, the deadline has passed or the interrupt has come. */
async function settledOrStopped(promise: PromiseLike<unknown>, { interrupt, deadline }: Stop): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => {
    wake = resolve;
    interrupt.addEventListener("abort", wake);
    const left = deadline === undefined ? LONGEST_TIMER_MS : deadline - performance.now();
    // Also keeps the process alive while the guest waits for something that does not.
    timer = setTimeout(resolve, Math.min(Math.max(left, 0), LONGEST_TIMER_MS));
  });
  try {
    await Promise.race([promise.then(undefined, () => undefined), stopped]);
  } finally {
    clearTimeout(timer);
    if (wake !== undefined) interrupt.removeEventListener("abort", wake);
  }
}

/**
 * Runs `execution` to its end and gives its result.
 *
 * @throws whatever ended the guest; InterruptedError with reason `timeout` or `signal`; OutOfFuelError
 */
export async function drive(execution: Execution, stop: Stop): Promise<unknown> {
  const fail = <E extends RuntimeError>(error: E): E => {
    if (error.backtrace.length === 0) error.backtrace = execution.backtrace();
    execution.cancel();
    return error;
  };
  for (;;) {
    if (stop.interrupt.aborted) throw fail(new InterruptedError("signal", false, "SIGINT"));
    const left = stop.deadline === undefined ? SLICE_MS : stop.deadline - performance.now();
    if (left <= 0) throw fail(new InterruptedError("timeout", false));
    switch (execution.resume({ timeoutMs: Math.min(left, SLICE_MS) })) {
      case "done":
        return execution.result;
      case "trapped":
        throw execution.error;
      case "out-of-fuel":
        throw fail(new OutOfFuelError("store", false));
      case "interrupted":
        await turn();
        break;
      case "awaiting-host":
        await settledOrStopped(execution.settled(), stop);
        break;
    }
  }
}
