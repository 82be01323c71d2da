// Arguments, environment, clocks, random numbers, exit, standard streams, pointers, and preview0's layouts.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { ExitError, WouldBlockError } from "../errors.ts";
import { TestGuest } from "../testing/wasi-guest.ts";
import { decodeUtf8 } from "../utf8.ts";
import { WasiError } from "./abi.ts";
import type { CallerLike } from "./engine.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { CapturedOutput } from "./output-streams.ts";
import { WasiPreview1 } from "./preview1.ts";
import { seededRandom } from "./random-source.ts";

const PREVIEW1_NAMES =
  `args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise fd_allocate
fd_close fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size
fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_read fd_readdir fd_renumber fd_seek fd_sync fd_tell
fd_write path_create_directory path_filestat_get path_filestat_set_times path_link path_open path_readlink path_remove_directory
path_rename path_symlink path_unlink_file poll_oneoff proc_exit proc_raise random_get sched_yield sock_accept sock_recv sock_send
sock_shutdown`.split(/\s+/);

/** Strings at the pointers of a list. */
function strings(guest: TestGuest, list: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const start = guest.view.getUint32(list + 4 * i, true);
    return decodeUtf8(guest.bytes.slice(start, guest.bytes.indexOf(0, start))) ?? "?";
  });
}

test("defines all 46 functions of preview1, and 45 of preview0", () => {
  const names = [...new TestGuest().functions.keys()];
  expect(
    names
      .filter((name) => name.startsWith("wasi_snapshot_preview1."))
      .map((name) => name.slice(23))
      .sort(),
  ).toEqual(PREVIEW1_NAMES);
  expect(names.filter((name) => name.startsWith("wasi_unstable."))).toHaveLength(45);
});

test("every function's comment tells its errnos and draws what it writes", () => {
  const comments = new Map<string, string>();
  const folder = new URL("./", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => /^[a-z-]+\.ts$/.test(name))) {
    const source = readFileSync(new URL(file, folder), "utf8");
    for (const part of source.split("/**").slice(1)) {
      const found = /^(.*?)\*\/\s+(\w+): (?:wasiFunction\(|\{\s+\.\.\.wasiFunction)/s.exec(part);
      if (found !== null) comments.set(found[2] as string, (found[1] as string).replace(/\s+(\* )?/g, " "));
    }
  }
  expect([...comments.keys()].sort()).toEqual(PREVIEW1_NAMES);
  for (const [name, comment] of comments) {
    expect(comment, name).toMatch(/never fails|`[a-z]+`[:;.,]|those of paths/i);
    expect(comment, name).toMatch(/writes nothing| -> /i);
  }
});

describe("nothing is granted by default", () => {
  const guest = new TestGuest();

  test("no arguments, no environment, no files", () => {
    for (const name of ["args_sizes_get", "environ_sizes_get"]) {
      guest.view.setUint32(0, 99, true);
      expect(guest.call(name, 0, 4)).toBe("success");
      expect(guest.view.getUint32(0, true)).toBe(0);
      expect(guest.view.getUint32(4, true)).toBe(0);
    }
    expect(guest.call("fd_prestat_get", 3, 0)).toBe("badf");
    expect(guest.open(3, "x")).toBe("badf");
  });

  test("stdin is at its end, output goes nowhere", () => {
    expect(guest.read(0)).toEqual({ text: "" });
    expect(guest.write(1, "x")).toBe(1);
    expect(guest.write(2, "x")).toBe(1);
  });
});

describe("arguments and environment", () => {
  test("are counted in bytes, not in UTF-16 units", () => {
    const guest = new TestGuest({ args: ["prog", "wörld", "😀", ""], env: { GRÜN: "ä=b", EMPTY: "" } });
    expect(guest.call("args_sizes_get", 0, 4)).toBe("success");
    expect(guest.view.getUint32(0, true)).toBe(4);
    const size = guest.view.getUint32(4, true);
    expect(size).toBe(5 + 7 + 5 + 1);
    guest.bytes.fill(0xaa, 0x200, 0x300);
    expect(guest.call("args_get", 0x100, 0x200)).toBe("success");
    expect(strings(guest, 0x100, 4)).toEqual(["prog", "wörld", "😀", ""]);
    expect(guest.bytes[0x200 + size]).toBe(0xaa);
    expect(guest.call("environ_sizes_get", 0, 4)).toBe("success");
    expect(guest.call("environ_get", 0x100, 0x200)).toBe("success");
    expect(strings(guest, 0x100, 2)).toEqual(["GRÜN=ä=b", "EMPTY="]);
  });

  test("with NULs or bad names are the embedder's mistake", () => {
    expect(() => new WasiPreview1({ args: ["a\0b"] })).toThrow(TypeError);
    expect(() => new WasiPreview1({ env: { "A=B": "c" } })).toThrow(TypeError);
    expect(() => new WasiPreview1({ env: { A: "b\0" } })).toThrow(TypeError);
    expect(() => new WasiPreview1({ preopens: { "": new MemoryFileSystem() } })).toThrow(TypeError);
    expect(() => new WasiPreview1({ stdout: "inherit" })).toThrow(/wasmeter\/node/);
  });
});

describe("clocks", () => {
  test("come from the embedder", () => {
    const guest = new TestGuest({
      clock: { realtime: () => 2n ** 63n + 5n, monotonic: () => 7n, cpuTime: () => 9n, resolution: 3n },
    });
    const time = (clock: number) => {
      expect(guest.call("clock_time_get", clock, 0n, 8)).toBe("success");
      return guest.view.getBigUint64(8, true);
    };
    expect([0, 1, 2, 3].map(time)).toEqual([2n ** 63n + 5n, 7n, 9n, 9n]);
    expect(guest.call("clock_res_get", 1, 8)).toBe("success");
    expect(guest.view.getBigUint64(8, true)).toBe(3n);
    expect(guest.call("clock_time_get", 4, 0n, 8)).toBe("inval");
    expect(guest.call("clock_res_get", 0xffffffff, 8)).toBe("inval");
  });

  test("of the system run", () => {
    const guest = new TestGuest();
    guest.call("clock_time_get", 0, 0n, 8);
    expect(Math.abs(Number(guest.view.getBigUint64(8, true) / 1_000_000n) - Date.now())).toBeLessThan(10_000);
    guest.call("clock_time_get", 1, 0n, 8);
    const first = guest.view.getBigUint64(8, true);
    guest.call("clock_time_get", 1, 0n, 8);
    expect(guest.view.getBigUint64(8, true)).toBeGreaterThanOrEqual(first);
  });
});

describe("random numbers", () => {
  test("fill exactly the buffer, in pieces that the source can give", () => {
    const sizes: number[] = [];
    const guest = new TestGuest({
      random: {
        fill(bytes) {
          sizes.push(bytes.length);
          bytes.fill(7);
        },
      },
    });
    expect(guest.call("random_get", 0x100, 150_000)).toBe("success");
    expect(sizes).toEqual([65_536, 65_536, 150_000 - 2 * 65_536]);
    expect(guest.bytes[0xff]).toBe(0);
    expect(guest.bytes[0x100]).toBe(7);
    expect(guest.bytes[0x100 + 149_999]).toBe(7);
    expect(guest.bytes[0x100 + 150_000]).toBe(0);
    expect(guest.call("random_get", 0, 0)).toBe("success");
  });

  test("seeded: xoshiro128** after SplitMix64, the same everywhere", () => {
    const bytes = new Uint8Array(12);
    seededRandom(0).fill(bytes);
    // SplitMix64(0) gives e220a8397b1dcdaf, 6e789e6aa1b965f4; xoshiro128** of those words starts with these.
    let [a, b, c, d] = [0x7b1dcdaf, 0xe220a839, 0xa1b965f4, 0x6e789e6a].map(BigInt) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    const mask = 0xffffffffn;
    const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & mask;
    const expected: number[] = [];
    for (let i = 0; i < 3; i++) {
      const word = (rotate((b * 5n) & mask, 7n) * 9n) & mask;
      for (let shift = 0n; shift < 32n; shift += 8n) expected.push(Number((word >> shift) & 255n));
      const t = (b << 9n) & mask;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = rotate(d, 11n);
    }
    expect([...bytes]).toEqual(expected);
    const other = new Uint8Array(12);
    seededRandom(1n).fill(other);
    expect([...other]).not.toEqual(expected);
  });

  test("the system's are not all the same", () => {
    const guest = new TestGuest();
    guest.call("random_get", 0, 64);
    expect(new Set(guest.bytes.slice(0, 64)).size).toBeGreaterThan(8);
  });
});

describe("exit", () => {
  test("proc_exit throws ExitError with the whole 32-bit code", () => {
    const guest = new TestGuest();
    for (const code of [0, 1, 255, 256, 0xffffffff]) {
      expect(() => guest.call("proc_exit", code)).toThrow(
        expect.objectContaining({ name: "ExitError", exitCode: code }),
      );
    }
  });

  test("proc_raise ends the guest only for signals that do", () => {
    const guest = new TestGuest();
    expect(guest.call("proc_raise", 0)).toBe("success");
    expect(guest.call("proc_raise", 16)).toBe("success");
    expect(guest.call("proc_raise", 18)).toBe("notsup");
    expect(guest.call("proc_raise", 31)).toBe("inval");
    expect(() => guest.call("proc_raise", 6)).toThrow(expect.objectContaining({ exitCode: 134 }));
  });
});

describe("standard streams", () => {
  test("a callback gets chunks of its own", () => {
    const chunks: Uint8Array[] = [];
    const guest = new TestGuest({ stdout: (chunk) => chunks.push(chunk) });
    guest.write(1, "one");
    guest.write(1, "two");
    expect(chunks.map((chunk) => decodeUtf8(chunk))).toEqual(["one", "two"]);
  });

  test("several buffers are written in order, empty ones skipped", () => {
    const stdout = new CapturedOutput();
    const guest = new TestGuest({ stdout });
    guest.put("abcdef", 0x200);
    [0x200, 2, 0x300, 0, 0x204, 2, 0x202, 2].forEach((value, i) => {
      guest.view.setUint32(0x100 + 4 * i, value, true);
    });
    expect(guest.call("fd_write", 1, 0x100, 4, 0x80)).toBe("success");
    expect(guest.view.getUint32(0x80, true)).toBe(6);
    expect(stdout.text()).toBe("abefcd");
  });

  test.each([-1, 0, 1])("captured output is bounded (limit %i)", (difference) => {
    let left = 12;
    const budget = {
      tryReserve(bytes: number) {
        if (bytes > left) return false;
        left -= bytes;
        return true;
      },
      release: () => {},
    };
    const charged = new CapturedOutput({ chargedTo: budget });
    expect(charged.write(new Uint8Array(8))).toBe(8);
    expect(left).toBe(4);
    expect(() => charged.write(new Uint8Array(8))).toThrow(expect.objectContaining({ errno: "nospc" }));
    expect(charged.length).toBe(8);
    const stdout = new CapturedOutput({ limit: 10 });
    const guest = new TestGuest({ stdout });
    const length = 10 + difference;
    expect(guest.write(1, "x".repeat(length))).toBe(Math.min(length, 10));
    expect(guest.write(1, "yy")).toBe(difference < 0 ? 1 : "nospc");
    expect(stdout.length).toBe(10);
    expect(guest.write(1, "")).toBe(0);
  });

  test("many small writes are kept whole", () => {
    const stdout = new CapturedOutput();
    const guest = new TestGuest({ stdout });
    for (let i = 0; i < 3000; i++) guest.write(1, String(i % 10));
    expect(stdout.text()).toBe(Array.from({ length: 3000 }, (_, i) => i % 10).join(""));
  });

  test("a closed pipe is an errno, any other error is the embedder's", () => {
    const broken = new TestGuest({
      stdout: {
        write: () => {
          throw new WasiError("pipe");
        },
      },
      stderr: () => {
        throw new RangeError("mine");
      },
    });
    expect(broken.write(1, "x")).toBe("pipe");
    expect(() => broken.write(2, "x")).toThrow(RangeError);
  });

  test("an errno after the first bytes is kept for the next call", () => {
    let left = 3;
    const guest = new TestGuest({
      stdout: {
        write(bytes) {
          if (left === 0) throw new WasiError("nospc");
          const taken = Math.min(left, bytes.length);
          left -= taken;
          return taken;
        },
      },
    });
    guest.put("abcdef", 0x200);
    [0x200, 3, 0x203, 3].forEach((value, i) => {
      guest.view.setUint32(0x100 + 4 * i, value, true);
    });
    expect(guest.call("fd_write", 1, 0x100, 2, 0x80)).toBe("success");
    expect(guest.view.getUint32(0x80, true)).toBe(3);
    expect(guest.call("fd_write", 1, 0x100, 2, 0x80)).toBe("nospc");
  });

  test("stdin from text, bytes, an iterable and a function", () => {
    function* chunks() {
      yield "ab";
      yield "";
      yield new Uint8Array([99]);
    }
    const pieces = ["ab", "c"];
    for (const stdin of [{ text: "abc" }, new Uint8Array([97, 98, 99]), chunks(), () => pieces.shift()]) {
      const guest = new TestGuest({ stdin });
      let all = "";
      for (;;) {
        const result = guest.read(0, 2);
        if (typeof result === "string") throw new Error(result);
        if (result.text === "") break;
        all += result.text;
      }
      expect(all).toBe("abc");
      expect(guest.read(0)).toEqual({ text: "" });
    }
  });

  test("stdin that is not there yet parks the guest; nothing is lost when it cannot wait", async () => {
    let send: (chunk: string) => void = () => {};
    const guest = new TestGuest({
      stdin: () =>
        new Promise<string>((resolve) => {
          send = resolve;
        }),
    });
    guest.canWait = false;
    expect(() => guest.read(0)).toThrow(WouldBlockError);
    guest.canWait = true;
    const reading = guest.readAsync(0, 3);
    send("hello");
    expect(await reading).toEqual({ text: "hel" });
    expect(guest.read(0)).toEqual({ text: "lo" });
  });

  test("after waiting, bytes go to the memory as it is then", async () => {
    let send: (chunk: string) => void = () => {};
    const guest = new TestGuest({
      stdin: () =>
        new Promise<string>((resolve) => {
          send = resolve;
        }),
    });
    const reading = guest.readAsync(0);
    const grown = new Uint8Array(guest.bytes.length * 2);
    grown.set(guest.bytes);
    guest.bytes = grown;
    send("late");
    expect(await reading).toEqual({ text: "late" });
  });

  test("an async iterable, an error in it, nonblock", async () => {
    async function* chunks() {
      yield "one";
      throw new WasiError("io");
    }
    const guest = new TestGuest({ stdin: chunks() });
    expect(await guest.readAsync(0)).toEqual({ text: "one" });
    expect(await guest.readAsync(0)).toBe("io");
    const nonblocking = new TestGuest({ stdin: () => new Promise<string>(() => {}) });
    expect(nonblocking.call("fd_fdstat_set_flags", 0, 4)).toBe("success");
    expect(await nonblocking.readAsync(0)).toBe("again");
  });

  test("a Web stream", async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array([104, 105]));
        controller.close();
      },
    });
    const guest = new TestGuest({ stdin: { getReader: () => stream.getReader() } });
    expect(await guest.readAsync(0)).toEqual({ text: "hi" });
    expect(await guest.readAsync(0)).toEqual({ text: "" });
  });

  test("blocking, where it was granted", () => {
    const waits: string[] = [];
    const guest = new TestGuest({
      stdin: {
        get ready() {
          return waits.length >= 2;
        },
        available: 0,
        read: () => (waits.length < 2 ? undefined : new Uint8Array([33])),
        whenReady: () => Promise.reject(new Error("not asynchronous")),
        blockUntilReady: () => void waits.push("wait"),
      },
      host: { blocking: { sleep: () => {} } },
    });
    guest.canWait = false;
    expect(guest.read(0)).toEqual({ text: "!" });
    expect(waits).toHaveLength(2);
    waits.length = 0;
    guest.throwIfInterrupted = () => {
      throw new Error("stop");
    };
    expect(() => guest.read(0)).toThrow("stop");
    expect(waits).toHaveLength(1);
  });

  test("a terminal is a character device that cannot seek; anything else is not", () => {
    const guest = new TestGuest({
      stdout: { isTerminal: true, write: (bytes) => bytes.length },
      stderr: () => {},
    });
    const type = (fd: number) => {
      expect(guest.call("fd_fdstat_get", fd, 0x100)).toBe("success");
      return [guest.bytes[0x100], guest.view.getBigUint64(0x108, true) & 0x24n];
    };
    expect(type(1)).toEqual([2, 0n]);
    expect(type(2)).toEqual([0, 0n]);
    expect(guest.seek(1, 0n, 1)).toBe("spipe");
    expect(guest.call("fd_sync", 1)).toBe("inval");
    expect(guest.fdStat(1)).toMatchObject({ type: "character-device", size: 0n });
  });

  test("reading stdout and writing stdin are refused", () => {
    const guest = new TestGuest();
    expect(guest.read(1)).toBe("notcapable");
    expect(guest.write(0, "x")).toBe("notcapable");
  });
});

describe("pointers", () => {
  const memory = new MemoryFileSystem();
  memory.writeFile("f", "contents");
  const stdout = vi.fn();
  const guest = new TestGuest({ args: ["a"], env: { A: "b" }, stdout, preopens: { "/": memory } }, 1);
  const END = 65_536;

  const cases: [string, ...(number | bigint)[]][] = [
    ["args_get", END - 2, 0],
    ["args_get", 0, END - 1],
    ["args_sizes_get", END - 3, 0],
    ["args_sizes_get", 0, END],
    ["environ_get", 0, END - 3],
    ["clock_time_get", 0, 0n, END - 4],
    ["clock_res_get", 0, END],
    ["fd_fdstat_get", 1, END - 8],
    ["fd_filestat_get", 3, END - 56],
    ["fd_prestat_get", 3, END - 4],
    ["fd_prestat_dir_name", 3, END, 1],
    ["fd_write", 1, END - 4, 1, 0],
    ["fd_write", 1, 0x100, 1, END - 2],
    ["fd_write", 1, 0, 0x20000001, 0],
    ["fd_read", 0, 0, 0x7fffffff, 0],
    ["fd_pread", 3, END, 1, 0n, 0],
    ["fd_pwrite", 3, END, 1, 0n, 0],
    ["fd_readdir", 3, END - 1, 2, 0n, 0],
    ["fd_readdir", 3, 0, 2, 0n, END],
    ["fd_seek", 3, 0n, 0, END - 4],
    ["fd_tell", 3, END],
    ["path_open", 3, 0, END - 1, 2, 0, 2n, 0n, 0, 0],
    ["path_open", 3, 0, 0, 1, 1, 2n, 0n, 0, END - 3],
    ["path_filestat_get", 3, 0, 0, 1, END - 63],
    ["path_readlink", 3, 0, 1, END, 1, 0],
    ["path_create_directory", 3, 0xfffffff0, 0x20],
    ["path_rename", 3, 0, 1, 3, END, 1],
    ["path_symlink", END, 1, 3, 0, 1],
    ["path_link", 3, 0, 0, 1, 3, END, 1],
    ["path_unlink_file", 3, END - 1, 4096],
    ["path_remove_directory", 3, 0xffffffff, 1],
    ["path_filestat_set_times", 3, 0, END, 1, 0n, 0n, 0],
    ["poll_oneoff", END - 40, 0, 1, 0],
    ["poll_oneoff", 0, END - 24, 1, 0],
    ["poll_oneoff", 0, 0, 1, END],
    ["random_get", END - 1, 2],
    ["sock_recv", 3, END, 1, 0, 0, 0],
    ["sock_send", 3, END, 1, 0, 0],
    ["sock_accept", 3, 0, END],
  ];

  test.each(cases)("out of bounds: %s %s %s … traps and does nothing", (name, ...args) => {
    guest.bytes.fill(0);
    guest.put("g", 0);
    stdout.mockClear();
    const before = guest.bytes.slice();
    const descriptors = guest.wasi.openDescriptors;
    expect(() => guest.call(name, ...args)).toThrow(
      expect.objectContaining({ name: "Trap", code: "out-of-bounds-memory-access" }),
    );
    expect(Buffer.compare(guest.bytes, before)).toBe(0);
    expect(stdout).not.toHaveBeenCalled();
    expect(guest.wasi.openDescriptors).toBe(descriptors);
    expect(
      memory
        .root()
        .entries()
        .map(({ name: entry }) => entry),
    ).toEqual(["f"]);
  });

  test.each([
    ["args_get", 2, 0x100],
    ["clock_time_get", 0, 0n, 4],
    ["fd_fdstat_get", 1, 4],
    ["fd_filestat_get", 3, 4],
    ["fd_prestat_get", 3, 2],
    ["fd_write", 1, 2, 1, 0x100],
    ["fd_write", 1, 0x100, 1, 2],
    ["fd_seek", 3, 0n, 0, 4],
    ["path_open", 3, 0, 0, 1, 0, 2n, 0n, 0, 2],
    ["poll_oneoff", 4, 0x100, 1, 0],
    ["poll_oneoff", 0x100, 4, 1, 0],
    ["sock_recv", 3, 0x100, 1, 0, 0, 1],
  ] as [string, ...(number | bigint)[]][])("misaligned: %s %s %s … traps", (name, ...args) => {
    expect(() => guest.call(name, ...args)).toThrow(/not aligned/);
  });

  test("a bad buffer behind good ones: nothing is written", () => {
    stdout.mockClear();
    [0x200, 4, 0xfffffff0, 0x20].forEach((value, i) => {
      guest.view.setUint32(0x100 + 4 * i, value, true);
    });
    expect(() => guest.call("fd_write", 1, 0x100, 2, 0x80)).toThrow(/out of bounds/);
    expect(stdout).not.toHaveBeenCalled();
  });

  test("the list of buffers may lie inside a buffer that is read into", () => {
    const fd = guest.mustOpen(3, "f");
    guest.view.setUint32(0x100, 0x100, true);
    guest.view.setUint32(0x104, 8, true);
    expect(guest.call("fd_read", fd, 0x100, 1, 0x80)).toBe("success");
    expect(decodeUtf8(guest.bytes.slice(0x100, 0x108))).toBe("contents");
  });

  test("more than 1,024 buffers are a partial transfer", () => {
    const output = new CapturedOutput();
    const many = new TestGuest({ stdout: output });
    for (let i = 0; i < 1500; i++) {
      many.view.setUint32(0x100 + 8 * i, 0x10, true);
      many.view.setUint32(0x104 + 8 * i, 1, true);
    }
    expect(many.call("fd_write", 1, 0x100, 1500, 0x80)).toBe("success");
    expect(many.view.getUint32(0x80, true)).toBe(1024);
  });
});

test("functions that need no memory work for a caller without one", () => {
  let exit: ((caller: CallerLike, ...args: number[]) => unknown) | undefined;
  new WasiPreview1().addTo({
    func(_module, name, _type, fn) {
      if (name === "proc_exit") exit = fn;
    },
  });
  const caller: CallerLike = {
    get memory(): never {
      throw new Error("no memory");
    },
  };
  expect(() => exit?.(caller, 3)).toThrow(ExitError);
});

describe("wasi_unstable", () => {
  const memory = new MemoryFileSystem({ now: () => 5n });
  memory.writeFile("f", "0123456789");
  const guest = new TestGuest({ preopens: { "/": memory } });

  test("fd_seek counts whence as cur, end, set", () => {
    const fd = guest.mustOpen(3, "f", { rights: 0x26n });
    const seek = (offset: bigint, whence: number) => {
      expect(guest.call("wasi_unstable.fd_seek", fd, offset, whence, 0)).toBe("success");
      return guest.view.getBigUint64(0, true);
    };
    expect(seek(4n, 2)).toBe(4n);
    expect(seek(2n, 0)).toBe(6n);
    expect(seek(-1n, 1)).toBe(9n);
  });

  test("filestat has 56 bytes and a 32-bit link count", () => {
    guest.bytes.fill(0xaa, 0x100, 0x140);
    expect(guest.call("wasi_unstable.path_filestat_get", 3, 0, ...guest.put("f"), 0x100)).toBe("success");
    const { view } = guest;
    expect(view.getUint8(0x110)).toBe(4);
    expect(view.getUint32(0x114, true)).toBe(1);
    expect(view.getBigUint64(0x118, true)).toBe(10n);
    expect([0x120, 0x128, 0x130].map((at) => view.getBigUint64(at, true))).toEqual([5n, 5n, 5n]);
    expect(guest.bytes[0x138]).toBe(0xaa);
  });

  test("subscriptions have 56 bytes", () => {
    guest.bytes.fill(0, 0x100, 0x200);
    const { view } = guest;
    view.setBigUint64(0x100, 11n, true);
    view.setBigUint64(0x110, 99n, true); // identifier
    view.setUint32(0x118, 1, true); // monotonic
    view.setBigUint64(0x120, 0n, true); // timeout
    view.setBigUint64(0x138, 22n, true);
    view.setUint8(0x140, 2); // fd_write
    view.setUint32(0x148, 1, true);
    expect(guest.call("wasi_unstable.poll_oneoff", 0x100, 0x200, 2, 0x300)).toBe("success");
    expect(view.getUint32(0x300, true)).toBe(2);
    expect([view.getBigUint64(0x200, true), view.getBigUint64(0x220, true)]).toEqual([11n, 22n]);
  });
});
