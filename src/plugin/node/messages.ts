// What a pool and its worker threads say to each other. Owns the shapes: all of it can be cloned structurally.

import type { BacktraceFrame } from "../../api/index.ts";
import type { Outcome } from "../backend.ts";
import type { LogEntry, PluginErrorKind } from "../errors.ts";
import { type Failure, textOf } from "../failure.ts";
import type { PoolSettings } from "../options.ts";

/** Options that mean the same in another thread. */
export const SENT_OPTIONS = [
  "abi",
  "memoryBytes",
  "outputBytes",
  "limits",
  "state",
  "config",
  "allowedHosts",
  "httpResponseBytes",
  "httpRequests",
  "variableBytes",
  "logLevel",
  "logBytes",
] as const satisfies readonly (keyof PoolSettings)[];

/** What a worker begins with. The bytes are in memory that all of them share. */
export interface WorkerStart {
  readonly main: Uint8Array;
  readonly libraries: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly size: number;
  readonly options: Pick<PoolSettings, (typeof SENT_OPTIONS)[number]>;
  /** Host paths by guest path. */
  readonly paths: Readonly<Record<string, string>> | undefined;
  readonly workerModule: string | undefined;
}

export type ToWorker =
  | {
      readonly type: "call";
      readonly id: number;
      readonly name: string;
      readonly input: Uint8Array;
      readonly fuel: bigint | undefined;
      readonly timeoutMs: number;
      readonly context: unknown;
    }
  | { readonly type: "cancel"; readonly id: number };

export interface SentFailure {
  readonly kind: PluginErrorKind;
  readonly message: string;
  readonly backtrace: readonly BacktraceFrame[];
  readonly exitCode: number | undefined;
  /** The cause by its name and message: its class stays in its thread. */
  readonly cause: { readonly name: string; readonly message: string } | undefined;
}

export type SentOutcome = Omit<Outcome, "failure"> & { readonly failure: SentFailure | undefined };

export type FromWorker =
  | { readonly type: "outcome"; readonly id: number; readonly outcome: SentOutcome }
  | { readonly type: "log"; readonly id: number; readonly entry: LogEntry };

export function sent(failure: Failure): SentFailure {
  const { kind, message, backtrace, exitCode, cause } = failure;
  return {
    ...{ kind, message, exitCode, backtrace: backtrace.map((frame) => ({ ...frame })) },
    cause: cause instanceof Error ? { name: nameOf(cause), message: textOf(cause) } : undefined,
  };
}

function nameOf(error: Error): string {
  try {
    return String(error.name);
  } catch {
    return "Error";
  }
}

export function received({ cause, ...failure }: SentFailure): Failure {
  if (cause === undefined) return { ...failure, cause: undefined };
  const error = new Error(cause.message);
  error.name = cause.name;
  return { ...failure, cause: error };
}
