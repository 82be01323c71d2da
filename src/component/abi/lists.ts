// Lists: those of numbers as typed arrays, copied as a block, all others element by element.

import { describe } from "../../checks/describe.ts";
import { Trap } from "../../errors.ts";
import type { ValueType } from "../model/value-type.ts";
import type { Side } from "./context.ts";
import { type Converter, checkPart, Mismatch } from "./converter.ts";
import { type Place, requireShort, writePointer } from "./pointers.ts";

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

/** What a value takes in JavaScript, at least, and its place in what holds it. */
const VALUE_BYTES = 16;

/** What a list's elements are read and written as. */
export interface Elements {
  /** What each takes in JavaScript beside its bytes in memory, at least: counts as lifted. */
  readonly overhead: number;
  read(side: Side, at: number, length: number): ListValue;
  write(side: Side, value: ListValue, at: number): void;
  /** As {@link Converter.check}. */
  check(side: Side, value: unknown): ListValue;
}

function checkEach(side: Side, element: Converter, value: unknown): ListValue {
  if (!Array.isArray(value)) throw new Mismatch(`${describe(value)} is no list`);
  const { length } = value;
  requireShort(length * element.size, `a list of ${length}`);
  const checked: unknown[] = [];
  for (let k = 0; k < length; k++) checked.push(checkPart(side, element, value[k], () => `[${k}]`));
  return checked;
}

function anyElements(element: Converter): Elements {
  const { size } = element;
  return {
    overhead: VALUE_BYTES * (1 + element.parts),
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
      // A proxy of one, or an object made to look like one, is none.
      if (!(ArrayBuffer.isView(value) && value instanceof Typed)) return any.check(side, value);
      const { buffer, byteOffset, byteLength } = value;
      requireShort(byteLength, describe(value));
      // Of a buffer that was given away there is nothing, not even a view.
      if (byteLength === 0) return new Typed(new ArrayBuffer(0));
      return new Typed(new Uint8Array(buffer, byteOffset, byteLength).slice().buffer);
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
    parts: 1,
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
    parts: 1 + length * element.parts,
    check(side, value) {
      const checked = elements.check(side, value);
      if (checked.length !== length) throw new Mismatch(`a list of ${checked.length} is none of ${length}`);
      return checked;
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
