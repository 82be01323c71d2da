// Checked access to the guest's memory: every pointer is checked for bounds and alignment before any effect.
// Knows sizes and alignments, not what is stored.

import { Trap } from "../errors.ts";
import { asUint64 } from "../host.ts";
import { encodeUtf8 } from "../utf8.ts";
import { WasiError } from "./abi.ts";
import type { CallerLike, GuestMemoryLike } from "./engine.ts";

/** Buffers of one scatter/gather call that are looked at; the rest is a partial read or write. As Linux's IOV_MAX. */
export const MAX_BUFFERS = 1024;
/** Bytes moved by one call; the rest is a partial read or write. As Linux's MAX_RW_COUNT. */
const MAX_TRANSFER = 0x7ffff000;

/** One buffer of a scatter/gather list. */
export interface Region {
  readonly address: number;
  readonly length: number;
}

/** The memory of the calling instance during one call. Re-fetches its view after the memory has grown. */
export class GuestMemory {
  readonly #memory: GuestMemoryLike;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(caller: CallerLike) {
    this.#memory = caller.memory;
    this.#bytes = bytesOf(this.#memory);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  /**
   * Must be called after anything that may have let the guest run, so that its memory may have grown: an `await`, and the
   * embedder's streams, clocks and random source.
   */
  refresh(): void {
    this.#bytes = bytesOf(this.#memory);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  /**
   * Checks that `length` bytes at `address` exist and that `address` is a multiple of `alignment`.
   * @throws Trap `out-of-bounds-memory-access`
   */
  check(address: number, length: number, alignment = 1): void {
    if (address + length > this.#bytes.length) {
      throw new Trap(
        "out-of-bounds-memory-access",
        `WASI pointer 0x${address.toString(16)}, ${length} bytes`,
      );
    }
    if (address % alignment !== 0) {
      throw new Trap(
        "out-of-bounds-memory-access",
        `WASI pointer 0x${address.toString(16)} is not aligned to ${alignment} bytes`,
      );
    }
  }

  /** A view of `length` bytes, to be written to. Checked by the caller. Stale after growth. */
  writable(address: number, length: number): Uint8Array {
    return this.#memory.writable?.(address, length) ?? this.readable(address, length);
  }

  /** A view of `length` bytes, to be read. Checked by the caller. Stale after growth. */
  readable(address: number, length: number): Uint8Array {
    return this.#bytes.subarray(address, address + length);
  }

  /** A copy of `length` bytes. Traps when out of bounds. */
  read(address: number, length: number): Uint8Array {
    this.check(address, length);
    return this.#bytes.slice(address, address + length);
  }

  /** Writes bytes. Traps when out of bounds. */
  write(address: number, bytes: Uint8Array): void {
    this.check(address, bytes.length);
    this.#bytes.set(bytes, address);
    this.#memory.wrote?.(address, bytes.length);
  }

  u8(address: number): number {
    return this.#view.getUint8(address);
  }

  u16(address: number): number {
    return this.#view.getUint16(address, true);
  }

  u32(address: number): number {
    return this.#view.getUint32(address, true);
  }

  u64(address: number): bigint {
    return this.#view.getBigUint64(address, true);
  }

  setU8(address: number, value: number): void {
    this.#view.setUint8(address, value);
    this.#memory.wrote?.(address, 1);
  }

  setU16(address: number, value: number): void {
    this.#view.setUint16(address, value, true);
    this.#memory.wrote?.(address, 2);
  }

  setU32(address: number, value: number): void {
    this.#view.setUint32(address, value, true);
    this.#memory.wrote?.(address, 4);
  }

  setU64(address: number, value: bigint): void {
    this.#view.setBigUint64(address, asUint64(value), true);
    this.#memory.wrote?.(address, 8);
  }

  /**
   * Reads a list of `{ buf: u32, buf_len: u32 }` and checks every buffer that is used. Empty buffers are skipped;
   * what exceeds 1,024 buffers or 0x7ffff000 bytes is left for the guest's next call.
   * @throws Trap when the list or a buffer is out of bounds, or the list is misaligned; WasiError `inval` if there are more
   * than 1,024 buffers, of which the first 1,024 are empty: nothing moved would look like the end
   */
  regions(list: number, count: number): Region[] {
    this.check(list, count * 8, 4);
    const regions: Region[] = [];
    let total = 0;
    for (let i = 0; i < Math.min(count, MAX_BUFFERS); i++) {
      const address = this.u32(list + 8 * i);
      const length = this.u32(list + 8 * i + 4);
      this.check(address, length);
      if (length === 0) continue;
      const used = Math.min(length, MAX_TRANSFER - total);
      regions.push({ address, length: used });
      total += used;
      if (total === MAX_TRANSFER) break;
    }
    if (total === 0 && count > MAX_BUFFERS) throw new WasiError("inval", "too many empty buffers");
    return regions;
  }

  /**
   * Writes strings as C does it: pointers at `list`, and the NUL-terminated bytes one after the other at `buffer`.
   *
   *     list    -> | p0 u32 | p1 u32 | …            buffer -> a b c \0 d e \0 …
   */
  writeStrings(strings: readonly Uint8Array[], list: number, buffer: number): void {
    this.check(list, 4 * strings.length, 4);
    this.check(buffer, sizeOfStrings(strings));
    let at = buffer;
    strings.forEach((string, i) => {
      this.setU32(list + 4 * i, at);
      this.#bytes.set(string, at);
      this.#bytes[at + string.length] = 0;
      at += string.length + 1;
    });
    this.#memory.wrote?.(buffer, at - buffer);
  }
}

/** All bytes, for reading: what is written is declared range by range, where the engine wants to know. */
function bytesOf(memory: GuestMemoryLike): Uint8Array {
  const { byteLength } = memory;
  return byteLength === undefined || memory.readable === undefined
    ? memory.bytes()
    : memory.readable(0, byteLength);
}

/** Bytes of strings with their NULs. */
export function sizeOfStrings(strings: readonly Uint8Array[]): number {
  return strings.reduce((total, string) => total + string.length + 1, 0);
}

/** Encodes strings for {@link GuestMemory.writeStrings}. Throws `TypeError` on an embedded NUL. */
export function encodeStrings(strings: readonly string[], what: string): Uint8Array[] {
  return strings.map((string) => {
    if (string.includes("\0")) throw new TypeError(`${what} contains a NUL character`);
    return encodeUtf8(string);
  });
}
