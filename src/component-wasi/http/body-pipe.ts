// The body that a guest writes: a pipe between its output stream and whoever sends it on. A full pipe makes the guest wait, and a reader
// that has gone makes its writes fail.

import { streamOf } from "../../host.ts";
import { WasiError } from "../../wasi/abi.ts";
import type { ByteSink } from "../io/output.ts";
import { BodyError } from "../io/stream-failure.ts";
import type { HttpErrorCode } from "./error-code.ts";
import type { Field } from "./transport.ts";

/** Bytes that are kept for a reader that takes its time. */
const MAX_KEPT = 65_536;

/** A promise with the functions that settle it. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => {};
  reject: (error: unknown) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Who is not interested in the outcome has no unhandled rejection.
    this.promise.catch(() => {});
  }
}

export class BodyPipe implements ByteSink {
  readonly #kept: Uint8Array[] = [];
  #bytes = 0;
  #written = 0n;
  readonly #length: bigint | undefined;
  readonly #tooLong: "HTTP-request-body-size" | "HTTP-response-body-size";
  readonly #onCancel: () => void;
  #isFinished = false;
  /** The guest has dropped its stream, and everything is in the pipe. */
  #isReleased = false;
  #isCancelled = false;
  #failure: unknown;
  #room: Deferred<void> | undefined;
  #arrival: Deferred<void> | undefined;
  readonly #trailers = new Deferred<readonly Field[] | undefined>();
  #given: readonly Field[] | undefined;

  /**
   * @param length what `content-length` says
   * @param onCancel called when the reader has gone
   */
  constructor(kind: "request" | "response", length: bigint | undefined, onCancel: () => void = () => {}) {
    this.#tooLong = `HTTP-${kind}-body-size`;
    this.#length = length;
    this.#onCancel = onCancel;
  }

  get ready(): boolean {
    return this.#bytes < MAX_KEPT || this.#isOver;
  }

  whenReady(): Promise<void> {
    if (this.ready) return Promise.resolve();
    this.#room ??= new Deferred();
    return this.#room.promise;
  }

  write(bytes: Uint8Array): number {
    if (this.#isOver) throw new WasiError("pipe", "nobody reads the body");
    const part = bytes.slice(0, Math.max(0, MAX_KEPT - this.#bytes));
    if (part.length === 0) return 0;
    this.#written += BigInt(part.length);
    if (this.#length !== undefined && this.#written > this.#length)
      throw new BodyError(this.#wrongSize(this.#written));
    this.#bytes += part.length;
    this.#kept.push(part);
    this.#wakeReader();
    return part.length;
  }

  release(): void {
    this.#isReleased = true;
    this.#wakeReader();
  }

  /** No stream was asked for, so none will be dropped. */
  withoutStream(): void {
    this.#isReleased = true;
  }

  /** Settles when the body is finished. */
  get trailers(): Promise<readonly Field[] | undefined> {
    return this.#trailers.promise;
  }

  /** The body is whole. Gives the error if it is shorter than `content-length` says. */
  finish(trailers: readonly Field[] | undefined): HttpErrorCode | undefined {
    if (this.#length !== undefined && this.#written !== this.#length && this.#isReleased) {
      const code = this.#wrongSize(this.#written);
      this.fail(new BodyError(code));
      return code;
    }
    this.#given = trailers;
    this.#isFinished = true;
    this.#wakeReader();
    return undefined;
  }

  /** The body will not be finished; nothing happens if it is. */
  fail(error: unknown): void {
    if (this.#isFinished || this.#isOver) return;
    this.#failure = error;
    this.#trailers.reject(error);
    this.#wakeReader();
    this.#wakeWriter();
  }

  /** The body for its one reader. */
  readable(): ReadableStream<Uint8Array> {
    return streamOf<Uint8Array>({
      read: async () => {
        const chunk = await this.#next();
        if (chunk === undefined) this.#trailers.resolve(this.#given);
        return chunk;
      },
      cancel: () => {
        this.#isCancelled = true;
        this.#kept.length = 0;
        this.#bytes = 0;
        this.#trailers.reject(new WasiError("pipe"));
        this.#wakeWriter();
        this.#onCancel();
      },
    });
  }

  get #isOver(): boolean {
    return this.#isCancelled || this.#failure !== undefined;
  }

  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#kept.shift();
      if (chunk !== undefined) {
        this.#bytes -= chunk.length;
        this.#wakeWriter();
        return chunk;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isFinished && this.#isReleased) {
        if (this.#length !== undefined && this.#written !== this.#length)
          throw new BodyError(this.#wrongSize(this.#written));
        return undefined;
      }
      this.#arrival ??= new Deferred();
      await this.#arrival.promise;
    }
  }

  #wrongSize(size: bigint): HttpErrorCode {
    return { tag: this.#tooLong, val: size };
  }

  #wakeReader(): void {
    this.#arrival?.resolve();
    this.#arrival = undefined;
  }

  #wakeWriter(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}

/** What `content-length` says. @throws nothing: what is no number is as if it were not there */
export function contentLength(fields: readonly Field[]): bigint | undefined {
  const value = fields.find(([name]) => name === "content-length")?.[1];
  if (value === undefined || value.length === 0 || value.length > 19) return undefined;
  let length = 0n;
  for (const byte of value) {
    if (byte < 48 || byte > 57) return undefined;
    length = length * 10n + BigInt(byte - 48);
  }
  return length;
}
