// Standard streams: where stdin comes from and where stdout and stderr go.
// Knows no descriptors, no guest memory and no host; `wasmeter/node` adds the process's own streams.

import { WasiError } from "./abi.ts";
import type { Waitable } from "./sockets.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** A source of bytes. */
export interface InputStream extends Waitable {
  readonly isTerminal?: boolean;
  /** At most `length` bytes; empty at the end; `undefined` if there are none yet. Throws `WasiError`. */
  read(length: number): Uint8Array | undefined;
  /** Whether `read` has something to say now: bytes, the end, or an error. */
  readonly ready: boolean;
  /** Bytes that `read` can give at once, as far as known. */
  readonly available: number;
}

/** A sink of bytes. */
export interface OutputStream {
  readonly isTerminal?: boolean;
  /** Takes bytes; gives how many, at least one. Throws `WasiError`: `pipe` when closed, `nospc` when full. */
  write(bytes: Uint8Array): number;
}

/** What can be given as stdin. A string is sent as UTF-8; a function gives the next chunk, and an empty one or null ends. */
export type InputSource =
  | "inherit"
  | "null"
  | { readonly text: string }
  | Uint8Array
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>
  | ReadableStreamLike
  | (() => Uint8Array | string | null | undefined | Promise<Uint8Array | string | null | undefined>)
  | InputStream;

/** A Web stream, as far as it is needed: not all hosts make them iterable. */
export interface ReadableStreamLike {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | string | undefined }>;
  };
}

/** What can be given as stdout or stderr. A callback gets chunks of its own. */
export type OutputTarget = "inherit" | "null" | ((chunk: Uint8Array) => void) | OutputStream;

/** Takes output and keeps it, up to a limit. */
export class CapturedOutput implements OutputStream {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** @param options.limit bytes that are kept; a write past it gives the guest `nospc`. Default 16 MiB. */
  constructor(options: { readonly limit?: number } = {}) {
    this.#limit = options.limit ?? 16 * 2 ** 20;
  }

  /** Bytes kept so far. */
  get length(): number {
    return this.#length;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#limit - this.#length);
    if (taken === 0 && bytes.length > 0) throw new WasiError("nospc", "captured output is full");
    this.#chunks.push(bytes.slice(0, taken));
    this.#length += taken;
    // One-byte writes would otherwise keep an object per byte.
    if (this.#chunks.length >= 1024) this.#join();
    return taken;
  }

  /** A copy of everything written. */
  bytes(): Uint8Array {
    return this.#join().slice();
  }

  /** Everything written, as text; malformed UTF-8 is shown as Latin-1. */
  text(): string {
    const bytes = this.#join();
    const text = decodeUtf8(bytes);
    if (text !== undefined) return text;
    let latin1 = "";
    for (const byte of bytes) latin1 += String.fromCharCode(byte);
    return latin1;
  }

  #join(): Uint8Array {
    const first = this.#chunks[0];
    if (this.#chunks.length === 1 && first !== undefined) return first;
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks.splice(0, this.#chunks.length, all);
    return all;
  }
}

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
  #rest: Uint8Array = EMPTY;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #pending: Promise<void> | undefined;

  constructor(pull: () => Chunk | Promise<Chunk>) {
    this.#pull = pull;
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

  #start(): void {
    if (this.#pending !== undefined) return;
    const chunk = this.#pull();
    if (chunk instanceof Promise) {
      this.#pending = chunk.then(
        (value) => {
          this.#pending = undefined;
          this.#take(value);
        },
        (error: unknown) => {
          this.#pending = undefined;
          this.#failure = { error };
        },
      );
    } else this.#take(chunk);
  }

  #take(chunk: Chunk): void {
    this.#rest = typeof chunk === "string" ? encodeUtf8(chunk) : (chunk ?? EMPTY);
    if (this.#rest.length === 0) this.#ended = true;
  }
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
  if ("getReader" in source) {
    const reader = source.getReader();
    return new PulledInput(async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return null;
        if (value !== undefined && value.length > 0) return value;
      }
    });
  }
  if (Symbol.asyncIterator in source) {
    const iterator = source[Symbol.asyncIterator]();
    return new PulledInput(async () => {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done === true) return null;
        // An empty chunk in the middle is not the end.
        if (value.length > 0) return value;
      }
    });
  }
  const iterator = source[Symbol.iterator]();
  return new PulledInput(() => {
    for (;;) {
      const { done, value } = iterator.next();
      if (done === true) return null;
      if (value.length > 0) return value;
    }
  });
}

/** Turns what the embedder gave into a stream. */
export function outputStream(
  target: OutputTarget,
  name: string,
  inherit: (() => OutputStream) | undefined,
): OutputStream {
  if (target === "null") return { write: (bytes) => bytes.length };
  if (target === "inherit") {
    if (inherit === undefined) throw new TypeError(`${name}: "inherit" needs the host of wasmeter/node`);
    return inherit();
  }
  if (typeof target === "function") {
    return {
      write(bytes) {
        // A copy: the guest may overwrite its buffer at once.
        target(bytes.slice());
        return bytes.length;
      },
    };
  }
  return target;
}
