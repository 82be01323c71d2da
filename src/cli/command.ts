// What a command is, so that dispatch.ts knows nothing of any one of them.
// Owns the interface and the help text's layout.

import { COMMON_OPTIONS, type CommandLine, type OptionTable, optionHelp } from "./args/options.ts";
import type { Paint } from "./colour.ts";
import type { CommandIo } from "./io.ts";

/** One command. Lives in a file of its own. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** After `wasmeter`, e.g. `validate [options] <file.wasm | ->`. */
  readonly usage: string;
  /** Without {@link COMMON_OPTIONS}. */
  readonly options: OptionTable;
  /** Options by their names elsewhere, with what to write here. */
  readonly foreignOptions?: Readonly<Record<string, string>>;
  /** Words after the file belong to the guest. */
  readonly guestArgs: boolean;
  /** Ends the help text. */
  readonly notes?: string;
  /** Does it, and gives the exit status. What it throws is reported by dispatch.ts. */
  execute(line: CommandLine, context: CommandContext): number | Promise<number>;
}

/** What a command gets besides its command line. */
export interface CommandContext {
  readonly io: CommandIo;
  /** Prints a failure to stderr and gives the status that goes with it; for a command that goes on afterwards. */
  report(error: unknown): number;
  /** The status alone, for a command that tells the failure in another way. */
  statusOf(error: unknown): number;
  /** For what goes to stdout. */
  readonly paint: Paint;
  /** All there are, the one that need not be named first. */
  commands(): Promise<readonly Command[]>;
}

/** All options of a command. */
export function allOptions(command: Command): OptionTable {
  return { ...command.options, ...COMMON_OPTIONS };
}

/** `wasmeter validate --help`. */
export function commandHelp(command: Command, paint: Paint): string {
  const notes = command.notes === undefined ? "" : `\n${command.notes}\n`;
  return [
    `${command.summary}\n\n`,
    `${paint("heading", "Usage:")} wasmeter ${command.usage}\n\n`,
    optionsHelp(command, paint),
    notes,
  ].join("");
}

/** The options alone, under their heading. */
export function optionsHelp(command: Command, paint: Paint): string {
  return `${paint("heading", "Options:")}\n${optionHelp(allOptions(command))}`;
}
