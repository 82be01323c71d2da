// Values between the register file and JavaScript.
// Owns the mapping number types <-> number and bigint. References pass as they are: wrapping them is the API's affair.

import type { ValType } from "../../module/types.ts";
import { isRef, NumType } from "../../module/types.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { Reference } from "../../runtime/reference.ts";
import { wordsOf } from "../lower/operand-stack.ts";

/** The views of a register file. */
export interface Registers {
  readonly R: Int32Array;
  readonly F: Float32Array;
  readonly D: Float64Array;
  readonly X: Reference[];
}

/** Registers for values that are in no frame. */
export function makeRegisters(words: number): Registers {
  const buffer = new ArrayBuffer(words * 4);
  return {
    R: new Int32Array(buffer),
    F: new Float32Array(buffer),
    D: new Float64Array(buffer),
    X: new Array(words >> 1).fill(null),
  };
}

/** What instructions see that act on registers, and on what an instance has. */
export interface InstanceRegisters extends Registers {
  readonly instance: ModuleInstance;
}

/** How arguments get into the register file, and results out of it. */
export interface ValueCodec<Value> {
  write(registers: Registers, types: readonly ValType[], at: number, values: readonly Value[]): void;
  read(registers: Registers, types: readonly ValType[], at: number): Value[];
}

/** Reads the value of type `type` whose first word is `at`. i64 becomes a signed bigint, v128 a copy of its 16 bytes. */
export function readValue({ R, F, D, X }: Registers, type: ValType, at: number): unknown {
  switch (type) {
    case NumType.I32:
      return R[at]!;
    case NumType.I64:
      return (BigInt(R[at + 1]!) << 32n) | BigInt(R[at]! >>> 0);
    case NumType.F32:
      return F[at]!;
    case NumType.F64:
      return D[at >> 1]!;
    case NumType.V128:
      return new Uint8Array(R.slice(at, at + 4).buffer);
    default:
      return X[at >> 1];
  }
}

/** Writes a value that is already of the right JavaScript type; NaNs become the canonical one. */
export function writeValue({ R, F, D, X }: Registers, type: ValType, at: number, value: unknown): void {
  switch (type) {
    case NumType.I32:
      R[at] = value as number;
      return;
    case NumType.I64: {
      const bits = value as bigint;
      R[at] = Number(BigInt.asIntN(32, bits));
      R[at + 1] = Number(BigInt.asIntN(32, bits >> 32n));
      return;
    }
    case NumType.F32:
      if (Number.isNaN(value)) R[at] = 0x7fc00000;
      else F[at] = value as number;
      return;
    case NumType.F64:
      if (Number.isNaN(value)) {
        R[at] = 0;
        R[at + 1] = 0x7ff80000;
      } else {
        D[at >> 1] = value as number;
      }
      return;
    case NumType.V128: {
      const bytes = value as Uint8Array;
      const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
      for (let lane = 0; lane < 4; lane++) R[at + lane] = view.getInt32(4 * lane, true);
      return;
    }
    default:
      if (isRef(type)) X[at >> 1] = value;
  }
}

/** Reads consecutive values from word `at`. */
export function readValues(registers: Registers, types: readonly ValType[], at: number): unknown[] {
  let word = at;
  return types.map((type) => {
    const value = readValue(registers, type, word);
    word += wordsOf(type);
    return value;
  });
}

/** Writes consecutive values from word `at`. */
export function writeValues(
  registers: Registers,
  types: readonly ValType[],
  at: number,
  values: readonly unknown[],
): void {
  let word = at;
  for (let k = 0; k < types.length; k++) {
    const type = types[k]!;
    writeValue(registers, type, word, values[k]);
    word += wordsOf(type);
  }
}

/** Guest values as JavaScript has them. */
export const JS_VALUES: ValueCodec<unknown> = { write: writeValues, read: readValues };
