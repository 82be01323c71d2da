// Vector instructions whose words are computed apart, each by a tree of its own as small as a scalar instruction's.
// Owns which these are. All others are calls: their trees would be too large to be inlined.

import { Op } from "../../isa/op.ts";
import type { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import { SHIFT_BY_IMMEDIATE, VectorCode } from "../code/operations.ts";
import type { NodeKind } from "./nodes.ts";
import { constant, Tree, tree, word } from "./tree.ts";

type WordOf = (x: Tree, y: Tree) => Tree;

const binary =
  (kind: NodeKind): WordOf =>
  (x, y) =>
    tree(kind, x, y);
/** All bits where the comparison holds. */
const mask =
  (kind: NodeKind): WordOf =>
  (x, y) =>
    tree("subKX", 0, tree("bit", tree(kind, x, y)));
const choose =
  (kind: NodeKind): WordOf =>
  (x, y) =>
    tree("select", tree(kind, x, y), x, y);

const WORDS: ReadonlyMap<number, WordOf> = /* @__PURE__ */ new Map<number, WordOf>([
  [Op.V128Not, (x) => tree("xorXK", x, -1)],
  [Op.V128And, binary("andXY")],
  [Op.V128Andnot, (x, y) => tree("andXY", x, tree("xorXK", y, -1))],
  [Op.V128Or, binary("orXY")],
  [Op.V128Xor, binary("xorXY")],
  [Op.I32x4Add, binary("addXY")],
  [Op.I32x4Sub, binary("subXY")],
  [Op.I32x4Mul, binary("mulXY")],
  [Op.I32x4Neg, (x) => tree("subKX", 0, x)],
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
  [Op.I32x4MinS, choose("ltSXY")],
  [Op.I32x4MinU, choose("ltUXY")],
  [Op.I32x4MaxS, choose("gtSXY")],
  [Op.I32x4MaxU, choose("gtUXY")],
  [Op.F32x4Neg, (x) => tree("xorXK", x, -0x80000000)],
  [Op.F32x4Abs, (x) => tree("andXK", x, 0x7fffffff)],
]);

const SHIFTS: ReadonlyMap<number, NodeKind> = /* @__PURE__ */ new Map<number, NodeKind>([
  [Op.I32x4Shl, "shlXK"],
  [Op.I32x4ShrS, "shrSXK"],
  [Op.I32x4ShrU, "shrUXK"],
]);

const FLOATS: ReadonlyMap<number, readonly [NodeKind, 32 | 64]> = /* @__PURE__ */ new Map<
  number,
  readonly [NodeKind, 32 | 64]
>([
  [Op.F32x4Add, ["fAdd", 32]],
  [Op.F32x4Sub, ["fSub", 32]],
  [Op.F32x4Mul, ["fMul", 32]],
  [Op.F32x4Div, ["fDiv", 32]],
  [Op.F64x2Add, ["fAdd", 64]],
  [Op.F64x2Sub, ["fSub", 64]],
  [Op.F64x2Mul, ["fMul", 64]],
  [Op.F64x2Div, ["fDiv", 64]],
]);

const float32 = (at: number): Tree => new Tree("get32", [at], [at]);
const float64 = (at: number): Tree => new Tree("get64", [at], [at, at + 1]);

/** The statements that a vector instruction is, with its operands in registers; `undefined` where it is a call. */
export function wordsOf({ op, d, a, b, c, data }: CodeNode): readonly Tree[] | undefined {
  const each = (wordOf: (k: number) => Tree): Tree[] =>
    [0, 1, 2, 3].map((k) => tree("set", d + k, wordOf(k)));
  const words = WORDS.get(op);
  if (words !== undefined) return each((k) => words(word(a + k), word(b + k)));
  const shift = SHIFTS.get(op);
  if (shift !== undefined) {
    return c === SHIFT_BY_IMMEDIATE ? each((k) => tree(shift, word(a + k), b & 31)) : undefined;
  }
  const float = FLOATS.get(op);
  if (float !== undefined) {
    const [kind, bits] = float;
    if (bits === 32) {
      return [0, 1, 2, 3].map((k) =>
        tree("set32", d + k, tree("fRound", tree(kind, float32(a + k), float32(b + k)))),
      );
    }
    return [0, 2].map((k) => tree("set64", d + k, tree(kind, float64(a + k), float64(b + k))));
  }
  switch (op) {
    case Op.I32x4Splat:
    case Op.F32x4Splat:
      // The scalar may be inside of the destination.
      if (a > d && a < d + 4) return undefined;
      return a === d ? [1, 2, 3].map((k) => tree("set", d + k, word(a))) : each(() => word(a));
    case VectorCode.RotateWords:
      return each((k) => tree("orXY", tree("shlXK", word(a + k), c), tree("shrUXK", word(a + k), 32 - c)));
    case VectorCode.ShuffleWords: {
      if (d === a || d === b) return undefined;
      const lanes = data as DataOf<VectorCode.ShuffleWords>;
      return each((k) => {
        const lane = lanes[k] as number;
        return word(lane < 4 ? a + lane : b + lane - 4);
      });
    }
    default:
      return undefined;
  }
}

/** The statements of a constant. */
export function constantWords({ d, data }: CodeNode): readonly Tree[] {
  return [...(data as DataOf<Code.Const128>)].map((value, k) => tree("set", d + k, constant(value)));
}
