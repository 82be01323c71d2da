// The compact-imports proposal: import kinds 0x7f and 0x7e. The rest of the section is tested with the module.

import { describe, expect, it } from "vitest";
import { MalformedError } from "../../errors.ts";
import { FEATURES, type Feature } from "../../isa/features.ts";
import { DEFAULT_MODULE_LIMITS } from "../../limits.ts";
import type { Module } from "../../module/module.ts";
import { decodeModule } from "../decode.ts";
import { createOpcodeTables } from "../opcode-shapes.ts";

const TYPE = [1, 5, 1, 0x60, 0, 1, 0x7f];
const tables = (...without: Feature[]) =>
  createOpcodeTables(new Set(FEATURES.filter((feature) => !without.includes(feature))));
const ALL = tables();
const WITHOUT = tables("compact-imports");

function decode(
  imports: readonly number[],
  options = { tables: ALL, limits: DEFAULT_MODULE_LIMITS },
): Module {
  const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...TYPE, 2, imports.length, ...imports];
  return decodeModule(Uint8Array.from(bytes), options);
}

const shown = ({ imports }: Module) =>
  imports.map(({ module, name, desc }) => `${module}.${name} ${desc.kind}`);

const A = 0x61;
const B = 0x62;
const C = 0x63;
const FUNC = [0, 0];
const EACH = 0x7f;
const ALL_THE_SAME = 0x7e;

describe("groups of imports", () => {
  it("have a type each, or one for all", () => {
    const each = decode([1, 1, A, 0, EACH, 2, 1, B, ...FUNC, 1, C, 2, 0, 1]);
    expect(shown(each)).toEqual(["a.b func", "a.c memory"]);
    expect(each.hasCompactImports).toBe(true);
    expect(shown(decode([1, 1, A, 0, ALL_THE_SAME, ...FUNC, 2, 1, B, 1, C]))).toEqual([
      "a.b func",
      "a.c func",
    ]);
  });

  it("may be empty, and stand beside others", () => {
    const mixed = [3, 1, A, 1, B, ...FUNC, 1, A, 0, EACH, 0, 1, C, 0, ALL_THE_SAME, 3, 0x7f, 0, 1, 0];
    expect(shown(decode(mixed))).toEqual(["a.b func", "c. global"]);
    expect(shown(decode([1, 1, A, 0, ALL_THE_SAME, ...FUNC, 0]))).toEqual([]);
  });

  it("begin with an empty name, however it is encoded, and with nothing else", () => {
    expect(shown(decode([1, 1, A, 0x80, 0x80, 0x80, 0, EACH, 1, 1, B, ...FUNC]))).toEqual(["a.b func"]);
    for (const kind of [EACH, ALL_THE_SAME]) {
      const named = () => decode([1, 1, A, 1, B, kind, ...FUNC, 1, 1, B]);
      expect(named).toThrow(MalformedError);
      expect(named).toThrow(/^malformed import kind 0x7[ef]/);
      // The kind is a byte, not an integer in LEB128.
      expect(() => decode([1, 1, A, 0, 0x80 | kind, 0x80, 0, 1, 1, B, ...FUNC])).toThrow(
        /^malformed import kind 0xf/,
      );
    }
    expect(shown(decode([1, 0, 0, ...FUNC]))).toEqual([". func"]);
  });

  it("count their members, and must have all of them", () => {
    expect(() => decode([1, 1, A, 0, EACH, 2, 1, B, ...FUNC])).toThrow(/^unexpected end/);
    expect(() => decode([1, 1, A, 0, ALL_THE_SAME, ...FUNC, 2, 1, B])).toThrow(/^unexpected end|^length out/);
    const limits = { ...DEFAULT_MODULE_LIMITS, imports: 3 };
    const two = [1, A, 0, ALL_THE_SAME, ...FUNC, 2, 1, B, 1, C];
    expect(shown(decode([1, ...two], { tables: ALL, limits }))).toHaveLength(2);
    expect(() => decode([2, ...two, ...two], { tables: ALL, limits })).toThrow(
      "4 exceeds the limit imports = 3",
    );
  });

  it("need the feature", () => {
    const options = { tables: WITHOUT, limits: DEFAULT_MODULE_LIMITS };
    expect(() => decode([1, 1, A, 0, EACH, 0], options)).toThrow(
      /^malformed import kind 0x7f: .* needs the feature compact-imports/,
    );
  });
});
