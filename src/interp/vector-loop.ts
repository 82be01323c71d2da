// The second dispatch loop: vector instructions, and the scalar ones that stand between them in a loop.
// Generated from scripts/cases by scripts/generate-vector-loop.mjs: change those, then run `npm run generate`.
//
// What is frequent is done here, word by word; the rest are calls into simd/. Nothing here changes the buffers of
// registers or memories, and only accesses to memory trap. Like the main loop it counts in `fuel`, which it takes from
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
  Op.V128Not,
  Op.V128And,
  Op.V128Andnot,
  Op.V128Or,
  Op.V128Xor,
  Op.V128Bitselect,
  Op.I8x16Splat,
  Op.I16x8Splat,
  Op.I32x4Splat,
  Op.I64x2Splat,
  Op.I32x4ExtractLane,
  Op.I64x2ExtractLane,
  Op.I32x4ReplaceLane,
  Op.I32x4Add,
  Op.I32x4Sub,
  Op.I32x4Mul,
  Op.I32x4Eq,
  Op.I32x4Ne,
  Op.I32x4LtS,
  Op.I32x4LtU,
  Op.I32x4GtS,
  Op.I32x4GtU,
  Op.I32x4LeS,
  Op.I32x4LeU,
  Op.I32x4GeS,
  Op.I32x4GeU,
  Op.I32x4MinS,
  Op.I32x4MinU,
  Op.I32x4MaxS,
  Op.I32x4MaxU,
  Op.I32x4DotI16x8S,
  Op.I32x4Neg,
  Op.I32x4Abs,
  Op.I8x16Add,
  Op.I8x16Sub,
  Op.I16x8Add,
  Op.I16x8Sub,
  Op.I16x8Mul,
  Op.I16x8Eq,
  Op.I16x8Ne,
  Op.I8x16Eq,
  Op.I8x16Ne,
  Op.I8x16Bitmask,
  Op.I8x16NarrowI16x8U,
  Op.I16x8ExtendLowI8x16S,
  Op.I16x8ExtendLowI8x16U,
  Op.I16x8ExtendHighI8x16S,
  Op.I16x8ExtendHighI8x16U,
  Op.I32x4ExtendLowI16x8S,
  Op.I32x4ExtendLowI16x8U,
  Op.I32x4ExtendHighI16x8S,
  Op.I32x4ExtendHighI16x8U,
  Op.I64x2Add,
  Op.I64x2Sub,
  Op.I32x4Shl,
  Op.I32x4ShrS,
  Op.I32x4ShrU,
  Op.I16x8Shl,
  Op.I16x8ShrU,
  Op.I16x8ShrS,
  Op.I8x16Shl,
  Op.I8x16ShrU,
  Op.I8x16ShrS,
  Op.I64x2Shl,
  Op.I64x2ShrS,
  Op.I64x2ShrU,
  Op.F32x4Add,
  Op.F64x2Add,
  Op.F32x4Sub,
  Op.F64x2Sub,
  Op.F32x4Mul,
  Op.F64x2Mul,
  Op.F32x4Div,
  Op.F64x2Div,
  Op.F32x4Sqrt,
  Op.F64x2Sqrt,
  Op.F32x4Min,
  Op.F32x4Max,
  Op.F32x4Neg,
  Op.F32x4Abs,
  Op.F32x4Eq,
  Op.F32x4Ne,
  Op.F32x4Lt,
  Op.F32x4Gt,
  Op.F32x4Le,
  Op.F32x4Ge,
  Op.F32x4ConvertI32x4S,
];
export const FREQUENT_ACCESSES: readonly Op[] = [
  Op.V128Load,
  Op.V128Store,
  Op.V128Load8Splat,
  Op.V128Load16Splat,
  Op.V128Load32Splat,
  Op.V128Load64Splat,
  Op.V128Load32Zero,
  Op.V128Load64Zero,
];

/** Operations of the main loop that are executed here too, for the warm-up. */
export const SHARED: readonly Code[] = [
  Code.Nop,
  Code.Br,
  Code.BrIfNonZero,
  Code.BrIfZero,
  Code.Copy32,
  Code.Copy64,
  Code.Copy128,
  Code.Const32,
  Code.Const64,
  Code.Const128,
  Code.Select32,
  Code.I32Add,
  Code.I32AddI,
  Code.I32Sub,
  Code.I32SubI,
  Code.I32Mul,
  Code.I32MulI,
  Code.I32And,
  Code.I32AndI,
  Code.I32Or,
  Code.I32OrI,
  Code.I32Xor,
  Code.I32XorI,
  Code.I32Shl,
  Code.I32ShlI,
  Code.I32ShrS,
  Code.I32ShrSI,
  Code.I32ShrU,
  Code.I32ShrUI,
  Code.BrI32And,
  Code.BrI32AndI,
  Code.BrI32Nand,
  Code.BrI32NandI,
  Code.BrI32Eq,
  Code.BrI32EqI,
  Code.BrI32Ne,
  Code.BrI32NeI,
  Code.BrI32LtS,
  Code.BrI32LtSI,
  Code.BrI32LtU,
  Code.BrI32LtUI,
  Code.BrI32GtS,
  Code.BrI32GtSI,
  Code.BrI32GtU,
  Code.BrI32GtUI,
  Code.BrI32LeS,
  Code.BrI32LeSI,
  Code.BrI32LeU,
  Code.BrI32LeUI,
  Code.BrI32GeS,
  Code.BrI32GeSI,
  Code.BrI32GeU,
  Code.BrI32GeUI,
  Code.I32Eqz,
  Code.F32Add,
  Code.F32Sub,
  Code.F32Mul,
  Code.F64Add,
  Code.F64Sub,
  Code.F64Mul,
  Code.F64ConvertI32S,
  Code.F32ConvertI32S,
  Code.I32Load,
  Code.I32Load8U,
  Code.I32Load16U,
  Code.I64Load,
  Code.I32Store,
  Code.I32Store8,
  Code.I64Store,
  Code.I32Store_I32Load,
  Code.I32Load_I32Load,
  Code.I32SubI_BrIfNonZero,
  Code.Copy32_Copy32,
  Code.I32Load_I32Store,
  Code.F64Mul_F64Add,
  Code.F64Mul_F64Mul,
  Code.I32AddI_I32AddI,
  Code.I32AddI_BrI32LtU,
  Code.Copy32_I64Load,
  Code.I64Load_I64Load,
  Code.I32ShlI_I32Xor,
  Code.I64Load_I64Store,
  Code.I32Add_I32AddI,
  Code.F64Add_I32AddI,
  Code.I64Store_I32AddI,
  Code.I32Load_I32AddI,
  Code.I32Store_I32AddI,
  Code.I32AddI_Br,
  Code.I32Xor_I32Add,
  Code.I32ShrUI_I32Xor,
  Code.I32Load_I32Add,
  Code.I32AddI_I32Load,
  Code.I32Xor_I32ShrUI,
  Code.I64Load_Copy32,
  Code.I32AndI_BrIfZero,
  Code.Const32_Br,
];

/**
 * Executes from node `first`, a vector instruction, on; returns the first node that has no case here, that is about to
 * trap, or a branch for which the slice of fuel does not suffice. The slice is in the meter, before and afterwards.
 * @throws Trap when `first` itself traps: the main loop then knows where it stands
 */
export function executeVectors(ex: VectorState, first: CodeNode, fp: number): CodeNode {
  const meter = ex.store.fuel;
  const views = ex.vectorViews!;
  const R = ex.R, F = ex.F, D = ex.D;
  const M8 = ex.u8, M32 = ex.i32, ml = ex.memoryLength;
  let fuel = meter.counter;
  // `first`, until a branch is taken: what has executed since then is not to be thrown away.
  let entry: CodeNode | null = first;
  let i = first;
  run: for (;;) {
    if (i.op < FIRST_VECTOR) {
      switch (i.op) {
        case Code.Nop: {
          i = i.next; continue;
        }
        case Code.Br: {
          if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue;
        }
        case Code.BrIfNonZero: {
          if (R[fp + i.a]! !== 0) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrIfZero: {
          if (R[fp + i.a]! === 0) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.Copy32: {
          R[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
        }
        case Code.Copy64: {
          R[fp + i.d] = R[fp + i.a]!; R[fp + i.d + 1] = R[fp + i.a + 1]!; i = i.next; continue;
        }
        case Code.Copy128: {
          const s = fp + i.a; const t = fp + i.d; R[t] = R[s]!; R[t + 1] = R[s + 1]!; R[t + 2] = R[s + 2]!; R[t + 3] = R[s + 3]!; i = i.next; continue;
        }
        case Code.Const32: {
          R[fp + i.d] = i.b; i = i.next; continue;
        }
        case Code.Const64: {
          R[fp + i.d] = i.b; R[fp + i.d + 1] = i.c; i = i.next; continue;
        }
        case Code.Const128: {
          const q = (i.data as DataOf<Code.Const128>); const t = fp + i.d; R[t] = q[0]!; R[t + 1] = q[1]!; R[t + 2] = q[2]!; R[t + 3] = q[3]!; i = i.next; continue;
        }
        case Code.Select32: {
          R[fp + i.d] = R[fp + i.c]! !== 0 ? R[fp + i.a]! : R[fp + i.b]!; i = i.next; continue;
        }
        case Code.I32Add: {
          R[fp + i.d] = R[fp + i.a]! + R[fp + i.b]! | 0; i = i.next; continue;
        }
        case Code.I32AddI: {
          R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue;
        }
        case Code.I32Sub: {
          R[fp + i.d] = R[fp + i.a]! - R[fp + i.b]! | 0; i = i.next; continue;
        }
        case Code.I32SubI: {
          R[fp + i.d] = R[fp + i.a]! - i.b | 0; i = i.next; continue;
        }
        case Code.I32Mul: {
          R[fp + i.d] = Math.imul(R[fp + i.a]!, R[fp + i.b]!); i = i.next; continue;
        }
        case Code.I32MulI: {
          R[fp + i.d] = Math.imul(R[fp + i.a]!, i.b); i = i.next; continue;
        }
        case Code.I32And: {
          R[fp + i.d] = R[fp + i.a]! & R[fp + i.b]!; i = i.next; continue;
        }
        case Code.I32AndI: {
          R[fp + i.d] = R[fp + i.a]! & i.b; i = i.next; continue;
        }
        case Code.I32Or: {
          R[fp + i.d] = R[fp + i.a]! | R[fp + i.b]!; i = i.next; continue;
        }
        case Code.I32OrI: {
          R[fp + i.d] = R[fp + i.a]! | i.b; i = i.next; continue;
        }
        case Code.I32Xor: {
          R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue;
        }
        case Code.I32XorI: {
          R[fp + i.d] = R[fp + i.a]! ^ i.b; i = i.next; continue;
        }
        case Code.I32Shl: {
          R[fp + i.d] = R[fp + i.a]! << R[fp + i.b]!; i = i.next; continue;
        }
        case Code.I32ShlI: {
          R[fp + i.d] = R[fp + i.a]! << i.b; i = i.next; continue;
        }
        case Code.I32ShrS: {
          R[fp + i.d] = R[fp + i.a]! >> R[fp + i.b]!; i = i.next; continue;
        }
        case Code.I32ShrSI: {
          R[fp + i.d] = R[fp + i.a]! >> i.b; i = i.next; continue;
        }
        case Code.I32ShrU: {
          R[fp + i.d] = R[fp + i.a]! >>> R[fp + i.b]! | 0; i = i.next; continue;
        }
        case Code.I32ShrUI: {
          R[fp + i.d] = R[fp + i.a]! >>> i.b | 0; i = i.next; continue;
        }
        case Code.BrI32And: {
          if ((R[fp + i.a]! & R[fp + i.b]!) !== 0) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32AndI: {
          if ((R[fp + i.a]! & i.b) !== 0) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32Nand: {
          if ((R[fp + i.a]! & R[fp + i.b]!) === 0) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32NandI: {
          if ((R[fp + i.a]! & i.b) === 0) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32Eq: {
          if (R[fp + i.a]! === R[fp + i.b]!) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32EqI: {
          if (R[fp + i.a]! === i.b) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32Ne: {
          if (R[fp + i.a]! !== R[fp + i.b]!) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32NeI: {
          if (R[fp + i.a]! !== i.b) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32LtS: {
          if (R[fp + i.a]! < R[fp + i.b]!) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32LtSI: {
          if (R[fp + i.a]! < i.b) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32LtU: {
          if ((R[fp + i.a]! >>> 0) < (R[fp + i.b]! >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32LtUI: {
          if ((R[fp + i.a]! >>> 0) < (i.b >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32GtS: {
          if (R[fp + i.a]! > R[fp + i.b]!) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32GtSI: {
          if (R[fp + i.a]! > i.b) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32GtU: {
          if ((R[fp + i.a]! >>> 0) > (R[fp + i.b]! >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32GtUI: {
          if ((R[fp + i.a]! >>> 0) > (i.b >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32LeS: {
          if (R[fp + i.a]! <= R[fp + i.b]!) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32LeSI: {
          if (R[fp + i.a]! <= i.b) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32LeU: {
          if ((R[fp + i.a]! >>> 0) <= (R[fp + i.b]! >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32LeUI: {
          if ((R[fp + i.a]! >>> 0) <= (i.b >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32GeS: {
          if (R[fp + i.a]! >= R[fp + i.b]!) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32GeSI: {
          if (R[fp + i.a]! >= i.b) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32GeU: {
          if ((R[fp + i.a]! >>> 0) >= (R[fp + i.b]! >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.BrI32GeUI: {
          if ((R[fp + i.a]! >>> 0) >= (i.b >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue;
        }
        case Code.I32Eqz: {
          R[fp + i.d] = R[fp + i.a]! === 0 ? 1 : 0; i = i.next; continue;
        }
        case Code.F32Add: {
          const v = F[fp + i.a]! + F[fp + i.b]!; if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000; i = i.next; continue;
        }
        case Code.F32Sub: {
          const v = F[fp + i.a]! - F[fp + i.b]!; if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000; i = i.next; continue;
        }
        case Code.F32Mul: {
          const v = F[fp + i.a]! * F[fp + i.b]!; if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000; i = i.next; continue;
        }
        case Code.F64Add: {
          const v = D[(fp + i.a) >> 1]! + D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
        }
        case Code.F64Sub: {
          const v = D[(fp + i.a) >> 1]! - D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
        }
        case Code.F64Mul: {
          const v = D[(fp + i.a) >> 1]! * D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
        }
        case Code.F64ConvertI32S: {
          D[(fp + i.d) >> 1] = R[fp + i.a]!; i = i.next; continue;
        }
        case Code.F32ConvertI32S: {
          F[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
        }
        case Code.I32Load: {
          const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; continue;
        }
        case Code.I32Load8U: {
          const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 1) break run; R[fp + i.d] = M8[e]!; i = i.next; continue;
        }
        case Code.I32Load16U: {
          const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 2) break run; R[fp + i.d] = M8[e]! | M8[e + 1]! << 8; i = i.next; continue;
        }
        case Code.I64Load: {
          const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; continue;
        }
        case Code.I32Store: {
          const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; continue;
        }
        case Code.I32Store8: {
          const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 1) break run; M8[e] = R[fp + i.b]!; i = i.next; continue;
        }
        case Code.I64Store: {
          const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; const l = R[fp + i.b]!; const h = R[fp + i.b + 1]!; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); } i = i.next; continue;
        }
        case Code.I32Store_I32Load: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; } { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; continue; }
        }
        case Code.I32Load_I32Load: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; } { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; continue; }
        }
        case Code.I32SubI_BrIfNonZero: {
          { R[fp + i.d] = R[fp + i.a]! - i.b | 0; i = i.next; } { if (R[fp + i.a]! !== 0) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue; }
        }
        case Code.Copy32_Copy32: {
          { R[fp + i.d] = R[fp + i.a]!; i = i.next; } { R[fp + i.d] = R[fp + i.a]!; i = i.next; continue; }
        }
        case Code.I32Load_I32Store: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; } { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; continue; }
        }
        case Code.F64Mul_F64Add: {
          { const v = D[(fp + i.a) >> 1]! * D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; } { const v = D[(fp + i.a) >> 1]! + D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue; }
        }
        case Code.F64Mul_F64Mul: {
          { const v = D[(fp + i.a) >> 1]! * D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; } { const v = D[(fp + i.a) >> 1]! * D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue; }
        }
        case Code.I32AddI_I32AddI: {
          { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; } { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue; }
        }
        case Code.I32AddI_BrI32LtU: {
          { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; } { if ((R[fp + i.a]! >>> 0) < (R[fp + i.b]! >>> 0)) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue; }
        }
        case Code.Copy32_I64Load: {
          { R[fp + i.d] = R[fp + i.a]!; i = i.next; } { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; continue; }
        }
        case Code.I64Load_I64Load: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; } { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; continue; }
        }
        case Code.I32ShlI_I32Xor: {
          { R[fp + i.d] = R[fp + i.a]! << i.b; i = i.next; } { R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue; }
        }
        case Code.I64Load_I64Store: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; } { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; const l = R[fp + i.b]!; const h = R[fp + i.b + 1]!; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); } i = i.next; continue; }
        }
        case Code.I32Add_I32AddI: {
          { R[fp + i.d] = R[fp + i.a]! + R[fp + i.b]! | 0; i = i.next; } { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue; }
        }
        case Code.F64Add_I32AddI: {
          { const v = D[(fp + i.a) >> 1]! + D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; } { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue; }
        }
        case Code.I64Store_I32AddI: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; const l = R[fp + i.b]!; const h = R[fp + i.b + 1]!; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); } i = i.next; } { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue; }
        }
        case Code.I32Load_I32AddI: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; } { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue; }
        }
        case Code.I32Store_I32AddI: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; } { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue; }
        }
        case Code.I32AddI_Br: {
          { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; } { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; }
        }
        case Code.I32Xor_I32Add: {
          { R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; } { R[fp + i.d] = R[fp + i.a]! + R[fp + i.b]! | 0; i = i.next; continue; }
        }
        case Code.I32ShrUI_I32Xor: {
          { R[fp + i.d] = R[fp + i.a]! >>> i.b | 0; i = i.next; } { R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue; }
        }
        case Code.I32Load_I32Add: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; } { R[fp + i.d] = R[fp + i.a]! + R[fp + i.b]! | 0; i = i.next; continue; }
        }
        case Code.I32AddI_I32Load: {
          { R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; } { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) break run; R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; continue; }
        }
        case Code.I32Xor_I32ShrUI: {
          { R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; } { R[fp + i.d] = R[fp + i.a]! >>> i.b | 0; i = i.next; continue; }
        }
        case Code.I64Load_Copy32: {
          { const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) break run; if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; } { R[fp + i.d] = R[fp + i.a]!; i = i.next; continue; }
        }
        case Code.I32AndI_BrIfZero: {
          { R[fp + i.d] = R[fp + i.a]! & i.b; i = i.next; } { if (R[fp + i.a]! === 0) { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; } i = i.next; continue; }
        }
        case Code.Const32_Br: {
          { R[fp + i.d] = i.b; i = i.next; } { if (fuel < i.fuel) break run; fuel -= i.fuel; entry = null; i = i.target; continue; }
        }
        default:
          break run;
      }
    }
    const d = fp + i.d, a = fp + i.a, b = fp + i.b;
    const op = i.op as VectorNode;
    switch (op) {
      case Op.V128Load: {
        const e = (R[a]! >>> 0) + i.c; if (i.c < 0 || e > ml - 16) { if (!access(ex, i, fp, i === entry)) break run; break; }
        const w = e >>> 2, s = (e & 3) << 3;
        if (s === 0) { R[d] = M32[w]!; R[d + 1] = M32[w + 1]!; R[d + 2] = M32[w + 2]!; R[d + 3] = M32[w + 3]!; }
        else { R[d] = M32[w]! >>> s | M32[w + 1]! << 32 - s; R[d + 1] = M32[w + 1]! >>> s | M32[w + 2]! << 32 - s; R[d + 2] = M32[w + 2]! >>> s | M32[w + 3]! << 32 - s; R[d + 3] = M32[w + 3]! >>> s | M32[w + 4]! << 32 - s; } break;
      }
      case Op.V128Store: {
        const e = (R[a]! >>> 0) + i.c; if (i.c < 0 || e > ml - 16) { if (!access(ex, i, fp, i === entry)) break run; break; }
        if ((e & 3) === 0) { const w = e >>> 2; M32[w] = R[b]!; M32[w + 1] = R[b + 1]!; M32[w + 2] = R[b + 2]!; M32[w + 3] = R[b + 3]!; }
        else storeVector(views, b, M8, e); break;
      }
      case Op.V128Load8Splat: {
        const e = (R[a]! >>> 0) + i.c; if (i.c < 0 || e > ml - 1) { if (!access(ex, i, fp, i === entry)) break run; break; }
        const v = Math.imul(M8[e]!, 0x01010101); R[d] = v; R[d + 1] = v; R[d + 2] = v; R[d + 3] = v; break;
      }
      case Op.V128Load16Splat: {
        const e = (R[a]! >>> 0) + i.c; if (i.c < 0 || e > ml - 2) { if (!access(ex, i, fp, i === entry)) break run; break; }
        const v = Math.imul(M8[e]! | M8[e + 1]! << 8, 0x00010001); R[d] = v; R[d + 1] = v; R[d + 2] = v; R[d + 3] = v; break;
      }
      case Op.V128Load32Splat: {
        const e = (R[a]! >>> 0) + i.c; if (i.c < 0 || e > ml - 4) { if (!access(ex, i, fp, i === entry)) break run; break; }
        const v = (e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e); R[d] = v; R[d + 1] = v; R[d + 2] = v; R[d + 3] = v; break;
      }
      case Op.V128Load64Splat: {
        const e = (R[a]! >>> 0) + i.c; if (i.c < 0 || e > ml - 8) { if (!access(ex, i, fp, i === entry)) break run; break; }
        const f = e + 4; const l = (e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e), h = (f & 3) === 0 ? M32[f >>> 2]! : load32(M8, f); R[d] = l; R[d + 1] = h; R[d + 2] = l; R[d + 3] = h; break;
      }
      case Op.V128Load32Zero: {
        const e = (R[a]! >>> 0) + i.c; if (i.c < 0 || e > ml - 4) { if (!access(ex, i, fp, i === entry)) break run; break; }
        R[d] = (e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e); R[d + 1] = 0; R[d + 2] = 0; R[d + 3] = 0; break;
      }
      case Op.V128Load64Zero: {
        const e = (R[a]! >>> 0) + i.c; if (i.c < 0 || e > ml - 8) { if (!access(ex, i, fp, i === entry)) break run; break; }
        const f = e + 4; R[d] = (e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e); R[d + 1] = (f & 3) === 0 ? M32[f >>> 2]! : load32(M8, f); R[d + 2] = 0; R[d + 3] = 0; break;
      }
      case Op.V128Load8x8S:
      case Op.V128Load8x8U:
      case Op.V128Load16x4S:
      case Op.V128Load16x4U:
      case Op.V128Load32x2S:
      case Op.V128Load32x2U:
      case Op.V128Load8Lane:
      case Op.V128Load16Lane:
      case Op.V128Load32Lane:
      case Op.V128Load64Lane:
      case Op.V128Store8Lane:
      case Op.V128Store16Lane:
      case Op.V128Store32Lane:
      case Op.V128Store64Lane: {
        if (!access(ex, i, fp, i === entry)) break run; break;
      }
      case Op.V128Not: {
        { const x = R[a]!; R[d] = ~x; } { const x = R[a + 1]!; R[d + 1] = ~x; } { const x = R[a + 2]!; R[d + 2] = ~x; } { const x = R[a + 3]!; R[d + 3] = ~x; } break;
      }
      case Op.V128And: {
        { const x = R[a]!, y = R[b]!; R[d] = x & y; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x & y; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x & y; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x & y; } break;
      }
      case Op.V128Andnot: {
        { const x = R[a]!, y = R[b]!; R[d] = x & ~y; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x & ~y; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x & ~y; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x & ~y; } break;
      }
      case Op.V128Or: {
        { const x = R[a]!, y = R[b]!; R[d] = x | y; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x | y; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x | y; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x | y; } break;
      }
      case Op.V128Xor: {
        { const x = R[a]!, y = R[b]!; R[d] = x ^ y; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x ^ y; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x ^ y; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x ^ y; } break;
      }
      case Op.V128Bitselect:
      case Op.I8x16RelaxedLaneselect:
      case Op.I16x8RelaxedLaneselect:
      case Op.I32x4RelaxedLaneselect:
      case Op.I64x2RelaxedLaneselect: {
        const c = fp + i.c; { const x = R[a]!, y = R[b]!, z = R[c]!; R[d] = y ^ (x ^ y) & z; } { const x = R[a + 1]!, y = R[b + 1]!, z = R[c + 1]!; R[d + 1] = y ^ (x ^ y) & z; } { const x = R[a + 2]!, y = R[b + 2]!, z = R[c + 2]!; R[d + 2] = y ^ (x ^ y) & z; } { const x = R[a + 3]!, y = R[b + 3]!, z = R[c + 3]!; R[d + 3] = y ^ (x ^ y) & z; } break;
      }
      case Op.I8x16Splat: {
        const v = Math.imul(R[a]! & 0xff, 0x01010101); R[d] = v; R[d + 1] = v; R[d + 2] = v; R[d + 3] = v; break;
      }
      case Op.I16x8Splat: {
        const v = Math.imul(R[a]! & 0xffff, 0x00010001); R[d] = v; R[d + 1] = v; R[d + 2] = v; R[d + 3] = v; break;
      }
      case Op.I32x4Splat:
      case Op.F32x4Splat: {
        const v = R[a]!; R[d] = v; R[d + 1] = v; R[d + 2] = v; R[d + 3] = v; break;
      }
      case Op.I64x2Splat:
      case Op.F64x2Splat: {
        const l = R[a]!, h = R[a + 1]!; R[d] = l; R[d + 1] = h; R[d + 2] = l; R[d + 3] = h; break;
      }
      case Op.I32x4ExtractLane:
      case Op.F32x4ExtractLane: {
        R[d] = R[a + i.c]!; break;
      }
      case Op.I64x2ExtractLane:
      case Op.F64x2ExtractLane: {
        const s = a + i.c + i.c, h = R[s + 1]!; R[d] = R[s]!; R[d + 1] = h; break;
      }
      case Op.I32x4ReplaceLane:
      case Op.F32x4ReplaceLane: {
        const v = R[b]!; R[d] = R[a]!; R[d + 1] = R[a + 1]!; R[d + 2] = R[a + 2]!; R[d + 3] = R[a + 3]!; R[d + i.c] = v; break;
      }
      case VectorCode.ShuffleWords: {
        const lanes = i.data as DataOf<VectorCode.ShuffleWords>, p = lanes[0]!, q = lanes[1]!, r = lanes[2]!, s = lanes[3]!;
        const x = R[p < 4 ? a + p : b + p - 4]!, y = R[q < 4 ? a + q : b + q - 4]!;
        const z = R[r < 4 ? a + r : b + r - 4]!, w = R[s < 4 ? a + s : b + s - 4]!;
        R[d] = x; R[d + 1] = y; R[d + 2] = z; R[d + 3] = w; break;
      }
      case VectorCode.RotateWords: {
        const n = i.c; { const x = R[a]!; R[d] = x << n | x >>> 32 - n; } { const x = R[a + 1]!; R[d + 1] = x << n | x >>> 32 - n; } { const x = R[a + 2]!; R[d + 2] = x << n | x >>> 32 - n; } { const x = R[a + 3]!; R[d + 3] = x << n | x >>> 32 - n; } break;
      }
      case Op.I8x16Shuffle: {
        i8x16Shuffle(views, d, a, b, i.data as DataOf<Op.I8x16Shuffle>); break;
      }
      case Op.I32x4Add: {
        { const x = R[a]!, y = R[b]!; R[d] = x + y | 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x + y | 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x + y | 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x + y | 0; } break;
      }
      case Op.I32x4Sub: {
        { const x = R[a]!, y = R[b]!; R[d] = x - y | 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x - y | 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x - y | 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x - y | 0; } break;
      }
      case Op.I32x4Mul: {
        { const x = R[a]!, y = R[b]!; R[d] = Math.imul(x, y); } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = Math.imul(x, y); } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = Math.imul(x, y); } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = Math.imul(x, y); } break;
      }
      case Op.I32x4Eq: {
        { const x = R[a]!, y = R[b]!; R[d] = x === y ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x === y ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x === y ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x === y ? -1 : 0; } break;
      }
      case Op.I32x4Ne: {
        { const x = R[a]!, y = R[b]!; R[d] = x !== y ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x !== y ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x !== y ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x !== y ? -1 : 0; } break;
      }
      case Op.I32x4LtS: {
        { const x = R[a]!, y = R[b]!; R[d] = x < y ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x < y ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x < y ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x < y ? -1 : 0; } break;
      }
      case Op.I32x4LtU: {
        { const x = R[a]!, y = R[b]!; R[d] = (x >>> 0) < (y >>> 0) ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x >>> 0) < (y >>> 0) ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x >>> 0) < (y >>> 0) ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x >>> 0) < (y >>> 0) ? -1 : 0; } break;
      }
      case Op.I32x4GtS: {
        { const x = R[a]!, y = R[b]!; R[d] = x > y ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x > y ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x > y ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x > y ? -1 : 0; } break;
      }
      case Op.I32x4GtU: {
        { const x = R[a]!, y = R[b]!; R[d] = (x >>> 0) > (y >>> 0) ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x >>> 0) > (y >>> 0) ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x >>> 0) > (y >>> 0) ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x >>> 0) > (y >>> 0) ? -1 : 0; } break;
      }
      case Op.I32x4LeS: {
        { const x = R[a]!, y = R[b]!; R[d] = x <= y ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x <= y ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x <= y ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x <= y ? -1 : 0; } break;
      }
      case Op.I32x4LeU: {
        { const x = R[a]!, y = R[b]!; R[d] = (x >>> 0) <= (y >>> 0) ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x >>> 0) <= (y >>> 0) ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x >>> 0) <= (y >>> 0) ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x >>> 0) <= (y >>> 0) ? -1 : 0; } break;
      }
      case Op.I32x4GeS: {
        { const x = R[a]!, y = R[b]!; R[d] = x >= y ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x >= y ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x >= y ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x >= y ? -1 : 0; } break;
      }
      case Op.I32x4GeU: {
        { const x = R[a]!, y = R[b]!; R[d] = (x >>> 0) >= (y >>> 0) ? -1 : 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x >>> 0) >= (y >>> 0) ? -1 : 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x >>> 0) >= (y >>> 0) ? -1 : 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x >>> 0) >= (y >>> 0) ? -1 : 0; } break;
      }
      case Op.I32x4MinS: {
        { const x = R[a]!, y = R[b]!; R[d] = x < y ? x : y; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x < y ? x : y; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x < y ? x : y; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x < y ? x : y; } break;
      }
      case Op.I32x4MinU: {
        { const x = R[a]!, y = R[b]!; R[d] = (x >>> 0) < (y >>> 0) ? x : y; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x >>> 0) < (y >>> 0) ? x : y; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x >>> 0) < (y >>> 0) ? x : y; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x >>> 0) < (y >>> 0) ? x : y; } break;
      }
      case Op.I32x4MaxS: {
        { const x = R[a]!, y = R[b]!; R[d] = x > y ? x : y; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = x > y ? x : y; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = x > y ? x : y; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = x > y ? x : y; } break;
      }
      case Op.I32x4MaxU: {
        { const x = R[a]!, y = R[b]!; R[d] = (x >>> 0) > (y >>> 0) ? x : y; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x >>> 0) > (y >>> 0) ? x : y; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x >>> 0) > (y >>> 0) ? x : y; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x >>> 0) > (y >>> 0) ? x : y; } break;
      }
      case Op.I32x4DotI16x8S: {
        { const x = R[a]!, y = R[b]!; R[d] = Math.imul(x << 16 >> 16, y << 16 >> 16) + Math.imul(x >> 16, y >> 16) | 0; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = Math.imul(x << 16 >> 16, y << 16 >> 16) + Math.imul(x >> 16, y >> 16) | 0; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = Math.imul(x << 16 >> 16, y << 16 >> 16) + Math.imul(x >> 16, y >> 16) | 0; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = Math.imul(x << 16 >> 16, y << 16 >> 16) + Math.imul(x >> 16, y >> 16) | 0; } break;
      }
      case Op.I32x4Neg: {
        { const x = R[a]!; R[d] = 0 - x | 0; } { const x = R[a + 1]!; R[d + 1] = 0 - x | 0; } { const x = R[a + 2]!; R[d + 2] = 0 - x | 0; } { const x = R[a + 3]!; R[d + 3] = 0 - x | 0; } break;
      }
      case Op.I32x4Abs: {
        { const x = R[a]!; R[d] = x < 0 ? 0 - x | 0 : x; } { const x = R[a + 1]!; R[d + 1] = x < 0 ? 0 - x | 0 : x; } { const x = R[a + 2]!; R[d + 2] = x < 0 ? 0 - x | 0 : x; } { const x = R[a + 3]!; R[d + 3] = x < 0 ? 0 - x | 0 : x; } break;
      }
      case Op.I8x16Add: {
        { const x = R[a]!, y = R[b]!; R[d] = (x & 0x7f7f7f7f) + (y & 0x7f7f7f7f) ^ (x ^ y) & ~0x7f7f7f7f; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x & 0x7f7f7f7f) + (y & 0x7f7f7f7f) ^ (x ^ y) & ~0x7f7f7f7f; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x & 0x7f7f7f7f) + (y & 0x7f7f7f7f) ^ (x ^ y) & ~0x7f7f7f7f; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x & 0x7f7f7f7f) + (y & 0x7f7f7f7f) ^ (x ^ y) & ~0x7f7f7f7f; } break;
      }
      case Op.I8x16Sub: {
        { const x = R[a]!, y = R[b]!; R[d] = (x | ~0x7f7f7f7f) - (y & 0x7f7f7f7f) ^ ~(x ^ y) & ~0x7f7f7f7f; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x | ~0x7f7f7f7f) - (y & 0x7f7f7f7f) ^ ~(x ^ y) & ~0x7f7f7f7f; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x | ~0x7f7f7f7f) - (y & 0x7f7f7f7f) ^ ~(x ^ y) & ~0x7f7f7f7f; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x | ~0x7f7f7f7f) - (y & 0x7f7f7f7f) ^ ~(x ^ y) & ~0x7f7f7f7f; } break;
      }
      case Op.I16x8Add: {
        { const x = R[a]!, y = R[b]!; R[d] = (x & 0x7fff7fff) + (y & 0x7fff7fff) ^ (x ^ y) & ~0x7fff7fff; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x & 0x7fff7fff) + (y & 0x7fff7fff) ^ (x ^ y) & ~0x7fff7fff; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x & 0x7fff7fff) + (y & 0x7fff7fff) ^ (x ^ y) & ~0x7fff7fff; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x & 0x7fff7fff) + (y & 0x7fff7fff) ^ (x ^ y) & ~0x7fff7fff; } break;
      }
      case Op.I16x8Sub: {
        { const x = R[a]!, y = R[b]!; R[d] = (x | ~0x7fff7fff) - (y & 0x7fff7fff) ^ ~(x ^ y) & ~0x7fff7fff; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (x | ~0x7fff7fff) - (y & 0x7fff7fff) ^ ~(x ^ y) & ~0x7fff7fff; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (x | ~0x7fff7fff) - (y & 0x7fff7fff) ^ ~(x ^ y) & ~0x7fff7fff; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (x | ~0x7fff7fff) - (y & 0x7fff7fff) ^ ~(x ^ y) & ~0x7fff7fff; } break;
      }
      case Op.I16x8Mul: {
        { const x = R[a]!, y = R[b]!; R[d] = Math.imul(x, y) & 0xffff | Math.imul(x >>> 16, y >>> 16) << 16; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = Math.imul(x, y) & 0xffff | Math.imul(x >>> 16, y >>> 16) << 16; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = Math.imul(x, y) & 0xffff | Math.imul(x >>> 16, y >>> 16) << 16; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = Math.imul(x, y) & 0xffff | Math.imul(x >>> 16, y >>> 16) << 16; } break;
      }
      case Op.I16x8Eq: {
        { const x = R[a]!, y = R[b]!; R[d] = (((x ^ y) & 0xffff) === 0 ? -1 : 0) & 0xffff | (((x ^ y) & 0xffff0000) === 0 ? -1 : 0) << 16; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (((x ^ y) & 0xffff) === 0 ? -1 : 0) & 0xffff | (((x ^ y) & 0xffff0000) === 0 ? -1 : 0) << 16; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (((x ^ y) & 0xffff) === 0 ? -1 : 0) & 0xffff | (((x ^ y) & 0xffff0000) === 0 ? -1 : 0) << 16; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (((x ^ y) & 0xffff) === 0 ? -1 : 0) & 0xffff | (((x ^ y) & 0xffff0000) === 0 ? -1 : 0) << 16; } break;
      }
      case Op.I16x8Ne: {
        { const x = R[a]!, y = R[b]!; R[d] = (((x ^ y) & 0xffff) === 0 ? 0 : -1) & 0xffff | (((x ^ y) & 0xffff0000) === 0 ? 0 : -1) << 16; } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = (((x ^ y) & 0xffff) === 0 ? 0 : -1) & 0xffff | (((x ^ y) & 0xffff0000) === 0 ? 0 : -1) << 16; } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = (((x ^ y) & 0xffff) === 0 ? 0 : -1) & 0xffff | (((x ^ y) & 0xffff0000) === 0 ? 0 : -1) << 16; } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = (((x ^ y) & 0xffff) === 0 ? 0 : -1) & 0xffff | (((x ^ y) & 0xffff0000) === 0 ? 0 : -1) << 16; } break;
      }
      case Op.I8x16Eq: {
        { const x = R[a]!, y = R[b]!; R[d] = Math.imul(~(((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y) >>> 7 & 0x01010101, 0xff); } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = Math.imul(~(((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y) >>> 7 & 0x01010101, 0xff); } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = Math.imul(~(((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y) >>> 7 & 0x01010101, 0xff); } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = Math.imul(~(((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y) >>> 7 & 0x01010101, 0xff); } break;
      }
      case Op.I8x16Ne: {
        { const x = R[a]!, y = R[b]!; R[d] = Math.imul((((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y) >>> 7 & 0x01010101, 0xff); } { const x = R[a + 1]!, y = R[b + 1]!; R[d + 1] = Math.imul((((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y) >>> 7 & 0x01010101, 0xff); } { const x = R[a + 2]!, y = R[b + 2]!; R[d + 2] = Math.imul((((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y) >>> 7 & 0x01010101, 0xff); } { const x = R[a + 3]!, y = R[b + 3]!; R[d + 3] = Math.imul((((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y) >>> 7 & 0x01010101, 0xff); } break;
      }
      case Op.I8x16Bitmask: {
        R[d] = (Math.imul(R[a]! >>> 7 & 0x01010101, 0x01020408) >>> 24 & 15) | (Math.imul(R[a + 1]! >>> 7 & 0x01010101, 0x01020408) >>> 24 & 15) << 4 | (Math.imul(R[a + 2]! >>> 7 & 0x01010101, 0x01020408) >>> 24 & 15) << 8 | (Math.imul(R[a + 3]! >>> 7 & 0x01010101, 0x01020408) >>> 24 & 15) << 12; break;
      }
      case Op.I8x16NarrowI16x8U: {
        const a0 = R[a]!, a1 = R[a + 1]!, a2 = R[a + 2]!, a3 = R[a + 3]!, b0 = R[b]!, b1 = R[b + 1]!, b2 = R[b + 2]!, b3 = R[b + 3]!;
        if (((a0 | a1 | a2 | a3 | b0 | b1 | b2 | b3) & 0xff00ff00) === 0) {
          R[d] = (a0 | a0 >>> 8) & 0xffff | (a1 | a1 >>> 8) << 16; R[d + 1] = (a2 | a2 >>> 8) & 0xffff | (a3 | a3 >>> 8) << 16; R[d + 2] = (b0 | b0 >>> 8) & 0xffff | (b1 | b1 >>> 8) << 16; R[d + 3] = (b2 | b2 >>> 8) & 0xffff | (b3 | b3 >>> 8) << 16;
        } else i8x16NarrowI16x8U(views, d, a, b); break;
      }
      case Op.I16x8ExtendLowI8x16S: {
        const v = R[a]!, w = R[a + 1]!; R[d] = v << 24 >> 24 & 0xffff | v << 16 >> 24 << 16; R[d + 1] = v << 8 >> 24 & 0xffff | v >> 24 << 16; R[d + 2] = w << 24 >> 24 & 0xffff | w << 16 >> 24 << 16; R[d + 3] = w << 8 >> 24 & 0xffff | w >> 24 << 16; break;
      }
      case Op.I16x8ExtendLowI8x16U: {
        const v = R[a]!, w = R[a + 1]!; R[d] = v & 0xff | (v & 0xff00) << 8; R[d + 1] = v >>> 16 & 0xff | (v >>> 24) << 16; R[d + 2] = w & 0xff | (w & 0xff00) << 8; R[d + 3] = w >>> 16 & 0xff | (w >>> 24) << 16; break;
      }
      case Op.I16x8ExtendHighI8x16S: {
        const v = R[a + 2]!, w = R[a + 3]!; R[d] = v << 24 >> 24 & 0xffff | v << 16 >> 24 << 16; R[d + 1] = v << 8 >> 24 & 0xffff | v >> 24 << 16; R[d + 2] = w << 24 >> 24 & 0xffff | w << 16 >> 24 << 16; R[d + 3] = w << 8 >> 24 & 0xffff | w >> 24 << 16; break;
      }
      case Op.I16x8ExtendHighI8x16U: {
        const v = R[a + 2]!, w = R[a + 3]!; R[d] = v & 0xff | (v & 0xff00) << 8; R[d + 1] = v >>> 16 & 0xff | (v >>> 24) << 16; R[d + 2] = w & 0xff | (w & 0xff00) << 8; R[d + 3] = w >>> 16 & 0xff | (w >>> 24) << 16; break;
      }
      case Op.I32x4ExtendLowI16x8S: {
        const v = R[a]!, w = R[a + 1]!; R[d] = v << 16 >> 16; R[d + 1] = v >> 16; R[d + 2] = w << 16 >> 16; R[d + 3] = w >> 16; break;
      }
      case Op.I32x4ExtendLowI16x8U: {
        const v = R[a]!, w = R[a + 1]!; R[d] = v & 0xffff; R[d + 1] = v >>> 16; R[d + 2] = w & 0xffff; R[d + 3] = w >>> 16; break;
      }
      case Op.I32x4ExtendHighI16x8S: {
        const v = R[a + 2]!, w = R[a + 3]!; R[d] = v << 16 >> 16; R[d + 1] = v >> 16; R[d + 2] = w << 16 >> 16; R[d + 3] = w >> 16; break;
      }
      case Op.I32x4ExtendHighI16x8U: {
        const v = R[a + 2]!, w = R[a + 3]!; R[d] = v & 0xffff; R[d + 1] = v >>> 16; R[d + 2] = w & 0xffff; R[d + 3] = w >>> 16; break;
      }
      case Op.I64x2Add: {
        { const x = R[a]!, y = R[b]!, s = x + y | 0; R[d + 1] = R[a + 1]! + R[b + 1]! + ((s >>> 0) < (x >>> 0) ? 1 : 0); R[d] = s; } { const x = R[a + 2]!, y = R[b + 2]!, s = x + y | 0; R[d + 3] = R[a + 3]! + R[b + 3]! + ((s >>> 0) < (x >>> 0) ? 1 : 0); R[d + 2] = s; } break;
      }
      case Op.I64x2Sub: {
        { const x = R[a]!, y = R[b]!, s = x - y | 0; R[d + 1] = R[a + 1]! - R[b + 1]! - ((x >>> 0) < (y >>> 0) ? 1 : 0); R[d] = s; } { const x = R[a + 2]!, y = R[b + 2]!, s = x - y | 0; R[d + 3] = R[a + 3]! - R[b + 3]! - ((x >>> 0) < (y >>> 0) ? 1 : 0); R[d + 2] = s; } break;
      }
      case Op.I32x4Shl: {
        const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 31; { const x = R[a]!; R[d] = x << n; } { const x = R[a + 1]!; R[d + 1] = x << n; } { const x = R[a + 2]!; R[d + 2] = x << n; } { const x = R[a + 3]!; R[d + 3] = x << n; } break;
      }
      case Op.I32x4ShrS: {
        const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 31; { const x = R[a]!; R[d] = x >> n; } { const x = R[a + 1]!; R[d + 1] = x >> n; } { const x = R[a + 2]!; R[d + 2] = x >> n; } { const x = R[a + 3]!; R[d + 3] = x >> n; } break;
      }
      case Op.I32x4ShrU: {
        const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 31; { const x = R[a]!; R[d] = x >>> n; } { const x = R[a + 1]!; R[d + 1] = x >>> n; } { const x = R[a + 2]!; R[d + 2] = x >>> n; } { const x = R[a + 3]!; R[d + 3] = x >>> n; } break;
      }
      case Op.I16x8Shl: {
        const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 15, m = Math.imul(0xffff << n & 0xffff, 0x10001); { const x = R[a]!; R[d] = x << n & m; } { const x = R[a + 1]!; R[d + 1] = x << n & m; } { const x = R[a + 2]!; R[d + 2] = x << n & m; } { const x = R[a + 3]!; R[d + 3] = x << n & m; } break;
      }
      case Op.I16x8ShrU: {
        const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 15, m = Math.imul(0xffff >>> n, 0x10001); { const x = R[a]!; R[d] = x >>> n & m; } { const x = R[a + 1]!; R[d + 1] = x >>> n & m; } { const x = R[a + 2]!; R[d + 2] = x >>> n & m; } { const x = R[a + 3]!; R[d + 3] = x >>> n & m; } break;
      }
      case Op.I16x8ShrS: {
        const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 15; { const x = R[a]!; R[d] = x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16; } { const x = R[a + 1]!; R[d + 1] = x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16; } { const x = R[a + 2]!; R[d + 2] = x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16; } { const x = R[a + 3]!; R[d + 3] = x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16; } break;
      }
      case Op.I8x16Shl: {
        const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 7, m = Math.imul(0xff << n & 0xff, 0x01010101); { const x = R[a]!; R[d] = x << n & m; } { const x = R[a + 1]!; R[d + 1] = x << n & m; } { const x = R[a + 2]!; R[d + 2] = x << n & m; } { const x = R[a + 3]!; R[d + 3] = x << n & m; } break;
      }
      case Op.I8x16ShrU: {
        const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 7, m = Math.imul(0xff >>> n, 0x01010101); { const x = R[a]!; R[d] = x >>> n & m; } { const x = R[a + 1]!; R[d + 1] = x >>> n & m; } { const x = R[a + 2]!; R[d + 2] = x >>> n & m; } { const x = R[a + 3]!; R[d + 3] = x >>> n & m; } break;
      }
      case Op.I8x16ShrS: {
        shift.i8x16ShrS(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!); break;
      }
      case Op.I64x2Shl: {
        shift.i64x2Shl(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!); break;
      }
      case Op.I64x2ShrS: {
        shift.i64x2ShrS(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!); break;
      }
      case Op.I64x2ShrU: {
        shift.i64x2ShrU(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!); break;
      }
      case Op.F32x4Add: {
        { const v = F[a]! + F[b]!; if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = F[a + 1]! + F[b + 1]!; if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = F[a + 2]! + F[b + 2]!; if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = F[a + 3]! + F[b + 3]!; if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } break;
      }
      case Op.F64x2Add: {
        { const v = D[(a >> 1)]! + D[(b >> 1)]!; if (v === v) D[(d >> 1)] = v; else { R[d] = 0; R[d + 1] = 0x7ff80000; } } { const v = D[(a >> 1) + 1]! + D[(b >> 1) + 1]!; if (v === v) D[(d >> 1) + 1] = v; else { R[d + 2] = 0; R[d + 3] = 0x7ff80000; } } break;
      }
      case Op.F32x4Sub: {
        { const v = F[a]! - F[b]!; if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = F[a + 1]! - F[b + 1]!; if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = F[a + 2]! - F[b + 2]!; if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = F[a + 3]! - F[b + 3]!; if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } break;
      }
      case Op.F64x2Sub: {
        { const v = D[(a >> 1)]! - D[(b >> 1)]!; if (v === v) D[(d >> 1)] = v; else { R[d] = 0; R[d + 1] = 0x7ff80000; } } { const v = D[(a >> 1) + 1]! - D[(b >> 1) + 1]!; if (v === v) D[(d >> 1) + 1] = v; else { R[d + 2] = 0; R[d + 3] = 0x7ff80000; } } break;
      }
      case Op.F32x4Mul: {
        { const v = F[a]! * F[b]!; if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = F[a + 1]! * F[b + 1]!; if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = F[a + 2]! * F[b + 2]!; if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = F[a + 3]! * F[b + 3]!; if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } break;
      }
      case Op.F64x2Mul: {
        { const v = D[(a >> 1)]! * D[(b >> 1)]!; if (v === v) D[(d >> 1)] = v; else { R[d] = 0; R[d + 1] = 0x7ff80000; } } { const v = D[(a >> 1) + 1]! * D[(b >> 1) + 1]!; if (v === v) D[(d >> 1) + 1] = v; else { R[d + 2] = 0; R[d + 3] = 0x7ff80000; } } break;
      }
      case Op.F32x4Div: {
        { const v = F[a]! / F[b]!; if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = F[a + 1]! / F[b + 1]!; if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = F[a + 2]! / F[b + 2]!; if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = F[a + 3]! / F[b + 3]!; if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } break;
      }
      case Op.F64x2Div: {
        { const v = D[(a >> 1)]! / D[(b >> 1)]!; if (v === v) D[(d >> 1)] = v; else { R[d] = 0; R[d + 1] = 0x7ff80000; } } { const v = D[(a >> 1) + 1]! / D[(b >> 1) + 1]!; if (v === v) D[(d >> 1) + 1] = v; else { R[d + 2] = 0; R[d + 3] = 0x7ff80000; } } break;
      }
      case Op.F32x4Sqrt: {
        { const v = Math.sqrt(F[a]!); if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = Math.sqrt(F[a + 1]!); if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = Math.sqrt(F[a + 2]!); if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = Math.sqrt(F[a + 3]!); if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } break;
      }
      case Op.F64x2Sqrt: {
        { const v = Math.sqrt(D[(a >> 1)]!); if (v === v) D[(d >> 1)] = v; else { R[d] = 0; R[d + 1] = 0x7ff80000; } } { const v = Math.sqrt(D[(a >> 1) + 1]!); if (v === v) D[(d >> 1) + 1] = v; else { R[d + 2] = 0; R[d + 3] = 0x7ff80000; } } break;
      }
      case Op.F32x4Min:
      case Op.F32x4RelaxedMin: {
        { const v = Math.min(F[a]!, F[b]!); if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = Math.min(F[a + 1]!, F[b + 1]!); if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = Math.min(F[a + 2]!, F[b + 2]!); if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = Math.min(F[a + 3]!, F[b + 3]!); if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } break;
      }
      case Op.F32x4Max:
      case Op.F32x4RelaxedMax: {
        { const v = Math.max(F[a]!, F[b]!); if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = Math.max(F[a + 1]!, F[b + 1]!); if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = Math.max(F[a + 2]!, F[b + 2]!); if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = Math.max(F[a + 3]!, F[b + 3]!); if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } break;
      }
      case Op.F32x4Neg: {
        { const x = R[a]!; R[d] = x ^ 0x80000000; } { const x = R[a + 1]!; R[d + 1] = x ^ 0x80000000; } { const x = R[a + 2]!; R[d + 2] = x ^ 0x80000000; } { const x = R[a + 3]!; R[d + 3] = x ^ 0x80000000; } break;
      }
      case Op.F32x4Abs: {
        { const x = R[a]!; R[d] = x & 0x7fffffff; } { const x = R[a + 1]!; R[d + 1] = x & 0x7fffffff; } { const x = R[a + 2]!; R[d + 2] = x & 0x7fffffff; } { const x = R[a + 3]!; R[d + 3] = x & 0x7fffffff; } break;
      }
      case Op.F32x4Eq: {
        { const x = F[a]!, y = F[b]!; R[d] = x === y ? -1 : 0; } { const x = F[a + 1]!, y = F[b + 1]!; R[d + 1] = x === y ? -1 : 0; } { const x = F[a + 2]!, y = F[b + 2]!; R[d + 2] = x === y ? -1 : 0; } { const x = F[a + 3]!, y = F[b + 3]!; R[d + 3] = x === y ? -1 : 0; } break;
      }
      case Op.F32x4Ne: {
        { const x = F[a]!, y = F[b]!; R[d] = x !== y ? -1 : 0; } { const x = F[a + 1]!, y = F[b + 1]!; R[d + 1] = x !== y ? -1 : 0; } { const x = F[a + 2]!, y = F[b + 2]!; R[d + 2] = x !== y ? -1 : 0; } { const x = F[a + 3]!, y = F[b + 3]!; R[d + 3] = x !== y ? -1 : 0; } break;
      }
      case Op.F32x4Lt: {
        { const x = F[a]!, y = F[b]!; R[d] = x < y ? -1 : 0; } { const x = F[a + 1]!, y = F[b + 1]!; R[d + 1] = x < y ? -1 : 0; } { const x = F[a + 2]!, y = F[b + 2]!; R[d + 2] = x < y ? -1 : 0; } { const x = F[a + 3]!, y = F[b + 3]!; R[d + 3] = x < y ? -1 : 0; } break;
      }
      case Op.F32x4Gt: {
        { const x = F[a]!, y = F[b]!; R[d] = x > y ? -1 : 0; } { const x = F[a + 1]!, y = F[b + 1]!; R[d + 1] = x > y ? -1 : 0; } { const x = F[a + 2]!, y = F[b + 2]!; R[d + 2] = x > y ? -1 : 0; } { const x = F[a + 3]!, y = F[b + 3]!; R[d + 3] = x > y ? -1 : 0; } break;
      }
      case Op.F32x4Le: {
        { const x = F[a]!, y = F[b]!; R[d] = x <= y ? -1 : 0; } { const x = F[a + 1]!, y = F[b + 1]!; R[d + 1] = x <= y ? -1 : 0; } { const x = F[a + 2]!, y = F[b + 2]!; R[d + 2] = x <= y ? -1 : 0; } { const x = F[a + 3]!, y = F[b + 3]!; R[d + 3] = x <= y ? -1 : 0; } break;
      }
      case Op.F32x4Ge: {
        { const x = F[a]!, y = F[b]!; R[d] = x >= y ? -1 : 0; } { const x = F[a + 1]!, y = F[b + 1]!; R[d + 1] = x >= y ? -1 : 0; } { const x = F[a + 2]!, y = F[b + 2]!; R[d + 2] = x >= y ? -1 : 0; } { const x = F[a + 3]!, y = F[b + 3]!; R[d + 3] = x >= y ? -1 : 0; } break;
      }
      case Op.F32x4ConvertI32x4S: {
        F[d] = R[a]!; F[d + 1] = R[a + 1]!; F[d + 2] = R[a + 2]!; F[d + 3] = R[a + 3]!; break;
      }
      default:
        executeVector(op, views, d, a, b, fp + i.c, i.c);
    }
    i = i.next;
  }
  meter.counter = fuel;
  return i;
}

/** Any load or store. Returns false, with nothing done, when it would trap but `mayThrow` is not set. @throws Trap */
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
  return M8[e]! | (M8[e + 1]! << 8) | (M8[e + 2]! << 16) | (M8[e + 3]! << 24);
}

function store32(M8: Uint8Array, e: number, value: number): void {
  M8[e] = value;
  M8[e + 1] = value >> 8;
  M8[e + 2] = value >> 16;
  M8[e + 3] = value >> 24;
}
