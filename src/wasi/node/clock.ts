// Node's clocks, to the nanosecond where Node has it.

import type { ClockSource } from "../clock-source.ts";

/** Wall time from the performance clock's origin, monotonic time from `hrtime`, CPU time of the process. */
export function nodeClock(): ClockSource {
  return {
    resolution: 1_000n,
    // Date alone has milliseconds; performance adds the part below, but drifts from a wall clock that is set.
    realtime() {
      const millis = BigInt(Date.now()) * 1_000_000n;
      const fine = BigInt(Math.floor((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
      const difference = fine - millis;
      return difference >= 0n && difference < 1_000_000n ? fine : millis;
    },
    monotonic: () => process.hrtime.bigint(),
    cpuTime() {
      const { user, system } = process.cpuUsage();
      return BigInt(user + system) * 1_000n;
    },
  };
}
