// Random sequences of file-system operations give the same results, errnos included, through WASI on the in-memory file
// system, on the overlay, on a host directory, and by plain POSIX calls through node:fs.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WasiError } from "../abi.ts";
import { toWasiError } from "../node/errno.ts";
import { HostFileSystem } from "../node/index.ts";
import { TestGuest } from "../test-guest.ts";
import type { FileSystem } from "./file-system.ts";
import { MemoryFileSystem } from "./memory.ts";
import { OverlayFileSystem } from "./overlay.ts";

type Operation =
  | {
      readonly do: "mkdir" | "rmdir" | "unlink" | "read" | "stat" | "lstat" | "readlink" | "list";
      readonly path: string;
    }
  | {
      readonly do: "write";
      readonly path: string;
      readonly data: string;
      readonly follow: boolean;
      readonly mode: "create" | "exclusive" | "existing";
    }
  | { readonly do: "append"; readonly path: string; readonly data: string }
  | { readonly do: "patch"; readonly path: string; readonly data: string; readonly offset: number }
  | { readonly do: "resize"; readonly path: string; readonly size: number }
  | { readonly do: "rename" | "link" | "symlink"; readonly path: string; readonly to: string };

const name = fc.constantFrom("a", "b", "c", "f");
const middle = fc.oneof(
  { arbitrary: name, weight: 8 },
  { arbitrary: fc.constantFrom(".", "a/.."), weight: 1 },
);
const anyPath = fc
  .tuple(
    fc.array(middle, { maxLength: 2 }),
    name,
    fc.oneof({ arbitrary: fc.constant(""), weight: 7 }, { arbitrary: fc.constantFrom("/", "//"), weight: 1 }),
  )
  .map(([before, last, slash]) => [...before, last].join("/") + slash);
const data = fc.string({ unit: fc.constantFrom("x", "y", "é"), maxLength: 6 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    do: fc.constantFrom("mkdir", "rmdir", "unlink", "read", "stat", "lstat", "readlink", "list"),
    path: anyPath,
  }),
  fc.record({ do: fc.constant("mkdir"), path: anyPath }),
  fc.record({
    do: fc.constant("write"),
    path: anyPath,
    data,
    follow: fc.boolean(),
    mode: fc.constantFrom("create", "exclusive", "existing"),
  }),
  fc.record({ do: fc.constant("append"), path: anyPath, data }),
  fc.record({ do: fc.constant("patch"), path: anyPath, data, offset: fc.nat({ max: 20 }) }),
  fc.record({ do: fc.constant("resize"), path: anyPath, size: fc.nat({ max: 20 }) }),
  fc.record({ do: fc.constantFrom("rename", "link", "symlink"), path: anyPath, to: anyPath }),
) as fc.Arbitrary<Operation>;

/** Runs an operation through WASI; gives its result as text. */
function throughWasi(guest: TestGuest, op: Operation): string {
  const withFile = (
    oflags: number,
    rights: bigint,
    fdflags: number,
    act: (fd: number) => unknown,
  ): string => {
    const fd = guest.open(3, op.path, { follow: true, oflags, rights, fdflags });
    if (typeof fd === "string") return fd;
    const result = act(fd);
    guest.call("fd_close", fd);
    return JSON.stringify(result);
  };
  switch (op.do) {
    case "mkdir":
      return guest.path("path_create_directory", 3, op.path);
    case "rmdir":
      return guest.path("path_remove_directory", 3, op.path);
    case "unlink":
      return guest.path("path_unlink_file", 3, op.path);
    case "read": {
      const result = guest.readFile(3, op.path);
      return typeof result === "string" ? result : `text ${result.text}`;
    }
    case "stat":
    case "lstat": {
      const result = guest.stat(3, op.path, op.do === "stat");
      if (typeof result === "string") return result;
      return result.type === "directory"
        ? "directory"
        : `${result.type} ${result.size} bytes ${result.links} links`;
    }
    case "readlink": {
      const result = guest.readLink(3, op.path);
      return typeof result === "string" ? result : `to ${result.target}`;
    }
    case "list": {
      const result = guest.list(3, `${op.path}/.`);
      return typeof result === "string" ? result : result.sort().join(" ");
    }
    case "write": {
      const oflags = op.mode === "create" ? 9 : op.mode === "exclusive" ? 5 : 8;
      const fd = guest.open(3, op.path, { follow: op.follow, oflags, rights: 0x40n });
      if (typeof fd === "string") return fd;
      const written = guest.write(fd, op.data);
      guest.call("fd_close", fd);
      return `wrote ${written}`;
    }
    case "append":
      return withFile(0, 0x40n, 1, (fd) => guest.write(fd, op.data));
    case "patch":
      return withFile(0, 0x44n, 0, (fd) => guest.pwrite(fd, op.data, BigInt(op.offset)));
    case "resize":
      return withFile(0, 0x400040n, 0, (fd) => guest.call("fd_filestat_set_size", fd, BigInt(op.size)));
    case "rename":
      return guest.rename(3, op.path, 3, op.to);
    case "link":
      return guest.link(3, op.path, 3, op.to);
    case "symlink":
      return guest.symlink(op.path, 3, op.to);
  }
}

/** The same by the system's own calls. */
function throughPosix(root: string, op: Operation): string {
  // Not path.join, which is lexical.
  const at = (relative: string) => `${root}/${relative}`;
  const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_TRUNC, O_WRONLY } = fs.constants;
  const withFile = (flags: number, act: (fd: number) => unknown): string => {
    const fd = fs.openSync(at(op.path), flags);
    try {
      return JSON.stringify(act(fd));
    } finally {
      fs.closeSync(fd);
    }
  };
  try {
    switch (op.do) {
      case "mkdir":
        fs.mkdirSync(at(op.path));
        return "success";
      case "rmdir":
        fs.rmdirSync(at(op.path));
        return "success";
      case "unlink":
        fs.unlinkSync(at(op.path));
        return "success";
      case "read":
        return `text ${fs.readFileSync(at(op.path), "utf8")}`;
      case "stat":
      case "lstat": {
        const found = op.do === "stat" ? fs.statSync(at(op.path)) : fs.lstatSync(at(op.path));
        if (found.isDirectory()) return "directory";
        return `${found.isFile() ? "regular-file" : "symbolic-link"} ${found.size} bytes ${found.nlink} links`;
      }
      case "readlink":
        return `to ${fs.readlinkSync(at(op.path))}`;
      case "list":
        return [".", "..", ...fs.readdirSync(`${at(op.path)}/.`)].sort().join(" ");
      case "write": {
        const mode =
          op.mode === "create" ? O_CREAT | O_TRUNC : op.mode === "exclusive" ? O_CREAT | O_EXCL : O_TRUNC;
        return withFile(O_WRONLY | mode | (op.follow ? 0 : O_NOFOLLOW), (fd) =>
          fs.writeSync(fd, op.data),
        ).replace(/^/, "wrote ");
      }
      case "append":
        return withFile(O_WRONLY | O_APPEND, (fd) => fs.writeSync(fd, op.data));
      case "patch":
        return withFile(O_WRONLY, (fd) => fs.writeSync(fd, op.data, op.offset));
      case "resize":
        return withFile(O_WRONLY, (fd) => {
          fs.ftruncateSync(fd, op.size);
          return "success";
        });
      case "rename":
        fs.renameSync(at(op.path), at(op.to));
        return "success";
      case "link":
        fs.linkSync(at(op.path), at(op.to));
        return "success";
      case "symlink":
        fs.symlinkSync(op.path, at(op.to));
        return "success";
    }
  } catch (error) {
    const translated = toWasiError(error);
    if (translated instanceof WasiError) return translated.errno;
    throw translated;
  }
}

/** What every run starts from. */
const START: readonly Operation[] = [
  { do: "mkdir", path: "a" },
  { do: "mkdir", path: "a/b" },
  { do: "write", path: "a/b/f", data: "deep", follow: true, mode: "create" },
  { do: "write", path: "f", data: "top", follow: true, mode: "create" },
  { do: "symlink", path: "a", to: "c" },
];

function preparedMemory(): MemoryFileSystem {
  const memory = new MemoryFileSystem();
  const guest = new TestGuest({ preopens: { "/": memory } }, 2);
  for (const op of START) throughWasi(guest, op);
  return memory;
}

describe.runIf(process.platform === "linux")("equivalence", () => {
  const check = (runs: number, subject: (root: string) => FileSystem, prepare: boolean) => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 40 }), (operations) => {
        const home = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-equivalence-"));
        // The host file system under test gets a directory of its own beside the oracle's.
        for (const side of ["posix", "host"]) fs.mkdirSync(path.join(home, side));
        const guest = new TestGuest({ preopens: { "/": subject(path.join(home, "host")) } }, 2);
        try {
          for (const op of START) {
            throughPosix(path.join(home, "posix"), op);
            if (prepare) throughWasi(guest, op);
          }
          const look: Operation[] = ["", "a/", "a/b/", "b/", "c/"].map((prefix) => ({
            do: "list",
            path: `${prefix}.`,
          }));
          for (const op of [...operations, ...look]) {
            expect(throughWasi(guest, op), JSON.stringify(op)).toBe(
              throughPosix(path.join(home, "posix"), op),
            );
          }
        } finally {
          guest.wasi.close();
          fs.rmSync(home, { recursive: true, force: true });
        }
      }),
      { numRuns: runs },
    );
  };

  test("in memory", () => check(250, () => new MemoryFileSystem(), true), 60_000);
  test("on the host", () => check(100, (root) => new HostFileSystem(root), true), 60_000);
  test(
    "overlay over an empty lower file system",
    () => check(100, () => new OverlayFileSystem(new MemoryFileSystem(), new MemoryFileSystem()), true),
    60_000,
  );
  test(
    "overlay over a lower file system with everything in it",
    () => check(250, () => new OverlayFileSystem(preparedMemory(), new MemoryFileSystem()), false),
    60_000,
  );
});
