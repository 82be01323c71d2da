// What a call gives. Owns the shape.

import type { CallCost, LogEntry } from "./errors.ts";
import { textOfBytes } from "./logs.ts";

/** The result of a call, and what it has cost. */
export class PluginResult implements CallCost {
  readonly output: Uint8Array;
  readonly fuelConsumed: bigint;
  readonly memoryBytes: number;
  readonly durationMs: number;
  readonly queuedMs: number;
  /** What the plugin logged. */
  readonly logs: readonly LogEntry[];

  /** @internal */
  constructor(output: Uint8Array, cost: CallCost, logs: readonly LogEntry[]) {
    this.output = output;
    this.fuelConsumed = cost.fuelConsumed;
    this.memoryBytes = cost.memoryBytes;
    this.durationMs = cost.durationMs;
    this.queuedMs = cost.queuedMs;
    this.logs = logs;
  }

  /** The output as text: UTF-8, or else each byte as a character. */
  get text(): string {
    return textOfBytes(this.output);
  }
}
