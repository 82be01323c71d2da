// Both lowerings against Node's own WebAssembly, and against each other: generated modules with fixed seeds.
// Results, traps, memories, globals, tables; fuel, also at budgets that end too early, in slices, and at other prices.
// The long run of the same is `npm run fuzz`.

import { describe, expect, it } from "vitest";
import { checkSeed, makeSubjects } from "../fuzz/differential.ts";

const BATCHES = 10;
const WORLDS_PER_BATCH = 20;

const subjects = makeSubjects();
let calls = 0;
let abnormal = 0;

describe("generated modules do the same on both lowerings and natively", () => {
  const firstSeeds = Array.from({ length: BATCHES }, (_, k) => 1000 * k);

  it.each(firstSeeds)("seeds from %i", { timeout: 120_000 }, (first) => {
    for (let seed = first; seed < first + WORLDS_PER_BATCH; seed++) {
      const { findings, native } = checkSeed(seed, subjects);
      expect(findings, `seed ${seed}`).toEqual([]);
      for (const { outcome } of native?.events ?? []) {
        calls++;
        if (!outcome.startsWith("returned")) abnormal++;
      }
    }
  });

  it("of which some trap and most return", () => {
    expect(calls).toBeGreaterThan(500);
    expect(abnormal / calls).toBeGreaterThan(0.05);
    expect(abnormal / calls).toBeLessThan(0.5);
  });
});
