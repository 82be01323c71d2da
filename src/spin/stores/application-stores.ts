// The stores and databases of an application: which file each label is in, and which of them a component may open.
// Owns that; what is in the files is the affair of key-value-file.ts and sql-database.ts.

import { join } from "node:path";
import type { ComponentDeclaration } from "../model.ts";
import type { Problems } from "../problems.ts";
import type { GrantedStores } from "./key-value.ts";
import { KeyValueFile, type KeyValueStore } from "./key-value-file.ts";
import { SqlDatabase } from "./sql-database.ts";
import { findGuardedModule, hasSqlite, NO_GUARDED_SQLITE, NO_SQLITE } from "./sqlite.ts";
import { SqlGrants } from "./sqlite-interfaces.ts";

/** The store, and the database, that need no declaration. */
export const DEFAULT_STORE = "default";

/** Its file, as Spin has it; `undefined` without a directory. */
export function defaultFile(stateDir: string): string | undefined {
  return stateDir === "" ? undefined : join(stateDir, "sqlite_key_value.db");
}

/** The database's file, as Spin has it; `undefined` without a directory. */
export function defaultDatabase(stateDir: string): string | undefined {
  return stateDir === "" ? undefined : join(stateDir, "sqlite_db.db");
}

export interface StoreOptions {
  /** Of what the application keeps; `""` for memory. */
  readonly stateDir: string;
  /** Paths of other stores' files by label; `undefined` for memory. */
  readonly keyValueStores: ReadonlyMap<string, string | undefined>;
  /** The same of databases. */
  readonly sqliteDatabases: ReadonlyMap<string, string | undefined>;
}

export class ApplicationStores {
  readonly #paths: ReadonlyMap<string, string | undefined>;
  readonly #databasePaths: ReadonlyMap<string, string | undefined>;
  readonly #problems: Problems;
  /** By path: stores of several labels may be in one file. */
  readonly #files = new Map<string, KeyValueFile>();
  readonly #stores = new Map<string, KeyValueStore>();
  /** By path, or by label in memory. */
  readonly #databases = new Map<string, SqlDatabase>();

  constructor({ stateDir, keyValueStores, sqliteDatabases }: StoreOptions, problems: Problems) {
    this.#paths = new Map([[DEFAULT_STORE, defaultFile(stateDir)], ...keyValueStores]);
    this.#databasePaths = new Map([[DEFAULT_STORE, defaultDatabase(stateDir)], ...sqliteDatabases]);
    this.#problems = problems;
  }

  /** The stores that a component may open. Problems are noted. */
  granted({ id, keyValueStores }: ComponentDeclaration): GrantedStores {
    const stores = new Map<string, KeyValueStore>();
    for (const { line, value: label } of keyValueStores) {
      const key = `component.${id}.key_value_stores`;
      if (!this.#paths.has(label)) {
        const advice = `declare it in the runtime configuration: [key_value_store.${label}] type = "spin"`;
        this.#problems.error(line, key, `there is no store '${label}' but '${DEFAULT_STORE}'; ${advice}`);
      } else if (!hasSqlite()) this.#problems.error(line, key, NO_SQLITE);
      else stores.set(label, this.#store(label));
    }
    return stores;
  }

  /** The databases that a component may open. Problems are noted. */
  grantedDatabases({ id, sqliteDatabases }: ComponentDeclaration): SqlGrants {
    const databases = new Map<string, SqlDatabase>();
    for (const { line, value: label } of sqliteDatabases) {
      const key = `component.${id}.sqlite_databases`;
      if (!this.#databasePaths.has(label)) {
        const advice = `declare it in the runtime configuration: [sqlite_database.${label}] type = "spin"`;
        this.#problems.error(line, key, `there is no database '${label}' but '${DEFAULT_STORE}'; ${advice}`);
      } else if (findGuardedModule() === undefined) this.#problems.error(line, key, NO_GUARDED_SQLITE);
      else databases.set(label, this.#database(label));
    }
    return new SqlGrants(databases);
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    for (const database of this.#databases.values()) database.close();
  }

  #database(label: string): SqlDatabase {
    const path = this.#databasePaths.get(label);
    const key = path ?? `memory of ${label}`;
    const database = this.#databases.get(key) ?? new SqlDatabase(path);
    this.#databases.set(key, database);
    return database;
  }

  #store(label: string): KeyValueStore {
    let store = this.#stores.get(label);
    if (store === undefined) {
      const path = this.#paths.get(label);
      // In memory each label has its own.
      const key = path ?? `memory of ${label}`;
      const file = this.#files.get(key) ?? new KeyValueFile(path);
      this.#files.set(key, file);
      store = file.store(label);
      this.#stores.set(label, store);
    }
    return store;
  }
}
