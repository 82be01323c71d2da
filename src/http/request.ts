// A request as guests get it, wherever it came from: a socket, a Request of the Fetch API, another guest.
// Owns the shapes only.

import type { InputSource } from "../wasi/index.ts";

export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface IncomingRequest {
  /** Unique in the process; in the logs, and on pages of errors. */
  readonly id: string;
  readonly method: string;
  readonly scheme: "http" | "https";
  /** What the client calls the server: the `Host` header. */
  readonly authority: string;
  /** Path and query, as they were received. */
  readonly target: string;
  /** E.g. `1.1`. */
  readonly httpVersion: string;
  /** Names in lower case, in the order of arrival; one character of a value for each byte. */
  readonly headers: HeaderList;
  readonly body: RequestBody | undefined;
  readonly client: { readonly address: string; readonly port: number };
  /** Aborted when the client has left. */
  readonly signal: AbortSignal;
}

/** The body, to be read once. Nothing is taken from the client before somebody reads. */
export interface RequestBody {
  /** Bytes, where the client has said so. */
  readonly length: number | undefined;
  /** For guests that read it as standard input. */
  input(): InputSource;
  /** What comes behind it, if anything may; `undefined` where nothing has. Settles with the request. */
  trailers?(): Promise<HeaderList | undefined>;
}

/** The first value of a header; `name` in lower case. */
export function headerOf(headers: HeaderList, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}

/** The request itself cannot be answered as asked: the client's mistake. */
export class BadRequestError extends Error {
  override name = "BadRequestError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
