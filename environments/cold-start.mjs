// How long a fresh worker takes to its first result: `node environments/cold-start.mjs [--write]`, after a build. The worker is that of
// examples/hosts; each time workerd is started anew and its first request runs a module of some 100 KB, which has been uploaded before.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeTable } from "./table.mjs";
import { serveWorkerd, WORKERD_VERSION } from "./workerd.mjs";

const TIMES = 7;
const GUEST = "rust-wordcount";
const root = fileURLToPath(new URL("../", import.meta.url));
const guest = `${root}guests/wasm/${GUEST}.wasm`;

const folder = mkdtempSync(join(tmpdir(), "wasmeter-cold-"));
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Milliseconds of a worker that is started for it: until it listens, its first request, and the same request again. */
async function measure() {
  const begun = performance.now();
  const { address, stop } = await serveWorkerd(join(folder, "worker.capnp"));
  const post = async () => {
    const start = performance.now();
    const answer = await fetch(`${address}words`, { method: "POST", body: "two words\n" });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`status ${answer.status}: ${text}`);
    return performance.now() - start;
  };
  try {
    return [performance.now() - begun, await post(), await post()];
  } finally {
    stop();
  }
}

try {
  await build({
    entryPoints: [`${root}examples/hosts/worker/worker.js`],
    outfile: join(folder, "worker.bundle.js"),
    bundle: true,
    minify: true,
    format: "esm",
  });
  copyFileSync(`${root}examples/hosts/worker/worker.capnp`, join(folder, "worker.capnp"));
  mkdirSync(join(folder, "programs"));
  copyFileSync(guest, join(folder, "programs/words"));
  const runs = [];
  for (let k = 0; k < TIMES; k++) runs.push(await measure());
  const rows = ["workerd, until it listens", "first request", "second request"].map((name, k) => {
    const times = runs.map((run) => run[k]);
    return [name, median(times).toFixed(0), Math.min(...times).toFixed(0)];
  });
  const sizes = [statSync(guest), statSync(join(folder, "worker.bundle.js"))].map(({ size }) =>
    (size / 1000).toFixed(0),
  );
  console.log(`workerd ${WORKERD_VERSION}, module ${sizes[0]} KB, worker ${sizes[1]} KB`);
  for (const [name, middle, least] of rows)
    console.log(`${name.padEnd(28)} median ${middle} ms, least ${least}`);
  if (process.argv.includes("--write")) {
    writeTable("cold-start", {
      header: ["", "median, ms", "least, ms"],
      rule: "|---|--:|--:|",
      rows,
      order: rows.map(([name]) => name),
    });
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
