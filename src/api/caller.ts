// What a host function learns of the guest that calls it.

import { FUEL, STRING } from "../checks/options.ts";
import type { OutOfFuelError } from "../errors.ts";
import { budgetOf, stopError } from "../interp/run/stop.ts";
import type { ModuleInstance } from "../runtime/instance.ts";
import { backendOf } from "./backend.ts";
import { type ExportValue, externHandle } from "./externs.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import type { Instance } from "./instance.ts";
import { Memory } from "./memory.ts";
import type { Store } from "./store.ts";

/** What is seen here of the execution whose guest has called the host. */
interface CallingRun {
  readonly mayAwait: boolean;
  refunded: bigint;
  poll(): unknown;
}

/** Valid during the host call it was made for. */
export class Caller {
  readonly store: Store;
  readonly #instance: ModuleInstance | undefined;
  /** What this call has charged, less what it has given back. */
  #charged = 0n;
  /** Who has paid. */
  #payer: CallingRun | undefined;
  #unpaid: OutOfFuelError | undefined;

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

  /** What the calling instance exports as `name`, if anything. @throws TypeError for what is no name */
  export(name: string): ExportValue | undefined {
    const item = this.#instance?.export(STRING.read(name, "caller.export: name"));
    return item === undefined ? undefined : externHandle(this.store, item);
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Caller", { canWait: this.canWait });
  }

  /** Whether a promise may be returned: the call is asynchronous. */
  get canWait(): boolean {
    return this.#current?.mayAwait ?? false;
  }

  /**
   * For host functions that take long or block the thread: ends the call if its time is over or it was interrupted. An
   * asynchronous call pauses when the host function has returned, and is not ended here.
   * @throws InterruptedError
   */
  throwIfInterrupted(): void {
    this.#current?.poll();
  }

  /**
   * Charges the guest for the host's work: all of it or nothing. A quantum is overdrawn: the guest pauses when the host
   * function has returned.
   * @throws OutOfFuelError if it is not covered
   * @throws TypeError, RangeError for what is no amount
   */
  chargeFuel(amount: bigint | number): void {
    const { fuel } = this.store.state;
    const price = FUEL.read(amount, "caller.chargeFuel");
    const { overdraws } = fuel;
    fuel.settle();
    fuel.overdraws = true;
    const isPaid = fuel.tryCharge(price);
    if (!isPaid) this.#unpaid = stopError(budgetOf(fuel.scope), false);
    fuel.settle();
    fuel.overdraws = overdraws;
    if (!isPaid) throw this.#unpaid;
    this.#payer ??= this.#current;
    this.#charged += price;
  }

  /**
   * Gives back what was charged for work that was not done after all; also after a promise that the guest has waited for.
   * @throws RangeError for what is no amount, or more than this call has charged
   */
  refundFuel(amount: bigint | number): void {
    const back = FUEL.read(amount, "caller.refundFuel");
    if (back > this.#charged) {
      throw new RangeError(
        `caller.refundFuel: ${back} is more than the ${this.#charged} that this call has charged`,
      );
    }
    this.#charged -= back;
    this.store.state.fuel.refund(back);
    // A run that waits is in no slice in which it would be counted.
    if (this.#payer !== undefined && this.#payer !== this.#current) this.#payer.refunded += back;
  }

  /** @internal Gives everything back if `error` says that a charge of this call was not covered; gives that error then. */
  takeBack(error: unknown): OutOfFuelError | undefined {
    if (error !== this.#unpaid) return undefined;
    this.refundFuel(this.#charged);
    return this.#unpaid;
  }

  get #current(): CallingRun | undefined {
    return backendOf(this.store.engine).interpreter.current(this.store.state);
  }
}
