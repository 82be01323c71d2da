import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initSync, watify } from "@mdn/watify";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeModule } from "../decoder/decode.ts";
import { InstructionReader } from "../decoder/instruction-reader.ts";
import { FEATURES } from "../isa/features.ts";
import type { Instruction } from "../isa/instruction.ts";
import { createInstructionLookup } from "../isa/instructions.ts";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import type { ModulePrinterOptions } from "./print-module.ts";
import { printModule } from "./print-module.ts";

const lookup = createInstructionLookup();

beforeAll(() => {
  const path = createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm");
  initSync({ module: readFileSync(path) });
});

function print(bytes: Uint8Array, name?: ModulePrinterOptions["name"]): string[] {
  const module = decodeModule(bytes, { features: new Set(FEATURES), limits: DEFAULT_MODULE_LIMITS });
  function* instructions(start: number, end: number): Generator<Instruction> {
    const reader = new InstructionReader(bytes).seek(start);
    while (reader.position < end) {
      reader.read();
      yield reader.instruction;
    }
  }
  return [...printModule(module, { lookup, instructions, ...(name && { name }) })];
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
  (elem (;1;) (table 1) (offset i32.const 0) func 2 3)
  (elem (;2;) funcref (item ref.func 0) (item ref.null func))
  (elem (;3;) declare func 1)
  (func (;2;) (type 1) (param i32 funcref) (result i64)
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

describe("printModule", () => {
  it("prints what the assembler reads as the same module", () => {
    expect(print(watify(MODULE))).toEqual(MODULE.split("\n"));
  });

  it("puts names into comments, locals by their function", () => {
    const bytes = watify('(module (func (export "x") (param i32) local.get 0 call 0))');
    const lines = print(bytes, (space, index, funcIdx) =>
      space === "local" ? `local ${index} of ${funcIdx}` : `${space} ${index}`,
    );
    expect(lines).toEqual([
      "(module",
      "  (type (;0;) (;type 0;) (func (param i32)))",
      '  (export "x" (func 0 (;func 0;)))',
      "  (func (;0;) (;func 0;) (type 0) (param i32)",
      "    local.get 0 (;local 0 of 0;)",
      "    call 0 (;func 0;)",
      "  )",
      ")",
    ]);
    expect(() => watify(lines.join("\n"))).not.toThrow();
  });

  it("mentions custom sections", () => {
    // A section "a;) (b" of three bytes.
    const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 10, 6, ...Buffer.from("a;) (b"), 1, 2, 3];
    expect(print(Uint8Array.from(bytes))).toEqual(["(module", '  ;; custom section "a;) (b", 3 bytes', ")"]);
  });
});
