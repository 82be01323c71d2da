// Structs and arrays of guests in the host's hands, and globals and tables of types that only a module has.

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import {
  Engine,
  GcArray,
  GcStruct,
  Global,
  LinkError,
  Linker,
  Module,
  Store,
  Table,
  Trap,
} from "../index.ts";

const engine = new Engine();
const store = new Store(engine);
const { exports } = new Linker(engine).instantiate(
  store,
  new Module(
    engine,
    wat(`(module
      (type $all (struct (field (mut i8)) (field (mut i16)) (field (mut i32)) (field (mut i64)) (field (mut f32))
        (field (mut f64)) (field (mut v128)) (field (mut funcref)) (field (mut externref)) (field i32)))
      (type $small (sub (struct (field i32))))
      (type $large (sub $small (struct (field i32) (field (mut (ref null $small))))))
      (type $bytes (array (mut i8))) (type $shorts (array (mut i16))) (type $longs (array (mut i64)))
      (type $floats (array (mut f32))) (type $vectors (array (mut v128))) (type $doubles (array f64))
      (type $smalls (array (mut (ref null $small)))) (type $ints (array (mut i32)))
      (elem declare func $all)
      (func $all (export "all") (result (ref $all))
        (struct.new $all (i32.const -1) (i32.const -2) (i32.const -3) (i64.const -4) (f32.const 0.5) (f64.const -0.25)
          (v128.const i32x4 1 2 3 4) (ref.func $all) (ref.null extern) (i32.const 7)))
      (func (export "sum") (param (ref $all)) (result i32)
        (i32.add (i32.add (struct.get_s $all 0 (local.get 0)) (struct.get_u $all 1 (local.get 0)))
          (i32.wrap_i64 (struct.get $all 3 (local.get 0)))))
      (func (export "float") (param (ref $all)) (result f32) (struct.get $all 4 (local.get 0)))
      (func (export "floatBits") (param (ref $all)) (result i32) (i32.reinterpret_f32 (struct.get $all 4 (local.get 0))))
      (func (export "lane") (param (ref $all)) (result i32) (i32x4.extract_lane 3 (struct.get $all 6 (local.get 0))))
      (func (export "small") (result (ref $small)) (struct.new $small (i32.const 5)))
      (func (export "large") (result (ref $large)) (struct.new $large (i32.const 6) (ref.null $small)))
      (func (export "bytes") (result (ref $bytes)) (array.new_fixed $bytes 3 (i32.const 1) (i32.const 255) (i32.const 3)))
      (func (export "shorts") (result (ref $shorts)) (array.new $shorts (i32.const -1) (i32.const 2)))
      (func (export "ints") (result (ref $ints)) (array.new $ints (i32.const -1) (i32.const 2)))
      (func (export "longs") (result (ref $longs)) (array.new $longs (i64.const -9) (i32.const 2)))
      (func (export "floats") (result (ref $floats)) (array.new $floats (f32.const 1.5) (i32.const 2)))
      (func (export "doubles") (result (ref $doubles)) (array.new $doubles (f64.const 2.5) (i32.const 1)))
      (func (export "vectors") (result (ref $vectors)) (array.new $vectors (v128.const i64x2 1 2) (i32.const 2)))
      (func (export "smalls") (result (ref $smalls)) (array.new $smalls (ref.null $small) (i32.const 2)))
      (func (export "second") (param (ref $longs)) (result i64) (array.get $longs (local.get 0) (i32.const 1))))`),
  ),
);
const struct = (name: string) => new GcStruct(store, exports[name]());
const array = (name: string) => new GcArray(store, exports[name]());

describe("a struct", () => {
  it("has fields of every type, read as results are", () => {
    const all = struct("all");
    expect(all.fields.map(({ type }) => type)).toEqual([
      ...["i8", "i16", "i32", "i64", "f32", "f64", "v128", "funcref", "externref", "i32"],
    ]);
    expect(all.fields[9]).toEqual({ type: "i32", mutable: false });
    const vector = new Uint8Array([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
    const values = Array.from({ length: all.length }, (_, k) => all.get(k));
    expect(values).toEqual([255, 65_534, -3, -4n, 0.5, -0.25, vector, exports.all, null, 7]);
  });

  it("is changed by what is written, bit by bit", () => {
    const all = struct("all");
    all.set(0, 0x1ff);
    all.set(1, -1);
    all.set(3, 2n ** 64n + 10n);
    expect(exports.sum(all.reference)).toBe(-1 + 65_535 + 10);
    all.set(4, -1.5);
    expect(exports.float(all.reference)).toBe(-1.5);
    all.set(4, Number.NaN);
    expect(exports.floatBits(all.reference)).toBe(0x7fc00000);
    all.set(5, 1e300);
    expect(all.get(5)).toBe(1e300);
    all.set(6, new Uint8Array(16).fill(1));
    expect(exports.lane(all.reference)).toBe(0x01010101);
    all.set(7, null);
    all.set(8, "text");
    expect([all.get(7), all.get(8)]).toEqual([null, "text"]);
  });

  it("takes values of its fields' types alone", () => {
    const all = struct("all");
    expect(() => all.set(9, 1)).toThrow("struct.set: field 9 is immutable");
    expect(() => all.set(2, "1")).toThrow("struct.set: field 2: expected i32");
    expect(() => all.set(0, 1.5)).toThrow(RangeError);
    expect(() => all.set(3, 0.5)).toThrow(TypeError);
    expect(() => all.set(7, () => 1)).toThrow(TypeError);
    for (const field of [10, -1, 2 ** 40, 0.5]) expect(() => all.get(field)).toThrow(RangeError);
    expect(() => all.get("0" as never)).toThrow(TypeError);
    const large = struct("large");
    expect(() => large.set(1, array("bytes").reference)).toThrow(TypeError);
    expect(() => large.set(1, struct("all").reference)).toThrow(TypeError);
    const small = exports.small();
    large.set(1, small);
    expect(large.get(1)).toBe(small);
    large.set(1, large.reference);
    expect(large.get(1)).toBe(large.reference);
  });

  it("belongs to its store, and is no array", () => {
    const reference = exports.small();
    expect([GcStruct.is(reference), GcArray.is(reference)]).toEqual([true, false]);
    expect([GcStruct.is(null), GcStruct.is(7), GcStruct.is({ fields: [] })]).toEqual([false, false, false]);
    expect(() => new GcStruct(new Store(engine), reference)).toThrow(TypeError);
    expect(() => new GcStruct(store, exports.bytes())).toThrow("must be a struct of the store");
    expect(() => new GcArray(store, reference)).toThrow("must be an array of the store");
    expect(() => new GcArray(store, [1])).toThrow(TypeError);
  });
});

describe("an array", () => {
  it.each([
    ["bytes", "i8", new Uint8Array([1, 255, 3])],
    ["shorts", "i16", new Uint16Array([65_535, 65_535])],
    ["ints", "i32", new Int32Array([-1, -1])],
    ["longs", "i64", new BigInt64Array([-9n, -9n])],
    ["floats", "f32", new Float32Array([1.5, 1.5])],
    ["doubles", "f64", new Float64Array([2.5])],
    ["smalls", "(ref null", [null, null]],
  ])("of %s is read as a whole, in part and one by one", (name, type, contents) => {
    const values = array(name);
    expect(values.element.type.startsWith(type)).toBe(true);
    expect(values.read()).toEqual(contents);
    expect(values.read(1)).toEqual(contents.slice(1));
    expect(values.read(0, 1)).toEqual(contents.slice(0, 1));
    expect(Array.from({ length: values.length }, (_, k) => values.get(k))).toEqual([...contents]);
  });

  it("of vectors gives their bytes", () => {
    const vectors = array("vectors");
    expect(vectors.get(1)).toEqual(new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]));
    vectors.set(0, new Uint8Array(16).fill(9));
    expect(vectors.read(0, 1)).toEqual(new Uint8Array(16).fill(9));
  });

  it("is changed by what is written, all of it or nothing", () => {
    const longs = array("longs");
    longs.write(0, [1n, 2]);
    expect(exports.second(longs.reference)).toBe(2n);
    expect(() => longs.write(0, [7n, "8"])).toThrow("array.write: value 2");
    expect(longs.read()).toEqual(new BigInt64Array([1n, 2n]));
    longs.set(1, -1n);
    expect(exports.second(longs.reference)).toBe(-1n);
    const bytes = array("bytes");
    bytes.write(1, new Uint8Array([200, 300]));
    expect(bytes.read()).toEqual(new Uint8Array([1, 200, 44]));
    const smalls = array("smalls");
    const small = exports.large();
    smalls.write(1, [small]);
    expect(smalls.read()).toEqual([null, small]);
    expect(() => smalls.set(0, exports.all())).toThrow(TypeError);
    expect(() => array("doubles").set(0, 1)).toThrow("immutable");
  });

  it("traps out of bounds", () => {
    const bytes = array("bytes");
    const attempts = [
      ...[() => bytes.get(3), () => bytes.get(-1), () => bytes.set(3, 0), () => bytes.read(0, 4)],
      ...[() => bytes.read(2, 1), () => bytes.write(2, [1, 2]), () => bytes.write(-1, [1])],
      () => bytes.write(0, { length: 2 ** 40 }),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(Trap);
    expect(bytes.read(3)).toEqual(new Uint8Array(0));
    expect(() => bytes.write(0, null as never)).toThrow(TypeError);
    expect(() => bytes.get(0.5)).toThrow(RangeError);
  });
});

describe("as imported", () => {
  const importing = (type: string) =>
    new Module(
      engine,
      wat(`(module (type $small (sub (struct (field i32))))
        (import "env" "x" ${type}))`),
    );
  const instantiate = (x: Global | Table, type: string) =>
    new Linker(engine).define("env", "x", x).instantiate(store, importing(type));

  it("a global is of the type of the first that imports it", () => {
    const small = exports.small();
    const global = new Global(store, { type: "as-imported", mutable: true }, null);
    expect([global.value, global.mutable, inspect(global)]).toEqual([
      ...[null, true, "Global { type: as-imported, mutable: true }"],
    ]);
    expect(() => global.type).toThrow("the global has no type before a module imports it");
    global.value = small;
    instantiate(global, "(global (mut (ref $small)))");
    expect([global.type.startsWith("(ref "), global.value]).toEqual([true, small]);
    expect(() => {
      global.value = null;
    }).toThrow(TypeError);
    instantiate(global, "(global (mut (ref $small)))");
    expect(() => instantiate(global, "(global (mut externref))")).toThrow(LinkError);
  });

  it("a global's value is checked where its type is known", () => {
    const text = new Global(store, { type: "as-imported" }, "text");
    expect(() => instantiate(text, "(global (ref $small))")).toThrow("import env.x: global's value");
    expect(() => instantiate(text, "(memory 1)")).toThrow(TypeError);
    expect(() => {
      text.value = 1;
    }).toThrow("immutable");
    instantiate(text, "(global (ref extern))");
    expect(text.value).toBe("text");
    const number = new Global(store, { type: "as-imported" }, 7n);
    expect(() => instantiate(number, "(global (mut i64))")).toThrow(LinkError);
    instantiate(number, "(global i64)");
    expect(number.type).toBe("i64");
  });

  it("a table's elements are of the type of the first module that imports it", () => {
    const small = exports.small();
    const table = new Table(store, { element: "as-imported", min: 2, max: 3 }, small);
    for (const use of [
      () => table.get(0),
      () => table.length,
      () => table.grow(1),
      () => table.set(0, small),
    ]) {
      expect(use).toThrow("the table has no type before a module imports it");
    }
    instantiate(table, "(table 1 (ref $small))");
    expect([table.get(1), table.length, table.grow(1, exports.large())]).toEqual([small, 2, 2]);
    expect(() => table.set(0, null)).toThrow(TypeError);
    expect(() => instantiate(table, "(table 1 funcref)")).toThrow(LinkError);
    const wrong = new Table(store, { element: "as-imported", min: 1 }, "text");
    expect(() => instantiate(wrong, "(table 1 (ref null $small))")).toThrow(TypeError);
    expect(() => new Table(store, { element: "as-imported", min: 2, max: 1 })).toThrow(RangeError);
  });
});
