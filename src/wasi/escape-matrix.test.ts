// Every function that takes a path × every way out × every file system: nothing is read, changed, created or told outside.
// What is special to host directories is in escape.test.ts, races are in escape-race.test.ts.

import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestGuest } from "../testing/wasi-guest.ts";
import { Ground, LINKS_OUT, namesBelow, THROUGH } from "../testing/ways-out.ts";
import type { FileSystem } from "./fs/file-system.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import { OverlayFileSystem } from "./fs/overlay.ts";
import { ReadOnlyFileSystem } from "./fs/read-only.ts";
import { pathAnchorAt } from "./node/anchor.ts";
import { HostFileSystem, type InternalOptions } from "./node/host-file-system.ts";

const GRANT = 3;
let ground: Ground;
const host = (...parts: string[]): string => ground.host(...parts);

beforeEach(() => {
  ground = new Ground("wasi-matrix-");
});

afterEach(() => {
  const { before, after, around } = ground.end();
  expect(after, "the tree outside").toBe(before);
  expect(around).toEqual(["grant", "outside"]);
});

interface Kind {
  readonly make: (directory: string) => FileSystem;
  readonly readOnly?: boolean;
  readonly deterministic?: boolean;
  /** Whether symbolic links can be hard-linked. Default true. */
  readonly linksLinks?: boolean;
}

const byPath = (directory: string) =>
  new HostFileSystem(directory, { anchorAt: pathAnchorAt } as InternalOptions);

const KINDS: Readonly<Record<string, Kind>> = {
  host: { make: (directory) => new HostFileSystem(directory) },
  "host, read-only": {
    make: (directory) => new HostFileSystem(directory, { readOnly: true }),
    readOnly: true,
  },
  "host, as other platforms hold directories": { make: byPath, linksLinks: false },
  "host, deterministic": { make: (directory) => new HostFileSystem(directory), deterministic: true },
  memory: { make: inMemory },
  "memory, read-only": { make: (directory) => new ReadOnlyFileSystem(inMemory(directory)), readOnly: true },
  "overlay over the host": {
    make: (directory) => new OverlayFileSystem(new HostFileSystem(directory), new MemoryFileSystem()),
  },
  "overlay onto the host": {
    make: (directory) => new OverlayFileSystem(new MemoryFileSystem(), new HostFileSystem(directory)),
  },
};

/** A copy with the same links. */
function inMemory(directory: string): MemoryFileSystem {
  const memory = new MemoryFileSystem();
  for (const name of namesBelow(directory)) {
    const from = path.join(directory, name);
    const stat = fs.lstatSync(from);
    if (stat.isSymbolicLink()) memory.symlink(fs.readlinkSync(from), name);
    else if (stat.isDirectory()) memory.makeDirectory(name);
    else memory.writeFile(name, fs.readFileSync(from));
  }
  return memory;
}

function guestOf({ make, deterministic = false }: Kind): TestGuest {
  return new TestGuest({ preopens: { "/": make(host("grant")) }, deterministic });
}

const OPERATIONS: Readonly<Record<string, (guest: TestGuest, target: string, follow: boolean) => unknown>> = {
  open: (guest, target, follow) => guest.open(GRANT, target, { follow }),
  "open for writing": (guest, target, follow) => guest.open(GRANT, target, { follow, rights: 0x42n }),
  create: (guest, target, follow) => guest.open(GRANT, target, { follow, oflags: 1, rights: 0x42n }),
  "create exclusively": (guest, target, follow) =>
    guest.open(GRANT, target, { follow, oflags: 5, rights: 0x42n }),
  truncate: (guest, target, follow) => guest.open(GRANT, target, { follow, oflags: 8, rights: 0n }),
  "open directory": (guest, target, follow) => guest.openDirectory(GRANT, target, follow),
  stat: (guest, target, follow) => guest.stat(GRANT, target, follow),
  "set times": (guest, target, follow) =>
    guest.call("path_filestat_set_times", GRANT, follow ? 1 : 0, ...guest.put(target), 1n, 1n, 5),
  readlink: (guest, target) => guest.readLink(GRANT, target),
  mkdir: (guest, target) => guest.path("path_create_directory", GRANT, target),
  rmdir: (guest, target) => guest.path("path_remove_directory", GRANT, target),
  unlink: (guest, target) => guest.path("path_unlink_file", GRANT, target),
  symlink: (guest, target) => guest.symlink("anything", GRANT, target),
  "link from": (guest, target) => guest.link(GRANT, target, GRANT, "stolen"),
  "link to": (guest, target) => guest.link(GRANT, "inside.txt", GRANT, target),
  "rename from": (guest, target) => guest.rename(GRANT, target, GRANT, "stolen"),
  "rename to": (guest, target) => guest.rename(GRANT, "inside.txt", GRANT, target),
};

const resultText = (result: unknown) => (typeof result === "string" ? result : "success");

/** Each operation's result, following a link in the last place and not. */
function everyOperation(guest: TestGuest, target: string): Record<string, string> {
  const results: Record<string, string> = {};
  for (const follow of [false, true]) {
    for (const [name, operate] of Object.entries(OPERATIONS))
      results[`${name}${follow ? ", following" : ""}`] = resultText(operate(guest, target, follow));
  }
  return results;
}

describe.runIf(process.platform === "linux").each(Object.keys(KINDS))("%s", (name) => {
  const kind = KINDS[name] as Kind;

  test("no path through a link, dots or the root is taken by any function", () => {
    const guest = guestOf(kind);
    for (const target of THROUGH) {
      const results = everyOperation(guest, target);
      expect(new Set(Object.values(results)), `${target} ${JSON.stringify(results)}`).toEqual(
        new Set(["perm"]),
      );
    }
    guest.wasi.close();
  });

  /** What changes something, where it can. */
  const change = (otherwise: string) => (kind.readOnly === true ? "perm" : otherwise);

  test.each(LINKS_OUT)("the link %s in the last place is acted on itself, or refused", (target) => {
    const atLink: Record<string, string> = {
      open: "loop",
      "open for writing": "loop",
      create: "loop",
      "create exclusively": "exist",
      truncate: "loop",
      "open directory": "loop",
      stat: "success",
      "set times": change("success"),
      // Absolute contents are names of the host's; relative ones the guest could have made itself.
      readlink: /absolute/.test(target) ? "perm" : "success",
      mkdir: "exist",
      rmdir: change("notdir"),
      unlink: change("success"),
      symlink: change("exist"),
      "link from": change(kind.linksLinks === false ? "notsup" : "success"),
      "link to": change("exist"),
      "rename from": change("success"),
      "rename to": change("success"),
    };
    // Each needs the link anew, and the file that is renamed or linked to it.
    const again = () => {
      const contents = fs.readlinkSync(host("backup", target));
      for (const made of [target, "stolen", "inside.txt"]) fs.rmSync(host("grant", made), { force: true });
      fs.symlinkSync(contents, host("grant", target));
      fs.writeFileSync(host("grant", "inside.txt"), "inside");
    };
    fs.cpSync(host("grant"), host("backup"), { recursive: true, verbatimSymlinks: true });
    for (const follow of [false, true]) {
      for (const [operation, operate] of Object.entries(OPERATIONS)) {
        const guest = guestOf(kind);
        const result = resultText(operate(guest, target, follow));
        guest.wasi.close();
        const following = follow && /^(open|create$|truncate|stat|set)/.test(operation);
        expect(result, `${operation} ${follow}`).toBe(following ? "perm" : atLink[operation]);
        again();
      }
    }
    fs.rmSync(host("backup"), { recursive: true });
  });

  test("a link with a trailing slash or dots behind it: nothing succeeds", () => {
    const guest = guestOf(kind);
    for (const link of ["out", "absolute", "to-file", "chain", "dangling"]) {
      for (const ending of ["/", "//", "/.", "/./"]) {
        const refused = ["perm", "exist", "isdir", "notdir"];
        for (const [operation, result] of Object.entries(everyOperation(guest, `${link}${ending}`)))
          expect(refused, `${operation} ${link}${ending}`).toContain(result);
      }
    }
    guest.wasi.close();
  });

  test("what the guest makes itself leads nowhere else", () => {
    const guest = guestOf(kind);
    const refused = kind.readOnly === true;
    expect(guest.symlink("../../outside/secret.txt", GRANT, "sub/mine")).toBe(refused ? "perm" : "success");
    if (!refused) {
      expect(guest.rename(GRANT, "sub/mine", GRANT, "sub/deep/mine")).toBe("success");
      // Deep enough down it is a path within, to nothing.
      expect(guest.readFile(GRANT, "sub/deep/mine")).toBe("noent");
      expect(guest.rename(GRANT, "sub/deep/mine", GRANT, "mine")).toBe("success");
      for (const operation of ["open", "create", "truncate", "stat", "set times", "open directory"])
        expect(resultText(OPERATIONS[operation]?.(guest, "mine", true)), operation).toBe("perm");
      const deep = guest.openDirectory(GRANT, "sub/deep") as number;
      expect(guest.symlink("../../inside.txt", GRANT, "sub/deep/up")).toBe("success");
      expect(guest.readFile(GRANT, "sub/deep/up")).toEqual({ text: "inside" });
      // Each descriptor is a root of its own.
      expect(guest.readFile(deep, "up")).toBe("perm");
      expect(guest.writeFile(deep, "../made", "x")).toBe("perm");
    }
    guest.wasi.close();
  });
});

describe("a file system that an embedder wrote badly", () => {
  /** Follows symbolic links where it must not, and lists names that are none. */
  function careless(directory: string): FileSystem {
    const inner = new HostFileSystem(directory).root();
    const root = Object.create(inner) as typeof inner;
    const bound = new Proxy(inner, {
      get: (target, key) => {
        if (key === "openDirectory") {
          return (name: string) => new HostFileSystem(fs.realpathSync(path.join(directory, name))).root();
        }
        if (key === "duplicate") return () => root;
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    return { root: () => bound };
  }

  test.runIf(process.platform === "linux")(
    "shows what it shows, but `..` and links still lead nowhere above",
    () => {
      const guest = new TestGuest({ preopens: { "/": careless(host("grant")) } });
      // Its own doing: opening a directory must not follow.
      expect(guest.readFile(GRANT, "out/secret.txt")).toEqual({ text: "secret" });
      // What resolution owns is kept: back is where the walk came from, never the real parent.
      expect(guest.readFile(GRANT, "out/../inside.txt")).toEqual({ text: "inside" });
      expect(guest.readFile(GRANT, "out/../../outside/secret.txt")).toBe("perm");
      for (const name of ["to-file", "to-file-absolute", "dangling"])
        expect(guest.writeFile(GRANT, name, "x")).toBe("perm");
      guest.wasi.close();
    },
  );
});
