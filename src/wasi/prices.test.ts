// What each function charges: the table in docs/fuel.md, row by row, and the comments at the definitions.

import * as fs from "node:fs";
import { readdirSync, readFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { EVERY_RIGHT, TestGuest } from "../testing/wasi-guest.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { OverlayFileSystem } from "./fs/overlay.ts";
import { HostFileSystem } from "./node/index.ts";
import { preview1Functions } from "./preview1.ts";
import type { WorkUnit } from "./work.ts";

const GRANT = 3;
const RESULT = 0x7f00;
const READ_AND_WRITE = 0x42n;

type Charges = Partial<Record<WorkUnit, number>>;

interface Case {
  /** What is beside one call. */
  readonly charges: Charges;
  /** Calls the function once, after what it needs; the last call counts. */
  readonly run: (guest: TestGuest) => unknown;
}

/** Two directories and a file of 100,000 bytes below a chain of links: `d`, `d/sub`, `d/file`, `l1` → `d`, `l2` → `./l1/`. */
function files(): MemoryFileSystem {
  const memory = new MemoryFileSystem();
  memory.makeDirectory("d/sub");
  memory.writeFile("d/file", new Uint8Array(100_000));
  memory.symlink("d", "l1");
  memory.symlink("./l1/", "l2");
  return memory;
}

/** Sets up buffers of these lengths; gives the arguments. */
function buffers(guest: TestGuest, ...lengths: number[]): [number, number] {
  lengths.forEach((length, i) => {
    guest.view.setUint32(0x100 + 8 * i, 0x10000, true);
    guest.view.setUint32(0x104 + 8 * i, length, true);
  });
  return [0x100, lengths.length];
}

const file = (guest: TestGuest, fdflags = 0) =>
  guest.mustOpen(GRANT, "d/file", { rights: EVERY_RIGHT, fdflags });

/** Calls `name` as the call that counts. */
function counted(guest: TestGuest, name: string, ...args: (number | bigint)[]): void {
  guest.charged.clear();
  guest.call(name, ...args);
}

const simple = (name: string, ...args: (number | bigint)[]): Case => ({
  charges: {},
  run: (guest) => counted(guest, name, ...args),
});
const withPath = (name: string, text: string, charges: Charges, ...before: number[]): Case => ({
  charges,
  run: (guest) => counted(guest, name, GRANT, ...before, ...guest.put(text)),
});

const CASES: Readonly<Record<string, readonly Case[]>> = {
  args_get: [{ ...simple("args_get", 0, 64), charges: { perHostByte: 4 + 3 } }],
  args_sizes_get: [simple("args_sizes_get", 0, 4)],
  environ_get: [{ ...simple("environ_get", 0, 64), charges: { perHostByte: 8 } }],
  environ_sizes_get: [simple("environ_sizes_get", 0, 4)],
  clock_res_get: [simple("clock_res_get", 0, 0)],
  clock_time_get: [simple("clock_time_get", 0, 0n, 0)],
  fd_advise: [{ charges: {}, run: (guest) => counted(guest, "fd_advise", file(guest), 0n, 0n, 0) }],
  fd_allocate: [{ charges: {}, run: (guest) => counted(guest, "fd_allocate", file(guest), 0n, 200_000n) }],
  fd_close: [{ charges: {}, run: (guest) => counted(guest, "fd_close", file(guest)) }],
  fd_datasync: [{ charges: { wasiCall: 99 }, run: (guest) => counted(guest, "fd_datasync", file(guest)) }],
  fd_sync: [{ charges: { wasiCall: 99 }, run: (guest) => counted(guest, "fd_sync", file(guest)) }],
  fd_fdstat_get: [simple("fd_fdstat_get", GRANT, 0)],
  fd_fdstat_set_flags: [simple("fd_fdstat_set_flags", 1, 4)],
  fd_fdstat_set_rights: [simple("fd_fdstat_set_rights", 1, 0n, 0n)],
  fd_filestat_get: [simple("fd_filestat_get", GRANT, 0)],
  fd_filestat_set_size: [
    { charges: { perElement: 2 }, run: (guest) => counted(guest, "fd_filestat_set_size", file(guest), 10n) },
    { charges: {}, run: (guest) => counted(guest, "fd_filestat_set_size", file(guest), 200_000n) },
  ],
  fd_filestat_set_times: [
    { charges: {}, run: (guest) => counted(guest, "fd_filestat_set_times", file(guest), 1n, 1n, 5) },
  ],
  fd_prestat_get: [simple("fd_prestat_get", GRANT, 0)],
  fd_prestat_dir_name: [{ ...simple("fd_prestat_dir_name", GRANT, 0, 64), charges: { perHostByte: 6 } }],
  fd_pread: [
    {
      charges: { perHostBuffer: 2, perHostByte: 30 },
      run: (guest) => counted(guest, "fd_pread", file(guest), ...buffers(guest, 50, 50), 99_970n, RESULT),
    },
  ],
  fd_read: [
    {
      charges: { perHostBuffer: 2, perHostByte: 100 },
      run: (guest) => counted(guest, "fd_read", file(guest), ...buffers(guest, 50, 50), RESULT),
    },
    {
      charges: { perHostBuffer: 1, perHostByte: 5 },
      run: (guest) => counted(guest, "fd_read", 0, ...buffers(guest, 4096), RESULT),
    },
    // Not open, and out of bounds: the buffers have been looked at.
    {
      charges: { perHostBuffer: 1 },
      run: (guest) => counted(guest, "fd_read", 99, ...buffers(guest, 10), RESULT),
    },
  ],
  fd_pwrite: [
    {
      charges: { perHostBuffer: 2, perHostByte: 70 },
      run: (guest) => counted(guest, "fd_pwrite", file(guest), ...buffers(guest, 20, 50), 0n, RESULT),
    },
    {
      charges: { perHostBuffer: 1, perHostByte: 20, wasiCall: 99 },
      run: (guest) => counted(guest, "fd_pwrite", file(guest, 16), ...buffers(guest, 20), 0n, RESULT),
    },
  ],
  fd_write: [
    {
      charges: { perHostBuffer: 3, perHostByte: 70 },
      run: (guest) => counted(guest, "fd_write", 1, ...buffers(guest, 20, 0, 50), RESULT),
    },
    {
      charges: { perHostBuffer: 1, perHostByte: 20, wasiCall: 99 },
      run: (guest) => counted(guest, "fd_write", file(guest, 2), ...buffers(guest, 20), RESULT),
    },
  ],
  fd_readdir: [
    {
      // Two entries taken up; four told: 24 bytes and the name each.
      charges: { perDirectoryEntry: 2 + 4, perHostByte: 4 * 24 + 1 + 2 + 3 + 4 },
      run: (guest) => {
        const fd = guest.openDirectory(GRANT, "d") as number;
        counted(guest, "fd_readdir", fd, 0x10000, 4096, 0n, RESULT);
      },
    },
    {
      // From the third on, in the listing that is there; the last one is cut.
      charges: { perDirectoryEntry: 2, perHostByte: 40 },
      run: (guest) => {
        const fd = guest.openDirectory(GRANT, "d") as number;
        guest.call("fd_readdir", fd, 0x10000, 4096, 0n, RESULT);
        counted(guest, "fd_readdir", fd, 0x10000, 40, 2n, RESULT);
      },
    },
  ],
  fd_renumber: [{ charges: {}, run: (guest) => counted(guest, "fd_renumber", file(guest), 0) }],
  fd_seek: [{ charges: {}, run: (guest) => counted(guest, "fd_seek", file(guest), 0n, 2, RESULT) }],
  fd_tell: [{ charges: {}, run: (guest) => counted(guest, "fd_tell", file(guest), RESULT) }],
  path_create_directory: [
    withPath("path_create_directory", "d/new", { perHostByte: 5, perPathComponent: 2 }),
    // l2 is ./l1/ is d: the path's three, two of the first link, one of the second.
    withPath("path_create_directory", "l2//../d", { perHostByte: 8 + 5 + 1, perPathComponent: 3 + 2 + 1 }),
  ],
  path_filestat_get: [
    {
      charges: { perHostByte: 6, perPathComponent: 2 },
      run: (guest) => counted(guest, "path_filestat_get", GRANT, 0, ...guest.put("d/file"), 0),
    },
    {
      charges: { perHostByte: 2 + 1, perPathComponent: 1 + 1 },
      run: (guest) => counted(guest, "path_filestat_get", GRANT, 1, ...guest.put("l1"), 0),
    },
  ],
  path_filestat_set_times: [
    {
      charges: { perHostByte: 6, perPathComponent: 2 },
      run: (guest) => counted(guest, "path_filestat_set_times", GRANT, 0, ...guest.put("d/file"), 1n, 1n, 5),
    },
  ],
  path_link: [
    {
      charges: { perHostByte: 6 + 3, perPathComponent: 2 + 1 },
      run: (guest) =>
        counted(guest, "path_link", GRANT, 0, ...guest.put("d/file"), GRANT, ...guest.put("new", 0x9000)),
    },
  ],
  path_open: [
    {
      charges: { perHostByte: 6, perPathComponent: 2 },
      run: (guest) =>
        counted(guest, "path_open", GRANT, 0, ...guest.put("d/file"), 0, READ_AND_WRITE, 0n, 0, RESULT),
    },
    {
      charges: { perHostByte: 6, perPathComponent: 2, perElement: 2 },
      run: (guest) =>
        counted(guest, "path_open", GRANT, 0, ...guest.put("d/file"), 8, READ_AND_WRITE, 0n, 0, RESULT),
    },
  ],
  path_readlink: [
    {
      charges: { perHostByte: 2 + 5, perPathComponent: 1 },
      run: (guest) => counted(guest, "path_readlink", GRANT, ...guest.put("l2"), 0, 64, RESULT),
    },
  ],
  path_remove_directory: [
    withPath("path_remove_directory", "d/sub", { perHostByte: 5, perPathComponent: 2 }),
  ],
  path_rename: [
    {
      // Both directories are one below the root.
      charges: { perHostByte: 6 + 5, perPathComponent: 2 + 2, perElement: 2 },
      run: (guest) =>
        counted(guest, "path_rename", GRANT, ...guest.put("d/file"), GRANT, ...guest.put("d/new", 0x9000)),
    },
  ],
  path_symlink: [
    {
      charges: { perHostByte: 5 + 3, perPathComponent: 1 },
      run: (guest) =>
        counted(guest, "path_symlink", ...guest.put("where"), GRANT, ...guest.put("new", 0x9000)),
    },
  ],
  path_unlink_file: [withPath("path_unlink_file", "d/file", { perHostByte: 6, perPathComponent: 2 })],
  poll_oneoff: [
    {
      charges: { perSubscription: 3 },
      run: (guest) => {
        guest.bytes.fill(0, 0, 3 * 48);
        counted(guest, "poll_oneoff", 0, 0x1000, 3, RESULT);
      },
    },
  ],
  proc_exit: [{ charges: {}, run: (guest) => expect(() => counted(guest, "proc_exit", 0)).toThrow() }],
  proc_raise: [simple("proc_raise", 0)],
  sched_yield: [simple("sched_yield")],
  random_get: [{ ...simple("random_get", 0, 1000), charges: { perHostByte: 1000 } }],
  sock_accept: [simple("sock_accept", 4, 4, RESULT)],
  sock_recv: [
    {
      charges: { perHostBuffer: 2, perHostByte: 5 },
      run: (guest) => {
        guest.call("sock_accept", 4, 4, RESULT);
        counted(guest, "sock_recv", 5, ...buffers(guest, 3, 100), 0, RESULT, RESULT + 4);
      },
    },
  ],
  sock_send: [
    {
      charges: { perHostBuffer: 2, perHostByte: 7 },
      run: (guest) => {
        guest.call("sock_accept", 4, 4, RESULT);
        counted(guest, "sock_send", 5, ...buffers(guest, 3, 100), 0, RESULT);
      },
    },
  ],
  sock_shutdown: [
    {
      charges: {},
      run: (guest) => {
        guest.call("sock_accept", 4, 4, RESULT);
        counted(guest, "sock_shutdown", 5, 3);
      },
    },
  ],
};

/** A listener whose connections hold five bytes and take seven. */
function listener() {
  const ready = { whenReady: () => Promise.resolve() };
  return {
    ...ready,
    ready: true,
    accept: () => ({
      readable: ready,
      writable: ready,
      read: () => new Uint8Array(5),
      available: 5,
      ended: false,
      canWrite: true,
      write: (bytes: Uint8Array) => Math.min(bytes.length, 4),
      shutdown() {},
      close() {},
    }),
    close() {},
  };
}

function makeGuest(): TestGuest {
  return new TestGuest({
    args: ["app", "é"],
    env: { HOME: "/u" },
    stdin: { text: "hello" },
    preopens: { "/grant": files() },
    listeners: [listener()],
  });
}

/** Rows of the table in docs/fuel.md: units by function. */
function documented(): Map<string, Set<string>> {
  const text = readFileSync(new URL("../../docs/fuel.md", import.meta.url), "utf8");
  const [, table = ""] = /\| Function \| Beside the call \|\n(.*?)\n\n/s.exec(text) ?? [];
  const rows = new Map<string, Set<string>>();
  for (const [, names = "", what = ""] of table.matchAll(/^\| (.*?) \| (.*?) \|$/gm)) {
    const units = new Set([...what.matchAll(/`((?:per|wasi)\w+)`/g)].map(([, unit]) => unit as string));
    if (/\bpaths?\b/.test(what)) units.add("perHostByte").add("perPathComponent");
    for (const [, name] of names.matchAll(/`(\w+)`/g)) if (name !== undefined) rows.set(name, units);
  }
  return rows;
}

describe("the table in docs/fuel.md", () => {
  const rows = documented();

  test("has every function once", () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(preview1Functions()).sort());
    expect(Object.keys(CASES).sort()).toEqual([...rows.keys()].sort());
  });

  test.each(Object.entries(CASES))("%s charges that, before the work and to the unit", (name, cases) => {
    const units = new Set<string>();
    for (const { charges, run } of cases) {
      const guest = makeGuest();
      run(guest);
      const charged = Object.fromEntries([...guest.charged].filter(([, amount]) => amount !== 0));
      expect(charged).toEqual({ ...charges, wasiCall: 1 + (charges.wasiCall ?? 0) });
      for (const unit of Object.keys(charges)) units.add(unit);
      guest.wasi.close();
    }
    expect([...units].sort()).toEqual([...(rows.get(name) as Set<string>)].sort());
  });
});

test("every function's comment says what it charges", () => {
  const words: Readonly<Record<string, RegExp>> = {
    perHostByte: /byte|path|fd_read|fd_write/,
    perHostBuffer: /buffer|fd_read|fd_write/,
    perDirectoryEntry: /entry/,
    perPathComponent: /path/,
    perSubscription: /subscription/,
    perElement: /piece|directory above/,
    wasiCall: /hundred calls|fd_write/,
  };
  const rows = documented();
  const folder = new URL("./", import.meta.url);
  const seen: string[] = [];
  for (const name of readdirSync(folder).filter((each) => /^[a-z-]+\.ts$/.test(each))) {
    const source = readFileSync(new URL(name, folder), "utf8");
    for (const part of source.split("/**").slice(1)) {
      const found = /^(.*?)\*\/\s+(\w+): (?:wasiFunction\(|\{\s+\.\.\.wasiFunction)/s.exec(part);
      if (found === null) continue;
      const [, raw = "", func = ""] = found;
      const [, sentence] = /Charges (.*)/.exec(raw.replace(/\s+(\* )?/g, " ")) ?? [];
      expect(sentence, func).toBeDefined();
      const units = rows.get(func) ?? new Set();
      if (units.size === 0) expect(sentence, func).toMatch(/^the call( alone)?\b/);
      for (const unit of units) expect(sentence, `${func}: ${unit}`).toMatch(words[unit] as RegExp);
      seen.push(func);
    }
  }
  expect(seen.sort()).toEqual([...rows.keys()].sort());
});

describe("file systems charge", () => {
  test("the host for each entry that it lists", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-prices-"));
    try {
      for (let i = 0; i < 600; i++) fs.writeFileSync(path.join(directory, `f${i}`), "");
      const guest = new TestGuest({ preopens: { "/": new HostFileSystem(directory) } });
      counted(guest, "fd_readdir", GRANT, 0x10000, 24, 0n, RESULT);
      expect(guest.charged.get("perDirectoryEntry")).toBe(600 + 1);
      guest.wasi.close();
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });

  test("nothing twice, and what one of an embedder's lists without saying so", () => {
    const memory = files();
    const silent = { root: () => memory.root() };
    for (const fileSystem of [memory, silent]) {
      const guest = new TestGuest({ preopens: { "/": fileSystem } });
      counted(guest, "fd_readdir", GRANT, 0x10000, 24, 0n, RESULT);
      expect(guest.charged.get("perDirectoryEntry")).toBe(3 + 1);
    }
  });

  test("an overlay for its walks from the root, and for what it copies up", () => {
    const overlay = new OverlayFileSystem(files(), new MemoryFileSystem());
    const guest = new TestGuest({ preopens: { "/": overlay } });
    const before = guest.charged;
    before.clear();
    guest.mustOpen(GRANT, "d/file", { rights: READ_AND_WRITE });
    expect(before.get("perHostByte")).toBe(6 + 100_000);
    expect(before.get("perPathComponent")).toBeGreaterThan(4);
    // Renaming a directory copies what is below it.
    guest.charged.clear();
    expect(guest.rename(GRANT, "d", GRANT, "e")).toBe("success");
    // Two in the lower layer, and the file above.
    expect(guest.charged.get("perDirectoryEntry")).toBe(2 + 1);
  });

  test("memory for each piece that a file keeps, however it is cut", () => {
    const guest = new TestGuest({ preopens: { "/": new MemoryFileSystem() } });
    const fd = guest.mustOpen(GRANT, "f", { oflags: 1, rights: EVERY_RIGHT });
    for (let i = 0; i < 50; i++) guest.pwrite(fd, "x", BigInt(i) * 1_000_000n);
    guest.call("fd_filestat_set_size", fd, 100_000_000n);
    counted(guest, "fd_filestat_set_size", fd, 99_000_000n);
    expect(guest.charged.get("perElement")).toBe(50);
  });
});

test("lists of more than 1,024 buffers are looked at no further, and never end a file by being empty", () => {
  const guest = new TestGuest({ stdin: { text: "hello" } }, 8);
  const list = 0x100;
  const set = (index: number, length: number) => {
    guest.view.setUint32(list + 8 * index, 0x20000, true);
    guest.view.setUint32(list + 8 * index + 4, length, true);
  };
  for (let i = 0; i < 3000; i++) set(i, 0);
  guest.charged.clear();
  expect(guest.call("fd_read", 0, list, 3000, RESULT)).toBe("inval");
  expect(guest.charged.get("perHostBuffer")).toBe(1024);
  set(1500, 5);
  expect(guest.call("fd_read", 0, list, 3000, RESULT)).toBe("inval");
  set(1023, 2);
  expect(guest.call("fd_read", 0, list, 3000, RESULT)).toBe("success");
  expect(guest.view.getUint32(RESULT, true)).toBe(2);
  // Few enough empty ones move nothing, as POSIX has it.
  for (let i = 0; i < 1024; i++) set(i, 0);
  expect(guest.call("fd_write", 1, list, 1024, RESULT)).toBe("success");
});
