// HTTP by fetch: for browsers, workers, and wherever nothing closer to the wire is at hand.

import { parseIpAddress } from "../network/ip-address.ts";
import { fieldsOfHeaders, latin1 } from "./fields.ts";
import type { Field, HttpRequest, HttpResponse, HttpTransport } from "./transport.ts";
import { HttpError } from "./transport.ts";

/**
 * Sends requests by `fetch`. Redirects are the guest's affair. What fetch does not show cannot be had: trailers, which step failed, and
 * the addresses behind a name, so that a rule of names holds for the name alone here; where that matters, use the transport of
 * `wasmeter/node`.
 *
 * @param options.fetch another function of the same kind, e.g. one that adds credentials
 */
export function fetchTransport(options?: { readonly fetch?: typeof fetch }): HttpTransport {
  const send = options?.fetch ?? fetch;
  return { send: (request) => sendByFetch(send, request) };
}

/** Codings that fetch has undone in the body that it gives. */
const DECODED: ReadonlySet<string> = new Set(["gzip", "x-gzip", "deflate", "br", "zstd"]);

async function sendByFetch(send: typeof fetch, request: HttpRequest): Promise<HttpResponse> {
  const host = request.authority.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1");
  const address = parseIpAddress(host);
  if (address !== undefined && !request.mayReach(address))
    throw new HttpError({ tag: "destination-IP-prohibited" });
  const abort = new AbortController();
  const follow = (): void => abort.abort();
  request.signal.addEventListener("abort", follow, { once: true });
  const limits = [request.connectTimeoutMs, request.firstByteTimeoutMs].filter((ms) => ms !== undefined);
  let isLate = false;
  const timer =
    limits.length === 0
      ? undefined
      : setTimeout(
          () => {
            isLate = true;
            abort.abort();
          },
          limits.reduce((sum, ms) => sum + ms, 0),
        );
  const init: RequestInit & { duplex?: "half" } = {
    method: request.method,
    headers: request.headers.map(([name, value]): [string, string] => [name, latin1(value)]),
    redirect: "manual",
    signal: abort.signal,
  };
  if (request.body !== undefined && request.method !== "GET" && request.method !== "HEAD") {
    init.body = request.body;
    init.duplex = "half";
  }
  let response: Response;
  try {
    response = await send(`${request.scheme}://${request.authority}${request.path}`, init);
  } catch (error) {
    if (isLate) throw new HttpError({ tag: "connection-read-timeout" });
    throw failureOf(error);
  } finally {
    clearTimeout(timer);
  }
  if (response.type === "opaqueredirect") throw new HttpError({ tag: "HTTP-request-denied" });
  return {
    status: response.status,
    headers: headersOf(response),
    body: response.body ?? "null",
  };
}

function headersOf({ headers }: Response): Field[] {
  const fields = fieldsOfHeaders(headers);
  const coding = headers.get("content-encoding")?.trim().toLowerCase();
  if (coding === undefined || !DECODED.has(coding)) return fields;
  return fields.filter(([name]) => name !== "content-encoding" && name !== "content-length");
}

/** What Node and Bun say of a fetch that failed; browsers say nothing. */
function failureOf(error: unknown): HttpError {
  const { code } = ((error as { readonly cause?: unknown } | null)?.cause ?? {}) as {
    readonly code?: unknown;
  };
  switch (code) {
    case "ECONNREFUSED":
      return new HttpError({ tag: "connection-refused" });
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new HttpError({ tag: "DNS-error", val: { rcode: String(code), infoCode: undefined } });
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      return new HttpError({ tag: "connection-terminated" });
    case "UND_ERR_CONNECT_TIMEOUT":
      return new HttpError({ tag: "connection-timeout" });
    default:
      return new HttpError({ tag: "internal-error", val: undefined });
  }
}
