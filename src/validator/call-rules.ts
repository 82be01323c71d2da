// Rules of calls through tables and references, tail calls, and exceptions (spec 3.4.3, 3.4.4).
// Owns those rules only; the stacks are the caller's.

import type { Instruction } from "../isa/instruction.ts";
import { CatchKind } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import type { FuncType, ValType } from "../module/types.ts";
import { HEAP_CONCRETE, HeapType, NumType, refType } from "../module/types.ts";
import type { TypeStack } from "./type-stack.ts";

const EXN_REF = refType(HeapType.Exn, false);
const EXN_REF_NULL = refType(HeapType.Exn, true);
const FUNC_REF = refType(HeapType.Func, true);
const NO_TYPES: readonly ValType[] = [];

/** Checks `instruction` if it is one of these; says whether it was. */
export function checkCall(stack: TypeStack, instruction: Instruction): boolean {
  switch (instruction.op) {
    case Op.CallIndirect:
      call(stack, indirectCallee(stack, instruction));
      return true;
    case Op.CallRef:
      call(stack, referencedCallee(stack, instruction.index));
      return true;
    case Op.ReturnCall:
      tailCall(stack, stack.calleeTypeOf(instruction.index));
      return true;
    case Op.ReturnCallIndirect:
      tailCall(stack, indirectCallee(stack, instruction));
      return true;
    case Op.ReturnCallRef:
      tailCall(stack, referencedCallee(stack, instruction.index));
      return true;
    case Op.Throw:
      stack.popAll(tagParamsOf(stack, instruction.index));
      stack.setUnreachable();
      return true;
    case Op.ThrowRef:
      stack.pop(EXN_REF_NULL);
      stack.setUnreachable();
      return true;
    case Op.Rethrow: {
      const { opcode } = stack.frameOf(instruction.index);
      if (opcode !== Op.Catch && opcode !== Op.CatchAll) {
        stack.fail(`invalid rethrow label ${instruction.index}: not a catch block`);
      }
      stack.setUnreachable();
      return true;
    }
    default:
      return false;
  }
}

/** What a clause of `try_table` delivers must match its label, which counts from outside the block. */
export function checkCatches(stack: TypeStack, instruction: Instruction): void {
  for (const { kind, tagIdx, label } of instruction.catches) {
    const hasTag = kind === CatchKind.Catch || kind === CatchKind.CatchRef;
    const hasRef = kind === CatchKind.CatchRef || kind === CatchKind.CatchAllRef;
    const params = hasTag ? tagParamsOf(stack, tagIdx) : NO_TYPES;
    const delivered = hasRef ? [...params, EXN_REF] : params;
    const expected = stack.labelTypes(stack.frameOf(label));
    stack.countMoves(expected.length);
    if (!stack.registry.allMatch(delivered, expected)) {
      stack.fail(
        `type mismatch: catch clause delivers ${stack.text(delivered)} but label ${label} requires ${stack.text(expected)}`,
      );
    }
  }
}

/** The parameters of a tag's type. */
export function tagParamsOf(stack: TypeStack, tagIdx: number): readonly ValType[] {
  const typeId = stack.checked.tagTypeIds[tagIdx];
  if (typeId === undefined) stack.fail(`unknown tag ${tagIdx}`);
  return stack.registry.funcType(typeId).params;
}

function call(stack: TypeStack, type: FuncType): void {
  stack.popAll(type.params);
  stack.pushAll(type.results);
}

function tailCall(stack: TypeStack, type: FuncType): void {
  const expected = stack.bodyResults;
  stack.countMoves(expected.length);
  if (!stack.registry.allMatch(type.results, expected)) {
    stack.fail(
      `type mismatch: current function requires result type ${stack.text(expected)} but callee returns ${stack.text(type.results)}`,
    );
  }
  stack.popAll(type.params);
  stack.setUnreachable();
}

/** Checks `call_indirect`'s table and pops its address operand. */
function indirectCallee(stack: TypeStack, { index: typeIdx, index2: tableIdx }: Instruction): FuncType {
  const table = stack.checked.tableTypes[tableIdx] ?? stack.fail(`unknown table ${tableIdx}`);
  if (!stack.registry.isSubtype(table.element, FUNC_REF)) {
    stack.fail(
      `type mismatch: instruction requires a table of functions but table ${tableIdx} has ${stack.textOf(table.element)}`,
    );
  }
  const type = stack.funcTypeOf(typeIdx);
  stack.pop(table.is64 ? NumType.I64 : NumType.I32);
  return type;
}

/** Pops the function reference of `call_ref`. */
function referencedCallee(stack: TypeStack, typeIdx: number): FuncType {
  const type = stack.funcTypeOf(typeIdx);
  stack.pop(refType(HEAP_CONCRETE + stack.definedTypeOf(typeIdx).id, true));
  return type;
}
