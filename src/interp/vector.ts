// The second dispatch loop: vector instructions, run after run, over the register file and memory.
// Owns which operand is where; the mathematics is in simd/. Never changes registers' or memories' buffers.

import { Op } from "../isa/op.ts";
import type { MemoryInstance } from "../runtime/memory.ts";
import type { ExecutionState } from "./execution-state.ts";
import { outOfBounds } from "./faults.ts";
import type { CodeNode } from "./node.ts";
import { FIRST_VECTOR, type MemoryAccess, SHIFT_BY_IMMEDIATE, VectorCode } from "./operations.ts";
import { executeVector } from "./simd/dispatch.ts";
import { executeVectorLoad, executeVectorStore } from "./simd/load.ts";
import * as shift from "./simd/shift.ts";
import { addressOf } from "./special.ts";

/**
 * Executes vector instructions from node `first` on; returns the first node that is none, or that is about to trap.
 * @throws Trap when `first` itself traps: the main loop then knows where it stands.
 */
export function executeVectors(ex: ExecutionState, first: CodeNode, fp: number): CodeNode {
  const views = ex.vectorViews;
  const R = ex.R;
  const M32 = ex.i32;
  const ml = ex.memoryLength;
  let i = first;
  for (;;) {
    const d = fp + i.d;
    const a = fp + i.a;
    const b = fp + i.b;
    switch (i.op as number as Op | VectorCode) {
      case Op.V128Load: {
        const e = (R[a] >>> 0) + i.c;
        if (i.c < 0 || e > ml - 16 || (e & 3) !== 0) {
          if (!accessSlowly(ex, i, fp, i === first)) return i;
          break;
        }
        const w = e >>> 2;
        R[d] = M32[w];
        R[d + 1] = M32[w + 1];
        R[d + 2] = M32[w + 2];
        R[d + 3] = M32[w + 3];
        break;
      }
      case Op.V128Store: {
        const e = (R[a] >>> 0) + i.c;
        if (i.c < 0 || e > ml - 16 || (e & 3) !== 0) {
          if (!accessSlowly(ex, i, fp, i === first)) return i;
          break;
        }
        const w = e >>> 2;
        M32[w] = R[b];
        M32[w + 1] = R[b + 1];
        M32[w + 2] = R[b + 2];
        M32[w + 3] = R[b + 3];
        break;
      }
      case Op.V128Load8x8S:
      case Op.V128Load8x8U:
      case Op.V128Load16x4S:
      case Op.V128Load16x4U:
      case Op.V128Load32x2S:
      case Op.V128Load32x2U:
      case Op.V128Load8Splat:
      case Op.V128Load16Splat:
      case Op.V128Load32Splat:
      case Op.V128Load64Splat:
      case Op.V128Load32Zero:
      case Op.V128Load64Zero:
      case Op.V128Load8Lane:
      case Op.V128Load16Lane:
      case Op.V128Load32Lane:
      case Op.V128Load64Lane:
      case Op.V128Store8Lane:
      case Op.V128Store16Lane:
      case Op.V128Store32Lane:
      case Op.V128Store64Lane:
        if (!accessSlowly(ex, i, fp, i === first)) return i;
        break;
      case Op.I8x16Shl:
        shift.i8x16Shl(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I8x16ShrS:
        shift.i8x16ShrS(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I8x16ShrU:
        shift.i8x16ShrU(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I16x8Shl:
        shift.i16x8Shl(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I16x8ShrS:
        shift.i16x8ShrS(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I16x8ShrU:
        shift.i16x8ShrU(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I32x4Shl:
        shift.i32x4Shl(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I32x4ShrS:
        shift.i32x4ShrS(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I32x4ShrU:
        shift.i32x4ShrU(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I64x2Shl:
        shift.i64x2Shl(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I64x2ShrS:
        shift.i64x2ShrS(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case Op.I64x2ShrU:
        shift.i64x2ShrU(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);
        break;
      case VectorCode.ShuffleWords: {
        const lanes = i.data as Int32Array;
        const x = R[lanes[0] < 4 ? a + lanes[0] : b + lanes[0] - 4];
        const y = R[lanes[1] < 4 ? a + lanes[1] : b + lanes[1] - 4];
        const z = R[lanes[2] < 4 ? a + lanes[2] : b + lanes[2] - 4];
        const w = R[lanes[3] < 4 ? a + lanes[3] : b + lanes[3] - 4];
        R[d] = x;
        R[d + 1] = y;
        R[d + 2] = z;
        R[d + 3] = w;
        break;
      }
      default:
        if ((i.op as number) < FIRST_VECTOR) return i;
        executeVector(i.op as number as Op, views, d, a, b, fp + i.c, i.c, i.data as Uint8Array);
    }
    i = i.next;
  }
}

/** Any load or store. Returns false, with nothing done, when it would trap but `mayThrow` is not set. @throws Trap */
function accessSlowly(ex: ExecutionState, i: CodeNode, fp: number, mayThrow: boolean): boolean {
  const access = i.data as MemoryAccess;
  const memory = ex.instance.memories[access.memIdx] as MemoryInstance;
  const e = addressOf(access, ex.R, fp + i.a);
  if (e + access.bytes > memory.byteLength) {
    if (mayThrow) throw outOfBounds(e, access.bytes, memory.byteLength);
    return false;
  }
  const op = i.op as number as Op;
  if (i.d < 0) executeVectorStore(op, ex.vectorViews, fp + i.b, memory.u8, e, access.lane);
  else executeVectorLoad(op, ex.vectorViews, fp + i.d, fp + i.b, memory.u8, e, access.lane);
  return true;
}
