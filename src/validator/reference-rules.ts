// Rules of reference instructions and of branches on references (spec 3.4.6, GC and custom descriptors).
// Owns those rules only; the stacks are the caller's.

import type { Instruction } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import type { Heap, ValType } from "../module/types.ts";
import {
  HEAP_CONCRETE,
  HeapType,
  heapOf,
  isConcrete,
  isExact,
  isNullable,
  NumType,
  refType,
} from "../module/types.ts";
import type { TypeStack } from "./type-stack.ts";
import { heapText } from "./type-text.ts";

const EQ_REF = refType(HeapType.Eq, true);
const I31_REF = refType(HeapType.I31, true);
const EXTERN_REF = refType(HeapType.Extern, true);
const ANY_REF = refType(HeapType.Any, true);

/** Checks `instruction` if it is one of these; says whether it was. */
export function checkReference(stack: TypeStack, instruction: Instruction): boolean {
  switch (instruction.op) {
    case Op.RefNull:
      stack.push(refType(stack.canonicalHeap(instruction.heap), true, instruction.exact));
      return true;
    case Op.RefIsNull:
      stack.popRef();
      stack.push(NumType.I32);
      return true;
    case Op.RefFunc:
      refFunc(stack, instruction.index);
      return true;
    case Op.RefEq:
      stack.pop(EQ_REF);
      stack.pop(EQ_REF);
      stack.push(NumType.I32);
      return true;
    case Op.RefAsNonNull:
      stack.push(nonNull(stack.popRef()));
      return true;
    case Op.BrOnNull: {
      const type = stack.popRef();
      stack.retype(stack.labelTypes(stack.frameOf(instruction.index)));
      stack.push(nonNull(type));
      return true;
    }
    case Op.BrOnNonNull: {
      const type = stack.popRef();
      branchWith(stack, instruction.index, nonNull(type));
      return true;
    }
    case Op.RefTest:
    case Op.RefTestNull:
      popTop(stack, stack.canonicalHeap(instruction.heap));
      stack.push(NumType.I32);
      return true;
    case Op.RefCast:
    case Op.RefCastNull: {
      const heap = stack.canonicalHeap(instruction.heap);
      popTop(stack, heap);
      stack.push(refType(heap, instruction.op === Op.RefCastNull, instruction.exact));
      return true;
    }
    case Op.RefCastDescEq:
    case Op.RefCastDescEqNull: {
      const heap = stack.canonicalHeap(instruction.heap);
      popDescriptor(stack, heap, instruction.exact);
      popTop(stack, heap);
      stack.push(refType(heap, instruction.op === Op.RefCastDescEqNull, instruction.exact));
      return true;
    }
    case Op.RefGetDesc:
      refGetDesc(stack, instruction.index);
      return true;
    case Op.BrOnCast:
    case Op.BrOnCastFail:
    case Op.BrOnCastDescEq:
    case Op.BrOnCastDescEqFail:
      branchOnCast(stack, instruction);
      return true;
    case Op.AnyConvertExtern:
      stack.push(refType(HeapType.Any, isNullable(stack.pop(EXTERN_REF))));
      return true;
    case Op.ExternConvertAny:
      stack.push(refType(HeapType.Extern, isNullable(stack.pop(ANY_REF))));
      return true;
    case Op.RefI31:
      stack.pop(NumType.I32);
      stack.push(refType(HeapType.I31, false));
      return true;
    case Op.I31GetS:
    case Op.I31GetU:
      stack.pop(I31_REF);
      stack.push(NumType.I32);
      return true;
    default:
      return false;
  }
}

/** `type` without null. */
function nonNull(type: ValType): ValType {
  return type - (type & 1);
}

/** What is left of `from` after a cast to `to` has failed: no null, if the cast takes that. */
function difference(from: ValType, to: ValType): ValType {
  return isNullable(to) ? nonNull(from) : from;
}

function refFunc(stack: TypeStack, funcIdx: number): void {
  const { functionTypeIds, declaredFunctions, inexactFunctions, features } = stack.checked;
  const typeId = functionTypeIds[funcIdx];
  if (typeId === undefined) stack.fail(`unknown function ${funcIdx}`);
  if (!declaredFunctions.has(funcIdx)) stack.fail(`undeclared function reference ${funcIdx}`);
  const exact = features.has("custom-descriptors") && !inexactFunctions.has(funcIdx);
  stack.push(refType(HEAP_CONCRETE + typeId, false, exact));
}

/** Pops a reference of the hierarchy of `heap`. */
function popTop(stack: TypeStack, heap: Heap): void {
  stack.pop(refType(stack.registry.topOf(heap), true));
}

/** Pops the descriptor operand of a cast to `heap`, which must have one. */
function popDescriptor(stack: TypeStack, heap: Heap, exact: boolean): void {
  const descriptor = isConcrete(heap)
    ? stack.registry.definedType(heap - HEAP_CONCRETE).descriptor
    : undefined;
  if (descriptor === undefined) {
    stack.fail(`type ${heapText(heap, stack.checked.typeIds)} does not have a descriptor`);
  }
  stack.pop(refType(HEAP_CONCRETE + descriptor, true, exact));
}

function refGetDesc(stack: TypeStack, typeIdx: number): void {
  const type = stack.definedTypeOf(typeIdx);
  if (type.descriptor === undefined) stack.fail(`type without descriptor: ${typeIdx}`);
  const found = stack.pop(refType(HEAP_CONCRETE + type.id, true));
  // The descriptor's type is exact if the operand fits the exact type, as bottom types do.
  const exact = stack.registry.isSubtype(found, refType(HEAP_CONCRETE + type.id, true, true));
  stack.push(refType(HEAP_CONCRETE + type.descriptor, false, exact));
}

/** Checks that label `label` takes what is on the stack and `last` on top of that, which is not on the stack. */
function branchWith(stack: TypeStack, label: number, last: ValType): void {
  const types = stack.labelTypes(stack.frameOf(label));
  const expected = types[types.length - 1];
  if (expected === undefined || !stack.registry.isSubtype(last, expected)) {
    stack.fail(
      `type mismatch: instruction requires type ${stack.textOf(last)} but label has ${stack.text(types)}`,
    );
  }
  stack.retype(types.slice(0, -1));
}

function branchOnCast(stack: TypeStack, instruction: Instruction): void {
  const { op } = instruction;
  const from = stack.canonical(instruction.type1);
  const to = stack.canonical(instruction.type2);
  const { registry } = stack;
  if (op === Op.BrOnCastDescEq || op === Op.BrOnCastDescEqFail) {
    popDescriptor(stack, heapOf(to), isExact(to));
  }
  // The custom-descriptors proposal asks only that both types share a hierarchy.
  const castable = stack.checked.features.has("custom-descriptors")
    ? registry.topOf(heapOf(from)) === registry.topOf(heapOf(to))
    : registry.isSubtype(to, from);
  if (!castable) {
    stack.fail(`type mismatch: cannot cast from ${stack.textOf(from)} to ${stack.textOf(to)}`);
  }
  stack.pop(from);
  if (op === Op.BrOnCast || op === Op.BrOnCastDescEq) {
    branchWith(stack, instruction.index, to);
    stack.push(difference(from, to));
  } else {
    branchWith(stack, instruction.index, difference(from, to));
    stack.push(to);
  }
}
