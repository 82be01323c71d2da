// SQLite, wherever it is to be had: Node's own, or a package of the same interface where Node has none.
// Owns finding it, opening files, and waiting for locks; knows no tables.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";

/** What of `node:sqlite` is used. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** The same where guests' own statements are executed: with rules, and results as they are. */
export interface GuardedDatabase extends Database {
  readonly isTransaction: boolean;
  prepare(sql: string): GuardedStatement;
  /** `decide` is asked for what a statement would do, by SQLite's action codes, and gives 0 for yes. */
  setAuthorizer(decide: (action: number, first: string | null, second: string | null) => number): void;
}

export interface GuardedStatement extends Statement {
  columns(): readonly { readonly name: string }[];
  setReadBigInts(isOn: boolean): void;
  setReturnArrays(isOn: boolean): void;
}

export interface Statement {
  get(...values: readonly SqlValue[]): Row | undefined;
  iterate(...values: readonly SqlValue[]): IterableIterator<Row>;
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint };
}

export type SqlValue = null | number | bigint | string | Uint8Array;
type Row = Readonly<Record<string, SqlValue>>;

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => Database;
}

interface GuardedModule {
  readonly DatabaseSync: new (
    path: string,
    options: { readonly limits: Readonly<Record<string, number>> },
  ) => GuardedDatabase;
}

/** Node 22.13 and later have the first one. */
const MODULES = ["node:sqlite", "@photostructure/sqlite"];

/** What is said where there is none. */
export const NO_SQLITE =
  "stores are files of SQLite, which Node has from 22.13 on; for this one: npm install @photostructure/sqlite";

/** What is said where there is none that can be held to limits. */
export const NO_GUARDED_SQLITE =
  "databases need a SQLite that can be held to limits, which Node has from 24.21 on; for this one: npm install @photostructure/sqlite";

/** The first module that will do; `undefined` where there is none. They are kept by Node, so that asking again costs little. */
function findModule(members: readonly string[] = []): SqliteModule | undefined {
  const require = createRequire(import.meta.url);
  for (const name of MODULES) {
    try {
      const found = require(name) as SqliteModule;
      if (members.every((member) => member in found.DatabaseSync.prototype)) return found;
    } catch {
      // Not this one, then.
    }
  }
  return undefined;
}

/** The module for guests' own statements; `undefined` where there is none that has limits and rules. */
export function findGuardedModule(): GuardedModule | undefined {
  return findModule(["limits", "setAuthorizer"]) as GuardedModule | undefined;
}

export function hasSqlite(): boolean {
  return findModule() !== undefined;
}

/** Milliseconds that a statement blocks the thread for a lock; then others run before the next attempt. */
const BLOCKING_MS = 5;
/** Milliseconds between attempts, at most. */
const PAUSE_MS = 20;
/** Milliseconds in all: as long as Spin waits. */
const PATIENCE_MS = 5_000;
/** SQLite's primary result code for a lock that another process has. */
const SQLITE_BUSY = 5;

/** One file, opened when it is first used. Several processes may have it open. */
export class DatabaseFile {
  readonly #path: string | undefined;
  readonly #setUp: (database: Database) => void;
  #database: Database | undefined;
  #isClosed = false;

  /**
   * @param path `undefined` for a database in memory, of this process
   * @param setUp makes the tables; what it does has to bear being done again
   */
  constructor(path: string | undefined, setUp: (database: Database) => void) {
    this.#path = path;
    this.#setUp = setUp;
  }

  /**
   * Works with the database; where another process has locked it, as often as it takes, so that `work` must be one statement or a
   * transaction. A promise is given only then.
   * @throws Error of SQLite or of the file system, also by rejecting
   */
  use<T>(work: (database: Database) => T): T | Promise<T> {
    try {
      return this.#attempt(work);
    } catch (error) {
      if (!isBusy(error)) throw error;
      return this.#again(work);
    }
  }

  /** Requests that are still under way may use it; it is closed again behind each. */
  close(): void {
    this.#isClosed = true;
    this.#letGo();
  }

  #attempt<T>(work: (database: Database) => T): T {
    try {
      return work(this.#open());
    } finally {
      // What is in memory only would be gone.
      if (this.#isClosed && this.#path !== undefined) this.#letGo();
    }
  }

  async #again<T>(work: (database: Database) => T): Promise<T> {
    for (const begun = performance.now(); ; ) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS));
      try {
        return this.#attempt(work);
      } catch (error) {
        if (!isBusy(error) || performance.now() - begun > PATIENCE_MS) throw error;
      }
    }
  }

  #open(): Database {
    if (this.#database !== undefined) return this.#database;
    const found = findModule();
    if (found === undefined) throw new Error(NO_SQLITE);
    if (this.#path !== undefined) mkdirSync(dirname(this.#path), { recursive: true });
    const database = new found.DatabaseSync(this.#path ?? ":memory:");
    try {
      database.exec(`PRAGMA busy_timeout = ${BLOCKING_MS}`);
      useLog(database);
      this.#setUp(database);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    return database;
  }

  #letGo(): void {
    if (this.#database !== undefined) closeWhole(this.#database);
    this.#database = undefined;
  }
}

/** With a log readers and a writer do not wait for each other, and a commit need not wait for the disk. */
export function useLog(database: Database): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
}

/** Closes a database so that its file alone has everything: whoever copies it need not know of the log. */
export function closeWhole(database: Database): void {
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // Another process uses it; the log stays, and is read with the file.
  }
  database.close();
}

function isBusy(error: unknown): boolean {
  const { errcode } = error as { readonly errcode?: unknown };
  return typeof errcode === "number" && (errcode & 0xff) === SQLITE_BUSY;
}

/** Does `work` whole or not at all, as the only writer. */
export function transaction<T>(database: Database, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // A full disk has done it already.
    }
    throw error;
  }
}
