// What a vector instruction becomes in a tree: one call of a function on registers, since its four words would make a tree of
// their own too large to be inlined. Owns which function it is and what has to be in registers before.

import { Op } from "../../isa/op.ts";
import { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { Operation } from "../code/node-data.ts";
import { FIRST_VECTOR, LAST_VECTOR } from "../code/operations.ts";
import type { VectorOp } from "../lower/lowered-by.ts";
import { addressTree } from "./operands.ts";
import type { Translation } from "./translate.ts";
import { Tree, tree } from "./tree.ts";
import { isVectorAccess } from "./vector-memory.ts";
import { constantWords, wordsOf } from "./vector-words.ts";

/** Words of a v128. */
const WORDS = 4;

/** Translates `node`, which does `op`, if it works on vectors. Returns whether it did. */
export function translateVector(t: Translation, node: CodeNode, op: Operation): boolean {
  if (op === Code.Const128) {
    t.operands.overwrite(node.d, WORDS);
    for (const step of constantWords(node)) t.emit(step);
    return true;
  }
  if (op === Code.Copy128) {
    t.operands.overwrite(node.d, WORDS);
    t.emit(call(node));
    return true;
  }
  if (op < FIRST_VECTOR || op > LAST_VECTOR) return false;
  switch (op) {
    case Op.I32x4ExtractLane:
    case Op.F32x4ExtractLane:
      t.operands.define(node.d, { kind: "copy32", from: node.a + node.c });
      return true;
    case Op.I64x2ExtractLane:
    case Op.F64x2ExtractLane:
      t.operands.define(node.d, { kind: "copy64", from: node.a + 2 * node.c });
      return true;
    default:
      return isVectorAccess(op as VectorOp) ? translateAccess(t, node) : translateOperation(t, node);
  }
}

function translateOperation({ operands, emit }: Translation, node: CodeNode): true {
  // Scalars among the operands: what is splatted, a lane's new value, a shift's count.
  operands.settle(node.a);
  operands.settle(node.b);
  operands.overwrite(node.d, WORDS);
  const words = wordsOf(node);
  if (words === undefined) emit(call(node));
  else for (const step of words) emit(step);
  return true;
}

function call(node: CodeNode): Tree {
  return tree("vector", node, node);
}

function translateAccess({ operands, emit, trapAt }: Translation, node: CodeNode): boolean {
  // Another memory, or a 64-bit address.
  if (node.c < 0) return false;
  const address = { base: operands.int(node.a), offset: node.c };
  operands.settleImpure();
  if (node.d >= 0) operands.overwrite(node.d, WORDS);
  const access = new Tree("vectorAccess", [node, addressTree(address), node], [], true);
  emit(new Tree("checkedStep", [access, trapAt(node, [[node.a, address.base]])], [], true));
  return true;
}
