// `WebAssembly.Memory`. Its buffer is exactly as long as the memory, and a new one, with the old detached, after every
// growth; that of a shared memory stays usable.

import { LimitError, RuntimeError } from "../errors.ts";
import type { MemoryType } from "../module/types.ts";
import { MemoryInstance } from "../runtime/memory.ts";
import {
  type AddressType,
  Brand,
  finishInterface,
  fromAddress,
  type InterfaceObject,
  toAddress,
  toAddressType,
  toDictionary,
} from "./interface.ts";
import type { Realm } from "./realm.ts";

/** Bounds of the JS API on a memory's size in pages, whatever the store allows. */
const MAX_PAGES: Readonly<Record<AddressType, number>> = { i32: 2 ** 16, i64: 2 ** 37 - 1 };
const PAGE_SIZE_LOG2 = 16;

/** The class `Memory` of a namespace. */
export interface MemoryClass {
  readonly Memory: InterfaceObject;
  readonly memories: Brand<MemoryInstance>;
  /** The object of a memory; always the same. */
  memoryObject(memory: MemoryInstance): object;
}

export function makeMemoryClass(realm: Realm): MemoryClass {
  const memories = new Brand<MemoryInstance>("Memory");
  /** The buffer that each shared memory has given last, and how long the memory was. */
  const sharedBuffers = new WeakMap<
    MemoryInstance,
    { readonly buffer: ArrayBufferLike; readonly length: number }
  >();

  class Memory {
    constructor(descriptor: unknown) {
      const type = memoryType(descriptor);
      try {
        realm.store.state.count({ memories: 1 });
        memories.add(this, new MemoryInstance(type, realm.store.state.memoryBudget));
      } catch (error) {
        throw refused(error);
      }
    }

    grow(delta: unknown): number | bigint {
      const memory = memories.of(this);
      const address = addressOf(memory);
      const pages = toAddress(delta, address, "the number of pages to grow by");
      memory.noticeTransfer();
      let before: number;
      try {
        before = memory.grow(pages);
      } catch (error) {
        throw refused(error);
      }
      if (before < 0) throw new RangeError("the memory cannot grow by so many pages");
      return fromAddress(before, address);
    }

    get buffer(): ArrayBufferLike {
      const memory = memories.of(this);
      return memory.isShared ? sharedBuffer(memory) : memory.u8.buffer;
    }

    type(): Record<string, unknown> {
      const memory = memories.of(this);
      memory.noticeTransfer();
      const address = addressOf(memory);
      const { max, shared } = memory.type;
      return {
        minimum: fromAddress(memory.pages, address),
        ...(max === undefined ? {} : { maximum: fromAddress(Number(max), address) }),
        shared,
        address,
      };
    }
  }
  finishInterface(Memory, "Memory");

  /** A frozen buffer, another one after each growth. */
  function sharedBuffer(memory: MemoryInstance): ArrayBufferLike {
    const known = sharedBuffers.get(memory);
    if (known !== undefined && known.length === memory.byteLength) return known.buffer;
    const { buffer } = memory.u8;
    const fresh = known?.buffer === buffer ? sameMemory(buffer) : buffer;
    sharedBuffers.set(memory, { buffer: Object.freeze(fresh), length: memory.byteLength });
    return fresh;
  }

  const memoryObject = (memory: MemoryInstance): object => memories.objectOf(memory, Memory.prototype);
  return { Memory, memories, memoryObject };
}

/** Another SharedArrayBuffer over the same bytes: what cloning one gives. */
function sameMemory(buffer: ArrayBufferLike): ArrayBufferLike {
  return typeof structuredClone === "function" ? structuredClone(buffer) : buffer;
}

function addressOf({ type }: MemoryInstance): AddressType {
  return type.is64 ? "i64" : "i32";
}

/** Members are read in the order of their names, as Web IDL has it. */
function memoryType(descriptor: unknown): MemoryType {
  if (descriptor === undefined) throw new TypeError("a memory's descriptor must be an object");
  const members = toDictionary(descriptor, "a memory's descriptor");
  const address = toAddressType(members.address);
  const { initial } = members;
  const min = initial === undefined ? undefined : toAddress(initial, address, "initial");
  const { maximum } = members;
  const max = maximum === undefined ? undefined : toAddress(maximum, address, "maximum");
  const { minimum } = members;
  const least = minimum === undefined ? undefined : toAddress(minimum, address, "minimum");
  const shared = Boolean(members.shared);
  if (min !== undefined && least !== undefined)
    throw new TypeError("a memory has initial or minimum, not both");
  const start = min ?? least;
  if (start === undefined) throw new TypeError("a memory's descriptor needs initial");
  if (start > MAX_PAGES[address] || (max !== undefined && max > MAX_PAGES[address])) {
    throw new RangeError(`a memory has at most ${MAX_PAGES[address]} pages`);
  }
  if (max !== undefined && max < start) throw new RangeError("maximum is below initial");
  if (shared && max === undefined) throw new TypeError("a shared memory needs a maximum");
  return {
    min: BigInt(start),
    max: max === undefined ? undefined : BigInt(max),
    is64: address === "i64",
    shared,
    pageSizeLog2: PAGE_SIZE_LOG2,
  };
}

function refused(error: unknown): unknown {
  if (!(error instanceof LimitError || error instanceof RuntimeError)) return error;
  return new RangeError(error.message, { cause: error });
}
