// `wasmeter completions SHELL`: a script that teaches a shell the commands and options, made from their tables.

import { STATUS } from "../classify-error.ts";
import { allOptions, type Command } from "../command.ts";
import { UsageError } from "../usage-error.ts";

/** `--dir`, `-h`, …: as they are typed. */
function spellings(command: Command): string[] {
  return Object.entries(allOptions(command)).flatMap(([name, { short }]) =>
    short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`],
  );
}

/** The first line of a description, harmless between single quotes. */
function plain(text: string): string {
  return (text.split("\n", 1)[0] ?? "").replaceAll("'", "’");
}

function bash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map((command) => `    ${command.name}) words='${spellings(command).join(" ")}' ;;`);
  return `# bash completion for wasmeter: source <(wasmeter completions bash)
_wasmeter() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words='${commands.slice(0, 1).flatMap(spellings).join(" ")}' ;;
  esac
  COMPREPLY=()
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  [[ "$COMP_CWORD" == 1 ]] && COMPREPLY=($(compgen -W '${names}' -- "$current"))
  COMPREPLY+=($(compgen -f -- "$current"))
}
complete -o filenames -F _wasmeter wasmeter
`;
}

function zsh(commands: readonly Command[]): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${plain(summary)}'`);
  const cases = commands.map((command) => {
    const specs = Object.entries(allOptions(command)).map(([name, { help, value, optional, repeatable }]) => {
      const star = repeatable === true ? "*" : "";
      const argument =
        value === undefined ? "" : `${optional === true ? "::" : ":"}${value.replace(/[:[\]]/g, "")}:_files`;
      const equals = value === undefined ? "" : optional === true ? "=-" : "=";
      return `'${star}--${name}${equals}[${plain(help).replace(/[[\]]/g, "")}]${argument}'`;
    });
    return `    ${command.name}) _arguments -S ${specs.join(" ")} '*:file:_files' ;;`;
  });
  return `#compdef wasmeter
# zsh completion for wasmeter: wasmeter completions zsh > "\${fpath[1]}/_wasmeter"
_wasmeter() {
  local -a commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )) && [[ "$words[2]" != -* ]]; then
    _describe command commands
    _files
    return
  fi
  case "$words[2]" in
${cases.join("\n")}
    *) _arguments -S '*:file:_files' ;;
  esac
}
_wasmeter "$@"
`;
}

function fish(commands: readonly Command[]): string {
  const lines = [
    "# fish completion for wasmeter: wasmeter completions fish > ~/.config/fish/completions/wasmeter.fish",
  ];
  for (const { name, summary } of commands) {
    lines.push(`complete -c wasmeter -n __fish_use_subcommand -a ${name} -d '${plain(summary)}'`);
  }
  for (const [i, command] of commands.entries()) {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    // The first command need not be named.
    const condition = i === 0 ? `'${seen}; or __fish_use_subcommand'` : `'${seen}'`;
    for (const [name, { short, value, optional, help }] of Object.entries(allOptions(command))) {
      const shortFlag = short === undefined ? "" : ` -s ${short}`;
      const required = value === undefined || optional === true ? "" : " -r";
      lines.push(
        `complete -c wasmeter -n ${condition} -l ${name}${shortFlag}${required} -d '${plain(help)}'`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

const SHELLS: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

export const completions: Command = {
  name: "completions",
  summary: "Print a script that completes options in bash, zsh or fish",
  usage: "completions <bash | zsh | fish>",
  options: {},
  guestArgs: false,
  notes: `For bash: source <(wasmeter completions bash)
For zsh:  wasmeter completions zsh > a directory of $fpath, as _wasmeter
For fish: wasmeter completions fish > ~/.config/fish/completions/wasmeter.fish`,
  async execute({ operands }, { io, commands }) {
    const [shell = ""] = operands;
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (script === undefined || operands.length > 1) {
      throw new UsageError(`completions: name one shell of ${Object.keys(SHELLS).join(", ")}`);
    }
    io.stdout.write(script(await commands()));
    return STATUS.ok;
  },
};
