// What WASI holds for a guest counts on the host's heap, and does no more when it is closed.

import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { Engine, Linker, Module, Store } from "../index.ts";
import { TestGuest } from "../testing/wasi-guest.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { WasiPreview1 } from "./preview1.ts";

const ROOT = 3;

/** A budget that tells what is held. */
function budget(limit: number) {
  return {
    held: 0,
    tryReserve(bytes: number): boolean {
      if (this.held + bytes > limit) return false;
      this.held += bytes;
      return true;
    },
    release(bytes: number): void {
      this.held -= bytes;
    },
  };
}

function filled(files: number): MemoryFileSystem {
  const memory = new MemoryFileSystem();
  for (let i = 0; i < files; i++) memory.writeFile(`f${i}`, "");
  return memory;
}

describe("descriptors", () => {
  it("count from the first call on, and are refused when the heap is full", () => {
    const heap = budget(10 * 384);
    const guest = new TestGuest({ preopens: { "/": filled(1) } }, 4, heap);
    expect(heap.held).toBe(0);
    const opened = Array.from({ length: 6 }, () => guest.mustOpen(ROOT, "f0"));
    expect(heap.held).toBe(10 * 384);
    expect(guest.open(ROOT, "f0")).toBe("nomem");
    // Nothing is created that cannot be opened then.
    expect(guest.open(ROOT, "new", { oflags: 1 })).toBe("nomem");
    expect(guest.stat(ROOT, "new")).toBe("noent");
    expect(guest.call("fd_close", opened[0] as number)).toBe("success");
    expect(guest.call("fd_renumber", opened[1] as number, opened[2] as number)).toBe("success");
    expect(heap.held).toBe(8 * 384);
    guest.wasi.close();
    expect(heap.held).toBe(0);
  });

  it("that do not fit at the first call give nomem until they do", () => {
    const heap = budget(4 * 384);
    heap.tryReserve(1);
    const guest = new TestGuest({ preopens: { "/": filled(1) } }, 4, heap);
    expect(guest.call("sched_yield")).toBe("nomem");
    heap.release(1);
    expect(guest.call("sched_yield")).toBe("success");
  });
});

describe("listings of directories", () => {
  const LISTED = { oflags: 2, rights: 1n << 14n };
  const PER_ENTRY = 112 + 2 * 2;

  it("count with their names; the oldest make room, and one that fits nowhere is refused", () => {
    const heap = budget(7 * 384 + 25 * PER_ENTRY);
    const guest = new TestGuest({ preopens: { "/": filled(10), "/large": filled(40) } }, 4, heap);
    guest.call("sched_yield");
    const before = heap.held;
    const read = (fd: number) => guest.call("fd_readdir", fd, 0x10000, 4096, 0n, 0x7f00);
    expect(read(ROOT)).toBe("success");
    expect(heap.held - before).toBe(10 * PER_ENTRY);
    const second = guest.mustOpen(ROOT, ".", LISTED);
    expect(read(second)).toBe("success");
    expect(heap.held - before).toBe(20 * PER_ENTRY + 384);
    // The first one gives way to a third.
    expect(read(guest.mustOpen(ROOT, ".", LISTED))).toBe("success");
    expect(heap.held).toBe(before + 20 * PER_ENTRY + 2 * 384);
    expect(read(4)).toBe("nomem");
    guest.wasi.close();
    expect(heap.held).toBe(0);
  });
});

it("counts in the store of the guest, whose reset and end give back", () => {
  const engine = new Engine();
  const module = new Module(
    engine,
    wat(`(module
      (import "wasi_snapshot_preview1" "fd_readdir"
        (func $readdir (param i32 i32 i32 i64 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "list") (result i32)
        (call $readdir (i32.const 3) (i32.const 64) (i32.const 4096) (i64.const 0) (i32.const 0))))`),
  );
  const wasi = new WasiPreview1({ preopens: { "/": filled(1000) } });
  const store = new Store(engine, { wasi, limits: { hostHeapBytes: 400_000 } });
  const linker = new Linker(engine);
  WasiPreview1.addTo(linker);
  const instance = linker.instantiate(store, module);
  const { list } = instance.exports as { list: () => number };
  // The function as the host sees it counts too.
  const before = store.hostHeap.used;
  wasi.initialize(instance);
  instance.checkpoint();
  expect(list()).toBe(0);
  expect(store.hostHeap.used - before).toBeGreaterThan(112_000);
  instance.reset();
  expect(store.hostHeap.used - before).toBeLessThan(20_000);
  expect(list()).toBe(0);
  wasi.close();
  expect(store.hostHeap.used - before).toBeLessThan(20_000);
  const room = store.limits.hostHeapBytes - store.hostHeap.used;
  expect(store.hostHeap.tryReserve(room + 1)).toBe(false);
  expect(store.denied).toEqual([{ resource: "reservation", limit: "hostHeapBytes", count: 1 }]);
  expect(() => store.hostHeap.release(1)).toThrow("only 0 bytes are reserved");
});
