// Translates the instructions on structs, arrays, i31 references and casts.
// Owns their operand layout. A node bears an AggregateCode as its operation, which aggregate.ts switches on.

import type { Instruction } from "../../isa/instruction.ts";
import { Op } from "../../isa/op.ts";
import type { DefinedType } from "../../module/type-registry.ts";
import { HEAP_CONCRETE, HeapType, isRef, NumType, refType, type ValType } from "../../module/types.ts";
import { castTarget, type FieldPlace, type Layout, layoutOf, Storage } from "../../runtime/gc.ts";
import {
  AggregateCode,
  type ArrayPlan,
  type CastTest,
  type NewArrayOp,
  type ObjectPlan,
} from "../code/aggregates.ts";
import { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import type { LoweringContext } from "./lowering-context.ts";
import { type Operand, OperandKind, wordsOf } from "./operand-stack.ts";

const I31_REF = refType(HeapType.I31, false);

/** Lowers `instruction` if it is one of these and does not branch; returns whether it was. */
export function lowerAggregate(context: LoweringContext, instruction: Instruction): boolean {
  const { stack } = context;
  const { op, index, index2 } = instruction;
  switch (op) {
    case Op.StructNew:
    case Op.StructNewDesc: {
      const type = definedType(context, index);
      const { fields } = layoutOf(type, context.tools.checked.registry);
      const descriptor = op === Op.StructNewDesc ? 1 : 0;
      allocate(context, AggregateCode.StructNew, index, fields.length + descriptor, descriptor);
      return true;
    }
    case Op.StructNewDefault:
      allocate(context, AggregateCode.StructNewDefault, index, 0, 0);
      return true;
    case Op.StructNewDefaultDesc:
      allocate(context, AggregateCode.StructNewDefault, index, 1, 1);
      return true;
    case Op.ArrayNewFixed:
      allocate(context, AggregateCode.ArrayNewFixed, index, index2, 0);
      return true;
    case Op.ArrayNew:
    case Op.ArrayNewDefault:
    case Op.ArrayNewElem:
    case Op.ArrayNewData:
      newArray(context, op, instruction);
      return true;
    case Op.StructGet:
    case Op.StructGetS:
    case Op.StructGetU: {
      const type = definedType(context, index);
      const { entry, storage } = fieldOf(context, type, index2);
      const at = [stack.register(stack.peek())];
      const field = type.composite.kind === "struct" ? type.composite.fields[index2] : undefined;
      emit(context, STRUCT_GETS[access(op, storage)], 1, unpacked(field?.type), at, entry);
      return true;
    }
    case Op.StructSet: {
      const { entry, storage } = fieldOf(context, definedType(context, index), index2);
      const value = stack.register(stack.peek());
      const struct = stack.register(stack.peek(1));
      emit(context, STRUCT_SETS[storage], 2, undefined, [struct, value], entry);
      return true;
    }
    case Op.ArrayGet:
    case Op.ArrayGetS:
    case Op.ArrayGetU: {
      const type = definedType(context, index);
      const { storage } = layoutOf(type, context.tools.checked.registry);
      const element = type.composite.kind === "array" ? type.composite.field.type : undefined;
      emit(context, ARRAY_GETS[access(op, storage)], 2, unpacked(element), registers(context, 2));
      return true;
    }
    case Op.ArraySet: {
      const { storage } = layoutOf(definedType(context, index), context.tools.checked.registry);
      const at = registers(context, 3);
      emit(context, ARRAY_SETS[storage], 3, undefined, at, at[2]);
      return true;
    }
    case Op.ArrayLen:
      emit(context, AggregateCode.ArrayLen, 1, NumType.I32, registers(context, 1));
      return true;
    case Op.ArrayFill:
      context.heavy(instruction, 4, []);
      return true;
    case Op.ArrayCopy:
      context.heavy(instruction, 5, []);
      return true;
    case Op.ArrayInitData:
    case Op.ArrayInitElem:
      context.heavy(instruction, 4, []);
      return true;
    default:
      return lowerReference(context, instruction);
  }
}

function lowerReference(context: LoweringContext, instruction: Instruction): boolean {
  const { op, index } = instruction;
  switch (op) {
    case Op.RefEq:
      emit(context, AggregateCode.RefEq, 2, NumType.I32, registers(context, 2));
      return true;
    case Op.RefI31:
      emit(context, AggregateCode.RefI31, 1, I31_REF, registers(context, 1));
      return true;
    case Op.I31GetS:
    case Op.I31GetU: {
      const code = op === Op.I31GetS ? AggregateCode.I31GetS : AggregateCode.I31GetU;
      emit(context, code, 1, NumType.I32, registers(context, 1));
      return true;
    }
    case Op.AnyConvertExtern:
    case Op.ExternConvertAny:
      // The same value in another hierarchy.
      return true;
    case Op.RefTest:
    case Op.RefTestNull: {
      const test = testFor(context, castType(context, instruction, op === Op.RefTestNull), true);
      emit(context, AggregateCode.RefTest, 1, NumType.I32, registers(context, 1), 0, test);
      return true;
    }
    case Op.RefCast:
    case Op.RefCastNull: {
      const type = castType(context, instruction, op === Op.RefCastNull);
      check(context, AggregateCode.RefCast, type, -1, testFor(context, type, true));
      return true;
    }
    case Op.RefCastDescEq:
    case Op.RefCastDescEqNull: {
      const type = castType(context, instruction, op === Op.RefCastDescEqNull);
      const b = context.stack.register(context.stack.pop());
      check(context, AggregateCode.RefCastDesc, type, b, testFor(context, type, true));
      return true;
    }
    case Op.RefGetDesc: {
      const { descriptor } = definedType(context, index);
      const type = refType(HEAP_CONCRETE + descriptor!, false);
      emit(context, AggregateCode.RefGetDesc, 1, type, registers(context, 1));
      return true;
    }
    default:
      return false;
  }
}

/** Lowers the branches on casts; returns whether `instruction` was one. */
export function lowerCast(context: LoweringContext, instruction: Instruction): boolean {
  const { op, index, offset, type2 } = instruction;
  const withDescriptor = op === Op.BrOnCastDescEq || op === Op.BrOnCastDescEqFail;
  if (!withDescriptor && op !== Op.BrOnCast && op !== Op.BrOnCastFail) return false;
  const { stack, out } = context;
  let b = -1;
  if (withDescriptor) {
    b = stack.register(stack.pop());
    // Apart from the branch, which must not trap: its fuel is that of the way it takes.
    out.emit(AggregateCode.CheckDescriptor, -1, b);
  }
  const a = stack.register(stack.peek());
  const test = testFor(context, context.canonical(type2), op === Op.BrOnCast || op === Op.BrOnCastDescEq);
  out.emitBranch(Code.BrTest, context.branchLabel(index, offset), a, b, test);
  return true;
}

// -------------------------------------------------------------------- nodes

/** A node over operands at word offsets `at` that replaces the topmost `operands` with a result, if it has one. */
function emit<O extends AggregateCode | Code>(
  context: LoweringContext,
  code: O,
  operands: number,
  result: ValType | undefined,
  at: readonly number[],
  c = 0,
  data: DataOf<O> | null = null,
): CodeNode {
  const { stack } = context;
  stack.popMany(operands);
  const d = result === undefined ? -1 : stack.push(result).slot;
  return context.out.emit(code, d, at[0] ?? 0, at[1] ?? 0, c, data);
}

/** Word offsets of the topmost operands, lowest first. */
function registers({ stack }: LoweringContext, count: number): number[] {
  const at: number[] = [];
  for (let k = count - 1; k >= 0; k--) at.push(stack.register(stack.peek(k)));
  return at;
}

/** A check of the topmost operand, which then has type `type`; a folded one stays folded. */
function check(
  context: LoweringContext,
  code: AggregateCode.RefCast | AggregateCode.RefCastDesc,
  type: ValType,
  b: number,
  data: CastTest,
): void {
  const { stack, out } = context;
  const operand = stack.peek();
  const a = stack.register(operand);
  if (operand.kind === OperandKind.Local) {
    out.emit(code, -1, a, b, 0, data);
    return;
  }
  // It may become the definition of a local, unlike a mere check.
  stack.pop();
  out.emit(code, stack.push(type).slot, a, b, 0, data);
}

// -------------------------------------------------------------------- allocations

/** An allocation from the topmost `count` operands, the last of which is a descriptor if `descriptor` is 1. */
function allocate(
  context: LoweringContext,
  code: AggregateCode,
  typeIdx: number,
  count: number,
  descriptor: number,
): void {
  const { stack } = context;
  const entries: number[] = [];
  for (let k = count - 1; k >= 0; k--) {
    const operand = stack.peek(k);
    const at = stack.register(operand);
    if (k >= descriptor) planEntries(entries, operand, at);
  }
  const plan: ObjectPlan = {
    typeIdx,
    entries,
    length: count,
    descriptor: descriptor === 1 ? stack.register(stack.peek()) : -1,
  };
  finish(context, code, typeIdx, count, 0, 0, plan);
}

/** The node of an allocation, whose operands are still on the stack and alive while it executes. */
function finish(
  context: LoweringContext,
  code: AggregateCode,
  typeIdx: number,
  count: number,
  a: number,
  b: number,
  plan: ObjectPlan | ArrayPlan,
): void {
  const { stack } = context;
  const refs = stack.topRef();
  stack.popMany(count);
  const result = refType(HEAP_CONCRETE + definedType(context, typeIdx).id, false);
  const node = context.out.emit(code, stack.push(result).slot, a, b, 0, plan);
  context.noteRefs(node, refs);
}

/** Where an object's entries come from: word offsets of numbers' words, complements of those of references. */
function planEntries(entries: number[], { type }: Operand, at: number): void {
  if (isRef(type)) {
    entries.push(~at);
    return;
  }
  const words = type === NumType.I32 || type === NumType.F32 ? 1 : wordsOf(type);
  for (let word = 0; word < words; word++) entries.push(at + word);
}

/** An array whose length is an operand. Where length has a price, the region ends here. */
function newArray(context: LoweringContext, op: NewArrayOp, instruction: Instruction): void {
  const { costs } = context.tools;
  const { index, index2 } = instruction;
  const count = op === Op.ArrayNewDefault ? 1 : 2;
  if ((op === Op.ArrayNewData ? costs.perByte : costs.perElement) > 0) {
    context.heavy(instruction, count, [refType(HEAP_CONCRETE + definedType(context, index).id, false)]);
    return;
  }
  const at = registers(context, count);
  const plan: ArrayPlan = { op, typeIdx: index, segment: index2 };
  finish(context, AggregateCode.ArrayNew, index, count, at[0]!, at[count - 1]!, plan);
}

// -------------------------------------------------------------------- types

function definedType({ tools }: LoweringContext, typeIdx: number): DefinedType {
  const { registry, typeIds } = tools.checked;
  return registry.definedType(typeIds[typeIdx]!);
}

function fieldOf({ tools }: LoweringContext, type: DefinedType, fieldIdx: number): FieldPlace {
  const layout: Layout = layoutOf(type, tools.checked.registry);
  return layout.fields[fieldIdx]!;
}

function unpacked(type: ValType | undefined): ValType {
  return type === undefined || type === NumType.I8 || type === NumType.I16 ? NumType.I32 : type;
}

/** The canonical type that a test or cast asks for. */
function castType(context: LoweringContext, { heap, exact }: Instruction, nullable: boolean): ValType {
  return context.canonical(refType(heap, nullable, exact));
}

function testFor({ tools }: LoweringContext, type: ValType, when: boolean): CastTest {
  const { registry } = tools.checked;
  return { target: castTarget(type, registry), registry, when };
}

// -------------------------------------------------------------------- which access for which storage

const enum Access {
  I8S,
  I8U,
  I16S,
  I16U,
  Word,
  Pair,
  Vector,
  Ref,
}

function access(op: Op, storage: Storage): Access {
  const unsigned = op === Op.StructGetU || op === Op.ArrayGetU;
  switch (storage) {
    case Storage.I8:
      return unsigned ? Access.I8U : Access.I8S;
    case Storage.I16:
      return unsigned ? Access.I16U : Access.I16S;
    case Storage.Word:
      return Access.Word;
    case Storage.Pair:
      return Access.Pair;
    case Storage.Vector:
      return Access.Vector;
    case Storage.Ref:
      return Access.Ref;
  }
}

const STRUCT_GETS: Readonly<Record<Access, AggregateCode | Code>> = {
  [Access.I8S]: AggregateCode.StructGet8S,
  [Access.I8U]: AggregateCode.StructGet8U,
  [Access.I16S]: AggregateCode.StructGet16S,
  [Access.I16U]: AggregateCode.StructGet16U,
  [Access.Word]: Code.StructGet32,
  [Access.Pair]: AggregateCode.StructGet64,
  [Access.Vector]: AggregateCode.StructGet128,
  [Access.Ref]: Code.StructGetRef,
};

const STRUCT_SETS: Readonly<Record<Storage, AggregateCode | Code>> = {
  // Packed fields keep what the operand had above them; reading cuts it off.
  [Storage.I8]: Code.StructSet32,
  [Storage.I16]: Code.StructSet32,
  [Storage.Word]: Code.StructSet32,
  [Storage.Pair]: AggregateCode.StructSet64,
  [Storage.Vector]: AggregateCode.StructSet128,
  [Storage.Ref]: Code.StructSetRef,
};

const ARRAY_GETS: Readonly<Record<Access, AggregateCode>> = {
  [Access.I8S]: AggregateCode.ArrayGet8S,
  [Access.I8U]: AggregateCode.ArrayGet8U,
  [Access.I16S]: AggregateCode.ArrayGet16S,
  [Access.I16U]: AggregateCode.ArrayGet16U,
  [Access.Word]: AggregateCode.ArrayGet32,
  [Access.Pair]: AggregateCode.ArrayGet64,
  [Access.Vector]: AggregateCode.ArrayGet128,
  [Access.Ref]: AggregateCode.ArrayGetRef,
};

const ARRAY_SETS: Readonly<Record<Storage, AggregateCode>> = {
  [Storage.I8]: AggregateCode.ArraySet8,
  [Storage.I16]: AggregateCode.ArraySet16,
  [Storage.Word]: AggregateCode.ArraySet32,
  [Storage.Pair]: AggregateCode.ArraySet64,
  [Storage.Vector]: AggregateCode.ArraySet128,
  [Storage.Ref]: AggregateCode.ArraySetRef,
};
