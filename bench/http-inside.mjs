// What of a request needs no server to be measured: finding its route, and making an instance as new. In microseconds.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The least of many rounds, for each call. */
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

/** A request among `count` routes. */
export async function routing(count) {
  const { loadApplication } = await import("wasmeter/http");
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
export async function resetting(pages, filled) {
  const { Engine, Linker, Module, Store } = await import("wasmeter");
  // One memory, exported as "m".
  const [header, memory] = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [5, 4, 1, 0, (pages & 127) | 128, pages >> 7],
  ];
  const bytes = Uint8Array.from([...header, ...memory, ...[7, 5, 1, 1, 0x6d, 2, 0]]);
  const engine = new Engine();
  const instance = new Linker(engine).instantiate(new Store(engine), new Module(engine, bytes));
  const view = instance.exports.m.bytes();
  view.fill(7, 0, filled);
  instance.checkpoint();
  const touch = () => {
    for (let k = 0; k < 100; k++) view[k * Math.floor(view.length / 100)] = 1;
  };
  return least(200, 1, () => instance.reset(), touch);
}
