// The memory between host and plugin that Extism's functions work on: blocks at addresses of 64 bits.
// Owns blocks, addresses and what they count against the store's budget. Knows nothing of what is in them.

import type { Store } from "../../api/index.ts";

/** A block of bytes at an address. */
interface Block {
  readonly address: number;
  bytes: Uint8Array;
  /** The bytes are somebody else's until they are written to. */
  isShared: boolean;
  isFree: boolean;
  /** Of the bytes, once words were read: guests read them one after the other. */
  view: DataView | undefined;
}

/** What a block takes besides its bytes; so that a guest cannot make more of them than fit its limit. */
const BLOCK_BYTES = 128;
/** Addresses between two blocks that belong to none: a guest that runs past the end of a block meets nobody else's. */
const GAP = 16;
const FIRST_ADDRESS = 16;
/** Past this a number names no single byte any more. */
const LAST_ADDRESS = 2 ** 53;

/**
 * Addresses are handed out in order and never twice until {@link reset}, so that an address of a freed block is one of none.
 * They are plain numbers and blocks contiguous: who has one may count on from it.
 */
export class ExtismMemory {
  readonly #store: Store;
  /** By address, those that are free among them until there are too many. */
  #blocks: Block[] = [];
  #freed = 0;
  #next = FIRST_ADDRESS;
  #reserved = 0;
  /** The block that was found last: guests read and write one byte after the other. */
  #last: Block | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Bytes that are held, each block's own cost included. */
  get byteLength(): number {
    return this.#reserved;
  }

  /** A new block of zeros; 0 if it does not fit, or would be empty. */
  allocate(length: number): number {
    if (length <= 0 || !Number.isSafeInteger(length) || !this.#reserve(length)) return 0;
    return this.#add(new Uint8Array(length), false);
  }

  /** A new block with a copy of bytes; 0 if it does not fit, or would be empty. */
  store(bytes: Uint8Array): number {
    const address = this.allocate(bytes.length);
    if (address !== 0) this.#find(address)?.bytes.set(bytes);
    return address;
  }

  /** A new block of bytes that stay the caller's: they are copied when the guest writes to them. Does not count them. */
  lend(bytes: Uint8Array): number {
    return bytes.length === 0 ? 0 : this.#add(bytes, true);
  }

  free(address: number): void {
    const block = this.#find(address);
    if (block === undefined || block.address !== address) return;
    block.isFree = true;
    this.#freed++;
    if (!block.isShared) this.#release(block.bytes.length);
    block.bytes = NOTHING;
    block.view = undefined;
    this.#last = undefined;
    if (this.#freed > 64 && this.#freed > this.#blocks.length / 2) {
      this.#blocks = this.#blocks.filter(({ isFree }) => !isFree);
      this.#freed = 0;
    }
  }

  /** The length of the block that begins there; 0 if none does. */
  lengthOf(address: number): number {
    const block = this.#find(address);
    return block?.address === address ? block.bytes.length : 0;
  }

  /** The bytes of the block that begins there, in place. */
  block(address: number): Uint8Array | undefined {
    const block = this.#find(address);
    return block?.address === address ? block.bytes : undefined;
  }

  /** Bytes in place, wherever in a block; `undefined` unless one block has them all. */
  read(address: number, length: number): Uint8Array | undefined {
    const block = this.#find(address);
    if (block === undefined) return undefined;
    const at = address - block.address;
    return at + length <= block.bytes.length ? block.bytes.subarray(at, at + length) : undefined;
  }

  /** A byte; 0 where there is none. */
  loadU8(address: number): number {
    const block = this.#find(address);
    return block === undefined ? 0 : (block.bytes[address - block.address] ?? 0);
  }

  /** Eight bytes, little-endian; 0 unless one block has them all. */
  loadU64(address: number): bigint {
    const block = this.#find(address);
    if (block === undefined) return 0n;
    const at = address - block.address;
    return at + 8 <= block.bytes.length ? viewOf(block).getBigUint64(at, true) : 0n;
  }

  /** Nothing happens where there is no such byte, or no room for a copy of lent bytes. */
  storeU8(address: number, value: number): void {
    const block = this.#writable(address, 1);
    if (block !== undefined) block.bytes[address - block.address] = value;
  }

  storeU64(address: number, value: bigint): void {
    const block = this.#writable(address, 8);
    if (block !== undefined) viewOf(block).setBigUint64(address - block.address, value, true);
  }

  reset(): void {
    this.#blocks = [];
    this.#freed = 0;
    this.#next = FIRST_ADDRESS;
    this.#last = undefined;
    if (this.#reserved > 0) this.#store.release(this.#reserved);
    this.#reserved = 0;
  }

  #add(bytes: Uint8Array, isShared: boolean): number {
    const address = this.#next;
    if (address + bytes.length >= LAST_ADDRESS) return 0;
    if (isShared && !this.#reserve(0)) return 0;
    const block = { address, bytes, isShared, isFree: false, view: undefined };
    this.#next = Math.ceil((address + bytes.length + GAP) / GAP) * GAP;
    this.#blocks.push(block);
    this.#last = block;
    return address;
  }

  #reserve(length: number): boolean {
    if (!this.#store.tryReserve(length + BLOCK_BYTES)) return false;
    this.#reserved += length + BLOCK_BYTES;
    return true;
  }

  #release(length: number): void {
    this.#store.release(length);
    this.#reserved -= length;
  }

  #writable(address: number, length: number): Block | undefined {
    const block = this.#find(address);
    if (block === undefined || address - block.address + length > block.bytes.length) return undefined;
    if (block.isShared) {
      const { length: whole } = block.bytes;
      if (!this.#store.tryReserve(whole)) return undefined;
      this.#reserved += whole;
      block.bytes = block.bytes.slice();
      block.view = undefined;
      block.isShared = false;
    }
    return block;
  }

  /** The block in which an address is. */
  #find(address: number): Block | undefined {
    const last = this.#last;
    if (last !== undefined && address >= last.address && address < last.address + last.bytes.length) {
      return last;
    }
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((blocks[middle] as Block).address <= address) low = middle + 1;
      else high = middle;
    }
    const block = blocks[low - 1];
    if (block === undefined || block.isFree || address >= block.address + block.bytes.length)
      return undefined;
    this.#last = block;
    return block;
  }
}

const NOTHING = new Uint8Array(0);

function viewOf(block: Block): DataView {
  const { buffer, byteOffset, byteLength } = block.bytes;
  block.view ??= new DataView(buffer, byteOffset, byteLength);
  return block.view;
}
