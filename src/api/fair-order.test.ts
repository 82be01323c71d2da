// Who is next: shares by weight, no savings of those that were away, and those that use little before those that use much.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairOrder, type Share } from "./fair-order.ts";

interface Named extends Share {
  readonly name: string;
}

const share = (name: string, weight = 1): Named => ({ name, weight, virtualStart: 0, arrival: 0 });

/** Gives `turns` turns of up to `fuel` each, and says how often each had one. */
function turns(order: FairOrder<Named>, count: number, fuel: (share: Named) => number): Map<string, number> {
  const had = new Map<string, number>();
  for (let k = 0; k < count; k++) {
    const next = order.take() as Named;
    had.set(next.name, (had.get(next.name) ?? 0) + 1);
    order.charge(next, fuel(next));
    order.again(next);
  }
  return had;
}

describe("the order of turns", () => {
  it("goes round among equals, as they came", () => {
    const order = new FairOrder<Named>();
    for (const name of ["a", "b", "c"]) order.add(share(name));
    const names = Array.from({ length: 9 }, () => {
      const next = order.take() as Named;
      order.charge(next, 100);
      order.again(next);
      return next.name;
    });
    expect(names.join("")).toBe("abcabcabc");
  });

  it("gives each fuel by its weight, whatever a turn takes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1000 })), {
          minLength: 1,
          maxLength: 20,
        }),
        (kinds) => {
          const order = new FairOrder<Named>();
          const sizes = new Map<string, number>();
          const shares = kinds.map(([weight, fuel], k) => {
            sizes.set(String(k), fuel);
            return share(String(k), weight);
          });
          for (const each of shares) order.add(each);
          const had = turns(order, 3000, ({ name }) => sizes.get(name) ?? 1);
          const used = shares.map(
            ({ name, weight }) => ((had.get(name) ?? 0) * (sizes.get(name) ?? 0)) / weight,
          );
          // Nobody is further ahead of another than by a turn of each.
          expect(Math.max(...used) - Math.min(...used)).toBeLessThanOrEqual(2000);
        },
      ),
    );
  });

  it("lets those pass that come for little, and starves nobody", () => {
    const order = new FairOrder<Named>();
    order.add(share("endless"));
    let endless = 0;
    let visitors = 0;
    for (let k = 0; k < 15; k++) order.add(share("visitor"));
    while (visitors < 15_000) {
      const next = order.take() as Named;
      if (next.name === "endless") {
        endless += 100_000;
        order.charge(next, 100_000);
        order.again(next);
      } else {
        visitors++;
        order.charge(next, 1000);
        order.leave(next);
        order.add(share("visitor"));
      }
    }
    // One of sixteen that are there at any time.
    expect(endless).toBeGreaterThanOrEqual(900_000);
    expect(endless).toBeLessThanOrEqual(1_100_000);
  });

  it("keeps nothing for those that were away", () => {
    const order = new FairOrder<Named>();
    const [a, b] = [share("a"), share("b")];
    order.add(a);
    turns(order, 1000, () => 100);
    order.add(b);
    expect(turns(order, 1000, () => 100)).toEqual(
      new Map([
        ["a", 500],
        ["b", 500],
      ]),
    );
    expect(order.size).toBe(2);
  });
});
