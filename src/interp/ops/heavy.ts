// Instructions that may grow something, take long, or cost by the size of an operand: bulk memory and table operations
// (those on arrays are in heavy-array.ts).
// Owns their order of events: bounds check (a trap pays the base only), variable cost (all or nothing), effect.
// Long ones run in chunks and may be interrupted in between; the operands then describe what is left.

import { Trap } from "../../errors.ts";
import { Op } from "../../isa/op.ts";
import type { MemoryInstance } from "../../runtime/memory.ts";
import type { Reference } from "../../runtime/reference.ts";
import type { TableInstance } from "../../runtime/table.ts";
import type { Costs } from "../code/cost-model.ts";
import type { CodeNode } from "../code/node.ts";
import type { Indices } from "../code/operations.ts";
import { partOf } from "../parts.ts";
import type { WaitState } from "./atomic.ts";
import { type ChunkState, HeavyOutcome, inChunks } from "./chunks.ts";

/** What these instructions need of an execution. */
export type HeavyState = WaitState & ChunkState & { readonly fp: number };

/** Executes node `i`; its operands stand from word `i.a` of the frame on, `i.c` is the instruction. @throws Trap */
export function executeHeavy(ex: HeavyState, i: CodeNode): HeavyOutcome {
  const { costs } = i.owner.module;
  const at = ex.fp + i.a;
  const { index, index2 } = i.data as Indices;
  const { instance } = ex;
  switch (i.c as Op) {
    case Op.MemoryAtomicWait32:
    case Op.MemoryAtomicWait64:
      return partOf(i, "atomics").wait(ex, i, at) ? HeavyOutcome.Done : HeavyOutcome.Waiting;
    case Op.MemoryGrow:
      return memoryGrow(ex, instance.memories[index]!, at, costs);
    case Op.TableGrow:
      return tableGrow(ex, instance.tables[index]!, at, costs);
    case Op.MemoryFill: {
      const memory = instance.memories[index]!;
      const { is64 } = memory.type;
      const length = readIndex(ex.R, at + 4, is64);
      const to = readIndex(ex.R, at, is64);
      checkMemory(to, length, memory.byteLength);
      const value = ex.R[at + 2]!;
      return inChunks(
        ex,
        length,
        costs.perByte,
        false,
        (done, count) => {
          memory.u8.fill(value, to + done, to + done + count);
        },
        (left) => {
          writeIndex(ex.R, at, to + length - left, is64);
          writeIndex(ex.R, at + 4, left, is64);
        },
      );
    }
    case Op.MemoryCopy: {
      const target = instance.memories[index]!;
      const source = instance.memories[index2]!;
      const to = readIndex(ex.R, at, target.type.is64);
      const from = readIndex(ex.R, at + 2, source.type.is64);
      const length64 = target.type.is64 && source.type.is64;
      const length = readIndex(ex.R, at + 4, length64);
      checkMemory(from, length, source.byteLength);
      checkMemory(to, length, target.byteLength);
      const backwards = target === source && to > from;
      return inChunks(
        ex,
        length,
        costs.perByte,
        backwards,
        (done, count) => {
          const { u8 } = source;
          if (target === source) u8.copyWithin(to + done, from + done, from + done + count);
          else target.u8.set(u8.subarray(from + done, from + done + count), to + done);
        },
        (left) => {
          if (!backwards) {
            writeIndex(ex.R, at, to + length - left, target.type.is64);
            writeIndex(ex.R, at + 2, from + length - left, source.type.is64);
          }
          writeIndex(ex.R, at + 4, left, length64);
        },
      );
    }
    case Op.MemoryInit: {
      const memory = instance.memories[index2]!;
      const data = instance.data[index]!;
      const to = readIndex(ex.R, at, memory.type.is64);
      const from = readIndex(ex.R, at + 2, false);
      const length = readIndex(ex.R, at + 4, false);
      checkMemory(from, length, data.length);
      checkMemory(to, length, memory.byteLength);
      return inChunks(
        ex,
        length,
        costs.perByte,
        false,
        (done, count) => {
          memory.u8.set(data.subarray(from + done, from + done + count), to + done);
        },
        (left) => {
          writeIndex(ex.R, at, to + length - left, memory.type.is64);
          writeIndex(ex.R, at + 2, from + length - left, false);
          writeIndex(ex.R, at + 4, left, false);
        },
      );
    }
    case Op.TableFill: {
      const { elements, type } = instance.tables[index]!;
      const to = readIndex(ex.R, at, type.is64);
      const length = readIndex(ex.R, at + 4, type.is64);
      checkTable(to, length, elements.length);
      const value = ex.X[(at + 2) >> 1];
      return inChunks(
        ex,
        length,
        costs.perElement,
        false,
        (done, count) => {
          elements.fill(value, to + done, to + done + count);
        },
        (left) => {
          writeIndex(ex.R, at, to + length - left, type.is64);
          writeIndex(ex.R, at + 4, left, type.is64);
        },
      );
    }
    case Op.TableCopy: {
      const target = instance.tables[index]!;
      const source = instance.tables[index2]!;
      const to = readIndex(ex.R, at, target.type.is64);
      const from = readIndex(ex.R, at + 2, source.type.is64);
      const length64 = target.type.is64 && source.type.is64;
      const length = readIndex(ex.R, at + 4, length64);
      checkTable(from, length, source.elements.length);
      checkTable(to, length, target.elements.length);
      const backwards = target === source && to > from;
      return inChunks(
        ex,
        length,
        costs.perElement,
        backwards,
        (done, count) => {
          copyElements(target.elements, to + done, source.elements, from + done, count);
        },
        (left) => {
          if (!backwards) {
            writeIndex(ex.R, at, to + length - left, target.type.is64);
            writeIndex(ex.R, at + 2, from + length - left, source.type.is64);
          }
          writeIndex(ex.R, at + 4, left, length64);
        },
      );
    }
    case Op.TableInit: {
      const { elements, type } = instance.tables[index2]!;
      const segment = instance.elements[index]!;
      const to = readIndex(ex.R, at, type.is64);
      const from = readIndex(ex.R, at + 2, false);
      const length = readIndex(ex.R, at + 4, false);
      checkTable(from, length, segment.length);
      checkTable(to, length, elements.length);
      return inChunks(
        ex,
        length,
        costs.perElement,
        false,
        (done, count) => {
          for (let k = 0; k < count; k++) elements[to + done + k] = segment[from + done + k];
        },
        (left) => {
          writeIndex(ex.R, at, to + length - left, type.is64);
          writeIndex(ex.R, at + 2, from + length - left, false);
          writeIndex(ex.R, at + 4, left, false);
        },
      );
    }
    default:
      return partOf(i, "aggregates").executeHeavy(ex, i, at);
  }
}

function memoryGrow(ex: HeavyState, memory: MemoryInstance, at: number, costs: Costs): HeavyOutcome {
  const { is64 } = memory.type;
  const delta = readIndex(ex.R, at, is64);
  if (costs.perPage > 0 && memory.canGrow(delta)) {
    if (!ex.store.fuel.tryCharge(BigInt(delta) * BigInt(costs.perPage))) return HeavyOutcome.OutOfFuel;
  }
  writeIndex(ex.R, at, memory.grow(delta), is64);
  return HeavyOutcome.Done;
}

function tableGrow(ex: HeavyState, table: TableInstance, at: number, costs: Costs): HeavyOutcome {
  const { is64 } = table.type;
  const delta = readIndex(ex.R, at + 2, is64);
  if (costs.perElement > 0 && table.canGrow(delta)) {
    if (!ex.store.fuel.tryCharge(BigInt(delta) * BigInt(costs.perElement))) return HeavyOutcome.OutOfFuel;
  }
  writeIndex(ex.R, at, table.grow(delta, ex.X[at >> 1]), is64);
  return HeavyOutcome.Done;
}

/** Copies as if all were read before any is written. */
export function copyElements(
  target: Reference[],
  to: number,
  source: readonly Reference[],
  from: number,
  count: number,
): void {
  if (target === source) {
    target.copyWithin(to, from, from + count);
    return;
  }
  for (let k = 0; k < count; k++) target[to + k] = source[from + k];
}

/** An index operand as a number; above 2^53 it is rounded, and out of bounds either way. */
function readIndex(R: Int32Array, at: number, is64: boolean): number {
  const low = R[at]! >>> 0;
  return is64 ? (R[at + 1]! >>> 0) * 2 ** 32 + low : low;
}

/** -1 becomes all ones. */
function writeIndex(R: Int32Array, at: number, value: number, is64: boolean): void {
  R[at] = value;
  if (is64) R[at + 1] = Math.floor(value / 2 ** 32);
}

function checkMemory(start: number, length: number, size: number): void {
  if (start + length > size) {
    throw new Trap("out-of-bounds-memory-access", `${length} bytes at ${start}, size ${size}`);
  }
}

function checkTable(start: number, length: number, size: number): void {
  if (start + length > size) {
    throw new Trap("out-of-bounds-table-access", `${length} elements at ${start}, size ${size}`);
  }
}
