// What `up` and `watch` load: the manifest with variables from everywhere, and the logs of its components.
// Owns reading the files that the options name.

import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { printable } from "../../printable.ts";
import { makeApplication, manifestPath, STATE_DIR } from "../../spin/application.ts";
import { parseManifest } from "../../spin/manifest.ts";
import type { Manifest } from "../../spin/model.ts";
import { parseRuntimeConfig, type RuntimeConfig } from "../../spin/runtime-config.ts";
import type { LoadedApplication } from "../../spin/spin-application.ts";
import { DEFAULT_STORE, defaultDatabase, defaultFile } from "../../spin/stores/application-stores.ts";
import { KeyValueFile } from "../../spin/stores/key-value-file.ts";
import { SqlDatabase } from "../../spin/stores/sql-database.ts";
import { findGuardedModule, NO_GUARDED_SQLITE } from "../../spin/stores/sqlite.ts";
import { isTable } from "../../spin/table-reader.ts";
import { parseToml, TomlError } from "../../spin/toml.ts";
import { environmentProvider, staticProvider, type VariableProvider } from "../../spin/variables.ts";
import { parseEnvFile } from "../args/env-file.ts";
import type { UpOptions, VariableOption } from "../args/up-options.ts";
import type { CommandIo } from "../io.ts";
import { readInput, systemCode, systemReason } from "../read-module.ts";
import { InputError } from "../usage-error.ts";
import { LogFiles } from "./log-files.ts";

export class UpSource {
  /** Of the manifest. */
  readonly file: string;
  readonly #options: UpOptions;
  readonly #io: CommandIo;
  #logs: LogFiles | undefined;

  constructor(options: UpOptions, io: CommandIo) {
    this.#options = options;
    this.#io = io;
    this.file = manifestPath(options.path);
  }

  /** @throws InputError, ManifestError */
  manifest(): Manifest {
    return parseManifest(this.#readManifest(), this.file);
  }

  /** Reads everything anew. @throws InputError; ManifestError with every problem of the manifest */
  load(): LoadedApplication {
    const { environment, components, directMounts, allowTransientWrite, server } = this.#options;
    const manifest = this.manifest();
    const config = this.#runtimeConfig();
    const maxMemory = server.limits.maxMemory ?? config?.maxInstanceMemory;
    const logs = this.#openLogs([...manifest.components.keys()], config);
    return makeApplication(manifest, {
      stateDir: this.#stateDirectory(config),
      keyValueStores: this.#storeFiles(config?.keyValueStores),
      sqliteDatabases: this.#storeFiles(config?.sqliteDatabases),
      variables: this.#providers(config),
      ...{ environment, directMounts, allowTransientWrite },
      ...(components !== undefined && { components }),
      limits: { ...server.limits, maxMemory },
      onOutput: (component, stream, chunk) => logs.write(component, stream, chunk),
    });
  }

  /** Sets what `--key-value` says, once for all processes. @throws InputError */
  async setKeyValues(): Promise<void> {
    const { keyValues } = this.#options;
    if (keyValues.length === 0) return;
    const config = this.#runtimeConfig();
    const declared = this.#storeFiles(config?.keyValueStores);
    const path = declared.get(DEFAULT_STORE) ?? defaultFile(this.#stateDirectory(config));
    if (path === undefined) throw new InputError("--key-value: the default store is in memory, in no file");
    const file = new KeyValueFile(path);
    try {
      const entries = keyValues.map(([key, value]): [string, Uint8Array] => [key, Buffer.from(value)]);
      await file.store(DEFAULT_STORE).setMany(entries);
    } catch (error) {
      throw new InputError(`--key-value: ${printable(path)}: ${(error as Error).message}`);
    } finally {
      file.close();
    }
  }

  /** Executes what `--sqlite` says, in its order, once for all processes. @throws InputError */
  async runSql(): Promise<void> {
    const { sql } = this.#options;
    if (sql.length === 0) return;
    if (findGuardedModule() === undefined) throw new InputError(`--sqlite: ${NO_GUARDED_SQLITE}`);
    const config = this.#runtimeConfig();
    const declared = this.#storeFiles(config?.sqliteDatabases);
    const paths = new Map([[DEFAULT_STORE, defaultDatabase(this.#stateDirectory(config))], ...declared]);
    for (const { label, file, statements } of sql) {
      if (!paths.has(label)) {
        const advice = `declare it in the runtime configuration: [sqlite_database.${printable(label)}] type = "spin"`;
        throw new InputError(`--sqlite: there is no database '${printable(label)}'; ${advice}`);
      }
      const path = paths.get(label);
      if (path === undefined)
        throw new InputError(`--sqlite: the database '${label}' is in memory, in no file`);
      const text = file === undefined ? statements : textOf("--sqlite", file);
      const database = new SqlDatabase(path);
      try {
        await database.executeBatch(text);
      } catch (error) {
        const where = file === undefined ? printable(path) : printable(file);
        throw new InputError(`--sqlite: ${where}: ${printable((error as Error).message)}`);
      } finally {
        database.close();
      }
    }
  }

  close(): void {
    this.#logs?.close();
  }

  #readManifest(): string {
    try {
      return readFileSync(this.file, "utf8");
    } catch (error) {
      const shown = printable(this.file);
      if (systemCode(error) !== "ENOENT")
        throw new InputError(`cannot read ${shown}: ${systemReason(error)}`);
      throw new InputError(
        `there is no ${shown}; --from names a spin.toml or its directory, and 'wasmeter serve app.wasm' serves a file alone`,
      );
    }
  }

  get #directory(): string {
    return dirname(resolve(this.file));
  }

  #openLogs(components: readonly string[], config: RuntimeConfig | undefined): LogFiles {
    const { logDir = config?.logDir, truncateLogs, quiet, follow } = this.#options;
    for (const name of follow) {
      if (!components.includes(name)) {
        throw new InputError(
          `--follow: there is no component '${printable(name)}'; there are ${components.join(", ")}`,
        );
      }
    }
    const state = this.#stateDirectory(config);
    const directory = logDir === undefined ? (state === "" ? "" : join(state, "logs")) : logDir;
    const before = this.#logs;
    this.#logs = new LogFiles(
      {
        directory: directory === "" ? undefined : directory,
        // Only what was there before the start.
        truncate: truncateLogs && before === undefined,
        shown: quiet ? new Set() : follow.length > 0 ? new Set(follow) : "all",
      },
      components,
      (chunk) => this.#show(chunk),
    );
    before?.close();
    return this.#logs;
  }

  #show(chunk: Uint8Array): void {
    try {
      this.#io.stderr.write(chunk);
    } catch {
      // Nobody reads it; the files have it.
    }
  }

  // ------------------------------------------------------------------ state

  /** `""` for nowhere. */
  #stateDirectory(config: RuntimeConfig | undefined): string {
    return this.#options.stateDir ?? config?.stateDir ?? join(this.#directory, STATE_DIR);
  }

  /** Paths are relative to the configuration that names them. */
  #storeFiles(
    declared: RuntimeConfig["keyValueStores"] = new Map(),
  ): ReadonlyMap<string, string | undefined> {
    const base = dirname(resolve(this.#options.runtimeConfigFile ?? "."));
    return new Map(
      [...declared].map(([label, path]) => [label, path === undefined ? path : resolve(base, path)]),
    );
  }

  // ------------------------------------------------------------------ variables

  #runtimeConfig(): RuntimeConfig | undefined {
    const { runtimeConfigFile } = this.#options;
    if (runtimeConfigFile === undefined) return undefined;
    return parseRuntimeConfig(textOf("--runtime-config-file", runtimeConfigFile), runtimeConfigFile);
  }

  /** The command line wins over providers in their order, those over the environment. */
  #providers(config: RuntimeConfig | undefined): VariableProvider[] {
    const { env } = this.#io;
    const given = new Map<string, string>();
    for (const option of this.#options.variables)
      for (const [key, value] of valuesOf(option)) given.set(key, value);
    const declared = (config?.providers ?? []).map((provider) =>
      provider.type === "static"
        ? staticProvider("the runtime configuration", provider.values)
        : environmentProvider(env, this.#dotenv(provider.dotenvPath), provider.prefix),
    );
    return [staticProvider("--variable", given), ...declared, environmentProvider(env, this.#dotenv(".env"))];
  }

  /** As in Spin, a file where the command was started. One that is not there has no variables. */
  #dotenv(path: string | undefined): ReadonlyMap<string, string> {
    if (path === undefined) return new Map();
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch {
      return new Map();
    }
    const variables = parseEnvFile(printable(path), bytes);
    return new Map(variables.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])));
  }
}

function textOf(option: string, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readInput(path));
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${option}: ${error.message}`);
    throw new InputError(`${option}: ${printable(path)} is no text in UTF-8`);
  }
}

/** The variables of one `--variable`. */
function valuesOf(option: VariableOption): [string, string][] {
  const { key, file } = option;
  if (file === undefined) return [[option.key, option.value]];
  const text = textOf("--variable", file);
  if (key !== undefined) return [[key, text]];
  const shown = printable(file);
  const wrong = (problem: string): InputError => new InputError(`--variable: ${shown}: ${problem}`);
  let entries: [string, unknown][];
  try {
    entries = file.endsWith(".json")
      ? Object.entries(JSON.parse(text) as object)
      : [...parseToml(text)].map(([name, { value }]) => [name, value]);
  } catch (error) {
    const line = error instanceof TomlError ? `line ${error.line}: ` : "";
    throw wrong(line + (error as Error).message.split("\n", 1)[0]);
  }
  return entries.map(([name, value]) => {
    if (typeof value === "string") return [name, value];
    if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
      return [name, String(value)];
    throw wrong(`${printable(name)} is ${isTable(value as never) ? "a table" : "no text"}`);
  });
}
