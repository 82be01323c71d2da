import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { KeyValueFile, MAX_KEY_BYTES, MAX_VALUE_BYTES, StoreError } from "./key-value-file.ts";
import type { Database } from "./sqlite.ts";

const { DatabaseSync } = createRequire(import.meta.url)("@photostructure/sqlite") as {
  DatabaseSync: new (path: string) => Database;
};

const clean: (() => void)[] = [];
afterEach(() => {
  for (const step of clean.splice(0).reverse()) step();
});

function newPath(): string {
  const directory = mkdtempSync(join(tmpdir(), "wasmeter-store-"));
  clean.push(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "state", "sqlite_key_value.db");
}

function open(path: string | undefined, maxBytes?: number): KeyValueFile {
  const file = new KeyValueFile(path, maxBytes);
  clean.push(() => file.close());
  return file;
}

function raw(path: string): Database {
  const database = new DatabaseSync(path);
  clean.push(() => database.close());
  return database;
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

it.each([["a file"], ["memory"]])("stores in %s, each label apart", async (where) => {
  const file = open(where === "memory" ? undefined : newPath());
  const [one, two] = [file.store("default"), file.store("other")];
  expect(await one.get("k")).toBeUndefined();
  await one.set("k", bytes(1, 2));
  await two.set("k", bytes());
  await one.set("", bytes(0));
  await one.set("a\0b ✓", bytes(255));
  expect([...((await one.get("k")) ?? [])]).toEqual([1, 2]);
  expect(await two.get("k")).toEqual(bytes());
  expect(await one.keys()).toEqual(["", "a\0b ✓", "k"]);
  expect([await one.exists("k"), await one.exists("l")]).toEqual([true, false]);
  await one.set("k", bytes(3));
  await one.delete("a\0b ✓");
  await one.delete("never there");
  expect(await one.getMany(["k", "none"])).toEqual([
    ["k", bytes(3)],
    ["none", undefined],
  ]);
  await one.deleteMany(["k", ""]);
  expect([await one.keys(), await two.keys()]).toEqual([[], ["k"]]);
});

it("reads what Spin has stored, and Spin what was stored here", async () => {
  const path = newPath();
  await open(path).store("default").set("ours", bytes(7));
  const database = raw(path);
  database
    .prepare(
      "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3) ON CONFLICT(store, key) DO UPDATE SET value=?3",
    )
    .run("default", "theirs", bytes(8, 9));
  // Text is no value of Spin's, but may come from another program.
  database.exec("INSERT INTO spin_key_value VALUES ('default', 'text', 'é')");
  const get = database.prepare("SELECT value FROM spin_key_value WHERE store=?1 AND key=?2");
  expect(get.get("default", "ours")?.value).toEqual(bytes(7));
  const store = open(path).store("default");
  expect(await store.get("theirs")).toEqual(bytes(8, 9));
  expect([...((await store.get("text")) ?? [])]).toEqual([0xc3, 0xa9]);
});

it("leaves all in the file itself when it is closed", async () => {
  const [path, copy] = [newPath(), `${newPath()}-copy`];
  const file = open(path);
  await file.store("default").set("k", bytes(1));
  file.close();
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(path, copy);
  expect(await open(copy).store("default").get("k")).toEqual(bytes(1));
});

it("waits for another process that has locked the file, without blocking the thread", async () => {
  const path = newPath();
  const store = open(path).store("default");
  await store.set("k", bytes(1));
  const other = raw(path);
  other.exec("BEGIN IMMEDIATE");
  const waiting = store.set("k", bytes(2));
  expect(waiting).toBeInstanceOf(Promise);
  // Readers see what was there before.
  expect(await store.get("k")).toEqual(bytes(1));
  other.exec("COMMIT");
  await waiting;
  expect(await store.get("k")).toEqual(bytes(2));
});

it("adds and swaps as one step", async () => {
  const store = open(newPath()).store("default");
  expect(await store.increment("n", 5n)).toBe(5n);
  expect(await store.increment("n", -7n)).toBe(-2n);
  expect(await store.get("n")).toEqual(bytes(0xfe, 255, 255, 255, 255, 255, 255, 255));
  await store.set("text", bytes(1));
  expect(() => store.increment("text", 1n)).toThrow("the value is no number of eight bytes");
  await store.set("most", bytes(255, 255, 255, 255, 255, 255, 255, 127));
  expect(() => store.increment("most", 1n)).toThrow("the sum has more than 64 bits");
  expect(await store.swap("new", bytes(1), bytes(2))).toBe(false);
  expect(await store.swap("new", undefined, bytes(2))).toBe(true);
  expect(await store.swap("new", undefined, bytes(3))).toBe(false);
  expect(await store.swap("new", bytes(2), bytes(3))).toBe(true);
  expect(await store.get("new")).toEqual(bytes(3));
});

it("holds keys, values, results and files to their limits", async () => {
  const path = newPath();
  const file = open(path, 200_000);
  const store = file.store("default");
  await store.set("é".repeat(MAX_KEY_BYTES / 2), bytes());
  expect(() => store.set("é".repeat(MAX_KEY_BYTES / 2 + 1), bytes())).toThrow("a key has at most 4096 bytes");
  expect(() => store.set("k", new Uint8Array(MAX_VALUE_BYTES + 1))).toThrow(
    "a value has at most 16777216 bytes",
  );
  await store.set("k", bytes(1));
  expect(() => store.set("k", new Uint8Array(300_000))).toThrow(StoreError);
  expect(() =>
    store.setMany([
      ["k", bytes(2)],
      ["l", new Uint8Array(300_000)],
    ]),
  ).toThrow("the store is full");
  // All or nothing.
  expect(await store.get("k")).toEqual(bytes(1));
  // Room that was given back is used again.
  for (let k = 0; k < 5; k++) {
    await store.set("large", new Uint8Array(100_000));
    await store.delete("large");
  }
  raw(path).exec(`UPDATE spin_key_value SET value = zeroblob(${MAX_VALUE_BYTES + 1}) WHERE key = 'k'`);
  expect(() => store.get("k")).toThrow("the result has more than 16777216 bytes");
});

it("can be used by what is still under way when it has been closed", async () => {
  const path = newPath();
  const file = open(path);
  await file.store("default").set("k", bytes(1));
  file.close();
  expect(await file.store("default").get("k")).toEqual(bytes(1));
});
