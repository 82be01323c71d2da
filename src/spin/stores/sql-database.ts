// A database of guests' own SQL, and who is using it. SQLite cannot be stopped in the middle of a statement, so that each request
// that uses the database has a process of it for as long as it has connections; the process is killed where the request ends first.
// Owns the processes' number and their handing round.

import type { FromSql, SqlCell, SqlResult, ToSql } from "./sql-messages.ts";
import { SqlProcess, SqlProcessError } from "./sql-process.ts";

/** What a guest is told of its statement. */
export class SqlError extends Error {
  override name = "SqlError";
  readonly kind: "statement" | "full" | "lost";

  constructor(kind: SqlError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Processes of one database, for each process of the server. A request more waits, as long as its timeout lets it. */
const MOST_PROCESSES = 8;
/** Milliseconds that a process without work is kept. */
const IDLE_MS = 10_000;
/** Connections that one request has open to a database. */
export const MOST_CONNECTIONS = 16;

export interface SqlDatabaseOptions {
  readonly maxProcesses?: number;
  readonly idleMs?: number;
}

export class SqlDatabase {
  readonly #path: string | undefined;
  readonly #maxProcesses: number;
  readonly #idleMs: number;
  readonly #idle = new Map<SqlProcess, NodeJS.Timeout | undefined>();
  readonly #waiting = new Set<() => void>();
  #processes = 0;
  #isClosed = false;

  /** @param path `undefined` for one in memory, which has one process: it is gone when a statement has to be stopped */
  constructor(path: string | undefined, { maxProcesses, idleMs = IDLE_MS }: SqlDatabaseOptions = {}) {
    this.#path = path;
    this.#maxProcesses = path === undefined ? 1 : (maxProcesses ?? MOST_PROCESSES);
    this.#idleMs = idleMs;
  }

  /** One request's use of it. */
  session(): SqlSession {
    return new SqlSession({
      take: (isWanted) => this.#take(isWanted),
      giveBack: (process) => this.#giveBack(process),
    });
  }

  /** Executes any number of statements. @throws SqlError, Error by rejecting */
  async executeBatch(statements: string): Promise<void> {
    const process = await this.#take(() => true);
    try {
      resultOf(await process?.ask({ type: "batch", statements }));
    } finally {
      if (process !== undefined) this.#giveBack(process);
    }
  }

  /** Ends processes that are idle now, and others when they become so. */
  close(): void {
    this.#isClosed = true;
    for (const process of this.#idle.keys()) this.#end(process);
  }

  /** A process, when there is one; `undefined` once nobody wants it any more. */
  async #take(isWanted: () => boolean): Promise<SqlProcess | undefined> {
    for (;;) {
      if (!isWanted()) return undefined;
      for (const [process, timer] of this.#idle) {
        this.#idle.delete(process);
        clearTimeout(timer);
        if (process.isGone) this.#processes--;
        else {
          process.hold(true);
          return process;
        }
      }
      if (this.#processes < this.#maxProcesses) {
        this.#processes++;
        return new SqlProcess(this.#path);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #giveBack(process: SqlProcess): void {
    // An answer that nobody waits for: it is the only way to stop the statement.
    if (process.isBusy) process.kill();
    else if (this.#isClosed) process.finish();
    if (process.isGone) this.#processes--;
    else {
      void process.ask({ type: "close-all" }).catch(() => {});
      process.hold(false);
      // What is in memory is there as long as its process is.
      const timer = this.#path === undefined ? undefined : setTimeout(() => this.#end(process), this.#idleMs);
      this.#idle.set(process, timer?.unref());
    }
    // Also those whose request has ended meanwhile are among them.
    for (const resolve of this.#waiting) {
      this.#waiting.delete(resolve);
      resolve();
    }
  }

  #end(process: SqlProcess): void {
    if (!this.#idle.delete(process)) return;
    this.#processes--;
    process.finish();
  }
}

interface Processes {
  take(isWanted: () => boolean): Promise<SqlProcess | undefined>;
  giveBack(process: SqlProcess): void;
}

/** One request's connections to a database. */
export class SqlSession {
  readonly #processes: Processes;
  #process: Promise<SqlProcess | undefined> | undefined;
  #connections = new Set<number>();
  #lastNumber = 0;
  #isOver = false;

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** A connection; `undefined` for one too many. The database is not looked at before it is used. */
  connect(): SqlConnection | undefined {
    if (this.#connections.size >= MOST_CONNECTIONS) return undefined;
    const number = ++this.#lastNumber;
    this.#connections.add(number);
    return new SqlConnection(number, {
      ask: (message) => this.#ask(message),
      close: () => this.#close(number),
    });
  }

  /** The request has ended: what it had not committed is gone. */
  end(): void {
    this.#isOver = true;
    this.#letGo();
  }

  async #ask(message: ToSql): Promise<SqlResult | undefined> {
    this.#process ??= this.#processes.take(() => !this.#isOver);
    const process = await this.#process;
    if (process === undefined || this.#isOver) throw new SqlError("lost", "the request has ended");
    try {
      return resultOf(await process.ask(message));
    } catch (error) {
      throw error instanceof SqlProcessError ? new SqlError("lost", error.message) : error;
    }
  }

  #close(number: number): void {
    if (!this.#connections.delete(number)) return;
    if (this.#connections.size === 0) this.#letGo();
    else if (this.#process !== undefined)
      void this.#ask({ type: "close", connection: number }).catch(() => {});
  }

  #letGo(): void {
    const taken = this.#process;
    this.#process = undefined;
    void taken?.then((process) => {
      if (process !== undefined) this.#processes.giveBack(process);
    });
  }
}

function resultOf(answer: FromSql | undefined): SqlResult | undefined {
  if (answer?.type !== "failed") return answer?.result;
  const { kind, message } = answer;
  throw kind === "unusable" ? new Error(message) : new SqlError(kind, message);
}

export class SqlConnection {
  readonly #number: number;
  readonly #session: { ask(message: ToSql): Promise<SqlResult | undefined>; close(): void };
  #newest: SqlResult | undefined;
  #isLost = false;

  constructor(
    number: number,
    session: { ask(message: ToSql): Promise<SqlResult | undefined>; close(): void },
  ) {
    this.#number = number;
    this.#session = session;
  }

  get lastInsertRowid(): bigint {
    return this.#newest?.lastInsertRowid ?? 0n;
  }

  get changes(): bigint {
    return this.#newest?.changes ?? 0n;
  }

  /** @throws SqlError for what the guest is told, Error for what cannot be used, by rejecting */
  async execute(statement: string, parameters: readonly SqlCell[]): Promise<SqlResult> {
    // What was open in it, such as a transaction, is gone: it must not go on as if nothing were.
    if (this.#isLost) throw new SqlError("lost", "the connection was lost");
    try {
      const message = { type: "execute", connection: this.#number, statement, parameters } as const;
      const result = await this.#session.ask(message);
      if (result === undefined) throw new Error("no result");
      this.#newest = result;
      return result;
    } catch (error) {
      if (error instanceof SqlError && error.kind === "lost") this.#isLost = true;
      throw error;
    }
  }

  /** Rolls back what it had not committed. */
  close(): void {
    this.#session.close();
  }
}
