// Pointers to values that lie elsewhere: an address and a length, in memory or in registers.

import type { Side } from "./context.ts";
import { Mismatch } from "./converter.ts";

/** Bytes of a list or string, at most (Canonical ABI, `MAX_LIST_BYTE_LENGTH`). */
export const MAX_BYTES = 2 ** 28 - 1;

/** @throws Mismatch */
export function requireShort(bytes: number, what: string): void {
  if (bytes > MAX_BYTES) throw new Mismatch(`${what} takes more than ${MAX_BYTES} bytes`);
}

/** Where an address and a length stand. */
export type Place = "memory" | "registers";

/** Writes them at byte or word `to`. */
export function writePointer(side: Side, place: Place, to: number, pointer: number, length: number): void {
  if (place === "memory") {
    side.view.setInt32(to, pointer, true);
    side.view.setInt32(to + 4, length, true);
  } else {
    const { R } = side.flat;
    R[to] = pointer;
    R[to + 1] = 0;
    R[to + 2] = length;
    R[to + 3] = 0;
  }
}
