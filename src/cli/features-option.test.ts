import { expect, it } from "vitest";
import { FEATURE_SETS } from "../isa/features.ts";
import { parseFeatures } from "./features-option.ts";
import { UsageError } from "./usage-error.ts";

it("reads sets, single proposals, additions and removals", () => {
  expect(parseFeatures("mvp")).toEqual(new Set());
  expect(parseFeatures("3.0")).toEqual(new Set(FEATURE_SETS["3.0"]));
  expect(parseFeatures("mvp,simd")).toEqual(new Set(["simd"]));
  expect(parseFeatures("simd,multi-value")).toEqual(new Set(["simd", "multi-value"]));
  expect(parseFeatures("all,-threads").has("threads")).toBe(false);
  expect(parseFeatures("-threads")).toEqual(
    new Set(FEATURE_SETS.default.filter((feature) => feature !== "threads")),
  );
  expect(parseFeatures("+wide-arithmetic")).toEqual(new Set([...FEATURE_SETS.default, "wide-arithmetic"]));
});

it("proposes the nearest name", () => {
  expect(() => parseFeatures("smid")).toThrow(UsageError);
  expect(() => parseFeatures("smid")).toThrow("did you mean 'simd'?");
  expect(() => parseFeatures("")).toThrow("sets are mvp, 2.0");
});
