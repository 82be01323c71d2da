// sched_yield.

import { type FunctionTable, wasiFunction } from "./function-table.ts";

export const SCHED_FUNCTIONS: FunctionTable = {
  /** Gives way to others, of which there are none inside a guest. Never fails, writes nothing. Charges the call alone. */
  sched_yield: wasiFunction([], () => {}),
};
