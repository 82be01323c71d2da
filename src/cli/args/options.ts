// From argv to options and operands, and from the same tables to the help texts.
// Owns the conventions (options before the file are ours, later ones the guest's); the splitting is util.parseArgs.

import { parseArgs } from "node:util";
import { didYouMean } from "../../checks/suggest.ts";
import { UsageError } from "../usage-error.ts";

/** One option of a command. Without `value` it is a switch. */
export interface OptionSpec {
  /** Placeholder of the value in the help text, e.g. `SIZE`. */
  readonly value?: string;
  /** The value may be left out, and is only read after `=`. */
  readonly optional?: boolean;
  /** May be given more than once. */
  readonly repeatable?: boolean;
  readonly short?: string;
  /** Of a switch that another command has with a value: why it has none here. */
  readonly withoutValue?: string;
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** The option of commands whose output can be JSON. */
export const JSON_SWITCH: OptionSpec = {
  help: "print one JSON object",
  withoutValue: "the JSON goes to standard output",
};

/** What every command understands. */
export const COMMON_OPTIONS = {
  help: { short: "h", help: "show this help" },
  version: { short: "V", help: "show the version" },
} as const satisfies OptionTable;

/** A command line, taken apart. */
export interface CommandLine {
  /** Values in the order given; a switch has `""`. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** The file and what follows it. */
  readonly operands: readonly string[];
}

/** The only value of an option, or `undefined`. */
export function single(line: CommandLine, name: string): string | undefined {
  return line.options.get(name)?.[0];
}

/** A value that starts like an option was most likely forgotten; `-` alone and negative numbers are values. */
function looksLikeOption(value: string): boolean {
  return /^-(?!$|\d|\.\d)/.test(value);
}

function tokensOf(table: OptionTable, argv: readonly string[]) {
  const config: Record<string, { type: "string" | "boolean"; short?: string }> = Object.create(null);
  for (const [name, spec] of Object.entries(table)) {
    const type = spec.value === undefined || spec.optional === true ? "boolean" : "string";
    config[name] = spec.short === undefined ? { type } : { type, short: spec.short };
  }
  return parseArgs({ args: [...argv], options: config, strict: false, allowPositionals: true, tokens: true })
    .tokens;
}

/** Whether no option stands before the first operand: there is nothing to split then, and Node's module for it is not loaded. */
function beginsWithFile([first]: readonly string[]): boolean {
  return first !== undefined && !first.startsWith("-");
}

/**
 * Whether `--json` without a file stands among the options, so that an error is told as JSON also where `argv` is wrong.
 * An unknown option counts as a switch: what follows it may already be the guest's.
 */
export function asksForJson(table: OptionTable, argv: readonly string[], guestArgs: boolean): boolean {
  if (!Object.hasOwn(table, "json") || (guestArgs && beginsWithFile(argv))) return false;
  for (const token of tokensOf(table, argv)) {
    if (token.kind === "option-terminator") return false;
    if (token.kind === "positional") {
      if (guestArgs) return false;
    } else if (token.name === "json") return token.value === undefined;
  }
  return false;
}

/**
 * Takes `argv` apart. With `guestArgs`, everything after the first operand is an
 * operand, whatever it looks like. Throws UsageError for an unknown option (with
 * what `foreign` says to write instead, or the nearest known one), a missing or unwanted value, or a repetition.
 */
export function parseCommandLine(
  table: OptionTable,
  argv: readonly string[],
  guestArgs: boolean,
  foreign: Readonly<Record<string, string>> = {},
): CommandLine {
  const options = new Map<string, string[]>();
  if (guestArgs && beginsWithFile(argv)) return { options, operands: argv };
  const operands: string[] = [];
  for (const token of tokensOf(table, argv)) {
    if (token.kind === "option-terminator") {
      for (const word of argv.slice(token.index + 1)) operands.push(word);
      break;
    }
    if (token.kind === "positional") {
      if (guestArgs) {
        for (const word of argv.slice(token.index)) operands.push(word);
        break;
      }
      operands.push(token.value);
      continue;
    }
    const spec = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (spec === undefined) throw unknownOption(table, foreign, argv[token.index]!);
    const shown = `--${token.name}`;
    if (spec.value === undefined && token.value !== undefined) {
      const why = spec.withoutValue === undefined ? "" : `: ${spec.withoutValue}`;
      throw new UsageError(`${shown} takes no value${why}`);
    }
    if (spec.value !== undefined && spec.optional !== true) {
      const missing = token.value === undefined || (!token.inlineValue && looksLikeOption(token.value));
      if (missing) throw new UsageError(`${shown} needs a value: ${shown} ${spec.value}`);
    }
    const values = options.get(token.name);
    if (values === undefined) options.set(token.name, [token.value ?? ""]);
    else if (spec.repeatable === true) values.push(token.value ?? "");
    else if (spec.value !== undefined) throw new UsageError(`${shown} is given twice`);
  }
  return { options, operands };
}

function unknownOption(
  table: OptionTable,
  foreign: Readonly<Record<string, string>>,
  argument: string,
): UsageError {
  const shown = argument.split("=", 1)[0]!;
  const name = shown.replace(/^-+/, "");
  const hint = didYouMean(name, Object.keys(table), "--");
  // A short option may have its value attached: -Sinherit-env.
  const short = argument.startsWith("--") || hint !== "" ? "" : name.slice(0, 1);
  const known = [name, short].find((spelling) => Object.hasOwn(foreign, spelling));
  return new UsageError(
    `unknown option '${shown}'${known === undefined ? hint : `; here it is ${foreign[known]}`}`,
  );
}

/** The file of a command that takes one and nothing else. Throws UsageError. */
export function onlyFile({ operands }: CommandLine): string {
  const [file, second] = operands;
  if (file === undefined) throw new UsageError("no file given");
  if (second !== undefined) throw new UsageError(`one file at a time: '${second}' is one too many`);
  return file;
}

/** Column at which the descriptions of options begin. */
const HELP_COLUMN = 28;

/** One or two lines per option, in the table's order. */
export function optionHelp(table: OptionTable): string {
  let text = "";
  for (const [name, spec] of Object.entries(table)) {
    const short = spec.short === undefined ? "" : `-${spec.short}, `;
    let usage = `  ${short}--${name}`;
    if (spec.value !== undefined) usage += spec.optional === true ? `[=${spec.value}]` : ` ${spec.value}`;
    const indent = " ".repeat(HELP_COLUMN);
    const lead = usage.length < HELP_COLUMN - 1 ? usage.padEnd(HELP_COLUMN) : `${usage}\n${indent}`;
    text += `${lead}${spec.help.replaceAll("\n", `\n${indent}`)}\n`;
  }
  return text;
}
