// Two runs in deterministic mode see the same, whatever host, file system and time they run on.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { FileSystem } from "./fs/file-system.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { OverlayFileSystem } from "./fs/overlay.ts";
import { HostFileSystem } from "./node/index.ts";
import { TestGuest } from "./test-guest.ts";

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

  test("grants are told apart by device", () => {
    const guest = new TestGuest({ deterministic: true, preopens: { "/a": memory(), "/b": memory() } });
    expect(guest.stat(3, ".")).toMatchObject({ device: 1n, inode: 1n });
    expect(guest.stat(4, ".")).toMatchObject({ device: 2n, inode: 1n });
  });
});
