// Memories: addresses within and out of bounds, size, growth, bulk instructions; with 32 and 64 bits, between memories.

import type { BodyWriter, Choice, InstructionGroup, MemoryShape } from "./body-writer.ts";
import { I32, I64, type Type, unsigned } from "./encode.ts";

/** Address type of a memory or table. */
export function addressType({ is64 }: { readonly is64: boolean }): Type {
  return is64 ? I64 : I32;
}

/** Index of a memory that this body uses: mostly the first. */
export function pickMemory({ random, shape }: BodyWriter): number {
  return random.chance(0.6) ? 0 : random.below(shape.memories.length);
}

/** Leaves an address; gives the bytes of the memory immediate that goes with it. Mostly within the first page. */
export function address(
  writer: BodyWriter,
  memory: number,
  bytes: number,
  depth: number,
  isAtomic: boolean,
): number[] {
  const { random, shape } = writer;
  const natural = Math.log2(bytes);
  const align = isAtomic ? natural : random.below(natural + 1);
  const { is64 } = shape.memories[memory] as MemoryShape;
  const offset = is64 ? address64(writer, bytes, depth) : address32(writer, bytes, depth, isAtomic);
  const index = memory === 0 && random.chance(0.98) ? undefined : memory;
  if (index === undefined || (memory === 0 && shape.memories.length === 1))
    return [align, ...unsigned(offset)];
  return [align | 0x40, ...unsigned(index), ...unsigned(offset)];
}

function address32(writer: BodyWriter, bytes: number, depth: number, isAtomic: boolean): number {
  const { random } = writer;
  return random.weighted([
    [
      60,
      () => {
        writer.push(I32, depth);
        writer.i32(isAtomic && random.chance(0.9) ? 0xfff8 : random.pick([0xff, 0xfff, 0xfff8, 0xffff]));
        writer.instruction("i32.and", [0x71], 2, I32);
        if (isAtomic) return random.chance(0.9) ? 8 * random.below(9) : random.below(20);
        return random.chance(0.5) ? 0 : random.below(80);
      },
    ],
    [
      25,
      () => {
        writer.i32(
          isAtomic
            ? random.pick([0, 8, 16, 64, 65_536 - 2 * bytes, 65_536 - bytes])
            : random.pick([0, 1, 2, 3, 5, 8, 63, 1021, 65_536 - 2 * bytes, 65_536 - bytes - 1]),
        );
        return isAtomic ? 0 : random.pick([0, 1, 4, 5, 16]);
      },
    ],
    [
      5,
      () => {
        // Around the end of one to three pages.
        writer.i32(65_536 * random.between(1, 3) - bytes + random.between(-2, 2));
        return random.pick([0, 0, 1]);
      },
    ],
    [
      isAtomic ? 2 : 8,
      () => {
        writer.push(I32, 0);
        return random.pick([0, 8, 1000]);
      },
    ],
    [
      1,
      () => {
        writer.push(I32, depth);
        return random.pick([0, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 32 - 1, 65_535, 65_536]);
      },
    ],
  ])();
}

function address64(writer: BodyWriter, bytes: number, depth: number): number | bigint {
  const { random } = writer;
  return random.weighted([
    [
      60,
      () => {
        writer.push(I64, depth);
        writer.i64(BigInt(random.pick([0xf8, 0xff8, 0xfff8, 0xffff])));
        writer.instruction("i64.and", [0x83], 2, I64);
        return random.chance(0.6) ? 0 : 8 * random.below(9);
      },
    ],
    [
      15,
      () => {
        writer.i64(BigInt(random.pick([0, 1, 3, 8, 1021, 65_536 - 2 * bytes, 65_536 - bytes - 1])));
        return random.pick([0, 1, 4, 16]);
      },
    ],
    [
      6,
      () => {
        writer.i64(BigInt(65_536 * random.between(1, 3) - bytes + random.between(-2, 2)));
        return random.pick([0, 0, 1]);
      },
    ],
    [
      5,
      () => {
        // Sums that wrap at 32, 53 and 64 bits, and addresses whose lower half alone is in bounds.
        writer.i64(random.pick(FAR) - BigInt(random.pick([0, 0, 0, bytes, 8])));
        if (random.chance(0.5)) return 0;
        return random.pick([8, 2 ** 32, 2n ** 53n, 2n ** 63n, 2n ** 64n - 8n, 2n ** 64n - 1n]);
      },
    ],
    [
      1,
      () => {
        writer.push(I64, depth);
        return random.pick([0, 2 ** 32 - 1, 2 ** 33]);
      },
    ],
  ])();
}

/** Addresses and lengths that no memory has. */
export const FAR = [
  2n ** 32n,
  2n ** 32n + 8n,
  2n ** 32n + 64n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 64n - 16n,
  2n ** 33n,
];

function size(writer: BodyWriter, memory: number): void {
  const type = addressType(writer.shape.memories[memory] as MemoryShape);
  writer.instruction("memory.size", [0x3f, ...unsigned(memory)], 0, type);
}

function grow(writer: BodyWriter, memory: number): void {
  const { random, shape } = writer;
  const { is64 } = shape.memories[memory] as MemoryShape;
  writer.index(is64, random.pick([1, 2, 4]), 1);
  writer.instruction("memory.grow", [0x40, ...unsigned(memory)], 1, is64 ? I64 : I32);
}

function bulk(writer: BodyWriter): void {
  const { random, shape } = writer;
  const memory = pickMemory(writer);
  const { is64 } = shape.memories[memory] as MemoryShape;
  const segment = random.below(Math.max(1, shape.dataSegments));
  switch (random.below(shape.dataSegments > 0 ? 4 : 2)) {
    case 0:
      writer.index(is64, 0x10000, 1);
      writer.push(I32, 1);
      writer.index(is64, 0x100, 1);
      writer.instruction("memory.fill", [0xfc, 11, ...unsigned(memory)], 3);
      return;
    case 1: {
      const from = pickMemory(writer);
      const source = shape.memories[from] as MemoryShape;
      writer.index(is64, 0x10000, 1);
      writer.index(source.is64, 0x10000, 1);
      writer.index(is64 && source.is64, 0x200, 1);
      writer.instruction("memory.copy", [0xfc, 10, ...unsigned(memory), ...unsigned(from)], 3);
      return;
    }
    case 2:
      writer.index(is64, 0x10000, 1);
      writer.small(8, 1);
      writer.small(8, 1);
      writer.instruction("memory.init", [0xfc, 8, ...unsigned(segment), ...unsigned(memory)], 3);
      return;
    default:
      writer.emit("data.drop", 0xfc, 9, ...unsigned(segment));
  }
}

export const MEMORY: InstructionGroup = {
  expressions(writer, type) {
    const { memories } = writer.shape;
    const fitting = [...memories.keys()].filter((k) => addressType(memories[k] as MemoryShape) === type);
    if (fitting.length === 0) return [];
    const choices: Choice[] = [
      [0.4, () => size(writer, writer.random.pick(fitting))],
      [0.2, () => grow(writer, writer.random.pick(fitting))],
    ];
    return choices;
  },
  statements: (writer) => (writer.shape.memories.length > 0 ? [[0.8, () => bulk(writer)]] : []),
};
