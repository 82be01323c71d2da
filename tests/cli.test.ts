// The built command as its users meet it: exit statuses, messages, streams, signals.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import wabtModule from "wabt";
import { projectRoot } from "./built-code.ts";

const cli = join(projectRoot, "dist", "cli.js");
const guests = join(projectRoot, "guests", "wasm");

const WASI_IMPORTS = `
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
  (data (i32.const 16) "hello\\n")`;

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
  mkdirSync(join(directory, "data"));
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

describe("a bad file gets one clear line", () => {
  it.each([
    ["missing.wasm", "wasmeter: cannot read missing.wasm: no such file"],
    ["data", "wasmeter: data is a directory, not a WebAssembly module"],
    ["empty.wasm", "wasmeter: empty.wasm is empty"],
    ["text.wat", "wasmeter: text.wat is WebAssembly text, not binary; convert it first"],
    ["data/note.txt", "wasmeter: data/note.txt is a text file, not a WebAssembly module"],
    ["component.wasm", "wasmeter: component.wasm is a WebAssembly component"],
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
    expect(wasmeter(["validte", "x.wasm"]).err).toContain("did you mean the command 'validate'?");
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
