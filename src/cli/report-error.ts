// What the user sees when something goes wrong. Owns the words; which status goes with a failure is in classify-error.ts.

import {
  CompileError,
  ExitError,
  LinkError,
  OutOfFuelError,
  RuntimeError,
  Trap,
  ValidationError,
  WouldBlockError,
} from "../errors.ts";
import { printable, shortened, shownName } from "../printable.ts";
import { classify, LONGEST_MESSAGE, MOST_PROBLEMS } from "./classify-error.ts";
import { type Paint, PLAIN } from "./colour.ts";
import { formatBacktrace } from "./show/backtrace.ts";
import { ClosedOutputError, InputError, UsageError } from "./usage-error.ts";

/** What to print (empty for nothing, else lines that end in a newline) and how to exit. */
export interface Report {
  readonly text: string;
  readonly status: number;
}

/** Where failures of our own are reported. */
export interface ReportContext {
  readonly bugsUrl: string | undefined;
  /** Command whose help is recommended after a usage error, e.g. `run`. */
  readonly command?: string | undefined;
  readonly paint?: Paint;
  /** Shown in front of problems with the module's bytes. */
  readonly file?: string | undefined;
}

function runtimeLine(error: RuntimeError): string {
  if (error instanceof Trap) return `trap: ${error.message}`;
  if (error instanceof OutOfFuelError) return "out of fuel; --fuel gives more";
  return error.message;
}

/** The failure in the user's words. Never throws. */
export function reportError(error: unknown, context: ReportContext): Report {
  return { text: textOf(error, context), status: classify(error).status };
}

function textOf(error: unknown, context: ReportContext): string {
  const { paint = PLAIN } = context;
  const line = (text: string): string => `${prefix(paint)}${printable(shortened(text, LONGEST_MESSAGE))}\n`;
  if (error instanceof ClosedOutputError || error instanceof ExitError) return "";
  if (error instanceof UsageError) {
    const { command } = context;
    const of = command === undefined || command === "help" ? "" : `${command} `;
    return `${line(error.message)}Try 'wasmeter ${of}--help'.\n`;
  }
  // One of several lines, such as all that is wrong with a manifest, is told whole.
  if (error instanceof InputError) return error.message.split("\n").map(line).join("");
  if (error instanceof CompileError) return line(compileErrorText(error, context.file));
  if (error instanceof LinkError) return linkErrorText(error, paint);
  if (error instanceof RuntimeError) {
    return line(runtimeLine(error)) + paintLines(paint, formatBacktrace(error.backtrace));
  }
  // Only a start function cannot wait here.
  if (error instanceof WouldBlockError) return line(`the start function cannot wait: ${error.operation}`);
  return internalText(error, context.bugsUrl);
}

function prefix(paint: Paint): string {
  return `${paint("error", "wasmeter:")} `;
}

function paintLines(paint: Paint, lines: string): string {
  return lines.replace(/.+/g, (line) => paint("dim", line));
}

/** `FILE: malformed: …` or `FILE: invalid: …`, with function and offset. */
function compileErrorText(error: CompileError, file: string | undefined): string {
  const kind = error instanceof ValidationError ? "invalid" : "malformed";
  const name = error instanceof ValidationError ? error.functionName : undefined;
  const where = name === undefined ? "" : ` (${shownName(name)})`;
  return `${file === undefined ? "" : `${file}: `}${kind}: ${error.message}${where}`;
}

/** One line if one import does not fit, else a heading and a line for each. */
function linkErrorText(error: LinkError, paint: Paint): string {
  const lines = error.problems.map(({ module, name, expected, found }) => {
    const outcome = found === undefined ? "is not provided" : `is ${found}`;
    return `${shownName(module)}.${shownName(name)}: needs ${expected}, ${outcome}`;
  });
  const [only, second] = lines;
  if (only === undefined) return `${prefix(paint)}link error: ${printable(error.message)}\n`;
  if (second === undefined) return `${prefix(paint)}link error: ${only}\n`;
  return [
    `${prefix(paint)}link error: ${lines.length} imports do not fit`,
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
