// The drivers of this process: each serves one loop or function.
// Owns which are free. A driver that has seen two trees is of no use any more, so none is handed out twice.

import {
  FUNCTION_DRIVERS,
  type FunctionDriver,
  LOOP_DRIVERS,
  type LoopDriver,
  PART_DRIVERS,
} from "./drivers.ts";

class Drivers<Driver> {
  readonly #groups: readonly (() => readonly Driver[])[];
  #group = 0;
  #free: Driver[] = [];

  constructor(groups: readonly (() => readonly Driver[])[]) {
    this.#groups = groups;
  }

  take(sharesDrivers: boolean): Driver | undefined {
    if (sharesDrivers) return this.#groups[0]?.()[0];
    if (this.#free.length === 0) this.#free = [...(this.#groups[this.#group++]?.() ?? [])];
    return this.#free.pop();
  }
}

export class DriverPool {
  /** For tests that need many trees, however slow. */
  sharesDrivers = false;
  readonly #loops = new Drivers<LoopDriver>(LOOP_DRIVERS);
  readonly #functions = new Drivers<FunctionDriver>(FUNCTION_DRIVERS);
  readonly #parts = new Drivers<LoopDriver>(PART_DRIVERS);

  takeLoop(): LoopDriver | undefined {
    return this.#loops.take(this.sharesDrivers);
  }

  takeFunction(): FunctionDriver | undefined {
    return this.#functions.take(this.sharesDrivers);
  }

  /** For a part of a tree. */
  takePart(): LoopDriver | undefined {
    return this.#parts.take(this.sharesDrivers);
  }
}
