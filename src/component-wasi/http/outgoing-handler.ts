// wasi:http/outgoing-handler: from a request that a guest made to the transport, if it was granted.

import { ComponentError } from "../../component/api/component-error.ts";
import type { Open, WasiState } from "../state.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { FutureIncomingResponse } from "./incoming.ts";
import type { OutgoingRequest, RequestOptions, Timeouts } from "./outgoing.ts";
import type { HttpTransport } from "./transport.ts";

/** A request under way, until its response is read or dropped. */
class Exchange implements Open {
  readonly abort = new AbortController();
  readonly #request: OutgoingRequest;

  constructor(request: OutgoingRequest) {
    this.#request = request;
  }

  close(): void {
    this.#request[Symbol.dispose]();
    this.abort.abort();
  }
}

const NO_TIMEOUTS: Timeouts = {
  connectTimeoutMs: undefined,
  firstByteTimeoutMs: undefined,
  betweenBytesTimeoutMs: undefined,
};

/** The application itself, in Spin's words. A request without an authority goes there too. */
const SELF = "self.alt";

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
    return startExchange(state, request, options);
  } catch (error) {
    request[Symbol.dispose]();
    throw error;
  }
}

/** Sends a request, which is held until its exchange is closed. */
function startExchange(
  state: WasiState,
  request: OutgoingRequest,
  options: RequestOptions | undefined,
): FutureIncomingResponse {
  const { method, path, headers, pipe, ...parts } = request.parts;
  const scheme = parts.scheme === undefined ? "https" : parts.scheme.tag.toLowerCase();
  if (scheme !== "http" && scheme !== "https") throw failed({ tag: "HTTP-protocol-error" });
  const { transport } = state;
  const authority = parts.authority ?? (transport?.hasSelf === true ? SELF : "");
  const [, host, digits] = AUTHORITY.exec(authority) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (host === undefined || (port ?? 0) > 65_535 || path === undefined)
    throw failed({ tag: "HTTP-request-URI-invalid" });
  const target = { scheme, host: host.toLowerCase(), port };
  const isSelf = transport?.hasSelf === true && target.host === SELF;
  const isGranted = isSelf
    ? state.network.mayRequestSelf(parts.scheme === undefined ? undefined : scheme)
    : state.network.mayRequest(target);
  if (!isGranted || transport === undefined) throw failed({ tag: "HTTP-request-denied" });
  const exchange = new Exchange(request);
  state.opened(exchange);
  const release = (): void => state.closeOne(exchange);
  const sending = send(transport, {
    method,
    scheme,
    authority,
    path: path.startsWith("/") ? path : `/${path}`,
    headers,
    body: pipe?.readable(),
    trailers: pipe?.trailers ?? Promise.resolve(undefined),
    ...(options?.timeouts ?? NO_TIMEOUTS),
    signal: exchange.abort.signal,
    mayReach: (address) => state.network.mayReach(target, address),
  });
  return new FutureIncomingResponse(state, sending, release);
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
