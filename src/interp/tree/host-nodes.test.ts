import { expect, it } from "vitest";
import { type Host, isV8, probeOf } from "./host-nodes.ts";

const NS = 1e-6;
/** A host whose empty loop takes so many ns a turn, one time after the other; the last for ever. */
function host(turns: readonly number[], traits: Partial<Host> = {}): Host {
  const left = [...turns];
  let now = 0;
  return {
    searchesSwitches: false,
    isHermes: false,
    isV8: true,
    hasWebAssembly: true,
    coarseness: 1,
    now: () => now++,
    time: (count) => (left.length > 1 ? left.shift()! : left[0]!) * NS * count,
    ...traits,
  };
}

/** What is known in the end. */
function outcome(each: Host): string | undefined {
  const probe = probeOf(each);
  for (let asked = 0; asked < 1000; asked++) {
    const nodes = probe();
    if (nodes !== undefined) return nodes;
  }
  return undefined;
}

it.each([
  ["V8", host([1]), "inlined"],
  ["V8, whose compiler is late", host([9, 9, 9, 1]), "inlined"],
  ["V8, whose compiler is later still", host([...Array(12).fill(9), 1]), "inlined"],
  ["V8 with a coarse clock", host([0, 2], { coarseness: 20 }), "inlined"],
  ["V8 without a JIT, which has no WebAssembly either", host([9], { hasWebAssembly: false }), "fused"],
  ["V8 that has WebAssembly and no optimising compiler", host([6]), "fused"],
  ["JavaScriptCore and SpiderMonkey", host([1], { isV8: false }), "none"],
  ["JavaScriptCore without a JIT", host([9], { isV8: false, hasWebAssembly: false }), "none"],
  ["QuickJS, XS and goja", host([30], { isV8: false, searchesSwitches: true }), "fused"],
  ["Hermes", host([0], { isV8: false, isHermes: true }), "fused"],
])("%s", (_, each, nodes) => {
  expect(outcome(each)).toBe(nodes);
});

it("looks again only after some milliseconds", () => {
  let measured = 0;
  const slow = host([9], {
    hasWebAssembly: false,
    now: () => 0,
    time: (turns) => {
      measured++;
      return 9 * NS * turns;
    },
  });
  expect(outcome(slow)).toBeUndefined();
  expect(measured).toBe(1);
});

it.each([
  ["Cannot read properties of null (reading 'reading')", true],
  ["null is not an object (evaluating 'of.reading')", false],
  [`can't access property "reading" of null`, false],
  ["Cannot read property 'reading' of null", false],
])("V8 is told by its words: %s", (words, expected) => {
  expect(
    isV8(() => {
      throw new TypeError(words);
    }),
  ).toBe(expected);
});

it("this is V8", () => {
  expect(isV8()).toBe(true);
});
