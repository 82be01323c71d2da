import { expect, it } from "vitest";
import { FEATURE_SETS, FEATURES } from "../../isa/features.ts";
import { UsageError } from "../usage-error.ts";
import { parseFeatures } from "./features-option.ts";

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

it("keeps together what is built on each other", () => {
  expect(parseFeatures("gc")).toEqual(
    new Set(["gc", "function-references", "reference-types", "bulk-memory"]),
  );
  const without = parseFeatures("all,-reference-types");
  const gone = ["reference-types", "function-references", "gc", "exceptions", "custom-descriptors"];
  expect(without).toEqual(new Set(FEATURES.filter((feature) => !gone.includes(feature))));
  expect(parseFeatures("all,-reference-types,exceptions").has("reference-types")).toBe(true);
  expect(parseFeatures("all,-2.0").has("gc")).toBe(false);
});

it("proposes the nearest name", () => {
  expect(() => parseFeatures("smid")).toThrow(UsageError);
  expect(() => parseFeatures("smid")).toThrow("did you mean 'simd'?");
  expect(() => parseFeatures("")).toThrow("sets are mvp, 2.0");
});
