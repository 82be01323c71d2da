// How a function waits: by a Promise that parks the guest, or by blocking in a synchronous call where the embedder granted that.
// Knows nothing of what is waited for.

import { WouldBlockError } from "../errors.ts";
import { WasiError } from "./abi.ts";
import type { Call } from "./function-table.ts";
import type { Waitable } from "./sockets.ts";

/** What is ready when it is asked for the first time tells so within this: a pipe in a turn of the event loop, a file in some. */
export const FIRST_LOOK_MS = 20;

interface Timers {
  setTimeout?(callback: () => void, ms: number): unknown;
  clearTimeout?(timer: unknown): void;
}

function timers(): Timers {
  return globalThis as unknown as Timers;
}

/** Whether {@link Parking.wait} can end by itself. QuickJS, for one, has no timers. */
export function hasTimers(): boolean {
  return typeof timers().setTimeout === "function";
}

type Wake = (failure?: { readonly error: unknown }) => void;

/** The parked calls of one guest. */
export class Parking {
  #closed = false;
  readonly #parked = new Set<Wake>();
  /** Who waits for what. Each waitable is asked once until it answers: a guest that polls in a loop must not pile up listeners. */
  readonly #asked = new Map<Waitable, Set<Wake>>();
  readonly #seen = new WeakSet<Waitable>();

  /**
   * Waits until one of `waitables` is ready, `ms` have passed, or the guest's end; may wake too early.
   * Rejects with WasiError `canceled` at the end, and with what a waitable rejects with.
   */
  wait(waitables: readonly Waitable[], ms?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: unknown;
      const wake: Wake = (failure) => {
        if (timer !== undefined) timers().clearTimeout?.(timer);
        this.#parked.delete(wake);
        for (const waitable of waitables) this.#asked.get(waitable)?.delete(wake);
        if (failure === undefined) resolve();
        else reject(failure.error);
      };
      if (this.#closed) return wake(canceled());
      this.#parked.add(wake);
      if (ms !== undefined) timer = timers().setTimeout?.(() => wake(), ms);
      for (const waitable of waitables) this.#ask(waitable).add(wake);
    });
  }

  /** Lets a source begin to fetch, so that what can be there at once is. */
  ask(waitable: Waitable): void {
    if (!this.#closed) this.#ask(waitable);
  }

  /**
   * Those of `waitables` that were never waited for. What is behind such a one may be ready without anybody knowing: a pipe
   * that holds data, until the event loop has turned. They count as waited for from now on.
   */
  unseen(waitables: readonly Waitable[]): Waitable[] {
    return waitables.filter((waitable) => {
      if (this.#seen.has(waitable)) return false;
      this.#seen.add(waitable);
      return true;
    });
  }

  /** Ends all waits, now and later. */
  close(): void {
    this.#closed = true;
    for (const wake of [...this.#parked]) wake(canceled());
  }

  #ask(waitable: Waitable): Set<Wake> {
    const known = this.#asked.get(waitable);
    if (known !== undefined) return known;
    const waiting = new Set<Wake>();
    this.#asked.set(waitable, waiting);
    const answer: Wake = (failure) => {
      this.#asked.delete(waitable);
      for (const wake of [...waiting]) wake(failure);
    };
    waitable.whenReady().then(
      () => answer(),
      (error: unknown) => answer({ error }),
    );
    return waiting;
  }
}

function canceled(): { readonly error: WasiError } {
  return { error: new WasiError("canceled", "the guest's WASI has been closed") };
}

/**
 * Repeats `attempt` until it succeeds, waiting for `waitable` in between. The first attempt is made at once.
 * @throws WouldBlockError if it must wait in a synchronous call and blocking was not granted
 */
export function waitUntil(
  call: Call,
  operation: string,
  waitable: Waitable,
  attempt: () => boolean,
): void | Promise<void> {
  if (attempt()) return;
  if (call.canWait) return waitAsynchronously(call, waitable, attempt);
  if (call.state.blocking === undefined || waitable.blockUntilReady === undefined) {
    throw new WouldBlockError(operation);
  }
  do blockFor(call, (ms) => waitable.blockUntilReady?.(ms), Number.POSITIVE_INFINITY);
  while (!attempt());
}

/**
 * The same for a descriptor that may be `nonblock`: then nothing is waited for, but what is asked for the first time may hold bytes
 * that nobody knows of until the event loop has turned, and gets the time for that in calls that can wait.
 * @throws WasiError `again` if it is `nonblock` and has nothing; as {@link waitUntil}
 */
export function waitUnless(
  isNonblock: boolean,
  call: Call,
  operation: string,
  waitable: Waitable,
  attempt: () => boolean,
): void | Promise<void> {
  if (!isNonblock) return waitUntil(call, operation, waitable, attempt);
  if (attempt()) return;
  if (call.canWait && hasTimers() && call.state.parking.unseen([waitable]).length > 0) {
    return lookOnce(call, waitable, attempt);
  }
  throw new WasiError("again");
}

async function lookOnce(call: Call, waitable: Waitable, attempt: () => boolean): Promise<void> {
  // The second time for a thread that was held up: its timers end before it looks at its descriptors.
  for (const ms of [FIRST_LOOK_MS, 0]) {
    await call.state.parking.wait([waitable], ms);
    call.memory.refresh();
    if (attempt()) return;
  }
  throw new WasiError("again");
}

/** A guest that is to be stopped is stopped so soon, in milliseconds. */
const BLOCKED_SLICE_MS = 50;

/** Blocks the thread by `block` for at most `ms`, or a shorter while. @throws what stops the guest */
export function blockFor(call: Call, block: (ms: number) => void, ms: number): void {
  block(Math.min(ms, BLOCKED_SLICE_MS));
  call.throwIfInterrupted();
}

async function waitAsynchronously(call: Call, waitable: Waitable, attempt: () => boolean): Promise<void> {
  do {
    await call.state.parking.wait([waitable]);
    call.memory.refresh();
  } while (!attempt());
}

/** Waits for all of them, and rejects with the first's failure: what `Promise.allSettled` is for, which old hosts lack. */
export async function allOver(promises: readonly (Promise<void> | undefined)[]): Promise<void> {
  const failed = (reason: unknown): { readonly reason: unknown } => ({ reason });
  const outcomes = promises.map((promise) => Promise.resolve(promise).then(() => undefined, failed));
  // Awaited by itself: QuickJS before 2023 does not compile a `yield` that a loop goes over.
  const failures = await Promise.all(outcomes);
  for (const failure of failures) if (failure !== undefined) throw failure.reason;
}
