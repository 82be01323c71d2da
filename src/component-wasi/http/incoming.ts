// What arrives, as resources of wasi:http: requests to the guest, and responses to its own.

import { ComponentError } from "../../component/api/component-error.ts";
import { disposeSymbol } from "../../host.ts";
import { noFailure } from "../error-codes.ts";
import { Pollable } from "../io/poll.ts";
import { HostResource, Once, resource } from "../resource.ts";
import { Operation } from "../sockets/operation.ts";
import type { WasiState } from "../state.ts";
import { type Arriving, codeOfFailure, IncomingBody } from "./bodies.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { Fields, visibleFields } from "./fields.ts";
import { type Method, methodOf, type Scheme, schemeOf } from "./method.ts";
import type { Field, HttpResponse } from "./transport.ts";

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

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    this.#body.take()?.release?.();
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
    return new Pollable(this.state, this.#response, this);
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

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    if (!this.#isTaken) this.#release();
  }
}
