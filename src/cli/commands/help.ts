// `wasmeter help [COMMAND]`, and what `wasmeter --help` says of all commands.

import { didYouMean } from "../../checks/suggest.ts";
import { STATUS } from "../classify-error.ts";
import type { Paint } from "../colour.ts";
import { type Command, commandHelp, optionsHelp } from "../command.ts";
import { UsageError } from "../usage-error.ts";
import { COMMAND_NAMES } from "./names.ts";

/** All commands, and the options of the first one, which need not be named. */
export function overview(commands: readonly Command[], paint: Paint): string {
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}\n`).join("");
  const [first] = commands;
  return [
    "wasmeter runs WebAssembly programs with exact fuel, bounded memory and only the files you grant.\n\n",
    `${paint("heading", "Usage:")} wasmeter [run] [options] <file.wasm | -> [args…]\n`,
    "       wasmeter <command> --help\n\n",
    `${paint("heading", "Commands:")}\n${rows}\n`,
    first === undefined ? "" : `${optionsHelp(first, paint)}\n${first.notes ?? ""}\n`,
  ].join("");
}

/** What commands of Wasmtime and Spin that are none here are asked for, and what does it. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["compile", "nothing is compiled ahead of time, 'run' takes the .wasm file itself"],
  ["explore", "'disassemble' shows the instructions with their offsets"],
  ["objdump", "'disassemble' shows the instructions with their offsets"],
  ["settings", "there is no compiler to set; 'run --help' lists what bounds a guest"],
  ["config", "there is no file of settings; what is kept of the command itself is described in docs/cli.md"],
  ["wast", "scripts of tests are not run by the command; 'validate' checks a module"],
  ["build", "'up --build' runs the build commands of spin.toml first"],
  ["new", "applications are made by 'spin new'; 'up' runs them"],
  ["add", "components are added by 'spin add'; 'up' runs the application"],
  ["deploy", "'image' packs an application for a registry, 'kubernetes manifest' prints what deploys it"],
]);

/** `no command 'serv'; did you mean 'serve'?` */
export function noCommand(name: string): string {
  const elsewhere = ELSEWHERE.get(name);
  if (elsewhere !== undefined) return `no command '${name}': ${elsewhere}`;
  return `no command '${name}'${didYouMean(name, COMMAND_NAMES) || `; there are ${COMMAND_NAMES.join(", ")}`}`;
}

export const help: Command = {
  name: "help",
  summary: "Show this help, or a command's",
  usage: "help [command]",
  options: {},
  guestArgs: false,
  async execute({ operands }, { io, paint, commands }) {
    const [name] = operands;
    const all = await commands();
    const command = all.find((each) => each.name === name);
    if (name !== undefined && command === undefined) {
      throw new UsageError(noCommand(name));
    }
    io.stdout.write(command === undefined ? overview(all, paint) : commandHelp(command, paint));
    return STATUS.ok;
  },
};
