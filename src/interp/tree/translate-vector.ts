// What a vector instruction becomes in a tree: its lanes, each a tree of its own, or one call of a function on registers.
// Owns which, and what has to be in registers before a call.

import { Op } from "../../isa/op.ts";
import { NumType } from "../../module/types.ts";
import { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { Operation } from "../code/node-data.ts";
import { FIRST_VECTOR, LAST_VECTOR } from "../code/operations.ts";
import type { VectorOp } from "../lower/lowered-by.ts";
import { type Address, addressTree } from "./pending.ts";
import { conditionOf, store, type Translation } from "./translate.ts";
import { Tree, tree } from "./tree.ts";
import { translateLanes } from "./vector-lanes.ts";
import { isVectorAccess } from "./vector-memory.ts";

/** Words of a v128. */
const WORDS = 4;

/** Translates `node`, which does `op`, if it works on vectors. Returns whether it did. */
export function translateVector(t: Translation, node: CodeNode, op: Operation): boolean {
  if (op === Code.SelectSlow) return node.data === NumType.V128 && translateSelect(t, node);
  if (op === Code.Const128) return translateLanes(t, node, op);
  if (op === Code.Copy128) {
    t.operands.move(node.d, node.a, WORDS);
    return true;
  }
  if (op < FIRST_VECTOR || op > LAST_VECTOR) return false;
  if (isVectorAccess(op as VectorOp)) return translateAccess(t, node, op);
  return translateLanes(t, node, op) || translateCall(t, node);
}

function translateSelect({ operands }: Translation, { d, a, b, c }: CodeNode): true {
  const test = conditionOf(operands.simpleInt(c));
  const y = operands.simpleWords(b);
  const lanes = operands.simpleWords(a).map((x, k) => tree("select", test, x, y[k]!));
  operands.define(d, { kind: "words", lanes });
  return true;
}

function translateCall({ operands, emit }: Translation, node: CodeNode): true {
  for (const at of [node.a, node.b, node.c]) operands.settle(at);
  operands.overwrite(node.d, WORDS);
  emit(tree("vector", node, node));
  return true;
}

function translateAccess(t: Translation, node: CodeNode, op: Operation): boolean {
  // Another memory, or a 64-bit address.
  if (node.c < 0) return false;
  const { operands, emit } = t;
  const addressOf = (base: Tree): Address => ({ base, offset: node.c });
  if (op === Op.V128Load) {
    const address = addressOf(operands.simpleInt(node.a));
    const site = t.trapAt(node, [[node.a, address.base]]);
    operands.define(node.d, { kind: "load128", node, address, site });
    return true;
  }
  const form = op === Op.V128Store ? operands.formAt(node.b) : undefined;
  if (form === "floats" || form === "doubles") {
    const lanes = form === "floats" ? operands.floats(node.b) : operands.doubles(node.b);
    if (!lanes.some(({ isImpure }) => isImpure)) {
      const address = addressOf(operands.simpleInt(node.a));
      const bytes = 16 / lanes.length;
      // From the highest on: if that is inside of the memory, so are the others.
      for (let k = lanes.length - 1; k >= 0; k--) {
        const place = { base: address.base, offset: node.c + bytes * k };
        store(t, node, form === "floats" ? "storeF32" : "storeF64", place, lanes[k]!, address);
      }
      return true;
    }
    operands.define(node.b, { kind: form, lanes });
  }
  operands.settle(node.b);
  const address = addressOf(operands.int(node.a));
  operands.settleImpure();
  if (node.d >= 0) operands.overwrite(node.d, WORDS);
  const at = node.d >= 0 ? node.d : node.b;
  const access = new Tree("vectorAccess", [{ node, at }, addressTree(address)], [], true);
  emit(new Tree("checkedStep", [access, t.trapAt(node, [[node.a, address.base]])], [], true));
  return true;
}
