// What guests' statements may do: whatever stays in their database. SQLite asks for each thing when it compiles a statement.

/** SQLite's action codes (sqlite3.h) that are looked at. */
const enum Action {
  Pragma = 19,
  Attach = 24,
  Detach = 25,
  Function = 31,
}

const ALLOWED = 0;
const DENIED = 1;

/** Those that tell something of the database. */
const TELLING: ReadonlySet<string> = new Set([
  ...[
    "application_id",
    "collation_list",
    "compile_options",
    "database_list",
    "encoding",
    "foreign_key_check",
  ],
  ...["foreign_key_list", "foreign_keys", "freelist_count", "function_list", "index_info", "index_list"],
  ...["index_xinfo", "integrity_check", "journal_mode", "page_count", "page_size", "quick_check"],
  ...["recursive_triggers", "table_info", "table_list", "table_xinfo", "user_version"],
]);

/** Those whose argument names a table or index, or says how much is told. */
const WITH_ARGUMENT: ReadonlySet<string> = new Set([
  ...["foreign_key_check", "foreign_key_list", "index_info", "index_list", "index_xinfo", "integrity_check"],
  ...["quick_check", "table_info", "table_list", "table_xinfo"],
]);

/** Those that change what is the connection's or the database's own. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["application_id", "case_sensitive_like", "defer_foreign_keys", "foreign_keys", "optimize"],
  ...["recursive_triggers", "user_version"],
]);

/** The authorizer of one connection, and why it has said no. */
export class SqlRules {
  /** What the newest statement was refused for. */
  refusal: string | undefined;

  /** For `setAuthorizer`: 0 for yes. */
  readonly decide = (action: number, first: string | null, second: string | null): number => {
    const refusal = refusalOf(action, first ?? "", second);
    if (refusal === undefined) return ALLOWED;
    this.refusal = refusal;
    return DENIED;
  };
}

function refusalOf(action: number, first: string, second: string | null): string | undefined {
  switch (action) {
    // VACUUM attaches a file, too.
    case Action.Attach:
    case Action.Detach:
      return "a connection has its database alone: no ATTACH, DETACH and VACUUM";
    case Action.Pragma:
      return isHarmlessPragma(first.toLowerCase(), second) ? undefined : `PRAGMA ${first} is not allowed`;
    case Action.Function:
      // The name of the function is the second word.
      return second?.toLowerCase() === "load_extension" ? "extensions are not loaded" : undefined;
    default:
      return undefined;
  }
}

function isHarmlessPragma(name: string, argument: string | null): boolean {
  if (argument === null) return TELLING.has(name) || HARMLESS.has(name);
  return WITH_ARGUMENT.has(name) || HARMLESS.has(name);
}
