// What components of one application see of the world and of each other, by Spin's rules: as its public conformance tests have
// them (request-shape, tcp-sockets …, key-value, variables, outbound-wasi-http), and as a matrix of grants.
// Real components are looked for in $WASM_COMPONENTS, a folder with `bin` and `expected`.

import { existsSync, readFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { directoryWith, eventually, rawRequest, serve } from "./http-support.ts";
import { componentBytes, hasComponents, RECORDED } from "./real-components.ts";

const isThere = hasComponents(RECORDED, "Spin's rules with real components");

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe.skipIf(!isThere)("a component", () => {
  it("sees the request's shape in Spin's headers", async () => {
    const manifest = `spin_manifest_version = 2
[application]
name = "request-shape"
[[trigger.http]]
route = "/:path_segment"
component = "guest"
[component.guest]
source = "guest.wasm"
`;
    const { port } = await serve(manifest, { files: { "guest.wasm": componentBytes("rust-http") } });
    const answer = await rawRequest(
      port,
      "GET /echo-headers?key=value HTTP/1.1\r\nHost: example.com\r\nUser-Agent: my-agent\r\nConnection: close\r\n\r\n",
    );
    const headers = new Map(
      answer
        .split("\r\n")
        .slice(1)
        .map((line) => line.split(": "))
        .map(([name = "", value = ""]): [string, string] => [name.toLowerCase(), value]),
    );
    expect(headers.get("spin-client-addr")).toMatch(/^127\.0\.0\.1:\d+$/);
    const names = [
      ...[
        "spin-full-url",
        "spin-path-info",
        "spin-base-path",
        "spin-component-route",
        "spin-raw-component-route",
      ],
      ...["spin-matched-route", "spin-path-match-path-segment", "user-agent", "connection"],
    ];
    expect(names.map((name) => [name, headers.get(name)])).toEqual([
      ["spin-full-url", "http://example.com/echo-headers?key=value"],
      ["spin-path-info", ""],
      ["spin-base-path", "/"],
      ["spin-component-route", "/:path_segment"],
      ["spin-raw-component-route", "/:path_segment"],
      ["spin-matched-route", "/:path_segment"],
      ["spin-path-match-path-segment", "echo-headers"],
      ["user-agent", "my-agent"],
      // The server's own.
      ["connection", "close"],
    ]);
  });

  it.each<[name: string, rule: (port: number) => string, connects: boolean]>([
    ["its address and port", (port) => `*://127.0.0.1:${port}`, true],
    ["a network and the port", (port) => `*://127.0.0.0/24:${port}`, true],
    ["a network from variables", (port) => `*://{{ prefix }}/{{ bits }}:${port}`, true],
    ["another port", (port) => `*://127.0.0.1:${port === 65_535 ? 1 : port + 1}`, false],
    ["another address", (port) => `*://127.0.0.2:${port}`, false],
    ["HTTP only", (port) => `http://127.0.0.1:${port}`, false],
  ])("connects by TCP as a rule of %s says", async (_, rule, connects) => {
    let connections = 0;
    const upstream = createServer((socket) => {
      connections++;
      socket.end("HTTP/1.0 200 OK\r\n\r\nfrom upstream");
      socket.on("error", () => {});
    });
    const port = await portOf(upstream);
    const manifest = `spin_manifest_version = 2
[application]
name = "sockets"
[variables]
prefix = { default = "127.0.0.0" }
bits = { default = "24" }
[[trigger.http]]
route = "/..."
component = "guest"
executor = { type = "wagi", argv = "net get 127.0.0.1:${port}" }
[component.guest]
source = "guest.wasm"
allowed_outbound_hosts = ["${rule(port)}"]
`;
    const { url, records, output, server } = await serve(manifest, {
      files: { "guest.wasm": componentBytes("rust-net") },
    });
    await (await fetch(url)).text();
    await eventually(() => records.length === 1);
    expect(connections).toBe(connects ? 1 : 0);
    expect(records[0]?.denied).toBe(connects ? 0 : 1);
    expect((output.get("guest") ?? "").includes("PermissionDenied")).toBe(!connects);
    expect(server.metrics().includes("wasmeter_denied_connections_total")).toBe(!connects);
  });

  it("has its own files, environment, stores, variables and hosts only", async () => {
    const upstream = createHttp((_, response) => response.end("from upstream"));
    const port = await portOf(upstream);
    const grants: Record<string, string> = {
      files: 'files = [{ source = "assets", destination = "/assets" }]',
      environment: 'environment = { ONLY_HERE = "yes" }',
      stores: 'key_value_stores = ["default"]',
      variables: 'variables = { greeting = "to me" }',
      hosts: `allowed_outbound_hosts = ["http://127.0.0.1:${port}"]`,
    };
    const component = (name: string, grant: string): string => `[[trigger.http]]
route = { private = true }
component = "${name}"
[component.${name}]
source = "guest.wasm"
${grant}
`;
    const manifest = `spin_manifest_version = 2
[application]
name = "matrix"
${Object.entries(grants)
  .map(([name, grant]) => component(name, grant))
  .join("")}${component("nothing", "")}`;
    const { server } = await serve(manifest, {
      files: { "guest.wasm": componentBytes("rust-spin-api-kv"), "assets/greeting.txt": "a file" },
      application: { stateDir: directoryWith({}) },
    });
    const ask = async (name: string, path: string): Promise<string> =>
      (await server.fetchComponent(name, new Request(`http://app.example${path}`))).text();
    const probes: Record<string, (name: string) => Promise<boolean>> = {
      files: async (name) => (await ask(name, "/file")) === "a file",
      environment: async (name) => (await ask(name, "/env")).includes("ONLY_HERE=yes"),
      stores: async (name) => /^\d+$/.test(await ask(name, "/count")),
      variables: async (name) => (await ask(name, "/variable")) === "to me",
      hosts: async (name) =>
        (await ask(name, `/outbound?url=http://127.0.0.1:${port}/`)) === "200 from upstream",
    };
    for (const name of [...Object.keys(grants), "nothing"]) {
      for (const [what, probe] of Object.entries(probes)) {
        expect([name, what, await probe(name)]).toEqual([name, what, name === what]);
      }
      expect(await ask(name, "/passwd")).not.toContain("root:");
      expect(await ask(name, "/env")).not.toContain("PATH=");
    }
  });
});

/** A service of WASI 0.3 that sends a request: one of the official programs, of which $WASI_TESTSUITE is the folder. */
const CLIENT = join(process.env.WASI_TESTSUITE ?? "", "tests/rust/testsuite/wasm32-wasip3/http-client.wasm");
const hasClient = process.env.WASI_TESTSUITE !== undefined && existsSync(CLIENT);
if (!hasClient)
  console.warn("skipped: a client of WASI 0.3 under rules; it is looked for in $WASI_TESTSUITE");

it.skipIf(!hasClient).each([
  ["allowed", 200, 0],
  ["denied", 500, 1],
])("holds clients of WASI 0.3 to the same rules: %s", async (verdict, status, denied) => {
  const upstream = createHttp((request, response) => request.pipe(response));
  const port = await portOf(upstream);
  const manifest = `spin_manifest_version = 2
[application]
name = "client"
[[trigger.http]]
route = "/..."
component = "guest"
[component.guest]
source = "guest.wasm"
environment = { HTTP_SERVER_MAIN = "127.0.0.1:${port}" }
allowed_outbound_hosts = ["http://127.0.0.1:${verdict === "allowed" ? port : 1}"]
`;
  const { url, records, output } = await serve(manifest, { files: { "guest.wasm": readFileSync(CLIENT) } });
  const answer = await fetch(url);
  await answer.text();
  await eventually(() => records.length === 1);
  expect([answer.status, records[0]?.denied]).toEqual([status, denied]);
  expect((output.get("guest") ?? "").includes("HttpRequestDenied")).toBe(denied === 1);
});
