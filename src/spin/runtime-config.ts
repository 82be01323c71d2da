// Spin's runtime configuration: where variables come from, where state and logs are. Owns its keys.

import { quantityIn, SIZE_UNITS } from "../checks/quantities.ts";
import { ManifestError, Problems } from "./problems.ts";
import { describeToml, TableReader } from "./table-reader.ts";
import { parseToml, TomlError } from "./toml.ts";

export interface RuntimeConfig {
  /** In their order; the first that has a value wins. */
  readonly providers: readonly ProviderDeclaration[];
  readonly stateDir: string | undefined;
  readonly logDir: string | undefined;
  /** Bytes. */
  readonly maxInstanceMemory: number | undefined;
  /** Stores by label, with the file's path; the state directory's own, if left out. */
  readonly keyValueStores: ReadonlyMap<string, string | undefined>;
  readonly sqliteDatabases: ReadonlyMap<string, string | undefined>;
}

export type ProviderDeclaration =
  | { readonly type: "env"; readonly prefix: string | undefined; readonly dotenvPath: string | undefined }
  | { readonly type: "static"; readonly values: ReadonlyMap<string, string> };

/** @param file for messages. @throws ManifestError with every problem */
export function parseRuntimeConfig(text: string, file: string): RuntimeConfig {
  const problems = new Problems(file);
  let reader: TableReader;
  try {
    reader = new TableReader(parseToml(text), 1, "", problems);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new ManifestError(file, [{ line: error.line, key: undefined, message: error.message }]);
  }
  const config: RuntimeConfig = {
    providers: ["config_provider", "variables_provider", "variable_provider"].flatMap((key) =>
      readProviders(reader, key),
    ),
    stateDir: reader.string("state_dir")?.value,
    logDir: reader.string("log_dir")?.value,
    maxInstanceMemory: readMemory(reader),
    keyValueStores: readStores(reader, "key_value_store"),
    sqliteDatabases: readStores(reader, "sqlite_database"),
  };
  for (const key of ["llm_compute", "outbound_redis", "outbound_pg", "outbound_mysql", "outbound_mqtt"]) {
    if (reader.node(key) !== undefined)
      reader.fail(key, "there is nothing of the kind here; take the table away");
  }
  for (const key of ["outbound_http", "outbound_networking", "client_tls"]) {
    if (reader.node(key) !== undefined) reader.fail(key, "it is not read here; take the table away");
  }
  reader.finish();
  problems.throwIfAny();
  return config;
}

function readProviders(reader: TableReader, key: string): ProviderDeclaration[] {
  return reader.tables(key).flatMap((table): ProviderDeclaration[] => {
    const type = table.requiredString("type", 'type = "static"')?.value;
    let provider: ProviderDeclaration | undefined;
    if (type === "env") {
      const prefix = table.string("prefix")?.value;
      provider = { type, prefix, dotenvPath: table.string("dotenv_path")?.value };
    } else if (type === "static") {
      const values = new Map([...table.stringMap("values")].map(([name, { value }]) => [name, value]));
      provider = { type, values };
    } else if (type !== undefined) {
      table.fail(
        "type",
        `a provider is "env" or "static" here, not ${describeToml(type)}; values can be given by --variable NAME=@FILE`,
      );
      return [];
    }
    table.finish();
    return provider === undefined ? [] : [provider];
  });
}

function readMemory(reader: TableReader): number | undefined {
  const node = reader.node("max_instance_memory");
  if (node === undefined) return undefined;
  const bytes = typeof node.value === "string" ? quantityIn(SIZE_UNITS, node.value) : node.value;
  if (typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  reader.fail("max_instance_memory", `expected bytes, got ${describeToml(node.value)}`);
  return undefined;
}

function readStores(reader: TableReader, key: string): ReadonlyMap<string, string | undefined> {
  const stores = new Map<string, string | undefined>();
  const table = reader.table(key);
  for (const label of table?.keys() ?? []) {
    const store = table?.table(label);
    if (store === undefined) continue;
    const type = store.requiredString("type", 'type = "spin"')?.value;
    if (type !== undefined && type !== "spin") {
      store.fail(
        "type",
        `stores are of type "spin" here, a file of SQLite; there is no ${describeToml(type)}`,
      );
      continue;
    }
    stores.set(label, store.string("path")?.value);
    if (key === "sqlite_database" && store.boolean("allow_attach_file") === true) {
      store.fail("allow_attach_file", "a connection has its database alone here; ATTACH is refused");
    }
    store.finish();
  }
  return stores;
}
