// The vector instructions that are calls of functions, by number: on registers, and accesses to memory.
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run `npm run generate`.

import { Op } from "../../../isa/op.ts";
import * as bitwise from "./bitwise.ts";
import * as compare from "./compare.ts";
import * as convert from "./convert.ts";
import * as float from "./float.ts";
import * as integer from "./integer.ts";
import * as lanes from "./lanes.ts";
import * as load from "./load.ts";
import * as relaxed from "./relaxed.ts";
import * as widen from "./widen.ts";
import type { VectorViews } from "./views.ts";

/** What {@link executeVector} executes. */
export type CalledVector =
  | Op.V128AnyTrue | Op.I8x16AllTrue | Op.I16x8AllTrue | Op.I16x8Bitmask | Op.I32x4AllTrue
  | Op.I32x4Bitmask | Op.I64x2AllTrue | Op.I64x2Bitmask | Op.I8x16Swizzle | Op.I8x16RelaxedSwizzle
  | Op.I8x16ExtractLaneS | Op.I8x16ExtractLaneU | Op.I16x8ExtractLaneS | Op.I16x8ExtractLaneU | Op.I8x16ReplaceLane
  | Op.I16x8ReplaceLane | Op.I64x2ReplaceLane | Op.F64x2ReplaceLane | Op.I8x16LtS | Op.I8x16LtU
  | Op.I8x16LeS | Op.I8x16LeU | Op.I16x8LtS | Op.I16x8LtU | Op.I16x8LeS
  | Op.I16x8LeU | Op.I64x2Eq | Op.I64x2Ne | Op.I64x2LtS | Op.I64x2LeS
  | Op.F64x2Eq | Op.F64x2Ne | Op.F64x2Lt | Op.F64x2Le | Op.I8x16GtS
  | Op.I8x16GtU | Op.I8x16GeS | Op.I8x16GeU | Op.I16x8GtS | Op.I16x8GtU
  | Op.I16x8GeS | Op.I16x8GeU | Op.I64x2GtS | Op.I64x2GeS | Op.F64x2Gt
  | Op.F64x2Ge | Op.I8x16Abs | Op.I8x16Neg | Op.I8x16Popcnt | Op.I16x8Abs
  | Op.I16x8Neg | Op.I64x2Abs | Op.I64x2Neg | Op.I8x16AddSatS | Op.I8x16AddSatU
  | Op.I8x16SubSatS | Op.I8x16SubSatU | Op.I8x16MinS | Op.I8x16MinU | Op.I8x16MaxS
  | Op.I8x16MaxU | Op.I8x16AvgrU | Op.I16x8AddSatS | Op.I16x8AddSatU | Op.I16x8SubSatS
  | Op.I16x8SubSatU | Op.I16x8MinS | Op.I16x8MinU | Op.I16x8MaxS | Op.I16x8MaxU
  | Op.I16x8AvgrU | Op.I16x8Q15mulrSatS | Op.I16x8RelaxedQ15mulrS | Op.I64x2Mul | Op.I16x8ExtaddPairwiseI8x16S
  | Op.I16x8ExtaddPairwiseI8x16U | Op.I32x4ExtaddPairwiseI16x8S | Op.I32x4ExtaddPairwiseI16x8U | Op.I64x2ExtendLowI32x4S | Op.I64x2ExtendHighI32x4S
  | Op.I64x2ExtendLowI32x4U | Op.I64x2ExtendHighI32x4U | Op.I8x16NarrowI16x8S | Op.I16x8NarrowI32x4S | Op.I16x8NarrowI32x4U
  | Op.I16x8ExtmulLowI8x16S | Op.I16x8ExtmulHighI8x16S | Op.I16x8ExtmulLowI8x16U | Op.I16x8ExtmulHighI8x16U | Op.I32x4ExtmulLowI16x8S
  | Op.I32x4ExtmulHighI16x8S | Op.I32x4ExtmulLowI16x8U | Op.I32x4ExtmulHighI16x8U | Op.I64x2ExtmulLowI32x4S | Op.I64x2ExtmulHighI32x4S
  | Op.I64x2ExtmulLowI32x4U | Op.I64x2ExtmulHighI32x4U | Op.F32x4Ceil | Op.F32x4Floor | Op.F32x4Trunc
  | Op.F32x4Nearest | Op.F64x2Ceil | Op.F64x2Floor | Op.F64x2Trunc | Op.F64x2Nearest
  | Op.F64x2Abs | Op.F64x2Neg | Op.F32x4Pmin | Op.F32x4Pmax | Op.F64x2Min
  | Op.F64x2Max | Op.F64x2RelaxedMin | Op.F64x2RelaxedMax | Op.F64x2Pmin | Op.F64x2Pmax
  | Op.I32x4TruncSatF32x4S | Op.I32x4TruncSatF32x4U | Op.I32x4TruncSatF64x2SZero | Op.I32x4TruncSatF64x2UZero | Op.I32x4RelaxedTruncF32x4S
  | Op.I32x4RelaxedTruncF32x4U | Op.I32x4RelaxedTruncF64x2SZero | Op.I32x4RelaxedTruncF64x2UZero | Op.F32x4ConvertI32x4U | Op.F32x4DemoteF64x2Zero
  | Op.F64x2ConvertLowI32x4S | Op.F64x2ConvertLowI32x4U | Op.F64x2PromoteLowF32x4 | Op.I16x8RelaxedDotI8x16I7x16S | Op.I32x4RelaxedDotI8x16I7x16AddS
  | Op.F32x4RelaxedMadd | Op.F32x4RelaxedNmadd | Op.F64x2RelaxedMadd | Op.F64x2RelaxedNmadd;

/**
 * Executes `op` on registers. `d` is the destination; `a`, `b`, `c` are the operands in stack order, unused ones
 * any number: all Int32Array indices, of vectors or of scalars as the instruction's signature says. See
 * {@link VectorViews} for what may overlap.
 */
export function executeVector(
  op: CalledVector,
  v: VectorViews,
  d: number,
  a: number,
  b: number,
  c: number,
  lane: number,
): void {
  switch (op) {
    case Op.V128AnyTrue: bitwise.v128AnyTrue(v, d, a); return;
    case Op.I8x16AllTrue: bitwise.i8x16AllTrue(v, d, a); return;
    case Op.I16x8AllTrue: bitwise.i16x8AllTrue(v, d, a); return;
    case Op.I16x8Bitmask: bitwise.i16x8Bitmask(v, d, a); return;
    case Op.I32x4AllTrue: bitwise.i32x4AllTrue(v, d, a); return;
    case Op.I32x4Bitmask: bitwise.i32x4Bitmask(v, d, a); return;
    case Op.I64x2AllTrue: bitwise.i64x2AllTrue(v, d, a); return;
    case Op.I64x2Bitmask: bitwise.i64x2Bitmask(v, d, a); return;
    case Op.I8x16Swizzle: case Op.I8x16RelaxedSwizzle: lanes.i8x16Swizzle(v, d, a, b); return;
    case Op.I8x16ExtractLaneS: lanes.i8x16ExtractLaneS(v, d, a, lane); return;
    case Op.I8x16ExtractLaneU: lanes.i8x16ExtractLaneU(v, d, a, lane); return;
    case Op.I16x8ExtractLaneS: lanes.i16x8ExtractLaneS(v, d, a, lane); return;
    case Op.I16x8ExtractLaneU: lanes.i16x8ExtractLaneU(v, d, a, lane); return;
    case Op.I8x16ReplaceLane: lanes.i8x16ReplaceLane(v, d, a, b, lane); return;
    case Op.I16x8ReplaceLane: lanes.i16x8ReplaceLane(v, d, a, b, lane); return;
    case Op.I64x2ReplaceLane: case Op.F64x2ReplaceLane: lanes.i64x2ReplaceLane(v, d, a, b, lane); return;
    case Op.I8x16LtS: compare.i8x16LtS(v, d, a, b); return;
    case Op.I8x16LtU: compare.i8x16LtU(v, d, a, b); return;
    case Op.I8x16LeS: compare.i8x16LeS(v, d, a, b); return;
    case Op.I8x16LeU: compare.i8x16LeU(v, d, a, b); return;
    case Op.I16x8LtS: compare.i16x8LtS(v, d, a, b); return;
    case Op.I16x8LtU: compare.i16x8LtU(v, d, a, b); return;
    case Op.I16x8LeS: compare.i16x8LeS(v, d, a, b); return;
    case Op.I16x8LeU: compare.i16x8LeU(v, d, a, b); return;
    case Op.I64x2Eq: compare.i64x2Eq(v, d, a, b); return;
    case Op.I64x2Ne: compare.i64x2Ne(v, d, a, b); return;
    case Op.I64x2LtS: compare.i64x2LtS(v, d, a, b); return;
    case Op.I64x2LeS: compare.i64x2LeS(v, d, a, b); return;
    case Op.F64x2Eq: compare.f64x2Eq(v, d, a, b); return;
    case Op.F64x2Ne: compare.f64x2Ne(v, d, a, b); return;
    case Op.F64x2Lt: compare.f64x2Lt(v, d, a, b); return;
    case Op.F64x2Le: compare.f64x2Le(v, d, a, b); return;
    case Op.I8x16GtS: compare.i8x16LtS(v, d, b, a); return;
    case Op.I8x16GtU: compare.i8x16LtU(v, d, b, a); return;
    case Op.I8x16GeS: compare.i8x16LeS(v, d, b, a); return;
    case Op.I8x16GeU: compare.i8x16LeU(v, d, b, a); return;
    case Op.I16x8GtS: compare.i16x8LtS(v, d, b, a); return;
    case Op.I16x8GtU: compare.i16x8LtU(v, d, b, a); return;
    case Op.I16x8GeS: compare.i16x8LeS(v, d, b, a); return;
    case Op.I16x8GeU: compare.i16x8LeU(v, d, b, a); return;
    case Op.I64x2GtS: compare.i64x2LtS(v, d, b, a); return;
    case Op.I64x2GeS: compare.i64x2LeS(v, d, b, a); return;
    case Op.F64x2Gt: compare.f64x2Lt(v, d, b, a); return;
    case Op.F64x2Ge: compare.f64x2Le(v, d, b, a); return;
    case Op.I8x16Abs: integer.i8x16Abs(v, d, a); return;
    case Op.I8x16Neg: integer.i8x16Neg(v, d, a); return;
    case Op.I8x16Popcnt: integer.i8x16Popcnt(v, d, a); return;
    case Op.I16x8Abs: integer.i16x8Abs(v, d, a); return;
    case Op.I16x8Neg: integer.i16x8Neg(v, d, a); return;
    case Op.I64x2Abs: integer.i64x2Abs(v, d, a); return;
    case Op.I64x2Neg: integer.i64x2Neg(v, d, a); return;
    case Op.I8x16AddSatS: integer.i8x16AddSatS(v, d, a, b); return;
    case Op.I8x16AddSatU: integer.i8x16AddSatU(v, d, a, b); return;
    case Op.I8x16SubSatS: integer.i8x16SubSatS(v, d, a, b); return;
    case Op.I8x16SubSatU: integer.i8x16SubSatU(v, d, a, b); return;
    case Op.I8x16MinS: integer.i8x16MinS(v, d, a, b); return;
    case Op.I8x16MinU: integer.i8x16MinU(v, d, a, b); return;
    case Op.I8x16MaxS: integer.i8x16MaxS(v, d, a, b); return;
    case Op.I8x16MaxU: integer.i8x16MaxU(v, d, a, b); return;
    case Op.I8x16AvgrU: integer.i8x16AvgrU(v, d, a, b); return;
    case Op.I16x8AddSatS: integer.i16x8AddSatS(v, d, a, b); return;
    case Op.I16x8AddSatU: integer.i16x8AddSatU(v, d, a, b); return;
    case Op.I16x8SubSatS: integer.i16x8SubSatS(v, d, a, b); return;
    case Op.I16x8SubSatU: integer.i16x8SubSatU(v, d, a, b); return;
    case Op.I16x8MinS: integer.i16x8MinS(v, d, a, b); return;
    case Op.I16x8MinU: integer.i16x8MinU(v, d, a, b); return;
    case Op.I16x8MaxS: integer.i16x8MaxS(v, d, a, b); return;
    case Op.I16x8MaxU: integer.i16x8MaxU(v, d, a, b); return;
    case Op.I16x8AvgrU: integer.i16x8AvgrU(v, d, a, b); return;
    case Op.I16x8Q15mulrSatS: case Op.I16x8RelaxedQ15mulrS: integer.i16x8Q15mulrSatS(v, d, a, b); return;
    case Op.I64x2Mul: integer.i64x2Mul(v, d, a, b); return;
    case Op.I16x8ExtaddPairwiseI8x16S: widen.i16x8ExtaddPairwiseI8x16S(v, d, a); return;
    case Op.I16x8ExtaddPairwiseI8x16U: widen.i16x8ExtaddPairwiseI8x16U(v, d, a); return;
    case Op.I32x4ExtaddPairwiseI16x8S: widen.i32x4ExtaddPairwiseI16x8S(v, d, a); return;
    case Op.I32x4ExtaddPairwiseI16x8U: widen.i32x4ExtaddPairwiseI16x8U(v, d, a); return;
    case Op.I64x2ExtendLowI32x4S: widen.i64x2ExtendLowI32x4S(v, d, a); return;
    case Op.I64x2ExtendHighI32x4S: widen.i64x2ExtendHighI32x4S(v, d, a); return;
    case Op.I64x2ExtendLowI32x4U: widen.i64x2ExtendLowI32x4U(v, d, a); return;
    case Op.I64x2ExtendHighI32x4U: widen.i64x2ExtendHighI32x4U(v, d, a); return;
    case Op.I8x16NarrowI16x8S: widen.i8x16NarrowI16x8S(v, d, a, b); return;
    case Op.I16x8NarrowI32x4S: widen.i16x8NarrowI32x4S(v, d, a, b); return;
    case Op.I16x8NarrowI32x4U: widen.i16x8NarrowI32x4U(v, d, a, b); return;
    case Op.I16x8ExtmulLowI8x16S: widen.i16x8ExtmulLowI8x16S(v, d, a, b); return;
    case Op.I16x8ExtmulHighI8x16S: widen.i16x8ExtmulHighI8x16S(v, d, a, b); return;
    case Op.I16x8ExtmulLowI8x16U: widen.i16x8ExtmulLowI8x16U(v, d, a, b); return;
    case Op.I16x8ExtmulHighI8x16U: widen.i16x8ExtmulHighI8x16U(v, d, a, b); return;
    case Op.I32x4ExtmulLowI16x8S: widen.i32x4ExtmulLowI16x8S(v, d, a, b); return;
    case Op.I32x4ExtmulHighI16x8S: widen.i32x4ExtmulHighI16x8S(v, d, a, b); return;
    case Op.I32x4ExtmulLowI16x8U: widen.i32x4ExtmulLowI16x8U(v, d, a, b); return;
    case Op.I32x4ExtmulHighI16x8U: widen.i32x4ExtmulHighI16x8U(v, d, a, b); return;
    case Op.I64x2ExtmulLowI32x4S: widen.i64x2ExtmulLowI32x4S(v, d, a, b); return;
    case Op.I64x2ExtmulHighI32x4S: widen.i64x2ExtmulHighI32x4S(v, d, a, b); return;
    case Op.I64x2ExtmulLowI32x4U: widen.i64x2ExtmulLowI32x4U(v, d, a, b); return;
    case Op.I64x2ExtmulHighI32x4U: widen.i64x2ExtmulHighI32x4U(v, d, a, b); return;
    case Op.F32x4Ceil: float.f32x4Ceil(v, d, a); return;
    case Op.F32x4Floor: float.f32x4Floor(v, d, a); return;
    case Op.F32x4Trunc: float.f32x4Trunc(v, d, a); return;
    case Op.F32x4Nearest: float.f32x4Nearest(v, d, a); return;
    case Op.F64x2Ceil: float.f64x2Ceil(v, d, a); return;
    case Op.F64x2Floor: float.f64x2Floor(v, d, a); return;
    case Op.F64x2Trunc: float.f64x2Trunc(v, d, a); return;
    case Op.F64x2Nearest: float.f64x2Nearest(v, d, a); return;
    case Op.F64x2Abs: float.f64x2Abs(v, d, a); return;
    case Op.F64x2Neg: float.f64x2Neg(v, d, a); return;
    case Op.F32x4Pmin: float.f32x4Pmin(v, d, a, b); return;
    case Op.F32x4Pmax: float.f32x4Pmax(v, d, a, b); return;
    case Op.F64x2Min: case Op.F64x2RelaxedMin: float.f64x2Min(v, d, a, b); return;
    case Op.F64x2Max: case Op.F64x2RelaxedMax: float.f64x2Max(v, d, a, b); return;
    case Op.F64x2Pmin: float.f64x2Pmin(v, d, a, b); return;
    case Op.F64x2Pmax: float.f64x2Pmax(v, d, a, b); return;
    case Op.I32x4TruncSatF32x4S: case Op.I32x4RelaxedTruncF32x4S: convert.i32x4TruncSatF32x4S(v, d, a); return;
    case Op.I32x4TruncSatF32x4U: case Op.I32x4RelaxedTruncF32x4U: convert.i32x4TruncSatF32x4U(v, d, a); return;
    case Op.I32x4TruncSatF64x2SZero: case Op.I32x4RelaxedTruncF64x2SZero: convert.i32x4TruncSatF64x2SZero(v, d, a); return;
    case Op.I32x4TruncSatF64x2UZero: case Op.I32x4RelaxedTruncF64x2UZero: convert.i32x4TruncSatF64x2UZero(v, d, a); return;
    case Op.F32x4ConvertI32x4U: convert.f32x4ConvertI32x4U(v, d, a); return;
    case Op.F32x4DemoteF64x2Zero: convert.f32x4DemoteF64x2Zero(v, d, a); return;
    case Op.F64x2ConvertLowI32x4S: convert.f64x2ConvertLowI32x4S(v, d, a); return;
    case Op.F64x2ConvertLowI32x4U: convert.f64x2ConvertLowI32x4U(v, d, a); return;
    case Op.F64x2PromoteLowF32x4: convert.f64x2PromoteLowF32x4(v, d, a); return;
    case Op.I16x8RelaxedDotI8x16I7x16S: relaxed.i16x8RelaxedDotI8x16I7x16S(v, d, a, b); return;
    case Op.I32x4RelaxedDotI8x16I7x16AddS: relaxed.i32x4RelaxedDotI8x16I7x16AddS(v, d, a, b, c); return;
    case Op.F32x4RelaxedMadd: relaxed.f32x4RelaxedMadd(v, d, a, b, c); return;
    case Op.F32x4RelaxedNmadd: relaxed.f32x4RelaxedNmadd(v, d, a, b, c); return;
    case Op.F64x2RelaxedMadd: relaxed.f64x2RelaxedMadd(v, d, a, b, c); return;
    case Op.F64x2RelaxedNmadd: relaxed.f64x2RelaxedNmadd(v, d, a, b, c); return;
    default:
      throw new Error(`not a vector instruction that is a call: ${op satisfies never}`);
  }
}

export type VectorLoad =
  | Op.V128Load | Op.V128Load8x8S | Op.V128Load8x8U | Op.V128Load16x4S | Op.V128Load16x4U
  | Op.V128Load32x2S | Op.V128Load32x2U | Op.V128Load8Splat | Op.V128Load16Splat | Op.V128Load32Splat
  | Op.V128Load64Splat | Op.V128Load32Zero | Op.V128Load64Zero | Op.V128Load8Lane | Op.V128Load16Lane
  | Op.V128Load32Lane | Op.V128Load64Lane;

/** Executes vector load `op` into `d`; `a` and `lane` are read by those into a lane only. */
export function executeVectorLoad(
  op: VectorLoad,
  v: VectorViews,
  d: number,
  a: number,
  M8: Uint8Array,
  e: number,
  lane: number,
): void {
  switch (op) {
    case Op.V128Load: load.loadVector(v, d, M8, e); return;
    case Op.V128Load8x8S: load.load8x8S(v, d, M8, e); return;
    case Op.V128Load8x8U: load.load8x8U(v, d, M8, e); return;
    case Op.V128Load16x4S: load.load16x4S(v, d, M8, e); return;
    case Op.V128Load16x4U: load.load16x4U(v, d, M8, e); return;
    case Op.V128Load32x2S: load.load32x2S(v, d, M8, e); return;
    case Op.V128Load32x2U: load.load32x2U(v, d, M8, e); return;
    case Op.V128Load8Splat: load.load8Splat(v, d, M8, e); return;
    case Op.V128Load16Splat: load.load16Splat(v, d, M8, e); return;
    case Op.V128Load32Splat: load.load32Splat(v, d, M8, e); return;
    case Op.V128Load64Splat: load.load64Splat(v, d, M8, e); return;
    case Op.V128Load32Zero: load.load32Zero(v, d, M8, e); return;
    case Op.V128Load64Zero: load.load64Zero(v, d, M8, e); return;
    case Op.V128Load8Lane: load.load8Lane(v, d, a, M8, e, lane); return;
    case Op.V128Load16Lane: load.load16Lane(v, d, a, M8, e, lane); return;
    case Op.V128Load32Lane: load.load32Lane(v, d, a, M8, e, lane); return;
    case Op.V128Load64Lane: load.load64Lane(v, d, a, M8, e, lane); return;
    default:
      throw new Error(`not a vector load: ${op satisfies never}`);
  }
}

export type VectorStore =
  | Op.V128Store | Op.V128Store8Lane | Op.V128Store16Lane | Op.V128Store32Lane | Op.V128Store64Lane;

/** Executes vector store `op` of vector `a`; `lane` is read by those of a lane only. */
export function executeVectorStore(
  op: VectorStore,
  v: VectorViews,
  a: number,
  M8: Uint8Array,
  e: number,
  lane: number,
): void {
  switch (op) {
    case Op.V128Store: load.storeVector(v, a, M8, e); return;
    case Op.V128Store8Lane: load.store8Lane(v, a, M8, e, lane); return;
    case Op.V128Store16Lane: load.store16Lane(v, a, M8, e, lane); return;
    case Op.V128Store32Lane: load.store32Lane(v, a, M8, e, lane); return;
    case Op.V128Store64Lane: load.store64Lane(v, a, M8, e, lane); return;
    default:
      throw new Error(`not a vector store: ${op satisfies never}`);
  }
}
