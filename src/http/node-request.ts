// A request that Node has parsed, as an IncomingRequest; and the answer's way back over its socket.
// Owns what is particular to HTTP/1.1 on a connection: Expect, hop-by-hop headers, forms of the target.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import type { InputSource, NodeReadableLike } from "../wasi/index.ts";
import type { Transport } from "./answer.ts";
import { CONNECTION_HEADERS } from "./header-rules.ts";
import {
  BadRequestError,
  type HeaderList,
  headerOf,
  type IncomingRequest,
  type RequestBody,
} from "./request.ts";

export interface NodeExchange {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for word before it sends its body. */
  readonly expectsContinue: boolean;
  readonly maxBodyBytes: number;
}

/** Reads what the parser gave. @throws BadRequestError for what may not be passed on */
export function incomingRequest(exchange: NodeExchange): IncomingRequest {
  const { id, request, response } = exchange;
  const headers = headerPairs(request.rawHeaders);
  const { authority, target } = targetOf(request.url ?? "/", headers);
  const socket = request.socket as Partial<TLSSocket>;
  return {
    ...{ id, method: request.method ?? "GET", authority, target, headers, httpVersion: request.httpVersion },
    scheme: socket.encrypted === true ? "https" : "http",
    body: bodyOf(exchange, headers),
    client: {
      address: (request.socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, ""),
      port: request.socket.remotePort ?? 0,
    },
    signal: leavingOf(response),
  };
}

/** Aborted when the connection ends before the answer does. */
function leavingOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

function headerPairs(raw: readonly string[]): HeaderList {
  const headers: (readonly [string, string])[] = [];
  for (let k = 0; k + 1 < raw.length; k += 2) {
    const name = (raw[k] as string).toLowerCase();
    if (!CONNECTION_HEADERS.has(name)) headers.push([name, raw[k + 1] as string]);
  }
  return headers;
}

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~%!$&'()*+,;=]+)(:\d*)?$/;

/** The target is a path, or a whole URL as clients of proxies send it; whose authority then counts (RFC 9112, 3.2.2). */
function targetOf(url: string, headers: HeaderList): { authority: string; target: string } {
  const hosts = headers.filter(([name]) => name === "host");
  if (hosts.length > 1) throw new BadRequestError(400, "more than one Host");
  const [, , host, path] = /^(https?):\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  const authority = host ?? hosts[0]?.[1] ?? "localhost";
  if (!HOST.test(authority)) throw new BadRequestError(400, "a Host that is none");
  if (path !== undefined) return { authority, target: path.startsWith("/") ? path : `/${path}` };
  if (!url.startsWith("/")) throw new BadRequestError(400, "a target that is no path");
  return { authority, target: url };
}

// -------------------------------------------------------------------- body

function bodyOf(exchange: NodeExchange, headers: HeaderList): RequestBody | undefined {
  const { request, maxBodyBytes } = exchange;
  const announced = headerOf(headers, "content-length");
  const isChunked = request.headers["transfer-encoding"] !== undefined;
  const length = announced === undefined ? undefined : Number(announced);
  if (!isChunked && (length === undefined || length === 0)) return undefined;
  if (length !== undefined && length > maxBodyBytes) {
    // What the client goes on to send is not taken.
    exchange.response.shouldKeepAlive = false;
    throw new BadRequestError(413, "the body is too large");
  }
  return {
    length,
    input: () => new ReadOnDemand(exchange) as InputSource,
    ...(isChunked && { trailers: () => trailersOf(request) }),
  };
}

function trailersOf(request: IncomingMessage): Promise<HeaderList | undefined> {
  return new Promise((resolve) => {
    request.once("end", () => {
      const trailers = headerPairs(request.rawTrailers);
      resolve(trailers.length > 0 ? trailers : undefined);
    });
    request.once("close", () => resolve(undefined));
  });
}

/** The client's body: told to come when it is first read, and bounded where its length is not known. */
class ReadOnDemand implements NodeReadableLike {
  readonly #exchange: NodeExchange;
  #isAsked: boolean;
  #bytes = 0;

  constructor(exchange: NodeExchange) {
    this.#exchange = exchange;
    this.#isAsked = !exchange.expectsContinue;
    if (exchange.expectsContinue) exchange.response.shouldKeepAlive = false;
  }

  get readableEnded(): boolean {
    return this.#exchange.request.readableEnded;
  }

  get destroyed(): boolean {
    return this.#exchange.request.destroyed;
  }

  read(): unknown {
    const { request, response, maxBodyBytes } = this.#exchange;
    if (!this.#isAsked) {
      this.#isAsked = true;
      if (!response.headersSent) response.writeContinue();
    }
    const chunk: unknown = request.read();
    if (chunk instanceof Uint8Array) this.#bytes += chunk.length;
    if (this.#bytes > maxBodyBytes) throw new BadRequestError(413, "the body is too large");
    return chunk;
  }

  on(event: string, listener: (error: Error) => void): this {
    this.#exchange.request.on(event, listener);
    return this;
  }

  off(event: string, listener: (error: Error) => void): this {
    this.#exchange.request.off(event, listener);
    return this;
  }

  pause(): this {
    this.#exchange.request.pause();
    return this;
  }
}

// -------------------------------------------------------------------- answer

export class NodeTransport implements Transport {
  readonly #response: ServerResponse;
  readonly #sendTimeoutMs: number;

  /** @param sendTimeoutMs how long a client may take nothing of what is there for it */
  constructor(response: ServerResponse, sendTimeoutMs: number) {
    this.#response = response;
    this.#sendTimeoutMs = sendTimeoutMs;
  }

  get ready(): boolean {
    // Of one that is gone nobody waits for anything.
    return !this.#response.writableNeedDrain || this.#response.destroyed;
  }

  whenReady(): Promise<void> {
    const response = this.#response;
    if (this.ready) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => response.destroy(), this.#sendTimeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        response.off("drain", done);
        response.off("close", done);
        resolve();
      };
      response.on("drain", done);
      response.on("close", done);
    });
  }

  head(status: number, headers: HeaderList, length: number | undefined): void {
    const flat: string[] = [];
    for (const [name, value] of headers) flat.push(name, value);
    if (length !== undefined && status !== 204 && status !== 304) flat.push("content-length", String(length));
    this.#response.writeHead(status, flat);
  }

  write(chunk: Uint8Array): void {
    this.#response.write(chunk);
  }

  end(trailers: HeaderList): void {
    const response = this.#response;
    if (trailers.length > 0)
      response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    response.end();
    if (response.writableFinished || response.destroyed) return;
    const timer = setTimeout(() => response.destroy(), this.#sendTimeoutMs);
    timer.unref();
    response.once("close", () => clearTimeout(timer));
  }

  abort(): void {
    this.#response.destroy();
  }
}
