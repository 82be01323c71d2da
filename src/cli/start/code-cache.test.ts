import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CodeFolder, readCode, sumOf, usersFolder, writeCode } from "./code-cache.ts";
import { loadScript } from "./load-command.ts";

const SOURCE = sumOf(Buffer.from("the source"));
const MEMORY = Buffer.alloc(64);
const CODE = Buffer.from("the code");
const owner = process.geteuid?.();

let place = "";
let folder: CodeFolder = { path: "", owner };
const fileOf = (name: string): string => join(folder.path, `${name}.code`);

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "wasmeter-code-"));
  folder = { path: join(place, "deep", "code"), owner };
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe("the user's folder", () => {
  it.each([
    ["linux", { HOME: "/home/u" }, "/home/u/.cache/wasmeter"],
    ["linux", { HOME: "/home/u", XDG_CACHE_HOME: "/cache" }, "/cache/wasmeter"],
    ["linux", { HOME: "/home/u", XDG_CACHE_HOME: "" }, "/home/u/.cache/wasmeter"],
    ["darwin", { HOME: "/Users/u" }, "/Users/u/Library/Caches/wasmeter"],
    ["linux", { HOME: "/home/u", WASMETER_CODE_CACHE: "/elsewhere" }, "/elsewhere"],
    ["linux", { HOME: "/home/u", WASMETER_CODE_CACHE: "" }, undefined],
    ["linux", { HOME: "/home/u", WASMETER_CODE_CACHE: "relative" }, undefined],
    ["linux", { XDG_CACHE_HOME: "relative" }, undefined],
    ["linux", {}, undefined],
    ["win32", {}, undefined],
  ] as const)("on %s with %j is %s", (platform, env, path) => {
    expect(usersFolder(env, platform)?.path).toBe(path);
  });
});

describe("kept code", () => {
  it("is read as it was written, for the same name and source", () => {
    expect(readCode(folder, "run", SOURCE, MEMORY)).toBeUndefined();
    expect(writeCode(folder, "run", SOURCE, CODE)).toBe(true);
    expect(readCode(folder, "run", SOURCE, MEMORY)).toEqual(CODE);
    expect(readCode(folder, "serve", SOURCE, MEMORY)).toBeUndefined();
    expect(readCode(folder, "run", sumOf(Buffer.from("another")), MEMORY)).toBeUndefined();
    expect(readdirSync(folder.path)).toEqual(["run.code"]);
  });

  it("is read whole where there is no room for it, and into what held the source where there is", () => {
    const long = Buffer.alloc(100_000, "code ");
    expect(writeCode(folder, "run", SOURCE, long)).toBe(true);
    const memory = Buffer.alloc(long.length + 4);
    for (const room of [memory, memory.subarray(1), Buffer.alloc(0)]) {
      expect(readCode(folder, "run", SOURCE, room)).toEqual(long);
    }
    expect(readCode(folder, "run", SOURCE, memory)?.buffer).toBe(memory.buffer);
  });

  it("is nothing with any byte changed or any end missing", () => {
    writeCode(folder, "run", SOURCE, CODE);
    const whole = readFileSync(fileOf("run"));
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1 << (at & 7);
      writeFileSync(fileOf("run"), damaged);
      expect(readCode(folder, "run", SOURCE, MEMORY)).toBeUndefined();
    }
    writeFileSync(fileOf("run"), whole);
    for (let length = whole.length - 1; length >= 0; length--) {
      truncateSync(fileOf("run"), length);
      expect(readCode(folder, "run", SOURCE, MEMORY)).toBeUndefined();
    }
  });

  it.runIf(owner !== undefined)("is nothing that others may have written", () => {
    writeCode(folder, "run", SOURCE, CODE);
    for (const mode of [0o664, 0o646]) {
      chmodSync(fileOf("run"), mode);
      expect(readCode(folder, "run", SOURCE, MEMORY)).toBeUndefined();
    }
    chmodSync(fileOf("run"), 0o644);
    chmodSync(folder.path, 0o777);
    expect(readCode(folder, "run", SOURCE, MEMORY)).toBeUndefined();
    expect(writeCode(folder, "run", SOURCE, CODE)).toBe(false);
    chmodSync(folder.path, 0o755);
    expect(readCode(folder, "run", SOURCE, MEMORY)).toEqual(CODE);
    if (owner === 0) {
      chownSync(fileOf("run"), 12_345, 0);
      expect(readCode(folder, "run", SOURCE, MEMORY)).toBeUndefined();
      // What is root's serves whoever the script belongs to.
      chownSync(fileOf("run"), 0, 0);
      expect(readCode({ ...folder, owner: 12_345 }, "run", SOURCE, MEMORY)).toEqual(CODE);
    } else {
      const somebodys = { ...folder, owner: owner! + 1 };
      expect(readCode(somebodys, "run", SOURCE, MEMORY)).toBeUndefined();
      expect(writeCode(somebodys, "run", SOURCE, CODE)).toBe(false);
    }
  });

  it("is no link, no directory and no pipe, and follows none", () => {
    writeCode(folder, "run", SOURCE, CODE);
    const elsewhere = join(place, "elsewhere");
    symlinkSync(folder.path, elsewhere);
    expect(readCode({ ...folder, path: elsewhere }, "run", SOURCE, MEMORY)).toBeUndefined();
    symlinkSync(fileOf("run"), fileOf("linked"));
    expect(readCode(folder, "linked", SOURCE, MEMORY)).toBeUndefined();
    mkdirSync(fileOf("directory"));
    expect(readCode(folder, "directory", SOURCE, MEMORY)).toBeUndefined();
    expect(writeCode(folder, "directory", SOURCE, CODE)).toBe(false);
    expect(readdirSync(folder.path).filter((name) => !name.endsWith(".code"))).toEqual([]);
  });

  it("cannot be written where a file stands in place of the folder", () => {
    writeFileSync(join(place, "deep"), "");
    expect(writeCode(folder, "run", SOURCE, CODE)).toBe(false);
  });

  it("goes when there is too much of it, the oldest first", () => {
    for (let k = 0; k < 16; k++) {
      writeCode(folder, `run-${k}`, SOURCE, CODE);
      utimesSync(fileOf(`run-${k}`), k, k);
    }
    writeCode(folder, "new", SOURCE, CODE);
    expect(readdirSync(folder.path)).toHaveLength(12);
    expect(existsSync(fileOf("new"))).toBe(true);
    expect(existsSync(fileOf("run-15"))).toBe(true);
    expect(existsSync(fileOf("run-4"))).toBe(false);
  });
});

describe("a script", () => {
  const write = (text: string): string => {
    const path = join(place, "script.cjs");
    writeFileSync(path, text);
    return path;
  };
  interface Exports {
    readonly answer: number;
    readonly folder: string;
  }
  const text = (answer: number): string =>
    `(function (require, scriptUrl) { const f = () => ${answer}; return { answer: f(), folder: require("node:path").dirname(scriptUrl.href) }; })`;
  const kept = () => ({
    require: createRequire(import.meta.url),
    common: "run",
    folders: [folder],
    keepIn: folder,
  });
  const load = (path: string, name = "serve") => loadScript<Exports>({ ...kept(), path, name });

  it("comes from the code of an earlier run", () => {
    const path = write(text(42));
    const first = load(path);
    expect(first).toMatchObject({ isFromCache: false, exports: { answer: 42 } });
    expect(first.exports.folder).toBe(`file://${place}`);
    first.keepCode();
    expect(load(path)).toMatchObject({ isFromCache: true, exports: { answer: 42 } });
    expect(readdirSync(folder.path)).toHaveLength(1);
  });

  it("is the new one when it has changed, though no longer than before", () => {
    load(write(text(42))).keepCode();
    const changed = load(write(text(43)));
    expect(changed).toMatchObject({ isFromCache: false, exports: { answer: 43 } });
    changed.keepCode();
    expect(load(write(text(43))).isFromCache).toBe(true);
  });

  it("begins with the code of `run` where its command has none, and keeps its own", () => {
    const path = write(text(42));
    load(path, "run").keepCode();
    const first = load(path, "serve");
    expect(first.isFromCache).toBe(false);
    first.keepCode();
    expect(readdirSync(folder.path)).toHaveLength(2);
    expect(load(path, "serve").isFromCache).toBe(true);
  });

  it("keeps nothing where nothing is to be kept", () => {
    loadScript<Exports>({ ...kept(), path: write(text(42)), name: undefined }).keepCode();
    loadScript<Exports>({ ...kept(), path: write(text(42)), name: "run", keepIn: undefined }).keepCode();
    expect(existsSync(folder.path)).toBe(false);
  });
});
