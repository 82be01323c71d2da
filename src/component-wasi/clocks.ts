// wasi:clocks: the monotonic clock with its pollables, the wall clock, and a time zone that is always UTC.

import { CLOCK } from "../wasi/abi.ts";
import { clockTime } from "../wasi/clock.ts";
import { noFailure } from "./error-codes.ts";
import { Pollable } from "./io/poll.ts";
import { hostFunction } from "./resource.ts";
import type { WasiState } from "./state.ts";

/** `wasi:clocks/wall-clock.datetime`. */
export interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

const BILLION = 1_000_000_000n;
const LAST_INSTANT = (1n << 64n) - 1n;

/** Nanoseconds since 1970 as WIT has them; what was before is 1970. */
export function datetime(nanoseconds: bigint): Datetime {
  const since = nanoseconds > 0n ? nanoseconds : 0n;
  return { seconds: since / BILLION, nanoseconds: Number(since % BILLION) };
}

/** The other way; `undefined` if it is no time: more than 999,999,999 nanoseconds, before 1970, or beyond what a file system has. */
export function nanosecondsOf({ seconds, nanoseconds }: Datetime): bigint | undefined {
  const total = seconds * BILLION + BigInt(nanoseconds);
  return nanoseconds >= 1_000_000_000 || total < 0n || total > (1n << 63n) - 1n ? undefined : total;
}

/** `wasi:clocks/system-clock.instant` of 0.3, which may be before 1970. */
export interface Instant {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

export function instant(nanoseconds: bigint): Instant {
  const rest = ((nanoseconds % BILLION) + BILLION) % BILLION;
  return { seconds: (nanoseconds - rest) / BILLION, nanoseconds: Number(rest) };
}

export function monotonicClockDefinitions(stateOf: () => WasiState): Record<string, unknown> {
  return {
    now: hostFunction(stateOf, noFailure, (state) => clockTime(state, CLOCK.monotonic)),
    resolution: hostFunction(stateOf, noFailure, (state) => state.clock.resolution),
    subscribeInstant: hostFunction(stateOf, noFailure, (state, when: bigint) => new Pollable(state, when)),
    subscribeDuration: hostFunction(stateOf, noFailure, (state, duration: bigint) => {
      const when = clockTime(state, CLOCK.monotonic) + duration;
      return new Pollable(state, when > LAST_INSTANT ? LAST_INSTANT : when);
    }),
  };
}

export function wallClockDefinitions(stateOf: () => WasiState): Record<string, unknown> {
  return {
    now: hostFunction(stateOf, noFailure, (state) => datetime(clockTime(state, CLOCK.realtime))),
    resolution: hostFunction(stateOf, noFailure, (state) => datetime(state.clock.resolution)),
  };
}

export function timezoneDefinitions(stateOf: () => WasiState): Record<string, unknown> {
  return {
    display: hostFunction(stateOf, noFailure, (_state, _when: Datetime) => ({
      utcOffset: 0,
      name: "UTC",
      inDaylightSavingTime: false,
    })),
    utcOffset: hostFunction(stateOf, noFailure, (_state, _when: Datetime) => 0),
  };
}
