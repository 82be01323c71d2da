// Waiting for the first of several: streams, sockets and clocks. What poll_oneoff and pollables have in common.
// Knows neither guest memory nor what is told of what is ready.

import type { Grants } from "./grants.ts";
import type { Waitable } from "./sockets.ts";
import { FIRST_LOOK_MS } from "./waiting.ts";

/** Longer waits are made of several: setTimeout counts in int32, and a wall clock can be set meanwhile. */
export const MAX_WAIT_MS = 60_000;

/** What is waited for. */
export interface Polled {
  /** What is not ready, beside clocks; as the last look found it. */
  readonly waitables: readonly Waitable[];
  readonly hasDeadline: boolean;
  /** Time until the first deadline, rounded up; at most {@link MAX_WAIT_MS}, which it also is without one. */
  millisecondsLeft(): number;
}

/** Nanoseconds as milliseconds to wait: rounded up, at most {@link MAX_WAIT_MS}. */
export function waitingMilliseconds(nanoseconds: bigint): number {
  const ms = (nanoseconds + 999_999n) / 1_000_000n;
  return ms > BigInt(MAX_WAIT_MS) ? MAX_WAIT_MS : Number(ms);
}

/** Gives streams and sockets that are polled for the first time the time to tell whether they are ready. */
export async function lookFirst(
  grants: Grants,
  polled: Polled,
  unseen: readonly Waitable[],
  finish: () => boolean,
): Promise<void> {
  await grants.parking.wait(unseen, FIRST_LOOK_MS);
  if (!finish()) await waitParked(grants, polled, finish);
}

/** Waits until `finish` says that it is done; it looks anew. */
export async function waitParked(grants: Grants, polled: Polled, finish: () => boolean): Promise<void> {
  const { parking, virtualClock } = grants;
  do {
    // On a virtual clock time passes only when there is nothing else to wait for.
    const isTimed = polled.hasDeadline && (virtualClock === undefined || polled.waitables.length === 0);
    await parking.wait(polled.waitables, isTimed ? polled.millisecondsLeft() : undefined);
  } while (!finish());
}
