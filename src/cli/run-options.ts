// The options of `wasmeter run`: their table, and their values as numbers, grants and names.
// Owns what the command line says; run.ts does it.

import { basename } from "node:path";
import type { Feature } from "../isa/features.ts";
import { FEATURES_OPTION, parseFeatures } from "./features-option.ts";
import { buildEnvironment, type DirectoryGrant, parseDirectories } from "./grants.ts";
import { type CommandLine, type OptionTable, single } from "./options.ts";
import { parseCount, parseDuration, parseFuel, parseSize } from "./units.ts";
import { UsageError } from "./usage-error.ts";

export const RUN_OPTIONS = {
  dir: {
    value: "HOST[::GUEST][:ro]",
    repeatable: true,
    help: "grant a host directory, under another name, read-only",
  },
  env: { value: "KEY[=VALUE]", repeatable: true, help: "set a variable, or pass one of yours on" },
  "inherit-env": { help: "pass all your environment variables on" },
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

/** What `wasmeter run` was asked to do. */
export interface RunOptions {
  readonly file: string;
  /** The guest's arguments; the first is the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly directories: readonly DirectoryGrant[];
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

/** Reads the options. Throws UsageError. */
export function readRunOptions(
  line: CommandLine,
  hostEnv: Readonly<Record<string, string | undefined>>,
): RunOptions {
  const [file, ...args] = line.operands;
  if (file === undefined) throw new UsageError("no file given");
  const read = <T>(
    name: keyof typeof RUN_OPTIONS,
    parse: (option: string, text: string) => T,
  ): T | undefined => {
    const text = single(line, name);
    return text === undefined ? undefined : parse(`--${name}`, text);
  };
  return {
    file,
    args: [single(line, "argv0") ?? basename(file), ...args],
    env: buildEnvironment(line.options.get("env") ?? [], hostEnv, line.options.has("inherit-env")),
    directories: parseDirectories(line.options.get("dir") ?? []),
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
