// Real components in other hosts: `node environments/components/run.mjs`, after a build. Every call, command without sockets and request
// must come to what is recorded in $WASM_COMPONENTS, and take the same fuel in each host.
//   --hosts A,B       by name; default those of the table in docs/environments.md
//   --components A,B  by name
//   --write           the table

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import { bundleComponents } from "../bundle.mjs";
import { HOSTS } from "../hosts.mjs";
import { writeTable } from "../table.mjs";

const { values: options } = parseArgs({
  options: {
    hosts: {
      type: "string",
      default: "this Node,this Node jitless,Bun,Bun without JIT and Wasm,workerd test,Chromium page,QuickJS",
    },
    components: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const root = process.env.WASM_COMPONENTS ?? "";
if (root === "" || !existsSync(join(root, "expected"))) {
  console.log("SKIPPED: components are looked for in $WASM_COMPONENTS");
  process.exit(0);
}
/** What is compared with the first host. */
const partsOf = (results) => (Array.isArray(results) ? results : Object.values(results));

const named = (list) => list?.split(",");
const unknown = named(options.hosts).filter((name) => !HOSTS.some((host) => host.name === name));
if (unknown.length > 0) {
  console.error(`no such host: ${unknown.join(", ")}; there are ${HOSTS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const hosts = HOSTS.filter(({ name }) => named(options.hosts).includes(name));

const expected = (file) => JSON.parse(readFileSync(join(root, "expected", file), "utf8"));

function bytesOf(name) {
  const plain = join(root, "bin", `${name}.wasm`);
  return existsSync(plain) ? readFileSync(plain) : brotliDecompressSync(readFileSync(`${plain}.br`));
}

// What stands for the server that guests ask.
const PORT = "8080";
const fill = (text) => text.replaceAll("PORT", PORT);
const blank = (text) => text.replaceAll(PORT, "PORT");

/** What `fetch` of Node sends, with which the answers were recorded. */
const HEADERS = Object.entries({
  "x-test": "1",
  "content-type": "text/x-test",
  accept: "*/*",
  "accept-language": "*",
  "sec-fetch-mode": "cors",
  "user-agent": "node",
  "accept-encoding": "gzip, deflate",
});

const { ran, served } = expected("wasmtime.json");
const types = expected("types.json");

/** Calls whose arguments are no values of their types, to which the peer gives a result all the same, by number. */
const WRONG_THERE = new Set([22, 23, 24, 39]);

/** Whether a command opens a socket, granted or not. */
const hasSockets = ({ component, args, net }) =>
  component === "rust-net" && (net === true || args[0] === "get");

const components = [
  { name: "rust-types", kind: "types", cases: types.cases, useHost: types.useHost },
  ...[...new Set(ran.map(({ component }) => component))].map((name) => ({
    name,
    kind: "commands",
    commands: ran.filter((run) => run.component === name && !hasSockets(run)),
  })),
  ...[...new Set(served.map(({ component }) => component))].map((name) => ({
    name,
    kind: "requests",
    requests: served.filter(({ component }) => component === name),
  })),
];

/** What a suite is given, in text before it. */
function givenText({ name, kind, cases, useHost, commands, requests }) {
  const given = {
    kind,
    upstream: `127.0.0.1:${PORT}`,
    authority: "127.0.0.1:3000",
    ...(kind === "types" && { cases, useHost }),
    ...(kind === "commands" && {
      commands: commands.map(({ args, env, stdin }) => ({ name, args: args.map(fill), env, stdin })),
    }),
    ...(kind === "requests" && {
      headers: HEADERS,
      requests: requests.map(({ method, path, body }) => ({ method, path: fill(path), body })),
    }),
    bytes: Buffer.from(bytesOf(name)).toString("hex"),
  };
  return `var given = ${JSON.stringify(given)};\n`;
}

/** The cases that did not come to what was recorded, in words. */
function problemsOf({ kind, ...component }, results) {
  return { types: typeProblems, commands: commandProblems, requests: requestProblems }[kind](
    component,
    results,
  );
}

const differing = (pairs) =>
  pairs.flatMap(([what, got, wanted]) =>
    isDeepStrictEqual(got, wanted)
      ? []
      : [`${what}: ${JSON.stringify(got).slice(-300)}, not ${JSON.stringify(wanted).slice(-300)}`],
  );

function typeProblems({ cases, useHost }, { calls, counters, hostCalls }) {
  const outcome = ({ result, throws, payload }) => {
    if (throws === undefined) return { result };
    const name = throws.name ?? throws;
    return name === "ComponentError"
      ? { throws: name, payload: throws.payload ?? payload }
      : { throws: name };
  };
  return differing([
    ...cases.map((each, k) => [
      `call ${k}, ${each.func}`,
      calls[k],
      WRONG_THERE.has(k) ? { throws: "TypeError" } : outcome(each),
    ]),
    ...types.counters.map(([step, result], k) => [
      step,
      counters[k],
      result?.throws === undefined ? { result } : { throws: result.throws },
    ]),
    ...useHost.map((each, k) => [
      `useHost ${each.name}`,
      hostCalls[k],
      { outcome: outcome(each), log: each.log },
    ]),
  ]);
}

function commandProblems({ commands }, results) {
  return differing(
    commands.map((each, k) => {
      const { status, stdout, stderr, files } = results[k];
      const got = { status: status === "Trap" ? 134 : status, stdout: blank(stdout), files };
      const wanted = { status: each.status, stdout: each.stdout, files: each.files };
      return [
        each.args.join(" "),
        each.stderr === undefined ? got : { ...got, stderr: blank(stderr) },
        each.stderr === undefined ? wanted : { ...wanted, stderr: each.stderr },
      ];
    }),
  );
}

function requestProblems({ requests }, results) {
  return differing(
    requests.map(({ method, path, status, contentType, answer }, k) => {
      const { failure, ...given } = results[k];
      const isServersPage = answer === "(the server's own page)";
      if (failure !== undefined || isServersPage)
        return [path, { failed: failure !== undefined }, { failed: isServersPage }];
      const body = Buffer.from(given.body, "hex");
      const type = given.headers.find(([name]) => name === "content-type")?.[1];
      const sum = createHash("sha256").update(body).digest("hex");
      return [
        `${method} ${path}`,
        {
          status: given.status,
          contentType: type === undefined ? null : Buffer.from(type, "hex").toString(),
          answer: typeof answer === "string" ? blank(body.toString()) : { length: body.length, sha256: sum },
        },
        { status, contentType, answer },
      ];
    }),
  );
}

const suites = await bundleComponents([...new Set(hosts.map(({ dialect }) => dialect))]);
const folder = mkdtempSync(join(tmpdir(), "wasmeter-components-"));
/** How many cases came to what was recorded in each host, by kind. */
const tally = new Map(hosts.map(({ name }) => [name, new Map()]));
let failures = 0;
try {
  for (const component of components.filter(
    ({ name }) => named(options.components)?.includes(name) ?? true,
  )) {
    const { name, kind } = component;
    const given = givenText(component);
    let reference;
    for (const host of hosts) {
      const counts = tally.get(host.name);
      try {
        const line = await host.run(
          given + suites[host.dialect],
          join(folder, `${name}-${host.name.replaceAll(/\W+/g, "-")}`),
        );
        const { results } = JSON.parse(line);
        const problems = problemsOf(component, results);
        reference ??= results;
        // Fuel and all.
        problems.push(
          ...differing(partsOf(results).map((part, k) => [`part ${k}`, part, partsOf(reference)[k]])),
        );
        const total =
          kind === "types"
            ? results.calls.length + results.counters.length + results.hostCalls.length
            : results.length;
        const [good, all] = counts.get(kind) ?? [0, 0];
        counts.set(kind, [good + total - problems.length, all + total]);
        console.log(
          `${name.padEnd(16)} ${host.name.padEnd(28)} ${total - problems.length} of ${total} ${kind}`,
        );
        for (const problem of problems) console.log(`  ${problem}`);
        failures += problems.length;
      } catch (error) {
        counts.set(kind, undefined);
        console.log(
          `${name.padEnd(16)} ${host.name.padEnd(28)} ${host.isRequired ? "FAILED" : "SKIPPED"}: ${error.message.slice(0, 500)}`,
        );
        if (host.isRequired) failures++;
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${failures} failures`);
if (options.write) {
  const cell = (counts, kind) => counts.get(kind)?.join(" of ") ?? "–";
  writeTable("components", {
    header: ["Host", "Calls of every type", "Commands", "Requests"],
    rule: "|---|---|---|---|",
    order: HOSTS.map(({ name }) => name),
    rows: [...tally].map(([name, counts]) => [
      name,
      ...["types", "commands", "requests"].map((kind) => cell(counts, kind)),
    ]),
  });
}
process.exitCode = failures === 0 ? 0 : 1;
