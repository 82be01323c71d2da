// Start-up and memory of containers: runc with a static program, and the same program as a module under wasmeter-runtime.
// node bench/kubernetes.mjs [--runs 7] [--write] — needs root, Linux, runc and gcc, and the built package. With --write the tables
// go to results/kubernetes.md, too.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { initSync, watify } from "@mdn/watify";

const project = fileURLToPath(new URL("..", import.meta.url));
const wrapper = join(project, "bin/wasmeter-runtime");
const { values: options } = parseArgs({
  options: { runs: { type: "string", default: "7" }, write: { type: "boolean", default: false } },
});
const rounds = Number(options.runs);
/** What is measured is not to depend on what this environment has, such as certificates that Node reads before it does anything. */
const env = { PATH: process.env.PATH };
const directory = mkdtempSync(join(tmpdir(), "wasmeter-bench-"));
const state = join(directory, "state");
const code = join(project, "dist/command.cjs.code");
const PODS = 20;
let report = "";

function print(text) {
  console.log(text);
  report += `${text}\n`;
}

initSync({ module: readFileSync(createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm")) });

/** Sleeps for a minute after a line on stdout. */
const SLEEPER = `(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "\\10\\00\\00\\00\\03\\00\\00\\00") (data (i32.const 16) "up\\n")
  (data (i32.const 80) "\\01") (data (i32.const 88) "\\00\\58\\47\\f8\\0d\\00\\00\\00")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (drop (call $poll (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 200)))))`;

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** A bundle whose program is `file`, under `name`. */
function bundle(name, file, program, { memory = 64, cpu } = {}) {
  const path = join(directory, name);
  mkdirSync(join(path, "rootfs"), { recursive: true });
  cpSync(file, join(path, "rootfs", program));
  execFileSync("runc", ["spec"], { cwd: path });
  const config = JSON.parse(readFileSync(join(path, "config.json"), "utf8"));
  config.process.terminal = false;
  config.process.args = [`/${program}`];
  config.linux.cgroupsPath = `/wasmeter-bench/${name}`;
  config.linux.resources = {
    memory: { limit: memory * 2 ** 20 },
    ...(cpu && { cpu: { quota: cpu * 100, period: 100_000 } }),
  };
  writeFileSync(join(path, "config.json"), JSON.stringify(config));
  return path;
}

function timed(runtime, ...args) {
  const begun = performance.now();
  const { status } = spawnSync(runtime, ["--root", state, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env,
  });
  if (status !== 0) throw new Error(`${runtime} ${args.join(" ")}: status ${status}`);
  return performance.now() - begun;
}

/** Waits until a container has ended. */
async function stopped(name) {
  for (;;) {
    const { status } = JSON.parse(
      execFileSync("runc", ["--root", state, "state", name], { encoding: "utf8" }),
    );
    if (status === "stopped") return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function remove(name) {
  spawnSync("runc", ["--root", state, "delete", "--force", name], { stdio: "ignore" });
}

/** The first of these files of the container's cgroup, of v1 and v2, as a number. */
function cgroup(name, ...files) {
  const path = files
    .map((file) => `/sys/fs/cgroup/${file.replace("NAME", `wasmeter-bench/${name}`)}`)
    .find((file) => existsSync(file));
  return path === undefined
    ? Number.NaN
    : Number(
        readFileSync(path, "utf8")
          .split(/\s+/)
          .at(path.endsWith("cpu.stat") ? 1 : 0),
      );
}

/** Milliseconds of `create`, from then on to the first output, to the end of `start` and the container, and what it used. */
async function once(runtime, name, path) {
  const pipe = join(path, "stdout");
  execFileSync("mkfifo", [pipe]);
  // A container's streams are those of the process that creates it.
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "inherit"], env });
  const writer = openSync(pipe, "w");
  const before = performance.now();
  const creator = spawn(runtime, ["--root", state, "create", "--bundle", path, name], {
    stdio: ["ignore", writer, "ignore"],
    env,
  });
  closeSync(writer);
  const status = await new Promise((resolve) => creator.once("exit", resolve));
  if (status !== 0) throw new Error(`${runtime} create: status ${status}`);
  const created = performance.now();
  let first;
  reader.stdout.on("data", () => {
    first ??= performance.now() - created;
  });
  const ended = new Promise((resolve) => reader.once("close", resolve));
  spawn(runtime, ["--root", state, "start", name], { stdio: "ignore", env });
  await ended;
  const end = performance.now() - created;
  const peak = cgroup(name, "memory/NAME/memory.max_usage_in_bytes", "NAME/memory.peak") / 2 ** 20;
  const cpu = cgroup(name, "cpuacct/NAME/cpuacct.usage") / 1e6 || cgroup(name, "NAME/cpu.stat") / 1e3;
  remove(name);
  return { create: created - before, first: first ?? Number.NaN, end, peak, cpu };
}

async function row(title, runtime, make) {
  const results = [];
  for (let i = 0; i < rounds; i++) {
    const name = `once-${i}`;
    results.push(await once(runtime, name, make(name)));
    rmSync(join(directory, name), { recursive: true });
  }
  const of = (key) => median(results.map((result) => result[key])).toFixed(key === "peak" ? 1 : 0);
  print(`| ${title} | ${of("create")} | ${of("first")} | ${of("end")} | ${of("cpu")} | ${of("peak")} |`);
}

/** Resident bytes of a process, in MiB: all of it, and what it shares with nobody. */
function resident(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return { all: kib("VmRSS") / 1024, own: kib("RssAnon") / 1024 };
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
}

async function main() {
  const c = join(directory, "hello.c");
  writeFileSync(c, '#include <stdio.h>\nint main(){puts("Hello from C!");}\n');
  execFileSync("gcc", ["-static", "-Os", "-o", join(directory, "hello"), c]);
  writeFileSync(join(directory, "sleep.wasm"), watify(SLEEPER));
  const native = (name) => bundle(name, join(directory, "hello"), "hello");
  const wasm = (options) => (name) =>
    bundle(name, join(project, "guests/wasm/c-hello.wasm"), "app.wasm", options);

  // As `wasmeter kubernetes install` does it.
  rmSync(code, { recursive: true, force: true });
  const prepare = [join(project, "dist/cli.cjs"), "run", join(project, "guests/wasm/c-hello.wasm")];
  execFileSync(process.execPath, prepare, { env: { ...env, WASMETER_CODE_CACHE: code }, stdio: "ignore" });

  const versions = `Node ${process.version}, Linux ${release()}, ${cpus()[0]?.model}`;
  print(
    `Medians of ${rounds}, in milliseconds but for memory; from \`start\` on, where it is not \`create\`. ${versions}.\n`,
  );
  print(
    "| container | `create` | first output | end | CPU in it | peak memory charged, MiB |\n|---|---|---|---|---|---|",
  );
  await row("runc, static C", "runc", native);
  await row("wasmeter-runtime, the same C as Wasm", wrapper, wasm());
  await row("… under 100m", wrapper, wasm({ cpu: 100 }));
  await row("… and with two processors", wrapper, wasm({ cpu: 2000 }));
  await row("wasmeter-runtime, the static C", wrapper, native);

  const times = { runc: {}, wasmeter: {} };
  for (let i = 0; i < rounds; i++) {
    for (const [key, runtime, make] of [
      ["runc", "runc", native],
      ["wasmeter", wrapper, wasm()],
    ]) {
      const name = `verbs-${key}-${i}`;
      const path = make(name);
      for (const [verb, ...args] of [
        ["create", "--bundle", path, name],
        ["state", name],
        ["start", name],
        ["delete", name],
      ]) {
        // A kubelet deletes what has ended. With --force runc kills first, and looks 100 ms later whether it is dead.
        if (verb === "delete") await stopped(name);
        times[key][verb] = [...(times[key][verb] ?? []), timed(runtime, verb, ...args)];
      }
    }
  }
  print("\n| verb | runc, ms | wasmeter-runtime, ms | over |\n|---|---|---|---|");
  for (const verb of Object.keys(times.runc)) {
    const [a, b] = [median(times.runc[verb]), median(times.wasmeter[verb])];
    print(`| ${verb} | ${a.toFixed(0)} | ${b.toFixed(0)} | ${(b - a).toFixed(0)} |`);
  }

  const names = Array.from({ length: PODS }, (_, i) => `pod-${i}`);
  for (const name of names) {
    const path = bundle(name, join(directory, "sleep.wasm"), "app.wasm");
    timed(wrapper, "create", "--bundle", path, name);
    timed(wrapper, "start", name);
  }
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const charged = names.map(
    (name) => cgroup(name, "memory/NAME/memory.usage_in_bytes", "NAME/memory.current") / 2 ** 20,
  );
  const processes = names.map((name) => {
    const { pid } = JSON.parse(execFileSync("runc", ["--root", state, "state", name], { encoding: "utf8" }));
    return { init: resident(pid), node: resident(childrenOf(pid)[0]) };
  });
  for (const name of names) remove(name);
  const of = (values) => median(values).toFixed(1);
  print(
    `\n${PODS} pods at once, medians: ${of(charged)} MiB charged each; Node ${of(processes.map(({ node }) => node.all))} MiB resident, ${of(processes.map(({ node }) => node.own))} of it its own; init ${of(processes.map(({ init }) => init.all))} and ${of(processes.map(({ init }) => init.own))} MiB.`,
  );
}

try {
  await main();
} finally {
  rmSync(directory, { recursive: true, force: true });
  rmSync(code, { recursive: true, force: true });
}

if (options.write) {
  const head =
    "# Containers\n\n`node bench/kubernetes.mjs --write` writes this; bench/README.md says what is measured.\n\n";
  writeFileSync(join(project, "bench/results/kubernetes.md"), head + report);
}
