// WAGI over a real port: what a guest is told, what becomes of its answer, and of its misbehaviour.

import { describe, expect, it } from "vitest";
import { eventually, manifestOf, rawRequest, serve } from "./http-support.ts";

const LIMITED = `[component.guest.tool.wasmeter]
timeout = "10s"
max_memory = "16MiB"`;

describe("what a WAGI guest is told", () => {
  it("is CGI's variables, WAGI's and Spin's, and the query's words as arguments", async () => {
    const { url, port } =
      await serve(`${manifestOf('environment = { FROM_MANIFEST = "1", HTTP_X_SET = "mine" }')}
[[trigger.http]]
route = "/users/:user/..."
component = "guest"
executor = { type = "wagi", argv = "prog \${ARGS} end" }`);
    const response = await fetch(`${url}/users/%41nn/./env?a=1&b=%202`, {
      method: "POST",
      body: "12345",
      headers: {
        ...{
          "content-type": "text/x",
          authorization: "secret",
          "spin-path-info": "/forged",
          proxy: "http://evil",
        },
        ...{ "x-set": "theirs", "x-one": "1", cookie: "a=b" },
      },
    });
    expect(response.status).toBe(200);
    const lines = (await response.text()).split("\n").filter((line) => line !== "");
    expect(lines.filter((line) => line.startsWith("argv"))).toEqual([
      ...["argv[0]=prog", "argv[1]=a=1", "argv[2]=b=%202", "argv[3]=end"],
    ]);
    const env = new Map(
      lines
        .filter((line) => !line.startsWith("argv"))
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    const clientPort = /:(\d+)$/.exec(env.get("X_CLIENT_ADDR") ?? "")?.[1];
    for (const name of [
      "HTTP_ACCEPT",
      "HTTP_ACCEPT_ENCODING",
      "HTTP_ACCEPT_LANGUAGE",
      "HTTP_SEC_FETCH_MODE",
      "HTTP_USER_AGENT",
    ]) {
      env.delete(name);
    }
    expect(Object.fromEntries(env)).toEqual({
      ...{ AUTH_TYPE: "", CONTENT_LENGTH: "5", CONTENT_TYPE: "text/x", GATEWAY_INTERFACE: "CGI/1.1" },
      ...{ FROM_MANIFEST: "1", HTTP_CONTENT_LENGTH: "5", HTTP_CONTENT_TYPE: "text/x", HTTP_COOKIE: "a=b" },
      ...{ HTTP_HOST: `127.0.0.1:${port}`, HTTP_X_ONE: "1", HTTP_X_SET: "mine", PATH_INFO: "/env" },
      ...{
        PATH_TRANSLATED: "/env",
        QUERY_STRING: "a=1&b=%202",
        REMOTE_ADDR: "127.0.0.1",
        REMOTE_HOST: "127.0.0.1",
      },
      ...{ REMOTE_USER: "", REQUEST_METHOD: "POST", SCRIPT_NAME: "/users/:user", SERVER_NAME: "127.0.0.1" },
      ...{
        SERVER_PORT: String(port),
        SERVER_PROTOCOL: "HTTP/1.1",
        SERVER_SOFTWARE: "WAGI/1",
        X_BASE_PATH: "/",
      },
      ...{ X_CLIENT_ADDR: `127.0.0.1:${clientPort}`, X_COMPONENT_ROUTE: "/users/:user" },
      ...{ X_FULL_URL: `${url}/users/%41nn/env?a=1&b=%202`, X_MATCHED_ROUTE: "/users/:user/..." },
      ...{ X_PATH_MATCH_USER: "Ann", X_RAW_COMPONENT_ROUTE: "/users/:user/...", X_RAW_PATH_INFO: "/env" },
    });
  });

  it("keeps the path as it came in X_FULL_URL, and decodes PATH_INFO once", async () => {
    const { port } = await serve(manifestOf());
    const answer = await rawRequest(
      port,
      "GET /x/%2e%2E/e%6ev/%252e%20y HTTP/1.1\r\nHost: h.example\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toContain("Hello /env/%2e y");
    const environment = await rawRequest(
      port,
      "GET /a/../env HTTP/1.1\r\nHost: h.example\r\nConnection: close\r\n\r\n",
    );
    expect(environment).toContain("X_FULL_URL=http://h.example/a/../env\n");
    expect(environment).toContain("PATH_INFO=/env\n");
    expect(environment).toContain("SERVER_NAME=h.example\nSERVER_PORT=80\n");
  });
});

describe("the head of a WAGI answer", () => {
  it("sets status and headers, in either line ending, and is taken off the body", async () => {
    const { url } = await serve(manifestOf());
    const answer = await fetch(`${url}/crlf`);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("content-type")).toBe("text/plain");
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    // The connection is the server's affair.
    expect(answer.headers.get("connection")).toBe("keep-alive");
    expect(await answer.text()).toBe("body\r\n");
    const moved = await fetch(`${url}/moved`, { redirect: "manual" });
    expect([moved.status, moved.headers.get("location")]).toEqual([302, "/elsewhere"]);
    const missing = await fetch(`${url}/status/404`);
    expect([missing.status, await missing.text()]).toEqual([404, "body\n"]);
    const many = await fetch(`${url}/headers/1000`);
    expect([many.status, many.headers.get("x-999"), await many.text()]).toEqual([200, "999", "many\n"]);
  });

  it.each<[string, string, string]>([
    ["/silent", "bad-answer", "wrote nothing to standard output"],
    ["/no-head", "bad-answer", "no empty line after which a body could follow"],
    ["/no-end", "bad-answer", "no empty line in the first 65536 bytes"],
    ["/headers/1000000", "bad-answer", "no empty line in the first 65536 bytes"],
    ["/bad-line", "bad-answer", 'a line that is no header: "this is no header"'],
    ["/bad-name", "bad-answer", 'a line that is no header: "bad name: x"'],
    ["/bad-value", "bad-answer", "a line that is no header"],
    ["/insufficient", "bad-answer", "no Content-Type, Location or Status"],
    ["/status/99", "bad-answer", 'the Status "99" is no status'],
    ["/status/101", "bad-answer", "the status 101 is none of an answer"],
    ["/status/1000", "bad-answer", "is no status"],
    ["/too-long", "bad-answer", "the body is longer than its Content-Length, 3"],
    ["/trap", "trap", "unreachable"],
    ["/exit/3", "exit", "the guest ended with status 3"],
    ["/recurse", "trap", ""],
    ["/allocate", "trap", "unreachable"],
  ])("is no answer for %s: 500, and %s in the log", async (path, kind, message) => {
    const { url, records } = await serve(manifestOf(LIMITED));
    const answer = await fetch(url + path);
    expect(answer.status).toBe(500);
    const text = await answer.text();
    // The client learns nothing but the request's number.
    expect(text).toBe(`500 Internal Server Error\nRequest ${records[0]?.id}\n`);
    expect(records[0]?.failure?.kind).toBe(kind);
    expect(records[0]?.failure?.message).toContain(message);
    expect(records[0]?.fuel).toBeGreaterThan(0n);
    const next = await fetch(`${url}/next`);
    expect([next.status, await next.text()]).toEqual([200, "Hello /next\n"]);
  });

  it.each(["/trap-later", "/too-short"])(
    "is followed by a body that ends with an error for %s",
    async (path) => {
      const { url, records } = await serve(manifestOf());
      const answer = await fetch(url + path);
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow();
      await eventually(() => records.length === 1);
      expect(records[0]?.failure?.kind).toBe(path === "/trap-later" ? "trap" : "bad-answer");
      expect((await fetch(`${url}/next`)).status).toBe(200);
    },
  );
});

describe("limits of a WAGI guest", () => {
  it.each<[string, string, number, string]>([
    ["/spin", 'timeout = "100ms"', 504, "timeout"],
    ["/sleep/5000", 'timeout = "100ms"', 504, "timeout"],
    ["/no-end", 'timeout = "5s"', 500, "bad-answer"],
    ["/spin", "fuel = 1000000", 500, "out-of-fuel"],
    ["/compute/1", "fuel = 100", 500, "out-of-fuel"],
    ["/hello", 'max_memory = "1"', 500, "limit"],
  ])("end %s under %s by %i", async (path, limit, status, kind) => {
    const { url, records } = await serve(manifestOf(`[component.guest.tool.wasmeter]\n${limit}`));
    const answer = await fetch(url + path);
    expect(answer.status).toBe(status);
    await answer.text();
    expect(records[0]?.failure?.kind).toBe(kind);
  });

  it("count fuel exactly: the same request costs the same", async () => {
    const { url, records } = await serve(manifestOf());
    for (let k = 0; k < 4; k++) await (await fetch(`${url}/compute/20`)).text();
    await eventually(() => records.length === 4);
    expect(new Set(records.map(({ fuel }) => fuel)).size).toBe(1);
    expect(records.map(({ cold }) => cold)).toEqual([true, false, false, false]);
  });

  it("serve others while a guest computes", async () => {
    const { url, server } = await serve(manifestOf('[component.guest.tool.wasmeter]\ntimeout = "60s"'));
    const leaving = new AbortController();
    let isBusy = true;
    const busy = fetch(`${url}/spin`, { signal: leaving.signal })
      .catch(() => {})
      .finally(() => {
        isBusy = false;
      });
    await eventually(() => server.active === 1);
    for (let k = 0; k < 20; k++) expect(await (await fetch(`${url}/hello`)).text()).toContain("hello");
    expect(isBusy).toBe(true);
    leaving.abort();
    await busy;
  });
});

describe("a WAGI request", () => {
  it("sees nothing of the one before it", async () => {
    const { url, output } = await serve(manifestOf('files = ["*.txt"]'), {
      files: { "a.txt": "A" },
      application: { allowTransientWrite: true },
    });
    for (const secret of ["one", "two", "three"]) {
      const text = await (await fetch(`${url}/traces?${secret}`)).text();
      expect(text).toBe("requests=0 left= descriptor=4\n");
    }
    expect(await (await fetch(`${url}/cat/a.txt`)).text()).toBe("A");
    expect((await fetch(`${url}/cat/trace.txt`)).status).toBe(404);
    expect((await fetch(`${url}/cat/../../etc/passwd`)).status).toBe(200);
    await (await fetch(`${url}/noise`)).text();
    expect(output.get("guest")).toBe("to the log\n");
  });

  it("may not write unless that was granted", async () => {
    const { url } = await serve(manifestOf('files = ["*.txt"]'), { files: { "a.txt": "A" } });
    expect(await (await fetch(`${url}/traces`)).text()).toContain("descriptor=-1");
  });

  it("streams both ways, with what the guest has not taken left with the client", async () => {
    const { url, records } = await serve(manifestOf());
    const body = new Uint8Array(3_000_000).map((_, k) => k % 251);
    const answer = await fetch(`${url}/echo`, { method: "POST", body });
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body);
    const large = await fetch(`${url}/stream/20000`);
    expect((await large.arrayBuffer()).byteLength).toBe(20_000 * 1024);
    await eventually(() => records.length === 2);
    // Nothing was gathered: the guest had no more memory than for the smallest request.
    expect(records[1]?.memory).toBeLessThan(1_000_000);
  });

  it("begins to answer before the guest has ended, and before the body has come", async () => {
    const { url } = await serve(manifestOf());
    let push: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        push = controller;
      },
    });
    push?.enqueue(Buffer.from("first"));
    const answer = await fetch(`${url}/echo`, { method: "POST", body, duplex: "half" } as RequestInit);
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("first");
    push?.enqueue(Buffer.from("second"));
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("second");
    push?.close();
    expect((await reader?.read())?.done).toBe(true);
  });

  it("ends with its client", async () => {
    const { server, url, records } = await serve(manifestOf());
    for (const path of ["/spin", "/sleep/60000", "/forever"]) {
      const leaving = new AbortController();
      const request = fetch(url + path, { signal: leaving.signal }).then((answer) => answer.text());
      await eventually(() => server.active === 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      leaving.abort();
      await expect(request).rejects.toThrow();
      await eventually(() => server.active === 0);
    }
    await eventually(() => records.length === 3);
    expect(records.map(({ status, failure }) => [status, failure?.kind])).toEqual([
      ...[
        [499, "client-left"],
        [499, "client-left"],
        [499, "client-left"],
      ],
    ]);
  });

  it("is the same each time where the component is deterministic", async () => {
    const { url, records } = await serve(manifestOf("[component.guest.tool.wasmeter]\ndeterministic = 5"));
    const texts = new Set<string>();
    for (let k = 0; k < 3; k++) texts.add(await (await fetch(`${url}/chance`)).text());
    expect(texts.size).toBe(1);
    expect([...texts][0]).toMatch(/^[0-9a-f]{16} 1577836800\.\d{9}\n$/);
    await eventually(() => records.length === 3);
    expect(new Set(records.map(({ fuel }) => fuel)).size).toBe(1);
  });
});
