// clock_res_get and clock_time_get.

import { CLOCK, WasiError } from "./abi.ts";
import { type FunctionTable, wasiFunction } from "./function-table.ts";
import type { Grants } from "./grants.ts";

/** The time of a clock in nanoseconds. @throws WasiError `inval` on an unknown clock */
export function clockTime(state: Grants, clock: number): bigint {
  switch (clock) {
    case CLOCK.realtime:
      return state.clock.realtime();
    case CLOCK.monotonic:
      return state.clock.monotonic();
    case CLOCK.processCputime:
    case CLOCK.threadCputime:
      return state.clock.cpuTime?.() ?? state.clock.monotonic();
    default:
      throw new WasiError("inval", "unknown clock");
  }
}

export const CLOCK_FUNCTIONS: FunctionTable = {
  /**
   * Tells a clock's resolution in nanoseconds. `inval`: unknown clock. Charges the call alone.
   *
   *     resolution -> | ns u64 |
   */
  clock_res_get: wasiFunction(["u32", "u32"], ({ memory, state }, clock, resolution) => {
    memory.check(resolution, 8, 8);
    clockTime(state, clock);
    memory.refresh();
    memory.setU64(resolution, state.clock.resolution);
  }),

  /**
   * Tells the time. `inval`: unknown clock. The wanted precision is ignored: the best is what there is. Charges the call
   * alone.
   *
   *     time -> | ns u64 |
   */
  clock_time_get: wasiFunction(["u32", "u64", "u32"], ({ memory, state }, clock, _precision, time) => {
    memory.check(time, 8, 8);
    const now = clockTime(state, clock);
    memory.refresh();
    memory.setU64(time, now);
  }),
};
