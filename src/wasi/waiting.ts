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
