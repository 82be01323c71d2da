// `wasmeter serve`: one file behind HTTP, with the grants of `run`. Wasmtime's options of the same command are understood.

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { printable } from "../../printable.ts";
import type { Manifest } from "../../spin/model.ts";
import { buildEnvironment, parseDirectories, parseVariable } from "../args/grants.ts";
import { type CommandLine, type OptionTable, onlyFile } from "../args/options.ts";
import { readServerSettings, SERVER_OPTIONS, type ServerSettings } from "../args/server-options.ts";
import { translateWasmtime, WASMTIME_OPTIONS } from "../args/wasmtime-options.ts";
import type { Command } from "../command.ts";
import { InputError, UsageError } from "../usage-error.ts";
import { openDirectories, readEnvFiles } from "./open-grants.ts";

const SERVE_OPTIONS = {
  addr: { value: "HOST:PORT", help: "where to listen (default 127.0.0.1:8080; port 0: any free one)" },
  wagi: { help: "it is a WAGI program (core modules are anyway)" },
  argv: { value: "WORDS", help: "a WAGI program's arguments, see docs/wagi.md" },
  dir: {
    value: "HOST[::GUEST][:ro]",
    repeatable: true,
    help: "grant a host directory, under another name, read-only",
  },
  env: { value: "KEY[=VALUE]", repeatable: true, help: "set a variable, or pass one of yours on" },
  "allow-http": {
    value: "RULE",
    repeatable: true,
    help: "let a component make requests there: https://*.example.com",
  },
  "env-file": { value: "FILE", repeatable: true, help: "set the variables that FILE lists; --env wins" },
  "inherit-env": { help: "pass all your environment variables on" },
  ...SERVER_OPTIONS,
  ...WASMTIME_OPTIONS,
} as const satisfies OptionTable;

const FOREIGN: Readonly<Record<string, string>> = {
  listen: "--addr HOST:PORT",
  port: "--addr :PORT",
  "shutdown-addr": "SIGTERM",
  "no-logging-prefix": "not needed: there is no prefix",
};

/** Of Wasmtime's groups, what is there for every server. */
const ALWAYS_ON = /^(cli|http|common|p3)(=(y|yes|true))?$/;

/** `-W fuel=N` and the like in this command's own options. Throws UsageError. */
function withWasmtimes(line: CommandLine): CommandLine {
  const translated = translateWasmtime((group) => {
    const values = line.options.get(group) ?? [];
    if (group !== "wasi") return values.filter((value) => !/^component-model(-async)?(=\w+)?$/.test(value));
    return values.flatMap((value) => value.split(",")).filter((value) => !ALWAYS_ON.test(value));
  });
  const options = new Map(line.options);
  for (const [name, value] of translated.options) {
    const own = name === "wasm-timeout" ? "timeout" : name;
    if (!(own in SERVE_OPTIONS)) throw new UsageError(`-W, -S: '${own}' has no meaning for a server`);
    if (options.has(own)) throw new UsageError(`--${own} is given twice`);
    // Wasmtime's times without a unit are seconds.
    options.set(own, [own === "timeout" && /^[\d.]+$/.test(value) ? `${value}s` : value]);
  }
  for (const flag of translated.flags) options.set(flag, [""]);
  return { ...line, options };
}

/** An application of one component, as a manifest would say it. */
function manifestOf(
  file: string,
  argv: string | undefined,
  isComponent: boolean,
  rules: readonly string[],
): Manifest {
  const id = basename(file).replace(/\.wasm$/i, "") || "guest";
  const wagi = {
    type: "wagi",
    argv: argv ?? `${"$"}{SCRIPT_NAME} ${"$"}{ARGS}`,
    entrypoint: "_start",
  } as const;
  const executor = isComponent ? ({ type: "http" } as const) : wagi;
  const component = {
    ...{
      id,
      line: 0,
      description: "",
      source: { line: 0, value: file },
      variables: new Map(),
      environment: new Map(),
    },
    ...{
      files: [],
      excludeFiles: [],
      allowedOutboundHosts: rules.map((value) => ({ line: 0, value })),
      keyValueStores: [],
      sqliteDatabases: [],
    },
    ...{ build: undefined, limits: {} },
  };
  const target = { kind: "component", id, executor } as const;
  return {
    ...{ file: "", name: id, version: "", description: "", base: "/", variables: new Map(), warnings: [] },
    triggers: [{ id: "trigger", line: 0, path: "", route: { line: 0, value: "/..." }, target }],
    components: new Map([[id, component]]),
  };
}

/** Throws UsageError. */
export function readServeSettings(
  line: CommandLine,
  env: Readonly<Record<string, string | undefined>>,
): ServerSettings {
  return readServerSettings(line, env, { option: "addr", otherwise: "127.0.0.1:8080" });
}

export const serve: Command = {
  name: "serve",
  summary: "Serve one file over HTTP",
  usage: "serve [options] <file.wasm>",
  options: SERVE_OPTIONS,
  foreignOptions: FOREIGN,
  guestArgs: false,
  notes: `A component answers by wasi:http/incoming-handler of 0.2, or handler of 0.3; a WAGI program, of preview1 or wasi:cli/run, as a CGI program does.
Each request has an instance that is as new. SIGTERM and Ctrl-C let what is under way come to its end.`,
  async execute(given, { io }) {
    const line = withWasmtimes(given);
    const file = onlyFile(line);
    if (!existsSync(file)) throw new InputError(`cannot read ${printable(file)}: no such file`);
    const settings = readServeSettings(line, io.env);
    const all = (name: string): readonly string[] => line.options.get(name) ?? [];
    const variables = [...readEnvFiles(all("env-file")), ...all("env").map(parseVariable)];
    const environment = buildEnvironment(variables, io.env, line.options.has("inherit-env"));
    const preopens = openDirectories(parseDirectories(all("dir")));
    const [{ makeApplication }, { serveApplication }, { inputErrors }, { describeWasm }, { readInput }] =
      await Promise.all([
        import("../../spin/application.ts"),
        import("../serving/serve-application.ts"),
        import("../serving/input-errors.ts"),
        import("../../spin/wasm-kind.ts"),
        import("../read-module.ts"),
      ]);
    const isComponent = describeWasm(readInput(file)).kind === "component";
    const manifest = manifestOf(
      file,
      all("argv")[0],
      isComponent && !line.options.has("wagi"),
      all("allow-http"),
    );
    return inputErrors(() =>
      serveApplication({
        ...{ io, file, settings, close: () => {} },
        load: () =>
          makeApplication(manifest, {
            environment: new Map(Object.entries(environment)),
            ...(Object.keys(preopens).length > 0 && { preopens }),
            limits: settings.limits,
            // There is no application of Spin's around it.
            routeHeaders: false,
            onOutput: (_component, _stream, chunk) => showOutput(io, chunk),
          }),
      }),
    );
  },
};

function showOutput(io: Parameters<Command["execute"]>[1]["io"], chunk: Uint8Array): void {
  try {
    io.stderr.write(chunk);
  } catch {
    // Nobody reads it.
  }
}
