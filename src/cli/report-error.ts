// What the user sees when something goes wrong, and the exit status that goes with it (docs/cli.md).
// Owns texts and statuses; every failure of every command ends here.

import {
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
import { printable, shortened, shownName } from "../printable.ts";
import { formatBacktrace } from "./show/backtrace.ts";
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

/** What to print (empty for nothing, else lines that end in a newline) and how to exit. */
export interface Report {
  readonly text: string;
  readonly status: number;
}

/** Messages may hold what a guest or another program wrote. */
const LONGEST_LINE = 4_000;

/** Where failures of our own are reported. */
export interface ReportContext {
  readonly bugsUrl: string | undefined;
  /** Command whose help is recommended after a usage error, e.g. `run`. */
  readonly command?: string | undefined;
  /** Shown in front of problems with the module's bytes. */
  readonly file?: string | undefined;
}

function runtimeStatus(error: RuntimeError): number {
  if (error instanceof OutOfFuelError || error instanceof LimitError) return STATUS.limit;
  if (error instanceof InterruptedError) {
    return error.reason === "timeout" ? STATUS.timeout : STATUS.interrupted;
  }
  // The base class itself is the host's: it had no memory left.
  return Object.getPrototypeOf(error) === RuntimeError.prototype ? STATUS.limit : STATUS.trap;
}

function runtimeLine(error: RuntimeError): string {
  if (error instanceof Trap) return `trap: ${error.message}`;
  if (error instanceof OutOfFuelError) return "out of fuel; --fuel gives more";
  return error.message;
}

/** The failure in the user's words. Never throws. */
export function reportError(error: unknown, context: ReportContext): Report {
  const line = (text: string): string => `wasmeter: ${printable(shortened(text, LONGEST_LINE))}\n`;
  if (error instanceof ClosedOutputError) return { text: "", status: STATUS.closedOutput };
  if (error instanceof ExitError) return { text: "", status: error.exitCode & 0xff };
  if (error instanceof UsageError) {
    const help = `Try 'wasmeter ${context.command === undefined ? "" : `${context.command} `}--help'.\n`;
    return { text: line(error.message) + help, status: STATUS.usage };
  }
  if (error instanceof InputError) return { text: line(error.message), status: STATUS.badInput };
  if (error instanceof CompileError) {
    return { text: line(compileErrorText(error, context.file)), status: STATUS.badInput };
  }
  if (error instanceof LinkError) return { text: linkErrorText(error), status: STATUS.badInput };
  if (error instanceof RuntimeError) {
    return {
      text: line(runtimeLine(error)) + formatBacktrace(error.backtrace),
      status: runtimeStatus(error),
    };
  }
  if (error instanceof WouldBlockError) {
    // Only a start function cannot wait here.
    return { text: line(`the start function cannot wait: ${error.operation}`), status: STATUS.trap };
  }
  return { text: internalText(error, context.bugsUrl), status: STATUS.internal };
}

/** `FILE: malformed: …` or `FILE: invalid: …`, with function and offset. */
function compileErrorText(error: CompileError, file: string | undefined): string {
  const kind = error instanceof ValidationError ? "invalid" : "malformed";
  const name = error instanceof ValidationError ? error.functionName : undefined;
  const where = name === undefined ? "" : ` (${shownName(name)})`;
  return `${file === undefined ? "" : `${file}: `}${kind}: ${error.message}${where}`;
}

/** Imports that do not fit and are listed; a module may have a million. */
const MOST_PROBLEMS = 100;

/** One line if one import does not fit, else a heading and a line for each. */
function linkErrorText(error: LinkError): string {
  const lines = error.problems.map(({ module, name, expected, found }) => {
    const outcome = found === undefined ? "is not provided" : `is ${found}`;
    return `${shownName(module)}.${shownName(name)}: needs ${expected}, ${outcome}`;
  });
  const [only, second] = lines;
  if (only === undefined) return `wasmeter: link error: ${printable(error.message)}\n`;
  if (second === undefined) return `wasmeter: link error: ${only}\n`;
  return [
    `wasmeter: link error: ${lines.length} imports do not fit`,
    ...lines.slice(0, MOST_PROBLEMS).map((line) => `    ${line}`),
    ...(lines.length > MOST_PROBLEMS ? [`    … and ${lines.length - MOST_PROBLEMS} more`] : []),
    "",
  ].join("\n");
}

function internalText(error: unknown, bugsUrl: string | undefined): string {
  const first = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stack = error instanceof Error && error.stack !== undefined ? error.stack.split("\n").slice(1) : [];
  const where = bugsUrl === undefined ? "" : ` at ${bugsUrl}`;
  return [
    `wasmeter: internal error: ${printable(first)}`,
    ...stack,
    `This is a bug in wasmeter. Please report it${where}, with this text and, if you can, the module.`,
    "",
  ].join("\n");
}
