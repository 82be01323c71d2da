// Requests and responses of wasi:http 0.3: their heads are resources, their bodies streams, with trailers as a future behind them.

import { ComponentError } from "../../component/api/component-error.ts";
import { inputStream } from "../../wasi/input-streams.ts";
import { noFailure } from "../error-codes.ts";
import { HostResource, must, Once, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { type Arriving, codeOfFailure } from "./bodies.ts";
import { contentLength, Deferred } from "./body-pipe.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { Fields, FieldsOwner, visibleFields } from "./fields.ts";
import type { IncomingHttp } from "./incoming.ts";
import { type Method, methodOf, type Scheme, schemeOf } from "./method.ts";
import type { RequestOptions } from "./outgoing.ts";
import { type Field, HttpError } from "./transport.ts";

type Result<T> =
  | { readonly tag: "ok"; readonly val: T }
  | { readonly tag: "err"; readonly val: HttpErrorCode };

/** `future<result<option<trailers>, error-code>>`. */
type Trailers = Promise<Result<Fields | undefined>>;
/** `future<result<_, error-code>>`: how sending a message, or reading its body, has ended. */
type Outcome = Promise<Result<undefined>>;

/** Bytes of an arriving body that are given at once. */
const CHUNK = 65_536;

/** A body that leaves. */
export interface LeavingBody {
  /** `undefined` if the guest made none. It fails where the guest, or its trailers, do. */
  readonly body: ReadableStream<Uint8Array> | undefined;
  readonly trailers: Promise<readonly Field[] | undefined>;
}

/** A body as guests get it, and as they give it. */
class Body {
  readonly #once: Once<Arriving>;

  constructor(arriving: Arriving) {
    this.#once = new Once(arriving);
  }

  /** @throws Trap the second time */
  consume(state: WasiState, outcome: Outcome): [AsyncIterable<Uint8Array>, Trailers] {
    const arriving = must(this.#once.take(), "consume-body: the body was consumed before");
    // Nobody sends again what the guest could not read.
    outcome.catch(() => {});
    const ended = new Deferred<void>();
    const trailers = ended.promise.then(async (): Promise<Result<Fields | undefined>> => {
      const list = await arriving.trailers;
      return { tag: "ok", val: list && new Fields(state, visibleFields(list), true) };
    });
    const settled: Trailers = trailers.catch((error: unknown) => ({ tag: "err", val: codeOfFailure(error) }));
    return [chunksOf(state, arriving, ended), settled];
  }

  drop(): void {
    this.#once.take()?.release?.();
  }
}

async function* chunksOf(
  state: WasiState,
  arriving: Arriving,
  ended: Deferred<void>,
): AsyncGenerator<Uint8Array> {
  const input = inputStream(arriving.body, undefined);
  try {
    for (;;) {
      const bytes = input.read(CHUNK);
      if (bytes === undefined) await input.whenReady();
      else if (bytes.length === 0) break;
      else {
        state.meter.charge("perHostByte", bytes.length);
        yield bytes;
      }
    }
    ended.resolve();
  } catch (error) {
    // A stream has no errors: it ends, and the trailers say why.
    ended.reject(error);
  } finally {
    ended.resolve();
    arriving.release?.();
  }
}

/** What a guest gives for the body of a message, as it is sent; and how that has ended. */
function leaving(
  message: Response3,
  contents: ReadableStream<Uint8Array> | undefined,
  trailers: Trailers,
): { readonly leaving: LeavingBody; readonly outcome: Outcome } {
  const length = contentLength(message.fields.list);
  const sent = new Deferred<Result<undefined>>();
  const list = trailers.then((result) => {
    if (result.tag === "err") throw new HttpError(result.val);
    if (result.val !== undefined) message.own(result.val);
    return result.val?.list;
  });
  list.catch(() => {});
  const fail = (error: unknown): void => sent.resolve({ tag: "err", val: codeOfFailure(error) });
  if (contents === undefined) {
    list.then(() => sent.resolve({ tag: "ok", val: undefined }), fail);
    return { leaving: { body: undefined, trailers: list }, outcome: sent.promise };
  }
  const reader = contents.getReader();
  let written = 0n;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          written += BigInt(value?.length ?? 0);
          if (length !== undefined && (written > length || (done && written !== length)))
            throw new HttpError({ tag: "HTTP-response-body-size", val: written });
          if (!done) return controller.enqueue(value);
          await list;
          controller.close();
          sent.resolve({ tag: "ok", val: undefined });
        } catch (error) {
          fail(error);
          controller.error(error);
        }
      },
      cancel() {
        void reader.cancel().catch(() => {});
        fail(new HttpError({ tag: "connection-terminated" }));
        message.onCancel();
      },
    },
    { highWaterMark: 0 },
  );
  return { leaving: { body, trailers: list }, outcome: sent.promise };
}

/** The resource `request`, as it arrives at a handler. */
export class Request3 extends HostResource {
  static {
    resource(noFailure, Request3);
  }

  readonly #request: IncomingHttp;
  /** @internal */
  readonly body: Body;

  constructor(state: WasiState, request: IncomingHttp) {
    super(state);
    this.#request = request;
    this.body = new Body(request);
  }

  getMethod(): Method {
    return methodOf(this.#request.method);
  }

  getPathWithQuery(): string | undefined {
    return this.#request.path;
  }

  getScheme(): Scheme | undefined {
    return schemeOf(this.#request.scheme);
  }

  getAuthority(): string | undefined {
    return this.#request.authority;
  }

  /** Those of a request that arrives are not known. */
  getOptions(): RequestOptions | undefined {
    return undefined;
  }

  getHeaders(): Fields {
    return new Fields(this.state, visibleFields(this.#request.headers), true);
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.body.drop();
  }
}

export function consumeRequest(
  state: WasiState,
  request: Request3,
  outcome: Outcome,
): [AsyncIterable<Uint8Array>, Trailers] {
  return request.body.consume(state, outcome);
}

/** The resource `response`, as a guest makes it. */
export class Response3 extends FieldsOwner {
  static {
    resource(noFailure, Response3);
  }

  /** @internal */
  readonly fields: Fields;
  /** @internal Called when the reader of the body has gone. */
  onCancel: () => void = () => {};
  /** @internal */
  leaving: LeavingBody = { body: undefined, trailers: Promise.resolve(undefined) };
  #status = 200;

  constructor(state: WasiState, headers: Fields) {
    super(state);
    this.fields = headers;
    this.own(headers);
  }

  getStatusCode(): number {
    return this.#status;
  }

  setStatusCode(status: number): void {
    if (status < 100 || status > 999) throw new ComponentError(undefined);
    this.#status = status;
  }

  getHeaders(): Fields {
    return new Fields(this.state, this.fields.list, true);
  }

  /** @internal */
  get status(): number {
    return this.#status;
  }
}

/** `response.new`: the response, and how sending it will have ended. */
export function newResponse(
  state: WasiState,
  headers: Fields,
  contents: ReadableStream<Uint8Array> | undefined,
  trailers: Trailers,
): [Response3, Outcome] {
  const response = new Response3(state, headers);
  const made = leaving(response, contents, trailers);
  response.leaving = made.leaving;
  return [response, made.outcome];
}
