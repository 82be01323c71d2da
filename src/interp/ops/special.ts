// Instructions outside the loop that neither grow anything nor take long: memories other than 0, 64-bit addresses,
// tables, references, dropping segments, wide arithmetic, atomics (in atomic.ts).
// Owns their effects on registers. What may grow or take long is in heavy.ts.

import { Trap } from "../../errors.ts";
import { Op } from "../../isa/op.ts";
import type { CodeNode } from "../code/node.ts";
import { FIRST_ATOMIC, type FourOperands, type Indices, type MemoryAccess } from "../code/operations.ts";
import { partOf } from "../parts.ts";
import type { InstanceRegisters } from "../run/values.ts";
import { effectiveAddress } from "./address.ts";
import { add128Into, mulWideSInto, mulWideUInto, sub128Into } from "./numeric/wide.ts";

/** Executes node `i` in the frame at `fp`; `i.c` is the Wasm instruction. @throws Trap as it does. */
export function executeSpecial(ex: InstanceRegisters, i: CodeNode, fp: number): void {
  if (i.c >= FIRST_ATOMIC) {
    partOf(i, "atomics").execute(ex, i, fp);
    return;
  }
  const { R, X, instance } = ex;
  const a = fp + i.a;
  const b = fp + i.b;
  const d = fp + i.d;
  const { index } = i.data as Indices;
  switch (i.c as Op) {
    case Op.I64Add128: {
      const { third, fourth } = i.data as FourOperands;
      add128Into(R, d, a, b, fp + third, fp + fourth);
      return;
    }
    case Op.I64Sub128: {
      const { third, fourth } = i.data as FourOperands;
      sub128Into(R, d, a, b, fp + third, fp + fourth);
      return;
    }
    case Op.I64MulWideS:
      mulWideSInto(R, d, R[a]!, R[a + 1]!, R[b]!, R[b + 1]!);
      return;
    case Op.I64MulWideU:
      mulWideUInto(R, d, R[a]!, R[a + 1]!, R[b]!, R[b + 1]!);
      return;
    case Op.I32WrapI64:
      // A 64-bit table index that does not fit 32 bits is out of any table's bounds, as is 2^32 - 1.
      R[d] = R[a + 1]! === 0 ? R[a]! : -1;
      return;
    case Op.MemorySize: {
      const memory = instance.memories[index]!;
      setIndex(R, d, memory.pages, memory.type.is64);
      return;
    }
    case Op.TableSize: {
      const table = instance.tables[index]!;
      setIndex(R, d, table.elements.length, table.type.is64);
      return;
    }
    case Op.TableGet: {
      const { elements } = instance.tables[index]!;
      X[d >> 1] = elements[checkElement(elements.length, R[a]!)];
      return;
    }
    case Op.TableSet: {
      const { elements } = instance.tables[index]!;
      elements[checkElement(elements.length, R[a]!)] = X[b >> 1];
      return;
    }
    case Op.ElemDrop:
      instance.elements[index] = [];
      return;
    case Op.DataDrop:
      instance.data[index] = new Uint8Array(0);
      return;
    case Op.RefFunc:
      X[d >> 1] = instance.func(index);
      return;
    case Op.RefAsNonNull:
      if (X[a >> 1] === null) throw new Trap("null-reference");
      X[d >> 1] = X[a >> 1];
      return;
    default:
      access(ex, i, fp);
  }
}

/** Whether a conditional branch that the loop does not decide itself is taken. Never traps. */
export function executeTest(ex: InstanceRegisters, i: CodeNode, fp: number): boolean {
  return partOf(i, "aggregates").test(ex, i, fp);
}

function setIndex(R: Int32Array, d: number, value: number, is64: boolean): void {
  R[d] = value;
  if (is64) R[d + 1] = Math.floor(value / 2 ** 32);
}

function checkElement(length: number, word: number): number {
  const index = word >>> 0;
  if (index >= length) throw new Trap("out-of-bounds-table-access", `index ${index} of ${length}`);
  return index;
}

/** Scalar loads and stores. */
function access(ex: InstanceRegisters, i: CodeNode, fp: number): void {
  const { R } = ex;
  const operands = i.data as MemoryAccess;
  const memory = ex.instance.memories[operands.memIdx]!;
  const e = effectiveAddress(memory, operands, R, fp + i.a);
  const { u8 } = memory;
  const d = fp + i.d;
  const b = fp + i.b;
  switch (i.c as Op) {
    case Op.I32Load:
    case Op.F32Load:
      R[d] = read(u8, e, 4);
      return;
    case Op.I64Load:
    case Op.F64Load:
      R[d] = read(u8, e, 4);
      R[d + 1] = read(u8, e + 4, 4);
      return;
    case Op.I32Load8S:
      R[d] = (read(u8, e, 1) << 24) >> 24;
      return;
    case Op.I32Load8U:
      R[d] = read(u8, e, 1);
      return;
    case Op.I32Load16S:
      R[d] = (read(u8, e, 2) << 16) >> 16;
      return;
    case Op.I32Load16U:
      R[d] = read(u8, e, 2);
      return;
    case Op.I64Load8S:
      setSigned(R, d, (read(u8, e, 1) << 24) >> 24);
      return;
    case Op.I64Load8U:
      setUnsigned(R, d, read(u8, e, 1));
      return;
    case Op.I64Load16S:
      setSigned(R, d, (read(u8, e, 2) << 16) >> 16);
      return;
    case Op.I64Load16U:
      setUnsigned(R, d, read(u8, e, 2));
      return;
    case Op.I64Load32S:
      setSigned(R, d, read(u8, e, 4));
      return;
    case Op.I64Load32U:
      setUnsigned(R, d, read(u8, e, 4));
      return;
    case Op.I32Store:
    case Op.F32Store:
    case Op.I64Store32:
      write(u8, e, 4, R[b]!);
      return;
    case Op.I64Store:
    case Op.F64Store:
      write(u8, e, 4, R[b]!);
      write(u8, e + 4, 4, R[b + 1]!);
      return;
    case Op.I32Store8:
    case Op.I64Store8:
      write(u8, e, 1, R[b]!);
      return;
    case Op.I32Store16:
    case Op.I64Store16:
      write(u8, e, 2, R[b]!);
      return;
    default:
      throw new Error(`no special instruction ${i.c}`);
  }
}

function read(u8: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let k = 0; k < bytes; k++) value |= u8[at + k]! << (8 * k);
  return value;
}

function write(u8: Uint8Array, at: number, bytes: number, value: number): void {
  for (let k = 0; k < bytes; k++) u8[at + k] = value >> (8 * k);
}

function setSigned(R: Int32Array, d: number, value: number): void {
  R[d] = value;
  R[d + 1] = value >> 31;
}

function setUnsigned(R: Int32Array, d: number, value: number): void {
  R[d] = value;
  R[d + 1] = 0;
}
