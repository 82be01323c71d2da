// Lists: those of numbers as typed arrays, copied as a block, all others element by element.

import { describe } from "../../checks/describe.ts";
import { Trap } from "../../errors.ts";
import type { ValueType } from "../model/value-type.ts";
import type { Side } from "./context.ts";
import { type Converter, checkPart, Mismatch } from "./converter.ts";
import { type Place, writePointer } from "./pointers.ts";

type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Typed arrays by element type. */
export const TYPED: Readonly<Partial<Record<ValueType["kind"], new (buffer: ArrayBuffer) => TypedArray>>> = {
  s8: Int8Array,
  u8: Uint8Array,
  s16: Int16Array,
  u16: Uint16Array,
  s32: Int32Array,
  u32: Uint32Array,
  s64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** A list as JavaScript has it: a typed array or an array. */
export type ListValue = ArrayLike<unknown>;

/** A place in an array and a small object. */
const OBJECT_BYTES = 32;

/** What a list's elements are read and written as. */
export interface Elements {
  /** What each takes in JavaScript beside its bytes in memory, at least: counts as lifted. */
  readonly overhead: number;
  read(side: Side, at: number, length: number): ListValue;
  write(side: Side, value: ListValue, at: number): void;
  check(side: Side, value: unknown): void;
}

function checkEach(side: Side, element: Converter, value: unknown): void {
  if (!Array.isArray(value)) throw new Mismatch(`${describe(value)} is no list`);
  for (let k = 0; k < value.length; k++) checkPart(side, element, value[k], () => `[${k}]`);
}

function anyElements(element: Converter): Elements {
  const { size } = element;
  return {
    overhead: OBJECT_BYTES,
    read(side, at, length) {
      const values: unknown[] = [];
      for (let k = 0; k < length; k++) values.push(element.load(side, at + k * size));
      return values;
    },
    write(side, value, at) {
      for (let k = 0; k < value.length; k++) element.store(side, value[k], at + k * size);
    },
    check: (side, value) => checkEach(side, element, value),
  };
}

function numbers(Typed: new (buffer: ArrayBuffer) => TypedArray, element: Converter): Elements {
  const any = anyElements(element);
  const { size } = element;
  return {
    overhead: 0,
    // A copy of its own: views of other widths need an aligned start.
    read: (side, at, length) => new Typed(side.u8.slice(at, at + length * size).buffer as ArrayBuffer),
    write(side, value, at) {
      if (!(value instanceof Typed)) return any.write(side, value, at);
      side.u8.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), at);
    },
    check(side, value) {
      if (!(value instanceof Typed)) any.check(side, value);
    },
  };
}

export function elementsOf(type: ValueType, element: Converter): Elements {
  const Typed = TYPED[type.kind];
  return Typed === undefined ? anyElements(element) : numbers(Typed, element);
}

/** Of elements behind a pointer. */
export function list(type: ValueType, element: Converter): Converter {
  return listOf(element, elementsOf(type, element));
}

/** Of elements that are no numbers. */
export function tupleList(element: Converter): Converter {
  return listOf(element, anyElements(element));
}

function listOf({ size, alignment }: Converter, elements: Elements): Converter {
  const lift = (side: Side, pointer: number, count: number): ListValue => {
    const at = pointer >>> 0;
    const length = count >>> 0;
    if ((at & (alignment - 1)) !== 0) throw new Trap("unaligned-pointer", `${at}, of alignment ${alignment}`);
    const bytes = length * size;
    if (at + bytes > side.byteLength) {
      throw new Trap(
        "list-out-of-bounds",
        `${length} elements of ${size} bytes at address ${at}, memory size ${side.byteLength}`,
      );
    }
    side.lifting(bytes + length * elements.overhead, length);
    return elements.read(side, at, length);
  };
  const lower = (side: Side, value: ListValue, place: Place, to: number): void => {
    const { length } = value;
    side.allocate({
      bytes: length * size,
      alignment,
      elements: length,
      place(target, pointer) {
        elements.write(target, value, pointer);
        writePointer(target, place, to, pointer, length);
      },
    });
  };
  return {
    size: 8,
    alignment: 4,
    flat: 2,
    passing: undefined,
    check: elements.check,
    load: (side, at) => lift(side, side.view.getInt32(at, true), side.view.getInt32(at + 4, true)),
    lift: (side, word) => lift(side, side.flat.R[word] as number, side.flat.R[word + 2] as number),
    store: (side, value, at) => lower(side, value as ListValue, "memory", at),
    lower: (side, value, word) => lower(side, value as ListValue, "registers", word),
  };
}

/** Of a fixed number of elements, in place. */
export function fixedList(type: ValueType, element: Converter, length: number): Converter {
  const { size, alignment } = element;
  const elements = elementsOf(type, element);
  return {
    size: length * size,
    alignment,
    flat: length * element.flat,
    passing: undefined,
    check(side, value) {
      elements.check(side, value);
      const found = (value as ListValue).length;
      if (found !== length) throw new Mismatch(`a list of ${found} is none of ${length}`);
    },
    load: (side, at) => elements.read(side, at, length),
    lift: (side, word) => {
      const values: unknown[] = [];
      for (let k = 0; k < length; k++) values.push(element.lift(side, word + 2 * k * element.flat));
      return values;
    },
    store: (side, value, at) => elements.write(side, value as ListValue, at),
    lower(side, value, word) {
      for (let k = 0; k < length; k++) {
        element.lower(side, (value as ListValue)[k], word + 2 * k * element.flat);
      }
    },
  };
}
