// SQLite interfaces of Spin's: fermyon:spin/sqlite, and spin:sqlite of its third version. One component's, with the databases that
// it was granted. Owns their classes and errors; what executes the statements is sql-database.ts's affair.

import { ComponentError, type HostInterface } from "../../component/index.ts";
import { bytesOf, type HostCall } from "../host-call.ts";
import {
  MOST_CONNECTIONS,
  type SqlConnection,
  type SqlDatabase,
  SqlError,
  type SqlSession,
} from "./sql-database.ts";
import { MAX_PARAMETERS, MAX_STATEMENT_BYTES, type SqlCell, type SqlResult } from "./sql-messages.ts";
import { DONE, type Done, streamOf } from "./streams.ts";

/** The databases of a component, by label, and which of its requests use them. */
export class SqlGrants {
  readonly #databases: ReadonlyMap<string, SqlDatabase>;
  readonly #sessions = new WeakMap<object, Map<SqlDatabase, SqlSession>>();

  constructor(databases: ReadonlyMap<string, SqlDatabase> = new Map()) {
    this.#databases = databases;
  }

  /** `undefined` for a database that was not granted. */
  session(label: string, owner: object): SqlSession | undefined {
    const database = this.#databases.get(label);
    if (database === undefined) return undefined;
    let sessions = this.#sessions.get(owner);
    if (sessions === undefined) {
      sessions = new Map();
      this.#sessions.set(owner, sessions);
    }
    const session = sessions.get(database) ?? database.session();
    sessions.set(database, session);
    return session;
  }

  /** The owner's request is over. */
  end(owner: object): void {
    for (const session of this.#sessions.get(owner)?.values() ?? []) session.end();
    this.#sessions.delete(owner);
  }
}

type Value =
  | { readonly tag: "integer"; readonly val: bigint }
  | { readonly tag: "real"; readonly val: number }
  | { readonly tag: "text"; readonly val: string }
  | { readonly tag: "blob"; readonly val: Uint8Array }
  | { readonly tag: "null" };

interface Row {
  readonly values: readonly Value[];
}

/** Of calls that nobody makes, as of a test. */
const NOBODY = {};

/** `fermyon:spin/sqlite@2.0.0` and what came after it, by name. */
export function spinSqlite(grants: SqlGrants, call: HostCall): Readonly<Record<string, HostInterface>> {
  class Connection {
    readonly #connection: SqlConnection;

    constructor(connection: SqlConnection) {
      this.#connection = connection;
    }

    static open(label: string): Connection {
      call.charge(bytesOf(label));
      const session = grants.session(label, call.owner() ?? NOBODY);
      if (session === undefined) throw new ComponentError({ tag: "access-denied" });
      const connection = session.connect();
      if (connection === undefined) throw io(`a request has at most ${MOST_CONNECTIONS} connections`);
      return new Connection(connection);
    }

    static async openAsync(label: string): Promise<Connection> {
      return Connection.open(label);
    }

    async execute(
      statement: string,
      parameters: readonly Value[],
    ): Promise<{ columns: readonly string[]; rows: readonly Row[] }> {
      const { columns, rows } = await this.#execute(statement, parameters);
      return { columns, rows: rows.map(rowOf) };
    }

    /** All rows are there before the first one is given: an error of a later one is the function's. */
    async executeAsync(
      statement: string,
      parameters: readonly Value[],
    ): Promise<[readonly string[], ReadableStream<Row>, Promise<Done>]> {
      const { columns, rows } = await this.#execute(statement, parameters);
      return [columns, streamOf(rows.map(rowOf)), Promise.resolve(DONE)];
    }

    lastInsertRowid(): bigint {
      call.charge(0);
      return this.#connection.lastInsertRowid;
    }

    async lastInsertRowidAsync(): Promise<bigint> {
      return this.lastInsertRowid();
    }

    changes(): bigint {
      call.charge(0);
      return this.#connection.changes;
    }

    async changesAsync(): Promise<bigint> {
      return this.changes();
    }

    [Symbol.dispose](): void {
      this.#connection.close();
    }

    async #execute(statement: string, parameters: readonly Value[]): Promise<SqlResult> {
      const bytes = bytesOf(statement);
      call.charge(parameters.reduce((sum, value) => sum + sizeOf(value), bytes));
      if (bytes > MAX_STATEMENT_BYTES) throw io(`a statement has at most ${MAX_STATEMENT_BYTES} bytes`);
      if (parameters.length > MAX_PARAMETERS)
        throw io(`a statement has at most ${MAX_PARAMETERS} parameters`);
      try {
        return await this.#connection.execute(statement, parameters.map(cellOf));
      } catch (error) {
        throw toldAs(error as Error, call);
      }
    }
  }
  return {
    "fermyon:spin/sqlite@2.0.0": { Connection },
    "spin:sqlite/sqlite@3.1.0": { Connection },
  };
}

function io(text: string): ComponentError {
  return new ComponentError({ tag: "io", val: text });
}

/** What has gone wrong with the file is for the log, not for the guest. */
function toldAs(error: Error, { report }: HostCall): ComponentError {
  if (error instanceof SqlError) {
    if (error.kind === "full") return new ComponentError({ tag: "database-full" });
    return io(error.message);
  }
  report(`a database cannot be used: ${error.message}`);
  return io("the database cannot be used now");
}

function sizeOf(value: Value): number {
  if (value.tag === "text") return bytesOf(value.val);
  return value.tag === "blob" ? value.val.length : 8;
}

function cellOf(value: Value): SqlCell {
  return value.tag === "null" ? null : value.val;
}

function rowOf(cells: readonly SqlCell[]): Row {
  return { values: cells.map(guestValue) };
}

function guestValue(cell: SqlCell): Value {
  switch (typeof cell) {
    case "bigint":
      return { tag: "integer", val: cell };
    case "number":
      return { tag: "real", val: cell };
    case "string":
      return { tag: "text", val: cell };
    default:
      return cell === null ? { tag: "null" } : { tag: "blob", val: new Uint8Array(cell) };
  }
}
