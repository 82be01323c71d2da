// The store: one unit of isolation, with its budgets, and the embedder's handles of what is in it.

import type { Limits } from "../limits.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import type { ValType } from "../module/types.ts";
import { HEAP_CONCRETE, HeapType, heapOf, refType } from "../module/types.ts";
import type { FunctionInstance } from "../runtime/function.ts";
import { castTarget, HeapObject, isOfType } from "../runtime/gc.ts";
import { type Blocking, StoreState } from "../runtime/store.ts";
import { toFuel } from "./convert.ts";
import { disposeSymbol } from "./dispose.ts";
import type { Engine } from "./engine.ts";
import { makeExceptionBoundary } from "./exception.ts";
import { type Func, makeCallable } from "./func.ts";

export interface StoreOptions {
  /** How much fuel guests may use. Default: unlimited; consumption is counted either way. */
  readonly fuel?: bigint | number | undefined;
  /** Limits that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /**
   * Lets `memory.atomic.wait` with a timeout block the thread in synchronous calls. Without it such a wait is a
   * `WouldBlockError`; an endless one always is, as nothing else runs meanwhile that could end it.
   */
  readonly blocking?: Blocking | undefined;
}

/** Holds instances, their memories, tables and globals, and what bounds them. */
export class Store {
  readonly engine: Engine;
  /** @internal */
  readonly state: StoreState;
  /** One callable per function, so that identity is kept. */
  readonly #callables = new WeakMap<FunctionInstance, Func>();
  readonly #functions = new WeakMap<object, FunctionInstance>();
  /** Bytes reserved by the embedder. */
  #reserved = 0;
  /** @internal The embedder's objects for instances, memories, tables …, by the runtime's. */
  readonly handles = new WeakMap<object, object>();

  /** @throws RangeError for fuel that is negative or no integer; TypeError for unknown limits */
  constructor(engine: Engine, options: StoreOptions = {}) {
    this.engine = engine;
    const fuel = options.fuel === undefined ? undefined : toFuel(options.fuel, "fuel");
    this.state = new StoreState(engine.registry, resolveLimits(options.limits), fuel);
    this.state.embedder = this;
    this.state.blocking = options.blocking;
    this.state.exceptions = makeExceptionBoundary(this);
  }

  get limits(): Limits {
    return this.state.limits;
  }

  /** Fuel used so far: exactly the cost of the instructions executed. */
  get fuelConsumed(): bigint {
    return this.state.fuel.consumed;
  }

  /** Fuel left; `undefined` when unlimited. */
  get fuelRemaining(): bigint | undefined {
    return this.state.fuel.remaining;
  }

  /** Raises the limit. Does nothing on a store without one. @throws RangeError for what is no amount */
  addFuel(amount: bigint | number): void {
    this.state.fuel.add(toFuel(amount, "addFuel"));
  }

  /** Bytes of memories, tables, the GC heap and what was reserved that count against `totalBytes`. */
  get bytesUsed(): number {
    return this.state.total.used;
  }

  /**
   * Counts bytes that the host holds for the store's guests against `totalBytes`; false, with nothing changed, if they do not fit.
   * @throws RangeError for what is no number of bytes
   */
  tryReserve(bytes: number): boolean {
    if (!this.state.total.tryReserve(checkBytes(bytes))) return false;
    this.#reserved += bytes;
    return true;
  }

  /** Gives back what {@link tryReserve} has counted. @throws RangeError for what is no number of bytes, or more than is reserved */
  release(bytes: number): void {
    if (checkBytes(bytes) > this.#reserved)
      throw new RangeError(`release: only ${this.#reserved} bytes are reserved`);
    this.#reserved -= bytes;
    this.state.total.release(bytes);
  }

  [disposeSymbol](): void {
    // Nothing outlives the store: dropping the last reference frees everything.
  }

  /** @internal The callable of a function. */
  callable(func: FunctionInstance): Func {
    let callable = this.#callables.get(func);
    if (callable === undefined) {
      callable = makeCallable(this, func);
      this.#callables.set(func, callable);
      this.#functions.set(callable, func);
    }
    return callable;
  }

  /** @internal The function behind a callable of this store. */
  instanceOf(callable: object): FunctionInstance | undefined {
    return this.#functions.get(callable);
  }

  /** @internal Whether a function is of a concrete reference type. */
  accepts(func: FunctionInstance, type: ValType): boolean {
    return this.engine.registry.isSubtype(refType(HEAP_CONCRETE + func.typeId, false), type);
  }

  /** @internal Whether a non-null, non-function value is of a reference type: objects of this store's guests, i31. */
  acceptsReference(value: unknown, type: ValType): boolean {
    const { registry } = this.engine;
    const hierarchy = registry.topOf(heapOf(type));
    if (hierarchy === HeapType.Func || hierarchy === HeapType.Exn) return false;
    if (value instanceof HeapObject && value.type.heap !== this.state.heap) return false;
    return isOfType(value, castTarget(type, registry), registry);
  }
}

function resolveLimits(options: Partial<Limits> | undefined): Limits {
  const limits: Record<string, number> = { ...DEFAULT_LIMITS };
  for (const [name, value] of Object.entries(options ?? {})) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new TypeError(
        `no limit ${JSON.stringify(name)}; there are ${Object.keys(DEFAULT_LIMITS).join(", ")}`,
      );
    }
    if (value === undefined) continue;
    if (!(Number.isSafeInteger(value) && value >= 0)) {
      throw new RangeError(`limit ${name}: ${value} is not an integer of at least 0`);
    }
    limits[name] = value;
  }
  return limits as unknown as Limits;
}

function checkBytes(bytes: number): number {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new RangeError(`${bytes} is not a number of bytes`);
}
