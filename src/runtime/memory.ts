// A linear memory instance (spec 4.2.8): its bytes, its growth within limits, its bounds checks.
// Owns the backing buffers. Must not know of instructions or of the embedder's view objects.

import { LimitError, RuntimeError, Trap } from "../errors.ts";
import type { MemoryType } from "../module/types.ts";
import type { ResourceMeter } from "./resource-meter.ts";

/** What a memory needs of its store. */
export interface MemoryBudget {
  /** Cap on each memory, in bytes. */
  readonly memoryBytes: number;
  /** The store's `totalBytes`. */
  readonly total: ResourceMeter;
}

/** Largest page counts of a type without a declared maximum (spec 3.2.17). */
const MAX_BYTES_32 = 2 ** 32;
/** Past this a JavaScript number cannot address single bytes; no host has as much memory. */
const MAX_BYTES_64 = 2 ** 53;

/**
 * A linear memory. The loop caches `u8`, `i32` and `byteLength`, and refreshes them
 * after everything that may grow a memory. The buffer may be larger than
 * `byteLength`: growth is geometric so that a guest growing page by page
 * stays linear; bytes past `byteLength` are zero and never visible.
 */
export class MemoryInstance {
  readonly type: MemoryType;
  readonly pageSize: number;
  /** Cap in pages: the declared maximum, else the index type's. */
  readonly maxPages: number;
  u8: Uint8Array;
  i32: Int32Array;
  byteLength: number;
  readonly #budget: MemoryBudget;

  /** @throws LimitError when the declared minimum is above a limit; RuntimeError when the host has no memory left. */
  constructor(type: MemoryType, budget: MemoryBudget) {
    this.type = type;
    this.pageSize = 2 ** type.pageSizeLog2;
    const hardMax = (type.is64 ? MAX_BYTES_64 : MAX_BYTES_32) / this.pageSize;
    this.maxPages = type.max === undefined ? hardMax : Math.min(Number(type.max), hardMax);
    this.#budget = budget;
    const bytes = Number(type.min) * this.pageSize;
    if (bytes > budget.memoryBytes) {
      throw new LimitError("memoryBytes", bytes, budget.memoryBytes, "memory's declared minimum");
    }
    if (!budget.total.tryReserve(bytes)) {
      throw new LimitError(
        "totalBytes",
        budget.total.used + bytes,
        budget.total.limit,
        "memory's declared minimum",
      );
    }
    this.byteLength = bytes;
    const buffer = allocate(bytes, type.shared);
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
  }

  get pages(): number {
    return this.byteLength / this.pageSize;
  }

  /** Whether the maximum and the limits allow `delta` more pages. */
  canGrow(delta: number): boolean {
    const pages = this.pages + delta;
    const bytes = pages * this.pageSize;
    const { memoryBytes, total } = this.#budget;
    return (
      pages <= this.maxPages && bytes <= memoryBytes && total.used + bytes - this.byteLength <= total.limit
    );
  }

  /**
   * Grows by `delta` pages (`memory.grow`, spec 4.6.10). Returns the old size in pages, or -1
   * when the maximum or a limit is in the way.
   * @throws RuntimeError when the host has no memory left below the limits.
   */
  grow(delta: number): number {
    if (!this.canGrow(delta)) return -1;
    const oldPages = this.pages;
    const newBytes = (oldPages + delta) * this.pageSize;
    this.#budget.total.tryReserve(newBytes - this.byteLength);
    if (newBytes > this.u8.length) {
      try {
        this.#reallocate(newBytes);
      } catch (error) {
        this.#budget.total.release(newBytes - this.byteLength);
        throw error;
      }
    }
    this.byteLength = newBytes;
    return oldPages;
  }

  /** Gives the memory's bytes back to the store's budget; the memory must not be used any more. */
  release(): void {
    this.#budget.total.release(this.byteLength);
    this.byteLength = 0;
  }

  /** @throws Trap `out of bounds memory access` unless `length` bytes at `address` are inside. */
  check(address: number, length: number): void {
    if (!(address >= 0 && length >= 0 && address + length <= this.byteLength)) {
      throw new Trap("out-of-bounds-memory-access", `${length} bytes at ${address} of ${this.byteLength}`);
    }
  }

  #reallocate(bytes: number): void {
    const cap = Math.min(this.maxPages * this.pageSize, this.#budget.memoryBytes);
    const wanted = Math.min(cap, Math.max(bytes, this.byteLength + (this.byteLength >>> 1)));
    let buffer: ArrayBufferLike;
    try {
      buffer = allocate(wanted, this.type.shared);
    } catch {
      buffer = allocate(bytes, this.type.shared);
    }
    const grown = new Uint8Array(buffer);
    grown.set(this.byteLength === this.u8.length ? this.u8 : this.u8.subarray(0, this.byteLength));
    this.u8 = grown;
    this.i32 = new Int32Array(buffer);
  }
}

/** The buffer's length is a multiple of 8 so that word views cover it whole. */
function allocate(bytes: number, shared: boolean): ArrayBufferLike {
  const length = Math.ceil(bytes / 8) * 8;
  try {
    if (shared && typeof SharedArrayBuffer === "function") return new SharedArrayBuffer(length);
    return new ArrayBuffer(length);
  } catch (cause) {
    throw new RuntimeError(`the host could not allocate ${length} bytes for a memory: ${String(cause)}`);
  }
}
