// What leaves, as resources of wasi:http: the guest's requests with their options, and its responses.

import { ComponentError } from "../../component/api/component-error.ts";
import { disposeSymbol } from "../../host.ts";
import { noFailure } from "../error-codes.ts";
import { HostResource, must, Once, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { OutgoingBody } from "./bodies.ts";
import { BodyPipe, contentLength, type Deferred } from "./body-pipe.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { Fields, FieldsOwner, isToken } from "./fields.ts";
import { type Method, methodName, methodOf, type Scheme } from "./method.ts";
import { type Field, HttpError, type HttpRequest } from "./transport.ts";

/** Characters of a URI's path and query, and what is in use beside them. */
const PATH = /^[\x21-\x7e\x80-\uffff]*$/;
/** Perhaps a user, a host, perhaps a port; what else there is of a URI begins by one of `/?#`. */
const AUTHORITY = /^(?:[^@/?#\\]*@)?(?:\[[^\]]*\]|[^:@[\]/?#\\]*)(?::(\d*))?$/;
const ASCII = /^[\x21-\x7e]+$/;
const LARGEST_PORT = 65_535;

export function isAuthority(text: string): boolean {
  const parts = ASCII.test(text) ? AUTHORITY.exec(text) : null;
  return parts !== null && Number(parts[1] ?? 0) <= LARGEST_PORT;
}

export function isScheme(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*$/.test(text);
}

/** What a request is beside its body. */
export interface RequestParts {
  readonly method: string;
  readonly path: string | undefined;
  readonly scheme: Scheme | undefined;
  readonly authority: string | undefined;
  readonly headers: readonly Field[];
}

/** The resource `outgoing-request`. */
export class OutgoingRequest extends FieldsOwner {
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
    this.own(headers);
  }

  body(): OutgoingBody {
    if (this.#body.take() === undefined) throw new ComponentError(undefined);
    this.#pipe = new BodyPipe("request", contentLength(this.#headers.list));
    return new OutgoingBody(this, this.#pipe);
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
    if (scheme?.tag === "other" && !isScheme(scheme.val)) throw new ComponentError(undefined);
    this.#scheme = scheme;
  }

  authority(): string | undefined {
    return this.#authority;
  }

  setAuthority(authority: string | undefined): void {
    if (authority !== undefined && !isAuthority(authority)) throw new ComponentError(undefined);
    this.#authority = authority;
  }

  headers(): Fields {
    return new Fields(this.state, this.#headers.list, true);
  }

  /** @internal What is sent. */
  get parts(): RequestParts & { readonly pipe: BodyPipe | undefined } {
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
const LONGEST_MS = (1n << 31n) - 1n;

export function milliseconds(nanoseconds: bigint | undefined): number | undefined {
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
export class OutgoingResponse extends FieldsOwner {
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
    this.own(headers);
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
    return new OutgoingBody(this, this.pipe);
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
  sendInformational(_status: number, headers: Fields): void {
    headers[disposeSymbol]();
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
