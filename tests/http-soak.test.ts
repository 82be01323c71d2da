// Many requests of which one in twenty fails, in every way there is: none is lost or mixed up, and nothing stays behind.
// A sample runs with the other tests; SOAK=100000 runs that many (`npm run soak`). With $WASM_COMPONENTS a component takes part.

import { readdirSync } from "node:fs";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { createServer } from "wasmeter/http";
import { applicationOf, directoryWith, eventually } from "./http-support.ts";
import { componentBytes, hasComponents, RECORDED } from "./real-components.ts";

const TOTAL = Number(process.env.SOAK ?? 400);
const isLong = process.env.SOAK !== undefined;
const CLIENTS = 16;
/** One request in so many fails. */
const FAILING = 20;
const hasComponent = hasComponents(RECORDED, "a component under mixed load");

const wagi = (id: string, route: string, limits: string): string => `[[trigger.http]]
route = "${route}"
component = "${id}"
executor = { type = "wagi" }
[component.${id}]
source = "guest.wasm"
[component.${id}.tool.wasmeter]
${limits}
`;

const MANIFEST = `spin_manifest_version = 2
[application]
name = "soak"
${wagi("wagi", "/w/...", 'timeout = "60s"\nmax_memory = "8MiB"')}
${wagi("frugal", "/frugal/...", "fuel = 1_000_000")}
${wagi("brief", "/brief/...", 'timeout = "30ms"')}
${wagi("small", "/small/...", 'max_memory = "1"')}
${
  hasComponent
    ? '[[trigger.http]]\nroute = "/..."\ncomponent = "http"\n[component.http]\nsource = "http.wasm"\n'
    : ""
}`;

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Rejects where the connection is broken off. `leaveAfter` is when the client goes away: before or behind the head. */
function ask(
  port: number,
  path: string,
  { body, leaveAfter }: { body?: string | undefined; leaveAfter?: "request" | "head" } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = request(
      { port, host: "127.0.0.1", path, agent, method: body === undefined ? "GET" : "POST" },
      (response: IncomingMessage) => {
        if (leaveAfter === "head") sent.destroy();
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
    if (leaveAfter === "request") setTimeout(() => sent.destroy(), 1);
  });
}

const status = async (answer: Promise<Answer>): Promise<string> =>
  answer.then(
    (each) => String(each.status),
    () => "broken off",
  );

/** Sends bytes that are no whole request, and leaves when the server has said what it thinks of them. */
function sendRaw(port: number, bytes: string, isCut: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received.slice(9, 12)));
    if (isCut) socket.end(bytes);
    else socket.write(bytes);
  });
}

type Failure = readonly [expected: string | readonly string[], run: (port: number) => Promise<string>];

const FAILURES: readonly Failure[] = [
  ...[
    "/trap",
    "/exit/2",
    "/silent",
    "/no-head",
    "/no-end",
    "/bad-line",
    "/bad-name",
    "/bad-value",
    "/recurse",
  ].map((path): Failure => ["500", (port) => status(ask(port, `/w${path}`))]),
  ["broken off", (port) => status(ask(port, "/w/trap-later"))],
  ["broken off", (port) => status(ask(port, "/w/too-short"))],
  ["500", (port) => status(ask(port, "/frugal/spin"))],
  ["504", (port) => status(ask(port, "/brief/sleep/5000"))],
  ["500", (port) => status(ask(port, "/small/hello"))],
  ["400", (port) => status(ask(port, "/w/%zz"))],
  ["broken off", (port) => status(ask(port, "/w/stream/5000", { leaveAfter: "head" }))],
  ["broken off", (port) => status(ask(port, "/brief/sleep/5000", { leaveAfter: "request" }))],
  ["400", (port) => sendRaw(port, "GARBAGE\r\n\r\n", false)],
  [
    "400",
    (port) =>
      sendRaw(
        port,
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        false,
      ),
  ],
  // The guest sees that the body is not whole, or the server that nobody waits for an answer.
  [
    ["", "200", "400", "500"],
    (port) => sendRaw(port, "POST /w/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf", true),
  ],
  ...(hasComponent
    ? ([
        ["500", (port) => status(ask(port, "/fail"))],
        ["404", (port) => status(ask(port, "/nothing"))],
        ["broken off", (port) => status(ask(port, "/big", { leaveAfter: "head" }))],
      ] satisfies readonly Failure[])
    : ([["404", (port) => status(ask(port, "/nothing"))]] satisfies readonly Failure[])),
];

async function succeed(port: number, k: number): Promise<void> {
  const own = `n${k}`;
  switch (k % 3) {
    case 0:
      expect(await ask(port, `/w/${own}`)).toEqual({ status: 200, text: `Hello /${own}\n` });
      break;
    case 1:
      expect(await ask(port, "/w/echo", { body: own.repeat(50) })).toEqual({
        status: 200,
        text: own.repeat(50),
      });
      break;
    default:
      if (hasComponent) expect(await ask(port, "/echo", { body: own })).toEqual({ status: 200, text: own });
      else expect((await ask(port, `/w/env?${own}`)).text).toContain(`QUERY_STRING=${own}\n`);
  }
}

async function load(port: number, total: number): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    for (let k = next++; k < total; k = next++) {
      if (k % FAILING !== 0) {
        await succeed(port, k);
        continue;
      }
      const [expected, run] = FAILURES[(k / FAILING) % FAILURES.length] as Failure;
      const outcome = await run(port);
      if (typeof expected === "string") expect([k, outcome]).toEqual([k, expected]);
      else expect(expected).toContain(outcome);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What the process holds when nothing is under way. */
function held(): { heap: number; descriptors: number; resources: string; temporary: number } {
  collect();
  return {
    heap: process.memoryUsage().heapUsed,
    descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
    resources: process
      .getActiveResourcesInfo()
      .filter((name) => name !== "Immediate" && name !== "TickObject")
      .sort()
      .join(" "),
    temporary: readdirSync(tmpdir()).length,
  };
}

/** Bytes of heap that are no leak: what V8 compiles and caches on its way. */
const HEAP_NOISE = isLong ? 12e6 : 6e6;

it(
  `${TOTAL} requests, one in ${FAILING} of which fails, are answered each for itself and leave nothing behind`,
  async () => {
    // Other programs' come and go in the usual place.
    process.env.TMPDIR = directoryWith({});
    let records = 0;
    const ids = new Set<string>();
    const application = applicationOf(
      MANIFEST,
      hasComponent ? { "http.wasm": componentBytes("rust-http") } : {},
    );
    const server = createServer(application, {
      keepAliveMs: 60_000,
      onRecord: ({ id }) => {
        records++;
        ids.add(id);
      },
    });
    const { port } = await server.listen({ port: 0 });
    const quiet = async () => {
      agent.destroy();
      await eventually(
        () => server.active === 0 && /^wasmeter_connections 0$/m.test(server.metrics()),
        60_000,
      );
    };
    await load(port, FAILING * FAILURES.length);
    await quiet();
    const before = held();
    records = 0;
    ids.clear();
    await load(port, TOTAL);
    await quiet();
    const failures = Math.ceil(TOTAL / FAILING);
    // No record has what is no request to HTTP's parser, which are two kinds, and what its client gave up before it was sent.
    expect(records).toBeGreaterThanOrEqual(TOTAL - Math.ceil(failures / FAILURES.length) * 3);
    expect(records).toBeLessThanOrEqual(TOTAL);
    expect(ids.size).toBe(records);
    ids.clear();
    const after = held();
    expect({ ...after, heap: 0 }).toEqual({ ...before, heap: 0 });
    expect(after.heap - before.heap).toBeLessThan(HEAP_NOISE);
    await server.close({ graceMs: 0 });
  },
  isLong ? 3_600_000 : 60_000,
);
