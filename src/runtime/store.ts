// A store (spec 4.2.3): what instances share — limits, budgets, fuel — and who executes their code.
// Owns the accounting. Knows the interpreter only through the Executor interface.

import { LimitError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { TypeRegistry } from "../module/type-registry.ts";
import { FuelMeter } from "./fuel.ts";
import type { FunctionInstance } from "./function.ts";
import { ResourceMeter } from "./resource-meter.ts";
import type { ExceptionBoundary } from "./tag.ts";

/** Runs functions to their end; implemented by the interpreter. */
export interface Executor {
  /** Calls a function that takes and returns nothing (a module's start function). */
  runStart(store: StoreState, func: FunctionInstance): void;
}

/** Things of which a store may hold only so many. */
type Counted = "instances" | "memories" | "tables" | "globals";

export class StoreState {
  readonly limits: Limits;
  readonly registry: TypeRegistry;
  readonly executor: Executor;
  readonly fuel: FuelMeter;
  /** Budget of memories, tables and the GC heap together. */
  readonly total: ResourceMeter;
  readonly memoryBudget: { readonly memoryBytes: number; readonly total: ResourceMeter };
  readonly tableBudget: { readonly tableElements: number; readonly total: ResourceMeter };
  /** The embedder's own object for this store. */
  embedder: unknown;
  /** Set by the embedder's layer before anything runs. */
  exceptions!: ExceptionBoundary;
  readonly #counts: Record<Counted, number> = { instances: 0, memories: 0, tables: 0, globals: 0 };

  constructor(registry: TypeRegistry, executor: Executor, limits: Limits, fuel: bigint | undefined) {
    this.registry = registry;
    this.executor = executor;
    this.limits = limits;
    this.fuel = new FuelMeter(fuel);
    this.total = new ResourceMeter(limits.totalBytes);
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
