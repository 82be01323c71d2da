// The built command as its users meet it: exit statuses, messages, streams, signals.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import wabtModule from "wabt";
import { projectRoot } from "./built-code.ts";

const cli = join(projectRoot, "dist", "cli.cjs");
const guests = join(projectRoot, "guests", "wasm");

const WASI_IMPORTS = `
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
  (data (i32.const 16) "hello\\n")`;

const SOCKET_IMPORTS = `
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_shutdown" (func $shutdown (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_set_flags" (func $set_flags (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 16)
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $exit (i32.add (i32.const 100) (local.get $errno))))))`;

/** Programs by the name of their file. */
const PROGRAMS: Record<string, string> = {
  "exit-7": `${WASI_IMPORTS} (func (export "_start") (call $exit (i32.const 7)))`,
  "exit-300": `${WASI_IMPORTS} (func (export "_start") (call $exit (i32.const 300)))`,
  divide: `(func $divide (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func $main (export "_start") (drop (call $divide (i32.const 1) (i32.const 0))))`,
  spin: `(func (export "_start") (loop (br 0)))`,
  recurse: `(func $down (export "_start") (call $down))`,
  sleep: `${WASI_IMPORTS} (func (export "_start")
    (i64.store (i32.const 128) (i64.const 3600000000000)) (i32.store (i32.const 120) (i32.const 1))
    (drop (call $poll (i32.const 104) (i32.const 256) (i32.const 1) (i32.const 512))))`,
  "print-and-spin": `${WASI_IMPORTS} (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (loop (br 0)))`,
  "print-and-sleep": `${WASI_IMPORTS} (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i64.store (i32.const 128) (i64.const 3600000000000)) (i32.store (i32.const 120) (i32.const 1))
    (drop (call $poll (i32.const 104) (i32.const 256) (i32.const 1) (i32.const 512))))`,
  yes: `${WASI_IMPORTS} (func (export "_start")
    (loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (br 0)))`,
  /** Writes 64 KiB at a time, for ever. */
  flood: `${WASI_IMPORTS} (func (export "_start")
    (i32.store (i32.const 4) (i32.const 32768))
    (loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (br 0)))`,
  /** Writes a million bytes, however many are taken at a time. */
  million: `${WASI_IMPORTS} (func (export "_start") (local $left i32)
    (local.set $left (i32.const 1000000))
    (loop $more
      (i32.store (i32.const 4) (select (local.get $left) (i32.const 32768) (i32.lt_u (local.get $left) (i32.const 32768))))
      (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.load (i32.const 8)))))))`,
  /** Copies stdin to stdout. */
  copy: `(import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    ${WASI_IMPORTS}
    (func (export "_start") (local $errno i32)
      (loop $more
        (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 4096))
        (if (local.tee $errno (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
          (then (call $exit (local.get $errno))))
        (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
        (br_if $more (i32.load (i32.const 4)))))`,
  /** Writes a line to stdout and exits with the errno. */
  "write-errno": `${WASI_IMPORTS} (func (export "_start")
    (call $exit (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))`,
  /** Serves two connections, one after the other: what comes is sent back when the peer has sent everything. */
  echo: `${SOCKET_IMPORTS} (func (export "_start") (local $turns i32) (local $length i32)
    (call $check (call $set_flags (i32.const 3) (i32.const 0)))
    (loop $serve
      (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 0)))
      (local.set $length (i32.const 0))
      (loop $more
        (i32.store (i32.const 8) (i32.add (i32.const 1024) (local.get $length)))
        (i32.store (i32.const 12) (i32.const 4096))
        (call $check (call $recv (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 0)
          (i32.const 16) (i32.const 20)))
        (local.set $length (i32.add (local.get $length) (i32.load (i32.const 16))))
        (br_if $more (i32.load (i32.const 16))))
      (i32.store (i32.const 8) (i32.const 1024))
      (i32.store (i32.const 12) (local.get $length))
      (loop $rest
        (call $check (call $send (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 0) (i32.const 16)))
        (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.load (i32.const 16))))
        (i32.store (i32.const 12) (i32.sub (i32.load (i32.const 12)) (i32.load (i32.const 16))))
        (br_if $rest (i32.load (i32.const 12))))
      (call $check (call $shutdown (i32.load (i32.const 0)) (i32.const 2)))
      (call $check (call $close (i32.load (i32.const 0))))
      (br_if $serve (i32.lt_u (local.tee $turns (i32.add (local.get $turns) (i32.const 1))) (i32.const 2)))))`,
  /** Polls for one connection, sends 60,000 bytes and exits with 5, leaving it open. */
  "greet-and-exit": `${SOCKET_IMPORTS} (func (export "_start")
    ;; 6 is again: where the client takes longer than the look that an accept which may not wait gives it.
    (if (i32.eq (i32.const 6) (call $accept (i32.const 3) (i32.const 0) (i32.const 0)))
      (then
        (i32.store8 (i32.const 72) (i32.const 1)) (i32.store (i32.const 80) (i32.const 3))
        (call $check (call $poll (i32.const 64) (i32.const 256) (i32.const 1) (i32.const 16)))
        (call $check (call $accept (i32.const 3) (i32.const 0) (i32.const 0)))))
    (i32.store (i32.const 8) (i32.const 1024)) (i32.store (i32.const 12) (i32.const 60000))
    (call $check (call $send (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 0) (i32.const 16)))
    (call $exit (i32.const 5)))`,
  "needs-import": `(import "env" "log" (func (param i32))) (import "env" "now" (func (result i64)))
    (func (export "_start"))`,
  library: `(func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "pair") (param f64) (result i64 f64) (i64.const -1) (local.get 0))`,
  reactor: `(global $g (mut i32) (i32.const 0))
    (func (export "_initialize") (global.set $g (i32.const 42)))
    (func (export "get") (result i32) (global.get $g))`,
  grow: `${WASI_IMPORTS} (func (export "_start") (call $exit (memory.grow (i32.const 15))))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))`,
  "start-trap": `(func $start unreachable) (start $start) (func (export "_start"))`,
  "start-spin": `(func $start (loop br 0)) (start $start) (func (export "_start"))`,
};

let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wasmeter-cli-"));
  const wabt = await wabtModule();
  for (const [name, fields] of Object.entries(PROGRAMS)) {
    const module = wabt.parseWat(`${name}.wat`, `(module ${fields})`, { multi_value: true });
    writeFileSync(join(directory, `${name}.wasm`), module.toBinary({ write_debug_names: true }).buffer);
  }
  const core = readFileSync(join(directory, "divide.wasm"));
  writeFileSync(join(directory, "empty.wasm"), "");
  writeFileSync(join(directory, "text.wat"), "(module)");
  writeFileSync(join(directory, "component.wasm"), Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0));
  writeFileSync(join(directory, "truncated.wasm"), core.subarray(0, core.length >> 1));
  // A function that promises an i32 and gives nothing.
  const wat = wabt.parseWat("invalid.wat", "(module (func (result i32)))");
  writeFileSync(join(directory, "invalid.wasm"), wat.toBinary({}).buffer);
  mkdirSync(join(directory, "data", "sub"), { recursive: true });
  writeFileSync(join(directory, "data", "note.txt"), "granted\n");
  symlinkSync("/etc/passwd", join(directory, "data", "way-out"));
});
afterAll(() => rmSync(directory, { recursive: true }));

interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Record<string, string>;
  readonly nodeFlags?: readonly string[];
}

/** Runs the command in the scratch directory. */
function wasmeter(
  argv: readonly string[],
  { input = "", env = {}, nodeFlags = [] }: RunOptions = {},
): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeFlags, cli, ...argv], {
    cwd: directory,
    input,
    env,
    encoding: "utf8",
    timeout: 50_000,
  });
  return { status, out: stdout, err: stderr };
}

/** The command's one line, without the lines of a backtrace. */
function firstLine({ err }: Outcome): string {
  return err.split("\n", 1)[0] ?? "";
}

/** Starts the command without waiting for it. */
function start(...argv: string[]): ChildProcess {
  return spawn(process.execPath, [cli, ...argv], { cwd: directory, env: {} });
}

describe("exit status", () => {
  it.each([
    ["0 after a program that returns", ["reactor.wasm"], 1],
    ["the guest's own", ["exit-7.wasm"], 7],
    ["the guest's own, modulo 256", ["exit-300.wasm"], 44],
    ["1 for a missing file", ["missing.wasm"], 1],
    ["1 for a malformed module", ["truncated.wasm"], 1],
    ["1 for an invalid module", ["run", "invalid.wasm"], 1],
    ["1 for missing imports", ["needs-import.wasm"], 1],
    ["2 for a wrong option", ["--feul", "5", "exit-7.wasm"], 2],
    ["2 without a file", [], 2],
    ["124 after a timeout", ["--timeout", "100ms", "spin.wasm"], 124],
    ["124 after a timeout in a wait", ["--timeout", "100ms", "sleep.wasm"], 124],
    ["124 after a timeout in the start function", ["--timeout", "100ms", "start-spin.wasm"], 124],
    ["134 for a trap", ["divide.wasm"], 134],
    ["134 for a trap in the start function", ["start-trap.wasm"], 134],
    ["134 for endless recursion", ["recurse.wasm"], 134],
    ["137 without fuel", ["--fuel", "1000", "spin.wasm"], 137],
    ["137 when the minimal memory is too large", ["--max-memory", "32KiB", "grow.wasm"], 137],
  ])("is %s", (_, argv, status) => {
    expect(wasmeter(argv).status).toBe(status);
  });

  it("is 130 at Ctrl-C, at once, whether the guest is busy or waits", async () => {
    for (const file of ["print-and-spin.wasm", "print-and-sleep.wasm"]) {
      const child = start("--fuel-report", file);
      let err = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        err += text;
      });
      await once(child.stdout as NodeJS.ReadableStream, "data");
      child.kill("SIGINT");
      const [status] = (await once(child, "close")) as [number | null];
      expect(status).toBe(130);
      expect(err).toMatch(/^wasmeter: interrupted by signal: SIGINT\n( {4}at .*\n)+fuel consumed: \d+\n$/);
    }
  });
});

describe("components", () => {
  it("that have nothing to run say so", () => {
    expect(wasmeter(["component.wasm"])).toMatchObject({
      status: 1,
      out: "",
      err: "wasmeter: component.wasm exports no wasi:cli/run@0.2, nor @0.3; it exports nothing\n",
    });
  });

  it.each([
    [["--allow-connect", "a.test"], "--allow-connect: a.test: there is no port; write HOST:PORT"],
    [["--block-networks", "privat", "--allow-udp", "a:1"], "--block-networks: privat: it is no network"],
    [["--invoke", "f"], "--invoke is for modules, and the file is a component"],
    [["--tcplisten", "127.0.0.1:0"], "--tcplisten is for modules, and the file is a component"],
  ])("%j is refused before anything runs", (argv, line) => {
    const outcome = wasmeter([...argv, "component.wasm"]);
    expect(outcome).toMatchObject({ status: 2, out: "" });
    expect(outcome.err).toContain(`wasmeter: ${line}`);
  });
});

describe("a bad file gets one clear line", () => {
  it.each([
    ["missing.wasm", "wasmeter: cannot read missing.wasm: no such file"],
    ["data", "wasmeter: data is a directory, not a WebAssembly module"],
    ["empty.wasm", "wasmeter: empty.wasm is empty"],
    ["text.wat", "wasmeter: text.wat is WebAssembly text, not binary; convert it first"],
    ["data/note.txt", "wasmeter: data/note.txt is a text file, not a WebAssembly module"],
    ["truncated.wasm", "wasmeter: truncated.wasm: malformed: "],
    ["invalid.wasm", "wasmeter: invalid.wasm: invalid: type mismatch"],
  ])("%s", (file, line) => {
    for (const command of ["run", "validate", "inspect", "disassemble"]) {
      if (file === "invalid.wasm" && !["run", "validate"].includes(command)) continue;
      const outcome = wasmeter([command, file]);
      expect(outcome.err).toContain(line);
      expect(outcome.err.split("\n")).toHaveLength(2);
      expect(outcome).toMatchObject({ status: 1, out: "" });
    }
  });
});

describe("errors", () => {
  it("name the function and the offset of each frame", () => {
    expect(wasmeter(["divide.wasm"]).err).toMatch(
      /^wasmeter: trap: integer divide by zero\n {4}at divide \(func\[0\]\) @ 0x[0-9a-f]+\n {4}at main \(func\[1\]\) @ 0x[0-9a-f]+\n$/,
    );
  });

  it("name every import that is missing", () => {
    const { err } = wasmeter(["needs-import.wasm"]);
    expect(err).toMatch(/^wasmeter: link error: 2 imports do not fit\n/);
    expect(err).toContain("env.log: needs (func (param i32)), is not provided");
    expect(err).toContain("env.now: needs (func (result i64)), is not provided");
  });

  it("propose the nearest option, command or export", () => {
    expect(firstLine(wasmeter(["--feul", "5", "x.wasm"]))).toBe(
      "wasmeter: unknown option '--feul'; did you mean '--fuel'?",
    );
    expect(wasmeter(["validte", "x.wasm"]).err).toContain("did you mean 'validate'?");
    expect(wasmeter(["--invoke", "ad", "library.wasm"]).err).toContain("did you mean 'add'?");
  });

  it("say how to call a module without _start", () => {
    expect(wasmeter(["library.wasm"])).toMatchObject({
      status: 1,
      err: "wasmeter: library.wasm exports no _start function; --invoke calls one of: add, pair\n",
    });
  });

  it("cut the backtrace of a deep recursion", () => {
    const { err } = wasmeter(["--max-call-depth", "1000", "recurse.wasm"]);
    expect(err).toMatch(/^wasmeter: trap: call stack exhausted/);
    expect(err).toContain("… more frames");
  });

  it("keep quiet when whoever reads stdout has gone", async () => {
    const child = start("yes.wasm");
    let err = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    await once(child.stdout as NodeJS.ReadableStream, "data");
    child.stdout?.destroy();
    expect(await once(child, "close")).toEqual([141, null]);
    expect(err).toBe("");
  });
});

describe("options of run", () => {
  it("report fuel whatever the exit", () => {
    const report = /^fuel consumed: (\d+)\n$/m;
    expect(wasmeter(["--fuel-report", "exit-7.wasm"]).err).toBe("fuel consumed: 2\n");
    expect(wasmeter(["--fuel-report", "--fuel", "1001", "spin.wasm"]).err).toMatch(
      /out of fuel[\s\S]*^fuel consumed: 1001\n$/m,
    );
    for (const argv of [
      ["divide.wasm"],
      ["--timeout", "50ms", "spin.wasm"],
      ["missing.wasm"],
      ["needs-import.wasm"],
    ]) {
      expect(wasmeter(["--fuel-report", ...argv]).err).toMatch(report);
    }
  });

  it("cover exactly what the fuel covers", () => {
    expect(wasmeter(["--fuel", "2", "exit-7.wasm"]).status).toBe(7);
    expect(wasmeter(["--fuel", "1", "exit-7.wasm"]).status).toBe(137);
  });

  it("bound memory at the byte", () => {
    // 16 pages in all; grow gives the old size, or -1.
    expect(wasmeter(["--max-memory", "1MiB", "grow.wasm"]).status).toBe(1);
    expect(wasmeter(["--max-memory", "1048575", "grow.wasm"]).status).toBe(255);
  });

  it("call an export with typed arguments and print its results", () => {
    expect(wasmeter(["--invoke", "add", "library.wasm", "2", "-3"])).toEqual({
      status: 0,
      out: "-1\n",
      err: "",
    });
    expect(wasmeter(["--invoke", "pair", "library.wasm", "1.5e3"]).out).toBe("-1\n1500\n");
    expect(wasmeter(["--invoke", "get", "reactor.wasm"]).out).toBe("42\n");
    expect(wasmeter(["--invoke", "add", "library.wasm", "2"])).toMatchObject({ status: 2 });
    expect(wasmeter(["--invoke", "add", "library.wasm", "2", "x"]).err).toContain(
      "argument 2 is an i32: 'x' is not",
    );
  });

  it("price instructions by a cost model from a file", () => {
    const model = { name: "mine", version: 1, base: 1, instructions: { call: 10 } };
    writeFileSync(join(directory, "costs.json"), JSON.stringify(model));
    const { err } = wasmeter(["--cost-model", "costs.json", "--fuel-report", "exit-7.wasm"]);
    expect(err).toBe("fuel consumed: 11\n");
    writeFileSync(join(directory, "bad.json"), JSON.stringify({ ...model, base: -1 }));
    expect(wasmeter(["--cost-model", "bad.json", "exit-7.wasm"])).toMatchObject({ status: 1 });
    expect(wasmeter(["--cost-model", "instructons", "exit-7.wasm"]).err).toContain(
      "did you mean 'instructions'?",
    );
  });

  it("switch features", () => {
    expect(wasmeter(["--features", "mvp", "--invoke", "pair", "library.wasm", "1"])).toMatchObject({
      status: 1,
    });
    expect(wasmeter(["validate", "--features", "2.0", "library.wasm"]).status).toBe(0);
  });
});

describe("guests", () => {
  it("get arguments and environment, and nothing that was not granted", () => {
    const hello = join(guests, "c-hello.wasm");
    const env = { SECRET: "x", SHARED: "y" };
    expect(wasmeter([hello, "--fuel", "-h"], { env })).toMatchObject({
      status: 0,
      out: "Hello from C!\nargument 0: c-hello.wasm\nargument 1: --fuel\nargument 2: -h\n",
      err: "3 arguments\n",
    });
    const granted = ["--argv0", "me", "--env", "A=1", "--env", "SHARED", "--env", "EXIT_STATUS=3", hello];
    expect(wasmeter(granted, { env })).toMatchObject({
      status: 3,
      out: "Hello from C!\nargument 0: me\nenvironment: A=1\nenvironment: SHARED=y\nenvironment: EXIT_STATUS=3\n",
    });
    expect(wasmeter(["--inherit-env", hello], { env }).out).toContain("environment: SECRET=x\n");
  });

  it("read below --dir, and nowhere else", () => {
    const cat = join(guests, "rust-cat.wasm");
    expect(wasmeter(["--dir", "data", cat, "data/note.txt"])).toMatchObject({ status: 0, out: "granted\n" });
    expect(wasmeter(["--dir", "data::/in:ro", cat, "/in/note.txt"]).out).toBe("granted\n");
    for (const path of ["/etc/passwd", "/in/../exit-7.wasm", "/in/way-out", "data/note.txt"]) {
      expect(wasmeter(["--dir", "data::/in", cat, path])).toMatchObject({ status: 1, out: "" });
    }
    expect(wasmeter([cat, "data/note.txt"]).status).toBe(1);
  });

  it("write only where they may", () => {
    const file = join(guests, "c-file.wasm");
    expect(wasmeter(["--dir", "data::/scratch", file, "/scratch"]).out).toContain("size: ");
    expect(wasmeter(["--dir", "data::/scratch:ro", file, "/scratch"])).toMatchObject({ status: 1, out: "" });
  });

  it("are not started when a directory cannot be granted", () => {
    const hello = join(guests, "c-hello.wasm");
    expect(wasmeter(["--dir", "nowhere", hello])).toEqual({
      status: 1,
      out: "",
      err: "wasmeter: --dir: cannot grant nowhere: no such directory\n",
    });
    expect(wasmeter(["--dir", "exit-7.wasm", hello]).err).toContain("it is not a directory");
    expect(wasmeter(["--dir", "data::/a", "--dir", ".::/a", hello])).toMatchObject({ status: 2, out: "" });
  });

  it("read stdin, unless the module came from there", () => {
    const wordcount = join(guests, "rust-wordcount.wasm");
    const fromPipe = wasmeter([wordcount], { input: "one two\n" });
    expect(fromPipe).toMatchObject({ status: 0 });
    expect(fromPipe.out).toContain("2");
    const asModule = wasmeter(["-"], { input: readFileSync(wordcount) });
    expect(asModule).toMatchObject({ status: 0 });
    expect(asModule.out).not.toEqual(fromPipe.out);
  });

  it("run without a JIT too", () => {
    const crc = [join(guests, "as-crc32.wasm"), "123456789"];
    const jitless = wasmeter(["--fuel-report", ...crc], { nodeFlags: ["--jitless"] });
    const usual = wasmeter(["--fuel-report", ...crc]);
    // Node warns about the flag itself.
    expect({ ...jitless, err: jitless.err.replace(/^Warning: .*\n/, "") }).toEqual(usual);
    expect(jitless.out).toContain("cbf43926");
  });
});

describe("directories", () => {
  const hello = join(guests, "c-hello.wasm");
  const cat = join(guests, "rust-cat.wasm");
  const refusal = (...argv: string[]) => {
    const outcome = wasmeter([...argv, hello]);
    expect(outcome.out).toBe("");
    return { status: outcome.status, line: firstLine(outcome) };
  };

  it("are understood in the order of other runtimes", () => {
    for (const grant of ["--mapdir=/in:data", "--mapdir=/in::data", "--dir=data::/in"]) {
      expect(wasmeter([grant, cat, "/in/note.txt"])).toMatchObject({ status: 0, out: "granted\n" });
    }
    expect(wasmeter(["--dir=.", cat, "data/note.txt"]).out).toBe("granted\n");
    expect(wasmeter(["--dir", "data::/", cat, "/note.txt"]).out).toBe("granted\n");
  });

  it("may lie within each other in the guest: the longer name is looked in", () => {
    const argv = ["--dir", "data/sub::/in", "--dir", "data::/in/deep", cat];
    expect(wasmeter([...argv, "/in/deep/note.txt"])).toMatchObject({ status: 0, out: "granted\n" });
    expect(wasmeter([...argv, "/in/note.txt"]).status).toBe(1);
  });

  it.each([
    [["--volume", "data:/in"], "unknown option '--volume'; here it is --dir HOST::GUEST[:ro]"],
    [["-v", "data:/in"], "unknown option '-v'; here it is --dir HOST::GUEST[:ro]"],
    [["-mount=data:/in"], "unknown option '-mount'; here it is --dir HOST::GUEST[:ro]"],
    [
      ["-Sinherit-network"],
      "-S inherit-network: guests of WASI preview1 cannot connect anywhere; with --tcplisten HOST:PORT they can accept, and a component (wasm32-wasip2) can be granted the network",
    ],
    [["-W", "feul=1"], "-W feul: no such option of Wasmtime's is known here; did you mean 'fuel'?"],
    [["--allow-fs-read=data"], "unknown option '--allow-fs-read'; here it is --dir HOST::GUEST[:ro]"],
    [["--forward-host-env"], "unknown option '--forward-host-env'; here it is --inherit-env"],
    [["-env=A=1"], "unknown option '-env'; did you mean '--env'?"],
    [
      ["--mapdir", "a:b:c"],
      "--mapdir: 'a:b:c' can be read in several ways; write --mapdir GUEST::HOST, or --dir HOST::GUEST",
    ],
    [
      ["--dir", "a::/x", "--mapdir", "x::b"],
      "--mapdir: 'x' is given twice in the guest; for a guest it is the same as '/x'",
    ],
  ])("%s is answered with what to write", (argv, line) => {
    expect(refusal(...argv)).toEqual({ status: 2, line: `wasmeter: ${line}` });
  });

  it("that are none get one line, with the other runtimes' colon in mind", () => {
    expect(refusal("--dir", "data:/in")).toEqual({
      status: 1,
      line: "wasmeter: --dir: cannot grant data:/in: no such directory; another name in the guest is written data::/in",
    });
    expect(refusal("--mapdir", "/in::data/note.txt").line).toBe(
      "wasmeter: --mapdir: cannot grant data/note.txt: it is not a directory",
    );
    if (process.platform === "win32") return;
    execFileSync("mkfifo", [join(directory, "fifo-dir")]);
    expect(refusal("--dir", "fifo-dir").line).toContain("it is not a directory");
  });

  it("that overlap with different rights are refused", () => {
    symlinkSync("data", join(directory, "alias"));
    expect(refusal("--dir", "data::/a:ro", "--dir", "data/sub::/b")).toEqual({
      status: 2,
      line:
        "wasmeter: --dir: data/sub is inside data, which is granted read-only; " +
        "if the guest may write there, write --dir data/sub::/b:rw",
    });
    expect(refusal("--dir", "data/sub::/b:ro", "--dir", ".::/a")).toEqual({
      status: 2,
      line: "wasmeter: --dir: data/sub is granted read-only, but it is inside ., in which the guest may write",
    });
    for (const writable of ["alias::/b", "alias::/b:rw", "data/../data::/b"]) {
      expect(refusal("--dir", "data::/a:ro", "--dir", writable).line).toContain(
        "data is granted read-only, but it is the same directory as",
      );
    }
  });

  it("that overlap otherwise grant what they say", () => {
    const file = join(guests, "c-file.wasm");
    for (const argv of [
      ["--dir", "data::/a", "--dir", "data/sub::/b"],
      ["--dir", "data::/a:ro", "--dir", "data/sub::/b:rw"],
    ]) {
      expect(wasmeter([...argv, file, "/b"]).out).toContain("size: ");
    }
    const readOnly = ["--dir", "data::/a:ro", "--dir", "data/sub::/b:ro"];
    expect(wasmeter([...readOnly, file, "/b"])).toMatchObject({ status: 1, out: "" });
    expect(wasmeter(["--dir", "data::/a:ro", "--dir", "data/sub::/b:rw", file, "/a"]).status).toBe(1);
  });
});

describe("variables", () => {
  const hello = join(guests, "c-hello.wasm");
  // Node reads such files itself, wherever the option stands, unless its own options have ended.
  const nodeFlags = ["--"];
  const variablesOf = ({ out }: Outcome) =>
    out.split("\n").filter((line) => line.startsWith("environment: "));

  it("come from --inherit-env, then --env-file, then --env", () => {
    writeFileSync(join(directory, "one.env"), "A=1\nB=1\nC=1\nexport D='1 2'\nHOST\nNOWHERE\n");
    writeFileSync(join(directory, "two.env"), "B=2 # second\nC=2\n");
    const argv = ["--env", "C=3", "--env-file", "one.env", "--env-file=two.env", "--inherit-env", hello];
    expect(variablesOf(wasmeter(argv, { env: { A: "0", HOST: "h" }, nodeFlags }))).toEqual([
      "environment: A=1",
      "environment: HOST=h",
      "environment: B=2",
      "environment: C=3",
      "environment: D=1 2",
    ]);
    // Without --inherit-env only what the file names.
    expect(variablesOf(wasmeter(["--env-file", "two.env", hello], { env: { A: "0" } }))).toEqual([
      "environment: B=2",
      "environment: C=2",
    ]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ["bad.env", "A=1\nnot a variable\n", "bad.env:2: not KEY=VALUE"],
    ["quote.env", "A=1\n\nB='x\n", "quote.env:3: no closing '"],
    ["latin1.env", Uint8Array.of(0x41, 0x3d, 0xe9), "latin1.env:1: not UTF-8"],
    ["nul.env", "A=1\nB=\0\n", "nul.env:2: a NUL character, which no variable can hold"],
    [
      "large.env",
      `A=${"x".repeat(2 ** 20)}`,
      "large.env is larger than an --env-file may be (1048576 bytes)",
    ],
  ])("in %s are refused with their line", (name, content, message) => {
    writeFileSync(join(directory, name), content);
    expect(wasmeter(["--env-file", name, hello], { nodeFlags })).toEqual({
      status: 1,
      out: "",
      err: `wasmeter: ${message}\n`,
    });
  });

  it.each([
    ["missing.env", "cannot read missing.env: no such file"],
    ["data", "data is a directory, not a file"],
    ["/dev/null", "/dev/null is a device, not a file"],
  ])("in %s cannot be read", (name, message) => {
    expect(firstLine(wasmeter(["--env-file", name, hello], { nodeFlags }))).toBe(`wasmeter: ${message}`);
  });
});

describe("--stdin", () => {
  it("reads a file, also when the module comes from stdin", () => {
    writeFileSync(join(directory, "words.txt"), "one two\nthree\n");
    const expected = { status: 0, err: "", out: "one two\nthree\n" };
    expect(wasmeter(["--stdin", "words.txt", "copy.wasm"], { input: "not this" })).toEqual(expected);
    expect(
      wasmeter(["--stdin", "words.txt", "-"], { input: readFileSync(join(directory, "copy.wasm")) }),
    ).toMatchObject(expected);
    expect(wasmeter(["--stdin", "/dev/null", "copy.wasm"], { input: "x" }).out).toBe("");
  });

  it.each([
    ["nowhere", "wasmeter: --stdin: cannot read nowhere: no such file"],
    ["data", "wasmeter: --stdin: cannot read data: it is a directory"],
    ["", "wasmeter: --stdin: cannot read : no such file"],
  ])("refuses %s before the guest starts", (path, line) => {
    const outcome = wasmeter(["--stdin", path, "print-and-spin.wasm"]);
    expect({ status: outcome.status, out: outcome.out, line: firstLine(outcome) }).toEqual({
      status: 1,
      out: "",
      line,
    });
  });

  it.runIf(process.platform !== "win32")(
    "waits for a FIFO's writer, and can be stopped meanwhile",
    async () => {
      execFileSync("mkfifo", [join(directory, "fifo")]);
      expect(wasmeter(["--timeout", "100ms", "--stdin", "fifo", "copy.wasm"]).status).toBe(124);
      const child = start("--stdin", "fifo", "copy.wasm");
      let out = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      const writer = spawn("sh", ["-c", "echo a b > fifo"], { cwd: directory });
      expect(await once(child, "close")).toEqual([0, null]);
      expect(writer.exitCode).toBe(0);
      expect(out).toBe("a b\n");
    },
  );
});

describe("standard streams", () => {
  /** Runs it in a shell whose `$W` is the command. */
  const shell = (script: string): Outcome => {
    const { status, stdout, stderr } = spawnSync(
      "sh",
      ["-c", `W="$0 $1"; ${script}`, process.execPath, cli],
      {
        cwd: directory,
        encoding: "utf8",
        timeout: 50_000,
        env: { PATH: process.env.PATH },
      },
    );
    return { status, out: stdout, err: stderr };
  };

  it("stop at --timeout and Ctrl-C while nobody reads", async () => {
    // The reader takes one byte, says so, and holds the pipe open until the guest has ended.
    const behind = (script: string) =>
      shell(`rm -f flowing ended
        { ${script}; wait $p; echo $? >&2; : >ended; } |
        { head -c 1 >/dev/null; : >flowing; until [ -e ended ]; do sleep 0.02; done; }`).err;
    expect(behind("$W --timeout 300ms flood.wasm & p=$!")).toMatch(
      /^wasmeter: interrupted by timeout.*\n( {4}at .*\n)+124\n$/,
    );
    const signal = "$W flood.wasm & p=$!; until [ -e flowing ]; do sleep 0.02; done; kill -INT $p";
    expect(behind(signal)).toMatch(/^wasmeter: interrupted by signal: SIGINT\n( {4}at .*\n)+130\n$/);
    // Here stdout is a socket.
    const child = start("flood.wasm");
    await once(child.stdout as NodeJS.ReadableStream, "readable");
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
    child.stdout?.destroy();
  });

  it("lose nothing when the reader is slow", () => {
    expect(shell(`$W million.wasm | { sleep 0.5; wc -c; }`)).toMatchObject({
      out: expect.stringMatching(/^\s*1000000\n$/),
      err: "",
    });
    expect(wasmeter(["million.wasm"]).out.length).toBe(1_000_000);
  });

  it("block a synchronous call of the library until they are read", () => {
    const program = `
      import { readFileSync } from "node:fs";
      import { Engine, Linker, Module, Store } from "${join(projectRoot, "dist", "index.js")}";
      import { WasiPreview1 } from "${join(projectRoot, "dist", "wasi.js")}";
      import { nodeHost } from "${join(projectRoot, "dist", "node.js")}";
      const engine = new Engine();
      const linker = new Linker(engine);
      const wasi = new WasiPreview1({ stdout: "inherit", host: nodeHost() });
      wasi.addTo(linker);
      wasi.start(linker.instantiate(new Store(engine), new Module(engine, readFileSync("million.wasm"))));`;
    writeFileSync(join(directory, "synchronous.mjs"), program);
    const { out, err } = shell(`"$0" synchronous.mjs | { sleep 0.5; wc -c; }`);
    expect({ count: out.trim(), err }).toEqual({ count: "1000000", err: "" });
  });

  it("end quietly behind a reader that has seen enough", () => {
    expect(shell(`{ $W yes.wasm; echo $? >&2; } | head -n 1`)).toEqual({
      status: 0,
      out: "hello\n",
      err: "141\n",
    });
  });

  it.runIf(process.platform === "linux")("may be full, closed or a directory", () => {
    // 51 is nospc.
    expect(shell(`$W write-errno.wasm > /dev/full`).status).toBe(51);
    expect(shell(`$W write-errno.wasm >&-`)).toMatchObject({ status: 0, err: "" });
    expect(shell(`$W copy.wasm <&-`)).toEqual({ status: 0, out: "", err: "" });
    // 31 is isdir.
    expect(shell(`$W copy.wasm < .`)).toEqual({ status: 31, out: "", err: "" });
    expect(shell(`$W copy.wasm < data/note.txt`).out).toBe("granted\n");
  });
});

describe("--tcplisten", () => {
  /** Starts a server on a free port, and gives where it listens. */
  async function serve(
    ...argv: string[]
  ): Promise<{ child: ChildProcess; port: number; exited: Promise<unknown[]> }> {
    const child = start("--tcplisten", "127.0.0.1:0", ...argv);
    const exited = once(child, "close");
    const [text] = (await once(child.stderr as NodeJS.ReadableStream, "data")) as [Buffer];
    const port = /^wasmeter: listening on 127\.0\.0\.1:(\d+)\n$/.exec(text.toString())?.[1];
    return { child, port: Number(port), exited };
  }

  /** Sends text, ends its direction, and gives all that comes back. */
  async function exchange(port: number, text: string): Promise<string> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.end(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  it("serves connections one after the other, which may be half closed", async () => {
    const { port, exited } = await serve("echo.wasm");
    // Both connect at once; the second waits its turn.
    const large = "x".repeat(200_000);
    const answers = await Promise.all([exchange(port, "hello"), exchange(port, large)]);
    expect(answers.map((text) => text.length)).toEqual([5, 200_000]);
    expect(answers[0]).toBe("hello");
    expect(await exited).toEqual([0, null]);
  });

  it("sends what is left when the guest ends first", async () => {
    const { port, exited } = await serve("greet-and-exit.wasm");
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let received = 0;
    for await (const chunk of socket) received += (chunk as Buffer).length;
    expect(received).toBe(60_000);
    expect(await exited).toEqual([5, null]);
    socket.destroy();
  });

  it("comes behind the directories", async () => {
    const { port, exited } = await serve("echo.wasm");
    const outcome = wasmeter(["--tcplisten", `127.0.0.1:${port}`, "echo.wasm"]);
    expect(outcome).toEqual({
      status: 1,
      out: "",
      err: `wasmeter: --tcplisten: cannot listen on 127.0.0.1:${port}: the address is in use\n`,
    });
    await exchange(port, "");
    await exchange(port, "");
    await exited;
    // Descriptor 3 is the directory now: sock_accept gives notsock, 57.
    const behind = ["--tcplisten", "127.0.0.1:0", "--dir", "data", "echo.wasm"];
    expect(wasmeter(behind).status).toBe(157);
  });

  it("stops waiting at --timeout", () => {
    expect(wasmeter(["--timeout", "100ms", "--tcplisten", "127.0.0.1:0", "echo.wasm"]).status).toBe(124);
  });

  it.each([
    [
      "8080",
      "'8080' is not an address; say where: 127.0.0.1:8080 for this machine alone, 0.0.0.0:8080 for all",
    ],
    [":8080", "':8080' is not an address; say where: 127.0.0.1:8080"],
    [
      "localhost",
      "'localhost' is not an address; write HOST:PORT or [IPV6]:PORT, with a port of at most 65535",
    ],
    ["99999", "'99999' is not an address; write HOST:PORT or [IPV6]:PORT, with a port of at most 65535"],
    ["::1:8080", "'::1:8080' is not an address"],
    ["127.0.0.1:65536", "'127.0.0.1:65536' is not an address"],
  ])("refuses %s", (address, message) => {
    const outcome = wasmeter(["--tcplisten", address, "echo.wasm"]);
    expect(outcome.status).toBe(2);
    expect(outcome.err).toContain(`wasmeter: --tcplisten: ${message}`);
  });
});

describe("the other commands", () => {
  it("validate", () => {
    expect(wasmeter(["validate", "divide.wasm"])).toEqual({
      status: 0,
      out: "divide.wasm: valid\n",
      err: "",
    });
    expect(wasmeter(["validate", "invalid.wasm"]).err).toMatch(/in function 0.*at byte \d+/);
    expect(wasmeter(["validate", "a.wasm", "b.wasm"]).status).toBe(2);
  });

  it("inspect and disassemble", () => {
    expect(JSON.parse(wasmeter(["inspect", "--json", "needs-import.wasm"]).out)).toMatchObject({
      imports: [{ name: "log" }, { name: "now" }],
    });
    const shown = wasmeter(["disassemble", "--function", "divide", "--offsets", "divide.wasm"]);
    const offset = /i32\.div_s ;; (0x[0-9a-f]+)/.exec(shown.out)?.[1];
    // The same offset that the backtrace names.
    expect(wasmeter(["divide.wasm"]).err).toContain(`at divide (func[0]) @ ${offset}\n`);
  });

  it.each([[], ["run"], ["validate"], ["inspect"], ["disassemble"]])(
    "answer --help and --version: %s",
    (...command) => {
      const help = wasmeter([...command, "--help"]);
      expect(help).toMatchObject({ status: 0, err: "" });
      expect(help.out).toContain("Usage: wasmeter");
      expect(help.out.split("\n").every((line) => line.length <= 100)).toBe(true);
      expect(wasmeter([...command, "-h"])).toEqual(help);
      expect(wasmeter([...command, "--version"]).out).toMatch(/^wasmeter \d+\.\d+\.\d+\n$/);
    },
  );
});

it("has an example script that works", () => {
  const { status, stdout, stderr } = spawnSync("sh", [join(projectRoot, "examples", "command-line.sh")], {
    encoding: "utf8",
  });
  expect(stdout).toContain("read from a granted directory");
  expect(stdout).toContain("exit status 137");
  expect(stdout).toContain("exit status 124");
  expect(stderr).not.toContain("internal error");
  expect(status).toBe(0);
});
