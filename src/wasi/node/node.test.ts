// What is Node's own: descriptors and streams of the process, TCP sockets, host directories as options.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { PassThrough, Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WouldBlockError } from "../../errors.ts";
import { TestGuest } from "../../testing/wasi-guest.ts";
import {
  HostFileSystem,
  inputFromFile,
  inputFromStream,
  listenTcp,
  nodeHost,
  nodeWasi,
  outputToDescriptor,
} from "./index.ts";
import { fileInput } from "./stdio.ts";

let scratch: string;
beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-node-"));
});
afterEach(() => {
  fs.rmSync(scratch, { recursive: true, force: true });
});

describe("descriptors of the process", () => {
  test("as output and as input", () => {
    const file = path.join(scratch, "f");
    const fd = fs.openSync(file, "w+");
    const guest = new TestGuest({ stdout: outputToDescriptor(fd) });
    expect(guest.write(1, "hello")).toBe(5);
    guest.call("fd_close", 1);
    // The guest's descriptor is closed, the host's is not.
    expect(fs.fstatSync(fd).size).toBe(5);
    fs.closeSync(fd);
    const input = fs.openSync(file, "r");
    const reader = new TestGuest({ stdin: fileInput(input), host: nodeHost({ blocking: true }) });
    expect(reader.read(0, 3)).toEqual({ text: "hel" });
    expect(reader.read(0)).toEqual({ text: "lo" });
    expect(reader.read(0)).toEqual({ text: "" });
    fs.closeSync(input);
    expect(reader.read(0)).toBe("badf");
  });

  test.runIf(process.platform === "linux")("a full device and a closed pipe are errnos", () => {
    const full = fs.openSync("/dev/full", "w");
    expect(new TestGuest({ stdout: outputToDescriptor(full) }).write(1, "x")).toBe("nospc");
    fs.closeSync(full);
    execFileSync("mkfifo", [path.join(scratch, "fifo")]);
    const reader = fs.openSync(path.join(scratch, "fifo"), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const writer = fs.openSync(path.join(scratch, "fifo"), "w");
    fs.closeSync(reader);
    expect(new TestGuest({ stdout: outputToDescriptor(writer) }).write(1, "x")).toBe("pipe");
    fs.closeSync(writer);
  });
});

describe("Node streams as input", () => {
  test("are read in pieces, wait, and end", async () => {
    const stream = new PassThrough();
    const guest = new TestGuest({ stdin: inputFromStream(() => stream) });
    stream.write("one");
    expect(await guest.readAsync(0, 2)).toEqual({ text: "on" });
    expect(await guest.readAsync(0)).toEqual({ text: "e" });
    const waiting = guest.readAsync(0);
    setTimeout(() => stream.write("two"), 5);
    expect(await waiting).toEqual({ text: "two" });
    setTimeout(() => stream.end(), 5);
    expect(await guest.readAsync(0)).toEqual({ text: "" });
    expect(await guest.readAsync(0)).toEqual({ text: "" });
  });

  test("that fail are an errno, then ended", async () => {
    const stream = new PassThrough();
    const guest = new TestGuest({ stdin: inputFromStream(() => stream) });
    const waiting = guest.readAsync(0);
    stream.destroy(new Error("gone"));
    expect(await waiting).toBe("io");
    expect(guest.read(0)).toEqual({ text: "" });
  });
});

describe("Node streams given as they are", () => {
  test("are input, and are left open, without listeners", async () => {
    const stream = new PassThrough();
    stream.setEncoding("utf8");
    const guest = new TestGuest({ stdin: stream });
    const before = stream.eventNames().length;
    stream.write("ü1");
    expect(await guest.readAsync(0)).toEqual({ text: "ü1" });
    const waiting = guest.readAsync(0);
    stream.write("2");
    expect(await waiting).toEqual({ text: "2" });
    void guest.readAsync(0);
    guest.wasi.close();
    await nextTurn();
    expect(stream.destroyed).toBe(false);
    expect(stream.eventNames().length).toBe(before);
  });

  test("are output that holds a full guest up", async () => {
    const chunks: string[] = [];
    let done: (() => void) | undefined;
    const stream = new Writable({
      write(chunk: Buffer, _encoding, callback) {
        chunks.push(chunk.toString());
        done = callback;
      },
    });
    const guest = new TestGuest({ stdout: stream, outputBufferBytes: 4 });
    expect(guest.write(1, "abcdef")).toBe(4);
    guest.canWait = false;
    expect(() => guest.write(1, "ef")).toThrow(WouldBlockError);
    done?.();
    await nextTurn();
    expect(guest.write(1, "ef")).toBe(2);
    guest.wasi.close();
    // Still attached while something is under way.
    expect(stream.listenerCount("error")).toBeGreaterThan(0);
    done?.();
    await guest.wasi.flushed();
    expect(stream.listenerCount("error")).toBe(0);
    expect(stream.writableEnded).toBe(false);
    expect(chunks).toEqual(["abcd", "ef"]);
  });

  test("that are ended, destroyed or fail are errnos, not exceptions", async () => {
    const ended = new PassThrough();
    ended.end();
    expect(new TestGuest({ stdout: ended }).write(1, "a")).toBe("pipe");
    const destroyed = new PassThrough({ highWaterMark: 1 });
    const guest = new TestGuest({ stdout: destroyed });
    expect(guest.write(1, "abc")).toBe(3);
    destroyed.destroy();
    await nextTurn();
    expect(guest.write(1, "a")).toBe("pipe");
    for (const [code, errno] of [
      ["EPIPE", "pipe"],
      ["ENOSPC", "nospc"],
      ["EWHATEVER", "io"],
    ]) {
      const failing = new Writable({
        write: (_chunk, _encoding, callback) => callback(Object.assign(new Error("x"), { code })),
      });
      const writer = new TestGuest({ stdout: failing });
      expect(writer.write(1, "a")).toBe(1);
      await nextTurn();
      expect(writer.write(1, "b")).toBe(errno);
    }
  });

  test("that are polled a hundred times collect no listeners", async () => {
    const stream = new PassThrough();
    const guest = new TestGuest({ stdin: stream });
    const { view } = guest;
    for (let i = 0; i < 100; i++) {
      guest.bytes.fill(0, 0x1000, 0x1060);
      view.setUint8(0x1008, 1);
      view.setUint32(0x1040, 1, true);
      view.setBigUint64(0x1048, 1000n, true);
      expect(await guest.callAsync("poll_oneoff", 0x1000, 0x4000, 2, 0x80)).toBe("success");
    }
    expect(stream.listenerCount("readable")).toBe(1);
    expect(stream.listenerCount("end")).toBeLessThan(4);
  });

  test("know whether they are terminals", () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true });
    const guest = new TestGuest({ stdin: stream, stdout: stream, stderr: new PassThrough() });
    expect([0, 1, 2].map((fd) => (guest.fdStat(fd) as { type: string }).type)).toEqual([
      "character-device",
      "character-device",
      "unknown",
    ]);
  });
});

describe("files as input", () => {
  test("are read without waiting, and closed at the end", () => {
    const file = path.join(scratch, "f");
    fs.writeFileSync(file, "hello");
    const guest = new TestGuest({ stdin: inputFromFile(file) });
    guest.canWait = false;
    expect(guest.read(0, 3)).toEqual({ text: "hel" });
    expect(guest.read(0)).toEqual({ text: "lo" });
    expect(guest.read(0)).toEqual({ text: "" });
    guest.wasi.close();
    guest.wasi.close();
  });

  test("that are missing or directories are Node's errors", () => {
    expect(() => inputFromFile(path.join(scratch, "missing"))).toThrow(/ENOENT/);
    expect(() => inputFromFile(scratch)).toThrow(/EISDIR/);
  });

  test.runIf(process.platform === "linux")("may be FIFOs and devices; all is closed at the end", async () => {
    /** Whether one of the process's descriptors leads there. */
    const isOpen = (file: string) =>
      fs.readdirSync("/proc/self/fd").some((fd) => {
        try {
          return fs.readlinkSync(`/proc/self/fd/${fd}`) === file;
        } catch {
          return false;
        }
      });
    const fifo = path.join(scratch, "fifo");
    execFileSync("mkfifo", [fifo]);
    const guest = new TestGuest({ stdin: inputFromFile(fifo) });
    expect(isOpen(fifo)).toBe(true);
    const waiting = guest.readAsync(0);
    const writer = fs.openSync(fifo, "w");
    fs.writeSync(writer, "hello");
    expect(await waiting).toEqual({ text: "hello" });
    fs.closeSync(writer);
    expect(await guest.readAsync(0)).toEqual({ text: "" });
    guest.wasi.close();
    const zeros = new TestGuest({ stdin: inputFromFile("/dev/zero") });
    expect(await zeros.readAsync(0, 2)).toEqual({ text: "\0\0" });
    zeros.wasi.close();
    // Closing is asynchronous; without it this never ends.
    while (isOpen(fifo) || isOpen("/dev/zero")) await nextTurn();
  });
});

describe.runIf(process.platform === "linux")("a first read that does not wait", () => {
  test("gives what the pipe holds, and again where it holds nothing", async () => {
    const fifo = path.join(scratch, "fifo");
    execFileSync("mkfifo", [fifo]);
    const guest = new TestGuest({ stdin: inputFromFile(fifo) });
    const writer = fs.openSync(fifo, "w");
    fs.writeSync(writer, "abc");
    guest.call("fd_fdstat_set_flags", 0, 4);
    expect(await guest.readAsync(0, 2)).toEqual({ text: "ab" });
    expect(await guest.readAsync(0, 2)).toEqual({ text: "c" });
    expect(await guest.readAsync(0, 2)).toBe("again");
    fs.closeSync(writer);
    guest.wasi.close();
    const empty = new TestGuest({ stdin: inputFromStream(() => new PassThrough()) });
    empty.call("fd_fdstat_set_flags", 0, 4);
    for (let k = 0; k < 2; k++) expect(await empty.readAsync(0, 2)).toBe("again");
    empty.wasi.close();
  });
});

describe.runIf(process.platform === "linux")("a pipe that is not read", () => {
  test("parks the guest instead of blocking the thread, and loses nothing", async () => {
    const fifo = path.join(scratch, "fifo");
    execFileSync("mkfifo", [fifo]);
    const reader = fs.openSync(fifo, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const writer = fs.openSync(fifo, "w");
    const guest = new TestGuest({ stdout: outputToDescriptor(writer) });
    const block = new Uint8Array(65_536).fill(97);
    let written = 0;
    guest.call("fd_fdstat_set_flags", 1, 4);
    for (;;) {
      const result = guest.write(1, block);
      if (result === "again") break;
      written += Number(result);
    }
    guest.call("fd_fdstat_set_flags", 1, 0);
    guest.view.setUint32(0x100, 0x10000, true);
    guest.view.setUint32(0x104, 100, true);
    const writing = guest.callAsync("fd_write", 1, 0x100, 1, 0x110);
    // A native write would block here, and with it everything else.
    await nextTurn();
    let read = 0;
    const drain = () => {
      try {
        for (;;) read += fs.readSync(reader, new Uint8Array(65_536));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe("EAGAIN");
      }
    };
    drain();
    expect(await writing).toBe("success");
    drain();
    expect(read).toBe(written + guest.view.getUint32(0x110, true));
    fs.closeSync(reader);
    expect(guest.write(1, "x")).toBe("pipe");
    guest.wasi.close();
    // The descriptor given is still open: only the one that was opened anew is closed.
    fs.closeSync(writer);
  });
});

describe("TCP", () => {
  test("accepts, echoes and ends, asynchronously", async () => {
    const listener = await listenTcp("127.0.0.1:0");
    const guest = new TestGuest({ listeners: [listener] });
    const port = Number(listener.address.split(":").pop());
    const accepting = guest.callAsync("sock_accept", 3, 0, 0);
    const client = net.connect(port, "127.0.0.1");
    const received: Buffer[] = [];
    client.on("data", (chunk) => received.push(chunk));
    expect(await accepting).toBe("success");
    const fd = guest.view.getUint32(0, true);
    client.write("ping");
    expect(await guest.readAsync(fd)).toEqual({ text: "ping" });
    expect(guest.write(fd, "pong")).toBe(4);
    client.end();
    expect(await guest.readAsync(fd)).toEqual({ text: "" });
    const closed = new Promise((resolve) => client.once("close", resolve));
    expect(guest.call("fd_close", fd)).toBe("success");
    await closed;
    expect(Buffer.concat(received).toString()).toBe("pong");
    guest.wasi.close();
    await new Promise<void>((resolve) => {
      net.connect(port, "127.0.0.1").once("error", () => resolve());
    });
  });

  test("a listener may begin with nonblock", async () => {
    const listeners = [await listenTcp("127.0.0.1:0", { nonblock: true }), await listenTcp("127.0.0.1:0")];
    const guest = new TestGuest({ listeners });
    expect(await guest.callAsync("sock_accept", 3, 0, 0)).toBe("again");
    guest.canWait = false;
    expect(() => guest.call("sock_accept", 4, 0, 0)).toThrow(WouldBlockError);
    guest.wasi.close();
  });

  test("a peer may end its direction and still read; a write of nothing does not wait", async () => {
    const listener = await listenTcp("127.0.0.1:0");
    const guest = new TestGuest({ listeners: [listener] });
    const accepting = guest.callAsync("sock_accept", 3, 0, 0);
    const client = net.connect({
      port: Number(listener.address.split(":").pop()),
      host: "127.0.0.1",
      allowHalfOpen: true,
    });
    client.end("request");
    expect(await accepting).toBe("success");
    const fd = guest.view.getUint32(0, true);
    expect(await guest.readAsync(fd)).toEqual({ text: "request" });
    expect(await guest.readAsync(fd)).toEqual({ text: "" });
    expect(guest.write(fd, "")).toBe(0);
    expect(guest.write(fd, "response")).toBe(8);
    expect(guest.call("sock_shutdown", fd, 2)).toBe("success");
    expect(guest.write(fd, "more")).toBe("pipe");
    const chunks: Buffer[] = [];
    for await (const chunk of client) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe("response");
    guest.wasi.close();
    await guest.wasi.flushed();
  });

  test("a peer that is polled a hundred times collects no listeners", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const listener = await listenTcp("127.0.0.1:0");
    const guest = new TestGuest({ listeners: [listener] });
    const client = net.connect(Number(listener.address.split(":").pop()), "127.0.0.1");
    expect(await guest.callAsync("sock_accept", 3, 0, 0)).toBe("success");
    const fd = guest.view.getUint32(0, true);
    for (let i = 0; i < 100; i++) {
      guest.bytes.fill(0, 0x1000, 0x1060);
      guest.view.setUint8(0x1008, 1);
      guest.view.setUint32(0x1010, i % 2 === 0 ? fd : 3, true);
      guest.view.setUint32(0x1040, 1, true);
      guest.view.setBigUint64(0x1048, 1000n, true);
      expect(await guest.callAsync("poll_oneoff", 0x1000, 0x4000, 2, 0x80)).toBe("success");
    }
    client.destroy();
    guest.wasi.close();
    await nextTurn();
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });

  test("a peer that resets is an errno, and the guest's end of a connection is closed for good", async () => {
    const listener = await listenTcp("127.0.0.1:0");
    const guest = new TestGuest({ listeners: [listener] });
    const client = net.connect(Number(listener.address.split(":").pop()), "127.0.0.1");
    client.on("error", () => {});
    await once(client, "connect");
    client.resetAndDestroy();
    expect(await guest.callAsync("sock_accept", 3, 0, 0)).toBe("success");
    const fd = guest.view.getUint32(0, true);
    expect(["connreset", { text: "" }]).toContainEqual(await guest.readAsync(fd));
    guest.wasi.close();
    await guest.wasi.flushed();
  });

  test("a peer that does not read makes writes wait, within a bound", async () => {
    const listener = await listenTcp("127.0.0.1:0");
    const guest = new TestGuest({ listeners: [listener] }, 20);
    const client = net.connect(Number(listener.address.split(":").pop()), "127.0.0.1");
    client.pause();
    expect(await guest.callAsync("sock_accept", 3, 4, 0)).toBe("success");
    const fd = guest.view.getUint32(0, true);
    const block = new Uint8Array(1_000_000);
    let sent = 0;
    let result: number | string = 0;
    for (let i = 0; i < 200 && result !== "again"; i++) {
      result = guest.write(fd, block);
      if (typeof result === "number") {
        expect(result).toBeLessThanOrEqual(65_536);
        sent += result;
      }
    }
    expect(result).toBe("again");
    client.resume();
    let got = 0;
    client.on("data", (chunk: Buffer) => {
      got += chunk.length;
    });
    const closed = new Promise((resolve) => client.once("close", resolve));
    guest.wasi.close();
    await closed;
    expect(got).toBe(sent);
  });

  test.each(["", "8080", "localhost", "host:port", "1.2.3.4:70000", "a:b:1"])(
    "%j is no address",
    async (address) => {
      await expect(listenTcp(address)).rejects.toThrow(TypeError);
    },
  );

  test("an address that cannot be had is Node's error", async () => {
    await expect(listenTcp("192.0.2.1:1")).rejects.toThrow(/EADDRNOTAVAIL|EACCES/);
  });
});

describe("options", () => {
  test("a relative path is what it was when it was granted", () => {
    fs.mkdirSync(path.join(scratch, "work"));
    const before = process.cwd();
    // A worker thread cannot change its directory; what matters is that it is not asked later.
    const cwd = vi.spyOn(process, "cwd").mockReturnValue(scratch);
    const files = new HostFileSystem("work");
    cwd.mockReturnValue(before);
    const guest = new TestGuest({ preopens: { "/": files } });
    expect(guest.writeFile(3, "f", "x")).toBe("success");
    expect(fs.existsSync(path.join(scratch, "work", "f"))).toBe(true);
    guest.wasi.close();
    cwd.mockRestore();
  });

  test.runIf(process.platform === "linux")(
    "closing twice does not close what has got the number since",
    () => {
      fs.writeFileSync(path.join(scratch, "f"), "");
      const root = new HostFileSystem(scratch).root();
      const flags = { read: true, write: true, create: false, exclusive: false, truncate: false };
      const file = root.openFile("f", flags);
      file.append(new Uint8Array([65]));
      file.close();
      root.close();
      const others = Array.from({ length: 6 }, () => fs.openSync(path.join(scratch, "f"), "r"));
      file.close();
      root.close();
      for (const fd of others) {
        expect(() => fs.fstatSync(fd)).not.toThrow();
        fs.closeSync(fd);
      }
    },
  );

  test("a file does not get older by being touched", () => {
    const guest = new TestGuest({ preopens: { "/": new HostFileSystem(scratch) } });
    const time = () => (guest.stat(3, "f") as { modifyTime: bigint }).modifyTime;
    for (let i = 0; i < 50; i++) {
      guest.writeFile(3, "f", "x");
      const written = time();
      expect(guest.call("path_filestat_set_times", 3, 0, ...guest.put("f"), 0n, 0n, 8)).toBe("success");
      expect(time() >= written).toBe(true);
    }
    guest.wasi.close();
  });

  test("nodeWasi takes host paths and file systems", () => {
    const wasi = nodeWasi({
      preopens: { "/a": scratch, "/b": new HostFileSystem(scratch, { readOnly: true }) },
    });
    expect(wasi.openDescriptors).toBe(5);
    wasi.close();
    expect(() => nodeWasi({ preopens: { "/a": path.join(scratch, "missing") } })).toThrow(/ENOENT/);
    fs.writeFileSync(path.join(scratch, "file"), "");
    expect(() => new HostFileSystem(path.join(scratch, "file"))).toThrow(/ENOTDIR/);
  });

  test.runIf(process.platform === "linux")("a grant that fails closes those before it", () => {
    const count = () => fs.readdirSync("/proc/self/fd").length;
    const before = count();
    const broken = new HostFileSystem(path.join(scratch));
    fs.mkdirSync(path.join(scratch, "gone"));
    const gone = new HostFileSystem(path.join(scratch, "gone"));
    fs.rmdirSync(path.join(scratch, "gone"));
    expect(() => new TestGuest({ preopens: { "/a": broken, "/b": gone } })).toThrow(/ENOENT/);
    expect(count()).toBe(before);
  });

  test("files whose names are not UTF-8 are left out of listings", () => {
    if (process.platform !== "linux") return;
    fs.writeFileSync(Buffer.concat([Buffer.from(`${scratch}/bad-`), Buffer.from([0xff])]), "");
    fs.writeFileSync(path.join(scratch, "good-ü"), "");
    fs.symlinkSync(Buffer.from([0xff, 0xfe]), path.join(scratch, "link"));
    const guest = new TestGuest({ preopens: { "/": new HostFileSystem(scratch) } });
    expect((guest.list(3, ".") as string[]).sort()).toEqual([".", "..", "good-ü", "link"]);
    expect(guest.readLink(3, "link")).toBe("ilseq");
    expect(guest.readFile(3, "link")).toBe("ilseq");
    guest.wasi.close();
  });

  test("the sleep that blocks takes its time", () => {
    const start = process.hrtime.bigint();
    nodeHost({ blocking: true }).blocking?.sleep(20);
    expect(process.hrtime.bigint() - start).toBeGreaterThan(15_000_000n);
    expect(nodeHost().blocking).toBeUndefined();
  });
});
