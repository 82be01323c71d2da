// Real components, from C, Rust, TypeScript and Python, against what another runtime answers: commands by the command line, servers by
// requests over sockets. Components and answers are looked for in $WASM_COMPONENTS.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, Store } from "wasmeter";
import { Component, ComponentLinker } from "wasmeter/component";
import { handleRequest, Wasi } from "wasmeter/component/wasi";
import { nodeComponentWasi } from "wasmeter/node";
import { projectRoot } from "./built-code.ts";
import { componentBytes, componentsFolder, hasComponents, RECORDED, recorded } from "./real-components.ts";

const isThere = hasComponents(RECORDED, "components against recorded answers");
const { ran, served } = recorded(isThere);

let scratch: string;
let upstream: Server;
let upstreamPort: string;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return String((server.address() as AddressInfo).port);
}

const fill = (text: string): string => text.replaceAll("PORT", upstreamPort);
const blank = (text: string): string => text.replaceAll(upstreamPort, "PORT");

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "component-answers-"));
  upstream = createServer((_, response) => response.end("upstream\n"));
  upstreamPort = await listen(upstream);
});

afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
  rmSync(scratch, { recursive: true, force: true });
});

describe.skipIf(!isThere).each<[string, readonly string[]]>([
  ["commands", []],
  ["commands without a JIT", ["--jitless", "--no-expose-wasm"]],
])("%s", (_, hostOptions) => {
  it("are all there", () => {
    expect(ran.length).toBe(23);
  });

  it.each(
    ran.map(
      (run) => [`${run.component} ${run.args.join(" ")}${run.net ? " with the network" : ""}`, run] as const,
    ),
  )(
    "%s",
    async (_name, { component, args, env = {}, stdin = "", net, lookup, status, stdout, stderr, files }) => {
      const directory = mkdtempSync(join(scratch, "d-"));
      writeFileSync(join(directory, "greeting.txt"), "hello from a file\n");
      const flags = [
        ...["--dir", `${directory}::/d`, ...Object.entries(env).flatMap(([k, v]) => ["--env", `${k}=${v}`])],
        ...(net ? ["--allow-connect", "127.0.0.1:*"] : []),
        ...(lookup ? ["--allow-lookup", "localhost"] : []),
      ];
      const file = join(componentsFolder, "bin", `${component}.wasm`);
      const command = [join(projectRoot, "dist", "cli.cjs"), "run", ...flags, file, ...args.map(fill)];
      const child = spawn(process.execPath, [...hostOptions, ...command]);
      let out = "";
      let err = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
      });
      child.stderr.on("data", (chunk) => {
        err += chunk;
      });
      child.stdin.end(stdin);
      const ended = await new Promise((resolve) => child.on("close", resolve));
      // Which flag would have allowed it is said beside the guest's own words.
      const guests = err.replace(/^wasmeter: .* would allow it\n/gm, "");
      expect({ status: ended, stdout: blank(out), files: readdirSync(directory).sort() }).toEqual({
        status,
        stdout,
        files,
      });
      if (stderr !== undefined) expect(blank(guests)).toBe(stderr);
    },
  );
});

/** Serves a component: an instance for each request. */
function serve(component: Component): Server {
  const linker = new ComponentLinker(component.engine);
  Wasi.addTo(linker);
  const prepared = linker.prepare(component);
  const assets = mkdtempSync(join(scratch, "a-"));
  writeFileSync(join(assets, "greeting.txt"), "hello from a mounted file\n");
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const wasi = nodeComponentWasi({
      env: { A: "1" },
      preopens: { "/assets": assets },
      network: { http: ["http://127.0.0.1:*"] },
    });
    const store = new Store(component.engine, { wasi });
    const instance = await prepared.instantiateAsync(store);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "GET", url = "/", headers } = request;
    const given = await handleRequest(
      instance,
      new Request(`http://${headers.host}${url}`, {
        method,
        headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      }),
      { wasi },
    );
    response.writeHead(given.status, [...given.headers].flat());
    if (given.body !== null) for await (const chunk of given.body) response.write(chunk);
    response.end();
    wasi.close();
  };
  return createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/html; charset=UTF-8" });
      response.end();
    });
  });
}

const servers = [...new Set(served.map(({ component }) => component))];

describe.skipIf(!isThere)("servers", () => {
  it("are all there, that of WASI 0.3 too", () => {
    expect(served.length).toBe(32);
    expect(servers).toContain("rust-spin-p3");
  });

  describe.each(servers)("%s", (name) => {
    let server: Server;
    let port: string;

    beforeAll(async () => {
      server = serve(new Component(new Engine(), componentBytes(name)));
      port = await listen(server);
    });

    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    it.each(
      served
        .filter(({ component }) => component === name)
        .map((each) => [`${each.method} ${each.path}`, each] as const),
    )("%s", async (_, { method, path, body, status, contentType, answer }) => {
      const response = await fetch(`http://127.0.0.1:${port}${fill(path)}`, {
        method,
        ...(body !== undefined && { body }),
        headers: { "x-test": "1", "content-type": "text/x-test" },
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe(contentType);
      if (typeof answer !== "string") {
        expect(bytes.length).toBe(answer.length);
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(answer.sha256);
      } else if (answer !== "(the server's own page)") expect(blank(bytes.toString())).toBe(answer);
    });
  });
});
