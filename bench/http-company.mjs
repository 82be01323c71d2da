// What guests that misbehave, and clients that do, cost the others. Owns what they do and how the others are measured meanwhile.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beside, load, percentile, serveFile, serveManifest, usage } from "./http-servers.mjs";

/** What `guests/c/wagi.c` does for a path. */
const MISBEHAVIOUR = {
  "loops without end": "/spin",
  recurses: "/recurse",
  allocates: "/allocate",
  traps: "/trap",
  exits: "/exit/3",
  "says nothing": "/silent",
  "never ends its head": "/no-end",
  "never answers": "/sleep/100000",
  "writes without end": "/forever",
};
/** Clients of the others, and seconds of each turn. */
const CLIENTS = 8;
const TURN = 1.5;
const ROUNDS = 4;

const manifest = (guest) => `spin_manifest_version = 2
[application]
name = "company"
${["good", "bad"]
  .map(
    (id) => `[[trigger.http]]
route = "/${id}/..."
component = "${id}"
executor = { type = "wagi" }
[component.${id}]
source = ${JSON.stringify(guest)}
`,
  )
  .join("")}
[component.bad.tool.wasmeter]
timeout = "2s"
max_memory = "16MiB"
`;

/** One client that asks for it again and again, and reads what comes slowly. @returns what ends it */
function misbehave(url) {
  const leaving = new AbortController();
  const done = (async () => {
    while (!leaving.signal.aborted) {
      try {
        const answer = await fetch(url, { signal: leaving.signal });
        for await (const _ of answer.body) await sleep(20, undefined, { signal: leaving.signal });
      } catch {
        // Broken off, as some of them have to be.
      }
      await sleep(20);
    }
  })();
  return async () => {
    leaving.abort();
    await done;
  };
}

/**
 * The p99 of others beside one guest of each kind, as a multiple of theirs without one: by turns, all answers of all rounds together.
 * @returns `{ alone, kinds: { [kind]: multiple } }`, `alone` in milliseconds
 */
export async function besideMisbehaving(guest) {
  const folder = mkdtempSync(join(tmpdir(), "wasmeter-bench-"));
  try {
    const file = join(folder, "spin.toml");
    writeFileSync(file, manifest(guest));
    return await beside(serveManifest(file, "/good/"), async ({ url }) => {
      await load(`${url}/good/`, CLIENTS, 3);
      const alone = [];
      const times = Object.fromEntries(Object.keys(MISBEHAVIOUR).map((kind) => [kind, []]));
      for (let round = 0; round < ROUNDS; round++) {
        for (const [kind, path] of Object.entries(MISBEHAVIOUR)) {
          alone.push(...(await load(`${url}/good/`, CLIENTS, TURN / 3)).times);
          const end = misbehave(`${url}/bad${path}`);
          await sleep(200);
          times[kind].push(...(await load(`${url}/good/`, CLIENTS, TURN)).times);
          await end();
        }
      }
      const reference = percentile(alone, 0.99);
      const kinds = Object.entries(times).map(([kind, all]) => [kind, percentile(all, 0.99) / reference]);
      return { alone: reference, kinds: Object.fromEntries(kinds) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** How connections misbehave: what they send first, and then once a second. One in ten sends garbage. */
const IDLE = { first: "", later: "" };
const SLOW = { first: "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", later: "a" };
const GARBAGE = { first: "\u0000\u0016\u0003 nonsense\r\n\r\n", later: "" };
const kindOf = (number) => (number % 10 === 9 ? GARBAGE : number % 2 === 0 ? IDLE : SLOW);
/** Milliseconds after which the last of them has to be gone: 10 s for a head, and the server looks once a second. */
const PATIENCE = 20_000;

/**
 * `count` connections at once that never make a request, on loopback, while two clients ask. Those that send garbage are closed
 * at once, the others when the time for a request's head is over; each is made once.
 */
export function manyConnections(guest, count) {
  return beside(serveFile(guest, "/"), async (server) => {
    const { url, port, child, metric } = server;
    await load(url, 2, 3);
    const idle = usage(child.pid).bytes;
    const alone = percentile((await load(url, 2, 3)).times, 0.99);
    let [open, most, refused] = [0, 0, 0];
    const clients = [];
    const begun = performance.now();
    // In parts: a queue of connections that nobody has accepted yet has its own bound.
    for (let made = 0; made < count; ) {
      for (const end = Math.min(count, made + 100); made < end; made++) {
        const { first, later } = kindOf(made);
        const socket = connect({ port, host: "127.0.0.1" });
        clients.push({ socket, later });
        socket.on("connect", () => {
          most = Math.max(most, ++open);
          if (first !== "") socket.write(first);
          socket.once("close", () => open--);
        });
        socket.on("error", () => {});
        socket.resume();
      }
      await sleep(5);
    }
    const openedMs = performance.now() - begun;
    const peak = { connections: await metric("wasmeter_connections"), bytes: usage(child.pid).bytes };
    const ticking = setInterval(() => {
      for (const { socket, later } of clients) if (later !== "" && socket.writable) socket.write(later);
    }, 1000);
    try {
      const { times, failed } = await load(url, 2, 3);
      refused = failed;
      while (open > 0 && performance.now() - begun < PATIENCE) await sleep(100);
      return {
        count,
        ...{ openedMs, peak, idle, alone, failed: refused, left: open, most },
        p99: percentile(times, 0.99),
        answered: times.length,
        goneMs: performance.now() - begun,
        after: usage(child.pid).bytes,
      };
    } finally {
      clearInterval(ticking);
      for (const { socket } of clients) socket.destroy();
    }
  });
}
