// wasi:clocks 0.3: clocks that are waited for by calling them, and a time zone that is always UTC.

import { CLOCK } from "../../wasi/abi.ts";
import { clockTime } from "../../wasi/clock.ts";
import { type Instant, instant } from "../clocks.ts";
import { noFailure } from "../error-codes.ts";
import { hostFunction } from "../resource.ts";
import type { WasiState } from "../state.ts";

const LAST_INSTANT = (1n << 64n) - 1n;

type Definitions = Record<string, unknown>;

export function clocksDefinitions3(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  const resolution = hostFunction(stateOf, noFailure, (state) => state.clock.resolution);
  return {
    types: {},
    "monotonic-clock": {
      now: hostFunction(stateOf, noFailure, (state) => clockTime(state, CLOCK.monotonic)),
      getResolution: resolution,
      waitUntil: hostFunction(stateOf, noFailure, (state, when: bigint) => state.alarms.wait(when)),
      waitFor: hostFunction(stateOf, noFailure, (state, duration: bigint) => {
        const when = clockTime(state, CLOCK.monotonic) + duration;
        return state.alarms.wait(when > LAST_INSTANT ? LAST_INSTANT : when);
      }),
    },
    "system-clock": {
      now: hostFunction(stateOf, noFailure, (state) => instant(clockTime(state, CLOCK.realtime))),
      getResolution: resolution,
    },
    timezone: {
      ianaId: hostFunction(stateOf, noFailure, () => "UTC"),
      utcOffset: hostFunction(stateOf, noFailure, (_state, _when: Instant) => 0n),
      toDebugString: hostFunction(stateOf, noFailure, () => "UTC"),
    },
  };
}
