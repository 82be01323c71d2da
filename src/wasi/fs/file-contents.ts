// The bytes of one in-memory file: sparse, in chunks, each charged to a budget before it is allocated.

import { WasiError } from "../abi.ts";

const CHUNK_BYTES = 65_536;
/** Small files do not take a whole chunk: it doubles from here. */
const FIRST_BYTES = 256;
/** What a chunk takes beside its bytes: the array, its buffer, its place in the map. */
const CHUNK_OVERHEAD = 320;

/** What may still be allocated. Bytes given back are counted back. */
export interface ByteBudget {
  /** @throws WasiError `nospc` */
  take(bytes: number): void;
  giveBack(bytes: number): void;
}

/** Sparse contents. Sizes and offsets are safe integers. */
export class FileContents {
  readonly #budget: ByteBudget;
  /** By index; made when there is one, as most files of a file system of empty ones have none. */
  #chunks: Map<number, Uint8Array> | undefined;
  #size = 0;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#size;
  }

  /** Pieces that are stored; holes are none. Getting shorter looks at each. */
  get pieces(): number {
    return this.#chunks?.size ?? 0;
  }

  read(buffer: Uint8Array, offset: number): number {
    const length = Math.max(0, Math.min(buffer.length, this.#size - offset));
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const within = at % CHUNK_BYTES;
      const part = Math.min(length - done, CHUNK_BYTES - within);
      const chunk = this.#chunks?.get((at - within) / CHUNK_BYTES);
      const there = chunk === undefined ? 0 : Math.max(0, Math.min(part, chunk.length - within));
      if (chunk !== undefined && there > 0) buffer.set(chunk.subarray(within, within + there), done);
      // A hole, or behind a short chunk.
      buffer.fill(0, done + there, done + part);
      done += part;
    }
    return length;
  }

  /** Writes what fits into the budget; gives the number of bytes. @throws WasiError `nospc` if none do */
  write(bytes: Uint8Array, offset: number): number {
    let done = 0;
    while (done < bytes.length) {
      const at = offset + done;
      const within = at % CHUNK_BYTES;
      const part = Math.min(bytes.length - done, CHUNK_BYTES - within);
      let chunk: Uint8Array;
      try {
        chunk = this.#chunkOf((at - within) / CHUNK_BYTES, within + part);
      } catch (error) {
        if (done > 0 && WasiError.isMade(error)) break;
        throw error;
      }
      chunk.set(bytes.subarray(done, done + part), within);
      done += part;
    }
    this.#size = Math.max(this.#size, offset + done);
    return done;
  }

  setSize(size: number): void {
    if (size < this.#size) {
      const last = Math.floor(size / CHUNK_BYTES);
      for (const [index, chunk] of this.#chunks ?? []) {
        if (index > last || (index === last && size % CHUNK_BYTES === 0)) {
          this.#chunks?.delete(index);
          this.#budget.giveBack(CHUNK_OVERHEAD + chunk.length);
        } else if (index === last) chunk.fill(0, size % CHUNK_BYTES);
      }
    }
    this.#size = size;
  }

  /** Gives everything back to the budget. */
  release(): void {
    this.setSize(0);
  }

  /** The chunk with at least `length` bytes. */
  #chunkOf(index: number, length: number): Uint8Array {
    this.#chunks ??= new Map();
    const old = this.#chunks.get(index);
    if (old !== undefined && old.length >= length) return old;
    let capacity = Math.max(FIRST_BYTES, old?.length ?? 0);
    while (capacity < length) capacity *= 2;
    this.#budget.take(old === undefined ? CHUNK_OVERHEAD + capacity : capacity - old.length);
    const chunk = new Uint8Array(capacity);
    if (old !== undefined) chunk.set(old);
    this.#chunks.set(index, chunk);
    return chunk;
  }
}
