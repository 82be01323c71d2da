// Structs, arrays, i31 references and casts as a part of the interpreter.

import { lowerAggregate, lowerCast } from "./lower/aggregate.ts";
import { executeAggregates, executeCastTest } from "./ops/aggregate.ts";
import { executeHeavyArray } from "./ops/heavy-array.ts";
import type { AggregatePart } from "./parts.ts";

export const aggregates: AggregatePart = {
  lower: lowerAggregate,
  lowerCast,
  execute: executeAggregates,
  test: executeCastTest,
  executeHeavy: executeHeavyArray,
};
