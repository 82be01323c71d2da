// The program of a process of SQL: executes guests' statements, one after another, on the connections of one database.
// It can be killed at any time, which is how a statement is stopped. A thread beside it ends it when it takes too much.
// Started by sql-process.ts with the database's path, empty for one in memory.

import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import {
  type FromSql,
  MAX_DATABASE_BYTES,
  MAX_MEMORY_DATABASE_BYTES,
  MAX_PARAMETERS,
  MAX_PROCESS_BYTES,
  MAX_RESULT_BYTES,
  MAX_STATEMENT_BYTES,
  type SqlCell,
  type SqlResult,
  type ToSql,
  VALUE_BYTES,
} from "./sql-messages.ts";
import { SqlRules } from "./sql-rules.ts";
import { closeWhole, findGuardedModule, type GuardedDatabase, NO_GUARDED_SQLITE, useLog } from "./sqlite.ts";

/** Milliseconds that a statement waits for another process's lock, as under Spin. */
const PATIENCE_MS = 5_000;
const PAGE_BYTES = 4096;
/** SQLite's result code of a database that has all the pages that it may have. */
const SQLITE_FULL = 13;
/** A database in memory that all connections of the process see. */
const MEMORY = "file:/database?vfs=memdb";

interface Connection<Rules = SqlRules> {
  readonly database: GuardedDatabase;
  readonly rules: Rules;
}

/** The file cannot be used. */
class UnusableError extends Error {}

class SqlProgram {
  readonly #path: string;
  readonly #connections = new Map<number, Connection>();
  /** What is in memory goes with its last connection. */
  #keeper: Connection | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  answer(message: ToSql): FromSql {
    try {
      switch (message.type) {
        case "execute": {
          const connection = this.#connection(message.connection);
          return { type: "done", result: execute(connection, message.statement, message.parameters) };
        }
        case "batch":
          this.#connection(0).database.exec(message.statements);
          break;
        case "close":
          this.#close(message.connection);
          break;
        case "close-all":
          for (const number of [...this.#connections.keys()]) this.#close(number);
          break;
        default:
          message satisfies never;
      }
      return { type: "done" };
    } catch (error) {
      return failureOf(error as Error);
    }
  }

  /** The server has let go of it. What is committed then is in the file alone. */
  finish(): void {
    this.answer({ type: "close-all" });
    if (this.#path === "") return;
    try {
      closeWhole(open(this.#path, undefined).database);
    } catch {
      // It cannot be opened any more.
    }
  }

  #close(number: number): void {
    const database = this.#connections.get(number)?.database;
    this.#connections.delete(number);
    // One whose statements are still to be collected is not closed at once, and would keep its lock.
    if (database?.isTransaction === true) database.exec("ROLLBACK");
    database?.close();
  }

  #connection(number: number): Connection {
    let connection = this.#connections.get(number);
    if (connection === undefined) {
      try {
        if (this.#path === "") this.#keeper ??= open(this.#path, new SqlRules());
        connection = open(this.#path, new SqlRules());
      } catch (error) {
        throw new UnusableError((error as Error).message);
      }
      this.#connections.set(number, connection);
    }
    connection.rules.refusal = undefined;
    return connection;
  }
}

/** @param rules `undefined` for what the program itself does. @throws Error of SQLite or of the file system */
function open<Rules extends SqlRules | undefined>(path: string, rules: Rules): Connection<Rules> {
  const found = findGuardedModule();
  if (found === undefined) throw new Error(NO_GUARDED_SQLITE);
  if (path !== "") mkdirSync(dirname(path), { recursive: true });
  const limits = {
    ...{ attach: 0, length: MAX_RESULT_BYTES, sqlLength: MAX_STATEMENT_BYTES },
    variableNumber: MAX_PARAMETERS,
  };
  const database = new found.DatabaseSync(path === "" ? MEMORY : path, { limits });
  try {
    const bytes = path === "" ? MAX_MEMORY_DATABASE_BYTES : MAX_DATABASE_BYTES;
    database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}; PRAGMA temp_store = MEMORY`);
    if (path !== "") useLog(database);
    database.exec(`PRAGMA max_page_count = ${bytes / PAGE_BYTES}`);
    if (rules !== undefined) database.setAuthorizer(rules.decide);
    return { database, rules };
  } catch (error) {
    database.close();
    throw error;
  }
}

function execute(
  { database, rules }: Connection,
  statement: string,
  parameters: readonly SqlCell[],
): SqlResult {
  try {
    const prepared = database.prepare(statement);
    prepared.setReadBigInts(true);
    prepared.setReturnArrays(true);
    const columns = prepared.columns().map(({ name }) => name);
    const rows: SqlCell[][] = [];
    let bytes = 0;
    for (const row of prepared.iterate(...parameters) as Iterable<unknown> as Iterable<SqlCell[]>) {
      bytes += row.reduce((sum: number, cell) => sum + VALUE_BYTES + sizeOf(cell), VALUE_BYTES);
      if (bytes > MAX_RESULT_BYTES) throw new Error(`the result has more than ${MAX_RESULT_BYTES} bytes`);
      rows.push(row);
    }
    const counts = database.prepare("SELECT last_insert_rowid() AS id, changes() AS changes");
    counts.setReadBigInts(true);
    const { id = 0n, changes = 0n } = counts.get() ?? {};
    return { columns, rows, lastInsertRowid: id as bigint, changes: changes as bigint };
  } catch (error) {
    throw rules.refusal === undefined ? error : new Error(rules.refusal);
  }
}

function sizeOf(cell: SqlCell): number {
  return typeof cell === "string" || cell instanceof Uint8Array ? cell.length : 0;
}

function failureOf(error: Error): FromSql {
  if (error instanceof UnusableError) return { type: "failed", kind: "unusable", message: error.message };
  const { errcode } = error as { readonly errcode?: unknown };
  const isFull = typeof errcode === "number" && (errcode & 0xff) === SQLITE_FULL;
  return { type: "failed", kind: isFull ? "full" : "statement", message: error.message };
}

// -------------------------------------------------------------------- the thread that watches

const LOOK_MS = 20;

interface Watch {
  /** 1 while a statement runs. */
  readonly running: Int32Array;
  readonly path: string;
  readonly parent: number;
}

/** Ends the process when a statement takes too much memory or disk, or when nobody waits for it any more. */
function watch({ running, path, parent }: Watch): void {
  for (;;) {
    Atomics.wait(running, 0, 0);
    while (Atomics.load(running, 0) === 1) {
      Atomics.wait(running, 0, 1, LOOK_MS);
      if (Atomics.load(running, 0) === 1 && (process.ppid !== parent || takesTooMuch(path)))
        process.kill(process.pid, "SIGKILL");
    }
  }
}

function takesTooMuch(path: string): boolean {
  if (process.memoryUsage.rss() > MAX_PROCESS_BYTES) return true;
  const log = path === "" ? undefined : statSync(`${path}-wal`, { throwIfNoEntry: false });
  return log !== undefined && log.size > MAX_DATABASE_BYTES;
}

function serve(path: string): void {
  const program = new SqlProgram(path);
  const running = new Int32Array(new SharedArrayBuffer(4));
  new Worker(new URL(import.meta.url), {
    workerData: { running, path, parent: process.ppid } satisfies Watch,
  }).unref();
  process.on("disconnect", () => {
    program.finish();
    process.exit();
  });
  process.on("message", (message: ToSql) => {
    Atomics.store(running, 0, 1);
    Atomics.notify(running, 0);
    const answer = program.answer(message);
    Atomics.store(running, 0, 0);
    process.send?.(answer);
  });
}

if (isMainThread) serve(process.argv[2] ?? "");
else watch(workerData as Watch);
