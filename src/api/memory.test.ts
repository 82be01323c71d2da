import { describe, expect, it } from "vitest";
import { Trap } from "../errors.ts";
import { Engine } from "./engine.ts";
import { Store } from "./full-store.ts";
import { Memory } from "./memory.ts";

const makeMemory = (options = { min: 1 }) => new Memory(new Store(new Engine()), options);

describe("numbers in memory", () => {
  const cases = [
    ["U8", 1, 0, 255],
    ["I8", 1, -128, 127],
    ["U16", 2, 0, 65_535],
    ["I16", 2, -32_768, 32_767],
    ["U32", 4, 0, 2 ** 32 - 1],
    ["I32", 4, -(2 ** 31), 2 ** 31 - 1],
    ["U64", 8, 0n, 2n ** 64n - 1n],
    ["I64", 8, -(2n ** 63n), 2n ** 63n - 1n],
    ["F32", 4, -0.5, Number.POSITIVE_INFINITY],
    ["F64", 8, Number.MIN_VALUE, Number.NaN],
  ] as const;

  it.each(cases)("%s come back, at any address", (type, bytes, least, most) => {
    const memory = makeMemory();
    const read = memory[`read${type}`].bind(memory);
    const write = memory[`write${type}`].bind(memory) as (address: number | bigint, value: unknown) => void;
    for (const value of [least, most]) {
      for (const address of [0, 1, 65_536 - bytes]) {
        write(address, value);
        expect(read(address)).toBe(value);
      }
    }
    expect(() => read(65_537 - bytes)).toThrow(Trap);
    expect(() => write(-1, least)).toThrow(Trap);
    expect(() => read(2n ** 63n)).toThrow(Trap);
    expect(() => write(0, "1")).toThrow(TypeError);
    expect(() => read(0.5)).toThrow(RangeError);
    expect(() => read("0" as never)).toThrow(TypeError);
    if (typeof most === "number" && Number.isInteger(most)) {
      expect(() => write(0, most + 1)).toThrow(RangeError);
      expect(() => write(0, (least as number) - 1)).toThrow(RangeError);
    }
    if (typeof most === "bigint") expect(() => write(0, most + 1n)).toThrow(RangeError);
  });

  it("are little-endian", () => {
    const memory = makeMemory();
    memory.writeU32(4, 0x01020304);
    expect([...memory.read(4, 4)]).toEqual([4, 3, 2, 1]);
    expect(memory.view().getUint32(4, true)).toBe(0x01020304);
  });

  it("are found after the memory has grown", () => {
    const memory = makeMemory();
    memory.writeU32(0, 7);
    expect(memory.grow(3)).toBe(1);
    expect(memory.readU32(0)).toBe(7);
    memory.writeU32(4 * 65_536 - 4, 8);
    expect(memory.readU32(4 * 65_536 - 4)).toBe(8);
  });
});

describe("bytes in memory", () => {
  it("are what a buffer or view covers, whatever its elements", () => {
    const memory = makeMemory();
    memory.write(0, new Uint16Array([0x0201, 0x0403]));
    expect([...memory.read(0, 5)]).toEqual([1, 2, 3, 4, 0]);
    memory.write(8, new Uint8Array([9, 8, 7]).buffer);
    expect([...memory.read(8, 3)]).toEqual([9, 8, 7]);
    memory.write(16n, new DataView(new Uint8Array([1, 2, 3]).buffer, 1, 2));
    expect([...memory.read(16n, 3)]).toEqual([2, 3, 0]);
  });

  it("are no text, and no list", () => {
    const memory = makeMemory();
    expect(() => memory.write(0, "abc" as never)).toThrow(
      new TypeError(
        'memory.write: bytes: expected a Uint8Array or other buffer, got the string "abc"; use writeString for text',
      ),
    );
    expect(() => memory.write(0, [1, 2, 3] as never)).toThrow("got an array");
    expect(memory.readU32(0)).toBe(0);
  });
});

it("a memory is of a type that a module could declare", () => {
  expect(() => makeMemory({ min: 2, max: 1 } as never)).toThrow(RangeError);
  expect(() => makeMemory({ min: 65_537 })).toThrow(RangeError);
  expect(() => makeMemory({ min: 1, pageSizeLog2: 3 } as never)).toThrow(RangeError);
  expect(() => makeMemory({ min: 1, shared: true } as never)).toThrow("shared memory must have maximum");
});
