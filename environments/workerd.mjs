// workerd, Cloudflare's runtime of workers, as its own `test` runs a script and as it serves requests.
// Its policy forbids eval and compiling WebAssembly.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { binaryOf } from "./install.mjs";
import { lastLine } from "./process.mjs";

export const WORKERD_VERSION = "1.20261117.1";
const TIMEOUT_MS = 300_000;
const binary = () => binaryOf("@cloudflare/workerd-linux-64", WORKERD_VERSION, "bin/workerd");

/** Writes a worker beside its configuration; returns the path of that. `sockets` are those of the configuration. */
function writeWorker(text, file, sockets = "") {
  writeFileSync(`${file}.js`, text);
  writeFileSync(
    `${file}.capnp`,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)], ${sockets});
const worker :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "${basename(file)}.js")],
  compatibilityDate = "2024-09-02",
);
`,
  );
  return `${file}.capnp`;
}

/** `workerd test`: a module whose `test` prints the outcome. */
export function runWorkerdTest(text, file) {
  const worker = `${text}\nexport default { async test() { console.log(await suite.smoke()); } };\n`;
  return lastLine(binary(), ["test", writeWorker(worker, file)]);
}

/**
 * `workerd serve` with a configuration that has a socket named `http`, on a port that is free.
 * Gives the address, and a way to end it.
 * @throws Error with what it said, where it does not listen
 */
export async function serveWorkerd(configuration) {
  const args = ["serve", "--socket-addr", "http=127.0.0.1:0", "--control-fd=3", configuration];
  // Directories that it names are relative to where workerd is started.
  const cwd = dirname(configuration);
  const child = spawn(binary(), args, { cwd, stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    said += chunk;
  });
  const port = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => reject(new Error(`workerd ended with status ${status}: ${said}`)));
    let events = "";
    child.stdio[3].setEncoding("utf8").on("data", (chunk) => {
      events += chunk;
      const listening = /"socket":"http","port":(\d+)/.exec(events);
      if (listening !== null) resolve(listening[1]);
    });
  });
  return { address: `http://127.0.0.1:${port}/`, stop: () => child.kill("SIGKILL") };
}

/** `workerd serve`: a worker whose answer is the outcome. */
export async function runWorkerdServe(text, file) {
  const worker = `${text}\nexport default { async fetch() { return new Response(await suite.smoke()); } };\n`;
  const socket = 'sockets = [(name = "http", service = "main")]';
  const { address, stop } = await serveWorkerd(writeWorker(worker, file, socket));
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const line = await answer.text();
    if (!line.startsWith("{")) throw new Error(line);
    return line;
  } finally {
    stop();
  }
}
