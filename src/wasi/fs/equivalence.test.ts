// Random sequences of file-system operations give the same results, errnos included, through WASI on the in-memory file
// system, on the overlay, on a host directory, and by plain POSIX calls through node:fs.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Base, type Operation, PosixSubject, WasiSubject } from "../../testing/file-operations.ts";
import { TestGuest } from "../../testing/wasi-guest.ts";
import { pathAnchorAt } from "../node/anchor.ts";
import { HostFileSystem, type InternalOptions } from "../node/host-file-system.ts";
import type { FileSystem } from "./file-system.ts";
import { MemoryFileSystem } from "./memory.ts";
import { OverlayFileSystem } from "./overlay.ts";

const name = fc.constantFrom("a", "b", "c", "f");
const middle = fc.oneof(
  { arbitrary: name, weight: 8 },
  { arbitrary: fc.constantFrom(".", "a/..", "c/.."), weight: 1 },
);
const anyPath = fc
  .tuple(
    fc.array(middle, { maxLength: 2 }),
    name,
    fc.oneof(
      { arbitrary: fc.constant(""), weight: 14 },
      { arbitrary: fc.constantFrom("/", "//", "/."), weight: 3 },
    ),
  )
  .map(([before, last, ending]) => [...before, last].join("/") + ending);
const data = fc.string({ unit: fc.constantFrom("x", "y", "é"), maxLength: 6 });
const slot = fc.constantFrom(0 as const, 1 as const);
const seconds = fc.integer({ min: 1, max: 999_999 });
const at = fc.nat({ max: 20 });

/** @param directories whether directories are opened, and paths are relative to them */
function operations(directories: boolean): fc.Arbitrary<Operation> {
  const base: fc.Arbitrary<Base> = directories
    ? fc.oneof({ arbitrary: fc.constant("root" as const), weight: 3 }, { arbitrary: slot, weight: 1 })
    : fc.constant("root");
  return fc.oneof(
    fc.record({
      do: fc.constantFrom("mkdir", "rmdir", "unlink", "read", "readlink", "list", "stat", "lstat"),
      base,
      path: anyPath,
    }),
    fc.record({ do: fc.constantFrom("mkdir", "stat", "unlink"), base, path: anyPath }),
    fc.record({
      do: fc.constant("write"),
      base,
      path: anyPath,
      data,
      follow: fc.boolean(),
      mode: fc.constantFrom("create", "exclusive", "existing"),
    }),
    fc.record({ do: fc.constantFrom("touch", "ltouch"), base, path: anyPath, seconds }),
    fc.record({ do: fc.constantFrom("rename", "link"), base, path: anyPath, toBase: base, to: anyPath }),
    fc.record({ do: fc.constant("symlink"), path: anyPath, toBase: base, to: anyPath }),
    fc.record({
      do: fc.constant("open"),
      base,
      path: anyPath,
      slot,
      mode: fc.constantFrom("read", "write", "append", "create", "truncate"),
    }),
    fc.record({ do: fc.constantFrom("fread", "fstat", "close", "ftouch"), slot, seconds }),
    fc.record({ do: fc.constant("fwrite"), slot, data }),
    fc.record({ do: fc.constantFrom("fpwrite", "resize"), slot, data, at }),
    ...(directories ? [fc.record({ do: fc.constant("opendir"), base, path: anyPath, slot })] : []),
  ) as fc.Arbitrary<Operation>;
}

/** What every run starts from. */
const START: readonly Operation[] = [
  { do: "mkdir", base: "root", path: "a" },
  { do: "mkdir", base: "root", path: "a/b" },
  { do: "write", base: "root", path: "a/b/f", data: "deep", follow: true, mode: "create" },
  { do: "write", base: "root", path: "f", data: "top", follow: true, mode: "create" },
  { do: "symlink", path: "a", toBase: "root", to: "c" },
  { do: "touch", base: "root", path: "a/b/f", seconds: 1 },
  { do: "touch", base: "root", path: "a/b", seconds: 2 },
  { do: "touch", base: "root", path: "a", seconds: 3 },
];

/** Looked at at the end of each run. */
const LOOK: readonly Operation[] = ["", "a/", "a/b/", "b/", "c/"].flatMap((prefix): Operation[] => [
  { do: "list", base: "root", path: `${prefix}.` },
  { do: "stat", base: "root", path: `${prefix}.` },
]);

function preparedMemory(): MemoryFileSystem {
  const memory = new MemoryFileSystem();
  const guest = new WasiSubject(new TestGuest({ preopens: { "/": memory } }, 2));
  for (const op of START) guest.run(op);
  return memory;
}

interface Way {
  readonly runs: number;
  readonly make: (root: string) => FileSystem;
  /** Whether the file system has nothing in it yet. Default true. */
  readonly isEmpty?: boolean;
  /** Whether directories can be held open, and links hard-linked. Default true. */
  readonly isExact?: boolean;
}

function check({ runs, make, isEmpty = true, isExact = true }: Way): void {
  fc.assert(
    fc.property(fc.array(operations(isExact), { minLength: 1, maxLength: 40 }), (sequence) => {
      const home = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-equivalence-"));
      // The host file system under test gets a directory of its own beside the oracle's.
      for (const side of ["posix", "host"]) fs.mkdirSync(path.join(home, side));
      const guest = new TestGuest({ preopens: { "/": make(path.join(home, "host")) } }, 2);
      const wasi = new WasiSubject(guest);
      const posix = new PosixSubject(path.join(home, "posix"));
      try {
        for (const op of START) {
          posix.run(op);
          if (isEmpty) wasi.run(op);
        }
        for (const op of [...sequence, ...LOOK]) {
          const result = wasi.run(op);
          // The one thing that cannot be done there: see wasi-security.md.
          if (!isExact && op.do === "link" && result === "notsup") continue;
          expect(result, JSON.stringify(op)).toBe(posix.run(op));
        }
      } finally {
        posix.close();
        guest.wasi.close();
        fs.rmSync(home, { recursive: true, force: true });
      }
    }),
    { numRuns: runs * Number(process.env.EQUIVALENCE_FACTOR ?? 1) },
  );
}

const WAYS: Readonly<Record<string, Way>> = {
  "in memory": { runs: 250, make: () => new MemoryFileSystem() },
  "on the host": { runs: 100, make: (root) => new HostFileSystem(root) },
  "on the host as other platforms hold directories": {
    runs: 60,
    make: (root) => new HostFileSystem(root, { anchorAt: pathAnchorAt } as InternalOptions),
    isExact: false,
  },
  "overlay over an empty lower file system": {
    runs: 100,
    make: () => new OverlayFileSystem(new MemoryFileSystem(), new MemoryFileSystem()),
  },
  "overlay over a lower file system with everything in it": {
    runs: 250,
    make: () => new OverlayFileSystem(preparedMemory(), new MemoryFileSystem()),
    isEmpty: false,
  },
};

describe.runIf(process.platform === "linux")("equivalence", () => {
  // A loaded machine takes long; that is no difference.
  test.each(Object.keys(WAYS))("%s", { timeout: 300_000 }, (name) => {
    check(WAYS[name] as Way);
  });
});
