// Runs every operation of the loop once, before a compiler of the JavaScript engine looks at it.
// Without it V8 optimises the loop for the operations seen so far and throws the code away at each new one:
// 15 to 17 times in a run of CPython, half a second each. When it happens is said by run/slices.ts.

import { decodeModule } from "../decoder/decode.ts";
import { Trap } from "../errors.ts";
import { FEATURES } from "../isa/features.ts";
import { DEFAULT_LIMITS, DEFAULT_MODULE_LIMITS } from "../limits.ts";
import { TypeRegistry } from "../module/type-registry.ts";
import { HeapType, NumType, refType } from "../module/types.ts";
import { FunctionInstance } from "../runtime/function.ts";
import { type ObjectType, StructObject } from "../runtime/gc.ts";
import { instantiate } from "../runtime/instantiate.ts";
import { StoreState } from "../runtime/store.ts";
import { ModuleValidator } from "../validator/module-validator.ts";
import { Code, PAIRS, WARM_UPS, WarmUp } from "./code/code.ts";
import { CodeNode, FunctionCode } from "./code/node.ts";
import type { DataOf } from "./code/node-data.ts";
import { type CompilerOptions, ModuleCompiler } from "./lower/module-compiler.ts";
import { type Interpreter, POOLED_CALLERS } from "./run/interpreter.ts";

/** `(module (func) (table 1 funcref) (elem (i32.const 0) 0) (memory 1) (global (mut i64) (i64.const 0)))` */
const MODULE = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00,
  0x04, 0x04, 0x01, 0x70, 0x00, 0x01, 0x05, 0x03, 0x01, 0x00, 0x01, 0x06, 0x06, 0x01, 0x7e, 0x01, 0x42, 0x00,
  0x0b, 0x09, 0x07, 0x01, 0x00, 0x41, 0x00, 0x0b, 0x01, 0x00, 0x0a, 0x04, 0x01, 0x02, 0x00, 0x0b,
];

/**
 * What the operands are, word by word: small and large integers, doubles, NaNs; none is zero where an
 * operation divides by it. Words 0 and 6 are addresses, one aligned. As immediates the offsets are valid too.
 */
const WORDS = [
  8, 0, 0x7fffffff, -5, 1, 0x3ff80000, 3, 1, -2_000_000_000, 0x7ffffff1, 1, 1, 0x7fc00000, 0x7ff80000, 0, 0,
];
/** Of an i64 that is zero, and of a reference that is not null. */
const ZERO = 14;
const REFERENCE = 12;
/** Less, greater, equal; small, large; with NaN; zero. The second may be an immediate. */
const OPERANDS = [
  [0, 6],
  [6, 0],
  [2, 8],
  [8, 2],
  [0, 0],
  [4, 12],
  [12, 12],
  [1, 3],
  [0, 8],
  [ZERO, 8],
] as const;
/**
 * A register, and a number that carries, overflows as a factor, is negative. Only for operations on i64: with such numbers
 * in those on i32 `sha256` took 5 % longer.
 */
const IMMEDIATES = [
  [0, 3],
  [2, 0x7fffffff],
  [8, -2_000_000_000],
  [6, 1_103_515_245],
  [12, -1],
] as const;
/** V8 begins to collect feedback in a function after 940 bytes of its bytecode; the shortest have 15. */
const CALLS = 6;
const ADDRESSES = [
  [0, 2],
  [6, 8],
] as const;
/** Operations outside of WARM_UPS name a global, an edge or a callee by their operands. */
const INDICES = [
  [0, 0],
  [0, 0],
] as const;
const TRUE = 10;
const FALSE = 1;
const NEGATIVE = 3;
const RESULT = 24;
const CALLEE = 40;
const FRAME = 64;
const LARGE_FRAME = 1024;
/** More than a slice of fuel has. */
const LARGE_FUEL = 2 ** 19;
const ROUNDS = 2;

/** Warms the loop up. */
export function warmUp(interpreter: Interpreter, options: CompilerOptions): void {
  const registry = new TypeRegistry();
  const limits = DEFAULT_MODULE_LIMITS;
  const { tables, rules } = options;
  const validator = new ModuleValidator({ features: new Set(FEATURES), limits, registry, rules });
  const module = decodeModule(Uint8Array.from(MODULE), { tables, limits }, validator);
  const compiler = new ModuleCompiler(validator.finish(module), options);
  const store = new StoreState(registry, DEFAULT_LIMITS, undefined);
  store.exceptions = {
    toException: () => undefined,
    toError: () => new Error("no exception is thrown here"),
  };
  const instance = instantiate(compiler, store, []);
  const { type, typeId } = instance.func(0);
  const makeFunction = (nodesOf: (code: FunctionCode) => CodeNode[]): FunctionInstance => {
    const code = new FunctionCode(compiler, 0, 0, type);
    code.frameWords = FRAME;
    code.entry = chain(nodesOf(code));
    code.isSlow = false;
    return FunctionInstance.guest(typeId, type, instance, code);
  };
  const struct = new StructObject(structType(store), [1, null]);
  const abroad = instantiate(compiler, store, []).func(0);
  instance.tables[0]!.elements.push(abroad);
  const all = makeFunction((code) => nodesOf(code, typeId, struct, [instance.func(0), abroad]));
  const faults = [
    makeFunction((code) => [new CodeNode(code, Code.Unreachable, 0, 0, 0, 0, null)]),
    makeFunction((code) => [new CodeNode(code, Code.CallIndirect, RESULT, FALSE, typeId + 1, 0, null)]),
  ];
  // V8 begins to collect feedback only after some hundred bytes of bytecode: the first round partly misses it.
  for (let round = 0; round < ROUNDS; round++) {
    interpreter.call(store, all, []);
    for (const fault of faults) expectTrap(() => interpreter.call(store, fault, []));
  }
}

function expectTrap(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Trap)) throw error;
  }
}

/** Links nodes one behind the other; branches lead there too. Returns the first. */
function chain(nodes: readonly CodeNode[]): CodeNode {
  nodes.forEach((node, k) => {
    node.next = nodes[k + 1] ?? node;
    // Of a call, its way back from another instance, which is made when it is needed.
    if (node.op !== Code.CallIndirect && node.op !== Code.CallRef) node.target = node.next;
    if (node.op === Code.BrTable) (node.data as DataOf<Code.BrTable>)[0] = node;
  });
  return nodes[0]!;
}

/** A struct type with a number and a reference. */
function structType({ registry, heap }: StoreState): ObjectType {
  const fields = [NumType.I32, refType(HeapType.Any, true)].map((type) => ({ type, mutable: true }));
  const composite = { kind: "struct", fields } as const;
  const [id] = registry.addModuleTypes(
    [{ final: true, supertypes: [], composite }],
    [{ start: 0, count: 1 }],
  );
  return heap.typeOf(registry.definedType(id!));
}

/** Nodes that execute every operation, one after another. */
function nodesOf(
  code: FunctionCode,
  typeId: number,
  struct: StructObject,
  callees: readonly FunctionInstance[],
): CodeNode[] {
  const nodes: CodeNode[] = [];
  const add = (op: Code, d = RESULT, a = 0, b = 0, c = 0): void => {
    nodes.push(new CodeNode(code, op, d, a, b, c, null));
  };
  for (let at = 0; at < WORDS.length; at += 2) {
    add(Code.Const64, at, 0, WORDS[at]!, WORDS[at + 1]!);
  }
  nodes.push(new CodeNode(code, Code.ConstRef, REFERENCE, 0, 0, 0, struct));
  const kinds = new Map<Code, WarmUp>(WARM_UPS);
  for (const op of [...kinds.keys(), ...OTHERS]) addSequence(nodes, code, kinds, [op]);
  for (const [first, second, both] of PAIRS) addSequence(nodes, code, kinds, [first, second], both);
  // Elements 0 and 1.
  for (const index of [FALSE, TRUE]) add(Code.CallIndirect, CALLEE, index, typeId, 0);
  nodes.push(makeCall(code, new CodeNode(code, Code.Return, 0, 0, 0, 0, null), LARGE_FUEL));
  nodes.push(makeDeepCall(code));
  // An index that is a small integer, and one that is not.
  for (const index of [TRUE, NEGATIVE]) {
    nodes.push(new CodeNode(code, Code.BrTable, RESULT, index, 0, 0, []));
  }
  for (const callee of callees) {
    nodes.push(new CodeNode(code, Code.ConstRef, RESULT, 0, 0, 0, callee));
    add(Code.CallRef, CALLEE, RESULT);
  }
  for (const op of [Code.StructGet32, Code.StructSet32]) add(op, RESULT, REFERENCE, RESULT, 0);
  for (const op of [Code.StructGetRef, Code.StructSetRef]) add(op, RESULT, REFERENCE, RESULT, 1);
  for (const op of SOME_RARE) add(op, RESULT, 0, 8, 0);
  add(Code.LoopHeader);
  add(Code.Tick);
  add(Code.Return);
  return nodes;
}

/** Adds the operations, with several operands; the first node gets `both` where two are executed as one. */
function addSequence(
  nodes: CodeNode[],
  code: FunctionCode,
  kinds: ReadonlyMap<Code, WarmUp>,
  ops: readonly Code[],
  both = ops[0]!,
): void {
  const some = (kind: WarmUp | undefined): boolean => ops.some((op) => kinds.get(op) === kind);
  const memory = some(WarmUp.Memory);
  const operands = memory ? ADDRESSES : some(undefined) ? INDICES : OPERANDS;
  const immediates = ops.length === 1 && some(WarmUp.Immediate) ? IMMEDIATES : [];
  const calls = some(WarmUp.Call) ? Array.from({ length: CALLS }, () => OPERANDS).flat() : [];
  for (const [a, b] of [...operands, ...immediates, ...calls]) {
    const sequence = ops.map((op) => makeNode(code, op, a, b, kinds));
    sequence[0]!.op = both;
    if (RETURNS.includes(ops[ops.length - 1]!)) nodes.push(makeCall(code, chain(sequence)));
    else nodes.push(...sequence);
  }
}

/** Branches that are taken and not, and enough others for V8 to see that there are many. */
const SOME_RARE = [
  Code.BrI64LeS,
  Code.BrI64GtS,
  Code.I32LeS,
  Code.I32Popcnt,
  Code.I64Clz,
  Code.I64GtU,
  Code.F64Ceil,
  Code.F64Eq,
];

/** Operations that the generator leaves to this file. */
const RETURNS: readonly Code[] = [Code.Return32, Code.Return64, Code.Return];
const OTHERS: readonly Code[] = [
  Code.GlobalGet32,
  Code.GlobalGet64,
  Code.GlobalSet64,
  Code.GlobalSet32,
  Code.Const128,
  Code.Call,
  ...RETURNS,
];

function makeNode(
  code: FunctionCode,
  op: Code,
  a: number,
  b: number,
  kinds: ReadonlyMap<Code, WarmUp>,
): CodeNode {
  if (op === Code.Call) return makeCall(code, new CodeNode(code, Code.Return, 0, 0, 0, 0, null));
  const kind = kinds.get(op);
  // An offset; the second word of an immediate; a condition.
  const c = kind === WarmUp.Memory ? 0 : kind === WarmUp.Immediate ? b : a < b ? TRUE : FALSE;
  const data = op === Code.Const128 ? new Int32Array(4) : null;
  const [x, y] = kinds.has(op) ? [a, b] : [0, 0];
  return new CodeNode(code, op, RESULT, x, y, c, data);
}

/** A call so deep that what it leaves of the list of callers is not kept: it grows each time. */
function makeDeepCall(code: FunctionCode): CodeNode {
  let call = makeCall(code, new CodeNode(code, Code.Return, 0, 0, 0, 0, null));
  for (let depth = 0; depth < POOLED_CALLERS; depth++) {
    call = makeCall(code, chain([call, new CodeNode(code, Code.Return, 0, 0, 0, 0, null)]));
  }
  return call;
}

function makeCall(code: FunctionCode, entry: CodeNode, entryFuel = 0): CodeNode {
  const callee = new FunctionCode(code.module, 0, 0, code.type);
  callee.entryFuel = entryFuel;
  // Larger than the register file is at first: growing it is part of the exercise.
  callee.frameWords = LARGE_FRAME;
  callee.zeroTo = 2;
  callee.refLocals = [0];
  callee.entry = entry;
  callee.isSlow = false;
  return new CodeNode(code, Code.Call, CALLEE, 0, 0, 0, callee);
}
