// After `instance.reset()` nothing of WASI tells the instance from a fresh one: descriptors, their numbers, rights, flags and
// positions, listings, streams, clock and random numbers.

import fc from "fast-check";
import { expect, it } from "vitest";
import { Engine, type Instance, Linker, Module, Store } from "wasmeter";
import { CapturedOutput, MemoryFileSystem, ReadOnlyFileSystem, WasiPreview1 } from "wasmeter/wasi";
import { wat } from "./wat.ts";

const engine = new Engine();

/** Each function takes a descriptor and a number, and gives an errno; results are in memory. */
const GUEST = new Module(
  engine,
  wat(`(module
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_tell" (func $tell (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_renumber" (func $renumber (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_readdir" (func $readdir (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_fdstat_set_flags" (func $flags (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_fdstat_set_rights" (func $rights (param i32 i64 i64) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\40\\00\\00\\00\\05\\00\\00\\00") (data (i32.const 32) "filedir")
    (func (export "open") (param i32 i32) (result i32)
      (call $open (local.get 0) (i32.const 0) (i32.const 32) (i32.const 4) (i32.const 0)
        (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 200)))
    (func (export "openDirectory") (param i32 i32) (result i32)
      (call $open (local.get 0) (i32.const 0) (i32.const 36) (i32.const 3) (i32.const 2)
        (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 200)))
    (func (export "read") (param i32 i32) (result i32)
      (call $read (local.get 0) (i32.const 0) (i32.const 1) (i32.const 204)))
    (func (export "write") (param i32 i32) (result i32)
      (call $write (local.get 0) (i32.const 0) (i32.const 1) (i32.const 204)))
    (func (export "seek") (param i32 i32) (result i32)
      (call $seek (local.get 0) (i64.extend_i32_s (local.get 1)) (i32.const 0) (i32.const 208)))
    (func (export "tell") (param i32 i32) (result i32) (call $tell (local.get 0) (i32.const 208)))
    (func (export "close") (param i32 i32) (result i32) (call $close (local.get 0)))
    (func (export "renumber") (param i32 i32) (result i32) (call $renumber (local.get 0) (local.get 1)))
    (func (export "readdir") (param i32 i32) (result i32)
      (call $readdir (local.get 0) (i32.const 304) (i32.const 200) (i64.extend_i32_u (local.get 1)) (i32.const 216)))
    (func (export "stat") (param i32 i32) (result i32) (call $stat (local.get 0) (i32.const 224)))
    (func (export "flags") (param i32 i32) (result i32) (call $flags (local.get 0) (local.get 1)))
    (func (export "rights") (param i32 i32) (result i32)
      (call $rights (local.get 0) (i64.extend_i32_u (local.get 1)) (i64.const 0)))
    (func (export "prestat") (param i32 i32) (result i32) (call $prestat (local.get 0) (i32.const 256)))
    (func (export "random") (param i32 i32) (result i32) (call $random (i32.const 272) (i32.const 8)))
    (func (export "clock") (param i32 i32) (result i32) (call $clock (i32.const 0) (i64.const 0) (i32.const 264))))`),
);

const NAMES = GUEST.exports.filter(({ kind }) => kind === "func").map(({ name }) => name);

type Operation = readonly [name: string, fd: number, value: number];

const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 9 })),
  { maxLength: 30 },
);

function start(): { readonly instance: Instance; readonly wasi: WasiPreview1 } {
  const files = new MemoryFileSystem();
  files.writeFile("file", "0123456789abcdefghij");
  files.makeDirectory("dir");
  files.writeFile("dir/one", "1");
  files.writeFile("dir/two", "2");
  const wasi = new WasiPreview1({
    deterministic: { seed: 5 },
    stdin: { text: "some input that is read in parts" },
    stdout: new CapturedOutput(),
    preopens: { "/": new ReadOnlyFileSystem(files) },
  });
  const linker = new Linker(engine);
  WasiPreview1.addTo(linker);
  const instance = linker.instantiate(new Store(engine, { wasi }), GUEST);
  wasi.initialize(instance);
  instance.checkpoint();
  return { instance, wasi };
}

/** What each operation gives, and all that is in memory after it. */
function run({ instance }: ReturnType<typeof start>, todo: readonly Operation[]): unknown[] {
  const memory = instance.exports.memory;
  return todo.map(([name, fd, value]) => [
    name,
    instance.call(name, [fd, value]),
    Buffer.from(memory.read(0, 600)).toString("latin1"),
  ]);
}

it("begins anew, whatever the guest did with its descriptors", () => {
  fc.assert(
    fc.property(operations, operations, (before, after) => {
      const [reset, fresh] = [start(), start()];
      run(reset, before);
      reset.instance.reset();
      expect(reset.wasi.openDescriptors).toBe(4);
      // The clock counts fuel: both begin at the same.
      expect(run(reset, after)).toEqual(run(fresh, after));
      expect(reset.wasi.openDescriptors).toBe(fresh.wasi.openDescriptors);
      for (const { wasi } of [reset, fresh]) wasi.close();
    }),
    { numRuns: 300 },
  );
});
