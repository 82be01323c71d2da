// One side of a call: the memory, registers and handles that a conversion works on, and what it has to allocate.
// Owns the bounds of what is lifted and the order of allocations. What values look like is the converters' affair.

import { LimitError, Trap } from "../../errors.ts";
import type { MemoryInstance } from "../../runtime/memory.ts";
import type { StringEncoding } from "../model/canon.ts";
import type { HandleType, StreamType } from "../model/value-type.ts";

/** Registers from which flat values are lifted, or to which they are lowered. */
export interface FlatRegisters {
  readonly R: Int32Array;
  readonly F: Float32Array;
  readonly D: Float64Array;
}

/** Registers that belong to no frame. */
export function makeFlat(values: number): FlatRegisters {
  const buffer = new ArrayBuffer(values * 8);
  return { R: new Int32Array(buffer), F: new Float32Array(buffer), D: new Float64Array(buffer) };
}

/** How handles pass a boundary. Indices are of the guest's table, values are what the other side sees. */
export interface HandleBoundary {
  /** @throws Trap */
  lift(type: HandleType, index: number): unknown;
  /** @throws LimitError where the table is full */
  lower(type: HandleType, value: unknown): number;
  /** What a value is not, if it cannot be lowered. */
  mismatch(type: HandleType, value: unknown): string | undefined;
  /** The same of readable ends of streams and futures. @throws Trap */
  liftEnd(type: StreamType, index: number): unknown;
  /** @throws LimitError where the table is full */
  lowerEnd(type: StreamType, value: unknown): number;
  endMismatch(type: StreamType, value: unknown): string | undefined;
}

/** A memory and a view of it that is valid until it grows. */
export class MemoryView {
  readonly memory: MemoryInstance;
  u8: Uint8Array;
  view: DataView;

  constructor(memory: MemoryInstance) {
    this.memory = memory;
    this.u8 = memory.u8;
    this.view = new DataView(this.u8.buffer);
  }

  /** After anything that may have grown it. */
  refresh(): void {
    if (this.u8 === this.memory.u8) return;
    this.u8 = this.memory.u8;
    this.view = new DataView(this.u8.buffer);
  }
}

/** Memory that a guest is to allocate for a value that is being lowered. */
export interface Allocation {
  readonly bytes: number;
  readonly alignment: number;
  /** Elements of a list, for what they cost. */
  readonly elements: number;
  /** Writes the value to the memory that was allocated, and where it lies to whoever points to it. */
  place(side: Side, pointer: number): void;
}

/** What lifting and lowering cost beside the call, in fuel. */
export interface Prices {
  readonly perByte: number;
  readonly perElement: number;
}

/** What the sides of all calls of one canonical definition have in common. */
export interface SideOptions {
  readonly encoding: StringEncoding;
  /** Of lifted values, per call. */
  readonly liftedBytes: number;
  readonly prices: Prices;
  /** Whether the host is at the other end, rather than another component: messages differ. */
  readonly isHostCall: boolean;
}

/** One call's view of one guest. */
export class Side {
  readonly options: SideOptions;
  readonly handles: HandleBoundary;
  readonly #memory: MemoryView | undefined;
  /** Where flat values are. */
  flat: FlatRegisters;
  /** Bytes behind pointers that were lifted. */
  #lifted = 0;
  /** Fuel for what was lifted. */
  #cost = 0;
  /** What is to be allocated, the next one last. */
  #waiting: Allocation[] | undefined;
  /** Asked for by the value that is being lowered, in order. */
  #fresh: Allocation[] | undefined;

  constructor(
    options: SideOptions,
    memory: MemoryView | undefined,
    handles: HandleBoundary,
    flat: FlatRegisters,
  ) {
    this.options = options;
    this.handles = handles;
    this.#memory = memory;
    this.flat = flat;
    memory?.refresh();
  }

  get u8(): Uint8Array {
    return (this.#memory as MemoryView).u8;
  }

  get view(): DataView {
    return (this.#memory as MemoryView).view;
  }

  get byteLength(): number {
    return (this.#memory as MemoryView).memory.byteLength;
  }

  /**
   * Checks a pointer to something of fixed size.
   * @throws Trap
   */
  pointer(pointer: number, bytes: number, alignment: number): number {
    const at = pointer >>> 0;
    if ((at & (alignment - 1)) !== 0) throw new Trap("unaligned-pointer", `${at}, of alignment ${alignment}`);
    if (at + bytes > this.byteLength) {
      throw new Trap(
        "pointer-out-of-bounds",
        `${bytes} bytes at address ${at}, memory size ${this.byteLength}`,
      );
    }
    return at;
  }

  /** Counts what is about to be lifted. @throws LimitError */
  lifting(bytes: number, elements: number): void {
    const lifted = this.#lifted + bytes;
    const { liftedBytes, prices } = this.options;
    if (lifted > liftedBytes) {
      throw new LimitError("liftedBytes", lifted, liftedBytes, "strings and lists of one call");
    }
    this.#lifted = lifted;
    this.#cost += bytes * prices.perByte + elements * prices.perElement;
  }

  /** What lifting has cost since this was last asked. */
  takeCost(): number {
    const cost = this.#cost;
    this.#cost = 0;
    this.#lifted = 0;
    return cost;
  }

  /** The guest has run meanwhile: frames and memory may have grown. */
  resume(flat: FlatRegisters): void {
    this.flat = flat;
    this.#memory?.refresh();
  }

  /** Asks for memory for a part of what is being lowered. */
  allocate(allocation: Allocation): void {
    this.#fresh ??= [];
    this.#fresh.push(allocation);
  }

  /** What the guest has to allocate next: in the order in which the values stand, each before its parts. */
  next(): Allocation | undefined {
    const fresh = this.#fresh;
    if (fresh === undefined) return undefined;
    this.#waiting ??= [];
    for (let one = fresh.pop(); one !== undefined; one = fresh.pop()) this.#waiting.push(one);
    return this.#waiting[this.#waiting.length - 1];
  }

  /** The guest has allocated what {@link next} gave. @throws Trap for memory that cannot hold it */
  allocated(pointer: number): void {
    const allocation = this.#waiting?.pop();
    if (allocation === undefined) return;
    this.#memory?.refresh();
    const { isHostCall } = this.options;
    const { bytes, alignment } = allocation;
    const at = pointer >>> 0;
    if ((at & (alignment - 1)) !== 0) {
      throw new Trap(
        isHostCall ? "realloc-unaligned" : "unaligned-pointer",
        `${at}, of alignment ${alignment}`,
      );
    }
    if (at + bytes > this.byteLength) {
      throw new Trap(
        isHostCall ? "realloc-out-of-bounds" : "list-out-of-bounds",
        `${bytes} bytes at address ${at}, memory size ${this.byteLength}`,
      );
    }
    allocation.place(this, at);
  }
}
