// From argv to a command's exit status: finds the command, answers --help and --version, reports what it throws.
// Owns that much; each command is a file of its own. Touches nothing but its arguments, so tests run it in-process.

import { nearest } from "../checks/suggest.ts";
import { parseCommandLine } from "./args/options.ts";
import { allOptions, type Command, type CommandContext, commandHelp } from "./command.ts";
import { disassemble } from "./commands/disassemble.ts";
import { inspect } from "./commands/inspect.ts";
import { run } from "./commands/run.ts";
import { validate } from "./commands/validate.ts";
import type { CommandIo } from "./io.ts";
import { readManifest } from "./manifest.ts";
import { reportError, STATUS } from "./report-error.ts";
import { InputError, UsageError } from "./usage-error.ts";

/** The first one is what is meant when none is named. */
export const COMMANDS: readonly Command[] = [run, validate, inspect, disassemble];

function overview(): string {
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}\n`).join("");
  return `wasmeter runs WebAssembly programs with exact fuel, bounded memory and only the files you grant.

Usage: wasmeter [run] [options] <file.wasm | -> [args…]
       wasmeter <command> --help

Commands:
${rows}
${commandHelp(run).split("\n\n").slice(2).join("\n\n")}`;
}

function version(): string {
  return `wasmeter ${readManifest().version}\n`;
}

/** A mistyped command is taken for a file that does not exist. */
function withCommandHint(error: unknown, file: string | undefined): unknown {
  if (!(error instanceof InputError) || file === undefined || /[./]/.test(file)) return error;
  const command = nearest(
    file,
    COMMANDS.map(({ name }) => name),
  );
  return command === undefined
    ? error
    : new InputError(`${error.message}; did you mean the command '${command}'?`);
}

/**
 * Runs the command. `argv` is without the names of node and the script. Gives the
 * exit status, and never throws: what goes wrong is on `io.stderr`.
 */
export async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  const named = COMMANDS.find(({ name }) => name === argv[0]);
  const command = named ?? run;
  let file: string | undefined;
  const report = (error: unknown): number => {
    const { text, status } = reportError(named === undefined ? withCommandHint(error, file) : error, {
      command: named?.name,
      file,
      bugsUrl: readManifest().bugsUrl,
    });
    try {
      io.stderr.write(text);
    } catch {
      // Nobody listens on stderr: the status still says it.
    }
    return status;
  };
  const context: CommandContext = { io, report };
  try {
    const { guestArgs, foreignOptions } = command;
    const line = parseCommandLine(
      allOptions(command),
      named ? argv.slice(1) : argv,
      guestArgs,
      foreignOptions,
    );
    [file] = line.operands;
    if (line.options.has("help")) {
      io.stdout.write(named === undefined ? overview() : commandHelp(command));
      return STATUS.ok;
    }
    if (line.options.has("version")) {
      io.stdout.write(version());
      return STATUS.ok;
    }
    if (argv.length === 0) {
      throw new UsageError("no file given; wasmeter [run] [options] <file.wasm | -> [args…]");
    }
    return await command.execute(line, context);
  } catch (error) {
    return report(error);
  }
}
