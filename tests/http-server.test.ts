// The server between sockets and guests: clients that misbehave, the queue, HTTP's own rules.

import { readFileSync } from "node:fs";
import { get } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Application, createServer, type RequestRecord } from "wasmeter/http";
import { projectRoot } from "./built-code.ts";
import { applicationOf, eventually, manifestOf, rawRequest, serve } from "./http-support.ts";

type Handler = Extract<NonNullable<ReturnType<Application["route"]>>, { kind: "guest" }>["handler"];
type Answer = Parameters<Handler["handle"]>[1];
type HeaderList = NonNullable<Parameters<Answer["end"]>[0]>;

/** Serves an application without a guest, in whose place `answerer` is. */
async function serveAnswer(
  answerer: (answer: Answer) => void,
): Promise<{ port: number; records: RequestRecord[] }> {
  const handler: Handler = { handle: async (_, answer) => answerer(answer), close: () => {} };
  const component = { id: "own", timeoutMs: 10_000, maxConcurrency: undefined };
  const route = { base: "/", route: "/...", componentRoute: "/...", pathInfo: "/", names: [] };
  const records: RequestRecord[] = [];
  const application: Application = {
    ...{ name: "own", components: new Map([["own", component]]), routeTo: () => undefined, close: () => {} },
    route: () => ({ kind: "guest", component, handler, path: "/", query: "", route }),
  };
  const server = createServer(application, { onRecord: (record) => records.push(record) });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return { port: (await server.listen({ port: 0 })).port, records };
}

const CLOSE = "Connection: close\r\n\r\n";

describe("HTTP's rules", () => {
  it("are kept for HEAD, 204 and Content-Length", async () => {
    const { port } = await serve(manifestOf());
    const head = await rawRequest(port, `HEAD /hello HTTP/1.1\r\nHost: x\r\n${CLOSE}`);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toContain("content-length: 13\r\n");
    expect(head.endsWith("\r\n\r\n")).toBe(true);
    const empty = await rawRequest(port, `GET /status/204 HTTP/1.1\r\nHost: x\r\n${CLOSE}`);
    expect(empty).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
    expect(empty).not.toContain("content-length");
    expect(empty.endsWith("\r\n\r\n")).toBe(true);
    expect(await rawRequest(port, `GET /hello HTTP/1.0\r\n\r\n`)).toContain("Hello /hello");
  });

  it("let a connection serve one request after another, also several at once", async () => {
    const { port, records } = await serve(manifestOf());
    const one = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    const answers = await rawRequest(port, `${one}${one}GET /b HTTP/1.1\r\nHost: x\r\n${CLOSE}`);
    expect(answers.match(/Hello \/\w/g)).toEqual(["Hello /a", "Hello /a", "Hello /b"]);
    expect(records).toHaveLength(3);
  });

  it("ask for a body only when the guest reads it", async () => {
    const { port } = await serve(manifestOf());
    const head =
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
    const read = await rawRequest(port, [head, "body"]);
    expect(read).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(read).toContain("body");
    const unread = await rawRequest(port, head.replace("/echo", "/hello"));
    expect(unread).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(unread.toLowerCase()).toContain("connection: close");
    const other = await rawRequest(port, `GET / HTTP/1.1\r\nHost: x\r\nExpect: the-unexpected\r\n${CLOSE}`);
    expect(other).toMatch(/^HTTP\/1\.1 417 /);
  });

  it.each<[string, string, RegExp]>([
    ["garbage", "hello there\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["no Host", `GET / HTTP/1.1\r\n${CLOSE}`, /^HTTP\/1\.1 400 /],
    ["two Hosts", `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n${CLOSE}`, /^HTTP\/1\.1 400 /],
    ["a Host that is none", `GET / HTTP/1.1\r\nHost: a b\r\n${CLOSE}`, /^HTTP\/1\.1 400 /],
    [
      "two lengths",
      `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n${CLOSE}abcd`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      "a length and chunks",
      `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n${CLOSE}0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      "a chunk that is none",
      `POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n${CLOSE}zz\r\n`,
      /400 Bad Request|^HTTP\/1\.1 [25]00 /,
    ],
    ["an escape that is none", `GET /%zz HTTP/1.1\r\nHost: x\r\n${CLOSE}`, /^HTTP\/1\.1 400 /],
    ["a NUL", `GET /a%00b HTTP/1.1\r\nHost: x\r\n${CLOSE}`, /^HTTP\/1\.1 400 /],
    ["a target that is no path", `OPTIONS * HTTP/1.1\r\nHost: x\r\n${CLOSE}`, /^HTTP\/1\.1 400 /],
    [
      "a whole URL",
      `GET http://other.example/hello HTTP/1.1\r\nHost: x\r\n${CLOSE}`,
      /^HTTP\/1\.1 200 [\s\S]*Hello \/hello/,
    ],
    [
      "a head that is too large",
      `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${"x".repeat(20_000)}\r\n${CLOSE}`,
      /^HTTP\/1\.1 431 /,
    ],
    [
      "an upgrade",
      `GET /hello HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n${CLOSE}`,
      /^HTTP\/1\.1 200 /,
    ],
  ])("hold for %s, and the next request is served", async (_, request, expected) => {
    const { port, url } = await serve(manifestOf());
    expect(await rawRequest(port, request)).toMatch(expected);
    expect((await fetch(`${url}/next`)).status).toBe(200);
  });

  it("bound the body, announced or not", async () => {
    const { url, port } = await serve(manifestOf(), { maxBodyBytes: 1_000 });
    expect((await fetch(`${url}/echo`, { method: "POST", body: "x".repeat(1_000) })).status).toBe(200);
    const announced = await rawRequest(
      port,
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n",
    );
    expect(announced).toMatch(/^HTTP\/1\.1 413 /);
    const chunk = `400\r\n${"x".repeat(0x400)}\r\n0\r\n\r\n`;
    const chunked = await rawRequest(
      port,
      `POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n${CLOSE}${chunk}`,
    );
    expect(chunked).not.toContain("x".repeat(0x400));
  });

  it("send trailers behind a body in chunks, and nowhere else", async () => {
    const { port } = await serveAnswer((answer) => {
      answer.start(200, [["content-type", "text/plain"]]);
      answer.write(Buffer.from("body"));
      answer.end([
        ["x-sum", "1"],
        ["connection", "close"],
        ["content-length", "7"],
      ]);
    });
    const whole = await rawRequest(port, `GET / HTTP/1.1\r\nHost: x\r\n${CLOSE}`);
    expect(whole.toLowerCase()).toContain("transfer-encoding: chunked\r\n");
    expect(whole.endsWith("\r\n4\r\nbody\r\n0\r\nx-sum: 1\r\n\r\n")).toBe(true);
    expect(await rawRequest(port, `HEAD / HTTP/1.1\r\nHost: x\r\n${CLOSE}`)).not.toContain("x-sum");
    // HTTP/1.0 has neither chunks nor trailers.
    expect((await rawRequest(port, "GET / HTTP/1.0\r\n\r\n")).split("\r\n\r\n")[1]).toBe("body");
  });

  it.each<[string, HeaderList]>([
    ["a name that is none", [["bad name", "x"]]],
    ["a value that ends the line", [["x", "a\r\nSet-Cookie: b"]]],
    [
      "more than a head may have",
      Array.from({ length: 10_000 }, (_, k) => [`x-${k}`, "v".repeat(30)] as const),
    ],
  ])("break off an answer whose trailers have %s", async (_, trailers) => {
    const { port, records } = await serveAnswer((answer) => {
      answer.start(200, []);
      answer.write(new Uint8Array(100_000));
      answer.end(trailers);
    });
    const received = await rawRequest(port, `GET / HTTP/1.1\r\nHost: x\r\n${CLOSE}`);
    expect(received).not.toMatch(/Set-Cookie|\r\n0\r\n/);
    expect(records[0]?.failure?.kind).toBe("bad-answer");
  });

  it("speak TLS", async () => {
    const read = (name: string) => readFileSync(join(projectRoot, "tests/tls", name), "utf8");
    const tls = { key: read("key.pem"), cert: read("certificate.pem") };
    const { url } = await serve(manifestOf(), { tls });
    const text = await new Promise<string>((resolve, reject) => {
      get(`${url}/env`, { rejectUnauthorized: false, agent: false }, (answer) => {
        let body = "";
        answer.on("data", (chunk) => {
          body += chunk;
        });
        answer.on("end", () => resolve(body));
      }).on("error", reject);
    });
    expect(text).toContain(`X_FULL_URL=${url}/env\n`);
  });
});

describe("slow clients", () => {
  it("are given up: no head, no body, no reading", async () => {
    const { port, url, records, server } = await serve(
      manifestOf('[component.guest.tool.wasmeter]\ntimeout = "1s"'),
      {
        ...{ headersTimeoutMs: 500, sendTimeoutMs: 500 },
      },
    );
    const begun = performance.now();
    expect(await rawRequest(port, "GET / HT", 20_000)).toMatch(/^HTTP\/1\.1 408 /);
    // The guest waits for a body that does not come, until its time is over.
    expect(
      await rawRequest(port, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1234", 20_000),
    ).toContain("1234");
    await eventually(() => records.length === 1);
    expect(records[0]?.failure?.kind).toBe("timeout");
    const answer = await fetch(`${url}/forever`);
    await eventually(() => records.length === 2, 20_000);
    expect(server.active).toBe(0);
    await expect(answer.text()).rejects.toThrow();
    expect(performance.now() - begun).toBeLessThan(40_000);
  });

  it("by the hundred do not keep others waiting, and are all given up", async () => {
    const { port, url, server } = await serve(manifestOf(), { headersTimeoutMs: 300, keepAliveMs: 300 });
    const heads = ["", "GET / HTTP/1.1\r\nHost: x\r\n", "\u0000\u0016\u0003 nonsense\r\n\r\n"];
    const clients = Array.from({ length: 300 }, (_, k) => rawRequest(port, heads[k % 3] as string, 20_000));
    for (let k = 0; k < 10; k++) expect(await (await fetch(`${url}/n${k}`)).text()).toBe(`Hello /n${k}\n`);
    const answers = await Promise.all(clients);
    const statuses = answers.map((answer) => /^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]);
    expect(statuses).toEqual(Array.from({ length: 100 }, () => ["408", "408", "400"]).flat());
    await eventually(() => /^wasmeter_connections 0$/m.test(server.metrics()));
  });
});

describe("connections", () => {
  it("are bounded: one too many is closed, and others are served", async () => {
    const { port, url, server } = await serve(manifestOf(), { maxConnections: 20 });
    const sockets = Array.from({ length: 60 }, () => connect({ port, host: "127.0.0.1" }));
    let closed = 0;
    for (const socket of sockets) {
      socket.on("error", () => {});
      socket.on("close", () => closed++);
    }
    await eventually(() => closed === 40);
    expect(server.metrics()).toMatch(/^wasmeter_connections 20$/m);
    for (const socket of sockets.splice(0)) socket.destroy();
    await eventually(() => /^wasmeter_connections 0$/m.test(server.metrics()));
    expect(await (await fetch(`${url}/next`)).text()).toBe("Hello /next\n");
  });

  it("need not be of IPv4", async (context) => {
    const server = createServer(applicationOf(manifestOf()));
    const listening = await server.listen({ host: "::1", port: 0 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRNOTAVAIL" && error.code !== "EAFNOSUPPORT") throw error;
    });
    try {
      if (listening === undefined) return context.skip("this machine has no IPv6");
      expect(listening.url).toBe(`http://[::1]:${listening.port}`);
      expect(await (await fetch(`${listening.url}/six`)).text()).toBe("Hello /six\n");
    } finally {
      await server.close({ graceMs: 0 });
    }
  });

  it("end where the guest has not read what its client sent", async () => {
    const { url } = await serve(manifestOf());
    for (let k = 0; k < 3; k++) {
      const answer = await fetch(`${url}/unread`, { method: "POST", body: "x".repeat(300_000) });
      expect(await answer.text()).toBe("Hello /unread\n");
    }
  });
});

describe("the queue", () => {
  it("lets as many run as it may, the others wait, and one too many gets 503", async () => {
    const { url, server, records } = await serve(manifestOf(), { maxConcurrency: 2, maxQueue: 2 });
    const running = Array.from({ length: 4 }, (_, k) =>
      fetch(`${url}/sleep/300?${k}`).then((answer) => answer.status),
    );
    await eventually(() => server.active === 4);
    const tooMany = await fetch(`${url}/hello`);
    expect([tooMany.status, tooMany.headers.get("retry-after")]).toEqual([503, "1"]);
    await tooMany.text();
    expect(await Promise.all(running)).toEqual([200, 200, 200, 200]);
    await eventually(() => records.length === 5);
    expect(records.filter(({ queueMs }) => queueMs > 100)).toHaveLength(2);
  });

  it("counts the time that was waited, and lets those go that leave", async () => {
    const limits = '[component.guest.tool.wasmeter]\ntimeout = "400ms"\nmax_concurrency = 1';
    const { url, server, records } = await serve(manifestOf(limits));
    const first = fetch(`${url}/spin`);
    await eventually(() => server.active === 1);
    const second = fetch(`${url}/sleep/300`);
    const leaving = new AbortController();
    const third = fetch(`${url}/hello`, { signal: leaving.signal }).catch(() => "left");
    await eventually(() => server.active === 3);
    leaving.abort();
    expect(await third).toBe("left");
    expect((await first).status).toBe(504);
    expect((await second).status).toBe(504);
    await eventually(() => records.length === 3);
    expect((await fetch(`${url}/hello`)).status).toBe(200);
  });
});

describe("server.fetch", () => {
  it("needs no socket, and rejects where a connection would be broken off", async () => {
    const server = createServer(applicationOf(manifestOf()));
    const answer = await server.fetch(
      new Request("http://app.example/echo", { method: "POST", body: "in and out" }),
    );
    expect([answer.status, await answer.text()]).toEqual([200, "in and out"]);
    expect((await server.fetch(new Request("http://app.example/trap"))).status).toBe(500);
    const broken = await server.fetch(new Request("http://app.example/trap-later"));
    await expect(broken.text()).rejects.toThrow("broken off");
    const large = await server.fetch(new Request("http://app.example/stream/5000"));
    expect((await large.arrayBuffer()).byteLength).toBe(5_000 * 1024);
    const left = await server.fetch(new Request("http://app.example/forever"));
    await left.body?.cancel();
    await eventually(() => server.active === 0);
    expect((await server.fetchComponent("guest", new Request("http://guest.spin.internal/x"))).status).toBe(
      200,
    );
    expect((await server.fetchComponent("nobody", new Request("http://nobody.spin.internal/x"))).status).toBe(
      404,
    );
    await server.close();
    await expect(server.listen({ port: 0 })).rejects.toThrow("was closed");
  });

  it("refuses options that make no sense", () => {
    const application = applicationOf(manifestOf());
    expect(() => createServer(application, { maxConcurency: 1 } as never)).toThrow(
      "did you mean maxConcurrency",
    );
    expect(() => createServer(application, { maxQueue: -1 })).toThrow(RangeError);
  });
});
