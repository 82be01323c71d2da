import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { inputStream } from "../wasi/input-streams.ts";
import { incomingRequest } from "./node-request.ts";
import type { HeaderList } from "./request.ts";

/** What a client's trailers come to for who reads the body, as they are sent. */
async function trailersOf(
  headers: Record<string, string>,
  trailers: Record<string, string>,
): Promise<HeaderList | "no trailers" | undefined> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const found = new Promise<HeaderList | "no trailers" | undefined>((resolve, reject) => {
    server.on("request", async (request: IncomingMessage, response) => {
      try {
        const exchange = { id: "0", request, response, expectsContinue: false, maxBodyBytes: 100 };
        const { body } = incomingRequest(exchange);
        const input = inputStream(body?.input() ?? "null", undefined);
        const coming = body?.trailers?.();
        for (let bytes = input.read(100); bytes?.length !== 0; bytes = input.read(100))
          await input.whenReady();
        resolve(coming === undefined ? "no trailers" : await coming);
      } catch (error) {
        reject(error as Error);
      }
      response.end();
    });
  });
  const outgoing = httpRequest({ port, method: "POST", headers });
  outgoing.on("error", () => {});
  outgoing.write("body");
  outgoing.addTrailers(trailers);
  outgoing.end();
  try {
    return await found;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it("what comes behind a body in chunks is there for who has read it", async () => {
  const chunked = { "transfer-encoding": "chunked", trailer: "x-sum" };
  expect(await trailersOf(chunked, { "X-Sum": "42", Connection: "close" })).toEqual([["x-sum", "42"]]);
  expect(await trailersOf(chunked, {})).toBeUndefined();
  expect(await trailersOf({ "content-length": "4" }, {})).toBe("no trailers");
});
