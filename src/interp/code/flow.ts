// How control goes on behind an operation, for those who look at nodes in their order.

import { Code } from "./code.ts";
import type { Operation } from "./node-data.ts";

/** Whether control never goes on to the next node. */
export function endsFlow(op: Operation): boolean {
  switch (op) {
    case Code.Br:
    case Code.BrTable:
    case Code.Unreachable:
    case Code.Return:
    case Code.Return32:
    case Code.Return64:
    case Code.TailCall:
    case Code.Raise:
      return true;
    default:
      return false;
  }
}
