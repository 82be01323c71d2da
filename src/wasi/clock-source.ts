// Where time comes from: the system, the embedder, or a virtual clock driven by fuel.
// Knows no guest memory.

/** Clocks for a guest. All values are nanoseconds. */
export interface ClockSource {
  /** Since 1970-01-01 00:00 UTC. */
  realtime(): bigint;
  /** Since any fixed point; never goes back. */
  monotonic(): bigint;
  /** CPU time of the process; without it, the monotonic clock. */
  cpuTime?(): bigint;
  /** The smallest step of all clocks. At least 1. */
  readonly resolution: bigint;
}

interface PerformanceLike {
  now(): number;
}

/** The system's clocks as JavaScript shows them: milliseconds of `Date`, microseconds of `performance` if it exists. */
export function systemClock(): ClockSource {
  const performance = (globalThis as { performance?: PerformanceLike }).performance;
  let latest = 0n;
  const now =
    typeof performance?.now === "function"
      ? () => BigInt(Math.floor(performance.now() * 1000)) * 1000n
      : () => BigInt(Date.now()) * 1_000_000n;
  return {
    resolution: typeof performance?.now === "function" ? 1_000n : 1_000_000n,
    realtime: () => BigInt(Date.now()) * 1_000_000n,
    monotonic() {
      const time = now();
      // Date.now() can be set back.
      if (time > latest) latest = time;
      return latest;
    },
  };
}

/** 2020-01-01 00:00 UTC. */
const VIRTUAL_START = 1_577_836_800_000_000_000n;

/** A clock that depends on nothing but what the guest has executed: 1 ns per unit of fuel, and sleeping jumps. */
export class VirtualClock implements ClockSource {
  readonly resolution = 1n;
  readonly #start: bigint;
  #fuel = 0n;
  #slept = 0n;

  /** @param start what the store's fuel consumption is when the clock begins */
  constructor(start = 0n) {
    this.#start = start;
  }

  /** Tells the store's fuel consumption, at the start of each WASI call. */
  update(fuelConsumed: bigint): void {
    this.#fuel = fuelConsumed - this.#start;
  }

  /** Lets `nanoseconds` pass. */
  advance(nanoseconds: bigint): void {
    this.#slept += nanoseconds;
  }

  realtime(): bigint {
    return VIRTUAL_START + this.monotonic();
  }

  monotonic(): bigint {
    return this.#fuel + this.#slept;
  }

  cpuTime(): bigint {
    return this.#fuel;
  }
}
