// Loading in steps: how much work is done between two, counted and not timed, for every kind of thing of which a module may have many.

import { describe, expect, it } from "vitest";
import { codeModule, DEFINITIONS } from "../../tests/survival/large-modules.mjs";
import { wat } from "../../tests/wat.ts";
import { decodeInSteps, decodeModule } from "../decoder/decode.ts";
import { createOpcodeTables } from "../decoder/opcode-shapes.ts";
import { FEATURES } from "../isa/features.ts";
import { DEFAULT_MODULE_LIMITS as limits } from "../limits.ts";
import { inOneGo } from "../module/steps.ts";
import { TypeRegistry } from "../module/type-registry.ts";
import { ModuleValidator } from "../validator/module-validator.ts";
import { Rules } from "../validator/rules.ts";

const features = new Set(FEATURES);
const tables = createOpcodeTables(features);
const rules = new Rules(features);

/** Units of a step, and twice what may come on top: one thing, read when the step is nearly over. */
const MOST_READS = 3 * 65_536;

/** Bytes that count how often they are read. */
function counting(bytes: Uint8Array) {
  const seen = { reads: 0 };
  const proxy = new Proxy(bytes, {
    get(target, key) {
      seen.reads++;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { proxy, seen };
}

/** How many steps decoding has, and how many bytes the longest one reads. */
function decoding(bytes: Uint8Array): { steps: number; longest: number } {
  const { proxy, seen } = counting(bytes);
  const run = decodeInSteps(proxy, { limits, tables });
  let steps = 0;
  let longest = 0;
  for (;;) {
    seen.reads = 0;
    const { done } = run.next();
    longest = Math.max(longest, seen.reads);
    steps++;
    if (done === true) return { steps, longest };
  }
}

function validatorWith(registry: TypeRegistry): ModuleValidator {
  return new ModuleValidator({ features, limits, registry, rules });
}

/** Steps in which the definitions of a module are judged. */
function judging(bytes: Uint8Array): number {
  const module = decodeModule(bytes, { limits, tables });
  let steps = 0;
  for (const _ of validatorWith(new TypeRegistry()).settle(module)) steps++;
  return steps;
}

/** `count` types in one recursion group, the last of which refers to the first. */
function groupModule(count: number, last = "i32"): Uint8Array {
  const members = Array.from({ length: count - 1 }, (_, k) => `(type $t${k} (struct (field i32 i64)))`);
  return wat(`(module (rec ${members.join(" ")} (type (struct (field (ref $t0)) (field ${last})))))`);
}

/** A global whose value is `count` sums. */
function sumModule(count: number): Uint8Array {
  const ones = "(i32.const 1) i32.add ".repeat(count);
  return wat(`(module (global i32 i32.const 1 ${ones.replaceAll("(", "").replaceAll(")", "")}))`);
}

/** Of each kind: 64 units each, an index 8. */
const COUNT = 5_000;

describe("steps of decoding", () => {
  it.each(Object.keys(DEFINITIONS))("are short for many %s", (kind) => {
    const [, make] = DEFINITIONS[kind] as (typeof DEFINITIONS)[string];
    const { steps, longest } = decoding(make(COUNT));
    expect(longest).toBeLessThan(MOST_READS);
    expect(steps).toBeGreaterThan(kind === "function indices" ? 1 : 4);
  });

  it.each(["blocks", "additions", "tables of labels"])("are short for a function of many %s", (kind) => {
    const { steps, longest } = decoding(codeModule(kind, 150_000));
    expect(longest).toBeLessThan(MOST_READS);
    expect(steps).toBeGreaterThan(2);
  });

  it("are short for a recursion group and for a constant expression", () => {
    for (const bytes of [groupModule(2_100), sumModule(40_000)]) {
      const { steps, longest } = decoding(bytes);
      expect(longest).toBeLessThan(MOST_READS);
      expect(steps).toBeGreaterThan(2);
    }
  });
});

describe("steps of validating", () => {
  /** Judged with the expressions before which they stand, and not judged at all. */
  const ELSEWHERE = new Set(["globals", "custom sections", "element expressions"]);
  const kinds = Object.keys(DEFINITIONS).filter((kind) => !ELSEWHERE.has(kind));

  it.each(kinds)("are as many as %s", (kind) => {
    const [, make] = DEFINITIONS[kind] as (typeof DEFINITIONS)[string];
    const least = kind === "function indices" || kind === "data segments" ? 2 : 15;
    expect(judging(make(4 * COUNT))).toBeGreaterThanOrEqual(least);
  });

  it("part a recursion group", () => {
    // Its references, its text, its types and its supertypes.
    expect(judging(groupModule(3_000))).toBeGreaterThanOrEqual(4 * 3);
  });

  it("make the same types whoever comes between", () => {
    let registry = new TypeRegistry();
    const check = (bytes: Uint8Array) => {
      const validator = validatorWith(registry);
      const steps = decodeInSteps(bytes, { limits, tables }, validator);
      return { steps, finish: () => validator.finish(inOneGo(steps)).typeIds };
    };
    const count = 1_100;
    const [first, second, third] = ["f32", "f64", "i64"].map((last) => groupModule(count, last));
    if (first === undefined || second === undefined || third === undefined) throw new Error("three modules");
    const before = check(first).finish();
    for (const between of [1, 2, 3, 5, 7, 9]) {
      registry = new TypeRegistry();
      const interrupted = check(second);
      for (let k = 0; k < between; k++) interrupted.steps.next();
      const other = check(third).finish();
      const same = between % 2 === 0 ? [] : check(second).finish();
      const ids = interrupted.finish();
      if (same.length > 0) expect(ids).toEqual(same);
      expect(new Set([...ids, ...other]).size).toBe(2 * count);
      expect(registry.size).toBe(2 * count);
      for (const id of ids) expect(registry.definedType(id).id).toBe(id);
    }
    expect(before).toHaveLength(count);
  });
});
