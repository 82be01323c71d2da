// The manual page, made from the tables of commands and options (troff with the man macros).
// `man/wasmeter.1` is written by it; a test holds the file to the tables.

import { allOptions, type Command } from "../command.ts";

/** Text between macros: backslashes and leading dots mean something there. */
function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1")
    .replace(
      /[^ -~\n]/gu,
      (char) => `\\[u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}

function optionEntries(command: Command): string[] {
  return Object.entries(allOptions(command)).map(([name, { short, value, optional, help }]) => {
    const spellings = [
      ...(short === undefined ? [] : [`\\fB\\-${short}\\fR`]),
      `\\fB\\-\\-${escaped(name)}\\fR`,
    ].join(", ");
    const placeholder = value === undefined ? "" : `\\fI${escaped(value)}\\fR`;
    const shown = value === undefined ? "" : optional === true ? `[=${placeholder}]` : ` ${placeholder}`;
    return `.TP\n${spellings}${shown}\n${escaped(help.replaceAll("\n", " "))}`;
  });
}

/** The page, with its line ends. */
export function manPage(commands: readonly Command[]): string {
  const sections = commands.map((command) =>
    [
      `.SS wasmeter ${escaped(command.usage)}`,
      escaped(`${command.summary}.`),
      ...optionEntries(command),
      ...(command.notes === undefined
        ? []
        : [".PP", escaped(command.notes.replaceAll("\n\n", "\n.PP\n")).replaceAll("\\&.PP", ".PP")]),
    ].join("\n"),
  );
  return [
    '.TH WASMETER 1 "" "wasmeter" "User Commands"',
    ".SH NAME",
    "wasmeter \\- run WebAssembly programs with exact fuel, bounded memory and only the files you grant",
    ".SH SYNOPSIS",
    ".B wasmeter",
    "[run] [options] \\fIfile.wasm\\fR | \\- [\\fIargs\\fR ...]",
    ".br",
    ".B wasmeter",
    "\\fIcommand\\fR [options] ...",
    ".SH COMMANDS",
    ...sections,
    ".SH ENVIRONMENT",
    ".TP",
    ".B NO_COLOR",
    "If it is set to anything, nothing is coloured.",
    ".TP",
    ".B WASMETER_CODE_CACHE",
    "The folder for V8's compiled code of the command itself, as an absolute path; empty for none.",
    ".SH SEE ALSO",
    "The documents of the package, docs/cli.md first.",
    "",
  ].join("\n");
}
