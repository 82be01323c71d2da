// The messages of wasi:http as resources: requests and responses, arriving and leaving, and what is asked for beside them.

import { ComponentError } from "../../component/api/component-error.ts";
import { noFailure } from "../error-codes.ts";
import { Pollable } from "../io/poll.ts";
import { HostResource, must, Once, resource } from "../resource.ts";
import { Operation } from "../sockets/operation.ts";
import type { WasiState } from "../state.ts";
import { type Arriving, codeOfFailure, IncomingBody, OutgoingBody } from "./bodies.ts";
import { BodyPipe, contentLength, type Deferred } from "./body-pipe.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { Fields, isToken, visibleFields } from "./fields.ts";
import { type Field, HttpError, type HttpRequest, type HttpResponse } from "./transport.ts";

/** `method`. */
export type Method =
  | {
      readonly tag: "get" | "head" | "post" | "put" | "delete" | "connect" | "options" | "trace" | "patch";
    }
  | { readonly tag: "other"; readonly val: string };

/** `scheme`. */
export type Scheme = { readonly tag: "HTTP" | "HTTPS" } | { readonly tag: "other"; readonly val: string };

const METHODS = ["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"] as const;

export function methodOf(name: string): Method {
  const tag = METHODS.find((each) => each.toUpperCase() === name);
  return tag === undefined ? { tag: "other", val: name } : { tag };
}

export function methodName(method: Method): string {
  return method.tag === "other" ? method.val : method.tag.toUpperCase();
}

export function schemeOf(name: string): Scheme {
  if (name === "http") return { tag: "HTTP" };
  return name === "https" ? { tag: "HTTPS" } : { tag: "other", val: name };
}

/** A request as it arrives, whoever accepted it. */
export interface IncomingHttp extends Arriving {
  /** As it was sent, e.g. `GET`. */
  readonly method: string;
  readonly scheme: string;
  readonly authority: string | undefined;
  readonly path: string;
  readonly headers: readonly Field[];
}

/** The resource `incoming-request`. */
export class IncomingRequest extends HostResource {
  static {
    resource(noFailure, IncomingRequest);
  }

  readonly #request: IncomingHttp;
  readonly #body: Once<IncomingHttp>;

  constructor(state: WasiState, request: IncomingHttp) {
    super(state);
    this.#request = request;
    this.#body = new Once(request);
  }

  method(): Method {
    return methodOf(this.#request.method);
  }

  pathWithQuery(): string | undefined {
    return this.#request.path;
  }

  scheme(): Scheme | undefined {
    return schemeOf(this.#request.scheme);
  }

  authority(): string | undefined {
    return this.#request.authority;
  }

  headers(): Fields {
    return new Fields(this.state, visibleFields(this.#request.headers), true);
  }

  consume(): IncomingBody {
    const request = this.#body.take();
    if (request === undefined) throw new ComponentError(undefined);
    return new IncomingBody(this.state, request);
  }
}

/** The resource `incoming-response`. */
export class IncomingResponse extends HostResource {
  static {
    resource(noFailure, IncomingResponse);
  }

  readonly #response: HttpResponse;
  readonly #body: Once<Arriving>;

  constructor(state: WasiState, response: HttpResponse, release: () => void) {
    super(state);
    this.#response = response;
    this.#body = new Once<Arriving>({ body: response.body, trailers: response.trailers, release });
  }

  status(): number {
    return this.#response.status;
  }

  headers(): Fields {
    return new Fields(this.state, visibleFields(this.#response.headers), true);
  }

  consume(): IncomingBody {
    const body = this.#body.take();
    if (body === undefined) throw new ComponentError(undefined);
    return new IncomingBody(this.state, body);
  }

  override [Symbol.dispose](): void {
    this.#body.take()?.release?.();
  }
}

/** Characters of a URI's path and query, and what is in use beside them. */
const PATH = /^[\x21-\x7e\x80-\uffff]*$/;
const AUTHORITY = /^[\x21-\x7e]*$/;

/** The resource `outgoing-request`. */
export class OutgoingRequest extends HostResource {
  static {
    resource(noFailure, OutgoingRequest);
  }

  readonly #headers: Fields;
  readonly #body: Once<true> = new Once(true);
  #pipe: BodyPipe | undefined;
  #method: Method = { tag: "get" };
  #path: string | undefined;
  #scheme: Scheme | undefined;
  #authority: string | undefined;

  constructor(state: WasiState, headers: Fields) {
    super(state);
    this.#headers = headers;
  }

  body(): OutgoingBody {
    if (this.#body.take() === undefined) throw new ComponentError(undefined);
    this.#pipe = new BodyPipe("request", contentLength(this.#headers.list));
    return new OutgoingBody(this.state, this.#pipe);
  }

  method(): Method {
    return this.#method;
  }

  setMethod(method: Method): void {
    if (method.tag === "other" && !isToken(method.val)) throw new ComponentError(undefined);
    this.#method = method.tag === "other" ? methodOf(method.val) : method;
  }

  pathWithQuery(): string | undefined {
    return this.#path;
  }

  setPathWithQuery(path: string | undefined): void {
    if (path !== undefined && !PATH.test(path)) throw new ComponentError(undefined);
    this.#path = path;
  }

  scheme(): Scheme | undefined {
    return this.#scheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    if (scheme?.tag === "other" && !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme.val))
      throw new ComponentError(undefined);
    this.#scheme = scheme;
  }

  authority(): string | undefined {
    return this.#authority;
  }

  setAuthority(authority: string | undefined): void {
    if (
      authority !== undefined &&
      (authority === "" || !AUTHORITY.test(authority) || /[/?#\\]/.test(authority))
    )
      throw new ComponentError(undefined);
    this.#authority = authority;
  }

  headers(): Fields {
    return new Fields(this.state, this.#headers.list, true);
  }

  /** @internal What is sent. */
  get parts(): {
    readonly method: string;
    readonly path: string | undefined;
    readonly scheme: Scheme | undefined;
    readonly authority: string | undefined;
    readonly headers: readonly Field[];
    readonly pipe: BodyPipe | undefined;
  } {
    return {
      method: methodName(this.#method),
      path: this.#path,
      scheme: this.#scheme,
      authority: this.#authority,
      headers: this.#headers.list,
      pipe: this.#pipe,
    };
  }
}

/** How long a transport may wait. */
export type Timeouts = Pick<HttpRequest, "connectTimeoutMs" | "firstByteTimeoutMs" | "betweenBytesTimeoutMs">;

/** The longest timer: int32 milliseconds. */
const LONGEST_MS = 2n ** 31n - 1n;

function milliseconds(nanoseconds: bigint | undefined): number | undefined {
  if (nanoseconds === undefined) return undefined;
  const ms = (nanoseconds + 999_999n) / 1_000_000n;
  return Number(ms > LONGEST_MS ? LONGEST_MS : ms);
}

/** The resource `request-options`. All are nanoseconds. */
export class RequestOptions extends HostResource {
  static {
    resource(noFailure, RequestOptions);
  }

  #connect: bigint | undefined;
  #firstByte: bigint | undefined;
  #betweenBytes: bigint | undefined;

  connectTimeout(): bigint | undefined {
    return this.#connect;
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#connect = duration;
  }

  firstByteTimeout(): bigint | undefined {
    return this.#firstByte;
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#firstByte = duration;
  }

  betweenBytesTimeout(): bigint | undefined {
    return this.#betweenBytes;
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#betweenBytes = duration;
  }

  /** @internal In milliseconds. */
  get timeouts(): Timeouts {
    return {
      connectTimeoutMs: milliseconds(this.#connect),
      firstByteTimeoutMs: milliseconds(this.#firstByte),
      betweenBytesTimeoutMs: milliseconds(this.#betweenBytes),
    };
  }
}

/** The resource `outgoing-response`. */
export class OutgoingResponse extends HostResource {
  static {
    resource(noFailure, OutgoingResponse);
  }

  /** @internal */
  readonly fields: Fields;
  readonly #body: Once<true> = new Once(true);
  /** @internal Made with the body, or when the response is set. */
  pipe: BodyPipe | undefined;
  #status = 200;

  constructor(state: WasiState, headers: Fields) {
    super(state);
    this.fields = headers;
  }

  statusCode(): number {
    return this.#status;
  }

  setStatusCode(status: number): void {
    if (status < 100 || status > 999) throw new ComponentError(undefined);
    this.#status = status;
  }

  headers(): Fields {
    return new Fields(this.state, this.fields.list, true);
  }

  body(): OutgoingBody {
    if (this.#body.take() === undefined) throw new ComponentError(undefined);
    // Who reads is known when the response is set.
    this.pipe = new BodyPipe("response", contentLength(this.fields.list), () => this.onCancel());
    return new OutgoingBody(this.state, this.pipe);
  }

  /** @internal Called when the reader of the body has gone. */
  onCancel: () => void = () => {};

  /** @internal */
  get status(): number {
    return this.#status;
  }
}

/** What a guest answers with. */
type GivenResponse =
  | { readonly tag: "ok"; readonly val: OutgoingResponse }
  | { readonly tag: "err"; readonly val: HttpErrorCode };

/** The resource `response-outparam`. */
export class ResponseOutparam extends HostResource {
  static {
    resource(noFailure, ResponseOutparam);
  }

  readonly #once: Once<Deferred<OutgoingResponse>>;

  constructor(state: WasiState, response: Deferred<OutgoingResponse>) {
    super(state);
    this.#once = new Once(response);
  }

  /** Unstable in the WIT: responses before the response are not sent. */
  sendInformational(_status: number, _headers: Fields): void {
    throw new ComponentError<HttpErrorCode>({
      tag: "internal-error",
      val: "informational responses are not sent",
    });
  }

  /** Only once; again traps. */
  static set(param: ResponseOutparam, response: GivenResponse): void {
    param.state.call(() => param.#settle(response), noFailure);
  }

  #settle(response: GivenResponse): void {
    const deferred = must(this.#once.take(), "response-outparam.set: the response was set before");
    if (response.tag === "ok") deferred.resolve(response.val);
    else deferred.reject(new HttpError(response.val));
  }
}

type FutureResult =
  | {
      readonly tag: "ok";
      readonly val:
        | { readonly tag: "ok"; readonly val: IncomingResponse }
        | { readonly tag: "err"; readonly val: HttpErrorCode };
    }
  | { readonly tag: "err"; readonly val: undefined };

/** The resource `future-incoming-response`. */
export class FutureIncomingResponse extends HostResource {
  static {
    resource(noFailure, FutureIncomingResponse);
  }

  readonly #response: Operation<HttpResponse>;
  readonly #release: () => void;
  #isTaken = false;

  constructor(state: WasiState, response: Promise<HttpResponse>, release: () => void) {
    super(state);
    this.#response = new Operation(response);
    this.#release = release;
  }

  subscribe(): Pollable {
    return new Pollable(this.state, this.#response);
  }

  /** Nothing before the head is there; the second time an error. */
  get(): FutureResult | undefined {
    if (!this.#response.ready) return undefined;
    if (this.#isTaken) return { tag: "err", val: undefined };
    this.#isTaken = true;
    try {
      const response = this.#response.finish();
      const val = new IncomingResponse(this.state, response, this.#release);
      return { tag: "ok", val: { tag: "ok", val } };
    } catch (error) {
      this.#release();
      return { tag: "ok", val: { tag: "err", val: codeOfFailure(error) } };
    }
  }

  override [Symbol.dispose](): void {
    if (!this.#isTaken) this.#release();
  }
}
