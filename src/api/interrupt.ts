// What stops a run from outside: deadlines, abort signals, and a flag that another thread can raise.

import { ABORT_SIGNAL, MILLISECONDS, type OptionTable, type Read, unexpected } from "../checks/options.ts";
import { InterruptedError } from "../errors.ts";
import type { InterruptReason, Watch } from "../interp/run/stop.ts";

/** Bounds in wall time. */
export interface InterruptOptions {
  /**
   * Milliseconds of wall time from the guest's first instruction on, waiting for the host included. What comes before that,
   * which is making code of the function that is called, may take as long again.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Fires only when the event loop turns: in a synchronous call it stops the run only if it is
   * already aborted, or a host function aborts it.
   */
  readonly signal?: AbortSignal | undefined;
}

export const INTERRUPT_OPTIONS = {
  timeoutMs: MILLISECONDS,
  signal: ABORT_SIGNAL,
} satisfies OptionTable<InterruptOptions>;

/**
 * Interrupts every run of an engine, from any thread: send `buffer` to a worker, make a handle of it
 * there, and call {@link interrupt}. Runs that start later are not affected.
 */
export class InterruptHandle {
  /** Shared where the host has SharedArrayBuffer. */
  readonly buffer: ArrayBufferLike;
  readonly #flag: Int32Array;

  /** @throws TypeError for what is no buffer; RangeError for one that is too short */
  constructor(buffer?: ArrayBufferLike) {
    this.buffer = buffer === undefined ? newFlag() : checkFlag(buffer);
    this.#flag = new Int32Array(this.buffer, 0, 1);
  }

  interrupt(): void {
    Atomics.add(this.#flag, 0, 1);
  }

  /** @internal Changes whenever the handle is used. */
  get epoch(): number {
    return Atomics.load(this.#flag, 0);
  }
}

const FLAG_BYTES = 4;

function newFlag(): ArrayBufferLike {
  return typeof SharedArrayBuffer === "function"
    ? new SharedArrayBuffer(FLAG_BYTES)
    : new ArrayBuffer(FLAG_BYTES);
}

function checkFlag(buffer: ArrayBufferLike): ArrayBufferLike {
  const isShared = typeof SharedArrayBuffer === "function" && buffer instanceof SharedArrayBuffer;
  if (!isShared && !(buffer instanceof ArrayBuffer)) {
    throw unexpected("new InterruptHandle", "the buffer of another handle", buffer);
  }
  if (buffer.byteLength < FLAG_BYTES) {
    throw new RangeError(
      `new InterruptHandle: expected a buffer of ${FLAG_BYTES} bytes, got ${buffer.byteLength}`,
    );
  }
  return buffer;
}

/** A clock in milliseconds: monotonic where the host has one. */
export function now(): number {
  return typeof performance === "object" ? performance.now() : Date.now();
}

/** A watch that also says when the time is over, on the clock of {@link now}; infinity where no time was given. */
export interface TimedWatch extends Watch {
  readonly deadline: number;
}

/**
 * Makes the watch for one call or slice; `undefined` when nothing can stop it. The handle counts if it is used after
 * it stood at `epoch`.
 */
export function makeWatch(
  options: Read<typeof INTERRUPT_OPTIONS>,
  handle: InterruptHandle | undefined,
  epoch = handle?.epoch,
): TimedWatch | undefined {
  const { timeoutMs, signal } = options;
  if (timeoutMs === undefined && signal === undefined && handle === undefined) return undefined;
  let deadline = timeoutMs === undefined ? Number.POSITIVE_INFINITY : now() + timeoutMs;
  let hasBegun = false;
  return {
    get deadline() {
      return deadline;
    },
    begin() {
      if (timeoutMs !== undefined && !hasBegun) deadline = now() + timeoutMs;
      hasBegun = true;
    },
    poll(): InterruptReason | undefined {
      if (signal?.aborted) return "signal";
      if (handle !== undefined && handle.epoch !== epoch) return "handle";
      return deadline !== Number.POSITIVE_INFINITY && now() >= deadline ? "timeout" : undefined;
    },
  };
}

/** Looks whether what makes an instance is to be stopped, and then throws. */
export function makePoll(
  options: Read<typeof INTERRUPT_OPTIONS>,
  handle: InterruptHandle | undefined,
): () => void {
  const watch = makeWatch(options, handle);
  return () => {
    const reason = watch?.poll(false);
    if (reason !== undefined && reason !== "quantum") throw new InterruptedError(reason, false);
  };
}

/**
 * The same watch, which also asks a run to pause at time `end` of {@link now}. Below a host function that has called
 * the guest synchronously nothing can pause: there it waits.
 */
export function withQuantum(watch: Watch | undefined, end: number): Watch {
  return {
    poll: (mayPause) => watch?.poll(mayPause) ?? (mayPause && now() >= end ? "quantum" : undefined),
    begin: () => watch?.begin?.(),
  };
}
