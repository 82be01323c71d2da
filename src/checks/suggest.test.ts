import fc from "fast-check";
import { expect, it } from "vitest";
import { didYouMean, editDistance, nearest } from "./suggest.ts";

const OPTIONS = ["dir", "env", "inherit-env", "fuel", "fuel-report", "timeout", "max-memory", "features"];

it.each([
  ["feul", "fuel"],
  ["fule", "fuel"],
  ["Fuel", "fuel"],
  ["max-mem", "max-memory"],
  ["maxmemory", "max-memory"],
  ["timout", "timeout"],
  ["dri", "dir"],
  ["inherit-environment", undefined],
  ["fuel_report", "fuel-report"],
  ["xyzzy", undefined],
  ["", undefined],
])("for %s proposes %s", (word, expected) => {
  expect(nearest(word, OPTIONS)).toBe(expected);
});

it("compares nothing of absurd length", () => {
  expect(nearest("a".repeat(1_000_000), OPTIONS)).toBeUndefined();
});

it("makes a phrase, or none", () => {
  expect(didYouMean("feul", OPTIONS, "--")).toBe("; did you mean '--fuel'?");
  expect(didYouMean("xyzzy", OPTIONS, "--")).toBe("");
});

it("has a distance that is a symmetric one, and 0 for equal words only", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("ab", "ba")).toBe(1);
});
