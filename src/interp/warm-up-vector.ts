// Runs the frequent vector operations before a compiler of the JavaScript engine looks at their loop, as warm-up.ts
// does for the main one; but only once vectors are used. Each operation seen for the first time would otherwise throw
// the loop's compiled code away.

import { Op } from "../isa/op.ts";
import { Code } from "./code.ts";
import type { ExecutionState } from "./execution-state.ts";
import { CodeNode, type FunctionCode } from "./node.ts";
import { type MemoryAccess, SHIFT_BY_IMMEDIATE, VectorCode } from "./operations.ts";
import { executeVectors, FREQUENT, FREQUENT_ACCESSES } from "./vector.ts";

/** Four vectors: small integers, large ones, floats and NaNs, doubles and NaNs. Word 16 is an address, as is 17. */
const WORDS = [
  1, -2, 3, 0x00ff0004, -0x80000000, 0x7fffffff, -2_000_000_000, 0x7ffffff1, 0x3f800000, 0x7fc00000,
  0x40490fdb, -0x40800000, 0, 0x3ff80000, 0, 0x7ff80000, 0, 3,
];
const PAIRS = [
  [0, 4],
  [4, 0],
  [8, 4],
  [8, 8],
  [12, 8],
  [12, 12],
  [4, 4],
] as const;
const ADDRESSES = [16, 17];
const RESULT = 20;
const FRAME = 32;
const MEMORY_BYTES = 64;
/** V8 begins to collect feedback only after some hundred bytes of bytecode: the first round partly misses it. */
const ROUNDS = 2;

let done = false;

/** Warms the vector loop up in a fresh state, the first time it is called in this process. */
export function warmUpVectors(makeState: () => ExecutionState, owner: FunctionCode): void {
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
  for (const [a, b] of PAIRS) {
    for (const op of FREQUENT) {
      add(op, RESULT, a, b, 0);
      add(op, RESULT, a, b, SHIFT_BY_IMMEDIATE);
    }
    add(VectorCode.ShuffleWords, RESULT, a, b, 0, Int32Array.of(0, 5, 2, 7));
    add(Op.I8x16Shuffle, RESULT, a, b, 0, new Uint8Array(16).fill(17, 8));
    add(Op.I8x16MinS, RESULT, a, b, 0);
    add(Code.Const128, RESULT, 0, 0, 0, new Int32Array(4));
    add(Code.Copy128, RESULT, a, 0, 0);
  }
  const access: MemoryAccess = { memIdx: 0, offset: 0, is64: false, bytes: 1, lane: 0 };
  for (const op of FREQUENT_ACCESSES) {
    for (const a of ADDRESSES) add(op, op === Op.V128Store ? -1 : RESULT, a, 4, 0, access);
  }
  nodes.push(new CodeNode(owner, Code.Nop, -1, 0, 0, 0, null));
  nodes.forEach((node, k) => {
    node.next = nodes[k + 1] ?? node;
  });
  for (let round = 0; round < ROUNDS; round++) {
    ex.R.set(WORDS);
    executeVectors(ex, nodes[0] as CodeNode, 0);
  }
}
