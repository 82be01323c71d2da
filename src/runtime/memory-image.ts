// What a memory held at one time, and its way back.
// Owns which bytes are kept. Copying all of them back beats looking for those that changed, see docs/RATIONALE.md.

import type { MemoryInstance } from "./memory.ts";

/** Bytes that are kept or left out as a whole; the usual page of a host. */
const BLOCK = 4096;
const WORDS_PER_BLOCK = BLOCK / 4;

/** Bytes from an address on; what stands between two extents is zero. */
interface Extent {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export class MemoryImage {
  readonly #byteLength: number;
  readonly #extents: readonly Extent[];

  constructor(memory: MemoryInstance) {
    this.#byteLength = memory.byteLength;
    this.#extents = extentsOf(memory);
  }

  /** Gives the memory this contents and size again. It must not have been larger than now in between. */
  restore(memory: MemoryInstance): void {
    memory.noticeTransfer();
    if (memory.byteLength < this.#byteLength) memory.grow(this.#byteLength / memory.pageSize - memory.pages);
    const { u8 } = memory;
    let at = 0;
    for (const { address, bytes } of this.#extents) {
      u8.fill(0, at, address);
      u8.set(bytes, address);
      at = address + bytes.length;
    }
    u8.fill(0, at, memory.byteLength);
    memory.shrink(this.#byteLength);
  }
}

function extentsOf({ u8, i32, byteLength }: MemoryInstance): Extent[] {
  const extents: Extent[] = [];
  const blocks = Math.ceil(byteLength / BLOCK);
  let start: number | undefined;
  for (let block = 0; block <= blocks; block++) {
    const isKept = block < blocks && !isZero(i32, block * WORDS_PER_BLOCK);
    if (isKept) {
      start ??= block * BLOCK;
    } else if (start !== undefined) {
      extents.push({ address: start, bytes: u8.slice(start, Math.min(block * BLOCK, byteLength)) });
      start = undefined;
    }
  }
  return extents;
}

/** Whether the block that begins at a word is all zeros. */
function isZero(words: Int32Array, from: number): boolean {
  const to = Math.min(from + WORDS_PER_BLOCK, words.length);
  for (let k = from; k < to; k++) if (words[k] !== 0) return false;
  return true;
}
