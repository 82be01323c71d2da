// The bytes of a `Response`, as the Web API's streaming functions want them.

import { isObject } from "../checks/describe.ts";

/** What is used of a `Response`. */
interface ResponseLike {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Whether the host has `Response`. Its value is not looked at: Node makes it when it is read, with a parser of HTTP in WebAssembly that
 * it compiles and instantiates through whatever namespace there is at each moment.
 */
export function hasResponse(): boolean {
  return "Response" in globalThis;
}

function isResponse(value: unknown): value is ResponseLike {
  // The tag first: of what claims to be a Response, the host has made the class already.
  return (
    isObject(value) &&
    Object.prototype.toString.call(value) === "[object Response]" &&
    hasResponse() &&
    value instanceof Response
  );
}

/** @throws TypeError, by rejecting, for what is no response, one that failed, and one of another media type */
export async function responseBytes(source: unknown): Promise<Uint8Array> {
  const response = await source;
  if (!isResponse(response)) throw new TypeError("expected a Response or a promise of one");
  const type = (response.headers.get("content-type") ?? "").trim().toLowerCase();
  // The media type alone: parameters are not allowed.
  if (type !== "application/wasm") {
    throw new TypeError(`the response must be of type application/wasm, and is ${JSON.stringify(type)}`);
  }
  if (!response.ok) throw new TypeError(`the response has status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
