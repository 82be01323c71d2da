// What a host function learns of the guest that calls it.

import { OutOfFuelError } from "../errors.ts";
import type { ModuleInstance } from "../runtime/instance.ts";
import { backendOf } from "./backend.ts";
import { toFuel } from "./convert.ts";
import { type ExportValue, externHandle } from "./externs.ts";
import type { Instance } from "./instance.ts";
import { Memory } from "./memory.ts";
import type { Store } from "./store.ts";

/** Valid during the host call it was made for. */
export class Caller {
  readonly store: Store;
  readonly #instance: ModuleInstance | undefined;

  /** @internal */
  constructor(store: Store, instance: ModuleInstance | undefined) {
    this.store = store;
    this.#instance = instance;
  }

  /** The calling instance; `undefined` when the host called the function itself, or the instance is still being made. */
  get instance(): Instance | undefined {
    return this.#instance === undefined
      ? undefined
      : (this.store.handles.get(this.#instance) as Instance | undefined);
  }

  /** The memory that the calling instance exports as `memory`, else its only one. @throws TypeError if there is none */
  get memory(): Memory {
    const instance = this.#instance;
    const exported = instance?.export("memory");
    if (exported?.kind === "memory") return Memory.handle(this.store, exported.memory);
    const [only, second] = instance?.memories ?? [];
    if (only !== undefined && second === undefined) return Memory.handle(this.store, only);
    throw new TypeError("the caller exports no memory");
  }

  /** What the calling instance exports as `name`, if anything. */
  export(name: string): ExportValue | undefined {
    const item = this.#instance?.export(name);
    return item === undefined ? undefined : externHandle(this.store, item);
  }

  /** Whether a promise may be returned: the call is asynchronous. */
  get canWait(): boolean {
    return backendOf(this.store.engine).interpreter.current(this.store.state)?.mayAwait ?? false;
  }

  /**
   * For host functions that take long or block the thread: ends the call if its time is over or it was interrupted. An
   * asynchronous call pauses when the host function has returned, and is not ended here.
   * @throws InterruptedError
   */
  throwIfInterrupted(): void {
    backendOf(this.store.engine).interpreter.current(this.store.state)?.poll();
  }

  /**
   * Charges the guest for the host's work: all of it or nothing.
   * @throws OutOfFuelError if it is not covered
   * @throws RangeError for what is no amount
   */
  chargeFuel(amount: bigint | number): void {
    const { fuel } = this.store.state;
    if (!fuel.tryCharge(toFuel(amount, "chargeFuel"))) throw new OutOfFuelError(fuel.scope, false);
  }
}
