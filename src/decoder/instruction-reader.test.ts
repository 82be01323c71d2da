import { describe, expect, it } from "vitest";
import { LimitError, MalformedError } from "../errors.ts";
import { FEATURE_SETS, FEATURES, type Feature } from "../isa/features.ts";
import { BlockKind, type Immediate } from "../isa/instruction.ts";
import { INSTRUCTIONS } from "../isa/instructions.ts";
import { Op } from "../isa/op.ts";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import { HEAP_CONCRETE, HeapType, NumType, refType } from "../module/types.ts";
import { InstructionReader, type InstructionReaderOptions } from "./instruction-reader.ts";
import { createOpcodeTables } from "./opcode-shapes.ts";

const TABLES = createOpcodeTables();

interface Options extends InstructionReaderOptions {
  readonly features?: ReadonlySet<Feature>;
}

function read(bytes: readonly number[], { features, ...options }: Options = {}) {
  const tables = features === undefined ? TABLES : createOpcodeTables(features);
  const reader = new InstructionReader(Uint8Array.from(bytes), tables, options);
  reader.read();
  return reader.instruction;
}

const without = (...features: Feature[]) => ({
  features: new Set(FEATURES.filter((feature) => !features.includes(feature))),
});

/** A legal encoding of every kind of immediate. */
const SAMPLES: Readonly<Record<Immediate, readonly number[]>> = {
  blockType: [0x40],
  label: [1],
  func: [2],
  type: [3],
  local: [4],
  global: [5],
  table: [6],
  memory: [0],
  tag: [7],
  elem: [8],
  data: [9],
  u32: [10],
  field: [11],
  type2: [12],
  table2: [0],
  memory2: [0],
  data2: [13],
  elem2: [14],
  count2: [2],
  labelTable: [1, 0, 1],
  i32: [0x7f],
  i64: [0x7f],
  f32: [0, 0, 0x80, 0x3f],
  f64: [0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
  v128: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  shuffle: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  memArg: [0, 16],
  lane: [1],
  valTypes: [1, 0x7f],
  heapType: [0x70],
  castFlags: [1, 0, 0x6e, 0x6b],
  catches: [1, 2, 0],
  zeroByte: [0],
  ordering: [0],
};

function encode(op: number): number[] {
  if (op < 256) return [op];
  const sub = op & 0xfff;
  return [op >>> 12, ...(sub < 0x80 ? [sub] : [(sub & 0x7f) | 0x80, sub >>> 7])];
}

const ROWS = Object.entries(INSTRUCTIONS).map(([key, row]) => ({ op: Number(key), row }));

describe("InstructionReader", () => {
  it("reads every row of the table to its last byte, and not further", () => {
    for (const { op, row } of ROWS) {
      const bytes = [...encode(op), ...row.immediates.flatMap((kind) => SAMPLES[kind])];
      const instruction = read([...bytes, 0x0b]);
      expect({ op: instruction.op, end: instruction.end }, row.mnemonic).toEqual({ op, end: bytes.length });
      expect(() => read(bytes.slice(0, -1)), row.mnemonic).toThrow(MalformedError);
    }
  });

  it("refuses a row whose feature is off, and names the feature", () => {
    for (const { op, row } of ROWS) {
      if (row.feature === undefined) continue;
      const bytes = [...encode(op), ...row.immediates.flatMap((kind) => SAMPLES[kind])];
      const off = op === Op.Throw ? without("exceptions", "legacy-exceptions") : without(row.feature);
      expect(() => read(bytes, off), row.mnemonic).toThrow(/^illegal opcode .*needs the feature/);
      expect(() => read(bytes, off), row.mnemonic).toThrow(row.feature);
    }
  });

  it("refuses every byte and sub-opcode that is in no row", () => {
    const known = new Set(ROWS.map(({ op }) => op));
    for (let byte = 0; byte < 256; byte++) {
      if (known.has(byte) || (byte >= 0xfb && byte <= 0xfe)) continue;
      expect(() => read([byte, 0, 0])).toThrow(`illegal opcode ${byte.toString(16).padStart(2, "0")}`);
    }
    for (const prefix of [0xfb, 0xfc, 0xfd, 0xfe]) {
      for (let sub = 0; sub < 0x400; sub++) {
        if (known.has((prefix << 12) | sub)) continue;
        expect(() => read([prefix, (sub & 0x7f) | 0x80, sub >>> 7, 0])).toThrow("illegal opcode");
      }
      expect(() => read([prefix, 0xff, 0xff, 0xff, 0xff, 0x0f])).toThrow(
        `illegal opcode ${prefix.toString(16)} ffffffff`,
      );
    }
  });

  it("reads throw with either exception proposal", () => {
    const only = (feature: Feature) => ({ features: new Set([feature]) });
    expect(read([0x08, 0x01], only("exceptions")).index).toBe(1);
    expect(read([0x08, 0x01], only("legacy-exceptions")).index).toBe(1);
  });

  it("reads from any position", () => {
    const reader = new InstructionReader(Uint8Array.from([0x41, 0x2a, 0x20, 0x05, 0x0b]), TABLES);
    expect(reader.seek(2).read()).toBe(Op.LocalGet);
    expect(reader.instruction).toMatchObject({ offset: 2, end: 4, index: 5 });
    expect(reader.position).toBe(4);
    expect(reader.read()).toBe(Op.End);
  });

  it("goes by the features that its tables were made for", () => {
    const features = new Set(FEATURE_SETS["3.0"]);
    expect(() => read([0xfe, 0x03, 0x00], { features })).toThrow("needs the feature threads");
    expect(read([0x1f, 0x40, 0x00], { features }).catches).toEqual([]);
  });
});

describe("immediates", () => {
  it("reads constants as bits", () => {
    expect(read([0x41, 0x80, 0x80, 0x80, 0x80, 0x78]).lo).toBe(-(2 ** 31));
    expect(read([0x42, 0x80, 0x80, 0x80, 0x80, 0x10])).toMatchObject({ lo: 0, hi: 1 });
    // A signalling NaN, which must not pass through a number.
    expect(read([0x43, 0x01, 0x00, 0xa0, 0x7f]).lo).toBe(0x7fa00001);
    expect(read([0x44, 1, 2, 3, 4, 5, 6, 7, 0x88])).toMatchObject({ lo: 0x04030201, hi: 0x88070605 | 0 });
    expect(read([0xfd, 0x0c, ...SAMPLES.v128]).bytesAt).toBe(2);
  });

  it("reads block types", () => {
    expect(read([0x02, 0x40]).blockKind).toBe(BlockKind.Empty);
    expect(read([0x03, 0x7e])).toMatchObject({ blockKind: BlockKind.Value, blockType: NumType.I64 });
    expect(read([0x04, 0x63, 0x00])).toMatchObject({
      blockKind: BlockKind.Value,
      blockType: refType(HEAP_CONCRETE, true),
    });
    expect(read([0x02, 0xe4, 0x00])).toMatchObject({ blockKind: BlockKind.TypeIdx, blockType: 100 });
    expect(() => read([0x02, 0xff, 0x7f])).toThrow("malformed block type");
    expect(() => read([0x02, 0x00], without("multi-value", "gc"))).toThrow("needs the feature multi-value");
    expect(() => read([0x02, 0x7b], without("simd"))).toThrow(
      "malformed value type 0x7b: needs the feature simd",
    );
  });

  it("reads memory arguments", () => {
    expect(read([0x28, 0x02, 0x08])).toMatchObject({ align: 2, memIdx: 0, lo: 8, hi: 0 });
    expect(read([0x28, 0x42, 0x03, 0x08])).toMatchObject({ align: 2, memIdx: 3, lo: 8 });
    expect(read([0x28, 0x3f, 0x00]).align).toBe(63);
    expect(() => read([0x28, 0x80, 0x01, 0x00])).toThrow("malformed memop flags");
    expect(() => read([0x28, 0x42, 0x00, 0x00], without("multi-memory"))).toThrow("malformed memop flags");
    const big = [0x28, 0x00, 0xff, 0xff, 0xff, 0xff, 0x1f];
    expect(read(big)).toMatchObject({ lo: -1, hi: 1 });
    expect(() => read(big, without("memory64"))).toThrow("integer too large");
    expect(read([0x28, 0x00, 0xff, 0xff, 0xff, 0xff, 0x0f], without("memory64"))).toMatchObject({
      lo: -1,
      hi: 0,
    });
  });

  it("wants zero bytes for indices whose feature is off", () => {
    expect(read([0x3f, 0x01]).index).toBe(1);
    expect(() => read([0x3f, 0x01], without("multi-memory"))).toThrow("zero byte expected");
    expect(() => read([0x40, 0x80, 0x00], without("multi-memory"))).toThrow("zero byte expected");
    expect(read([0x11, 0x02, 0x01])).toMatchObject({ index: 2, index2: 1 });
    expect(() => read([0x11, 0x02, 0x01], without("reference-types"))).toThrow("zero byte expected");
    expect(() => read([0xfe, 0x03, 0x01])).toThrow("zero byte expected");
  });

  it("reads br_table's labels, the default last", () => {
    expect(read([0x0e, 0x02, 0x05, 0x06, 0x07]).labels).toEqual([5, 6, 7]);
    expect(read([0x0e, 0x00, 0x07]).labels).toEqual([7]);
    expect(() => read([0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f])).toThrow("length out of bounds");
    const limits = { ...DEFAULT_MODULE_LIMITS, brTableLabels: 2 };
    expect(read([0x0e, 2, 0, 0, 0], { limits }).labels).toHaveLength(3);
    expect(() => read([0x0e, 3, 0, 0, 0, 0], { limits })).toThrow(LimitError);
  });

  it("reads heap types and casts", () => {
    expect(read([0xd0, 0x6f])).toMatchObject({ heap: HeapType.Extern, exact: false });
    expect(read([0xfb, 0x16, 0x62, 0x05])).toMatchObject({ heap: HEAP_CONCRETE + 5, exact: true });
    expect(() => read([0xfb, 0x16, 0x62, 0x05], without("custom-descriptors"))).toThrow(
      "malformed heap type",
    );
    expect(() => read([0xd0, 0x7f])).toThrow("malformed heap type 0x7f");
    expect(read([0xfb, 0x18, 0x02, 0x09, 0x6e, 0x04])).toMatchObject({
      index: 9,
      type1: refType(HeapType.Any, false),
      type2: refType(HEAP_CONCRETE + 4, true),
    });
    expect(() => read([0xfb, 0x18, 0x04, 0x00, 0x6e, 0x6e])).toThrow("malformed br_on_cast flags");
  });

  it("reads catch clauses", () => {
    expect(read([0x1f, 0x40, 0x04, 0x00, 5, 1, 0x01, 6, 2, 0x02, 3, 0x03, 4]).catches).toEqual([
      { kind: 0, tagIdx: 5, label: 1 },
      { kind: 1, tagIdx: 6, label: 2 },
      { kind: 2, tagIdx: 0, label: 3 },
      { kind: 3, tagIdx: 0, label: 4 },
    ]);
    expect(() => read([0x1f, 0x40, 0x01, 0x04, 0])).toThrow("malformed catch clause");
  });

  it("limits the operands of array.new_fixed", () => {
    const limits = { ...DEFAULT_MODULE_LIMITS, fields: 5 };
    expect(read([0xfb, 0x08, 0x00, 0x05], { limits }).index2).toBe(5);
    expect(() => read([0xfb, 0x08, 0x00, 0x06], { limits })).toThrow(LimitError);
  });

  it("remembers the first use of a data segment", () => {
    const reader = new InstructionReader(Uint8Array.from([0x01, 0xfc, 0x09, 0x00, 0xfc, 0x09, 0x00]), TABLES);
    reader.read();
    expect(reader.firstDataUse).toBe(-1);
    reader.read();
    reader.read();
    expect(reader.firstDataUse).toBe(1);
  });
});
