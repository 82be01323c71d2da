// Whom a scheduler serves: a share of the thread, a rate of fuel, and what was measured of both.
// Owns the arithmetic of shares, rates and percentiles. Whose turn it is, is the scheduler's affair.

import { amount, FUEL, integer, type OptionTable } from "../checks/options.ts";
import { now } from "./interrupt.ts";

export interface TenantOptions {
  /** Share of the fuel in proportion to other tenants': an integer of at least 1. Default 1. */
  readonly weight?: number | undefined;
  /** Fuel that the tenant may use in a second, on the average. What is above it waits. Default: no bound. */
  readonly fuelPerSecond?: bigint | number | undefined;
  /** Fuel that it may save up while it is idle, and use at once. Default: what it gets in one second. */
  readonly burst?: bigint | number | undefined;
}

export const TENANT_OPTIONS = {
  weight: /* @__PURE__ */ integer(1),
  fuelPerSecond: /* @__PURE__ */ amount(1n),
  burst: FUEL,
} satisfies OptionTable<TenantOptions>;

/** Times in milliseconds, of the last `SAMPLES` that were measured; 0 where none was. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What a tenant has used and waited for. */
export interface TenantMetrics {
  readonly fuelConsumed: bigint;
  /** Executions that have not ended. */
  readonly active: number;
  /** Executions that have ended, by a result or otherwise. */
  readonly finished: number;
  /** Those of them that ended by an error. */
  readonly failed: number;
  /** How often it had to wait for its rate. */
  readonly throttled: number;
  /** From `run` to the first turn. */
  readonly queueMs: Percentiles;
  /** From `run` to the end, waiting for the host included. */
  readonly totalMs: Percentiles;
}

/** Measurements that are kept of each kind: 2 KiB a tenant for each. */
const SAMPLES = 256;

/** The last {@link SAMPLES} of a measurement. */
class Samples {
  readonly #ring = new Float64Array(SAMPLES);
  #count = 0;

  add(value: number): void {
    this.#ring[this.#count++ % SAMPLES] = value;
  }

  percentiles(): Percentiles {
    const sorted = this.#ring.slice(0, Math.min(this.#count, SAMPLES)).sort();
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { p50: at(0.5), p99: at(0.99), max: sorted[sorted.length - 1] ?? 0 };
  }
}

/** Fuel that comes at a steady rate and is saved up to a bound. */
class Bucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAt = now();

  constructor(perSecond: bigint, burst: bigint) {
    this.#perMs = Number(perSecond) / 1000;
    this.#capacity = Number(burst);
    this.#tokens = this.#capacity;
  }

  /** Whole units that are there now; negative where more was used than there was. */
  get tokens(): number {
    const time = now();
    this.#tokens = Math.min(this.#capacity, this.#tokens + (time - this.#filledAt) * this.#perMs);
    this.#filledAt = time;
    return Math.floor(this.#tokens);
  }

  take(fuel: number): void {
    this.#tokens -= fuel;
  }

  /** Milliseconds until there are `wanted` units, or as many as it holds. */
  wait(wanted: number): number {
    return Math.max(0, (Math.min(wanted, this.#capacity) - this.#tokens) / this.#perMs);
  }
}

/** One whom a scheduler serves; `scheduler.tenant(name, options)` makes it. */
export class Tenant {
  readonly name: string;
  readonly weight: number;
  readonly #bucket: Bucket | undefined;
  readonly #queue = new Samples();
  readonly #total = new Samples();
  #fuelConsumed = 0n;
  #active = 0;
  #finished = 0;
  #failed = 0;
  #throttled = 0;

  /** @internal Use `scheduler.tenant`. */
  constructor(name: string, weight: number, fuelPerSecond: bigint | undefined, burst: bigint | undefined) {
    this.name = name;
    this.weight = weight;
    if (fuelPerSecond !== undefined) {
      // With less than one unit nothing would ever run.
      const capacity = burst === undefined || burst < 1n ? fuelPerSecond : burst;
      this.#bucket = new Bucket(fuelPerSecond, capacity);
    }
  }

  /** Fuel that its executions have consumed so far. */
  get fuelConsumed(): bigint {
    return this.#fuelConsumed;
  }

  get metrics(): TenantMetrics {
    return {
      fuelConsumed: this.#fuelConsumed,
      active: this.#active,
      finished: this.#finished,
      failed: this.#failed,
      throttled: this.#throttled,
      queueMs: this.#queue.percentiles(),
      totalMs: this.#total.percentiles(),
    };
  }

  /** @internal Whether it has a rate, so that it may have to wait while others run. */
  get hasRate(): boolean {
    return this.#bucket !== undefined;
  }

  /** @internal Whether it has used all that its rate leaves it now. */
  get isOverdrawn(): boolean {
    return this.#bucket !== undefined && this.#bucket.tokens <= 0;
  }

  /** @internal Milliseconds until it has `fuel` again. */
  waitFor(fuel: bigint): number {
    this.#throttled++;
    return this.#bucket?.wait(Number(fuel)) ?? 0;
  }

  /** @internal */
  joined(): void {
    this.#active++;
  }

  /** @internal */
  began(queueMs: number): void {
    this.#queue.add(queueMs);
  }

  /** @internal */
  used(fuel: bigint): void {
    this.#fuelConsumed += fuel;
    this.#bucket?.take(Number(fuel));
  }

  /** @internal */
  ended(totalMs: number, isFailure: boolean): void {
    this.#active--;
    this.#finished++;
    if (isFailure) this.#failed++;
    this.#total.add(totalMs);
  }
}
