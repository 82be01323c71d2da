// Components behind the server: what another implementation answers for the same requests, and what a component may reach.
// Real components are looked for in $WASM_COMPONENTS, a folder with `bin` and `expected`.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createServer as createUpstream, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ManifestError } from "wasmeter/http";
import { projectRoot } from "./built-code.ts";
import { applicationOf, directoryWith, eventually, manifestOf, serve } from "./http-support.ts";
import { componentBytes, hasComponents, RECORDED, recorded } from "./real-components.ts";
import { wat } from "./wat.ts";

const cli = join(projectRoot, "dist", "cli.cjs");
const isThere = hasComponents(RECORDED, "served components");
const { served: SERVED } = recorded(isThere);

const manifest = (component: string, more = ""): string => `spin_manifest_version = 2
[application]
name = "components"
[[trigger.http]]
route = "/..."
component = "guest"
[component.guest]
source = "guest.wasm"
environment = { A = "1" }
${component}
${more}`;

let upstream: Server;
let upstreamPort = 0;
beforeAll(async () => {
  upstream = createUpstream((_, response) => response.end("upstream\n"));
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  upstreamPort = (upstream.address() as AddressInfo).port;
});
afterAll(() => upstream.close());

const NAMES = [...new Set(SERVED.map(({ component }) => component))];

describe.skipIf(!isThere)("a component", () => {
  it.each(NAMES)("answers as under Wasmtime: %s", async (name) => {
    const { url } = await serve(
      manifest(
        'allowed_outbound_hosts = ["http://127.0.0.1:*"]\nfiles = [{ source = "assets", destination = "/assets" }]',
      ),
      {
        files: { "guest.wasm": componentBytes(name), "assets/greeting.txt": "hello from a mounted file\n" },
        application: { routeHeaders: false },
      },
    );
    for (const { method, path, body, status, contentType, answer } of SERVED.filter(
      ({ component }) => component === name,
    )) {
      const response = await fetch(url + path.replaceAll("PORT", String(upstreamPort)), {
        method,
        ...(body !== undefined && { body }),
        headers: { "x-test": "1", "content-type": "text/x-test" },
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const text = bytes
        .toString()
        .replaceAll(String(upstreamPort), "PORT")
        .replace(/INSTANCE_ID=\d+\n/, "");
      const isOwnPage = response.status === 500 && text.startsWith("500 Internal Server Error");
      const shown = isOwnPage
        ? "(the server's own page)"
        : bytes.length > 4096
          ? { length: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }
          : text;
      expect([method, path, response.status, shown]).toEqual([method, path, status, answer]);
      if (!isOwnPage) expect(response.headers.get("content-type")).toBe(contentType);
    }
  });

  it("gets Spin's headers of the route, and not the client's", async () => {
    const { url } = await serve(manifest(""), { files: { "guest.wasm": componentBytes("rust-spin-api") } });
    const text = await (
      await fetch(`${url}/headers?x=1`, { headers: { "spin-path-info": "/forged", "spin-other": "1" } })
    ).text();
    expect(text).toContain("spin-path-info: /headers\n");
    expect(text).toContain(`spin-full-url: ${url}/headers?x=1\n`);
    expect(text).toContain("spin-raw-component-route: /...\n");
    expect(text).toMatch(/spin-client-addr: 127\.0\.0\.1:\d+\n/);
    expect(text).not.toContain("forged");
    expect(text).not.toContain("spin-other");
  });

  it("reaches only what its rules allow, and other components inside the process", async () => {
    const inner = `[[trigger.http]]
route = { private = true }
component = "inner"
executor = { type = "wagi" }
[component.inner]
source = "inner.wasm"
`;
    const files = { "guest.wasm": componentBytes("rust-http"), "inner.wasm": "guest:c-wagi" };
    const { url, records, server, output } = await serve(
      manifest('allowed_outbound_hosts = ["http://inner.spin.internal"]', inner),
      { files },
    );
    const inside = await fetch(`${url}/fetch?url=http://inner.spin.internal/from-guest`);
    expect([inside.status, await inside.text()]).toEqual([200, "Hello /from-guest\n"]);
    await eventually(() => records.length === 2);
    expect(records.map(({ component }) => component)).toEqual(["inner", "guest"]);
    const outside = await fetch(`${url}/fetch?url=http://127.0.0.1:${upstreamPort}/`);
    expect(outside.status).toBe(502);
    await eventually(() => records.length === 3);
    expect(records.map(({ denied }) => denied)).toEqual([0, 0, 1]);
    expect(server.metrics()).toContain('wasmeter_denied_connections_total{component="guest"} 1\n');
    expect(output.get("guest")).toContain(
      `wasmeter: http http://127.0.0.1:${upstreamPort} was denied: component.guest.allowed_outbound_hosts has no rule that allows it\n`,
    );
    // From outside the name means nothing.
    const named = await fetch(`${url}/`, { headers: { host: "inner.spin.internal" } });
    expect(await named.text()).toBe("Hello, wasi:http/proxy world!\n");
  });

  it("reaches its own application by routes, where a rule says so", async () => {
    const inner = `[[trigger.http]]
route = "/inner/..."
component = "inner"
executor = { type = "wagi" }
[[trigger.http]]
route = { private = true }
component = "hidden"
executor = { type = "wagi" }
[component.inner]
source = "inner.wasm"
[component.hidden]
source = "inner.wasm"
`;
    const files = { "guest.wasm": componentBytes("rust-http"), "inner.wasm": "guest:c-wagi" };
    const rule = 'allowed_outbound_hosts = ["http://self"]';
    const { url } = await serve(manifest(rule, inner), { files });
    const get = async (target: string) => {
      const answer = await fetch(`${url}/fetch?url=${target}`);
      return [answer.status, (await answer.text()).slice(0, 60)];
    };
    expect(await get("http://self.alt/inner/x")).toEqual([200, "Hello /x\n"]);
    expect(await get("http://self.alt/")).toEqual([200, "Hello, wasi:http/proxy world!\n"]);
    expect((await get("http://self.alt/none"))[0]).toBe(404);
    // As in Spin, whatever the rule's scheme.
    expect(await get("https://self.alt/inner/x")).toEqual([200, "Hello /x\n"]);
    expect((await get("http://hidden.spin.internal/"))[0]).toBe(502);
    const { url: other } = await serve(manifest("", inner), { files });
    expect((await fetch(`${other}/fetch?url=http://self.alt/inner/x`)).status).toBe(502);
  });

  it("is served alone by the command, without Spin's headers", async () => {
    const directory = directoryWith({ "guest.wasm": componentBytes("rust-spin-api") });
    const child = spawn(process.execPath, [
      cli,
      "serve",
      "--addr",
      ":0",
      "--workers",
      "1",
      join(directory, "guest.wasm"),
    ]);
    try {
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += chunk;
      });
      await eventually(() => output.includes("\n") || child.exitCode !== null, 50_000);
      const url = output.split("\n", 1)[0]?.split(" ")[1] ?? "";
      const text = await (await fetch(`${url}/headers`, { headers: { "x-test": "1" } })).text();
      expect(text).toContain("x-test: 1\n");
      expect(text).not.toContain("spin-");
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("runs as a WAGI program by wasi:cli/run", async () => {
    const { url } = await serve(manifestOf('environment = { A = "1" }'), {
      files: { "guest.wasm": componentBytes("rust-wagi") },
    });
    const text = await (await fetch(`${url}/x/y?q=1`, { method: "POST", body: "body" })).text();
    expect(text).toContain("Hello from WAGI in Rust: POST /x/y\n");
    expect(text).toContain('query="q=1" args=["q=1"]\n');
    expect(text.endsWith("--\n4 bytes\nbody")).toBe(true);
  });

  it.each<[string, string, string]>([
    ["rust-tour", "", 'a program is served as WAGI: executor = { type = "wagi" }'],
    [
      "rust-spin-api-kv.core",
      "",
      "is a core module that is yet to become a component: wasm-tools component new guest.wasm",
    ],
    [
      "rust-http",
      'allowed_outbound_hosts = ["example.com"]',
      "component.guest.allowed_outbound_hosts[0]: example.com: there is no scheme",
    ],
  ])("of another kind is refused at start: %s", (name, component, message) => {
    const load = () => applicationOf(manifest(component), { "guest.wasm": componentBytes(name) });
    expect(load).toThrow(ManifestError);
    expect(load).toThrow(message);
  });

  it.each<[string, number, string]>([
    ["fuel = 1000", 500, "out-of-fuel"],
    ['max_memory = "64KiB"', 500, "limit"],
    ['timeout = "50ms"', 504, "timeout"],
  ])("is held to %s", async (limit, status, kind) => {
    const { url, records } = await serve(manifest(`[component.guest.tool.wasmeter]\n${limit}`), {
      files: { "guest.wasm": componentBytes("rust-http") },
    });
    const answer = await fetch(`${url}/wait`);
    expect(answer.status).toBe(status);
    await answer.text();
    expect(records[0]?.failure?.kind).toBe(kind);
  });
});

it("refuses a component that answers nothing, at start", () => {
  const load = () => applicationOf(manifest(""), { "guest.wasm": wat("(component)") });
  expect(load).toThrow(
    "component.guest.source: guest.wasm: it does not export wasi:http/incoming-handler@0.2; it exports nothing",
  );
});

/** A handler of requests whose function has this body. */
function handlerOf(body: string): Uint8Array {
  return wat(`(component
  (import "wasi:http/types@0.2.0" (instance $types
    (export "incoming-request" (type (sub resource)))
    (export "response-outparam" (type (sub resource)))))
  (alias export $types "incoming-request" (type $in))
  (alias export $types "response-outparam" (type $out))
  (core module $code
    (memory 1)
    (func $deeper (param i64) (result i64) (i64.add (i64.const 1) (call $deeper (local.get 0))))
    (func (export "handle") (param i32 i32) ${body}))
  (core instance $code (instantiate $code))
  (func $handle (param "request" (own $in)) (param "response-out" (own $out)) (canon lift (core func $code "handle")))
  (instance $handler (export "handle" (func $handle)))
  (export "wasi:http/incoming-handler@0.2.0" (instance $handler)))`);
}

it("answers in place of a component that does not, each in its way, and serves the others", async () => {
  const cases = {
    returns: ["", 500, "bad-answer"],
    traps: ["unreachable", 500, "trap"],
    loops: ["(loop (br 0))", 504, "timeout"],
    burns: ["(loop (br 0))", 500, "out-of-fuel"],
    recurses: ["(drop (call $deeper (i64.const 1)))", 500, "trap"],
    grows: [
      "(loop (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)) (br 0))",
      500,
      "trap",
    ],
  } as const;
  const parts = Object.keys(cases).map(
    (name) => `[[trigger.http]]
route = "/${name}"
component = "${name}"
[component.${name}]
source = "${name}.wasm"
[component.${name}.tool.wasmeter]
timeout = "${name === "loops" ? "200ms" : "50s"}"
max_memory = "8MiB"
${name === "burns" ? "fuel = 100_000" : ""}
`,
  );
  const text = `spin_manifest_version = 2\n[application]\nname = "bad"\n${parts.join("")}`;
  const files = Object.fromEntries(
    Object.entries(cases).map(([name, [body]]) => [`${name}.wasm`, handlerOf(body)]),
  );
  const { url, records } = await serve(text, { files });
  // Twice: an instance that has failed is not kept as it is.
  for (let round = 0; round < 2; round++) {
    records.length = 0;
    const answers = await Promise.all(
      Object.keys(cases).map(async (name) => {
        const answer = await fetch(`${url}/${name}`);
        return [name, answer.status, await answer.text()] as const;
      }),
    );
    await eventually(() => records.length === answers.length);
    for (const [name, status, page] of answers) {
      const record = records.find(({ component }) => component === name);
      const [, expected, kind] = cases[name as keyof typeof cases];
      expect([name, status, record?.failure?.kind]).toEqual([name, expected, kind]);
      // The client learns nothing but the request's number.
      expect(page).toMatch(new RegExp(`^${status} [A-Za-z ]+\nRequest ${record?.id}\n$`));
    }
  }
});

it("tells of all components that are none at once, before anything is served", () => {
  const part = (name: string, file: string) =>
    `[[trigger.http]]\nroute = "/${name}"\ncomponent = "${name}"\n[component.${name}]\nsource = "${file}"\n`;
  const files = {
    "text.wasm": "hello",
    "nothing.wasm": wat("(component)"),
    "module.wasm": wat("(module)"),
    "broken.wasm": "\0asm\u000d\0\u0001\0\u0063",
    "imports.wasm": wat('(component (import "a:b/c@1.0.0" (instance (export "f" (func)))))'),
  };
  const names = ["absent", ...Object.keys(files).map((file) => file.slice(0, -5))];
  const parts = names.map((name) => part(name, `${name}.wasm`));
  const load = () =>
    applicationOf(`spin_manifest_version = 2\n[application]\nname = "bad"\n${parts.join("")}`, files);
  let message = "";
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ManifestError);
    message = (error as Error).message;
  }
  const lines = message.split("\n").map((line) => line.replace(/^.*spin\.toml:/, ""));
  const expected = [
    "8: component.absent.source: cannot read absent.wasm: there is no such file; build it first",
    "13: component.text.source: text.wasm is a text file",
    "18: component.nothing.source: nothing.wasm: it does not export wasi:http/incoming-handler@0.2; it exports nothing",
    "23: component.module.source: module.wasm is a core module, and its trigger's executor takes components",
    "28: component.broken.source: broken.wasm: ",
    "33: component.imports.source: imports.wasm: ",
  ];
  expect(lines).toHaveLength(expected.length);
  for (const [k, start] of expected.entries()) expect(lines[k]).toContain(start);
});
