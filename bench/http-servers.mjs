// Servers as processes of their own, what they use, and the load on them. Owns processes and clients; knows no row of a table.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";

const CLI = fileURLToPath(new URL("../dist/cli.cjs", import.meta.url));

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Milliseconds of processor time that a process and its children have used, and bytes in memory; Linux only. */
export function usage(pid) {
  const ticks = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  const own = { cpuMs: (Number(ticks[11]) + Number(ticks[12])) * 10, bytes: Number(resident) * 1024 };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean);
  return children.reduce((sum, child) => {
    const { cpuMs, bytes } = usage(child);
    return { cpuMs: sum.cpuMs + cpuMs, bytes: sum.bytes + bytes };
  }, own);
}

/** Starts a server and asks once. @returns its process, where it is, and the milliseconds to its first answer */
async function start(command, args, port, path) {
  const begun = performance.now();
  const child = spawn(command, args, { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(" ")} has ended`);
    const answer = await fetch(url + path).catch(() => undefined);
    if (answer?.ok) {
      await answer.arrayBuffer();
      return { child, port, url, firstMs: performance.now() - begun };
    }
    if (answer !== undefined) throw new Error(`${url}${path}: ${answer.status}`);
    await sleep(3);
  }
}

export async function stop({ child }) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await Promise.race([ended, sleep(15_000).then(() => child.kill("SIGKILL"))]);
}

/** Runs `use` beside a server, which ends with it. */
export async function beside(starting, use) {
  const server = await starting;
  try {
    return await use(server);
  } finally {
    await stop(server);
  }
}

async function ours(command, file, path, options) {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const listen = command === "up" ? "--listen" : "--addr";
  const fixed = ["--metrics", `127.0.0.1:${metricsPort}`, "--no-access-log"];
  const args = [CLI, command, listen, `127.0.0.1:${port}`, ...fixed, ...options, file];
  const server = await start(process.execPath, args, port, path);
  const metric = async (name) => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  };
  return { ...server, metric };
}

/** `wasmeter serve`. */
export const serveFile = (file, path, workers = 1) =>
  ours("serve", file, path, ["--workers", String(workers)]);

/** `wasmeter up`, with one process. */
export const serveManifest = (file, path) => ours("up", file, path, ["--workers", "1", "-L", ""]);

export async function serveByWasmtime(program, file, path) {
  const port = await freePort();
  return start(program, ["serve", "-S", "cli", "--addr", `127.0.0.1:${port}`, file], port, path);
}

/** Clients that each ask again when they have their answer. @returns each answer's milliseconds, and what failed */
export async function load(url, connections, seconds) {
  const times = [];
  const run = autocannon({ url, connections, duration: seconds });
  // Its own percentiles are of whole milliseconds.
  run.on("response", (_client, _status, _bytes, ms) => times.push(ms));
  const { errors, non2xx, duration } = await run;
  return { times, failed: errors + non2xx, seconds: duration };
}

/** What is no more than so much of all: 0.5 for the median. */
export function percentile(times, part) {
  const sorted = Float64Array.from(times).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
