// Rules of table instructions and of those memory instructions that have a second index (spec 3.4.10-3.4.12).
// Owns those rules and the look-up of segments; the stacks are the caller's.

import type { Instruction } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import type { LimitsType, MemoryType, TableType, ValType } from "../module/types.ts";
import { NumType } from "../module/types.ts";
import type { TypeStack } from "./type-stack.ts";

const I32 = NumType.I32;
const I64 = NumType.I64;

/** Checks `instruction` if it is one of these; says whether it was. */
export function checkBulk(stack: TypeStack, instruction: Instruction): boolean {
  const { index, index2 } = instruction;
  switch (instruction.op) {
    case Op.TableGet: {
      const table = tableOf(stack, index);
      stack.pop(addressOf(table));
      stack.push(table.element);
      return true;
    }
    case Op.TableSet: {
      const table = tableOf(stack, index);
      stack.pop(table.element);
      stack.pop(addressOf(table));
      return true;
    }
    case Op.TableSize:
      stack.push(addressOf(tableOf(stack, index)));
      return true;
    case Op.TableGrow: {
      const table = tableOf(stack, index);
      stack.pop(addressOf(table));
      stack.pop(table.element);
      stack.push(addressOf(table));
      return true;
    }
    case Op.TableFill: {
      const table = tableOf(stack, index);
      stack.pop(addressOf(table));
      stack.pop(table.element);
      stack.pop(addressOf(table));
      return true;
    }
    case Op.TableCopy: {
      const target = tableOf(stack, index);
      const source = tableOf(stack, index2);
      requireMatch(stack, `table ${index2}`, source.element, `table ${index}`, target.element);
      popCopy(stack, target, source);
      return true;
    }
    case Op.TableInit: {
      const table = tableOf(stack, index2);
      const element = elementTypeOf(stack, index);
      requireMatch(stack, `element segment ${index}`, element, `table ${index2}`, table.element);
      popInit(stack, table);
      return true;
    }
    case Op.ElemDrop:
      elementTypeOf(stack, index);
      return true;
    case Op.MemoryCopy:
      popCopy(stack, memoryOf(stack, index), memoryOf(stack, index2));
      return true;
    case Op.MemoryInit: {
      const memory = memoryOf(stack, index2);
      checkDataIdx(stack, index);
      popInit(stack, memory);
      return true;
    }
    case Op.DataDrop:
      checkDataIdx(stack, index);
      return true;
    default:
      return false;
  }
}

/** The element type of a segment. */
export function elementTypeOf(stack: TypeStack, elemIdx: number): ValType {
  return stack.checked.elementTypes[elemIdx] ?? stack.fail(`unknown elem segment ${elemIdx}`);
}

/** Code stands before the data section: the data count section says how many segments there will be. */
export function checkDataIdx(stack: TypeStack, dataIdx: number): void {
  const { module } = stack.checked;
  if (dataIdx >= (module.dataCount ?? module.data.length)) stack.fail(`unknown data segment ${dataIdx}`);
}

function tableOf(stack: TypeStack, tableIdx: number): TableType {
  return stack.checked.tableTypes[tableIdx] ?? stack.fail(`unknown table ${tableIdx}`);
}

function memoryOf(stack: TypeStack, memIdx: number): MemoryType {
  return stack.checked.memoryTypes[memIdx] ?? stack.fail(`unknown memory ${memIdx}`);
}

function addressOf(limits: LimitsType): ValType {
  return limits.is64 ? I64 : I32;
}

/** The length counts in the smaller of both address types. */
function popCopy(stack: TypeStack, target: LimitsType, source: LimitsType): void {
  stack.pop(target.is64 && source.is64 ? I64 : I32);
  stack.pop(addressOf(source));
  stack.pop(addressOf(target));
}

/** Offset and length within a segment are always i32. */
function popInit(stack: TypeStack, target: LimitsType): void {
  stack.pop(I32);
  stack.pop(I32);
  stack.pop(addressOf(target));
}

function requireMatch(stack: TypeStack, from: string, found: ValType, to: string, expected: ValType): void {
  if (stack.registry.isSubtype(found, expected)) return;
  stack.fail(
    `type mismatch: ${from} has ${stack.textOf(found)} but ${to} requires ${stack.textOf(expected)}`,
  );
}
