// Evaluates constant expressions (spec 3.4.13) at instantiation. They cost no fuel.
// Owns a small stack evaluator over the decoder's reader; validation has established that it cannot go wrong.

import { InstructionReader } from "../decoder/instruction-reader.ts";
import { RuntimeError } from "../errors.ts";
import { Op } from "../isa/op.ts";
import type { ConstExpr } from "../module/module.ts";
import type { GlobalInstance } from "./global.ts";
import type { ModuleInstance } from "./instance.ts";
import type { Reference } from "./reference.ts";

/** A value as bits: words 0 to 1 of a number, 0 to 3 of a vector; or a reference. */
export interface ConstValue {
  readonly bits: Int32Array;
  readonly ref: Reference;
}

const NO_BITS = /* @__PURE__ */ new Int32Array(0);

function word(value: number): ConstValue {
  return { bits: Int32Array.of(value, 0, 0, 0), ref: null };
}

function wide(value: bigint): ConstValue {
  return {
    bits: Int32Array.of(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), 0, 0),
    ref: null,
  };
}

function reference(ref: Reference): ConstValue {
  return { bits: NO_BITS, ref };
}

/** The value as a 64-bit integer, unsigned. */
export function asU64({ bits }: ConstValue): bigint {
  return (BigInt((bits[1] as number) >>> 0) << 32n) | BigInt((bits[0] as number) >>> 0);
}

/** The value as an unsigned 32-bit integer. */
export function asU32({ bits }: ConstValue): number {
  return (bits[0] as number) >>> 0;
}

/** Copies a global's value. */
function globalValue(global: GlobalInstance): ConstValue {
  return { bits: global.bits.slice(global.at, global.at + 4), ref: global.ref };
}

/** Evaluates one module's constant expressions, one after another. */
export class ConstEvaluator {
  readonly #instance: ModuleInstance;
  readonly #reader: InstructionReader;

  constructor(instance: ModuleInstance) {
    this.#instance = instance;
    this.#reader = new InstructionReader(instance.checked.module.bytes);
  }

  evaluate(expr: ConstExpr): ConstValue {
    const stack: ConstValue[] = [];
    const reader = this.#reader.seek(expr.start);
    const { instruction } = reader;
    for (;;) {
      const op = reader.read();
      switch (op) {
        case Op.End:
          return stack[0] as ConstValue;
        case Op.I32Const:
        case Op.F32Const:
          stack.push(word(instruction.lo));
          break;
        case Op.I64Const:
        case Op.F64Const:
          stack.push({ bits: Int32Array.of(instruction.lo, instruction.hi, 0, 0), ref: null });
          break;
        case Op.V128Const: {
          const { bytes } = this.#instance.checked.module;
          const copy = bytes.slice(instruction.bytesAt, instruction.bytesAt + 16);
          stack.push({ bits: new Int32Array(copy.buffer, copy.byteOffset, 4), ref: null });
          break;
        }
        case Op.GlobalGet:
          stack.push(globalValue(this.#instance.globals[instruction.index] as GlobalInstance));
          break;
        case Op.RefNull:
          stack.push(reference(null));
          break;
        case Op.RefFunc:
          stack.push(reference(this.#instance.func(instruction.index)));
          break;
        case Op.I32Add:
        case Op.I32Sub:
        case Op.I32Mul: {
          const y = (stack.pop() as ConstValue).bits[0] as number;
          const x = (stack.pop() as ConstValue).bits[0] as number;
          stack.push(word(op === Op.I32Add ? x + y : op === Op.I32Sub ? x - y : Math.imul(x, y)));
          break;
        }
        case Op.I64Add:
        case Op.I64Sub:
        case Op.I64Mul: {
          const y = asU64(stack.pop() as ConstValue);
          const x = asU64(stack.pop() as ConstValue);
          stack.push(wide(op === Op.I64Add ? x + y : op === Op.I64Sub ? x - y : x * y));
          break;
        }
        default:
          throw new RuntimeError(`not executable yet: constant instruction 0x${op.toString(16)}`);
      }
    }
  }
}
