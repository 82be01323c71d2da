// Traps that carry numbers in their message, made outside the loop to keep it small.

import { Trap } from "../../errors.ts";

export function outOfBounds(address: number, bytes: number, size: number): Trap {
  return new Trap("out-of-bounds-memory-access", `${bytes} bytes at address ${address}, memory size ${size}`);
}

export function undefinedElement(index: number): Trap {
  return new Trap("undefined-element", `index ${index} is outside the table`);
}

export function uninitializedElement(index: number): Trap {
  return new Trap("uninitialized-element", index);
}
