// Wasmtime's option groups, `-W KEY=VALUE` and its like: which key is which option here, which need nothing done, and why
// the others cannot work. Owns that table and the syntax; what the options mean is in run-options.ts.

import { didYouMean } from "../../checks/suggest.ts";
import { FEATURES, type Feature } from "../../isa/features.ts";
import type { Limits } from "../../limits.ts";
import { shownName } from "../../printable.ts";
import { UsageError } from "../usage-error.ts";
import type { OptionTable } from "./options.ts";
import { parseCount } from "./units.ts";

/** The groups as options. They have Wasmtime's names. */
export const WASMTIME_OPTIONS = {
  wasm: {
    short: "W",
    value: "KEY[=VALUE],…",
    repeatable: true,
    help: "Wasmtime's option: fuel=N, timeout=…, gc=y",
  },
  wasi: {
    short: "S",
    value: "KEY[=VALUE],…",
    repeatable: true,
    help: "Wasmtime's option: inherit-env, tcplisten=…",
  },
  optimize: {
    short: "O",
    value: "KEY[=VALUE],…",
    repeatable: true,
    help: "Wasmtime's option, which does nothing here",
  },
  codegen: {
    short: "C",
    value: "KEY[=VALUE],…",
    repeatable: true,
    help: "Wasmtime's option, which does nothing here",
  },
  debug: {
    short: "D",
    value: "KEY[=VALUE],…",
    repeatable: true,
    help: "Wasmtime's option, which does nothing here",
  },
} as const satisfies OptionTable;

type Group = keyof typeof WASMTIME_OPTIONS;

/** What becomes of a key. */
type Row =
  /** An option of `wasmeter run` with the same value. */
  | { readonly option: string }
  /** A switch of `wasmeter run`, given where the value is yes. */
  | { readonly flag: string }
  /** An option of `wasmeter run` with a value of its own, given where the value is yes. */
  | { readonly grant: string; readonly value: string }
  /** A limit of the store. */
  | { readonly limit: keyof Limits }
  /** Proposals that are switched. */
  | { readonly features: readonly Feature[] }
  /** Tunes what is not here; `note` says so under --verbose. */
  | { readonly note: string }
  /** It is always on here: "no" is what cannot work. */
  | { readonly always: string }
  /** It is never on here: anything but "no" cannot work. */
  | { readonly never: string };

const TUNES_A_COMPILER = "it tunes a compiler, and nothing is compiled to machine code here";
const WHAT_THE_FILE_IS = "what the file is decides";
const BY_RULE =
  "where a component may connect and send to is said by --allow-connect, --allow-udp or --network=all";
const NO_THREADS = "a guest has one thread here; atomic instructions work";

/** Names of proposals that are others here. */
const FEATURE_NAMES: Readonly<Record<string, readonly Feature[]>> = {
  "nontrapping-fptoint": ["saturating-float-to-int"],
  "saturating-float-to-int": ["saturating-float-to-int"],
};

const WASM: Readonly<Record<string, Row>> = {
  fuel: { option: "fuel" },
  timeout: { option: "wasm-timeout" },
  "max-memory-size": { option: "max-memory" },
  "max-wasm-stack": { option: "max-wasm-stack" },
  "max-table-elements": { limit: "tableElements" },
  "max-instances": { limit: "instances" },
  "max-tables": { limit: "tables" },
  "max-memories": { limit: "memories" },
  "unknown-imports-trap": { flag: "unknown-imports-trap" },
  "all-proposals": { features: FEATURES },
  "nan-canonicalization": { note: "NaNs are the same on every machine anyway" },
  "relaxed-simd-deterministic": { always: "relaxed SIMD has one outcome here" },
  "epoch-interruption": { note: "--timeout and Ctrl-C interrupt anyway" },
  "async-stack-size": { note: "guests do not run on the host's stack" },
  "async-stack-zeroing": { note: "guests do not run on the host's stack" },
  "unknown-exports-allow": { note: "exports with other names are no error here" },
  "unknown-imports-default": {
    never: "imports that are missing cannot be made up; -W unknown-imports-trap=y makes calling one a trap",
  },
  "trap-on-grow-failure": { never: "memory.grow past --max-memory gives -1, as the specification has it" },
  "shared-everything-threads": { never: NO_THREADS },
  "stack-switching": { never: "the proposal is not implemented" },
  "component-model": { note: WHAT_THE_FILE_IS },
  "component-model-async": { note: WHAT_THE_FILE_IS },
};

const WASI: Readonly<Record<string, Row>> = {
  cli: { always: "guests get WASI" },
  common: { always: "guests get WASI" },
  preview0: { note: "wasi_unstable is always there" },
  "cli-exit-with-code": { note: "the guest's exit code is the command's exit status" },
  "inherit-env": { flag: "inherit-env" },
  tcplisten: { option: "tcplisten" },
  preview2: { note: "which version of WASI a component gets is what it imports" },
  p3: { note: "which version of WASI a component gets is what it imports" },
  listenfd: { never: "descriptors are not taken over; use --tcplisten HOST:PORT" },
  "inherit-network": { grant: "network", value: "all" },
  "allow-ip-name-lookup": { grant: "allow-lookup", value: "*" },
  tcp: { always: BY_RULE },
  udp: { always: BY_RULE },
  http: { grant: "allow-http", value: "*://*:*" },
  threads: { never: NO_THREADS },
  nn: { never: "wasi-nn is not implemented" },
  config: { never: "wasi-config is not implemented; use --env KEY=VALUE" },
  keyvalue: { never: "wasi-keyvalue is not implemented; use --dir HOST::GUEST" },
  tls: { never: "wasi-tls is not implemented; requests of wasi:http can be https" },
};

const DEBUG: Readonly<Record<string, Row>> = {
  coredump: { never: "there are no core dumps; a trap prints the Wasm frames with their offsets" },
  "guest-debug": { never: "no debugger attaches; a trap prints the Wasm frames with their offsets" },
};

const ROWS: Readonly<Record<Group, Readonly<Record<string, Row>>>> = {
  wasm: WASM,
  wasi: WASI,
  debug: DEBUG,
  optimize: {},
  codegen: {},
};

function rowOf(group: Group, key: string): Row | undefined {
  const own = ROWS[group];
  if (Object.hasOwn(own, key)) return own[key];
  if (group === "wasm") {
    if (Object.hasOwn(FEATURE_NAMES, key)) return { features: FEATURE_NAMES[key] ?? [] };
    if ((FEATURES as readonly string[]).includes(key)) return { features: [key as Feature] };
  }
  // Their keys come and go with the versions of the compiler.
  return group === "wasm" || group === "wasi" ? undefined : { note: TUNES_A_COMPILER };
}

function keysOf(group: Group): string[] {
  return Object.keys(
    group !== "wasm"
      ? ROWS[group]
      : { ...WASM, ...FEATURE_NAMES, ...Object.fromEntries(FEATURES.map((each) => [each, 0])) },
  );
}

/** What `-W help` and its like print: the keys of the groups that ask for it, with what becomes of them. */
export function wasmtimeHelp(given: (group: Group) => readonly string[]): string | undefined {
  const asked = (Object.keys(WASMTIME_OPTIONS) as Group[]).filter((group) =>
    given(group).some((text) => text.split(",").includes("help")),
  );
  if (asked.length === 0) return undefined;
  return asked
    .map((group) => {
      const lines = keysOf(group).flatMap((key) => {
        const row = rowOf(group, key);
        return row === undefined ? [] : [`  ${key.padEnd(KEY_COLUMN)}  ${descriptionOf(row)}`];
      });
      if (group !== "wasm" && group !== "wasi")
        lines.push(`  any other key does nothing: ${TUNES_A_COMPILER}`);
      return `Keys of -${WASMTIME_OPTIONS[group].short}, as Wasmtime spells them:\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

const KEY_COLUMN = 29;

function descriptionOf(row: Row): string {
  if ("option" in row) return `=VALUE  as --${row.option} VALUE`;
  if ("limit" in row) return `=N  a limit of the store: ${row.limit}`;
  if ("flag" in row) return `[=y|n]  as --${row.flag}`;
  if ("grant" in row) return `[=y|n]  as --${row.grant} '${row.value}'`;
  if ("features" in row) return "[=y|n]  switches what it names";
  if ("note" in row) return `does nothing: ${row.note}`;
  return "always" in row ? `always on: ${row.always}` : `cannot work: ${row.never}`;
}

/** What Wasmtime's options ask for, in the words of this command. */
export interface TranslatedOptions {
  /** Options with their values and their spelling on the command line, e.g. `-W fuel`, in the order given. */
  readonly options: readonly (readonly [name: string, value: string, shown: string])[];
  readonly flags: ReadonlySet<string>;
  readonly limits: Partial<Limits>;
  /** `+gc`, `-simd`, in the order given. */
  readonly featureChanges: readonly string[];
  /** What was accepted and does nothing. */
  readonly notes: readonly string[];
}

/** Reads the values of the groups. Throws UsageError for keys and values that mean nothing here, with what to use. */
export function translateWasmtime(given: (group: Group) => readonly string[]): TranslatedOptions {
  const options: [string, string, string][] = [];
  const flags = new Set<string>();
  const limits: Partial<Record<keyof Limits, number>> = {};
  const featureChanges: string[] = [];
  const notes: string[] = [];
  for (const group of Object.keys(WASMTIME_OPTIONS) as Group[]) {
    for (const item of given(group).flatMap((text) => text.split(","))) {
      const [, key = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(item) ?? [];
      const shown = `-${WASMTIME_OPTIONS[group].short} ${shownName(key)}`;
      const row = rowOf(group, key);
      if (row === undefined) {
        throw new UsageError(
          `${shown}: no such option of Wasmtime's is known here${didYouMean(key, keysOf(group))}`,
        );
      }
      if ("note" in row) notes.push(`${shown} does nothing: ${row.note}`);
      else if ("option" in row || "limit" in row) {
        if (value === undefined || value === "") throw new UsageError(`${shown} needs a value: ${shown}=…`);
        if ("option" in row) options.push([row.option, value, shown]);
        else limits[row.limit] = parseCount(shown, value, 0, Number.MAX_SAFE_INTEGER);
      } else {
        const isOn = readSwitch(shown, value);
        if ("grant" in row) {
          if (isOn) options.push([row.grant, row.value, shown]);
        } else if ("flag" in row) {
          if (isOn) flags.add(row.flag);
          else flags.delete(row.flag);
        } else if ("features" in row)
          for (const each of row.features) featureChanges.push(`${isOn ? "+" : "-"}${each}`);
        else if ("always" in row && !isOn) throw new UsageError(`${shown}=n cannot work: ${row.always}`);
        else if ("never" in row && isOn) throw new UsageError(`${shown} cannot work: ${row.never}`);
      }
    }
  }
  return { options, flags, limits, featureChanges, notes };
}

const SWITCHES: Readonly<Record<string, boolean>> = {
  y: true,
  yes: true,
  true: true,
  n: false,
  no: false,
  false: false,
};

function readSwitch(shown: string, value: string | undefined): boolean {
  if (value === undefined) return true;
  const found = Object.hasOwn(SWITCHES, value) ? SWITCHES[value] : undefined;
  if (found === undefined) throw new UsageError(`${shown}: '${shownName(value)}' is neither y nor n`);
  return found;
}
