// What stops a run from outside: deadlines, abort signals, and a flag that another thread can raise.

import type { InterruptReason, Watch } from "../interp/run/stop.ts";

/** Bounds in wall time. */
export interface InterruptOptions {
  /** Milliseconds of wall time, waiting for the host included. */
  readonly timeoutMs?: number | undefined;
  /**
   * Fires only when the event loop turns: in a synchronous call it stops the run only if it is
   * already aborted, or a host function aborts it.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Interrupts every run of an engine, from any thread: send `buffer` to a worker, make a handle of it
 * there, and call {@link interrupt}. Runs that start later are not affected.
 */
export class InterruptHandle {
  /** Shared where the host has SharedArrayBuffer. */
  readonly buffer: ArrayBufferLike;
  readonly #flag: Int32Array;

  constructor(buffer?: ArrayBufferLike) {
    this.buffer =
      buffer ?? (typeof SharedArrayBuffer === "function" ? new SharedArrayBuffer(4) : new ArrayBuffer(4));
    this.#flag = new Int32Array(this.buffer);
  }

  interrupt(): void {
    Atomics.add(this.#flag, 0, 1);
  }

  /** @internal Changes whenever the handle is used. */
  get epoch(): number {
    return Atomics.load(this.#flag, 0);
  }
}

/** A clock in milliseconds: monotonic where the host has one. */
export function now(): number {
  return typeof performance === "object" ? performance.now() : Date.now();
}

/**
 * Makes the watch for one call or slice; `undefined` when nothing can stop it. The handle counts if it is used after
 * it stood at `epoch`.
 * @throws RangeError for a bad timeout
 */
export function makeWatch(
  options: InterruptOptions,
  handle: InterruptHandle | undefined,
  epoch = handle?.epoch,
): Watch | undefined {
  const { timeoutMs, signal } = options;
  if (timeoutMs === undefined && signal === undefined && handle === undefined) return undefined;
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
    throw new RangeError(`timeoutMs: ${timeoutMs} is not a number of milliseconds`);
  }
  const deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : now() + timeoutMs;
  return {
    poll(): InterruptReason | undefined {
      if (signal?.aborted) return "signal";
      if (handle !== undefined && handle.epoch !== epoch) return "handle";
      return deadline !== Number.POSITIVE_INFINITY && now() >= deadline ? "timeout" : undefined;
    },
  };
}

/**
 * The same watch, which also asks a run to pause at time `end` of {@link now}. Below a host function that has called
 * the guest synchronously nothing can pause: there it waits.
 */
export function withQuantum(watch: Watch | undefined, end: number): Watch {
  return {
    poll: (mayPause) => watch?.poll(mayPause) ?? (mayPause && now() >= end ? "quantum" : undefined),
  };
}
