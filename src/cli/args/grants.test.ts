import { describe, expect, it } from "vitest";
import { UsageError } from "../usage-error.ts";
import {
  buildEnvironment,
  parseDirectories,
  parseDirectory,
  parseMappedDirectory,
  parseVariable,
} from "./grants.ts";

describe("--dir", () => {
  it.each<[string, string, string, "ro" | "rw" | undefined]>([
    [".", ".", ".", undefined],
    ["/tmp/x", "/tmp/x", "/tmp/x", undefined],
    ["data:ro", "data", "data", "ro"],
    ["data:rw", "data", "data", "rw"],
    ["data::/data", "data", "/data", undefined],
    ["data::/data:ro", "data", "/data", "ro"],
    ["data::/data:rw", "data", "/data", "rw"],
    ["C:\\data::/data", "C:\\data", "/data", undefined],
    ["a:b", "a:b", "a:b", undefined],
    ["a::b::c", "a::b", "c", undefined],
    ["data::ro", "data", "ro", undefined],
    ["data::ro:ro", "data", "ro", "ro"],
    ["a:b:ro", "a:b", "a:b", "ro"],
  ])("%s grants %s as %s: %s", (text, host, guest, access) => {
    expect(parseDirectory(text)).toEqual({
      option: "--dir",
      host,
      guest,
      readOnly: access === "ro",
      explicitlyWritable: access === "rw",
    });
  });

  it.each(["", "::", "::/x", "x::", ":ro", "x:::ro", "a\0b"])("refuses '%s'", (text) => {
    expect(() => parseDirectory(text)).toThrow(UsageError);
  });

  it.each([
    [
      ["a::/data", "b::/data/"],
      "'/data/' is given twice in the guest; for a guest it is the same as '/data'",
    ],
    [["a::/data", "b::/data"], "'/data' is given twice in the guest"],
    [["a::/data", "b::data"], "the same as '/data'"],
    [["a::./x//y", "b::x/./y"], "the same as './x//y'"],
    [[".", "/"], "'/' is given twice in the guest; for a guest it is the same as '.'"],
  ])("refuses one place in the guest for two directories: %s", (texts, message) => {
    expect(() => parseDirectories(texts)).toThrow(message);
  });

  it("takes a place within another, and other names", () => {
    expect(parseDirectories(["a::/", "a::/data", "a::/data/x", "b::../data", "c::data2"])).toHaveLength(5);
  });
});

describe("--mapdir", () => {
  it.each([
    ["/data::data", "/data", "data"],
    ["/data:data", "/data", "data"],
    ["/::.", "/", "."],
    ["/data:C:\\data", "/data", "C:\\data"],
    ["/data:c:/data", "/data", "c:/data"],
    ["/a:b::c:d", "/a:b", "c:d"],
  ])("%s gives the guest %s for %s", (text, guest, host) => {
    expect(parseMappedDirectory(text)).toMatchObject({ option: "--mapdir", guest, host, readOnly: false });
  });

  it.each([
    ["data", "lacks a directory; write --mapdir GUEST::HOST, or --dir HOST::GUEST"],
    ["", "lacks a directory"],
    [":x", "lacks a directory"],
    ["x:", "lacks a directory"],
    ["::x", "lacks a directory"],
    ["x::", "lacks a directory"],
    ["a:b:c", "can be read in several ways"],
    ["a::b::c", "can be read in several ways"],
    ["a:::b", "can be read in several ways"],
    ["/data::data:ro", "write --dir HOST::GUEST:ro"],
    ["/data:data:ro", "write --dir HOST::GUEST:ro"],
    ["a\0::b", "NUL"],
  ])("refuses '%s'", (text, message) => {
    expect(() => parseMappedDirectory(text)).toThrow(UsageError);
    expect(() => parseMappedDirectory(text)).toThrow(message);
  });

  it("comes after --dir, and shares its names", () => {
    expect(parseDirectories(["a"], ["/b::c"]).map(({ guest }) => guest)).toEqual(["a", "/b"]);
    expect(() => parseDirectories(["a::/b"], ["/b::c"])).toThrow("--mapdir: '/b' is given twice");
  });
});

describe("--env", () => {
  const host = { HOME: "/root", EMPTY: "", UNSET: undefined };
  const build = (texts: string[], inherit = false) =>
    buildEnvironment(texts.map(parseVariable), host, inherit);

  it("grants nothing unless asked", () => {
    expect(build([])).toEqual({});
  });

  it("sets, inherits one, leaves out what is not set; the last one wins", () => {
    expect(build(["A=1", "HOME", "NOPE", "UNSET", "EMPTY", "B=x=y", "A=2", "C="])).toEqual({
      A: "2",
      HOME: "/root",
      EMPTY: "",
      B: "x=y",
      C: "",
    });
  });

  it("inherits everything with --inherit-env, and --env still wins", () => {
    expect(build(["HOME=/"], true)).toEqual({ HOME: "/", EMPTY: "" });
  });

  it("takes any name, also those that objects have", () => {
    expect(Object.entries(build(["__proto__=1", "constructor=2", "toString"]))).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  it("refuses a nameless variable", () => {
    expect(() => parseVariable("=x")).toThrow(UsageError);
  });
});
