import { expect, it } from "vitest";
import { measureSearch } from "./switches.ts";

/** A host's times, in milliseconds, for the first and the last case; and those of one measurement that something disturbed. */
const host =
  (first: number, last: number, disturbed: readonly number[] = []) =>
  () => {
    const extra = [...disturbed];
    return (_: unknown, op: number): number => (op === 0 ? first : last) + (extra.shift() ?? 0);
  };
const clock = { now: () => 0, turns: 1, tick: 0.2 };

it.each([
  ["a search", host(0.1, 3), true],
  ["a table", host(0.1, 0.1), false],
  ["a table, while others used the processor", host(0.1, 0.1, [0, 9]), false],
  ["a search, while others used the processor", host(0.1, 3, [0, 9, 0, 9]), true],
  ["a search, while others used the processor for the first case", host(0.1, 3, [9]), true],
  ["a clock that stands still", host(0, 0), false],
  ["a difference that the clock cannot tell", host(0, 0.15), false],
])("%s is told by its times", (_, make, expected) => {
  expect(measureSearch(clock, make())).toBe(expected);
});

it("finds a table in this host", () => {
  expect(measureSearch({ now: () => performance.now(), turns: 1 << 15, tick: 20 })).toBe(false);
});
