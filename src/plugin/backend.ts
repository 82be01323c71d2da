// Where calls run: the interface between those who accept them and those who carry them out.
// Owns the shapes alone.

import type { Tenant } from "../api/index.ts";
import type { LogEntry } from "./errors.ts";
import type { Failure } from "./failure.ts";

/** A call that has come to its turn. */
export interface Job {
  readonly name: string;
  readonly input: Uint8Array;
  readonly fuel: bigint | undefined;
  /** When its time is over, on the clock of this thread; may be infinite. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  readonly context: unknown;
  readonly tenant: Tenant | undefined;
  readonly onLog: (entry: LogEntry) => void;
}

export interface Outcome {
  readonly output: Uint8Array | undefined;
  readonly failure: Failure | undefined;
  readonly fuelConsumed: bigint;
  readonly memoryBytes: number;
  readonly logs: readonly LogEntry[];
}

export interface Backend {
  /** Calls that it carries out at the same time. */
  readonly capacity: number;
  /** Carries out a call. Never rejects. */
  run(job: Job): Promise<Outcome>;
  /** Lets go of everything. Calls that are under way are ended. */
  close(): Promise<void>;
}
