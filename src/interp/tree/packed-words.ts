// What trees make of instructions on bytes and halves: functions of single words, composed of parts that V8 always inlines.
// Owns the functions. Which instruction is which, vector-lanes.ts knows; ops/simd/packed.ts has the same for loops over words.

import type { Binary, Unary } from "./environment.ts";
import { warmUpHelper } from "./strangers.ts";

// Each part captures what it calls and its masks, as constants written out take ten bytes of bytecode each.

const makeSum = (low: number): Binary =>
  function sumPart(x, y) {
    return (x & low) + (y & low);
  };
const makeUnlike = (high: number): Binary =>
  function unlikePart(x, y) {
    return (x ^ y) & high;
  };
const makeDifference = (low: number, high: number): Binary =>
  function differencePart(x, y) {
    return (x | high) - (y & low);
  };
const makeAlike = (high: number): Binary =>
  function alikePart(x, y) {
    return ~(x ^ y) & high;
  };
const makeMasked = (mask: number): Unary =>
  function maskedPart(x) {
    return x & mask;
  };
/** Ones in the lanes whose highest bit is set, of a word that has no other bits. */
const makeFill = (shift: number, ones: number, imul: Binary): Unary =>
  function fillPart(x) {
    return imul(x >>> shift, ones);
  };
/** The highest bits of the lanes that are zero. */
const makeZeroes = (low: number, high: number): Unary =>
  function zeroesPart(x) {
    return ~(((x & low) + low) | x) & high;
  };
const makeAverage = (mask: number): Binary =>
  function averagePart(x, y) {
    return ((x | y) - (((x ^ y) & mask) >>> 1)) | 0;
  };
const onlySecond: Binary = function onlySecondPart(x, y) {
  return ~x & y;
};
const blend = function blendPart(mask: number, x: number, y: number): number {
  return y ^ ((x ^ y) & mask);
};

// ---------------------------------------------------------------- parts of parts

const makeXor = (first: Binary, second: Binary): Binary =>
  function xorPart(x, y) {
    return first(x, y) ^ second(x, y);
  };
const makeAdd = (first: Binary, second: Binary): Binary =>
  function addPart(x, y) {
    return (first(x, y) + second(x, y)) | 0;
  };
const makeOr = (first: Binary, second: Binary): Binary =>
  function orPart(x, y) {
    return first(x, y) | second(x, y);
  };
const makeExcept = (first: Binary, second: Binary): Binary =>
  function exceptPart(x, y) {
    return first(x, y) & ~second(x, y);
  };
const makeAgree = (difference: Binary): Binary =>
  function agreePart(x, y) {
    return ~(difference(x, y) | (x ^ y));
  };
const makeOf = (outer: Unary, inner: Binary): Binary =>
  function ofPart(x, y) {
    return outer(inner(x, y));
  };
/** As {@link makeOf}, to hold one: no function is inlined into itself. */
const makeOfAnother = (outer: Unary, inner: Binary): Binary =>
  function ofAnotherPart(x, y) {
    return outer(inner(x, y));
  };
const makeOfXor = (outer: Unary, inner: Unary): Binary =>
  function ofXorPart(x, y) {
    return outer(inner(x ^ y));
  };
const makeFlipped = (of: Binary, flip: Unary): Binary =>
  function flippedPart(x, y) {
    return of(flip(x), flip(y));
  };
const makeFlip = (high: number): Unary =>
  function flipPart(x) {
    return x ^ high;
  };
const makeSwapped = (of: Binary): Binary =>
  function swappedPart(x, y) {
    return of(y, x);
  };
const makeNot = (of: Binary): Binary =>
  function notPart(x, y) {
    return ~of(x, y);
  };
const makeLesser = (less: Binary, choose: typeof blend): Binary =>
  function lesserPart(x, y) {
    return choose(less(x, y), x, y);
  };
const makeGreater = (less: Binary, choose: typeof blend): Binary =>
  function greaterPart(x, y) {
    return choose(less(x, y), y, x);
  };
/** Ones where the sum is less than what was added to. */
const makeSaturated = (add: Binary, join: Binary): Binary =>
  function saturatedPart(x, y) {
    return join(add(x, y), x);
  };
const makeJoined = (less: Binary): Binary =>
  function joinedPart(sum, x) {
    return sum | less(sum, x);
  };

export interface LaneWords {
  readonly add: Binary;
  readonly sub: Binary;
  readonly addSatU: Binary;
  readonly subSatU: Binary;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly ltS: Binary;
  readonly ltU: Binary;
  readonly gtS: Binary;
  readonly gtU: Binary;
  readonly leS: Binary;
  readonly leU: Binary;
  readonly geS: Binary;
  readonly geU: Binary;
  readonly minS: Binary;
  readonly minU: Binary;
  readonly maxS: Binary;
  readonly maxU: Binary;
  readonly avgrU: Binary;
  readonly zeroes: Unary;
}

/** Of lanes of `bits`, of which a word has several. */
function makeLaneWords(bits: 8 | 16): LaneWords {
  const each = bits === 8 ? 0x01010101 : 0x00010001;
  const high = (each << (bits - 1)) | 0;
  const low = ~high;
  const difference = makeDifference(low, high);
  const add = makeXor(makeSum(low), makeUnlike(high));
  const sub = makeXor(difference, makeAlike(high));
  const fill = makeFill(bits - 1, bits === 8 ? 0xff : 0xffff, Math.imul);
  const borrow = makeOf(makeMasked(high), makeOr(makeAgree(difference), onlySecond));
  const ltU = makeOfAnother(fill, borrow);
  const ltS = makeFlipped(ltU, makeFlip(high));
  const gtU = makeSwapped(ltU);
  const gtS = makeSwapped(ltS);
  const zeroes = makeZeroes(low, high);
  const eq = makeOfXor(fill, zeroes);
  return {
    add,
    sub,
    addSatU: makeSaturated(add, makeJoined(ltU)),
    subSatU: makeExcept(sub, ltU),
    eq,
    ne: makeNot(eq),
    ltS,
    ltU,
    gtS,
    gtU,
    leS: makeNot(gtS),
    leU: makeNot(gtU),
    geS: makeNot(ltS),
    geU: makeNot(ltU),
    minS: makeLesser(ltS, blend),
    minU: makeLesser(ltU, blend),
    maxS: makeGreater(ltS, blend),
    maxU: makeGreater(ltU, blend),
    avgrU: makeAverage(~each),
    zeroes,
  };
}

// ---------------------------------------------------------------- with a constant

/** The highest bit of a lane stays set where the others are not below the constant's. */
const makeReduced = (high: number, k: number): Unary =>
  function reducedPart(x) {
    return (x | high) - k;
  };
const makeWith = (of: Binary, reduced: Unary): Unary =>
  function withPart(x) {
    return of(x, reduced(x));
  };
const makeLessS = (high: number): Binary =>
  function lessSPart(x, reduced) {
    return (x | ~reduced) & high;
  };
const makeLessU = (high: number): Binary =>
  function lessUPart(x, reduced) {
    return ~(x | reduced) & high;
  };
const makeAtLeastS = (high: number): Binary =>
  function atLeastSPart(x, reduced) {
    return ~x & reduced & high;
  };
const makeAtLeastU = (high: number): Binary =>
  function atLeastUPart(x, reduced) {
    return (x | reduced) & high;
  };
const makeKept = (low: number): Binary =>
  function keptPart(x, reduced) {
    return reduced & (x | low);
  };
const makeAnd = (first: Binary, second: Binary): Binary =>
  function andPart(x, y) {
    return first(x, y) & second(x, y);
  };

/** An instruction whose second operand is the word `k`, in half the operations; none where the highest bit of a lane is set there. */
export function withConstant(lanes: "bytes" | "halves", name: keyof LaneWords, k: number): Unary | undefined {
  const bits = lanes === "bytes" ? 8 : 16;
  const each = lanes === "bytes" ? 0x01010101 : 0x00010001;
  const high = (each << (bits - 1)) | 0;
  const fill = makeFill(bits - 1, lanes === "bytes" ? 0xff : 0xffff, Math.imul);
  const filled = (of: Binary, than: number): Unary | undefined =>
    ((k | than) & high) === 0 ? makeWith(makeOf(fill, of), makeReduced(high, than)) : undefined;
  switch (name) {
    case "ltS":
      return filled(makeLessS(high), k);
    case "ltU":
      return filled(makeLessU(high), k);
    case "geS":
      return filled(makeAtLeastS(high), k);
    case "geU":
      return filled(makeAtLeastU(high), k);
    case "leS":
      return filled(makeLessS(high), k + each);
    case "leU":
      return filled(makeLessU(high), k + each);
    case "gtS":
      return filled(makeAtLeastS(high), k + each);
    case "gtU":
      return filled(makeAtLeastU(high), k + each);
    case "subSatU": {
      if ((k & high) !== 0) return undefined;
      const difference = makeAnd(makeKept(~high), makeOf(fill, makeAtLeastU(high)));
      return makeWith(difference, makeReduced(high, k));
    }
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------- halves and what becomes of bytes

const makeSmallSum = (low: number): Binary =>
  function smallSumPart(x, y) {
    return (x & low) + y;
  };

const makeProduct = (imul: Binary, mask: number): Binary =>
  function productPart(x, y) {
    return imul(x, y) & mask;
  };
const makeHighProduct = (imul: Binary): Binary =>
  function highProductPart(x, y) {
    return imul(x >>> 16, y >>> 16) << 16;
  };
const makeSignedProduct = (imul: Binary): Binary =>
  function signedProductPart(x, y) {
    return imul(x >> 16, y >> 16);
  };
const makeLifted = (of: Binary): Binary =>
  function liftedPart(x, y) {
    return of(x << 16, y << 16);
  };
const makeRounded = (of: Binary, half: number): Binary =>
  function roundedPart(x, y) {
    return (of(x, y) + half) >> 15;
  };
/** Only -2^15 squared exceeds the range. */
const makeBelow = (most: number): Unary =>
  function belowPart(x) {
    return Math.min(x, most);
  };
const makeRaised = (of: Binary): Binary =>
  function raisedPart(x, y) {
    return of(x, y) << 16;
  };
const evenSum: Unary = function evenSumPart(x) {
  return (x & 0xffff) + (x >>> 16);
};
const evenSumSigned: Unary = function evenSumSignedPart(x) {
  return ((x << 16) >> 16) + (x >> 16);
};
const makePairSum = (mask: number): Unary =>
  function pairSumPart(x) {
    return (x & mask) + ((x >>> 8) & mask);
  };
const makeSpread = (first: number, second: number): Unary =>
  function spreadPart(x) {
    return (x & first) | ((x & second) << 8);
  };
const makeAbove = (of: Unary): Unary =>
  function abovePart(x) {
    return of(x >>> 16);
  };
/** Of each byte its sign, in the half that it becomes. */
const makeExtended = (spread: Unary, signs: Unary): Unary =>
  function extendedPart(x) {
    return signs(spread(x));
  };
const makeSigns = (imul: Binary, bits: number, ones: number): Unary =>
  function signsPart(x) {
    return x | imul((x & bits) >>> 7, ones);
  };

// ---------------------------------------------------------------- bits

/** Rotates a word to the left. */
export const rotated = (bits: number): Unary =>
  function rotatedPart(x) {
    return (x << bits) | (x >>> (32 - bits));
  };

const makeGathered = (imul: Binary, high: number, factor: number): Unary =>
  function gatheredPart(x) {
    return imul((x & high) >>> 7, factor) >>> 24;
  };
const lowFour: Unary = function lowFourPart(x) {
  return x & 15;
};
const halfBits: Unary = function halfBitsPart(x) {
  return ((x >>> 15) & 1) | ((x >>> 30) & 2);
};
const makeOfOne = (outer: Unary, inner: Unary): Unary =>
  function ofOnePart(x) {
    return outer(inner(x));
  };

// ---------------------------------------------------------------- bytes out of a table

const makeEntry = (table: Int32Array, shift: number): Unary =>
  function entryPart(x) {
    return table[(x >>> shift) & 0xff]!;
  };
const makeTwoEntries = (first: Unary, second: Unary): Unary =>
  function twoEntriesPart(x) {
    return first(x) | second(x);
  };
const makeFourEntries = (low: Unary, high: Unary): Unary =>
  function fourEntriesPart(x) {
    return low(x) | high(x);
  };

/** For each byte of a word the table's entry; the table has 256. A copy for each byte, where its entries belong. */
export function tableWords(table: Uint8Array): Unary {
  const [a, b, c, d] = [0, 8, 16, 24].map((shift) =>
    makeEntry(
      Int32Array.from(table, (entry) => entry << shift),
      shift,
    ),
  ) as [Unary, Unary, Unary, Unary];
  return makeFourEntries(makeTwoEntries(a, b), makeTwoEntries(c, d));
}

export interface PackedWords {
  readonly bytes: LaneWords;
  readonly halves: LaneWords;
  /** Of halves, of which the second operand's are below 2^15. */
  readonly addSmall: Binary;
  readonly mul16: Binary;
  readonly dot16: Binary;
  readonly q15mulr: Binary;
  /** The sum of both halves, and of each two bytes. */
  readonly halfSumU: Unary;
  readonly halfSumS: Unary;
  readonly byteSumU: Unary;
  /** Two bytes, the lower or the higher ones, to halves. */
  readonly lowHalvesU: Unary;
  readonly highHalvesU: Unary;
  readonly lowHalvesS: Unary;
  readonly highHalvesS: Unary;
  /** The highest bits of the bytes, or the halves, next to each other. */
  readonly byteBits: Unary;
  readonly halfBits: Unary;
}

let made: PackedWords | undefined;

/** Made, and warmed up, for the first vector instruction in a tree. */
export function packedWords(): PackedWords {
  if (made === undefined) {
    for (const factory of FACTORIES) warmUpHelper(factory);
    made = makePackedWords();
  }
  return made;
}

function makePackedWords(): PackedWords {
  const { imul } = Math;
  const q15 = makeOf(makeBelow(0x7fff), makeRounded(makeSignedProduct(imul), 0x4000));
  const spread = makeSpread(0xff, 0xff00);
  const lowHalvesS = makeExtended(spread, makeSigns(imul, 0x00800080, 0xff00));
  return {
    bytes: makeLaneWords(8),
    halves: makeLaneWords(16),
    addSmall: makeXor(makeSmallSum(0x7fff7fff), makeMasked(0x80008000 | 0)),
    mul16: makeOr(makeProduct(imul, 0xffff), makeHighProduct(imul)),
    dot16: makeAdd(makeSignedProduct(imul), makeLifted(makeSignedProduct(imul))),
    q15mulr: makeOr(makeOfAnother(makeMasked(0xffff), makeLifted(q15)), makeRaised(q15)),
    halfSumU: evenSum,
    halfSumS: evenSumSigned,
    byteSumU: makePairSum(0x00ff00ff),
    lowHalvesU: spread,
    highHalvesU: makeAbove(spread),
    lowHalvesS,
    highHalvesS: makeAbove(lowHalvesS),
    byteBits: makeOfOne(lowFour, makeGathered(imul, 0x80808080 | 0, 0x01020408)),
    halfBits,
  };
}

type Factory = Parameters<typeof warmUpHelper>[0];

/** Whose parts must not be inlined where they are compiled by themselves. */
const FACTORIES = /* @__PURE__ */ (() =>
  [
    makeXor,
    makeAdd,
    makeOr,
    makeExcept,
    makeAgree,
    makeOf,
    makeOfAnother,
    makeOfXor,
    makeFlipped,
    makeSwapped,
    makeNot,
    makeLesser,
    makeGreater,
    makeSaturated,
    makeJoined,
    makeLifted,
    (first: Binary) => makeRounded(first, 1),
    makeRaised,
    makeAbove,
    makeExtended,
    makeOfOne,
    makeTwoEntries,
    makeFourEntries,
    makeWith,
    makeAnd,
  ] as readonly unknown[] as readonly Factory[])();
