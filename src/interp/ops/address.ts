// Addresses of memory accesses that the loop leaves to others: any memory, any index type, any offset.

import type { MemoryInstance } from "../../runtime/memory.ts";
import type { MemoryAccess } from "../code/operations.ts";
import { outOfBounds } from "../run/faults.ts";

/** The address of an access. Sums above 2^53 are rounded; they are far above every memory's size before and after. */
export function addressOf({ offset, is64 }: MemoryAccess, R: Int32Array, a: number): number {
  const low = R[a]! >>> 0;
  return (is64 ? (R[a + 1]! >>> 0) * 2 ** 32 + low : low) + offset;
}

/** The address of an access. @throws Trap out of bounds */
export function effectiveAddress(
  memory: MemoryInstance,
  access: MemoryAccess,
  R: Int32Array,
  a: number,
): number {
  const address = addressOf(access, R, a);
  if (address + access.bytes > memory.byteLength) {
    throw outOfBounds(address, access.bytes, memory.byteLength);
  }
  return address;
}
