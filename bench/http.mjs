// What a request costs: latency of one client, requests per second of 32, cold start, memory, routing. Needs `npm run build`.
//   node bench/http.mjs [component.wasm …]   besides the WAGI guest, components of wasi:http
// The server is a process of its own with one worker; the load comes from this one (autocannon).

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import autocannon from "autocannon";

const root = new URL("..", import.meta.url).pathname;
const cli = join(root, "dist/cli.js");
const SECONDS = Number(process.env.SECONDS ?? 5);

async function start(file) {
  const begun = performance.now();
  const child = spawn(process.execPath, [
    cli,
    "serve",
    "--addr",
    ":0",
    "--workers",
    "1",
    "--no-access-log",
    file,
  ]);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => process.stderr.write(chunk));
  while (!output.includes("\n")) {
    if (child.exitCode !== null) throw new Error(`the server of ${file} has ended`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const url = output.split("\n", 1)[0].split(" ")[1];
  await (await fetch(`${url}/`)).arrayBuffer();
  return { child, url, coldMs: performance.now() - begun };
}

const load = (url, connections) => autocannon({ url: `${url}/`, connections, duration: SECONDS });

/** Bytes of a process in memory, where the system says. */
function residentBytes(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
  } catch {
    const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
    return Number(stdout) * 1024;
  }
}

console.log(`${cpus()[0]?.model}, Node ${process.version}, ${SECONDS} s each\n`);
console.log(
  "| guest | first answer ms | p50 / p99 ms, one client | p50 / p99 ms, 32 clients | requests/s | RSS MiB | failed |",
);
console.log("|---|---|---|---|---|---|---|");
for (const file of [join(root, "guests/wasm/c-wagi.wasm"), ...process.argv.slice(2)]) {
  const { child, url, coldMs } = await start(file);
  try {
    const idle = residentBytes(child.pid);
    await autocannon({ url: `${url}/`, connections: 8, duration: 2 });
    const one = await load(url, 1);
    const many = await load(url, 32);
    const failed = one.non2xx + many.non2xx + one.errors + many.errors;
    const cells = [
      ...[basename(file), Math.round(coldMs), `${one.latency.p50} / ${one.latency.p99}`],
      ...[`${many.latency.p50} / ${many.latency.p99}`, Math.round(many.requests.average)],
      ...[`${Math.round(idle / 2 ** 20)} → ${Math.round(residentBytes(child.pid) / 2 ** 20)}`, failed],
    ];
    console.log(`| ${cells.join(" | ")} |`);
  } finally {
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
  }
}
