// Vector instructions as functions on the registers of trees, where these are frequent and not done lane by lane.
// Generated from scripts/cases by scripts/generate-trees.mjs: change those, then run `npm run generate`.

import { Op } from "../../isa/op.ts";
import { SHIFT_BY_IMMEDIATE } from "../code/operations.ts";
import * as shift from "../ops/simd/shift.ts";
import type { VectorViews } from "../ops/simd/views.ts";
import { i8x16NarrowI16x8U } from "../ops/simd/widen.ts";
import type { VectorStep } from "./vectors.ts";

/** By operation. A function each, so that V8 compiles each by itself. */
export function createVectorSteps(views: VectorViews): ReadonlyMap<number, VectorStep> {
  const { R, F } = views;
  return new Map<number, VectorStep>([
    [Op.I32x4Abs, (fp, i) => { const d = fp + i.d, a = fp + i.a; { const x = R[a]!; R[d] = x < 0 ? 0 - x | 0 : x; } { const x = R[a + 1]!; R[d + 1] = x < 0 ? 0 - x | 0 : x; } { const x = R[a + 2]!; R[d + 2] = x < 0 ? 0 - x | 0 : x; } { const x = R[a + 3]!; R[d + 3] = x < 0 ? 0 - x | 0 : x; } }],
    [Op.I8x16NarrowI16x8U, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const a0 = R[a]!, a1 = R[a + 1]!, a2 = R[a + 2]!, a3 = R[a + 3]!, b0 = R[b]!, b1 = R[b + 1]!, b2 = R[b + 2]!, b3 = R[b + 3]!;
        if (((a0 | a1 | a2 | a3 | b0 | b1 | b2 | b3) & 0xff00ff00) === 0) {
          R[d] = (a0 | a0 >>> 8) & 0xffff | (a1 | a1 >>> 8) << 16; R[d + 1] = (a2 | a2 >>> 8) & 0xffff | (a3 | a3 >>> 8) << 16; R[d + 2] = (b0 | b0 >>> 8) & 0xffff | (b1 | b1 >>> 8) << 16; R[d + 3] = (b2 | b2 >>> 8) & 0xffff | (b3 | b3 >>> 8) << 16;
        } else i8x16NarrowI16x8U(views, d, a, b); }],
    [Op.I32x4Shl, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 31; { const x = R[a]!; R[d] = x << n; } { const x = R[a + 1]!; R[d + 1] = x << n; } { const x = R[a + 2]!; R[d + 2] = x << n; } { const x = R[a + 3]!; R[d + 3] = x << n; } }],
    [Op.I32x4ShrS, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 31; { const x = R[a]!; R[d] = x >> n; } { const x = R[a + 1]!; R[d + 1] = x >> n; } { const x = R[a + 2]!; R[d + 2] = x >> n; } { const x = R[a + 3]!; R[d + 3] = x >> n; } }],
    [Op.I32x4ShrU, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 31; { const x = R[a]!; R[d] = x >>> n; } { const x = R[a + 1]!; R[d + 1] = x >>> n; } { const x = R[a + 2]!; R[d + 2] = x >>> n; } { const x = R[a + 3]!; R[d + 3] = x >>> n; } }],
    [Op.I16x8Shl, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 15, m = Math.imul(0xffff << n & 0xffff, 0x10001); { const x = R[a]!; R[d] = x << n & m; } { const x = R[a + 1]!; R[d + 1] = x << n & m; } { const x = R[a + 2]!; R[d + 2] = x << n & m; } { const x = R[a + 3]!; R[d + 3] = x << n & m; } }],
    [Op.I16x8ShrU, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 15, m = Math.imul(0xffff >>> n, 0x10001); { const x = R[a]!; R[d] = x >>> n & m; } { const x = R[a + 1]!; R[d + 1] = x >>> n & m; } { const x = R[a + 2]!; R[d + 2] = x >>> n & m; } { const x = R[a + 3]!; R[d + 3] = x >>> n & m; } }],
    [Op.I16x8ShrS, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 15; { const x = R[a]!; R[d] = x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16; } { const x = R[a + 1]!; R[d + 1] = x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16; } { const x = R[a + 2]!; R[d + 2] = x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16; } { const x = R[a + 3]!; R[d + 3] = x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16; } }],
    [Op.I8x16Shl, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 7, m = Math.imul(0xff << n & 0xff, 0x01010101); { const x = R[a]!; R[d] = x << n & m; } { const x = R[a + 1]!; R[d + 1] = x << n & m; } { const x = R[a + 2]!; R[d + 2] = x << n & m; } { const x = R[a + 3]!; R[d + 3] = x << n & m; } }],
    [Op.I8x16ShrU, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!) & 7, m = Math.imul(0xff >>> n, 0x01010101); { const x = R[a]!; R[d] = x >>> n & m; } { const x = R[a + 1]!; R[d + 1] = x >>> n & m; } { const x = R[a + 2]!; R[d + 2] = x >>> n & m; } { const x = R[a + 3]!; R[d + 3] = x >>> n & m; } }],
    [Op.I8x16ShrS, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; shift.i8x16ShrS(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!); }],
    [Op.I64x2Shl, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; shift.i64x2Shl(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!); }],
    [Op.I64x2ShrS, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; shift.i64x2ShrS(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!); }],
    [Op.I64x2ShrU, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; shift.i64x2ShrU(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]!); }],
    [Op.F32x4Min, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; { const v = Math.min(F[a]!, F[b]!); if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = Math.min(F[a + 1]!, F[b + 1]!); if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = Math.min(F[a + 2]!, F[b + 2]!); if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = Math.min(F[a + 3]!, F[b + 3]!); if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } }],
    [Op.F32x4RelaxedMin, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; { const v = Math.min(F[a]!, F[b]!); if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = Math.min(F[a + 1]!, F[b + 1]!); if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = Math.min(F[a + 2]!, F[b + 2]!); if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = Math.min(F[a + 3]!, F[b + 3]!); if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } }],
    [Op.F32x4Max, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; { const v = Math.max(F[a]!, F[b]!); if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = Math.max(F[a + 1]!, F[b + 1]!); if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = Math.max(F[a + 2]!, F[b + 2]!); if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = Math.max(F[a + 3]!, F[b + 3]!); if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } }],
    [Op.F32x4RelaxedMax, (fp, i) => { const d = fp + i.d, a = fp + i.a, b = fp + i.b; { const v = Math.max(F[a]!, F[b]!); if (v === v) F[d] = v; else R[d] = 0x7fc00000; } { const v = Math.max(F[a + 1]!, F[b + 1]!); if (v === v) F[d + 1] = v; else R[d + 1] = 0x7fc00000; } { const v = Math.max(F[a + 2]!, F[b + 2]!); if (v === v) F[d + 2] = v; else R[d + 2] = 0x7fc00000; } { const v = Math.max(F[a + 3]!, F[b + 3]!); if (v === v) F[d + 3] = v; else R[d + 3] = 0x7fc00000; } }],
  ]);
}
