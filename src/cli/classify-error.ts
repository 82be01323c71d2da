// What a failure is called and with which status the command ends (docs/cli.md), and the failure as data for --json.
// Owns reasons and statuses; the words for people are in report-error.ts.

import { WasmException } from "../api/index.ts";
import {
  type BacktraceFrame,
  CompileError,
  ExitError,
  InterruptedError,
  LimitError,
  LinkError,
  OutOfFuelError,
  RuntimeError,
  Trap,
  ValidationError,
  WouldBlockError,
} from "../errors.ts";
import { ClosedOutputError, InputError, UsageError } from "./usage-error.ts";

/** Exit statuses of the command itself; any other is the guest's. */
export const STATUS = {
  ok: 0,
  /** Bad module, link error, missing file. */
  badInput: 1,
  usage: 2,
  internal: 70,
  timeout: 124,
  /** Interrupted by SIGINT. */
  interrupted: 130,
  /** Trap or uncaught exception: as a program ended by SIGABRT. */
  trap: 134,
  /** Out of fuel or another limit: as one ended by SIGKILL. */
  limit: 137,
  /** Standard output was closed: as one ended by SIGPIPE. */
  closedOutput: 141,
} as const;

/** Why the command ends as it does. */
export type Reason =
  | "exit"
  | "usage"
  | "input"
  | "malformed"
  | "invalid"
  | "link"
  | "trap"
  | "exception"
  | "would-block"
  | "out-of-fuel"
  | "limit"
  | "out-of-memory"
  | "timeout"
  | "interrupted"
  | "closed-output"
  | "internal";

interface Outcome {
  readonly reason: Reason;
  readonly status: number;
}

/** Reason and exit status of what a command threw. */
export function classify(error: unknown): Outcome {
  if (error instanceof ExitError) return { reason: "exit", status: error.exitCode & 0xff };
  if (error instanceof ClosedOutputError) return { reason: "closed-output", status: STATUS.closedOutput };
  if (error instanceof UsageError) return { reason: "usage", status: STATUS.usage };
  if (error instanceof InputError) return { reason: "input", status: STATUS.badInput };
  if (error instanceof ValidationError) return { reason: "invalid", status: STATUS.badInput };
  if (error instanceof CompileError) return { reason: "malformed", status: STATUS.badInput };
  if (error instanceof LinkError) return { reason: "link", status: STATUS.badInput };
  if (error instanceof OutOfFuelError) return { reason: "out-of-fuel", status: STATUS.limit };
  if (error instanceof LimitError) return { reason: "limit", status: STATUS.limit };
  if (error instanceof InterruptedError) {
    return error.reason === "timeout"
      ? { reason: "timeout", status: STATUS.timeout }
      : { reason: "interrupted", status: STATUS.interrupted };
  }
  if (error instanceof WasmException) return { reason: "exception", status: STATUS.trap };
  if (error instanceof Trap) return { reason: "trap", status: STATUS.trap };
  // The base class itself is the host's: it had no memory left.
  if (error instanceof RuntimeError) return { reason: "out-of-memory", status: STATUS.limit };
  if (error instanceof WouldBlockError) return { reason: "would-block", status: STATUS.trap };
  return { reason: "internal", status: STATUS.internal };
}

interface DescribedFrame {
  readonly module?: string;
  readonly function?: string;
  readonly index: number;
  /** Byte offset in the module; absent for host functions. */
  readonly offset?: number;
}

/** A failure as `--json` tells it; names are whole. */
interface DescribedError {
  readonly reason: Reason;
  readonly message: string;
  readonly [field: string]: unknown;
}

function describeFrame({ moduleName, functionName, funcIdx, offset }: BacktraceFrame): DescribedFrame {
  return {
    ...(moduleName !== undefined && { module: moduleName }),
    ...(functionName !== undefined && { function: functionName }),
    index: funcIdx,
    ...(offset !== undefined && { offset }),
  };
}

/** What the error carries besides its message. */
function detailsOf(error: Error): object {
  if (error instanceof CompileError) {
    const { funcIdx, functionName } = error instanceof ValidationError ? error : {};
    return { offset: error.offset, functionIndex: funcIdx, function: functionName };
  }
  if (error instanceof LinkError) return { problems: error.problems };
  if (!(error instanceof RuntimeError)) return {};
  const backtrace = error.backtrace.map(describeFrame);
  if (error instanceof Trap) return { code: error.code, backtrace };
  if (error instanceof LimitError) {
    const { limit, requested, allowed } = error;
    return { limit, requested, allowed, backtrace };
  }
  return { backtrace };
}

/** The failure as data. */
export function describeError(error: unknown): DescribedError {
  const { reason } = classify(error);
  if (!(error instanceof Error)) return { reason, message: String(error) };
  return { reason, message: error.message, ...detailsOf(error) };
}
