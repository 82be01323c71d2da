// How HTTP leaves, as an interface: Node's http and https, fetch, or whatever an embedder has.

import { unexpected } from "../../checks/options.ts";
import type { InputSource } from "../../wasi/streams.ts";
import type { IpAddress } from "../network/ip-address.ts";
import type { HttpErrorCode } from "./error-code.ts";

/** A field: its name in lower case, and its value's bytes. */
export type Field = readonly [name: string, value: Uint8Array];

/** A request that a guest makes and may make. */
export interface HttpRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** `host` or `host:port`. */
  readonly authority: string;
  /** Path and query, at least `/`. */
  readonly path: string;
  readonly headers: readonly Field[];
  /** The body as the guest writes it; `undefined` if there is none. It fails if the guest does not finish it. */
  readonly body: ReadableStream<Uint8Array> | undefined;
  /** Settles when the body is finished. */
  readonly trailers: Promise<readonly Field[] | undefined>;
  readonly connectTimeoutMs: number | undefined;
  readonly firstByteTimeoutMs: number | undefined;
  readonly betweenBytesTimeoutMs: number | undefined;
  /** Aborted when the guest no longer wants the response. */
  readonly signal: AbortSignal;
  /** Whether the guest may reach an address that the authority's name leads to. A transport that cannot ask says so in its documentation. */
  mayReach(address: IpAddress): boolean;
}

/** A response, when its head has arrived. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly Field[];
  readonly body: InputSource;
  /** Resolves after the body has ended. */
  readonly trailers?: Promise<readonly Field[] | undefined>;
}

/** Sends requests. */
export interface HttpTransport {
  /** Rejects with {@link HttpError}; anything else is `internal-error` for the guest. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Whether requests without an authority can be sent, to the application that the guest is part of: as authority `self.alt`. */
  readonly hasSelf?: boolean;
}

/** A failure that the guest learns of as an `error-code` of wasi:http. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly code: HttpErrorCode;

  /** @throws TypeError for what has no tag */
  constructor(code: HttpErrorCode) {
    const tag = (code as Partial<HttpErrorCode> | null | undefined)?.tag;
    if (typeof tag !== "string")
      throw unexpected("new HttpError: code", "an error-code, e.g. { tag: … }", code);
    super(tag);
    this.code = code;
  }
}
