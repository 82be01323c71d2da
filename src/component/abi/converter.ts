// What converts the values of one type: between a guest's memory or registers and JavaScript.
// Owns the interface, and what is said of values that do not fit.

import type { Side } from "./context.ts";

/**
 * Made once for each type. `load` and `lift` are given what a guest wrote, and trap on what cannot be; `store` and `lower` are
 * given what they gave, or what `check` gave. Addresses are checked and aligned; registers are words, two for each core value.
 */
export interface Converter {
  /** Bytes in memory. */
  readonly size: number;
  readonly alignment: number;
  /** How many core values it is flattened to. */
  readonly flat: number;
  /** How each core value is passed on, where flat values can be passed on as they are; `undefined` where they cannot. */
  readonly passing: readonly Passing[] | undefined;
  /** How many JavaScript values one is made of, at least: what is lifted counts them. */
  readonly parts: number;
  /**
   * Gives what is to be written: the value itself, or a copy of what its owner can still change, each part of which is read once. The guest
   * runs before it is written, and may call the host. @throws Mismatch
   */
  check(side: Side, value: unknown): unknown;
  load(side: Side, at: number): unknown;
  lift(side: Side, word: number): unknown;
  store(side: Side, value: unknown, at: number): void;
  lower(side: Side, value: unknown, word: number): void;
}

/** Makes a 32-bit core value what the type allows, or traps; `"wide"` for both words of 64 bits. */
export type Passing = ((word: number) => number) | "wide";

/** A value that is not of its type, and where it stands in what was checked. */
export class Mismatch {
  readonly reason: string;
  path = "";

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Checks a part of a value, which is called `step` in messages, e.g. `.name` or `[3]`. @throws Mismatch */
export function checkPart(side: Side, converter: Converter, value: unknown, step: () => string): unknown {
  try {
    return converter.check(side, value);
  } catch (error) {
    if (error instanceof Mismatch) error.path = step() + error.path;
    throw error;
  }
}
