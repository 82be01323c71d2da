// Vector loads and stores as trees make them, on the machine's registers and memory 0.
// Owns what is frequent; the rest goes through ops/simd/dispatch.ts.

import { Op } from "../../isa/op.ts";
import type { CodeNode } from "../code/node.ts";
import type { MemoryAccess } from "../code/operations.ts";
import {
  executeVectorLoad,
  executeVectorStore,
  type VectorLoad,
  type VectorStore,
} from "../ops/simd/dispatch.ts";
import type { VectorViews } from "../ops/simd/views.ts";
import type { Views } from "./machine.ts";

/** An access at address `e`: `undefined`, with nothing done, where it is outside of the memory. */
export type VectorAccess = (e: number, fp: number) => number;
/** Makes the access of a node, with the vector in the register `at`. */
type MakeAccess = (node: CodeNode, at: number) => VectorAccess;

export function isVectorAccess(op: Op): boolean {
  return op <= Op.V128Store || (op >= Op.V128Load8Lane && op <= Op.V128Load64Zero);
}

const NONE = undefined as unknown as number;

export interface VectorAccesses {
  readonly frequent: ReadonlyMap<number, MakeAccess>;
  readonly any: MakeAccess;
}

export function createVectorAccesses(views: VectorViews, V: Views): VectorAccesses {
  const { R } = views;
  const any: MakeAccess = (node, at) => {
    const { op, b } = node;
    const isStore = node.d < 0;
    const { bytes, lane } = node.data as MemoryAccess;
    return (e, fp) => {
      const { u8 } = V;
      if (e + bytes > u8.length) return NONE;
      if (isStore) executeVectorStore(op as VectorStore, views, fp + at, u8, e, lane);
      else executeVectorLoad(op as VectorLoad, views, fp + at, fp + b, u8, e, lane);
      return 0;
    };
  };
  const load: MakeAccess = (node, at) => {
    const rest = any(node, at);
    return (e, fp) => {
      const M = V.i32;
      const w = e >>> 2;
      const d = fp + at;
      const shift = (e & 3) << 3;
      const last = M[shift === 0 ? w + 3 : w + 4];
      if (last === undefined) return rest(e, fp);
      if (shift === 0) {
        R[d] = M[w]!;
        R[d + 1] = M[w + 1]!;
        R[d + 2] = M[w + 2]!;
        R[d + 3] = last;
        return 0;
      }
      const back = 32 - shift;
      const second = M[w + 1]!;
      const third = M[w + 2]!;
      const fourth = M[w + 3]!;
      R[d] = (M[w]! >>> shift) | (second << back);
      R[d + 1] = (second >>> shift) | (third << back);
      R[d + 2] = (third >>> shift) | (fourth << back);
      R[d + 3] = (fourth >>> shift) | (last << back);
      return 0;
    };
  };
  const store: MakeAccess = (node, at) => {
    const rest = any(node, at);
    return (e, fp) => {
      const M = V.i32;
      const w = e >>> 2;
      const b = fp + at;
      if ((e & 3) !== 0 || M[w + 3] === undefined) return rest(e, fp);
      M[w] = R[b]!;
      M[w + 1] = R[b + 1]!;
      M[w + 2] = R[b + 2]!;
      M[w + 3] = R[b + 3]!;
      return 0;
    };
  };
  const load32Splat: MakeAccess = (node, at) => {
    const rest = any(node, at);
    return (e, fp) => {
      const x = V.i32[e >>> 2];
      if ((e & 3) !== 0 || x === undefined) return rest(e, fp);
      const d = fp + at;
      R[d] = x;
      R[d + 1] = x;
      R[d + 2] = x;
      R[d + 3] = x;
      return 0;
    };
  };
  const load64Zero: MakeAccess = (node, at) => {
    const rest = any(node, at);
    return (e, fp) => {
      const M = V.i32;
      const w = e >>> 2;
      const high = M[w + 1];
      if ((e & 3) !== 0 || high === undefined) return rest(e, fp);
      const d = fp + at;
      R[d] = M[w]!;
      R[d + 1] = high;
      R[d + 2] = 0;
      R[d + 3] = 0;
      return 0;
    };
  };
  const frequent = new Map<number, MakeAccess>([
    [Op.V128Load, load],
    [Op.V128Store, store],
    [Op.V128Load32Splat, load32Splat],
    [Op.V128Load64Zero, load64Zero],
  ]);
  return { frequent, any };
}
