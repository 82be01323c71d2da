// Traps that carry numbers in their message, made outside the loop to keep it small; and what the host's own stack gives.

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

/**
 * What engines say when their stack is used up: V8 and JavaScriptCore, SpiderMonkey, QuickJS and XS. No regular expression:
 * V8 ends the process when it has no stack left to compile one.
 */
const STACK_OVERFLOWS: readonly unknown[] = [
  "Maximum call stack size exceeded",
  "Maximum call stack size exceeded.",
  "too much recursion",
  "stack overflow",
  "JavaScript stack overflow",
];

/**
 * The trap for a stack of the host that has been used up, by calls of guests or by a host function's own; anything else as
 * it is.
 */
export function stackOverflowToTrap(thrown: unknown): unknown {
  if (!isStackOverflow(thrown)) return thrown;
  const trap = new Trap("call-stack-exhausted", "the host's stack is used up");
  trap.cause = thrown;
  return trap;
}

/** Of a value of any kind, whose own code may throw. */
function isStackOverflow(thrown: unknown): boolean {
  if (typeof thrown !== "object" || thrown === null) return false;
  try {
    const { name, message } = thrown as { readonly name?: unknown; readonly message?: unknown };
    return (name === "RangeError" || name === "InternalError") && STACK_OVERFLOWS.includes(message);
  } catch {
    return false;
  }
}
