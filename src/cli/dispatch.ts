// From argv to a command's exit status: finds the command, answers --help and --version, reports what it throws.
// Owns that much; each command is a file of its own. Touches nothing but its arguments, so tests run it in-process.

import { asksForJson, parseCommandLine } from "./args/options.ts";
import { wasmtimeHelp } from "./args/wasmtime-options.ts";
import { classify, describeError, type Reason, STATUS } from "./classify-error.ts";
import { paintFor } from "./colour.ts";
import { allOptions, type Command, type CommandContext, commandHelp } from "./command.ts";
import { noCommand, overview } from "./commands/help.ts";
import { COMMAND_NAMES } from "./commands/names.ts";
import { run } from "./commands/run.ts";
import type { CommandIo } from "./io.ts";
import { readManifest } from "./manifest.ts";
import { toJsonLine } from "./output.ts";
import { reportError } from "./report-error.ts";
import { MissingFileError, UsageError } from "./usage-error.ts";

/** Loaded where they are asked for: a run, which need not be named, does not pay for the others. */
async function allCommands(): Promise<readonly Command[]> {
  return (await import("./commands/index.ts")).COMMANDS;
}

/** The command of this name; `undefined` if there is none. */
async function commandNamed(name: string): Promise<Command | undefined> {
  return (await allCommands()).find((each) => each.name === name);
}

function version(): string {
  return `wasmeter ${readManifest().version}\n`;
}

/** A file that does not exist may be meant for a command. */
function withCommandHint(error: unknown, file: string | undefined): unknown {
  if (!(error instanceof MissingFileError) || error.path !== file || /[./\\]/.test(file)) return error;
  return new UsageError(`${error.message}, and ${noCommand(file)}`);
}

/**
 * Runs the command. `argv` is without the names of node and the script. Gives the
 * exit status, and never throws: what goes wrong is on `io.stderr`. `statuses` replaces exit statuses by reason.
 */
export async function main(
  argv: readonly string[],
  io: CommandIo,
  statuses: Partial<Record<Reason, number>> = {},
): Promise<number> {
  // A run begins without a turn of the event loop: what it loads of Node comes before main.ts tells V8 to optimise later.
  const [first = ""] = argv;
  const isOther = first !== run.name && COMMAND_NAMES.includes(first);
  const named = isOther ? await commandNamed(first) : first === run.name ? run : undefined;
  const command = named ?? run;
  let file: string | undefined;
  let asJson = false;
  const statusOf = (error: unknown): number => {
    const { reason, status } = classify(error);
    return statuses[reason] ?? status;
  };
  const report = (thrown: unknown): number => {
    const error = named === undefined ? withCommandHint(thrown, file) : thrown;
    const status = statusOf(error);
    const { text } = reportError(error, {
      command: named?.name,
      file,
      bugsUrl: readManifest().bugsUrl,
      paint: paintFor(io.stderr.isTerminal, io.env),
    });
    try {
      io.stderr.write(asJson ? `${toJsonLine({ status, ...describeError(error) })}\n` : text);
    } catch {
      // Nobody listens on stderr: the status still says it.
    }
    return status;
  };
  const context: CommandContext = {
    io,
    report,
    statusOf,
    get paint() {
      return paintFor(io.stdout.isTerminal, io.env);
    },
    commands: allCommands,
  };
  try {
    const { guestArgs, foreignOptions } = command;
    const options = allOptions(command);
    const given = named ? argv.slice(1) : argv;
    // With a file, the JSON goes there and the text to people.
    asJson = asksForJson(options, given, guestArgs);
    const line = parseCommandLine(options, given, guestArgs, foreignOptions);
    [file] = line.operands;
    if (line.options.has("help")) {
      const { paint } = context;
      io.stdout.write(
        named === undefined ? overview(await allCommands(), paint) : commandHelp(command, paint),
      );
      return STATUS.ok;
    }
    const keys = wasmtimeHelp((group) => line.options.get(group) ?? []);
    if (keys !== undefined) {
      io.stdout.write(keys);
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
