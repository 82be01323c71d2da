// Operations that are not worth their room in the main loop, each a function; the loop calls them by number.
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run `npm run generate`.
//
// Together they would make the loop half as large again, and the compiler of the JavaScript engine as slow; apart, only
// those that a program uses are compiled at all.

import type { CodeNode } from "../code/node.ts";
import { outOfBounds } from "../run/faults.ts";
import * as convert from "./numeric/convert.ts";
import * as float from "./numeric/float.ts";
import * as i32 from "./numeric/i32.ts";
import * as i64 from "./numeric/i64.ts";

/** Views of the register file. */
export interface Registers {
  readonly R: Int32Array;
  readonly F: Float32Array;
  readonly D: Float64Array;
}

/** What these operations see of an execution. */
export interface RareState extends Registers {
  /** Memory 0. */
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly memoryLength: number;
  // What has a file of its own, each for node `i` in the frame at `fp`.
  special(i: CodeNode, fp: number): void;
  test(i: CodeNode, fp: number): boolean;
  select(i: CodeNode, fp: number): void;
  globalGet(i: CodeNode, fp: number): void;
  globalSet(i: CodeNode, fp: number): void;
  /** Copies `count` references between slots of the register file. */
  copyRefs(to: number, from: number, count: number): void;
}

/** Executes node `i` in the frame at `fp`; returns whether its branch is taken. @throws Trap as the instruction does */
export type RareOperation = (ex: RareState, i: CodeNode, fp: number) => boolean;

function i32Ctz(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = i32.ctz(R[fp + i.a]!);
  return false;
}

function i32Popcnt(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = i32.popcnt(R[fp + i.a]!);
  return false;
}

function i64DivS(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  i64.divSInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!, R[fp + i.b + 1]!);
  return false;
}

function i64DivU(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  i64.divUInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!, R[fp + i.b + 1]!);
  return false;
}

function i64RemS(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  i64.remSInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!, R[fp + i.b + 1]!);
  return false;
}

function i64RemU(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  i64.remUInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!, R[fp + i.b + 1]!);
  return false;
}

function i64Clz(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = i64.clz(R[fp + i.a]!, R[fp + i.a + 1]!); R[fp + i.d + 1] = 0;
  return false;
}

function i64Ctz(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = i64.ctz(R[fp + i.a]!, R[fp + i.a + 1]!); R[fp + i.d + 1] = 0;
  return false;
}

function i64Popcnt(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = i64.popcnt(R[fp + i.a]!, R[fp + i.a + 1]!); R[fp + i.d + 1] = 0;
  return false;
}

function i64Extend8S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const l = R[fp + i.a]! << 24 >> 24; R[fp + i.d] = l; R[fp + i.d + 1] = l >> 31;
  return false;
}

function i64Extend16S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const l = R[fp + i.a]! << 16 >> 16; R[fp + i.d] = l; R[fp + i.d + 1] = l >> 31;
  return false;
}

function f32Ceil(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  const v = Math.ceil(F[fp + i.a]!); if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000;
  return false;
}

function f32Floor(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  const v = Math.floor(F[fp + i.a]!); if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000;
  return false;
}

function f32Trunc(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  const v = Math.trunc(F[fp + i.a]!); if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000;
  return false;
}

function f32Nearest(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  const v = float.nearest(F[fp + i.a]!); if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000;
  return false;
}

function f32Min(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  const v = Math.min(F[fp + i.a]!, F[fp + i.b]!); if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000;
  return false;
}

function f32Max(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  const v = Math.max(F[fp + i.a]!, F[fp + i.b]!); if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000;
  return false;
}

function f64Ceil(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  const v = Math.ceil(D[(fp + i.a) >> 1]!); if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } return false;
}

function f64Floor(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  const v = Math.floor(D[(fp + i.a) >> 1]!); if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } return false;
}

function f64Trunc(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  const v = Math.trunc(D[(fp + i.a) >> 1]!); if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } return false;
}

function f64Nearest(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  const v = float.nearest(D[(fp + i.a) >> 1]!); if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } return false;
}

function f64Min(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  const v = Math.min(D[(fp + i.a) >> 1]!, D[(fp + i.b) >> 1]!); if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } return false;
}

function f64Max(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  const v = Math.max(D[(fp + i.a) >> 1]!, D[(fp + i.b) >> 1]!); if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } return false;
}

function f32Copysign(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = float.copysignF32(R[fp + i.a]!, R[fp + i.b]!);
  return false;
}

function f64Copysign(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  float.copysignF64Into(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b + 1]!);
  return false;
}

function f32ConvertI64S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  F[fp + i.d] = convert.i64SToF32(R[fp + i.a]!, R[fp + i.a + 1]!);
  return false;
}

function f32ConvertI64U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  F[fp + i.d] = convert.i64UToF32(R[fp + i.a]!, R[fp + i.a + 1]!);
  return false;
}

function f64ConvertI64S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  D[(fp + i.d) >> 1] = convert.i64SToF64(R[fp + i.a]!, R[fp + i.a + 1]!);
  return false;
}

function f64ConvertI64U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  D[(fp + i.d) >> 1] = convert.i64UToF64(R[fp + i.a]!, R[fp + i.a + 1]!);
  return false;
}

function f32DemoteF64(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F, D } = ex;
  const v = D[(fp + i.a) >> 1]!; if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000;
  return false;
}

function f64PromoteF32(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F, D } = ex;
  const v = F[fp + i.a]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } return false;
}

function i32TruncF32S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = convert.truncI32S(F[fp + i.a]!);
  return false;
}

function i32TruncF32U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = convert.truncI32U(F[fp + i.a]!);
  return false;
}

function i32TruncSatF32S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = convert.truncSatI32S(F[fp + i.a]!);
  return false;
}

function i32TruncSatF32U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = convert.truncSatI32U(F[fp + i.a]!);
  return false;
}

function i32TruncF64S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  R[fp + i.d] = convert.truncI32S(D[(fp + i.a) >> 1]!);
  return false;
}

function i32TruncF64U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  R[fp + i.d] = convert.truncI32U(D[(fp + i.a) >> 1]!);
  return false;
}

function i32TruncSatF64S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  R[fp + i.d] = convert.truncSatI32S(D[(fp + i.a) >> 1]!);
  return false;
}

function i32TruncSatF64U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  R[fp + i.d] = convert.truncSatI32U(D[(fp + i.a) >> 1]!);
  return false;
}

function i64TruncF32S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  convert.truncI64SInto(R, fp + i.d, F[fp + i.a]!);
  return false;
}

function i64TruncF32U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  convert.truncI64UInto(R, fp + i.d, F[fp + i.a]!);
  return false;
}

function i64TruncSatF32S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  convert.truncSatI64SInto(R, fp + i.d, F[fp + i.a]!);
  return false;
}

function i64TruncSatF32U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  convert.truncSatI64UInto(R, fp + i.d, F[fp + i.a]!);
  return false;
}

function i64TruncF64S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  convert.truncI64SInto(R, fp + i.d, D[(fp + i.a) >> 1]!);
  return false;
}

function i64TruncF64U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  convert.truncI64UInto(R, fp + i.d, D[(fp + i.a) >> 1]!);
  return false;
}

function i64TruncSatF64S(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  convert.truncSatI64SInto(R, fp + i.d, D[(fp + i.a) >> 1]!);
  return false;
}

function i64TruncSatF64U(ex: Registers, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  convert.truncSatI64UInto(R, fp + i.d, D[(fp + i.a) >> 1]!);
  return false;
}

function brTest(ex: RareState, i: CodeNode, fp: number): boolean {
  return ex.test(i, fp);
}

function copyRange(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R.copyWithin(fp + i.d, fp + i.a, fp + i.a + i.b);
  return false;
}

function copyRangeRefs(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R.copyWithin(fp + i.d, fp + i.a, fp + i.a + i.b); ex.copyRefs((fp + i.d) >> 1, (fp + i.a) >> 1, i.b >> 1);
  return false;
}

function selectSlow(ex: RareState, i: CodeNode, fp: number): boolean {
  ex.select(i, fp);
  return false;
}

function globalGetSlow(ex: RareState, i: CodeNode, fp: number): boolean {
  ex.globalGet(i, fp);
  return false;
}

function globalSetSlow(ex: RareState, i: CodeNode, fp: number): boolean {
  ex.globalSet(i, fp);
  return false;
}

function special(ex: RareState, i: CodeNode, fp: number): boolean {
  ex.special(i, fp);
  return false;
}

function i32LeS(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = R[fp + i.a]! <= R[fp + i.b]! ? 1 : 0;
  return false;
}

function i32LeSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = R[fp + i.a]! <= i.b ? 1 : 0;
  return false;
}

function i32LeU(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = (R[fp + i.a]! >>> 0) <= (R[fp + i.b]! >>> 0) ? 1 : 0;
  return false;
}

function i32LeUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = (R[fp + i.a]! >>> 0) <= (i.b >>> 0) ? 1 : 0;
  return false;
}

function i32GeS(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = R[fp + i.a]! >= R[fp + i.b]! ? 1 : 0;
  return false;
}

function i32GeSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = R[fp + i.a]! >= i.b ? 1 : 0;
  return false;
}

function i32GeU(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = (R[fp + i.a]! >>> 0) >= (R[fp + i.b]! >>> 0) ? 1 : 0;
  return false;
}

function i32GeUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  R[fp + i.d] = (R[fp + i.a]! >>> 0) >= (i.b >>> 0) ? 1 : 0;
  return false;
}

function i64Ne(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!; R[fp + i.d] = al !== bl || ah !== bh ? 1 : 0;
  return false;
}

function i64NeI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = al !== bl || ah !== bh ? 1 : 0;
  return false;
}

function i64LtSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = ah < bh || ah === bh && (al >>> 0) < (bl >>> 0) ? 1 : 0;
  return false;
}

function i64LtUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0) ? 1 : 0;
  return false;
}

function i64GtSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = ah > bh || ah === bh && (al >>> 0) > (bl >>> 0) ? 1 : 0;
  return false;
}

function brI64GtS(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!;
  return ah > bh || ah === bh && (al >>> 0) > (bl >>> 0);
}

function brI64GtSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31;
  return ah > bh || ah === bh && (al >>> 0) > (bl >>> 0);
}

function i64GtU(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!; R[fp + i.d] = (ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) > (bl >>> 0) ? 1 : 0;
  return false;
}

function i64GtUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = (ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) > (bl >>> 0) ? 1 : 0;
  return false;
}

function brI64GtU(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!;
  return (ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) > (bl >>> 0);
}

function brI64GtUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31;
  return (ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) > (bl >>> 0);
}

function i64LeS(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!; R[fp + i.d] = ah < bh || ah === bh && (al >>> 0) <= (bl >>> 0) ? 1 : 0;
  return false;
}

function i64LeSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = ah < bh || ah === bh && (al >>> 0) <= (bl >>> 0) ? 1 : 0;
  return false;
}

function brI64LeS(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!;
  return ah < bh || ah === bh && (al >>> 0) <= (bl >>> 0);
}

function brI64LeSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31;
  return ah < bh || ah === bh && (al >>> 0) <= (bl >>> 0);
}

function i64LeU(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!; R[fp + i.d] = (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) <= (bl >>> 0) ? 1 : 0;
  return false;
}

function i64LeUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) <= (bl >>> 0) ? 1 : 0;
  return false;
}

function brI64LeU(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!;
  return (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) <= (bl >>> 0);
}

function brI64LeUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31;
  return (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) <= (bl >>> 0);
}

function i64GeS(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!; R[fp + i.d] = ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0) ? 1 : 0;
  return false;
}

function i64GeSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0) ? 1 : 0;
  return false;
}

function brI64GeS(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!;
  return ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0);
}

function brI64GeSI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31;
  return ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0);
}

function i64GeU(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!; R[fp + i.d] = (ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0) ? 1 : 0;
  return false;
}

function i64GeUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31; R[fp + i.d] = (ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0) ? 1 : 0;
  return false;
}

function brI64GeU(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = R[fp + i.b]!; const bh = R[fp + i.b + 1]!;
  return (ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0);
}

function brI64GeUI(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  const al = R[fp + i.a]!; const ah = R[fp + i.a + 1]!; const bl = i.b; const bh = i.b >> 31;
  return (ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0);
}

function i64Rotl(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  i64.rotlInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!);
  return false;
}

function i64Rotr(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R } = ex;
  i64.rotrInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!);
  return false;
}

function f32Eq(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = F[fp + i.a]! === F[fp + i.b]! ? 1 : 0;
  return false;
}

function brF32Eq(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return F[fp + i.a]! === F[fp + i.b]!;
}

function brF32NotEq(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return !(F[fp + i.a]! === F[fp + i.b]!);
}

function f32Ne(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = F[fp + i.a]! !== F[fp + i.b]! ? 1 : 0;
  return false;
}

function brF32Ne(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return F[fp + i.a]! !== F[fp + i.b]!;
}

function brF32NotNe(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return !(F[fp + i.a]! !== F[fp + i.b]!);
}

function f32Lt(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = F[fp + i.a]! < F[fp + i.b]! ? 1 : 0;
  return false;
}

function brF32Lt(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return F[fp + i.a]! < F[fp + i.b]!;
}

function brF32NotLt(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return !(F[fp + i.a]! < F[fp + i.b]!);
}

function f32Gt(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = F[fp + i.a]! > F[fp + i.b]! ? 1 : 0;
  return false;
}

function brF32Gt(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return F[fp + i.a]! > F[fp + i.b]!;
}

function brF32NotGt(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return !(F[fp + i.a]! > F[fp + i.b]!);
}

function f32Le(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = F[fp + i.a]! <= F[fp + i.b]! ? 1 : 0;
  return false;
}

function brF32Le(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return F[fp + i.a]! <= F[fp + i.b]!;
}

function brF32NotLe(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return !(F[fp + i.a]! <= F[fp + i.b]!);
}

function f32Ge(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, F } = ex;
  R[fp + i.d] = F[fp + i.a]! >= F[fp + i.b]! ? 1 : 0;
  return false;
}

function brF32Ge(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return F[fp + i.a]! >= F[fp + i.b]!;
}

function brF32NotGe(ex: RareState, i: CodeNode, fp: number): boolean {
  const { F } = ex;
  return !(F[fp + i.a]! >= F[fp + i.b]!);
}

function f64Eq(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  R[fp + i.d] = D[(fp + i.a) >> 1]! === D[(fp + i.b) >> 1]! ? 1 : 0;
  return false;
}

function brF64Eq(ex: RareState, i: CodeNode, fp: number): boolean {
  const { D } = ex;
  return D[(fp + i.a) >> 1]! === D[(fp + i.b) >> 1]!;
}

function brF64NotEq(ex: RareState, i: CodeNode, fp: number): boolean {
  const { D } = ex;
  return !(D[(fp + i.a) >> 1]! === D[(fp + i.b) >> 1]!);
}

function f64Ne(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  R[fp + i.d] = D[(fp + i.a) >> 1]! !== D[(fp + i.b) >> 1]! ? 1 : 0;
  return false;
}

function brF64Ne(ex: RareState, i: CodeNode, fp: number): boolean {
  const { D } = ex;
  return D[(fp + i.a) >> 1]! !== D[(fp + i.b) >> 1]!;
}

function brF64NotNe(ex: RareState, i: CodeNode, fp: number): boolean {
  const { D } = ex;
  return !(D[(fp + i.a) >> 1]! !== D[(fp + i.b) >> 1]!);
}

function brF64Le(ex: RareState, i: CodeNode, fp: number): boolean {
  const { D } = ex;
  return D[(fp + i.a) >> 1]! <= D[(fp + i.b) >> 1]!;
}

function brF64NotLe(ex: RareState, i: CodeNode, fp: number): boolean {
  const { D } = ex;
  return !(D[(fp + i.a) >> 1]! <= D[(fp + i.b) >> 1]!);
}

function f64Ge(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, D } = ex;
  R[fp + i.d] = D[(fp + i.a) >> 1]! >= D[(fp + i.b) >> 1]! ? 1 : 0;
  return false;
}

function brF64Ge(ex: RareState, i: CodeNode, fp: number): boolean {
  const { D } = ex;
  return D[(fp + i.a) >> 1]! >= D[(fp + i.b) >> 1]!;
}

function brF64NotGe(ex: RareState, i: CodeNode, fp: number): boolean {
  const { D } = ex;
  return !(D[(fp + i.a) >> 1]! >= D[(fp + i.b) >> 1]!);
}

function i64Load8S(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, u8: M8, memoryLength: ml } = ex;
  const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 1) throw outOfBounds(e, 1, ml); const l = M8[e]! << 24 >> 24; R[fp + i.d] = l; R[fp + i.d + 1] = l >> 31;
  return false;
}

function i64Load16S(ex: RareState, i: CodeNode, fp: number): boolean {
  const { R, u8: M8, memoryLength: ml } = ex;
  const e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 2) throw outOfBounds(e, 2, ml); const l = (M8[e]! | M8[e + 1]! << 8) << 16 >> 16; R[fp + i.d] = l; R[fp + i.d + 1] = l >> 31;
  return false;
}

/** What is arithmetic on registers alone, by number from FIRST_RARE on. */
export const RARE_ARITHMETIC: readonly ((ex: Registers, i: CodeNode, fp: number) => boolean)[] = [
  i32Ctz,
  i32Popcnt,
  i64DivS,
  i64DivU,
  i64RemS,
  i64RemU,
  i64Clz,
  i64Ctz,
  i64Popcnt,
  i64Extend8S,
  i64Extend16S,
  f32Ceil,
  f32Floor,
  f32Trunc,
  f32Nearest,
  f32Min,
  f32Max,
  f64Ceil,
  f64Floor,
  f64Trunc,
  f64Nearest,
  f64Min,
  f64Max,
  f32Copysign,
  f64Copysign,
  f32ConvertI64S,
  f32ConvertI64U,
  f64ConvertI64S,
  f64ConvertI64U,
  f32DemoteF64,
  f64PromoteF32,
  i32TruncF32S,
  i32TruncF32U,
  i32TruncSatF32S,
  i32TruncSatF32U,
  i32TruncF64S,
  i32TruncF64U,
  i32TruncSatF64S,
  i32TruncSatF64U,
  i64TruncF32S,
  i64TruncF32U,
  i64TruncSatF32S,
  i64TruncSatF32U,
  i64TruncF64S,
  i64TruncF64U,
  i64TruncSatF64S,
  i64TruncSatF64U,
];

/** All, by number from FIRST_RARE on. */
export const RARE: readonly RareOperation[] = [
  ...RARE_ARITHMETIC,
  brTest,
  copyRange,
  copyRangeRefs,
  selectSlow,
  globalGetSlow,
  globalSetSlow,
  special,
  i32LeS,
  i32LeSI,
  i32LeU,
  i32LeUI,
  i32GeS,
  i32GeSI,
  i32GeU,
  i32GeUI,
  i64Ne,
  i64NeI,
  i64LtSI,
  i64LtUI,
  i64GtSI,
  brI64GtS,
  brI64GtSI,
  i64GtU,
  i64GtUI,
  brI64GtU,
  brI64GtUI,
  i64LeS,
  i64LeSI,
  brI64LeS,
  brI64LeSI,
  i64LeU,
  i64LeUI,
  brI64LeU,
  brI64LeUI,
  i64GeS,
  i64GeSI,
  brI64GeS,
  brI64GeSI,
  i64GeU,
  i64GeUI,
  brI64GeU,
  brI64GeUI,
  i64Rotl,
  i64Rotr,
  f32Eq,
  brF32Eq,
  brF32NotEq,
  f32Ne,
  brF32Ne,
  brF32NotNe,
  f32Lt,
  brF32Lt,
  brF32NotLt,
  f32Gt,
  brF32Gt,
  brF32NotGt,
  f32Le,
  brF32Le,
  brF32NotLe,
  f32Ge,
  brF32Ge,
  brF32NotGe,
  f64Eq,
  brF64Eq,
  brF64NotEq,
  f64Ne,
  brF64Ne,
  brF64NotNe,
  brF64Le,
  brF64NotLe,
  f64Ge,
  brF64Ge,
  brF64NotGe,
  i64Load8S,
  i64Load16S,
];
