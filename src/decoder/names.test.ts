import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { Op } from "../isa/op.ts";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import { decodeBranchHints } from "./branch-hints.ts";
import { decodeModule } from "./decode.ts";
import { InstructionReader } from "./instruction-reader.ts";
import { decodeNames } from "./names.ts";
import { createOpcodeTables } from "./opcode-shapes.ts";
import { decodeProducers } from "./producers.ts";

const tables = createOpcodeTables();
const decode = (bytes: Uint8Array) => decodeModule(bytes, { tables, limits: DEFAULT_MODULE_LIMITS });

const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];

/** A module of one custom section. */
const custom = (name: string, ...payload: number[]) => {
  const contents = [...text(name), ...payload];
  return decode(Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, contents.length, ...contents]));
};

const part = (id: number, ...payload: number[]) => [id, payload.length, ...payload];

describe("decodeNames", () => {
  it("reads every kind of name", () => {
    const names = decodeNames(
      decode(
        wat(`(module $mod
          (type $s (struct (field $a i32) (field $b i64)))
          (tag $tag) (table $table 1 funcref) (memory $memory 1) (global $global i32 (i32.const 0))
          (elem $elem func) (data $data "")
          (func $first (param $x i32) (local $y f32) (block $label (nop)))
          (func $second))`),
      ),
    );
    expect(names.module).toBe("mod");
    expect([...names.functions]).toEqual([
      [0, "first"],
      [1, "second"],
    ]);
    expect([...(names.locals.get(0) ?? [])]).toEqual([
      [0, "x"],
      [1, "y"],
    ]);
    expect([...(names.labels.get(0) ?? [])]).toEqual([[0, "label"]]);
    expect([...(names.fields.get(0) ?? [])]).toEqual([
      [0, "a"],
      [1, "b"],
    ]);
    const only = (map: ReadonlyMap<number, string>) => map.get(0);
    expect([names.types, names.tables, names.memories, names.globals].map(only)).toEqual([
      "s",
      "table",
      "memory",
      "global",
    ]);
    expect([names.elements, names.data, names.tags].map(only)).toEqual(["elem", "data", "tag"]);
  });

  it("is empty without a section", () => {
    const names = decodeNames(custom("other"));
    expect(names.module).toBeUndefined();
    expect(names.functions.size).toBe(0);
  });

  it("ignores a damaged subsection and keeps the others", () => {
    const good = part(0, ...text("m"));
    const functions = part(1, 1, 0, ...text("f"));
    const notUtf8 = part(4, 1, 0, 1, 0xff);
    const tooLong = part(5, 1, 0, ...text("t"), 0);
    const lying = part(6, 0xff, 0xff, 0xff, 0xff, 0x0f);
    const unknown = part(99, 1, 2, 3);
    const names = decodeNames(
      custom("name", ...good, ...notUtf8, ...tooLong, ...lying, ...unknown, ...functions),
    );
    expect(names.module).toBe("m");
    expect([names.types.size, names.tables.size, names.memories.size]).toEqual([0, 0, 0]);
    expect(names.functions.get(0)).toBe("f");
  });

  it("keeps what stands before a cut", () => {
    expect(decodeNames(custom("name", ...part(0, ...text("m")), 1, 40, 0)).module).toBe("m");
  });

  it("never throws", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("name", "producers", "metadata.code.branch_hint"),
        fc.uint8Array({ maxLength: 60 }),
        (name, payload) => {
          const module = custom(name, ...payload);
          decodeNames(module);
          decodeProducers(module);
          decodeBranchHints(module);
        },
      ),
    );
  });
});

describe("decodeProducers", () => {
  it("reads fields with names and versions", () => {
    const field = [...text("language"), 1, ...text("C11"), ...text("")];
    const producers = decodeProducers(custom("producers", 1, ...field));
    expect([...producers]).toEqual([["language", [{ name: "C11", version: "" }]]]);
  });

  it("is empty when damaged or absent", () => {
    expect(decodeProducers(custom("producers", 5)).size).toBe(0);
    expect(decodeProducers(custom("x")).size).toBe(0);
  });
});

describe("decodeBranchHints", () => {
  it("gives the offsets of the hinted instructions", () => {
    const module = decode(
      wat(`(module (import "" "" (func))
        (func)
        (func (local i32)
          (local.get 0) (@metadata.code.branch_hint "\\01") if end
          (block (local.get 0) (@metadata.code.branch_hint "\\00") br_if 0)))`),
    );
    const hints = decodeBranchHints(module);
    const reader = new InstructionReader(module.bytes, tables);
    expect(hints.map(({ funcIdx, offset, likely }) => [funcIdx, reader.seek(offset).read(), likely])).toEqual(
      [
        [2, Op.If, true],
        [2, Op.BrIf, false],
      ],
    );
  });
});
