// Executes any vector instruction that touches no memory, by one switch over its number.
// Owns the choice of function and operand order only; the mathematics is in its neighbours.

import { Op } from "../../../isa/op.ts";
import * as bitwise from "./bitwise.ts";
import * as compare from "./compare.ts";
import * as convert from "./convert.ts";
import * as float from "./float.ts";
import * as integer from "./integer.ts";
import * as lanes from "./lanes.ts";
import * as relaxed from "./relaxed.ts";
import * as shift from "./shift.ts";
import type { VectorViews } from "./views.ts";
import * as widen from "./widen.ts";

/**
 * Executes `op` on registers. `d` is the destination; `a`, `b`, `c` are the operands in stack order, unused ones
 * any number: all Int32Array indices, of vectors or of scalars as the instruction's signature says. See
 * {@link VectorViews} for what may overlap. `imm` is the lane, or for `v128.const` and `i8x16.shuffle` the
 * offset of their 16 bytes in `bytes`, which nothing else reads.
 */
export function executeVector(
  op: Op,
  v: VectorViews,
  d: number,
  a: number,
  b: number,
  c: number,
  imm: number,
  bytes: Uint8Array,
): void {
  switch (op) {
    case Op.V128Const:
      lanes.v128Const(v, d, bytes, imm);
      return;
    case Op.I8x16Shuffle:
      lanes.i8x16Shuffle(v, d, a, b, bytes, imm);
      return;
    case Op.I8x16Swizzle:
    case Op.I8x16RelaxedSwizzle:
      lanes.i8x16Swizzle(v, d, a, b);
      return;
    case Op.I8x16Splat:
      lanes.i8x16Splat(v, d, a);
      return;
    case Op.I16x8Splat:
      lanes.i16x8Splat(v, d, a);
      return;
    case Op.I32x4Splat:
    case Op.F32x4Splat:
      lanes.i32x4Splat(v, d, a);
      return;
    case Op.I64x2Splat:
    case Op.F64x2Splat:
      lanes.i64x2Splat(v, d, a);
      return;
    case Op.I8x16ExtractLaneS:
      lanes.i8x16ExtractLaneS(v, d, a, imm);
      return;
    case Op.I8x16ExtractLaneU:
      lanes.i8x16ExtractLaneU(v, d, a, imm);
      return;
    case Op.I8x16ReplaceLane:
      lanes.i8x16ReplaceLane(v, d, a, b, imm);
      return;
    case Op.I16x8ExtractLaneS:
      lanes.i16x8ExtractLaneS(v, d, a, imm);
      return;
    case Op.I16x8ExtractLaneU:
      lanes.i16x8ExtractLaneU(v, d, a, imm);
      return;
    case Op.I16x8ReplaceLane:
      lanes.i16x8ReplaceLane(v, d, a, b, imm);
      return;
    case Op.I32x4ExtractLane:
    case Op.F32x4ExtractLane:
      lanes.i32x4ExtractLane(v, d, a, imm);
      return;
    case Op.I32x4ReplaceLane:
    case Op.F32x4ReplaceLane:
      lanes.i32x4ReplaceLane(v, d, a, b, imm);
      return;
    case Op.I64x2ExtractLane:
    case Op.F64x2ExtractLane:
      lanes.i64x2ExtractLane(v, d, a, imm);
      return;
    case Op.I64x2ReplaceLane:
    case Op.F64x2ReplaceLane:
      lanes.i64x2ReplaceLane(v, d, a, b, imm);
      return;
    case Op.I8x16Eq:
      compare.i8x16Eq(v, d, a, b);
      return;
    case Op.I8x16Ne:
      compare.i8x16Ne(v, d, a, b);
      return;
    case Op.I8x16LtS:
      compare.i8x16LtS(v, d, a, b);
      return;
    case Op.I8x16LtU:
      compare.i8x16LtU(v, d, a, b);
      return;
    case Op.I8x16GtS:
      compare.i8x16LtS(v, d, b, a);
      return;
    case Op.I8x16GtU:
      compare.i8x16LtU(v, d, b, a);
      return;
    case Op.I8x16LeS:
      compare.i8x16LeS(v, d, a, b);
      return;
    case Op.I8x16LeU:
      compare.i8x16LeU(v, d, a, b);
      return;
    case Op.I8x16GeS:
      compare.i8x16LeS(v, d, b, a);
      return;
    case Op.I8x16GeU:
      compare.i8x16LeU(v, d, b, a);
      return;
    case Op.I16x8Eq:
      compare.i16x8Eq(v, d, a, b);
      return;
    case Op.I16x8Ne:
      compare.i16x8Ne(v, d, a, b);
      return;
    case Op.I16x8LtS:
      compare.i16x8LtS(v, d, a, b);
      return;
    case Op.I16x8LtU:
      compare.i16x8LtU(v, d, a, b);
      return;
    case Op.I16x8GtS:
      compare.i16x8LtS(v, d, b, a);
      return;
    case Op.I16x8GtU:
      compare.i16x8LtU(v, d, b, a);
      return;
    case Op.I16x8LeS:
      compare.i16x8LeS(v, d, a, b);
      return;
    case Op.I16x8LeU:
      compare.i16x8LeU(v, d, a, b);
      return;
    case Op.I16x8GeS:
      compare.i16x8LeS(v, d, b, a);
      return;
    case Op.I16x8GeU:
      compare.i16x8LeU(v, d, b, a);
      return;
    case Op.I32x4Eq:
      compare.i32x4Eq(v, d, a, b);
      return;
    case Op.I32x4Ne:
      compare.i32x4Ne(v, d, a, b);
      return;
    case Op.I32x4LtS:
      compare.i32x4LtS(v, d, a, b);
      return;
    case Op.I32x4LtU:
      compare.i32x4LtU(v, d, a, b);
      return;
    case Op.I32x4GtS:
      compare.i32x4LtS(v, d, b, a);
      return;
    case Op.I32x4GtU:
      compare.i32x4LtU(v, d, b, a);
      return;
    case Op.I32x4LeS:
      compare.i32x4LeS(v, d, a, b);
      return;
    case Op.I32x4LeU:
      compare.i32x4LeU(v, d, a, b);
      return;
    case Op.I32x4GeS:
      compare.i32x4LeS(v, d, b, a);
      return;
    case Op.I32x4GeU:
      compare.i32x4LeU(v, d, b, a);
      return;
    case Op.F32x4Eq:
      compare.f32x4Eq(v, d, a, b);
      return;
    case Op.F32x4Ne:
      compare.f32x4Ne(v, d, a, b);
      return;
    case Op.F32x4Lt:
      compare.f32x4Lt(v, d, a, b);
      return;
    case Op.F32x4Gt:
      compare.f32x4Lt(v, d, b, a);
      return;
    case Op.F32x4Le:
      compare.f32x4Le(v, d, a, b);
      return;
    case Op.F32x4Ge:
      compare.f32x4Le(v, d, b, a);
      return;
    case Op.F64x2Eq:
      compare.f64x2Eq(v, d, a, b);
      return;
    case Op.F64x2Ne:
      compare.f64x2Ne(v, d, a, b);
      return;
    case Op.F64x2Lt:
      compare.f64x2Lt(v, d, a, b);
      return;
    case Op.F64x2Gt:
      compare.f64x2Lt(v, d, b, a);
      return;
    case Op.F64x2Le:
      compare.f64x2Le(v, d, a, b);
      return;
    case Op.F64x2Ge:
      compare.f64x2Le(v, d, b, a);
      return;
    case Op.V128Not:
      bitwise.v128Not(v, d, a);
      return;
    case Op.V128And:
      bitwise.v128And(v, d, a, b);
      return;
    case Op.V128Andnot:
      bitwise.v128Andnot(v, d, a, b);
      return;
    case Op.V128Or:
      bitwise.v128Or(v, d, a, b);
      return;
    case Op.V128Xor:
      bitwise.v128Xor(v, d, a, b);
      return;
    case Op.V128Bitselect:
    case Op.I8x16RelaxedLaneselect:
    case Op.I16x8RelaxedLaneselect:
    case Op.I32x4RelaxedLaneselect:
    case Op.I64x2RelaxedLaneselect:
      bitwise.v128Bitselect(v, d, a, b, c);
      return;
    case Op.V128AnyTrue:
      bitwise.v128AnyTrue(v, d, a);
      return;
    case Op.F32x4DemoteF64x2Zero:
      convert.f32x4DemoteF64x2Zero(v, d, a);
      return;
    case Op.F64x2PromoteLowF32x4:
      convert.f64x2PromoteLowF32x4(v, d, a);
      return;
    case Op.I8x16Abs:
      integer.i8x16Abs(v, d, a);
      return;
    case Op.I8x16Neg:
      integer.i8x16Neg(v, d, a);
      return;
    case Op.I8x16Popcnt:
      integer.i8x16Popcnt(v, d, a);
      return;
    case Op.I8x16AllTrue:
      bitwise.i8x16AllTrue(v, d, a);
      return;
    case Op.I8x16Bitmask:
      bitwise.i8x16Bitmask(v, d, a);
      return;
    case Op.I8x16NarrowI16x8S:
      widen.i8x16NarrowI16x8S(v, d, a, b);
      return;
    case Op.I8x16NarrowI16x8U:
      widen.i8x16NarrowI16x8U(v, d, a, b);
      return;
    case Op.F32x4Ceil:
      float.f32x4Ceil(v, d, a);
      return;
    case Op.F32x4Floor:
      float.f32x4Floor(v, d, a);
      return;
    case Op.F32x4Trunc:
      float.f32x4Trunc(v, d, a);
      return;
    case Op.F32x4Nearest:
      float.f32x4Nearest(v, d, a);
      return;
    case Op.I8x16Shl:
      shift.i8x16Shl(v, d, a, v.R[b]!);
      return;
    case Op.I8x16ShrS:
      shift.i8x16ShrS(v, d, a, v.R[b]!);
      return;
    case Op.I8x16ShrU:
      shift.i8x16ShrU(v, d, a, v.R[b]!);
      return;
    case Op.I8x16Add:
      integer.i8x16Add(v, d, a, b);
      return;
    case Op.I8x16AddSatS:
      integer.i8x16AddSatS(v, d, a, b);
      return;
    case Op.I8x16AddSatU:
      integer.i8x16AddSatU(v, d, a, b);
      return;
    case Op.I8x16Sub:
      integer.i8x16Sub(v, d, a, b);
      return;
    case Op.I8x16SubSatS:
      integer.i8x16SubSatS(v, d, a, b);
      return;
    case Op.I8x16SubSatU:
      integer.i8x16SubSatU(v, d, a, b);
      return;
    case Op.F64x2Ceil:
      float.f64x2Ceil(v, d, a);
      return;
    case Op.F64x2Floor:
      float.f64x2Floor(v, d, a);
      return;
    case Op.I8x16MinS:
      integer.i8x16MinS(v, d, a, b);
      return;
    case Op.I8x16MinU:
      integer.i8x16MinU(v, d, a, b);
      return;
    case Op.I8x16MaxS:
      integer.i8x16MaxS(v, d, a, b);
      return;
    case Op.I8x16MaxU:
      integer.i8x16MaxU(v, d, a, b);
      return;
    case Op.F64x2Trunc:
      float.f64x2Trunc(v, d, a);
      return;
    case Op.I8x16AvgrU:
      integer.i8x16AvgrU(v, d, a, b);
      return;
    case Op.I16x8ExtaddPairwiseI8x16S:
      widen.i16x8ExtaddPairwiseI8x16S(v, d, a);
      return;
    case Op.I16x8ExtaddPairwiseI8x16U:
      widen.i16x8ExtaddPairwiseI8x16U(v, d, a);
      return;
    case Op.I32x4ExtaddPairwiseI16x8S:
      widen.i32x4ExtaddPairwiseI16x8S(v, d, a);
      return;
    case Op.I32x4ExtaddPairwiseI16x8U:
      widen.i32x4ExtaddPairwiseI16x8U(v, d, a);
      return;
    case Op.I16x8Abs:
      integer.i16x8Abs(v, d, a);
      return;
    case Op.I16x8Neg:
      integer.i16x8Neg(v, d, a);
      return;
    case Op.I16x8Q15mulrSatS:
    case Op.I16x8RelaxedQ15mulrS:
      integer.i16x8Q15mulrSatS(v, d, a, b);
      return;
    case Op.I16x8AllTrue:
      bitwise.i16x8AllTrue(v, d, a);
      return;
    case Op.I16x8Bitmask:
      bitwise.i16x8Bitmask(v, d, a);
      return;
    case Op.I16x8NarrowI32x4S:
      widen.i16x8NarrowI32x4S(v, d, a, b);
      return;
    case Op.I16x8NarrowI32x4U:
      widen.i16x8NarrowI32x4U(v, d, a, b);
      return;
    case Op.I16x8ExtendLowI8x16S:
      widen.i16x8ExtendLowI8x16S(v, d, a);
      return;
    case Op.I16x8ExtendHighI8x16S:
      widen.i16x8ExtendHighI8x16S(v, d, a);
      return;
    case Op.I16x8ExtendLowI8x16U:
      widen.i16x8ExtendLowI8x16U(v, d, a);
      return;
    case Op.I16x8ExtendHighI8x16U:
      widen.i16x8ExtendHighI8x16U(v, d, a);
      return;
    case Op.I16x8Shl:
      shift.i16x8Shl(v, d, a, v.R[b]!);
      return;
    case Op.I16x8ShrS:
      shift.i16x8ShrS(v, d, a, v.R[b]!);
      return;
    case Op.I16x8ShrU:
      shift.i16x8ShrU(v, d, a, v.R[b]!);
      return;
    case Op.I16x8Add:
      integer.i16x8Add(v, d, a, b);
      return;
    case Op.I16x8AddSatS:
      integer.i16x8AddSatS(v, d, a, b);
      return;
    case Op.I16x8AddSatU:
      integer.i16x8AddSatU(v, d, a, b);
      return;
    case Op.I16x8Sub:
      integer.i16x8Sub(v, d, a, b);
      return;
    case Op.I16x8SubSatS:
      integer.i16x8SubSatS(v, d, a, b);
      return;
    case Op.I16x8SubSatU:
      integer.i16x8SubSatU(v, d, a, b);
      return;
    case Op.F64x2Nearest:
      float.f64x2Nearest(v, d, a);
      return;
    case Op.I16x8Mul:
      integer.i16x8Mul(v, d, a, b);
      return;
    case Op.I16x8MinS:
      integer.i16x8MinS(v, d, a, b);
      return;
    case Op.I16x8MinU:
      integer.i16x8MinU(v, d, a, b);
      return;
    case Op.I16x8MaxS:
      integer.i16x8MaxS(v, d, a, b);
      return;
    case Op.I16x8MaxU:
      integer.i16x8MaxU(v, d, a, b);
      return;
    case Op.I16x8AvgrU:
      integer.i16x8AvgrU(v, d, a, b);
      return;
    case Op.I16x8ExtmulLowI8x16S:
      widen.i16x8ExtmulLowI8x16S(v, d, a, b);
      return;
    case Op.I16x8ExtmulHighI8x16S:
      widen.i16x8ExtmulHighI8x16S(v, d, a, b);
      return;
    case Op.I16x8ExtmulLowI8x16U:
      widen.i16x8ExtmulLowI8x16U(v, d, a, b);
      return;
    case Op.I16x8ExtmulHighI8x16U:
      widen.i16x8ExtmulHighI8x16U(v, d, a, b);
      return;
    case Op.I32x4Abs:
      integer.i32x4Abs(v, d, a);
      return;
    case Op.I32x4Neg:
      integer.i32x4Neg(v, d, a);
      return;
    case Op.I32x4AllTrue:
      bitwise.i32x4AllTrue(v, d, a);
      return;
    case Op.I32x4Bitmask:
      bitwise.i32x4Bitmask(v, d, a);
      return;
    case Op.I32x4ExtendLowI16x8S:
      widen.i32x4ExtendLowI16x8S(v, d, a);
      return;
    case Op.I32x4ExtendHighI16x8S:
      widen.i32x4ExtendHighI16x8S(v, d, a);
      return;
    case Op.I32x4ExtendLowI16x8U:
      widen.i32x4ExtendLowI16x8U(v, d, a);
      return;
    case Op.I32x4ExtendHighI16x8U:
      widen.i32x4ExtendHighI16x8U(v, d, a);
      return;
    case Op.I32x4Shl:
      shift.i32x4Shl(v, d, a, v.R[b]!);
      return;
    case Op.I32x4ShrS:
      shift.i32x4ShrS(v, d, a, v.R[b]!);
      return;
    case Op.I32x4ShrU:
      shift.i32x4ShrU(v, d, a, v.R[b]!);
      return;
    case Op.I32x4Add:
      integer.i32x4Add(v, d, a, b);
      return;
    case Op.I32x4Sub:
      integer.i32x4Sub(v, d, a, b);
      return;
    case Op.I32x4Mul:
      integer.i32x4Mul(v, d, a, b);
      return;
    case Op.I32x4MinS:
      integer.i32x4MinS(v, d, a, b);
      return;
    case Op.I32x4MinU:
      integer.i32x4MinU(v, d, a, b);
      return;
    case Op.I32x4MaxS:
      integer.i32x4MaxS(v, d, a, b);
      return;
    case Op.I32x4MaxU:
      integer.i32x4MaxU(v, d, a, b);
      return;
    case Op.I32x4DotI16x8S:
      widen.i32x4DotI16x8S(v, d, a, b);
      return;
    case Op.I32x4ExtmulLowI16x8S:
      widen.i32x4ExtmulLowI16x8S(v, d, a, b);
      return;
    case Op.I32x4ExtmulHighI16x8S:
      widen.i32x4ExtmulHighI16x8S(v, d, a, b);
      return;
    case Op.I32x4ExtmulLowI16x8U:
      widen.i32x4ExtmulLowI16x8U(v, d, a, b);
      return;
    case Op.I32x4ExtmulHighI16x8U:
      widen.i32x4ExtmulHighI16x8U(v, d, a, b);
      return;
    case Op.I64x2Abs:
      integer.i64x2Abs(v, d, a);
      return;
    case Op.I64x2Neg:
      integer.i64x2Neg(v, d, a);
      return;
    case Op.I64x2AllTrue:
      bitwise.i64x2AllTrue(v, d, a);
      return;
    case Op.I64x2Bitmask:
      bitwise.i64x2Bitmask(v, d, a);
      return;
    case Op.I64x2ExtendLowI32x4S:
      widen.i64x2ExtendLowI32x4S(v, d, a);
      return;
    case Op.I64x2ExtendHighI32x4S:
      widen.i64x2ExtendHighI32x4S(v, d, a);
      return;
    case Op.I64x2ExtendLowI32x4U:
      widen.i64x2ExtendLowI32x4U(v, d, a);
      return;
    case Op.I64x2ExtendHighI32x4U:
      widen.i64x2ExtendHighI32x4U(v, d, a);
      return;
    case Op.I64x2Shl:
      shift.i64x2Shl(v, d, a, v.R[b]!);
      return;
    case Op.I64x2ShrS:
      shift.i64x2ShrS(v, d, a, v.R[b]!);
      return;
    case Op.I64x2ShrU:
      shift.i64x2ShrU(v, d, a, v.R[b]!);
      return;
    case Op.I64x2Add:
      integer.i64x2Add(v, d, a, b);
      return;
    case Op.I64x2Sub:
      integer.i64x2Sub(v, d, a, b);
      return;
    case Op.I64x2Mul:
      integer.i64x2Mul(v, d, a, b);
      return;
    case Op.I64x2Eq:
      compare.i64x2Eq(v, d, a, b);
      return;
    case Op.I64x2Ne:
      compare.i64x2Ne(v, d, a, b);
      return;
    case Op.I64x2LtS:
      compare.i64x2LtS(v, d, a, b);
      return;
    case Op.I64x2GtS:
      compare.i64x2LtS(v, d, b, a);
      return;
    case Op.I64x2LeS:
      compare.i64x2LeS(v, d, a, b);
      return;
    case Op.I64x2GeS:
      compare.i64x2LeS(v, d, b, a);
      return;
    case Op.I64x2ExtmulLowI32x4S:
      widen.i64x2ExtmulLowI32x4S(v, d, a, b);
      return;
    case Op.I64x2ExtmulHighI32x4S:
      widen.i64x2ExtmulHighI32x4S(v, d, a, b);
      return;
    case Op.I64x2ExtmulLowI32x4U:
      widen.i64x2ExtmulLowI32x4U(v, d, a, b);
      return;
    case Op.I64x2ExtmulHighI32x4U:
      widen.i64x2ExtmulHighI32x4U(v, d, a, b);
      return;
    case Op.F32x4Abs:
      float.f32x4Abs(v, d, a);
      return;
    case Op.F32x4Neg:
      float.f32x4Neg(v, d, a);
      return;
    case Op.F32x4Sqrt:
      float.f32x4Sqrt(v, d, a);
      return;
    case Op.F32x4Add:
      float.f32x4Add(v, d, a, b);
      return;
    case Op.F32x4Sub:
      float.f32x4Sub(v, d, a, b);
      return;
    case Op.F32x4Mul:
      float.f32x4Mul(v, d, a, b);
      return;
    case Op.F32x4Div:
      float.f32x4Div(v, d, a, b);
      return;
    case Op.F32x4Min:
    case Op.F32x4RelaxedMin:
      float.f32x4Min(v, d, a, b);
      return;
    case Op.F32x4Max:
    case Op.F32x4RelaxedMax:
      float.f32x4Max(v, d, a, b);
      return;
    case Op.F32x4Pmin:
      float.f32x4Pmin(v, d, a, b);
      return;
    case Op.F32x4Pmax:
      float.f32x4Pmax(v, d, a, b);
      return;
    case Op.F64x2Abs:
      float.f64x2Abs(v, d, a);
      return;
    case Op.F64x2Neg:
      float.f64x2Neg(v, d, a);
      return;
    case Op.F64x2Sqrt:
      float.f64x2Sqrt(v, d, a);
      return;
    case Op.F64x2Add:
      float.f64x2Add(v, d, a, b);
      return;
    case Op.F64x2Sub:
      float.f64x2Sub(v, d, a, b);
      return;
    case Op.F64x2Mul:
      float.f64x2Mul(v, d, a, b);
      return;
    case Op.F64x2Div:
      float.f64x2Div(v, d, a, b);
      return;
    case Op.F64x2Min:
    case Op.F64x2RelaxedMin:
      float.f64x2Min(v, d, a, b);
      return;
    case Op.F64x2Max:
    case Op.F64x2RelaxedMax:
      float.f64x2Max(v, d, a, b);
      return;
    case Op.F64x2Pmin:
      float.f64x2Pmin(v, d, a, b);
      return;
    case Op.F64x2Pmax:
      float.f64x2Pmax(v, d, a, b);
      return;
    case Op.I32x4TruncSatF32x4S:
    case Op.I32x4RelaxedTruncF32x4S:
      convert.i32x4TruncSatF32x4S(v, d, a);
      return;
    case Op.I32x4TruncSatF32x4U:
    case Op.I32x4RelaxedTruncF32x4U:
      convert.i32x4TruncSatF32x4U(v, d, a);
      return;
    case Op.F32x4ConvertI32x4S:
      convert.f32x4ConvertI32x4S(v, d, a);
      return;
    case Op.F32x4ConvertI32x4U:
      convert.f32x4ConvertI32x4U(v, d, a);
      return;
    case Op.I32x4TruncSatF64x2SZero:
    case Op.I32x4RelaxedTruncF64x2SZero:
      convert.i32x4TruncSatF64x2SZero(v, d, a);
      return;
    case Op.I32x4TruncSatF64x2UZero:
    case Op.I32x4RelaxedTruncF64x2UZero:
      convert.i32x4TruncSatF64x2UZero(v, d, a);
      return;
    case Op.F64x2ConvertLowI32x4S:
      convert.f64x2ConvertLowI32x4S(v, d, a);
      return;
    case Op.F64x2ConvertLowI32x4U:
      convert.f64x2ConvertLowI32x4U(v, d, a);
      return;
    case Op.F32x4RelaxedMadd:
      relaxed.f32x4RelaxedMadd(v, d, a, b, c);
      return;
    case Op.F32x4RelaxedNmadd:
      relaxed.f32x4RelaxedNmadd(v, d, a, b, c);
      return;
    case Op.F64x2RelaxedMadd:
      relaxed.f64x2RelaxedMadd(v, d, a, b, c);
      return;
    case Op.F64x2RelaxedNmadd:
      relaxed.f64x2RelaxedNmadd(v, d, a, b, c);
      return;
    case Op.I16x8RelaxedDotI8x16I7x16S:
      relaxed.i16x8RelaxedDotI8x16I7x16S(v, d, a, b);
      return;
    case Op.I32x4RelaxedDotI8x16I7x16AddS:
      relaxed.i32x4RelaxedDotI8x16I7x16AddS(v, d, a, b, c);
      return;
    default:
      throw new Error(`not a vector instruction without memory access: ${op}`);
  }
}
