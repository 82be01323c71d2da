// Components with SQLite databases behind the server: statements are executed in processes of their own, which end with the request.

import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ManifestError } from "wasmeter/http";
import { applicationOf, directoryWith, eventually, serve } from "./http-support.ts";
import { sqlGuest } from "./sql-guest.ts";

/** Components by route, each with the statements that it executes. */
function application(
  guests: Readonly<Record<string, readonly string[]>>,
  more = 'sqlite_databases = ["default"]',
): { manifest: string; files: Record<string, Uint8Array> } {
  const parts = Object.keys(guests).map(
    (name) => `[[trigger.http]]
route = "/${name}"
component = "${name}"
executor = { type = "wagi" }
[component.${name}]
source = "${name}.wasm"
${more}
[component.${name}.tool.wasmeter]
timeout = "${name === "endless" ? "1s" : "50s"}"
`,
  );
  return {
    manifest: `spin_manifest_version = 2\n[application]\nname = "databases"\n${parts.join("")}`,
    files: Object.fromEntries(
      Object.entries(guests).map(([name, statements]) => [`${name}.wasm`, sqlGuest(statements)]),
    ),
  };
}

const TABLE = "CREATE TABLE IF NOT EXISTS words (word TEXT)";
const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

describe("a component with a database", () => {
  it("finds what an earlier request has stored, in Spin's file, also after a new start", async () => {
    const stateDir = directoryWith({});
    const { manifest, files } = application({
      add: [TABLE, "INSERT INTO words VALUES ('so')", "SELECT group_concat(word) FROM words"],
    });
    const add = async () => {
      const { url, server } = await serve(manifest, { files, application: { stateDir } });
      const answers = [await (await fetch(`${url}/add`)).text(), await (await fetch(`${url}/add`)).text()];
      await server.close({ graceMs: 0 });
      return answers;
    };
    expect(await add()).toEqual(["so", "so,so"]);
    expect(await add()).toEqual(["so,so,so", "so,so,so,so"]);
    const { DatabaseSync } = createRequire(import.meta.url)("@photostructure/sqlite");
    const database = new DatabaseSync(join(stateDir, "sqlite_db.db"));
    expect(database.prepare("SELECT count(*) AS n FROM words").get().n).toBe(4);
    database.close();
  });

  it("sees nothing of an earlier request's connection: no transaction, no temporary table, no counts", async () => {
    const { manifest, files } = application({
      leave: [
        TABLE,
        "BEGIN",
        "INSERT INTO words VALUES ('gone')",
        "CREATE TEMP TABLE mine (x)",
        "SELECT 'left'",
      ],
      look: [
        TABLE,
        `SELECT format('%d %d %d', last_insert_rowid(), (SELECT count(*) FROM words),
          (SELECT count(*) FROM temp.sqlite_schema))`,
      ],
    });
    const { url } = await serve(manifest, { files, application: { stateDir: directoryWith({}) } });
    for (let k = 0; k < 2; k++) {
      expect(await (await fetch(`${url}/leave`)).text()).toBe("left");
      expect(await (await fetch(`${url}/look`)).text()).toBe("0 0 0");
    }
  });

  it("is stopped in the middle of a statement by its timeout, and keeps nobody waiting", async () => {
    const { manifest, files } = application({ endless: [ENDLESS], quick: ["SELECT 'quick'"] });
    const { url, records } = await serve(manifest, { files, application: { stateDir: directoryWith({}) } });
    const endless = fetch(`${url}/endless`);
    for (let k = 0; k < 3; k++) expect(await (await fetch(`${url}/quick`)).text()).toBe("quick");
    expect((await endless).status).toBe(504);
    await eventually(() => records.length === 4);
    expect(records.flatMap(({ failure }) => failure?.kind ?? [])).toEqual(["timeout"]);
    expect(await (await fetch(`${url}/quick`)).text()).toBe("quick");
  });

  it("is ended when it takes too much memory, and is told so", async () => {
    const hungry = `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100000)
      SELECT x FROM (SELECT x, zeroblob(100000) AS bytes FROM c) ORDER BY bytes`;
    const { manifest, files } = application({ hungry: [hungry] });
    const { url } = await serve(manifest, { files, application: { stateDir: "" } });
    expect(await (await fetch(`${url}/hungry`)).text()).toContain("it took too much memory or disk");
  });

  it("shares one in memory with other requests of its process", async () => {
    const { manifest, files } = application({
      add: [TABLE, "INSERT INTO words VALUES ('so')", "SELECT group_concat(word) FROM words"],
    });
    const { url } = await serve(manifest, { files, application: { stateDir: "" } });
    const answers = await Promise.all([1, 2, 3].map(async () => (await fetch(`${url}/add`)).text()));
    expect(answers.sort()).toEqual(["so", "so,so", "so,so,so"]);
  });

  it("is refused what it was not granted", async () => {
    const { manifest, files } = application({ ask: ["SELECT 'x'"] }, "");
    const { url } = await serve(manifest, { files });
    // The case access-denied of the interface's error.
    expect(await (await fetch(`${url}/ask`)).text()).toBe("1");
  });

  it("names a label that no configuration declares, at start", () => {
    const { manifest, files } = application({ ask: ["SELECT 'x'"] }, 'sqlite_databases = ["orders"]');
    const load = (sqliteDatabases = new Map<string, string | undefined>()) =>
      applicationOf(manifest, files, { sqliteDatabases }).close();
    expect(() => load()).toThrow(ManifestError);
    expect(() => load()).toThrow(
      "spin.toml:10: component.ask.sqlite_databases: there is no database 'orders' but 'default'; declare it in the runtime configuration: [sqlite_database.orders]",
    );
    expect(() => load(new Map([["orders", undefined]]))).not.toThrow();
  });

  it("is held to its database, and to sizes", async () => {
    const cases: readonly (readonly [statements: readonly string[], answer: string])[] = [
      [["ATTACH '/tmp/other.db' AS other"], "no ATTACH, DETACH and VACUUM"],
      [[";; /* */ ATTACH ':memory:' AS other"], "no ATTACH, DETACH and VACUUM"],
      [[TABLE, "VACUUM INTO '/tmp/other.db'"], "no ATTACH, DETACH and VACUUM"],
      [["PRAGMA max_page_count = 100000000"], "PRAGMA max_page_count is not allowed"],
      [["PRAGMA journal_mode = DELETE"], "PRAGMA journal_mode is not allowed"],
      [["PRAGMA writable_schema = ON"], "PRAGMA writable_schema is not allowed"],
      [["SELECT load_extension('x')"], "extensions are not loaded"],
      [["SELECT hex(zeroblob(10000000))"], "too big"],
      [
        [
          "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 20) SELECT hex(zeroblob(500000)) FROM c",
        ],
        "the result has more than 16777216 bytes",
      ],
      [[`SELECT '${"x".repeat(2 ** 20)}'`], "a statement has at most 1048576 bytes"],
      [["nonsense"], 'near "nonsense": syntax error'],
      [["PRAGMA foreign_keys = ON", "PRAGMA user_version = 3", "SELECT 'fine'"], "fine"],
      [[TABLE, "SELECT name FROM pragma_table_info('words')"], "word"],
    ];
    const { manifest, files } = application(
      Object.fromEntries(cases.map(([statements], k) => [`case-c${k}`, statements])),
    );
    const { server } = await serve(manifest, { files, application: { stateDir: directoryWith({}) } });
    for (const [k, [statements, answer]] of cases.entries()) {
      const text = await (await server.fetch(new Request(`http://x/case-c${k}`))).text();
      expect([statements[0]?.slice(0, 60), text]).toEqual([
        statements[0]?.slice(0, 60),
        expect.stringContaining(answer),
      ]);
    }
  });
});
