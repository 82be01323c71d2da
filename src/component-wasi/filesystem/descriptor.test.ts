import { expect, it } from "vitest";
import { failureOf, hostsOf, type Interface } from "../../testing/component-hosts.ts";
import { MemoryFileSystem } from "../../wasi/fs/memory.ts";
import { ReadOnlyFileSystem } from "../../wasi/fs/read-only.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (chunk: Uint8Array): string => new TextDecoder().decode(chunk);

function memory(files: Record<string, string>): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  for (const [path, contents] of Object.entries(files)) {
    const slash = path.lastIndexOf("/");
    if (slash > 0) fileSystem.makeDirectory(path.slice(0, slash));
    fileSystem.writeFile(path, contents);
  }
  return fileSystem;
}

function withFiles(files: Record<string, string> = {}): {
  hosts: ReturnType<typeof hostsOf>;
  root: Interface;
} {
  const fileSystem = memory(files);
  const hosts = hostsOf({ preopens: { "/d": fileSystem } });
  const [[root]] = hosts.get("filesystem/preopens").getDirectories();
  return { hosts, root };
}

const RW = { read: true, write: true };

it("gives the granted directories by their names", () => {
  const hosts = hostsOf({ preopens: { "/a": new MemoryFileSystem(), b: new MemoryFileSystem() } });
  const names = hosts
    .get("filesystem/preopens")
    .getDirectories()
    .map(([, name]: [unknown, string]) => name);
  expect(names).toEqual(["/a", "b"]);
  expect(hosts.wasi.openDescriptors).toBe(4);
});

it("writes and reads by offsets and by streams", () => {
  const { root } = withFiles();
  const file = root.openAt({}, "f", { create: true }, RW);
  expect(file.write(bytes("hello"), 2n)).toBe(5n);
  expect(file.read(100n, 0n)).toEqual([bytes("\0\0hello"), false]);
  expect(file.read(1n, 100n)).toEqual([new Uint8Array(0), true]);
  const end = file.appendViaStream();
  end.checkWrite();
  end.write(bytes("!"));
  const middle = file.writeViaStream(0n);
  middle.blockingWriteAndFlush(bytes("ab"));
  const stream = file.readViaStream(1n);
  expect(text(stream.read(3n))).toBe("bhe");
  expect(text(stream.read(100n))).toBe("llo!");
  expect(file.stat()).toMatchObject({ type: "regular-file", size: 8n, linkCount: 1n });
  file.setSize(1n);
  expect(file.stat().size).toBe(1n);
});

it("a stream outlives its descriptor, and everything is closed in the end", async () => {
  const { hosts, root } = withFiles({ f: "abc" });
  const before = hosts.wasi.openDescriptors;
  const file = root.openAt({}, "f", {}, { read: true });
  const stream = file.readViaStream(0n);
  file[Symbol.dispose]();
  expect(hosts.wasi.openDescriptors).toBe(before + 1);
  expect(text(stream.read(10n))).toBe("abc");
  expect(await failureOf(() => stream.read(10n))).toEqual({ tag: "closed" });
  stream[Symbol.dispose]();
  expect(hosts.wasi.openDescriptors).toBe(before);
});

it.each<[string, (root: Interface, file: Interface) => unknown, string]>([
  ["nothing there", (root) => root.openAt({}, "none", {}, { read: true }), "no-entry"],
  ["above the start", (root) => root.openAt({}, "../x", {}, { read: true }), "not-permitted"],
  ["absolute", (root) => root.statAt({}, "/etc/passwd"), "not-permitted"],
  ["empty path", (root) => root.statAt({}, ""), "no-entry"],
  ["a NUL", (root) => root.statAt({}, "a\0b"), "invalid"],
  ["too long a path", (root) => root.statAt({}, "a/".repeat(2048)), "name-too-long"],
  ["too long a name", (root) => root.statAt({}, "a".repeat(256)), "name-too-long"],
  ["a directory for writing", (root) => root.openAt({}, "sub", {}, RW), "is-directory"],
  [
    "a file as a directory",
    (root) => root.openAt({}, "f", { directory: true }, { read: true }),
    "not-directory",
  ],
  ["create and directory", (root) => root.openAt({}, "x", { create: true, directory: true }, {}), "invalid"],
  ["exclusive", (root) => root.openAt({}, "f", { create: true, exclusive: true }, RW), "exist"],
  ["a link without following", (root) => root.openAt({}, "link", {}, { read: true }), "loop"],
  ["reading unasked", (_, file) => file.read(1n, 0n), "bad-descriptor"],
  ["stream unasked", (_, file) => file.readViaStream(0n), "bad-descriptor"],
  ["a directory's bytes", (root) => root.read(1n, 0n), "bad-descriptor"],
  ["beyond all offsets", (_, file) => file.write(bytes("x"), 2n ** 63n), "file-too-large"],
  ["too large", (_, file) => file.setSize(2n ** 63n), "file-too-large"],
  ["an entry of a file", (_, file) => file.statAt({}, "x"), "not-directory"],
  [
    "a time that is none",
    (_, file) =>
      file.setTimes({ tag: "timestamp", val: { seconds: 0n, nanoseconds: 1_000_000_000 } }, { tag: "now" }),
    "invalid",
  ],
  ["a full directory", (root) => root.removeDirectoryAt("sub"), "not-empty"],
  ["a directory as a file", (root) => root.unlinkFileAt("sub"), "is-directory"],
  ["a file as a directory, removed", (root) => root.removeDirectoryAt("f"), "not-directory"],
  ["itself", (root) => root.removeDirectoryAt("."), "invalid"],
  ["an absolute link", (root) => root.symlinkAt("/etc", "x"), "not-permitted"],
  ["reading no link", (root) => root.readlinkAt("f"), "invalid"],
  ["following to link", (root) => root.linkAt({ symlinkFollow: true }, "f", root, "g"), "invalid"],
  ["linking a directory", (root) => root.linkAt({}, "sub", root, "g"), "not-permitted"],
  ["renaming over a directory", (root) => root.renameAt("f", root, "sub"), "is-directory"],
  ["an advice past the end", (_, file) => file.advise(2n ** 63n, 1n, "normal"), "invalid"],
])("%s: the error is the right one", async (_, run, code) => {
  const { root } = withFiles({ f: "abc", "sub/g": "x" });
  root.symlinkAt("f", "link");
  const file = root.openAt({}, "f", {}, { write: true });
  expect(await failureOf(() => run(root, file))).toBe(code);
});

it("a read-only file system says so", async () => {
  const hosts = hostsOf({ preopens: { d: new ReadOnlyFileSystem(memory({ f: "abc" })) } });
  const [[root]] = hosts.get("filesystem/preopens").getDirectories();
  expect(await failureOf(() => root.openAt({}, "f", {}, RW))).toBe("not-permitted");
  expect(await failureOf(() => root.createDirectoryAt("x"))).toBe("not-permitted");
});

it("makes, lists, renames, links and removes", () => {
  const { root } = withFiles({ f: "abc" });
  root.createDirectoryAt("sub");
  root.renameAt("f", root.openAt({}, "sub", { directory: true }, { read: true }), "g");
  root.linkAt({}, "sub/g", root, "h");
  root.symlinkAt("sub/g", "link");
  expect(root.readlinkAt("link")).toBe("sub/g");
  expect(root.statAt({}, "link").type).toBe("symbolic-link");
  expect(root.statAt({ symlinkFollow: true }, "link").size).toBe(3n);
  const entries: string[] = [];
  const stream = root.readDirectory();
  for (let entry = stream.readDirectoryEntry(); entry !== undefined; entry = stream.readDirectoryEntry())
    entries.push(`${entry.name} ${entry.type}`);
  expect(entries.sort()).toEqual(["h regular-file", "link symbolic-link", "sub directory"]);
  const h = root.openAt({}, "h", {}, { read: true });
  const g = root.openAt({ symlinkFollow: true }, "link", {}, { read: true });
  expect(h.isSameObject(g)).toBe(true);
  expect(h.isSameObject(root)).toBe(false);
  expect(h.metadataHash()).toEqual(root.metadataHashAt({ symlinkFollow: true }, "link"));
  expect(h.metadataHash()).not.toEqual(root.metadataHash());
  root.unlinkFileAt("h");
  root.setTimesAt(
    {},
    "sub/g",
    { tag: "timestamp", val: { seconds: 5n, nanoseconds: 7 } },
    { tag: "no-change" },
  );
  expect(root.statAt({}, "sub/g").dataAccessTimestamp).toEqual({ seconds: 5n, nanoseconds: 7 });
});

it("as many descriptors as the option says, and not one more", async () => {
  const hosts = hostsOf({ preopens: { d: memory({ f: "" }) }, maxDescriptors: 4 });
  const [[root]] = hosts.get("filesystem/preopens").getDirectories();
  const open = () => root.openAt({}, "f", {}, { read: true });
  const first = open();
  open();
  expect(await failureOf(open)).toBe("insufficient-memory");
  first[Symbol.dispose]();
  open();
  expect(await failureOf(open)).toBe("insufficient-memory");
});

it("paths, entries and bytes have their prices", () => {
  const fileSystem = memory({ "a/b": "x" });
  const hosts = hostsOf(
    { preopens: { d: fileSystem } },
    { wasiCall: 10_000, perHostByte: 100, perPathComponent: 1 },
  );
  const [[root]] = hosts.get("filesystem/preopens").getDirectories();
  hosts.charged.fuel = 0;
  root.statAt({}, "a/b");
  expect(hosts.charged.fuel).toBe(10_302);
});
