import { describe, expect, it } from "vitest";
import { Engine, MalformedError, Module } from "../api/index.ts";
import { describeForeignBytes } from "./foreign-bytes.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const FOREIGN: readonly [string, Uint8Array, string, string][] = [
  ["an empty file", new Uint8Array(0), "empty", "unexpected end"],
  ["a few letters", utf8("(;"), "WebAssembly text, not binary; convert it first", "unexpected end"],
  [
    "a component",
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0),
    "a WebAssembly component",
    "unknown binary version",
  ],
  ["text format", utf8("(module)"), "WebAssembly text", "magic header not detected"],
  ["text format after comments", utf8(";; hi (\n(; ; ;)\n (module"), "WebAssembly text", "magic header"],
  ["source text", utf8("int main(void) {}\n"), "a text file", "magic header"],
  ["text cut within a letter", utf8("é".repeat(300)).subarray(0, 513), "a text file", "magic header"],
  ["an error page", utf8("\n<!DOCTYPE html><html>"), "an HTML page", "magic header"],
  ["base64", utf8("AGFzbQEAAAA="), "a WebAssembly module in base64", "magic header"],
  [
    "a pointer of Git LFS",
    utf8("version https://git-lfs.github.com/spec/v1\n"),
    "a pointer of Git LFS",
    "magic",
  ],
  ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x28, 0), "text in UTF-16", "magic header"],
  ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "gzip-compressed; unpack it first", "magic header"],
  ["ELF", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), "a native program (ELF)", "magic header"],
  ["an archive", utf8("!<arch>\n/ 1234"), "a static library", "magic header"],
];

describe("bytes that are no module", () => {
  it.each(FOREIGN)("are known for %s", (_, bytes, what) => {
    expect(describeForeignBytes(bytes)).toMatch(new RegExp(`^${what.replace(/[()]/g, "\\$&")}`));
  });

  it.each(FOREIGN)("are named by new Module, after the suite's words: %s", (_, bytes, what, words) => {
    const make = () => new Module(new Engine(), bytes);
    expect(make).toThrow(MalformedError);
    expect(make).toThrow(new RegExp(`^${words}.*is ${what.replace(/[()]/g, "\\$&")}`));
  });

  it.each([
    ["a core module", Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)],
    ["an unknown version", Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0)],
    ["other binary data", Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
  ])("are nothing in particular for %s", (_, bytes) => {
    expect(describeForeignBytes(bytes)).toBeUndefined();
  });
});
