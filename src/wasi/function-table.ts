// How a WASI function is declared, and the one wrapper that turns a thrown errno into the return value.
// Knows the calling convention, not what any function does.

import { asUint64 } from "../host.ts";
import { ERRNO, WasiError } from "./abi.ts";
import type { AbiType, CallerLike } from "./engine.ts";
import { GuestMemory, MAX_BUFFERS, type Region } from "./guest-memory.ts";
import type { Layout } from "./layout.ts";
import type { WasiState } from "./state.ts";
import type { WorkMeter, WorkUnit } from "./work.ts";

type ParameterKind = "u32" | "u64" | "s64";

type Values<Kinds extends readonly ParameterKind[]> = {
  [Index in keyof Kinds]: Kinds[Index] extends "u32" ? number : bigint;
};

/** One call of a WASI function. */
export class Call implements WorkMeter {
  readonly state: WasiState;
  readonly layout: Layout;
  readonly #caller: CallerLike;
  #memory: GuestMemory | undefined;
  /** Bytes that were paid for and not moved yet. */
  #unmoved = 0;

  /** Whether the engine can park the guest; if not, waiting is `WouldBlockError`. */
  get canWait(): boolean {
    return this.#caller.canWait !== false;
  }

  constructor(state: WasiState, layout: Layout, caller: CallerLike) {
    this.state = state;
    this.layout = layout;
    this.#caller = caller;
  }

  /** While the thread is blocked, nobody else looks whether the guest's time is over. */
  throwIfInterrupted(): void {
    this.#caller.throwIfInterrupted?.();
  }

  /** The guest's store is known now. @throws WasiError `nomem` */
  connectHostHeap(): void {
    this.state.hostHeap.connect(this.#caller.store?.hostHeap);
  }

  /** Charges the guest for work that comes now, by the engine's cost model. @throws what stops a guest that cannot pay */
  charge(unit: WorkUnit, count: number): void {
    const amount = this.#priceOf(unit) * count;
    if (amount > 0) this.#caller.chargeFuel?.(amount);
  }

  /** Charges for moving up to `bytes`. What is not {@link moved} when the call ends is given back. */
  chargeTransfer(bytes: number): void {
    this.charge("perHostByte", bytes);
    this.#unmoved += bytes;
  }

  moved(bytes: number): void {
    this.#unmoved -= bytes;
  }

  /** Gives back what was charged for bytes that have not been moved. */
  settle(): void {
    const amount = this.#priceOf("perHostByte") * this.#unmoved;
    this.#unmoved = 0;
    if (amount > 0) this.#caller.refundFuel?.(amount);
  }

  #priceOf(unit: WorkUnit): number {
    return this.#caller.store?.engine?.costModel[unit] ?? 0;
  }

  /** Reads a list of buffers, see {@link GuestMemory.regions}, and charges for each that is looked at. */
  regions(list: number, count: number): Region[] {
    this.memory.check(list, count * 8, 4);
    this.charge("perHostBuffer", Math.min(count, MAX_BUFFERS));
    return this.memory.regions(list, count);
  }

  /** The caller's memory; only asked for by functions that need one. */
  get memory(): GuestMemory {
    this.#memory ??= new GuestMemory(this.#caller);
    return this.#memory;
  }
}

/** A WASI function: the types that the guest sees, and what it does. */
export interface WasiFunction {
  readonly params: AbiType[];
  /** False for `proc_exit`, which does not return. */
  readonly returnsErrno: boolean;
  /** Gives a Promise only when it has to wait. Throws `WasiError`, `Trap`, `ExitError`, or an error of the embedder's. */
  run(call: Call, args: readonly (number | bigint)[]): void | Promise<void>;
}

export type FunctionTable = Readonly<Record<string, WasiFunction>>;

/** Declares a function by the kinds of its parameters: `u32` for all 32-bit numbers, descriptors and pointers. */
export function wasiFunction<const Kinds extends readonly ParameterKind[]>(
  kinds: Kinds,
  run: (call: Call, ...args: Values<Kinds>) => void | Promise<void>,
): WasiFunction {
  return {
    params: kinds.map((kind) => (kind === "u32" ? "i32" : "i64")),
    returnsErrno: true,
    run(call, raw) {
      const values = kinds.map((kind, i) => {
        const value = raw[i];
        if (kind === "u32") return Number(value) >>> 0;
        return kind === "u64" ? asUint64(BigInt(value ?? 0)) : BigInt.asIntN(64, BigInt(value ?? 0));
      });
      return run(call, ...(values as Values<Kinds>));
    },
  };
}

/** The return value for something thrown; rethrows what is not an errno. */
function errnoOf(error: unknown): number {
  if (WasiError.isMade(error)) return ERRNO[error.errno];
  throw error;
}

/** Runs a function and gives its errno, at once or as a Promise. The guest pays for the call, and for what the call does. */
export function invoke(
  fn: WasiFunction,
  call: Call,
  args: readonly (number | bigint)[],
): number | Promise<number> {
  const { meter } = call.state;
  const outer = meter.enter(call);
  let pending: void | Promise<void>;
  try {
    call.charge("wasiCall", 1);
    call.connectHostHeap();
    pending = fn.run(call, args);
  } catch (error) {
    call.settle();
    return errnoOf(error);
  } finally {
    meter.enter(outer);
  }
  if (pending === undefined) {
    call.settle();
    return ERRNO.success;
  }
  return pending.then(() => ERRNO.success, errnoOf).finally(() => call.settle());
}
