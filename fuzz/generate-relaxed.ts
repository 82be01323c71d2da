// Operands for relaxed SIMD. The result of a relaxed instruction may be one of several; here each operand is first
// brought into the range in which the specification (appendix "relaxed operations") leaves one result only.

import type { BodyWriter } from "./body-writer.ts";
import { unsigned, V128 } from "./encode.ts";

type Prepare = (writer: BodyWriter, depth: number) => void;

/** An instruction of prefix 0xfd on vectors. */
function vector(writer: BodyWriter, op: string, sub: number, pops: number): void {
  writer.instruction(op, [0xfd, ...unsigned(sub)], pops, V128);
}

const any: Prepare = (writer, depth) => writer.push(V128, depth);

/** Every byte and-ed with this one. */
function bytesAnd(mask: number): Prepare {
  return (writer, depth) => {
    writer.push(V128, depth);
    writer.instruction("v128.const", [0xfd, 12, ...Array(16).fill(mask)], 0, V128);
    vector(writer, "v128.and", 0x4e, 2);
  };
}

function shifted(op: string, sub: number, by: number): Prepare {
  return (writer, depth) => {
    writer.push(V128, depth);
    writer.i32(by);
    writer.stack.pop();
    vector(writer, op, sub, 1);
  };
}

/** Floats made from integers of so few bits that a product of two is exact, and none is a NaN or -0. */
const smallF32: Prepare = (writer, depth) => {
  shifted("i32x4.shr_s", 0xac, 20)(writer, depth);
  vector(writer, "f32x4.convert_i32x4_s", 0xfa, 1);
};
const smallF64: Prepare = (writer, depth) => {
  shifted("i32x4.shr_s", 0xac, 8)(writer, depth);
  vector(writer, "f64x2.convert_low_i32x4_s", 0xfe, 1);
};

/** Floats in the range of the integers that they are truncated to. */
const inRange: Readonly<Record<string, Prepare>> = {
  "i32x4.relaxed_trunc_f32x4_s": (writer, depth) => {
    shifted("i32x4.shr_s", 0xac, 2)(writer, depth);
    vector(writer, "f32x4.convert_i32x4_s", 0xfa, 1);
  },
  "i32x4.relaxed_trunc_f32x4_u": (writer, depth) => {
    shifted("i32x4.shr_u", 0xad, 1)(writer, depth);
    vector(writer, "f32x4.convert_i32x4_u", 0xfb, 1);
  },
  "i32x4.relaxed_trunc_f64x2_s_zero": (writer, depth) => {
    writer.push(V128, depth);
    vector(writer, "f64x2.convert_low_i32x4_s", 0xfe, 1);
  },
  "i32x4.relaxed_trunc_f64x2_u_zero": (writer, depth) => {
    writer.push(V128, depth);
    vector(writer, "f64x2.convert_low_i32x4_u", 0xff, 1);
  },
};

/** A mask whose lanes are all ones or all zeros. */
function laneMask(op: string, sub: number): Prepare {
  return (writer, depth) => {
    writer.push(V128, depth);
    writer.push(V128, depth);
    vector(writer, op, sub, 2);
  };
}

const OPERANDS: Readonly<Record<string, readonly Prepare[]>> = {
  // A lane index of 16 to 127 gives either a lane or 0.
  "i8x16.relaxed_swizzle": [any, bytesAnd(0x8f)],
  ...Object.fromEntries(Object.entries(inRange).map(([mnemonic, prepare]) => [mnemonic, [prepare]])),
  // Fused or not, if the product is exact.
  "f32x4.relaxed_madd": [smallF32, smallF32, any],
  "f32x4.relaxed_nmadd": [smallF32, smallF32, any],
  "f64x2.relaxed_madd": [smallF64, smallF64, any],
  "f64x2.relaxed_nmadd": [smallF64, smallF64, any],
  "i8x16.relaxed_laneselect": [any, any, laneMask("i8x16.gt_s", 0x27)],
  "i16x8.relaxed_laneselect": [any, any, laneMask("i16x8.gt_s", 0x31)],
  "i32x4.relaxed_laneselect": [any, any, laneMask("i32x4.gt_s", 0x3b)],
  "i64x2.relaxed_laneselect": [any, any, laneMask("i64x2.gt_s", 0xd9)],
  // No NaN, and no zeros of both signs.
  "f32x4.relaxed_min": [smallF32, smallF32],
  "f32x4.relaxed_max": [smallF32, smallF32],
  "f64x2.relaxed_min": [smallF64, smallF64],
  "f64x2.relaxed_max": [smallF64, smallF64],
  // Only -2^15 times itself overflows.
  "i16x8.relaxed_q15mulr_s": [any, shifted("i16x8.shr_s", 0x8c, 1)],
  // Whether the second operand's bytes are signed does not matter below 128.
  "i16x8.relaxed_dot_i8x16_i7x16_s": [any, bytesAnd(0x7f)],
  "i32x4.relaxed_dot_i8x16_i7x16_add_s": [any, bytesAnd(0x7f), any],
};

/** Leaves the operands of a relaxed instruction. `false`, and nothing left: it is not one. */
export function prepareRelaxed(writer: BodyWriter, mnemonic: string, depth: number): boolean {
  const operands = OPERANDS[mnemonic];
  if (operands === undefined) {
    if (mnemonic.includes("relaxed"))
      throw new Error(`${mnemonic}: no operands with a single result are known`);
    return false;
  }
  for (const prepare of operands) prepare(writer, depth);
  return true;
}
