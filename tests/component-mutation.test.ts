// Damaged components: whatever is done to the bytes, the engine answers with one of its own errors, with its place. Those that still
// validate are run, reset and run again, with little fuel and small limits. `npm run fuzz:components` does it a million times.

import { expect, it } from "vitest";
import { ComponentSubject } from "../fuzz/component-subject.ts";
import { mutate } from "../fuzz/mutate.ts";
import { Random } from "../fuzz/random.ts";
import { type ComponentSeed, randomMutations, seedComponents } from "../fuzz/seed-components.ts";

it("damaged components give the engine's own errors only", () => {
  const seeds = seedComponents(undefined);
  const random = new Random(20_240_607);
  const subject = new ComponentSubject();
  const pick = () => seeds[random.u32() % seeds.length] as ComponentSeed;
  for (let k = 0; k < 1_500; k++) {
    const chosen = pick();
    subject.exercise(mutate(chosen.bytes, randomMutations(chosen, random), pick().bytes));
  }
  const { counts } = subject;
  expect(counts.malformed).toBeGreaterThan(400);
  expect(counts.invalid).toBeGreaterThan(150);
  expect(counts.instantiated).toBeGreaterThan(20);
});
