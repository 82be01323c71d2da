// The options of `wasmeter up` and `watch`: Spin's, which mean what they mean there, and those of every server.
// Owns what the command line and the environment say.

import { printable } from "../../printable.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandLine, OptionTable } from "./options.ts";
import {
  optionOrVariable,
  readServerSettings,
  SERVER_OPTIONS,
  type ServerSettings,
} from "./server-options.ts";

const NOTHING_TO_DO = "Spin's option, which does nothing here";

export const UP_OPTIONS = {
  from: { short: "f", value: "PATH", help: "the application: a spin.toml, or its directory (default: here)" },
  file: { value: "PATH", help: "the same" },
  listen: { value: "HOST:PORT", help: "where to listen (default 127.0.0.1:3000; port 0: any free one)" },
  env: {
    short: "e",
    value: "KEY=VALUE",
    repeatable: true,
    help: "set a variable of every component's environment",
  },
  "component-id": { short: "c", value: "NAME", repeatable: true, help: "serve this component alone" },
  variable: { value: "KEY=VALUE|KEY=@FILE", repeatable: true, help: "set a variable of the application" },
  build: { help: "run the components' build commands first" },
  quiet: { short: "q", help: "do not show what components write to standard error" },
  follow: { value: "NAME", repeatable: true, help: "show only what this component writes" },
  "log-dir": {
    short: "L",
    value: "DIR",
    help: "where components' output goes (default .spin/logs; '' for nowhere)",
  },
  "truncate-logs": { help: "empty the log files first" },
  "state-dir": { value: "DIR", help: "where logs and stores are (default .spin beside the manifest)" },
  "key-value": {
    value: "KEY=VALUE",
    repeatable: true,
    help: "set a key of the default store before anything is served",
  },
  sqlite: {
    value: "SQL|@FILE[:LABEL]",
    repeatable: true,
    help: "execute a statement, or those of FILE, in a database before anything is served",
  },
  "runtime-config-file": {
    value: "FILE",
    help: "Spin's runtime configuration: providers of variables, stores, directories",
  },
  "direct-mounts": { help: "grant directories as they are, instead of copies in memory" },
  "allow-transient-write": { help: "let guests write to their files; it is gone with the request" },
  "max-instance-memory": { value: "SIZE", help: "Spin's name of --max-memory" },
  "find-free-port": { help: "take the next free port if the one to listen on is in use" },
  ...SERVER_OPTIONS,
  temp: { value: "DIR", help: NOTHING_TO_DO },
  "cache-dir": { value: "DIR", help: NOTHING_TO_DO },
  cache: { value: "FILE", help: NOTHING_TO_DO },
  "disable-cache": { help: NOTHING_TO_DO },
  "disable-pooling": { help: NOTHING_TO_DO },
  "debug-info": { help: NOTHING_TO_DO },
} as const satisfies OptionTable;

const AS_NEW = "not needed: an instance is made as new for each request";

/** Spin's options that cannot work, and what to write. */
export const UP_FOREIGN_OPTIONS: Readonly<Record<string, string>> = {
  "from-file": "--from PATH",
  "from-registry": "--from PATH, as nothing is downloaded",
  registry: "--from PATH, as nothing is downloaded",
  insecure: "--from PATH, as nothing is downloaded",
  profile: "a manifest without profiles",
  sh: "--quiet",
  shush: "--quiet",
  tmp: "--temp DIR, which does nothing",
  addr: "--listen HOST:PORT",
  port: "--listen :PORT",
  p: "--listen :PORT",
  "max-instance-reuse-count": AS_NEW,
  "max-instance-concurrent-reuse-count": AS_NEW,
  "idle-instance-timeout": AS_NEW,
  "request-timeout": "--timeout DURATION",
  "http1-max-buf-size": "not needed: a request's head has 16 KiB at most",
  "experimental-wasm-feature": "not needed: what is supported is always there",
};

export interface UpOptions {
  /** Of the manifest, or its directory. */
  readonly path: string;
  readonly server: ServerSettings;
  readonly environment: ReadonlyMap<string, string>;
  readonly components: readonly string[] | undefined;
  readonly variables: readonly VariableOption[];
  readonly build: boolean;
  readonly quiet: boolean;
  readonly follow: readonly string[];
  /** `""` for nowhere. */
  readonly logDir: string | undefined;
  readonly truncateLogs: boolean;
  readonly stateDir: string | undefined;
  /** Of the default store. */
  readonly keyValues: readonly (readonly [key: string, value: string])[];
  /** What is executed before anything is served, in this order. */
  readonly sql: readonly SqlOption[];
  readonly runtimeConfigFile: string | undefined;
  readonly directMounts: boolean;
  readonly allowTransientWrite: boolean;
}

/** Statements, or the file where they stand, and the database's label. */
export type SqlOption = { readonly label: string } & (
  | { readonly statements: string; readonly file?: undefined }
  | { readonly statements?: undefined; readonly file: string }
);

/** `KEY=VALUE`, `KEY=@FILE`, or `@FILE` with any number of variables as TOML or JSON. */
export type VariableOption =
  | { readonly key: string; readonly value: string; readonly file?: undefined }
  | { readonly key: string | undefined; readonly file: string };

type Env = Readonly<Record<string, string | undefined>>;

const LISTEN = { option: "listen", variable: "SPIN_HTTP_LISTEN_ADDR", otherwise: "127.0.0.1:3000" } as const;

/** Reads the options. Throws UsageError. */
export function readUpOptions(line: CommandLine, env: Env): UpOptions {
  const all = (name: string): readonly string[] => line.options.get(name) ?? [];
  const text = (name: string, variable?: string): string | undefined =>
    optionOrVariable(line, name, env, variable);
  const paths = [...all("from"), ...all("file"), ...line.operands];
  if (paths.length > 1) throw new UsageError(`one application at a time: '${paths[1]}' is one too many`);
  const components = all("component-id");
  const follow = all("follow");
  const quiet = line.options.has("quiet");
  if (quiet && follow.length > 0)
    throw new UsageError("--quiet shows nothing, and --follow something: give one of the two");
  const older = text("max-instance-memory");
  if (older !== undefined && line.options.has("max-memory")) {
    throw new UsageError("--max-instance-memory and --max-memory are the same; one is enough");
  }
  const withMemory: CommandLine =
    older === undefined ? line : { ...line, options: new Map([...line.options, ["max-memory", [older]]]) };
  return {
    path: paths[0] ?? ".",
    server: readServerSettings(withMemory, env, LISTEN),
    environment: new Map(all("env").map((pair) => parsePair("--env", pair))),
    components: components.length === 0 ? undefined : components,
    variables: all("variable").map(parseVariableOption),
    build: line.options.has("build") || isOn(env.SPIN_ALWAYS_BUILD),
    quiet,
    follow,
    logDir: line.options.get("log-dir")?.[0] ?? env.SPIN_LOG_DIR,
    truncateLogs: line.options.has("truncate-logs"),
    stateDir: text("state-dir"),
    keyValues: all("key-value").map((pair) => parsePair("--key-value", pair)),
    sql: all("sqlite").map(parseSqlOption),
    runtimeConfigFile: text("runtime-config-file", "RUNTIME_CONFIG_FILE"),
    directMounts: line.options.has("direct-mounts"),
    allowTransientWrite: line.options.has("allow-transient-write") || isOn(env.SPIN_ALLOW_TRANSIENT_WRITE),
  };
}

/** `@FILE:LABEL` as Spin has it; a statement is for the default database. */
function parseSqlOption(text: string): SqlOption {
  if (!text.startsWith("@")) return { label: "default", statements: text };
  const [, file = "", label = "default"] = /^@(.*?)(?::([A-Za-z][\w-]*))?$/s.exec(text) ?? [];
  if (file === "") throw new UsageError("--sqlite: a file is missing behind '@'; write @FILE or @FILE:LABEL");
  return { label, file };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false", "no", "n", "off", "f"].includes(value.toLowerCase());
}

function parsePair(option: string, text: string): [string, string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new UsageError(`${option}: '${printable(text)}' has no '='; write KEY=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function parseVariableOption(text: string): VariableOption {
  if (text.startsWith("@") && text.length > 1) return { key: undefined, file: text.slice(1) };
  const at = text.indexOf("=");
  if (at <= 0) {
    // What stands there may be the secret itself.
    throw new UsageError("--variable: one of them lacks its name; write KEY=VALUE, KEY=@FILE or @FILE");
  }
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  return value.startsWith("@") ? { key, file: value.slice(1) } : { key, value };
}
