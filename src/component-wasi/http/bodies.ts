// The bodies of wasi:http as resources: one stream each, once, and trailers behind it.

import { ComponentError } from "../../component/api/component-error.ts";
import { disposeSymbol } from "../../host.ts";
import { inputStream } from "../../wasi/input-streams.ts";
import type { InputSource, InputStream as WasiInput } from "../../wasi/streams.ts";
import { noFailure } from "../error-codes.ts";
import { Pollable } from "../io/poll.ts";
import { BodyError } from "../io/stream-failure.ts";
import { type ByteSource, InputStream, OutputStream } from "../io/streams.ts";
import { HostResource, Once, resource } from "../resource.ts";
import { Operation } from "../sockets/operation.ts";
import type { WasiState } from "../state.ts";
import type { BodyPipe } from "./body-pipe.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { Fields, type FieldsOwner, visibleFields } from "./fields.ts";
import { type Field, HttpError } from "./transport.ts";

type Result<T, E> = { readonly tag: "ok"; readonly val: T } | { readonly tag: "err"; readonly val: E };

/** A body that arrives. */
export interface Arriving {
  readonly body: InputSource;
  readonly trailers?: Promise<readonly Field[] | undefined> | undefined;
  /** Called when the guest has finished or dropped it. */
  release?(): void;
}

/** The error code of something that a transport has thrown. */
export function codeOfFailure(error: unknown): HttpErrorCode {
  if (error instanceof HttpError) return error.code;
  if (error instanceof BodyError) return error.code as HttpErrorCode;
  return { tag: "internal-error", val: undefined };
}

/** A body's bytes; whatever a transport throws is a failure of the stream. */
function bodySource(input: WasiInput): ByteSource {
  return {
    get ready() {
      return input.ready;
    },
    read(length) {
      try {
        return input.read(length);
      } catch (error) {
        throw new BodyError(codeOfFailure(error));
      }
    },
    whenReady: () => input.whenReady(),
  };
}

/** The resource `incoming-body`. */
export class IncomingBody extends HostResource {
  static {
    resource(noFailure, IncomingBody);
  }

  readonly #input: WasiInput;
  readonly #once: Once<true> = new Once(true);
  readonly #arriving: Arriving;
  #dropped = false;

  constructor(state: WasiState, arriving: Arriving) {
    super(state);
    this.#arriving = arriving;
    this.#input = inputStream(arriving.body, undefined);
  }

  stream(): InputStream {
    if (this.#once.take() === undefined) throw new ComponentError(undefined);
    return new InputStream(this.state, bodySource(this.#input), this);
  }

  /** Ends the body. What was not read is not waited for, and then there are no trailers. Traps while its stream is there. */
  static finish(body: IncomingBody): FutureTrailers {
    return body.state.call(() => body.#end(), noFailure);
  }

  #end(): FutureTrailers {
    this.leave();
    this.#dropped = true;
    const input = this.#input;
    const isWhole = input.ready && input.available === 0;
    const trailers = isWhole ? this.#arriving.trailers : undefined;
    const release = (): void => this.#release();
    if (trailers === undefined) release();
    else void trailers.then(release, release);
    return new FutureTrailers(this.state, trailers ?? { value: undefined });
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    if (this.#dropped) return;
    this.#dropped = true;
    this.#release();
  }

  #release(): void {
    this.#input.close?.();
    this.#arriving.release?.();
  }
}

/** The resource `future-trailers`. */
export class FutureTrailers extends HostResource {
  static {
    resource(noFailure, FutureTrailers);
  }

  readonly #trailers: Operation<readonly Field[] | undefined>;
  #isTaken = false;

  constructor(
    state: WasiState,
    trailers: Promise<readonly Field[] | undefined> | { readonly value: undefined },
  ) {
    super(state);
    this.#trailers = new Operation(trailers);
  }

  subscribe(): Pollable {
    return new Pollable(this.state, this.#trailers, this);
  }

  /** Nothing before they are there; the second time an error. */
  get(): Result<Result<Fields | undefined, HttpErrorCode>, undefined> | undefined {
    if (!this.#trailers.ready) return undefined;
    if (this.#isTaken) return { tag: "err", val: undefined };
    this.#isTaken = true;
    try {
      const fields = this.#trailers.finish();
      const val = fields === undefined ? undefined : new Fields(this.state, visibleFields(fields), true);
      return { tag: "ok", val: { tag: "ok", val } };
    } catch (error) {
      return { tag: "ok", val: { tag: "err", val: codeOfFailure(error) } };
    }
  }
}

/** The resource `outgoing-body`. Dropped and not finished, the message ends with an error. */
export class OutgoingBody extends HostResource {
  static {
    resource(noFailure, OutgoingBody);
  }

  /** @internal */
  readonly pipe: BodyPipe;
  readonly #message: FieldsOwner;
  readonly #once: Once<true> = new Once(true);
  #isOver = false;

  constructor(message: FieldsOwner, pipe: BodyPipe) {
    super(message.state);
    this.#message = message;
    this.pipe = pipe;
  }

  write(): OutputStream {
    if (this.#once.take() === undefined) throw new ComponentError(undefined);
    return new OutputStream(this.state, this.pipe, this);
  }

  /** Traps while its stream is there. @throws ComponentError if the body is not as long as `content-length` says */
  static finish(body: OutgoingBody, trailers?: Fields): void {
    const code = body.state.call(() => body.#end(trailers), noFailure);
    if (code !== undefined) throw new ComponentError(code);
  }

  #end(trailers: Fields | undefined): HttpErrorCode | undefined {
    this.leave();
    this.#isOver = true;
    if (trailers !== undefined) this.#message.own(trailers);
    if (this.#once.take() !== undefined) this.pipe.withoutStream();
    return this.pipe.finish(trailers?.list);
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    if (!this.#isOver) this.pipe.fail(new HttpError({ tag: "HTTP-response-incomplete" }));
    this.#isOver = true;
  }
}
