// What the host holds for a store's guests, in the store's own budget.

import { describe, expect, it } from "vitest";
import { Engine, Linker, Module, Store } from "wasmeter";
import { MemoryFileSystem } from "wasmeter/wasi";
import { wat } from "./wat.ts";

const engine = new Engine();
const PAGE = 65_536;

describe("reserved bytes", () => {
  it("leave less for memories, tables and objects", () => {
    const store = new Store(engine, { limits: { totalBytes: 3 * PAGE } });
    const instance = new Linker(engine).instantiate(
      store,
      new Module(
        engine,
        wat(`(module (memory 1) (type $a (array i8))
          (func (export "grow") (result i32) (memory.grow (i32.const 1)))
          (func (export "make") (param i32) (drop (array.new_default $a (local.get 0)))))`),
      ),
    );
    expect(store.tryReserve(PAGE + 1)).toBe(true);
    expect(store.bytesUsed).toBe(2 * PAGE + 1);
    expect(instance.call("grow")).toBe(-1);
    expect(() => instance.call("make", [PAGE])).toThrow("GC heap exhausted");
    expect(store.tryReserve(PAGE)).toBe(false);
    store.release(1);
    expect(instance.call("grow")).toBe(1);
  });

  it("are numbers of bytes, and no more are given back than were taken", () => {
    const store = new Store(engine);
    for (const bytes of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => store.tryReserve(bytes)).toThrow(RangeError);
      expect(() => store.release(bytes)).toThrow(RangeError);
    }
    store.tryReserve(10);
    expect(() => store.release(11)).toThrow("only 10 bytes are reserved");
    store.release(10);
    expect(store.bytesUsed).toBe(0);
  });

  it("can be a file system's", () => {
    const store = new Store(engine, { limits: { totalBytes: 2 * PAGE } });
    const files = new MemoryFileSystem({ chargedTo: store });
    files.writeFile("f", new Uint8Array(40_000));
    expect(store.bytesUsed).toBe(files.usedBytes);
    expect(() => files.writeFile("g", new Uint8Array(40_000))).toThrow("nospc");
    files.root().unlink("f");
    files.root().unlink("g");
    expect(store.bytesUsed).toBe(0);
  });
});
