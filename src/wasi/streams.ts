// Standard streams as the WASI functions see them.
// Knows no descriptors, no guest memory and no host. What embedders give becomes one in input-streams.ts and output-streams.ts.

import type { Waitable } from "./sockets.ts";

/** A source of bytes. */
export interface InputStream extends Waitable {
  readonly isTerminal?: boolean;
  /** At most `length` bytes; empty at the end; `undefined` if there are none yet. Throws `WasiError`. */
  read(length: number): Uint8Array | undefined;
  /** Whether `read` has something to say now: bytes, the end, or an error. */
  readonly ready: boolean;
  /** Bytes that `read` can give at once, as far as known. */
  readonly available: number;
  /**
   * `blockUntilReady` cannot end before there is something. In a synchronous `poll_oneoff` such a stream counts as ready, and the
   * read that follows blocks.
   */
  readonly blocksWithoutEnd?: boolean;
  /** Called when the guest's WASI is closed: releases what is held for it. */
  close?(): void;
}

/**
 * A sink of bytes. One that can be full has `ready` and `whenReady`, and `blockUntilReady` if the thread may be blocked in synchronous
 * calls.
 */
export interface OutputStream extends Partial<Waitable> {
  readonly isTerminal?: boolean;
  /** Takes bytes; gives how many, 0 when it is full. Throws `WasiError`: `pipe` when closed, `nospc` when there is no room ever. */
  write(bytes: Uint8Array): number;
  /** Whether `write` would take a byte, or throw. Always, if left out. */
  readonly ready?: boolean;
  /**
   * Resolves when all that was taken has arrived where it goes, or its reader has gone. Rejects if something was lost otherwise,
   * unless a `write` has said so.
   */
  flush?(): Promise<void>;
  /** Whether `flush` has nothing to wait for now. Unknown, if left out. */
  readonly idle?: boolean;
  /** Called when the guest's WASI is closed: releases what is held for it, as soon as everything has arrived. */
  close?(): void;
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
  | NodeReadableLike
  | (() => Uint8Array | string | null | undefined | Promise<Uint8Array | string | null | undefined>)
  | InputStream;

/**
 * What can be given as stdout or stderr. A callback gets chunks of its own; if it gives a promise, it gets the next one when that is
 * fulfilled.
 */
export type OutputTarget =
  | "inherit"
  | "null"
  | ((chunk: Uint8Array) => unknown)
  | WritableStreamLike
  | NodeWritableLike
  | OutputStream;

/** A Web stream, as far as it is needed: not all hosts make them iterable. */
export interface ReadableStreamLike {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | string | undefined }>;
    cancel?(): Promise<void>;
  };
}

export interface WritableStreamLike {
  getWriter(): {
    write(chunk: Uint8Array): Promise<void>;
    readonly closed: Promise<unknown>;
    releaseLock(): void;
  };
}

/** A readable stream of Node, as far as it is needed. */
export interface NodeReadableLike {
  read(): unknown;
  on(event: string, listener: (error: Error) => void): unknown;
  off(event: string, listener: (error: Error) => void): unknown;
  pause(): unknown;
  readonly readableEnded: boolean;
  readonly destroyed: boolean;
  readonly isTTY?: boolean;
  ref?(): unknown;
  unref?(): unknown;
}

/** A writable stream of Node, as far as it is needed. */
export interface NodeWritableLike {
  /** Called with a callback too; were it named here, TypeScript could not infer the parameter of `{ write(bytes) { … } }`. */
  write(chunk: Uint8Array): boolean;
  on(event: string, listener: (error: Error) => void): unknown;
  off(event: string, listener: (error: Error) => void): unknown;
  readonly writableEnded: boolean;
  readonly destroyed: boolean;
  readonly isTTY?: boolean;
}
