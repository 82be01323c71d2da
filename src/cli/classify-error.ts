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
  type LinkProblem,
  OutOfFuelError,
  RuntimeError,
  Trap,
  ValidationError,
  WouldBlockError,
} from "../errors.ts";
import { LONGEST_NAME, shortened } from "../printable.ts";
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

/** Imports that do not fit and are listed; a module may have a million. */
export const MOST_PROBLEMS = 100;

/** Messages may hold what a guest or another program wrote. */
export const LONGEST_MESSAGE = 4_000;

/** A failure as `--json` tells it. A hundred frames may have a name of megabytes each: names are cut here, too. */
interface DescribedError {
  readonly reason: Reason;
  readonly message: string;
  readonly [field: string]: unknown;
}

function describeFrame({ moduleName, functionName, funcIdx, offset }: BacktraceFrame): DescribedFrame {
  return {
    ...(moduleName !== undefined && { module: shortened(moduleName, LONGEST_NAME) }),
    ...(functionName !== undefined && { function: shortened(functionName, LONGEST_NAME) }),
    index: funcIdx,
    ...(offset !== undefined && { offset }),
  };
}

function describeProblem({ module, name, expected, found }: LinkProblem): object {
  return {
    module: shortened(module, LONGEST_NAME),
    name: shortened(name, LONGEST_NAME),
    expected,
    ...(found !== undefined && { found }),
  };
}

/** What the error carries besides its message. */
function detailsOf(error: Error): object {
  if (error instanceof CompileError) {
    const { funcIdx, functionName } = error instanceof ValidationError ? error : {};
    const name = functionName === undefined ? {} : { function: shortened(functionName, LONGEST_NAME) };
    return { offset: error.offset, functionIndex: funcIdx, ...name };
  }
  if (error instanceof LinkError)
    return { problems: error.problems.slice(0, MOST_PROBLEMS).map(describeProblem) };
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
  if (!(error instanceof Error)) return { reason, message: shortened(String(error), LONGEST_MESSAGE) };
  return { reason, message: shortened(error.message, LONGEST_MESSAGE), ...detailsOf(error) };
}
