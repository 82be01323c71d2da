// The queue against a list that is searched: whose turn it is, whoever leaves in between.

import fc from "fast-check";
import { expect, it } from "vitest";
import { FairQueue } from "./queue.ts";

interface Item {
  readonly tenant: string | undefined;
  readonly id: number;
}

/** Tenants in the order of their turns, each with its items. */
class Model {
  readonly lines: { readonly tenant: string | undefined; items: Item[] }[] = [];

  push(item: Item): void {
    const line = this.lines.find(({ tenant }) => tenant === item.tenant);
    if (line !== undefined) line.items.push(item);
    else this.lines.push({ tenant: item.tenant, items: [item] });
  }

  remove(item: Item): void {
    for (const line of this.lines) line.items = line.items.filter((each) => each !== item);
    this.#tidy();
  }

  take(refused: string | undefined): Item | undefined {
    const at = this.lines.findIndex(({ tenant }) => tenant !== refused);
    const [line] = at < 0 ? [] : this.lines.splice(at, 1);
    if (line === undefined) return undefined;
    this.lines.push(line);
    const item = line.items.shift();
    this.#tidy();
    return item;
  }

  #tidy(): void {
    const kept = this.lines.filter(({ items }) => items.length > 0);
    this.lines.splice(0, this.lines.length, ...kept);
  }
}

it("gives tenants their turns, first come first served within each, whoever leaves", () => {
  const tenant = fc.constantFrom("a", "b", "c", undefined);
  const operation = fc.oneof(
    fc.record({ type: fc.constant("push" as const), tenant }),
    fc.record({ type: fc.constant("take" as const), refused: fc.constantFrom("a", "b", "nobody") }),
    fc.record({ type: fc.constant("remove" as const), which: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const queue = new FairQueue<Item>();
      const model = new Model();
      const all: Item[] = [];
      for (const each of operations) {
        if (each.type === "push") {
          const item = { tenant: each.tenant, id: all.length };
          all.push(item);
          queue.push(item);
          model.push(item);
        } else if (each.type === "take") {
          expect(queue.take((name) => name !== each.refused)).toEqual(model.take(each.refused));
        } else {
          const item = all[each.which] ?? { tenant: "a", id: -1 };
          const waits = model.lines.some(({ items }) => items.includes(item));
          expect(queue.remove(item)).toBe(waits);
          model.remove(item);
        }
        const waiting = model.lines.flatMap(({ items }) => items);
        expect(queue.size).toBe(waiting.length);
        expect(queue.items).toEqual(waiting.sort((a, b) => a.id - b.id));
      }
    }),
  );
});
