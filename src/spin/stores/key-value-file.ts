// Key-value stores in a file of SQLite, in Spin's own table: what was stored by one of the two, the other one has.
// Owns the statements and the limits; who may open which store is decided elsewhere.

import { type Database, DatabaseFile, type SqlValue, type Statement, transaction } from "./sqlite.ts";

/** What a guest is told: a limit, or a value that is not what the function works on. */
export class StoreError extends Error {
  override name = "StoreError";
}

/** Bytes of a key in UTF-8. */
export const MAX_KEY_BYTES = 4 << 10;
/** Bytes of a value. */
export const MAX_VALUE_BYTES = 16 << 20;
/** Bytes of all keys or values that one call gives. */
export const MAX_RESULT_BYTES = 16 << 20;
/** Bytes of a file, whatever stores are in it. */
export const MAX_FILE_BYTES = 2 ** 30;

const TABLE = `CREATE TABLE IF NOT EXISTS spin_key_value (
  store TEXT NOT NULL,
  key TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (store, key)
)`;

const PAGE_BYTES = 4096;
/** SQLite's result code of a file that has all the pages that it may have. */
const SQLITE_FULL = 13;

export type Value = Uint8Array | undefined;

/** A file that holds any number of stores. */
export class KeyValueFile {
  readonly #file: DatabaseFile;
  readonly #statements = new WeakMap<Database, Map<string, Statement>>();

  /** @param path `undefined` for stores in memory, which are gone with the process */
  constructor(path: string | undefined, maxBytes = MAX_FILE_BYTES) {
    this.#file = new DatabaseFile(path, (database) => {
      database.exec(`${TABLE}; PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`);
    });
  }

  store(label: string): KeyValueStore {
    return new KeyValueStore(label, (work) => this.#use(work));
  }

  close(): void {
    this.#file.close();
  }

  #use<T>(work: (run: Run) => T): T | Promise<T> {
    const told = (error: unknown): never => {
      throw (error as { errcode?: number }).errcode === SQLITE_FULL
        ? new StoreError("the store is full")
        : error;
    };
    try {
      const result = this.#file.use((database) => work(this.#runOf(database)));
      return result instanceof Promise ? result.catch(told) : result;
    } catch (error) {
      return told(error);
    }
  }

  #runOf(database: Database): Run {
    let statements = this.#statements.get(database);
    if (statements === undefined) {
      statements = new Map();
      this.#statements.set(database, statements);
    }
    const known = statements;
    return {
      prepare(sql) {
        let statement = known.get(sql);
        if (statement === undefined) {
          statement = database.prepare(sql);
          known.set(sql, statement);
        }
        return statement;
      },
      transaction: (inner) => transaction(database, inner),
    };
  }
}

interface Run {
  prepare(sql: string): Statement;
  transaction<T>(work: () => T): T;
}

// Keys go in and come out as bytes: a text that is bound or given ends at its first NUL.
const GET = "SELECT value FROM spin_key_value WHERE store = ? AND key = CAST(? AS TEXT)";
const SIZE = "SELECT length(value) AS size FROM spin_key_value WHERE store = ? AND key = CAST(? AS TEXT)";
const SET = `INSERT INTO spin_key_value (store, key, value) VALUES (?, CAST(? AS TEXT), ?)
  ON CONFLICT (store, key) DO UPDATE SET value = excluded.value`;
const DELETE = "DELETE FROM spin_key_value WHERE store = ? AND key = CAST(? AS TEXT)";
const EXISTS = "SELECT 1 FROM spin_key_value WHERE store = ? AND key = CAST(? AS TEXT)";
const KEYS = "SELECT CAST(key AS BLOB) AS key FROM spin_key_value WHERE store = ? ORDER BY key";

/** One store. Every function throws StoreError, and errors of SQLite; where another process has locked the file, by rejecting. */
export class KeyValueStore {
  readonly #label: string;
  readonly #use: <T>(work: (run: Run) => T) => T | Promise<T>;

  constructor(label: string, use: <T>(work: (run: Run) => T) => T | Promise<T>) {
    this.#label = label;
    this.#use = use;
  }

  get(key: string): Value | Promise<Value> {
    return this.#use((run) => this.#read(run, key));
  }

  set(key: string, value: Uint8Array): void | Promise<void> {
    checkSizes(key, value);
    return this.#use((run) => this.#write(run, key, value));
  }

  delete(key: string): void | Promise<void> {
    return this.#use((run) => {
      run.prepare(DELETE).run(this.#label, Buffer.from(key));
    });
  }

  exists(key: string): boolean | Promise<boolean> {
    return this.#use((run) => run.prepare(EXISTS).get(this.#label, Buffer.from(key)) !== undefined);
  }

  /** In the order of their bytes. */
  keys(): string[] | Promise<string[]> {
    return this.#use((run) => {
      const keys: string[] = [];
      const budget = new Budget();
      for (const { key } of run.prepare(KEYS).iterate(this.#label)) {
        const bytes = bytesOf(key ?? null);
        budget.take(bytes.length);
        keys.push(new TextDecoder().decode(bytes));
      }
      return keys;
    });
  }

  getMany(keys: readonly string[]): [string, Value][] | Promise<[string, Value][]> {
    return this.#use((run) => {
      const budget = new Budget();
      return keys.map((key): [string, Value] => {
        const value = this.#read(run, key);
        budget.take(key.length + (value?.length ?? 0));
        return [key, value];
      });
    });
  }

  /** All or none. */
  setMany(entries: readonly (readonly [string, Uint8Array])[]): void | Promise<void> {
    for (const [key, value] of entries) checkSizes(key, value);
    return this.#use((run) =>
      run.transaction(() => {
        for (const [key, value] of entries) this.#write(run, key, value);
      }),
    );
  }

  /** All or none. */
  deleteMany(keys: readonly string[]): void | Promise<void> {
    return this.#use((run) =>
      run.transaction(() => {
        for (const key of keys) run.prepare(DELETE).run(this.#label, Buffer.from(key));
      }),
    );
  }

  /** Adds to a number, which is eight bytes, the lowest first, as Spin stores it; one that is not there is 0. */
  increment(key: string, delta: bigint): bigint | Promise<bigint> {
    checkSizes(key, new Uint8Array());
    return this.#use((run) =>
      run.transaction(() => {
        const before = this.#read(run, key);
        if (before !== undefined && before.length !== 8)
          throw new StoreError("the value is no number of eight bytes");
        const bytes = new DataView(new ArrayBuffer(8));
        const old =
          before === undefined ? 0n : new DataView(before.buffer, before.byteOffset).getBigInt64(0, true);
        const sum = old + delta;
        if (BigInt.asIntN(64, sum) !== sum) throw new StoreError("the sum has more than 64 bits");
        bytes.setBigInt64(0, sum, true);
        this.#write(run, key, new Uint8Array(bytes.buffer));
        return sum;
      }),
    );
  }

  /** Sets the value if it is still `before`; says whether it was. */
  swap(key: string, before: Value, after: Uint8Array): boolean | Promise<boolean> {
    checkSizes(key, after);
    return this.#use((run) =>
      run.transaction(() => {
        const now = this.#read(run, key);
        if (now === undefined || before === undefined ? now !== before : Buffer.compare(now, before) !== 0)
          return false;
        this.#write(run, key, after);
        return true;
      }),
    );
  }

  #read(run: Run, key: string): Value {
    const size = run.prepare(SIZE).get(this.#label, Buffer.from(key))?.size;
    if (size === undefined) return undefined;
    // Another program may have stored it.
    if (Number(size) > MAX_RESULT_BYTES) throw tooLarge();
    const value = run.prepare(GET).get(this.#label, Buffer.from(key))?.value;
    return value === undefined ? undefined : bytesOf(value);
  }

  #write(run: Run, key: string, value: Uint8Array): void {
    run.prepare(SET).run(this.#label, Buffer.from(key), value);
  }
}

/** Of a blob; of what is none, because another program has stored it, those of its text. */
function bytesOf(value: SqlValue): Uint8Array {
  return value instanceof Uint8Array ? value : new TextEncoder().encode(String(value));
}

/** What one call may still give. */
class Budget {
  #left = MAX_RESULT_BYTES;

  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw tooLarge();
  }
}

function tooLarge(): StoreError {
  return new StoreError(`the result has more than ${MAX_RESULT_BYTES} bytes`);
}

function checkSizes(key: string, value: Uint8Array): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new StoreError(`a key has at most ${MAX_KEY_BYTES} bytes`);
  if (value.length > MAX_VALUE_BYTES) throw new StoreError(`a value has at most ${MAX_VALUE_BYTES} bytes`);
}
