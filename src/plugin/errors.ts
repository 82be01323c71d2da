// PluginError: the one class for every way in which a plugin can go wrong.
// Owns the kinds and what is told about each. Which failure is of which kind is failure.ts's affair.

import type { BacktraceFrame } from "../api/index.ts";

/** What went wrong. */
export const PLUGIN_ERROR_KINDS = [
  /** The plugin has no function of that name, or one of another type than its ABI asks for. */
  "missing-export",
  /** The bytes are not a valid module. */
  "bad-module",
  /** It imports what it is not given. */
  "link",
  /** It trapped. */
  "trap",
  /** The call's fuel is used up. */
  "out-of-fuel",
  /** The call's time is over, waiting in the queue included. */
  "timeout",
  /** It needs more memory than it may have. */
  "memory",
  /** Its output is longer than it may be. */
  "output-too-large",
  /** A function of the host threw, or a worker thread died. */
  "host-error",
  /** The call's signal was aborted, or the plugin or pool closed. */
  "cancelled",
  /** The plugin says so itself: an exit status, an error by its ABI, a result that makes no sense. */
  "guest-error",
  /** The pool's queue is full: nothing has run. */
  "queue-full",
] as const;

export type PluginErrorKind = (typeof PLUGIN_ERROR_KINDS)[number];

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** A line of a plugin's log; what it writes to its standard streams is one too, unless that is its output. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly source: "log" | "stdout" | "stderr";
  readonly message: string;
}

/** What a call took, whether it came to its end or not. */
export interface CallCost {
  /** Fuel that the call consumed; what initialising an instance takes is not counted. */
  readonly fuelConsumed: bigint;
  /** Bytes of memory, tables and blocks that the instance held when the call ended. */
  readonly memoryBytes: number;
  /** From the call to its end. */
  readonly durationMs: number;
  /** The part of it that the call waited for an instance. */
  readonly queuedMs: number;
}

export interface PluginErrorDetails extends Partial<CallCost> {
  readonly cause?: unknown;
  readonly backtrace?: readonly BacktraceFrame[];
  readonly logs?: readonly LogEntry[];
  readonly exitCode?: number | undefined;
}

/** A plugin's call, or the making of a plugin, has failed. Plugin, pool and host stay usable. */
export class PluginError extends Error {
  override name = "PluginError";
  readonly kind: PluginErrorKind;
  /** Wasm frames, innermost first. */
  readonly backtrace: readonly BacktraceFrame[];
  /** What the plugin logged in this call. */
  readonly logs: readonly LogEntry[];
  /** What the guest gave to `proc_exit`, if that ended it. */
  readonly exitCode: number | undefined;
  readonly fuelConsumed: bigint;
  readonly memoryBytes: number;
  readonly durationMs: number;
  readonly queuedMs: number;

  constructor(kind: PluginErrorKind, message: string, details: PluginErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.backtrace = details.backtrace ?? [];
    this.logs = details.logs ?? [];
    this.exitCode = details.exitCode;
    this.fuelConsumed = details.fuelConsumed ?? 0n;
    this.memoryBytes = details.memoryBytes ?? 0;
    this.durationMs = details.durationMs ?? 0;
    this.queuedMs = details.queuedMs ?? 0;
  }
}
