import { expect, it } from "vitest";
import { failureOf, hostsOf, type Interface } from "../../testing/component-hosts.ts";
import { MemoryFileSystem } from "../../wasi/fs/memory.ts";
import { CapturedOutput } from "../../wasi/output-streams.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** All that a stream gives to a guest that wants so much at a time. */
async function contents(stream: AsyncIterable<Uint8Array>, wanted = 65_536): Promise<string> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, unknown, number>;
  let text = "";
  for (;;) {
    const { done, value } = await chunks.next(wanted);
    if (done === true) return text;
    text += new TextDecoder().decode(value as Uint8Array);
  }
}

async function* stream(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

const OK = { tag: "ok", val: undefined };
const failed = (tag: string) => ({ tag: "err", val: { tag } });

function withFiles(files: Record<string, string> = {}): {
  hosts: ReturnType<typeof hostsOf>;
  root: Interface;
} {
  const fileSystem = new MemoryFileSystem();
  for (const [path, text] of Object.entries(files)) fileSystem.writeFile(path, text);
  const hosts = hostsOf({ preopens: { "/d": fileSystem } });
  const [[root]] = hosts.get3("filesystem/preopens").getDirectories();
  return { hosts, root };
}

it("the standard input is a stream; what one has not given, the next one does", async () => {
  const { readViaStream } = hostsOf({ stdin: { text: "hello" } }).get3("cli/stdin");
  const [first, outcome] = readViaStream();
  const chunks = first[Symbol.asyncIterator]();
  expect((await chunks.next(2)).value).toEqual(bytes("he"));
  await chunks.return(bytes("e"));
  expect(await outcome).toEqual(OK);
  const [second, ended] = readViaStream();
  expect(await contents(second)).toBe("ello");
  expect(await ended).toEqual(OK);
});

it("an input that nobody reads any more is not waited for", async () => {
  const [input, outcome] = hostsOf({ stdin: () => new Promise<null>(() => {}) })
    .get3("cli/stdin")
    .readViaStream();
  const chunks = input[Symbol.asyncIterator]();
  const next = chunks.next(1);
  await chunks.return();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(await outcome).toEqual(OK);
});

it("what is written to a standard stream arrives in its order, and the future says how it went", async () => {
  const stdout = new CapturedOutput({ limit: 5 });
  const { writeViaStream } = hostsOf({ stdout }).get3("cli/stdout");
  expect(await writeViaStream(stream("ab", "cd"))).toEqual(OK);
  expect(stdout.text()).toBe("abcd");
  expect(await writeViaStream(stream("xy"))).toEqual({ tag: "err", val: "io" });
});

it("a file's contents are streams from an offset, and a failure is told by the future alone", async () => {
  const { root } = withFiles({ f: "hello" });
  const file = root.openAt({}, "f", {}, { read: true, write: true });
  const [all, ended] = file.readViaStream(1n);
  expect(await contents(all, 2)).toBe("ello");
  expect(await ended).toEqual(OK);
  expect(await file.writeViaStream(stream("J", "A"), 0n)).toEqual(OK);
  expect(await file.appendViaStream(stream("!"))).toEqual(OK);
  expect(await contents(file.readViaStream(0n)[0])).toBe("JAllo!");
  const [nothing, failure] = file.readViaStream(2n ** 63n);
  expect([...nothing]).toEqual([]);
  expect(await failure).toEqual(failed("invalid"));
  const reader = root.openAt({}, "f", {}, { read: true });
  expect(await reader.writeViaStream(stream("x"), 0n)).toEqual(failed("bad-descriptor"));
  expect(await root.readViaStream(0n)[1]).toEqual(failed("is-directory"));
});

it("what is open is closed when the descriptor and its streams are gone", async () => {
  const { hosts, root } = withFiles({ f: "hello" });
  const before = hosts.wasi.openDescriptors;
  const file = root.openAt({}, "f", {}, { read: true });
  const [all] = file.readViaStream(0n);
  const [entries, ended] = root.readDirectory();
  file[Symbol.dispose]();
  expect(hosts.wasi.openDescriptors).toBe(before + 2);
  expect(await contents(all)).toBe("hello");
  entries[Symbol.iterator]().return();
  expect(await ended).toEqual(OK);
  expect(hosts.wasi.openDescriptors).toBe(before);
});

it("a directory's entries come in as many parts as are asked for", async () => {
  const { root } = withFiles({ a: "", b: "", c: "" });
  const [entries, ended] = root.readDirectory();
  const chunks = entries[Symbol.iterator]();
  const type = { tag: "regular-file" };
  expect(chunks.next(2).value).toEqual([
    { type, name: "a" },
    { type, name: "b" },
  ]);
  expect(chunks.next(2).value).toEqual([{ type, name: "c" }]);
  expect(chunks.next(2).done).toBe(true);
  expect(await ended).toEqual(OK);
  const file = root.openAt({}, "a", {}, { read: true });
  expect(await file.readDirectory()[1]).toEqual(failed("not-directory"));
});

it("snapshots of directories are bounded: the oldest one ends with an error", async () => {
  const names = Array.from({ length: 70_000 }, (_, k) => [`f${k}`, ""] as const);
  const { root } = withFiles(Object.fromEntries(names));
  const held = Array.from({ length: 6 }, () => root.readDirectory());
  const [[oldest, ended]] = held as [[Iterable<unknown>, Promise<unknown>]];
  expect([...oldest]).toEqual([]);
  expect(await ended).toEqual(failed("insufficient-memory"));
  const [newest] = held.at(-1) as [Iterable<unknown[]>];
  expect(newest[Symbol.iterator]().next(1 as never).value).toHaveLength(1);
});

it("metadata has times before and after 1970, and errors are variants", async () => {
  const { root } = withFiles({ f: "" });
  root.setTimesAt({}, "f", { tag: "no-change" }, { tag: "timestamp", val: { seconds: 5n, nanoseconds: 6 } });
  const stat = root.statAt({}, "f");
  expect(stat.type).toEqual({ tag: "regular-file" });
  expect(stat.dataModificationTimestamp).toEqual({ seconds: 5n, nanoseconds: 6 });
  expect(await failureOf(() => root.statAt({}, "g"))).toEqual({ tag: "no-entry" });
  const before = { tag: "timestamp", val: { seconds: -1n, nanoseconds: 0 } };
  expect(await failureOf(() => root.setTimesAt({}, "f", before, before))).toEqual({ tag: "invalid" });
});

it("times that are over are told in their order, with one timer for all", async () => {
  let time = 0n;
  const clock = { realtime: () => time, monotonic: () => time, resolution: 1n };
  const { now, waitUntil, waitFor } = hostsOf({ clock }).get3("clocks/monotonic-clock");
  const order: number[] = [];
  const waits = [9, 3, 6, 1, 3].map((ms) => waitUntil(BigInt(ms) * 1_000_000n).then(() => order.push(ms)));
  time = 9_000_000n;
  await Promise.all(waits);
  expect(order).toEqual([1, 3, 3, 6, 9]);
  expect(now()).toBe(9_000_000n);
  expect(waitUntil(9_000_000n)).toBeUndefined();
  expect(waitFor(0n)).toBeUndefined();
});
