// Traps that carry numbers in their message, made outside the loop to keep it small.

import { Trap } from "../../errors.ts";

/** Traps of the loop that are no access out of bounds; the numbers below are widths of such accesses. */
export const enum Fault {
  Unreachable = 16,
  UndefinedElement,
  UninitializedElement,
  NullFunction,
  NullStructure,
}

/** The trap that the loop has found: an access of `kind` bytes at address `at`, or what {@link Fault} names, of element `at`. */
export function faultOf(kind: Fault | number, at: number, memorySize: number): Trap {
  switch (kind) {
    case Fault.Unreachable:
      return new Trap("unreachable");
    case Fault.UndefinedElement:
      return undefinedElement(at);
    case Fault.UninitializedElement:
      return uninitializedElement(at);
    case Fault.NullFunction:
      return new Trap("null-function-reference");
    case Fault.NullStructure:
      return new Trap("null-structure-reference");
    default:
      return outOfBounds(at, kind, memorySize);
  }
}

export function outOfBounds(address: number, bytes: number, size: number): Trap {
  return new Trap("out-of-bounds-memory-access", `${bytes} bytes at address ${address}, memory size ${size}`);
}

export function undefinedElement(index: number): Trap {
  return new Trap("undefined-element", `index ${index} is outside the table`);
}

export function uninitializedElement(index: number): Trap {
  return new Trap("uninitialized-element", index);
}
