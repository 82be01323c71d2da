// Array instructions that cost by length, or take long: making, filling, copying and initialising arrays.
// Owns their order of events, as heavy.ts does: bounds check, variable cost (all or nothing), effect.
// Making an array is not interrupted: what is made is in no operand before it is whole.

import { Trap } from "../../errors.ts";
import { Op } from "../../isa/op.ts";
import {
  type ArrayObject,
  elementBytes,
  elementEntries,
  fillElements,
  HeapFull,
  readElements,
  Storage,
} from "../../runtime/gc.ts";
import type { Reference } from "../../runtime/reference.ts";
import type { NewArrayOp } from "../code/aggregates.ts";
import type { CodeNode } from "../code/node.ts";
import type { Indices } from "../code/operations.ts";
import type { InstanceRegisters, Registers } from "../run/values.ts";
import { checkData, checkElements, checkSource, copyReferences, makeArray, objectType } from "./aggregate.ts";
import { type ChunkState, HeavyOutcome, inChunks } from "./chunks.ts";

/** What these instructions need of an execution. */
export type ArrayState = InstanceRegisters & ChunkState;

/**
 * Executes node `i`; its operands stand from word `at` on.
 * @throws Trap; HeapFull, before any effect, when there is no room
 */
export function executeHeavyArray(ex: ArrayState, i: CodeNode, at: number): HeavyOutcome {
  const { R, instance } = ex;
  const { costs } = i.owner.module;
  const { index, index2 } = i.data as Indices;
  const op = i.c as Op;
  switch (op) {
    case Op.ArrayNew:
    case Op.ArrayNewDefault:
    case Op.ArrayNewData:
    case Op.ArrayNewElem:
      return newArray(ex, i, op, at);
    case Op.ArrayFill: {
      const array = arrayAt(ex, at);
      const to = u32(R, at + 2);
      const lengthAt = at + 4 + valueWords(array.type.storage);
      const length = u32(R, lengthAt);
      checkArray(array, to, length);
      return inChunks(
        ex,
        length,
        costs.perElement,
        false,
        (done, count) => {
          fillElements(array, to + done, count, R, at + 4, ex.X[(at + 4) >> 1]);
        },
        (left) => {
          R[at + 2] = to + length - left;
          R[lengthAt] = left;
        },
      );
    }
    case Op.ArrayCopy: {
      const target = arrayAt(ex, at);
      const source = arrayAt(ex, at + 4);
      const to = u32(R, at + 2);
      const from = u32(R, at + 6);
      const length = u32(R, at + 8);
      checkArray(target, to, length);
      checkArray(source, from, length);
      const backwards = target === source && to > from;
      return inChunks(
        ex,
        length,
        costs.perElement,
        backwards,
        (done, count) => {
          copyArray(target, to + done, source, from + done, count);
        },
        (left) => {
          if (!backwards) {
            R[at + 2] = to + length - left;
            R[at + 6] = from + length - left;
          }
          R[at + 8] = left;
        },
      );
    }
    case Op.ArrayInitData:
    case Op.ArrayInitElem: {
      const array = arrayAt(ex, at);
      const { storage } = array.type;
      const to = u32(R, at + 2);
      const from = u32(R, at + 4);
      const length = u32(R, at + 6);
      checkArray(array, to, length);
      const isData = op === Op.ArrayInitData;
      const size = isData ? elementBytes(storage) : 1;
      const data = isData ? instance.data[index2]! : undefined;
      const segment = isData ? undefined : instance.elements[index2]!;
      if (data !== undefined) checkData(data, from, length, storage);
      if (segment !== undefined) checkElements(segment, from, length);
      return inChunks(
        ex,
        length,
        isData ? costs.perByte * size : costs.perElement,
        false,
        (done, count) => {
          if (data !== undefined) readElements(array, to + done, count, data, from + done * size);
          if (segment !== undefined) copyReferences(array, to + done, segment, from + done, count);
        },
        (left) => {
          R[at + 2] = to + length - left;
          R[at + 4] = from + (length - left) * size;
          R[at + 6] = left;
        },
      );
    }
    default:
      throw new Error(`no heavy instruction ${op}, immediates ${index}, ${index2}`);
  }
}

function newArray(ex: ArrayState, i: CodeNode, op: NewArrayOp, at: number): HeavyOutcome {
  const { R, instance } = ex;
  const { costs } = i.owner.module;
  const { index, index2 } = i.data as Indices;
  const type = objectType(instance, index);
  const plan = { op, typeIdx: index, segment: index2 };
  let lengthAt = at + 2;
  if (op === Op.ArrayNewDefault) lengthAt = at;
  else if (op === Op.ArrayNew) lengthAt = at + valueWords(type.storage);
  const length = u32(R, lengthAt);
  checkSource(instance, plan, type, u32(R, at), length);
  const bytes = type.arrayBytes(length);
  if (!type.heap.tryReserve(bytes)) throw new HeapFull(bytes);
  const price = op === Op.ArrayNewData ? costs.perByte * elementBytes(type.storage) : costs.perElement;
  if (price > 0 && !ex.store.fuel.tryCharge(BigInt(length) * BigInt(price))) {
    type.heap.release(bytes);
    return HeavyOutcome.OutOfFuel;
  }
  ex.X[at >> 1] = makeArray(ex, plan, type, at, length);
  return HeavyOutcome.Done;
}

function u32(R: Int32Array, at: number): number {
  return R[at]! >>> 0;
}

/** Words that an element takes as an operand. */
function valueWords(storage: Storage): number {
  return storage === Storage.Ref ? 2 : Math.max(2, elementEntries(storage));
}

function arrayAt({ X }: Registers, at: number): ArrayObject {
  const array = X[at >> 1] as ArrayObject | null;
  if (array === null) throw new Trap("null-array-reference");
  return array;
}

function checkArray(array: ArrayObject, start: number, length: number): void {
  if (start + length > array.length) {
    throw new Trap("out-of-bounds-array-access", `${length} elements at ${start} of ${array.length}`);
  }
}

/** Copies as if all were read before any is written. */
function copyArray(target: ArrayObject, to: number, source: ArrayObject, from: number, count: number): void {
  if (target.type.storage === Storage.Ref) {
    const elements = source.elements as Reference[];
    if (target === source) elements.copyWithin(to, from, from + count);
    else copyReferences(target, to, elements, from, count);
    return;
  }
  const entries = elementEntries(target.type.storage);
  const words = source.elements as Int32Array;
  (target.elements as Int32Array).set(words.subarray(from * entries, (from + count) * entries), to * entries);
}
