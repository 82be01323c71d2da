import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readModule } from "./read-module.ts";
import { InputError } from "./usage-error.ts";

const CORE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

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
