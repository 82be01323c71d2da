import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { diagnose, printable, readModule } from "./read-module.ts";
import { InputError } from "./usage-error.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const CORE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const COMPONENT = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);

describe("diagnose", () => {
  it.each([
    ["an empty file", new Uint8Array(0), "is empty"],
    ["a component", COMPONENT, "is a WebAssembly component"],
    ["text format", bytes("(module)"), "is WebAssembly text"],
    ["text format after comments", bytes(";; hi (\n\n (module"), "is WebAssembly text"],
    ["source text", bytes("int main(void) {}\n"), "is a text file"],
    ["text cut within a letter", bytes("é".repeat(300)).subarray(0, 511), "is a text file"],
    ["a compressed module", Uint8Array.of(0x1f, 0x8b, 8, 0), "is gzip-compressed"],
  ])("knows %s", (_, input, text) => {
    expect(diagnose(input)).toContain(text);
  });

  it.each([
    ["a core module", CORE],
    ["a truncated one", CORE.subarray(0, 5)],
    ["an unknown version", Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0)],
    ["other binary data", Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0)],
  ])("leaves %s to the decoder", (_, input) => {
    expect(diagnose(input)).toBeUndefined();
  });
});

describe("readModule", () => {
  const directory = mkdtempSync(join(tmpdir(), "wasmeter-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const noStdin = () => expect.unreachable();

  it("reads a file, or standard input", () => {
    const path = join(directory, "a.wasm");
    writeFileSync(path, CORE);
    expect([...readModule(path, noStdin)]).toEqual([...CORE]);
    expect(readModule("-", () => CORE)).toBe(CORE);
  });

  it.each([
    ["missing.wasm", "no such file"],
    [".", "is a directory"],
    ["a.wasm/b", "no such file"],
    ["x".repeat(300), "name is too long"],
    ["nul\0byte", "null bytes"],
  ])("says in one line what is wrong with %s", (name, text) => {
    const read = () => readModule(join(directory, name), noStdin);
    expect(read).toThrow(InputError);
    expect(read).toThrow(text);
    expect(read).toThrow(/^[^\n]+$/);
  });

  it("refuses devices, which may never end", () => {
    expect(() => readModule("/dev/zero", noStdin)).toThrow("/dev/zero is a device, not a file");
  });

  it("names standard input", () => {
    expect(() => readModule("-", () => new Uint8Array(0))).toThrow("standard input is empty");
  });
});

it("makes names harmless to a terminal", () => {
  expect(printable("a\x1b[2Jb\r\n\u202ec é")).toBe("a\\u{1b}[2Jb\\u{d}\\u{a}\\u{202e}c é");
});
