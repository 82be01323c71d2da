// The life of a WasiPreview1: one start, an exit code or an error, and nothing left open, whatever ends the guest.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { wat } from "../../tests/wat.ts";
import { ExitError } from "../errors.ts";
import { Engine, type Instance, Linker, Module, Store } from "../index.ts";
import { TestGuest } from "../testing/wasi-guest.ts";
import type { FileSystem, FileSystemDirectory } from "./fs/file-system.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import type { WasiOptions } from "./grants.ts";
import { HostFileSystem } from "./node/index.ts";
import { WasiPreview1 } from "./preview1.ts";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-life-"));
fs.writeFileSync(path.join(scratch, "f"), "text");
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** Opens "f" of the first grant again and again, then does what `end` says. */
const PROGRAM = (end: string, name = "_start") =>
  wat(`(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir" (func $readdir (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "f")
  (data (i32.const 16) "\\00\\01\\00\\00\\10\\00\\00\\00")
  ;; a subscription of the monotonic clock, for 2^60 nanoseconds
  (data (i32.const 0x210) "\\01\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\10")
  (global $errno (export "errno") (mut i32) (i32.const -1))
  (func (export "opened") (result i32)
    (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0)
      (i32.const 0) (i32.const 8)))
  (func (export "leave") (call $exit (i32.const 9)))
  (func (export "${name}")
    (local $i i32)
    (loop
      (drop (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i64.const 2) (i64.const 0)
        (i32.const 0) (i32.const 8)))
      (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5))))
    (drop (call $readdir (i32.const 3) (i32.const 0x300) (i32.const 100) (i64.const 0) (i32.const 8)))
    ${end}))`);

interface World {
  readonly wasi: WasiPreview1;
  readonly instance: Instance;
  readonly store: Store;
}

function prepare(end: string, options: WasiOptions = {}, fuel?: number, name?: string): World {
  const engine = new Engine();
  const wasi = new WasiPreview1({ preopens: { "/": new HostFileSystem(scratch) }, ...options });
  const linker = new Linker(engine);
  wasi.addTo(linker);
  const store = new Store(engine, fuel === undefined ? {} : { fuel });
  return { wasi, store, instance: linker.instantiate(store, new Module(engine, PROGRAM(end, name))) };
}

const openInProcess = () => fs.readdirSync("/proc/self/fd").length;

const ENDS: Record<string, { readonly end: string; readonly fuel?: number; readonly options?: WasiOptions }> =
  {
    return: { end: "" },
    proc_exit: { end: "(call $exit (i32.const 3))" },
    trap: { end: "unreachable" },
    "a bad pointer": { end: "(drop (call $write (i32.const 1) (i32.const -4) (i32.const 1) (i32.const 8)))" },
    "out of fuel": { end: "(loop (br 0))", fuel: 10_000 },
    "a host throw": {
      end: "(drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))",
      options: {
        stdout: () => {
          throw new RangeError("the embedder's own");
        },
      },
    },
    "waiting in a synchronous call": {
      end: "(drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8)))",
      options: { stdin: () => new Promise<string>(() => {}) },
    },
  };
const EXPECTED: Record<string, unknown> = {
  return: 0,
  proc_exit: 3,
  trap: "Trap",
  "a bad pointer": "Trap",
  "out of fuel": "OutOfFuelError",
  "a host throw": "RangeError",
  "waiting in a synchronous call": "WouldBlockError",
};

describe("everything is closed", () => {
  const outcome = async (run: () => number | Promise<number>): Promise<unknown> => {
    try {
      return await run();
    } catch (error) {
      return (error as Error).name;
    }
  };

  test.each(Object.keys(ENDS))("after %s", async (name) => {
    const { end, fuel, options } = ENDS[name] as (typeof ENDS)[string];
    const before = process.platform === "linux" ? openInProcess() : 0;
    const { wasi, instance } = prepare(end, options, fuel);
    expect(await outcome(() => wasi.start(instance))).toBe(EXPECTED[name]);
    expect(wasi.openDescriptors).toBe(0);
    expect(wasi.exitCode).toBe(typeof EXPECTED[name] === "number" ? EXPECTED[name] : undefined);
    if (process.platform === "linux") expect(openInProcess()).toBe(before);
  });

  test.each(Object.keys(ENDS).filter((name) => !name.startsWith("waiting")))(
    "after %s in an asynchronous run, and in a library's _initialize",
    async (name) => {
      const { end, fuel, options } = ENDS[name] as (typeof ENDS)[string];
      const before = process.platform === "linux" ? openInProcess() : 0;
      const { wasi, instance } = prepare(end, options, fuel);
      expect(await outcome(() => wasi.startAsync(instance))).toBe(EXPECTED[name]);
      expect(wasi.openDescriptors).toBe(0);
      const library = prepare(end, options, fuel, "_initialize");
      const ended = await outcome(() => {
        library.wasi.initialize(library.instance);
        return 0;
      });
      expect(ended).toBe(name === "proc_exit" ? "ExitError" : EXPECTED[name]);
      if (name === "return") library.wasi.close();
      expect(library.wasi.openDescriptors).toBe(0);
      if (process.platform === "linux") expect(openInProcess()).toBe(before);
    },
  );

  const WAITS = {
    "fd_read on stdin":
      "(global.set $errno (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8)))",
    "poll_oneoff on a clock":
      "(global.set $errno (call $poll (i32.const 0x200) (i32.const 0x400) (i32.const 1) (i32.const 8)))",
  };

  test.each(Object.entries(WAITS))(
    "after %s was aborted or timed out, and nothing is done later",
    async (_name, end) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      try {
        for (const how of ["abort", "timeout"]) {
          let send: (chunk: string) => void = () => {};
          const { wasi, instance } = prepare(end, {
            stdin: () =>
              new Promise<string>((resolve) => {
                send = resolve;
              }),
          });
          const abort = new AbortController();
          const running = wasi.startAsync(
            instance,
            how === "abort" ? { signal: abort.signal } : { timeoutMs: 50 },
          );
          const failed = expect(running).rejects.toMatchObject({ name: "InterruptedError" });
          // A turn of the event loop, for the guest to get to its wait.
          await new Promise((resolve) => setImmediate(resolve));
          if (how === "abort") abort.abort();
          else {
            // The engine reads the real clock.
            await new Promise((resolve) => {
              const end = Date.now() + 60;
              const spin = () => (Date.now() < end ? setImmediate(spin) : resolve(undefined));
              spin();
            });
            vi.advanceTimersByTime(51);
          }
          await failed;
          expect(wasi.openDescriptors).toBe(0);
          expect(wasi.exitCode).toBeUndefined();
          // No timer keeps the process alive, and what comes now goes nowhere.
          expect(vi.getTimerCount()).toBe(0);
          const memory = instance.exports.memory.bytes().slice();
          send("late");
          await new Promise((resolve) => setImmediate(resolve));
          expect(Buffer.compare(instance.exports.memory.bytes(), memory)).toBe(0);
        }
      } finally {
        vi.useRealTimers();
      }
    },
  );

  test.each(Object.entries(WAITS))(
    "and the guest goes on with canceled when closed during %s",
    async (_name, end) => {
      const { wasi, instance } = prepare(end, { stdin: () => new Promise<string>(() => {}) });
      const running = wasi.startAsync(instance);
      await new Promise((resolve) => setImmediate(resolve));
      wasi.close();
      expect(await running).toBe(0);
      expect(instance.exports.errno.value).toBe(11);
    },
  );

  test("even if closing fails; the guest's own end is what is told", () => {
    const close = vi.fn(() => {
      throw new RangeError("cannot close");
    });
    const failing = (): FileSystem => ({
      root: (): FileSystemDirectory => Object.assign(new MemoryFileSystem().root(), { close }),
    });
    const options = () => ({ preopens: { "/a": failing(), "/b": failing() } });
    const trapping = prepare("unreachable", options());
    expect(() => trapping.wasi.start(trapping.instance)).toThrow(/unreachable/);
    expect(trapping.wasi.openDescriptors).toBe(0);
    expect(close).toHaveBeenCalledTimes(2);
    const ending = prepare("(call $exit (i32.const 3))", options());
    expect(() => ending.wasi.start(ending.instance)).toThrow("cannot close");
    expect(ending.wasi.exitCode).toBe(3);
    expect(close).toHaveBeenCalledTimes(4);
  });

  test.runIf(process.platform === "linux")("when there are more grants than descriptors", () => {
    const before = openInProcess();
    const grants = { "/a": new HostFileSystem(scratch), "/b": new HostFileSystem(scratch) };
    expect(() => new WasiPreview1({ preopens: grants, maxDescriptors: 4 })).toThrow(/mfile/);
    expect(openInProcess()).toBe(before);
  });
});

describe("one start", () => {
  test("not twice, not after closing, not while it runs, not mixed", async () => {
    const again = prepare("");
    expect(again.wasi.start(again.instance)).toBe(0);
    expect(() => again.wasi.start(again.instance)).toThrow("cannot be started: it is closed");
    await expect(again.wasi.startAsync(again.instance)).rejects.toThrow("it is closed");
    expect(again.wasi.exitCode).toBe(0);

    const closed = prepare("");
    closed.wasi.close();
    closed.wasi.close();
    expect(() => closed.wasi.start(closed.instance)).toThrow("it is closed");

    let nested: unknown;
    const within: World = prepare(
      "(drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 8)))",
      {
        stdout: () => {
          try {
            within.wasi.start(within.instance);
          } catch (error) {
            nested = error;
          }
          expect(within.wasi.openDescriptors).toBe(9);
        },
      },
    );
    expect(within.wasi.start(within.instance)).toBe(0);
    expect(nested).toMatchObject({ message: expect.stringContaining("it is running") });

    const library = prepare("", {}, undefined, "_initialize");
    library.wasi.initialize(library.instance);
    expect(() => library.wasi.initialize(library.instance)).toThrow("in use as a library");
    expect(() => library.wasi.start(again.instance)).toThrow("in use as a library");
    library.wasi.close();
  });

  test("a library's exports find nothing open after closing, and their exit is told", () => {
    const { wasi, instance } = prepare("", {}, undefined, "_initialize");
    wasi.initialize(instance);
    expect(instance.exports.opened()).toBe(0);
    expect(wasi.exitCode).toBeUndefined();
    expect(() => instance.exports.leave()).toThrow(ExitError);
    expect(wasi.exitCode).toBe(9);
    wasi.close();
    expect(instance.exports.opened()).toBe(8);
    expect(wasi.exitCode).toBe(9);
    expect(wasi.openDescriptors).toBe(0);
  });

  test("many at once, interleaved, share nothing", async () => {
    const worlds = Array.from({ length: 8 }, (_, i) =>
      prepare(
        `(drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8)))
        (call $exit (i32.load8_u (i32.const 0x100)))`,
        {
          stdin: async () => {
            await new Promise((resolve) => setTimeout(resolve, 10 - i));
            return new Uint8Array([i]);
          },
        },
      ),
    );
    expect(await Promise.all(worlds.map(({ wasi, instance }) => wasi.startAsync(instance)))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
  });
});

describe("an embedder that calls the guest back", () => {
  test("may let its memory grow: results arrive in what it is then", () => {
    const guest = new TestGuest({
      stdout: {
        write: (bytes) => {
          grow();
          return bytes.length;
        },
      },
      stdin: {
        ready: true,
        available: 1,
        read: () => {
          grow();
          return new Uint8Array([65, 66]);
        },
        whenReady: () => Promise.resolve(),
      },
      random: {
        fill: (bytes) => {
          grow();
          bytes.fill(7);
        },
      },
      clock: {
        realtime: () => {
          grow();
          return 5n;
        },
        monotonic: () => {
          grow();
          return 0n;
        },
        resolution: 1n,
      },
    });
    const grow = () => {
      const larger = new Uint8Array(guest.bytes.length + 65_536);
      larger.set(guest.bytes);
      // The old one must not be used any more.
      guest.bytes.fill(0xee);
      guest.bytes = larger;
    };
    guest.put("ab", 0x200);
    [0x200, 1, 0x201, 1].forEach((value, i) => {
      guest.view.setUint32(0x100 + 4 * i, value, true);
    });
    expect(guest.call("fd_write", 1, 0x100, 2, 0x80)).toBe("success");
    expect(guest.view.getUint32(0x80, true)).toBe(2);
    expect(guest.read(0)).toEqual({ text: "AB" });
    expect(guest.call("random_get", 0x300, 70_000)).toBe("success");
    expect([guest.bytes[0x300], guest.bytes[0x300 + 69_999]]).toEqual([7, 7]);
    expect(guest.call("clock_time_get", 0, 0n, 0x88)).toBe("success");
    expect(guest.view.getBigUint64(0x88, true)).toBe(5n);
    expect(guest.call("clock_res_get", 1, 0x88)).toBe("success");
    expect(guest.view.getBigUint64(0x88, true)).toBe(1n);
    guest.bytes.fill(0, 0x1000, 0x1030);
    guest.view.setUint32(0x1010, 1, true);
    expect(guest.call("poll_oneoff", 0x1000, 0x2000, 1, 0x80)).toBe("success");
    expect(guest.view.getUint32(0x80, true)).toBe(1);
  });
});

describe("life", () => {
  const instance = (start: () => void) => ({ exports: { _start: start } });

  test("start gives the exit code and closes everything, also after an error", () => {
    const files = () => ({ "/": new MemoryFileSystem() });
    const returned = new WasiPreview1({ preopens: files() });
    expect(returned.exitCode).toBeUndefined();
    expect(returned.start(instance(() => {}))).toBe(0);
    const exited = new WasiPreview1({ preopens: files() });
    expect(
      exited.start(
        instance(() => {
          throw new ExitError(42);
        }),
      ),
    ).toBe(42);
    expect(exited.exitCode).toBe(42);
    const failed = new WasiPreview1({ preopens: files() });
    expect(failed.openDescriptors).toBe(4);
    expect(() =>
      failed.start(
        instance(() => {
          throw new RangeError("guest");
        }),
      ),
    ).toThrow(RangeError);
    for (const wasi of [returned, exited, failed]) expect(wasi.openDescriptors).toBe(0);
    failed.close();
  });

  test("start needs _start, initialize refuses it", () => {
    expect(() => new WasiPreview1().start({ exports: {} })).toThrow(TypeError);
    expect(() => new WasiPreview1().initialize(instance(() => {}))).toThrow(TypeError);
  });

  test("initialize runs _initialize if there is one, and keeps descriptors", () => {
    const wasi = new WasiPreview1({ preopens: { "/": new MemoryFileSystem() } });
    const run = vi.fn();
    wasi.initialize({ exports: { _initialize: run } });
    expect(run).toHaveBeenCalledOnce();
    expect(wasi.openDescriptors).toBe(4);
    wasi.close();
    expect(wasi.openDescriptors).toBe(0);
    new WasiPreview1().initialize({ exports: {} });
  });

  test("startAsync gives the exit code of an asynchronous run", async () => {
    const wasi = new WasiPreview1();
    const run = { exports: { _start: () => {} }, callAsync: () => Promise.reject(new ExitError(7)) };
    expect(await wasi.startAsync(run)).toBe(7);
    const failing = { ...run, callAsync: () => Promise.reject(new RangeError("x")) };
    await expect(new WasiPreview1().startAsync(failing)).rejects.toThrow(RangeError);
  });

  test("two guests share nothing", () => {
    const one = new TestGuest({ args: ["one"], preopens: { "/": new MemoryFileSystem() } });
    const two = new TestGuest({ args: ["two", "2"], preopens: { "/": new MemoryFileSystem() } });
    one.call("fd_close", 3);
    expect(two.call("fd_prestat_get", 3, 0)).toBe("success");
    one.call("args_sizes_get", 0, 4);
    expect(one.view.getUint32(0, true)).toBe(1);
  });
});
