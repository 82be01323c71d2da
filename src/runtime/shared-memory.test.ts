// Shared memories on hosts of every age: growable shared buffers, fixed ones, none at all.

import { afterEach, describe, expect, it, vi } from "vitest";
import { Denials } from "./denials.ts";
import { MemoryInstance } from "./memory.ts";
import { ResourceMeter } from "./resource-meter.ts";

const PAGE = 65536;
const RealBuffer = SharedArrayBuffer;

/** A constructor as it was before buffers could grow. */
function FixedBuffer(length: number): SharedArrayBuffer {
  return new RealBuffer(length);
}

function makeMemory(maxPages: number): MemoryInstance {
  const type = { min: 1n, max: BigInt(maxPages), is64: false, shared: true, pageSizeLog2: 16 };
  return new MemoryInstance(type, {
    memoryBytes: 2 ** 30,
    total: new ResourceMeter(2 ** 30),
    denials: new Denials(),
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each([
  ["growable buffers", RealBuffer, 4, "grow" in RealBuffer.prototype],
  ["fixed buffers, small maximum", FixedBuffer, 4, true],
  ["fixed buffers, large maximum", FixedBuffer, 4096, false],
  ["no shared buffers", undefined, 4, false],
])("%s", (_, buffer, maxPages, keepsBuffer) => {
  it("grows, keeping what was written and leaving the rest zero", () => {
    vi.stubGlobal("SharedArrayBuffer", buffer);
    const memory = makeMemory(maxPages);
    expect(memory.byteLength).toBe(PAGE);
    expect(memory.isShared).toBe(buffer !== undefined);
    const before = memory.u8.buffer;
    memory.u8[PAGE - 1] = 7;
    memory.u16[0] = 0x1234;
    memory.i64[1] = -1n;
    expect(memory.grow(2)).toBe(1);
    expect(memory.byteLength).toBe(3 * PAGE);
    expect(memory.u8.length).toBeGreaterThanOrEqual(3 * PAGE);
    expect([memory.u8[0], memory.i32[2], memory.u8[PAGE - 1], memory.u8[3 * PAGE - 1]]).toEqual([
      0x34, -1, 7, 0,
    ]);
    expect([memory.u16.length, memory.i64.length]).toEqual([memory.u8.length / 2, memory.u8.length / 8]);
    expect(memory.u8.buffer === before).toBe(keepsBuffer);
    expect(memory.grow(maxPages)).toBe(-1);
    expect(memory.byteLength).toBe(3 * PAGE);
  });
});
