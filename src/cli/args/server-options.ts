// The options that `up`, `watch` and `serve` share: where to listen, what requests may use, logs, processes.
// Owns what the command line and the environment say; src/cli/serving does it.

import { availableParallelism, totalmem } from "node:os";
import type { GuestLimits } from "../../http/limits.ts";
import { parseTcpAddress } from "../../wasi/node/sockets.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandLine, OptionTable } from "./options.ts";
import {
  parseCount,
  parseDuration,
  parseFuel,
  parseMemoryLimit,
  parseSize,
  parseTimeLimit,
} from "./units.ts";

export const SERVER_OPTIONS = {
  "tls-cert": { value: "FILE", help: "serve HTTPS with this certificate, as PEM" },
  "tls-key": { value: "FILE", help: "the certificate's key, as PEM" },
  workers: { value: "N", help: "processes (default: one per core, one alone under 512 MiB of memory)" },
  grace: { value: "DURATION", help: "time for what is under way when the server is to end (default 10s)" },
  metrics: { value: "HOST:PORT", help: "serve metrics there, in Prometheus' format" },
  format: { value: "text|json", help: "form of the access log and of the first lines (default text)" },
  "no-access-log": { help: "no line for each request" },
  fuel: { value: "N", help: "most fuel of a request, for components that do not say otherwise" },
  timeout: { value: "DURATION", help: "most time of a request (default 30s)" },
  "max-memory": { value: "SIZE", help: "most memory of a request (default 128MiB)" },
  "max-concurrency": { value: "N", help: "most requests of a component at the same time, for each process" },
  "max-requests": { value: "N", help: "most requests at the same time, for each process (default 256)" },
  "max-queue": { value: "N", help: "most requests that wait; one more gets 503 (default 1024)" },
  "max-body": { value: "SIZE", help: "most bytes of a request's body (default: any number)" },
  "cost-model": { value: "NAME", help: "what costs how much fuel: instructions, bounded" },
  deterministic: {
    value: "SEED",
    optional: true,
    help: "the same clock and random numbers for each request",
  },
} as const satisfies OptionTable;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ServerSettings {
  readonly listen: Address;
  /** Whether a port that is in use makes way for the next one. */
  readonly findFreePort: boolean;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly workers: number;
  readonly graceMs: number;
  readonly metrics: Address | undefined;
  readonly format: "text" | "json";
  readonly accessLog: boolean;
  readonly limits: GuestLimits;
  readonly maxRequests: number | undefined;
  readonly maxQueue: number | undefined;
  readonly maxBody: number | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

const MOST_WORKERS = 1024;
const MOST_REQUESTS = 100_000;
const DEFAULT_GRACE_MS = 10_000;

/** Where a server listens: `HOST:PORT`, `[V6]:PORT`, `:PORT` or a port, which mean this machine alone. Throws UsageError. */
export function parseListenAddress(option: string, text: string): Address {
  const [, port] = /^:?(\d{1,5})$/.exec(text) ?? [];
  const address = parseTcpAddress(port === undefined ? text : `127.0.0.1:${port}`);
  if (address !== undefined) return address;
  throw new UsageError(`${option}: '${text}' is no address; write HOST:PORT, [IPV6]:PORT or :PORT`);
}

/** The only value of an option; else that of a variable of the environment. */
export function optionOrVariable(
  { options }: CommandLine,
  name: string,
  env: Env,
  variable?: string,
): string | undefined {
  const given = options.get(name)?.[0];
  if (given !== undefined || variable === undefined) return given;
  const inherited = env[variable];
  return inherited === "" ? undefined : inherited;
}

/** @param listen option and variable of the address, and its default. Throws UsageError */
export function readServerSettings(
  line: CommandLine,
  env: Env,
  listen: { readonly option: string; readonly variable?: string; readonly otherwise: string },
): ServerSettings {
  const text = (name: string, variable?: string): string | undefined =>
    optionOrVariable(line, name, env, variable);
  const read = <T>(name: string, parse: (option: string, text: string) => T): T | undefined => {
    const value = text(name);
    return value === undefined ? undefined : parse(`--${name}`, value);
  };
  const count = (name: string, most: number) =>
    read(name, (option, value) => parseCount(option, value, 1, most));
  const address = text(listen.option, listen.variable) ?? listen.otherwise;
  const metrics = read("metrics", parseListenAddress);
  const format = text("format") ?? "text";
  if (format !== "text" && format !== "json" && format !== "plain") {
    throw new UsageError(`--format: '${format}' is neither text nor json`);
  }
  return {
    listen: parseListenAddress(`--${listen.option}`, address),
    findFreePort: line.options.has("find-free-port"),
    tls: readTls(text("tls-cert", "SPIN_TLS_CERT"), text("tls-key", "SPIN_TLS_KEY")),
    workers: count("workers", MOST_WORKERS) ?? defaultWorkers(),
    graceMs: read("grace", parseDuration) ?? DEFAULT_GRACE_MS,
    metrics,
    format: format === "json" ? "json" : "text",
    accessLog: !line.options.has("no-access-log"),
    limits: readLimits(read, count),
    maxRequests: count("max-requests", MOST_REQUESTS),
    maxQueue: read("max-queue", (option, value) => parseCount(option, value, 0, MOST_REQUESTS)),
    maxBody: read("max-body", parseSize),
  };
}

function readTls(cert: string | undefined, key: string | undefined): ServerSettings["tls"] {
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError(
      `${cert === undefined ? "--tls-cert" : "--tls-key"} is missing: a certificate and its key belong together`,
    );
  }
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function readLimits(
  read: <T>(name: string, parse: (option: string, text: string) => T) => T | undefined,
  count: (name: string, most: number) => number | undefined,
): GuestLimits {
  const seed = read("deterministic", (option, value) => parseFuel(option, value || "0"));
  return {
    fuel: read("fuel", parseFuel),
    timeoutMs: read("timeout", (option, value) => parseTimeLimit(option, value)),
    maxMemory: read("max-memory", parseMemoryLimit),
    maxConcurrency: count("max-concurrency", MOST_REQUESTS),
    costModel: read("cost-model", (option, value) => {
      if (value === "instructions" || value === "bounded") return value;
      throw new UsageError(`${option}: '${value}' is neither instructions nor bounded`);
    }),
    deterministic: seed === undefined ? undefined : { seed },
  };
}

/** Each process takes some 60 MiB: on a small machine one is enough. */
const SMALL_MACHINE = 512 * 2 ** 20;

function defaultWorkers(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return memory <= SMALL_MACHINE ? 1 : availableParallelism();
}
