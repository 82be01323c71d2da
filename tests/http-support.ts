// Servers for tests: an application from a manifest's text and the guests of this repository, on loopback, always closed.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import {
  type ApplicationOptions,
  createServer,
  type HttpServer,
  type LoadedApplication,
  loadApplication,
  type RequestRecord,
  type ServerOptions,
} from "wasmeter/http";
import { guestFile } from "./guest-cases.ts";

const clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

/** A directory with files by name; `.wasm` files of `guests` by `guest:NAME`. It is removed after the test. */
export function directoryWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = mkdtempSync(join(tmpdir(), "wasmeter-http-"));
  clean.push(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    if (typeof contents === "string" && contents.startsWith("guest:")) {
      cpSync(guestFile(`wasm/${contents.slice("guest:".length)}.wasm`), join(directory, name));
    } else writeFileSync(join(directory, name), contents);
  }
  return directory;
}

/** The C guest at `/...`, with more in its component's table. */
export function manifestOf(component = "", more = ""): string {
  return `spin_manifest_version = 2
[application]
name = "test"
version = "0.1.0"
[[trigger.http]]
route = "/..."
component = "guest"
executor = { type = "wagi" }
[component.guest]
source = "guest.wasm"
${component}
${more}`;
}

export interface TestServer {
  readonly server: HttpServer;
  readonly url: string;
  readonly port: number;
  /** Requests that are over. */
  readonly records: RequestRecord[];
  /** What components wrote to standard error, by component. */
  readonly output: Map<string, string>;
}

export interface TestServerOptions extends ServerOptions {
  readonly application?: ApplicationOptions;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

export function applicationOf(
  manifest: string,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  options: ApplicationOptions = {},
): LoadedApplication {
  return loadApplication(
    directoryWith({ "spin.toml": manifest, "guest.wasm": "guest:c-wagi", ...files }),
    options,
  );
}

/** Serves a manifest on a port of loopback until the test ends. */
export async function serve(manifest: string, options: TestServerOptions = {}): Promise<TestServer> {
  const { application, files = {}, ...rest } = options;
  const records: RequestRecord[] = [];
  const output = new Map<string, string>();
  const loaded = applicationOf(manifest, files, {
    onOutput: (component, _stream, chunk) =>
      output.set(component, (output.get(component) ?? "") + new TextDecoder().decode(chunk)),
    ...application,
  });
  const server = createServer(loaded, { onRecord: (record) => records.push(record), ...rest });
  const { url, port } = await server.listen({ port: 0 });
  clean.push(() => server.close({ graceMs: 0 }));
  return { server, url, port, records, output };
}

/** Sends bytes over a socket of its own; gives all that comes back until the connection ends, or `ms` have passed. */
export async function rawRequest(
  port: number,
  text: string | readonly string[],
  ms = 5_000,
): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
  });
  const ended = new Promise<void>((resolve) => {
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    setTimeout(resolve, ms).unref();
  });
  for (const part of typeof text === "string" ? [text] : text) {
    socket.write(part, "latin1");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ended;
  socket.destroy();
  return received;
}

/** Waits until something is so. */
export async function eventually(check: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`did not become so: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
