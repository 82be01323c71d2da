// Runs the frequent vector operations before a compiler of the JavaScript engine looks at their loop, as warm-up.ts
// does for the main one; but only once vectors are used. Each operation seen for the first time would otherwise throw
// the loop's compiled code away.

import { INSTRUCTIONS } from "../isa/instructions.ts";
import { Op } from "../isa/op.ts";
import { Code, PAIRS, WARM_UPS, WarmUp } from "./code/code.ts";
import { CodeNode, type FunctionCode } from "./code/node.ts";
import {
  FIRST_VECTOR,
  LAST_VECTOR,
  type MemoryAccess,
  SHIFT_BY_IMMEDIATE,
  VectorCode,
} from "./code/operations.ts";
import { executeVectors, FREQUENT, FREQUENT_ACCESSES, SHARED, type VectorState } from "./vector-loop.ts";

/** Four vectors: small integers, large ones, floats and NaNs, doubles and NaNs. Word 16 is an address, as is 17. */
const WORDS = [
  1, -2, 3, 0x00ff0004, -0x80000000, 0x7fffffff, -2_000_000_000, 0x7ffffff1, 0x3f800000, 0x7fc00000,
  0x40490fdb, -0x40800000, 0, 0x3ff80000, 0, 0x7ff80000, 0, 3,
];
const VECTORS = [
  [0, 4],
  [4, 0],
  [8, 4],
  [8, 8],
  [12, 8],
  [12, 12],
  [4, 4],
] as const;
/** Less, greater, equal; small and large; zero; numbers and NaNs. */
const NUMBERS = [
  [0, 4],
  [4, 0],
  [5, 6],
  [0, 0],
  [12, 5],
  [12, 12],
  [8, 9],
  [14, 8],
] as const;
const ADDRESSES = [16, 17];
const RESULT = 20;
const FRAME = 32;
const MEMORY_BYTES = 64;
/** V8 begins to collect feedback only after some hundred bytes of bytecode: the first round partly misses it. */
const ROUNDS = 2;

let done = false;

/** A state that nothing else uses, whose memory 0 can be given. */
type ScratchState = { -readonly [Key in keyof VectorState]: VectorState[Key] };

/** Warms the vector loop up in a fresh state, the first time it is called in this process. */
export function warmUpVectors(makeState: () => ScratchState, owner: FunctionCode): void {
  if (done) return;
  done = true;
  const ex = makeState();
  // Limits may leave no room, and then nothing that is worth optimising runs either.
  if (ex.R.length < FRAME) return;
  const memory = new ArrayBuffer(MEMORY_BYTES);
  ex.u8 = new Uint8Array(memory);
  ex.i32 = new Int32Array(memory);
  ex.memoryLength = MEMORY_BYTES;
  const nodes: CodeNode[] = [];
  const add = (op: number, d: number, a: number, b: number, c: number, data: unknown = null): void => {
    nodes.push(new CodeNode(owner, op as Code, d, a, b, c, data));
  };
  const others = otherOperations();
  for (const [a, b] of VECTORS) {
    for (const op of FREQUENT) {
      add(op, RESULT, a, b, 0);
      add(op, RESULT, a, b, SHIFT_BY_IMMEDIATE);
    }
    for (const lanes of [
      [0, 5, 2, 7],
      [4, 1, 6, 3],
    ]) {
      add(VectorCode.ShuffleWords, RESULT, a, b, 0, Int32Array.from(lanes));
    }
    add(VectorCode.RotateWords, RESULT, a, 0, 8);
    add(Op.I8x16Shuffle, RESULT, a, b, 0, new Uint8Array(16).fill(17, 8));
    for (const op of others) add(op, RESULT, a, b, 0);
    add(Code.Const128, RESULT, 0, 0, 0, new Int32Array(4));
    add(Code.Copy128, RESULT, a, 0, 0);
  }
  const access: MemoryAccess = { memIdx: 0, offset: 0, is64: false, bytes: 1, lane: 0 };
  for (const op of FREQUENT_ACCESSES) {
    for (const a of ADDRESSES) add(op, op === Op.V128Store ? -1 : RESULT, a, 4, 0, access);
  }
  addShared(add);
  // Not one of the shared operations: the loop ends here.
  add(Code.Return, -1, 0, 0, 0);
  nodes.forEach((node, k) => {
    node.next = nodes[k + 1] ?? node;
    node.target = node.next;
  });
  for (let round = 0; round < ROUNDS; round++) {
    ex.R.set(WORDS);
    executeVectors(ex, nodes[0]!, 0);
  }
}

/** Vector instructions that are calls: on registers, without immediates beside a lane. */
function otherOperations(): Op[] {
  const others: Op[] = [];
  for (const [number, row] of Object.entries(INSTRUCTIONS)) {
    const op = Number(number) as Op;
    const isVector = op >= FIRST_VECTOR && op <= LAST_VECTOR && row.accessBytes === 0;
    if (isVector && op !== Op.V128Const && op !== Op.I8x16Shuffle && !FREQUENT.includes(op)) others.push(op);
  }
  return others;
}

/** The main loop's operations that the vector loop executes too. */
function addShared(add: (op: number, d: number, a: number, b: number, c: number) => void): void {
  const kinds = new Map<Code, WarmUp>(WARM_UPS);
  const addSequence = (ops: readonly Code[], both: Code): void => {
    const memory = ops.some((op) => kinds.get(op) === WarmUp.Memory);
    const operands = memory ? ADDRESSES.map((a) => [a, 4] as const) : NUMBERS;
    for (const [a, b] of operands) {
      ops.forEach((op, k) => {
        // `c` is an offset, or the condition of a selection.
        add(k === 0 ? both : op, RESULT, a, b, memory ? 0 : a);
      });
    }
  };
  for (const op of SHARED) if (kinds.has(op)) addSequence([op], op);
  for (const [first, second, both] of PAIRS) if (SHARED.includes(both)) addSequence([first, second], both);
}
