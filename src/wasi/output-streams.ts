// What an embedder gives as stdout or stderr, as an OutputStream: callbacks, capturing, Web and Node streams.
// Knows the streams by their shape alone, and no host.

import { COUNT, readOptions, unexpected } from "../checks/options.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type Errno, textOfThrown, WasiError } from "./abi.ts";
import { CHARGED_BUDGET, type ChargedBudget } from "./budget.ts";
import type { NodeWritableLike, OutputStream, OutputTarget, WritableStreamLike } from "./streams.ts";

/** Takes output and keeps it, up to a limit. */
export class CapturedOutput implements OutputStream {
  readonly #limit: number;
  readonly #chargedTo: ChargedBudget | undefined;
  /** Holds the first `#length` bytes of it; twice as large when it must grow, so that small writes cost what they write. */
  #buffer = new Uint8Array(0);
  #length = 0;

  /**
   * @param options.limit bytes that are kept; a write past it gives the guest `nospc`. Default 16 MiB.
   * @param options.chargedTo takes part in another budget too: a store counts what is held against its `totalBytes`. Past that,
   * too, writes give `nospc`
   * @throws TypeError, RangeError for options that make no sense
   */
  constructor(options?: { readonly limit?: number; readonly chargedTo?: ChargedBudget | undefined }) {
    const read = readOptions("new CapturedOutput", options, {
      limit: COUNT,
      chargedTo: CHARGED_BUDGET,
    });
    this.#limit = read.limit ?? 16 * 2 ** 20;
    this.#chargedTo = read.chargedTo;
  }

  /** Bytes kept so far. */
  get length(): number {
    return this.#length;
  }

  write(bytes: Uint8Array): number {
    if (!(bytes instanceof Uint8Array))
      throw unexpected("capturedOutput.write: bytes", "a Uint8Array", bytes);
    const taken = Math.min(bytes.length, this.#limit - this.#length);
    if (taken === 0 && bytes.length > 0) throw new WasiError("nospc", "captured output is full");
    this.#makeRoom(this.#length + taken);
    this.#buffer.set(bytes.subarray(0, taken), this.#length);
    this.#length += taken;
    return taken;
  }

  /** A copy of everything written. */
  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  /** Everything written, as text; malformed UTF-8 is shown as Latin-1. */
  text(): string {
    const bytes = this.#buffer.subarray(0, this.#length);
    const text = decodeUtf8(bytes);
    if (text !== undefined) return text;
    let latin1 = "";
    for (const byte of bytes) latin1 += String.fromCharCode(byte);
    return latin1;
  }

  /** @throws WasiError `nospc` */
  #makeRoom(needed: number): void {
    const held = this.#buffer.length;
    if (needed <= held) return;
    let size = Math.min(Math.max(needed, 2 * held, 1024), this.#limit);
    if (this.#chargedTo?.tryReserve(size - held) === false) {
      size = needed;
      if (!this.#chargedTo.tryReserve(size - held)) {
        throw new WasiError("nospc", "the budget that captured output is charged to is used up");
      }
    }
    const larger = new Uint8Array(size);
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/**
 * Sends chunks one at a time to something that may take its while. What is written meanwhile is kept, up to a limit, and goes out as
 * one chunk.
 */
class PushedOutput implements OutputStream {
  readonly isTerminal: boolean;
  readonly #send: (chunk: Uint8Array) => unknown;
  readonly #release: () => void;
  readonly #limit: number;
  /** Bytes under way; 0 if nothing is. */
  #sending = 0;
  /** What waits behind them: the first `#kept` bytes of a buffer that grows. */
  #buffer: Uint8Array = new Uint8Array(0);
  #kept = 0;
  #failure: { readonly error: unknown; seen: boolean } | undefined;
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #whenEmpty: (() => void)[] = [];

  /**
   * @param send gets chunks of its own; a promise is awaited. What it throws or rejects with is what `write` throws
   * @param options.limit bytes under way and waiting; a write past it is cut
   * @param options.release called when the guest has ended and nothing is left
   */
  constructor(
    send: (chunk: Uint8Array) => unknown,
    options: { readonly limit: number; readonly isTerminal?: boolean; readonly release?: () => void },
  ) {
    this.#send = send;
    this.#limit = options.limit;
    this.isTerminal = options.isTerminal ?? false;
    this.#release = options.release ?? (() => {});
  }

  get ready(): boolean {
    return this.#failure !== undefined || this.#sending + this.#kept < this.#limit;
  }

  get idle(): boolean {
    return this.#sending === 0 && this.#failure === undefined;
  }

  write(bytes: Uint8Array): number {
    if (this.#failure !== undefined) {
      this.#failure.seen = true;
      throw this.#failure.error;
    }
    const part = bytes.subarray(0, Math.max(0, this.#limit - this.#sending - this.#kept));
    if (part.length === 0) return 0;
    // A copy: the guest may overwrite its buffer at once.
    if (this.#sending === 0) this.#dispatch(part.slice());
    else this.#keep(part);
    return part.length;
  }

  whenReady(): Promise<void> {
    if (this.ready) return Promise.resolve();
    if (this.#room === undefined) {
      let resolve = (): void => {};
      const promise = new Promise<void>((each) => {
        resolve = each;
      });
      this.#room = { promise, resolve };
    }
    return this.#room.promise;
  }

  async flush(): Promise<void> {
    if (this.#sending > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
    const failure = this.#failure;
    if (failure === undefined || failure.seen) return;
    failure.seen = true;
    // A reader that has gone misses nothing.
    if (!(WasiError.isMade(failure.error) && failure.error.errno === "pipe")) throw failure.error;
  }

  close(): void {
    if (this.#sending > 0) this.#whenEmpty.push(this.#release);
    else this.#release();
  }

  /** Whatever happens to the sink from now on is this. */
  fail(error: unknown): void {
    this.#failure ??= { error, seen: false };
    this.#sending = 0;
    this.#kept = 0;
    this.#wake();
  }

  #keep(part: Uint8Array): void {
    const needed = this.#kept + part.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(Math.max(needed, 2 * this.#buffer.length, 1024), this.#limit));
      larger.set(this.#buffer.subarray(0, this.#kept));
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.#kept);
    this.#kept = needed;
  }

  #dispatch(chunk: Uint8Array): void {
    const sent = this.#send(chunk);
    if (typeof (sent as PromiseLike<unknown> | null | undefined)?.then !== "function") return;
    this.#sending = chunk.length;
    (sent as PromiseLike<unknown>).then(
      () => this.#sent(),
      (error: unknown) => this.fail(error),
    );
  }

  #sent(): void {
    if (this.#failure !== undefined) return;
    this.#sending = 0;
    if (this.#kept > 0) {
      const chunk = this.#buffer.slice(0, this.#kept);
      this.#kept = 0;
      try {
        this.#dispatch(chunk);
      } catch (error) {
        this.fail(error);
      }
    }
    this.#wake();
  }

  #wake(): void {
    this.#room?.resolve();
    this.#room = undefined;
    if (this.#sending === 0) for (const done of this.#whenEmpty.splice(0)) done();
  }
}

/** Codes of Node's errors that say that nobody reads any more. */
const CLOSED_CODES: readonly unknown[] = [
  "EPIPE",
  "ECONNRESET",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
  "ERR_STREAM_PREMATURE_CLOSE",
];

/** An error of a stream, as the guest's errno. */
function streamFailure(error: unknown): WasiError {
  if (WasiError.isMade(error)) return error;
  const code = codeOf(error);
  const errno: Errno = CLOSED_CODES.includes(code) ? "pipe" : code === "ENOSPC" ? "nospc" : "io";
  return new WasiError(errno, textOfThrown(error));
}

/** The code of a Node error; `undefined` for other values, whose getters may throw. */
function codeOf(error: unknown): unknown {
  try {
    return (error as { readonly code?: unknown } | null | undefined)?.code;
  } catch {
    return undefined;
  }
}

function webOutput(stream: WritableStreamLike, limit: number): OutputStream {
  const writer = stream.getWriter();
  let released = false;
  const output = new PushedOutput(
    (chunk) =>
      writer.write(chunk).catch((error: unknown) => {
        throw streamFailure(error);
      }),
    {
      limit,
      release() {
        released = true;
        writer.releaseLock();
      },
    },
  );
  writer.closed.then(
    () => output.fail(new WasiError("pipe", "the stream is closed")),
    // Releasing the lock rejects it too.
    (error: unknown) => {
      if (!released) output.fail(streamFailure(error));
    },
  );
  return output;
}

/** How a Node stream is called. */
type WriteWithCallback = (this: unknown, chunk: Uint8Array, done: (error?: Error | null) => void) => boolean;

function nodeOutput(stream: NodeWritableLike, limit: number): OutputStream {
  const onError = (error: Error): void => output.fail(streamFailure(error));
  const onClose = (): void => output.fail(new WasiError("pipe", "the stream is closed"));
  const output = new PushedOutput(
    (chunk) => {
      if (stream.destroyed || stream.writableEnded) throw new WasiError("pipe", "the stream is closed");
      return new Promise<void>((resolve, reject) => {
        (stream.write as WriteWithCallback).call(stream, chunk, (error) => {
          if (error == null) resolve();
          else reject(streamFailure(error));
        });
      });
    },
    {
      limit,
      isTerminal: stream.isTTY === true,
      release() {
        stream.off("error", onError);
        stream.off("close", onClose);
      },
    },
  );
  stream.on("error", onError);
  stream.on("close", onClose);
  return output;
}

/**
 * Turns what the embedder gave into a stream.
 * @param limit bytes that are kept for a sink that takes its time
 */
export function outputStream(
  target: OutputTarget,
  name: string,
  inherit: (() => OutputStream) | undefined,
  limit: number,
): OutputStream {
  if (target === "null") return { write: (bytes) => bytes.length };
  if (target === "inherit") {
    if (inherit === undefined) throw new TypeError(`${name}: "inherit" needs the host of wasmeter/node`);
    return inherit();
  }
  if (typeof target === "function") return new PushedOutput(target, { limit });
  if ("getWriter" in target) return webOutput(target, limit);
  if ("on" in target) return nodeOutput(target, limit);
  return target;
}
