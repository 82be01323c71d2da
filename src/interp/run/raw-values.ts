// Values as bits, so that nothing of a NaN is lost: for calls and frames that are not JavaScript's.

import { isRef, NumType, type ValType } from "../../module/types.ts";
import type { Reference } from "../../runtime/reference.ts";
import { wordsOf } from "../lower/operand-stack.ts";
import type { Registers, ValueCodec } from "./values.ts";

/** A value as bits; a reference as what it is. */
export interface RawValue {
  /** Low word first: 1 for i32 and f32, 2 for i64 and f64, 4 for v128. */
  readonly words?: readonly number[];
  readonly ref?: Reference;
}

/** Words of a number; a slot may be larger. */
export function rawWords(type: ValType): number {
  return type === NumType.I32 || type === NumType.F32 ? 1 : wordsOf(type);
}

export function readRaw({ R, X }: Pick<Registers, "R" | "X">, type: ValType, at: number): RawValue {
  return isRef(type) ? { ref: X[at >> 1] } : { words: [...R.subarray(at, at + rawWords(type))] };
}

/** Writes a value of the right form; of a number, words that are missing are 0. */
export function writeRaw(
  { R, X }: Pick<Registers, "R" | "X">,
  type: ValType,
  at: number,
  { words = [], ref = null }: RawValue,
): void {
  if (isRef(type)) X[at >> 1] = ref;
  else for (let k = 0; k < rawWords(type); k++) R[at + k] = words[k] ?? 0;
}

export const RAW_VALUES: ValueCodec<RawValue> = {
  write(registers, types, at, values) {
    let word = at;
    types.forEach((type, k) => {
      writeRaw(registers, type, word, values[k] ?? {});
      word += wordsOf(type);
    });
  },
  read(registers, types, at) {
    let word = at;
    return types.map((type) => {
      const value = readRaw(registers, type, word);
      word += wordsOf(type);
      return value;
    });
  },
};
