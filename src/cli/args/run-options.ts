// The options of `wasmeter run`: their table, and their values as numbers, grants and names.
// Owns what the command line says; run.ts does it.

import { basename } from "node:path";
import type { Feature } from "../../isa/features.ts";
import { parseTcpAddress } from "../../wasi/node/sockets.ts";
import { UsageError } from "../usage-error.ts";
import type { Variable } from "./env-file.ts";
import { FEATURES_OPTION, parseFeatures } from "./features-option.ts";
import { type DirectoryGrant, parseDirectories, parseVariable } from "./grants.ts";
import { type CommandLine, type OptionTable, single } from "./options.ts";
import { parseCount, parseDuration, parseFuel, parseSize } from "./units.ts";

export const RUN_OPTIONS = {
  dir: {
    value: "HOST[::GUEST][:ro]",
    repeatable: true,
    help: "grant a host directory, under another name, read-only",
  },
  mapdir: { value: "GUEST::HOST", repeatable: true, help: "the same in another order" },
  env: { value: "KEY[=VALUE]", repeatable: true, help: "set a variable, or pass one of yours on" },
  "env-file": { value: "FILE", repeatable: true, help: "set the variables that FILE lists; --env wins" },
  "inherit-env": { help: "pass all your environment variables on" },
  stdin: { value: "FILE", help: "let the guest read FILE as its standard input" },
  tcplisten: {
    value: "HOST:PORT",
    repeatable: true,
    help: "let the guest accept TCP connections there (port 0: any free one)",
  },
  argv0: { value: "NAME", help: "the program's own name (default: the file's)" },
  invoke: {
    value: "NAME",
    help: "call this export instead of _start, with the arguments read by its\ntype, and print its results",
  },
  fuel: { value: "N", help: "stop after fuel N (by default one per instruction)" },
  "fuel-report": { help: "print 'fuel consumed: N' to stderr at the end" },
  "cost-model": { value: "NAME|FILE", help: "what costs how much: instructions, bounded, or a JSON file" },
  timeout: { value: "DURATION", help: "stop after this time: 500ms, 5s, 2m" },
  "max-memory": { value: "SIZE", help: "most memory, tables and GC objects together: 64KiB, 10MB, 1GiB" },
  "max-call-depth": { value: "N", help: "most nested calls (default 16384)" },
  deterministic: {
    value: "SEED",
    optional: true,
    help: "virtual clock, seeded random numbers, sorted directories",
  },
  ...FEATURES_OPTION,
} as const satisfies OptionTable;

/** What other runtimes and tools call these options, and what to write here. */
export const FOREIGN_OPTIONS: Readonly<Record<string, string>> = (() => {
  const byAdvice: Record<string, string> = {
    "--dir HOST::GUEST[:ro]": "mount volume v preopen allow-fs-read allow-fs-write allow-read allow-write",
    "--env KEY[=VALUE]": "e",
    "--inherit-env": "env-inherit forward-host-env allow-env",
    "--tcplisten HOST:PORT": "listen listenfd net allow-net p publish",
    "--inherit-env or --tcplisten HOST:PORT": "S wasi",
    "--fuel N, --timeout DURATION or --max-memory SIZE": "W wasm",
    "--timeout DURATION": "wasm-timeout",
    "--invoke NAME": "entrypoint",
  };
  return Object.fromEntries(
    Object.entries(byAdvice).flatMap(([advice, names]) => names.split(" ").map((name) => [name, advice])),
  );
})();

/** What `wasmeter run` was asked to do. */
export interface RunOptions {
  readonly file: string;
  /** The guest's arguments; the first is the program's name. */
  readonly args: readonly string[];
  readonly inheritEnv: boolean;
  readonly envFiles: readonly string[];
  readonly variables: readonly Variable[];
  readonly directories: readonly DirectoryGrant[];
  /** A file for the guest's stdin. */
  readonly stdin: string | undefined;
  readonly listenOn: readonly string[];
  readonly invoke: string | undefined;
  readonly fuel: bigint | undefined;
  readonly fuelReport: boolean;
  readonly costModel: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly maxMemory: number | undefined;
  readonly maxCallDepth: number | undefined;
  readonly seed: bigint | undefined;
  readonly features: ReadonlySet<Feature> | undefined;
}

/** Every frame takes some of the host's memory too. */
const MOST_CALL_DEPTH = 10_000_000;

function checkAddress(text: string): string {
  if (parseTcpAddress(text) !== undefined) return text;
  const port = /^:?(\d{1,5})$/.exec(text)?.[1];
  const advice =
    port === undefined || Number(port) > 65_535
      ? "write HOST:PORT or [IPV6]:PORT, with a port of at most 65535"
      : `say where: 127.0.0.1:${port} for this machine alone, 0.0.0.0:${port} for all`;
  throw new UsageError(`--tcplisten: '${text}' is not an address; ${advice}`);
}

/** Reads the options. Throws UsageError. */
export function readRunOptions(line: CommandLine): RunOptions {
  const [file, ...args] = line.operands;
  if (file === undefined) throw new UsageError("no file given");
  const read = <T>(
    name: keyof typeof RUN_OPTIONS,
    parse: (option: string, text: string) => T,
  ): T | undefined => {
    const text = single(line, name);
    return text === undefined ? undefined : parse(`--${name}`, text);
  };
  const all = (name: keyof typeof RUN_OPTIONS): readonly string[] => line.options.get(name) ?? [];
  return {
    file,
    args: [single(line, "argv0") ?? basename(file), ...args],
    inheritEnv: line.options.has("inherit-env"),
    envFiles: all("env-file"),
    variables: all("env").map(parseVariable),
    directories: parseDirectories(all("dir"), all("mapdir")),
    stdin: single(line, "stdin"),
    listenOn: all("tcplisten").map(checkAddress),
    invoke: single(line, "invoke"),
    fuel: read("fuel", parseFuel),
    fuelReport: line.options.has("fuel-report"),
    costModel: single(line, "cost-model"),
    timeoutMs: read("timeout", parseDuration),
    maxMemory: read("max-memory", parseSize),
    maxCallDepth: read("max-call-depth", (option, text) => parseCount(option, text, 1, MOST_CALL_DEPTH)),
    seed: read("deterministic", (option, text) => parseFuel(option, text || "0")),
    features: read("features", (_, text) => parseFeatures(text)),
  };
}
