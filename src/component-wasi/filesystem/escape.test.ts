// Every function of wasi:filesystem that takes a path × every way out × file systems: nothing is read, changed, created or told outside.
// What is special to host directories is preview1's, whose file systems and resolution these are: src/wasi/escape.test.ts.

import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hostsOf, type Interface } from "../../testing/component-hosts.ts";
import { Ground, LINKS_OUT, THROUGH } from "../../testing/ways-out.ts";
import type { FileSystem } from "../../wasi/fs/file-system.ts";
import { MemoryFileSystem } from "../../wasi/fs/memory.ts";
import { OverlayFileSystem } from "../../wasi/fs/overlay.ts";
import { pathAnchorAt } from "../../wasi/node/anchor.ts";
import { HostFileSystem, type InternalOptions } from "../../wasi/node/host-file-system.ts";

let ground: Ground;
const host = (...parts: string[]): string => ground.host(...parts);

beforeEach(() => {
  ground = new Ground("wasi-component-escape-");
});

afterEach(() => {
  const { before, after, around } = ground.end();
  expect(after, "the tree outside").toBe(before);
  expect(around).toEqual(["grant", "outside"]);
});

const KINDS: Readonly<Record<string, () => FileSystem>> = {
  host: () => new HostFileSystem(host("grant")),
  "host, as other platforms hold directories": () =>
    new HostFileSystem(host("grant"), { anchorAt: pathAnchorAt } as InternalOptions),
  "overlay over the host": () =>
    new OverlayFileSystem(new HostFileSystem(host("grant")), new MemoryFileSystem()),
  "overlay onto the host": () =>
    new OverlayFileSystem(new MemoryFileSystem(), new HostFileSystem(host("grant"))),
};

function grant(fileSystem: FileSystem): { root: Interface; close: () => void } {
  const hosts = hostsOf({ preopens: { "/": fileSystem } });
  const [[root]] = hosts.get("filesystem/preopens").getDirectories();
  return { root, close: () => hosts.wasi.close() };
}

const RW = { read: true, write: true };
const TIMES = [{ tag: "timestamp", val: { seconds: 5n, nanoseconds: 0 } }, { tag: "now" }];

const OPERATIONS: Readonly<Record<string, (root: Interface, at: string, flags: object) => unknown>> = {
  open: (root, at, flags) => root.openAt(flags, at, {}, { read: true }),
  "open for writing": (root, at, flags) => root.openAt(flags, at, {}, RW),
  create: (root, at, flags) => root.openAt(flags, at, { create: true }, RW),
  "create exclusively": (root, at, flags) => root.openAt(flags, at, { create: true, exclusive: true }, RW),
  truncate: (root, at, flags) => root.openAt(flags, at, { truncate: true }, RW),
  "open directory": (root, at, flags) => root.openAt(flags, at, { directory: true }, { read: true }),
  "open to change": (root, at, flags) =>
    root.openAt(flags, at, { directory: true }, { mutateDirectory: true }),
  stat: (root, at, flags) => root.statAt(flags, at),
  hash: (root, at, flags) => root.metadataHashAt(flags, at),
  "set times": (root, at, flags) => root.setTimesAt(flags, at, ...TIMES),
  readlink: (root, at) => root.readlinkAt(at),
  mkdir: (root, at) => root.createDirectoryAt(at),
  rmdir: (root, at) => root.removeDirectoryAt(at),
  unlink: (root, at) => root.unlinkFileAt(at),
  symlink: (root, at) => root.symlinkAt("anything", at),
  "link from": (root, at) => root.linkAt({}, at, root, "stolen"),
  "link to": (root, at) => root.linkAt({}, "inside.txt", root, at),
  "rename from": (root, at) => root.renameAt(at, root, "stolen"),
  "rename to": (root, at) => root.renameAt("inside.txt", root, at),
};

/** The error code, or `success`. */
function outcome(run: () => unknown): string {
  try {
    run();
    return "success";
  } catch (error) {
    const { payload } = error as { payload?: unknown };
    if (typeof payload !== "string") throw error;
    return payload;
  }
}

describe.runIf(process.platform === "linux").each(Object.keys(KINDS))("%s", (name) => {
  const make = KINDS[name] as () => FileSystem;

  test("no path through a link, dots or the root is taken by any function", () => {
    const { root, close } = grant(make());
    for (const at of THROUGH) {
      for (const flags of [{}, { symlinkFollow: true }]) {
        for (const [operation, operate] of Object.entries(OPERATIONS))
          expect(
            outcome(() => operate(root, at, flags)),
            `${operation} ${at}`,
          ).toBe("not-permitted");
      }
    }
    close();
  });

  test.each(LINKS_OUT)("the link %s in the last place is never followed out", (at) => {
    const { root, close } = grant(make());
    for (const operation of [
      "open",
      "open for writing",
      "create",
      "truncate",
      "open directory",
      "open to change",
      "stat",
      "hash",
      "set times",
    ]) {
      const operate = OPERATIONS[operation];
      expect(
        outcome(() => operate?.(root, at, { symlinkFollow: true })),
        operation,
      ).toBe("not-permitted");
      const unfollowed = outcome(() => operate?.(root, at, {}));
      expect(unfollowed, operation).toBe(/^(stat|hash|set)/.test(operation) ? "success" : "loop");
    }
    for (const ending of ["/", "//", "/.", "/./"]) {
      for (const [operation, operate] of Object.entries(OPERATIONS)) {
        const refused = ["not-permitted", "exist", "is-directory", "not-directory"];
        expect(refused, `${operation} ${at}${ending}`).toContain(
          outcome(() => operate(root, `${at}${ending}`, { symlinkFollow: true })),
        );
      }
    }
    close();
  });

  test("what the guest makes itself leads nowhere else, and each descriptor is a root of its own", () => {
    const { root, close } = grant(make());
    root.symlinkAt("../../outside/secret.txt", "sub/deep/mine");
    expect(outcome(() => root.openAt({ symlinkFollow: true }, "sub/deep/mine", {}, { read: true }))).toBe(
      "no-entry",
    );
    root.renameAt("sub/deep/mine", root, "mine");
    for (const operation of ["open", "create", "stat", "set times"])
      expect(
        outcome(() => OPERATIONS[operation]?.(root, "mine", { symlinkFollow: true })),
        operation,
      ).toBe("not-permitted");
    const deep = root.openAt({}, "sub/deep", { directory: true }, { read: true });
    root.symlinkAt("../../inside.txt", "sub/deep/up");
    const found = root.openAt({ symlinkFollow: true }, "sub/deep/up", {}, { read: true });
    expect(new TextDecoder().decode(found.read(10n, 0n)[0])).toBe("inside");
    expect(outcome(() => deep.openAt({ symlinkFollow: true }, "up", {}, { read: true }))).toBe(
      "not-permitted",
    );
    expect(outcome(() => deep.openAt({}, "../made", { create: true }, RW))).toBe("not-permitted");
    expect(outcome(() => deep.renameAt("up", root, "../stolen"))).toBe("not-permitted");
    close();
  });
});

/** Swaps a directory of the grant with a symbolic link to the outside, as fast as it can, until killed. */
const SWAPPER = `
const fs = require("node:fs");
const [grant, outside] = process.argv.slice(1);
const attempt = (act) => { try { act(); } catch {} };
fs.mkdirSync(grant + "/real");
fs.writeFileSync(grant + "/real/secret.txt", "decoy");
fs.symlinkSync(outside, grant + "/evil");
process.stdout.write("ready");
for (;;) {
  attempt(() => fs.renameSync(grant + "/real", grant + "/swap"));
  attempt(() => fs.renameSync(grant + "/evil", grant + "/real"));
  attempt(() => fs.renameSync(grant + "/real", grant + "/evil"));
  attempt(() => fs.renameSync(grant + "/swap", grant + "/real"));
}`;

test.runIf(process.platform === "linux")(
  "two seconds of swapped directories and links give nothing from outside and change nothing there",
  async () => {
    const swapper = spawn(process.execPath, ["-e", SWAPPER, host("grant"), host("outside")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = new Promise((resolve) => swapper.once("exit", (_code, signal) => resolve(signal)));
    await new Promise((resolve) => swapper.stdout.once("data", resolve));
    const { root, close } = grant(new HostFileSystem(host("grant")));
    const seen = new Set<string>();
    for (const end = Date.now() + 2000; Date.now() < end; ) {
      seen.add(
        outcome(() => {
          const file = root.openAt({ symlinkFollow: true }, "real/secret.txt", {}, { read: true });
          const text = new TextDecoder().decode(file.readViaStream(0n).read(100n));
          seen.add(text);
          file[Symbol.dispose]();
        }),
      );
      seen.add(outcome(() => root.openAt({}, "real/made", { create: true }, RW)[Symbol.dispose]()));
      seen.add(outcome(() => root.setTimesAt({}, "real/secret.txt", ...TIMES)));
    }
    swapper.kill("SIGKILL");
    // It ran to the end and did not fall over something.
    expect(await exited).toBe("SIGKILL");
    close();
    expect([...seen]).toContain("decoy");
    expect([...seen]).not.toContain("secret");
  },
);
