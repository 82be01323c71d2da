import { expect, it } from "vitest";
import { parseRuntimeConfig } from "./runtime-config.ts";

const database = (more: string): string =>
  `[sqlite_database.todo]\ntype = "spin"\npath = "todo.db"\n${more}\n`;

it("takes a database whose files may not attach others, and refuses one whose may", () => {
  const { sqliteDatabases } = parseRuntimeConfig(database("allow_attach_file = false"), "runtime.toml");
  expect([...sqliteDatabases]).toEqual([["todo", "todo.db"]]);
  expect(() => parseRuntimeConfig(database("allow_attach_file = true"), "runtime.toml")).toThrow(
    "runtime.toml:4: sqlite_database.todo.allow_attach_file: a connection has its database alone here; ATTACH is refused",
  );
  expect(() =>
    parseRuntimeConfig('[key_value_store.a]\ntype = "spin"\nallow_attach_file = false\n', "runtime.toml"),
  ).toThrow("runtime.toml:3: key_value_store.a.allow_attach_file: there is no such key");
});
