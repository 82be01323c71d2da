// What one request may use, and how many may run: names, units, defaults.

/** Limits of a component. */
export interface GuestLimits {
  /** Fuel of one request. Default: none; `timeoutMs` bounds it. */
  readonly fuel?: bigint | number | undefined;
  /** Milliseconds from a request's arrival to its guest's end, waiting in the queue included. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Bytes of memories and tables of one request together. Default 128 MiB. */
  readonly maxMemory?: number | undefined;
  /** Requests of the component that run at the same time in a process. Default: as many as the server runs. */
  readonly maxConcurrency?: number | undefined;
  /** What instructions cost. Default `"instructions"`: 1 each. */
  readonly costModel?: "instructions" | "bounded" | undefined;
  /** The same clock and random numbers for every request. Default: the system's. */
  readonly deterministic?: { readonly seed: bigint } | undefined;
}

export const DEFAULT_TIMEOUT_MS = 30_000;
export const DEFAULT_MAX_MEMORY = 128 * 2 ** 20;
