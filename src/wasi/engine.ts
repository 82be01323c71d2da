// What WASI needs of an engine, as structural interfaces: the embedder API fits them, and so does any test double.
// Must not import the runtime or the interpreter.

import type { ChargedBudget } from "./budget.ts";
import type { HostPrices } from "./work.ts";

/** A guest's linear memory. */
export interface GuestMemoryLike {
  /** The memory's bytes now. Goes stale when the memory grows. */
  bytes(): Uint8Array;
  /**
   * How many there are, a view to read, a view to write to before the guest goes on, and who is told what has been written: an
   * engine that is asked what its hosts write has these. Without them, all goes through {@link bytes}.
   */
  readonly byteLength?: number;
  readable?(address: number, length: number): Uint8Array;
  writable?(address: number, length: number): Uint8Array;
  wrote?(address: number, length: number): void;
}

/** The calling instance, as a host function sees it. */
export interface CallerLike {
  /** The caller's exported memory. Throws if it exports none. */
  readonly memory: GuestMemoryLike;
  readonly store?: {
    readonly fuelConsumed: bigint;
    /** Whose cost model says what the host's work costs the guest; without one it is free. */
    readonly engine?: { readonly costModel: HostPrices };
    /** What is held for the guest on the heap of the JavaScript engine counts here. */
    readonly hostHeap?: ChargedBudget;
    /** What the store was made with. */
    readonly wasi?: unknown;
  };
  /** False if the call is synchronous, so that a function that must wait fails before it starts to. */
  readonly canWait?: boolean;
  /** Throws if the guest is to be stopped; called now and then while the thread is blocked for it. */
  throwIfInterrupted?(): void;
  /** Charges for the host's work, or throws what stops the guest. */
  chargeFuel?(amount: number): void;
  /** Gives back what this call has charged for work that was not done. */
  refundFuel?(amount: number): void;
}

export type AbiType = "i32" | "i64";

/** Where host functions are defined. */
export interface LinkerLike {
  func(
    module: string,
    name: string,
    type: { params: AbiType[]; results: AbiType[]; chargesFirst: boolean },
    fn: (caller: CallerLike, ...args: (number | bigint)[]) => unknown,
  ): unknown;
}

/** An instance with its exports by name. */
export interface InstanceLike {
  readonly exports: object;
  /** Present where exported functions can be called with options. */
  call?(name: string, args?: readonly unknown[], options?: object): unknown;
  /** What may block the thread for the guest elsewhere than in WASI: set with {@link WasiHost.blocking}, unless it is already. */
  readonly store?: { blocking?: { sleep(ms: number): void } | undefined };
  /** Present where exported functions can be called asynchronously. */
  callAsync?(name: string, args?: readonly unknown[], options?: object): Promise<unknown>;
}
