// Faults of other runtimes' WASI, as their users reported them, rebuilt: each test names its report, and what it taught.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { EVERY_RIGHT, TestGuest } from "../../src/testing/wasi-guest.ts";
import type { FileSystem } from "../../src/wasi/fs/file-system.ts";
import { MemoryFileSystem } from "../../src/wasi/fs/memory.ts";
import { HostFileSystem } from "../../src/wasi/node/index.ts";
import { wat } from "../wat.ts";

const GRANT = 3;
const RESULT = 0x7f00;
const APPEND = 1;
const CREATE = 1;

let scratch: string;
let count = 0;

beforeAll(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-reports-"));
});

afterAll(() => {
  fs.rmSync(scratch, { recursive: true, force: true });
});

const FILE_SYSTEMS: Readonly<Record<string, () => FileSystem>> = {
  memory: () => {
    const files = new MemoryFileSystem();
    files.makeDirectory("dir");
    files.writeFile("file", "hello");
    return files;
  },
  "a host directory": () => {
    const directory = path.join(scratch, `${count++}`);
    fs.mkdirSync(path.join(directory, "dir"), { recursive: true });
    fs.writeFileSync(path.join(directory, "file"), "hello");
    return new HostFileSystem(directory);
  },
};

describe.each(Object.entries(FILE_SYSTEMS))("files in %s", (_, make) => {
  let guest: TestGuest;

  beforeEach(() => {
    guest = new TestGuest({ preopens: { "/": make() } });
    return () => guest.wasi.close();
  });

  const openFile = (fdflags = 0, oflags = 0) =>
    guest.mustOpen(GRANT, "file", { rights: EVERY_RIGHT, oflags, fdflags });
  const tell = (fd: number) => guest.seek(fd, 0n, 1);

  test("wazero#1865: setting the flag append leaves the position alone", () => {
    const fd = openFile();
    guest.write(fd, "abc");
    expect(guest.call("fd_fdstat_set_flags", fd, APPEND)).toBe("success");
    expect(tell(fd)).toBe(3n);
  });

  test("wasmtime#7583: after a write with append the position is at the end", () => {
    const fd = openFile(APPEND);
    expect(tell(fd)).toBe(0n);
    expect(guest.write(fd, "abcd")).toBe(4);
    expect(tell(fd)).toBe(9n);
  });

  test("wasmer#5128: append goes to where the end is by now, whoever has moved it", () => {
    const appending = guest.mustOpen(GRANT, "new", { rights: EVERY_RIGHT, oflags: CREATE, fdflags: APPEND });
    const other = guest.mustOpen(GRANT, "new", { rights: EVERY_RIGHT });
    guest.write(other, "abc");
    guest.write(appending, "d");
    expect(guest.readFile(GRANT, "new")).toEqual({ text: "abcd" });
  });

  test("wasmer#5159: append locks no position: one can seek, and read from there", () => {
    const fd = openFile(APPEND);
    expect(guest.seek(fd, 1n, 0)).toBe(1n);
    expect(guest.read(fd, 3)).toEqual({ text: "ell" });
    expect(tell(fd)).toBe(4n);
  });

  test("bun#40772: the first write moves the position, which began at 0", () => {
    const fd = openFile();
    guest.write(fd, "ab");
    expect(tell(fd)).toBe(2n);
    guest.write(fd, "cd");
    expect(guest.readFile(GRANT, "file")).toEqual({ text: "abcdo" });
  });

  test("bun#40771: a directory that the guest opened is no preopened one, nor is a file", () => {
    expect(guest.call("fd_prestat_get", GRANT, 0)).toBe("success");
    const dir = guest.openDirectory(GRANT, "dir") as number;
    expect(guest.call("fd_prestat_get", dir, 0)).toBe("badf");
    expect(guest.call("fd_prestat_get", openFile(), 0)).toBe("badf");
    expect(guest.call("fd_prestat_dir_name", dir, 0, 10)).toBe("badf");
  });

  test("bun#30304: `..` does not lead out, neither for reading nor for writing", () => {
    for (const target of ["../outside", "dir/../../outside", "../../../../../../../../etc/hosts"]) {
      expect(guest.readFile(GRANT, target)).toBe("perm");
      expect(guest.writeFile(GRANT, target, "x")).toBe("perm");
    }
  });

  test("bun#40654: an unknown whence and a position below 0 are errors, and move nothing", () => {
    const fd = openFile();
    guest.seek(fd, 2n, 0);
    expect(guest.seek(fd, 0n, 3)).toBe("inval");
    expect(guest.seek(fd, -3n, 1)).toBe("inval");
    expect(guest.seek(fd, -(2n ** 63n), 0)).toBe("inval");
    expect(tell(fd)).toBe(2n);
  });

  test("bun#40654: removing, renaming and asking for a link acts on the link, wherever it leads", () => {
    guest.symlink("../outside", GRANT, "link");
    expect(guest.stat(GRANT, "link")).toMatchObject({ type: "symbolic-link" });
    expect(guest.rename(GRANT, "link", GRANT, "moved")).toBe("success");
    expect(guest.readLink(GRANT, "moved")).toEqual({ target: "../outside" });
    expect(guest.path("path_unlink_file", GRANT, "moved")).toBe("success");
  });

  test("wasmer#4820: a file cannot be opened by a path that ends in a slash", () => {
    expect(guest.open(GRANT, "file/")).toBe("notdir");
    expect(typeof guest.open(GRANT, "file")).toBe("number");
  });

  test("wasmtime#14359: nor be asked for, with `/` or `/.`; a link without following neither", () => {
    guest.symlink("file", GRANT, "link");
    for (const follow of [false, true]) {
      for (const name of ["file/", "file/.", "link/", "link/."]) {
        expect(guest.stat(GRANT, name, follow), name).toBe("notdir");
      }
      expect(guest.stat(GRANT, "dir/.", follow)).toMatchObject({ type: "directory" });
    }
  });

  test("wasmtime#8817: fd_pwrite writes at its offset, and leaves the position and the rest", () => {
    const fd = openFile();
    guest.seek(fd, 0n, 2);
    expect(guest.pwrite(fd, "JB", 0n)).toBe(2);
    expect(tell(fd)).toBe(5n);
    expect(guest.readFile(GRANT, "file")).toEqual({ text: "JBllo" });
  });

  test("wasmtime#8814: fd_allocate makes a file that was emptied longer", () => {
    const fd = guest.mustOpen(GRANT, "file", { rights: EVERY_RIGHT, oflags: 8 });
    expect(guest.fdStat(fd)).toMatchObject({ size: 0n });
    expect(guest.call("fd_allocate", fd, 0n, 4n)).toBe("success");
    expect(guest.fdStat(fd)).toMatchObject({ size: 4n });
  });

  test("wasmtime#7264: fd_allocate past the end extends up to there, and does not cut", () => {
    const fd = openFile();
    expect(guest.call("fd_allocate", fd, 19n, 39n)).toBe("success");
    expect(guest.fdStat(fd)).toMatchObject({ size: 58n });
    expect(guest.call("fd_allocate", fd, 0n, 5n)).toBe("success");
    expect(guest.fdStat(fd)).toMatchObject({ size: 58n });
  });

  test("wasmtime#6707: of a file opened for reading alone it is an errno, no end of the guest", () => {
    const fd = guest.mustOpen(GRANT, "file", { rights: 0x2n });
    expect(guest.call("fd_allocate", fd, 0n, 200n)).toBe("notcapable");
  });

  test("wasmtime#2618: a directory of many entries is listed whole by a buffer of 128 bytes", () => {
    for (let i = 0; i < 50; i++) guest.writeFile(GRANT, `dir/${i}`, "");
    const names = guest.list(GRANT, "dir", 128) as string[];
    expect(names.sort()).toEqual([".", "..", ...Array.from({ length: 50 }, (__, i) => `${i}`)].sort());
  });

  test("node#47193: fd_readdir goes on behind the cookie that it is given", () => {
    for (const name of ["a", "b", "c"]) guest.writeFile(GRANT, `dir/${name}`, "");
    const dir = guest.openDirectory(GRANT, "dir") as number;
    const read = (cookie: bigint) => {
      expect(guest.call("fd_readdir", dir, 0x10000, 24 + 2, cookie, RESULT)).toBe("success");
      return guest.view.getBigUint64(0x10000, true);
    };
    let cookie = 0n;
    const seen = new Set<bigint>();
    for (let i = 0; i < 5; i++) {
      cookie = read(cookie);
      seen.add(cookie);
    }
    expect(seen.size).toBe(5);
    // The end.
    guest.call("fd_readdir", dir, 0x10000, 26, cookie, RESULT);
    expect(guest.view.getUint32(RESULT, true)).toBe(0);
  });

  test("wasmer-sdk#164: a buffer that does not hold all is filled to its last byte", () => {
    guest.writeFile(GRANT, "dir/a-long-name", "");
    const dir = guest.openDirectory(GRANT, "dir") as number;
    for (const length of [1, 23, 24, 25, 60, 70]) {
      guest.call("fd_readdir", dir, 0x10000, length, 0n, RESULT);
      expect(guest.view.getUint32(RESULT, true)).toBe(length);
    }
  });

  test("WasmEdge#2182: an entry that was cut comes whole with the next call", () => {
    guest.writeFile(GRANT, "dir/a-long-name", "");
    for (const length of [35, 40, 66]) {
      expect((guest.list(GRANT, "dir", length) as string[]).sort()).toEqual([".", "..", "a-long-name"]);
    }
  });

  test("wasmtime#8821: reading a directory twice gives the same", () => {
    guest.writeFile(GRANT, "dir/x", "");
    const dir = guest.openDirectory(GRANT, "dir") as number;
    const sizes = [0, 1].map(() => {
      guest.call("fd_readdir", dir, 0x10000, 4096, 0n, RESULT);
      return guest.view.getUint32(RESULT, true);
    });
    expect(sizes).toEqual([3 * 24 + 1 + 2 + 1, 3 * 24 + 1 + 2 + 1]);
  });

  test("uvwasi#283: the flags that fd_fdstat_get tells are preview1's, not the host's", () => {
    for (const flags of [0, 1, 4, 5]) {
      const fd = openFile(flags);
      guest.call("fd_fdstat_get", fd, RESULT);
      expect(guest.view.getUint16(RESULT + 2, true)).toBe(flags);
    }
  });

  test("uvwasi#133: path_filestat_get without following tells of the link", () => {
    guest.symlink("file", GRANT, "link");
    expect(guest.stat(GRANT, "link", false)).toMatchObject({ type: "symbolic-link" });
    expect(guest.stat(GRANT, "link", true)).toMatchObject({ type: "regular-file", size: 5n });
  });

  test("uvwasi#226: a link that leaves the root on its way is refused, even if it comes back", () => {
    guest.symlink("./file", GRANT, "within");
    guest.symlink("../grant/file", GRANT, "around");
    expect(guest.readFile(GRANT, "within")).toEqual({ text: "hello" });
    expect(guest.readFile(GRANT, "around")).toBe("perm");
  });

  test("uvwasi#71: a relative link is made as it is, and leads from where it lies", () => {
    expect(guest.symlink("../file", GRANT, "dir/link")).toBe("success");
    expect(guest.readLink(GRANT, "dir/link")).toEqual({ target: "../file" });
    expect(guest.readFile(GRANT, "dir/link")).toEqual({ text: "hello" });
  });

  test("uvwasi#244: fd_advise is not for directories; a time and now at once make no sense", () => {
    expect(guest.call("fd_advise", GRANT, 0n, 0n, 0)).toBe("badf");
    for (const flags of [3, 12, 15]) {
      expect(guest.call("fd_filestat_set_times", openFile(), 0n, 0n, flags)).toBe("inval");
    }
  });

  test("wasmtime#6166: the guest cannot make a link with absolute contents", () => {
    expect(guest.symlink("/", GRANT, "link")).toBe("perm");
    expect(guest.symlink("/file", GRANT, "link")).toBe("perm");
    expect(guest.stat(GRANT, "link")).toBe("noent");
  });

  test("wasi-libc#865: reading a directory is isdir, not badf", () => {
    const dir = guest.openDirectory(GRANT, "dir") as number;
    expect(guest.read(dir)).toBe("isdir");
    expect(guest.pread(dir, 0n)).toBe("isdir");
  });

  test("wasmer#434: a directory opens with all rights that a directory can have", () => {
    expect(typeof guest.openDirectory(GRANT, "dir")).toBe("number");
  });

  test("wazero#1564: `.` opens as a directory without saying that it is one, as Go does", () => {
    const fd = guest.open(GRANT, ".", { follow: true, rights: 0x2n | (1n << 14n) });
    expect(guest.fdStat(fd as number)).toBe("notcapable");
    expect(guest.call("fd_readdir", fd as number, 0x10000, 100, 0n, RESULT)).toBe("success");
  });

  test("browser_wasi_shim#31: `.` components are nothing, and what is not there is noent", () => {
    expect(guest.readFile(GRANT, "./dir/./../file")).toEqual({ text: "hello" });
    expect(guest.stat(GRANT, "nothing")).toBe("noent");
    expect(guest.open(GRANT, "nothing/at/all")).toBe("noent");
  });

  test("browser_wasi_shim#101: the times of a filestat are at 40, 48 and 56", () => {
    const set = guest.call("path_filestat_set_times", GRANT, 0, ...guest.put("file"), 7_000n, 9_000n, 5);
    expect(set).toBe("success");
    guest.call("path_filestat_get", GRANT, 0, ...guest.put("file"), RESULT);
    expect(guest.view.getBigUint64(RESULT + 40, true)).toBe(7_000n);
    expect(guest.view.getBigUint64(RESULT + 48, true)).toBe(9_000n);
    expect(guest.view.getBigUint64(RESULT + 56, true)).toBeGreaterThan(10n ** 18n);
  });

  test("browser_wasi_shim#29: files and directories can be synced; a directory has no position", () => {
    const dir = guest.openDirectory(GRANT, "dir") as number;
    const rights = (1n << 0n) | (1n << 4n);
    const synced = guest.mustOpen(GRANT, "file", { rights });
    expect(guest.call("fd_sync", synced)).toBe("success");
    expect(guest.call("fd_datasync", synced)).toBe("success");
    expect(guest.seek(dir, 0n, 0)).toBe("badf");
  });

  test("wasmer#3945: path_rename is relative to a directory's descriptor", () => {
    const dir = guest.openDirectory(GRANT, "dir") as number;
    guest.writeFile(dir, "a", "a");
    expect(guest.rename(dir, "a", dir, "b")).toBe("success");
    expect(guest.readFile(GRANT, "dir/b")).toEqual({ text: "a" });
    expect(guest.rename(dir, "b", GRANT, "c")).toBe("success");
    expect(guest.readFile(GRANT, "c")).toEqual({ text: "a" });
  });

  test("erlang_wasm#36: a link to its own directory earns no level that `..` could use up", () => {
    guest.symlink(".", GRANT, "here");
    expect(guest.readFile(GRANT, "here/file")).toEqual({ text: "hello" });
    expect(guest.readFile(GRANT, "here/../secret")).toBe("perm");
    expect(guest.readFile(GRANT, "here/here/here/../../secret")).toBe("perm");
  });

  test("dewasm#29: fd_allocate of a range past 2⁶³ is an error, not a silent success", () => {
    expect(guest.call("fd_allocate", openFile(), 2n ** 62n, 2n ** 63n)).toBe("fbig");
  });

  test("dewasm#29: a file whose path ends in a slash cannot be renamed", () => {
    expect(guest.rename(GRANT, "file/", GRANT, "new")).toBe("notdir");
    expect(guest.rename(GRANT, "file", GRANT, "new/")).toBe("notdir");
    expect(guest.readFile(GRANT, "file")).toEqual({ text: "hello" });
  });

  test("wasmtime#440: polling a file that was opened is ready with what is left to read", () => {
    const fd = guest.mustOpen(GRANT, "file", { rights: EVERY_RIGHT });
    guest.read(fd, 2);
    guest.bytes.fill(0, 0x100, 0x130);
    guest.view.setUint8(0x108, 1);
    guest.view.setUint32(0x110, fd, true);
    expect(guest.call("poll_oneoff", 0x100, 0x200, 1, RESULT)).toBe("success");
    expect(guest.view.getUint16(0x208, true)).toBe(0);
    expect(guest.view.getBigUint64(0x210, true)).toBe(3n);
  });
});

test.runIf(process.platform === "linux")(
  "WASI#772: where links of the host lead to absolutely is not told",
  () => {
    const directory = path.join(scratch, "absolute");
    fs.mkdirSync(directory);
    fs.symlinkSync("/home/someone/secret", path.join(directory, "out"));
    fs.symlinkSync(path.join(directory, "in"), path.join(directory, "back"));
    const guest = new TestGuest({ preopens: { "/": new HostFileSystem(directory) } });
    // Contents that would lead back in tell where "in" is, too.
    for (const name of ["out", "back"]) expect(guest.readLink(GRANT, name)).toBe("perm");
    guest.wasi.close();
  },
);

test("wasmtime#6440: a buffer longer than a preopened directory's name is no error, a shorter one is", () => {
  const guest = new TestGuest({ preopens: { "/name": new MemoryFileSystem() } });
  expect(guest.call("fd_prestat_dir_name", GRANT, 0, 100)).toBe("success");
  expect(guest.call("fd_prestat_dir_name", GRANT, 0, 5)).toBe("success");
  expect(guest.call("fd_prestat_dir_name", GRANT, 0, 4)).toBe("nametoolong");
});

test("wasmtime#12913: seeking on a stream that cannot is spipe, not position 0", () => {
  const guest = new TestGuest({ stdin: new PassThrough() });
  for (const whence of [0, 1, 2]) expect(guest.seek(0, 0n, whence)).toBe("spipe");
  expect(guest.call("fd_tell", 0, RESULT)).toBe("spipe");
  guest.wasi.close();
});

test("WasmEdge#74: stdin can be closed", () => {
  const guest = new TestGuest();
  expect(guest.call("fd_close", 0)).toBe("success");
  expect(guest.call("fd_close", 0)).toBe("badf");
});

test("browser_wasi_shim#14: poll_oneoff returns an errno, and writes the number of events", () => {
  const guest = new TestGuest();
  guest.bytes.fill(0, 0x100, 0x160);
  expect(guest.call("poll_oneoff", 0x100, 0x200, 2, RESULT)).toBe("success");
  expect(guest.view.getUint32(RESULT, true)).toBe(2);
});

test("bun#40654: pointers reach memory that the guest has grown meanwhile", () => {
  const guest = new TestGuest({ stdin: { text: "late" } }, 1);
  guest.call("sched_yield");
  const larger = new Uint8Array(3 * 65536);
  larger.set(guest.bytes);
  guest.bytes = larger;
  guest.view.setUint32(0, 2 * 65536, true);
  guest.view.setUint32(4, 4, true);
  expect(guest.call("fd_read", 0, 0, 1, 2 * 65536 + 8)).toBe("success");
  expect(new TextDecoder().decode(guest.bytes.subarray(2 * 65536, 2 * 65536 + 4))).toBe("late");
});

describe("wazero#1317: select on stdin", () => {
  /** Exits with the number of events for stdin and a clock of `timeout` ns, plus 10 if stdin is among them. */
  const polling = (timeout: string) =>
    wat(`(module
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start") (local $i i32) (local $found i32)
        (i64.store (i32.const 24) (i64.const ${timeout}))
        (i32.store (i32.const 16) (i32.const 1))
        (i64.store (i32.const 48) (i64.const 7))
        (i32.store8 (i32.const 56) (i32.const 1))
        (drop (call $poll (i32.const 0) (i32.const 256) (i32.const 2) (i32.const 512)))
        (loop $next
          (if (i64.eq (i64.load (i32.add (i32.const 256) (i32.mul (local.get $i) (i32.const 32)))) (i64.const 7))
            (then (local.set $found (i32.const 10))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $next (i32.lt_u (local.get $i) (i32.load (i32.const 512)))))
        (call $exit (i32.add (local.get $found) (i32.load (i32.const 512))))))`);
  const CLI = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

  function status(timeout: string, stdin: string): number {
    const file = path.join(scratch, "poll.wasm");
    fs.writeFileSync(file, polling(timeout));
    try {
      execFileSync("sh", ["-c", `${stdin.replace("RUN", `"${process.execPath}" "${CLI}" "${file}"`)}`], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      return 0;
    } catch (error) {
      return (error as { status: number }).status;
    }
  }

  test.runIf(process.platform !== "win32").each([
    ["a pipe that holds data", "printf 12345 | RUN"],
    ["/dev/null, at its end", "RUN </dev/null"],
    ["a pipe whose writer has gone", "true | RUN"],
  ])("%s is ready, also where the clock is over", (_, command) => {
    expect(status("0", command)).toBe(12);
    expect(status("3000000000", command)).toBe(11);
  });

  test.runIf(process.platform !== "win32")("a silent pipe is not", () => {
    expect(status("0", "sleep 1 | RUN")).toBe(1);
  });
});
