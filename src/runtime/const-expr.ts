// Evaluates constant expressions (spec 3.4.13) at instantiation. They cost no fuel.
// Owns a small stack evaluator over the decoder's reader; validation has established that it cannot go wrong.

import { InstructionReader } from "../decoder/instruction-reader.ts";
import { RuntimeError, Trap } from "../errors.ts";
import { Op } from "../isa/op.ts";
import type { ConstExpr } from "../module/module.ts";
import {
  ArrayObject,
  elementEntries,
  type FieldPlace,
  fillElements,
  makeElements,
  type ObjectType,
  Storage,
  StructObject,
} from "./gc.ts";
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
  return (BigInt(bits[1]! >>> 0) << 32n) | BigInt(bits[0]! >>> 0);
}

/** The value as an unsigned 32-bit integer. */
export function asU32({ bits }: ConstValue): number {
  return bits[0]! >>> 0;
}

/** Copies a global's value. */
function globalValue(global: GlobalInstance): ConstValue {
  return { bits: global.bits.slice(global.at, global.at + 4), ref: global.ref };
}

/** Evaluates one module's constant expressions, one after another. {@link close} it at the end. */
export class ConstEvaluator {
  readonly #instance: ModuleInstance;
  #reader: InstructionReader | undefined;
  /** Every object made so far: what the values become part of is not yet among the store's roots. */
  readonly #objects: Reference[] = [];

  constructor(instance: ModuleInstance) {
    this.#instance = instance;
  }

  /** The instance's own globals, tables and segments hold the values from now on. */
  close(): void {
    this.#instance.store.heap.pins.delete(this.#objects);
  }

  /** @throws Trap when the GC heap is exhausted, or a descriptor is null */
  evaluate(expr: ConstExpr): ConstValue {
    const stack: ConstValue[] = [];
    const reader = this.#begin().seek(expr.start);
    const { instruction } = reader;
    for (;;) {
      const op = reader.read();
      switch (op) {
        case Op.End:
          return stack[0]!;
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
          stack.push(globalValue(this.#instance.globals[instruction.index]!));
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
          const y = stack.pop()!.bits[0]!;
          const x = stack.pop()!.bits[0]!;
          stack.push(word(op === Op.I32Add ? x + y : op === Op.I32Sub ? x - y : Math.imul(x, y)));
          break;
        }
        case Op.I64Add:
        case Op.I64Sub:
        case Op.I64Mul: {
          const y = asU64(stack.pop()!);
          const x = asU64(stack.pop()!);
          stack.push(wide(op === Op.I64Add ? x + y : op === Op.I64Sub ? x - y : x * y));
          break;
        }
        case Op.RefI31:
          stack.push(reference((asU32(stack.pop()!) << 1) >> 1));
          break;
        case Op.AnyConvertExtern:
        case Op.ExternConvertAny:
          break;
        case Op.StructNew:
        case Op.StructNewDefault:
        case Op.StructNewDesc:
        case Op.StructNewDefaultDesc:
          stack.push(this.#struct(op, this.#instance.objectType(instruction.index), stack));
          break;
        case Op.ArrayNew:
        case Op.ArrayNewDefault: {
          const length = asU32(stack.pop()!);
          const array = this.#array(this.#instance.objectType(instruction.index), length);
          if (op === Op.ArrayNew) {
            const value = stack.pop()!;
            fillElements(array, 0, length, value.bits, 0, value.ref);
          }
          stack.push(reference(array));
          break;
        }
        case Op.ArrayNewFixed: {
          const length = instruction.index2;
          const array = this.#array(this.#instance.objectType(instruction.index), length);
          for (let k = length - 1; k >= 0; k--) {
            const value = stack.pop()!;
            fillElements(array, k, 1, value.bits, 0, value.ref);
          }
          stack.push(reference(array));
          break;
        }
        default:
          throw new RuntimeError(`not executable yet: constant instruction 0x${op.toString(16)}`);
      }
    }
  }

  /** The reader; made for the first expression, as many instances need none. */
  #begin(): InstructionReader {
    if (this.#reader === undefined) {
      const { executable, store } = this.#instance;
      this.#reader = new InstructionReader(executable.checked.module.bytes, executable.tables);
      store.heap.pins.add(this.#objects);
    }
    return this.#reader;
  }

  #struct(op: Op, type: ObjectType, stack: ConstValue[]): ConstValue {
    const { layout } = type;
    const fields = [...layout.defaults];
    if (op === Op.StructNewDesc || op === Op.StructNewDefaultDesc) {
      const { ref } = stack.pop()!;
      if (ref === null) throw new Trap("null-descriptor-reference");
      fields[layout.descriptorEntry] = ref;
    }
    if (op === Op.StructNew || op === Op.StructNewDesc) {
      for (let k = layout.fields.length - 1; k >= 0; k--) {
        setField(fields, layout.fields[k]!, stack.pop()!);
      }
    }
    type.heap.reserve(type.bytes);
    const struct = new StructObject(type, fields);
    this.#objects.push(struct);
    return reference(struct);
  }

  #array(type: ObjectType, length: number): ArrayObject {
    type.heap.reserve(type.arrayBytes(length));
    const array = new ArrayObject(type, makeElements(type.storage, length), length);
    this.#objects.push(array);
    return array;
  }
}

function setField(fields: unknown[], { entry, storage }: FieldPlace, { bits, ref }: ConstValue): void {
  if (storage === Storage.Ref) fields[entry] = ref;
  else for (let k = 0; k < elementEntries(storage); k++) fields[entry + k] = bits[k];
}
