import { describe, expect, it } from "vitest";
import { buildEnvironment, parseDirectories, parseDirectory } from "./grants.ts";
import { UsageError } from "./usage-error.ts";

describe("--dir", () => {
  it.each([
    [".", ".", ".", false],
    ["/tmp/x", "/tmp/x", "/tmp/x", false],
    ["data:ro", "data", "data", true],
    ["data::/data", "data", "/data", false],
    ["data::/data:ro", "data", "/data", true],
    ["C:\\data::/data", "C:\\data", "/data", false],
    ["a:b", "a:b", "a:b", false],
    ["a::b::c", "a::b", "c", false],
    ["data::ro", "data", "ro", false],
    ["data::ro:ro", "data", "ro", true],
  ])("%s grants %s as %s, read-only: %s", (text, host, guest, readOnly) => {
    expect(parseDirectory(text)).toEqual({ host, guest, readOnly });
  });

  it.each(["", "::", "::/x", "x::", ":ro", "x:::ro", "a\0b"])("refuses '%s'", (text) => {
    expect(() => parseDirectory(text)).toThrow(UsageError);
  });

  it("refuses one guest name for two directories", () => {
    expect(() => parseDirectories(["a::/data", "b::/data/"])).toThrow("'/data/' is given twice");
    expect(parseDirectories(["a::/", "a::/data"])).toHaveLength(2);
  });
});

describe("--env", () => {
  const host = { HOME: "/root", EMPTY: "", UNSET: undefined };

  it("grants nothing unless asked", () => {
    expect(buildEnvironment([], host, false)).toEqual({});
  });

  it("sets, inherits one, leaves out what is not set; the last one wins", () => {
    expect(
      buildEnvironment(["A=1", "HOME", "NOPE", "UNSET", "EMPTY", "B=x=y", "A=2", "C="], host, false),
    ).toEqual({
      A: "2",
      HOME: "/root",
      EMPTY: "",
      B: "x=y",
      C: "",
    });
  });

  it("inherits everything with --inherit-env, and --env still wins", () => {
    expect(buildEnvironment(["HOME=/"], host, true)).toEqual({ HOME: "/", EMPTY: "" });
  });

  it("refuses a nameless variable", () => {
    expect(() => buildEnvironment(["=x"], host, false)).toThrow(UsageError);
  });
});
