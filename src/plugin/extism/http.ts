// HTTP for plugins: which hosts they may reach, what a request is, and the way over the host's `fetch`.
// Owns the grant and the bounds. Nothing is sent but through the embedder's callback.

import { encodeUtf8 } from "../../utf8.ts";

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** Bounds of one request. */
export interface HttpBounds {
  /** Aborted when the call is over. */
  readonly signal: AbortSignal;
  /** A longer response is an error: do not read more than one byte past it. */
  readonly maxBytes: number;
  /** Whether a host is granted; for those who follow redirects. */
  readonly isAllowed: (host: string) => boolean;
}

/** Sends a request for a plugin; the host has been found among those that are granted. */
export type HttpCallback = (request: HttpRequest, bounds: HttpBounds) => Promise<HttpResponse>;

/** Whether a host's name is one of `patterns`, in which `*` stands for any characters and `?` for one. */
export function isAllowedHost(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(host.toLowerCase(), pattern.toLowerCase()));
}

/** By going back to the last `*` only, so that the time is at most the product of both lengths. */
function matches(text: string, pattern: string): boolean {
  let at = 0;
  let p = 0;
  let star = -1;
  let from = 0;
  while (at < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      from = at;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[at])) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++from;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

const SCHEME = /^https?:$/;
const METHOD = /^[A-Z]{1,20}$/;

/** Reads a plugin's request. @throws Error that says what is wrong with it */
export function parseRequest(
  json: string,
  body: Uint8Array | undefined,
): HttpRequest & { readonly host: string } {
  const given: unknown = JSON.parse(json);
  if (typeof given !== "object" || given === null) throw new Error("the request is no object");
  const { url: address, method = "GET", headers, header } = given as Readonly<Record<string, unknown>>;
  if (typeof address !== "string") throw new Error("the request has no url");
  const url = new URL(address);
  if (!SCHEME.test(url.protocol)) throw new Error(`the scheme ${url.protocol} is none of HTTP's`);
  if (url.username !== "" || url.password !== "") throw new Error("a url with a user's name is not allowed");
  const verb = typeof method === "string" ? method.toUpperCase() : "";
  if (!METHOD.test(verb)) throw new Error("the method is none of HTTP's");
  const hasBody = body !== undefined && verb !== "GET" && verb !== "HEAD";
  return {
    host: url.hostname,
    url: url.href,
    method: verb,
    headers: headersOf(headers ?? header ?? {}, url.host),
    body: hasBody ? body.slice() : undefined,
  };
}

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Section 5.5: what would begin a line of its own, or end the text. */
const NO_VALUE = /[\r\n\0]/;
/** Headers of the connection: they are the host's, and left out. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  ...["connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer"],
  ...["transfer-encoding", "upgrade"],
]);

/** @throws Error for what is no header, or asks behind a granted host's address for another host */
function headersOf(given: unknown, host: string): Record<string, string> {
  if (typeof given !== "object" || given === null) throw new Error("the headers are no object");
  const entries: (readonly [string, string])[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string") throw new Error("a header is no string");
    if (!TOKEN.test(name) || NO_VALUE.test(value)) throw new Error("a header is none of HTTP's");
    const lower = name.toLowerCase();
    if (lower === "host" && value.toLowerCase() !== host) {
      throw new Error("the header host names another host than the url");
    }
    if (!OF_CONNECTION.has(lower)) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

/** What is used of the host's `fetch`. */
interface FetchedResponse {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
      cancel(): Promise<void>;
    };
  } | null;
}

/**
 * The callback over the host's `fetch`. Redirects are not followed: the plugin gets them as they are, and asks anew, so that
 * no granted host leads it to another one.
 * @throws Error for a response that is too long; whatever `fetch` throws
 */
export const fetchHttp: HttpCallback = async (request, { signal, maxBytes }) => {
  const { url, method, headers, body } = request;
  if (typeof fetch !== "function") throw new Error("this host has no fetch");
  const response = (await fetch(url, {
    ...{ method, headers: { ...headers }, signal, redirect: "manual" },
    ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
  })) as unknown as FetchedResponse;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    if (value === undefined) continue;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw new Error(`the response is longer than ${maxBytes} bytes`);
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), body: whole };
};

/** A response's body as bytes. */
export function bodyOf({ body }: HttpResponse): Uint8Array {
  return typeof body === "string" ? encodeUtf8(body) : body;
}
