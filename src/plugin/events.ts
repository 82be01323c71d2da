// What a plugin or pool tells an observer. Owns the shapes; tells nobody itself.

import type { LogEntry, PluginErrorKind } from "./errors.ts";

/** Something has happened. `call` numbers the calls of one plugin or pool. */
export type PluginEvent =
  | {
      readonly type: "call-start";
      readonly call: number;
      readonly name: string;
      readonly tenant: string | undefined;
      readonly queuedMs: number;
    }
  | {
      readonly type: "call-end";
      readonly call: number;
      readonly name: string;
      readonly tenant: string | undefined;
      /** `undefined` for a call that gave a result. */
      readonly error: PluginErrorKind | undefined;
      readonly outputBytes: number;
      readonly fuelConsumed: bigint;
      readonly memoryBytes: number;
      readonly durationMs: number;
      readonly queuedMs: number;
    }
  | { readonly type: "log"; readonly call: number; readonly entry: LogEntry }
  /** An instance was made, or given up. */
  | { readonly type: "instance"; readonly change: "made" | "discarded"; readonly instances: number }
  /** A worker thread was started, or has ended; `reason` says why, if it was not told to. */
  | {
      readonly type: "worker";
      readonly change: "started" | "ended";
      readonly worker: number;
      readonly reason?: string | undefined;
    };

export type PluginObserver = (event: PluginEvent) => void;

/** Tells an observer, if there is one. What it throws is its own affair: no call may be lost by it. */
export function tell(observer: PluginObserver | undefined, event: PluginEvent): void {
  if (observer === undefined) return;
  try {
    observer(event);
  } catch {
    // See above.
  }
}
