// Translates SIMD instructions.
// Owns their operand layout. A vector instruction's node bears the Wasm opcode itself, which vector.ts switches on.

import type { Instruction } from "../../isa/instruction.ts";
import { Op } from "../../isa/op.ts";
import type { ValType } from "../../module/types.ts";
import { NumType } from "../../module/types.ts";
import type { DataOf } from "../code/node-data.ts";
import { FIRST_VECTOR, LAST_VECTOR, SHIFT_BY_IMMEDIATE, VectorCode } from "../code/operations.ts";
import type { VectorOp } from "./lowered-by.ts";
import type { LoweringContext } from "./lowering-context.ts";
import { OperandKind } from "./operand-stack.ts";

/** Lowers `instruction` if it is one of these; returns whether it was. */
export function lowerVector(context: LoweringContext, instruction: Instruction): boolean {
  const { op } = instruction;
  if (!isVector(op)) return false;
  const { stack } = context;
  if (op === Op.V128Const) {
    const operand = stack.push(
      NumType.V128,
      OperandKind.Const128,
      0,
      0,
      words(immediateBytes(context, instruction)),
    );
    if (context.exact) stack.materialise(operand);
    return true;
  }
  const row = context.tools.rows.byOp(op)!;
  const { params, results } = row.signature!;
  if (row.accessBytes > 0) {
    lowerAccess(context, instruction, op, params.length, results);
    return true;
  }
  if (op === Op.I8x16Shuffle) {
    lowerShuffle(context, instruction);
    return true;
  }
  const count = stack.peek();
  if (!context.exact && isShift(op) && count.kind === OperandKind.Const32) {
    const a = stack.register(stack.peek(1));
    stack.popMany(2);
    emit(context, op, stack.push(NumType.V128).slot, a, count.a, SHIFT_BY_IMMEDIATE);
    return true;
  }
  const at: number[] = [];
  for (let k = params.length - 1; k >= 0; k--) at.push(stack.register(stack.peek(k)));
  stack.popMany(params.length);
  const { slot } = stack.push(results[0]!);
  const c = row.lanes > 0 ? instruction.lane : (at[2] ?? 0);
  emit(context, op, slot, at[0]!, at[1] ?? 0, c);
  return true;
}

function emit<O extends VectorOp | VectorCode>(
  context: LoweringContext,
  op: O,
  d: number,
  a: number,
  b: number,
  c: number,
  data: DataOf<O> | null = null,
): void {
  context.out.emit(op, d, a, b, c, data);
}

/** `c` is the offset when the loop's own memory is accessed, else -1; `data` then says all, and always the lane. */
function lowerAccess(
  context: LoweringContext,
  instruction: Instruction,
  op: VectorOp,
  operands: number,
  results: readonly ValType[],
): void {
  const { stack } = context;
  const address = stack.register(stack.peek(operands - 1));
  const vector = operands > 1 ? stack.register(stack.peek()) : 0;
  stack.popMany(operands);
  const d = results.length > 0 ? stack.push(NumType.V128).slot : -1;
  emit(context, op, d, address, vector, context.fastOffset(instruction), context.access(instruction));
}

function lowerShuffle(context: LoweringContext, instruction: Instruction): void {
  const { stack } = context;
  const b = stack.register(stack.peek(0));
  const a = stack.register(stack.peek(1));
  stack.popMany(2);
  const { slot } = stack.push(NumType.V128);
  const bytes = immediateBytes(context, instruction);
  const lanes = wordLanes(bytes);
  const rotation = lanes === undefined ? wordRotation(bytes, a === b) : 0;
  if (lanes !== undefined) emit(context, VectorCode.ShuffleWords, slot, a, b, 0, lanes);
  else if (rotation !== 0) emit(context, VectorCode.RotateWords, slot, bytes[0]! < 16 ? a : b, 0, rotation);
  else emit(context, Op.I8x16Shuffle, slot, a, b, 0, bytes);
}

/** By how many bits the shuffle turns each 32-bit lane of one operand to the left; 0 where it does anything else. */
function wordRotation(bytes: Uint8Array, sameOperands: boolean): number {
  const first = bytes[0]!;
  for (let k = 0; k < 16; k++) {
    const from = bytes[k]!;
    const expected = (k & ~3) | ((first + k) & 3);
    if ((from & 15) !== expected || (!sameOperands && (from ^ first) > 15)) return 0;
  }
  return 8 * (-first & 3);
}

/** The shuffle in terms of 32-bit lanes, if it moves whole ones. */
function wordLanes(bytes: Uint8Array): Int32Array | undefined {
  const lanes = new Int32Array(4);
  for (let k = 0; k < 16; k++) {
    const first = bytes[k & ~3]!;
    if ((first & 3) !== 0 || bytes[k] !== first + (k & 3)) return undefined;
    lanes[k >> 2] = first >> 2;
  }
  return lanes;
}

function immediateBytes(context: LoweringContext, { bytesAt }: Instruction): Uint8Array {
  return context.tools.checked.module.bytes.slice(bytesAt, bytesAt + 16);
}

function words(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return Int32Array.from({ length: 4 }, (_, lane) => view.getInt32(4 * lane, true));
}

/** Vector instructions have the prefix 0xfd. */
function isVector(op: Op): op is VectorOp {
  return op >= FIRST_VECTOR && op <= LAST_VECTOR;
}

function isShift(op: Op): boolean {
  switch (op) {
    case Op.I8x16Shl:
    case Op.I8x16ShrS:
    case Op.I8x16ShrU:
    case Op.I16x8Shl:
    case Op.I16x8ShrS:
    case Op.I16x8ShrU:
    case Op.I32x4Shl:
    case Op.I32x4ShrS:
    case Op.I32x4ShrU:
    case Op.I64x2Shl:
    case Op.I64x2ShrS:
    case Op.I64x2ShrU:
      return true;
    default:
      return false;
  }
}
