// What guests of a store wanted and did not get, because a limit was in the way.
// Owns the counts. Who is refused asks nothing here: it reports, and goes on as the specification says.

import type { Limits } from "../limits.ts";

/** What was to grow. */
export type GrowingResource = "memory" | "table" | "gc-heap" | "call-stack" | "reservation";

/** What was in the way: a limit of the store, or the maximum that a memory or table was declared with. */
export type GrowthLimit = keyof Limits | "maximum";

/** One growth that was refused. */
export interface DeniedGrowth {
  readonly resource: GrowingResource;
  readonly limit: GrowthLimit;
  /** What it would have come to, in the limit's unit; for `maximum` in pages or elements. */
  readonly requested: number;
  /** The limit's value. */
  readonly allowed: number;
}

/** How often growth of a resource was refused by the same limit. */
export interface DeniedCount {
  readonly resource: GrowingResource;
  readonly limit: GrowthLimit;
  readonly count: number;
}

export class Denials {
  readonly #counts = new Map<string, DeniedCount>();
  readonly #report: ((denied: DeniedGrowth) => void) | undefined;

  /** `report` is called for each; what it throws ends whatever was refused. */
  constructor(report?: (denied: DeniedGrowth) => void) {
    this.#report = report;
  }

  /** In the order in which they first occurred. */
  get counts(): readonly DeniedCount[] {
    return [...this.#counts.values()];
  }

  add(resource: GrowingResource, limit: GrowthLimit, requested: number, allowed: number): void {
    const key = `${resource} ${limit}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { resource, limit, count });
    this.#report?.({ resource, limit, requested, allowed });
  }
}
