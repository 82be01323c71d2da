// The text of src/interp/vector-loop.ts, the loop over vector instructions and the scalar ones that stand between them.
// Owns the frame; the cases are in cases/vector.mjs, the scalar ones those of the main loop.

import { isShared } from "./cases/index.mjs";
import { vectorCases as cases } from "./cases/vector.mjs";
import { bodyOf, declareScratch } from "./cases/vocabulary.mjs";

// ---------------------------------------------------------------- output
const TAKE = "if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue;";

/**
 * A case of the main loop as one of this loop. Where that would trap or run out of fuel, the node is handed back with nothing
 * done, and the main loop executes it.
 */
function shared(made) {
  const body = (single, next) =>
    declareScratch(bodyOf(single, { TAKE, NEXT: next, fault: () => "break run;" }));
  const whole = "i = i.next; continue;";
  // Of a pair, each in a block of its own: both may declare the same scratch variable.
  const text =
    made.head === undefined
      ? body(made, whole)
      : `{ ${body(made.head, "i = i.next;")} } { ${body(made.tail, whole)} }`;
  if (/\b(slow|ex|throw|G|X)\b/.test(text)) throw new Error(`not for the vector loop: ${made.name}`);
  return text;
}

/** The file; `scalars` are the main loop's cases, of which it takes the shared ones. */
export function vectorLoop(scalars) {
  return `// The second dispatch loop: vector instructions, and the scalar ones that stand between them in a loop.
// Generated from scripts/cases by scripts/generate-vector-loop.mjs: change those, then run \`npm run generate\`.
//
// What is frequent is done here, word by word; the rest are calls into simd/. Nothing here changes the buffers of
// registers or memories, and only accesses to memory trap. Like the main loop it counts in \`fuel\`, which it takes from
// the meter and puts back.

import { Op } from "../isa/op.ts";
import { Code } from "./code/code.ts";
import type { CodeNode } from "./code/node.ts";
import type { DataOf } from "./code/node-data.ts";
import type { VectorOp } from "./lower/lowered-by.ts";
import { FIRST_VECTOR, type MemoryAccess, SHIFT_BY_IMMEDIATE, VectorCode } from "./code/operations.ts";
import { addressOf } from "./ops/address.ts";
import {
  executeVector, executeVectorLoad, executeVectorStore, type VectorLoad, type VectorStore,
} from "./ops/simd/dispatch.ts";
import { i8x16Shuffle } from "./ops/simd/lanes.ts";
import { storeVector } from "./ops/simd/load.ts";
import * as shift from "./ops/simd/shift.ts";
import type { VectorViews } from "./ops/simd/views.ts";
import { i8x16NarrowI16x8U } from "./ops/simd/widen.ts";
import { outOfBounds } from "./run/faults.ts";
import type { InstanceRegisters } from "./run/values.ts";

/** Operations of vector nodes: constants are nodes of the main loop. */
type VectorNode = Exclude<VectorOp, Op.V128Const> | VectorCode;

/** What this loop sees of an execution. */
export interface VectorState extends InstanceRegisters {
  readonly store: { readonly fuel: { counter: number } };
  /** Memory 0. */
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly memoryLength: number;
  /** The register file as lanes of every width; made when the first vector instruction needs it. */
  readonly vectorViews: VectorViews | undefined;
}

/** What is done here without a call, for the warm-up: on registers, and on memory. */
export const FREQUENT: readonly Op[] = [
${cases
  .filter(
    ({ text, names }) =>
      names[0].startsWith("Op.") && !text.includes("access(") && names[0] !== "Op.I8x16Shuffle",
  )
  .map(({ names }) => `  ${names[0]},`)
  .join("\n")}
];
export const FREQUENT_ACCESSES: readonly Op[] = [
${cases
  .filter(({ text }) => text.includes("access(ex") && text.includes("const e ="))
  .map(({ names }) => `  ${names[0]},`)
  .join("\n")}
];

/** Operations of the main loop that are executed here too, for the warm-up. */
export const SHARED: readonly Code[] = [
${scalars
  .filter(({ name }) => isShared(name))
  .map(({ name }) => `  Code.${name},`)
  .join("\n")}
];

/**
 * Executes from node \`first\`, a vector instruction, on; returns the first node that has no case here, that is about to
 * trap, or a branch for which the slice of fuel does not suffice. The slice is in the meter, before and afterwards.
 * @throws Trap when \`first\` itself traps: the main loop then knows where it stands
 */
export function executeVectors(ex: VectorState, first: CodeNode, fp: number): CodeNode {
  const meter = ex.store.fuel;
  const views = ex.vectorViews!;
  const R = ex.R, F = ex.F, D = ex.D;
  const M8 = ex.u8, M32 = ex.i32, ml = ex.memoryLength;
  let fuel = meter.counter;
  // \`first\`, until a branch is taken: what has executed since then is not to be thrown away.
  let entry: CodeNode | null = first;
  let i = first;
  run: for (;;) {
    if (i.op < FIRST_VECTOR) {
      switch (i.op) {
${scalars
  .filter(({ name }) => isShared(name))
  .map((made) => `        case Code.${made.name}: {\n          ${shared(made)}\n        }`)
  .join("\n")}
        default:
          break run;
      }
    }
    const d = fp + i.d, a = fp + i.a, b = fp + i.b;
    const op = i.op as VectorNode;
    switch (op) {
${cases
  .map(({ names, text }) => {
    const labels = names.map((name) => `      case ${name}:`).join("\n");
    return `${labels} {\n        ${text}${text.endsWith("break;") ? "" : " break;"}\n      }`;
  })
  .join("\n")}
      default:
        executeVector(op, views, d, a, b, fp + i.c, i.c);
    }
    i = i.next;
  }
  meter.counter = fuel;
  return i;
}

/** Any load or store. Returns false, with nothing done, when it would trap but \`mayThrow\` is not set. @throws Trap */
function access(ex: VectorState, i: CodeNode, fp: number, mayThrow: boolean): boolean {
  const operands = i.data as MemoryAccess;
  const memory = ex.instance.memories[operands.memIdx]!;
  const e = addressOf(operands, ex.R, fp + i.a);
  if (e + operands.bytes > memory.byteLength) {
    if (mayThrow) throw outOfBounds(e, operands.bytes, memory.byteLength);
    return false;
  }
  const views = ex.vectorViews!;
  if (i.d < 0) executeVectorStore(i.op as VectorStore, views, fp + i.b, memory.u8, e, operands.lane);
  else executeVectorLoad(i.op as VectorLoad, views, fp + i.d, fp + i.b, memory.u8, e, operands.lane);
  return true;
}

function load32(M8: Uint8Array, e: number): number {
  return M8[e] | (M8[e + 1] << 8) | (M8[e + 2] << 16) | (M8[e + 3] << 24);
}

function store32(M8: Uint8Array, e: number, value: number): void {
  M8[e] = value;
  M8[e + 1] = value >> 8;
  M8[e + 2] = value >> 16;
  M8[e + 3] = value >> 24;
}
`;
}
