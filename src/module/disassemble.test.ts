import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initSync, watify } from "@mdn/watify";
import { beforeAll, describe, expect, it } from "vitest";
import { ByteReader } from "../decoder/byte-reader.ts";
import { InstructionReader } from "../decoder/instruction-reader.ts";
import { createOpcodeTables } from "../decoder/opcode-shapes.ts";
import type { Instruction } from "../isa/instruction.ts";
import { createInstructionLookup } from "../isa/instructions.ts";
import type { DisassemblyContext, LineOptions } from "./disassemble.ts";
import { disassembleExpr } from "./disassemble.ts";

const lookup = createInstructionLookup();
const tables = createOpcodeTables();

beforeAll(() => {
  const path = createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm");
  initSync({ module: readFileSync(path) });
});

function* instructions(bytes: Uint8Array, from: number, to: number): Generator<Instruction> {
  const reader = new InstructionReader(bytes, tables).seek(from);
  while (reader.position < to) {
    reader.read();
    yield reader.instruction;
  }
}

/** Assembles a function body (no locals) and disassembles it again. */
function roundTrip(
  body: string,
  options: LineOptions = {},
  reference?: DisassemblyContext["reference"],
): string[] {
  const bytes = watify(`(module (func ${body}))`);
  const reader = new ByteReader(bytes);
  reader.position = 8;
  // Sections before the code section (10), then its size, its count, and the body's size and locals count.
  while (reader.byte() !== 10) {
    const size = reader.u32();
    reader.position += size;
  }
  for (let i = 0; i < 4; i++) reader.u32();
  const context = reference === undefined ? { bytes } : { bytes, reference };
  return [...disassembleExpr(instructions(bytes, reader.position, bytes.length), lookup, context, options)];
}

describe("text", () => {
  it.each([
    "i32.load",
    "i32.load offset=4 align=1",
    "i64.store8 1 offset=18446744073709551615",
    "v128.load16_lane 2 offset=3 align=1 7",
    "i32.atomic.rmw8.cmpxchg_u offset=9",
    "atomic.fence",
    "br_table 0 1 2",
    "br_table 5",
    "call_indirect (type 3)",
    "call_indirect 2 (type 3)",
    "return_call_indirect 1 (type 0)",
    "table.init 2 5",
    "table.init 5",
    "table.copy",
    "table.copy 0 1",
    "memory.copy",
    "memory.copy 1 0",
    "memory.copy 0 1",
    "memory.init 1 0",
    "memory.init 4",
    "memory.fill 1",
    "memory.size",
    "memory.grow 3",
    "table.get",
    "table.set 1",
    "select",
    "select (result i32)",
    "select (result funcref (ref 3))",
    "ref.null func",
    "ref.null 3",
    "ref.null nofunc",
    "ref.test anyref",
    "ref.test (ref 3)",
    "ref.cast (ref null (exact 3))",
    "ref.cast_desc_eq (ref (exact 1))",
    "br_on_cast 0 anyref (ref 1)",
    "br_on_cast_fail 1 (ref any) (ref i31)",
    "br_on_cast_desc_eq 0 anyref (ref null 2)",
    "array.new_fixed 3 10",
    "array.copy 1 2",
    "array.init_data 1 2",
    "struct.get_s 1 2",
    "v128.const i32x4 0x00000001 0xffffffff 0x80000000 0x12345678",
    "i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31",
    "i8x16.extract_lane_s 15",
    "i32.const -2147483648",
    "i64.const 9223372036854775807",
    "f32.const nan:0x200000",
    "f64.const -0x1.8p-3",
    "i64.mul_wide_u",
    "i16x8.relaxed_dot_i8x16_i7x16_s",
    "throw 2",
    "throw_ref",
  ])("%s", (text) => {
    expect(roundTrip(text)).toEqual([text]);
  });
});

describe("structure", () => {
  it("indents blocks and leaves out the final end", () => {
    const lines = [
      "block (result i32)",
      "  loop (type 1)",
      "    local.get 0",
      "    if",
      "      nop",
      "    else",
      "      br 1",
      "    end",
      "  end",
      "  try_table (result i32) (catch 0 0) (catch_ref 1 1) (catch_all 2) (catch_all_ref 0)",
      "    i32.const 1",
      "  end",
      "end",
      "try",
      "  nop",
      "catch 3",
      "  rethrow 0",
      "catch_all",
      "end",
      "try",
      "  nop",
      "delegate 1",
      "drop",
    ];
    expect(roundTrip(lines.join("\n"))).toEqual(lines);
  });

  it("starts at the level given, and shows offsets", () => {
    expect(roundTrip("block nop end", { level: 2, offsets: true })).toEqual([
      "    block ;; 0x17",
      "      nop ;; 0x19",
      "    end ;; 0x1a",
    ]);
  });

  it("keeps output linear where blocks nest deeply", () => {
    const depth = 5000;
    const lines = roundTrip(`${"block ".repeat(depth)}${"end ".repeat(depth)}`);
    expect(lines).toHaveLength(2 * depth);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100);
  });
});

describe("references", () => {
  it.each([
    ["call_indirect 2 (type 3)", "call_indirect 2(;table;) (type 3(;type;))"],
    ["struct.get 4 5", "struct.get 4(;type;) 5(;field of 4;)"],
    ["block (type 1)\nend", "block (type 1(;type;))\nend"],
    ["select (result (ref 2))", "select (result (ref 2(;type;)))"],
    ["br_on_cast 0 anyref (ref null 6)", "br_on_cast 0 anyref (ref null 6(;type;))"],
    ["try_table (catch 1 0)\nend", "try_table (catch 1(;tag;) 0)\nend"],
    ["i32.load 3 offset=1", "i32.load 3(;memory;) offset=1"],
    ["array.new_elem 1 2", "array.new_elem 1(;type;) 2(;elem;)"],
    ["memory.init 1 2", "memory.init 1(;memory;) 2(;data;)"],
  ])("are spelt by the context: %s", (text, expected) => {
    const reference: DisassemblyContext["reference"] = (space, index, owner) =>
      `${index}(;${space}${owner === undefined ? "" : ` of ${owner}`};)`;
    const lines = roundTrip(text, {}, reference);
    expect(lines).toEqual(expected.split("\n"));
    expect(roundTrip(lines.join("\n"))).toEqual(text.split("\n"));
  });
});
