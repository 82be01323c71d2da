// Vector loads and stores as trees make them, on the machine's registers and memory 0.
// Owns what is frequent; the rest goes through ops/simd/dispatch.ts.

import { Op } from "../../isa/op.ts";
import type { CodeNode } from "../code/node.ts";
import type { MemoryAccess } from "../code/operations.ts";
import {
  executeVectorLoad,
  executeVectorStore,
  type VectorLoad,
  type VectorStore,
} from "../ops/simd/dispatch.ts";
import type { VectorViews } from "../ops/simd/views.ts";
import { NONE, type Views } from "./machine.ts";
import { warmUpHelper } from "./strangers.ts";

/** An access at address `e`: `undefined`, with nothing done, where it is outside of the memory. */
export type VectorAccess = (e: number, fp: number) => number;
/** Makes the access of a node, with the vector in the register `at`. */
type MakeAccess = (node: CodeNode, at: number) => VectorAccess;

export function isVectorAccess(op: Op): boolean {
  return op <= Op.V128Store || (op >= Op.V128Load8Lane && op <= Op.V128Load64Zero);
}

/** Between the memory at `e` and the register at `at`. */
type Move = (e: number, at: number) => number;

// Parts of a load or store, each so small that V8 always inlines it. A whole vector may stand at any address.

/** Whether there is a word behind the vector at `e`, too: what ends with the memory is left to others. */
const makeIsInside = (V: Views) =>
  function isInsidePart(e: number): boolean {
    return V.i32[(e >>> 2) + 4] !== undefined;
  };
const makeWord = (V: Views) =>
  function wordPart(e: number): number {
    return V.bytes.getInt32(e, true);
  };
const put = function putWordPart(view: DataView, e: number, value: number): void {
  view.setInt32(e, value, true);
};
const makeSetWord = (V: Views, set: typeof put): Move =>
  function setWordPart(e, value) {
    set(V.bytes, e, value);
    return 0;
  };
const makeLoadWord = (R: Int32Array, word: (e: number) => number): Move =>
  function loadWordPart(e, at) {
    R[at] = word(e);
    return 0;
  };
const makeStoreWord = (R: Int32Array, set: Move): Move =>
  function storeWordPart(e, at) {
    return set(e, R[at]!);
  };
const makeFurther = (move: Move, bytes: number, words: number): Move =>
  function furtherPart(e, at) {
    return move(e + bytes, at + words);
  };
const makeTwo = (first: Move, second: Move): Move =>
  function twoWordsPart(e, at) {
    first(e, at);
    return second(e, at);
  };
/** As these two, to hold them: no function is inlined into itself. */
const makeFurtherTwo = (two: Move): Move =>
  function furtherTwoPart(e, at) {
    return two(e + 8, at + 2);
  };
const makeFour = (two: Move, further: Move): Move =>
  function fourWordsPart(e, at) {
    two(e, at);
    return further(e, at);
  };
const makeAllFour = (word: Move): Move => {
  const two = makeTwo(word, makeFurther(word, 4, 1));
  return makeFour(two, makeFurtherTwo(two));
};
const makeAt = (move: Move, at: number): VectorAccess =>
  function atPart(e, fp) {
    return move(e, fp + at);
  };
const makeInside = (isInside: (e: number) => boolean, move: VectorAccess): VectorAccess =>
  function insidePart(e, fp) {
    return isInside(e) ? move(e, fp) : NONE;
  };
const makeAccess = (inside: VectorAccess, rest: VectorAccess): VectorAccess =>
  function accessPart(e, fp) {
    return inside(e, fp) ?? rest(e, fp);
  };

const SCRATCH = new Int32Array(2 ** 10);
const FACTORIES = /* @__PURE__ */ (() =>
  [
    (word: (e: number) => number) => makeLoadWord(SCRATCH, word),
    (set: Move) => makeStoreWord(SCRATCH, set),
    (set: typeof put) => makeSetWord({} as Views, set),
    (move: Move) => makeFurther(move, 4, 1),
    makeTwo,
    makeFurtherTwo,
    makeFour,
    (move: Move) => makeAt(move, 8),
    makeInside,
    makeAccess,
  ] as readonly unknown[] as readonly Factory[])();
type Factory = Parameters<typeof warmUpHelper>[0];

export interface VectorAccesses {
  readonly frequent: ReadonlyMap<number, MakeAccess>;
  readonly any: MakeAccess;
}

export function createVectorAccesses(views: VectorViews, V: Views): VectorAccesses {
  const { R } = views;
  const any: MakeAccess = (node, at) => {
    const { op, b } = node;
    const isStore = node.d < 0;
    const { bytes, lane } = node.data as MemoryAccess;
    return (e, fp) => {
      const { u8 } = V;
      if (e + bytes > u8.length) return NONE;
      if (isStore) executeVectorStore(op as VectorStore, views, fp + at, u8, e, lane);
      else executeVectorLoad(op as VectorLoad, views, fp + at, fp + b, u8, e, lane);
      return 0;
    };
  };
  for (const factory of FACTORIES) warmUpHelper(factory);
  const isInside = makeIsInside(V);
  const loadFour = makeAllFour(makeLoadWord(R, makeWord(V)));
  const storeFour = makeAllFour(makeStoreWord(R, makeSetWord(V, put)));
  const load: MakeAccess = (node, at) =>
    makeAccess(makeInside(isInside, makeAt(loadFour, at)), any(node, at));
  const store: MakeAccess = (node, at) =>
    makeAccess(makeInside(isInside, makeAt(storeFour, at)), any(node, at));
  const load32Splat: MakeAccess = (node, at) => {
    const rest = any(node, at);
    return (e, fp) => {
      const x = V.i32[e >>> 2];
      if ((e & 3) !== 0 || x === undefined) return rest(e, fp);
      const d = fp + at;
      R[d] = x;
      R[d + 1] = x;
      R[d + 2] = x;
      R[d + 3] = x;
      return 0;
    };
  };
  const load64Zero: MakeAccess = (node, at) => {
    const rest = any(node, at);
    return (e, fp) => {
      const M = V.i32;
      const w = e >>> 2;
      const high = M[w + 1];
      if ((e & 3) !== 0 || high === undefined) return rest(e, fp);
      const d = fp + at;
      R[d] = M[w]!;
      R[d + 1] = high;
      R[d + 2] = 0;
      R[d + 3] = 0;
      return 0;
    };
  };
  const frequent = new Map<number, MakeAccess>([
    [Op.V128Load, load],
    [Op.V128Store, store],
    [Op.V128Load32Splat, load32Splat],
    [Op.V128Load64Zero, load64Zero],
  ]);
  return { frequent, any };
}
