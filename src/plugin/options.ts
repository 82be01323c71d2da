// What plugins, pools and calls are given, and the defaults. Owns the tables; a default stands beside its documentation.

import { Engine, type Limits, type Linker } from "../api/index.ts";
import {
  ABORT_SIGNAL,
  COUNT,
  FUEL,
  integer,
  limitTable,
  listOf,
  MILLISECONDS,
  type OptionTable,
  objectWith,
  oneOf,
  optionsOf,
  type Read,
  recordOf,
  type Shape,
  STRING,
  shape,
} from "../checks/options.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { quotedName } from "../printable.ts";
import type { FileSystem, WasiOptions } from "../wasi/index.ts";
import { ABIS, type AbiName } from "./abi.ts";
import { HOST_FUNCTIONS, type PluginHostFunctions } from "./current-plugin.ts";
import type { LogEntry, LogLevel } from "./errors.ts";
import type { PluginObserver } from "./events.ts";
import type { HttpCallback } from "./extism/http.ts";
import { LOG_LEVELS } from "./logs.ts";

/** What is granted by WASI besides the paths: all of it is nothing, unless it is named. */
export type PluginWasi = Pick<
  WasiOptions,
  "args" | "env" | "clock" | "random" | "deterministic" | "maxDescriptors"
>;

/**
 * What a call finds: an instance as it was when it had been made (`reset`, `fresh`), by undoing what the last call has done or
 * by making another one; or what the last call has left (`kept`).
 */
export type InstanceState = "reset" | "fresh" | "kept";

export interface PluginOptions {
  /** Default `auto`: by what the module imports and exports. */
  readonly abi?: AbiName | "auto" | undefined;
  /** Default: one of its own, with cost model `bounded`. */
  readonly engine?: Engine | undefined;
  /** Fuel of a call, unless the call says otherwise. Default: no bound. */
  readonly fuel?: bigint | number | undefined;
  /** Milliseconds of a call, waiting for an instance included. Default 30,000; `Infinity` for no bound. */
  readonly timeoutMs?: number | undefined;
  /** Bytes of memories, tables, objects and blocks of an instance. Default 64 MiB. */
  readonly memoryBytes?: number | undefined;
  /** Bytes of output. Default 16 MiB. */
  readonly outputBytes?: number | undefined;
  /** Other limits of the instance's store. */
  readonly limits?: Partial<Limits> | undefined;
  /** Default `reset`. */
  readonly state?: InstanceState | undefined;
  /** Defines what else the plugin may import, by the engine's own means. */
  readonly imports?: ((linker: Linker) => void) | undefined;
  readonly hostFunctions?: PluginHostFunctions | undefined;
  readonly wasi?: PluginWasi | undefined;
  /** File systems by the path under which the plugin sees them. Default none. */
  readonly allowedPaths?: Readonly<Record<string, FileSystem>> | undefined;
  /** What Extism's `config_get` gives. */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** Hosts that Extism's `http_request` may reach; `*` stands for any characters. Default none. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Sends requests. Default: the host's `fetch`, without following redirects. */
  readonly http?: HttpCallback | undefined;
  /** Bytes of a response. Default 16 MiB. */
  readonly httpResponseBytes?: number | undefined;
  /** Requests of one call. Default 32. */
  readonly httpRequests?: number | undefined;
  /** Bytes of Extism's variables, with 64 for each. Default 1 MiB. */
  readonly variableBytes?: number | undefined;
  /** The least important level that is kept. Default `info`. */
  readonly logLevel?: LogLevel | undefined;
  /** Bytes of the log that are kept in a call, with 64 for each line. Default 64 KiB. */
  readonly logBytes?: number | undefined;
  /** Is told each line that is kept, when it is written. What it throws is ignored. */
  readonly log?: ((entry: LogEntry) => void) | undefined;
  /** Is told what happens. What it throws is ignored. */
  readonly onEvent?: PluginObserver | undefined;
}

/** Bounds of one call, and what it is for. */
export interface PluginCallOptions {
  /** Fuel. Default: the plugin's. */
  readonly fuel?: bigint | number | undefined;
  /** Milliseconds, waiting for an instance included. Default: the plugin's. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Handed to host functions as `plugin.context`. */
  readonly context?: unknown;
  /** For whom it is: a name by which pools share fairly. Default: for nobody in particular. */
  readonly tenant?: string | undefined;
}

function func<T>(expected: string): Shape<T> {
  return shape(expected, (value) => typeof value === "function");
}

const ANYTHING: Shape<unknown> = { expected: "anything", read: (value) => value };

/** A host's name as it stands in a URL, with `*` and `?`; an address of IPv6 in brackets. */
const HOST = /^(?:\[[\da-f:.*?]+\]|[^\s/:@#[\]]+)$/i;

export const HOST_PATTERN: Shape<string> = {
  expected: 'the name of a host, without scheme, port or path, e.g. "*.example.com"',
  read(value, what) {
    const text = STRING.read(value, what);
    if (HOST.test(text)) return text;
    throw new RangeError(`${what}: expected ${this.expected}, got ${quotedName(text)}`);
  },
};

const WASI = {
  args: /* @__PURE__ */ listOf("an array of strings", STRING),
  env: /* @__PURE__ */ recordOf("an object of strings", STRING),
  clock: /* @__PURE__ */ objectWith<NonNullable<PluginWasi["clock"]>>(
    "a ClockSource",
    "realtime",
    "monotonic",
  ),
  random: /* @__PURE__ */ objectWith<NonNullable<PluginWasi["random"]>>("a RandomSource", "fill"),
  // What it has to be, WasiPreview1 says.
  deterministic: ANYTHING as Shape<NonNullable<PluginWasi["deterministic"]>>,
  maxDescriptors: COUNT,
} satisfies OptionTable<PluginWasi>;

const FILE_SYSTEM: Shape<FileSystem> = /* @__PURE__ */ objectWith(
  "a file system, e.g. a MemoryFileSystem",
  "root",
);

export const PLUGIN_OPTIONS = {
  abi: /* @__PURE__ */ oneOf([...ABIS, "auto"]),
  engine: /* @__PURE__ */ shape<Engine>("an Engine", (value) => value instanceof Engine),
  fuel: FUEL,
  timeoutMs: MILLISECONDS,
  memoryBytes: COUNT,
  outputBytes: COUNT,
  limits: /* @__PURE__ */ optionsOf("an object of limits", /* @__PURE__ */ limitTable(DEFAULT_LIMITS)),
  state: /* @__PURE__ */ oneOf(["reset", "fresh", "kept"]),
  imports: /* @__PURE__ */ func<NonNullable<PluginOptions["imports"]>>("a function that is given a linker"),
  hostFunctions: HOST_FUNCTIONS,
  wasi: /* @__PURE__ */ optionsOf("an object of grants", WASI),
  allowedPaths: /* @__PURE__ */ recordOf("an object of file systems by guest path", FILE_SYSTEM),
  config: /* @__PURE__ */ recordOf("an object of strings", STRING),
  allowedHosts: /* @__PURE__ */ listOf("an array of host names", HOST_PATTERN),
  http: /* @__PURE__ */ func<HttpCallback>("a function that sends a request"),
  httpResponseBytes: COUNT,
  httpRequests: COUNT,
  variableBytes: COUNT,
  logLevel: /* @__PURE__ */ oneOf(LOG_LEVELS),
  logBytes: COUNT,
  log: /* @__PURE__ */ func<NonNullable<PluginOptions["log"]>>("a function"),
  onEvent: /* @__PURE__ */ func<PluginObserver>("a function"),
} satisfies OptionTable<PluginOptions>;

export const CALL_OPTIONS = {
  fuel: FUEL,
  timeoutMs: MILLISECONDS,
  signal: ABORT_SIGNAL,
  context: ANYTHING,
  tenant: STRING,
} satisfies OptionTable<PluginCallOptions>;

export type PluginSettings = Read<typeof PLUGIN_OPTIONS>;
export type CallSettings = Read<typeof CALL_OPTIONS>;

const MIB = 2 ** 20;

/** Documented in docs/plugins.md. */
export const PLUGIN_DEFAULTS = {
  timeoutMs: 30_000,
  memoryBytes: 64 * MIB,
  outputBytes: 16 * MIB,
  httpResponseBytes: 16 * MIB,
  httpRequests: 32,
  variableBytes: MIB,
  logBytes: 64 * 1024,
  size: 8,
  queue: 1000,
} as const;

export interface PoolOptions extends PluginOptions {
  /** Calls that run at the same time, each in an instance of its own; with `workers`, in each of them. Default 8. */
  readonly size?: number | undefined;
  /** Calls of one tenant that run at the same time. Default: as many as there are. */
  readonly tenantSize?: number | undefined;
  /** Calls that may wait. One more is `queue-full`. Default 1,000. */
  readonly queue?: number | undefined;
  /** Milliseconds that a call may wait. Default: as long as its `timeoutMs`. */
  readonly queueTimeoutMs?: number | undefined;
  /** Threads. Default 0: all runs in this one. */
  readonly workers?: number | undefined;
  /**
   * A module whose default export gives the options that cannot be sent to another thread (`hostFunctions`, `imports`, `http`,
   * `allowedPaths`, `wasi`), as an object or by a function. Each worker imports it.
   */
  readonly workerModule?: string | URL | undefined;
}

export const POOL_OPTIONS = {
  ...PLUGIN_OPTIONS,
  size: /* @__PURE__ */ integer(1),
  tenantSize: /* @__PURE__ */ integer(1),
  queue: COUNT,
  queueTimeoutMs: MILLISECONDS,
  workers: COUNT,
  workerModule: /* @__PURE__ */ shape<string | URL>(
    "a URL, or one as a string",
    (value) => typeof value === "string" || (typeof URL === "function" && value instanceof URL),
  ),
} satisfies OptionTable<PoolOptions>;

export type PoolSettings = Read<typeof POOL_OPTIONS>;
