// Plugins: what an instance, a reset and a call cost, beside the same by hand and beside Extism's SDK on native WebAssembly.
// `node bench/plugins.mjs` prints tables.  --dist DIR  --calls 20000  --growth 100000 (0: not)
// Owns the modules and the ways of calling them. Each figure is CPU time of this process, the least of several batches.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const FILE = fileURLToPath(import.meta.url);
const { values } = parseArgs({
  options: {
    dist: { type: "string", default: fileURLToPath(new URL("../dist", import.meta.url)) },
    calls: { type: "string", default: "20000" },
    growth: { type: "string", default: "100000" },
  },
});
const load = (entry) => import(new URL(`${values.dist}/${entry}.js`, "file:"));
const read = (path) => readFileSync(fileURLToPath(new URL(path, `file://${FILE}`)));

const { Engine, Linker, Module, Store } = await load("index");
const { WasiPreview1 } = await load("wasi");
const { Plugin, PluginPool } = await load("plugin");

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Microseconds for each of `count` calls of a body that may be asynchronous: the least of `rounds` batches. */
async function microseconds(count, body, rounds = 7) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = cpu();
    for (let k = 0; k < count; k++) {
      const result = body();
      if (result !== undefined) await result;
    }
    least = Math.min(least, (cpu() - before) / count);
  }
  return least;
}

const table = (title, rows) => {
  console.log(`\n${title}\n`);
  for (const [name, figure] of rows) console.log(`  ${name.padEnd(64)} ${figure}`);
};
const us = (value) => `${value.toFixed(1).padStart(8)} µs`;

// -------------------------------------------------------------------- instances

const engine = new Engine({ costModel: "bounded" });
const MODULES = [
  // bench/guests/text.c says what is in it.
  ["C, text report with libc's regex, printf, math …, 139 KB, 4 pages", "guests/text.wasm"],
  ["C, JSON parser, 48 KB, 2 pages", "../guests/wasm/c-json.wasm"],
  ["Rust, word count with std, 116 KB, 17 pages", "../guests/wasm/rust-wordcount.wasm"],
  ["Rust, Extism plugin with JSON, 92 KB, 17 pages", "../guests/extism/wasm/rust-statistics.wasm"],
];

async function instances() {
  const rows = [];
  const report = new Plugin(read("guests/text.wasm"));
  const { text } = await report.call("process", "Ada ada@example.org saw 12 cats, 7.5 dogs on 2026-11-26!");
  if (!text.includes("date Thursday, 26 November 2026")) throw new Error(`text.wasm gave ${text}`);
  await report.close();
  for (const [name, path] of MODULES) {
    const module = new Module(engine, read(path));
    const linker = new Linker(engine).trapUnknownImports();
    WasiPreview1.addTo(linker);
    const prepared = linker.prepare(module);
    const make = () => void prepared.instantiate(new Store(engine));
    make();
    rows.push([`${name}: prepared.instantiate`, us(await microseconds(300, make, 15))]);
    const instance = prepared.instantiate(new Store(engine));
    instance.checkpoint();
    const memory = instance.export("memory");
    const bytes = memory.bytes();
    const touch = () => {
      for (let page = 0; page < 4; page++) bytes[(page * bytes.length) / 4] = 1;
    };
    rows.push([
      `${name}: reset after 4 writes in its pages`,
      us(
        await microseconds(500, () => {
          touch();
          instance.reset();
        }),
      ),
    ]);
  }
  table("Instances", rows);
}

/** Bytes of heap and buffers that are still in use. */
async function settled() {
  for (let k = 0; k < 3; k++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes of heap and buffers that each idle instance of a pool holds. */
async function idleMemory() {
  const size = 200;
  const rows = [];
  for (const [name, bytes, call] of [
    ["C, the example plugin, 2 pages", read("../examples/plugin.wasm"), ["process", "hello"]],
    ["C, Extism plugin, 2 pages", read("../guests/extism/wasm/c-vowels.wasm"), ["count_vowels", "hello"]],
  ]) {
    // As many calls as there may be at once, all begun before the first one ends, so that each makes an instance.
    let made = 0;
    const onEvent = (event) => {
      if (event.type === "instance") made = event.instances;
    };
    const pool = new PluginPool(bytes, { size, onEvent });
    await pool.call(...call);
    const before = await settled();
    await Promise.all(Array.from({ length: size }, () => pool.call(...call, { tenant: "all" })));
    const after = await settled();
    const each = Math.round((after - before) / (made - 1) / 1024);
    rows.push([`${name}, ${made} instances`, `${String(each).padStart(8)} KiB, of which its memory 128`]);
    await pool.close();
  }
  table("An idle instance in a pool (run with --expose-gc)", rows);
}

// -------------------------------------------------------------------- calls

const INPUT = new TextEncoder().encode("hello from the host");

/** What examples/plugin.mjs was before there was a Plugin: a store for each call. */
function byHand(bytes, hasReset) {
  const module = new Module(engine, bytes);
  const prepared = new Linker(engine).prepare(module);
  const make = () => {
    const store = new Store(engine, { limits: { totalBytes: 10_000_000 } });
    const instance = prepared.instantiate(store);
    instance.call("_initialize");
    return instance;
  };
  const run = (instance) => {
    const address = instance.call("alloc", [INPUT.length], { fuel: 1_000_000 });
    const memory = instance.export("memory");
    memory.write(address, INPUT);
    const result = instance.call("process", [address, INPUT.length], { fuel: 1_000_000 });
    return memory.read(result + 4, memory.readU32(result));
  };
  if (!hasReset) return () => void run(make());
  const instance = make();
  instance.checkpoint();
  return () => {
    run(instance);
    instance.reset();
  };
}

async function calls() {
  const count = Number(values.calls) / 5;
  const bytes = read("../examples/plugin.wasm");
  const rows = [];
  const options = { fuel: 1_000_000, memoryBytes: 10_000_000, timeoutMs: 5000 };
  const measure = async (name, body) => {
    for (let k = 0; k < 2000; k++) await body();
    const time = await microseconds(count, body);
    rows.push([name, `${us(time)}  ${Math.round(1e6 / time).toLocaleString("en")} calls/s`]);
  };
  const reset = new Plugin(bytes, options);
  const { text, fuelConsumed } = await reset.call("process", INPUT);
  if (text !== "Hello From The Host") throw new Error(`the plugin gave ${text}`);
  await measure("Plugin, reset for each call", () => reset.call("process", INPUT));
  const fresh = new Plugin(bytes, { ...options, state: "fresh" });
  await measure("Plugin, fresh for each call", () => fresh.call("process", INPUT));
  const pool = new PluginPool(bytes, { ...options, size: 8 });
  await measure("PluginPool, 8 at a time", () =>
    Promise.all(Array.from({ length: 8 }, () => pool.call("process", INPUT))),
  );
  const [name, figure] = rows.pop();
  const time = Number.parseFloat(figure) / 8;
  rows.push([name, `${us(time)}  ${Math.round(1e6 / time).toLocaleString("en")} calls/s`]);
  await measure("by hand, synchronous, reset", byHand(bytes, true));
  await measure("by hand, synchronous, fresh", byHand(bytes, false));
  table(`Calls of the example plugin: ${fuelConsumed} units of fuel, ${INPUT.length} bytes`, rows);
  for (const each of [reset, fresh, pool]) await each.close();
}

/** What 1,000 tenants notice of one that loops for ever: the time that 99 of 100 calls take at most. */
async function tenants() {
  const rows = [];
  const bytes = read("../examples/misbehaving.wasm");
  const imports = (linker) => linker.func("env", "answer", { params: [], results: ["i32"] }, () => 0);
  const measure = async (loops) => {
    const pool = new PluginPool(bytes, {
      size: 16,
      tenantSize: 2,
      queue: 10_000,
      timeoutMs: 600_000,
      imports,
    });
    for (let k = 0; k < 2000; k++) await pool.call("transform", "some text of a tenant");
    const ends = Array.from({ length: loops }, () => pool.call("loop", "", { tenant: "endless" }));
    const ended = Promise.allSettled(ends);
    const times = [];
    const visit = async (tenant) => {
      for (let k = 0; k < 5; k++) {
        const { durationMs } = await pool.call("transform", "some text of a tenant", { tenant });
        times.push(durationMs);
      }
    };
    await Promise.all(Array.from({ length: 1000 }, (_, k) => visit(String(k))));
    await pool.close();
    await ended;
    return times.sort((a, b) => a - b)[Math.floor(0.99 * times.length)];
  };
  const cases = [0, 1, 20];
  const least = cases.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 4; round++) {
    for (const [k, loops] of cases.entries()) least[k] = Math.min(least[k], await measure(loops));
  }
  for (const [k, loops] of cases.entries()) {
    const ratio = (least[k] / least[0]).toFixed(2);
    rows.push([
      `${loops} calls of one more tenant that never end`,
      `${least[k].toFixed(0).padStart(6)} ms, ${ratio} times`,
    ]);
  }
  table("p99 of 5,000 calls of 1,000 tenants at once, 16 instances", rows);
}

async function extism() {
  const { default: createPlugin } = await import("@extism/extism");
  const rows = [];
  const input = "Hello, World! ".repeat(4);
  for (const [file, name] of [
    ["c-vowels.wasm", "count_vowels"],
    ["rust-caesar.wasm", "caesar"],
    ["as-words.wasm", "words"],
  ]) {
    const bytes = read(`../guests/extism/wasm/${file}`);
    const ours = new Plugin(bytes);
    const kept = new Plugin(bytes, { state: "kept" });
    const theirs = await createPlugin({ wasm: [{ data: bytes }] }, { useWasi: true });
    const body = {
      ours: () => ours.call(name, input),
      kept: () => kept.call(name, input),
      theirs: () => theirs.call(name, input),
    };
    const make = async () => {
      const plugin = await createPlugin({ wasm: [{ data: bytes }] }, { useWasi: true });
      await plugin.call(name, input);
      await plugin.close();
    };
    for (let k = 0; k < 1000; k++) for (const each of Object.values(body)) await each();
    rows.push([`${file}: Plugin, reset for each call`, us(await microseconds(1000, body.ours))]);
    rows.push([`${file}: Plugin, kept`, us(await microseconds(1000, body.kept))]);
    rows.push([`${file}: @extism/extism, its one instance`, us(await microseconds(1000, body.theirs))]);
    rows.push([`${file}: @extism/extism, a plugin for each call`, us(await microseconds(50, make))]);
    for (const each of [ours, kept, theirs]) await each.close();
  }
  table(`Plugins of Extism, ${input.length} bytes of input`, rows);
}

/** Calls without end: what is left of them. */
async function growth() {
  const count = Number(values.growth);
  if (count === 0) return;
  const plugin = new Plugin(read("../examples/plugin.wasm"), { fuel: 1_000_000, logBytes: 1000 });
  const look = async () => ({ bytes: await settled(), handles: process.getActiveResourcesInfo().length });
  for (let k = 0; k < 5000; k++) await plugin.call("process", INPUT);
  const before = await look();
  for (let k = 0; k < count; k++) await plugin.call("process", INPUT);
  const after = await look();
  table(`After ${count.toLocaleString("en")} calls (run with --expose-gc)`, [
    ["bytes of heap and buffers", `${after.bytes - before.bytes} more`],
    ["timers, descriptors and other handles", `${after.handles - before.handles} more`],
  ]);
  await plugin.close();
}

await instances();
await idleMemory();
await calls();
await tenants();
await extism();
await growth();
