// Streams that embedders give: backpressure, failures, and what is left of them when the guest has ended.

import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { WouldBlockError } from "../errors.ts";
import { TestGuest } from "../testing/wasi-guest.ts";
import { WasiError } from "./abi.ts";
import type { InstanceLike } from "./engine.ts";
import { WasiPreview1 } from "./preview1.ts";

/** Something that a test settles by hand. */
function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve = (): void => {};
  let reject = (_error: unknown): void => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A sink that takes a chunk when the test says so. */
function slowSink() {
  const chunks: string[] = [];
  const pending: ReturnType<typeof deferred>[] = [];
  return {
    chunks,
    send: (chunk: Uint8Array): Promise<void> => {
      chunks.push(new TextDecoder().decode(chunk));
      const next = deferred();
      pending.push(next);
      return next.promise;
    },
    async take(): Promise<void> {
      pending.shift()?.resolve();
      await turn();
    },
    async refuse(error: unknown): Promise<void> {
      pending.shift()?.reject(error);
      await turn();
    },
  };
}

/** Polls stdout for writing, for at most `ms`; whether it is writable. */
async function pollWritable(guest: TestGuest, ms: number): Promise<boolean> {
  const { view } = guest;
  guest.bytes.fill(0, 0x1000, 0x1060);
  view.setUint8(0x1008, 2);
  view.setUint32(0x1010, 1, true);
  view.setBigUint64(0x1030, 1n, true);
  view.setUint32(0x1040, 1, true);
  view.setBigUint64(0x1048, BigInt(ms) * 1_000_000n, true);
  expect(await guest.callAsync("poll_oneoff", 0x1000, 0x4000, 2, 0x80)).toBe("success");
  return view.getBigUint64(0x4000, true) === 0n;
}

/** An instance whose `_start` is `run`. */
function instanceOf(run: () => unknown): InstanceLike {
  return { exports: { _start: run }, callAsync: async () => run() };
}

describe("a sink that takes its time", () => {
  test("gets one chunk at a time, and what was written meanwhile as one", async () => {
    const sink = slowSink();
    const guest = new TestGuest({ stdout: sink.send });
    for (const text of ["a", "b", "cd", "e"]) expect(guest.write(1, text)).toBe(text.length);
    expect(sink.chunks).toEqual(["a"]);
    await sink.take();
    expect(sink.chunks).toEqual(["a", "bcde"]);
    expect(guest.write(1, "f")).toBe(1);
    await sink.take();
    expect(sink.chunks).toEqual(["a", "bcde", "f"]);
  });

  test.each([
    [7, [3, 3, 1]],
    [6, [3, 3]],
    [5, [3, 2]],
    [1, [1]],
  ])("keeps at most its %i bytes; then it must be waited for", (outputBufferBytes, taken) => {
    const guest = new TestGuest({ stdout: slowSink().send, outputBufferBytes });
    guest.canWait = false;
    for (const length of taken) expect(guest.write(1, "abc")).toBe(length);
    expect(() => guest.write(1, "abc")).toThrow(WouldBlockError);
  });

  test("parks the guest until there is room; with nonblock it is again", async () => {
    const sink = slowSink();
    const guest = new TestGuest({ stdout: sink.send, outputBufferBytes: 4 });
    expect(guest.write(1, "abcdef")).toBe(4);
    guest.call("fd_fdstat_set_flags", 1, 4);
    expect(guest.write(1, "ef")).toBe("again");
    guest.call("fd_fdstat_set_flags", 1, 0);
    const [address, length] = guest.put("ef", 0x2000);
    guest.view.setUint32(0x1800, address, true);
    guest.view.setUint32(0x1804, length, true);
    let done = false;
    const writing = guest.callAsync("fd_write", 1, 0x1800, 1, 0x1810).then((errno) => {
      done = true;
      return errno;
    });
    await turn();
    expect(done).toBe(false);
    await sink.take();
    expect(await writing).toBe("success");
    expect(guest.view.getUint32(0x1810, true)).toBe(2);
    expect(sink.chunks).toEqual(["abcd", "ef"]);
  });

  test("agrees with polling", async () => {
    const sink = slowSink();
    const guest = new TestGuest({ stdout: sink.send, outputBufferBytes: 4 });
    guest.write(1, "abc");
    expect(await pollWritable(guest, 60_000)).toBe(true);
    guest.write(1, "d");
    expect(await pollWritable(guest, 1)).toBe(false);
    const polling = pollWritable(guest, 60_000);
    await sink.take();
    expect(await polling).toBe(true);
    expect(guest.write(1, "e")).toBe(1);
  });

  test("never holds up a write of nothing", () => {
    const sink = slowSink();
    const guest = new TestGuest({ stdout: sink.send, outputBufferBytes: 1 });
    guest.write(1, "a");
    guest.canWait = false;
    expect(guest.write(1, "")).toBe(0);
    expect(guest.call("fd_write", 1, 0, 0, 0x80)).toBe("success");
  });

  test("that fails by an error of the embedder's passes it on to the next write, and to all after it", async () => {
    const sink = slowSink();
    const guest = new TestGuest({ stdout: sink.send });
    guest.write(1, "a");
    guest.write(1, "b");
    await sink.refuse(new RangeError("mine"));
    expect(() => guest.write(1, "c")).toThrow(RangeError);
    expect(() => guest.write(1, "c")).toThrow(RangeError);
    expect(sink.chunks).toEqual(["a"]);
    // It has been told.
    await guest.wasi.flushed();
  });

  test("that fails by a WasiError gives its errno", async () => {
    const sink = slowSink();
    const guest = new TestGuest({ stdout: sink.send, outputBufferBytes: 1 });
    guest.write(1, "a");
    const writing = guest.callAsync("fd_write", 1, 0x80, 0, 0x80);
    await sink.refuse(new WasiError("nospc"));
    expect(await writing).toBe("success");
    expect(guest.write(1, "b")).toBe("nospc");
  });

  test.each([0, -1, 1.5, Number.NaN])("has a buffer of bytes, not of %d", (outputBufferBytes) => {
    expect(() => new WasiPreview1({ outputBufferBytes })).toThrow(RangeError);
  });
});

describe("the end of a run", () => {
  test("of startAsync waits until the output has arrived", async () => {
    const sink = slowSink();
    const guest = new TestGuest({ stdout: sink.send, stderr: sink.send });
    let ended = false;
    const run = guest.wasi
      .startAsync(
        instanceOf(() => {
          guest.write(1, "a");
          guest.write(1, "b");
          // The guest's descriptor is closed, what it has written is not lost.
          guest.call("fd_close", 1);
        }),
      )
      .then((code) => {
        ended = true;
        return code;
      });
    await turn();
    await sink.take();
    expect(ended).toBe(false);
    await sink.take();
    expect(await run).toBe(0);
    expect(sink.chunks).toEqual(["a", "b"]);
  });

  test("of start leaves it to flushed()", async () => {
    const sink = slowSink();
    const guest = new TestGuest({ stdout: sink.send });
    expect(guest.wasi.start(instanceOf(() => guest.write(1, "a")))).toBe(0);
    let arrived = false;
    const flushed = guest.wasi.flushed().then(() => {
      arrived = true;
    });
    await turn();
    expect(arrived).toBe(false);
    await sink.take();
    await flushed;
  });

  test("tells of what was lost, but not of a reader that has gone", async () => {
    const lost = new TestGuest({ stdout: () => Promise.reject(new Error("disk on fire")) });
    const run = lost.wasi.startAsync(instanceOf(() => lost.write(1, "a")));
    await expect(run).rejects.toThrow("disk on fire");
    expect(lost.wasi.exitCode).toBe(0);
    const gone = new TestGuest({ stdout: () => Promise.reject(new WasiError("pipe")) });
    expect(await gone.wasi.startAsync(instanceOf(() => gone.write(1, "a")))).toBe(0);
  });

  test("by an error does not wait", async () => {
    const guest = new TestGuest({ stdout: () => new Promise(() => {}) });
    const run = guest.wasi.startAsync(
      instanceOf(() => {
        guest.write(1, "a");
        throw new RangeError("trap");
      }),
    );
    await expect(run).rejects.toThrow("trap");
  });
});

describe("Web streams", () => {
  test("as output are written to one chunk at a time, and let go at the end", async () => {
    const chunks: string[] = [];
    const stream = new WritableStream<Uint8Array>({
      async write(chunk) {
        await turn();
        chunks.push(new TextDecoder().decode(chunk));
      },
    });
    // One stream for both, in order.
    const guest = new TestGuest({ stdout: stream, stderr: stream });
    expect(stream.locked).toBe(true);
    await guest.wasi.startAsync(
      instanceOf(() => {
        guest.write(1, "a");
        guest.write(2, "b");
        guest.write(1, "c");
      }),
    );
    expect(chunks).toEqual(["a", "bc"]);
    await turn();
    expect(stream.locked).toBe(false);
    await stream.close();
  });

  test("that are aborted or fail are errnos", async () => {
    const abort = new AbortController();
    const failing = new WritableStream<Uint8Array>({
      start(controller) {
        abort.signal.addEventListener("abort", () => controller.error(new Error("aborted")));
      },
      write: () => turn(),
    });
    const guest = new TestGuest({ stdout: failing });
    expect(guest.write(1, "a")).toBe(1);
    abort.abort();
    await turn();
    expect(guest.write(1, "b")).toBe("io");
    guest.wasi.close();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const cancelled = new TestGuest({ stdout: writable });
    await readable.cancel(Object.assign(new Error("enough"), { code: "EPIPE" }));
    await turn();
    expect(cancelled.write(1, "b")).toBe("pipe");
  });

  test("as output hold a full guest up, also through a pipe of them", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const guest = new TestGuest({ stdout: writable, outputBufferBytes: 8 });
    guest.write(1, "12345678");
    expect(await pollWritable(guest, 1)).toBe(false);
    const reader = readable.getReader();
    expect((await reader.read()).value).toHaveLength(8);
    expect(await pollWritable(guest, 60_000)).toBe(true);
  });

  test("as input may be byte streams, fail, and are cancelled at the end", async () => {
    let cancelled = false;
    const bytes = new ReadableStream({
      type: "bytes",
      pull(controller) {
        controller.enqueue(new TextEncoder().encode("chunk"));
      },
      cancel() {
        cancelled = true;
      },
    });
    const guest = new TestGuest({ stdin: bytes });
    expect(await guest.readAsync(0, 3)).toEqual({ text: "chu" });
    expect(await guest.readAsync(0)).toEqual({ text: "nk" });
    guest.wasi.close();
    await turn();
    expect(cancelled).toBe(true);
    const failing = new TestGuest({
      stdin: new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) }),
    });
    expect(await failing.readAsync(0)).toBe("io");
  });
});

describe("iterables as input", () => {
  test("are left as a loop is left by break", async () => {
    const left: string[] = [];
    function* sync() {
      try {
        yield "a";
        yield "b";
      } finally {
        left.push("sync");
      }
    }
    async function* async() {
      try {
        yield "a";
        yield "b";
      } finally {
        left.push("async");
        // biome-ignore lint/correctness/noUnsafeFinally: nobody may hear of it
        throw new Error("nobody is left to be told");
      }
    }
    for (const stdin of [sync(), async()]) {
      const guest = new TestGuest({ stdin });
      expect(await guest.readAsync(0)).toEqual({ text: "a" });
      guest.wasi.close();
      guest.wasi.close();
    }
    await turn();
    expect(left).toEqual(["sync", "async"]);
  });

  test("at their end are not left a second time", async () => {
    let returned = 0;
    const stdin = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: true as const, value: undefined }),
        return: () => {
          returned++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const guest = new TestGuest({ stdin });
    expect(guest.read(0)).toEqual({ text: "" });
    guest.wasi.close();
    expect(returned).toBe(0);
  });

  test("a string is refused, as a file's name and a text look alike", () => {
    expect(() => new WasiPreview1({ stdin: "input.txt" as never })).toThrow(TypeError);
  });

  test("that are not there yet do not hold up a read of nothing", () => {
    const guest = new TestGuest({ stdin: () => new Promise<string>(() => {}) });
    guest.canWait = false;
    expect(guest.read(0, 0)).toEqual({ text: "" });
  });
});

test("a stream that takes nothing and cannot be waited for is an io error", () => {
  const guest = new TestGuest({ stdout: { write: () => 0 } });
  expect(guest.write(1, "a")).toBe("io");
});

test("polling again and again joins one wait", async () => {
  let waits = 0;
  const guest = new TestGuest({
    stdin: {
      ready: false,
      available: 0,
      read: () => undefined,
      whenReady() {
        waits++;
        return new Promise(() => {});
      },
    },
  });
  const { view } = guest;
  for (let i = 0; i < 20; i++) {
    guest.bytes.fill(0, 0x1000, 0x1060);
    view.setUint8(0x1008, 1);
    view.setUint32(0x1040, 1, true);
    view.setBigUint64(0x1048, 1000n, true);
    expect(await guest.callAsync("poll_oneoff", 0x1000, 0x4000, 2, 0x80)).toBe("success");
  }
  expect(waits).toBe(1);
});
