// The gate between a store's guests and its host. Every call of a host function, every write of the host to a guest's memory
// and every result that was waited for passes it, so that an observer sees all that a guest gets from outside.
// Owns what is told and in which order. A store that nobody observes has none: who passes asks for `undefined` once.

import type { FunctionInstance, HostCallContext, HostFunctionInstance } from "./function.ts";
import { PendingResult, UnpaidCall } from "./function.ts";
import type { ModuleInstance } from "./instance.ts";
import type { MemoryInstance } from "./memory.ts";

/** One call of a host function. */
export interface HostCall {
  readonly func: FunctionInstance;
  /** The instance that makes it; `undefined` for the host itself. */
  readonly instance: ModuleInstance | undefined;
  /** Guest values. */
  readonly args: readonly unknown[];
}

/** What has become of a host call. Values are guest values, checked: one, an array of several, or `undefined`. */
export type HostOutcome =
  | { readonly kind: "returned"; readonly result: unknown }
  | { readonly kind: "threw"; readonly error: unknown }
  /** Its result is to come, and is told by `settled`. */
  | { readonly kind: "promised"; readonly promise: PromiseLike<unknown> }
  /** It has done nothing, as it could not be paid. */
  | { readonly kind: "unpaid" };

/** Is told what passes the gate, before a guest sees any of it. It must neither throw nor touch the store. */
export interface HostObserver {
  called?(call: HostCall): void;
  /** Calls that the host makes from within one come before the outer one has returned. */
  returned?(call: HostCall, outcome: HostOutcome): void;
  /** What was promised is there, or a wait for notification is over. */
  settled?(promise: PromiseLike<unknown>, outcome: HostOutcome): void;
  /** The host has written to these bytes, or may have: they are what the guest finds there. */
  wrote?(memory: MemoryInstance, address: number, length: number): void;
}

/** Calls a host function: all calls of one go through here. @throws what it throws */
export function callHostFunction(
  func: HostFunctionInstance,
  context: HostCallContext,
  args: unknown[],
): unknown {
  const { gate } = context.store;
  return gate === undefined ? func.host(context, args) : gate.call(func, context, args);
}

/** Bytes that are compared at a time: of a page in which any has changed, all count as written. */
const PAGE_BYTES = 4096;

export class HostGate {
  readonly #observer: HostObserver;
  /** Memories of which the host has a view, and their bytes as the host last found them. */
  readonly #exposed = new Map<MemoryInstance, Uint8Array>();
  /** Ranges that the host may write to until it gives control back. */
  #writable: { readonly memory: MemoryInstance; readonly address: number; readonly length: number }[] = [];

  constructor(observer: HostObserver) {
    this.#observer = observer;
  }

  /** @throws what the function throws */
  call(func: HostFunctionInstance, context: HostCallContext, args: unknown[]): unknown {
    const call: HostCall = { func, instance: context.instance, args: [...args] };
    this.#observer.called?.(call);
    this.toHost();
    let result: unknown;
    try {
      result = func.host(context, args);
    } catch (error) {
      this.toGuest();
      this.#observer.returned?.(call, { kind: "threw", error });
      throw error;
    }
    this.toGuest();
    this.#observer.returned?.(call, outcomeOf(result));
    return result;
  }

  settled(promise: PromiseLike<unknown>, outcome: HostOutcome): void {
    this.#observer.settled?.(promise, outcome);
  }

  /** Control goes to the host: what it changes from here on is its own doing. */
  toHost(): void {
    for (const memory of this.#exposed.keys()) this.#exposed.set(memory, copyOf(memory));
  }

  /** Control goes to a guest: what the host has written meanwhile is told. */
  toGuest(): void {
    const writable = this.#writable;
    if (writable.length > 0) this.#writable = [];
    for (const { memory, address, length } of writable) this.wrote(memory, address, length);
    for (const [memory, before] of this.#exposed) this.#compare(memory, before);
  }

  /** The host gets a view of all of a memory, which it may keep. */
  expose(memory: MemoryInstance): void {
    if (!this.#exposed.has(memory)) this.#exposed.set(memory, copyOf(memory));
  }

  /** The host gets a view to write to. */
  lend(memory: MemoryInstance, address: number, length: number): void {
    this.#writable.push({ memory, address, length });
  }

  /** The host has written. */
  wrote(memory: MemoryInstance, address: number, length: number): void {
    if (length === 0) return;
    // Told once, also if the host has a view of the same bytes.
    const known = this.#exposed.get(memory);
    if (known !== undefined && address + length <= known.length) {
      known.set(memory.u8.subarray(address, address + length), address);
    }
    this.#observer.wrote?.(memory, address, length);
  }

  #compare(memory: MemoryInstance, before: Uint8Array): void {
    const { u8, byteLength } = memory;
    let start = -1;
    for (let page = 0; page < byteLength; page += PAGE_BYTES) {
      const end = Math.min(page + PAGE_BYTES, byteLength);
      const same = isSame(u8, before, page, end);
      if (!same && start < 0) start = page;
      if (same && start >= 0) {
        this.#observer.wrote?.(memory, start, page - start);
        start = -1;
      }
    }
    if (start >= 0) this.#observer.wrote?.(memory, start, byteLength - start);
  }
}

function outcomeOf(result: unknown): HostOutcome {
  if (result instanceof PendingResult) return { kind: "promised", promise: result.promise };
  if (result instanceof UnpaidCall) return { kind: "unpaid" };
  return { kind: "returned", result };
}

function copyOf({ u8, byteLength }: MemoryInstance): Uint8Array {
  return u8.slice(0, byteLength);
}

/** What has been added to a memory since is compared with zeros. */
function isSame(now: Uint8Array, before: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (now[at] !== (before[at] ?? 0)) return false;
  return true;
}
