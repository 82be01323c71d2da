// The table against independent witnesses: an assembler for numbers, names and immediates, Node's own
// WebAssembly for signatures, and the naming rule for op.ts.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initSync, watify } from "@mdn/watify";
import { beforeAll, describe, expect, it } from "vitest";
import { formatInstruction } from "../module/disassemble.ts";
import { HEAP_CONCRETE, HeapType, NumType, refType } from "../module/types.ts";
import { FEATURES } from "./features.ts";
import type { Immediate, Instruction, InstructionRow } from "./instruction.ts";
import { ADDRESS, BlockKind, CatchKind } from "./instruction.ts";
import { createInstructionLookup, INSTRUCTIONS } from "./instructions.ts";
import { Op } from "./op.ts";

const ROWS = Object.entries(INSTRUCTIONS).map(([key, row]) => [Number(key) as Op, row] as const);
/** Name and number of each member, read from the source: a const enum has no runtime object to ask. */
const MEMBERS = [
  ...readFileSync(new URL("./op.ts", import.meta.url), "utf8").matchAll(/^ {2}(\w+) = (0x[0-9a-f]+),$/gm),
].map((match) => ({ name: match[1] as string, op: Number(match[2]) }));
/** Second opcodes of one mnemonic. */
const SUFFIXES: Record<string, string> = {
  SelectT: "T",
  RefTestNull: "Null",
  RefCastNull: "Null",
  RefCastDescEqNull: "Null",
};

beforeAll(() => {
  const path = createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm");
  initSync({ module: readFileSync(path) });
});

describe("numbers and names", () => {
  it("has a row for every member and no other", () => {
    expect(ROWS.map(([op]) => op).sort((a, b) => a - b)).toEqual(
      MEMBERS.map(({ op }) => op).sort((a, b) => a - b),
    );
    expect(new Set(MEMBERS.map(({ op }) => op)).size).toBe(MEMBERS.length);
  });

  it("covers every proposal whole", () => {
    const count = (test: (op: number) => boolean) => MEMBERS.filter(({ op }) => test(op)).length;
    expect(count((op) => op >= 0xfd000 && op < 0xfd100)).toBe(236);
    expect(count((op) => op >= 0xfd100 && op < 0xfe000)).toBe(20);
    expect(count((op) => op >= 0xfe000)).toBe(67);
    expect(count((op) => op >= 0xfb000 && op < 0xfb020)).toBe(31);
    expect(count((op) => op >= 0xfb020 && op < 0xfc000)).toBe(7);
    expect(count((op) => op >= 0xfc000 && op < 0xfd000)).toBe(22);
    expect(count((op) => op < 0x100)).toBe(199);
  });

  it("derives every name from its mnemonic", () => {
    for (const { name, op } of MEMBERS) {
      const { mnemonic } = INSTRUCTIONS[op as Op];
      const expected = mnemonic
        .split(/[._]/)
        .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
        .join("");
      expect(name).toBe(expected + (SUFFIXES[name] ?? ""));
    }
  });

  it("gives a mnemonic to two opcodes only where the text format does", () => {
    const seen = new Map<string, number>();
    for (const [, { mnemonic }] of ROWS) seen.set(mnemonic, (seen.get(mnemonic) ?? 0) + 1);
    const doubled = [...seen].filter(([, count]) => count > 1).map(([mnemonic]) => mnemonic);
    expect(doubled.sort()).toEqual(["ref.cast", "ref.cast_desc_eq", "ref.test", "select"]);
  });
});

describe("rows", () => {
  it("name types that exist, and traps, lanes and widths that fit together", () => {
    const types = new Set([ADDRESS, NumType.I32, NumType.I64, NumType.F32, NumType.F64, NumType.V128]);
    for (const [, row] of ROWS) {
      for (const type of [...(row.signature?.params ?? []), ...(row.signature?.results ?? [])]) {
        expect(types).toContain(type);
      }
      const accesses = row.immediates.includes("memArg");
      expect(row.accessBytes > 0, row.mnemonic).toBe(accesses);
      if (accesses) {
        expect([1, 2, 4, 8, 16]).toContain(row.accessBytes);
        expect(row.traps).toBe(true);
        expect(row.signature?.params[0]).toBe(ADDRESS);
      }
      const hasLane = row.immediates.includes("lane") || row.immediates.includes("shuffle");
      expect(row.lanes > 0, row.mnemonic).toBe(hasLane);
      const width = /(load|store|rmw|wait)(8|16|32|64)(?!x)/.exec(row.mnemonic);
      if (width !== null) expect(row.accessBytes).toBe(Number(width[2]) / 8);
      if (row.feature !== undefined) expect(FEATURES).toContain(row.feature);
    }
  });

  it("number the MVP's instructions without a feature", () => {
    const mvp = ROWS.filter(([, row]) => row.feature === undefined).map(([op]) => op);
    expect(mvp.every((op) => op <= Op.F64ReinterpretI64)).toBe(true);
    expect(mvp).toHaveLength(172);
  });
});

describe("createInstructionLookup", () => {
  const lookup = createInstructionLookup();

  it("finds every row by number and by code", () => {
    for (const [op, row] of ROWS) {
      expect(lookup.byOp(op)).toBe(row);
      expect(lookup.byCode(op >>> 12, op & 0xfff)).toBe(row);
    }
  });

  it("finds nothing else", () => {
    const known = new Set<number>(ROWS.map(([op]) => op));
    for (let op = 0; op < 0x100000; op++) {
      if (!known.has(op) && lookup.byOp(op) !== undefined) expect.fail(`0x${op.toString(16)} has a row`);
    }
    for (const prefix of [0, 1, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff]) {
      // 0xff000012 has the low bits of a real sub-opcode.
      for (const sub of [0xfff, 0x1000, 0xff000012, 0xffffffff])
        expect(lookup.byCode(prefix, sub)).toBeUndefined();
    }
  });
});

const SAMPLE_BYTES = Uint8Array.from({ length: 16 }, (_, i) => i + 1);

/** A record in which every immediate has a value of its own. */
function sampleInstruction(op: Op, row: InstructionRow): Instruction {
  const isFloat = row.immediates[0] === "f32" || row.immediates[0] === "f64";
  const memory = row.immediates.includes("memArg");
  return {
    op,
    offset: 0,
    end: 0,
    index: 1,
    index2: 2,
    blockKind: BlockKind.Value,
    blockType: NumType.I32,
    labels: [0, 1],
    lo: isFloat ? 0x3fc00001 : memory ? 4 : -5,
    hi: isFloat ? 0x3ff80000 : memory ? 0 : -1,
    bytesAt: 0,
    align: Math.log2(row.accessBytes || 1),
    memIdx: 3,
    lane: 1,
    heap: HEAP_CONCRETE + 3,
    exact: false,
    type1: refType(HeapType.Any, true),
    type2: refType(HeapType.I31, false),
    types: [NumType.I32],
    catches: [
      { kind: CatchKind.Catch, tagIdx: 1, label: 0 },
      { kind: CatchKind.CatchAllRef, tagIdx: 0, label: 0 },
    ],
  };
}

/** The same values in the binary format. */
function sampleBytes(immediate: Immediate, row: InstructionRow): number[] {
  switch (immediate) {
    case "blockType":
      return [0x7f];
    case "labelTable":
      return [1, 0, 1];
    case "i32":
    case "i64":
      return [0x7b];
    case "f32":
      return [0x01, 0x00, 0xc0, 0x3f];
    case "f64":
      return [0x01, 0x00, 0xc0, 0x3f, 0x00, 0x00, 0xf8, 0x3f];
    case "v128":
    case "shuffle":
      return [...SAMPLE_BYTES];
    case "memArg":
      return [0x40 | Math.log2(row.accessBytes), 3, 4];
    case "lane":
      return [1];
    case "valTypes":
      return [1, 0x7f];
    case "heapType":
      return [3];
    case "castFlags":
      return [1, 1, 0x6e, 0x6c];
    case "catches":
      return [2, 0, 1, 0, 3, 0];
    case "zeroByte":
      return [0];
    default:
      return [immediate.endsWith("2") || immediate === "field" ? 2 : 1];
  }
}

function opcodeBytes(op: number): number[] {
  if (op < 0x100) return [op];
  const sub = op & 0xfff;
  return [op >>> 12, ...(sub < 0x80 ? [sub] : [(sub & 0x7f) | 0x80, sub >>> 7])];
}

/** What must stand around an instruction that is part of a structure, as text and as bytes. */
function surroundings(op: Op): { before: string; beforeBytes: number[]; after: string } {
  switch (op) {
    case Op.Block:
    case Op.Loop:
    case Op.If:
    case Op.Try:
    case Op.TryTable:
      return { before: "", beforeBytes: [], after: "end" };
    case Op.Else:
      return { before: "if", beforeBytes: [0x04, 0x40], after: "end" };
    case Op.End:
      return { before: "block", beforeBytes: [0x02, 0x40], after: "" };
    case Op.Catch:
    case Op.CatchAll:
      return { before: "try", beforeBytes: [0x06, 0x40], after: "end" };
    case Op.Delegate:
      return { before: "try", beforeBytes: [0x06, 0x40], after: "" };
    default:
      return { before: "", beforeBytes: [], after: "" };
  }
}

describe("against an assembler", () => {
  it.each(ROWS.map(([op, row]) => [row.mnemonic, op, row] as const))("%s", (_, op, row) => {
    const text = formatInstruction(sampleInstruction(op, row), row, { bytes: SAMPLE_BYTES });
    const { before, beforeBytes, after } = surroundings(op);
    const binary = watify(`(module (func ${before} ${text} ${after}))`);
    const encoded = [...opcodeBytes(op), ...row.immediates.flatMap((kind) => sampleBytes(kind, row))];
    const body = [...beforeBytes, ...encoded, ...(after === "" ? [] : [0x0b]), 0x0b];
    // The code section comes last: one body, without locals.
    const tail = [0x0a, body.length + 3, 1, body.length + 1, 0, ...body];
    expect([...binary.slice(-tail.length)]).toEqual(tail);
  });
});

const TYPE_NAMES: Record<number, string> = {
  [ADDRESS]: "i32",
  [NumType.I32]: "i32",
  [NumType.I64]: "i64",
  [NumType.F32]: "f32",
  [NumType.F64]: "f64",
  [NumType.V128]: "v128",
};

/** Whether Node's engine accepts the instruction with these operand and result types. */
function acceptedNatively(op: Op, row: InstructionRow, params: string[], results: string[]): boolean {
  const record = {
    ...sampleInstruction(op, row),
    index: 0,
    memIdx: 0,
    lane: row.lanes === 0 ? 0 : row.lanes - 1,
  };
  const gets = params.map((_, i) => `local.get ${i}`).join(" ");
  const text = formatInstruction(record, row, { bytes: SAMPLE_BYTES });
  const module = watify(
    `(module (memory 1 1 shared) (func (param ${params.join(" ")}) (result ${results.join(" ")}) ${gets} ${text}))`,
  );
  return NativeWebAssembly.validate(module);
}

const NativeWebAssembly = (globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } })
  .WebAssembly;

/** Proposals that Node 20 lacks. Their signatures are spelt out below. */
const NOT_NATIVE = new Set(["relaxed-simd", "wide-arithmetic"]);

function typeNames(types: readonly number[] = []): string[] {
  return types.map((type) => TYPE_NAMES[type] as string);
}

describe("against a native validator", () => {
  const regular = ROWS.filter(
    ([, row]) => row.signature !== undefined && !(row.feature !== undefined && NOT_NATIVE.has(row.feature)),
  );

  it.each(regular.map(([op, row]) => [row.mnemonic, op, row] as const))("%s", (_, op, row) => {
    const params = typeNames(row.signature?.params);
    const results = typeNames(row.signature?.results);
    expect(acceptedNatively(op, row, params, results)).toBe(true);
    // Any other type in any place must be refused.
    for (let i = 0; i < params.length + results.length; i++) {
      const types = [...params, ...results];
      types[i] = types[i] === "f64" ? "f32" : "f64";
      expect(acceptedNatively(op, row, types.slice(0, params.length), types.slice(params.length))).toBe(
        false,
      );
    }
  });
});

describe("signatures that Node cannot judge", () => {
  const ofFeature = (feature: string) =>
    ROWS.filter(([, row]) => row.feature === feature).map(
      ([, { mnemonic, signature }]) =>
        [mnemonic, typeNames(signature?.params).join(" "), typeNames(signature?.results).join(" ")] as const,
    );

  it("wide arithmetic works on halves", () => {
    expect(ofFeature("wide-arithmetic")).toEqual([
      ["i64.add128", "i64 i64 i64 i64", "i64 i64"],
      ["i64.sub128", "i64 i64 i64 i64", "i64 i64"],
      ["i64.mul_wide_s", "i64 i64", "i64 i64"],
      ["i64.mul_wide_u", "i64 i64", "i64 i64"],
    ]);
  });

  it("relaxed vector instructions take one to three vectors", () => {
    for (const [mnemonic, params, results] of ofFeature("relaxed-simd")) {
      const ternary = /madd|nmadd|laneselect|dot_.*_add/.test(mnemonic);
      const count = ternary ? 3 : mnemonic.includes("trunc") ? 1 : 2;
      expect([mnemonic, params]).toEqual([mnemonic, Array(count).fill("v128").join(" ")]);
      expect(results).toBe("v128");
    }
  });
});
