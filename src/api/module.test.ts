import { describe, expect, it } from "vitest";
import { Engine, InterruptedError, MalformedError, Module, ValidationError } from "./index.ts";

const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const u32 = (value: number): number[] =>
  [0, 7, 14, 21, 28].map((shift) => ((value >>> shift) & 0x7f) | (shift < 28 ? 0x80 : 0));
const section = (id: number, contents: readonly number[]): number[] => [
  id,
  ...u32(contents.length),
  ...contents,
];

/** A module of `count` functions of 4 KiB each; `last` ends the last one. */
function moduleOf(count: number, last: readonly number[] = [0x0b]): Uint8Array {
  const body = (end: readonly number[]): number[] => {
    const code = [0, ...new Array<number>(4096).fill(0x01), ...end];
    return [...u32(code.length), ...code];
  };
  const bodies = Array.from({ length: count }, (_, i) => body(i === count - 1 ? last : [0x0b])).flat();
  return Uint8Array.from([
    ...MAGIC,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [...u32(count), ...new Array<number>(count).fill(0)]),
    ...section(10, [...u32(count), ...bodies]),
  ]);
}

describe("Module.compileAsync", () => {
  it("gives the module that the constructor gives", async () => {
    const engine = new Engine();
    const module = await Module.compileAsync(engine, moduleOf(3));
    expect(module).toBeInstanceOf(Module);
    expect(module.engine).toBe(engine);
    expect(module.checked.module.code).toHaveLength(3);
  });

  it("lets the event loop turn, and gives up when a signal is aborted meanwhile", async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const options = { quantumMs: Number.MIN_VALUE, signal: controller.signal };
    const loading = Module.compileAsync(new Engine(), moduleOf(64), options);
    await expect(loading).rejects.toThrow(InterruptedError);
    await expect(loading).rejects.toMatchObject({ reason: "signal", resumable: false });
  });

  it("gives up at its time, and when the engine's handle is used", async () => {
    const loading = Module.compileAsync(new Engine(), moduleOf(1), { timeoutMs: 0 });
    await expect(loading).rejects.toMatchObject({ reason: "timeout" });
    const engine = new Engine();
    const handle = engine.interruptHandle();
    setImmediate(() => handle.interrupt());
    const other = Module.compileAsync(engine, moduleOf(64), { quantumMs: Number.MIN_VALUE });
    await expect(other).rejects.toMatchObject({ reason: "handle" });
  });

  it("rejects what the constructor throws for", async () => {
    const engine = new Engine();
    await expect(Module.compileAsync(engine, new Uint8Array(3))).rejects.toThrow(MalformedError);
    await expect(Module.compileAsync(engine, moduleOf(2, [0x6a, 0x0b]))).rejects.toThrow(ValidationError);
    await expect(Module.compileAsync(engine, moduleOf(1), { quantumMs: 0 })).rejects.toThrow(RangeError);
    await expect(Module.compileAsync(engine, moduleOf(1), { timeoutMs: Number.NaN })).rejects.toThrow(
      RangeError,
    );
  });
});
