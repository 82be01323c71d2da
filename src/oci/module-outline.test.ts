import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ByteSource, type ModuleOutline, outline } from "./module-outline.ts";
import { Refusal } from "./refusal.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const COMPONENT_HEADER = [0, 0x61, 0x73, 0x6d, 13, 0, 1, 0];

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
    expect(of()).toEqual({ kind: "module", memoryBytes: 0, isHttpHandler: false });
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

  it("knows a component, and whether it answers HTTP", () => {
    const component = (...bytes: readonly number[]): ModuleOutline =>
      outline(source([...COMPONENT_HEADER, ...bytes]), "x");
    const named = (name: string): number[] => [0, name.length, ...new TextEncoder().encode(name)];
    const exported = (...items: readonly number[][]): ModuleOutline =>
      component(11, items.flat().length + 1, items.length, ...items.flat());
    const others = [
      [...named("f"), 1, 0, 0],
      [...named("i"), 5, 1, 1, 5, 2],
      [...named("t"), 3, 1, 1, 3, 1],
      [...named("u"), 3, 1, 1, 3, 0, 2],
      [...named("m"), 0, 0x11, 0, 1, 0, 0x11, 1],
    ];
    const handler = [...named("wasi:http/incoming-handler@0.2.0"), 5, 7, 0];
    expect(component()).toEqual({ kind: "component", memoryBytes: 0, isHttpHandler: false });
    expect(exported(...others).isHttpHandler).toBe(false);
    expect(exported(...others, handler).isHttpHandler).toBe(true);
    expect(exported([...named("wasi:http/handler@0.3.0"), 5, 7, 0]).isHttpHandler).toBe(true);
    expect(exported([...named("wasi:http/handler@0.3.0"), 1, 7, 0]).isHttpHandler).toBe(false);
    expect(exported([...named("my:wasi/http"), 5, 7, 0]).isHttpHandler).toBe(false);
    // Its nested modules' sections, memories among them, are not its own.
    expect(component(1, 13, ...HEADER, 5, 3, 1, 0, 17).memoryBytes).toBe(0);
  });

  it.each([
    ["is not WebAssembly", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["is not WebAssembly", []],
    ["ends too early", HEADER.slice(0, 5)],
    ["ends too early", [...HEADER, 5]],
    ["ends too early", [...HEADER, 5, 0x80]],
    ["ends too early", [...HEADER, 10, 100, 1]],
    ["of a version that does not run here", [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]],
    ["ends too early", COMPONENT_HEADER.slice(0, 6)],
    ["ends too early", [...COMPONENT_HEADER, 1, 100, 0]],
    ["malformed: length out of bounds", [...COMPONENT_HEADER, 11, 1, 9]],
    ["malformed: length out of bounds", [...HEADER, 5, 1, 9, 0, 1]],
    ["malformed: integer", [...HEADER, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]],
  ])("%s", (message, bytes) => {
    expect(refused(bytes)).toContain(message);
  });

  it("is found or refused for any bytes", () => {
    const anyBytes = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(fc.constantFrom(HEADER, COMPONENT_HEADER), anyBytes, (header, bytes) => {
        try {
          expect(outline(source([...header, ...bytes]), "/app.wasm").memoryBytes).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
