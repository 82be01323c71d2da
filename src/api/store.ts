// The store: one unit of isolation, with its budgets, and the embedder's handles of what is in it.

import {
  FUEL,
  limitTable,
  type OptionTable,
  objectWith,
  optionsOf,
  readOptions,
  type Shape,
  shape,
  wrongArgument,
} from "../checks/options.ts";
import { disposeSymbol, isInstance } from "../host.ts";
import type { Limits } from "../limits.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import type { ValType } from "../module/types.ts";
import { HEAP_CONCRETE, HeapType, heapOf, refType } from "../module/types.ts";
import type { DeniedCount, DeniedGrowth } from "../runtime/denials.ts";
import type { FunctionInstance } from "../runtime/function.ts";
import { castTarget, HeapObject, isOfType } from "../runtime/gc.ts";
import type { StoreParticipant } from "../runtime/participant.ts";
import { type Blocking, StoreState } from "../runtime/store.ts";
import { Engine } from "./engine.ts";
import { makeExceptionBoundary } from "./exception.ts";
import { HostHeapBudget } from "./host-heap-budget.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { type Pack, partsOf } from "./pack.ts";
import { Reservations } from "./reservations.ts";
import { StoreValues } from "./store-values.ts";

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
  /**
   * The WASI of the store's guests, a `WasiPreview1`: for the functions that `WasiPreview1.addTo` defines in a linker once
   * and for all. It is registered as a participant.
   */
  readonly wasi?: StoreParticipant | undefined;
  /**
   * Called whenever a guest was refused growth, see {@link Store.denied}, before it learns of that. It must not call the
   * store's guests. What it throws ends the call.
   */
  readonly onDenied?: ((denied: DeniedGrowth) => void) | undefined;
}

const PARTICIPANT: Shape<StoreParticipant> = /* @__PURE__ */ shape(
  "an object with a name and a version, such as a WasiPreview1",
  (value) =>
    typeof value === "object" &&
    value !== null &&
    typeof (value as StoreParticipant).name === "string" &&
    Number.isSafeInteger((value as StoreParticipant).version),
);

const FUNCTION: Shape<(denied: DeniedGrowth) => void> = /* @__PURE__ */ shape(
  "a function",
  (value) => typeof value === "function",
);

export const STORE_OPTIONS = {
  fuel: FUEL,
  limits: /* @__PURE__ */ optionsOf("an object of limits", /* @__PURE__ */ limitTable(DEFAULT_LIMITS)),
  blocking: /* @__PURE__ */ objectWith<Blocking>("an object with a method sleep(ms)", "sleep"),
  wasi: PARTICIPANT,
  onDenied: FUNCTION,
} satisfies OptionTable<StoreOptions>;

/** Holds instances, their memories, tables and globals, and what bounds them. */
export class Store {
  readonly engine: Engine;
  /** @internal */
  readonly state: StoreState;
  /** @internal */
  readonly values: StoreValues;
  #hostHeap: HostHeapBudget | undefined;
  readonly #reservations: Reservations;
  /** @internal The embedder's objects for instances, memories, tables …, by the runtime's. */
  readonly handles = new WeakMap<object, object>();
  /** The WASI of the store's guests, if the store was made with one. */
  readonly wasi: StoreParticipant | undefined;

  /**
   * @throws TypeError for unknown options and limits, and in `wasmeter/core` for an engine made without the option `packs`;
   * RangeError for fuel or limits that are negative or no integers
   */
  constructor(engine: Engine, options?: StoreOptions) {
    if (!(engine instanceof Engine)) {
      throw wrongArgument("new Store(engine, options)", "engine", "an Engine", engine);
    }
    const { fuel, limits, blocking, wasi, onDenied } = readOptions("new Store", options, STORE_OPTIONS);
    this.engine = engine;
    engine.parts ??= partsOf(engine.packs ?? this.defaultPacks);
    this.state = new StoreState(engine.registry, { ...DEFAULT_LIMITS, ...limits }, fuel, onDenied);
    this.#reservations = new Reservations(this.state, "total", "store");
    this.values = new StoreValues(this);
    this.state.embedder = this.values;
    this.state.blocking = blocking;
    this.state.exceptions = makeExceptionBoundary(this);
    this.wasi = wasi;
    if (wasi !== undefined) this.register(wasi);
  }

  /** @internal What an engine has that was not told. @throws TypeError where it has to be */
  get defaultPacks(): readonly Pack[] {
    throw new TypeError(
      "new Store: wasmeter/core has no packs by itself: new Engine({ packs: [] }) says so, or names those of wasmeter/packs",
    );
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Store", {
      fuelConsumed: this.fuelConsumed,
      fuelRemaining: this.fuelRemaining,
      bytesUsed: this.bytesUsed,
      instances: this.state.instances.length,
    });
  }

  get limits(): Limits {
    return this.state.limits;
  }

  /** What blocks the thread for `memory.atomic.wait`, if granted: {@link StoreOptions.blocking}, or set later. */
  get blocking(): Blocking | undefined {
    return this.state.blocking;
  }

  /** @throws TypeError for what has no method `sleep` */
  set blocking(value: Blocking | undefined) {
    this.state.blocking = readOptions("store.blocking", { blocking: value }, STORE_OPTIONS).blocking;
  }

  /** Fuel used so far: exactly the cost of the instructions executed. */
  get fuelConsumed(): bigint {
    return this.state.fuel.consumed;
  }

  /** Fuel left; `undefined` when unlimited. */
  get fuelRemaining(): bigint | undefined {
    return this.state.fuel.remaining;
  }

  /**
   * Adds to the store's budget.
   * @throws TypeError on a store without a budget, or for what is no amount; RangeError for one that is negative or no safe integer
   */
  addFuel(amount: bigint | number): void {
    const fuel = FUEL.read(amount, "store.addFuel");
    if (this.fuelRemaining === undefined) {
      throw new TypeError(
        "store.addFuel: this store has no budget; give it one with new Store(engine, { fuel })",
      );
    }
    this.state.fuel.add(fuel);
  }

  /** Bytes of memories, tables, the GC heap and what was reserved that count against `totalBytes`. */
  get bytesUsed(): number {
    return this.state.total.used;
  }

  /** The most that {@link bytesUsed} has ever been. */
  get peakBytesUsed(): number {
    return this.state.total.peak;
  }

  /**
   * What guests wanted to grow and could not, by resource and limit, each with how often since the store was made: tells a
   * guest that wants more memory from one that loops for ever. Limits that are met while an instance is made are a `LimitError`
   * and not here.
   */
  get denied(): readonly DeniedCount[] {
    return this.state.denials.counts;
  }

  /**
   * Counts bytes that the host holds for the store's guests against `totalBytes`; false, with nothing changed, if they do not fit.
   * @throws TypeError, RangeError for what is no number of bytes
   */
  tryReserve(bytes: number): boolean {
    return this.#reservations.tryReserve(bytes);
  }

  /** Gives back what {@link tryReserve} has counted. @throws TypeError, RangeError for what is no number of bytes, or more than is reserved */
  release(bytes: number): void {
    this.#reservations.release(bytes);
  }

  /**
   * The same for what the host holds on the heap of the JavaScript engine: a budget that counts against `hostHeapBytes`. WASI charges
   * descriptors, directory listings and the like to it.
   */
  get hostHeap(): HostHeapBudget {
    this.#hostHeap ??= new HostHeapBudget(this.state);
    return this.#hostHeap;
  }

  /**
   * Registers state that belongs to the store's guests and is not the engine's, so that whoever keeps or copies the store
   * finds all of it. Does nothing if this very participant is registered. @throws TypeError for a name that is taken
   */
  register(participant: StoreParticipant): void {
    PARTICIPANT.read(participant, "store.register(participant)");
    const { participants } = this.state;
    const known = participants.get(participant.name);
    if (known !== undefined && known !== participant) {
      throw new TypeError(`a participant ${JSON.stringify(participant.name)} is registered already`);
    }
    participants.set(participant.name, participant);
  }

  /** What was registered, in that order. */
  get participants(): readonly StoreParticipant[] {
    return [...this.state.participants.values()];
  }

  [disposeSymbol](): void {
    // Nothing outlives the store: dropping the last reference frees everything.
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
    if (isInstance(value, HeapObject) && value.type.heap !== this.state.heap) return false;
    return isOfType(value, castTarget(type, registry), registry);
  }
}
