// The built commands `up`, `watch` and `serve`: first lines, options, messages, signals, workers.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";
import { guestFile } from "./guest-cases.ts";
import { directoryWith, eventually, manifestOf } from "./http-support.ts";
import { sqlGuest } from "./sql-guest.ts";

const cli = join(projectRoot, "dist", "cli.cjs");
const guest = guestFile("wasm/c-wagi.wasm");

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<readonly [status: number | null, signal: string | null]>;
}

/** Starts the command and waits for its first line. */
async function start(
  args: readonly string[],
  options: {
    cwd?: string;
    env?: Record<string, string>;
    nodeFlags?: readonly string[];
    /** In place of this Node. */
    host?: string;
  } = {},
): Promise<Started> {
  const child = spawn(options.host ?? process.execPath, [...(options.nodeFlags ?? []), cli, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  await eventually(() => isOver || /^(Serving .*|\{.*)\n/.test(output.stdout), 50_000);
  const url = /https?:\/\/[^\s"]+/.exec(output.stdout.split("\n", 1)[0] ?? "")?.[0] ?? "";
  return { child, url, output, ended };
}

/** Runs a command that is to fail at once. */
function fail(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

const app = (manifest = manifestOf(), more: Record<string, string> = {}): string =>
  directoryWith({ "spin.toml": manifest, "guest.wasm": "guest:c-wagi", ...more });

const ALONE = ["--listen", ":0", "--workers", "1"];

describe("wasmeter up", () => {
  it("says where it serves and what, logs each request, and ends by SIGTERM when all is answered", async () => {
    const cwd = app(
      `${manifestOf('description = "The guest"')}[[trigger.http]]\nroute = "/fixed"\nstatic_response = { body = "x" }\n`,
    );
    const { child, url, output, ended } = await start(["up", ...ALONE, "-e", "FROM_FLAG=1"], { cwd });
    expect(output.stdout).toMatch(/^Serving http:\/\/127\.0\.0\.1:\d+\nAvailable Routes:\n/);
    await eventually(() => output.stdout.includes("/fixed"));
    expect(output.stdout).toContain(`  guest: ${url}/ (wildcard)`.replace("/ (", " ("));
    expect(output.stdout).toContain("    The guest\n");
    expect(output.stdout).toContain(`  trigger-http-2: ${url}/fixed\n`);
    expect(await (await fetch(`${url}/env`)).text()).toContain("FROM_FLAG=1\n");
    await (await fetch(`${url}/noise`)).text();
    expect((await fetch(`${url}/trap`)).status).toBe(500);
    const slow = fetch(`${url}/sleep/700`).then((answer) => answer.text());
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill("SIGTERM");
    expect(await slow).toBe("slept\n");
    expect(await ended).toEqual([0, null]);
    expect(output.stdout).toMatch(
      /"GET \/env" 200 \d+B [\d.]+ms guest fuel=\d+ memory=\d+ (queued=[\d.]+ms )?cold id=/,
    );
    expect(output.stderr).toMatch(
      /wasmeter: guest: trap: unreachable.* \(fuel \d+, id [\w-]+\)\n {4}at main at 0x/,
    );
    expect(output.stderr).toContain("to the log\n");
    expect(readFileSync(join(cwd, ".spin/logs/guest_stderr.txt"), "utf8")).toBe("to the log\n");
  });

  it("understands Spin's options and environment", async () => {
    const cwd = app(
      manifestOf(
        '[component.guest.variables]\nw = "{{ word }}"',
        '[variables]\nword = { required = true }\n[[trigger.http]]\nroute = "/other"\ncomponent = "other"\nexecutor = { type = "wagi" }\n[component.other]\nsource = "guest.wasm"\n',
      ),
    );
    // Of the directory where the command is started, as in Spin; another one than the manifest's.
    const here = directoryWith({ ".env": "SPIN_VARIABLE_WORD=x\n" });
    const { url, output } = await start(
      [
        "up",
        "-f",
        cwd,
        "-c",
        "guest",
        "--quiet",
        "-L",
        join(cwd, "logs"),
        "--workers",
        "1",
        "--format",
        "json",
        "--disable-pooling",
      ],
      { cwd: here, env: { SPIN_HTTP_LISTEN_ADDR: "127.0.0.1:0" } },
    );
    const first = JSON.parse(output.stdout.split("\n", 1)[0] ?? "") as { base_url: string; routes: unknown };
    expect(first).toEqual({
      base_url: url,
      name: "test",
      routes: [{ id: "guest", route: "", wildcard: true }],
    });
    expect((await fetch(`${url}/other`)).status).toBe(200);
    await (await fetch(`${url}/noise`)).text();
    await eventually(() => output.stdout.split("\n").length > 3);
    const record = JSON.parse(output.stdout.split("\n")[2] ?? "") as Record<string, unknown>;
    expect(record).toMatchObject({
      method: "GET",
      target: "/noise",
      status: 200,
      component: "guest",
      cold: false,
    });
    expect(output.stderr).toBe("");
    expect(readFileSync(join(cwd, "logs/guest_stderr.txt"), "utf8")).toBe("to the log\n");
  });

  it("reads variables from the command line, files and the runtime configuration, in this order", async () => {
    const cwd = app(
      `${manifestOf('[component.guest.variables]\nw = "{{ a }}{{ b }}{{ c }}"')}[variables]\na = { required = true }\nb = { required = true }\nc = { required = true }\n`,
      {
        "runtime.toml": '[[variables_provider]]\ntype = "static"\nvalues = { c = "3" }\n',
        "b.txt": "two",
        "all.toml": 'a = "1"\n',
      },
    );
    expect(fail(["up", ...ALONE, "--variable", "a=1"], { cwd }).stderr).toContain(
      "wasmeter: spin.toml:15: variables.b: it is required and has no value; give --variable b=… or set SPIN_VARIABLE_B\nwasmeter: spin.toml:16: variables.c:",
    );
    const { url } = await start(
      [
        "up",
        ...ALONE,
        "--variable",
        "@all.toml",
        "--variable",
        "b=@b.txt",
        "--runtime-config-file",
        "runtime.toml",
      ],
      { cwd },
    );
    expect((await fetch(url)).status).toBe(200);
    expect(fail(["up", "--variable", "@b.txt"], { cwd }).stderr).toContain("--variable: b.txt: line 1:");
    expect(fail(["up", "--variable", "secret"], { cwd })).toMatchObject({ status: 2 });
    expect(fail(["up", "--variable", "secret"], { cwd }).stderr).not.toContain("secret");
  });

  it.each<[string, Record<string, string>, readonly string[], string]>([
    [
      "no manifest",
      {},
      ["--from", "nowhere"],
      "there is no nowhere; --from names a spin.toml or its directory",
    ],
    [
      "a broken manifest",
      { "spin.toml": "spin_manifest_version = 2\n[aplication]\n" },
      [],
      "wasmeter: spin.toml: there is no [[trigger.http]]",
    ],
    [
      "a component that is none",
      { "guest.wasm": "hello" },
      [],
      "wasmeter: spin.toml:10: component.guest.source: guest.wasm is a text file",
    ],
    [
      "broken Wasm",
      { "guest.wasm": "\0asm\u0001\0\0\0\u0009" },
      [],
      "wasmeter: spin.toml:10: component.guest.source: guest.wasm: unexpected end",
    ],
    [
      "a module without WASI",
      { "guest.wasm": "\0asm\u0001\0\0\0" },
      [],
      "guest.wasm: it exports no function _start",
    ],
    [
      "an unknown component",
      {},
      ["-c", "gest"],
      "there is no component 'gest' to be served alone; there are guest",
    ],
    [
      "an unknown component to follow",
      {},
      ["--follow", "gest"],
      "--follow: there is no component 'gest'; there are guest",
    ],
    ["an address that is none", {}, ["--listen", "nonsense"], "--listen: 'nonsense' is no address"],
    [
      "another machine's address",
      {},
      ["--listen", "192.0.2.1:0"],
      "--listen: cannot listen on 192.0.2.1:0: this machine has no such address",
    ],
    ["a certificate without its key", {}, ["--tls-cert", "x"], "--tls-key is missing"],
    [
      "a certificate that is not there",
      {},
      ["--tls-cert", "x", "--tls-key", "y"],
      "--tls-cert: cannot read x: no such file",
    ],
    [
      "a certificate that is none",
      { "x.pem": "-----BEGIN x", "y.pem": "-----BEGIN y" },
      ["--tls-cert", "x.pem", "--tls-key", "y.pem"],
      "--tls-cert, --tls-key: ",
    ],
    ["an option of elsewhere", {}, ["--port", "1"], "unknown option '--port'; here it is --listen :PORT"],
    [
      "logs that cannot be written",
      { blocked: "file" },
      ["-L", "blocked/logs"],
      "--log-dir: cannot write to blocked/logs",
    ],
  ])("says at start what is wrong: %s", (_, files, args, message) => {
    const cwd = directoryWith({ "spin.toml": manifestOf(), "guest.wasm": "guest:c-wagi", ...files });
    const { status, stdout, stderr } = fail(
      ["up", ...(args.includes("--listen") ? [] : ["--listen", ":0"]), "--workers", "1", ...args],
      { cwd },
    );
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(status).toBeGreaterThan(0);
  });

  it("says so where the port is taken, by workers too, and finds another on request", async () => {
    const cwd = app();
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    try {
      for (const workers of ["1", "2"]) {
        const { status, stderr } = fail(["up", "--listen", `:${port}`, "--workers", workers], { cwd });
        expect([status, stderr]).toEqual([
          1,
          `wasmeter: --listen: cannot listen on 127.0.0.1:${port}: the address is in use; is another server running?\n`,
        ]);
      }
      const { url } = await start(["up", "--listen", `:${port}`, "--workers", "1", "--find-free-port"], {
        cwd,
      });
      expect(Number(new URL(url).port)).toBeGreaterThan(port);
      expect((await fetch(url)).status).toBe(200);
    } finally {
      taken.close();
    }
  });

  it("executes SQL before anything is served, once for all processes, and says what failed", async () => {
    const directory = directoryWith({
      "spin.toml": manifestOf(),
      "guest.wasm": "guest:c-wagi",
      "schema.sql": "CREATE TABLE a (x); INSERT INTO a VALUES (1); -- done",
      "wrong.sql": "CREATE TABLE a (x)",
      "config.toml": '[sqlite_database.orders]\ntype = "spin"\npath = "orders.db"\n',
    });
    const options = ["--runtime-config-file", join(directory, "config.toml"), "--listen", ":0"];
    const sql = ["--sqlite", `@${join(directory, "schema.sql")}:orders`, "--sqlite", "CREATE TABLE b (x)"];
    const { child, ended } = await start(["up", directory, ...options, ...sql, "--workers", "2"]);
    child.kill("SIGTERM");
    await ended;
    const { DatabaseSync } = createRequire(import.meta.url)("@photostructure/sqlite");
    const tables = (path: string) => {
      const database = new DatabaseSync(join(directory, path));
      const rows = database.prepare("SELECT name FROM sqlite_schema").all();
      database.close();
      return rows.map(({ name }: { name: string }) => name);
    };
    expect([tables("orders.db"), tables(".spin/sqlite_db.db")]).toEqual([["a"], ["b"]]);
    const wrong = fail(["up", directory, ...options, "--sqlite", `@${join(directory, "wrong.sql")}:orders`]);
    expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining("table a already exists")]);
    const absent = fail(["up", directory, ...options, "--sqlite", `@${join(directory, "wrong.sql")}:other`]);
    expect(absent.stderr).toContain("--sqlite: there is no database 'other'; declare it");
  });

  it("runs build commands first, and says which one failed", async () => {
    const build = '[component.guest.build]\ncommand = ["cp original.bin guest.wasm", "echo built"]';
    const cwd = directoryWith({ "spin.toml": manifestOf(build), "original.bin": "guest:c-wagi" });
    expect(fail(["up", ...ALONE], { cwd }).stderr).toContain(
      "there is no such file; build it first, e.g. with wasmeter up --build",
    );
    const { url, output } = await start(["up", ...ALONE, "--build"], { cwd });
    expect((await fetch(url)).status).toBe(200);
    expect(output.stderr).toContain("building guest: cp original.bin guest.wasm");
    writeFileSync(join(cwd, "spin.toml"), manifestOf('[component.guest.build]\ncommand = "exit 3"'));
    const { status, stderr } = fail(["up", ...ALONE, "--build"], { cwd });
    expect(status).toBe(1);
    expect(stderr).toContain("spin.toml:11: component.guest.build: 'exit 3' ended with status 3 in ");
  });
});

describe("workers", () => {
  it("share a port and their metrics; one that dies is replaced and takes only its own requests with it", async () => {
    const cwd = app();
    let port = 0;
    let started: Started;
    do {
      // Free now; somebody else may take it before it is used.
      const metrics = createServer().listen(0, "127.0.0.1");
      await once(metrics, "listening");
      ({ port } = metrics.address() as { port: number });
      metrics.close();
      await once(metrics, "close");
      started = await start(["up", "--listen", ":0", "--workers", "2", "--metrics", `127.0.0.1:${port}`], {
        cwd,
      });
    } while (started.output.stderr.includes("the address is in use"));
    const { child, url, output, ended } = started;
    const bodies = await Promise.all(
      Array.from({ length: 20 }, (_, k) => fetch(`${url}/n${k}`).then((answer) => answer.text())),
    );
    expect(bodies).toEqual(Array.from({ length: 20 }, (_, k) => `Hello /n${k}\n`));
    // A request is counted at its end, which its client may see first; a worker that is busy is left out.
    await eventually(async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return text.includes('wasmeter_requests_total{component="guest",status="200"} 20\n');
    });
    const children = workersOf(child);
    expect(children).toHaveLength(2);
    const slow = Array.from({ length: 8 }, () =>
      fetch(`${url}/sleep/1500`, { headers: { connection: "close" } })
        .then((answer) => answer.text())
        .catch(() => "lost"),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    process.kill(children[0] ?? 0, "SIGKILL");
    const outcomes = await Promise.all(slow);
    expect(outcomes.filter((each) => each === "lost").length).toBeGreaterThan(0);
    expect(outcomes.filter((each) => each === "slept\n").length).toBeGreaterThan(0);
    await eventually(
      () => workersOf(child).length === 2 && !workersOf(child).includes(children[0] ?? 0),
      20_000,
    );
    expect(output.stderr).toContain(`worker ${children[0]} ended by SIGKILL; another one takes its place`);
    expect((await fetch(`${url}/again`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(workersOf(child)).toEqual([]);
  });

  it("speak TLS, and end although a client never shakes hands", async () => {
    const file = (name: string) => join(projectRoot, "tests/tls", name);
    const { child, url, ended } = await start(
      [
        ...["up", "--listen", ":0", "--workers", "2"],
        ...["--tls-cert", file("certificate.pem"), "--tls-key", file("key.pem"), "--grace", "1s"],
      ],
      { cwd: app() },
    );
    const status = await new Promise((resolve, reject) => {
      get(`${url}/env`, { rejectUnauthorized: false, agent: false }, (answer) => {
        resolve(answer.resume().statusCode);
      }).on("error", reject);
    });
    expect(status).toBe(200);
    const silent = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => {});
    await once(silent, "connect");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("lose no accepted request at SIGTERM", async () => {
    const { child, url, ended } = await start(["up", "--listen", ":0", "--workers", "2", "--no-access-log"], {
      cwd: app(),
    });
    let answered = 0;
    let refused = 0;
    const broken: unknown[] = [];
    let isOver = false;
    const client = async (): Promise<void> => {
      while (!isOver) {
        try {
          const answer = await fetch(`${url}/sleep/5`, { headers: { connection: "close" } });
          if ((await answer.text()) === "slept\n") answered++;
          else broken.push(answer.status);
        } catch (error) {
          const { code } = (error as { cause?: { code?: string } }).cause ?? {};
          // One that was never accepted is the client's to send again.
          if (code === "ECONNREFUSED" || code === "ECONNRESET") {
            refused++;
            return;
          }
          broken.push(error);
        }
      }
    };
    const clients = Array.from({ length: 8 }, client);
    await eventually(() => answered >= 20, 30_000);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    isOver = true;
    await Promise.all(clients);
    expect(broken).toEqual([]);
    expect(refused).toBeLessThanOrEqual(8);
  });
});

it("leaves no process of SQL behind when it is killed in the middle of a statement", async () => {
  const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
  const cwd = directoryWith({
    "spin.toml": manifestOf('sqlite_databases = ["default"]'),
    "guest.wasm": sqlGuest([endless]),
  });
  const { child, url, ended } = await start(["up", "--listen", ":0", "--workers", "1"], { cwd });
  const answer = fetch(url).catch(() => undefined);
  await eventually(() => workersOf(child).length === 1, 30_000);
  const [sql = 0] = workersOf(child);
  child.kill("SIGKILL");
  await ended;
  await answer;
  // Nobody may be there to take note of its end.
  const state = () => spawnSync("ps", ["-o", "stat=", "-p", String(sql)], { encoding: "utf8" }).stdout.trim();
  await eventually(() => /^(Z.*)?$/.test(state()), 30_000);
});

/** Process numbers of a process's children. */
function workersOf({ pid }: ChildProcess): number[] {
  const { stdout } = spawnSync("ps", ["-o", "pid=,stat=", "--ppid", String(pid)], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => line.trim() !== "" && !/\sZ/.test(line))
    .map((line) => Number.parseInt(line, 10));
}

describe("wasmeter watch", () => {
  it("builds and serves anew, and keeps serving where that fails", async () => {
    const build = '[component.guest.build]\ncommand = "cp source.bin guest.wasm"\nwatch = ["source.bin"]';
    const cwd = directoryWith({ "spin.toml": manifestOf(build), "source.bin": "guest:c-hello" });
    const { url, output } = await start(["watch", "--listen", ":0"], { cwd });
    expect((await fetch(`${url}/x`)).status).toBe(500);
    cpSync(guest, join(cwd, "source.bin"));
    await eventually(() => output.stderr.includes("serving the changed application"), 20_000);
    expect(await (await fetch(`${url}/x`)).text()).toBe("Hello /x\n");
    writeFileSync(join(cwd, "spin.toml"), manifestOf(build).replace("route", "rout"));
    await eventually(() => output.stderr.includes("did you mean 'route'?"), 20_000);
    expect((await fetch(`${url}/x`)).status).toBe(200);
    writeFileSync(join(cwd, "spin.toml"), manifestOf(build).replace('"/..."', '"/new"'));
    await eventually(() => output.stderr.split("serving the changed").length === 3, 20_000);
    expect((await fetch(`${url}/x`)).status).toBe(404);
    expect((await fetch(`${url}/new`)).status).toBe(200);
  });
});

/** Bun, from `$BUN` or the path; says on stderr that it takes no part where it is not there. */
function findBun(): string | undefined {
  const bun = process.env.BUN ?? "bun";
  if (spawnSync(bun, ["--version"]).status === 0) return bun;
  console.warn("skipped: the same answers in Bun; it is looked for in $BUN and in the path");
  return undefined;
}

describe("wasmeter serve", () => {
  it("gives the same bytes for the same fuel with a JIT, without one and in Bun, where it is deterministic", async () => {
    const directory = directoryWith({ "guest.wasm": "guest:c-wagi" });
    const answers = async (nodeFlags: readonly string[], host?: string) => {
      const options = [
        "--addr",
        ":0",
        "--workers",
        "1",
        "--format",
        "json",
        "--deterministic=42",
        "guest.wasm",
      ];
      const settings = { cwd: directory, nodeFlags, ...(host !== undefined && { host }) };
      const { url, output } = await start(["serve", ...options], settings);
      const texts: string[] = [];
      for (const path of ["/chance", "/compute/20", "/chance"])
        texts.push(await (await fetch(url + path)).text());
      await eventually(() => output.stdout.split("\n").length === 5);
      const records = output.stdout.split("\n").slice(1, 4);
      return { texts, fuel: records.map((line) => (JSON.parse(line) as { fuel: number }).fuel) };
    };
    const bun = findBun();
    const [jit, none, inBun] = await Promise.all([
      answers([]),
      answers(["--jitless"]),
      bun === undefined ? undefined : answers([], bun),
    ]);
    expect(none).toEqual(jit);
    if (bun !== undefined) expect(inBun).toEqual(jit);
    expect(jit.texts[2]).toBe(jit.texts[0]);
    expect(jit.fuel[0]).toBeGreaterThan(0);
  });

  it("serves a WAGI program with the grants of run, by this command's options and by Wasmtime's", async () => {
    const cwd = directoryWith({ "files/a.txt": "A" });
    const { url } = await start(
      [
        "serve",
        "--addr",
        "127.0.0.1:0",
        "--workers",
        "1",
        "--dir",
        "files::/data:ro",
        "--env",
        "A=1",
        "-S",
        "cli,http",
        "-W",
        "timeout=1,fuel=500000,max-memory-size=1000000",
        guest,
      ],
      { cwd },
    );
    expect(await (await fetch(`${url}/cat/data/a.txt`)).text()).toBe("A");
    expect(await (await fetch(`${url}/env?x=1`)).text()).toContain("argv[0]=/env\nargv[1]=x=1\nA=1\n");
    expect((await fetch(`${url}/spin`)).status).toBe(500);
    expect((await fetch(`${url}/sleep/3000`)).status).toBe(504);
    expect((await fetch(`${url}/allocate`)).status).toBe(500);
  });

  it.each<[readonly string[], number, string]>([
    [["nothing.wasm"], 1, "cannot read nothing.wasm: no such file"],
    [[guestFile("wasm/as-life.wasm"), "x"], 2, "one file at a time"],
    [["--listen", ":1", guest], 2, "here it is --addr HOST:PORT"],
    [["-W", "fule=1", guest], 2, "did you mean 'fuel'?"],
    [["--dir", "nowhere", guest], 1, "no such directory"],
    [["--workers", "0", guest], 2, "--workers: '0' is not a whole number from 1"],
    [["--timeout", "5", guest], 2, "--timeout: '5' is not a duration; say 5s or 5ms"],
  ])("refuses %j", (args, status, message) => {
    const result = fail(["serve", ...args]);
    expect(result.stderr).toContain(message);
    expect(result.status).toBe(status);
  });
});
