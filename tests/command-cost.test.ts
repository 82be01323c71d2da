// What `inspect`, `disassemble` and `validate` do and write is in proportion to the module, whatever there is much of in it.
// Counted are executed blocks of code (V8's precise coverage) and characters written, never time: of n, 2n and 4n things
// the second step may cost twice what the first one did, and hardly more.

import { type Profiler, Session } from "node:inspector";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { section, unsigned } from "../fuzz/encode.ts";
import { main } from "../src/cli/dispatch.ts";
import { fakeIo } from "../src/testing/fake-io.ts";

type Bytes = readonly number[];

const I32 = 0x7f;
const END = 0x0b;
const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

const times = (n: number, make: (i: number) => Bytes): number[] =>
  Array.from({ length: n }, (_, i) => make(i)).flat();
const vector = (n: number, make: (i: number) => Bytes): number[] => [...unsigned(n), ...times(n, make)];
const name = (text: string): number[] => [
  ...unsigned(text.length),
  ...[...text].map((char) => char.charCodeAt(0)),
];
const sized = (bytes: Bytes): number[] => [...unsigned(bytes.length), ...bytes];
const custom = (of: string, ...contents: Bytes[]): number[] => section(0, [...name(of), ...contents.flat()]);
const moduleOf = (...sections: Bytes[]): number[] => [...MAGIC, ...sections.flat()];
/** A subsection of the section `name`. */
const names = (id: number, contents: Bytes): number[] => custom("name", [id, ...sized(contents)]);

const TYPE = section(
  1,
  vector(1, () => [0x60, 0, 0]),
);
/** `count` functions of type 0, and their bodies. */
const functions = (count: number, body: Bytes = [0, END]): number[] => [
  ...section(
    3,
    vector(count, () => [0]),
  ),
  ...section(
    10,
    vector(count, () => sized(body)),
  ),
];
const MEMORY = section(5, [1, 0, 1]);
const TABLE = section(4, [1, 0x70, 0, 1]);

/** Modules with n of something, or with something of length n. */
const MODULES: Record<string, (n: number) => number[]> = {
  types: (n) =>
    moduleOf(
      section(
        1,
        vector(n, () => [0x60, 1, I32, 0]),
      ),
    ),
  "types in one group": (n) => moduleOf(section(1, [1, 0x4e, ...vector(n, () => [0x60, 1, I32, 0])])),
  "fields of a struct": (n) => moduleOf(section(1, [1, 0x5f, ...vector(n, () => [I32, 0])])),
  "names of fields": (n) =>
    moduleOf(
      section(1, [1, 0x5f, ...vector(n, () => [I32, 0])]),
      names(10, [1, 0, ...vector(n, (i) => [...unsigned(i), ...name(`f${i}`)])]),
    ),
  "parameters of a type": (n) => moduleOf(section(1, [1, 0x60, ...vector(n, () => [I32]), 0])),
  imports: (n) =>
    moduleOf(
      TYPE,
      section(
        2,
        vector(n, (i) => [...name("m"), ...name(`f${i}`), 0, 0]),
      ),
    ),
  "the length of an import's name": (n) =>
    moduleOf(TYPE, section(2, [1, ...name("m"), ...name("x".repeat(n)), 0, 0])),
  functions: (n) => moduleOf(TYPE, functions(n)),
  "functions of a type with as many parameters": (n) =>
    moduleOf(
      section(1, [1, 0x60, ...vector(n, () => [I32]), 0]),
      section(
        3,
        vector(n, () => [0]),
      ),
      section(
        10,
        vector(n, () => sized([0, END])),
      ),
    ),
  tables: (n) =>
    moduleOf(
      section(
        4,
        vector(n, () => [0x70, 0, 1]),
      ),
    ),
  memories: (n) =>
    moduleOf(
      section(
        5,
        vector(n, () => [0, 1]),
      ),
    ),
  globals: (n) =>
    moduleOf(
      section(
        6,
        vector(n, () => [I32, 0, 0x41, 0, END]),
      ),
    ),
  tags: (n) =>
    moduleOf(
      TYPE,
      section(
        13,
        vector(n, () => [0, 0]),
      ),
    ),
  "instructions of a constant expression": (n) =>
    moduleOf(section(6, [1, I32, 0, 0x41, 0, ...times(n, () => [0x41, 1, 0x6a]), END])),
  "exports of one thing": (n) =>
    moduleOf(
      MEMORY,
      section(
        7,
        vector(n, (i) => [...name(`m${i}`), 2, 0]),
      ),
    ),
  "exports of many things": (n) =>
    moduleOf(
      TYPE,
      section(
        3,
        vector(n, () => [0]),
      ),
      section(
        7,
        vector(n, (i) => [...name(`f${i}`), 0, ...unsigned(i)]),
      ),
      section(
        10,
        vector(n, () => sized([0, END])),
      ),
    ),
  "exports beside a name as long as they are many": (n) =>
    moduleOf(
      MEMORY,
      section(
        7,
        vector(n, (i) => [...name(i === 0 ? "x".repeat(9 * n) : `m${i}`), 2, 0]),
      ),
    ),
  "imports beside a name as long as they are many": (n) =>
    moduleOf(
      TYPE,
      section(
        2,
        vector(n, (i) => [...name("m"), ...name(i === 0 ? "x".repeat(9 * n) : `f${i}`), 0, 0]),
      ),
    ),
  "custom sections beside a name as long as they are many": (n) =>
    moduleOf(times(n, (i) => custom(i === 0 ? "x".repeat(9 * n) : `c${i}`))),
  "calls of a function with a name as long as they are many": (n) =>
    moduleOf(
      TYPE,
      functions(1, [0, ...times(n, () => [0x10, 0]), END]),
      names(1, [1, 0, ...name("x".repeat(9 * n))]),
    ),
  "elements that are a function with a name as long as they are many": (n) =>
    moduleOf(
      TYPE,
      section(3, [1, 0]),
      TABLE,
      section(9, [1, 0, 0x41, 0, END, ...vector(n, () => [0])]),
      section(10, [1, 2, 0, END]),
      names(1, [1, 0, ...name("x".repeat(9 * n))]),
    ),
  "element segments": (n) =>
    moduleOf(
      TABLE,
      section(
        9,
        vector(n, () => [0, 0x41, 0, END, 0]),
      ),
    ),
  "functions of an element segment": (n) =>
    moduleOf(
      TYPE,
      section(3, [1, 0]),
      TABLE,
      section(9, [1, 0, 0x41, 0, END, ...vector(n, () => [0])]),
      section(10, [1, 2, 0, END]),
    ),
  "expressions of an element segment": (n) =>
    moduleOf(
      TYPE,
      section(3, [1, 0]),
      TABLE,
      section(9, [1, 4, 0x41, 0, END, ...vector(n, () => [0xd2, 0, END])]),
      section(10, [1, 2, 0, END]),
    ),
  "data segments": (n) =>
    moduleOf(
      MEMORY,
      section(
        11,
        vector(n, () => [0, 0x41, 0, END, 1, 0x61]),
      ),
    ),
  "bytes of a data segment": (n) =>
    moduleOf(MEMORY, section(11, [1, 0, 0x41, 0, END, ...sized(times(n, () => [0]))])),
  "instructions of a function": (n) => moduleOf(TYPE, functions(1, [0, ...times(n, () => [1]), END])),
  "nested blocks": (n) =>
    moduleOf(TYPE, functions(1, [0, ...times(n, () => [2, 0x40]), ...times(n, () => [END]), END])),
  "labels of a br_table": (n) =>
    moduleOf(TYPE, functions(1, [0, 0x41, 0, 0x0e, ...vector(n, () => [0]), 0, END])),
  "runs of locals": (n) =>
    moduleOf(TYPE, functions(1, [...vector(n, (i) => [1, i % 2 === 0 ? I32 : 0x7e]), END])),
  locals: (n) => moduleOf(TYPE, functions(1, [1, ...unsigned(n), I32, END])),
  "names of functions": (n) =>
    moduleOf(
      TYPE,
      functions(n),
      names(
        1,
        vector(n, (i) => [...unsigned(i), ...name(`f${i}`)]),
      ),
    ),
  "equal names of functions": (n) =>
    moduleOf(
      TYPE,
      functions(n),
      names(
        1,
        vector(n, (i) => [...unsigned(i), ...name("f")]),
      ),
    ),
  "the length of a function's name": (n) =>
    moduleOf(TYPE, functions(1), names(1, [1, 0, ...name("x".repeat(n))])),
  "a long name that is no identifier": (n) =>
    moduleOf(
      TYPE,
      functions(1, [0, ...times(20, () => [0x10, 0]), END]),
      names(1, [1, 0, ...name(" ".repeat(n))]),
    ),
  "names of locals": (n) =>
    moduleOf(
      TYPE,
      functions(1, [1, ...unsigned(n), I32, END]),
      names(2, [1, 0, ...vector(n, (i) => [...unsigned(i), ...name(`l${i}`)])]),
    ),
  "names of things that are not there": (n) =>
    moduleOf(
      names(
        1,
        vector(n, (i) => [...unsigned(i), ...name("f")]),
      ),
    ),
  "custom sections": (n) => moduleOf(times(n, (i) => custom(`c${i}`))),
  "sections of one name": (n) => moduleOf(times(n, () => custom("producers", [0]))),
  "bytes of a custom section": (n) =>
    moduleOf(
      custom(
        "c",
        times(n, () => [0]),
      ),
    ),
  "tools that made it": (n) =>
    moduleOf(
      custom(
        "producers",
        [1, ...name("language")],
        vector(n, (i) => [...name(`l${i}`), ...name("1")]),
      ),
    ),
  "target features": (n) =>
    moduleOf(
      custom(
        "target_features",
        vector(n, (i) => [0x2b, ...name(`f${i}`)]),
      ),
    ),
  "branch hints": (n) =>
    moduleOf(
      TYPE,
      section(3, [1, 0]),
      custom(
        "metadata.code.branch_hint",
        [1, 0],
        vector(n, (i) => [...unsigned(1 + 4 * i + 2), 1, 0]),
      ),
      section(10, [1, ...sized([0, ...times(n, () => [0x41, 0, 0x0d, 0]), END])]),
    ),
};

const COMMANDS: readonly (readonly string[])[] = [
  ["inspect"],
  ["inspect", "--json"],
  ["disassemble"],
  ["disassemble", "--offsets"],
  ["validate", "--features=all"],
];

const session = new Session();

/** What the inspector answers at once when it is asked from the thread that it looks at. */
function coverage(): Profiler.ScriptCoverage[] {
  let result: Profiler.ScriptCoverage[] = [];
  session.post("Profiler.takePreciseCoverage", (error, answer) => {
    if (error !== null) throw error;
    result = answer.result;
  });
  return result;
}

/** Blocks of our code executed since the last call. */
function blocksExecuted(): number {
  let sum = 0;
  for (const { url, functions: covered } of coverage()) {
    if (!url.includes("/src/")) continue;
    for (const { ranges } of covered) for (const { count } of ranges) sum += count;
  }
  return sum;
}

beforeAll(() => {
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
});
afterAll(() => {
  session.post("Profiler.stopPreciseCoverage");
  session.disconnect();
});

it("lists as many elements as there may be, sixteen in a line", async () => {
  const bytes = moduleOf(
    TYPE,
    section(3, [1, 0]),
    TABLE,
    [9, ...sizedSection([1, 0, 0x41, 0, END, ...unsigned(300_000)], 300_000)],
    section(10, [1, 2, 0, END]),
  );
  const io = { ...fakeIo(), stdin: { readAll: () => Uint8Array.from(bytes) } };
  expect(await main(["disassemble", "-"], io)).toBe(0);
  expect(io.out().match(/\b0 0 0\b/g)?.length).toBeGreaterThan(300_000 / 4);
});

/** A section's size and contents: `head`, and so many zeros. */
function sizedSection(head: Bytes, zeros: number): number[] {
  return [...unsigned(head.length + zeros), ...head, ...new Array<number>(zeros).fill(0)];
}

interface Cost {
  readonly blocks: number;
  readonly characters: number;
}

async function costOf(command: readonly string[], bytes: Bytes): Promise<Cost> {
  const io = { ...fakeIo(), stdin: { readAll: () => Uint8Array.from(bytes) } };
  blocksExecuted();
  const status = await main([...command, "-"], io);
  const blocks = blocksExecuted();
  expect(status === 70 ? io.err() : "").toBe("");
  return { blocks, characters: io.out().length + io.err().length };
}

/** Smallest n. Large enough for steps to stand out, and below the limit of parameters when quadrupled. */
const N = 200;
/** Numbers grow by a digit, and tables are resized now and then. */
const MOST = 2.5;
/**
 * The command by itself executes some 33,000 blocks, and not the same number each time: it makes an engine, whose tables are
 * kept or not. What is quadratic in 800 things is above half a million.
 */
const SLACK = { blocks: 5_000, characters: 2_000 };

describe.each(COMMANDS)("%s %s", (...command) => {
  it.each(Object.keys(MODULES))("costs in proportion to %s", async (kind) => {
    const make = MODULES[kind]!;
    const costs: Cost[] = [];
    await costOf(command, make(N));
    for (const n of [N, 2 * N, 4 * N]) costs.push(await costOf(command, make(n)));
    for (const what of ["blocks", "characters"] as const) {
      const [one = Number.NaN, two = Number.NaN, four = Number.NaN] = costs.map((cost) => cost[what]);
      expect(one).toBeGreaterThan(0);
      expect(four - two, what).toBeLessThanOrEqual(MOST * Math.max(two - one, 0) + SLACK[what]);
    }
  });
});
