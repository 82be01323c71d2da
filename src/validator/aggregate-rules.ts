// Rules of struct and array instructions (spec 3.4.7).
// Owns those rules only; the stacks are the caller's.

import { LimitError } from "../errors.ts";
import type { Instruction } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import type { ArrayType, FieldType, ValType } from "../module/types.ts";
import { HEAP_CONCRETE, HeapType, isRef, NumType, refType } from "../module/types.ts";
import { checkDataIdx, elementTypeOf } from "./bulk-rules.ts";
import { isDefaultable, isPacked, type TypeStack, unpacked } from "./type-stack.ts";

const ARRAY_REF = refType(HeapType.Array, true);
const I32 = NumType.I32;

/** Checks `instruction` if it is one of these; says whether it was. */
export function checkAggregate(stack: TypeStack, instruction: Instruction): boolean {
  const { op, index, index2 } = instruction;
  switch (op) {
    case Op.StructNew:
    case Op.StructNewDefault:
    case Op.StructNewDesc:
    case Op.StructNewDefaultDesc:
      structNew(stack, op, index);
      return true;
    case Op.StructGet:
    case Op.StructGetS:
    case Op.StructGetU: {
      const field = fieldOf(stack, index, index2);
      checkPacking(stack, field, op !== Op.StructGet);
      stack.pop(referenceTo(stack, index));
      stack.push(unpacked(field.type));
      return true;
    }
    case Op.StructSet: {
      const field = fieldOf(stack, index, index2);
      if (!field.mutable) stack.fail(`immutable field ${index2} of type ${index}`);
      stack.pop(unpacked(field.type));
      stack.pop(referenceTo(stack, index));
      return true;
    }
    case Op.ArrayNew: {
      const { field } = stack.arrayTypeOf(index);
      stack.pop(I32);
      stack.pop(unpacked(field.type));
      stack.push(allocated(stack, index));
      return true;
    }
    case Op.ArrayNewDefault:
      requireDefault(stack, stack.arrayTypeOf(index).field.type);
      stack.pop(I32);
      stack.push(allocated(stack, index));
      return true;
    case Op.ArrayNewFixed: {
      const type = unpacked(stack.arrayTypeOf(index).field.type);
      const limit = stack.checked.limits.fields;
      if (index2 > limit) throw new LimitError("fields", index2, limit, "operands of array.new_fixed");
      stack.popRepeated(type, index2);
      stack.push(allocated(stack, index));
      return true;
    }
    case Op.ArrayNewData:
      requireNumeric(stack, stack.arrayTypeOf(index));
      checkDataIdx(stack, index2);
      stack.pop(I32);
      stack.pop(I32);
      stack.push(allocated(stack, index));
      return true;
    case Op.ArrayNewElem:
      requireElements(stack, stack.arrayTypeOf(index), index2);
      stack.pop(I32);
      stack.pop(I32);
      stack.push(allocated(stack, index));
      return true;
    case Op.ArrayGet:
    case Op.ArrayGetS:
    case Op.ArrayGetU: {
      const { field } = stack.arrayTypeOf(index);
      checkPacking(stack, field, op !== Op.ArrayGet);
      stack.pop(I32);
      stack.pop(referenceTo(stack, index));
      stack.push(unpacked(field.type));
      return true;
    }
    case Op.ArraySet: {
      const { field } = mutableArray(stack, index);
      stack.pop(unpacked(field.type));
      stack.pop(I32);
      stack.pop(referenceTo(stack, index));
      return true;
    }
    case Op.ArrayLen:
      stack.pop(ARRAY_REF);
      stack.push(I32);
      return true;
    case Op.ArrayFill: {
      const { field } = mutableArray(stack, index);
      stack.pop(I32);
      stack.pop(unpacked(field.type));
      stack.pop(I32);
      stack.pop(referenceTo(stack, index));
      return true;
    }
    case Op.ArrayCopy: {
      const target = mutableArray(stack, index).field.type;
      const source = stack.arrayTypeOf(index2).field.type;
      if (!stack.registry.isSubtype(source, target)) {
        stack.fail(
          `array types do not match: elements are ${stack.textOf(source)}, but ${stack.textOf(target)} in the target`,
        );
      }
      stack.pop(I32);
      stack.pop(I32);
      stack.pop(referenceTo(stack, index2));
      stack.pop(I32);
      stack.pop(referenceTo(stack, index));
      return true;
    }
    case Op.ArrayInitData:
      requireNumeric(stack, mutableArray(stack, index));
      checkDataIdx(stack, index2);
      arrayInit(stack, index);
      return true;
    case Op.ArrayInitElem:
      requireElements(stack, mutableArray(stack, index), index2);
      arrayInit(stack, index);
      return true;
    default:
      return false;
  }
}

/** `(ref null $t)`, what accesses to `$t` take. */
function referenceTo(stack: TypeStack, typeIdx: number): ValType {
  return refType(HEAP_CONCRETE + stack.definedTypeOf(typeIdx).id, true);
}

/** `(ref $t)`, or `(ref (exact $t))` where the custom-descriptors proposal has exact types. */
function allocated(stack: TypeStack, typeIdx: number): ValType {
  const exact = stack.checked.features.has("custom-descriptors");
  return refType(HEAP_CONCRETE + stack.definedTypeOf(typeIdx).id, false, exact);
}

function structNew(stack: TypeStack, op: Op, typeIdx: number): void {
  const { types, withoutDefault } = stack.structOperandsOf(typeIdx);
  const { descriptor } = stack.definedTypeOf(typeIdx);
  const withDescriptor = op === Op.StructNewDesc || op === Op.StructNewDefaultDesc;
  if (withDescriptor) {
    if (descriptor === undefined) stack.fail("type without descriptor requires non-descriptor allocation");
    stack.pop(refType(HEAP_CONCRETE + descriptor, true, true));
  } else if (descriptor !== undefined) {
    stack.fail("type with descriptor requires descriptor allocation");
  }
  if (op === Op.StructNew || op === Op.StructNewDesc) {
    stack.popAll(types);
  } else if (withoutDefault !== undefined) {
    requireDefault(stack, withoutDefault);
  }
  stack.push(allocated(stack, typeIdx));
}

function fieldOf(stack: TypeStack, typeIdx: number, fieldIdx: number): FieldType {
  const field = stack.structTypeOf(typeIdx).fields[fieldIdx];
  return field ?? stack.fail(`unknown field ${fieldIdx} of type ${typeIdx}`);
}

/** Packed storage is read with a sign, other storage without. */
function checkPacking(stack: TypeStack, field: FieldType, signed: boolean): void {
  if (isPacked(field.type) === signed) return;
  stack.fail(
    `type mismatch: field is ${signed ? "unpacked" : "packed"}, use ${signed ? "get" : "get_s or get_u"}`,
  );
}

function requireDefault(stack: TypeStack, type: ValType): void {
  if (!isDefaultable(type))
    stack.fail(`type mismatch: field type ${stack.textOf(type)} has no default value`);
}

function mutableArray(stack: TypeStack, typeIdx: number): ArrayType {
  const type = stack.arrayTypeOf(typeIdx);
  if (!type.field.mutable) stack.fail(`immutable array ${typeIdx}`);
  return type;
}

function requireNumeric(stack: TypeStack, type: ArrayType): void {
  if (isRef(type.field.type)) {
    stack.fail(`array type is not numeric or vector: its elements are ${stack.textOf(type.field.type)}`);
  }
}

function requireElements(stack: TypeStack, type: ArrayType, elemIdx: number): void {
  const found = elementTypeOf(stack, elemIdx);
  if (!stack.registry.isSubtype(found, type.field.type)) {
    stack.fail(
      `type mismatch: element segment ${elemIdx} has ${stack.textOf(found)} but the array ${stack.textOf(type.field.type)}`,
    );
  }
}

/** Pops the operands of array.init_data and array.init_elem. */
function arrayInit(stack: TypeStack, typeIdx: number): void {
  stack.pop(I32);
  stack.pop(I32);
  stack.pop(I32);
  stack.pop(referenceTo(stack, typeIdx));
}
