// What the host's work costs a guest: charged by the prices of the engine's cost model, before the work is done.
// Knows the units, not what any function does.

/** Prices of the host's work: fields of the engine's `CostModel` of the same names. What is left out costs nothing. */
export interface HostPrices {
  readonly wasiCall?: number;
  readonly perHostByte?: number;
  readonly perHostBuffer?: number;
  readonly perDirectoryEntry?: number;
  readonly perPathComponent?: number;
  readonly perSubscription?: number;
  readonly perElement?: number;
}

export type WorkUnit = keyof HostPrices;

/** Who pays for what a file system does for a guest. */
export interface WorkMeter {
  /**
   * Charges for `count` units of work, which must not have had any effect yet that the guest could see: what this throws
   * ends or repeats the guest's call, and must not be caught.
   */
  charge(unit: WorkUnit, count: number): void;
}

/** What storing a file costs, in calls: a disk takes milliseconds. The call itself is among them. */
const SYNC_CALLS = 100;

/** Charges for storing a file, beside the call. */
export function chargeSync(meter: WorkMeter): void {
  meter.charge("wasiCall", SYNC_CALLS - 1);
}

/** The guest that pays, during its calls; outside of them nobody does. */
export class GuestMeter implements WorkMeter {
  /** Directory entries that were charged so far. */
  entries = 0;
  #payer: WorkMeter | undefined;

  charge(unit: WorkUnit, count: number): void {
    if (unit === "perDirectoryEntry") this.entries += count;
    this.#payer?.charge(unit, count);
  }

  /** From now on `payer` pays; gives who did before. Calls nest where the embedder's streams call a guest. */
  enter(payer: WorkMeter | undefined): WorkMeter | undefined {
    const before = this.#payer;
    this.#payer = payer;
    return before;
  }
}
