import { expect, it } from "vitest";
import { failureOf, hostsOf, type Interface, whenReady } from "../../testing/component-hosts.ts";
import { fetchTransport } from "./fetch-transport.ts";
import { handleRequest } from "./handle-request.ts";
import { HttpError, type HttpRequest } from "./transport.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (chunk: Uint8Array): string => new TextDecoder().decode(chunk);

type Hosts = ReturnType<typeof hostsOf>;

/** A component whose handler is a JavaScript function. */
function handler(hosts: Hosts, handle: (request: Interface, out: Interface, types: Interface) => unknown) {
  let stopped: AbortSignal | undefined;
  return {
    exports: { "wasi:http/incoming-handler@0.2.0": {} },
    get stopped() {
      return stopped?.aborted;
    },
    async callAsync(_: unknown, [request, out]: readonly unknown[], options?: object) {
      stopped = (options as { signal?: AbortSignal }).signal;
      return await handle(request as Interface, out as Interface, hosts.get("http/types"));
    },
  };
}

/** Answers with a body of several writes. */
async function answer(
  types: Interface,
  out: Interface,
  chunks: readonly string[],
  fields = new types.Fields(),
) {
  const response = new types.OutgoingResponse(fields);
  const body = response.body();
  types.ResponseOutparam.set(out, { tag: "ok", val: response });
  const stream = body.write();
  for (const chunk of chunks) await stream.blockingWriteAndFlush(bytes(chunk));
  stream[Symbol.dispose]();
  types.OutgoingBody.finish(body, undefined);
}

it("hands over what was asked, and gives what was answered", async () => {
  const hosts = hostsOf();
  const instance = handler(hosts, async (request, out, types) => {
    const body = request.consume();
    expect(await failureOf(() => request.consume())).toBeUndefined();
    const stream = body.stream();
    const parts: string[] = [];
    for (;;) {
      try {
        parts.push(text(await stream.blockingRead(3n)));
      } catch {
        break;
      }
    }
    stream[Symbol.dispose]();
    const trailers = types.IncomingBody.finish(body);
    // There are none, which needs no turn of the event loop to be seen.
    expect(trailers.subscribe().ready()).toBe(true);
    await whenReady(trailers);
    expect(trailers.get()).toEqual({ tag: "ok", val: { tag: "ok", val: undefined } });
    expect(trailers.get()).toEqual({ tag: "err", val: undefined });
    expect(request.headers().has("Host")).toBe(false);
    const fields = types.Fields.fromList([["x-method", bytes(request.method().tag)]]);
    fields.append("x-scheme", bytes(request.scheme().tag));
    const response = [request.authority(), request.pathWithQuery(), ...parts];
    await answer(types, out, response, fields);
  });
  const request = new Request("http://example.com:81/a?b=c", {
    method: "POST",
    body: "abcdef",
    headers: { "X-Test": "1" },
  });
  const response = await handleRequest(instance, request, { wasi: hosts.wasi });
  expect(response.status).toBe(200);
  expect(response.headers.get("x-method")).toBe("post");
  expect(response.headers.get("x-scheme")).toBe("HTTP");
  expect(await response.text()).toBe("example.com:81/a?b=cabcdef");
});

it("the response is there before its body, and a slow reader makes the guest wait", async () => {
  const hosts = hostsOf();
  let written = 0;
  const instance = handler(hosts, async (_request, out, types) => {
    const response = new types.OutgoingResponse(new types.Fields());
    const body = response.body();
    types.ResponseOutparam.set(out, { tag: "ok", val: response });
    const stream = body.write();
    for (let i = 0; i < 100; i++) {
      await stream.blockingWriteAndFlush(new Uint8Array(4096));
      written += 4096;
    }
    stream[Symbol.dispose]();
    types.OutgoingBody.finish(body);
  });
  const response = await handleRequest(instance, new Request("http://a/"), { wasi: hosts.wasi });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(written).toBeLessThanOrEqual(2 * 65_536);
  expect((await response.arrayBuffer()).byteLength).toBe(409_600);
});

it("a body that is cancelled stops the guest", async () => {
  const hosts = hostsOf();
  let failure: unknown;
  const instance = handler(hosts, async (_request, out, types) => {
    const response = new types.OutgoingResponse(new types.Fields());
    const body = response.body();
    types.ResponseOutparam.set(out, { tag: "ok", val: response });
    const stream = body.write();
    failure = await failureOf(async () => {
      for (;;) await stream.blockingWriteAndFlush(new Uint8Array(4096));
    });
  });
  const response = await handleRequest(instance, new Request("http://a/"), { wasi: hosts.wasi });
  await response.body?.cancel();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(instance.stopped).toBe(true);
  expect(failure).toEqual({ tag: "closed" });
});

it.each<[string, (request: Interface, out: Interface, types: Interface) => unknown, string]>([
  [
    "sets an error",
    (_r, out, types) => types.ResponseOutparam.set(out, { tag: "err", val: { tag: "loop-detected" } }),
    "loop-detected",
  ],
  ["sets nothing", () => undefined, "HTTP-response-incomplete"],
  [
    "fails",
    () => {
      throw new Error("unreachable");
    },
    "unreachable",
  ],
])("a guest that %s rejects", async (_, handle, message) => {
  const hosts = hostsOf();
  const handled = handleRequest(handler(hosts, handle), new Request("http://a/"), { wasi: hosts.wasi });
  await expect(handled).rejects.toThrow(message);
});

it("a body that is not finished fails, as does one of another length than was said", async () => {
  const bodyOf = async (handle: (request: Interface, out: Interface, types: Interface) => unknown) => {
    const hosts = hostsOf();
    return (
      await handleRequest(handler(hosts, handle), new Request("http://a/"), { wasi: hosts.wasi })
    ).text();
  };
  await expect(
    bodyOf(async (_request, out, types) => {
      const response = new types.OutgoingResponse(new types.Fields());
      const body = response.body();
      types.ResponseOutparam.set(out, { tag: "ok", val: response });
      const stream = body.write();
      await stream.blockingWriteAndFlush(bytes("half"));
      stream[Symbol.dispose]();
      body[Symbol.dispose]();
    }),
  ).rejects.toThrow("HTTP-response-incomplete");
  const failure = await new Promise((resolve) => {
    void bodyOf(async (_request, out, types) => {
      const fields = types.Fields.fromList([["content-length", bytes("3")]]);
      resolve(await failureOf(() => answer(types, out, ["ab"], fields)));
    }).catch(() => {});
  });
  expect(failure).toEqual({ tag: "HTTP-response-body-size", val: 2n });
});

it("headers are what the rules of HTTP let them be", async () => {
  const { Fields } = hostsOf().get("http/types");
  const fields = new Fields();
  fields.append("X-A", bytes("1"));
  fields.append("x-a", bytes("2"));
  fields.set("b", [bytes("3")]);
  expect(fields.get("x-A").map(text)).toEqual(["1", "2"]);
  expect(fields.entries().map(([name, value]: [string, Uint8Array]) => `${name}=${text(value)}`)).toEqual([
    "x-a=1",
    "x-a=2",
    "b=3",
  ]);
  const copy = fields.clone();
  copy.delete("x-a");
  expect(copy.has("x-a")).toBe(false);
  expect(fields.has("x-a")).toBe(true);
  expect(await failureOf(() => fields.append("a b", bytes("")))).toEqual({ tag: "invalid-syntax" });
  expect(await failureOf(() => fields.set("a", [bytes("x\r\ny: z")]))).toEqual({ tag: "invalid-syntax" });
  expect(await failureOf(() => fields.append("Transfer-Encoding", bytes("chunked")))).toEqual({
    tag: "forbidden",
  });
  expect(await failureOf(() => Fields.fromList([["host", bytes("a")]]))).toEqual({ tag: "forbidden" });
  expect(new Fields()).toBeInstanceOf(Fields);
  expect(() => fields.append("c", new Uint8Array(131_072).fill(65))).toThrow("more than 128 KiB");
});

it("requests are held to their syntax", async () => {
  const { Fields, OutgoingRequest } = hostsOf().get("http/types");
  const request = new OutgoingRequest(new Fields());
  for (const wrong of [
    () => request.setMethod({ tag: "other", val: "A B" }),
    () => request.setPathWithQuery("/a b"),
    () => request.setAuthority("a/b"),
    () => request.setAuthority(""),
    () => request.setScheme({ tag: "other", val: "1" }),
  ])
    expect(await failureOf(wrong)).toBeUndefined();
  request.setMethod({ tag: "other", val: "POST" });
  expect(request.method()).toEqual({ tag: "post" });
  expect(await failureOf(() => request.headers().append("a", bytes("b")))).toEqual({ tag: "immutable" });
});

it("sends what the guest writes by the embedder's transport", async () => {
  const sent: HttpRequest[] = [];
  const hosts = hostsOf({
    network: { http: ["https://example.com"] },
    transport: {
      async send(request) {
        sent.push(request);
        const body = await new Response(request.body).text();
        return { status: 201, headers: [["x", bytes("y")]], body: { text: `got ${body}` } };
      },
    },
  });
  const types = hosts.get("http/types");
  const request = new types.OutgoingRequest(types.Fields.fromList([["a", bytes("b")]]));
  request.setMethod({ tag: "put" });
  request.setAuthority("example.com");
  request.setPathWithQuery("/x?y");
  const body = request.body();
  const options = new types.RequestOptions();
  options.setFirstByteTimeout(1_500_000n);
  const future = hosts.get("http/outgoing-handler").handle(request, options);
  const stream = body.write();
  stream.blockingWriteAndFlush(bytes("data"));
  stream[Symbol.dispose]();
  types.OutgoingBody.finish(body);
  expect(hosts.wasi.openDescriptors).toBe(1);
  await whenReady(future);
  const { val } = future.get();
  expect(future.get()).toEqual({ tag: "err", val: undefined });
  const incoming = val.val.consume();
  expect(val.val.status()).toBe(201);
  expect(text(val.val.headers().get("x")[0])).toBe("y");
  const arriving = incoming.stream();
  expect(text(await arriving.blockingRead(100n))).toBe("got data");
  // What was made from a resource has to go first.
  expect(() => incoming[Symbol.dispose]()).toThrow("a resource was dropped before what was made from it");
  expect(() => types.IncomingBody.finish(incoming)).toThrow("dropped before");
  arriving[Symbol.dispose]();
  incoming[Symbol.dispose]();
  expect(hosts.wasi.openDescriptors).toBe(0);
  expect(sent[0]).toMatchObject({
    method: "PUT",
    scheme: "https",
    authority: "example.com",
    path: "/x?y",
    firstByteTimeoutMs: 2,
    connectTimeoutMs: undefined,
  });
});

it.each<[string, (request: Interface) => void, string]>([
  ["no authority", () => {}, "HTTP-request-URI-invalid"],
  ["a user name", (request) => request.setAuthority("a@b"), "HTTP-request-URI-invalid"],
  ["another scheme", (request) => request.setScheme({ tag: "other", val: "ftp" }), "HTTP-protocol-error"],
  ["no grant", (request) => request.setAuthority("b"), "HTTP-request-denied"],
  ["no path", (request) => request.setPathWithQuery(undefined), "HTTP-request-URI-invalid"],
])("a request with %s is refused", async (_, change, tag) => {
  const hosts = hostsOf({ network: { http: ["https://a"] }, transport: fetchTransport() });
  const { Fields, OutgoingRequest } = hosts.get("http/types");
  const request = new OutgoingRequest(new Fields());
  request.setPathWithQuery("/");
  change(request);
  expect(await failureOf(() => hosts.get("http/outgoing-handler").handle(request, undefined))).toEqual({
    tag,
  });
});

it("a request without an authority goes to the guest's own application, where there is one and a rule names it", async () => {
  const asked: unknown[] = [];
  const transport = {
    hasSelf: true,
    send: async ({ scheme, authority }: { scheme: string; authority: string }) => {
      asked.push([scheme, authority]);
      return { status: 200, headers: [], body: "null" as const };
    },
  };
  const handle = async (rules: string[], scheme?: string, authority?: string) => {
    const hosts = hostsOf({ network: { http: rules }, transport });
    const { Fields, OutgoingRequest } = hosts.get("http/types");
    const request = new OutgoingRequest(new Fields());
    request.setPathWithQuery("/");
    if (scheme !== undefined) request.setScheme({ tag: scheme });
    request.setAuthority(authority);
    await hosts.get("http/outgoing-handler").handle(request, undefined).subscribe().block();
  };
  await handle(["http://self"]);
  await handle(["http://self"], "HTTP");
  await handle(["*://*:*"], "HTTPS");
  await handle(["http://self"], "HTTP", ":80");
  await handle(["http://self"], "HTTPS", ":443");
  expect(asked).toEqual([
    ["https", "self.alt"],
    ["http", "self.alt"],
    ["https", "self.alt"],
    ["http", "self.alt"],
    ["https", "self.alt"],
  ]);
  const denied = { tag: "HTTP-request-denied" };
  expect(await failureOf(() => handle(["*://other:80"], "HTTP", ":80"))).toEqual(denied);
  expect(await failureOf(() => handle(["redis://self:1"], "HTTPS"))).toEqual(denied);
  expect(await failureOf(() => handle(["http://other"]))).toEqual(denied);
});

it("without a transport nothing is sent, whatever is granted", async () => {
  const hosts = hostsOf({ network: "all" });
  const { Fields, OutgoingRequest } = hosts.get("http/types");
  const request = new OutgoingRequest(new Fields());
  request.setAuthority("a");
  request.setPathWithQuery("/");
  expect(await failureOf(() => hosts.get("http/outgoing-handler").handle(request, undefined))).toEqual({
    tag: "HTTP-request-denied",
  });
});

it("a body's failure has the code that the transport gave", async () => {
  const hosts = hostsOf({
    network: "all",
    transport: {
      send: async () => ({ status: 200, headers: [], body: failing() }),
    },
  });
  const types = hosts.get("http/types");
  const request = new types.OutgoingRequest(new types.Fields());
  request.setAuthority("a");
  request.setPathWithQuery("/");
  const future = hosts.get("http/outgoing-handler").handle(request, undefined);
  await whenReady(future);
  const stream = future.get().val.val.consume().stream();
  expect(text(await stream.blockingRead(10n))).toBe("a");
  const failure = (await failureOf(() => stream.blockingRead(10n))) as { tag: string; val: unknown };
  expect(failure.tag).toBe("last-operation-failed");
  expect(types.httpErrorCode(failure.val)).toEqual({ tag: "connection-read-timeout" });
});

async function* failing(): AsyncGenerator<Uint8Array> {
  yield bytes("a");
  throw new HttpError({ tag: "connection-read-timeout" });
}
