// Bodies of wasi:http 0.3: a stream of bytes with trailers as a future behind it, one that arrives or one that a guest has made. Each is
// read by a guest or sent on, once.

import { streamOf } from "../../host.ts";
import { inputStream } from "../../wasi/input-streams.ts";
import { type Arriving, codeOfFailure } from "../http/bodies.ts";
import { Deferred } from "../http/body-pipe.ts";
import type { HttpErrorCode } from "../http/error-code.ts";
import { type FieldsOwner, visibleFields } from "../http/fields.ts";
import { type Field, HttpError } from "../http/transport.ts";
import { must, Once } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { type ByteSource, chunksOf, type GuestBytes, OK, type Outcome, readVia } from "./byte-streams.ts";
import { Fields3 } from "./fields.ts";

export type Result<T> =
  | { readonly tag: "ok"; readonly val: T }
  | { readonly tag: "err"; readonly val: HttpErrorCode };

/** `future<result<option<trailers>, error-code>>`. */
export type Trailers = Promise<Result<Fields3 | undefined>>;
/** `future<result<_, error-code>>`: how sending a message, or reading its body, has ended. */
export type Sent = Promise<Outcome<HttpErrorCode>>;

/** A body that leaves. */
export interface LeavingBody {
  /** `undefined` if there is none. It fails where the guest, or its trailers, do. */
  readonly body: ReadableStream<Uint8Array> | undefined;
  readonly trailers: Promise<readonly Field[] | undefined>;
}

export interface Body {
  /** For a guest. `outcome` is how it gets on with that. @throws Trap the second time */
  consume(
    state: WasiState,
    outcome: Sent,
  ): [AsyncIterable<Uint8Array> | Iterable<never> | GuestBytes, Trailers];
  /** For who sends it. `onCancel` is called when its reader has gone. @throws Trap the second time */
  leave(message: FieldsOwner, length: bigint | undefined, onCancel: () => void): LeavingBody;
  /** Sending it has come to that, if that is not known yet. */
  settle(outcome: Outcome<HttpErrorCode>): void;
  /** Nobody wants it. */
  drop(): void;
}

/** A body that arrives. */
export class ArrivingBody implements Body {
  readonly #once: Once<Arriving>;

  constructor(arriving: Arriving) {
    this.#once = new Once(arriving);
  }

  consume(state: WasiState, outcome: Sent): [AsyncIterable<Uint8Array>, Trailers] {
    // Nobody sends again what the guest could not read.
    outcome.catch(() => {});
    const arriving = this.#take();
    const [stream, ended] = readVia(state, sourceOf(arriving), codeOfFailure);
    const trailers = ended.then(async (end): Promise<Result<Fields3 | undefined>> => {
      if (end.tag === "err") return end;
      const list = await arriving.trailers;
      return { tag: "ok", val: list && new Fields3(state, visibleFields(list), true) };
    });
    return [stream, trailers.catch((error: unknown) => ({ tag: "err", val: codeOfFailure(error) }))];
  }

  leave(): LeavingBody {
    const arriving = this.#take();
    const source = sourceOf(arriving);
    const body = streamOf<Uint8Array>({
      async read() {
        for (;;) {
          const bytes = source.read(CHUNK);
          if (bytes === undefined) await source.whenReady();
          else if (bytes.length > 0) return bytes;
          else {
            source.release?.();
            return undefined;
          }
        }
      },
      cancel: () => void source.release?.(),
    });
    return { body, trailers: arriving.trailers ?? Promise.resolve(undefined) };
  }

  settle(): void {}

  drop(): void {
    this.#once.take()?.release?.();
  }

  #take(): Arriving {
    return must(this.#once.take(), "consume-body: the body was consumed before");
  }
}

/** Bytes of an arriving body that are sent on at once. */
const CHUNK = 65_536;

function sourceOf(arriving: Arriving): ByteSource {
  const input = inputStream(arriving.body, undefined);
  let isWhole = false;
  const release = (): void => {
    input.close?.();
    arriving.release?.();
  };
  return {
    get ready() {
      return input.ready;
    },
    whenReady: () => input.whenReady(),
    read(length) {
      const bytes = input.read(length);
      isWhole = bytes?.length === 0;
      return bytes;
    },
    release() {
      // What comes behind the body is waited for where the body was.
      if (isWhole && arriving.trailers !== undefined) void arriving.trailers.then(release, release);
      else release();
    },
  };
}

interface Made {
  readonly contents: GuestBytes | undefined;
  readonly trailers: Trailers;
}

/** A body that a guest has made. */
export class MadeBody implements Body {
  readonly #made: Once<Made>;
  readonly #sent = new Deferred<Outcome<HttpErrorCode>>();
  readonly #tooLong: "HTTP-request-body-size" | "HTTP-response-body-size";

  constructor(kind: "request" | "response", made: Made) {
    this.#made = new Once(made);
    this.#tooLong = `HTTP-${kind}-body-size`;
    made.trailers.catch(() => {});
  }

  /** How sending it ends. */
  get sent(): Sent {
    return this.#sent.promise;
  }

  consume(_state: WasiState, outcome: Sent): [Iterable<never> | GuestBytes, Trailers] {
    const { contents, trailers } = this.#take();
    outcome.then(
      (end) => this.settle(end),
      () => {},
    );
    return [contents ?? [], trailers];
  }

  leave(message: FieldsOwner, length: bigint | undefined, onCancel: () => void): LeavingBody {
    const { contents, trailers } = this.#take();
    const list = trailers.then((result) => {
      if (result.tag === "err") throw new HttpError(result.val);
      if (result.val !== undefined) message.own(result.val);
      return result.val?.list;
    });
    list.catch((error: unknown) => this.#fail(error));
    if (contents === undefined) return { body: undefined, trailers: list };
    const chunks = chunksOf(contents);
    let written = 0n;
    const body = streamOf<Uint8Array>({
      read: async () => {
        try {
          const { done, value } = await chunks.next();
          written += BigInt(done === true ? 0 : value.length);
          if (length !== undefined && (written > length || (done === true && written !== length)))
            throw new HttpError({ tag: this.#tooLong, val: written });
          if (done !== true) return value;
          await list;
          this.settle(OK);
          return undefined;
        } catch (error) {
          this.#fail(error);
          throw error;
        }
      },
      cancel: () => {
        void chunks.return?.().catch(() => {});
        this.settle({ tag: "err", val: { tag: "connection-terminated" } });
        onCancel();
      },
    });
    return { body, trailers: list };
  }

  settle(outcome: Outcome<HttpErrorCode>): void {
    this.#sent.resolve(outcome);
  }

  drop(): void {
    const { contents } = this.#made.take() ?? {};
    if (contents !== undefined)
      void chunksOf(contents)
        .return?.()
        .catch(() => {});
    this.settle({ tag: "err", val: { tag: "connection-terminated" } });
  }

  #fail(error: unknown): void {
    this.settle({ tag: "err", val: codeOfFailure(error) });
  }

  #take(): Made {
    return must(this.#made.take(), "consume-body: the body was consumed before");
  }
}
