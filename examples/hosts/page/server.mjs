// Serves the page under a policy without 'unsafe-eval' and 'wasm-unsafe-eval': `node server.mjs [port]`.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src blob:";
const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };
const FILES = ["index.html", "page.bundle.js", "resvg.wasm"];
const folder = process.argv[3] ?? fileURLToPath(new URL(".", import.meta.url));

createServer(async ({ url }, response) => {
  const name = url === "/" ? "index.html" : url.slice(1);
  if (!FILES.includes(name)) {
    response.writeHead(404).end();
    return;
  }
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
  response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": POLICY });
  response.end(await readFile(join(folder, name)));
}).listen(Number(process.argv[2] ?? 8080), "127.0.0.1", function listening() {
  console.log(`http://127.0.0.1:${this.address().port}/`);
});
