// The third dispatch loop: structs, arrays, i31 references and casts, one after another, over the register file.
// Owns which operand is where. Never changes the registers' buffers. What costs by length is in heavy-array.ts.

import { Trap } from "../../errors.ts";
import { Op } from "../../isa/op.ts";
import {
  ArrayObject,
  descriptorOf,
  elementBytes,
  fillElements,
  HeapFull,
  isOfType,
  makeElements,
  type ObjectType,
  readElements,
  type Storage,
  StructObject,
} from "../../runtime/gc.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { Reference } from "../../runtime/reference.ts";
import { AggregateCode, type ArrayPlan, type CastTest, type ObjectPlan } from "../code/aggregates.ts";
import type { CodeNode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import type { InstanceRegisters } from "../run/values.ts";

/**
 * Executes aggregate instructions from node `first` on; returns the first node that is none, or that is about to trap.
 * @throws Trap when `first` itself traps, HeapFull when it finds no room: the main loop then knows where it stands.
 */
export function executeAggregates(ex: InstanceRegisters, first: CodeNode, fp: number): CodeNode {
  const { R, X } = ex;
  let i = first;
  for (;;) {
    switch (i.op) {
      case AggregateCode.StructGet8S:
      case AggregateCode.StructGet8U:
      case AggregateCode.StructGet16S:
      case AggregateCode.StructGet16U:
      case AggregateCode.StructGet64:
      case AggregateCode.StructGet128: {
        const struct = X[(fp + i.a) >> 1] as StructObject | null;
        if (struct === null) {
          if (i !== first) return i;
          throw new Trap("null-structure-reference");
        }
        getField(i.op as AggregateCode, struct.fields as number[], i.c, R, fp + i.d);
        break;
      }
      case AggregateCode.StructSet64:
      case AggregateCode.StructSet128: {
        const struct = X[(fp + i.a) >> 1] as StructObject | null;
        if (struct === null) {
          if (i !== first) return i;
          throw new Trap("null-structure-reference");
        }
        const words = i.op === AggregateCode.StructSet64 ? 2 : 4;
        for (let k = 0; k < words; k++) struct.fields[i.c + k] = R[fp + i.b + k]!;
        break;
      }
      case AggregateCode.ArrayGet8S:
      case AggregateCode.ArrayGet8U:
      case AggregateCode.ArrayGet16S:
      case AggregateCode.ArrayGet16U:
      case AggregateCode.ArrayGet32:
      case AggregateCode.ArrayGet64:
      case AggregateCode.ArrayGet128:
      case AggregateCode.ArrayGetRef: {
        const array = X[(fp + i.a) >> 1] as ArrayObject | null;
        const index = R[fp + i.b]! >>> 0;
        if (array === null || index >= array.length) {
          if (i !== first) return i;
          throw arrayFault(array, index);
        }
        if (i.op === AggregateCode.ArrayGetRef) {
          X[(fp + i.d) >> 1] = (array.elements as Reference[])[index];
        } else {
          getElement(i.op as AggregateCode, array, index, R, fp + i.d);
        }
        break;
      }
      case AggregateCode.ArraySet8:
      case AggregateCode.ArraySet16:
      case AggregateCode.ArraySet32:
      case AggregateCode.ArraySet64:
      case AggregateCode.ArraySet128:
      case AggregateCode.ArraySetRef: {
        const array = X[(fp + i.a) >> 1] as ArrayObject | null;
        const index = R[fp + i.b]! >>> 0;
        if (array === null || index >= array.length) {
          if (i !== first) return i;
          throw arrayFault(array, index);
        }
        if (i.op === AggregateCode.ArraySetRef) {
          (array.elements as Reference[])[index] = X[(fp + i.c) >> 1];
        } else {
          setElement(i.op as AggregateCode, array, index, R, fp + i.c);
        }
        break;
      }
      case AggregateCode.ArrayLen: {
        const array = X[(fp + i.a) >> 1] as ArrayObject | null;
        if (array === null) {
          if (i !== first) return i;
          throw new Trap("null-array-reference");
        }
        R[fp + i.d] = array.length;
        break;
      }
      case AggregateCode.StructNew:
      case AggregateCode.StructNewDefault:
      case AggregateCode.ArrayNewFixed: {
        const plan = i.data as DataOf<AggregateCode.StructNew>;
        if (plan.descriptor >= 0 && X[(fp + plan.descriptor) >> 1] === null) {
          if (i !== first) return i;
          throw new Trap("null-descriptor-reference");
        }
        const type = objectType(ex.instance, plan.typeIdx);
        const isArray = i.op === AggregateCode.ArrayNewFixed;
        const bytes = isArray ? type.arrayBytes(plan.length) : type.bytes;
        if (!type.heap.tryReserve(bytes)) {
          if (i !== first) return i;
          throw new HeapFull(bytes);
        }
        X[(fp + i.d) >> 1] = isArray ? makeFixed(type, plan, R, X, fp) : makeStruct(type, plan, R, X, fp);
        break;
      }
      case AggregateCode.ArrayNew: {
        // It may trap in several ways.
        if (i !== first) return i;
        const plan = i.data as DataOf<AggregateCode.ArrayNew>;
        const type = objectType(ex.instance, plan.typeIdx);
        const length = R[fp + i.b]! >>> 0;
        checkSource(ex.instance, plan, type, R[fp + i.a]! >>> 0, length);
        const bytes = type.arrayBytes(length);
        if (!type.heap.tryReserve(bytes)) throw new HeapFull(bytes);
        X[(fp + i.d) >> 1] = makeArray(ex, plan, type, fp + i.a, length);
        break;
      }
      case AggregateCode.RefEq:
        R[fp + i.d] = X[(fp + i.a) >> 1] === X[(fp + i.b) >> 1] ? 1 : 0;
        break;
      case AggregateCode.RefI31:
        X[(fp + i.d) >> 1] = (R[fp + i.a]! << 1) >> 1;
        break;
      case AggregateCode.I31GetS:
      case AggregateCode.I31GetU: {
        const ref = X[(fp + i.a) >> 1] as number | null;
        if (ref === null) {
          if (i !== first) return i;
          throw new Trap("null-i31-reference");
        }
        R[fp + i.d] = i.op === AggregateCode.I31GetS ? ref : ref & 0x7fffffff;
        break;
      }
      case AggregateCode.RefTest: {
        const { target, registry } = i.data as DataOf<AggregateCode.RefTest>;
        R[fp + i.d] = isOfType(X[(fp + i.a) >> 1], target, registry) ? 1 : 0;
        break;
      }
      case AggregateCode.RefCast: {
        const { target, registry } = i.data as DataOf<AggregateCode.RefTest>;
        const ref = X[(fp + i.a) >> 1];
        if (!isOfType(ref, target, registry)) {
          if (i !== first) return i;
          throw new Trap("cast-failure");
        }
        if (i.d >= 0) X[(fp + i.d) >> 1] = ref;
        break;
      }
      case AggregateCode.RefCastDesc: {
        const ref = X[(fp + i.a) >> 1];
        const descriptor = X[(fp + i.b) >> 1];
        if (descriptor === null || !isDescribedBy(ref, descriptor, i.data as DataOf<AggregateCode.RefTest>)) {
          if (i !== first) return i;
          throw new Trap(descriptor === null ? "null-descriptor-reference" : "descriptor-cast-failure");
        }
        if (i.d >= 0) X[(fp + i.d) >> 1] = ref;
        break;
      }
      case AggregateCode.RefGetDesc: {
        const ref = X[(fp + i.a) >> 1];
        if (ref === null) {
          if (i !== first) return i;
          throw new Trap("null-reference");
        }
        X[(fp + i.d) >> 1] = descriptorOf(ref);
        break;
      }
      case AggregateCode.CheckDescriptor:
        if (X[(fp + i.a) >> 1] === null) {
          if (i !== first) return i;
          throw new Trap("null-descriptor-reference");
        }
        break;
      default:
        return i;
    }
    i = i.next;
  }
}

/** Whether the branch on a cast at node `i` is taken. Never traps. */
export function executeCastTest(ex: InstanceRegisters, i: CodeNode, fp: number): boolean {
  const test = i.data as DataOf<AggregateCode.RefTest>;
  const ref = ex.X[(fp + i.a) >> 1];
  const passes =
    i.b >= 0 ? isDescribedBy(ref, ex.X[(fp + i.b) >> 1], test) : isOfType(ref, test.target, test.registry);
  return passes === test.when;
}

function isDescribedBy(ref: Reference, descriptor: Reference, { target }: CastTest): boolean {
  return ref === null ? target.nullable : descriptorOf(ref) === descriptor;
}

export function objectType(instance: ModuleInstance, typeIdx: number): ObjectType {
  return instance.objectTypes[typeIdx] ?? instance.objectType(typeIdx);
}

export function arrayFault(array: ArrayObject | null, index: number): Trap {
  if (array === null) return new Trap("null-array-reference");
  return new Trap("out-of-bounds-array-access", `index ${index} of ${array.length}`);
}

// -------------------------------------------------------------------- access

function getField(code: AggregateCode, fields: number[], entry: number, R: Int32Array, d: number): void {
  const value = fields[entry]!;
  switch (code) {
    case AggregateCode.StructGet8S:
      R[d] = (value << 24) >> 24;
      return;
    case AggregateCode.StructGet8U:
      R[d] = value & 0xff;
      return;
    case AggregateCode.StructGet16S:
      R[d] = (value << 16) >> 16;
      return;
    case AggregateCode.StructGet16U:
      R[d] = value & 0xffff;
      return;
    case AggregateCode.StructGet128:
      R[d + 2] = fields[entry + 2]!;
      R[d + 3] = fields[entry + 3]!;
      break;
    default:
  }
  R[d] = value;
  R[d + 1] = fields[entry + 1]!;
}

function getElement(
  code: AggregateCode,
  { elements }: ArrayObject,
  index: number,
  R: Int32Array,
  d: number,
): void {
  switch (code) {
    case AggregateCode.ArrayGet8S:
      R[d] = (elements as Int8Array)[index]!;
      return;
    case AggregateCode.ArrayGet8U:
      R[d] = (elements as Int8Array)[index]! & 0xff;
      return;
    case AggregateCode.ArrayGet16S:
      R[d] = (elements as Int16Array)[index]!;
      return;
    case AggregateCode.ArrayGet16U:
      R[d] = (elements as Int16Array)[index]! & 0xffff;
      return;
    case AggregateCode.ArrayGet32:
      R[d] = (elements as Int32Array)[index]!;
      return;
    default: {
      const words = code === AggregateCode.ArrayGet64 ? 2 : 4;
      for (let k = 0; k < words; k++) R[d + k] = (elements as Int32Array)[index * words + k]!;
    }
  }
}

function setElement(
  code: AggregateCode,
  { elements }: ArrayObject,
  index: number,
  R: Int32Array,
  at: number,
): void {
  switch (code) {
    case AggregateCode.ArraySet8:
      (elements as Int8Array)[index] = R[at]!;
      return;
    case AggregateCode.ArraySet16:
      (elements as Int16Array)[index] = R[at]!;
      return;
    case AggregateCode.ArraySet32:
      (elements as Int32Array)[index] = R[at]!;
      return;
    default: {
      const words = code === AggregateCode.ArraySet64 ? 2 : 4;
      for (let k = 0; k < words; k++) (elements as Int32Array)[index * words + k] = R[at + k]!;
    }
  }
}

// -------------------------------------------------------------------- allocation

function makeStruct(
  type: ObjectType,
  { entries, descriptor }: ObjectPlan,
  R: Int32Array,
  X: readonly Reference[],
  fp: number,
): StructObject {
  const { layout } = type;
  // Literals of their own size are made twice as fast as copies or arrays of a given length (V8).
  switch (layout.defaults.length === entries.length ? entries.length : -1) {
    case 1:
      return new StructObject(type, [entryOf(entries[0]!, R, X, fp)]);
    case 2:
      return new StructObject(type, [entryOf(entries[0]!, R, X, fp), entryOf(entries[1]!, R, X, fp)]);
    case 3:
      return new StructObject(type, [
        entryOf(entries[0]!, R, X, fp),
        entryOf(entries[1]!, R, X, fp),
        entryOf(entries[2]!, R, X, fp),
      ]);
    case 4:
      return new StructObject(type, [
        entryOf(entries[0]!, R, X, fp),
        entryOf(entries[1]!, R, X, fp),
        entryOf(entries[2]!, R, X, fp),
        entryOf(entries[3]!, R, X, fp),
      ]);
    default: {
      const fields = layout.defaults.slice();
      for (let k = 0; k < entries.length; k++) fields[k] = entryOf(entries[k]!, R, X, fp);
      if (descriptor >= 0) fields[layout.descriptorEntry] = X[(fp + descriptor) >> 1];
      return new StructObject(type, fields);
    }
  }
}

function entryOf(at: number, R: Int32Array, X: readonly Reference[], fp: number): unknown {
  return at >= 0 ? R[fp + at]! : X[(fp + ~at) >> 1];
}

function makeFixed(
  type: ObjectType,
  { entries, length }: ObjectPlan,
  R: Int32Array,
  X: readonly Reference[],
  fp: number,
): ArrayObject {
  const elements = makeElements(type.storage, length) as unknown[];
  for (let k = 0; k < entries.length; k++) elements[k] = entryOf(entries[k]!, R, X, fp);
  return new ArrayObject(type, elements as Reference[], length);
}

/** Checks what a new array is made from: `length` elements from `from` on. @throws Trap */
export function checkSource(
  instance: ModuleInstance,
  { op, segment }: ArrayPlan,
  { storage }: ObjectType,
  from: number,
  length: number,
): void {
  if (op === Op.ArrayNewData) checkData(instance.data[segment]!, from, length, storage);
  else if (op === Op.ArrayNewElem) {
    checkElements(instance.elements[segment]!, from, length);
  }
}

/** The array that `plan` asks for, whose room is reserved; its value, or offset in the segment, is at word `at`. */
export function makeArray(
  { R, X, instance }: InstanceRegisters,
  { op, segment }: ArrayPlan,
  type: ObjectType,
  at: number,
  length: number,
): ArrayObject {
  const array = new ArrayObject(type, makeElements(type.storage, length), length);
  const from = R[at]! >>> 0;
  switch (op) {
    case Op.ArrayNewDefault:
      break;
    case Op.ArrayNew:
      fillElements(array, 0, length, R, at, X[at >> 1]);
      break;
    case Op.ArrayNewData:
      readElements(array, 0, length, instance.data[segment]!, from);
      break;
    case Op.ArrayNewElem:
      copyReferences(array, 0, instance.elements[segment]!, from, length);
      break;
  }
  return array;
}

export function copyReferences(
  { elements }: ArrayObject,
  to: number,
  source: readonly Reference[],
  from: number,
  count: number,
): void {
  for (let k = 0; k < count; k++) (elements as Reference[])[to + k] = source[from + k];
}

/** @throws Trap */
export function checkData(data: Uint8Array, from: number, length: number, storage: Storage): void {
  const bytes = length * elementBytes(storage);
  if (from + bytes > data.length) {
    throw new Trap(
      "out-of-bounds-memory-access",
      `${bytes} bytes at ${from} of a data segment of ${data.length}`,
    );
  }
}

/** @throws Trap */
export function checkElements(segment: readonly Reference[], from: number, length: number): void {
  if (from + length > segment.length) {
    throw new Trap(
      "out-of-bounds-table-access",
      `${length} elements at ${from} of an element segment of ${segment.length}`,
    );
  }
}
