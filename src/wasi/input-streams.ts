// What an embedder gives as stdin, as an InputStream: bytes, iterables, functions, Web and Node streams.
// Nothing is read before the guest asks. Knows the streams by their shape alone, and no host.

import { unexpected } from "../checks/options.ts";
import { encodeUtf8 } from "../utf8.ts";
import { textOfThrown, WasiError } from "./abi.ts";
import type { InputSource, InputStream, NodeReadableLike } from "./streams.ts";

const EMPTY = new Uint8Array(0);

class BytesInput implements InputStream {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  get ready(): boolean {
    return true;
  }

  get available(): number {
    return this.#rest.length;
  }

  read(length: number): Uint8Array {
    const chunk = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  blockUntilReady(): void {}
}

type Chunk = Uint8Array | string | null | undefined;

/** Pulls chunks, one at a time, only when the guest asks. */
class PulledInput implements InputStream {
  readonly #pull: () => Chunk | Promise<Chunk>;
  readonly #release: () => unknown;
  #rest: Uint8Array = EMPTY;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #pending: Promise<void> | undefined;

  /** @param release called once, if the guest ends before the source does */
  constructor(pull: () => Chunk | Promise<Chunk>, release: () => unknown = () => {}) {
    this.#pull = pull;
    this.#release = release;
  }

  get ready(): boolean {
    return this.#rest.length > 0 || this.#ended || this.#failure !== undefined;
  }

  get available(): number {
    return this.#rest.length;
  }

  read(length: number): Uint8Array | undefined {
    if (!this.ready) this.#start();
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      throw error;
    }
    if (this.#rest.length === 0) return this.#ended ? EMPTY : undefined;
    const chunk = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }

  async whenReady(): Promise<void> {
    if (this.ready) return;
    this.#start();
    await this.#pending;
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#rest = EMPTY;
    try {
      const released = this.#release();
      // The guest has ended: nobody is left to be told.
      if (isThenable(released)) released.then(undefined, () => {});
    } catch {
      // As above.
    }
  }

  #start(): void {
    if (this.#pending !== undefined) return;
    const chunk = this.#pull();
    if (isThenable<Chunk>(chunk)) {
      this.#pending = Promise.resolve(
        chunk.then(
          (value) => {
            this.#pending = undefined;
            this.#take(value);
          },
          (error: unknown) => {
            this.#pending = undefined;
            this.#failure = { error };
          },
        ),
      );
    } else this.#take(chunk);
  }

  #take(chunk: Chunk): void {
    if (this.#ended) return;
    const given = chunk ?? EMPTY;
    requireChunk(given);
    this.#rest = typeof given === "string" ? encodeUtf8(given) : given;
    if (this.#rest.length === 0) this.#ended = true;
  }
}

/** @throws TypeError for what a source has given instead of a chunk; the embedder's mistake, and no errno */
function requireChunk(chunk: unknown): asserts chunk is Uint8Array | string {
  if (typeof chunk === "string" || chunk instanceof Uint8Array) return;
  throw unexpected("stdin", "chunks of bytes or text", chunk);
}

function isThenable<T>(value: unknown): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === "function";
}

/** What happens to a Node stream that may end a wait. */
const EVENTS = ["readable", "end", "close", "error"];

/** A Node stream. It is read only while the guest waits, and keeps the process alive only then. */
export class NodeInput implements InputStream {
  readonly isTerminal: boolean;
  readonly #open: () => NodeReadableLike;
  readonly #translate: (error: Error) => unknown;
  #stream: NodeReadableLike | undefined;
  #rest: Uint8Array = EMPTY;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #waiting: Promise<void> | undefined;
  #stopWaiting: (() => void) | undefined;

  /**
   * @param open called when the guest first reads
   * @param translate gives what the guest's read throws for an error of the stream
   */
  constructor(open: () => NodeReadableLike, isTerminal: boolean, translate: (error: Error) => unknown) {
    this.#open = open;
    this.isTerminal = isTerminal;
    this.#translate = translate;
  }

  readonly #onEnd = (): void => {
    this.#ended = true;
  };

  readonly #onError = (error: Error): void => {
    this.#failure = { error: this.#translate(error) };
    this.#ended = true;
  };

  #start(): NodeReadableLike {
    if (this.#stream === undefined) {
      this.#stream = this.#open();
      this.#stream.on("end", this.#onEnd);
      this.#stream.on("close", this.#onEnd);
      this.#stream.on("error", this.#onError);
    }
    return this.#stream;
  }

  get ready(): boolean {
    if (this.#rest.length === 0 && !this.#ended) {
      const stream = this.#start();
      const chunk = stream.read();
      if (chunk instanceof Uint8Array) this.#rest = chunk;
      else if (typeof chunk === "string") this.#rest = encodeUtf8(chunk);
      else if (stream.readableEnded || stream.destroyed) this.#ended = true;
    }
    return this.#rest.length > 0 || this.#ended;
  }

  get available(): number {
    return this.#rest.length;
  }

  read(length: number): Uint8Array | undefined {
    if (!this.ready) return undefined;
    if (this.#rest.length === 0 && this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      throw error;
    }
    const chunk = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }

  whenReady(): Promise<void> {
    if (this.ready) return Promise.resolve();
    // Shared by all who wait, so that a guest that polls again and again adds no listeners.
    this.#waiting ??= this.#wait(this.#start());
    return this.#waiting;
  }

  async #wait(stream: NodeReadableLike): Promise<void> {
    while (!this.ready) {
      stream.ref?.();
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#stopWaiting = undefined;
          for (const name of EVENTS) stream.off(name, done);
          resolve();
        };
        this.#stopWaiting = done;
        for (const name of EVENTS) stream.on(name, done);
      });
      stream.unref?.();
    }
    this.#waiting = undefined;
  }

  /** Leaves the stream as it is, paused: it may be a socket to which the guest's output still goes. */
  close(): void {
    const stream = this.#stream;
    this.#ended = true;
    this.#rest = EMPTY;
    if (stream === undefined) return;
    this.#stopWaiting?.();
    stream.off("end", this.#onEnd);
    stream.off("close", this.#onEnd);
    stream.off("error", this.#onError);
    stream.pause();
    stream.unref?.();
  }
}

/** An error of a stream, as the guest's errno. */
function streamFailure(error: unknown): WasiError {
  return WasiError.isMade(error) ? error : new WasiError("io", textOfThrown(error));
}

function isNodeReadable(source: object): source is NodeReadableLike {
  const { read, on } = source as { read?: unknown; on?: unknown };
  return typeof read === "function" && typeof on === "function";
}

/** Turns what the embedder gave into a stream. `inherit` is what the host's own stream is, if there is one. */
export function inputStream(source: InputSource, inherit: (() => InputStream) | undefined): InputStream {
  if (source === "null") return new BytesInput(EMPTY);
  if (source === "inherit") {
    if (inherit === undefined) throw new TypeError(`stdin: "inherit" needs the host of wasmeter/node`);
    return inherit();
  }
  if (source instanceof Uint8Array) return new BytesInput(source);
  if (typeof source === "function") return new PulledInput(source);
  if ("text" in source) return new BytesInput(encodeUtf8(source.text));
  if ("whenReady" in source) return source;
  if (isNodeReadable(source)) return new NodeInput(() => source, source.isTTY === true, streamFailure);
  if ("getReader" in source) {
    const reader = source.getReader();
    const pull = async (): Promise<Chunk> => {
      for (;;) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          throw streamFailure(error);
        });
        if (done) return null;
        if (value !== undefined && value.length > 0) return value;
      }
    };
    return new PulledInput(pull, () => reader.cancel?.());
  }
  if (Symbol.asyncIterator in source) {
    const iterator = source[Symbol.asyncIterator]();
    const pull = async (): Promise<Chunk> => {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done === true) return null;
        requireChunk(value);
        // An empty chunk in the middle is not the end.
        if (value.length > 0) return value;
      }
    };
    return new PulledInput(pull, () => iterator.return?.());
  }
  const iterator = source[Symbol.iterator]();
  const pull = (): Chunk => {
    for (;;) {
      const { done, value } = iterator.next();
      if (done === true) return null;
      requireChunk(value);
      if (value.length > 0) return value;
    }
  };
  return new PulledInput(pull, () => iterator.return?.());
}
