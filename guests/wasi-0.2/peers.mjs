// What the guests talk to, the same for whoever runs them: a server for their requests, and a client for those of the server.

import { createServer, request as httpRequest } from "node:http";

const STATUS = /^\/status\/(\d{3})$/;

/** Listens on any free port of loopback, and echoes. @returns where, and what ends it */
export async function startUpstream() {
  const server = createServer((request, response) => {
    const { method, url = "" } = request;
    if (url === "/never") return;
    const status = STATUS.exec(url);
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("error", () => {});
    request.on("end", () => {
      response.writeHead(status === null ? 200 : Number(status[1]), {
        "x-answer": `${method} ${url} x-test=${request.headers["x-test"]}`,
      });
      response.end(status === null ? `${method} ${url} ${Buffer.concat(chunks)}` : undefined);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    authority: `127.0.0.1:${server.address().port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * Asks a server. Of what it answers are given: status, headers that are the guest's, and the body as rows, or by its length if it is long;
 * of a failure the status alone, as its page is the server's own.
 */
export function ask(port, { method, path, body }) {
  return new Promise((resolve, reject) => {
    const headers = { "x-test": "1", "x-two": ["a", "b"] };
    const sent = httpRequest({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        const { statusCode: status, headers: all } = response;
        const names = ["content-type", "content-length", "x-one", "x-two"].filter((name) => name in all);
        const given = { status, headers: Object.fromEntries(names.map((name) => [name, all[name]])) };
        if (status === 500) resolve({ status });
        else
          resolve(
            text.length > 10_000 ? { ...given, length: text.length } : { ...given, rows: text.split("\n") },
          );
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
