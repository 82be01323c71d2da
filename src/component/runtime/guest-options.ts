// Canonical options of one definition, resolved in an instance; and the state machine by which a guest allocates.

import type { FunctionInstance } from "../../runtime/function.ts";
import type { HostMachine, HostRequest } from "../../runtime/raw-function.ts";
import { MemoryView, type Side, type SideOptions } from "../abi/context.ts";
import type { CanonOptions } from "../model/checked-component.ts";
import type { InstanceState } from "./instance-state.ts";

export interface GuestOptions {
  readonly memory: MemoryView | undefined;
  readonly realloc: FunctionInstance | undefined;
  readonly postReturn: FunctionInstance | undefined;
  /** Whether the guest's side follows the async ABI, and what it goes on with where it gives back control. */
  readonly isAsync: boolean;
  readonly callback: FunctionInstance | undefined;
  /** Where the host is at the other end, and where another component is. */
  readonly withHost: SideOptions;
  readonly withGuest: SideOptions;
  /** What a byte of a stream or future costs that passes to or from the host, beside its copy. */
  readonly perHostByte: number;
}

/** What options are, in text: made once, as sixty texts take a quarter of the time of making an instance. */
const keys = /* @__PURE__ */ new WeakMap<CanonOptions, string>();

function keyOf(options: CanonOptions): string {
  let key = keys.get(options);
  if (key === undefined) {
    const { memory, realloc, postReturn, callback, async, stringEncoding } = options;
    key = `${memory} ${realloc} ${postReturn} ${callback} ${async} ${stringEncoding}`;
    keys.set(options, key);
  }
  return key;
}

/** Made once for all definitions of an instance that have the same: a component has sixty of them, and two or three kinds. */
export function resolveOptions(instance: InstanceState, options: CanonOptions): GuestOptions {
  const key = keyOf(options);
  let resolved = instance.options.get(key);
  if (resolved === undefined) {
    resolved = resolve(instance, options);
    instance.options.set(key, resolved);
  }
  return resolved;
}

function resolve(instance: InstanceState, options: CanonOptions): GuestOptions {
  const { memory, realloc, postReturn, stringEncoding: encoding } = options;
  const { engine, limits } = instance.store;
  const { perByte = 0, perElement = 0, perHostByte = 0 } = engine.costModel;
  const { liftedBytes } = limits;
  const shared = { encoding, liftedBytes, prices: { perByte, perElement } };
  const found = memory === undefined ? undefined : instance.coreMemories[memory];
  return {
    memory: found === undefined ? undefined : new MemoryView(found),
    realloc: realloc === undefined ? undefined : instance.coreFuncs[realloc],
    postReturn: postReturn === undefined ? undefined : instance.coreFuncs[postReturn],
    isAsync: options.async,
    callback: options.callback === undefined ? undefined : instance.coreFuncs[options.callback],
    withHost: { ...shared, isHostCall: true },
    withGuest: { ...shared, isHostCall: false },
    perHostByte,
  };
}

/** Charges for what was lifted or is to be lowered. */
export function tryPay(machine: HostMachine, cost: number): boolean {
  return cost === 0 || machine.store.fuel.tryCharge(BigInt(cost));
}

/** Lets a guest allocate, one value after the other, what a side asks for. */
export class Allocator {
  readonly #instance: InstanceState;
  readonly #options: GuestOptions;
  readonly #side: Side;
  #isCalling = false;

  constructor(instance: InstanceState, options: GuestOptions, side: Side) {
    this.#instance = instance;
    this.#options = options;
    this.#side = side;
  }

  /**
   * Goes on, also after what it has asked for; gives the next request, or nothing if all has been allocated. Arguments and
   * results of requests are from word `word` on. @throws Trap
   */
  step({ store, R }: HostMachine, word: number): HostRequest | undefined {
    const side = this.#side;
    if (this.#isCalling) {
      this.#isCalling = false;
      this.#instance.comeBack();
      side.allocated(R[word] as number);
    }
    const wanted = side.next();
    if (wanted === undefined) return undefined;
    const { perByte, perElement } = side.options.prices;
    const cost = wanted.bytes * perByte + wanted.elements * perElement;
    if (cost > 0 && !store.fuel.tryCharge(BigInt(cost))) return "fuel";
    this.#isCalling = true;
    this.#instance.stayInside();
    R[word] = 0;
    R[word + 2] = 0;
    R[word + 4] = wanted.alignment;
    R[word + 6] = wanted.bytes;
    return this.#options.realloc as FunctionInstance;
  }
}
