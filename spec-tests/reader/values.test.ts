import { describe, expect, it } from "vitest";
import { readNodes } from "./s-expression.ts";
import {
  type Constant,
  matches,
  type RawValue,
  type RefInspector,
  readConstant,
  readPattern,
} from "./values.ts";

const hostObjects = [{ id: 0 }, { id: 1 }];
const inspector: RefInspector = {
  isHostObject: (ref, id) => ref === hostObjects[id],
  isRefKind: (ref, kind) => kind === "any" || ref === kind,
};

function node(source: string) {
  const [first] = readNodes(source);
  if (first === undefined) throw new Error("nothing to read");
  return first;
}

const accepts = (pattern: string, value: RawValue): boolean =>
  matches(readPattern(node(pattern)), value, inspector);
const bits = (source: string): RawValue => {
  const constant: Constant = readConstant(node(source));
  if (constant.kind !== "bits") throw new Error(`${source} is no number`);
  return constant.value;
};

describe("readConstant", () => {
  it("splits 64 bits into halves", () => {
    expect(bits("(i64.const 0xffffffff00000001)")).toEqual({ type: "i64", lo: 1, hi: -1 });
    expect(bits("(f64.const nan:0x1)")).toEqual({ type: "f64", lo: 1, hi: 0x7ff00000 });
  });

  it("keeps signalling NaNs", () => {
    expect(bits("(f32.const -nan:0x1)")).toEqual({ type: "f32", lo: 0xff800001 | 0 });
  });

  it("lays lanes out in little endian", () => {
    expect([...(bits("(v128.const i16x8 1 -2 3 4 5 6 7 0x8000)").bytes ?? [])]).toEqual([
      1, 0, 0xfe, 0xff, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0, 0x80,
    ]);
  });

  it("tells nulls and host objects", () => {
    expect(readConstant(node("(ref.null extern)"))).toEqual({ kind: "null", heap: "extern" });
    expect(readConstant(node("(ref.extern 7)"))).toEqual({ kind: "host", id: 7 });
  });

  it.each([
    "(f32.const nan:canonical)",
    "(ref.func)",
    "(either (i32.const 1))",
    "(i32.const)",
    "(v128.const i32x4 1 2 3)",
  ])("refuses %s", (source) => {
    expect(() => readConstant(node(source))).toThrow(SyntaxError);
  });
});

describe("matches", () => {
  it("compares type and bits", () => {
    expect(accepts("(i32.const -1)", { type: "i32", lo: -1 })).toBe(true);
    expect(accepts("(i32.const 0xffffffff)", { type: "i32", lo: -1 })).toBe(true);
    expect(accepts("(i32.const 1)", { type: "f32", lo: 1 })).toBe(false);
    expect(accepts("(i64.const 1)", { type: "i64", lo: 1, hi: 1 })).toBe(false);
    expect(accepts("(f32.const 0)", { type: "f32", lo: -0x80000000 })).toBe(false);
  });

  it.each([
    ["nan:canonical", 0x7fc00000, true],
    ["nan:canonical", 0xffc00000, true],
    ["nan:canonical", 0x7fc00001, false],
    ["nan:canonical", 0x7f800001, false],
    ["nan:canonical", 0, false],
    ["nan:arithmetic", 0x7fc00001, true],
    ["nan:arithmetic", 0xffffffff, true],
    ["nan:arithmetic", 0x7f800001, false],
    ["nan:0x400001", 0x7fc00001, true],
    ["nan:0x400001", 0xffc00001, false],
  ])("f32 %s and %i", (pattern, lo, expected) => {
    expect(accepts(`(f32.const ${pattern})`, { type: "f32", lo: lo | 0 })).toBe(expected);
  });

  it("knows the NaNs of f64", () => {
    expect(accepts("(f64.const nan:canonical)", { type: "f64", lo: 0, hi: 0x7ff80000 })).toBe(true);
    expect(accepts("(f64.const nan:canonical)", { type: "f64", lo: 1, hi: 0x7ff80000 })).toBe(false);
    expect(accepts("(f64.const nan:arithmetic)", { type: "f64", lo: 1, hi: -0x80000 })).toBe(true);
    expect(accepts("(f64.const nan:arithmetic)", { type: "f64", lo: 1, hi: 0x7ff00000 })).toBe(false);
  });

  it("compares lanes one by one", () => {
    const value = bits("(v128.const f32x4 1 nan 0 -0)");
    expect(accepts("(v128.const f32x4 1 nan:canonical 0 -0)", value)).toBe(true);
    expect(accepts("(v128.const f32x4 1 nan:canonical 0 0)", value)).toBe(false);
    expect(accepts("(v128.const i32x4 0x3f800000 0x7fc00000 0 0x80000000)", value)).toBe(true);
    expect(accepts("(v128.const i32x4 0 0 0 0)", { type: "v128", bytes: new Uint8Array(8) })).toBe(false);
  });

  it("takes any of either", () => {
    const pattern = "(either (i32.const 1) (i32.const 2))";
    expect([1, 2, 3].map((lo) => accepts(pattern, { type: "i32", lo }))).toEqual([true, true, false]);
  });

  it("tells references apart", () => {
    const ref = (value: unknown): RawValue => ({ type: "ref", ref: value });
    expect(accepts("(ref.null)", ref(null))).toBe(true);
    expect(accepts("(ref.null func)", ref("func"))).toBe(false);
    expect(accepts("(ref.null)", { type: "i32", lo: 0 })).toBe(false);
    expect(accepts("(ref.extern 1)", ref(hostObjects[1]))).toBe(true);
    expect(accepts("(ref.host 0)", ref(hostObjects[1]))).toBe(false);
    expect(accepts("(ref.struct)", ref("struct"))).toBe(true);
    expect(accepts("(ref.struct)", ref("array"))).toBe(false);
    expect(accepts("(ref.any)", ref(null))).toBe(false);
  });
});
