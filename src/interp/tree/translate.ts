// What each lowered node becomes in a tree, where it neither branches nor calls.
// Owns operations; operands.ts knows what is pending, build.ts control.

import { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { Operation } from "../code/node-data.ts";
import * as i32 from "../ops/numeric/i32.ts";
import type { Binary, Unary } from "./environment.ts";
import { Counter, NONE } from "./machine.ts";
import type { NodeKind } from "./nodes.ts";
import type { Operands } from "./operands.ts";
import { operationOf } from "./outline.ts";
import { type Address, addressTree, loadPart, loadWord, type Pair } from "./pending.ts";
import { constant, type TrapPlan, Tree, tree } from "./tree.ts";

type Shape = "XY" | "XK";
type IntKind = "add" | "sub" | "mul" | "and" | "or" | "xor" | "shl" | "shrS" | "shrU";
type CompareKind = "eq" | "ne" | "ltS" | "gtS" | "leS" | "geS" | "ltU" | "gtU" | "leU" | "geU";
type FloatKind = "fAdd" | "fSub" | "fMul" | "fDiv";
type FloatTest = "fEq" | "fNe" | "fLt" | "fGt" | "fLe" | "fGe";

const INTEGER: ReadonlyMap<Operation, readonly [IntKind, Shape]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [IntKind, Shape]
>([
  [Code.I32Add, ["add", "XY"]],
  [Code.I32AddI, ["add", "XK"]],
  [Code.I32Sub, ["sub", "XY"]],
  [Code.I32SubI, ["sub", "XK"]],
  [Code.I32Mul, ["mul", "XY"]],
  [Code.I32MulI, ["mul", "XK"]],
  [Code.I32And, ["and", "XY"]],
  [Code.I32AndI, ["and", "XK"]],
  [Code.I32Or, ["or", "XY"]],
  [Code.I32OrI, ["or", "XK"]],
  [Code.I32Xor, ["xor", "XY"]],
  [Code.I32XorI, ["xor", "XK"]],
  [Code.I32Shl, ["shl", "XY"]],
  [Code.I32ShlI, ["shl", "XK"]],
  [Code.I32ShrS, ["shrS", "XY"]],
  [Code.I32ShrSI, ["shrS", "XK"]],
  [Code.I32ShrU, ["shrU", "XY"]],
  [Code.I32ShrUI, ["shrU", "XK"]],
]);

const COMPARE: ReadonlyMap<Operation, readonly [CompareKind, Shape]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [CompareKind, Shape]
>([
  [Code.I32Eq, ["eq", "XY"]],
  [Code.I32EqI, ["eq", "XK"]],
  [Code.I32Ne, ["ne", "XY"]],
  [Code.I32NeI, ["ne", "XK"]],
  [Code.I32LtS, ["ltS", "XY"]],
  [Code.I32LtSI, ["ltS", "XK"]],
  [Code.I32LtU, ["ltU", "XY"]],
  [Code.I32LtUI, ["ltU", "XK"]],
  [Code.I32GtS, ["gtS", "XY"]],
  [Code.I32GtSI, ["gtS", "XK"]],
  [Code.I32GtU, ["gtU", "XY"]],
  [Code.I32GtUI, ["gtU", "XK"]],
  [Code.I32LeS, ["leS", "XY"]],
  [Code.I32LeSI, ["leS", "XK"]],
  [Code.I32LeU, ["leU", "XY"]],
  [Code.I32LeUI, ["leU", "XK"]],
  [Code.I32GeS, ["geS", "XY"]],
  [Code.I32GeSI, ["geS", "XK"]],
  [Code.I32GeU, ["geU", "XY"]],
  [Code.I32GeUI, ["geU", "XK"]],
]);

const BRANCH_COMPARE: ReadonlyMap<Operation, readonly [CompareKind, Shape]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [CompareKind, Shape]
>([
  [Code.BrI32Eq, ["eq", "XY"]],
  [Code.BrI32EqI, ["eq", "XK"]],
  [Code.BrI32Ne, ["ne", "XY"]],
  [Code.BrI32NeI, ["ne", "XK"]],
  [Code.BrI32LtS, ["ltS", "XY"]],
  [Code.BrI32LtSI, ["ltS", "XK"]],
  [Code.BrI32LtU, ["ltU", "XY"]],
  [Code.BrI32LtUI, ["ltU", "XK"]],
  [Code.BrI32GtS, ["gtS", "XY"]],
  [Code.BrI32GtSI, ["gtS", "XK"]],
  [Code.BrI32GtU, ["gtU", "XY"]],
  [Code.BrI32GtUI, ["gtU", "XK"]],
  [Code.BrI32LeS, ["leS", "XY"]],
  [Code.BrI32LeSI, ["leS", "XK"]],
  [Code.BrI32LeU, ["leU", "XY"]],
  [Code.BrI32LeUI, ["leU", "XK"]],
  [Code.BrI32GeS, ["geS", "XY"]],
  [Code.BrI32GeSI, ["geS", "XK"]],
  [Code.BrI32GeU, ["geU", "XY"]],
  [Code.BrI32GeUI, ["geU", "XK"]],
]);

/** Comparisons of i64: the kind, and whether the second operand is an immediate. */
const COMPARE64: ReadonlyMap<Operation, readonly [CompareKind, boolean]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [CompareKind, boolean]
>([
  [Code.I64Eq, ["eq", false]],
  [Code.I64EqI, ["eq", true]],
  [Code.I64Ne, ["ne", false]],
  [Code.I64NeI, ["ne", true]],
  [Code.I64LtS, ["ltS", false]],
  [Code.I64LtSI, ["ltS", true]],
  [Code.I64LtU, ["ltU", false]],
  [Code.I64LtUI, ["ltU", true]],
  [Code.I64GtS, ["gtS", false]],
  [Code.I64GtSI, ["gtS", true]],
  [Code.I64GtU, ["gtU", false]],
  [Code.I64GtUI, ["gtU", true]],
  [Code.I64LeS, ["leS", false]],
  [Code.I64LeSI, ["leS", true]],
  [Code.I64LeU, ["leU", false]],
  [Code.I64LeUI, ["leU", true]],
  [Code.I64GeS, ["geS", false]],
  [Code.I64GeSI, ["geS", true]],
  [Code.I64GeU, ["geU", false]],
  [Code.I64GeUI, ["geU", true]],
]);

const BRANCH_COMPARE64: ReadonlyMap<Operation, readonly [CompareKind, boolean]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [CompareKind, boolean]
>([
  [Code.BrI64Eq, ["eq", false]],
  [Code.BrI64EqI, ["eq", true]],
  [Code.BrI64Ne, ["ne", false]],
  [Code.BrI64NeI, ["ne", true]],
  [Code.BrI64LtS, ["ltS", false]],
  [Code.BrI64LtSI, ["ltS", true]],
  [Code.BrI64LtU, ["ltU", false]],
  [Code.BrI64LtUI, ["ltU", true]],
  [Code.BrI64GtS, ["gtS", false]],
  [Code.BrI64GtSI, ["gtS", true]],
  [Code.BrI64GtU, ["gtU", false]],
  [Code.BrI64GtUI, ["gtU", true]],
  [Code.BrI64LeS, ["leS", false]],
  [Code.BrI64LeSI, ["leS", true]],
  [Code.BrI64LeU, ["leU", false]],
  [Code.BrI64LeUI, ["leU", true]],
  [Code.BrI64GeS, ["geS", false]],
  [Code.BrI64GeSI, ["geS", true]],
  [Code.BrI64GeU, ["geU", false]],
  [Code.BrI64GeUI, ["geU", true]],
]);

const FLOAT: ReadonlyMap<Operation, readonly [FloatKind, 32 | 64]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [FloatKind, 32 | 64]
>([
  [Code.F32Add, ["fAdd", 32]],
  [Code.F32Sub, ["fSub", 32]],
  [Code.F32Mul, ["fMul", 32]],
  [Code.F32Div, ["fDiv", 32]],
  [Code.F64Add, ["fAdd", 64]],
  [Code.F64Sub, ["fSub", 64]],
  [Code.F64Mul, ["fMul", 64]],
  [Code.F64Div, ["fDiv", 64]],
]);

const FLOAT_TESTS: ReadonlyMap<Operation, readonly [FloatTest, 32 | 64]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [FloatTest, 32 | 64]
>([
  [Code.F32Eq, ["fEq", 32]],
  [Code.F32Ne, ["fNe", 32]],
  [Code.F32Lt, ["fLt", 32]],
  [Code.F32Gt, ["fGt", 32]],
  [Code.F32Le, ["fLe", 32]],
  [Code.F32Ge, ["fGe", 32]],
  [Code.F64Eq, ["fEq", 64]],
  [Code.F64Ne, ["fNe", 64]],
  [Code.F64Lt, ["fLt", 64]],
  [Code.F64Gt, ["fGt", 64]],
  [Code.F64Le, ["fLe", 64]],
  [Code.F64Ge, ["fGe", 64]],
]);

const FLOAT_BRANCHES: ReadonlyMap<Operation, readonly [FloatTest, 32 | 64]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [FloatTest, 32 | 64]
>([
  [Code.BrF32Eq, ["fEq", 32]],
  [Code.BrF32Ne, ["fNe", 32]],
  [Code.BrF32Lt, ["fLt", 32]],
  [Code.BrF32Gt, ["fGt", 32]],
  [Code.BrF32Le, ["fLe", 32]],
  [Code.BrF32Ge, ["fGe", 32]],
  [Code.BrF64Eq, ["fEq", 64]],
  [Code.BrF64Ne, ["fNe", 64]],
  [Code.BrF64Lt, ["fLt", 64]],
  [Code.BrF64Gt, ["fGt", 64]],
  [Code.BrF64Le, ["fLe", 64]],
  [Code.BrF64Ge, ["fGe", 64]],
]);

/** With a NaN the opposite comparison is false too. */
const FLOAT_BRANCHES_NOT: ReadonlyMap<Operation, readonly [FloatTest, 32 | 64]> = /* @__PURE__ */ new Map<
  Operation,
  readonly [FloatTest, 32 | 64]
>([
  [Code.BrF32NotEq, ["fEq", 32]],
  [Code.BrF32NotNe, ["fNe", 32]],
  [Code.BrF32NotLt, ["fLt", 32]],
  [Code.BrF32NotGt, ["fGt", 32]],
  [Code.BrF32NotLe, ["fLe", 32]],
  [Code.BrF32NotGe, ["fGe", 32]],
  [Code.BrF64NotEq, ["fEq", 64]],
  [Code.BrF64NotNe, ["fNe", 64]],
  [Code.BrF64NotLt, ["fLt", 64]],
  [Code.BrF64NotGt, ["fGt", 64]],
  [Code.BrF64NotLe, ["fLe", 64]],
  [Code.BrF64NotGe, ["fGe", 64]],
]);

/** Operations that one node does where others would need several. */
export interface WholeOperations {
  readonly steps: ReadonlySet<Operation>;
  /** Those that branch, as conditions. */
  readonly tests: ReadonlySet<Operation>;
}

/** What a node's translation works on. */
export interface Translation {
  readonly operands: Operands;
  /** For nodes that are not inlined. */
  readonly whole: WholeOperations | undefined;
  emit(step: Tree): void;
  /** A trap at `node`, whose operands so far are `values`. */
  trapAt(node: CodeNode, values: readonly (readonly [at: number, value: Tree])[]): TrapPlan;
}

const ROTATE_LEFT: Binary = i32.rotl;
const ROTATE_RIGHT: Binary = i32.rotr;
const DIVISIONS: ReadonlyMap<Operation, Binary> = /* @__PURE__ */ new Map<Operation, Binary>([
  [Code.I32DivS, (x, y) => (y === 0 || (y === -1 && x === -0x80000000) ? NONE : (x / y) | 0)],
  [Code.I32DivU, (x, y) => (y === 0 ? NONE : ((x >>> 0) / (y >>> 0)) | 0)],
  [Code.I32RemS, (x, y) => (y === 0 ? NONE : (x % y) | 0)],
  [Code.I32RemU, (x, y) => (y === 0 ? NONE : ((x >>> 0) % (y >>> 0)) | 0)],
]);

const EXTEND8: Unary = (x) => (x << 24) >> 24;
const EXTEND16: Unary = (x) => (x << 16) >> 16;

/** Translates `node`, which does `op`. Returns whether it can. */
export function translate(t: Translation, node: CodeNode, op: Operation): boolean {
  const { operands } = t;
  const { d, a, b } = node;
  const setInt = (value: Tree): true => {
    operands.define(d, { kind: "i32", value });
    return true;
  };
  const setPair = (low: Tree, high: Tree): true => {
    operands.define(d, { kind: "i64", low, high });
    return true;
  };
  if (t.whole?.steps.has(op) && !(op === Code.I64Store && operands.floatAt(b) === "f64")) {
    doWhole(t, node, op);
    return true;
  }
  const integer = INTEGER.get(op);
  if (integer !== undefined) {
    const [kind, shape] = integer;
    if (shape === "XK") return setInt(binaryK(kind, operands.int(a), b));
    const y = operands.int(b);
    return setInt(binary(kind, operands.int(a), y));
  }
  const test = testOf(operands, node, op);
  if (test !== undefined) return setInt(tree("bit", test));
  const float = FLOAT.get(op);
  if (float !== undefined) {
    const [kind, bits] = float;
    if (bits === 64) {
      const y = operands.float64(b);
      operands.define(d, { kind: "f64", value: tree(kind, operands.float64(a), y) });
    } else {
      const y = operands.float32(b);
      operands.define(d, { kind: "f32", value: tree("fRound", tree(kind, operands.float32(a), y)) });
    }
    return true;
  }
  const division = DIVISIONS.get(op);
  if (division !== undefined) {
    const y = operands.int(b);
    const x = operands.int(a);
    const site = t.trapAt(node, [
      [a, x],
      [b, y],
    ]);
    return setInt(new Tree("checked", [tree("binary", division, x, y), site], [], true));
  }
  switch (op) {
    case Code.Nop:
      return true;
    case Code.Copy32:
      operands.move(d, a, 1);
      return true;
    case Code.Copy64:
      operands.move(d, a, 2);
      return true;
    case Code.Const32:
      return setInt(constant(b));
    case Code.Const64:
      return setPair(constant(b), constant(node.c));
    case Code.Select32: {
      const c = conditionOf(operands.int(node.c));
      const y = operands.simpleInt(b);
      return setInt(tree("select", c, operands.simpleInt(a), y));
    }
    case Code.Select64: {
      const c = conditionOf(operands.simpleInt(node.c));
      const [yl, yh] = operands.simplePair(b);
      const [xl, xh] = operands.simplePair(a);
      return setPair(tree("select", c, xl, yl), tree("select", c, xh, yh));
    }
    case Code.I32Rotl:
    case Code.I32Rotr: {
      const y = operands.int(b);
      const x = operands.int(a);
      return setInt(tree("binary", op === Code.I32Rotl ? ROTATE_LEFT : ROTATE_RIGHT, x, y));
    }
    case Code.I32RotlI:
    case Code.I32RotrI: {
      const x = operands.simpleInt(a);
      const left = (op === Code.I32RotlI ? b : -b) & 31;
      if (left === 0) return setInt(x);
      if (t.whole !== undefined) return setInt(tree("rotl", x, left));
      return setInt(tree("orXY", binaryK("shl", x, left), binaryK("shrU", x, 32 - left)));
    }
    case Code.I32Clz:
      return setInt(tree("clz", operands.int(a)));
    case Code.I32Extend8S:
      return setInt(tree("unary", EXTEND8, operands.int(a)));
    case Code.I32Extend16S:
      return setInt(tree("unary", EXTEND16, operands.int(a)));
    case Code.GlobalGet32:
      return setInt(new Tree("global", [a], [], true));
    case Code.GlobalGet64:
      return setPair(new Tree("global", [a], [], true), new Tree("globalHigh", [a], [], true));
    case Code.GlobalSet32: {
      const value = operands.int(a);
      operands.settleImpure();
      t.emit(tree("globalSet", b, value));
      return true;
    }
    case Code.GlobalSet64: {
      const [low, high] = operands.simplePair(a);
      operands.settleImpure();
      t.emit(tree("globalSet", b, low));
      t.emit(tree("globalSetHigh", b, high));
      return true;
    }
    case Code.F32Sqrt:
      operands.define(d, { kind: "f32", value: tree("fRound", tree("fSqrt", operands.float32(a))) });
      return true;
    case Code.F64Sqrt:
      operands.define(d, { kind: "f64", value: tree("fSqrt", operands.float64(a)) });
      return true;
    case Code.F32Neg:
      return setInt(binaryK("xor", operands.int(a), -0x80000000));
    case Code.F32Abs:
      return setInt(binaryK("and", operands.int(a), 0x7fffffff));
    case Code.F64Neg:
    case Code.F64Abs: {
      const [low, high] = operands.pair(a);
      const sign = op === Code.F64Neg ? binaryK("xor", high, -0x80000000) : binaryK("and", high, 0x7fffffff);
      return setPair(low, sign);
    }
    case Code.F64ConvertI32S:
      operands.define(d, { kind: "f64", value: operands.int(a) });
      return true;
    case Code.F64ConvertI32U:
      operands.define(d, { kind: "f64", value: tree("unsigned", operands.int(a)) });
      return true;
    case Code.F32ConvertI32S:
      operands.define(d, { kind: "f32", value: tree("fRound", operands.int(a)) });
      return true;
    case Code.F32ConvertI32U:
      operands.define(d, { kind: "f32", value: tree("fRound", tree("unsigned", operands.int(a))) });
      return true;
    default:
      return (
        translateMemory(t, node, op) ||
        translateWide(operands, node, op, t) ||
        // There are no fused nodes of vectors: the loop for them has nodes as large.
        (t.whole === undefined && (node.owner.module.parts.vectors?.translate(t, node, op) ?? false))
      );
  }
}

/** The operation as one node, with its operands in registers. */
function doWhole({ operands, emit }: Translation, node: CodeNode, op: Operation): void {
  // Some of these are no registers; that does not matter.
  for (const at of [node.b, node.a, node.c]) operands.settle(at);
  operands.settleImpure();
  operands.overwrite(node.d, 2);
  emit(tree("operation", { node, refund: 0, isBehind: false }, op));
}

/** Words of registers that nodes read as doubles. */
export function doublesIn(nodes: readonly CodeNode[]): ReadonlySet<number> {
  const doubles = new Set<number>();
  for (const node of nodes) {
    const op = operationOf(node);
    for (const at of node.owner.module.parts.vectors?.doublesOf(node, op) ?? []) doubles.add(at);
    const arithmetic = FLOAT.get(op) ?? FLOAT_TESTS.get(op) ?? FLOAT_BRANCHES.get(op);
    if (arithmetic?.[1] !== 64 && op !== Code.F64Sqrt) continue;
    doubles.add(node.a);
    if (op !== Code.F64Sqrt) doubles.add(node.b);
  }
  return doubles;
}

// ------------------------------------------------------------------ conditions

/** The condition on which a branching node branches, or `undefined` if it is none of these. */
export function branchTest(
  { operands, whole }: Translation,
  node: CodeNode,
  op: Operation,
): Tree | undefined {
  const { a, b } = node;
  if (whole?.tests.has(op)) {
    operands.settle(b);
    operands.settle(a);
    return new Tree("condition", [{ node, refund: 0, isBehind: false }, op], [a, a + 1, b, b + 1]);
  }
  switch (op) {
    case Code.BrIfNonZero:
      return conditionOf(operands.int(a));
    case Code.BrIfZero:
      return negate(conditionOf(operands.int(a)));
    case Code.BrI32And:
    case Code.BrI32Nand: {
      const y = operands.int(b);
      return tree(op === Code.BrI32And ? "isSet" : "isZero", tree("andXY", operands.int(a), y));
    }
    case Code.BrI32AndI:
    case Code.BrI32NandI:
      return tree(op === Code.BrI32AndI ? "isSet" : "isZero", tree("andXK", operands.int(a), b));
    case Code.BrI64Eqz:
    case Code.BrI64Nez: {
      const [low, high] = operands.pair(a);
      return tree(op === Code.BrI64Eqz ? "isZero" : "isSet", tree("orXY", low, high));
    }
    default:
      break;
  }
  const compare = BRANCH_COMPARE.get(op);
  if (compare !== undefined) return compare32(operands, node, compare);
  const wide = BRANCH_COMPARE64.get(op);
  if (wide !== undefined) return compare64(operands, node, wide);
  const float = FLOAT_BRANCHES.get(op);
  if (float !== undefined) return compareFloat(operands, node, float);
  const inverse = FLOAT_BRANCHES_NOT.get(op);
  return inverse === undefined ? undefined : tree("not", compareFloat(operands, node, inverse));
}

function testOf(operands: Operands, node: CodeNode, op: Operation): Tree | undefined {
  if (op === Code.I32Eqz) return negate(conditionOf(operands.int(node.a)));
  if (op === Code.I64Eqz) {
    const [low, high] = operands.pair(node.a);
    return tree("isZero", tree("orXY", low, high));
  }
  const compare = COMPARE.get(op);
  if (compare !== undefined) return compare32(operands, node, compare);
  const wide = COMPARE64.get(op);
  if (wide !== undefined) return compare64(operands, node, wide);
  const float = FLOAT_TESTS.get(op);
  return float === undefined ? undefined : compareFloat(operands, node, float);
}

/** Whether an i32 is not zero. */
export function conditionOf(value: Tree): Tree {
  return value.kind === "bit" ? (value.operands[0] as Tree) : tree("isSet", value);
}

function negate(test: Tree): Tree {
  if (test.kind === "isSet") return tree("isZero", test.operands[0] as Tree);
  if (test.kind === "isZero") return tree("isSet", test.operands[0] as Tree);
  return tree("not", test);
}

function compare32(
  operands: Operands,
  { a, b }: CodeNode,
  [kind, shape]: readonly [CompareKind, Shape],
): Tree {
  const y = shape === "XK" ? constant(b) : operands.int(b);
  return compareWords(kind, operands.int(a), y);
}

function compareWords(kind: CompareKind, x: Tree, y: Tree): Tree {
  if (y.kind === "constant") return tree(`${kind}XK`, x, y.operands[0] as number);
  return tree(`${kind}XY`, x, y);
}

const STRICT: Readonly<Record<Exclude<CompareKind, "eq" | "ne">, CompareKind>> = {
  ltS: "ltS",
  leS: "ltS",
  gtS: "gtS",
  geS: "gtS",
  ltU: "ltU",
  leU: "ltU",
  gtU: "gtU",
  geU: "gtU",
};
const UNSIGNED: Readonly<Record<Exclude<CompareKind, "eq" | "ne">, CompareKind>> = {
  ltS: "ltU",
  leS: "leU",
  gtS: "gtU",
  geS: "geU",
  ltU: "ltU",
  leU: "leU",
  gtU: "gtU",
  geU: "geU",
};

function compare64(
  operands: Operands,
  { a, b }: CodeNode,
  [kind, immediate]: readonly [CompareKind, boolean],
): Tree {
  const [yl, yh]: Pair = immediate ? [constant(b), constant(b >> 31)] : operands.simplePair(b);
  const [xl, xh] = operands.simplePair(a);
  if (kind === "eq") return tree("both", compareWords("eq", xl, yl), compareWords("eq", xh, yh));
  if (kind === "ne") return tree("either", compareWords("ne", xl, yl), compareWords("ne", xh, yh));
  const equal = tree("both", compareWords("eq", xh, yh), compareWords(UNSIGNED[kind], xl, yl));
  return tree("either", compareWords(STRICT[kind], xh, yh), equal);
}

function compareFloat(
  operands: Operands,
  { a, b }: CodeNode,
  [kind, bits]: readonly [FloatTest, 32 | 64],
): Tree {
  if (bits === 64) {
    const y = operands.float64(b);
    return tree(kind, operands.float64(a), y);
  }
  const y = operands.float32(b);
  return tree(kind, operands.float32(a), y);
}

// ------------------------------------------------------------------ words

function binary(kind: IntKind, x: Tree, y: Tree): Tree {
  return y.kind === "constant" ? binaryK(kind, x, y.operands[0] as number) : tree(`${kind}XY`, x, y);
}

function binaryK(kind: IntKind, x: Tree, k: number): Tree {
  if (k === 0 && kind !== "and" && kind !== "mul") return kind === "shrU" ? x : x;
  return tree(`${kind}XK`, x, k);
}

// ------------------------------------------------------------------ i64, as pairs of words

function translateWide(operands: Operands, node: CodeNode, op: Operation, t: Translation): boolean {
  const { d, a, b, c } = node;
  const define = (low: Tree, high: Tree): true => {
    operands.define(d, { kind: "i64", low, high });
    return true;
  };
  const bitwise = (kind: IntKind, [xl, xh]: Pair, [yl, yh]: Pair): true =>
    define(binary(kind, xl, yl), binary(kind, xh, yh));
  const immediate: Pair = [constant(b), constant(c)];
  switch (op) {
    case Code.I64And:
    case Code.I64Or:
    case Code.I64Xor: {
      const y = operands.pair(b);
      return bitwise(op === Code.I64And ? "and" : op === Code.I64Or ? "or" : "xor", operands.pair(a), y);
    }
    case Code.I64AndI:
    case Code.I64OrI:
    case Code.I64XorI:
      return bitwise(
        op === Code.I64AndI ? "and" : op === Code.I64OrI ? "or" : "xor",
        operands.pair(a),
        immediate,
      );
    case Code.I64Add:
    case Code.I64AddI: {
      const [yl, yh] = op === Code.I64AddI ? immediate : operands.simplePair(b);
      const [xl, xh] = operands.simplePair(a);
      const low = binary("add", xl, yl);
      return define(low, tree("addXY", binary("add", xh, yh), tree("bit", compareWords("ltU", low, xl))));
    }
    case Code.I64Sub:
    case Code.I64SubI: {
      const [yl, yh] = op === Code.I64SubI ? immediate : operands.simplePair(b);
      const [xl, xh] = operands.simplePair(a);
      const borrow = tree("bit", compareWords("ltU", xl, yl));
      return define(binary("sub", xl, yl), tree("subXY", binary("sub", xh, yh), borrow));
    }
    case Code.I64Mul:
    case Code.I64MulI:
      return multiply(t, node, op === Code.I64MulI);
    case Code.I64ExtendI32S: {
      const x = operands.simpleInt(a);
      return define(x, binaryK("shrS", x, 31));
    }
    case Code.I64ExtendI32U:
      return define(operands.int(a), constant(0));
    case Code.I64Swap: {
      const [low, high] = operands.pair(a);
      return define(high, low);
    }
    case Code.I64ShlHigh:
      return define(constant(0), binaryK("shl", operands.int(a), b));
    case Code.I64ShrUHigh: {
      const [, high] = operands.simplePair(a);
      return define(binaryK("shrU", high, b), constant(0));
    }
    case Code.I64ShrSHigh: {
      const [, high] = operands.simplePair(a);
      return define(binaryK("shrS", high, b), binaryK("shrS", high, 31));
    }
    case Code.I64ShlLow:
    case Code.I64ShrULow:
    case Code.I64ShrSLow:
    case Code.I64RotlLow:
    case Code.I64RotlHigh: {
      const [low, high] = operands.simplePair(a);
      const join = (x: Tree, y: Tree, left: number): Tree =>
        left === 0 ? x : tree("orXY", binaryK("shl", x, left), binaryK("shrU", y, 32 - left));
      if (op === Code.I64ShlLow) return define(binaryK("shl", low, b), join(high, low, b));
      if (op === Code.I64RotlLow) return define(join(low, high, b), join(high, low, b));
      if (op === Code.I64RotlHigh) return define(join(high, low, b), join(low, high, b));
      const top = binaryK(op === Code.I64ShrULow ? "shrU" : "shrS", high, b);
      return define(tree("orXY", binaryK("shrU", low, b), binaryK("shl", high, 32 - b)), top);
    }
    default:
      return false;
  }
}

/** 64-bit products of 16-bit parts; what is used twice goes through the counters' spare words. */
function multiply(t: Translation, node: CodeNode, immediate: boolean): true {
  const { operands, emit } = t;
  const { d, a, b, c } = node;
  const [yl, yh]: Pair = immediate ? [constant(b), constant(c)] : operands.simplePair(b);
  const [xl, xh] = operands.simplePair(a);
  const low16 = (x: Tree): Tree =>
    x.kind === "constant" ? constant((x.operands[0] as number) & 0xffff) : tree("andXK", x, 0xffff);
  const high16 = (x: Tree): Tree =>
    x.kind === "constant" ? constant((x.operands[0] as number) >>> 16) : tree("shrUXK", x, 16);
  const x0 = low16(xl);
  const x1 = high16(xl);
  const y0 = low16(yl);
  const y1 = high16(yl);
  operands.overwrite(d, 2);
  const middle = tree("addXY", binary("mul", x1, y0), binaryK("shrU", binary("mul", x0, y0), 16));
  emit(tree("hold", Counter.Spare, middle));
  const held = tree("held", Counter.Spare);
  const side = tree("addXY", tree("andXK", held, 0xffff), binary("mul", x0, y1));
  const carries = tree("addXY", binaryK("shrU", held, 16), binaryK("shrU", side, 16));
  const cross = tree("addXY", binary("mul", xl, yh), binary("mul", xh, yl));
  const high = tree("addXY", tree("addXY", binary("mul", x1, y1), carries), cross);
  const low = binary("mul", xl, yl);
  // The high word goes first, and no operand may be overwritten by it.
  if (low.reads.includes(d + 1)) {
    emit(tree("hold", Counter.Spare + 1, low));
    emit(tree("set", d + 1, high));
    emit(tree("set", d, tree("held", Counter.Spare + 1)));
  } else {
    emit(tree("set", d + 1, high));
    emit(tree("set", d, low));
  }
  return true;
}

// ------------------------------------------------------------------ memory

function addressOf({ operands }: Translation, node: CodeNode): Address {
  return { base: operands.int(node.a), offset: node.c };
}

/** As {@link addressOf}, for an address that is used twice. */
function simpleAddressOf({ operands }: Translation, node: CodeNode): Address {
  return { base: operands.simpleInt(node.a), offset: node.c };
}

function siteOf(t: Translation, node: CodeNode, { base }: Address): TrapPlan {
  return t.trapAt(node, [[node.a, base]]);
}

function translateMemory(t: Translation, node: CodeNode, op: Operation): boolean {
  const { operands } = t;
  const { d, b } = node;
  const setInt = (value: Tree): true => {
    operands.define(d, { kind: "i32", value });
    return true;
  };
  const setSigned = (value: Tree): true => {
    operands.define(d, { kind: "i32", value });
    const low = operands.simpleInt(d);
    operands.define(d, { kind: "i64", low, high: binaryK("shrS", low, 31) });
    return true;
  };
  const part = (kind: "load8" | "load16"): Tree => {
    const address = addressOf(t, node);
    return loadPart(kind, address, siteOf(t, node, address));
  };
  const whole = (): Tree => {
    const address = addressOf(t, node);
    return loadWord(address, 0, siteOf(t, node, address));
  };
  switch (op) {
    case Code.I32Load: {
      const address = addressOf(t, node);
      operands.define(d, { kind: "load32", address, site: siteOf(t, node, address) });
      return true;
    }
    case Code.I64Load: {
      const address = simpleAddressOf(t, node);
      operands.define(d, { kind: "load64", address, site: siteOf(t, node, address) });
      return true;
    }
    case Code.I32Load8U:
      return setInt(part("load8"));
    case Code.I32Load8S:
      return setInt(tree("unary", EXTEND8, part("load8")));
    case Code.I32Load16U:
      return setInt(part("load16"));
    case Code.I32Load16S:
      return setInt(tree("unary", EXTEND16, part("load16")));
    case Code.I64Load8U:
      operands.define(d, { kind: "i64", low: part("load8"), high: constant(0) });
      return true;
    case Code.I64Load16U:
      operands.define(d, { kind: "i64", low: part("load16"), high: constant(0) });
      return true;
    case Code.I64Load32U:
      operands.define(d, { kind: "i64", low: whole(), high: constant(0) });
      return true;
    case Code.I64Load8S:
      return setSigned(tree("unary", EXTEND8, part("load8")));
    case Code.I64Load16S:
      return setSigned(tree("unary", EXTEND16, part("load16")));
    case Code.I64Load32S:
      return setSigned(whole());
    case Code.I32Store:
    case Code.I32StoreI: {
      const isFloat = op === Code.I32Store && operands.floatAt(b) === "f32";
      const value = op === Code.I32StoreI ? constant(b) : isFloat ? operands.float32(b) : operands.int(b);
      store(t, node, isFloat ? "storeF32" : "store32", addressOf(t, node), value);
      return true;
    }
    case Code.I32Store8:
    case Code.I32Store8I:
    case Code.I32Store16:
    case Code.I32Store16I: {
      const immediate = op === Code.I32Store8I || op === Code.I32Store16I;
      const value = immediate ? constant(b) : operands.int(b);
      const kind = op === Code.I32Store8 || op === Code.I32Store8I ? "store8" : "store16";
      store(t, node, kind, addressOf(t, node), value);
      return true;
    }
    case Code.I64Store: {
      if (operands.floatAt(b) === "f64") {
        const value = operands.float64(b);
        store(t, node, "storeF64", addressOf(t, node), value);
        return true;
      }
      // The value may come from where the first store goes.
      const [low, high] = operands.simplePair(b);
      const address = simpleAddressOf(t, node);
      // The high word first: if it is inside the memory, so is the low one.
      store(t, node, "store32", { base: address.base, offset: address.offset + 4 }, high, address);
      store(t, node, "store32", address, low);
      return true;
    }
    default:
      return false;
  }
}

/** A store of `value`; where it traps, the operand at `trapped` is told. */
export function store(
  t: Translation,
  node: CodeNode,
  kind: NodeKind,
  address: Address,
  value: Tree,
  trapped = address,
): void {
  t.operands.settleImpure();
  t.emit(tree("checkedStep", tree(kind, addressTree(address), value), siteOf(t, node, trapped)));
}
