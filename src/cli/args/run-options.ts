// The options of `wasmeter run`: their table, and their values as numbers, grants and names.
// Owns what the command line says; run.ts does it.

import { basename } from "node:path";
import type { Feature } from "../../isa/features.ts";
import type { Limits } from "../../limits.ts";
import { parseTcpAddress } from "../../wasi/node/sockets.ts";
import { UsageError } from "../usage-error.ts";
import type { Variable } from "./env-file.ts";
import { FEATURES_OPTION, parseFeatures } from "./features-option.ts";
import { type DirectoryGrant, parseDirectories, parseVariable } from "./grants.ts";
import { type GivenNetwork, NETWORK_OPTIONS, readNetwork } from "./network-options.ts";
import type { CommandLine, OptionTable } from "./options.ts";
import { parseCount, parseFuel, parseMemoryLimit, parseSize, parseTimeLimit } from "./units.ts";
import { type TranslatedOptions, translateWasmtime, WASMTIME_OPTIONS } from "./wasmtime-options.ts";

export const RUN_OPTIONS = {
  dir: {
    value: "HOST[::GUEST][:ro]",
    repeatable: true,
    help: "grant a host directory, under another name, read-only",
  },
  "allow-pseudo": {
    value: "NAME",
    repeatable: true,
    help: "let --dir grant a file system of the kernel's: procfs, sysfs …",
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
  ...NETWORK_OPTIONS,
  argv0: { value: "NAME", help: "the program's own name (default: the file's)" },
  invoke: {
    value: "NAME|CALL",
    help: "call this export instead of _start, as 'f(1, 2)' or with the arguments\nafter the file, and print its results",
  },
  fuel: { value: "N", help: "stop after fuel N (by default one per instruction)" },
  "fuel-report": { help: "print 'fuel consumed: N' to stderr at the end" },
  "cost-model": { value: "NAME|FILE", help: "what costs how much: instructions, bounded, or a JSON file" },
  timeout: { value: "DURATION", help: "stop the guest after this time: 500ms, 5s, 2m" },
  "load-timeout": {
    value: "DURATION",
    help: "give up when loading the module takes longer (default: never)",
  },
  "max-memory": { value: "SIZE", help: "most memory, tables and GC objects together: 64KiB, 10MB, 1GiB" },
  "oom-exit": { help: "end a guest that fails after it was refused memory with status 137" },
  "max-call-depth": { value: "N", help: "most nested calls (default 16384)" },
  "max-wasm-stack": { value: "SIZE", help: "most bytes of the frames of nested calls (default 8MiB)" },
  deterministic: {
    value: "SEED",
    optional: true,
    help: "virtual clock, seeded random numbers, sorted directories",
  },
  ...FEATURES_OPTION,
  "unknown-imports-trap": { help: "let functions be missing: calling one is a trap" },
  json: {
    value: "FILE",
    optional: true,
    help: "write how the run ended as one line of JSON, to FILE or to stderr",
  },
  verbose: { help: "say what was accepted and does nothing" },
  "wasm-timeout": { value: "DURATION", help: "Wasmtime's name of --timeout" },
  ...WASMTIME_OPTIONS,
} as const satisfies OptionTable;

/** What other runtimes and tools call these options, and what to write here. */
export const FOREIGN_OPTIONS: Readonly<Record<string, string>> = (() => {
  const byAdvice: Record<string, string> = {
    "--dir HOST::GUEST[:ro]": "mount volume v preopen allow-fs-read allow-fs-write allow-read allow-write",
    "--env KEY[=VALUE]": "e",
    "--inherit-env": "env-inherit forward-host-env allow-env",
    "--tcplisten HOST:PORT": "listen listenfd p publish",
    "--allow-connect HOST:PORT, --allow-http RULE or --network=all": "net allow-net inherit-network",
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
  /** Names of file systems of the kernel's that directories may be on. */
  readonly allowPseudo: readonly string[];
  /** A file for the guest's stdin. */
  readonly stdin: string | undefined;
  readonly listenOn: readonly string[];
  /** What of the network a component may use. */
  readonly network: GivenNetwork | undefined;
  readonly invoke: string | undefined;
  readonly fuel: bigint | undefined;
  readonly fuelReport: boolean;
  readonly costModel: string | undefined;
  /** From the guest's first instruction on. */
  readonly timeoutMs: number | undefined;
  /** For reading, decoding and checking the module. */
  readonly loadTimeoutMs: number | undefined;
  readonly maxMemory: number | undefined;
  /** Whether a failure after memory was refused counts as out of memory. */
  readonly oomExit: boolean;
  /** Those that were asked for, but for memory. */
  readonly limits: Partial<Limits>;
  readonly unknownImportsTrap: boolean;
  /** Where the end is told as JSON: a file, or `""` for stderr. */
  readonly json: string | undefined;
  /** What is said under `--verbose`. */
  readonly notes: readonly string[];
  readonly seed: bigint | undefined;
  readonly features: ReadonlySet<Feature> | undefined;
}

/** Every frame takes some of the host's memory too. */
const MOST_CALL_DEPTH = 10_000_000;

function checkAddress(option: string, text: string): string {
  if (parseTcpAddress(text) !== undefined) return text;
  const port = /^:?(\d{1,5})$/.exec(text)?.[1];
  const advice =
    port === undefined || Number(port) > 65_535
      ? "write HOST:PORT or [IPV6]:PORT, with a port of at most 65535"
      : `say where: 127.0.0.1:${port} for this machine alone, 0.0.0.0:${port} for all`;
  throw new UsageError(`${option}: '${text}' is not an address; ${advice}`);
}

type Name = keyof typeof RUN_OPTIONS;

/** Options as they were given, in this command's spelling or in Wasmtime's. */
class Given {
  readonly #line: CommandLine;
  readonly #translated: TranslatedOptions;

  constructor(line: CommandLine, translated: TranslatedOptions) {
    this.#line = line;
    this.#translated = translated;
  }

  all(name: Name): readonly string[] {
    const translated = this.#translated.options.filter(([option]) => option === name);
    return [...(this.#line.options.get(name) ?? []), ...translated.map(([, value]) => value)];
  }

  has(name: Name): boolean {
    return this.#line.options.has(name) || this.#translated.flags.has(name);
  }

  single(name: Name): string | undefined {
    const [value, second] = this.all(name);
    if (second !== undefined) throw new UsageError(`--${name} is given twice`);
    return value;
  }

  read<T>(name: Name, parse: (option: string, text: string) => T): T | undefined {
    const text = this.single(name);
    return text === undefined ? undefined : parse(this.spelling(name), text);
  }

  /** How an option was written, for messages: `--fuel`, or `-W fuel`. */
  spelling(name: Name): string {
    const translated = this.#translated.options.find(([option]) => option === name);
    return this.#line.options.has(name) || translated === undefined ? `--${name}` : translated[2];
  }
}

/** Reads the options. Throws UsageError. */
export function readRunOptions(line: CommandLine): RunOptions {
  const [file, ...args] = line.operands;
  if (file === undefined) throw new UsageError(noFile(line));
  const translated = translateWasmtime((group) => line.options.get(group) ?? []);
  const given = new Given(line, translated);
  const maxCallDepth = given.read("max-call-depth", (option, text) =>
    parseCount(option, text, 1, MOST_CALL_DEPTH),
  );
  const maxStack = given.read("max-wasm-stack", parseSize);
  const features = [given.single("features"), ...translated.featureChanges].filter(
    (part) => part !== undefined,
  );
  return {
    file,
    args: [given.single("argv0") ?? basename(file), ...args],
    inheritEnv: given.has("inherit-env"),
    envFiles: given.all("env-file"),
    variables: given.all("env").map(parseVariable),
    directories: parseDirectories(given.all("dir"), given.all("mapdir")),
    allowPseudo: given.all("allow-pseudo"),
    stdin: given.single("stdin"),
    listenOn: given.all("tcplisten").map((text) => checkAddress(given.spelling("tcplisten"), text)),
    network: readNetwork(given),
    invoke: given.single("invoke"),
    fuel: given.read("fuel", parseFuel),
    fuelReport: given.has("fuel-report"),
    costModel: given.single("cost-model"),
    timeoutMs: readTimeout(given),
    loadTimeoutMs: given.read("load-timeout", parseTimeLimit),
    maxMemory: given.read("max-memory", parseMemoryLimit),
    oomExit: given.has("oom-exit"),
    limits: {
      ...translated.limits,
      ...(maxCallDepth !== undefined && { callDepth: maxCallDepth }),
      ...(maxStack !== undefined && { stackBytes: maxStack }),
    },
    unknownImportsTrap: given.has("unknown-imports-trap"),
    json: given.single("json"),
    notes: given.has("verbose") ? translated.notes : [],
    seed: given.read("deterministic", (option, text) => parseFuel(option, text || "0")),
    features: features.length === 0 ? undefined : parseFeatures(features.join(",")),
  };
}

function readTimeout(given: Given): number | undefined {
  const own = given.read("timeout", parseTimeLimit);
  const wasmtimes = given.read("wasm-timeout", (option, text) => parseTimeLimit(option, text, true));
  if (own !== undefined && wasmtimes !== undefined) {
    throw new UsageError("--timeout and --wasm-timeout are the same; one is enough");
  }
  return own ?? wasmtimes;
}

/** Where the last value looks like a file, it is one, and the value was forgotten. */
function noFile({ options }: CommandLine): string {
  for (const [name, values] of options) {
    const value = values.at(-1) ?? "";
    if (/\.wasm$/i.test(value)) return `no file given: '${value}' was taken for the value of --${name}`;
  }
  return "no file given";
}
