// A store (spec 4.2.3): what instances share: limits, budgets, fuel.
// Owns the accounting. Does not know who executes.

import { LimitError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { TypeRegistry } from "../module/type-registry.ts";
import { FuelMeter } from "./fuel.ts";
import { GcHeap } from "./gc.ts";
import { ResourceMeter } from "./resource-meter.ts";
import type { ExceptionBoundary } from "./tag.ts";

/** Blocks the thread; only an embedder that has granted it supplies one. */
export interface Blocking {
  /** Blocks for `ms` milliseconds (finite, at least 0), or a little less. */
  sleep(ms: number): void;
}

/** Things of which a store may hold only so many. */
type Counted = "instances" | "memories" | "tables" | "globals";

export class StoreState {
  readonly limits: Limits;
  readonly registry: TypeRegistry;
  readonly fuel: FuelMeter;
  /** Budget of memories, tables and the GC heap together. */
  readonly total: ResourceMeter;
  readonly heap: GcHeap;
  readonly memoryBudget: { readonly memoryBytes: number; readonly total: ResourceMeter };
  readonly tableBudget: { readonly tableElements: number; readonly total: ResourceMeter };
  /** Whether and how a wait in a synchronous call may block the thread. */
  blocking: Blocking | undefined;
  /** The embedder's own object for this store. */
  embedder: unknown;
  /** Set by the embedder's layer before anything runs. */
  exceptions!: ExceptionBoundary;
  readonly #counts: Record<Counted, number> = { instances: 0, memories: 0, tables: 0, globals: 0 };

  constructor(registry: TypeRegistry, limits: Limits, fuel: bigint | undefined) {
    this.registry = registry;
    this.limits = limits;
    this.fuel = new FuelMeter(fuel);
    this.total = new ResourceMeter(limits.totalBytes);
    this.heap = new GcHeap(registry, limits.gcHeapBytes, this.total);
    this.memoryBudget = { memoryBytes: limits.memoryBytes, total: this.total };
    this.tableBudget = { tableElements: limits.tableElements, total: this.total };
  }

  /** @throws LimitError when the store may not hold `amount` more. */
  count(what: Counted, amount: number): void {
    const requested = this.#counts[what] + amount;
    if (requested > this.limits[what]) {
      throw new LimitError(what, requested, this.limits[what], `${what} in the store`);
    }
    this.#counts[what] = requested;
  }
}
