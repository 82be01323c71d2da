// The rules of the path and descriptor functions, each on the three file systems. Together with fs/equivalence.test.ts they
// hold everything that the official preview1 tests ask of files.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestGuest } from "../testing/wasi-guest.ts";
import { DIRECTORY_INHERITING_RIGHTS, DIRECTORY_RIGHTS, RIGHT } from "./abi.ts";
import type { FileSystem } from "./fs/file-system.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { OverlayFileSystem } from "./fs/overlay.ts";
import { pathAnchorAt } from "./node/anchor.ts";
import { HostFileSystem, type InternalOptions } from "./node/host-file-system.ts";

const READ = BigInt(RIGHT.fdRead);
const WRITE = BigInt(RIGHT.fdWrite);
const SEEK = BigInt(RIGHT.fdSeek);
const CREAT = 1;
const DIRECTORY = 2;
const EXCL = 4;
const TRUNC = 8;

const kinds: Record<string, (scratch: string) => FileSystem> = {
  host: (scratch) => new HostFileSystem(scratch),
  memory: () => new MemoryFileSystem(),
  overlay: (scratch) =>
    new OverlayFileSystem(new HostFileSystem(scratch, { readOnly: true }), new MemoryFileSystem()),
  "host, as other platforms hold directories": (scratch) =>
    new HostFileSystem(scratch, { anchorAt: pathAnchorAt } as InternalOptions),
};

describe.each(Object.keys(kinds))("on the %s file system", (kind) => {
  let scratch: string;
  let guest: TestGuest;

  beforeEach(() => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-files-"));
    const fileSystem = kinds[kind]?.(scratch) as FileSystem;
    guest = new TestGuest({ preopens: { "/": fileSystem, "/again": fileSystem } });
  });

  afterEach(() => {
    guest.wasi.close();
    fs.rmSync(scratch, { recursive: true, force: true });
  });

  const create = (name: string, text = "") => expect(guest.writeFile(3, name, text)).toBe("success");
  const mkdir = (name: string) => expect(guest.path("path_create_directory", 3, name)).toBe("success");

  describe("preopens", () => {
    test("are told by name, the buffer may be longer but not shorter", () => {
      expect(guest.call("fd_prestat_get", 4, 0)).toBe("success");
      expect([guest.bytes[0], guest.view.getUint32(4, true)]).toEqual([0, 6]);
      guest.bytes.fill(0xaa, 0x100, 0x110);
      expect(guest.call("fd_prestat_dir_name", 4, 0x100, 5)).toBe("nametoolong");
      expect(guest.call("fd_prestat_dir_name", 4, 0x100, 16)).toBe("success");
      expect(Buffer.from(guest.bytes.slice(0x100, 0x107)).toString("latin1")).toBe("/again\xaa");
      expect(guest.call("fd_prestat_get", 5, 0)).toBe("badf");
      expect(guest.call("fd_prestat_get", 1, 0)).toBe("badf");
    });

    test("have the rights of directories, and pass on those of files", () => {
      const rights = guest.rights(3);
      expect(rights).toEqual({
        base: BigInt(DIRECTORY_RIGHTS),
        inheriting: BigInt(DIRECTORY_INHERITING_RIGHTS),
      });
      expect(BigInt(DIRECTORY_RIGHTS) & (SEEK | WRITE | BigInt(RIGHT.fdFilestatSetSize))).toBe(0n);
      // Opening one again with all that it has.
      const again = guest.mustOpen(3, ".", {
        rights: BigInt(DIRECTORY_RIGHTS),
        inheriting: BigInt(DIRECTORY_INHERITING_RIGHTS),
      });
      expect(guest.rights(again)).toEqual(rights);
      expect(guest.call("fd_close", 3)).toBe("success");
      expect(guest.stat(again, ".")).toMatchObject({ type: "directory" });
    });
  });

  describe("path_open", () => {
    test("descriptors are the lowest free numbers", () => {
      create("f");
      const [first, second] = [guest.mustOpen(3, "f"), guest.mustOpen(3, "f")];
      expect([first, second]).toEqual([5, 6]);
      guest.call("fd_close", 5);
      expect(guest.mustOpen(3, "f")).toBe(5);
      guest.call("fd_close", 0);
      expect(guest.mustOpen(3, "f")).toBe(0);
    });

    test("gives rights that mean something for what was opened, and no others", () => {
      mkdir("d");
      create("f");
      const all = 2n ** 64n - 1n;
      const directory = guest.mustOpen(3, "d", { rights: all & ~WRITE, inheriting: all });
      expect(guest.rights(directory)).toEqual({
        base: BigInt(DIRECTORY_RIGHTS),
        inheriting: BigInt(DIRECTORY_INHERITING_RIGHTS),
      });
      const file = guest.rights(guest.mustOpen(3, "f", { rights: all, inheriting: all }));
      expect(file).toMatchObject({ base: 0x8e001ffn & ~0x600n });
      expect(guest.rights(guest.mustOpen(3, "f", { rights: 0n }))).toEqual({ base: 0n, inheriting: 0n });
    });

    test("without rights opens all the same: to create, to look, to truncate", () => {
      guest.mustOpen(3, "f", { oflags: CREAT, rights: 0n });
      expect(guest.writeFile(3, "f", "text")).toBe("success");
      guest.mustOpen(3, "f", { oflags: TRUNC, rights: 0n });
      expect(guest.stat(3, "f")).toMatchObject({ size: 0n });
      expect(guest.fdStat(guest.mustOpen(3, "f", { rights: 0n }))).toBe("notcapable");
    });

    test("needs path_filestat_set_size to truncate and path_create_file to create", () => {
      create("f", "text");
      const without = (right: number) => {
        const fd = guest.openDirectory(3, ".") as number;
        const rights = BigInt(DIRECTORY_RIGHTS & ~right);
        expect(guest.call("fd_fdstat_set_rights", fd, rights, BigInt(DIRECTORY_INHERITING_RIGHTS))).toBe(
          "success",
        );
        return fd;
      };
      expect(guest.open(without(RIGHT.pathFilestatSetSize), "f", { oflags: TRUNC, rights: WRITE })).toBe(
        "notcapable",
      );
      expect(guest.open(without(RIGHT.pathCreateFile), "g", { oflags: CREAT, rights: WRITE })).toBe(
        "notcapable",
      );
      expect(guest.open(without(RIGHT.pathOpen), "f")).toBe("notcapable");
      expect(guest.readFile(3, "f")).toEqual({ text: "text" });
    });

    test("directories", () => {
      mkdir("d");
      create("f");
      expect(guest.open(3, "d", { rights: READ })).toBeTypeOf("number");
      expect(guest.open(3, "d/", { rights: READ })).toBeTypeOf("number");
      expect(guest.open(3, "d///", { rights: READ })).toBeTypeOf("number");
      expect(guest.open(3, "d/.", { oflags: DIRECTORY, rights: READ })).toBeTypeOf("number");
      expect(guest.open(3, ".", { oflags: DIRECTORY, rights: 0n, fdflags: 4 })).toBeTypeOf("number");
      for (const rights of [WRITE, READ | WRITE]) {
        expect(guest.open(3, "d", { rights })).toBe("isdir");
        expect(guest.open(3, ".", { rights, oflags: DIRECTORY })).toBe("isdir");
      }
      expect(guest.open(3, "d", { oflags: CREAT })).toBe("isdir");
      expect(guest.open(3, "d", { oflags: TRUNC })).toBe("isdir");
      expect(guest.open(3, "d", { oflags: CREAT | EXCL })).toBe("exist");
      expect(guest.open(3, "d", { oflags: CREAT | DIRECTORY })).toBe("inval");
      expect(guest.open(3, "f", { oflags: DIRECTORY })).toBe("notdir");
      expect(guest.open(3, "f/")).toBe("notdir");
      expect(guest.open(3, "f/x")).toBe("notdir");
      expect(guest.open(3, "missing")).toBe("noent");
      expect(guest.open(3, "missing/x", { oflags: CREAT })).toBe("noent");
      expect(guest.open(guest.mustOpen(3, "f"), "x", { oflags: CREAT })).toBe("notdir");
    });

    test("sync flags need the rights to sync from the directory", () => {
      create("f");
      const inheriting = (without: number) =>
        guest.mustOpen(3, ".", {
          rights: BigInt(DIRECTORY_RIGHTS),
          inheriting: BigInt(DIRECTORY_INHERITING_RIGHTS & ~without),
        });
      const [noData, noSync] = [inheriting(RIGHT.fdDatasync), inheriting(RIGHT.fdSync)];
      const open = (fd: number, fdflags: number) => guest.open(fd, "f", { rights: WRITE, fdflags });
      expect([2, 8, 16].map((flag) => typeof open(3, flag))).toEqual(["number", "number", "number"]);
      expect([open(noData, 2), typeof open(noData, 16)]).toEqual(["notcapable", "number"]);
      expect([typeof open(noSync, 2), open(noSync, 8), open(noSync, 16)]).toEqual([
        "number",
        "notcapable",
        "notcapable",
      ]);
    });

    test("unknown flags are refused", () => {
      create("f");
      expect(guest.open(3, "f", { oflags: 16 })).toBe("inval");
      expect(guest.open(3, "f", { fdflags: 32 })).toBe("inval");
      expect(guest.call("path_open", 3, 2, ...guest.put("f"), 0, 0n, 0n, 0, 0)).toBe("inval");
    });

    test("symbolic links in the last place", () => {
      create("f", "text");
      mkdir("d");
      guest.symlink("f", 3, "to-file");
      guest.symlink("d", 3, "to-dir");
      guest.symlink("nowhere", 3, "dangling");
      expect(guest.readFile(3, "to-file")).toEqual({ text: "text" });
      for (const name of ["to-file", "to-dir", "dangling"]) {
        expect(guest.open(3, name)).toBe("loop");
        expect(["loop", "notdir"]).toContain(guest.open(3, name, { oflags: DIRECTORY }));
        expect(guest.open(3, name, { oflags: CREAT | EXCL, follow: true })).toBe("exist");
      }
      expect(guest.open(3, "to-dir", { oflags: DIRECTORY, follow: true })).toBeTypeOf("number");
      expect(guest.open(3, "to-file", { oflags: DIRECTORY, follow: true })).toBe("notdir");
      expect(guest.open(3, "dangling", { follow: true })).toBe("noent");
      // Inside the grant creating through a dangling link is what POSIX does.
      expect(guest.open(3, "dangling", { follow: true, oflags: CREAT })).toBeTypeOf("number");
      expect(guest.stat(3, "nowhere")).toMatchObject({ type: "regular-file" });
    });
  });

  describe("reading and writing", () => {
    test("position, pread, pwrite, seek, tell", () => {
      const fd = guest.mustOpen(3, "f", { oflags: CREAT, rights: READ | WRITE | SEEK });
      expect(guest.write(fd, "0123456789")).toBe(10);
      expect(guest.seek(fd, -4n, 1)).toBe(6n);
      expect(guest.read(fd, 2)).toEqual({ text: "67" });
      expect(guest.call("fd_tell", fd, 0)).toBe("success");
      expect(guest.view.getBigUint64(0, true)).toBe(8n);
      expect(guest.pread(fd, 2n, 3)).toEqual({ text: "234" });
      expect(guest.pwrite(fd, "ab", 1n)).toBe(2);
      expect(guest.read(fd)).toEqual({ text: "89" });
      expect(guest.read(fd)).toEqual({ text: "" });
      expect(guest.seek(fd, -10n, 2)).toBe(0n);
      expect(guest.read(fd)).toEqual({ text: "0ab3456789" });
      expect(guest.seek(fd, 0n, 3)).toBe("inval");
      expect(guest.seek(fd, -1n, 0)).toBe("inval");
      expect(guest.seek(fd, 100n, 0)).toBe(100n);
      expect(guest.read(fd)).toEqual({ text: "" });
    });

    test("reading at any offset past the end gives nothing", () => {
      const fd = guest.mustOpen(3, "f", { oflags: CREAT, rights: READ | WRITE | SEEK });
      guest.write(fd, "text");
      for (const offset of [4n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 2n, 2n ** 63n - 1n]) {
        expect(guest.pread(fd, offset), String(offset)).toEqual({ text: "" });
        expect(guest.seek(fd, offset, 0)).toBe(offset);
        expect(guest.read(fd)).toEqual({ text: "" });
      }
      expect(guest.pread(fd, 2n ** 63n)).toBe("inval");
    });

    test("writing behind the end leaves zeros", () => {
      const fd = guest.mustOpen(3, "f", { oflags: CREAT, rights: READ | WRITE | SEEK });
      expect(guest.pwrite(fd, "x", 5n)).toBe(1);
      expect(guest.pread(fd, 0n)).toEqual({ text: "\0\0\0\0\0x" });
    });

    test("fd_tell is enough to ask where one is, not to move", () => {
      create("f", "text");
      const tell = guest.mustOpen(3, "f", { rights: READ | BigInt(RIGHT.fdTell) });
      expect(guest.seek(tell, 0n, 1)).toBe(0n);
      expect(guest.seek(tell, 1n, 1)).toBe("notcapable");
      expect(guest.seek(tell, 0n, 0)).toBe("notcapable");
      const seek = guest.mustOpen(3, "f", { rights: SEEK });
      expect(guest.call("fd_tell", seek, 0)).toBe("success");
      expect(guest.call("fd_tell", guest.mustOpen(3, "f"), 0)).toBe("notcapable");
    });

    test("append writes at the end wherever the position is; the flag can be cleared", () => {
      create("f", "0123");
      const rights = READ | WRITE | SEEK | BigInt(RIGHT.fdFdstatSetFlags);
      const fd = guest.mustOpen(3, "f", { rights, fdflags: 1 });
      expect(guest.call("fd_fdstat_get", fd, 0x100)).toBe("success");
      expect(guest.view.getUint16(0x102, true)).toBe(1);
      expect(guest.write(fd, "45")).toBe(2);
      expect(guest.seek(fd, 0n, 1)).toBe(6n);
      guest.seek(fd, 1n, 0);
      expect(guest.write(fd, "67")).toBe(2);
      expect(guest.seek(fd, 0n, 1)).toBe(8n);
      expect(guest.pread(fd, 0n)).toEqual({ text: "01234567" });
      expect(guest.call("fd_fdstat_set_flags", fd, 0)).toBe("success");
      guest.seek(fd, 1n, 0);
      guest.write(fd, "x");
      expect(guest.pread(fd, 0n)).toEqual({ text: "0x234567" });
      expect(guest.call("fd_fdstat_set_flags", fd, 32)).toBe("inval");
    });

    test("sync flags are kept and obeyed", () => {
      for (const flag of [2, 8, 16]) {
        const fd = guest.mustOpen(3, "f", { oflags: CREAT, rights: WRITE, fdflags: flag });
        expect(guest.write(fd, "x")).toBe(1);
        guest.call("fd_fdstat_get", fd, 0x100);
        expect(guest.view.getUint16(0x102, true)).toBe(flag);
      }
      const fd = guest.mustOpen(3, "f", { rights: 0x11n });
      expect([guest.call("fd_sync", fd), guest.call("fd_datasync", fd), guest.call("fd_sync", 3)]).toEqual([
        "success",
        "success",
        "success",
      ]);
    });

    test("directories cannot be read, written, sought, sized", () => {
      expect(guest.read(3)).toBe("isdir");
      expect(guest.pread(3, 0n)).toBe("isdir");
      expect(guest.write(3, "x")).toBe("badf");
      expect(guest.pwrite(3, "x", 0n)).toBe("badf");
      expect(guest.seek(3, 0n, 0)).toBe("badf");
      expect(guest.call("fd_tell", 3, 0)).toBe("badf");
      expect(guest.call("fd_allocate", 3, 0n, 1n)).toBe("badf");
      expect(guest.call("fd_filestat_set_size", 3, 0n)).toBe("badf");
      expect(guest.call("fd_advise", 3, 0n, 0n, 0)).toBe("badf");
    });

    test("size: set, allocate, advise", () => {
      const rights =
        WRITE |
        READ |
        SEEK |
        BigInt(RIGHT.fdFilestatSetSize | RIGHT.fdAllocate | RIGHT.fdAdvise | RIGHT.fdFilestatGet);
      const fd = guest.mustOpen(3, "f", { oflags: CREAT, rights });
      const size = () => (guest.fdStat(fd) as { size: bigint }).size;
      expect(guest.call("fd_filestat_set_size", fd, 100n)).toBe("success");
      expect(size()).toBe(100n);
      expect(guest.call("fd_allocate", fd, 10n, 10n)).toBe("success");
      expect(size()).toBe(100n);
      expect(guest.call("fd_allocate", fd, 90n, 20n)).toBe("success");
      expect(size()).toBe(110n);
      expect(guest.call("fd_allocate", fd, 0n, 0n)).toBe("inval");
      expect(guest.call("fd_advise", fd, 10n, 50n, 5)).toBe("success");
      expect(guest.call("fd_advise", fd, 10n, 50n, 6)).toBe("inval");
      expect(guest.call("fd_advise", fd, 2n ** 63n, 2n ** 63n, 0)).toBe("inval");
      guest.pwrite(fd, "abc", 0n);
      expect(guest.call("fd_filestat_set_size", fd, 1n)).toBe("success");
      expect(guest.call("fd_filestat_set_size", fd, 3n)).toBe("success");
      expect(guest.pread(fd, 0n)).toEqual({ text: "a\0\0" });
    });

    test("an unlinked file lives as long as its descriptor", () => {
      create("f", "still there");
      const fd = guest.mustOpen(3, "f", { rights: READ | WRITE | BigInt(RIGHT.fdFilestatGet) });
      expect(guest.path("path_unlink_file", 3, "f")).toBe("success");
      expect(guest.stat(3, "f")).toBe("noent");
      create("f", "another");
      if (kind !== "overlay") expect(guest.fdStat(fd)).toMatchObject({ links: 0n });
      expect(guest.read(fd)).toEqual({ text: "still there" });
    });
  });

  describe("times", () => {
    const times = (name: string, follow = false) => {
      const stat = guest.stat(3, name, follow);
      if (typeof stat === "string") throw new Error(stat);
      return [stat.accessTime, stat.modifyTime];
    };
    const set = (name: string, access: bigint, modify: bigint, flags: number, follow = 0) =>
      guest.call("path_filestat_set_times", 3, follow, ...guest.put(name), access, modify, flags);

    test("are exact to the nanosecond, one at a time, on files, directories and links", () => {
      create("f");
      mkdir("d");
      guest.symlink("f", 3, "l");
      for (const name of ["f", "d", "l"]) {
        expect(set(name, 1_234_567_890_123_456_789n, 987_654_321_987_654_321n, 5)).toBe("success");
        expect(times(name)).toEqual([1_234_567_890_123_456_789n, 987_654_321_987_654_321n]);
        expect(set(name, 7n, 1_000_000_001n, 4)).toBe("success");
        expect(times(name)).toEqual([1_234_567_890_123_456_789n, 1_000_000_001n]);
        expect(set(name, 1n, 7n, 1)).toBe("success");
        expect(times(name)).toEqual([1n, 1_000_000_001n]);
      }
      expect(times("l", true)).toEqual(times("f"));
      expect(set("l", 5n, 6n, 5, 1)).toBe("success");
      expect(times("f")).toEqual([5n, 6n]);
      // The host notes that the link was read.
      expect(times("l")[1]).toBe(1_000_000_001n);
    });

    test("now is now, a change of contents makes a new time, and reading leaves an exact one alone", () => {
      create("f", "x");
      const start = BigInt(Date.now()) * 1_000_000n - 10_000_000_000n;
      set("f", 1n, 1n, 5);
      guest.writeFile(3, "f", "y");
      expect((times("f")[1] as bigint) > start).toBe(true);
      set("f", 1n, 1n, 5);
      expect(set("f", 0n, 0n, 2 | 8)).toBe("success");
      expect(times("f").every((time) => time > start)).toBe(true);
    });

    test("contradictory and unknown flags are refused and change nothing", () => {
      create("f");
      set("f", 5n, 6n, 5);
      for (const flags of [3, 12, 15, 16]) expect(set("f", 1n, 1n, flags)).toBe("inval");
      const fd = guest.mustOpen(3, "f", { rights: READ | BigInt(RIGHT.fdFilestatSetTimes) });
      for (const flags of [3, 12, 15, 16])
        expect(guest.call("fd_filestat_set_times", fd, 1n, 1n, flags)).toBe("inval");
      expect(times("f")).toEqual([5n, 6n]);
      expect(guest.call("fd_filestat_set_times", fd, 8n, 9n, 5)).toBe("success");
      expect(times("f")).toEqual([8n, 9n]);
      expect(guest.call("fd_filestat_set_times", 1, 8n, 9n, 5)).toBe("badf");
      expect(guest.call("fd_filestat_set_times", 3, 8n, 9n, 5)).toBe("success");
      expect(times(".")).toEqual([8n, 9n]);
    });
  });

  describe("identity", () => {
    test("hard links are one file, and the descriptor and the path tell the same", () => {
      create("f", "text");
      mkdir("d");
      expect(guest.link(3, "f", 3, "d/l")).toBe("success");
      const fd = guest.mustOpen(3, "d/l", { rights: READ | BigInt(RIGHT.fdFilestatGet) });
      expect(guest.fdStat(fd)).toEqual(guest.stat(3, "f"));
      expect(guest.stat(3, "f")).toMatchObject({ links: 2n });
      expect(guest.link(3, "f", 3, "f")).toBe("exist");
      expect(guest.link(3, "f", 3, "new/")).toBe("noent");
      expect(guest.link(3, "d", 3, "x")).toBe("perm");
      expect(guest.link(3, "f", 3, "x", 1)).toBe("inval");
      guest.symlink("dangling", 3, "s");
      // Where `link` may follow links, it is not asked: see wasi-security.md.
      const linksLinks = !kind.includes("other platforms");
      expect(guest.link(3, "s", 3, "s2")).toBe(linksLinks ? "success" : "notsup");
      if (linksLinks) expect(guest.readLink(3, "s2")).toEqual({ target: "dangling" });
    });

    test("two grants of one file system are one, with one inode per file", () => {
      create("f");
      expect(guest.stat(4, "f")).toEqual(guest.stat(3, "f"));
      expect(guest.rename(3, "f", 4, "g")).toBe("success");
      expect(guest.stat(3, "g")).toMatchObject({ type: "regular-file" });
    });

    test("a directory renumbered over a grant takes its place, with its inode", () => {
      mkdir("d");
      const fd = guest.openDirectory(3, "d") as number;
      const before = guest.fdStat(fd);
      expect(guest.call("fd_renumber", fd, 3)).toBe("success");
      expect(guest.fdStat(3)).toEqual(before);
      expect(guest.rights(fd)).toBe("badf");
      expect(guest.call("fd_close", 3)).toBe("success");
      expect(guest.call("fd_prestat_get", 3, 0)).toBe("badf");
    });

    test("renumbering moves a descriptor", () => {
      create("f", "text");
      const fd = guest.mustOpen(3, "f");
      expect(guest.call("fd_renumber", fd, 1)).toBe("success");
      expect(guest.read(1)).toEqual({ text: "text" });
      expect(guest.read(fd)).toBe("badf");
      expect(guest.call("fd_renumber", 1, 1)).toBe("success");
      expect(guest.call("fd_renumber", 1, fd)).toBe("badf");
      expect(guest.call("fd_close", fd)).toBe("badf");
    });
  });

  describe("fd_readdir", () => {
    test("an empty directory has . and .. with its own inode", () => {
      mkdir("d");
      const fd = guest.openDirectory(3, "d") as number;
      expect(guest.call("fd_readdir", fd, 0x100, 256, 0n, 0)).toBe("success");
      expect(guest.view.getUint32(0, true)).toBe(24 + 1 + 24 + 2);
      const stat = guest.fdStat(fd);
      expect(stat).toMatchObject({ inode: guest.view.getBigUint64(0x108, true) });
      expect(stat).toMatchObject({ inode: guest.view.getBigUint64(0x121, true) });
      expect(guest.bytes[0x114]).toBe(3);
    });

    test("entries carry type and inode; a small buffer is filled to the last byte", () => {
      mkdir("d");
      create("d/file");
      mkdir("d/dir");
      guest.symlink("x", 3, "d/link");
      const fd = guest.openDirectory(3, "d") as number;
      expect(guest.call("fd_readdir", fd, 0x100, 4096, 2n, 0)).toBe("success");
      const end = 0x100 + guest.view.getUint32(0, true);
      const found: Record<string, [number | undefined, bigint]> = {};
      for (let at = 0x100; at < end; ) {
        const length = guest.view.getUint32(at + 16, true);
        const name = Buffer.from(guest.bytes.slice(at + 24, at + 24 + length)).toString();
        found[name] = [guest.bytes[at + 20], guest.view.getBigUint64(at + 8, true)];
        at += 24 + length;
      }
      const inode = (name: string) => (guest.stat(3, `d/${name}`) as { inode: bigint }).inode;
      expect(found).toEqual({ file: [4, inode("file")], dir: [3, inode("dir")], link: [7, inode("link")] });
      guest.bytes.fill(0xaa, 0x100, 0x200);
      expect(guest.call("fd_readdir", fd, 0x100, 30, 0n, 0)).toBe("success");
      expect(guest.view.getUint32(0, true)).toBe(30);
      expect(guest.bytes[0x100 + 30]).toBe(0xaa);
      expect(guest.call("fd_readdir", fd, 0x100, 0, 0n, 0)).toBe("success");
      expect(guest.view.getUint32(0, true)).toBe(0);
    });

    test.each([30, 64, 300, 4096])(
      "300 entries come once each through a buffer of %i bytes, others created meanwhile or not",
      (length) => {
        mkdir("d");
        const names = Array.from({ length: 300 }, (_, i) => `e${i}`);
        for (const name of names) create(`d/${name}`);
        expect((guest.list(3, "d", length) as string[]).sort()).toEqual([".", "..", ...names].sort());
      },
    );

    test("cookies continue a snapshot; cookie 0 takes a new one; others end", () => {
      mkdir("d");
      create("d/a");
      const fd = guest.openDirectory(3, "d") as number;
      const used = (cookie: bigint) => {
        expect(guest.call("fd_readdir", fd, 0x100, 4096, cookie, 0)).toBe("success");
        return guest.view.getUint32(0, true);
      };
      expect(used(0n)).toBe(24 + 1 + 24 + 2 + 24 + 1);
      create("d/b");
      expect(used(2n)).toBe(25);
      expect(used(0n)).toBe(24 + 1 + 24 + 2 + 24 + 1 + 24 + 1);
      expect(used(4n)).toBe(0);
      expect(used(2n ** 64n - 1n)).toBe(0);
      guest.path("path_unlink_file", 3, "d/a");
      expect(used(2n)).toBe(kind === "memory" ? 50 : 25);
      expect(guest.call("fd_readdir", guest.mustOpen(3, "d/b"), 0x100, 10, 0n, 0)).toBe("notdir");
    });
  });

  test("renaming: what may replace what, and trailing slashes", () => {
    const type = (name: string) => {
      const stat = guest.stat(3, name);
      return typeof stat === "string" ? stat : stat.type;
    };
    mkdir("d");
    expect(guest.rename(3, "d", 3, "e")).toBe("success");
    expect([type("d"), type("e")]).toEqual(["noent", "directory"]);
    for (const [from, to] of [
      ["e/", "d"],
      ["d", "e/"],
      ["e/", "d//"],
    ] as const)
      expect(guest.rename(3, from, 3, to), `${from} ${to}`).toBe("success");
    mkdir("empty");
    expect(guest.rename(3, "d", 3, "empty")).toBe("success");
    mkdir("full");
    create("full/f", "full");
    expect(guest.rename(3, "empty", 3, "full")).toBe("notempty");
    expect(guest.rename(3, "empty", 3, "full/f")).toBe("notdir");
    expect(guest.rename(3, "full/f", 3, "empty")).toBe("isdir");
    expect(guest.rename(3, "full", 3, "full/within")).toBe("inval");
    expect(guest.rename(3, "full/f/", 3, "g")).toBe("notdir");
    expect(guest.rename(3, "full/f", 3, "g/")).toBe("notdir");
    expect(guest.rename(3, ".", 3, "g")).toBe("busy");
    expect(guest.rename(3, "missing", 3, "g")).toBe("noent");
    create("g", "old");
    expect(guest.rename(3, "full/f", 3, "g")).toBe("success");
    expect(guest.readFile(3, "g")).toEqual({ text: "full" });
    expect(type("full/f")).toBe("noent");
    expect(guest.rename(3, "g", 3, "g")).toBe("success");
    expect(guest.readFile(3, "g")).toEqual({ text: "full" });
  });

  test("making: trailing slashes, and names that are taken", () => {
    create("f");
    expect(guest.path("path_create_directory", 3, "d/")).toBe("success");
    for (const name of ["d", "d/", "f", "."])
      expect(guest.path("path_create_directory", 3, name)).toBe("exist");
    expect(guest.path("path_create_directory", 3, "missing/x")).toBe("noent");
    for (const name of ["d", "d/", "f", "."]) expect(guest.symlink("x", 3, name)).toBe("exist");
    expect(guest.symlink("x", 3, "f/")).toBe("exist");
    expect(guest.symlink("x", 3, "new/")).toBe("noent");
    expect(guest.symlink("self", 3, "self")).toBe("success");
    expect([guest.open(3, "self"), guest.open(3, "self", { follow: true })]).toEqual(["loop", "loop"]);
    expect(guest.symlink("d", 3, "l")).toBe("success");
    expect(guest.path("path_create_directory", 3, "l")).toBe("exist");
    expect(guest.path("path_create_directory", 3, "l/within")).toBe("success");
    expect(guest.stat(3, "d/within")).toMatchObject({ type: "directory" });
    const path = "d/.//within/../../d/within/../within///./";
    expect(guest.stat(3, path)).toMatchObject({ type: "directory" });
    expect(guest.open(3, "d/within/../../../d")).toBe("perm");
    for (const [name, type] of [
      ["l", "symbolic-link"],
      ["l/", "directory"],
      ["f", "regular-file"],
    ] as const)
      expect(guest.stat(3, name)).toMatchObject({ type });
    expect(guest.stat(3, "f/")).toBe("notdir");
    expect(guest.stat(3, "l", true)).toMatchObject({ type: "directory" });
  });

  test("readlink cuts to the buffer and writes no NUL", () => {
    expect(guest.symlink("target", 3, "l")).toBe("success");
    guest.bytes.fill(0xaa, 0x100, 0x110);
    expect(guest.call("path_readlink", 3, ...guest.put("l"), 0x100, 4, 0)).toBe("success");
    expect(guest.view.getUint32(0, true)).toBe(4);
    expect(Buffer.from(guest.bytes.slice(0x100, 0x105)).toString("latin1")).toBe("targ\xaa");
    expect(guest.call("path_readlink", 3, ...guest.put("l"), 0x100, 10, 0)).toBe("success");
    expect(Buffer.from(guest.bytes.slice(0x100, 0x107)).toString("latin1")).toBe("target\xaa");
    create("f");
    expect(guest.readLink(3, "f")).toBe("inval");
    expect(guest.readLink(3, ".")).toBe("inval");
    expect(guest.symlink("", 3, "empty")).toBe("noent");
  });

  test("removing: trailing slashes, wrong kinds, what is not empty", () => {
    mkdir("d");
    mkdir("d/e");
    create("f");
    expect(guest.path("path_remove_directory", 3, "d")).toBe("notempty");
    expect(guest.path("path_remove_directory", 3, "f")).toBe("notdir");
    expect(guest.path("path_remove_directory", 3, "f/")).toBe("notdir");
    expect(guest.path("path_remove_directory", 3, ".")).toBe("inval");
    expect(guest.symlink("d/e", 3, "inside")).toBe("success");
    expect(guest.symlink("..", 3, "above")).toBe("success");
    expect(guest.path("path_remove_directory", 3, "inside/")).toBe("notdir");
    expect(guest.path("path_remove_directory", 3, "above/")).toBe("perm");
    for (const link of ["inside", "above"]) expect(guest.path("path_unlink_file", 3, link)).toBe("success");
    expect(guest.path("path_remove_directory", 3, "d/e/")).toBe("success");
    expect(guest.path("path_unlink_file", 3, "d")).toBe("isdir");
    expect(guest.path("path_unlink_file", 3, "d/")).toBe("isdir");
    expect(guest.path("path_unlink_file", 3, "f/")).toBe("notdir");
    expect(guest.path("path_unlink_file", 3, ".")).toBe("isdir");
    expect(guest.path("path_unlink_file", 3, "f")).toBe("success");
    expect(guest.path("path_remove_directory", 3, "d")).toBe("success");
    expect(guest.list(3, ".")).toEqual([".", ".."]);
  });

  test("a removed directory that is still open has nothing and takes nothing", () => {
    mkdir("d");
    const fd = guest.openDirectory(3, "d") as number;
    expect(guest.path("path_remove_directory", 3, "d")).toBe("success");
    expect(guest.path("path_create_directory", fd, "x")).toBe("noent");
    expect(guest.open(fd, "x", { oflags: CREAT })).toBe("noent");
    mkdir("d");
    expect(guest.path("path_create_directory", fd, "x")).toBe("noent");
    expect(guest.list(3, "d")).toEqual([".", ".."]);
  });
});
