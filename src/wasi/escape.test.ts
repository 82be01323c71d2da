// Attempts to get out of a granted host directory, one class after the other; races are in escape-race.test.ts. The host's tree:
//   outside/secret.txt ("secret"), outside/dir/      what no guest may reach
//   grant/ inside.txt ("inside"), sub/deep/          granted as descriptor 3
//   other/ other.txt                                 granted as descriptor 4

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EVERY_RIGHT, TestGuest } from "../testing/wasi-guest.ts";
import { RIGHT } from "./abi.ts";
import { HostHeapAccount } from "./budget.ts";
import { Descriptors, type DirectoryDescriptor, preopenDescriptor } from "./descriptors.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { ReadOnlyFileSystem } from "./fs/read-only.ts";
import { HostFileSystem } from "./node/index.ts";
import { GuestMeter } from "./work.ts";

const GRANT = 3;
const OTHER = 4;

let home: string;
let guest: TestGuest;

function host(...parts: string[]): string {
  return path.join(home, ...parts);
}

/** Everything below the part that was not granted, with contents: must stay as it was. */
function outside(): string {
  return fs
    .readdirSync(host("outside"), { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const stat = fs.lstatSync(host("outside", name));
      return `${name} ${stat.mode} ${stat.size} ${stat.nlink} ${stat.mtimeMs} ${stat.isFile() ? fs.readFileSync(host("outside", name), "utf8") : ""}`;
    })
    .join("\n");
}

let before: string;

beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "wasi-escape-")));
  fs.mkdirSync(host("outside", "dir"), { recursive: true });
  fs.writeFileSync(host("outside", "secret.txt"), "secret");
  fs.mkdirSync(host("grant", "sub", "deep"), { recursive: true });
  fs.writeFileSync(host("grant", "inside.txt"), "inside");
  fs.mkdirSync(host("other"));
  fs.writeFileSync(host("other", "other.txt"), "other");
  before = outside();
  guest = new TestGuest({
    preopens: { "/": new HostFileSystem(host("grant")), "/other": new HostFileSystem(host("other")) },
  });
});

afterEach(() => {
  guest.wasi.close();
  const after = outside();
  fs.rmSync(home, { recursive: true, force: true });
  expect(after, "the tree outside").toBe(before);
});

/** Every function that takes a path, applied to one; gives name and errno of each. */
function everyPathFunction(target: string): Record<string, string> {
  const results: Record<string, string> = {};
  const text = (result: unknown): string => (typeof result === "string" ? result : "success");
  for (const follow of [false, true]) {
    const suffix = follow ? " following" : "";
    results[`open${suffix}`] = text(guest.open(GRANT, target, { follow }));
    results[`create${suffix}`] = text(guest.open(GRANT, target, { follow, oflags: 1, rights: 0x42n }));
    results[`truncate${suffix}`] = text(guest.open(GRANT, target, { follow, oflags: 8, rights: 0x42n }));
    results[`open directory${suffix}`] = text(guest.openDirectory(GRANT, target, follow));
    results[`stat${suffix}`] = text(guest.stat(GRANT, target, follow));
    results[`set times${suffix}`] = guest.call(
      "path_filestat_set_times",
      GRANT,
      follow ? 1 : 0,
      ...guest.put(target),
      1n,
      1n,
      5,
    );
  }
  results.exclusive = text(guest.open(GRANT, target, { oflags: 5, rights: 0x42n }));
  results.mkdir = guest.path("path_create_directory", GRANT, target);
  results.readlink = text(guest.readLink(GRANT, target));
  results["link from"] = guest.link(GRANT, target, GRANT, "stolen");
  results["link to"] = guest.link(GRANT, "inside.txt", GRANT, target);
  results["rename from"] = guest.rename(GRANT, target, GRANT, "stolen");
  results["rename to"] = guest.rename(GRANT, "inside.txt", GRANT, target);
  results.symlink = guest.symlink("anything", GRANT, target);
  results.unlink = guest.path("path_unlink_file", GRANT, target);
  results.rmdir = guest.path("path_remove_directory", GRANT, target);
  return results;
}

describe("paths", () => {
  const escapes = [
    "..",
    "../",
    "../outside/secret.txt",
    "sub/../../outside/secret.txt",
    "sub/deep/../../../outside/secret.txt",
    "./.././outside/secret.txt",
    "sub//..//..//outside/secret.txt",
    "../grant/inside.txt",
    "sub/deep/../../..",
    "../new",
  ];
  test.each(escapes)("%s is refused by every function", (target) => {
    const results = everyPathFunction(target);
    expect(new Set(Object.values(results)), JSON.stringify(results)).toEqual(new Set(["perm"]));
  });

  test.each(["/", "/etc/passwd", "//etc/passwd", "/inside.txt"])("absolute %s is refused", (target) => {
    expect(new Set(Object.values(everyPathFunction(target)))).toEqual(new Set(["perm"]));
  });

  test("the host's own absolute path is refused", () => {
    expect(guest.readFile(GRANT, host("outside", "secret.txt"))).toBe("perm");
  });

  test("a missing directory is not cancelled by ..", () => {
    expect(guest.readFile(GRANT, "missing/../inside.txt")).toBe("noent");
    expect(guest.readFile(GRANT, "inside.txt/../inside.txt")).toBe("notdir");
  });

  test("a directory's descriptor is a root of its own", () => {
    const sub = guest.openDirectory(GRANT, "sub") as number;
    expect(guest.readFile(sub, "../inside.txt")).toBe("perm");
    expect(guest.stat(sub, "deep")).toMatchObject({ type: "directory" });
  });

  test("backslashes and drive letters are ordinary names", () => {
    expect(guest.readFile(GRANT, "..\\outside\\secret.txt")).toBe("noent");
    expect(guest.readFile(GRANT, "C:\\Windows")).toBe("noent");
  });

  test("strings that are not paths", () => {
    const open = (bytes: Uint8Array) =>
      guest.call("path_open", GRANT, 0, ...guest.put(bytes), 0, 2n, 0n, 0, 0x100);
    expect(open(new Uint8Array([0x61, 0xff]))).toBe("ilseq");
    expect(open(new Uint8Array([0xc0, 0xae, 0xc0, 0xae]))).toBe("ilseq");
    expect(open(new Uint8Array([0xed, 0xa0, 0x80]))).toBe("ilseq");
    expect(guest.readFile(GRANT, "inside.txt\0.png")).toBe("inval");
    expect(guest.readFile(GRANT, "")).toBe("noent");
    expect(guest.readFile(GRANT, "a".repeat(255))).toBe("noent");
    expect(guest.readFile(GRANT, "a".repeat(256))).toBe("nametoolong");
    expect(guest.readFile(GRANT, "ä".repeat(128))).toBe("nametoolong");
    expect(guest.readFile(GRANT, `${"./".repeat(2042)}inside.txt`)).toEqual({ text: "inside" });
    expect(guest.readFile(GRANT, `${"./".repeat(2043)}inside.txt`)).toBe("nametoolong");
  });
});

describe("symbolic links", () => {
  /** Links that the host has made, so with contents that a guest could not write. */
  const links: Record<string, string> = {
    absolute: "HOME/outside",
    relative: "../outside",
    "via-sub": "sub/../../outside",
    chain1: "chain2",
    chain2: "relative",
    proc: "/proc/self/root/HOME/outside",
    cwd: "/proc/self/cwd",
  };

  beforeEach(() => {
    for (const [name, target] of Object.entries(links))
      fs.symlinkSync(target.replace("HOME", home), host("grant", name));
  });

  test.each(Object.keys(links))("%s does not lead out, as middle component", (name) => {
    expect(guest.readFile(GRANT, `${name}/secret.txt`)).toBe("perm");
    expect(guest.writeFile(GRANT, `${name}/new.txt`, "x")).toBe("perm");
    expect(guest.path("path_create_directory", GRANT, `${name}/newdir`)).toBe("perm");
    expect(guest.path("path_unlink_file", GRANT, `${name}/secret.txt`)).toBe("perm");
    expect(guest.path("path_remove_directory", GRANT, `${name}/dir`)).toBe("perm");
    expect(guest.rename(GRANT, "inside.txt", GRANT, `${name}/stolen`)).toBe("perm");
    expect(guest.rename(GRANT, `${name}/secret.txt`, GRANT, "stolen")).toBe("perm");
    expect(guest.link(GRANT, `${name}/secret.txt`, GRANT, "stolen")).toBe("perm");
    expect(guest.symlink("x", GRANT, `${name}/link`)).toBe("perm");
  });

  test.each(Object.keys(links))("%s does not lead out, as last component", (name) => {
    expect(guest.openDirectory(GRANT, name, true)).toBe("perm");
    expect(guest.openDirectory(GRANT, name, false)).toBe("loop");
    expect(guest.openDirectory(GRANT, `${name}/`, false)).toBe("perm");
    expect(guest.list(GRANT, `${name}/.`)).toBe("perm");
    expect(guest.stat(GRANT, name, true)).toBe("perm");
    expect(guest.stat(GRANT, name, false)).toMatchObject({ type: "symbolic-link" });
  });

  test("as last component to a file: reading, truncating, setting times, linking", () => {
    fs.symlinkSync(host("outside", "secret.txt"), host("grant", "a"));
    fs.symlinkSync("../outside/secret.txt", host("grant", "b"));
    for (const name of ["a", "b"]) {
      expect(guest.readFile(GRANT, name)).toBe("perm");
      expect(guest.readFile(GRANT, name, false)).toBe("loop");
      expect(guest.writeFile(GRANT, name, "overwritten")).toBe("perm");
      expect(guest.writeFile(GRANT, name, "overwritten", false)).toBe("loop");
      expect(guest.call("path_filestat_set_times", GRANT, 1, ...guest.put(name), 5n, 5n, 5)).toBe("perm");
      // Without following: the link's own times.
      expect(guest.call("path_filestat_set_times", GRANT, 0, ...guest.put(name), 5n, 5n, 5)).toBe("success");
      expect(guest.link(GRANT, name, GRANT, "hard", 1)).toBe("inval");
      expect(guest.link(GRANT, name, GRANT, `hard-${name}`)).toBe("success");
      expect(fs.lstatSync(host("grant", `hard-${name}`)).isSymbolicLink()).toBe(true);
    }
  });

  test("nothing is created through a dangling link that leads out", () => {
    fs.symlinkSync("../outside/created", host("grant", "dangling"));
    fs.symlinkSync(host("outside", "created"), host("grant", "dangling-absolute"));
    for (const name of ["dangling", "dangling-absolute"]) {
      expect(guest.open(GRANT, name, { follow: true, oflags: 1, rights: 0x42n })).toBe("perm");
      expect(guest.open(GRANT, name, { follow: false, oflags: 1, rights: 0x42n })).toBe("loop");
      expect(guest.open(GRANT, name, { follow: true, oflags: 5, rights: 0x42n })).toBe("exist");
      expect(guest.path("path_create_directory", GRANT, name)).toBe("exist");
    }
  });

  test("made by the guest: absolute contents are refused, relative ones do not lead out", () => {
    expect(guest.symlink("/etc/passwd", GRANT, "x")).toBe("perm");
    expect(guest.symlink("../outside/secret.txt", GRANT, "x")).toBe("success");
    expect(guest.readFile(GRANT, "x")).toBe("perm");
    expect(guest.symlink("..", GRANT, "up")).toBe("success");
    expect(guest.readFile(GRANT, "up/outside/secret.txt")).toBe("perm");
  });

  test("moved up after they were made deep below", () => {
    expect(guest.symlink("../../outside/secret.txt", GRANT, "sub/deep/x")).toBe("success");
    expect(guest.rename(GRANT, "sub/deep/x", GRANT, "x")).toBe("success");
    expect(guest.readFile(GRANT, "x")).toBe("perm");
    expect(guest.rename(GRANT, "x", OTHER, "x")).toBe("success");
    expect(guest.readFile(OTHER, "x")).toBe("perm");
  });

  test("a link to a directory within works, and its .. is the target's parent", () => {
    fs.symlinkSync("sub/deep", host("grant", "into"));
    fs.writeFileSync(host("grant", "sub", "file.txt"), "in sub");
    expect(guest.readFile(GRANT, "into/../file.txt")).toEqual({ text: "in sub" });
    expect(guest.readFile(GRANT, "into/../../../outside/secret.txt")).toBe("perm");
  });

  test("loops end, and 40 links are followed but not 41", () => {
    fs.symlinkSync("self", host("grant", "self"));
    fs.symlinkSync("pong", host("grant", "ping"));
    fs.symlinkSync("ping", host("grant", "pong"));
    fs.symlinkSync("deeper/x", host("grant", "deeper"));
    expect(guest.readFile(GRANT, "self")).toBe("loop");
    expect(guest.readFile(GRANT, "ping")).toBe("loop");
    expect(guest.readFile(GRANT, "ping/x")).toBe("loop");
    expect(guest.readFile(GRANT, "deeper")).toBe("loop");
    fs.symlinkSync("inside.txt", host("grant", "hop1"));
    for (let i = 2; i <= 41; i++) fs.symlinkSync(`hop${i - 1}`, host("grant", `hop${i}`));
    expect(guest.readFile(GRANT, "hop40")).toEqual({ text: "inside" });
    expect(guest.readFile(GRANT, "hop41")).toBe("loop");
  });

  test("links that grow with every step end", () => {
    fs.symlinkSync(`${"d/".repeat(1000)}x`, host("grant", "sub", "d"));
    expect(guest.readFile(GRANT, "sub/d/d/d/d")).toBe("loop");
  });
});

describe("between directories", () => {
  test("rename and hard link across grants move what both sides own, and nothing else", () => {
    expect(guest.rename(GRANT, "inside.txt", OTHER, "moved.txt")).toBe("success");
    expect(guest.readFile(OTHER, "moved.txt")).toEqual({ text: "inside" });
    expect(guest.link(OTHER, "moved.txt", GRANT, "back.txt")).toBe("success");
    expect(guest.readFile(GRANT, "back.txt")).toEqual({ text: "inside" });
    expect(guest.rename(GRANT, "back.txt", OTHER, "../outside/x")).toBe("perm");
    expect(guest.link(GRANT, "back.txt", OTHER, "../grant/x")).toBe("perm");
  });

  test("not from a host directory into a read-only one, nor out of it", () => {
    const readOnly = new TestGuest({
      preopens: {
        "/ro": new HostFileSystem(host("grant"), { readOnly: true }),
        "/rw": new HostFileSystem(host("other")),
      },
    });
    for (const [from, to] of [
      [3, 4],
      [4, 3],
    ] as const) {
      expect(["perm", "xdev"]).toContain(
        readOnly.rename(from, from === 3 ? "inside.txt" : "other.txt", to, "moved"),
      );
      expect(["perm", "xdev"]).toContain(
        readOnly.link(from, from === 3 ? "inside.txt" : "other.txt", to, "linked"),
      );
    }
    expect(fs.readdirSync(host("grant")).sort()).toEqual(["inside.txt", "sub"]);
    expect(fs.readdirSync(host("other"))).toEqual(["other.txt"]);
    readOnly.wasi.close();
  });

  test("a descriptor stays in its directory when the directory is moved out by the host", () => {
    const sub = guest.openDirectory(GRANT, "sub") as number;
    fs.renameSync(host("grant", "sub"), host("moved"));
    expect(guest.stat(sub, "deep")).toMatchObject({ type: "directory" });
    expect(guest.stat(sub, "..")).toBe("perm");
    expect(guest.stat(sub, "deep/../..")).toBe("perm");
    expect(guest.stat(GRANT, "sub")).toBe("noent");
  });
});

describe("magic links", () => {
  test.runIf(process.platform === "linux")("a granted /proc gives neither descriptors nor the root", () => {
    const proc = new TestGuest({
      preopens: { "/proc": new HostFileSystem("/proc", { allowPseudo: "procfs" }) },
    });
    const own = fs.openSync(host("outside", "secret.txt"), "r");
    try {
      for (const name of [`self/fd/${own}`, `thread-self/fd/${own}`, `${process.pid}/fd/${own}`]) {
        expect(proc.readFile(3, name)).toBe("perm");
        expect(proc.readFile(3, name, false)).toBe("loop");
      }
      for (const name of ["self/root/etc/passwd", "self/cwd/package.json", "self/exe", "self/root/"]) {
        expect(proc.readFile(3, name)).toBe("perm");
      }
    } finally {
      fs.closeSync(own);
      proc.wasi.close();
    }
  });
});

describe("rights", () => {
  test("reading a directory's descriptor never gives writing to what is below", () => {
    const reading = BigInt(RIGHT.pathOpen | RIGHT.fdReaddir | RIGHT.fdRead);
    const sub = guest.mustOpen(GRANT, "sub", { oflags: 2, rights: reading, inheriting: reading });
    expect(guest.open(sub, "new", { oflags: 1, rights: 0x2n })).toBe("notcapable");
    expect(guest.open(sub, "deep", { rights: 0x42n })).toBe("notcapable");
    expect(guest.path("path_create_directory", sub, "x")).toBe("notcapable");
    expect(guest.path("path_remove_directory", sub, "deep")).toBe("notcapable");
    expect(guest.path("path_unlink_file", sub, "deep")).toBe("notcapable");
    expect(guest.symlink("x", sub, "y")).toBe("notcapable");
    expect(guest.rename(sub, "deep", GRANT, "deep")).toBe("notcapable");
    expect(guest.rename(GRANT, "inside.txt", sub, "x")).toBe("notcapable");
    expect(guest.link(GRANT, "inside.txt", sub, "x")).toBe("notcapable");
    // Opening the directory again through itself must not give more.
    expect(guest.open(sub, ".", { oflags: 2, rights: BigInt(RIGHT.pathCreateFile) })).toBe("notcapable");
    expect(guest.open(sub, ".", { oflags: 2, rights: reading, inheriting: EVERY_RIGHT })).toBe("notcapable");
  });

  test("fd_fdstat_set_rights only takes away", () => {
    const file = guest.mustOpen(GRANT, "inside.txt", { rights: BigInt(RIGHT.fdRead | RIGHT.fdSeek) });
    expect(guest.call("fd_fdstat_set_rights", file, BigInt(RIGHT.fdRead | RIGHT.fdWrite), 0n)).toBe(
      "notcapable",
    );
    expect(guest.call("fd_fdstat_set_rights", file, BigInt(RIGHT.fdRead), 1n)).toBe("notcapable");
    expect(guest.call("fd_fdstat_set_rights", file, 1n << 40n, 0n)).toBe("notcapable");
    expect(guest.call("fd_fdstat_set_rights", file, BigInt(RIGHT.fdRead), 0n)).toBe("success");
    expect(guest.call("fd_fdstat_set_rights", file, BigInt(RIGHT.fdRead | RIGHT.fdSeek), 0n)).toBe(
      "notcapable",
    );
    expect(guest.seek(file, 1n, 0)).toBe("notcapable");
  });

  test("a file opened for reading cannot be changed through its descriptor", () => {
    const file = guest.mustOpen(GRANT, "inside.txt", { rights: EVERY_RIGHT & ~BigInt(RIGHT.fdWrite) });
    expect(guest.write(file, "x")).toBe("notcapable");
    expect(guest.pwrite(file, "x", 0n)).toBe("notcapable");
    expect(guest.call("fd_filestat_set_size", file, 0n)).toBe("notcapable");
    expect(guest.call("fd_allocate", file, 0n, 100n)).toBe("notcapable");
    expect(fs.readFileSync(host("grant", "inside.txt"), "utf8")).toBe("inside");
  });

  test("renumbering over a grant replaces it and gives nothing back", () => {
    const sub = guest.openDirectory(GRANT, "sub") as number;
    expect(guest.call("fd_renumber", sub, GRANT)).toBe("success");
    expect(guest.readFile(GRANT, "inside.txt")).toBe("noent");
    expect(guest.readFile(GRANT, "../inside.txt")).toBe("perm");
    expect(guest.call("fd_prestat_get", GRANT, 0x100)).toBe("badf");
    expect(guest.call("fd_renumber", GRANT, 99)).toBe("badf");
    expect(guest.call("fd_renumber", GRANT, 0xffffffff)).toBe("badf");
  });
});

describe("read-only grants", () => {
  test.each(["host", "wrapper"])("refuse every way of writing (%s)", (kind) => {
    const fileSystem =
      kind === "host"
        ? new HostFileSystem(host("grant"), { readOnly: true })
        : new ReadOnlyFileSystem(new HostFileSystem(host("grant")));
    const readOnly = new TestGuest({ preopens: { "/": fileSystem } });
    fs.symlinkSync("inside.txt", host("grant", "link"));
    const listing = () =>
      fs
        .readdirSync(host("grant"), { recursive: true, encoding: "utf8" })
        .map((name) => [
          name,
          fs.lstatSync(host("grant", name)).mtimeMs,
          fs.lstatSync(host("grant", name)).ctimeMs,
        ]);
    const unchanged = listing();
    expect(readOnly.readFile(3, "inside.txt")).toEqual({ text: "inside" });
    for (const oflags of [0, 1, 8, 9]) {
      expect(readOnly.open(3, "inside.txt", { oflags, rights: 0x42n })).toBe("perm");
      expect(readOnly.open(3, "link", { oflags, rights: 0x42n, follow: true })).toBe("perm");
    }
    expect(readOnly.open(3, "inside.txt", { oflags: 8, rights: 0x2n })).toBe("perm");
    expect(readOnly.open(3, "new", { oflags: 1, rights: 0x2n })).toBe("perm");
    expect(readOnly.open(3, "inside.txt", { oflags: 5, rights: 0x42n })).toBe("exist");
    const file = readOnly.mustOpen(3, "inside.txt", {
      oflags: 1,
      rights: EVERY_RIGHT & ~BigInt(RIGHT.fdWrite),
    });
    expect(readOnly.call("fd_filestat_set_times", file, 1n, 1n, 5)).toBe("perm");
    expect(readOnly.call("fd_filestat_set_size", file, 0n)).toBe("notcapable");
    expect(readOnly.call("path_filestat_set_times", 3, 0, ...readOnly.put("inside.txt"), 1n, 1n, 5)).toBe(
      "perm",
    );
    expect(readOnly.call("fd_filestat_set_times", 3, 1n, 1n, 5)).toBe("perm");
    expect(readOnly.link(3, "inside.txt", 3, "hard")).toBe("perm");
    expect(readOnly.rename(3, "inside.txt", 3, "renamed")).toBe("perm");
    expect(readOnly.symlink("x", 3, "soft")).toBe("perm");
    expect(readOnly.path("path_create_directory", 3, "made")).toBe("perm");
    expect(readOnly.path("path_create_directory", 3, "sub")).toBe("exist");
    expect(readOnly.path("path_remove_directory", 3, "sub/deep")).toBe("perm");
    expect(readOnly.path("path_unlink_file", 3, "inside.txt")).toBe("perm");
    const sub = readOnly.openDirectory(3, "sub") as number;
    expect(readOnly.path("path_create_directory", sub, "made")).toBe("perm");
    expect(listing()).toEqual(unchanged);
    readOnly.wasi.close();
  });
});

describe("things that are not files", () => {
  test.runIf(process.platform !== "win32")("opening a FIFO neither hangs nor opens", () => {
    execFileSync("mkfifo", [host("grant", "fifo")]);
    expect(guest.readFile(GRANT, "fifo")).toBe("nxio");
    expect(guest.open(GRANT, "fifo", { rights: 0x40n })).toBe("nxio");
    expect(guest.open(GRANT, "fifo", { rights: 0x42n, oflags: 9 })).toBe("nxio");
    expect(guest.stat(GRANT, "fifo")).toMatchObject({ type: "unknown" });
    expect(guest.readFile(GRANT, "fifo/x")).toBe("notdir");
  });

  test.runIf(process.platform === "linux")("devices are not opened", () => {
    const devices = new TestGuest({ preopens: { "/dev": new HostFileSystem("/dev") } });
    for (const name of ["null", "zero", "tty"]) {
      if (!fs.existsSync(`/dev/${name}`)) continue;
      expect(devices.readFile(3, name)).toBe("nxio");
      expect(devices.open(3, name, { rights: 0x40n, oflags: 8 })).toBe("nxio");
    }
    expect(devices.stat(3, "null")).toMatchObject({ type: "character-device" });
    devices.wasi.close();
  });

  test.runIf(process.platform !== "win32")("sockets are not opened", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(host("grant", "sock"), resolve));
    expect(guest.readFile(GRANT, "sock")).toBe("nxio");
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("exhaustion", () => {
  test("descriptors run out with mfile, nothing is created then, and closing helps", () => {
    const few = new TestGuest({ preopens: { "/": new HostFileSystem(host("grant")) }, maxDescriptors: 6 });
    const opened = [few.mustOpen(3, "inside.txt"), few.mustOpen(3, "inside.txt")];
    expect(few.open(3, "inside.txt")).toBe("mfile");
    expect(few.open(3, "created", { oflags: 1, rights: 0x42n })).toBe("mfile");
    expect(fs.existsSync(host("grant", "created"))).toBe(false);
    expect(few.call("fd_close", opened[0] as number)).toBe("success");
    expect(few.open(3, "inside.txt")).toBe(opened[0]);
    few.wasi.close();
  });

  const count = () => fs.readdirSync("/proc/self/fd").length;

  test("a path through 1,000 directories holds few host descriptors, and leaves none", () => {
    const levels = 1000;
    fs.mkdirSync(host("grant", ...Array<string>(levels).fill("d")), { recursive: true });
    const linux = process.platform === "linux";
    const open = linux ? count() : 0;
    const down = "d/".repeat(levels);
    expect(guest.stat(GRANT, down)).toMatchObject({ type: "directory" });
    const there = Math.floor(levels / 2);
    const downAndUp = `${"d/".repeat(there)}${"../".repeat(there)}inside.txt`;
    expect(guest.readFile(GRANT, downAndUp)).toEqual({ text: "inside" });
    expect(guest.stat(GRANT, `${"d/".repeat(there)}${"../".repeat(there + 1)}`)).toBe("perm");
    if (linux) expect(count()).toBe(open);
  });

  test("links down a deep tree and up again end with loop, not after millions of steps", () => {
    const memory = new MemoryFileSystem();
    let directory = memory.root();
    // Every 500 levels a link leads 500 levels down; the last one up in steps, each of which needs a directory long closed.
    const levels = 10_000;
    for (let i = 0; i < levels; i++) {
      if (i % 500 === 0) directory.symlink("d/".repeat(500), "down");
      directory.createDirectory("d");
      directory = directory.openDirectory("d");
    }
    const step = (levels: number) => `${"../".repeat(levels + 1)}d/`;
    directory.symlink(step(39).repeat(30), "up");
    const deep = new TestGuest({ preopens: { "/": memory } });
    expect(deep.stat(3, "down/".repeat(20))).toMatchObject({ type: "directory" });
    expect(deep.stat(3, `${"down/".repeat(20)}../../..`)).toMatchObject({ type: "directory" });
    expect(deep.stat(3, `${"down/".repeat(20)}up/.`)).toBe("loop");
    // What a path can say without links always works.
    expect(deep.stat(3, `${"d/".repeat(1200)}${step(32).repeat(16)}`)).toMatchObject({ type: "directory" });
  });

  test("listings of one large directory through many descriptors are not all kept", () => {
    const descriptors = new Descriptors(1024, new HostHeapAccount());
    const meter = new GuestMeter();
    const entries = Array.from({ length: 100_000 }, (_, i) => ({
      name: `${i}`,
      type: "regular-file" as const,
      inode: 1n,
    }));
    const root = Object.assign(new MemoryFileSystem().root(), { entries: () => entries });
    const opened = Array.from({ length: 8 }, () => {
      const descriptor = preopenDescriptor(root, new Uint8Array());
      descriptors.add(descriptor);
      return descriptor;
    });
    for (const descriptor of opened) expect(descriptors.list(descriptor, meter)).toBe(entries);
    const held = () => opened.map(({ listing }) => (listing === undefined ? 0 : 1));
    expect(held()).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
    // The last one taken is kept whatever its size; closing and renumbering give back.
    descriptors.close(7);
    descriptors.renumber(0, 6);
    expect(held()).toEqual([0, 0, 0, 0, 0, 1, 0, 0]);
    descriptors.list(opened[1] as DirectoryDescriptor, meter);
    descriptors.list(opened[2] as DirectoryDescriptor, meter);
    expect(held()).toEqual([0, 1, 1, 0, 0, 1, 0, 0]);
    descriptors.closeAll();
    expect(held()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("giant counts, sizes and offsets", () => {
    const file = guest.mustOpen(GRANT, "big", { oflags: 1, rights: EVERY_RIGHT });
    expect(() => guest.call("fd_write", file, 0, 0x20000000, 0x100)).toThrow(/out of bounds/);
    expect(() => guest.call("fd_read", file, 0, 0xffffffff, 0x100)).toThrow(/out of bounds/);
    expect(() => guest.call("poll_oneoff", 0, 0, 0x80000000, 0x100)).toThrow(/out of bounds/);
    expect(() => guest.call("random_get", 0, 0xffffffff)).toThrow(/out of bounds/);
    expect(guest.pwrite(file, "x", 2n ** 63n)).toBe("inval");
    expect(guest.pwrite(file, "x", 2n ** 63n - 1n)).toBe("fbig");
    expect(guest.pwrite(file, "x", 2n ** 53n)).toBe("fbig");
    expect(guest.call("fd_filestat_set_size", file, 2n ** 64n - 1n)).toBe("fbig");
    expect(guest.call("fd_filestat_set_size", file, 2n ** 53n)).toBe("fbig");
    expect(guest.call("fd_allocate", file, 2n ** 63n, 2n ** 63n)).toBe("fbig");
    expect(guest.seek(file, 2n ** 63n - 1n, 0)).toBe(2n ** 63n - 1n);
    expect(guest.seek(file, 1n, 1)).toBe("overflow");
    expect(guest.seek(file, -(2n ** 63n), 0)).toBe("inval");
    expect(guest.write(file, "x")).toBe("fbig");
    expect(guest.pread(file, 2n ** 62n)).toEqual({ text: "" });
    expect(fs.statSync(host("grant", "big")).size).toBe(0);
  });

  test("the guest's closing of its standard streams leaves the host's open", () => {
    for (const fd of [0, 1, 2]) expect(guest.call("fd_close", fd)).toBe("success");
    expect(guest.write(1, "x")).toBe("badf");
    expect(() => fs.fstatSync(2)).not.toThrow();
  });
});
