// Two runs in deterministic mode see the same, whatever host, file system and time they run on.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { EVERY_RIGHT, TestGuest } from "../testing/wasi-guest.ts";
import { WasiError } from "./abi.ts";
import type { FileSystem } from "./fs/file-system.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { OverlayFileSystem } from "./fs/overlay.ts";
import { inputStream } from "./input-streams.ts";
import { HostFileSystem } from "./node/index.ts";

const scratches: string[] = [];
afterAll(() => {
  for (const scratch of scratches) fs.rmSync(scratch, { recursive: true, force: true });
});

function hostDirectory(): HostFileSystem {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-deterministic-"));
  scratches.push(scratch);
  // Inodes, order and times differ from run to run.
  for (const name of [`junk${scratches.length}`, "zeta", "alpha", "mid"])
    fs.writeFileSync(path.join(scratch, name), name.startsWith("junk") ? "" : name);
  fs.rmSync(path.join(scratch, `junk${scratches.length}`));
  return new HostFileSystem(scratch);
}

function memory(): MemoryFileSystem {
  const files = new MemoryFileSystem();
  for (const name of ["mid", "zeta", "alpha"]) files.writeFile(name, name);
  return files;
}

/** A guest that looks at everything; gives all of its memory after each call. */
function transcript(fileSystem: FileSystem, seed: number): string {
  const guest = new TestGuest({ deterministic: { seed }, preopens: { "/": fileSystem } });
  const seen: unknown[] = [];
  const note = (value: unknown) => {
    guest.fuel += 1000n;
    seen.push(value);
  };
  const show = (value: unknown) =>
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner));
  for (const clock of [0, 1, 2, 3]) {
    guest.call("clock_time_get", clock, 0n, 0);
    note(guest.view.getBigUint64(0, true));
  }
  guest.call("random_get", 0, 16);
  note([...guest.bytes.slice(0, 16)]);
  note(guest.list(3, "."));
  note(guest.stat(3, "."));
  for (const name of ["zeta", "alpha", "missing"]) note(guest.stat(3, name));
  note(guest.writeFile(3, "new", "text"));
  note(guest.stat(3, "new"));
  note(guest.writeFile(3, "alpha", "changed"));
  note(guest.stat(3, "alpha"));
  note(guest.path("path_create_directory", 3, "dir"));
  note(guest.stat(3, "dir"));
  note(guest.rename(3, "new", 3, "dir/moved"));
  note(guest.stat(3, "dir/moved"));
  note(guest.path("path_unlink_file", 3, "dir/moved"));
  note(guest.writeFile(3, "dir/moved", "again"));
  note(guest.stat(3, "dir/moved"));
  note(guest.symlink("alpha", 3, "link"));
  note(guest.stat(3, "link"));
  note(guest.call("path_filestat_set_times", 3, 0, ...guest.put("mid"), 5n, 6n, 5));
  note(guest.stat(3, "mid"));
  note(guest.list(3, "."));
  // Links, what is removed while it is open, what is replaced; directories too.
  note(guest.link(3, "mid", 3, "hard"));
  for (const name of ["mid", "hard"]) note(guest.stat(3, name));
  const open = guest.mustOpen(3, "zeta", { rights: EVERY_RIGHT });
  note(guest.path("path_unlink_file", 3, "zeta"));
  note(guest.fdStat(open));
  note(guest.writeFile(3, "zeta", "another"));
  note([guest.fdStat(open), guest.stat(3, "zeta")]);
  note(guest.write(open, "unlinked"));
  note(guest.fdStat(open));
  note(guest.call("fd_close", open));
  note(guest.rename(3, "zeta", 3, "hard"));
  for (const name of ["mid", "hard", "zeta"]) note(guest.stat(3, name));
  const directory = guest.openDirectory(3, "dir") as number;
  note(guest.fdStat(directory));
  note(guest.path("path_unlink_file", 3, "dir/moved"));
  note(guest.path("path_remove_directory", 3, "dir"));
  if (fileSystem instanceof OverlayFileSystem === false) note(guest.fdStat(directory));
  note(guest.path("path_create_directory", 3, "dir"));
  note([guest.stat(3, "dir"), guest.list(3, "dir")]);
  note([guest.path("path_create_directory", directory, "x"), guest.open(directory, "x", { oflags: 1 })]);
  note(guest.list(3, "."));
  // Errors are those of the interface, not of the host.
  for (const name of ["alpha/x", "missing/x", "dir", "../up", "a".repeat(300)]) {
    note([guest.readFile(3, name), guest.path("path_unlink_file", 3, name), guest.readLink(3, name)]);
    note([guest.path("path_remove_directory", 3, name), guest.rename(3, "alpha", 3, `${name}/x`)]);
  }
  guest.wasi.close();
  return seen.map(show).join("\n");
}

describe("deterministic mode", () => {
  test("gives the same on two host directories and in memory, and something else with another seed", () => {
    const first = transcript(hostDirectory(), 1);
    expect(transcript(hostDirectory(), 1)).toBe(first);
    expect(transcript(memory(), 1)).toBe(first);
    expect(transcript(memory(), 2)).not.toBe(first);
    expect(first).toContain('[".","..","alpha","mid","zeta"]');
  });

  test("gives the same on overlays, whatever they are made of", () => {
    // Not the same as without: copying up gives a file a new inode.
    const first = transcript(new OverlayFileSystem(hostDirectory(), new MemoryFileSystem()), 1);
    expect(transcript(new OverlayFileSystem(hostDirectory(), new MemoryFileSystem()), 1)).toBe(first);
    expect(transcript(new OverlayFileSystem(memory(), new MemoryFileSystem()), 1)).toBe(first);
  });

  test("starts at 2020-01-01 and advances by a nanosecond per unit of fuel; sleeping jumps", () => {
    const guest = new TestGuest({ deterministic: true });
    const time = (clock: number) => {
      guest.call("clock_time_get", clock, 0n, 0);
      return guest.view.getBigUint64(0, true);
    };
    expect(time(0)).toBe(BigInt(Date.UTC(2020, 0, 1)) * 1_000_000n);
    expect(time(1)).toBe(0n);
    guest.fuel = 12_345n;
    expect(time(0)).toBe(BigInt(Date.UTC(2020, 0, 1)) * 1_000_000n + 12_345n);
    expect(time(1)).toBe(12_345n);
    expect(time(2)).toBe(12_345n);
    guest.bytes.fill(0, 0x100, 0x130);
    guest.view.setUint32(0x110, 1, true);
    guest.view.setBigUint64(0x118, 10n ** 18n, true);
    expect(guest.call("poll_oneoff", 0x100, 0x200, 1, 0x300)).toBe("success");
    expect(time(1)).toBe(10n ** 18n + 12_345n);
    expect(time(2)).toBe(12_345n);
  });

  test.each(["memory", "host"])(
    "grants are devices of their own, whatever the host has them on (%s)",
    (kind) => {
      const make = kind === "host" ? hostDirectory : memory;
      const guest = new TestGuest({ deterministic: true, preopens: { "/a": make(), "/b": make() } });
      expect(guest.stat(3, ".")).toMatchObject({ device: 1n, inode: 1n });
      expect(guest.stat(4, ".")).toMatchObject({ device: 2n, inode: 1n });
      expect(guest.rename(3, "alpha", 4, "moved")).toBe("xdev");
      expect(guest.link(3, "alpha", 4, "linked")).toBe("xdev");
      expect(guest.list(4, ".")).toEqual([".", "..", "alpha", "mid", "zeta"]);
      guest.wasi.close();
    },
  );

  test.each(["memory", "host"])(
    "an inode stays while the file is open, and what is gone is forgotten (%s)",
    (kind) => {
      const known = new Set<unknown>();
      const set = vi.spyOn(Map.prototype, "set");
      const remove = vi.spyOn(Map.prototype, "delete");
      const isKey = (key: unknown) => typeof key === "string" && /^\d+:\d+$/.test(key);
      const guest = new TestGuest({
        deterministic: true,
        preopens: { "/": kind === "host" ? hostDirectory() : memory() },
      });
      try {
        for (let i = 0; i < 20; i++) {
          set.mockClear();
          remove.mockClear();
          const fd = guest.mustOpen(3, "f", { oflags: 1, rights: EVERY_RIGHT });
          const again = guest.mustOpen(3, "f", { rights: EVERY_RIGHT });
          const before = guest.fdStat(fd);
          guest.path("path_unlink_file", 3, "f");
          guest.call("fd_close", again);
          expect(guest.fdStat(fd)).toMatchObject({ inode: (before as { inode: bigint }).inode, links: 0n });
          guest.call("fd_close", fd);
          guest.writeFile(3, "g", "x");
          guest.writeFile(3, "h", "y");
          guest.stat(3, "h");
          guest.rename(3, "g", 3, "h");
          guest.path("path_create_directory", 3, "d");
          guest.stat(3, "d");
          guest.path("path_remove_directory", 3, "d");
          guest.path("path_unlink_file", 3, "h");
          const calls = [set, remove].flatMap(({ mock }) =>
            mock.calls.map(([key], j) => ({ key, mock, order: mock.invocationCallOrder[j] as number })),
          );
          for (const { key, mock } of calls.sort((a, b) => a.order - b.order)) {
            if (mock === remove.mock) known.delete(key);
            else if (isKey(key)) known.add(key);
          }
        }
      } finally {
        set.mockRestore();
        remove.mockRestore();
      }
      // The root is left.
      expect(known.size).toBeLessThanOrEqual(1);
      guest.wasi.close();
    },
  );

  /** What a guest sees of stdin that comes in these pieces, with a turn of the event loop before each. */
  async function stdinTranscript(pieces: readonly string[], isTerminal = false): Promise<string> {
    async function* arrive() {
      for (const piece of pieces) {
        await new Promise((resolve) => setTimeout(resolve, piece.length % 3));
        yield piece;
      }
    }
    const stdin = inputStream(arrive(), undefined);
    const guest = new TestGuest({
      deterministic: true,
      stdin: isTerminal ? Object.assign(stdin, { isTerminal }) : stdin,
    });
    if (!isTerminal) guest.call("fd_fdstat_set_flags", 0, 4);
    const seen: unknown[] = [];
    for (;;) {
      // Is there anything yet, it asks, and goes on without.
      guest.bytes.fill(0, 0x100, 0x160);
      guest.view.setUint8(0x108, 1);
      guest.view.setUint32(0x140, 1, true);
      seen.push(await guest.callAsync("poll_oneoff", 0x100, 0x200, 2, 0x300));
      const count = guest.view.getUint32(0x300, true);
      seen.push(Buffer.from(guest.bytes.slice(0x200, 0x200 + 32 * count)).toString("hex"));
      const read = await guest.readAsync(0, 5);
      seen.push(read);
      if (typeof read !== "string" && read.text === "") return JSON.stringify(seen);
    }
  }

  test("stdin reads the same however it arrives, also for guests that do not want to wait", async () => {
    const text = "one two three four five six";
    const whole = await stdinTranscript([text]);
    expect(whole).toContain('{"text":"one t"}');
    expect(whole).toContain('{"text":"ix"}');
    expect(await stdinTranscript([...text])).toBe(whole);
    expect(await stdinTranscript(text.split(/(?<=t)/))).toBe(whole);
    // A person is not made to type on.
    expect(await stdinTranscript(["line\n", "another\n"], true)).toContain('{"text":"anoth"}');
  });

  test("stdin's errors come after the bytes before them; blocking reads fill their buffers too", async () => {
    async function* failing() {
      yield "abc";
      throw new WasiError("io");
    }
    const guest = new TestGuest({ deterministic: true, stdin: failing() });
    expect(await guest.readAsync(0, 5)).toEqual({ text: "abc" });
    expect(await guest.readAsync(0, 5)).toBe("io");
    const bytes = [..."abcdefgh"];
    const blocking = new TestGuest({
      deterministic: true,
      stdin: {
        ready: true,
        available: 1,
        read: () => new TextEncoder().encode(bytes.shift() ?? ""),
        whenReady: () => Promise.resolve(),
        blockUntilReady: () => {},
      },
      host: { blocking: { sleep: () => {} } },
    });
    expect(blocking.read(0, 5)).toEqual({ text: "abcde" });
    expect(blocking.read(0, 5)).toEqual({ text: "fgh" });
    expect(blocking.read(0, 5)).toEqual({ text: "" });
  });
});
