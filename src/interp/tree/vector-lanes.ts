// Vector instructions whose lanes are computed apart, each by a tree of its own as small as a scalar instruction's.
// Owns which these are, and what they become. All others are calls: their trees would be too large to be inlined.

import { Op } from "../../isa/op.ts";
import { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { DataOf, Operation } from "../code/node-data.ts";
import { SHIFT_BY_IMMEDIATE, VectorCode } from "../code/operations.ts";
import type { Unary } from "./environment.ts";
import type { NodeKind } from "./nodes.ts";
import { type LaneWords, packedWords, rotated, tableWords, withConstant } from "./packed-words.ts";
import type { Pending } from "./pending.ts";
import type { Translation } from "./translate.ts";
import { constant, Tree, tree } from "./tree.ts";

type Lanes = readonly Tree[];
/** Values that are computed first, and which of them each word is: what is used more than once and is no register. */
interface Shared {
  readonly kind: "shared";
  readonly values: Lanes;
  readonly which: readonly number[];
}
type Made = Pending | Shared | undefined;
/** Makes a vector of the node's operands, in words. */
type Words = (x: Lanes, y: Lanes) => Lanes;

const words = (lanes: Lanes): Pending => ({ kind: "words", lanes });
const i32 = (value: Tree): Pending => ({ kind: "i32", value });

// ------------------------------------------------------------------ from the same words of both operands

const binary =
  (kind: NodeKind): Words =>
  (x, y) =>
    x.map((each, k) => tree(kind, each, y[k]!));
/** All bits where the comparison holds. */
const maskOf = (test: Tree): Tree => tree("subKX", 0, tree("bit", test));
const mask =
  (kind: NodeKind): Words =>
  (x, y) =>
    x.map((each, k) => maskOf(tree(kind, each, y[k]!)));
const not = (lanes: Lanes): Lanes => lanes.map((lane) => tree("xorXK", lane, -1));

const BINARY: ReadonlyMap<Operation, Words> = /* @__PURE__ */ new Map<Operation, Words>([
  [Op.V128And, binary("andXY")],
  [Op.V128Andnot, (x, y) => binary("andXY")(x, not(y))],
  [Op.V128Xor, binary("xorXY")],
  [Op.I32x4Add, binary("addXY")],
  [Op.I32x4Sub, binary("subXY")],
  [Op.I32x4Mul, binary("mulXY")],
  [Op.I32x4Eq, mask("eqXY")],
  [Op.I32x4Ne, mask("neXY")],
  [Op.I32x4LtS, mask("ltSXY")],
  [Op.I32x4LtU, mask("ltUXY")],
  [Op.I32x4GtS, mask("gtSXY")],
  [Op.I32x4GtU, mask("gtUXY")],
  [Op.I32x4LeS, mask("leSXY")],
  [Op.I32x4LeU, mask("leUXY")],
  [Op.I32x4GeS, mask("geSXY")],
  [Op.I32x4GeU, mask("geUXY")],
]);

/** The same, where a tree reads an operand twice. */
const TWICE: ReadonlyMap<Operation, NodeKind> = /* @__PURE__ */ new Map<Operation, NodeKind>([
  [Op.I32x4MinS, "ltSXY"],
  [Op.I32x4MinU, "ltUXY"],
  [Op.I32x4MaxS, "gtSXY"],
  [Op.I32x4MaxU, "gtUXY"],
]);

const UNARY: ReadonlyMap<Operation, (x: Tree) => Tree> = /* @__PURE__ */ new Map<
  Operation,
  (x: Tree) => Tree
>([
  [Op.V128Not, (x) => tree("xorXK", x, -1)],
  [Op.I32x4Neg, (x) => tree("subKX", 0, x)],
  [Op.F32x4Neg, (x) => tree("xorXK", x, -0x80000000)],
  [Op.F32x4Abs, (x) => tree("andXK", x, 0x7fffffff)],
]);

type LaneName = Exclude<keyof LaneWords, "zeroes">;

/** Bytes and halves, by the instruction on bytes and the one on halves. */
const PACKED: ReadonlyMap<Operation, readonly ["bytes" | "halves", LaneName]> = /* @__PURE__ */ new Map(
  (
    [
      [Op.I8x16Add, Op.I16x8Add, "add"],
      [Op.I8x16Sub, Op.I16x8Sub, "sub"],
      [Op.I8x16AddSatU, Op.I16x8AddSatU, "addSatU"],
      [Op.I8x16SubSatU, Op.I16x8SubSatU, "subSatU"],
      [Op.I8x16Eq, Op.I16x8Eq, "eq"],
      [Op.I8x16Ne, Op.I16x8Ne, "ne"],
      [Op.I8x16LtS, Op.I16x8LtS, "ltS"],
      [Op.I8x16LtU, Op.I16x8LtU, "ltU"],
      [Op.I8x16GtS, Op.I16x8GtS, "gtS"],
      [Op.I8x16GtU, Op.I16x8GtU, "gtU"],
      [Op.I8x16LeS, Op.I16x8LeS, "leS"],
      [Op.I8x16LeU, Op.I16x8LeU, "leU"],
      [Op.I8x16GeS, Op.I16x8GeS, "geS"],
      [Op.I8x16GeU, Op.I16x8GeU, "geU"],
      [Op.I8x16MinS, Op.I16x8MinS, "minS"],
      [Op.I8x16MinU, Op.I16x8MinU, "minU"],
      [Op.I8x16MaxS, Op.I16x8MaxS, "maxS"],
      [Op.I8x16MaxU, Op.I16x8MaxU, "maxU"],
      [Op.I8x16AvgrU, Op.I16x8AvgrU, "avgrU"],
    ] as const
  ).flatMap(([bytes, halves, name]): (readonly [Operation, readonly ["bytes" | "halves", LaneName]])[] => [
    [bytes, ["bytes", name]],
    [halves, ["halves", name]],
  ]),
);

type BinaryName = "mul16" | "dot16" | "q15mulr";
const PACKED_BINARY: ReadonlyMap<Operation, BinaryName> = /* @__PURE__ */ new Map<Operation, BinaryName>([
  [Op.I16x8Mul, "mul16"],
  [Op.I32x4DotI16x8S, "dot16"],
  [Op.I16x8Q15mulrSatS, "q15mulr"],
  [Op.I16x8RelaxedQ15mulrS, "q15mulr"],
]);

type UnaryName = "halfSumU" | "halfSumS" | "byteSumU";
const PACKED_UNARY: ReadonlyMap<Operation, UnaryName> = /* @__PURE__ */ new Map<Operation, UnaryName>([
  [Op.I32x4ExtaddPairwiseI16x8U, "halfSumU"],
  [Op.I32x4ExtaddPairwiseI16x8S, "halfSumS"],
  [Op.I16x8ExtaddPairwiseI8x16U, "byteSumU"],
]);

const WORD_SHIFTS: ReadonlyMap<Operation, NodeKind> = /* @__PURE__ */ new Map<Operation, NodeKind>([
  [Op.I32x4Shl, "shlXK"],
  [Op.I32x4ShrS, "shrSXK"],
  [Op.I32x4ShrU, "shrUXK"],
]);

function wordsOf(t: Translation, node: CodeNode, op: Operation): Made {
  const { operands } = t;
  const { a, b, c } = node;
  const two = (make: Words): Pending => {
    const y = operands.words(b);
    return words(make(operands.words(a), y));
  };
  const one = (make: (x: Tree) => Tree): Pending => words(operands.words(a).map((x) => make(x)));
  if (op === Op.V128Or) {
    const y = operands.words(b);
    return words(operands.words(a).map((x, k) => rotation(x, y[k]!) ?? tree("orXY", x, y[k]!)));
  }
  const plain = BINARY.get(op);
  if (plain !== undefined) return two(plain);
  const unary = UNARY.get(op);
  if (unary !== undefined) return one(unary);
  const choice = TWICE.get(op);
  if (choice !== undefined) {
    const y = operands.simpleWords(b);
    const x = operands.simpleWords(a);
    return words(x.map((each, k) => tree("select", tree(choice, each, y[k]!), each, y[k]!)));
  }
  const lanes = PACKED.get(op);
  if (lanes !== undefined) return two(packed(...lanes));
  const halves = PACKED_BINARY.get(op);
  if (halves !== undefined) return two(packed2(packedWords()[halves]));
  const sums = PACKED_UNARY.get(op);
  if (sums !== undefined) return one((x) => tree("packed1", packedWords()[sums], x));
  const shift = WORD_SHIFTS.get(op);
  if (shift !== undefined && c === SHIFT_BY_IMMEDIATE) return one((x) => shifted(shift, x, b & 31));
  return shiftedHalves(op, node, one);
}

/** A word shifted to the left, and by the other bits to the right: as ciphers rotate. */
function rotation(x: Tree, y: Tree): Tree | undefined {
  const [up, down] = x.kind === "shlXK" ? [x, y] : [y, x];
  if (up.kind !== "shlXK" || down.kind !== "shrUXK") return undefined;
  const [from, left] = up.operands as readonly [Tree, number];
  const [other, right] = down.operands as readonly [Tree, number];
  const isSame = from.kind === "get" && other.kind === "get" && from.operands[0] === other.operands[0];
  return isSame && left + right === 32 ? tree("packed1", rotated(left), from) : undefined;
}

/** By a function of both words, of the first one if the second is constant, or of halves that cannot become too large. */
const packed =
  (lanes: "bytes" | "halves", name: LaneName): Words =>
  (x, y) => {
    const all = packedWords();
    const made = new Map<number, Unary | undefined>();
    return x.map((lane, k) => {
      const other = y[k]!;
      if (other.kind === "constant") {
        const value = other.operands[0] as number;
        if (!made.has(value)) made.set(value, withConstant(lanes, name, value));
        const each = made.get(value);
        if (each !== undefined) return tree("packed1", each, lane);
      }
      const isSmall = lanes === "halves" && name === "add" && other.kind === "packed1";
      const small = [all.lowHalvesU, all.highHalvesU, all.byteSumU];
      if (isSmall && small.includes(other.operands[0] as Unary))
        return tree("packed2", all.addSmall, lane, other);
      return tree("packed2", all[lanes][name], lane, other);
    });
  };

const packed2 =
  (each: (x: number, y: number) => number): Words =>
  (x, y) =>
    x.map((lane, k) => tree("packed2", each, lane, y[k]!));

function shifted(kind: NodeKind, x: Tree, bits: number): Tree {
  return bits === 0 ? x : tree(kind, x, bits);
}

/** Lanes of a word are shifted together, and cleaned of each other's bits. */
function shiftedHalves(op: Operation, { b, c }: CodeNode, one: (make: (x: Tree) => Tree) => Pending): Made {
  if (c !== SHIFT_BY_IMMEDIATE) return undefined;
  const clean = (kind: NodeKind, bits: number, lane: number, each: number): Pending =>
    one((x) => tree("andXK", shifted(kind, x, bits), Math.imul(lane, each)));
  switch (op) {
    case Op.I8x16Shl:
      return clean("shlXK", b & 7, (0xff << (b & 7)) & 0xff, 0x01010101);
    case Op.I8x16ShrU:
      return clean("shrUXK", b & 7, 0xff >>> (b & 7), 0x01010101);
    case Op.I16x8Shl:
      return clean("shlXK", b & 15, (0xffff << (b & 15)) & 0xffff, 0x00010001);
    case Op.I16x8ShrU:
      return clean("shrUXK", b & 15, 0xffff >>> (b & 15), 0x00010001);
    default:
      return undefined;
  }
}

// ------------------------------------------------------------------ floats

const FLOATS: ReadonlyMap<Operation, readonly [NodeKind, "floats" | "doubles"]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [NodeKind, "floats" | "doubles"]
>([
  [Op.F32x4Add, ["fAdd", "floats"]],
  [Op.F32x4Sub, ["fSub", "floats"]],
  [Op.F32x4Mul, ["fMul", "floats"]],
  [Op.F32x4Div, ["fDiv", "floats"]],
  [Op.F64x2Add, ["fAdd", "doubles"]],
  [Op.F64x2Sub, ["fSub", "doubles"]],
  [Op.F64x2Mul, ["fMul", "doubles"]],
  [Op.F64x2Div, ["fDiv", "doubles"]],
]);

const FLOAT_TESTS: ReadonlyMap<Operation, readonly [NodeKind, "floats" | "doubles"]> =
  /* @__PURE__ */ new Map<Operation, readonly [NodeKind, "floats" | "doubles"]>([
    [Op.F32x4Eq, ["fEq", "floats"]],
    [Op.F32x4Ne, ["fNe", "floats"]],
    [Op.F32x4Lt, ["fLt", "floats"]],
    [Op.F32x4Gt, ["fGt", "floats"]],
    [Op.F32x4Le, ["fLe", "floats"]],
    [Op.F32x4Ge, ["fGe", "floats"]],
    [Op.F64x2Eq, ["fEq", "doubles"]],
    [Op.F64x2Ne, ["fNe", "doubles"]],
    [Op.F64x2Lt, ["fLt", "doubles"]],
    [Op.F64x2Gt, ["fGt", "doubles"]],
    [Op.F64x2Le, ["fLe", "doubles"]],
    [Op.F64x2Ge, ["fGe", "doubles"]],
  ]);

const round = (value: Tree): Tree => tree("fRound", value);

function floatsOf({ operands }: Translation, { a, b }: CodeNode, op: Operation): Made {
  const numbers = (at: number, kind: "floats" | "doubles"): Lanes =>
    kind === "floats" ? operands.floats(at) : operands.doubles(at);
  const arithmetic = FLOATS.get(op);
  if (arithmetic !== undefined) {
    const [kind, form] = arithmetic;
    const y = numbers(b, form);
    const lanes = numbers(a, form).map((x, k) => tree(kind, x, y[k]!));
    return { kind: form, lanes: form === "floats" ? lanes.map(round) : lanes };
  }
  const test = FLOAT_TESTS.get(op);
  if (test !== undefined) {
    const [kind, form] = test;
    const y = numbers(b, form);
    const lanes = numbers(a, form).map((x, k) => maskOf(tree(kind, x, y[k]!)));
    if (form === "floats") return words(lanes);
    return { kind: "shared", values: lanes, which: [0, 0, 1, 1] };
  }
  switch (op) {
    case Op.F32x4Sqrt:
      return { kind: "floats", lanes: operands.floats(a).map((x) => round(tree("fSqrt", x))) };
    case Op.F64x2Sqrt:
      return { kind: "doubles", lanes: operands.doubles(a).map((x) => tree("fSqrt", x)) };
    case Op.F32x4ConvertI32x4S:
      return { kind: "floats", lanes: operands.words(a).map(round) };
    case Op.F32x4ConvertI32x4U:
      return { kind: "floats", lanes: operands.words(a).map((x) => round(tree("unsigned", x))) };
    case Op.F64x2ConvertLowI32x4S:
      return { kind: "doubles", lanes: operands.simpleWords(a).slice(0, 2) };
    case Op.F64x2ConvertLowI32x4U:
      return {
        kind: "doubles",
        lanes: operands
          .simpleWords(a)
          .slice(0, 2)
          .map((x) => tree("unsigned", x)),
      };
    default:
      return undefined;
  }
}

/** Words of registers that a node reads as doubles. */
export function doublesOf({ a, b }: CodeNode, op: Operation): readonly number[] {
  if (FLOATS.get(op)?.[1] === "doubles" || FLOAT_TESTS.get(op)?.[1] === "doubles")
    return [a, a + 2, b, b + 2];
  return op === Op.F64x2Sqrt ? [a, a + 2] : [];
}

// ------------------------------------------------------------------ lanes that move

function movedOf(t: Translation, node: CodeNode, op: Operation): Made {
  const { operands } = t;
  const { a, b, c, data } = node;
  switch (op) {
    case Code.Const128:
      return words([...(data as DataOf<Code.Const128>)].map(constant));
    case Op.V128Bitselect:
    case Op.I8x16RelaxedLaneselect:
    case Op.I16x8RelaxedLaneselect:
    case Op.I32x4RelaxedLaneselect:
    case Op.I64x2RelaxedLaneselect: {
      const z = operands.words(c);
      const y = operands.simpleWords(b);
      const chosen = (x: Tree, k: number): Tree =>
        tree("xorXY", y[k]!, tree("andXY", tree("xorXY", x, y[k]!), z[k]!));
      return words(operands.words(a).map(chosen));
    }
    case Op.I8x16Splat:
      return splat(spreadOver(operands.int(a), 0xff, 0x01010101));
    case Op.I16x8Splat:
      return splat(spreadOver(operands.int(a), 0xffff, 0x00010001));
    case Op.I32x4Splat:
    case Op.F32x4Splat:
      return splat(operands.int(a));
    case Op.I64x2Splat:
    case Op.F64x2Splat: {
      const value = operands.take(a, 2);
      if (value.kind === "copy64") return { kind: "copies", from: [value.from, value.from] };
      if (value.kind === "i64" && value.low.isSimple && value.high.isSimple) {
        return words([value.low, value.high, value.low, value.high]);
      }
      operands.define(a, value);
      operands.settle(a);
      return { kind: "copies", from: [a, a] };
    }
    case Op.I32x4ReplaceLane:
    case Op.F32x4ReplaceLane: {
      const value = operands.int(b);
      return words(operands.simpleWords(a).map((x, k) => (k === c ? value : x)));
    }
    case Op.I64x2ReplaceLane:
    case Op.F64x2ReplaceLane: {
      operands.settle(b);
      operands.settle(a);
      return { kind: "copies", from: [c === 0 ? b : a, c === 1 ? b : a + 2] };
    }
    case VectorCode.RotateWords:
      return words(operands.words(a).map((x) => tree("packed1", rotated(c), x)));
    case VectorCode.ShuffleWords: {
      const lanes = data as DataOf<VectorCode.ShuffleWords>;
      const y = operands.simpleWords(b);
      const both = [...(a === b ? y : operands.simpleWords(a)), ...y];
      return words([...lanes].map((lane) => both[lane]!));
    }
    case Op.I8x16Shuffle:
      return shuffled(t, node, data as DataOf<Op.I8x16Shuffle>);
    case Op.I8x16Swizzle:
    case Op.I8x16RelaxedSwizzle:
      return swizzled(t, node);
    default:
      return extended(t, node, op) ?? wide(t, node, op);
  }
}

function spreadOver(x: Tree, lane: number, each: number): Tree {
  if (x.kind === "constant") return constant(Math.imul((x.operands[0] as number) & lane, each));
  return tree("mulXK", tree("andXK", x, lane), each);
}

function splat(value: Tree): Made {
  if (value.isSimple) return words([value, value, value, value]);
  return { kind: "shared", values: [value], which: [0, 0, 0, 0] };
}

/** Byte by byte, out of registers; bytes of constants are constant. */
function shuffled({ operands }: Translation, { a, b }: CodeNode, lanes: Uint8Array): Pending {
  // The second one first, as everywhere: writing it may overwrite what the first one is made of, if that is no longer pending.
  const second = a === b ? undefined : operands.simpleWords(b);
  const sources = [operands.simpleWords(a), second];
  const byte = (from: number): Tree => {
    const lane = (sources[from >> 4] ?? sources[0]!)[(from & 15) >> 2]!;
    const first = lane.operands[0] as number;
    if (lane.kind === "constant") return constant((first >>> (8 * (from & 3))) & 0xff);
    return new Tree("byte", [4 * first + (from & 3)], [first]);
  };
  const join = (kind: NodeKind, shift: number, x: Tree, y: Tree): Tree => {
    if (y.kind !== "constant") return tree(kind, x, y);
    const high = (y.operands[0] as number) << shift;
    if (x.kind === "constant") return constant((x.operands[0] as number) | high);
    return high === 0 ? x : tree("orXK", x, high);
  };
  return words(
    [0, 4, 8, 12].map((k) => {
      const low = join("twoBytes", 8, byte(lanes[k]!), byte(lanes[k + 1]!));
      return join("fourBytes", 16, low, join("twoBytes", 8, byte(lanes[k + 2]!), byte(lanes[k + 3]!)));
    }),
  );
}

/** Out of a constant: a table of what each byte becomes. */
function swizzled({ operands }: Translation, { a, b }: CodeNode): Made {
  if (operands.formAt(a) !== "words") return undefined;
  const from = operands.words(a);
  if (from.some(({ kind }) => kind !== "constant")) {
    operands.define(a, words(from));
    return undefined;
  }
  const entries = new Int32Array(from.map((lane) => lane.operands[0] as number));
  const table = new Uint8Array(256);
  table.set(new Uint8Array(entries.buffer));
  const look = tableWords(table);
  return words(operands.words(b).map((x) => tree("packed1", look, x)));
}

// ------------------------------------------------------------------ lanes of other widths

type HalvesName = "lowHalvesS" | "highHalvesS" | "lowHalvesU" | "highHalvesU";

function extended({ operands }: Translation, { a }: CodeNode, op: Operation): Made {
  const halves = (first: 0 | 2, names: readonly HalvesName[]): Pending => {
    const x = operands.simpleWords(a);
    const packed = packedWords();
    return words([0, 1].flatMap((k) => names.map((name) => tree("packed1", packed[name], x[first + k]!))));
  };
  const whole = (first: 0 | 2, isSigned: boolean) => {
    const x = operands.simpleWords(a);
    return words(
      [x[first]!, x[first + 1]!].flatMap((each) =>
        isSigned
          ? [tree("shrSXK", tree("shlXK", each, 16), 16), tree("shrSXK", each, 16)]
          : [tree("andXK", each, 0xffff), tree("shrUXK", each, 16)],
      ),
    );
  };
  switch (op) {
    case Op.I16x8ExtendLowI8x16S:
      return halves(0, ["lowHalvesS", "highHalvesS"]);
    case Op.I16x8ExtendHighI8x16S:
      return halves(2, ["lowHalvesS", "highHalvesS"]);
    case Op.I16x8ExtendLowI8x16U:
      return halves(0, ["lowHalvesU", "highHalvesU"]);
    case Op.I16x8ExtendHighI8x16U:
      return halves(2, ["lowHalvesU", "highHalvesU"]);
    case Op.I32x4ExtendLowI16x8S:
      return whole(0, true);
    case Op.I32x4ExtendHighI16x8S:
      return whole(2, true);
    case Op.I32x4ExtendLowI16x8U:
      return whole(0, false);
    case Op.I32x4ExtendHighI16x8U:
      return whole(2, false);
    default:
      return undefined;
  }
}

function wide({ operands }: Translation, { a, b }: CodeNode, op: Operation): Made {
  if (op !== Op.I64x2Add && op !== Op.I64x2Sub) return undefined;
  const y = operands.simpleWords(b);
  const x = operands.simpleWords(a);
  return words(
    [0, 2].flatMap((k) => {
      const [xl, xh, yl, yh] = [x[k]!, x[k + 1]!, y[k]!, y[k + 1]!];
      if (op === Op.I64x2Sub) {
        const borrow = tree("bit", tree("ltUXY", xl, yl));
        return [tree("subXY", xl, yl), tree("subXY", tree("subXY", xh, yh), borrow)];
      }
      const low = tree("addXY", xl, yl);
      const carry = tree("bit", tree("ltUXY", low, xl));
      return [low, tree("addXY", tree("addXY", xh, yh), carry)];
    }),
  );
}

// ------------------------------------------------------------------ scalars of vectors

function scalarOf({ operands }: Translation, { a, c }: CodeNode, op: Operation): Made {
  const part = (bits: 8 | 16, isSigned: boolean): Pending => {
    const lane = operands.simpleWords(a)[(c * bits) >> 5]!;
    const low = (c * bits) & 31;
    if (isSigned) return i32(tree("shrSXK", shifted("shlXK", lane, 32 - bits - low), 32 - bits));
    return i32(tree("andXK", shifted("shrUXK", lane, low), (1 << bits) - 1));
  };
  const join = (kind: NodeKind, [x, y, z, w]: Lanes): Tree =>
    tree(kind, tree(kind, x!, y!), tree(kind, z!, w!));
  const bits = (width: number, of: (x: Tree) => Tree): Pending =>
    i32(
      join(
        "orXY",
        operands.words(a).map((x, k) => shifted("shlXK", of(x), width * k)),
      ),
    );
  const all = (lanes: LaneWords): Pending =>
    i32(
      tree(
        "bit",
        tree(
          "isZero",
          join(
            "orXY",
            operands.words(a).map((x) => tree("packed1", lanes.zeroes, x)),
          ),
        ),
      ),
    );
  switch (op) {
    case Op.I8x16ExtractLaneS:
      return part(8, true);
    case Op.I8x16ExtractLaneU:
      return part(8, false);
    case Op.I16x8ExtractLaneS:
      return part(16, true);
    case Op.I16x8ExtractLaneU:
      return part(16, false);
    case Op.I32x4ExtractLane:
    case Op.F32x4ExtractLane: {
      const vector = operands.take(a, 4);
      if (vector.kind === "words" && !vector.lanes.some(({ isImpure }) => isImpure))
        return i32(vector.lanes[c]!);
      operands.define(a, vector);
      operands.settle(a);
      return { kind: "copy32", from: a + c };
    }
    case Op.I64x2ExtractLane:
    case Op.F64x2ExtractLane:
      operands.settle(a);
      return { kind: "copy64", from: a + 2 * c };
    case Op.V128AnyTrue:
      return i32(tree("bit", tree("isSet", join("orXY", operands.words(a)))));
    case Op.I32x4AllTrue:
      return i32(
        tree(
          "bit",
          join(
            "both",
            operands.words(a).map((x) => tree("isSet", x)),
          ),
        ),
      );
    case Op.I8x16AllTrue:
      return all(packedWords().bytes);
    case Op.I16x8AllTrue:
      return all(packedWords().halves);
    case Op.I8x16Bitmask:
      return bits(4, (x) => tree("packed1", packedWords().byteBits, x));
    case Op.I16x8Bitmask:
      return bits(2, (x) => tree("packed1", packedWords().halfBits, x));
    case Op.I32x4Bitmask:
      return bits(1, (x) => tree("shrUXK", x, 31));
    default:
      return undefined;
  }
}

/** Translates `node`, which does `op`, lane by lane. Returns whether it did; if not, its operands are as they were. */
export function translateLanes(t: Translation, node: CodeNode, op: Operation): boolean {
  const made = wordsOf(t, node, op) ?? floatsOf(t, node, op) ?? movedOf(t, node, op) ?? scalarOf(t, node, op);
  if (made === undefined) return false;
  if (made.kind === "shared") t.operands.share(node.d, made.values, made.which);
  else t.operands.define(node.d, made);
  return true;
}
