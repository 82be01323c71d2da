// The stores of an application: which file each label is in, and which of them a component may open.
// Owns that; what is in the files is key-value-file.ts's affair.

import { join } from "node:path";
import type { ComponentDeclaration } from "../model.ts";
import type { Problems } from "../problems.ts";
import type { GrantedStores } from "./key-value.ts";
import { KeyValueFile, type KeyValueStore } from "./key-value-file.ts";
import { hasSqlite, NO_SQLITE } from "./sqlite.ts";

/** The store that needs no declaration. */
export const DEFAULT_STORE = "default";

/** Its file, as Spin has it; `undefined` without a directory. */
export function defaultFile(stateDir: string): string | undefined {
  return stateDir === "" ? undefined : join(stateDir, "sqlite_key_value.db");
}

export interface StoreOptions {
  /** Of what the application keeps; `""` for memory. */
  readonly stateDir: string;
  /** Paths of other stores' files by label; `undefined` for memory. */
  readonly keyValueStores: ReadonlyMap<string, string | undefined>;
}

export class ApplicationStores {
  readonly #paths: ReadonlyMap<string, string | undefined>;
  readonly #problems: Problems;
  /** By path: stores of several labels may be in one file. */
  readonly #files = new Map<string, KeyValueFile>();
  readonly #stores = new Map<string, KeyValueStore>();

  constructor({ stateDir, keyValueStores }: StoreOptions, problems: Problems) {
    this.#paths = new Map([[DEFAULT_STORE, defaultFile(stateDir)], ...keyValueStores]);
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

  close(): void {
    for (const file of this.#files.values()) file.close();
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
