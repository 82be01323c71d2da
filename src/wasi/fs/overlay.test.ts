// That the lower file system is never changed, and what showing through means. Semantics are in equivalence.test.ts.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { TestGuest } from "../../testing/wasi-guest.ts";
import { MemoryFileSystem } from "./memory.ts";
import { OverlayFileSystem } from "./overlay.ts";
import { ReadOnlyFileSystem } from "./read-only.ts";

let lower: MemoryFileSystem;
let upper: MemoryFileSystem;
let guest: TestGuest;

beforeEach(() => {
  lower = new MemoryFileSystem();
  lower.makeDirectory("dir/sub");
  lower.writeFile("dir/f", "lower");
  lower.writeFile("dir/sub/deep", "deep");
  lower.symlink("dir/f", "link");
  upper = new MemoryFileSystem();
  // Were the lower one to be written, this would show it as `rofs`.
  guest = new TestGuest({ preopens: { "/": new OverlayFileSystem(new ReadOnlyFileSystem(lower), upper) } });
});

describe("copying up", () => {
  test("happens at the first change, keeps contents and times, and leaves the lower file", () => {
    const before = lower.root().openDirectory("dir").statEntry("f");
    expect(guest.readFile(3, "dir/f")).toEqual({ text: "lower" });
    expect(upper.root().entries()).toEqual([]);
    const fd = guest.mustOpen(3, "dir/f", { rights: 0x46n, fdflags: 1 });
    expect(guest.stat(3, "dir/f")).toMatchObject({
      modifyTime: before.modifyTime,
      accessTime: before.accessTime,
    });
    expect(guest.write(fd, "+upper")).toBe(6);
    expect(upper.readText("dir/f")).toBe("lower+upper");
    expect(lower.readText("dir/f")).toBe("lower");
  });

  test("truncating does not copy what is thrown away", () => {
    const small = new MemoryFileSystem({ maxBytes: 1000 });
    lower.writeFile("big", new Uint8Array(100_000));
    const tight = new TestGuest({ preopens: { "/": new OverlayFileSystem(lower, small) } });
    expect(tight.writeFile(3, "big", "short")).toBe("success");
    expect(tight.readFile(3, "big")).toEqual({ text: "short" });
  });

  test("that fails for lack of space leaves the original in view", () => {
    const small = new MemoryFileSystem({ maxBytes: 1000 });
    lower.writeFile("big", new Uint8Array(100_000).fill(65));
    const tight = new TestGuest({ preopens: { "/": new OverlayFileSystem(lower, small) } });
    expect(tight.open(3, "big", { rights: 0x40n })).toBe("nospc");
    expect(tight.stat(3, "big")).toMatchObject({ size: 100_000n });
    expect(small.root().entries()).toEqual([]);
  });

  test("times can be set through a descriptor opened for reading", () => {
    const fd = guest.mustOpen(3, "dir/f", { rights: 0x2n | (1n << 23n) | (1n << 21n) });
    expect(guest.call("fd_filestat_set_times", fd, 5n, 6n, 5)).toBe("success");
    expect(guest.stat(3, "dir/f")).toMatchObject({ accessTime: 5n, modifyTime: 6n });
    expect(guest.fdStat(fd)).toMatchObject({ modifyTime: 6n });
    expect(guest.read(fd)).toEqual({ text: "lower" });
  });
});

describe("a descriptor of a lower file", () => {
  const open = () => guest.mustOpen(3, "dir/f", { rights: 0x2n | (1n << 23n) | (1n << 21n) });
  const setTimes = (fd: number) => guest.call("fd_filestat_set_times", fd, 5n, 6n, 5);

  test("goes on with the copy, wherever that is renamed to, and never with another file of that name", () => {
    const fd = open();
    const renamed = open();
    expect(guest.rename(3, "dir/f", 3, "dir/g")).toBe("success");
    expect(guest.writeFile(3, "dir/f", "another")).toBe("success");
    for (const each of [fd, renamed]) expect(setTimes(each)).toBe("success");
    expect(guest.stat(3, "dir/f")).not.toMatchObject({ modifyTime: 6n });
    expect(guest.stat(3, "dir/g")).toMatchObject({ modifyTime: 6n });
    expect(guest.read(fd)).toEqual({ text: "lower" });
    guest.path("path_unlink_file", 3, "dir/g");
    expect(setTimes(fd)).toBe("success");
  });

  test("sees what is written to the file and set of it by its name", () => {
    const fd = open();
    expect(guest.writeFile(3, "dir/f", "changed")).toBe("success");
    expect(guest.read(fd)).toEqual({ text: "changed" });
    expect(guest.call("fd_filestat_get", fd, 0)).toBe("success");
    expect(guest.fdStat(fd)).toMatchObject({ size: 7n });
  });

  test("sets the times of the copy, whoever had it made", () => {
    const [first, second, third] = [open(), open(), open()];
    expect(setTimes(first)).toBe("success");
    expect(setTimes(second)).toBe("success");
    guest.mustOpen(3, "dir/f", { rights: 0x40n });
    expect(setTimes(third)).toBe("success");
    expect(setTimes(first)).toBe("success");
    expect(guest.stat(3, "dir/f")).toMatchObject({ accessTime: 5n, modifyTime: 6n });
  });
});

test("what a guest makes and removes again leaves nothing behind", () => {
  const overlay = new OverlayFileSystem(lower, upper);
  const names = vi.spyOn(Set.prototype, "add");
  try {
    const churn = new TestGuest({ preopens: { "/": overlay } });
    for (let i = 0; i < 5; i++) {
      churn.writeFile(3, `dir/file${i}`, "x");
      churn.rename(3, `dir/file${i}`, 3, `dir/moved${i}`);
      churn.path("path_unlink_file", 3, `dir/moved${i}`);
      churn.path("path_create_directory", 3, `dir/d${i}`);
      churn.path("path_remove_directory", 3, `dir/d${i}`);
    }
    churn.path("path_unlink_file", 3, "dir/f");
    const kept = names.mock.calls.map(([name]) => name).filter((name) => /\d$/.test(String(name)));
    expect(kept).toEqual([]);
    expect(names.mock.calls).toContainEqual(["f"]);
  } finally {
    names.mockRestore();
  }
});

describe("removing", () => {
  test("hides, and what is made anew shows nothing old", () => {
    expect(guest.path("path_unlink_file", 3, "dir/f")).toBe("success");
    expect(guest.stat(3, "dir/f")).toBe("noent");
    expect(guest.path("path_unlink_file", 3, "dir/sub/deep")).toBe("success");
    expect(guest.path("path_remove_directory", 3, "dir/sub")).toBe("success");
    expect(guest.list(3, "dir")).toEqual([".", ".."]);
    expect(guest.path("path_create_directory", 3, "dir/sub")).toBe("success");
    expect(guest.list(3, "dir/sub")).toEqual([".", ".."]);
    expect(guest.writeFile(3, "dir/f", "new")).toBe("success");
    expect(guest.path("path_unlink_file", 3, "dir/f")).toBe("success");
    expect(guest.stat(3, "dir/f")).toBe("noent");
    expect(lower.readText("dir/sub/deep")).toBe("deep");
  });

  test("of a directory that the lower one fills is notempty", () => {
    expect(guest.path("path_remove_directory", 3, "dir/sub")).toBe("notempty");
  });
});

describe("renaming", () => {
  test("a lower directory takes everything along, and its place is free", () => {
    const open = guest.openDirectory(3, "dir/sub") as number;
    expect(guest.rename(3, "dir", 3, "moved")).toBe("success");
    expect(guest.stat(3, "dir")).toBe("noent");
    expect(guest.readFile(3, "moved/f")).toEqual({ text: "lower" });
    expect(guest.readFile(3, "moved/sub/deep")).toEqual({ text: "deep" });
    expect(guest.readFile(open, "deep")).toEqual({ text: "deep" });
    expect(guest.writeFile(open, "added", "x")).toBe("success");
    expect(guest.readFile(3, "moved/sub/added")).toEqual({ text: "x" });
    expect(guest.path("path_create_directory", 3, "dir")).toBe("success");
    expect(guest.list(3, "dir")).toEqual([".", ".."]);
    expect(guest.readFile(3, "link")).toBe("noent");
    expect(lower.readText("dir/f")).toBe("lower");
  });

  test("a new directory over the name of a lower one shows only what is new", () => {
    guest.path("path_create_directory", 3, "fresh");
    guest.writeFile(3, "fresh/own", "x");
    guest.path("path_unlink_file", 3, "dir/sub/deep");
    expect(guest.rename(3, "fresh", 3, "dir/sub")).toBe("success");
    expect(guest.list(3, "dir/sub")).toEqual([".", "..", "own"]);
  });
});

test("the upper file system alone is a valid one, and can be laid over the same lower one again", () => {
  guest.writeFile(3, "dir/sub/deep", "changed");
  guest.writeFile(3, "added", "new");
  const again = new TestGuest({ preopens: { "/": new OverlayFileSystem(lower, upper) } });
  expect(again.readFile(3, "dir/sub/deep")).toEqual({ text: "changed" });
  expect(again.readFile(3, "added")).toEqual({ text: "new" });
  expect(again.readFile(3, "dir/f")).toEqual({ text: "lower" });
});
