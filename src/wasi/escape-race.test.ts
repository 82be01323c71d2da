// Another process swaps directories and links of a granted directory while the guest works in it: nothing outside is read,
// changed, created or told. A resolver that checks before it acts leaks in the same races, so they are real ones.

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestGuest } from "../testing/wasi-guest.ts";
import type { FileSystem } from "./fs/file-system.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { OverlayFileSystem } from "./fs/overlay.ts";
import { HostFileSystem } from "./node/index.ts";

const GRANT = 3;
let home: string;
const host = (...parts: string[]) => path.join(home, ...parts);

beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "wasi-race-")));
  fs.mkdirSync(host("outside", "dir"), { recursive: true });
  for (const name of ["secret.txt", "victim.txt", "only-outside"])
    fs.writeFileSync(host("outside", name), "secret");
  fs.symlinkSync("outside-target", host("outside", "link"));
  fs.mkdirSync(host("grant"));
});

afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

/** Everything below the part that was not granted, with contents and metadata. */
function outside(): string {
  const names = fs.readdirSync(host("outside")).sort();
  return ["", ...names]
    .map((name) => {
      const stat = fs.lstatSync(host("outside", name), { bigint: true });
      const text = stat.isFile() ? fs.readFileSync(host("outside", name), "utf8") : "";
      return `${name} ${stat.ino} ${stat.mode} ${stat.size} ${stat.nlink} ${stat.mtimeNs} ${text}`;
    })
    .join("\n");
}

/** Swaps a directory of the grant with a symbolic link to the outside, as fast as it can, until killed. */
const SWAPPER = `
const fs = require("node:fs");
const [grant, outside] = process.argv.slice(1);
const attempt = (act) => { try { act(); } catch {} };
fs.mkdirSync(grant + "/real/dir", { recursive: true });
for (const name of ["secret.txt", "victim.txt"]) fs.writeFileSync(grant + "/real/" + name, "decoy");
fs.symlinkSync(outside, grant + "/evil");
fs.writeFileSync(grant + "/file", "decoy");
process.stdout.write("ready");
for (;;) {
  attempt(() => fs.renameSync(grant + "/real", grant + "/swap"));
  attempt(() => fs.writeFileSync(grant + "/swap/victim.txt", "decoy"));
  attempt(() => fs.renameSync(grant + "/evil", grant + "/real"));
  attempt(() => fs.symlinkSync(outside + "/secret.txt", grant + "/next"));
  attempt(() => fs.renameSync(grant + "/next", grant + "/file"));
  attempt(() => fs.renameSync(grant + "/real", grant + "/evil"));
  attempt(() => fs.renameSync(grant + "/swap", grant + "/real"));
  attempt(() => fs.writeFileSync(grant + "/next", "decoy"));
  attempt(() => fs.renameSync(grant + "/next", grant + "/file"));
}`;

/** Lets another process swap directories and links while `attempt` runs, for `ms`, or until it gives true. */
async function race(ms: number, attempt: () => boolean | undefined): Promise<void> {
  fs.rmSync(host("grant"), { recursive: true });
  fs.mkdirSync(host("grant"));
  const swapper = spawn(process.execPath, ["-e", SWAPPER, host("grant"), host("outside")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => swapper.once("exit", (_code, signal) => resolve(signal)));
  await new Promise((resolve) => swapper.stdout.once("data", resolve));
  const end = Date.now() + ms;
  try {
    while (Date.now() < end && attempt() !== true);
  } finally {
    swapper.kill("SIGKILL");
  }
  // It ran to the end and did not fall over something.
  expect(await exited).toBe("SIGKILL");
}

/** What the guest was told, and how often. */
class Tally {
  readonly seen = new Map<string, number>();

  note(result: unknown): void {
    const key =
      typeof result === "string"
        ? result
        : JSON.stringify(result, (_key, value: unknown) =>
            typeof value === "bigint" ? String(value) : value,
          );
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
  }

  /** The answers that are not among these. */
  beside(decent: readonly string[]): string[] {
    return [...this.seen.keys()].filter((key) => !decent.includes(key));
  }
}

const DECENT = [
  "success",
  "perm",
  "noent",
  "loop",
  "again",
  "exist",
  "notdir",
  "notempty",
  "isdir",
  "inval",
  '{"text":"decoy"}',
  '{"text":""}',
];

/** One turn of everything that a guest can do to paths below the directory that is swapped, and to the file. */
function work(guest: TestGuest, tally: Tally, turn: number): void {
  const note = (result: unknown) => tally.note(result);
  const setTimes = (name: string, follow: number) =>
    guest.call("path_filestat_set_times", GRANT, follow, ...guest.put(name), 5n, 5n, 5);
  // Reading.
  note(guest.readFile(GRANT, "real/secret.txt"));
  note(guest.readFile(GRANT, "file"));
  note(guest.readFile(GRANT, "real/../real/./secret.txt"));
  for (const name of ["real/secret.txt", "file"]) {
    const stat = guest.stat(GRANT, name, true);
    note(typeof stat === "string" ? stat : `${stat.size} bytes`);
  }
  const names = guest.list(GRANT, "real");
  note(typeof names === "string" ? names : names.includes("only-outside") ? "outside listed" : "success");
  note(guest.readLink(GRANT, "real/link"));
  const directory = guest.openDirectory(GRANT, "real");
  if (typeof directory === "number") {
    note(guest.readFile(directory, "secret.txt"));
    note(guest.readFile(directory, "only-outside"));
    note(guest.path("path_unlink_file", directory, "only-outside"));
    guest.call("fd_close", directory);
  }
  // Writing and creating.
  note(guest.writeFile(GRANT, "file", "decoy"));
  note(guest.writeFile(GRANT, "real/new.txt", "decoy"));
  note(guest.writeFile(GRANT, "real/secret.txt", "decoy"));
  const created = guest.open(GRANT, `real/created${turn % 8}`, { oflags: 5, rights: 0x42n });
  if (typeof created === "number") guest.call("fd_close", created);
  note(typeof created === "string" ? created : "success");
  note(guest.path("path_create_directory", GRANT, "real/newdir"));
  note(guest.symlink("outside-target", GRANT, "real/symlink"));
  // Names and metadata.
  note(setTimes("file", 1));
  note(setTimes("real/secret.txt", turn % 2));
  note(guest.link(GRANT, "real/secret.txt", GRANT, "linked"));
  note(guest.readFile(GRANT, "linked"));
  note(guest.link(GRANT, "linked", GRANT, "real/linked"));
  note(guest.path("path_unlink_file", GRANT, "linked"));
  note(guest.rename(GRANT, "real/victim.txt", GRANT, "taken"));
  note(guest.readFile(GRANT, "taken"));
  note(guest.rename(GRANT, "taken", GRANT, "real/victim.txt"));
  note(guest.rename(GRANT, "real/new.txt", GRANT, "real/secret.txt"));
  note(guest.rename(GRANT, "real/dir", GRANT, "real/dir2"));
  note(guest.rename(GRANT, "real/dir2", GRANT, "real/dir"));
  // Removing.
  note(guest.path("path_unlink_file", GRANT, `real/created${turn % 8}`));
  for (const name of ["linked", "symlink", "link", "only-outside"])
    note(guest.path("path_unlink_file", GRANT, `real/${name}`));
  for (const name of ["newdir", "dir"]) note(guest.path("path_remove_directory", GRANT, `real/${name}`));
  note(guest.path("path_create_directory", GRANT, "real/dir"));
}

async function workInRace(ms: number, make: () => FileSystem): Promise<Tally> {
  const tally = new Tally();
  let guest: TestGuest | undefined;
  let turn = 0;
  await race(ms, () => {
    // Only now is the directory the one that is raced for.
    guest ??= new TestGuest({ preopens: { "/": make() } });
    work(guest, tally, turn++);
    return false;
  });
  guest?.wasi.close();
  return tally;
}

/** What many implementations do: normalise, check the prefix, look for links on the way up; then act by name. */
function checked(target: string): string {
  const full = path.resolve(host("grant"), target);
  if (!full.startsWith(host("grant"))) throw new Error("outside");
  for (let at = full; at !== path.dirname(at); at = path.dirname(at))
    if (fs.lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) throw new Error("a link");
  return full;
}

describe.runIf(process.platform === "linux")("racing", () => {
  const LEAKS: Readonly<Record<string, { readonly act: () => void; readonly leaked: () => boolean }>> = {
    reads: {
      act: () => {
        if (fs.readFileSync(checked("real/secret.txt"), "utf8") === "secret")
          fs.writeFileSync(host("leak"), "");
      },
      leaked: () => fs.existsSync(host("leak")),
    },
    creates: {
      act: () => fs.writeFileSync(checked("real/planted"), ""),
      leaked: () => fs.existsSync(host("outside", "planted")),
    },
    removes: {
      act: () => fs.unlinkSync(checked("real/victim.txt")),
      leaked: () => !fs.existsSync(host("outside", "victim.txt")),
    },
  };

  test.each(Object.keys(LEAKS))(
    "positive control: a resolver that checks before it acts %s outside",
    async (name) => {
      const { act, leaked } = LEAKS[name] as (typeof LEAKS)[string];
      // How soon depends on the machine; that it does, does not.
      for (let i = 0; i < 20 && !leaked(); i++) {
        await race(2_000, () => {
          try {
            act();
          } catch {
            // Refused, or gone.
          }
          return leaked();
        });
      }
      expect(leaked()).toBe(true);
    },
    120_000,
  );

  test("ten seconds of swapped directories and links give nothing from outside and change nothing there", async () => {
    const before = outside();
    const descriptors = fs.readdirSync("/proc/self/fd").length;
    const tally = await workInRace(10_000, () => new HostFileSystem(host("grant")));
    expect(outside(), "the tree outside").toBe(before);
    expect(tally.beside([...DECENT, "0 bytes", "5 bytes"])).toEqual([]);
    // It did race: both sides were seen, often.
    expect(tally.seen.get('{"text":"decoy"}') ?? 0).toBeGreaterThan(100);
    expect(tally.seen.get("perm") ?? 0).toBeGreaterThan(10);
    expect(fs.readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(descriptors);
  }, 60_000);

  test("three seconds on an overlay whose upper layer is the host's directory, or its lower one", async () => {
    const before = outside();
    for (const make of [
      () => new OverlayFileSystem(new MemoryFileSystem(), new HostFileSystem(host("grant"))),
      () => new OverlayFileSystem(new HostFileSystem(host("grant")), new MemoryFileSystem()),
    ]) {
      const tally = await workInRace(1_500, make);
      expect(tally.beside([...DECENT, "0 bytes", "5 bytes"])).toEqual([]);
    }
    expect(outside(), "the tree outside").toBe(before);
  }, 60_000);
});
