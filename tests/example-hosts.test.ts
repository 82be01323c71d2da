// The examples for hosts other than Node, each in its host: examples/hosts. Those of workerd and Hermes must run; a browser and
// Python are used where there are any, and it is said where not.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { blake3 } from "hash-wasm";
import { afterAll, expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";
import { wat } from "./wat.ts";

const examples = join(projectRoot, "examples/hosts");
const place = mkdtempSync(join(tmpdir(), "wasmeter-hosts-"));
afterAll(() => rmSync(place, { recursive: true, maxRetries: 5 }));

/** What the suite of hosts has to get and start them with, which is JavaScript. */
interface Hosts {
  serveWorkerd(configuration: string): Promise<{ readonly address: string; stop(): void }>;
  hermes(): string;
  openPage(address: string): string;
  pythonPackage(name: string, version: string): string;
  packageOf(name: string, version: string): string;
  mustRun(command: string, args: readonly string[]): string;
}

async function hosts(): Promise<Hosts> {
  const modules = ["workerd", "hosts", "browsers", "embedded", "install", "process"];
  const loaded = modules.map((name) => import(`../environments/${name}.mjs`) as Promise<Partial<Hosts>>);
  return Object.assign({}, ...(await Promise.all(loaded))) as Hosts;
}

const bundle = (example: string, outfile: string, options: BuildOptions = {}) =>
  build({
    entryPoints: [join(examples, example)],
    outfile: join(place, outfile),
    bundle: true,
    logLevel: "error",
    ...options,
  });

it("a worker runs what its users upload, under fuel and memory limits", { timeout: 300_000 }, async () => {
  const { serveWorkerd } = await hosts();
  await bundle("worker/worker.js", "worker.bundle.js", { format: "esm" });
  copyFileSync(join(examples, "worker/worker.capnp"), join(place, "worker.capnp"));
  mkdirSync(join(place, "programs"));
  const { address, stop } = await serveWorkerd(join(place, "worker.capnp"));
  const put = (name: string, body: Uint8Array) =>
    fetch(address + name, { method: "PUT", body: new Uint8Array(body) });
  const post = async (path: string, body = "") => {
    const answer = await fetch(address + path, { method: "POST", body });
    return [answer.status, answer.headers.get("program-end"), await answer.text()];
  };
  try {
    const guest = (name: string) => readFileSync(join(projectRoot, `guests/wasm/${name}.wasm`));
    expect((await put("words", guest("rust-wordcount"))).status).toBe(201);
    expect(await post("words", "two words\n")).toEqual([200, "exit", expect.stringContaining("2")]);
    expect((await put("hash", guest("as-crc32"))).status).toBe(201);
    const hash = await post("hash?arg=123456789");
    expect(hash).toEqual([200, "exit", expect.stringContaining("cbf43926  123456789")]);
    const program = (body: string) =>
      wat(`(module (memory (export "memory") 1) (func (export "_start") ${body}))`);
    await put("loop", program("(loop (br 0))"));
    expect(await post("loop")).toEqual([422, "out-of-fuel", ""]);
    await put(
      "greedy",
      program("(if (i32.eq (memory.grow (i32.const 1000)) (i32.const -1)) (then unreachable))"),
    );
    expect(await post("greedy")).toEqual([422, "trap", ""]);
    // After all of them the worker answers as before.
    expect(await post("hash?arg=123456789")).toEqual(hash);
    expect((await put("broken", Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 99))).status).toBe(400);
    expect((await put("large", new Uint8Array((1 << 20) + 1))).status).toBe(413);
    expect(await post("broken")).toEqual([404, null, "no program broken\n"]);
  } finally {
    stop();
  }
});

it("a library that needs WebAssembly works in Hermes", { timeout: 300_000 }, async () => {
  const { hermes } = await hosts();
  const { toDialect } = (await import("../scripts/build-scripts.mjs" as string)) as {
    toDialect(script: string, dialect: string, globalName: string): string;
  };
  await bundle("react-native/app.js", "app.js", { format: "iife", globalName: "app", target: "es2022" });
  const script = join(place, "app.es5.js");
  writeFileSync(script, toDialect(readFileSync(join(place, "app.js"), "utf8"), "es5", "app"));
  const { stdout } = spawnSync(hermes(), ["-O0", script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const digest = await blake3(new Uint8Array(10_000).map((_, k) => k * 7));
  expect(stdout.trimEnd().split("\n")).toEqual([
    "installed: true",
    `announced: ${digest}`,
    "what came is genuine: true",
    "with one bit changed: false",
  ]);
});

/** Why something cannot run here, for a test that says so. */
function whyNot(get: () => unknown): string | undefined {
  try {
    get();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

it("a page with a strict policy draws with a package that is compiled to WebAssembly", {
  timeout: 300_000,
}, async ({ skip }) => {
  const { openPage, mustRun, packageOf } = await hosts();
  const missing = whyNot(() => mustRun("chromium", ["--version"]));
  if (missing !== undefined) return skip(`SKIPPED: no Chromium: ${missing}`);
  const resvg = packageOf("@resvg/resvg-wasm", "2.6.2");
  await bundle("page/page.js", "page.bundle.js", { alias: { "@resvg/resvg-wasm": resvg } });
  copyFileSync(join(examples, "page/index.html"), join(place, "index.html"));
  copyFileSync(join(resvg, "index_bg.wasm"), join(place, "resvg.wasm"));
  const server = spawn(process.execPath, [join(examples, "page/server.mjs"), "0", place]);
  try {
    const [address] = (await once(server.stdout.setEncoding("utf8"), "data")) as [string];
    const page = openPage(address.trim());
    expect(page).toContain('<output id="outcome">200 × 120, interpreted</output>');
    expect(page).toMatch(/<img id="drawing" alt="" src="blob:/);
  } finally {
    server.kill();
  }
});

it("a program in Python runs WebAssembly under a budget", { timeout: 300_000 }, async ({ skip }) => {
  const { pythonPackage } = await hosts();
  let folder = "";
  const missing = whyNot(() => {
    folder = pythonPackage("quickjs", "1.19.4");
  });
  if (missing !== undefined) return skip(`SKIPPED: no Python with quickjs: ${missing}`);
  const module = join(place, "fib.wasm");
  writeFileSync(module, wat(readFileSync(join(projectRoot, "bench/kernels/fib.wat"), "utf8")));
  const script = join(projectRoot, "dist/script/wasmeter.es2015.cjs");
  const args = [join(examples, "python/metered.py"), script, module, "run", "10", "15", "30"];
  const { stdout, stderr } = spawnSync("python3", args, {
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: folder },
  });
  expect(stderr).toBe("");
  expect(stdout.trimEnd().split("\n")).toEqual([
    "run(10) is 55, for 1589 instructions",
    "run(15) is 610, for 17753 instructions",
    "run(30): out-of-fuel after 1000000 instructions",
  ]);
});
