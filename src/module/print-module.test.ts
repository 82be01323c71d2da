import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initSync, watify } from "@mdn/watify";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeBranchHints } from "../decoder/branch-hints.ts";
import { decodeModule } from "../decoder/decode.ts";
import { InstructionReader } from "../decoder/instruction-reader.ts";
import { decodeNames } from "../decoder/names.ts";
import { createOpcodeTables } from "../decoder/opcode-shapes.ts";
import type { Instruction } from "../isa/instruction.ts";
import { createInstructionLookup } from "../isa/instructions.ts";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import { ModulePrinter } from "./print-module.ts";

const lookup = createInstructionLookup();
const tables = createOpcodeTables();

beforeAll(() => {
  const path = createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm");
  initSync({ module: readFileSync(path) });
});

function print(bytes: Uint8Array): string[] {
  const module = decodeModule(bytes, { tables, limits: DEFAULT_MODULE_LIMITS });
  function* instructions(start: number, end: number): Generator<Instruction> {
    const reader = new InstructionReader(bytes, tables).seek(start);
    while (reader.position < end) {
      reader.read();
      yield reader.instruction;
    }
  }
  const branchHints = new Map(decodeBranchHints(module).map(({ offset, likely }) => [offset, [likely]]));
  const printer = new ModulePrinter(module, {
    lookup,
    instructions,
    names: decodeNames(module),
    branchHints,
  });
  return [...printer.module()];
}

/** One of everything, spelt as the printer spells it. */
const MODULE = String.raw`(module
  (type (;0;) (func))
  (type (;1;) (func (param i32 funcref) (result i64)))
  (rec
    (type (;2;) (sub (struct (field (mut i8)) (field (ref null 3)))))
    (type (;3;) (sub final 2 (struct (field (mut i8)) (field (ref null 3)) (field (ref (exact 2))))))
  )
  (type (;4;) (array (mut i16)))
  (rec
    (type (;5;) (sub (descriptor 6) (struct)))
    (type (;6;) (sub (describes 5) (struct)))
  )
  (type (;7;) (func (param i32)))
  (import "env" "a\u{22}\u{5c}\u{a}\u{e9}\u{1f600}" (func (;0;) (type 1) (param i32 funcref) (result i64)))
  (import "" "" (func (;1;) (exact (type 0))))
  (import "env" "t" (table (;0;) i64 1 2 externref))
  (import "env" "m" (memory (;0;) 1 2 shared))
  (import "env" "g" (global (;0;) (mut v128)))
  (import "env" "e" (tag (;0;) (type 7) (param i32)))
  (table (;1;) 10 funcref)
  (table (;2;) 0 (ref func) ref.func 0)
  (memory (;1;) i64 0 (pagesize 1))
  (tag (;1;) (type 7) (param i32))
  (global (;1;) i32 i32.const 1 i32.const 2 i32.add)
  (global (;2;) (mut (ref null 4)) ref.null 4)
  (export "f" (func 2))
  (export "m" (memory 1))
  (start 3)
  (elem (;0;) (offset i32.const 0) externref)
  (elem (;1;) (table 1) (offset i32.const 0) func 2 (;f;) 3)
  (elem (;2;) funcref (item ref.func 0) (item ref.null func))
  (elem (;3;) declare func 1)
  (func (;2;) (;f;) (type 1) (param i32 funcref) (result i64)
    (local i64 i64)
    (local (ref null 2))
    block (result i32)
      local.get 0
    end
    i64.load32_u offset=16 align=1
  )
  (func (;3;) (type 0)
  )
  (data (;0;) (offset i32.const 0)
    "plain \22\5c\00\ff0123456789abcdefghijkl"
    "mnopqrstuvwxyz"
  )
  (data (;1;) (memory 1) (offset i64.const 5)
    "x"
  )
  (data (;2;)
  )
)`;

describe("ModulePrinter", () => {
  it("prints what the assembler reads as the same module", () => {
    expect(print(watify(MODULE))).toEqual(MODULE.split("\n"));
  });

  it("calls things by names that are identifiers, and keeps the others", () => {
    const text = String.raw`(module $all
  (type $t (;0;) (func (param i32)))
  (type $s (;1;) (struct (field $x i32) (field (mut (ref null $s)))))
  (type (;2;) (@name "no id") (func))
  (import "" "f" (func $imported (;0;) (type $t) (param i32)))
  (import "" "m" (memory $mem (;0;) 1))
  (table $tab (;0;) 1 funcref)
  (memory $second (;1;) 1)
  (tag $e (;0;) (type $t) (param i32))
  (global $g (;0;) (mut i32) i32.const 0)
  (export "f" (func $f))
  (export "only exported" (func 3))
  (start $f)
  (elem $el (;0;) func $f)
  (func $f (;1;) (type 2 (;no id;))
    (local i64)
    (local $x i32)
    (local (@name "a b") i32)
    (local i64 i64)
    local.get $x
    call $imported
    i32.const 1
    local.set 2 (;a b;)
    ref.null $s
    struct.get $s $x
    throw $e
    i32.const 0
    i32.load $second
    drop
  )
  (func (;2;) (@name "x\u{22}\u{a}") (type $t) (param $x i32)
    local.get $x
    global.set $g
  )
  (func (;3;) (;only exported;) (type 2 (;no id;))
  )
  (data $d (;0;) (memory $second) (offset i32.const 0)
    "x"
  )
)`;
    const note = expect.stringMatching(/^ {2};; custom section "name", \d+ bytes$/);
    expect(print(watify(text))).toEqual(text.split("\n").toSpliced(1, 0, note));
  });

  it("gives no identifier to a name that two share, nor lets a name end its comment", () => {
    const text = String.raw`(module (func (@name "a")) (func (@name "a")) (func (@name ";)\u{1b}[2J\u{202e}") call 0 call 2))`;
    const lines = print(watify(text));
    expect(lines.slice(2)).toEqual([
      "  (type (;0;) (func))",
      '  (func (;0;) (@name "a") (type 0)',
      "  )",
      '  (func (;1;) (@name "a") (type 0)',
      "  )",
      String.raw`  (func (;2;) (@name ";)\u{1b}[2J\u{202e}") (type 0)`,
      "    call 0 (;a;)",
      "    call 2 (;____2J_;)",
      "  )",
      ")",
    ]);
    expect(print(watify(lines.join("\n")))).toEqual(lines);
  });

  it("repeats hints, and custom sections that do not speak of byte offsets", () => {
    const text = String.raw`(module
  (@custom "first" (before first)
    "\00abc"
  )
  ;; custom section "metadata.code.branch_hint", 9 bytes
  (@custom "a;) (b" (after code)
  )
  (type (;0;) (func (param i32)))
  (func (;0;) (type 0) (param i32)
    local.get 0
    (@metadata.code.branch_hint "\01") if
    end
    block
      local.get 0
      (@metadata.code.branch_hint "\00") br_if 0
    end
  )
)`;
    expect(print(watify(text))).toEqual(text.split("\n"));
  });

  it("draws locals of one type together", () => {
    // Runs of 1, 2 and 1 local, the last of another type.
    const code = [1, 8, 3, 1, 0x7f, 2, 0x7f, 1, 0x7e, 0x0b];
    const sections = [...[1, 4, 1, 0x60, 0, 0], ...[3, 2, 1, 0], ...[10, code.length, ...code]];
    expect(print(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections])).slice(3, 5)).toEqual([
      "    (local i32 i32 i32)",
      "    (local i64)",
    ]);
  });

  it("says that locals are too many rather than writing all of them", () => {
    // 400 functions of 50,000 locals each, in six bytes.
    const body = [6, 1, 0xd0, 0x86, 3, 0x7f, 0x0b];
    const count = [0x90, 3];
    const section = (id: number, ...contents: number[]): number[] => [
      id,
      0x80 | (contents.length & 0x7f),
      contents.length >> 7,
      ...contents,
    ];
    const bytes = Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, 1, 0x60, 0, 0),
      ...section(3, ...count, ...Array.from({ length: 400 }, () => 0)),
      ...section(10, ...count, ...Array.from({ length: 400 }, () => body).flat()),
    ]);
    const lines = print(bytes);
    expect(lines.filter((line) => line.startsWith("    (local i32"))).toHaveLength(200);
    expect(lines).toContain("    ;; 50000 locals of type i32: too many to be written out");
  });

  it("prints deep nesting in linear space, and without recursion", () => {
    const depth = 50_000;
    const lines = print(watify(`(module (func ${"block ".repeat(depth)}${"end ".repeat(depth)}))`));
    expect(lines).toHaveLength(2 * depth + 5);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100);
    expect(print(watify(lines.join("\n")))).toEqual(lines);
  });
});
