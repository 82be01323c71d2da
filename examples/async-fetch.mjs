// A guest calls fetch like any function; on the host it is asynchronous. The guest waits, the event loop does not.
//
//   npm run build && node examples/async-fetch.mjs

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Engine, Linker, Module, Store } from "wasmeter";

const engine = new Engine();
const module = new Module(engine, await readFile(new URL("async-fetch.wasm", import.meta.url)));

const linker = new Linker(engine).func(
  "env",
  "fetch",
  { params: ["i32", "i32", "i32", "i32"], results: ["i32"] },
  async ({ memory }, url, length, into, room) => {
    const response = await fetch(memory.readString(url, length));
    const bytes = new Uint8Array(await response.arrayBuffer()).subarray(0, room);
    memory.write(into, bytes);
    return bytes.length;
  },
);

/** Has a guest of its own count the words of a page. Rejects with a `TypeError` of fetch where that fails. */
async function countWords(url) {
  const instance = linker.instantiate(new Store(engine), module);
  const bytes = new TextEncoder().encode(url);
  instance.exports.memory.write(instance.exports.url(), bytes);
  return instance.callAsync("count_words", [bytes.length], { timeoutMs: 5000 });
}

const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();

const pages = ["one", "two%20words", "three"].map((path) => countWords(`http://127.0.0.1:${port}/${path}`));
console.log(await Promise.all(pages));
// → [ 4, 4, 4 ]

server.close();
server.closeAllConnections();
const failure = await countWords("nowhere:").catch((error) => error.name);
console.log(failure);
// → TypeError
