// A store (spec 4.2.3): what instances share: limits, budgets, fuel.
// Owns the accounting. Does not know who executes.

import { LimitError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { TypeRegistry } from "../module/type-registry.ts";
import { Denials, type DeniedGrowth } from "./denials.ts";
import type { EmbedderValues } from "./embedder.ts";
import { FuelMeter } from "./fuel.ts";
import { GcHeap } from "./gc.ts";
import type { HostGate } from "./host-gate.ts";
import type { ModuleInstance } from "./instance.ts";
import type { MemoryBudget } from "./memory.ts";
import type { StoreParticipant } from "./participant.ts";
import { ResourceMeter } from "./resource-meter.ts";
import type { TableBudget } from "./table.ts";
import type { ExceptionBoundary } from "./tag.ts";

/** Blocks the thread; only an embedder that has granted it supplies one. */
export interface Blocking {
  /** Blocks for `ms` milliseconds (finite, at least 0), or a little less. */
  sleep(ms: number): void;
}

/** Things of which a store may hold only so many. */
type Counted = "instances" | "memories" | "tables" | "globals" | "componentInstances";

export class StoreState {
  readonly limits: Limits;
  readonly registry: TypeRegistry;
  readonly fuel: FuelMeter;
  /** Budget of memories, tables and the GC heap together. */
  readonly total: ResourceMeter;
  /** Budget of everything on the heap of the JavaScript engine, which ends the process when it is full. */
  readonly hostHeap: ResourceMeter;
  readonly heap: GcHeap;
  /** What guests wanted and did not get. */
  readonly denials: Denials;
  readonly memoryBudget: MemoryBudget;
  readonly tableBudget: TableBudget;
  /** Whether and how a wait in a synchronous call may block the thread. */
  blocking: Blocking | undefined;
  /** Set by the embedder's layer before anything runs. */
  embedder!: EmbedderValues;
  /** What all that guests get from the host passes; only where somebody observes it. */
  gate: HostGate | undefined;
  /** Set by the embedder's layer before anything runs. */
  exceptions!: ExceptionBoundary;
  /** In the order in which they were made; those too whose segments or start function trapped. */
  readonly instances: ModuleInstance[] = [];
  /** By name: what takes part in the store beside the engine. */
  readonly participants = new Map<string, StoreParticipant>();
  readonly #counts: Record<Counted, number> = {
    instances: 0,
    memories: 0,
    tables: 0,
    globals: 0,
    componentInstances: 0,
  };

  constructor(
    registry: TypeRegistry,
    limits: Limits,
    fuel: bigint | undefined,
    onDenied?: (denied: DeniedGrowth) => void,
  ) {
    this.registry = registry;
    this.limits = limits;
    this.fuel = new FuelMeter(fuel);
    this.total = new ResourceMeter(limits.totalBytes);
    this.hostHeap = new ResourceMeter(limits.hostHeapBytes);
    this.denials = new Denials(onDenied);
    this.heap = new GcHeap(registry, limits.gcHeapBytes, this.total, this.hostHeap, this.denials);
    this.memoryBudget = { memoryBytes: limits.memoryBytes, total: this.total, denials: this.denials };
    this.tableBudget = {
      tableElements: limits.tableElements,
      total: this.total,
      hostHeap: this.hostHeap,
      denials: this.denials,
    };
  }

  /** Counts bytes on the host's heap. @throws LimitError when they do not fit */
  reserveHostHeap(bytes: number, what: string): void {
    const { hostHeap } = this;
    if (hostHeap.tryReserve(bytes)) return;
    throw new LimitError("hostHeapBytes", hostHeap.used + bytes, hostHeap.limit, what);
  }

  /** Counts all of `amounts` or nothing. @throws LimitError when the store may not hold as many more */
  count(amounts: Partial<Record<Counted, number>>): void {
    const more = Object.entries(amounts) as [Counted, number][];
    for (const [what, amount] of more) {
      const requested = this.#counts[what] + amount;
      if (requested > this.limits[what]) {
        throw new LimitError(
          what,
          requested,
          this.limits[what],
          `${what === "componentInstances" ? "component instances" : what} in the store`,
        );
      }
    }
    for (const [what, amount] of more) this.#counts[what] += amount;
  }

  /** Takes back what {@link count} has counted. */
  uncount(amounts: Partial<Record<Counted, number>>): void {
    for (const [what, amount] of Object.entries(amounts) as [Counted, number][]) this.#counts[what] -= amount;
  }
}
