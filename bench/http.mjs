// What a request costs: latency, requests per second, fuel and memory, cold start; workers, routing, resets. Needs `npm run build`.
//   node bench/http.mjs [component.wasm[@/path] …]   besides the WAGI guest, components of wasi:http
//   SECONDS=5   for each load    WASMTIME=path   compares with `wasmtime serve`, turn by turn    WORKERS=1   two workers, too
// Servers are processes of their own; the load comes from this one (autocannon). Requests per second of processor time say what a core
// can do, however busy the machine is.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import autocannon from "autocannon";

const root = new URL("..", import.meta.url).pathname;
const cli = join(root, "dist/cli.js");
const SECONDS = Number(process.env.SECONDS ?? 5);
const { WASMTIME, WORKERS } = process.env;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Milliseconds of processor time that a process and its children have used, and bytes in memory; Linux only. */
function usage(pid) {
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
async function start(command, args, url, path) {
  const begun = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${command} ${args.join(" ")} has ended`);
    const answer = await fetch(url + path).catch(() => undefined);
    if (answer?.ok) {
      await answer.arrayBuffer();
      return { child, coldMs: performance.now() - begun };
    }
    if (answer !== undefined) throw new Error(`${url}${path}: ${answer.status}`);
    await sleep(3);
  }
}

async function stop(child) {
  child.kill("SIGTERM");
  if (child.exitCode === null) await new Promise((resolve) => child.once("close", resolve));
}

async function ours(file, path, workers) {
  const [port, metrics] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const options = ["--addr", `127.0.0.1:${port}`, "--metrics", `127.0.0.1:${metrics}`, "--no-access-log"];
  const args = [cli, "serve", ...options, "--workers", String(workers), file];
  const server = { ...(await start(process.execPath, args, url, path)), url };
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  const value = (name) =>
    Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  return {
    ...server,
    fuel: value("wasmeter_fuel_total"),
    memory: value("wasmeter_guest_memory_bytes_max"),
  };
}

async function wasmtime(file, path) {
  const port = await freePort();
  const args = ["serve", "-S", "cli", "--addr", `127.0.0.1:${port}`, file];
  const url = `http://127.0.0.1:${port}`;
  return { ...(await start(WASMTIME, args, url, path)), url, fuel: Number.NaN, memory: Number.NaN };
}

const load = (url, connections, duration = SECONDS) => autocannon({ url, connections, duration });

/** Measures a server that has been started, and ends it. */
async function measure({ child, url, coldMs, fuel, memory }, path) {
  try {
    const idle = usage(child.pid);
    await load(url + path, 8, Math.max(2, SECONDS / 2));
    const one = await load(url + path, 1);
    const before = usage(child.pid);
    const many = await load(url + path, 32);
    const after = usage(child.pid);
    const cpuSeconds = (after.cpuMs - before.cpuMs) / 1000;
    const failed = one.non2xx + many.non2xx + one.errors + many.errors;
    return { coldMs, fuel, memory, one, many, failed, idle, after, perCpuSecond: many["2xx"] / cpuSeconds };
  } finally {
    await stop(child);
  }
}

const mebibytes = (bytes) => (Number.isNaN(bytes) ? "" : (bytes / 2 ** 20).toFixed(1));

function print(name, result) {
  const { coldMs, fuel, memory, one, many, failed, idle, after, perCpuSecond } = result;
  const cells = [
    ...[name, Math.round(coldMs), `${one.latency.p50} / ${one.latency.p99}`],
    ...[
      `${many.latency.p50} / ${many.latency.p99}`,
      Math.round(many.requests.average),
      Math.round(perCpuSecond),
    ],
    ...[
      Number.isNaN(fuel) ? "" : fuel,
      mebibytes(memory),
      `${mebibytes(idle.bytes)} → ${mebibytes(after.bytes)}`,
    ],
    failed,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}, ${SECONDS} s each\n`);
console.log(
  "| guest | first answer ms | p50 / p99 ms, one client | p50 / p99 ms, 32 clients | requests/s | requests per CPU second | fuel | guest MiB | RSS MiB, idle → after | failed |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|");
for (const given of [join(root, "guests/wasm/c-wagi.wasm"), ...process.argv.slice(2)]) {
  const [file, path = "/"] = given.split("@");
  const name = basename(file);
  const single = await measure(await ours(file, path, 1), path);
  print(name, single);
  if (WASMTIME !== undefined && !file.includes("wagi")) {
    print(`${name}, Wasmtime`, await measure(await wasmtime(file, path), path));
  }
  if (WORKERS !== undefined) {
    const server = await ours(file, path, 2);
    try {
      await load(server.url + path, 32, Math.max(2, SECONDS));
      const before = usage(server.child.pid);
      const many = await load(server.url + path, 32);
      const cpuSeconds = (usage(server.child.pid).cpuMs - before.cpuMs) / 1000;
      // The load takes a core itself, so that two workers do not have one each: what they could do there is told by their own time.
      const each = many["2xx"] / cpuSeconds / single.perCpuSecond;
      const wall = (many.requests.average / single.many.requests.average).toFixed(2);
      console.log(`\ntwo workers: ${wall} × here, ${(2 * each).toFixed(2)} × with a core each\n`);
    } finally {
      await stop(server.child);
    }
  }
}

// -------------------------------------------------------------------- routing, resets

/** The least of many rounds, in microseconds for each call. */
function least(rounds, calls, run, before = () => {}) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    before();
    const begun = performance.now();
    for (let k = 0; k < calls; k++) run(k);
    best = Math.min(best, ((performance.now() - begun) * 1000) / calls);
  }
  return best;
}

async function routing(count) {
  const { loadApplication } = await import(join(root, "dist/http.js"));
  const folder = mkdtempSync(join(tmpdir(), "wasmeter-bench-"));
  try {
    const triggers = Array.from(
      { length: count },
      (_, k) =>
        `[[trigger.http]]\nroute = "/${k % 7}/:name/${k}/..."\nstatic_response = { status_code = 200, body = "${k}" }\n`,
    );
    writeFileSync(
      join(folder, "spin.toml"),
      `spin_manifest_version = 2\n[application]\nname = "routes"\n${triggers.join("")}`,
    );
    const application = loadApplication(join(folder, "spin.toml"));
    const requests = Array.from({ length: count }, (_, k) => ({ id: "1", target: `/${k % 7}/x/${k}/y?z=1` }));
    const microseconds = least(20, count, (k) => application.route(requests[k]));
    if (application.route(requests[5])?.kind !== "page") throw new Error("a route was not found");
    application.close();
    return microseconds;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `pages` of 64 KiB, `filled` bytes of which are not zero, with 100 pages of 4 KiB written before each reset. */
async function resetting(pages, filled) {
  const { Engine, Linker, Module, Store } = await import(join(root, "dist/index.js"));
  // One memory, exported as "m".
  const bytes = [
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    5,
    4,
    1,
    0,
    (pages & 127) | 128,
    pages >> 7,
    7,
    5,
    1,
    1,
    0x6d,
    2,
    0,
  ];
  const engine = new Engine();
  const instance = new Linker(engine).instantiate(
    new Store(engine),
    new Module(engine, Uint8Array.from(bytes)),
  );
  const memory = instance.exports.m.bytes();
  memory.fill(7, 0, filled);
  instance.checkpoint();
  const touch = () => {
    for (let k = 0; k < 100; k++) memory[k * Math.floor(memory.length / 100)] = 1;
  };
  return least(200, 1, () => instance.reset(), touch);
}

console.log(`\nrouting among 1,000 routes: ${(await routing(1000)).toFixed(1)} µs`);
const ms = async (filled) => ((await resetting(152, filled)) / 1000).toFixed(2);
console.log(
  `reset of 9.5 MB with 100 pages touched: ${await ms(3_000_000)} ms; all of it other than zero: ${await ms(9_900_000)} ms`,
);
