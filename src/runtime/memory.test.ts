// How much a memory takes of the host beside what the guest has asked for.

import { describe, expect, it } from "vitest";
import { Denials } from "./denials.ts";
import { MemoryInstance } from "./memory.ts";
import { ResourceMeter } from "./resource-meter.ts";

const PAGE = 65536;

function makeMemory(memoryPages: number): MemoryInstance {
  const type = { min: 1n, max: undefined, is64: false, shared: false, pageSizeLog2: 16 };
  return new MemoryInstance(type, {
    memoryBytes: memoryPages * PAGE,
    total: new ResourceMeter(2 ** 30),
    denials: new Denials(),
  });
}

describe("a memory that grows page by page", () => {
  it("is given all of it in the upper half of its limit, and never copied again", () => {
    const memory = makeMemory(64);
    const copies = new Set<number>();
    let buffer = memory.u8.buffer;
    while (memory.grow(1) >= 0) {
      if (memory.u8.buffer === buffer) continue;
      buffer = memory.u8.buffer;
      copies.add(memory.pages);
    }
    expect(memory.pages).toBe(64);
    expect(memory.u8.length).toBe(64 * PAGE);
    expect(Math.max(...copies)).toBeLessThanOrEqual((2 * 64) / 3 + 1);
    expect(copies.size).toBeLessThan(12);
  });

  it("takes half as much again far from it", () => {
    const memory = makeMemory(2 ** 14);
    memory.grow(99);
    memory.grow(1);
    expect(memory.u8.length).toBe(150 * PAGE);
  });
});
