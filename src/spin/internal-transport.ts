// Outgoing requests of components: those to `NAME.spin.internal` and to the application itself stay inside the process, others leave.

import { fieldsOfHeaders, latin1 } from "../component-wasi/http/fields.ts";
import {
  HttpError,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
} from "../component-wasi/index.ts";
import type { FetchInside } from "../http/application.ts";

const INTERNAL = /^([a-z0-9-]+)\.spin\.internal(?::\d+)?$/i;

const SELF = /^self\.alt(?::\d+)?$/i;

/** Set once the application is served. */
export class InternalTransport implements HttpTransport {
  readonly #outside: HttpTransport;
  readonly hasSelf = true;
  #fetch: FetchInside | undefined;

  constructor(outside: HttpTransport) {
    this.#outside = outside;
  }

  attach(fetch: FetchInside): void {
    this.#fetch = fetch;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const [, component] = INTERNAL.exec(request.authority) ?? [];
    if (component === undefined && !SELF.test(request.authority)) return this.#outside.send(request);
    if (this.#fetch === undefined) throw new HttpError({ tag: "destination-unavailable" });
    const { method, authority, path, headers, signal } = request;
    const init = {
      ...{ method, signal, duplex: "half", body: bodyFor(request) },
      headers: headers.map(([name, value]): [string, string] => [name, latin1(value)]),
    };
    let response: Response;
    try {
      response = await this.#fetch(component, new Request(`http://${authority}${path}`, init as RequestInit));
    } catch {
      // The other component broke off before its head.
      throw new HttpError({ tag: "HTTP-response-incomplete" });
    }
    return {
      status: response.status,
      headers: fieldsOfHeaders(response.headers),
      body: response.body ?? "null",
    };
  }
}

/** A Request of GET or HEAD takes no body; a guest finishes one all the same. */
function bodyFor({ method, body }: HttpRequest): ReadableStream<Uint8Array> | undefined {
  if (method !== "GET" && method !== "HEAD") return body;
  // What it holds, if anything, is for nobody.
  body?.pipeTo(new WritableStream()).catch(() => {});
  return undefined;
}
