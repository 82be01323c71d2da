// Requests in, responses out: a component's wasi:http/incoming-handler, or handler of 0.3, as a function, with bodies that stream both ways.

import { describe } from "../../checks/describe.ts";
import { wrongArgument } from "../../checks/options.ts";
import { ComponentError } from "../../component/api/component-error.ts";
import { abortError, disposeSymbol, hasOwn, makeAbort } from "../../host.ts";
import type { ComponentInstanceLike } from "../engine.ts";
import { Request3, type Response3, responseBody } from "../p3/messages.ts";
import { exportedFunction, exportsInterface, Wasi } from "../wasi.ts";
import { Deferred } from "./body-pipe.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { fieldsOfHeaders, latin1 } from "./fields.ts";
import { type IncomingHttp, IncomingRequest } from "./incoming.ts";
import { type OutgoingResponse, ResponseOutparam } from "./outgoing.ts";
import { type Field, HttpError } from "./transport.ts";

/** The head of a response, and its body as the guest writes it. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly Field[];
  /**
   * `undefined` if the guest made none. It fails if the guest does not finish it. Cancelled, the guest is stopped. An async iterable
   * where there is no `ReadableStream`.
   */
  readonly body: ReadableStream<Uint8Array> | undefined;
  /** Settles behind the body. */
  readonly trailers: Promise<readonly Field[] | undefined>;
}

/** A request that is being handled. */
export interface Handling {
  /**
   * Resolves when the guest has set its response. Rejects with `HttpError` if it set an error, or none at all; with what ended the guest,
   * if that was before.
   */
  readonly head: Promise<ResponseHead>;
  /** Settles when the guest has returned, which may be long after the head; rejects with what ended it. */
  readonly done: Promise<void>;
  /** Ends the guest wherever it is; {@link done} then rejects, if it had not settled. */
  stop(reason?: unknown): void;
}

/** How a request is handled. */
export interface HandlingOptions {
  /** The guest's WASI. */
  readonly wasi: Wasi;
  /** The engine's options for asynchronous calls: `fuel`, `timeoutMs`, `signal` … */
  readonly call?: object;
}

const SIGNATURE = "handleRequest(instance, request, options)";

/**
 * Hands a request to a component's `wasi:http/incoming-handler`, or `wasi:http/handler` of 0.3, for servers that have their own kind of requests.
 * @throws TypeError if the component does not export it; Error if the WASI has run or been closed
 */
export function startHandling(
  instance: ComponentInstanceLike,
  request: IncomingHttp,
  options: HandlingOptions,
): Handling {
  requireWasi(options, "startHandling(instance, request, options)");
  const { wasi, call = {} } = options;
  if (exportsInterface(instance, HANDLER_3)) return startHandling3(instance, request, { wasi, call });
  const path = exportedFunction(instance, "wasi:http/incoming-handler", "handle", SIGNATURE);
  wasi.use(instance);
  const { state } = wasi;
  const given = new Deferred<OutgoingResponse>();
  const { abort, unfollow } = abortWith(call);
  const incoming = new IncomingRequest(state, request);
  const parameter = new ResponseOutparam(state, given);
  let response: OutgoingResponse | undefined;
  const end = (error: unknown): void => {
    unfollow();
    given.reject(error);
    // What the guest has not finished by now it never will.
    response?.pipe?.fail(error);
  };
  const done = instance.callAsync(path, [incoming, parameter], { ...call, signal: abort.signal }).then(
    () => end(new HttpError({ tag: "HTTP-response-incomplete" })),
    (error: unknown) => {
      end(error);
      throw error;
    },
  );
  done.catch(() => {});
  const head = given.promise.then((outgoing): ResponseHead => {
    response = outgoing;
    outgoing.onCancel = () => abort.abort(abortError("the client has gone"));
    outgoing[disposeSymbol]();
    return {
      status: outgoing.status,
      headers: outgoing.fields.list,
      body: outgoing.pipe?.readable(),
      trailers: outgoing.pipe?.trailers ?? Promise.resolve(undefined),
    };
  });
  head.catch(() => {});
  return { head, done, stop: (reason) => abort.abort(reason) };
}

const HANDLER_3 = "wasi:http/handler@0.3.";

/** The same by `wasi:http/handler` of 0.3, whose response is what its function returns. */
function startHandling3(
  instance: ComponentInstanceLike,
  request: IncomingHttp,
  { wasi, call = {} }: HandlingOptions,
): Handling {
  const path = exportedFunction(instance, "wasi:http/handler", "handle", SIGNATURE, "0.3");
  wasi.use(instance);
  const { state } = wasi;
  const given = new Deferred<Response3>();
  const { abort, unfollow } = abortWith(call);
  const returned = (value: unknown): void => {
    const result = value as GivenResponse;
    if (result.tag === "ok") given.resolve(result.val);
    else given.reject(new HttpError(result.val));
  };
  const options = { ...call, signal: abort.signal };
  const { callToEnd } = instance;
  if (callToEnd === undefined) throw new TypeError(`${SIGNATURE}: the instance cannot run async functions`);
  const done = callToEnd
    .call(instance, path, [Request3.arriving(state, request)], returned, options)
    .then(unfollow, (error: unknown) => {
      unfollow();
      given.reject(error);
      if (!ComponentError.isMade(error)) throw error;
    });
  done.catch(() => {});
  const head = given.promise.then((response): ResponseHead => {
    const leaving = responseBody(response, () => abort.abort(abortError("the client has gone")));
    response[disposeSymbol]();
    return { status: response.status, headers: response.headers, ...leaving };
  });
  head.catch(() => {});
  return { head, done, stop: (reason) => abort.abort(reason) };
}

type GivenResponse =
  | { readonly tag: "ok"; readonly val: Response3 }
  | { readonly tag: "err"; readonly val: HttpErrorCode };

/** What stops the guest: the caller's signal, and whoever is given it. */
function abortWith(call: object): {
  readonly abort: ReturnType<typeof makeAbort>;
  readonly unfollow: () => void;
} {
  const abort = makeAbort();
  const outer = (call as { readonly signal?: AbortSignal }).signal;
  const follow = (): void => abort.abort(outer?.reason);
  if (outer?.aborted === true) follow();
  else outer?.addEventListener("abort", follow, { once: true });
  return { abort, unfollow: () => outer?.removeEventListener("abort", follow) };
}

/**
 * Handles a request by a component's `wasi:http/incoming-handler`, or `wasi:http/handler` of 0.3. Bodies stream both ways: the response is there when the guest has set
 * its head, and the guest goes on writing its body while it is read. A body that is cancelled stops the guest, as does `request.signal`.
 *
 *     const response = await handleRequest(instance, request, { wasi });
 *
 * @param options.call the engine's options for asynchronous calls: `fuel`, `timeoutMs`, `signal` …
 * @throws TypeError if the component does not export it; `HttpError` for an error that the guest gave; whatever ends the guest before
 * its response: `Trap`, `OutOfFuelError` …
 */
export async function handleRequest(
  instance: ComponentInstanceLike,
  request: Request,
  options: HandlingOptions,
): Promise<Response> {
  requireArguments(request, options);
  const url = new URL(request.url);
  const { call = {} } = options;
  const { head } = startHandling(
    instance,
    {
      method: request.method,
      scheme: url.protocol.slice(0, -1),
      authority: url.host,
      path: `${url.pathname}${url.search}`,
      headers: fieldsOfHeaders(request.headers),
      body: request.body ?? "null",
    },
    { wasi: options.wasi, call: hasOwn(call, "signal") ? call : { ...call, signal: request.signal } },
  );
  const { status, headers, body } = await head;
  const init = {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, latin1(value)]),
  };
  // These have no body, and a Response refuses to be given one.
  const isBodiless = status === 204 || status === 205 || status === 304;
  if (isBodiless) void body?.cancel().catch(() => {});
  return new Response(isBodiless ? null : body, init);
}

function requireArguments(request: unknown, options: unknown): void {
  const { url, headers } = (request ?? {}) as { readonly url?: unknown; readonly headers?: unknown };
  if (typeof url !== "string" || typeof headers !== "object")
    throw wrongArgument(SIGNATURE, "request", "a Request", request);
  requireWasi(options, SIGNATURE);
}

function requireWasi(options: unknown, signature: string): void {
  const { wasi } = (options ?? {}) as { readonly wasi?: unknown };
  if (!(wasi instanceof Wasi))
    throw new TypeError(`${signature}: option wasi must be a Wasi, got ${describe(wasi)}`);
}
