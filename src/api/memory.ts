// A linear memory as the embedder sees it.

import {
  BOOLEAN,
  COUNT,
  integer,
  type OptionTable,
  readOptions,
  required,
  STRING,
  unexpected,
} from "../checks/options.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { MemoryInstance } from "../runtime/memory.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { memoryTypeProblem } from "../validator/limits-types.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { type Address, MemoryAccess } from "./memory-access.ts";
import { requireStore } from "./require-store.ts";
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

const MEMORY_OPTIONS = {
  min: /* @__PURE__ */ required(COUNT),
  max: COUNT,
  is64: BOOLEAN,
  shared: BOOLEAN,
  pageSizeLog2: /* @__PURE__ */ integer(0, 16),
} satisfies OptionTable<MemoryOptions>;

/**
 * A linear memory. All accesses are checked and never go stale, except through {@link bytes}.
 * Addresses and lengths are in bytes.
 */
export class Memory extends MemoryAccess {
  readonly store: Store;
  /** @internal */
  readonly item: ExternInstance & { readonly kind: "memory" };
  /** Of the buffer that the memory had when it was last asked for. */
  #view: DataView | undefined;

  /** @throws LimitError above the store's limits; TypeError, RangeError for options that make no sense */
  constructor(store: Store, options: MemoryOptions);
  /** @internal */
  constructor(store: Store, memory: MemoryInstance);
  constructor(store: Store, given: MemoryOptions | MemoryInstance) {
    super();
    requireStore(store, "new Memory(store, options)");
    this.store = store;
    const memory = given instanceof MemoryInstance ? given : allocate(store, given);
    this.item = { kind: "memory", memory };
    store.handles.set(this.item.memory, this);
  }

  /** @internal */
  static handle(store: Store, memory: MemoryInstance): Memory {
    return (store.handles.get(memory) as Memory | undefined) ?? new Memory(store, memory);
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Memory", { pages: this.pages, byteLength: this.byteLength });
  }

  get byteLength(): number {
    return this.item.memory.byteLength;
  }

  get pages(): number {
    return this.item.memory.pages;
  }

  /**
   * Grows by `deltaPages`; gives the old size in pages, or -1 when a maximum or limit is in the way.
   * @throws TypeError, RangeError for what is no count
   */
  grow(deltaPages: number): number {
    return this.item.memory.grow(COUNT.read(deltaPages, "memory.grow"));
  }

  /** All bytes, as a view without copying. It goes stale when the memory grows. */
  bytes(): Uint8Array {
    const { u8, byteLength } = this.item.memory;
    this.store.state.gate?.expose(this.item.memory);
    return new Uint8Array(u8.buffer, 0, byteLength);
  }

  /** A copy of `length` bytes. @throws Trap out of bounds; TypeError, RangeError for what are no address and length */
  read(address: Address, length: number): Uint8Array {
    const at = this.locate(address, length, "memory.read");
    return this.item.memory.u8.slice(at, at + length);
  }

  /** A view of `length` bytes, to be read. It goes stale when the memory grows. @throws as {@link read} */
  readable(address: Address, length: number): Uint8Array {
    const at = this.locate(address, length, "memory.readable");
    return this.item.memory.u8.subarray(at, at + length);
  }

  /** The same, to be written to before the guest goes on. @throws as {@link read} */
  writable(address: Address, length: number): Uint8Array {
    const at = this.locate(address, length, "memory.writable");
    this.store.state.gate?.lend(this.item.memory, at, length);
    return this.item.memory.u8.subarray(at, at + length);
  }

  /**
   * Writes bytes: an ArrayBuffer, or what any view of one covers. Numbers of a wider typed array are written as they stand
   * in it, so in the host's byte order, which is little-endian nearly everywhere.
   * @throws Trap out of bounds, before any byte is written; TypeError for what is not bytes, a string for instance
   */
  write(address: Address, bytes: ArrayBufferView | ArrayBufferLike): void {
    const source = asBytes(bytes);
    if (source === undefined) {
      const { message } = unexpected("memory.write: bytes", "a Uint8Array or other buffer", bytes);
      throw new TypeError(typeof bytes === "string" ? `${message}; use writeString for text` : message);
    }
    this.#write(address, source, "memory.write");
  }

  /** Decodes `length` bytes as UTF-8. @throws Trap out of bounds; TypeError for what is not UTF-8, and as {@link read} */
  readString(address: Address, length: number): string {
    const at = this.locate(address, length, "memory.readString");
    const text = decodeUtf8(this.item.memory.u8, at, at + length);
    if (text === undefined) throw new TypeError("memory.readString: not valid UTF-8");
    return text;
  }

  /** Writes `text` as UTF-8, without a terminator; gives the number of bytes. @throws Trap out of bounds; TypeError for what is no string */
  writeString(address: Address, text: string): number {
    const bytes = encodeUtf8(STRING.read(text, "memory.writeString: text"));
    this.#write(address, bytes, "memory.writeString");
    return bytes.length;
  }

  #write(address: Address, bytes: Uint8Array, what: string): void {
    const at = this.locate(address, bytes.length, what);
    this.item.memory.u8.set(bytes, at);
    this.wrote(at, bytes.length);
  }

  /** @internal */
  override wrote(at: number, length: number): void {
    this.store.state.gate?.wrote(this.item.memory, at, length);
  }

  /** All bytes, for reading and writing by `DataView`. It goes stale when the memory grows. */
  view(): DataView {
    this.store.state.gate?.expose(this.item.memory);
    return new DataView(this.item.memory.u8.buffer, 0, this.byteLength);
  }

  protected override locate(address: Address, length: number, what: string): number {
    // What no number holds exactly is out of bounds anyway.
    const at = typeof address === "bigint" ? Number(address) : INTEGER.read(address, `${what}: address`);
    this.item.memory.check(at, INTEGER.read(length, `${what}: length`));
    return at;
  }

  protected override get dataView(): DataView {
    const { u8 } = this.item.memory;
    // A shared buffer that has grown is the same one, and longer.
    if (this.#view?.buffer !== u8.buffer || this.#view.byteLength !== u8.byteLength) {
      this.#view = new DataView(u8.buffer, 0, u8.byteLength);
    }
    return this.#view;
  }
}

/** Negative ones are out of bounds, which is another error. */
const INTEGER = /* @__PURE__ */ integer(Number.MIN_SAFE_INTEGER);

function asBytes(source: ArrayBufferView | ArrayBufferLike): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const isShared = typeof SharedArrayBuffer === "function" && source instanceof SharedArrayBuffer;
  return isShared || source instanceof ArrayBuffer ? new Uint8Array(source) : undefined;
}

function allocate(store: Store, options: MemoryOptions): MemoryInstance {
  const read = readOptions("new Memory", options, MEMORY_OPTIONS);
  const { min, max, is64 = false, shared = false, pageSizeLog2 = 16 } = read;
  const type = {
    min: BigInt(min),
    max: max === undefined ? undefined : BigInt(max),
    is64,
    shared,
    pageSizeLog2,
  };
  const problem = memoryTypeProblem(type);
  if (problem !== undefined) throw new RangeError(`new Memory: ${problem}`);
  store.state.count({ memories: 1 });
  return new MemoryInstance(type, store.state.memoryBudget);
}
