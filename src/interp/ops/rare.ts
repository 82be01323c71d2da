// Scalar arithmetic that is too rare for the loop: one case there, this switch here.
// Owns operand access only; the mathematics is in numeric/.

import { Op } from "../../isa/op.ts";
import type { CodeNode } from "../code/node.ts";
import * as convert from "./numeric/convert.ts";
import * as float from "./numeric/float.ts";
import * as i32 from "./numeric/i32.ts";
import * as i64 from "./numeric/i64.ts";

/** Executes node `i`, whose Wasm instruction is `i.c`. @throws Trap as the instruction does. */
export function executeRare(i: CodeNode, R: Int32Array, F: Float32Array, D: Float64Array, fp: number): void {
  const a = fp + i.a;
  const d = fp + i.d;
  switch (i.c as Op) {
    case Op.I32Ctz:
      R[d] = i32.ctz(R[a] as number);
      return;
    case Op.I32Popcnt:
      R[d] = i32.popcnt(R[a] as number);
      return;
    case Op.I64Clz:
      set64(R, d, i64.clz(R[a] as number, R[a + 1] as number), 0);
      return;
    case Op.I64Ctz:
      set64(R, d, i64.ctz(R[a] as number, R[a + 1] as number), 0);
      return;
    case Op.I64Popcnt:
      set64(R, d, i64.popcnt(R[a] as number, R[a + 1] as number), 0);
      return;
    case Op.I64Extend8S:
      setSigned(R, d, ((R[a] as number) << 24) >> 24);
      return;
    case Op.I64Extend16S:
      setSigned(R, d, ((R[a] as number) << 16) >> 16);
      return;
    case Op.F32Ceil:
      float.putF32(R, F, d, Math.ceil(F[a] as number));
      return;
    case Op.F32Floor:
      float.putF32(R, F, d, Math.floor(F[a] as number));
      return;
    case Op.F32Trunc:
      float.putF32(R, F, d, Math.trunc(F[a] as number));
      return;
    case Op.F32Nearest:
      float.putF32(R, F, d, float.nearest(F[a] as number));
      return;
    case Op.F64Ceil:
      float.putF64(R, D, d, Math.ceil(D[a >> 1] as number));
      return;
    case Op.F64Floor:
      float.putF64(R, D, d, Math.floor(D[a >> 1] as number));
      return;
    case Op.F64Trunc:
      float.putF64(R, D, d, Math.trunc(D[a >> 1] as number));
      return;
    case Op.F64Nearest:
      float.putF64(R, D, d, float.nearest(D[a >> 1] as number));
      return;
    // Math.min and Math.max treat NaN and the sign of zero as Wasm does (spec 4.3.3).
    case Op.F32Min:
      float.putF32(R, F, d, Math.min(F[a] as number, F[fp + i.b] as number));
      return;
    case Op.F32Max:
      float.putF32(R, F, d, Math.max(F[a] as number, F[fp + i.b] as number));
      return;
    case Op.F64Min:
      float.putF64(R, D, d, Math.min(D[a >> 1] as number, D[(fp + i.b) >> 1] as number));
      return;
    case Op.F64Max:
      float.putF64(R, D, d, Math.max(D[a >> 1] as number, D[(fp + i.b) >> 1] as number));
      return;
    case Op.F32Copysign:
      R[d] = float.copysignF32(R[a] as number, R[fp + i.b] as number);
      return;
    case Op.F64Copysign:
      float.copysignF64Into(R, d, R[a] as number, R[a + 1] as number, R[fp + i.b + 1] as number);
      return;
    case Op.I32TruncF32S:
      R[d] = convert.truncI32S(F[a] as number);
      return;
    case Op.I32TruncF32U:
      R[d] = convert.truncI32U(F[a] as number);
      return;
    case Op.I32TruncF64S:
      R[d] = convert.truncI32S(D[a >> 1] as number);
      return;
    case Op.I32TruncF64U:
      R[d] = convert.truncI32U(D[a >> 1] as number);
      return;
    case Op.I64TruncF32S:
      convert.truncI64SInto(R, d, F[a] as number);
      return;
    case Op.I64TruncF32U:
      convert.truncI64UInto(R, d, F[a] as number);
      return;
    case Op.I64TruncF64S:
      convert.truncI64SInto(R, d, D[a >> 1] as number);
      return;
    case Op.I64TruncF64U:
      convert.truncI64UInto(R, d, D[a >> 1] as number);
      return;
    case Op.I32TruncSatF32S:
      R[d] = convert.truncSatI32S(F[a] as number);
      return;
    case Op.I32TruncSatF32U:
      R[d] = convert.truncSatI32U(F[a] as number);
      return;
    case Op.I32TruncSatF64S:
      R[d] = convert.truncSatI32S(D[a >> 1] as number);
      return;
    case Op.I32TruncSatF64U:
      R[d] = convert.truncSatI32U(D[a >> 1] as number);
      return;
    case Op.I64TruncSatF32S:
      convert.truncSatI64SInto(R, d, F[a] as number);
      return;
    case Op.I64TruncSatF32U:
      convert.truncSatI64UInto(R, d, F[a] as number);
      return;
    case Op.I64TruncSatF64S:
      convert.truncSatI64SInto(R, d, D[a >> 1] as number);
      return;
    case Op.I64TruncSatF64U:
      convert.truncSatI64UInto(R, d, D[a >> 1] as number);
      return;
    case Op.F32ConvertI64S:
      F[d] = convert.i64SToF32(R[a] as number, R[a + 1] as number);
      return;
    case Op.F32ConvertI64U:
      F[d] = convert.i64UToF32(R[a] as number, R[a + 1] as number);
      return;
    case Op.F64ConvertI64S:
      D[d >> 1] = convert.i64SToF64(R[a] as number, R[a + 1] as number);
      return;
    case Op.F64ConvertI64U:
      D[d >> 1] = convert.i64UToF64(R[a] as number, R[a + 1] as number);
      return;
    case Op.F32DemoteF64:
      float.putF32(R, F, d, D[a >> 1] as number);
      return;
    case Op.F64PromoteF32:
      float.putF64(R, D, d, F[a] as number);
      return;
    default:
      throw new Error(`no rare instruction ${i.c}`);
  }
}

function set64(R: Int32Array, d: number, lo: number, hi: number): void {
  R[d] = lo;
  R[d + 1] = hi;
}

function setSigned(R: Int32Array, d: number, value: number): void {
  R[d] = value;
  R[d + 1] = value >> 31;
}
