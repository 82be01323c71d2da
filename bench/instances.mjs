// What instances cost in a process that runs already: store and instantiation, prepared instantiation, reset.
// `node bench/startup.mjs --instances` prints a table. Owns the modules that it measures; startup.mjs has whole processes.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const guest = (name) => readFileSync(fileURLToPath(new URL(`../guests/wasm/${name}.wasm`, import.meta.url)));

// -------------------------------------------------------------------- modules

function leb(value, isSigned) {
  const bytes = [];
  for (let rest = value; ; ) {
    const low = rest & 127;
    rest >>= 7;
    const isLast = isSigned ? rest === (low & 64 ? -1 : 0) : rest === 0;
    bytes.push(isLast ? low : low | 128);
    if (isLast) return bytes;
  }
}

function section(id, count, items) {
  const contents = Buffer.concat([Buffer.from(leb(count)), ...items]);
  return Buffer.concat([Buffer.from([id, ...leb(contents.length)]), contents]);
}

const moduleOf = (...sections) =>
  Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), ...sections]);
const each = (count, item) => Array.from({ length: count }, (_, k) => Buffer.from(item(k)));

function manyExports(count) {
  const name = (k) => [...Buffer.from(`e${String(k).padStart(7, "0")}`)];
  return moduleOf(
    section(1, 1, [Buffer.from([0x60, 0, 0])]),
    section(3, count, [Buffer.alloc(count)]),
    section(
      7,
      count,
      each(count, (k) => [8, ...name(k), 0, ...leb(k)]),
    ),
    section(
      10,
      count,
      each(count, () => [2, 0, 0x0b]),
    ),
  );
}

/** Data segments of `bytes` each, with `gap` zeros between them. */
function manySegments(count, bytes, gap) {
  const pages = Math.ceil((count * (bytes + gap)) / 65536);
  return moduleOf(
    section(5, 1, [Buffer.from([0, ...leb(pages)])]),
    section(
      11,
      count,
      each(count, (k) => {
        const data = new Uint8Array(bytes).fill(k + 1);
        return [0, 0x41, ...leb(k * (bytes + gap), true), 0x0b, ...leb(bytes), ...data];
      }),
    ),
  );
}

// -------------------------------------------------------------------- measuring

/** Microseconds of CPU for one call: the least and the median of `rounds` batches. */
function microseconds(batch, body, rounds = 9) {
  const samples = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let k = 0; k < batch; k++) body();
    const { user, system } = process.cpuUsage(before);
    samples.push((user + system) / batch);
  }
  samples.sort((a, b) => a - b);
  return { least: samples[0], median: samples[samples.length >> 1] };
}

/** Rows of `{ name, least, median }`, in microseconds of CPU. `go` is the bytes of a Go program, if there is one. */
export async function measureInstances({ dist, go }) {
  const { Engine, Linker, Module, Store } = await import(new URL(`${dist}/index.js`, "file:"));
  const { WasiPreview1 } = await import(new URL(`${dist}/wasi.js`, "file:"));
  const engine = new Engine();
  const linker = new Linker(engine);
  WasiPreview1.addTo(linker);
  const rows = [];
  const measure = (name, batch, body) => {
    // The first call prepares what the module's instances share.
    body();
    rows.push({ name, ...microseconds(batch, body) });
  };
  const compile = (bytes) => new Module(engine, bytes);

  const empty = compile(moduleOf());
  measure("store + empty module", 2000, () => linker.instantiate(new Store(engine), empty));
  const hello = compile(guest("c-hello"));
  measure("store + C hello", 500, () => linker.instantiate(new Store(engine), hello));
  const prepared = linker.prepare(hello);
  measure("store + C hello, prepared", 500, () => prepared.instantiate(new Store(engine)));
  const wasi = () => new WasiPreview1({ args: ["hello"], stdout: () => {} });
  measure("store with WASI + C hello, prepared", 500, () =>
    prepared.instantiate(new Store(engine, { wasi: wasi() })),
  );
  measure("WASI of one guest's own in a linker", 20, () => wasi().addTo(new Linker(engine)));

  const exporting = compile(manyExports(100_000));
  measure("store + 100,000 exports, one call", 2, () =>
    linker.instantiate(new Store(engine), exporting).call("e0099999"),
  );
  measure("store + 100,000 exports, all handles", 1, () =>
    Object.keys(linker.instantiate(new Store(engine), exporting).exports),
  );
  const scattered = compile(manySegments(38_000, 24, 18));
  measure("store + 38,000 data segments, as from Go", 20, () =>
    linker.instantiate(new Store(engine), scattered),
  );
  if (go !== undefined) {
    const program = compile(go);
    measure("store + the Go program", 20, () => linker.instantiate(new Store(engine), program));
  }
  const largeBytes = manySegments(10_000, 1180, 20);
  const large = compile(largeBytes);
  measure("store + 12 MB in 10,000 segments", 5, () => linker.instantiate(new Store(engine), large));
  const bytes = new Uint8Array(12_000_000).fill(1);
  measure("  a fresh buffer and one copy of 12 MB", 5, () => new Uint8Array(12_058_624).set(bytes));
  const native = new WebAssembly.Module(largeBytes);
  measure("  the same instance, native", 5, () => new WebAssembly.Instance(native));

  const pooled = prepared.instantiate(new Store(engine));
  pooled.checkpoint();
  const { memory } = pooled.exports;
  measure("reset of C hello (2 pages, 4 places written)", 500, () => {
    const view = memory.bytes();
    for (let place = 0; place < 4; place++) view[place * 30_000] = 1;
    pooled.reset();
  });
  const withWasi = prepared.instantiate(new Store(engine, { wasi: wasi() }));
  withWasi.checkpoint();
  measure("reset of C hello with WASI", 500, () => withWasi.reset());
  return rows;
}
