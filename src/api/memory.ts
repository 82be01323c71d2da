// A linear memory as the embedder sees it.

import type { ExternInstance } from "../runtime/instance.ts";
import { MemoryInstance } from "../runtime/memory.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import type { Store } from "./store.ts";

export interface MemoryOptions {
  /** Pages at the start. */
  readonly min: number;
  /** Pages at most; default: what the index type and the store's limits allow. */
  readonly max?: number | undefined;
  /** Addressed by i64. Default false. */
  readonly is64?: boolean;
  readonly shared?: boolean;
  /** 16 (default: pages of 64 KiB) or 0 (pages of one byte). */
  readonly pageSizeLog2?: number;
}

/**
 * A linear memory. All accesses are checked and never go stale, except through {@link bytes}.
 * Addresses and lengths are in bytes.
 */
export class Memory {
  readonly store: Store;
  /** @internal */
  readonly item: ExternInstance & { readonly kind: "memory" };

  /** @throws LimitError above the store's limits; RangeError for sizes that are none */
  constructor(store: Store, options: MemoryOptions | MemoryInstance) {
    this.store = store;
    this.item = {
      kind: "memory",
      memory: options instanceof MemoryInstance ? options : allocate(store, options),
    };
    store.handles.set(this.item.memory, this);
  }

  /** @internal */
  static handle(store: Store, memory: MemoryInstance): Memory {
    return (store.handles.get(memory) as Memory | undefined) ?? new Memory(store, memory);
  }

  get byteLength(): number {
    return this.item.memory.byteLength;
  }

  get pages(): number {
    return this.item.memory.pages;
  }

  /** Grows by `deltaPages`; gives the old size in pages, or -1 when a maximum or limit is in the way. */
  grow(deltaPages: number): number {
    if (!(Number.isSafeInteger(deltaPages) && deltaPages >= 0)) {
      throw new RangeError(`memory.grow: ${deltaPages} is not a number of pages`);
    }
    return this.item.memory.grow(deltaPages);
  }

  /** All bytes, as a view without copying. It goes stale when the memory grows. */
  bytes(): Uint8Array {
    const { u8, byteLength } = this.item.memory;
    return new Uint8Array(u8.buffer, 0, byteLength);
  }

  /** A copy of `length` bytes. @throws Trap out of bounds */
  read(address: number, length: number): Uint8Array {
    this.item.memory.check(address, length);
    return this.item.memory.u8.slice(address, address + length);
  }

  /** @throws Trap out of bounds, before any byte is written */
  write(address: number, bytes: Uint8Array): void {
    this.item.memory.check(address, bytes.length);
    this.item.memory.u8.set(bytes, address);
  }

  /** Decodes `length` bytes as UTF-8. @throws Trap out of bounds; TypeError for what is not UTF-8 */
  readString(address: number, length: number): string {
    this.item.memory.check(address, length);
    const text = decodeUtf8(this.item.memory.u8, address, address + length);
    if (text === undefined) throw new TypeError("not valid UTF-8");
    return text;
  }

  /** Writes `text` as UTF-8, without a terminator; gives the number of bytes. @throws Trap out of bounds */
  writeString(address: number, text: string): number {
    const bytes = encodeUtf8(text);
    this.write(address, bytes);
    return bytes.length;
  }
}

function allocate(store: Store, options: MemoryOptions): MemoryInstance {
  const { min, max, is64 = false, shared = false, pageSizeLog2 = 16 } = options;
  for (const [name, value] of [
    ["min", min],
    ["max", max ?? min],
  ] as const) {
    if (!(Number.isSafeInteger(value) && value >= 0))
      throw new RangeError(`memory ${name}: ${value} is not a page count`);
  }
  if (max !== undefined && max < min) throw new RangeError(`memory: max ${max} is below min ${min}`);
  store.state.count("memories", 1);
  const type = {
    min: BigInt(min),
    max: max === undefined ? undefined : BigInt(max),
    is64,
    shared,
    pageSizeLog2,
  };
  return new MemoryInstance(type, store.state.memoryBudget);
}
