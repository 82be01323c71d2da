// A Request of the Fetch API as an IncomingRequest, and the answer as a Response. No socket is needed.

import type { InputSource } from "../wasi/index.ts";
import type { Transport } from "./answer.ts";
import { CONNECTION_HEADERS } from "./header-rules.ts";
import type { HeaderList, IncomingRequest } from "./request.ts";

/** @param leaving aborted when nobody wants the answer any more */
export function requestOfFetch(request: Request, id: string, leaving: AbortSignal): IncomingRequest {
  const url = new URL(request.url);
  const headers: (readonly [string, string])[] = [];
  for (const [name, value] of request.headers) {
    if (!CONNECTION_HEADERS.has(name)) headers.push([name, value]);
  }
  if (!request.headers.has("host")) headers.unshift(["host", url.host]);
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  const { body } = request;
  return {
    ...{ id, method: request.method, authority: url.host, headers, httpVersion: "1.1" },
    scheme: url.protocol === "https:" ? "https" : "http",
    target: url.pathname + url.search,
    body:
      body === null
        ? undefined
        : { length: Number.isNaN(length) ? undefined : length, input: () => body as InputSource },
    client: { address: "127.0.0.1", port: 0 },
    signal: leaving,
  };
}

const BUFFERED = 64 * 1024;

/** Makes a Response of an answer. */
export class FetchTransport implements Transport {
  /** Rejects when the answer is broken off before its head. */
  readonly response: Promise<Response>;
  readonly #leave: () => void;
  #settle: { resolve(response: Response): void; reject(error: Error): void } | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #waiting: (() => void)[] = [];
  #isGone = false;

  /** @param leave called when the Response's body is cancelled */
  constructor(leave: () => void) {
    this.#leave = leave;
    this.response = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  get ready(): boolean {
    return this.#isGone || (this.#controller?.desiredSize ?? 0) > 0;
  }

  whenReady(): Promise<void> {
    if (this.ready) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  head(status: number, headers: HeaderList, length: number | undefined): void {
    const sent = new Headers();
    for (const [name, value] of headers) sent.append(name, value);
    const hasBody = status !== 204 && status !== 205 && status !== 304;
    if (length !== undefined && hasBody) sent.set("content-length", String(length));
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wake(),
        cancel: () => {
          this.#isGone = true;
          this.#wake();
          this.#leave();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED }),
    );
    this.#settle?.resolve(new Response(hasBody ? body : null, { status, headers: sent }));
  }

  write(chunk: Uint8Array): void {
    if (!this.#isGone) this.#controller?.enqueue(chunk);
  }

  end(): void {
    if (!this.#isGone) this.#controller?.close();
    this.#isGone = true;
  }

  abort(): void {
    const error = new TypeError("the answer was broken off");
    this.#settle?.reject(error);
    if (!this.#isGone) this.#controller?.error(error);
    this.#isGone = true;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
