import { describe, expect, test } from "vitest";
import { WouldBlockError } from "../errors.ts";
import { TestGuest } from "../testing/wasi-guest.ts";
import { ERRNO } from "./abi.ts";
import { MemoryFileSystem } from "./fs/memory.ts";
import type { SocketConnection, SocketListener } from "./sockets.ts";

const SUBSCRIPTIONS = 0x1000;
const EVENTS = 0x4000;
const COUNT = 0x80;

type Wanted =
  | { readonly clock: number; readonly timeout: bigint; readonly absolute?: boolean }
  | { readonly read: number }
  | { readonly write: number };

function subscribe(guest: TestGuest, wanted: readonly Wanted[]): void {
  const { view } = guest;
  wanted.forEach((subscription, i) => {
    const at = SUBSCRIPTIONS + 48 * i;
    guest.bytes.fill(0, at, at + 48);
    view.setBigUint64(at, BigInt(100 + i), true);
    if ("clock" in subscription) {
      view.setUint32(at + 16, subscription.clock, true);
      view.setBigUint64(at + 24, subscription.timeout, true);
      view.setUint16(at + 40, subscription.absolute === true ? 1 : 0, true);
    } else {
      view.setUint8(at + 8, "read" in subscription ? 1 : 2);
      view.setUint32(at + 16, "read" in subscription ? subscription.read : subscription.write, true);
    }
  });
}

/** The events written: index of the subscription, errno, bytes, flags. */
function events(guest: TestGuest): (readonly [number, string, bigint, number])[] {
  const { view } = guest;
  return Array.from({ length: view.getUint32(COUNT, true) }, (_, i) => {
    const at = EVENTS + 32 * i;
    const errno =
      Object.entries(ERRNO).find(([, number]) => number === view.getUint16(at + 8, true))?.[0] ?? "?";
    return [
      Number(view.getBigUint64(at, true)) - 100,
      errno,
      view.getBigUint64(at + 16, true),
      view.getUint16(at + 24, true),
    ] as const;
  });
}

function poll(guest: TestGuest, wanted: readonly Wanted[]): string {
  subscribe(guest, wanted);
  return guest.call("poll_oneoff", SUBSCRIPTIONS, EVENTS, wanted.length, COUNT);
}

async function pollAsync(guest: TestGuest, wanted: readonly Wanted[]): Promise<string> {
  subscribe(guest, wanted);
  return guest.callAsync("poll_oneoff", SUBSCRIPTIONS, EVENTS, wanted.length, COUNT);
}

const MS = 1_000_000n;

describe("clocks", () => {
  test("one that is over is told at once, in the subscriptions' order", () => {
    const guest = new TestGuest();
    expect(
      poll(guest, [
        { clock: 1, timeout: 10_000n * MS },
        { clock: 1, timeout: 0n },
        { clock: 0, timeout: 1n, absolute: true },
      ]),
    ).toBe("success");
    expect(events(guest).map(([index]) => index)).toEqual([1, 2]);
  });

  test.each([0, 1, 2, 3])("relative and absolute on clock %i wait about as long as asked", async (clock) => {
    const guest = new TestGuest();
    guest.call("clock_time_get", clock, 0n, 8);
    const now = guest.view.getBigUint64(8, true);
    for (const subscription of [
      { clock, timeout: 30n * MS },
      { clock, timeout: now + 60n * MS, absolute: true },
    ]) {
      const start = Date.now();
      expect(await pollAsync(guest, [subscription, { clock, timeout: 2n ** 64n - 1n }])).toBe("success");
      expect(Date.now() - start).toBeLessThan(5_000);
      expect(events(guest)).toEqual([[0, "success", 0n, 0]]);
    }
  });

  test("beyond what setTimeout can count does not end at once", async () => {
    const guest = new TestGuest();
    subscribe(guest, [{ clock: 1, timeout: 2n ** 33n * MS }]);
    const first = await Promise.race([
      guest.callAsync("poll_oneoff", SUBSCRIPTIONS, EVENTS, 1, COUNT),
      new Promise((resolve) => setTimeout(resolve, 50, "still waiting")),
    ]);
    expect(first).toBe("still waiting");
  });

  test("blocking: sleeps in slices until the time has come, or the guest is stopped", () => {
    let now = 0n;
    let slept: number[] = [];
    const guest = new TestGuest({
      clock: { realtime: () => now, monotonic: () => now, resolution: 1n },
      host: {
        blocking: {
          sleep(ms) {
            slept.push(ms);
            now += BigInt(ms) * MS;
          },
        },
      },
    });
    guest.canWait = false;
    expect(poll(guest, [{ clock: 1, timeout: 120n * MS + 1n }])).toBe("success");
    expect(slept).toEqual([50, 50, 21]);
    slept = [];
    guest.throwIfInterrupted = () => {
      if (slept.length === 3) throw new Error("stop");
    };
    expect(() => poll(guest, [{ clock: 1, timeout: 2n ** 60n }])).toThrow("stop");
    expect(slept).toEqual([50, 50, 50]);
  });

  test("parks in an asynchronous call, also where blocking was granted", async () => {
    const guest = new TestGuest({
      host: {
        blocking: {
          sleep() {
            throw new Error("blocked");
          },
        },
      },
    });
    expect(await pollAsync(guest, [{ clock: 1, timeout: 2n * MS }])).toBe("success");
  });

  test("an unknown clock is that subscription's event", () => {
    const guest = new TestGuest();
    expect(
      poll(guest, [
        { clock: 9, timeout: 0n },
        { clock: 1, timeout: 2n ** 60n },
      ]),
    ).toBe("success");
    expect(events(guest)).toEqual([[0, "inval", 0n, 0]]);
  });

  test("in a synchronous call without blocking: WouldBlockError", () => {
    const guest = new TestGuest();
    guest.canWait = false;
    expect(() => poll(guest, [{ clock: 1, timeout: 1000n * MS }])).toThrow(WouldBlockError);
  });
});

describe("descriptors", () => {
  test("files and output are ready; mistakes are events", () => {
    const files = new MemoryFileSystem();
    files.writeFile("f", "12345");
    const guest = new TestGuest({ preopens: { "/": files } });
    const polling = 1n << 27n;
    const fd = guest.mustOpen(3, "f", { rights: 0x46n | polling });
    const silent = guest.mustOpen(3, "f", { rights: 0x2n });
    guest.seek(fd, 2n, 0);
    expect(
      poll(guest, [
        { read: fd },
        { write: fd },
        { write: 1 },
        { read: 99 },
        { read: 3 },
        { read: silent },
        { read: 1 },
        { read: 0 },
      ]),
    ).toBe("success");
    expect(events(guest)).toEqual([
      [0, "success", 3n, 0],
      [1, "success", 0n, 0],
      [2, "success", 0n, 0],
      [3, "badf", 0n, 0],
      [4, "notcapable", 0n, 0],
      [5, "notcapable", 0n, 0],
      [6, "notcapable", 0n, 0],
      [7, "success", 0n, 1],
    ]);
  });

  test("stdin and a clock: whichever is first", async () => {
    let send: (chunk: string) => void = () => {};
    const guest = new TestGuest({
      stdin: () =>
        new Promise<string>((resolve) => {
          send = resolve;
        }),
    });
    expect(await pollAsync(guest, [{ read: 0 }, { clock: 1, timeout: 20n * MS }])).toBe("success");
    expect(events(guest)).toEqual([[1, "success", 0n, 0]]);
    const waiting = pollAsync(guest, [{ read: 0 }, { clock: 1, timeout: 60_000n * MS }]);
    send("abc");
    expect(await waiting).toBe("success");
    expect(events(guest)).toEqual([[0, "success", 3n, 0]]);
    expect(guest.read(0)).toEqual({ text: "abc" });
  });

  test("what is ready and was never looked at is not lost to a clock that is over", async () => {
    const later = () => new Promise<string>((resolve) => setTimeout(() => resolve("abc"), 1));
    const guest = new TestGuest({ stdin: later });
    expect(await pollAsync(guest, [{ clock: 1, timeout: 0n }, { read: 0 }])).toBe("success");
    expect(events(guest)).toEqual([
      [0, "success", 0n, 0],
      [1, "success", 3n, 0],
    ]);
    // In a synchronous call nothing can become ready, so nothing is waited for.
    const blocked = new TestGuest({ stdin: later });
    blocked.canWait = false;
    expect(poll(blocked, [{ clock: 1, timeout: 0n }, { read: 0 }])).toBe("success");
    expect(events(blocked)).toEqual([[0, "success", 0n, 0]]);
  });

  test("a stream at its end says so beside a clock that is over", async () => {
    const guest = new TestGuest({ stdin: async () => null });
    expect(await pollAsync(guest, [{ read: 0 }, { clock: 0, timeout: 0n }])).toBe("success");
    expect(events(guest)).toEqual([
      [0, "success", 0n, 1],
      [1, "success", 0n, 0],
    ]);
  });

  test("a silent stream is looked at once; after that a clock that is over is told at once", async () => {
    const guest = new TestGuest({ stdin: () => new Promise<string>(() => {}) });
    expect(await pollAsync(guest, [{ read: 0 }, { clock: 1, timeout: 0n }])).toBe("success");
    expect(events(guest)).toEqual([[1, "success", 0n, 0]]);
    // Without a promise.
    expect(poll(guest, [{ read: 0 }, { clock: 1, timeout: 0n }])).toBe("success");
    expect(events(guest)).toEqual([[1, "success", 0n, 0]]);
  });

  test("polling in a loop asks a silent stdin once, and hears it when it speaks", async () => {
    let speak: () => void = () => {};
    let asked = 0;
    let isReady = false;
    const guest = new TestGuest({
      stdin: {
        get ready() {
          return isReady;
        },
        available: 2,
        read: () => new Uint8Array([104, 105]),
        whenReady: () => {
          asked++;
          return new Promise((resolve) => {
            speak = () => {
              isReady = true;
              resolve();
            };
          });
        },
      },
    });
    for (let i = 0; i < 20; i++) {
      expect(await pollAsync(guest, [{ read: 0 }, { clock: 1, timeout: MS }])).toBe("success");
      expect(events(guest)).toEqual([[1, "success", 0n, 0]]);
    }
    // A thousand subscriptions of the same are one, too.
    const many = pollAsync(guest, [
      ...Array.from({ length: 200 }, () => ({ read: 0 })),
      { clock: 1, timeout: MS },
    ]);
    expect(await many).toBe("success");
    expect(asked).toBe(1);
    const waiting = pollAsync(guest, [{ read: 0 }, { clock: 1, timeout: 60_000n * MS }]);
    speak();
    expect(await waiting).toBe("success");
    expect(events(guest)).toEqual([[0, "success", 2n, 0]]);
  });

  test("a stream whose waiting fails ends the call with its error", async () => {
    const guest = new TestGuest({
      stdin: {
        ready: false,
        available: 0,
        read: () => undefined,
        whenReady: () => Promise.reject(new RangeError("the embedder's own")),
      },
    });
    await expect(pollAsync(guest, [{ read: 0 }])).rejects.toThrow(RangeError);
    await expect(guest.readAsync(0)).rejects.toThrow(RangeError);
  });

  test("stdin alone is waited for without a timer", async () => {
    const guest = new TestGuest({ stdin: async () => "x" });
    expect(await pollAsync(guest, [{ read: 0 }])).toBe("success");
    expect(events(guest)).toEqual([[0, "success", 1n, 0]]);
  });

  test("in deterministic mode time passes only when there is nothing else to wait for", async () => {
    const guest = new TestGuest({ deterministic: true, stdin: async () => "x" });
    expect(await pollAsync(guest, [{ read: 0 }, { clock: 1, timeout: 5n * MS }])).toBe("success");
    expect(events(guest)).toEqual([[0, "success", 1n, 0]]);
    expect(poll(guest, [{ clock: 1, timeout: 3600_000n * MS }])).toBe("success");
    guest.call("clock_time_get", 1, 0n, 8);
    expect(guest.view.getBigUint64(8, true)).toBe(3600_000n * MS);
  });
});

describe("numbers", () => {
  test("none, too many, unknown types", () => {
    const guest = new TestGuest({}, 20);
    expect(guest.call("poll_oneoff", 0, 0, 0, COUNT)).toBe("inval");
    expect(guest.call("poll_oneoff", 0, 0, 16_385, COUNT)).toBe("inval");
    expect(guest.call("poll_oneoff", 0, 0, 16_384, 0x100)).toBe("success");
    guest.bytes[SUBSCRIPTIONS + 8] = 3;
    expect(guest.call("poll_oneoff", SUBSCRIPTIONS, EVENTS, 1, COUNT)).toBe("inval");
  });

  test("2³¹ subscriptions trap before anything is allocated", () => {
    const guest = new TestGuest();
    expect(() => guest.call("poll_oneoff", 0, 0, 2 ** 31, COUNT)).toThrow(/out of bounds/);
    expect(() => guest.call("poll_oneoff", 0, 0, 2 ** 32 - 1, COUNT)).toThrow(/out of bounds/);
  });

  test("clocks are asked once for all subscriptions", () => {
    let asked = 0;
    const monotonic = () => {
      asked++;
      return 1_000n;
    };
    const guest = new TestGuest({ clock: { realtime: () => 0n, monotonic, resolution: 1n } }, 8);
    const many = Array.from({ length: 200 }, () => ({ clock: 1, timeout: 0n }));
    expect(poll(guest, many)).toBe("success");
    expect(events(guest)).toHaveLength(200);
    // When they begin, and when they are over.
    expect(asked).toBe(2);
  });

  test("subscriptions are all read before the first event is written", () => {
    const guest = new TestGuest();
    subscribe(guest, [{ write: 1 }, { write: 2 }, { write: 1 }]);
    expect(guest.call("poll_oneoff", SUBSCRIPTIONS, SUBSCRIPTIONS, 3, COUNT)).toBe("success");
    expect(guest.view.getUint32(COUNT, true)).toBe(3);
    expect([0, 1, 2].map((i) => guest.view.getBigUint64(SUBSCRIPTIONS + 32 * i, true))).toEqual([
      100n,
      101n,
      102n,
    ]);
  });
});

describe("sockets", () => {
  class FakeConnection implements SocketConnection {
    received = "";
    ended = false;
    sent = "";
    room = 4;
    shut: string[] = [];
    wake: () => void = () => {};
    readonly readable = {
      whenReady: () =>
        new Promise<void>((resolve) => {
          this.wake = resolve;
        }),
    };
    readonly writable = this.readable;

    get available() {
      return this.received.length;
    }
    get canWrite() {
      return this.room > 0;
    }
    read(length: number, peek: boolean) {
      if (this.received === "" && !this.ended) return undefined;
      const part = this.received.slice(0, length);
      if (!peek) this.received = this.received.slice(length);
      return new TextEncoder().encode(part);
    }
    write(bytes: Uint8Array) {
      const part = bytes.slice(0, this.room);
      this.sent += new TextDecoder().decode(part);
      this.room -= part.length;
      return part.length;
    }
    shutdown(read: boolean, write: boolean) {
      this.shut.push(`${read} ${write}`);
    }
    close() {
      this.shut.push("closed");
    }
  }

  class FakeListener implements SocketListener {
    waiting: FakeConnection[] = [];
    wake: () => void = () => {};
    get ready() {
      return this.waiting.length > 0;
    }
    accept() {
      return this.waiting.shift();
    }
    whenReady() {
      return new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    close() {}
  }

  test("a connection that is there already is not lost to a clock that is over", async () => {
    const listener = new FakeListener();
    const guest = new TestGuest({ listeners: [listener] });
    // As with the system's sockets: it shows when the event loop has turned.
    setImmediate(() => {
      listener.waiting.push(new FakeConnection());
      listener.wake();
    });
    expect(await pollAsync(guest, [{ read: 3 }, { clock: 1, timeout: 0n }])).toBe("success");
    expect(events(guest)).toEqual([
      [0, "success", 1n, 0],
      [1, "success", 0n, 0],
    ]);
  });

  function recv(guest: TestGuest, fd: number, length: number, flags = 0): Promise<string> {
    guest.view.setUint32(0x200, 0x300, true);
    guest.view.setUint32(0x204, 2, true);
    guest.view.setUint32(0x208, 0x310, true);
    guest.view.setUint32(0x20c, length - 2, true);
    return guest.callAsync("sock_recv", fd, 0x200, 2, flags, 0x220, 0x224).then((errno) => {
      if (errno !== "success") return errno;
      const size = guest.view.getUint32(0x220, true);
      const text = (at: number, end: number) => new TextDecoder().decode(guest.bytes.slice(at, end));
      return `${text(0x300, 0x300 + Math.min(2, size))}|${text(0x310, 0x310 + Math.max(0, size - 2))}`;
    });
  }

  test("accept, receive, send and shut down; a listener follows the directories", async () => {
    const listener = new FakeListener();
    const guest = new TestGuest({ preopens: { "/": new MemoryFileSystem() }, listeners: [listener] });
    expect(guest.call("fd_prestat_get", 4, 0)).toBe("badf");
    expect(guest.call("sock_accept", 3, 0, 0)).toBe("notsock");
    expect(guest.call("sock_accept", 1, 0, 0)).toBe("notsock");
    expect(guest.call("sock_shutdown", 4, 1)).toBe("notconn");
    expect(guest.call("sock_shutdown", 1, 1)).toBe("notsock");
    expect(guest.call("sock_shutdown", 3, 1)).toBe("notsock");
    expect(guest.call("sock_shutdown", 99, 1)).toBe("badf");
    expect(guest.read(4)).toBe("notcapable");

    const connection = new FakeConnection();
    const accepting = guest.callAsync("sock_accept", 4, 0, 0);
    listener.waiting.push(connection);
    listener.wake();
    expect(await accepting).toBe("success");
    const fd = guest.view.getUint32(0, true);
    expect(fd).toBe(5);

    connection.received = "hello";
    expect(await recv(guest, fd, 4, 1)).toBe("he|ll");
    expect(await recv(guest, fd, 4)).toBe("he|ll");
    const all = recv(guest, fd, 6, 2);
    // "o" was left from "hello"; waitall goes on until six bytes are there.
    connection.received = " wo";
    connection.wake();
    await new Promise((resolve) => setTimeout(resolve, 5));
    connection.received = "rld";
    connection.wake();
    expect(await all).toBe("o |worl");
    connection.ended = true;
    connection.received = "";
    expect(await recv(guest, fd, 4)).toBe("|");

    expect(guest.write(fd, "abcdef")).toBe(4);
    expect(connection.sent).toBe("abcd");
    const sending = guest.callAsync("sock_send", fd, ...[0x7f10, 1], 0, 0x80);
    connection.room = 10;
    connection.wake();
    expect(await sending).toBe("success");
    expect(guest.call("sock_send", fd, 0x7f10, 1, 1, 0x80)).toBe("inval");
    expect(guest.call("sock_shutdown", fd, 0)).toBe("inval");
    expect(guest.call("sock_shutdown", fd, 3)).toBe("success");
    expect(guest.call("fd_close", fd)).toBe("success");
    expect(connection.shut).toEqual(["true true", "closed"]);
  });

  test("nonblock gives again; polling tells of both", async () => {
    const listener = new FakeListener();
    const guest = new TestGuest({ listeners: [listener] });
    expect(guest.call("fd_fdstat_set_flags", 3, 4)).toBe("success");
    expect(await guest.callAsync("sock_accept", 3, 0, 0)).toBe("again");
    const connection = new FakeConnection();
    listener.waiting.push(connection);
    expect(poll(guest, [{ read: 3 }])).toBe("success");
    expect(guest.call("sock_accept", 3, 4, 0)).toBe("success");
    expect(await recv(guest, 4, 4)).toBe("again");
    connection.room = 0;
    expect(guest.write(4, "x")).toBe("again");
    const waiting = pollAsync(guest, [{ read: 4 }, { write: 4 }]);
    connection.received = "abc";
    connection.wake();
    expect(await waiting).toBe("success");
    expect(events(guest)).toEqual([[0, "success", 3n, 0]]);
    connection.ended = true;
    connection.room = 1;
    expect(poll(guest, [{ read: 4 }, { write: 4 }])).toBe("success");
    expect(events(guest)).toEqual([
      [0, "success", 3n, 1],
      [1, "success", 0n, 1],
    ]);
  });
});
