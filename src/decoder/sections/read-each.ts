// Reads the things that a section lists, in steps.

import { ITEM } from "../../module/steps.ts";
import type { DecoderContext } from "../module-builder.ts";

/** What is left to do of something that is longer than a step. */
export type Rest = Iterable<void> | void;

/**
 * `read` reads one thing, and gives what is left of it, if that is much. It is no generator, and neither are the loops within: a generator is
 * interpreted for long before V8 compiles it.
 */
export function* readEach(
  context: DecoderContext,
  count: number,
  read: (context: DecoderContext, index: number) => Rest,
): Generator<void, void> {
  const { cursor, steps } = context;
  for (let i = 0; i < count; i++) {
    const start = cursor.position;
    const rest = read(context, i);
    if (typeof rest === "object") yield* rest;
    if (steps.isDue(ITEM + cursor.position - start)) yield;
  }
}
