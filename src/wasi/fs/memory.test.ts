// Limits and the embedder's side of the in-memory file system; what guests see is in files.test.ts and equivalence.test.ts.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TestGuest } from "../../testing/wasi-guest.ts";
import type { WasiError } from "../abi.ts";
import { FileContents } from "./file-contents.ts";
import type { FileSystemFile } from "./file-system.ts";
import { MemoryFileSystem } from "./memory.ts";

const CREATE = { read: true, write: true, create: true, exclusive: false, truncate: false };

function errno(act: () => unknown): string {
  try {
    act();
    return "success";
  } catch (error) {
    return (error as WasiError).errno;
  }
}

/** What is charged for a file, link or directory with a name of one byte, and for a piece of a file beside its bytes. */
const EMPTY_FILE = 152 + 56 + 1;
const EMPTY_DIRECTORY = 320 + 56 + 1;
const PIECE = 320;

describe("limits", () => {
  test.each([-1, 0, 1])("of bytes (a file of the limit %i)", (difference) => {
    // 64 for the entry, and its name of 1 byte.
    const memory = new MemoryFileSystem({ maxBytes: EMPTY_FILE + PIECE + 256 + difference });
    expect(errno(() => memory.writeFile("f", "x".repeat(256)))).toBe(difference < 0 ? "nospc" : "success");
    expect(memory.usedBytes).toBe(EMPTY_FILE + (difference < 0 ? 0 : PIECE + 256));
    expect(errno(() => memory.symlink("t", "g"))).toBe(difference < 0 ? "success" : "nospc");
  });

  test.each([-1, 0, 1])("of inodes (one less, as many, one more: %i)", (difference) => {
    const memory = new MemoryFileSystem({ maxInodes: 4 });
    for (let i = 0; i < 2; i++) memory.makeDirectory(`d${i}`);
    for (let i = 0; i < 1 + difference; i++) {
      expect(errno(() => memory.symlink("x", `l${i}`))).toBe(i < 1 ? "success" : "nospc");
    }
  });

  test("bytes are charged to another budget too, and given back there", () => {
    let left = EMPTY_FILE + PIECE + 256;
    const chargedTo = {
      tryReserve(bytes: number) {
        if (bytes > left) return false;
        left -= bytes;
        return true;
      },
      release(bytes: number) {
        left += bytes;
      },
    };
    const memory = new MemoryFileSystem({ chargedTo });
    memory.writeFile("f", "x".repeat(256));
    expect(left).toBe(0);
    expect(errno(() => memory.makeDirectory("g"))).toBe("nospc");
    expect(memory.usedBytes).toBe(EMPTY_FILE + PIECE + 256);
    memory.root().unlink("f");
    expect(left).toBe(EMPTY_FILE + PIECE + 256);
    const own = new MemoryFileSystem({ chargedTo, maxBytes: 64 });
    expect(errno(() => own.makeDirectory("d"))).toBe("nospc");
    expect(left).toBe(EMPTY_FILE + PIECE + 256);
  });

  test("what is removed is given back, open files when they are closed", () => {
    const memory = new MemoryFileSystem({ maxBytes: 100_000, maxInodes: 3 });
    const root = memory.root();
    for (let i = 0; i < 20; i++) {
      const file = root.openFile("f", CREATE);
      expect(file.write(new Uint8Array(60_000), 0n)).toBe(60_000);
      root.unlink("f");
      expect(memory.usedBytes).toBeGreaterThanOrEqual(60_000);
      expect(errno(() => memory.writeFile("g", new Uint8Array(60_000)))).toBe("nospc");
      file.close();
      file.close();
      root.unlink("g");
      expect(memory.usedBytes).toBe(0);
    }
    for (let i = 0; i < 10; i++) {
      root.createDirectory("d");
      root.rename("d", root, "renamed-to-something-longer");
      root.removeDirectory("renamed-to-something-longer");
    }
    expect(memory.usedBytes).toBe(0);
  });

  test("a write that fits in part is a partial write, then nospc", () => {
    const guest = new TestGuest({
      preopens: { "/": new MemoryFileSystem({ maxBytes: EMPTY_FILE + PIECE + 65_536 }) },
    });
    const fd = guest.mustOpen(3, "f", { oflags: 1, rights: 0x46n });
    guest.seek(fd, 65_500n, 0);
    expect(guest.write(fd, "x".repeat(100))).toBe(36);
    expect(guest.write(fd, "x")).toBe("nospc");
  });

  test("names and the contents of links are bounded by the same budget", () => {
    const memory = new MemoryFileSystem({ maxBytes: 3000 });
    let made = 0;
    while (errno(() => memory.symlink("x", `link-${made}`)) === "success") made++;
    expect(made).toBeLessThan(16);
    const links = new MemoryFileSystem({ maxBytes: 10_000, maxInodes: 4 });
    expect(errno(() => links.symlink("x".repeat(9_850), "f"))).toBe("nospc");
    for (let i = 0; i < 3; i++) {
      links.symlink("x".repeat(4000), "f");
      expect(links.usedBytes).toBe(EMPTY_FILE + 4000);
      expect(errno(() => links.symlink("x".repeat(7000), "g"))).toBe("nospc");
      links.root().link("f", links.root(), "g");
      links.root().unlink("f");
      expect(links.usedBytes).toBe(EMPTY_FILE + 4000);
      links.root().unlink("g");
      expect(links.usedBytes).toBe(0);
    }
    for (const name of ["a", "b", "c"]) links.makeDirectory(name);
    expect(errno(() => links.symlink("x", "f"))).toBe("nospc");
    expect(links.usedBytes).toBe(3 * EMPTY_DIRECTORY);
  });
});

describe("sparse files", () => {
  test("a file of nearly 2⁵³ bytes costs what was written", () => {
    const memory = new MemoryFileSystem({ maxBytes: 200_000 });
    const file = memory.root().openFile("f", CREATE);
    const far = 2n ** 53n - 10n;
    expect(file.write(new Uint8Array([1, 2, 3]), far)).toBe(3);
    expect(file.stat().size).toBe(far + 3n);
    const buffer = new Uint8Array(8).fill(9);
    expect(file.read(buffer, far - 4n)).toBe(7);
    expect([...buffer]).toEqual([0, 0, 0, 0, 1, 2, 3, 9]);
    expect(errno(() => file.write(new Uint8Array(20), far))).toBe("fbig");
    expect(errno(() => file.setSize(2n ** 53n))).toBe("fbig");
    file.setSize(2n);
    expect(file.read(buffer, 0n)).toBe(2);
  });

  test("behaves as a plain array", () => {
    const step = fc.oneof(
      fc.record({ at: fc.nat({ max: 200_000 }), bytes: fc.uint8Array({ minLength: 1, maxLength: 70_000 }) }),
      fc.record({ size: fc.nat({ max: 200_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let taken = 0;
        const contents = new FileContents({
          take(bytes) {
            taken += bytes;
          },
          giveBack(bytes) {
            taken -= bytes;
          },
        });
        const model = new Uint8Array(300_000);
        let size = 0;
        for (const each of steps) {
          if ("size" in each) {
            contents.setSize(each.size);
            model.fill(0, each.size);
            size = each.size;
          } else {
            contents.write(each.bytes, each.at);
            model.set(each.bytes, each.at);
            size = Math.max(size, each.at + each.bytes.length);
          }
          const all = new Uint8Array(size + 10);
          expect(contents.size).toBe(size);
          expect(contents.read(all, 0)).toBe(size);
          expect(Buffer.compare(all.subarray(0, size), model.subarray(0, size))).toBe(0);
        }
        contents.release();
        expect(taken).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the embedder's side", () => {
  test("writes and reads files by path", () => {
    const memory = new MemoryFileSystem({ now: () => 42n });
    memory.makeDirectory("/a/b");
    memory.makeDirectory("a/b");
    memory.writeFile("/a/b/f", "grüße");
    memory.symlink("b", "a/l");
    expect(memory.readText("a/l/f")).toBe("grüße");
    memory.writeFile("a/b/f", new Uint8Array([0xff]));
    expect([...memory.readFile("a/b/f")]).toEqual([255]);
    expect(errno(() => memory.readText("a/b/f"))).toBe("ilseq");
    expect(errno(() => memory.readFile("a/b"))).toBe("isdir");
    expect(errno(() => memory.readFile("missing"))).toBe("noent");
    expect(errno(() => memory.writeFile("../x", ""))).toBe("perm");
    expect(memory.root().statEntry("a").modifyTime).toBe(42n);
  });

  test("two volumes are different devices, and nothing moves between them", () => {
    const [one, two] = [new MemoryFileSystem(), new MemoryFileSystem()];
    one.writeFile("f", "x");
    expect(one.root().stat().device).not.toBe(two.root().stat().device);
    expect(errno(() => one.root().rename("f", two.root(), "f"))).toBe("xdev");
    expect(errno(() => one.root().link("f", two.root(), "f"))).toBe("xdev");
  });

  test("writing with a view of memory that changes later is safe", () => {
    const memory = new MemoryFileSystem();
    const file: FileSystemFile = memory.root().openFile("f", CREATE);
    const bytes = new Uint8Array([1, 2, 3]);
    file.write(bytes, 0n);
    bytes.fill(9);
    expect([...memory.readFile("f")]).toEqual([1, 2, 3]);
  });
});
