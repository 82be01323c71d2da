// Elements of streams and futures on their way from one end's buffer to the other's.
// Owns the copying: paid before, numbers as bytes, all others lifted and lowered, with allocation where they need it.

import { Trap } from "../../../errors.ts";
import type { HostMachine, HostRequest } from "../../../runtime/raw-function.ts";
import type { ElementCopier } from "../../abi/compile.ts";
import { makeFlat, Side } from "../../abi/context.ts";
import type { ListValue } from "../../abi/lists.ts";
import { Allocator, type GuestOptions, tryPay } from "../guest-options.ts";
import type { InstanceState } from "../instance-state.ts";
import type { Job } from "./thread.ts";

/** Elements of one operation of a guest, by the Canonical ABI. */
const MAX_LENGTH = 2 ** 28 - 1;

const NO_REGISTERS = /* @__PURE__ */ makeFlat(0);

/** A buffer of the host. */
export interface HostBuffer {
  readonly kind: "host";
  readonly length: number;
  readonly remaining: number;
  /** The next elements, to be written to a guest. */
  take(count: number): ListValue;
  /** Elements that a guest has written. */
  put(values: ListValue): void;
}

export type CopyBuffer = HostBuffer | GuestBuffer;

/** A buffer in a guest's memory. */
export class GuestBuffer {
  readonly kind = "guest";
  readonly instance: InstanceState;
  readonly options: GuestOptions;
  readonly length: number;
  progress = 0;
  readonly #pointer: number;
  /** `undefined` where elements hold nothing. */
  readonly copier: ElementCopier | undefined;

  /** @throws Trap for one that is not in memory */
  constructor(
    instance: InstanceState,
    options: GuestOptions,
    copier: ElementCopier | undefined,
    pointer: number,
    length: number,
  ) {
    this.instance = instance;
    this.options = options;
    this.#pointer = pointer >>> 0;
    this.length = length >>> 0;
    this.copier = copier;
    if (this.length > MAX_LENGTH)
      throw new Trap("stream-state", undefined, ` copy ${this.length} elements at once`);
    if (copier === undefined || this.length === 0) return;
    const { size, alignment } = copier;
    const at = this.#pointer;
    if ((at & (alignment - 1)) !== 0) throw new Trap("unaligned-pointer", `${at}, of alignment ${alignment}`);
    const { byteLength } = (options.memory as NonNullable<GuestOptions["memory"]>).memory;
    if (at + this.length * size > byteLength) {
      throw new Trap(
        "pointer-out-of-bounds",
        `${this.length * size} bytes at address ${at}, memory size ${byteLength}`,
      );
    }
  }

  get remaining(): number {
    return this.length - this.progress;
  }

  /** Where the next element is. */
  get address(): number {
    return this.#pointer + this.progress * (this.copier?.size ?? 0);
  }

  /** Values pass as they do to the host, or to another guest. */
  side(isHost: boolean): Side {
    const { withHost, withGuest, memory } = this.options;
    return new Side(isHost ? withHost : withGuest, memory, this.instance.boundary(isHost), NO_REGISTERS);
  }

  /** The bytes of the next elements. */
  bytes(count: number): Uint8Array {
    const { memory } = this.options;
    memory?.refresh();
    const { address } = this;
    return (memory as NonNullable<typeof memory>).u8.subarray(
      address,
      address + count * (this.copier?.size ?? 0),
    );
  }
}

const enum Stage {
  Begin,
  Pay,
  Store,
  Done,
}

/** Copies elements, and then tells. */
export class Transfer implements Job {
  readonly #from: CopyBuffer;
  readonly #to: CopyBuffer;
  readonly #count: number;
  readonly #done: () => void;
  #stage = Stage.Begin;
  #cost = 0;
  #values: ListValue | undefined;
  #allocator: Allocator | undefined;
  #side: Side | undefined;

  constructor(from: CopyBuffer, to: CopyBuffer, count: number, done: () => void) {
    this.#from = from;
    this.#to = to;
    this.#count = count;
    this.#done = done;
  }

  step(machine: HostMachine, word: number): HostRequest | undefined {
    switch (this.#stage) {
      case Stage.Begin:
        this.#lift();
        this.#stage = Stage.Pay;
        return this.step(machine, word);
      case Stage.Pay:
        if (!tryPay(machine, this.#cost)) return "fuel";
        this.#lower();
        this.#stage = Stage.Store;
        return this.step(machine, word);
      case Stage.Store: {
        this.#side?.resume(NO_REGISTERS);
        const next = this.#allocator?.step(machine, word);
        if (next !== undefined) return next;
        this.#end();
        return undefined;
      }
      case Stage.Done:
        return undefined;
    }
  }

  /** All at once, between two buffers of the host: no guest is asked for anything. */
  finish(): void {
    this.#lift();
    this.#lower();
    this.#end();
  }

  #lift(): void {
    const [from, to, count] = [this.#from, this.#to, this.#count];
    if (from.kind === "host" && to.kind === "host") {
      this.#values = from.take(count);
      return;
    }
    const guest = from.kind === "guest" ? from : (to as GuestBuffer);
    const { copier } = guest;
    if (copier === undefined) {
      if (to.kind === "host") this.#values = new Array(count).fill(undefined);
      return;
    }
    const { perByte, perElement } = guest.options.withHost.prices;
    const perHostByte = from.kind === "host" || to.kind === "host" ? guest.options.perHostByte : 0;
    this.#cost = count * (copier.size * (perByte + perHostByte) + perElement);
    if (from.kind === "host") {
      this.#values = from.take(count);
    } else if (to.kind === "host" || !copier.isNumber) {
      const side = from.side(to.kind === "host");
      side.lifting(count * (copier.size + copier.overhead), 0);
      side.takeCost();
      this.#values = copier.read(side, from.address, count);
      this.#cost += side.takeCost();
    }
  }

  #lower(): void {
    const [from, to, count] = [this.#from, this.#to, this.#count];
    if (to.kind === "host") {
      to.put(this.#values as ListValue);
      return;
    }
    const { copier } = to;
    if (copier !== undefined && this.#values === undefined) {
      to.bytes(count).set((from as GuestBuffer).bytes(count));
    } else if (copier !== undefined) {
      const side = to.side(from.kind === "host");
      copier.write(side, this.#values as ListValue, to.address);
      this.#side = side;
      if (copier.allocates) this.#allocator = new Allocator(to.instance, to.options, side);
    }
  }

  #end(): void {
    this.#stage = Stage.Done;
    const [from, to, count] = [this.#from, this.#to, this.#count];
    if (from.kind === "guest") from.progress += count;
    if (to.kind === "guest") to.progress += count;
    this.#done();
  }
}
