// wasi:http/outgoing-handler: from a request that a guest made to the transport, if it was granted.

import { ComponentError } from "../../component/api/component-error.ts";
import { disposeSymbol, makeAbort } from "../../host.ts";
import type { Open, WasiState } from "../state.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { FutureIncomingResponse } from "./incoming.ts";
import type { OutgoingRequest, RequestOptions, RequestParts, Timeouts } from "./outgoing.ts";
import type { HttpRequest, HttpResponse, HttpTransport } from "./transport.ts";

/** A request under way, until its response is read or dropped; it holds the request. */
export class Exchange implements Open {
  /** Of the transport. */
  readonly response: Promise<HttpResponse>;
  readonly #abort = makeAbort();
  readonly #request: Disposable;

  constructor(request: Disposable, send: (signal: AbortSignal) => Promise<HttpResponse>) {
    this.#request = request;
    this.response = send(this.#abort.signal);
  }

  close(): void {
    this.#request[disposeSymbol]();
    this.#abort.abort();
  }
}

interface Disposable {
  [disposeSymbol](): void;
}

const NO_TIMEOUTS: Timeouts = {
  connectTimeoutMs: undefined,
  firstByteTimeoutMs: undefined,
  betweenBytesTimeoutMs: undefined,
};

/** The application itself, in Spin's words. A request without a host goes there too. */
const SELF = "self.alt";
/** Spin's SDK for Rust gives a relative request the port alone. */
const NO_HOST = /^(?::\d*)?$/;

/** Parts `host[:port]`; user names are none of a guest's business. */
const AUTHORITY = /^(\[[0-9a-fA-F:.]+\]|[^:@[\]]+)(?::(\d{1,5}))?$/;

/**
 * `handle`. Throws the `error-code`: `HTTP-request-denied` without a grant, or a transport; `HTTP-request-URI-invalid`: no path, no authority where the
 * transport has no {@link HttpTransport.hasSelf}, or one that is none; `HTTP-protocol-error`: another scheme. What happens later is the future's.
 */
export function handleOutgoing(
  state: WasiState,
  request: OutgoingRequest,
  options: RequestOptions | undefined,
): FutureIncomingResponse {
  try {
    const exchange = startExchange(state, request, () => {
      const { pipe, ...parts } = request.parts;
      const body = pipe?.readable();
      return { ...parts, ...options?.timeouts, body, trailers: pipe?.trailers ?? Promise.resolve(undefined) };
    });
    return new FutureIncomingResponse(state, exchange.response, () => state.closeOne(exchange));
  } catch (error) {
    request[disposeSymbol]();
    throw error;
  }
}

/** What leaves: a request with its body. */
type Leaving = RequestParts & Pick<HttpRequest, "body" | "trailers"> & Partial<Timeouts>;

/** Sends a request, which is held until its exchange is closed; `leave` is called when it may. @throws ComponentError */
export function startExchange(
  state: WasiState,
  request: Disposable & { readonly parts: RequestParts },
  leave: () => Leaving,
): Exchange {
  const { path, ...parts } = request.parts;
  const scheme = parts.scheme === undefined ? "https" : parts.scheme.tag.toLowerCase();
  if (scheme !== "http" && scheme !== "https") throw failed({ tag: "HTTP-protocol-error" });
  const { transport } = state;
  const { authority: given = "" } = parts;
  const authority = transport?.hasSelf === true && NO_HOST.test(given) ? SELF : given;
  const [, host, digits] = AUTHORITY.exec(authority) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (host === undefined || (port ?? 0) > 65_535 || path === undefined)
    throw failed({ tag: "HTTP-request-URI-invalid" });
  const target = { scheme, host: host.toLowerCase(), port };
  const isSelf = transport?.hasSelf === true && target.host === SELF;
  const isGranted = isSelf ? state.network.mayRequestSelf() : state.network.mayRequest(target);
  if (!isGranted || transport === undefined) throw failed({ tag: "HTTP-request-denied" });
  state.reserve();
  const exchange = new Exchange(request, (signal) =>
    send(transport, {
      ...NO_TIMEOUTS,
      ...leave(),
      scheme,
      authority,
      path: path.startsWith("/") ? path : `/${path}`,
      signal,
      mayReach: (address) => state.network.mayReach(target, address),
    }),
  );
  state.opened(exchange);
  return exchange;
}

/** What a transport throws at once is as what it rejects with. */
async function send(
  transport: HttpTransport,
  request: Parameters<HttpTransport["send"]>[0],
): ReturnType<HttpTransport["send"]> {
  return await transport.send(request);
}

function failed(code: HttpErrorCode): ComponentError<HttpErrorCode> {
  return new ComponentError(code);
}

/** What a failure of this interface is: too much that is open has a code of its own. */
export function outgoingFailure(_state: WasiState, error: unknown): unknown {
  const errno = (error as { readonly errno?: unknown } | null | undefined)?.errno;
  return errno === "mfile" ? failed({ tag: "connection-limit-reached" }) : error;
}
