import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ByteSource, type ModuleOutline, outline } from "./module-outline.ts";
import { Refusal } from "./refusal.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function source(bytes: readonly number[] | Uint8Array): ByteSource {
  const all = Uint8Array.from(bytes);
  return { size: all.length, read: (offset, length) => all.subarray(offset, offset + length) };
}

function of(...bytes: readonly number[]): ModuleOutline {
  return outline(source([...HEADER, ...bytes]), "/app.wasm");
}

function refused(bytes: readonly number[]): string {
  try {
    outline(source(bytes), "/app.wasm");
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  throw new Error("not refused");
}

describe("a module's outline", () => {
  it("adds up what memories declare, own and imported", () => {
    expect(of()).toEqual({ kind: "module", memoryBytes: 0 });
    // memory 17
    expect(of(5, 3, 1, 0, 17).memoryBytes).toBe(17 * 65_536);
    // memory 2 1000; memory i64 3; memory 4096 of pages of one byte
    expect(of(5, 11, 3, 1, 2, 0xe8, 7, 4, 3, 8, 0x80, 0x20, 0).memoryBytes).toBe(5 * 65_536 + 4096);
    const name = [1, 0x61];
    const imports = [
      ...[...name, ...name, 0, 0],
      ...[...name, ...name, 1, 0x70, 1, 1, 2],
      ...[...name, ...name, 1, 0x63, 0x70, 0, 1],
      ...[...name, ...name, 3, 0x7f, 1],
      ...[...name, ...name, 4, 0, 0],
      ...[...name, ...name, 2, 0, 6],
    ];
    expect(of(2, imports.length + 1, 6, ...imports).memoryBytes).toBe(6 * 65_536);
    expect(of(0, 2, 0, 0, 5, 3, 1, 0, 1).memoryBytes).toBe(65_536);
  });

  it("knows a component", () => {
    expect(outline(source([0, 0x61, 0x73, 0x6d, 13, 0, 1, 0]), "x").kind).toBe("component");
  });

  it.each([
    ["is not WebAssembly", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["is not WebAssembly", []],
    ["ends too early", HEADER.slice(0, 5)],
    ["ends too early", [...HEADER, 5]],
    ["ends too early", [...HEADER, 5, 0x80]],
    ["ends too early", [...HEADER, 10, 100, 1]],
    ["of a version that does not run here", [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]],
    ["malformed: length out of bounds", [...HEADER, 5, 1, 9, 0, 1]],
    ["malformed: integer", [...HEADER, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]],
  ])("%s", (message, bytes) => {
    expect(refused(bytes)).toContain(message);
  });

  it("is found or refused for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(of(...bytes).memoryBytes).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
