// Sees to it that a call's time and its signal end it while it waits for somebody. Owns timer and listener.

import { now } from "./runner.ts";

/** A timer holds 31 bits; who waits longer asks again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Why a wait is over. */
export type WatchEnd = "time" | "abort";

/**
 * Tells when a time has come, on the clock of `now()`, or a signal is aborted; never at once, so that who is told has what it
 * gets. Gives what ends the watch.
 */
export function watch(
  end: number,
  signal: AbortSignal | undefined,
  onEnd: (why: WatchEnd) => void,
): () => void {
  const onAbort = (): void => onEnd("abort");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    const left = Math.max(0, Math.ceil(end - now()));
    timer = setTimeout(() => (now() >= end ? onEnd("time") : wait()), Math.min(left, LONGEST_TIMER_MS));
  };
  signal?.addEventListener("abort", onAbort);
  if (end !== Number.POSITIVE_INFINITY && typeof setTimeout === "function") wait();
  return () => {
    if (timer !== undefined) clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
}
