// Bytes between WASI 0.3's streams and what preview1's streams, files and sockets are; each stream with a future that says how it has ended.
// Owns nothing of whom the bytes belong to. What passes is paid for by the engine, by `perHostByte`.

import { endStream } from "../../component/api/host-notes.ts";
import { WasiError } from "../../wasi/abi.ts";
import { type ByteSink, MAX_TRANSFER } from "../io/output.ts";
import type { ByteSource as PlainSource } from "../io/streams.ts";
import type { WasiState } from "../state.ts";

/** A source that can be read on by another stream. */
export interface ByteSource extends PlainSource {
  /** Takes back bytes that the guest has not read. */
  unread?(bytes: Uint8Array): void;
}

/** `result<_, error-code>`. */
export type Outcome<Code> =
  | { readonly tag: "ok"; readonly val: undefined }
  | { readonly tag: "err"; readonly val: Code };

export const OK = { tag: "ok", val: undefined } as const;

/** What an interface calls a failure; `undefined` if it is none of the guest's affair. */
export type CodeOf<Code> = (error: unknown) => Code | undefined;

/** Codes of what a system says, from those of errnos. */
export function ofErrno<Code>(codeOf: (error: WasiError) => Code): CodeOf<Code> {
  return (error) => (WasiError.isMade(error) ? codeOf(error) : undefined);
}

/** The outcome that a failure is. @throws what is not the guest's affair */
function failed<Code>(error: unknown, codeOf: CodeOf<Code>): Outcome<Code> {
  const val = codeOf(error);
  if (val === undefined) throw error;
  return { tag: "err", val };
}

/** A stream that is at its end, and why. */
export function noStream<Code>(code: Code): [Iterable<never>, Promise<Outcome<Code>>] {
  return [[], Promise.resolve({ tag: "err", val: code })];
}

/** The two that the functions `read-via-stream` and `receive` give. */
export function readVia<Code>(
  state: WasiState,
  source: ByteSource,
  codeOf: CodeOf<Code>,
): [AsyncIterable<Uint8Array>, Promise<Outcome<Code>>] {
  const reading = new Reading(state, source, codeOf);
  return [reading, reading.outcome];
}

type Next = IteratorResult<Uint8Array, undefined>;
const DONE = { done: true, value: undefined } as const;

/** A source as a guest reads it. */
class Reading<Code> implements AsyncIterable<Uint8Array> {
  readonly outcome: Promise<Outcome<Code>>;
  readonly #state: WasiState;
  readonly #source: ByteSource;
  readonly #codeOf: CodeOf<Code>;
  #settle: (outcome: Outcome<Code>) => void = () => {};
  #isOver = false;
  #wake: () => void = () => {};

  constructor(state: WasiState, source: ByteSource, codeOf: CodeOf<Code>) {
    this.#state = state;
    this.#source = source;
    this.#codeOf = codeOf;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined, number> {
    return {
      next: (wanted = MAX_TRANSFER) => this.#next(wanted),
      return: async (unwanted?: unknown) => {
        if (unwanted instanceof Uint8Array && unwanted.length > 0) this.#source.unread?.(unwanted);
        return this.#end(OK);
      },
    };
  }

  async #next(wanted: number): Promise<Next> {
    try {
      while (!this.#isOver) {
        const value = this.#source.read(Math.min(wanted, MAX_TRANSFER));
        if (value === undefined) await this.#whenReady();
        else if (value.length === 0) return this.#end(OK);
        else return { done: false, value };
      }
      return DONE;
    } catch (error) {
      // A stream has no errors: it ends, and the future says why.
      return this.#end(failed(error, this.#codeOf));
    }
  }

  /** Until there is something, or nobody wants it any more. */
  async #whenReady(): Promise<void> {
    const dropped = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([this.#state.parking.wait([this.#source]), dropped]);
  }

  #end(outcome: Outcome<Code>): Next {
    if (this.#isOver) return DONE;
    this.#isOver = true;
    this.#settle(outcome);
    this.#wake();
    this.#state.send(this.#source.release?.());
    return DONE;
  }
}

/** What a guest gives for a stream of bytes: a ReadableStream, or an async iterable where there are none. */
export type GuestBytes = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Chunks of a stream, one by one. */
export function chunksOf(stream: GuestBytes): AsyncIterator<Uint8Array> {
  if (!("getReader" in stream)) return stream[Symbol.asyncIterator]();
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<Uint8Array>>,
    async return() {
      await reader.cancel();
      return DONE;
    },
  };
}

/** Writes all that comes in a guest's stream to a sink: what the functions `write-via-stream` and `send` give. */
export function writeVia<Code>(
  state: WasiState,
  stream: GuestBytes,
  sink: ByteSink,
  codeOf: CodeOf<Code>,
): Promise<Outcome<Code>> {
  const whenDone = pump(state, stream, sink).then(
    () => OK,
    (error: unknown) => failed(error, codeOf),
  );
  // What has come when the guest ends still arrives.
  state.flow(() => endStream(stream), whenDone);
  return whenDone;
}

async function pump(state: WasiState, stream: GuestBytes, sink: ByteSink): Promise<void> {
  const chunks = chunksOf(stream);
  try {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done === true) break;
      let rest: Uint8Array = value;
      while (rest.length > 0) {
        const written = sink.write(rest);
        rest = rest.subarray(written);
        if (rest.length > 0) await sink.whenReady?.();
      }
    }
    await sink.flush?.();
  } finally {
    void chunks.return?.().catch(() => {});
    state.send(sink.release?.());
  }
}
