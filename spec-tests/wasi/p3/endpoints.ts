// The HTTP servers that tests of outgoing requests talk to: configured answers, and echoes.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Endpoint {
  readonly method: string;
  readonly path: string;
  readonly mode?: "static" | "echo-body" | "echo-headers";
  readonly response?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly chunks?: readonly string[];
    readonly trailers?: Readonly<Record<string, string>>;
  };
}

export interface ServerConfig {
  readonly name: string;
  /** `closed`: an address where nothing listens. */
  readonly kind?: "listening" | "closed";
  readonly endpoints?: readonly Endpoint[];
}

/** Starts what is configured; gives their addresses by environment variable, and what stops them. */
export async function startServers(configs: readonly ServerConfig[]): Promise<{
  readonly env: Readonly<Record<string, string>>;
  stop(): void;
}> {
  const env: Record<string, string> = {};
  const servers: Server[] = [];
  for (const { name, kind, endpoints = [] } of configs) {
    const server = createServer((request, response) => void answer(endpoints, request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    env[`HTTP_SERVER_${name.toUpperCase()}`] = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (kind === "closed") server.close();
    else servers.push(server);
  }
  return {
    env,
    stop() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

async function answer(
  endpoints: readonly Endpoint[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    return;
  }
  const body = Buffer.concat(parts);
  const found = endpoints.find(({ method, path }) => method === request.method && path === request.url);
  response.setHeader("connection", "close");
  if (found === undefined) response.writeHead(404).end();
  else if (found.mode === "echo-body") response.writeHead(200).end(body);
  else if (found.mode === "echo-headers") {
    response.setHeader("x-request-method", request.method ?? "");
    response.setHeader("x-request-path", request.url ?? "");
    for (const [name, values] of Object.entries(request.headersDistinct))
      response.setHeader(`x-echo-${name}`, values ?? []);
    for (const [name, values] of Object.entries(request.trailersDistinct))
      response.setHeader(`x-trailer-${name}`, values ?? []);
    response.writeHead(200).end();
  } else {
    const { status, headers, body: text = "", chunks, trailers } = found.response ?? { status: 200 };
    response.writeHead(status, {
      ...headers,
      ...(trailers && { trailer: Object.keys(trailers).join(", ") }),
    });
    if (chunks === undefined) response.end(text);
    else {
      for (const chunk of chunks) response.write(chunk);
      if (trailers !== undefined) response.addTrailers(trailers);
      response.end();
    }
  }
}
