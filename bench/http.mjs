// What a request costs, and what it may: `npm run bench:http`. Needs Linux for what servers use.
//   node bench/http.mjs [component.wasm[@/path] …]   besides the rows of the table, components of wasi:http
//   --rows a,b   --seconds 4 (of each load)   --wasmtime PROGRAM ($WASMTIME): beside `wasmtime serve`, by turns
//   --components DIR ($WASM_COMPONENTS): where rust-http.wasm and ts-spin.wasm.br are; without it their rows are left out
//   --write: into results/http.json, beside what is there of other rows, and from all of it http.md and http.svg
// Servers are processes of their own; the load comes from this one (autocannon), on the same machine. Requests per second of processor
// time say what a core can do, however busy the machine is. Owns rows and the table; http-servers.mjs has processes and load.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import { barChart } from "./chart.mjs";
import { besideMisbehaving, manyConnections } from "./http-company.mjs";
import { resetting, routing } from "./http-inside.mjs";
import { beside, load, percentile, serveByWasmtime, serveFile, stop, usage } from "./http-servers.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: "string" },
    seconds: { type: "string", default: "4" },
    wasmtime: { type: "string", default: process.env.WASMTIME },
    components: { type: "string", default: process.env.WASM_COMPONENTS },
    write: { type: "boolean", default: false },
  },
});
const SECONDS = Number(options.seconds);
/** Loads of each server, by turns. */
const TURNS = 2;
const CONNECTIONS = 10_000;
const WAGI = fileURLToPath(new URL("../guests/wasm/c-wagi.wasm", import.meta.url));

// -------------------------------------------------------------------- measuring

/** Milliseconds to the first answer, the least of three starts. The first one of all keeps the code it compiles for later ones. */
async function firstAnswer(starts) {
  const times = [];
  for (let k = 0; k < 4; k++) times.push(await beside(starts(), ({ firstMs }) => firstMs));
  return { first: times[0], later: Math.min(...times.slice(1)) };
}

/** Loads servers by turns, with one client and with 32. */
async function serving(servers, path) {
  const all = servers.map(() => ({ one: [], many: [], cpuMs: 0, seconds: 0, failed: 0 }));
  const idle = servers.map(({ child }) => usage(child.pid).bytes);
  for (const { url } of servers) await load(url + path, 8, Math.max(3, SECONDS));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [k, { url, child }] of servers.entries()) {
      const sums = all[k];
      const one = await load(url + path, 1, SECONDS / TURNS);
      const before = usage(child.pid);
      const many = await load(url + path, 32, SECONDS / TURNS);
      sums.cpuMs += usage(child.pid).cpuMs - before.cpuMs;
      sums.seconds += many.seconds;
      sums.failed += one.failed + many.failed;
      sums.one.push(...one.times);
      sums.many.push(...many.times);
    }
  }
  return all.map(({ one, many, cpuMs, seconds, failed }, k) => ({
    one: { p50: percentile(one, 0.5), p99: percentile(one, 0.99) },
    many: { p50: percentile(many, 0.5), p99: percentile(many, 0.99) },
    perSecond: many.length / seconds,
    perCpuSecond: (many.length / cpuMs) * 1000,
    idle: idle[k],
    after: usage(servers[k].child.pid).bytes,
    failed,
  }));
}

async function server(file, path) {
  const start = await firstAnswer(() => serveFile(file, path));
  const own = await serveFile(file, path);
  const servers = [own];
  try {
    const facts = {
      fuel: await own.metric("wasmeter_fuel_total"),
      memory: await own.metric("wasmeter_guest_memory_bytes_max"),
    };
    const compares = options.wasmtime !== undefined && file !== WAGI;
    if (compares) servers.push(await serveByWasmtime(options.wasmtime, file, path));
    const [wasmeter, wasmtime] = await serving(servers, path);
    return { wasmeter: { start, ...facts, ...wasmeter }, wasmtime };
  } finally {
    for (const each of servers) await stop(each);
  }
}

/** How many times the requests of one process two answer, by turns; the guest computes much more than a client does. */
async function twoWorkers(file, path) {
  const servers = [await serveFile(file, path, 1), await serveFile(file, path, 2)];
  try {
    for (const { url } of servers) await load(url + path, 16, 2 * SECONDS);
    const answers = [0, 0];
    for (let turn = 0; turn < 2 * TURNS; turn++) {
      for (const [k, { url }] of servers.entries()) {
        const { times, seconds } = await load(url + path, 16, SECONDS / TURNS);
        answers[k] += times.length / seconds;
      }
    }
    return { times: answers[1] / answers[0], perSecond: answers.map((sum) => sum / (2 * TURNS)) };
  } finally {
    for (const each of servers) await stop(each);
  }
}

// -------------------------------------------------------------------- rows

const folder = mkdtempSync(join(tmpdir(), "wasmeter-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

/** A component of `--components`, unpacked where it is Brotli; `undefined` where there is none. */
function component(name) {
  if (options.components === undefined) return undefined;
  const packed = ["bin", "."]
    .map((under) => join(options.components, under, name))
    .find((path) => existsSync(path) || existsSync(`${path}.br`));
  if (packed === undefined || existsSync(packed)) return packed;
  const file = join(folder, name);
  if (!existsSync(file)) writeFileSync(file, brotliDecompressSync(readFileSync(`${packed}.br`)));
  return file;
}

const withComponent = (name, use) => () => {
  const file = component(name);
  return file === undefined ? undefined : use(file);
};

/** What is measured, by the name of its row in http.json. */
const MEASURED = {
  "c-wagi": () => server(WAGI, "/"),
  "rust-http": withComponent("rust-http.wasm", (file) => server(file, "/")),
  "ts-spin": withComponent("ts-spin.wasm", (file) => server(file, "/hello")),
  workers: withComponent("ts-spin.wasm", (file) => twoWorkers(file, "/hello")),
  inside: async () => ({
    routingMicroseconds: await routing(1000),
    resetMs: (await resetting(152, 3_000_000)) / 1000,
    fullResetMs: (await resetting(152, 9_900_000)) / 1000,
  }),
  misbehaving: () => besideMisbehaving(WAGI),
  connections: () => manyConnections(WAGI, CONNECTIONS),
  ...Object.fromEntries(
    positionals.map((given) => {
      const [file, path = "/"] = given.split("@");
      return [basename(file, ".wasm"), () => server(file, path)];
    }),
  ),
};

const MiB = 2 ** 20;
const worst = ({ kinds }) => Math.max(...Object.values(kinds));

/** What is asked; more is better where the aim is more than what must be. `ours` and `theirs` find their figure among all rows. */
const asked = (what, unit, must, aim, ours, theirs = () => undefined) => ({
  ...{ what, unit, must, aim, ours, theirs },
  isMore: aim !== undefined && aim > must,
});
const ofServer = (name, what, unit, must, aim, figure) => {
  const of = (by) => (all) => all[name]?.[by] && figure(all[name][by]);
  return asked(`${name}: ${what}`, unit, must, aim, of("wasmeter"), of("wasmtime"));
};
const ASKED = [
  ofServer("rust-http", "p50, one client", "ms", 2, 1.2, ({ one }) => one.p50),
  ofServer("rust-http", "p99, 32 clients", "ms", 60, undefined, ({ many }) => many.p99),
  ofServer("rust-http", "requests/s of a core", "", 800, 2000, ({ perCpuSecond }) => perCpuSecond),
  ofServer("c-wagi", "requests/s of a core", "", 1000, 3000, ({ perCpuSecond }) => perCpuSecond),
  ofServer("ts-spin", "p50, one client", "ms", 20, 8, ({ one }) => one.p50),
  ofServer("rust-http", "start to first answer", "ms", 500, 300, ({ start }) => start?.later),
  ofServer("ts-spin", "start to first answer", "ms", 2500, 1200, ({ start }) => start?.later),
  ofServer("rust-http", "resident when idle", "MiB", 90, 60, ({ idle }) => idle / MiB),
  ofServer("ts-spin", "resident when idle", "MiB", 220, 150, ({ idle }) => idle / MiB),
  asked("reset of 9.5 MB, 100 pages touched", "ms", 2, 0.5, ({ inside }) => inside?.resetMs),
  asked("routing among 1,000 routes", "µs", 20, 5, ({ inside }) => inside?.routingMicroseconds),
  asked("two workers on two cores", "×", 1.7, 1.9, ({ workers }) => workers?.times),
  asked("p99 beside a guest that misbehaves", "×", 2, undefined, ({ misbehaving: all }) => all && worst(all)),
];

// -------------------------------------------------------------------- text

const short = (value) => {
  if (value === undefined || Number.isNaN(value)) return "–";
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, ",");
};
const quantity = (value, unit) => (value === undefined ? "–" : `${short(value)} ${unit}`.trim());

function table(rows) {
  const [head, ...rest] = rows;
  const rule = head.map((_, k) => (k === 0 ? "---" : "---:"));
  return [head, rule, ...rest].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function askedTable(all) {
  const rows = ASKED.map(({ what, unit, must, aim, ours, theirs, isMore }) => {
    const [value, reference] = [ours(all), theirs(all)];
    const bound = isMore ? "≥" : "≤";
    const isMet = isMore ? value >= must : value <= must;
    return [
      ...[what, quantity(value, unit), `${bound} ${quantity(must, unit)}`],
      ...[aim === undefined ? "–" : `${bound} ${quantity(aim, unit)}`],
      ...[value === undefined ? "–" : isMet ? "yes" : "**no**", quantity(reference, unit)],
      value === undefined || reference === undefined ? "–" : `${short(value / reference)} ×`,
    ];
  });
  return table([["", "wasmeter", "must", "aim", "met", "wasmtime serve", "ratio"], ...rows]);
}

function serversTable(all) {
  const rows = Object.entries(all).flatMap(([name, { wasmeter, wasmtime }]) =>
    [
      [name, wasmeter],
      [`${name}, Wasmtime`, wasmtime],
    ]
      .filter(([, each]) => each !== undefined)
      .map(([label, { one, many, perSecond, perCpuSecond, start, fuel, memory, idle, after, failed }]) => [
        ...[label, `${short(one.p50)} / ${short(one.p99)}`, `${short(many.p50)} / ${short(many.p99)}`],
        ...[short(perSecond), short(perCpuSecond)],
        start === undefined ? "–" : `${short(start.first)} / ${short(start.later)}`,
        ...[fuel === undefined ? "–" : fuel.toLocaleString("en"), short(memory && memory / MiB)],
        ...[`${short(idle / MiB)} → ${short(after / MiB)}`, String(failed)],
      ]),
  );
  const head = ["p50 / p99 ms, one client", "p50 / p99 ms, 32 clients", "requests/s", "per CPU second"];
  const more = ["first answer ms, ever / later", "fuel", "guest MiB", "RSS MiB, idle → after", "failed"];
  return table([["guest", ...head, ...more], ...rows]);
}

function misbehavingTable({ alone, kinds }) {
  const rows = Object.entries(kinds).map(([kind, times]) => [kind, `${short(times)} ×`]);
  return table([["beside a guest that", "others' p99"], ["(none)", `${short(alone)} ms`], ...rows]);
}

function connectionsText({ count, openedMs, peak, idle, alone, p99, answered, failed, goneMs, left, after }) {
  const each = (peak.bytes - idle) / peak.connections / 1024;
  return [
    `${count.toLocaleString("en")} connections that never make a request, opened in ${short(openedMs / 1000)} s: `,
    `${peak.connections.toLocaleString("en")} open at once, ${short(each)} KiB of the server's memory each `,
    `(${short(idle / MiB)} → ${short(peak.bytes / MiB)} MiB, ${short(after / MiB)} in the end). Two clients beside them `,
    `got ${answered.toLocaleString("en")} answers, ${failed} failed, p99 ${short(p99)} ms in place of ${short(alone)}. `,
    `After ${short(goneMs / 1000)} s ${left} were left.`,
  ].join("");
}

function resultText(all) {
  return [
    askedTable(all),
    serversTable(Object.fromEntries(Object.entries(all).filter(([, each]) => each.wasmeter !== undefined))),
    ...(all.workers === undefined
      ? []
      : [
          `One process and two, ts-spin \`/hello\`, 16 clients: ${all.workers.perSecond.map(short).join(" and ")} requests/s.`,
        ]),
    ...(all.misbehaving === undefined ? [] : [misbehavingTable(all.misbehaving)]),
    ...(all.connections === undefined ? [] : [connectionsText(all.connections)]),
  ].join("\n\n");
}

// -------------------------------------------------------------------- the run

const KEPT = new URL("results/http.json", import.meta.url);
const kept = options.write && existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, "utf8")) : {};
const chosen = options.rows?.split(",") ?? Object.keys(MEASURED);
for (const name of chosen) {
  if (MEASURED[name] === undefined) throw new Error(`there is no row ${name}`);
  const measured = await MEASURED[name]();
  if (measured === undefined) console.error(`${name}: left out, its component is not there`);
  else kept[name] = measured;
  // Each at once: all of them take long.
  if (options.write && measured !== undefined) writeFileSync(KEPT, `${JSON.stringify(kept, null, 2)}\n`);
}
const results = Object.fromEntries(
  Object.keys(MEASURED)
    .filter((name) => kept[name] !== undefined)
    .map((name) => [name, kept[name]]),
);
console.log(`${resultText(results)}\n\nload of the machine at the end: ${short(loadavg()[0])}`);

if (options.write) {
  const write = (name, text) => writeFileSync(new URL(`results/${name}`, import.meta.url), text);
  const bars = ASKED.map((each) => ({ ...each, value: each.ours(results) }))
    .filter(({ value }) => value !== undefined)
    .map(({ what, unit, must, isMore, value }) => ({
      ...{ label: what, value: isMore ? value / must : must / value, isOwn: true },
      text: `${quantity(value, unit)} (${isMore ? "≥" : "≤"} ${quantity(must, unit)})`,
    }));
  write(
    "http.md",
    `# Serving HTTP

Written by \`npm run bench:http -- --write\`. One process unless said otherwise; server and load (autocannon) on the same machine. *Of a
core*: in a second of the server's processor time, whatever else the machine does. *To the first answer* from the start of the process,
with the code that an earlier start has kept.

${process.version}, ${arch()}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.

${resultText(results)}

![How much better than it must be](http.svg)
`,
  );
  write(
    "http.svg",
    barChart("Serving: how many times as good as it must be (logarithmic)", bars, {
      labels: 250,
      texts: 150,
    }),
  );
}
