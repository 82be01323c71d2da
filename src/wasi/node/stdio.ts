// The process's standard streams, and any Node stream, as a guest's.

import * as fs from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { ReadStream } from "node:tty";
import { BOOLEAN, COUNT, STRING, unexpected } from "../../checks/options.ts";
import { textOfThrown, WasiError } from "../abi.ts";
import { NodeInput } from "../input-streams.ts";
import type { InputStream, OutputStream } from "../streams.ts";
import { systemErrorCode, toWasiError } from "./errno.ts";
import { isTerminal } from "./terminal.ts";

/** Blocks the thread. */
export function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** How long to wait before a descriptor that is not ready is read again, in milliseconds. */
const RETRY_MS = 5;

/**
 * Who waits for a full descriptor tries again after so many turns of the event loop (or fractions of a millisecond, when the thread is
 * blocked), then after 1, 2, 4, … milliseconds. A reader that keeps up empties a pipe in microseconds: with timers alone, a third to a
 * tenth as much went through one.
 */
const QUICK_RETRIES = 64;
const QUICK_PAUSE_MS = 0.05;
const LONGEST_PAUSE_MS = 32;

/**
 * A descriptor of the process as a guest's output. The guest cannot close it. When a pipe or socket is full, the guest waits in
 * asynchronous calls, so that timeouts and signals are heard; in synchronous ones the thread is blocked.
 */
export function outputToDescriptor(fd: number): OutputStream {
  COUNT.read(fd, "outputToDescriptor: fd");
  // Opened anew if it is used for another guest after one has ended.
  let own: number | undefined;
  let isFull = false;
  let retries = 0;
  /** The next pause; 0 for a turn of the event loop. */
  const nextPause = (): number => {
    const slow = retries++ - QUICK_RETRIES;
    return slow < 0 ? 0 : Math.min(2 ** slow, LONGEST_PAUSE_MS);
  };
  return {
    get isTerminal() {
      return isTerminal(fd);
    },
    get ready() {
      return !isFull;
    },
    write(bytes) {
      if (bytes.length === 0) return 0;
      own ??= nonBlocking(fd);
      const written = tryWrite(own, bytes);
      isFull = written === 0;
      if (!isFull) retries = 0;
      return written;
    },
    async whenReady() {
      // Node cannot tell when a descriptor becomes writable without writing to it through a stream, which would keep bytes back.
      if (!isFull) return;
      const pause = nextPause();
      await new Promise<void>((resolve) => {
        if (pause === 0) setImmediate(resolve);
        else setTimeout(resolve, pause);
      });
      isFull = false;
    },
    blockUntilReady(timeoutMs = Number.POSITIVE_INFINITY) {
      if (isFull) sleep(Math.min(nextPause() || QUICK_PAUSE_MS, timeoutMs));
      isFull = false;
    },
    close() {
      if (own !== undefined && own !== fd) fs.closeSync(own);
      own = undefined;
    },
  };
}

/** Bytes written, 0 if a non-blocking descriptor is full. */
function tryWrite(fd: number, bytes: Uint8Array): number {
  try {
    return fs.writeSync(fd, bytes);
  } catch (error) {
    if (systemErrorCode(error) === "EAGAIN") return 0;
    throw toWasiError(error);
  }
}

/** A descriptor for the same pipe or socket whose writes do not block; the same one where that cannot be had or does not matter. */
function nonBlocking(fd: number): number {
  const { O_NONBLOCK, O_WRONLY } = fs.constants;
  let stat: fs.Stats;
  try {
    stat = fs.fstatSync(fd);
  } catch {
    return fd;
  }
  if (process.platform === "linux" && stat.isFIFO()) {
    try {
      // Opened anew, the pipe is not made non-blocking for the other processes that share the descriptor.
      return fs.openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK);
    } catch {
      // No /proc, not our pipe, or nobody reads any more.
      return fd;
    }
  }
  if (process.platform !== "win32" && (stat.isFIFO() || stat.isSocket())) {
    // Node makes them non-blocking when it opens its own stream, and resets them when the process ends.
    if (fd === 1) void process.stdout;
    if (fd === 2) void process.stderr;
  }
  return fd;
}

/** At most so many bytes of stdin are read ahead of a guest that asks for less. */
const READ_AHEAD = 65_536;

/** Reads from a descriptor, and blocks the thread until there is something; empty at the end. */
function readBlocking(fd: number, length: number): Uint8Array {
  const buffer = new Uint8Array(Math.min(length, 2 ** 20));
  for (;;) {
    try {
      return buffer.subarray(0, fs.readSync(fd, buffer));
    } catch (error) {
      const code = systemErrorCode(error);
      // Windows reports the end of a pipe or console as an error.
      if (code === "EOF") return buffer.subarray(0, 0);
      if (code !== "EAGAIN") throw toWasiError(error);
      sleep(RETRY_MS);
    }
  }
}

/**
 * What a pipe or device holds now, without waiting for more; empty at its end. `undefined` where it holds nothing, and where looking
 * would have to wait: then it is Node's stream that tells, which needs turns of the event loop and other threads' time.
 */
function readAtOnce(fd: number, length: number): Uint8Array | undefined {
  if (process.platform !== "linux" || isTerminal(fd)) return undefined;
  let own: number | undefined;
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFIFO() && !stat.isCharacterDevice()) return undefined;
    // Opened anew, it is not made non-blocking for the other processes that share the descriptor.
    own = fs.openSync(`/proc/self/fd/${fd}`, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const buffer = new Uint8Array(length);
    return buffer.subarray(0, fs.readSync(own, buffer));
  } catch {
    // EAGAIN; or no /proc, or a pipe of somebody else's: the stream says what is wrong, if anything is.
    return undefined;
  } finally {
    if (own !== undefined) fs.closeSync(own);
  }
}

/** A descriptor as a guest's input whose reads do not have to wait: a regular file. */
export function fileInput(fd: number): InputStream {
  return {
    isTerminal: false,
    ready: true,
    available: 1,
    read: (length) => readBlocking(fd, length),
    whenReady: () => Promise.resolve(),
    blockUntilReady() {},
  };
}

/** The process's stdin for both kinds of calls: the thread is blocked in synchronous ones, the guest parks in asynchronous ones. */
class ProcessInput implements InputStream {
  readonly blocksWithoutEnd = true;
  /** Node's stream; it makes the descriptor non-blocking, so it is opened when first waited for. */
  #stream: InputStream | undefined;
  /** What has been read beside it. */
  #rest: Uint8Array | undefined;

  get isTerminal(): boolean {
    return isTerminal(0);
  }

  get ready(): boolean {
    return this.#rest !== undefined || (this.#stream?.ready ?? false);
  }

  get available(): number {
    return this.#rest?.length ?? this.#stream?.available ?? 0;
  }

  read(length: number): Uint8Array | undefined {
    const rest = this.#rest;
    if (rest === undefined) return this.#stream?.read(length);
    this.#rest = rest.length > length ? rest.subarray(length) : undefined;
    return rest.subarray(0, length);
  }

  whenReady(): Promise<void> {
    // What Node's stream has fetched comes before what is still in the pipe.
    if (this.#stream === undefined) this.#rest ??= readAtOnce(0, READ_AHEAD);
    if (this.#rest !== undefined) return Promise.resolve();
    this.#stream ??= inputFromStream(() => process.stdin, this.isTerminal);
    return this.#stream.whenReady();
  }

  blockUntilReady(): void {
    if (!this.ready) this.#rest = readBlocking(0, READ_AHEAD);
  }

  close(): void {
    this.#stream?.close?.();
  }
}

/** A Node stream as a guest's input. It is read only while the guest waits, and keeps the process alive only then. */
export function inputFromStream(open: () => Readable, isTerminal = false): InputStream {
  if (typeof open !== "function")
    throw unexpected("inputFromStream: open", "a function that gives a stream", open);
  BOOLEAN.read(isTerminal, "inputFromStream: isTerminal");
  return new NodeInput(open, isTerminal, streamError);
}

function streamError(error: Error): WasiError {
  const translated = toWasiError(error);
  return WasiError.isMade(translated) ? translated : new WasiError("io", textOfThrown(error));
}

/** A stream that was opened for the guest, and ends with it. */
class OwnedInput extends NodeInput {
  readonly #stream: Readable;

  constructor(stream: Readable, isTerminal: boolean) {
    super(() => stream, isTerminal, streamError);
    this.#stream = stream;
  }

  override close(): void {
    super.close();
    this.#stream.on("error", () => {});
    this.#stream.destroy();
  }
}

/** The process's stdin. */
export function processStdin(): InputStream {
  try {
    const stat = fs.fstatSync(0);
    // Node's own stream takes a directory for an empty file.
    if (stat.isFile() || stat.isDirectory()) return fileInput(0);
  } catch {
    // It is closed: Node's stream says so.
  }
  return new ProcessInput();
}

/**
 * A file of the host as a guest's input: anything that has bytes, FIFOs and devices too. Opening a FIFO does not wait for its writer;
 * reading does, in asynchronous calls. It is closed with the guest's WASI.
 *
 * @throws Error (Node's) if it cannot be opened, or is a directory
 */
export function inputFromFile(path: string): InputStream {
  STRING.read(path, "inputFromFile: path");
  const { O_NONBLOCK, O_RDONLY } = fs.constants;
  const fd = fs.openSync(path, O_RDONLY | (O_NONBLOCK ?? 0));
  const stat = fs.fstatSync(fd);
  if (stat.isFile()) return { ...fileInput(fd), close: () => fs.closeSync(fd) };
  if (stat.isDirectory()) {
    fs.closeSync(fd);
    throw Object.assign(new Error(`EISDIR: illegal operation on a directory, open '${path}'`), {
      code: "EISDIR",
      syscall: "open",
      path,
    });
  }
  const isFromTerminal = isTerminal(fd);
  const stream = isFromTerminal
    ? new ReadStream(fd)
    : stat.isFIFO()
      ? new Socket({ fd, readable: true, writable: false })
      : fs.createReadStream(path, { fd });
  return new OwnedInput(stream, isFromTerminal);
}
