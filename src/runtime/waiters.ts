// Who waits at which address of a memory (threads proposal, "Wait and notify").
// Owns the queues, in order of arrival, and their timers. Knows nothing of executions or of bytes.

/** What `memory.atomic.wait` gives. */
export const enum WaitResult {
  Woken = 0,
  NotEqual = 1,
  TimedOut = 2,
}

/** One that waits. */
export interface Waiter {
  /** Never rejects; stays pending when cancelled. */
  readonly promise: Promise<WaitResult>;
  /** Takes it out of its queue: it no longer counts as one that can be woken. */
  cancel(): void;
}

/** A timer holds 31 bits; longer waits take several. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The queues of one memory. */
export class WaiterQueues {
  readonly #queues = new Map<number, Set<(result: WaitResult) => void>>();

  /** Queues a waiter at byte `address`; `timeoutMs` may be infinite, else the host must have timers. */
  wait(address: number, timeoutMs: number): Waiter {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wake: (result: WaitResult) => void = () => undefined;
    const promise = new Promise<WaitResult>((resolve) => {
      wake = (result) => {
        this.#remove(address, wake);
        if (timer !== undefined) clearTimeout(timer);
        resolve(result);
      };
    });
    const arm = (left: number): void => {
      const slice = Math.min(left, LONGEST_TIMER_MS);
      timer = setTimeout(() => {
        if (left > slice) arm(left - slice);
        else wake(WaitResult.TimedOut);
      }, slice);
    };
    if (timeoutMs !== Number.POSITIVE_INFINITY) arm(timeoutMs);
    let queue = this.#queues.get(address);
    if (queue === undefined) {
      queue = new Set();
      this.#queues.set(address, queue);
    }
    queue.add(wake);
    return {
      promise,
      cancel: () => {
        this.#remove(address, wake);
        if (timer !== undefined) clearTimeout(timer);
      },
    };
  }

  /** Wakes up to `count` of those waiting at `address`, first come, first served. Returns how many. */
  notify(address: number, count: number): number {
    let woken = 0;
    for (const wake of this.#queues.get(address) ?? []) {
      if (woken >= count) break;
      wake(WaitResult.Woken);
      woken++;
    }
    return woken;
  }

  #remove(address: number, wake: (result: WaitResult) => void): void {
    const queue = this.#queues.get(address);
    queue?.delete(wake);
    if (queue?.size === 0) this.#queues.delete(address);
  }
}
