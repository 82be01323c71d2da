// Tables: growth within limits, and what they count on the host's heap.

import { expect, it } from "vitest";
import { LimitError } from "../errors.ts";
import { HeapType, refType } from "../module/types.ts";
import { Denials } from "./denials.ts";
import { MAX_REFERENCES } from "./reference.ts";
import { ResourceMeter } from "./resource-meter.ts";
import { TableInstance } from "./table.ts";

const MIB = 2 ** 20;

interface Limits {
  readonly host?: number;
  readonly total?: number;
  readonly elements?: number;
}

function budgetOf({ host = 96 * MIB, total = 2 ** 32, elements = 10_000_000 }: Limits) {
  return {
    tableElements: elements,
    total: new ResourceMeter(total),
    hostHeap: new ResourceMeter(host),
    denials: new Denials(),
  };
}

function make(min: number | bigint, limits: Limits = {}, budget = budgetOf(limits)) {
  const type = { element: refType(HeapType.Func, true), min: BigInt(min), max: undefined, is64: true };
  return { table: new TableInstance(type, null, budget), ...budget };
}

it("counts its elements, and the array that holds them", () => {
  const { table, total, hostHeap } = make(100);
  expect([total.used, hostHeap.used]).toEqual([800, 800]);
  expect(table.grow(1, "x")).toBe(100);
  expect(table.elements.length).toBe(101);
  expect(table.elements[100]).toBe("x");
  expect([total.used, hostHeap.used]).toEqual([808, 151 * 8]);
  expect(table.grow(50, "y")).toBe(101);
  expect([total.used, hostHeap.used]).toEqual([151 * 8, 151 * 8]);
  expect(table.elements.slice(99)).toEqual([null, "x", ...new Array(50).fill("y")]);
  table.release();
  expect([total.used, hostHeap.used]).toEqual([0, 0]);
});

it("grows one by one without copying each time", () => {
  const { table, hostHeap } = make(0);
  let arrays = 0;
  for (let k = 0; k < 100_000; k++) {
    const before = table.elements;
    expect(table.grow(1, k)).toBe(k);
    if (table.elements !== before) arrays++;
  }
  expect(table.elements.every((element, k) => element === k)).toBe(true);
  expect(arrays).toBeLessThan(40);
  expect(hostHeap.used).toBeLessThanOrEqual(150_001 * 8);
});

it("grows one by one up to where there is no room, without copying each time", () => {
  const { table } = make(0, { host: 8 * 100_000 });
  let arrays = 0;
  for (;;) {
    const before = table.elements;
    if (table.grow(1, null) === -1) break;
    if (table.elements !== before) arrays++;
  }
  expect(table.elements.length).toBeGreaterThan(50_000);
  expect(arrays).toBeLessThan(50);
});

it("needs room for both arrays while it grows, and takes no spare room where there is none", () => {
  const { table, hostHeap } = make(100, { host: 1600 });
  expect(table.canGrow(1)).toBe(false);
  expect(table.grow(1, null)).toBe(-1);
  expect(hostHeap.used).toBe(800);
  const tight = make(100, { host: 1608 });
  expect(tight.table.grow(1, null)).toBe(100);
  expect(tight.hostHeap.used).toBe(808);
  expect(tight.table.grow(1, null)).toBe(-1);
});

it.each([
  ["above tableElements", 2 ** 32, {}, "tableElements"],
  [
    "above what an array can hold",
    MAX_REFERENCES + 1,
    { elements: 2 ** 40, host: 2 ** 50, total: 2 ** 50 },
    "tableElements",
  ],
  ["of 2^64 - 1", 2n ** 64n - 1n, { elements: 2 ** 53 - 1, host: 2 ** 53, total: 2 ** 53 }, "tableElements"],
  ["above totalBytes", 1001, { total: 8000 }, "totalBytes"],
  ["above hostHeapBytes", 1001, { host: 8000 }, "hostHeapBytes"],
])("refuses a minimum %s, with nothing counted", (_, min, limits, limit) => {
  const budget = budgetOf(limits);
  expect(() => make(min, limits, budget)).toThrow(LimitError);
  expect(() => make(min, limits, budget)).toThrow(limit);
  expect([budget.total.used, budget.hostHeap.used]).toEqual([0, 0]);
});

it.each([2 ** 25, 140_000_000, 2 ** 28, 2 ** 32, 2 ** 53, 2 ** 64])("does not grow by %i", (delta) => {
  const { table, hostHeap } = make(1, { elements: 2 ** 40, host: 2 ** 53, total: 2 ** 53 });
  expect(table.grow(delta, null)).toBe(-1);
  expect([table.elements.length, hostHeap.used]).toEqual([1, 8]);
});
