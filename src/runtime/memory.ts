// A linear memory instance (spec 4.2.8): its bytes, its growth within limits, its bounds checks.
// Owns the backing buffers. Must not know of instructions or of the embedder's view objects.

import { LimitError, Trap } from "../errors.ts";
import type { MemoryType } from "../module/types.ts";
import { allocate, allocateBuffer } from "./allocation.ts";
import type { Denials } from "./denials.ts";
import type { ResourceMeter } from "./resource-meter.ts";
import { WaiterQueues } from "./waiters.ts";

/** What a memory needs of its store. */
export interface MemoryBudget {
  /** Cap on each memory, in bytes. */
  readonly memoryBytes: number;
  /** The store's `totalBytes`. */
  readonly total: ResourceMeter;
  readonly denials: Denials;
  /** Whether a buffer is always as long as its memory, and replaced, the old one detached, at every growth. */
  exactBuffers?: boolean;
}

/** What is allocated here, for messages. */
const WHAT = "a memory";

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
  #u16: Uint16Array | undefined;
  #i64: BigInt64Array | undefined;
  #waiters: WaiterQueues | undefined;

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
    let buffer: ArrayBufferLike;
    try {
      buffer = type.shared ? allocateShared(bytes, this.#maxBytes) : allocatePrivate(bytes);
    } catch (error) {
      budget.total.release(bytes);
      throw error;
    }
    // Explicit lengths: on a growable buffer views would otherwise be of another, slower kind.
    this.u8 = new Uint8Array(buffer, 0, buffer.byteLength);
    this.i32 = new Int32Array(buffer, 0, buffer.byteLength / 4);
  }

  get pages(): number {
    return this.byteLength / this.pageSize;
  }

  /** Whether other agents may see the bytes, so that atomic accesses must be real. */
  get isShared(): boolean {
    return this.type.shared && typeof SharedArrayBuffer === "function" && typeof Atomics === "object";
  }

  /** For atomic accesses. */
  get u16(): Uint16Array {
    this.#u16 ??= new Uint16Array(this.u8.buffer, 0, this.u8.length / 2);
    return this.#u16;
  }

  /** For atomic accesses. */
  get i64(): BigInt64Array {
    this.#i64 ??= new BigInt64Array(this.u8.buffer, 0, this.u8.length / 8);
    return this.#i64;
  }

  /** Who waits for a notification at which address. */
  get waiters(): WaiterQueues {
    this.#waiters ??= new WaiterQueues();
    return this.#waiters;
  }

  /**
   * To be called wherever the host may have run: who has the buffer can transfer it away, by `postMessage` for instance. The
   * memory then has no bytes any more; accesses trap, and growing it gives zeros.
   */
  noticeTransfer(): void {
    if (this.u8.length >= this.byteLength) return;
    this.release();
    this.#install(new ArrayBuffer(0));
  }

  get #maxBytes(): number {
    return Math.min(this.maxPages * this.pageSize, this.#budget.memoryBytes);
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
    if (!this.canGrow(delta)) {
      this.#deny(delta);
      return -1;
    }
    const oldPages = this.pages;
    const newBytes = (oldPages + delta) * this.pageSize;
    this.#budget.total.tryReserve(newBytes - this.byteLength);
    if (newBytes > this.u8.length || (this.#budget.exactBuffers === true && !this.type.shared)) {
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

  #deny(delta: number): void {
    const { memoryBytes, total, denials } = this.#budget;
    const pages = this.pages + delta;
    const bytes = pages * this.pageSize;
    if (pages > this.maxPages) denials.add("memory", "maximum", pages, this.maxPages);
    else if (bytes > memoryBytes) denials.add("memory", "memoryBytes", bytes, memoryBytes);
    else denials.add("memory", "totalBytes", total.used + bytes - this.byteLength, total.limit);
  }

  /** Makes it smaller again. The bytes that are left out must be zero: they will be there again when it grows. */
  shrink(byteLength: number): void {
    this.#budget.total.release(this.byteLength - byteLength);
    this.byteLength = byteLength;
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
    const { buffer } = this.u8;
    if (this.type.shared && isGrowable(buffer)) {
      growInPlace(buffer, bytes);
      this.#install(buffer);
      return;
    }
    if (this.#budget.exactBuffers === true && !this.type.shared) {
      this.#install(replaceBuffer(buffer as ArrayBuffer, bytes));
      return;
    }
    // Half as much again, in whole pages: whoever needs buffer and memory of one size can grow the memory to the rest.
    const spare = Math.floor(this.pages / 2) * this.pageSize;
    const ample = Math.max(bytes, this.byteLength + spare);
    // From half of its maximum on it gets all of it: two buffers of nearly that size, until the old one is collected, would be what a
    // process is ended for whose memory is bounded. What the guest has not touched takes none.
    const wanted = this.#maxBytes <= 2 * bytes ? this.#maxBytes : Math.min(this.#maxBytes, ample);
    let larger: ArrayBufferLike;
    // A shared buffer that cannot grow in place is replaced too: only runs of this agent then see the new one.
    const make = this.type.shared ? (length: number) => allocateShared(length, length) : allocatePrivate;
    try {
      larger = make(wanted);
    } catch {
      larger = make(bytes);
    }
    new Uint8Array(larger).set(
      this.byteLength === this.u8.length ? this.u8 : this.u8.subarray(0, this.byteLength),
    );
    this.#install(larger);
  }

  #install(buffer: ArrayBufferLike): void {
    this.u8 = new Uint8Array(buffer, 0, buffer.byteLength);
    this.i32 = new Int32Array(buffer, 0, buffer.byteLength / 4);
    this.#u16 = undefined;
    this.#i64 = undefined;
  }
}

/** What newer hosts add to ArrayBuffer. */
interface TransferableBuffer extends ArrayBuffer {
  transfer(byteLength: number): ArrayBuffer;
}

/** A buffer of another length with the same bytes; the old one is detached where the host can do that. */
function replaceBuffer(old: ArrayBuffer, bytes: number): ArrayBufferLike {
  const length = roundUp(bytes);
  if ("transfer" in old) {
    return allocate(WHAT, length, () => withViews((old as TransferableBuffer).transfer(length)));
  }
  const larger = allocatePrivate(length);
  new Uint8Array(larger).set(new Uint8Array(old));
  if (typeof structuredClone === "function") structuredClone(old, { transfer: [old] });
  return larger;
}

/** What newer hosts add to SharedArrayBuffer. */
interface GrowableBuffer extends SharedArrayBuffer {
  readonly maxByteLength: number;
  grow(byteLength: number): void;
}

/** Without growable buffers, a shared memory of up to so many bytes is given its maximum at once. */
const MAX_SHARED_UP_FRONT = 2 ** 26;

/** Room to grow in place, up to `max` bytes: what others hold of the buffer then stays the memory. */
function allocateShared(bytes: number, max: number): ArrayBufferLike {
  if (typeof SharedArrayBuffer !== "function") return allocatePrivate(bytes);
  const length = roundUp(bytes);
  const maxByteLength = roundUp(max);
  try {
    if ("grow" in SharedArrayBuffer.prototype) {
      const Growable = SharedArrayBuffer as new (
        length: number,
        options: { maxByteLength: number },
      ) => SharedArrayBuffer;
      return new Growable(length, { maxByteLength });
    }
    if (max <= MAX_SHARED_UP_FRONT) return new SharedArrayBuffer(maxByteLength);
  } catch {
    // Address space for the maximum may be lacking where the memory itself is not.
  }
  return allocate(WHAT, length, () => withViews(new SharedArrayBuffer(length)));
}

function isGrowable(buffer: ArrayBufferLike): buffer is GrowableBuffer {
  return "growable" in buffer && buffer.growable === true;
}

function growInPlace(buffer: GrowableBuffer, bytes: number): void {
  const length = Math.min(roundUp(bytes), buffer.maxByteLength);
  allocate(WHAT, length, () => {
    buffer.grow(length);
    withViews(buffer);
  });
}

function allocatePrivate(bytes: number): ArrayBufferLike {
  const length = roundUp(bytes);
  const buffer = allocateBuffer(WHAT, length);
  return allocate(WHAT, length, () => withViews(buffer));
}

/** A buffer, if the host has views as long: some make buffers of which they can see only the first 4 GiB. @throws RangeError */
function withViews<B extends ArrayBufferLike>(buffer: B): B {
  new Uint8Array(buffer, 0, buffer.byteLength);
  return buffer;
}

/** Buffers are multiples of 8 so that word views cover them whole. */
function roundUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
