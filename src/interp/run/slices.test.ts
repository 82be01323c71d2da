import { beforeEach, expect, it, vi } from "vitest";

type Slices = typeof import("./slices.ts");
let slices: Slices;

/** The module's state is the process's. */
beforeEach(async () => {
  vi.resetModules();
  slices = await import("./slices.ts");
});

it("has no trees built before three million instructions", () => {
  let fuel = 0n;
  while (!slices.isTimeForTrees()) fuel += slices.nextSlice();
  expect(fuel).toBeGreaterThanOrEqual(3_000_000n);
  expect(fuel).toBeLessThan(4_000_000n);
});

it("does not count towards the compilation of the loop what trees use", () => {
  while (!slices.isTimeForTrees()) slices.nextSlice();
  for (let k = 0; k < 1000; k++) slices.countTrees(Number(slices.nextSlice()));
  expect(slices.entersYoung()).toBe(true);
  expect(slices.isTimeForTrees()).toBe(true);
  // What trees do not use counts as ever.
  for (let k = 0; k < 1000; k++) slices.nextSlice();
  expect(slices.entersYoung()).toBe(false);
});
