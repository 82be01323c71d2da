// Components in pods: programs, servers, and an application whose files are in its image.
// Real components are looked for in $WASM_COMPONENTS, a folder with `bin` and `expected`.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  componentBytes,
  componentsFolder,
  hasComponents,
  RECORDED,
  recorded,
} from "../tests/real-components.ts";
import { Cluster } from "./support/cluster.ts";
import type { ContainerSpec } from "./support/cri.ts";

const isThere = hasComponents(RECORDED, "components in pods");
const { ran, served } = recorded(isThere);
const started = isThere ? await Cluster.start() : "there are no components";
if (typeof started === "string") console.error(`\n*** SKIPPED: components in pods: ${started} ***\n`);
const cluster = started as Cluster;

const APPLICATION = `spin_manifest_version = 2
[application]
name = "my-api"
[[trigger.http]]
route = "/..."
component = "my-api"
[[trigger.http]]
route = "/exact"
component = "wagi"
executor = { type = "wagi" }
[component.my-api]
source = "my-api.wasm"
allowed_outbound_hosts = ["http://127.0.0.1:*"]
files = [{ source = "assets", destination = "/assets" }]
environment = { A = "1" }
[component.wagi]
source = "wagi.wasm"
`;

describe.skipIf(typeof started === "string")("components in pods", () => {
  let upstreamPort = 0;
  const upstream = createServer((_, response) => response.end("upstream\n"));
  beforeAll(async () => {
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    upstreamPort = (upstream.address() as AddressInfo).port;
  });
  afterAll(async () => {
    upstream.close();
    await cluster.stop();
  });

  function image(name: string): ContainerSpec {
    const file = cluster.path(`${name}.wasm`);
    writeFileSync(file, componentBytes(name));
    cluster.addImage(`localhost/${name}:1`, file);
    return { name, image: `localhost/${name}:1`, memory: 128, cpu: 1000 };
  }

  /** All but requests that depend on the client. */
  async function answersAsRecorded(url: string, name: string): Promise<void> {
    const asked = served.filter(({ component, path }) => component === name && !path.includes("headers"));
    expect(asked.length).toBeGreaterThan(4);
    for (const { method, path, body, status, answer } of asked) {
      const response = await fetch(url + path.replaceAll("PORT", String(upstreamPort)), {
        method,
        ...(body !== undefined && { body }),
        headers: { "x-test": "1", "content-type": "text/x-test" },
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const isOwnPage = response.status === 500 && bytes.toString().startsWith("500 Internal Server Error");
      const shown = isOwnPage
        ? "(the server's own page)"
        : bytes.length > 4096
          ? { length: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }
          : bytes.toString();
      expect([method, path, response.status, shown]).toEqual([method, path, status, answer]);
    }
  }

  /** Asks it while it is served, and ends it. */
  async function whileServed(
    spec: ContainerSpec,
    port: number,
    probe: string,
    ask: (url: string) => Promise<void>,
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const listen = { "wasmeter.dev/listen": `127.0.0.1:${port}` };
    const pod = await cluster.cri.runPod({ ...listen, ...annotations });
    const id = await cluster.cri.create(pod, spec);
    await cluster.cri.start(id);
    const url = `http://127.0.0.1:${port}`;
    while ((await fetch(url + probe).catch(() => undefined))?.ok !== true) {
      const { state } = await cluster.cri.status(id);
      if (state !== "CONTAINER_RUNNING") throw new Error(`${state}: ${cluster.log(pod, spec)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await ask(url).catch(async (error: unknown) => {
      const { state, exitCode } = await cluster.cri.status(id);
      throw new Error(`${state} ${exitCode}: ${cluster.log(pod, spec)}`, { cause: error });
    });
    // Long before the grace is over, after which it would be killed: 137.
    await cluster.cri.stop(id, 30);
    expect(await cluster.cri.status(id)).toMatchObject({ exitCode: 0, reason: "Completed" });
    await cluster.cri.removePod(pod);
  }

  it("run as programs, with arguments, variables and a volume", async () => {
    const volume = cluster.path("volume");
    writeFileSync(join(volume, "greeting.txt"), "hello from a file\n");
    const tour: ContainerSpec = {
      ...image("rust-tour"),
      memory: 64,
      user: 65_532,
      mounts: [{ host: volume, container: "/d", readonly: true }],
    };
    const chosen = ran.filter(
      ({ component, args }) => component === "rust-tour" && ["cat", "env"].includes(args[0] ?? ""),
    );
    expect(chosen.length).toBeGreaterThan(2);
    for (const { args, env, status, stdout, stderr = "" } of chosen) {
      const run = await cluster.run({ ...tour, args, ...(env && { env }) });
      const expected = (stderr + stdout).split("\n");
      // The image's own PATH is a variable too.
      const lines = run.output.split("\n").filter((line) => !/^(PATH|HOSTNAME)=/.test(line));
      expect([args, run.exitCode, lines]).toEqual([args, status, expected]);
    }
  });

  it("are served if they handle requests", async () => {
    const allowed = { "wasmeter.dev/allow-http": "http://127.0.0.1:*" };
    const ask = (url: string): Promise<void> => answersAsRecorded(url, "rust-http");
    await whileServed(image("rust-http"), 30_218, "/", ask, allowed);
  });

  it("are an application with the files of its image", async () => {
    const files: Record<string, string | Uint8Array> = {
      "spin.toml": APPLICATION,
      "my-api.wasm": componentBytes("rust-spin-api"),
      "wagi.wasm": componentBytes("rust-wagi.core"),
      "assets/greeting.txt": "hello from a mounted file\n",
    };
    const folder = cluster.path("my-api");
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    cluster.addImage("localhost/my-api:1", join(folder, "spin.toml"));
    const spec = { name: "my-api", image: "localhost/my-api:1", memory: 128, cpu: 1000, readOnlyRoot: true };
    await whileServed(spec, 30_219, "/.well-known/spin/health", async (url) => {
      await answersAsRecorded(url, "rust-spin-api");
      const wagi = await fetch(`${url}/exact`);
      expect([wagi.status, await wagi.text()]).toEqual([200, expect.stringContaining("/exact")]);
    });
  });

  it("are the whole application that was recorded: triggers, languages, variables and requests to each other", async () => {
    const sources = { "py.wasm": "py-http", "hello-ts.wasm": "ts-spin", "wagi-go.wasm": "go-wagi.core" };
    const manifest = readFileSync(join(componentsFolder, "src/spin-app/spin.toml"), "utf8")
      .replace("../../bin/rust-spin-api-kv.wasm", "my-api.wasm")
      .replace("../../bin/rust-wagi.core.wasm", "wagi.wasm")
      .replace("../../bin/go-wagi.core.wasm", "wagi-go.wasm");
    const files: Record<string, string | Uint8Array> = {
      "spin.toml": manifest,
      "assets/greeting.txt": "hello from a mounted file\n",
      "my-api.wasm": componentBytes("rust-spin-api-kv"),
      "wagi.wasm": componentBytes("rust-wagi.core"),
    };
    for (const [file, name] of Object.entries(sources)) files[file] = componentBytes(name);
    const folder = cluster.path("whole");
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    cluster.addImage("localhost/whole:1", join(folder, "spin.toml"));
    const env = { SPIN_VARIABLE_SECRET_WORD: "sesame" };
    const spec = { name: "whole", image: "localhost/whole:1", memory: 1024, cpu: 2000, env };
    await whileServed(spec, 30_220, "/.well-known/spin/health", async (url) => {
      await answersAsRecorded(url, "rust-spin-api");
      const get = async (path: string): Promise<[number, string]> => {
        const response = await fetch(url + path);
        return [response.status, await response.text()];
      };
      expect(await get("/variable")).toEqual([200, "good day, sesame"]);
      expect(await get("/ts/nothing")).toEqual([404, '{"status":404,"error":"Not Found"}']);
      expect(await get("/exact")).toEqual([200, expect.stringContaining("/exact")]);
      expect(await get("/wagi/go/deep?a=b")).toEqual([
        200,
        expect.stringContaining("Hello from WAGI in Go: GET /deep\n"),
      ]);
      const inside = "200 Hello from Wasm! Path: /inside\n";
      expect(await get("/outbound?url=http://py.spin.internal/inside")).toEqual([200, inside]);
      expect(await get("/users/ann/posts/1")).toEqual([200, "Hello from Wasm! Path: /users/ann/posts/1"]);
    });
  });

  it("are refused, or end, with what is wrong with them", async () => {
    const lacking = await cluster.run(image("rust-types"));
    expect(lacking).toMatchObject({ exitCode: 69, output: expect.stringContaining("is not provided") });
    const cut = cluster.path("cut.wasm");
    writeFileSync(cut, componentBytes("c-hello").subarray(0, 5_000));
    cluster.addNativeImage("localhost/cut:1", { "app.wasm": cut });
    expect(await cluster.refusal({ name: "cut", image: "localhost/cut:1", memory: 64 })).toContain(
      "/app.wasm ends too early: it has 5000 bytes",
    );
  });
});
