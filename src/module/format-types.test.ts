import { describe, expect, it } from "vitest";
import {
  formatFuncType,
  formatGlobalType,
  formatHeap,
  formatMemoryType,
  formatSubType,
  formatTableType,
  formatTypeList,
  formatValType,
} from "./format-types.ts";
import type { SubType } from "./types.ts";
import { HEAP_CONCRETE, HeapType, NumType, refType } from "./types.ts";

describe("formatValType", () => {
  it.each([
    [NumType.I32, "i32"],
    [NumType.V128, "v128"],
    [NumType.I8, "i8"],
    [refType(HeapType.Func, true), "funcref"],
    [refType(HeapType.Func, false), "(ref func)"],
    [refType(HeapType.NoExtern, true), "nullexternref"],
    [refType(HeapType.None, true), "nullref"],
    [refType(HeapType.NoExn, true), "nullexnref"],
    [refType(HEAP_CONCRETE, true), "(ref null 0)"],
    [refType(HEAP_CONCRETE + 7, false), "(ref 7)"],
    [refType(HEAP_CONCRETE + 7, true, true), "(ref null (exact 7))"],
    [NumType.Bottom, "unknown"],
    [refType(HeapType.Bottom, false), "(ref unknown)"],
  ])("%i is %s", (type, text) => {
    expect(formatValType(type)).toBe(text);
  });

  it("keeps large type indices exact", () => {
    expect(formatValType(refType(HEAP_CONCRETE + 0xfffffff0, true))).toBe(`(ref null ${0xfffffff0})`);
    expect(formatHeap(HEAP_CONCRETE + 0xfffffff0)).toBe(String(0xfffffff0));
  });
});

describe("composite types", () => {
  it("formats function types", () => {
    const type = { kind: "func", params: [NumType.I32, NumType.I64], results: [NumType.F32] } as const;
    expect(formatFuncType(type)).toBe("(func (param i32 i64) (result f32))");
    expect(formatFuncType(type, "")).toBe("(param i32 i64) (result f32)");
    expect(formatFuncType({ kind: "func", params: [NumType.I32], results: [] }, "tag")).toBe(
      "(tag (param i32))",
    );
    expect(formatFuncType({ kind: "func", params: [], results: [] })).toBe("(func)");
    expect(formatTypeList("param", [])).toBe("");
  });

  it("formats subtypes with their clauses, and only then as sub", () => {
    const plain: SubType = {
      final: true,
      supertypes: [],
      composite: { kind: "struct", fields: [{ type: NumType.I8, mutable: true }] },
    };
    expect(formatSubType(plain)).toBe("(struct (field (mut i8)))");
    expect(formatSubType({ ...plain, final: false })).toBe("(sub (struct (field (mut i8))))");
    expect(formatSubType({ ...plain, supertypes: [2] })).toBe("(sub final 2 (struct (field (mut i8))))");
    expect(formatSubType({ ...plain, final: false, describes: 1, descriptor: 3 })).toBe(
      "(sub (describes 1) (descriptor 3) (struct (field (mut i8))))",
    );
    const array: SubType = {
      final: false,
      supertypes: [],
      composite: { kind: "array", field: { type: NumType.F64, mutable: false } },
    };
    expect(formatSubType(array)).toBe("(sub (array f64))");
  });
});

describe("external types", () => {
  it("formats memories with every attribute", () => {
    const base = { min: 1n, max: undefined, is64: false, shared: false, pageSizeLog2: 16 };
    expect(formatMemoryType(base)).toBe("(memory 1)");
    expect(formatMemoryType({ ...base, is64: true, max: 1n << 48n, shared: true, pageSizeLog2: 0 })).toBe(
      "(memory i64 1 281474976710656 shared (pagesize 1))",
    );
  });

  it("formats tables and globals", () => {
    const element = refType(HeapType.Func, true);
    expect(formatTableType({ min: 0n, max: 10n, is64: false, element })).toBe("(table 0 10 funcref)");
    expect(formatGlobalType({ type: NumType.I64, mutable: true })).toBe("(global (mut i64))");
    expect(formatGlobalType({ type: NumType.I64, mutable: false })).toBe("(global i64)");
  });
});
