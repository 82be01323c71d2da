// Requests and responses of wasi:http 0.3: their heads are resources, whether they arrive or a guest has made them.

import { ComponentError } from "../../component/api/component-error.ts";
import { disposeSymbol } from "../../host.ts";
import { noFailure } from "../error-codes.ts";
import { contentLength } from "../http/body-pipe.ts";
import { FieldsOwner, isToken, visibleFields } from "../http/fields.ts";
import type { IncomingHttp } from "../http/incoming.ts";
import { type Method, methodName, methodOf, type Scheme, schemeOf } from "../http/method.ts";
import { isAuthority, isScheme, type RequestParts } from "../http/outgoing.ts";
import type { Field, HttpResponse } from "../http/transport.ts";
import { resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { ArrivingBody, type Body, type LeavingBody, MadeBody, type Sent, type Trailers } from "./bodies.ts";
import { type GuestBytes, OK } from "./byte-streams.ts";
import { Fields3 } from "./fields.ts";
import type { RequestOptions3 } from "./request-options.ts";

/** Characters of a URI's path and query, and what is in use beside them. */
const PATH = /^[\x21\x24-\x3b\x3d\x3f-\x5f\x61-\x7e\x80-\uffff]*$/;

const NO_HOST = /(?:^|@)(?::|$)/;

/** What a message has beside its first line. */
interface Message {
  readonly headers: readonly Field[];
  readonly body: Body;
}

/** The resource `request`. */
export class Request3 extends FieldsOwner {
  static {
    resource(noFailure, Request3);
  }

  /** @internal */
  readonly body: Body;
  /** @internal */
  readonly options: RequestOptions3 | undefined;
  readonly #headers: readonly Field[];
  #method: Method = { tag: "get" };
  #path: string | undefined;
  #scheme: Scheme | undefined;
  #authority: string | undefined;

  constructor(state: WasiState, { headers, body }: Message, options?: RequestOptions3) {
    super(state);
    this.#headers = headers;
    this.body = body;
    this.options = options;
  }

  /** @internal One that arrives. */
  static arriving(state: WasiState, request: IncomingHttp): Request3 {
    const made = new Request3(state, {
      headers: visibleFields(request.headers),
      body: new ArrivingBody(request),
    });
    made.#method = methodOf(request.method);
    made.#path = request.path;
    made.#scheme = schemeOf(request.scheme);
    made.#authority = request.authority;
    return made;
  }

  getMethod(): Method {
    return this.#method;
  }

  setMethod(method: Method): void {
    if (method.tag === "other" && !isToken(method.val)) throw new ComponentError(undefined);
    this.#method = method.tag === "other" ? methodOf(method.val) : method;
  }

  getPathWithQuery(): string | undefined {
    return this.#path;
  }

  /** An empty one is `/`. */
  setPathWithQuery(path: string | undefined): void {
    if (path !== undefined && !PATH.test(path)) throw new ComponentError(undefined);
    this.#path = path === "" ? "/" : path;
  }

  getScheme(): Scheme | undefined {
    return this.#scheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    if (scheme?.tag === "other" && !isScheme(scheme.val)) throw new ComponentError(undefined);
    this.#scheme = scheme?.tag === "other" ? schemeOf(scheme.val) : scheme;
  }

  getAuthority(): string | undefined {
    return this.#authority;
  }

  setAuthority(authority: string | undefined): void {
    if (authority !== undefined && (!isAuthority(authority) || NO_HOST.test(authority)))
      throw new ComponentError(undefined);
    this.#authority = authority;
  }

  /** A copy that cannot be changed. Those of a request that arrives are not known. */
  getOptions(): RequestOptions3 | undefined {
    return this.options?.frozen;
  }

  getHeaders(): Fields3 {
    return new Fields3(this.state, this.#headers, true);
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    this.body.drop();
  }

  /** @internal What is sent. */
  get parts(): RequestParts {
    return {
      method: methodName(this.#method),
      path: this.#path ?? "/",
      scheme: this.#scheme,
      authority: this.#authority,
      headers: this.#headers,
    };
  }
}

/** The body of a request for who sends it. */
export function requestBody(request: Request3): LeavingBody {
  return request.body.leave(request, contentLength(request.parts.headers), () => {});
}

/** `request.new`: the request, and how sending it will have ended. */
export function newRequest(
  state: WasiState,
  headers: Fields3,
  contents: GuestBytes | undefined,
  trailers: Trailers,
  options: RequestOptions3 | undefined,
): [Request3, Sent] {
  const body = new MadeBody("request", { contents, trailers });
  const request = new Request3(state, { headers: headers.list, body }, options);
  request.own(headers);
  return [request, body.sent];
}

/** The resource `response`. */
export class Response3 extends FieldsOwner {
  static {
    resource(noFailure, Response3);
  }

  /** @internal */
  readonly headers: readonly Field[];
  /** @internal */
  readonly body: Body;
  #status = 200;

  constructor(state: WasiState, { headers, body }: Message) {
    super(state);
    this.headers = headers;
    this.body = body;
  }

  /** @internal One that arrives; `release` is called when it is read or dropped. */
  static arriving(state: WasiState, response: HttpResponse, release: () => void): Response3 {
    const { headers, body, trailers, status } = response;
    const made = new Response3(state, {
      headers: visibleFields(headers),
      body: new ArrivingBody({ body, trailers, release }),
    });
    made.#status = status;
    return made;
  }

  getStatusCode(): number {
    return this.#status;
  }

  setStatusCode(status: number): void {
    if (status < 100 || status > 599) throw new ComponentError(undefined);
    this.#status = status;
  }

  getHeaders(): Fields3 {
    return new Fields3(this.state, this.headers, true);
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    this.body.drop();
  }

  /** @internal */
  get status(): number {
    return this.#status;
  }
}

/** The body of a response for who sends it; `onCancel` is called when its reader has gone. */
export function responseBody(response: Response3, onCancel: () => void): LeavingBody {
  const leaving = response.body.leave(response, contentLength(response.headers), onCancel);
  if (leaving.body === undefined) {
    leaving.trailers.then(
      () => response.body.settle(OK),
      () => {},
    );
  }
  return leaving;
}

/** `response.new`: the response, and how sending it will have ended. */
export function newResponse(
  state: WasiState,
  headers: Fields3,
  contents: GuestBytes | undefined,
  trailers: Trailers,
): [Response3, Sent] {
  const body = new MadeBody("response", { contents, trailers });
  const response = new Response3(state, { headers: headers.list, body });
  response.own(headers);
  return [response, body.sent];
}

/** `request.consume-body` and `response.consume-body`. */
export function consumeBody(
  state: WasiState,
  message: Request3 | Response3,
  outcome: Sent,
): ReturnType<Body["consume"]> {
  return message.body.consume(state, outcome);
}
