import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { decodeModule } from "../decoder/decode.ts";
import { createOpcodeTables } from "../decoder/opcode-shapes.ts";
import { LimitError, MalformedError, ValidationError } from "../errors.ts";
import { FEATURES, type Feature } from "../isa/features.ts";
import { DEFAULT_MODULE_LIMITS, type ModuleLimits } from "../limits.ts";
import { TypeRegistry } from "../module/type-registry.ts";
import type { CheckedModule } from "./checked-module.ts";
import { ModuleValidator } from "./module-validator.ts";
import { Rules } from "./rules.ts";

interface Options {
  readonly without?: readonly Feature[];
  readonly limits?: Partial<ModuleLimits>;
  readonly registry?: TypeRegistry;
}

function check(source: string | Uint8Array, options: Options = {}): CheckedModule {
  const bytes = typeof source === "string" ? wat(`(module ${source})`) : source;
  const features = new Set(FEATURES.filter((feature) => options.without?.includes(feature) !== true));
  const limits = { ...DEFAULT_MODULE_LIMITS, ...options.limits };
  const registry = options.registry ?? new TypeRegistry();
  const validator = new ModuleValidator({ features, limits, registry, rules: new Rules(features) });
  return validator.finish(decodeModule(bytes, { tables: createOpcodeTables(features), limits }, validator));
}

function problem(source: string | Uint8Array, options?: Options): ValidationError {
  try {
    check(source, options);
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error("the module is valid");
}

const GC: Options = { without: ["custom-descriptors"] };

describe("invalid modules", () => {
  const cases: [message: string, source: string, options?: Options][] = [
    // Operands
    [
      "type mismatch: instruction requires [i32 i32] but stack has [i32]",
      "(func (drop (i32.add (i32.const 0))))",
    ],
    [
      "type mismatch: instruction requires [i64] but stack has [i32]",
      "(func (drop (i64.eqz (i32.const 0))))",
    ],
    ["type mismatch: block requires [] but stack has [i32]", "(func (i32.const 0))"],
    ["type mismatch: instruction requires [i32] but stack has []", "(func (result i32))"],
    ["type mismatch: instruction requires an operand", "(func drop)"],
    ["type mismatch", "(func (i32.const 0) (block (drop)))"],
    ["type mismatch", "(func (result i32) (unreachable) (i64.const 0))"],
    ["type mismatch", "(func (unreachable) (i32.const 0))"],
    ["type mismatch: instruction requires a reference", "(func (drop (ref.is_null (i32.const 0))))"],
    ["type mismatch", "(func (drop (select (ref.null func) (ref.null func) (i32.const 0))))"],
    ["type mismatch", "(func (drop (select (i32.const 0) (i64.const 0) (i32.const 0))))"],
    [
      "type mismatch: block requires [i32] but stack has []",
      "(func (drop (if (result i32) (i32.const 1) (then (i32.const 0)))))",
    ],
    // Control
    ["unknown label 2", "(func (block (br 2)))"],
    ["unknown label 1", "(func (br_table 0 1 (i32.const 0)))"],
    ["type mismatch", "(func (result i32) (block (br_table 0 1 (i32.const 0))) (i32.const 0))"],
    ["type mismatch", "(func (block (result i32) (br_if 0 (i32.const 1)) (i32.const 0)) drop)"],
    ["unknown function 1", "(func (call 1))"],
    ["unknown type 7", "(table 0 funcref) (func (call_indirect (type 7) (i32.const 0)))"],
    ["unknown table 0", "(type (func)) (func (call_indirect (type 0) (i32.const 0)))"],
    ["type mismatch", "(type (func)) (table 0 externref) (func (call_indirect (type 0) (i32.const 0)))"],
    [
      "type mismatch: current function requires",
      "(func $f (result i64) (i64.const 0)) (func (return_call $f))",
    ],
    // Exceptions
    ["unknown tag 0", "(func (throw 0))"],
    ["type mismatch: instruction requires [i32] but stack has []", "(tag (param i32)) (func (throw 0))"],
    [
      "type mismatch: catch clause delivers [i32 (ref exn)]",
      "(tag (param i32)) (func (block (try_table (catch_ref 0 0))))",
    ],
    ["unknown label 1", "(func (try_table (catch_all 1)))"],
    ["invalid rethrow label 0", "(func (rethrow 0))"],
    ["invalid rethrow label 0", "(func try rethrow 0 catch_all end)"],
    ["unknown label 1", "(func try delegate 1)"],
    ["non-empty tag result type", "(tag (result i32))"],
    // Variables
    ["unknown local 1", "(func (param i32) (drop (local.get 1)))"],
    ["uninitialized local 0", "(func (local (ref func)) (drop (local.get 0)))"],
    [
      "uninitialized local 0",
      "(func $f (local (ref func)) (block (local.set 0 (ref.func $f))) (drop (local.get 0))) (elem declare func $f)",
    ],
    [
      "uninitialized local 0",
      "(func $f (local (ref func)) (if (i32.const 0) (then (local.set 0 (ref.func $f))) (else (drop (local.get 0))))) (elem declare func $f)",
    ],
    ["unknown global 0", "(func (drop (global.get 0)))"],
    ["immutable global 0", "(global i32 (i32.const 0)) (func (global.set 0 (i32.const 0)))"],
    // Memories and tables
    ["unknown memory 0", "(func (drop (i32.load (i32.const 0))))"],
    [
      "alignment must not be larger than natural",
      "(memory 1) (func (drop (i32.load8_u align=2 (i32.const 0))))",
    ],
    [
      "atomic alignment must be natural",
      "(memory 1 1 shared) (func (drop (i32.atomic.load align=2 (i32.const 0))))",
    ],
    ["offset out of range", "(memory 1) (func (drop (i32.load offset=0x1_0000_0000 (i32.const 0))))"],
    ["type mismatch: instruction requires [i64]", "(memory i64 1) (func (drop (i32.load (i32.const 0))))"],
    [
      "type mismatch",
      "(memory i64 1) (memory 1) (func (memory.copy 0 1 (i64.const 0) (i32.const 0) (i64.const 0)))",
    ],
    ["unknown data segment 1", '(memory 1) (data "") (func (data.drop 1))'],
    ["unknown elem segment 3", "(func (elem.drop 3))"],
    [
      "type mismatch",
      "(table 1 externref) (elem func) (func (table.init 0 0 (i32.const 0) (i32.const 0) (i32.const 0)))",
    ],
    [
      "type mismatch",
      "(table 1 externref) (table 1 funcref) (func (table.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 0)))",
    ],
    ["invalid lane index 16", "(func (param v128) (drop (i8x16.extract_lane_s 16 (local.get 0))))"],
    [
      "invalid lane index 32",
      "(func (param v128) (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 32 (local.get 0) (local.get 0))))",
    ],
    ["size minimum must not be greater than maximum", "(memory 2 1)"],
    ["memory size must be at most 65536 pages (4GiB)", "(memory 65537)"],
    ["memory size must be at most", "(memory 0 0x1_0000_0000 (pagesize 1))"],
    ["memory size must be at most", "(memory i64 0x1_0000_0000_0001)"],
    ["size minimum must not be greater than maximum", "(table 2 1 funcref)"],
    ["table size must be at most", "(table 0x1_0000_0000 funcref)"],
    ["shared memory must have maximum", "(memory 1 shared)"],
    ["type mismatch: a table of non-null references", "(table 1 (ref func))"],
    ["multiple memories", "(memory 1) (memory 1)", { without: ["multi-memory"] }],
    [
      "multiple tables",
      '(import "" "" (table 1 funcref)) (table 1 funcref)',
      { without: ["reference-types"] },
    ],
    // Constant expressions and references
    ["constant expression required", "(global i32 (i32.clz (i32.const 0)))"],
    [
      "constant expression required",
      "(global i32 (i32.add (i32.const 0) (i32.const 0)))",
      { without: ["extended-const"] },
    ],
    ["constant expression required", "(global (mut i32) (i32.const 0)) (global i32 (global.get 0))"],
    ["unknown global 1", "(global i32 (i32.const 0)) (global i32 (global.get 1))"],
    ["unknown global 0", "(global i32 (i32.const 0)) (global i32 (global.get 0))", { without: ["gc"] }],
    ["type mismatch", "(global i32 (i64.const 0))"],
    ["type mismatch", "(global i32 (i32.const 0) (i32.const 0))"],
    ["type mismatch", "(memory 1) (data (offset))"],
    ["undeclared function reference 0", "(func (drop (ref.func 0)))"],
    ["undeclared function reference 0", "(func (drop (ref.func 0))) (start 0)"],
    ["unknown function 9", "(global funcref (ref.func 9))"],
    ["unknown table 0", "(func) (elem (i32.const 0) 0)"],
    ["unknown memory 0", '(data (i64.const 0) "")'],
    ["unknown memory 1", '(memory 1) (data (memory 1) (i32.const 0) "")'],
    ["type mismatch", "(table 1 externref) (func) (elem (i32.const 0) func 0)"],
    // Interface
    ['duplicate export name "a"', '(func (export "a")) (memory (export "a") 1)'],
    ["unknown memory 0", '(export "a" (memory 0))'],
    ["start function", "(func (param i32)) (start 0)"],
    ["unknown function 1", "(func) (start 1)"],
    [
      "mutable globals cannot be imported",
      '(import "" "" (global (mut i32)))',
      { without: ["mutable-globals"] },
    ],
    [
      "mutable globals cannot be exported",
      '(global (export "a") (mut i32) (i32.const 0))',
      { without: ["mutable-globals"] },
    ],
    ["invalid result arity", "(type (func (result i32 i32)))", { without: ["multi-value", "gc"] }],
    // Types
    ["unknown type 3", "(type (struct (field (ref 3))))"],
    ["unknown type 1", "(type (func (param (ref 1)))) (type (func))"],
    ["sub type 1 does not match super type 0", "(type (struct)) (type (sub 0 (struct)))"],
    [
      "sub type 1 does not match super type 0",
      "(type (sub (struct (field i32)))) (type (sub 0 (struct (field i64))))",
    ],
    [
      "sub type 1 does not match super type 0",
      "(type (sub (array (mut anyref)))) (type (sub 0 (array (mut eqref))))",
    ],
    ["forward use of type 1", "(rec (type (sub 1 (struct))) (type (sub (struct))))"],
    ["descriptor type is outside rec group", "(type (descriptor 1) (struct)) (type (describes 0) (struct))"],
    ["type is not described by its descriptor", "(rec (type (descriptor 1) (struct)) (type (struct)))"],
    // Aggregates
    ["type mismatch: non-structure type 0", "(type (array i32)) (func (drop (struct.new_default 0)))"],
    ["type mismatch: field type", "(type (struct (field (ref any)))) (func (drop (struct.new_default 0)))"],
    [
      "unknown field 1 of type 0",
      "(type (struct (field i32))) (func (param (ref 0)) (drop (struct.get 0 1 (local.get 0))))",
    ],
    [
      "immutable field 0",
      "(type (struct (field i32))) (func (param (ref 0)) (struct.set 0 0 (local.get 0) (i32.const 0)))",
    ],
    [
      "type mismatch: field is packed",
      "(type (struct (field i8))) (func (param (ref 0)) (drop (struct.get 0 0 (local.get 0))))",
    ],
    [
      "type mismatch: field is unpacked",
      "(type (array i32)) (func (param (ref 0)) (drop (array.get_u 0 (local.get 0) (i32.const 0))))",
    ],
    [
      "immutable array 0",
      "(type (array i32)) (func (param (ref 0)) (array.fill 0 (local.get 0) (i32.const 0) (i32.const 0) (i32.const 0)))",
    ],
    [
      "array types do not match",
      "(type (array (mut i8))) (type (array i16)) (func (param (ref 0) (ref 1)) (array.copy 0 1 (local.get 0) (i32.const 0) (local.get 1) (i32.const 0) (i32.const 0)))",
    ],
    [
      "array type is not numeric or vector",
      '(type (array anyref)) (data "") (func (drop (array.new_data 0 0 (i32.const 0) (i32.const 0))))',
    ],
    // Casts
    [
      "type mismatch: cannot cast from eqref to anyref",
      "(func (result anyref) (br_on_cast 0 eqref anyref (unreachable)))",
      GC,
    ],
    ["type mismatch: cannot cast", "(func (result anyref) (br_on_cast 0 funcref anyref (unreachable)))"],
    ["type mismatch", "(func (param externref) (drop (ref.cast anyref (local.get 0))))"],
    [
      "type any does not have a descriptor",
      "(func (result anyref) (br_on_cast_desc_eq 0 anyref anyref (unreachable)))",
    ],
    ["type mismatch", '(type (func)) (import "" "" (func (type 0))) (global (ref (exact 0)) (ref.func 0))'],
  ];
  for (const [message, source, options] of cases) {
    it(`${message} <- ${source.slice(0, 90)}`, () => {
      const error = problem(source, options);
      expect(error.message.slice(0, message.length)).toBe(message);
    });
  }
});

describe("valid modules", () => {
  const cases: [source: string, options?: Options][] = [
    ["(func (result i32) (unreachable) (i32.add))"],
    ["(func (result i32) (i64.const 1) (br 0 (i32.const 0)))"],
    ["(func (result i32) (block (result i32) (br_table 0 1 (unreachable))))"],
    ["(func (unreachable) (select) (drop))"],
    ["(func (param i32) (local.get 0) (if (param i32) (result i32) (i32.const 1) (then)) (drop))"],
    [
      '(func $f (local (ref func)) (local.set 0 (ref.func $f)) (block (drop (local.get 0)))) (export "f" (func $f))',
    ],
    ["(global i32 (i32.const 1)) (global i32 (i32.mul (global.get 0) (i32.const 2)))"],
    ["(memory i64 1) (memory 1) (func (memory.copy 0 1 (i64.const 0) (i32.const 0) (i32.const 0)))"],
    ["(memory 65536) (memory 0xffff_ffff (pagesize 1)) (memory i64 0x1_0000_0000_0000)"],
    [
      "(tag $e (param i32)) (func (result i32) try (result i32) i32.const 1 throw $e catch $e catch_all rethrow 0 end)",
    ],
    [
      "(tag $e (param i32)) (func (result i32) (block (result i32 (ref exn)) (try_table (catch_ref $e 0)) (unreachable)) (drop))",
    ],
    [
      "(type $t (func)) (func $f (type $t)) (elem declare func $f) (func (result (ref (exact $t))) (ref.func $f))",
    ],
    ["(func (result anyref) (br_on_cast 0 eqref anyref (unreachable)))"],
    ["(type (struct (field i8) (field anyref))) (func (result (ref 0)) (struct.new_default 0))", GC],
    ["(func (param externref) (result (ref any)) (any.convert_extern (ref.as_non_null (local.get 0))))"],
    ['(memory 1) (data "a") (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop 0))'],
    ["(table 1 (ref func) (ref.func 0)) (func)"],
  ];
  for (const [source, options] of cases) {
    it(source.slice(0, 100), () => {
      expect(() => check(source, options)).not.toThrow();
    });
  }
});

describe("what errors carry", () => {
  it("has the offset of the instruction and the index of the function", () => {
    const bytes = wat(`(module (import "" "" (func)) (func) (func (nop) (drop (i64.eqz (i32.const 7)))))`);
    const error = problem(bytes);
    expect(error.funcIdx).toBe(2);
    // i64.eqz
    expect(bytes[error.offset]).toBe(0x50);
    expect(bytes[error.offset - 1]).toBe(7);
  });

  it("speaks of types by their index in the module, whatever the registry has seen", () => {
    const registry = new TypeRegistry();
    check("(type (struct (field i64))) (type (struct (field f32)))", { registry });
    const error = problem("(type (struct)) (func (param (ref 0)) (i32.eqz (local.get 0)) drop)", {
      registry,
    });
    expect(error.message).toContain("requires [i32] but stack has [(ref 0)]");
  });

  it("lets a later malformation win over an invalid instruction", () => {
    const bytes = wat("(module (func (drop)) (func))");
    const broken = bytes.slice();
    broken[broken.length - 1] = 0x05;
    expect(() => check(broken)).toThrow(MalformedError);
  });
});

describe("the checked module", () => {
  const checked = check(`
    (type $f (func (param i32))) (type $g (func (param i32)))
    (import "m" "f" (func $imported (type $f)))
    (import "m" "g" (global i32))
    (import "m" "e" (func $exact (exact (type $f))))
    (func $own (type $g) (drop (ref.func $imported)))
    (memory (export "mem") i64 1) (table 3 funcref) (tag (type $f)) (global (mut i64) (i64.const 0))
    (elem declare funcref (ref.func $imported)) (export "i" (func $imported)) (export "o" (func $own))`);

  it("lists index spaces with imports first", () => {
    expect(checked.importCounts).toEqual({ func: 2, table: 0, memory: 0, global: 1, tag: 0 });
    expect(checked.functionTypeIds).toHaveLength(3);
    expect(new Set(checked.functionTypeIds).size).toBe(1);
    expect(checked.typeIds[0]).toBe(checked.typeIds[1]);
    expect(checked.globalTypes.map(({ mutable }) => mutable)).toEqual([false, true]);
    expect(checked.memoryTypes[0]!.is64).toBe(true);
    expect(checked.tagTypeIds).toEqual([checked.typeIds[0]]);
    expect(checked.elementTypes).toHaveLength(1);
  });

  it("types imports and exports, and knows what is exact", () => {
    const typeId = checked.typeIds[0];
    expect(checked.importTypes.map(({ kind }) => kind)).toEqual(["func", "global", "func"]);
    expect(checked.importTypes[2]).toEqual({ kind: "func", typeId, exact: true });
    expect(checked.exportTypes[1]).toEqual({ kind: "func", typeId, exact: false });
    expect(checked.exportTypes[2]).toEqual({ kind: "func", typeId, exact: true });
    expect([...checked.declaredFunctions].sort()).toEqual([0, 2]);
  });
});

describe("limits", () => {
  it("bounds the operand stack at the limit, not before", () => {
    const results = "(result i32 i32 i32 i32)";
    const source = `(func $f ${results} (unreachable)) (func (call $f) (call $f) (unreachable))`;
    expect(() => check(source, { limits: { operands: 8 } })).not.toThrow();
    expect(() => check(source, { limits: { operands: 7 } })).toThrow(LimitError);
  });

  it("bounds array.new_fixed, also in unreachable code", () => {
    const source = "(type (array i32)) (func (drop (array.new_fixed 0 9 (unreachable))))";
    expect(() => check(source, { limits: { fields: 9 } })).not.toThrow();
    expect(() => check(source, { limits: { fields: 8 } })).toThrow(LimitError);
  });

  it("validates deep nesting without recursion", () => {
    const depth = 50_000;
    const body = [0, ...new Array<number>(depth).fill(0).flatMap(() => [0x02, 0x40])];
    body.push(...new Array<number>(depth + 1).fill(0x0b));
    const bytes = moduleWithBody(body);
    expect(check(bytes).module.code).toHaveLength(1);
    expect(() => check(bytes, { limits: { nesting: depth - 1 } })).toThrow(LimitError);
  });
});

/** A module whose one function, of type `[] -> []`, has `body` (local runs, then code). */
function moduleWithBody(body: readonly number[]): Uint8Array {
  const sized = (content: readonly number[]): number[] => [...leb(content.length), ...content];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 4, 1, 0x60, 0, 0],
    ...[3, 2, 1, 0],
    10,
    ...sized([1, ...sized(body)]),
  ]);
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
