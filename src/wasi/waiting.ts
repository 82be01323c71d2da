// How a function waits: by blocking where the embedder granted that, else by a Promise that parks the guest.
// Knows nothing of what is waited for.

import { WouldBlockError } from "../errors.ts";
import type { Call } from "./function-table.ts";
import type { Waitable } from "./sockets.ts";

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
  if (call.state.blocking !== undefined && waitable.blockUntilReady !== undefined) {
    do waitable.blockUntilReady();
    while (!attempt());
    return;
  }
  if (!call.canWait) throw new WouldBlockError(operation);
  return waitAsynchronously(call, waitable, attempt);
}

async function waitAsynchronously(call: Call, waitable: Waitable, attempt: () => boolean): Promise<void> {
  do {
    await waitable.whenReady();
    call.memory.refresh();
  } while (!attempt());
}

/**
 * The waits of one guest, at most one for each waitable. Those who come back to a waitable that is not ready join the wait that is
 * under way: a guest that polls with short timeouts would otherwise leave a promise behind each time.
 */
export class Waits {
  readonly #wakers = new Map<Waitable, Set<() => void>>();

  /** Starts waiting, as some sources do not fetch anything before. */
  start(waitable: Waitable): void {
    this.#wakersOf(waitable);
  }

  /** Resolves when one of them is ready, or the timer calls; `setTimer` gives what cancels it. */
  async any(
    waitables: readonly Waitable[],
    setTimer: ((wake: () => void) => () => void) | undefined,
  ): Promise<void> {
    const undo: (() => void)[] = [];
    await new Promise<void>((resolve) => {
      const wake = (): void => resolve();
      for (const waitable of waitables) {
        const wakers = this.#wakersOf(waitable);
        wakers.add(wake);
        undo.push(() => wakers.delete(wake));
      }
      if (setTimer !== undefined) undo.push(setTimer(wake));
    });
    for (const each of undo) each();
  }

  #wakersOf(waitable: Waitable): Set<() => void> {
    const known = this.#wakers.get(waitable);
    if (known !== undefined) return known;
    const wakers = new Set<() => void>();
    this.#wakers.set(waitable, wakers);
    void waitable.whenReady().then(() => {
      this.#wakers.delete(waitable);
      for (const wake of wakers) wake();
    });
    return wakers;
  }
}
