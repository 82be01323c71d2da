// All cases, and their numbers. A number belongs to one of four ranges, in each of which a new case goes to the end:
// boundaries; what the vector loop executes too, so that its switch is a table as well; the rest of the main loop; rare ones.
// The loop's text keeps the order of the lists: with the cases moved together `sieve` took 8 % longer.

import { boundaries, branches } from "./control.mjs";
import { floats } from "./floats.mjs";
import { i32 } from "./i32.mjs";
import { i64 } from "./i64.mjs";
import { memory } from "./memory.mjs";
import { moves } from "./moves.mjs";
import { FUSED_PAIRS } from "./pairs.mjs";
import { SHARED } from "./vector.mjs";

const listed = [...boundaries, ...branches, ...moves, ...i32, ...i64, ...floats, ...memory];

/** How regular Wasm instructions are lowered. */
export const forms = listed.flatMap(({ form }) => (form === undefined ? [] : [form]));

const single = new Map();
for (const made of listed) {
  if (made.name === undefined) continue;
  if (single.has(made.name)) throw new Error(`twice: ${made.name}`);
  single.set(made.name, made);
}

/** Cases that do two: the first one's node gets the operation, the second stays as it is for those who jump to it. */
export const pairs = FUSED_PAIRS.map(([first, second]) => {
  const head = single.get(first);
  const tail = single.get(second);
  if (head === undefined || head.ends || head.when !== undefined || head.rare)
    throw new Error(`${first} cannot begin a pair`);
  if (tail === undefined || tail.rare) throw new Error(`${second} cannot end a pair`);
  return { name: `${first}_${second}`, head, tail };
});

export const cases = [...single.values()];
/** What the main loop has, in the order of its text. */
export const loopCases = [...cases.filter(({ rare }) => !rare), ...pairs];
const isArithmetic = ({ form }) => form?.kind === "Unary" || form?.kind === "Binary";
/** Those first that are nothing but arithmetic on registers: trees call them too. */
export const arithmeticCases = cases.filter((made) => made.rare && isArithmetic(made));
export const rareCases = [...arithmeticCases, ...cases.filter((made) => made.rare && !isArithmetic(made))];
export const LAST_BOUNDARY = boundaries.at(-1).name;

/** Whether the vector loop executes a case of the main loop; of a pair, whether it does both. */
export const isShared = (name) => name.split("_").every((each) => SHARED.has(each));

const isBoundary = new Set(boundaries);
const ranges = [
  { from: 0, cases: boundaries },
  { from: 32, cases: loopCases.filter((made) => !isBoundary.has(made) && isShared(made.name)) },
  { from: 160, cases: loopCases.filter((made) => !isBoundary.has(made) && !isShared(made.name)) },
  { from: 384, cases: rareCases },
];
ranges.forEach(({ from, cases: { length } }, k) => {
  if (from + length > (ranges[k + 1]?.from ?? 4096))
    throw new Error(`the numbers from ${from} on are used up`);
});

/** Names by number: `[{ from, names }]`. */
export const numbers = ranges.map(({ from, cases: made }) => ({ from, names: made.map(({ name }) => name) }));
