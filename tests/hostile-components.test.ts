// Components made to hurt: whatever the bytes are, the answer is a typed error with its place, soon.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Engine, LimitError, MalformedError, ValidationError } from "wasmeter";
import { Component } from "wasmeter/component";
import {
  type Bytes,
  component,
  concat,
  externName,
  name,
  PREAMBLE,
  sampleComponent,
  section,
  types,
  u32,
  vec,
} from "./component-bytes.ts";
import { componentsFolder, hasComponents } from "./real-components.ts";

const engine = new Engine({ features: "all" });

function errorOf(bytes: Uint8Array<ArrayBuffer>, options = {}): unknown {
  try {
    new Component(engine, bytes, options);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A type index as a value type: signed, so that it is no primitive's code. */
function typeIdx(index: number): Bytes {
  return index < 0x40 ? [index] : [(index & 0x7f) | 0x80, index >> 7];
}

/** What a component may be refused with. */
function isTyped(error: unknown, length: number): boolean {
  if (error instanceof LimitError) return true;
  if (!(error instanceof MalformedError) && !(error instanceof ValidationError)) return false;
  return error.offset >= 0 && error.offset <= length;
}

describe("hostile components", () => {
  it("that are cut off anywhere are malformed", () => {
    const sample = sampleComponent();
    expect(errorOf(sample)).toBeUndefined();
    let valid = 0;
    for (let length = 0; length < sample.length; length++) {
      const error = errorOf(sample.slice(0, length));
      // Between two sections it is a shorter component.
      if (error === undefined) valid++;
      else if (!(error instanceof ValidationError))
        expect(error, `at ${length}`).toBeInstanceOf(MalformedError);
    }
    expect(valid).toBeGreaterThan(3);
    expect(valid).toBeLessThan(12);
  });

  it("with any one byte changed are refused with a place, or are components", () => {
    const sample = sampleComponent();
    const seen = { valid: 0, refused: 0 };
    for (let at = 0; at < sample.length; at++) {
      for (const value of [0, 1, 2, 0x40, 0x7f, 0x80, 0xff]) {
        const bytes = sample.slice();
        bytes[at] = value;
        const error = errorOf(bytes);
        if (error === undefined) seen.valid++;
        else {
          seen.refused++;
          expect(isTyped(error, bytes.length), `byte ${at} = ${value}: ${String(error)}`).toBe(true);
        }
      }
    }
    expect(seen.refused).toBeGreaterThan(seen.valid);
    expect(seen.valid).toBeGreaterThan(100);
  });

  it("nested 10,000 deep exceed a limit, of components as of types", () => {
    let inner: Bytes = PREAMBLE;
    // Sizes are nested, so each level copies: the innermost thousand is enough, around it only heads.
    for (let depth = 0; depth < 1000; depth++) inner = concat([PREAMBLE, section(4, inner)]);
    expect(errorOf(Uint8Array.from(inner))).toMatchObject({ limit: "componentNesting" });
    const declarations: Bytes[] = [];
    for (let depth = 0; depth < 10_000; depth++) declarations.push([0x42, 0x01, 0x01]);
    const nested = concat([...declarations, [0x42, 0x00]]);
    expect(errorOf(component(section(7, concat([u32(1), nested]))))).toMatchObject({
      limit: "componentNesting",
    });
  });

  it("may nest to the limit, and no deeper", () => {
    const nested = (levels: number): Uint8Array<ArrayBuffer> => {
      let bytes: Bytes = PREAMBLE;
      for (let level = 1; level < levels; level++) bytes = concat([PREAMBLE, section(4, bytes)]);
      return Uint8Array.from(bytes);
    };
    // The outermost is not nested in anything.
    const limits = { limits: { componentNesting: 5 } };
    expect(errorOf(nested(5), limits)).toBeUndefined();
    expect(errorOf(nested(6), limits)).toBeUndefined();
    expect(errorOf(nested(7), limits)).toMatchObject({ limit: "componentNesting", requested: 6, allowed: 5 });
  });

  it("with value types that double and double exceed a limit", () => {
    const doubling = Array.from(
      { length: 60 },
      (_, k): Bytes => (k === 0 ? [0x79] : [0x6f, 2, k - 1, k - 1]),
    );
    expect(errorOf(component(types(...doubling)))).toMatchObject({ limit: "typeSize" });
    const deep = Array.from({ length: 200 }, (_, k): Bytes => (k === 0 ? [0x79] : [0x6b, ...typeIdx(k - 1)]));
    expect(errorOf(component(types(...deep)))).toMatchObject({ limit: "valueTypeDepth" });
  });

  it("have value types as large and as deep as the limits, and no larger", () => {
    const tuple = (parts: number): Uint8Array<ArrayBuffer> =>
      component(types([0x6f, ...vec(Array.from({ length: parts - 1 }, () => [0x79]))]));
    const limits = { limits: { typeSize: 10 } };
    expect(errorOf(tuple(9), limits)).toBeUndefined();
    expect(errorOf(tuple(10), limits)).toBeUndefined();
    expect(errorOf(tuple(11), limits)).toMatchObject({ limit: "typeSize", requested: 11 });
    const options = (levels: number): Uint8Array<ArrayBuffer> =>
      component(
        types(...Array.from({ length: levels }, (_, k): Bytes => (k === 0 ? [0x79] : [0x6b, k - 1]))),
      );
    const depth = { limits: { valueTypeDepth: 4 } };
    expect(errorOf(options(4), depth)).toBeUndefined();
    expect(errorOf(options(5), depth)).toMatchObject({ limit: "valueTypeDepth", requested: 5 });
  });

  it("with instance types whose resources double exceed a limit", () => {
    const exportOf = (label: string, type: number): Bytes => [0x04, ...externName(label), 0x05, type];
    const levels: Bytes[] = [[0x42, ...vec([[0x04, ...externName("r"), 0x03, 0x01]])]];
    for (let level = 1; level < 40; level++) {
      const outer: Bytes = [0x02, 0x03, 0x02, 0x01, level - 1];
      levels.push([0x42, ...vec([outer, exportOf("a", 0), exportOf("b", 0)])]);
    }
    expect(errorOf(component(types(...levels)))).toMatchObject({ limit: "typeSize" });
  });

  it("with 2^32 of anything are malformed before anything is made", () => {
    for (const id of [2, 3, 5, 6, 7, 8, 10, 11]) {
      const error = errorOf(component(section(id, [0xff, 0xff, 0xff, 0xff, 0x0f])));
      expect(error, `section ${id}`).toBeInstanceOf(MalformedError);
    }
    for (const head of [0x72, 0x71, 0x6f, 0x6e, 0x6d, 0x40, 0x41, 0x42]) {
      const error = errorOf(component(types([head, 0xff, 0xff, 0xff, 0xff, 0x0f])));
      expect(error, `type 0x${head.toString(16)}`).toBeInstanceOf(MalformedError);
    }
  });

  it("whose aliases refer to themselves, or to what comes later, are invalid", () => {
    const self = component(section(6, vec([[0x03, 0x02, 0x00, 0x00]])));
    expect(errorOf(self)).toMatchObject({ name: "ValidationError", path: "alias" });
    const later = component(section(6, vec([[0x03, 0x02, 0x00, 0x01]])), types([0x79], [0x79]));
    expect(errorOf(later)).toBeInstanceOf(ValidationError);
    const outward = component(
      section(4, component(section(6, vec([[0x04, 0x02, 0x01, 0x00]]))) as unknown as Bytes),
    );
    expect(errorOf(outward)).toMatchObject({ name: "ValidationError", path: "component 0 > alias" });
  });

  it("with instances of instances of instances exceed a limit", () => {
    const chain = Array.from(
      { length: 20_000 },
      (_, k): Bytes => (k === 0 ? [0x01, 0] : [0x01, ...vec([[...externName("a"), 0x05, ...u32(k - 1)]])]),
    );
    expect(errorOf(component(section(5, vec(chain))))).toMatchObject({ limit: "componentNesting" });
  });

  it("say where they are wrong: offset in the whole, and path", () => {
    const core: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x0e, 0x00];
    const inner = concat([PREAMBLE, types([0x79]), section(1, core)]);
    const outer = component(section(0, name("pad")), section(4, inner));
    const error = errorOf(outer);
    expect(error).toMatchObject({ name: "MalformedError", path: "component 0 > core module 0" });
    const { offset, message } = error as MalformedError;
    expect(outer[offset]).toBe(0x0e);
    expect(message).toContain(`in component 0 > core module 0 (at byte ${offset}, `);

    const bad = component(section(4, concat([PREAMBLE, types([0x79], [0x70, 0x05])])));
    expect(errorOf(bad)).toMatchObject({ name: "ValidationError", path: "component 0 > type 1" });
  });
});

const isThere = hasComponents("bin", "mutations of real components");

describe.skipIf(!isThere)("real components", () => {
  const folder = join(componentsFolder, "bin");
  const files = !isThere ? [] : readdirSync(folder).filter((file) => /^(?!.*core).*\.wasm$/.test(file));

  it.each(files)("%s is valid, and so are few of its mutations", (file) => {
    const bytes = new Uint8Array(readFileSync(join(folder, file)));
    expect(errorOf(bytes)).toBeUndefined();
    // A linear congruential generator: the same mutations every time.
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let i = 0; i < 20; i++) {
      const damaged = bytes.slice();
      for (let k = 0; k < 3; k++) damaged[random(damaged.length)] = random(256);
      const error = errorOf(damaged);
      if (error !== undefined) expect(isTyped(error, damaged.length), String(error)).toBe(true);
    }
  });
});
