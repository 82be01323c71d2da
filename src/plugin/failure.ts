// Which kind of PluginError a failure is.
// Owns the mapping. What is thrown comes from the engine, from WASI, from the ABIs, or from the embedder's functions.

import {
  type BacktraceFrame,
  CompileError,
  ExitError,
  errorKind,
  LinkError,
  RuntimeError,
  Trap,
} from "../api/index.ts";
import { PluginError, type PluginErrorKind } from "./errors.ts";

/** What an ABI says of a call: it becomes a PluginError when the call's costs and logs are known. */
export class CallFailure extends Error {
  readonly kind: PluginErrorKind;
  readonly backtrace: readonly BacktraceFrame[];

  constructor(
    kind: PluginErrorKind,
    message: string,
    backtrace: readonly BacktraceFrame[] = [],
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.backtrace = backtrace;
  }
}

export interface Failure {
  readonly kind: PluginErrorKind;
  readonly message: string;
  readonly backtrace: readonly BacktraceFrame[];
  readonly cause: unknown;
  readonly exitCode: number | undefined;
}

/**
 * Names what was thrown. `wasDenied`: the guest was refused memory during the call, so that giving up by `unreachable` or an
 * exit status is a consequence.
 */
export function failureOf(thrown: unknown, wasDenied: boolean): Failure {
  try {
    return named(thrown, wasDenied);
  } catch {
    // Somebody else's object, whose getters or prototype throw when they are asked.
    const message = "something that cannot be shown was thrown";
    return { kind: "host-error", message, backtrace: [], cause: undefined, exitCode: undefined };
  }
}

function named(thrown: unknown, wasDenied: boolean): Failure {
  if (thrown instanceof CallFailure) {
    const { kind, message, backtrace, cause } = thrown;
    const isMemory = wasDenied && kind === "guest-error";
    return { kind: isMemory ? "memory" : kind, message, backtrace, cause, exitCode: undefined };
  }
  if (thrown instanceof PluginError) {
    const { kind, backtrace, cause, exitCode } = thrown;
    return { kind, message: textOf(thrown), backtrace, cause, exitCode };
  }
  if (thrown instanceof ExitError) {
    const { exitCode } = thrown;
    const kind = wasDenied ? "memory" : "guest-error";
    return {
      kind,
      message: `the plugin exited with status ${exitCode}`,
      backtrace: [],
      cause: thrown,
      exitCode,
    };
  }
  const message = textOf(thrown);
  const backtrace = thrown instanceof RuntimeError ? thrown.backtrace : [];
  return { kind: kindOf(thrown, wasDenied), message, backtrace, cause: thrown, exitCode: undefined };
}

function kindOf(thrown: unknown, wasDenied: boolean): PluginErrorKind {
  if (thrown instanceof CompileError) return "bad-module";
  if (thrown instanceof LinkError) return "link";
  if (thrown instanceof Trap) {
    if (thrown.code === "gc-heap-exhausted") return "memory";
    return wasDenied && thrown.code === "unreachable" ? "memory" : "trap";
  }
  switch (errorKind(thrown)) {
    case "out-of-fuel":
      return "out-of-fuel";
    case "limit":
      return "memory";
    case "interrupted":
      return (thrown as { readonly reason?: unknown }).reason === "timeout" ? "timeout" : "cancelled";
    case "exception":
      return "guest-error";
    default:
      return "host-error";
  }
}

/** What was thrown, as text; whatever it is. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return "something that cannot be shown was thrown";
  }
}

/** The error for what failed before there was a call. */
export function setupError(thrown: unknown): PluginError {
  if (thrown instanceof PluginError) return thrown;
  const { kind, message, backtrace, cause, exitCode } = failureOf(thrown, false);
  return new PluginError(kind, message, { backtrace, cause, exitCode });
}
