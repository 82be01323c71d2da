// HTTP by Node's http and https: each address that a name leads to is asked for before it is connected to, so that what is checked
// is what is used.

import * as dns from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import type * as net from "node:net";
import { isIP } from "node:net";
import type { HttpErrorCode } from "../http/error-code.ts";
import { fieldsOfHeaders, latin1 } from "../http/fields.ts";
import {
  type Field,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
} from "../http/transport.ts";
import { parseIpAddress } from "../network/ip-address.ts";

/** How {@link nodeHttpTransport} connects. */
export interface NodeHttpOptions {
  /** How names become addresses; Node's `dns.lookup`, unless given. */
  readonly lookup?: typeof dns.lookup;
  /** More certificates that are trusted, in PEM. */
  readonly ca?: string | readonly string[];
}

/** Sends requests by Node's `http` and `https`, each on a connection of its own. */
export function nodeHttpTransport(options: NodeHttpOptions = {}): HttpTransport {
  return { send: (request) => send(request, options) };
}

function send(request: HttpRequest, { lookup = dns.lookup, ca }: NodeHttpOptions): Promise<HttpResponse> {
  const { host, port } = partAuthority(request);
  const literal = parseIpAddress(host);
  if (literal !== undefined && !request.mayReach(literal))
    return Promise.reject(new HttpError({ tag: "destination-IP-prohibited" }));
  return new Promise((resolve, reject) => {
    const isSecure = request.scheme === "https";
    const options: https.RequestOptions = {
      method: request.method,
      host,
      port: port ?? (isSecure ? 443 : 80),
      path: request.path,
      headers: { ...headersObject(request.headers), host: request.authority },
      agent: false,
      signal: request.signal,
      lookup: checkedLookup(request, lookup),
      ...(ca !== undefined && { ca: typeof ca === "string" ? ca : [...ca] }),
      ...(isSecure && isIP(host) === 0 && { servername: host }),
    };
    const outgoing = (isSecure ? https : http).request(options);
    const timers = new Timers(request, outgoing);
    const fail = (error: unknown): void => {
      timers.stop();
      outgoing.destroy();
      reject(failureOf(error, timers));
    };
    outgoing.on("error", fail);
    outgoing.on("socket", (socket) => timers.connecting(socket, isSecure));
    outgoing.once("response", (incoming) => {
      timers.stop();
      // From here on failures are the body's.
      outgoing.off("error", fail);
      outgoing.on("error", () => {});
      resolve(responseOf(incoming, request, outgoing));
    });
    outgoing.once("upgrade", (_incoming, socket) => {
      socket.destroy();
      fail(new HttpError({ tag: "HTTP-upgrade-failed" }));
    });
    void sendBody(request, outgoing).catch(fail);
  });
}

function partAuthority({ authority }: HttpRequest): {
  readonly host: string;
  readonly port: number | undefined;
} {
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: port === undefined ? undefined : Number(port) };
}

/** Values of fields that come more than once stay apart. */
function headersObject(fields: readonly Field[]): Record<string, string | string[]> {
  const headers = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [latin1(value)]);
    else values.push(latin1(value));
  }
  return Object.fromEntries(headers);
}

/** Looks names up and leaves only addresses that the guest may reach: what is connected to is one of these. */
function checkedLookup(request: HttpRequest, lookup: typeof dns.lookup): net.LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      const allowed = addresses.filter(({ address }) => {
        const parsed = parseIpAddress(address.replace(/%.*$/, ""));
        return parsed !== undefined && request.mayReach(parsed);
      });
      const [first] = allowed;
      if (first === undefined) {
        return callback(Object.assign(new Error("not granted"), { code: PROHIBITED }), "", 0);
      }
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Node calls this the other way round: bytes go as the connection takes them. */
async function sendBody({ body, trailers }: HttpRequest, outgoing: http.ClientRequest): Promise<void> {
  if (body === undefined) {
    outgoing.end();
    return;
  }
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => {});
  outgoing.once("close", cancel);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (outgoing.destroyed) return;
    if (!outgoing.write(value)) {
      await new Promise<void>((resolve) => {
        outgoing.once("drain", resolve);
        outgoing.once("close", resolve);
      });
    }
  }
  outgoing.off("close", cancel);
  const fields = await trailers;
  if (fields !== undefined)
    outgoing.addTrailers(fields.map(([name, value]): [string, string] => [name, latin1(value)]));
  outgoing.end();
}

function responseOf(
  incoming: http.IncomingMessage,
  { betweenBytesTimeoutMs }: HttpRequest,
  outgoing: http.ClientRequest,
): HttpResponse {
  const trailers = new Promise<readonly Field[] | undefined>((resolve) => {
    incoming.once("close", () => {
      const pairs = rawPairs(incoming.rawTrailers);
      resolve(pairs.length === 0 ? undefined : fieldsOfHeaders(pairs));
    });
  });
  return {
    status: incoming.statusCode ?? 0,
    headers: fieldsOfHeaders(rawPairs(incoming.rawHeaders)),
    body: chunksOf(incoming, betweenBytesTimeoutMs, outgoing),
    trailers,
  };
}

/** A body's chunks as they come; left early, the connection is closed. */
async function* chunksOf(
  incoming: http.IncomingMessage,
  timeoutMs: number | undefined,
  outgoing: http.ClientRequest,
): AsyncGenerator<Uint8Array> {
  if (timeoutMs !== undefined)
    incoming.setTimeout(timeoutMs, () => incoming.destroy(new HttpError({ tag: "connection-read-timeout" })));
  try {
    for await (const chunk of incoming) {
      // An empty chunk would be the end.
      if ((chunk as Uint8Array).length > 0) yield chunk as Uint8Array;
    }
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError({ tag: "HTTP-response-incomplete" });
  } finally {
    outgoing.destroy();
  }
}

function rawPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? "", raw[i + 1] ?? ""]);
  return pairs;
}

/** The timeouts until the head has arrived. */
class Timers {
  /** What has run out. */
  expired: HttpErrorCode | undefined;
  readonly #request: HttpRequest;
  readonly #outgoing: http.ClientRequest;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: HttpRequest, outgoing: http.ClientRequest) {
    this.#request = request;
    this.#outgoing = outgoing;
  }

  connecting(socket: net.Socket, isSecure: boolean): void {
    this.#start(this.#request.connectTimeoutMs, "connection-timeout");
    socket.once(isSecure ? "secureConnect" : "connect", () =>
      this.#start(this.#request.firstByteTimeoutMs, "connection-read-timeout"),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(ms: number | undefined, tag: "connection-timeout" | "connection-read-timeout"): void {
    clearTimeout(this.#timer);
    if (ms === undefined) return;
    this.#timer = setTimeout(() => {
      this.expired = { tag };
      this.#outgoing.destroy(new HttpError({ tag }));
    }, ms);
  }
}

/** The code of our own lookup, for a name with no address that may be reached. */
const PROHIBITED = "PROHIBITED";

const CODES: Readonly<Record<string, HttpErrorCode>> = {
  [PROHIBITED]: { tag: "destination-IP-prohibited" },
  ECONNREFUSED: { tag: "connection-refused" },
  ECONNRESET: { tag: "connection-terminated" },
  EPIPE: { tag: "connection-terminated" },
  ETIMEDOUT: { tag: "connection-timeout" },
  EHOSTUNREACH: { tag: "destination-IP-unroutable" },
  ENETUNREACH: { tag: "destination-IP-unroutable" },
  EADDRNOTAVAIL: { tag: "destination-unavailable" },
  HPE_HEADER_OVERFLOW: { tag: "HTTP-response-header-section-size", val: undefined },
  ERR_INVALID_CHAR: { tag: "HTTP-protocol-error" },
  ERR_INVALID_HTTP_TOKEN: { tag: "HTTP-request-method-invalid" },
  ERR_UNESCAPED_CHARACTERS: { tag: "HTTP-request-URI-invalid" },
};

function failureOf(error: unknown, { expired }: Timers): HttpError {
  if (expired !== undefined) return new HttpError(expired);
  if (error instanceof HttpError) return error;
  const { code, syscall } = (error ?? {}) as { readonly code?: unknown; readonly syscall?: unknown };
  const name = typeof code === "string" ? code : "";
  if (syscall === "getaddrinfo")
    return new HttpError({ tag: "DNS-error", val: { rcode: name, infoCode: undefined } });
  const known = CODES[name];
  if (known !== undefined) return new HttpError(known);
  if (name.startsWith("HPE_")) return new HttpError({ tag: "HTTP-protocol-error" });
  if (name.startsWith("CERT_") || /CERT|ISSUER|SELF_SIGNED|ALTNAME/.test(name))
    return new HttpError({ tag: "TLS-certificate-error" });
  if (name.startsWith("ERR_SSL") || name === "EPROTO") return new HttpError({ tag: "TLS-protocol-error" });
  return new HttpError({ tag: "internal-error", val: undefined });
}
