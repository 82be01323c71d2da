// What a server and its processes of SQL tell each other, and the limits of both. Inert data.

/** A value of SQLite's. */
export type SqlCell = null | bigint | number | string | Uint8Array;

export interface SqlResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlCell[])[];
  /** Of the newest INSERT that the connection has done; 0 for none. */
  readonly lastInsertRowid: bigint;
  /** Rows that its newest INSERT, UPDATE or DELETE has changed. */
  readonly changes: bigint;
}

/** To a process. Connections have numbers of the server's choice, and are opened when they are first used. */
export type ToSql =
  | {
      readonly type: "execute";
      readonly connection: number;
      readonly statement: string;
      readonly parameters: readonly SqlCell[];
    }
  /** Any number of statements, of the operator's. */
  | { readonly type: "batch"; readonly statements: string }
  | { readonly type: "close"; readonly connection: number }
  | { readonly type: "close-all" };

/** An answer to each message, in their order. */
export type FromSql =
  | { readonly type: "done"; readonly result?: SqlResult }
  /** `unusable`: of the file, and for the operator. */
  | { readonly type: "failed"; readonly kind: "statement" | "full" | "unusable"; readonly message: string };

const MEBIBYTE = 2 ** 20;

/** Bytes of UTF-8 that a statement may have. */
export const MAX_STATEMENT_BYTES = MEBIBYTE;
/** Values that are put in the places of `?`. */
export const MAX_PARAMETERS = 1_000;
/** Bytes of a text or blob, and of all rows that one statement gives. */
export const MAX_RESULT_BYTES = 16 * MEBIBYTE;
/** Bytes that a row and a value take besides what they hold. */
export const VALUE_BYTES = 16;
/** Bytes of a database in a file; its log of changes may be as large. */
export const MAX_DATABASE_BYTES = 1024 * MEBIBYTE;
/** Bytes of a database in memory. */
export const MAX_MEMORY_DATABASE_BYTES = 64 * MEBIBYTE;
/** Bytes of memory that a process of SQL may have: Node's own are some 50 MiB. */
export const MAX_PROCESS_BYTES = 256 * MEBIBYTE;
