// The whole command in this process, with streams in memory.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import wabtModule from "wabt";
import { type FakeIo, fakeIo } from "../testing/fake-io.ts";
import { COMMANDS } from "./commands/index.ts";
import { main } from "./dispatch.ts";
import { ClosedOutputError } from "./usage-error.ts";

const WASI = `
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00") (data (i32.const 16) "hello\\n")
  (func $print (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))`;

const PROGRAMS: Record<string, string> = {
  hello: `${WASI} (func (export "_start") (call $print))`,
  spin: `${WASI} (func (export "_start") (call $print) (loop (br 0)))`,
  divide: `(func $divide (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "_start") (drop (call $divide (i32.const 1) (i32.const 0))))`,
  // As C does it: frames of 4 KiB on a stack of 16 KiB.
  recurse: `(memory 1) (global $__stack_pointer (mut i32) (i32.const 16384))
    (func $down (export "_start") (local $frame i32)
      (global.set $__stack_pointer (local.tee $frame (i32.sub (global.get $__stack_pointer) (i32.const 4096))))
      (i32.store (local.get $frame) (i32.const 1))
      (call $down))`,
  stray: `(memory 1) (global $__stack_pointer (mut i32) (i32.const 16384))
    (func (export "_start") (i32.store (i32.const -4) (i32.const 1)))`,
  counter: `(memory 1) (global $counter (mut i32) (i32.const 0))
    (func (export "_start") (i32.store (i32.const -4) (i32.const 1)))`,
  exit: `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) (memory (export "memory") 1)
    (func (export "_start") (call $exit (i32.const 300)))`,
  library: `(func (export "add") (param i32 i64) (result i64) (i64.add (i64.extend_i32_s (local.get 0)) (local.get 1)))
    (func (export "odd(1)") (result i32) (i32.const 7))`,
  "missing-import": `(import "env" "f" (func $f)) (func (export "_start"))
    (func (export "call") (call $f))`,
  chance: `${WASI}
    (func (export "random") (result i64) (drop (call $random (i32.const 64) (i32.const 8))) (i64.load (i32.const 64)))
    (func (export "time") (result i64)
      (drop (call $time (i32.const 0) (i64.const 1) (i32.const 64))) (i64.load (i32.const 64)))`,
};

let directory: string;
const file = (name: string) => join(directory, `${name}.wasm`);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wasmeter-"));
  const wabt = await wabtModule();
  for (const [name, fields] of Object.entries(PROGRAMS)) {
    writeFileSync(
      file(name),
      wabt.parseWat(name, `(module ${fields})`, { bulk_memory: true }).toBinary({}).buffer,
    );
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

async function command(argv: string[], io: FakeIo = fakeIo()) {
  const status = await main(argv, io);
  return { status, out: io.out(), err: io.err() };
}

it("runs a guest on the given streams, with and without the command's name", async () => {
  const expected = { status: 0, out: "hello\n", err: "" };
  expect(await command([file("hello")])).toEqual(expected);
  expect(await command(["run", file("hello")])).toEqual(expected);
});

it("stops a busy guest at an interrupt, and forgets the listener", async () => {
  const io = fakeIo();
  const listeners: boolean[] = [];
  const watched: FakeIo = {
    ...io,
    onInterrupt(listener) {
      const forget = io.onInterrupt(listener);
      const timer = setInterval(() => {
        if (io.out() === "hello\n") io.interrupt();
      }, 5);
      return () => {
        clearInterval(timer);
        listeners.push(true);
        forget();
      };
    },
  };
  const { status, out, err } = await command(["--fuel-report", file("spin")], watched);
  expect({ status, out }).toEqual({ status: 130, out: "hello\n" });
  expect(err).toMatch(/^wasmeter: interrupted by signal: SIGINT\n {4}at .*\nfuel consumed: \d+\n$/);
  expect(listeners).toEqual([true]);
});

it("is quiet when stdout is closed, for itself and for the guest", async () => {
  for (const argv of [
    ["--help"],
    ["inspect", file("hello")],
    ["disassemble", file("hello")],
    [file("spin")],
  ]) {
    const io = fakeIo({ closedOutput: new ClosedOutputError() });
    expect(await command(argv, io)).toEqual({ status: 141, out: "", err: "" });
  }
});

it("owns up to its own bugs", async () => {
  const { status, err } = await command(["--version"], fakeIo({ closedOutput: new TypeError("oops") }));
  expect(status).toBe(70);
  expect(err).toMatch(/^wasmeter: internal error: TypeError: oops\n {4}at /);
  expect(err).toMatch(/This is a bug in wasmeter\. Please report it.*\n$/);
});

describe("--deterministic", () => {
  const invoke = (option: string, name: string) => command([option, "--invoke", name, file("chance")]);

  it("repeats random numbers by seed", async () => {
    const first = await invoke("--deterministic", "random");
    expect(first.status).toBe(0);
    expect(await invoke("--deterministic=0", "random")).toEqual(first);
    expect(await invoke("--deterministic=1", "random")).not.toEqual(first);
    expect(await invoke("--env=X=1", "random")).not.toEqual(await invoke("--env=X=1", "random"));
  });

  it("starts the clock in 2020 and lets it go by fuel", async () => {
    const { out } = await invoke("--deterministic", "time");
    expect(await invoke("--deterministic", "time")).toMatchObject({ out });
    const afterStart = BigInt(out.trim()) - BigInt(Date.UTC(2020, 0, 1)) * 1_000_000n;
    expect(afterStart).toBeGreaterThan(0n);
    expect(afterStart).toBeLessThan(10n);
  });

  it("wants a number as its seed", async () => {
    expect(await invoke("--deterministic=x", "time")).toMatchObject({ status: 2 });
  });
});

it("describes every command", async () => {
  const { out } = await command(["--help"]);
  for (const { name, summary } of COMMANDS) {
    expect(out).toContain(`  ${name}`);
    expect((await command([name, "--help"])).out).toContain(summary);
  }
});

it("names a stack overflow of the guest where its stack pointer speaks for one", async () => {
  const { status, err } = await command([file("recurse")]);
  expect(status).toBe(134);
  expect(err).toMatch(
    /^wasmeter: trap: out of bounds memory access: 4 bytes at address 4294963200, memory size 65536; probably a stack overflow of the guest \(its stack pointer is -4096\)\n/,
  );
  for (const name of ["stray", "counter"]) {
    const other = await command([file(name)]);
    expect(other.err).toContain("trap: out of bounds memory access");
    expect(other.err).not.toContain("stack overflow");
  }
});

describe("help", () => {
  it("is a command too", async () => {
    expect(await command(["help"])).toEqual(await command(["--help"]));
    expect(await command(["help", "validate"])).toEqual(await command(["validate", "--help"]));
    const { status, err } = await command(["help", "launch"]);
    expect(status).toBe(2);
    expect(err).toContain(
      "no command 'launch'; there are run, serve, up, watch, validate, inspect, disassemble",
    );
  });

  it("says which commands there are when one is not", async () => {
    for (const word of ["launch", "exec", "translate"]) {
      const { status, err } = await command([word, "x.wasm"]);
      expect(status).toBe(2);
      expect(err).toMatch(
        `cannot read ${word}: no such file, and no command '${word}'; there are run, serve, up, watch, validate,`,
      );
      expect(err).toMatch(/\nTry 'wasmeter --help'\.\n$/);
    }
    for (const [word, instead] of [
      ["compile", "'run' takes the .wasm file itself"],
      ["explore", "'disassemble' shows"],
      ["build", "'up --build' runs"],
      ["deploy", "'kubernetes manifest' prints"],
    ] as const) {
      const { status, err } = await command([word, "x.wasm"]);
      expect(status).toBe(2);
      expect(err).toContain(`cannot read ${word}: no such file, and no command '${word}': `);
      expect(err).toContain(instead);
    }
    expect((await command(["validat", "x.wasm"])).err).toContain("did you mean 'validate'?");
    const { err } = await command(["help", "inspct"]);
    expect(err).toBe("wasmeter: no command 'inspct'; did you mean 'inspect'?\nTry 'wasmeter --help'.\n");
    expect((await command(["no/such"])).status).toBe(1);
  });

  it("but not when the file is there, is standard input, or another is missing", async () => {
    expect(await command(["-"])).toMatchObject({ status: 1, err: "wasmeter: standard input is empty\n" });
    const previous = process.cwd();
    process.chdir(directory);
    try {
      writeFileSync("sreve", "(module)");
      const text = await command(["sreve"]);
      expect(text.status).toBe(1);
      expect(text.err).toBe(
        "wasmeter: sreve is WebAssembly text, not binary; convert it first: wat2wasm FILE.wat -o FILE.wasm\n",
      );
      writeFileSync("sreve", readFileSync(file("hello")));
      const other = await command(["--env-file", "none", "sreve"]);
      expect(other.status).toBe(1);
      expect(other.err).not.toContain("no command");
    } finally {
      process.chdir(previous);
    }
  });

  it("says where the file for --json goes", async () => {
    const first = await command(["--json", "out.json", file("hello")]);
    expect(first.status).toBe(2);
    expect(first.err).toContain("the file for --json goes behind an equals sign: --json=out.json");
    for (const name of ["inspect", "validate"]) {
      const { status, err } = await command([name, "--json=out.json", file("hello")]);
      expect(status).toBe(2);
      expect(err).toContain("--json takes no value: the JSON goes to standard output");
    }
  });
});

describe("completions", () => {
  it.each(["bash", "zsh", "fish"])("for %s name every command and option", async (shell) => {
    const { status, out } = await command(["completions", shell]);
    expect(status).toBe(0);
    for (const { name, options } of COMMANDS) {
      expect(out).toContain(name);
      for (const option of Object.keys(options)) {
        expect(out).toContain(shell === "fish" ? `-l ${option}` : `--${option}`);
      }
    }
  });

  it("are for these shells only", async () => {
    expect(await command(["completions", "tcsh"])).toMatchObject({ status: 2, out: "" });
    expect(await command(["completions"])).toMatchObject({ status: 2, out: "" });
  });
});

it("lists the keys of Wasmtime's options, as Wasmtime does", async () => {
  const wasm = await command(["-W", "help"]);
  expect(wasm).toMatchObject({ status: 0, err: "" });
  expect(wasm.out).toMatch(/^Keys of -W, as Wasmtime spells them:\n/);
  expect(wasm.out).toMatch(/^ {2}fuel +=VALUE {2}as --fuel VALUE$/m);
  expect(wasm.out).toMatch(/^ {2}gc +\[=y\|n\] {2}switches what it names$/m);
  expect(wasm.out).toMatch(/^ {2}stack-switching +cannot work: /m);
  expect((await command(["run", "-Scli,help", "-D", "help"])).out).toMatch(
    /^Keys of -S.*\n {2}inherit-env +\[=y\|n\] {2}as --inherit-env\n.*\n\nKeys of -D.*any other key does nothing/s,
  );
  expect((await command(["serve", "-O", "help"])).out).toMatch(/^Keys of -O[^\n]*\n {2}any other key/);
});

describe("--json", () => {
  const end = (text: string) => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");

  it("tells how a run ended, in one line after the guest's own output", async () => {
    const { status, out, err } = await command(["--json", file("hello")]);
    expect({ status, out }).toEqual({ status: 0, out: "hello\n" });
    expect(err.split("\n")).toHaveLength(2);
    expect(end(err)).toEqual({
      status: 0,
      reason: "exit",
      exitCode: 0,
      fuel: 7,
      peakBytes: 65_536,
      denied: [],
      loadMs: expect.any(Number),
      runMs: expect.any(Number),
    });
    expect(err).toMatch(/"loadMs":\d+(\.\d{1,3})?,"runMs":\d+(\.\d{1,3})?\}/);
    expect(end((await command(["--json", file("exit")])).err)).toMatchObject({ status: 44, exitCode: 300 });
  });

  it("tells why it failed, instead of the text", async () => {
    const { status, err } = await command(["--json", file("divide")]);
    expect(status).toBe(134);
    expect(err.split("\n")).toHaveLength(2);
    expect(end(err)).toMatchObject({
      status: 134,
      reason: "trap",
      message: "integer divide by zero",
      code: "integer-divide-by-zero",
      backtrace: [
        { index: 0, offset: expect.any(Number) },
        { function: "_start", index: 1 },
      ],
    });
    expect(end(err)).not.toHaveProperty("exitCode");
    const outOfFuel = await command(["--json", "--fuel", "100", file("spin")]);
    expect(end(outOfFuel.err)).toMatchObject({ status: 137, reason: "out-of-fuel", fuel: 100 });
    const noFile = await command(["--json", file("missing")]);
    expect(end(noFile.err)).toMatchObject({ status: 1, reason: "input", fuel: 0, peakBytes: 0 });
    const usage = await command(["--json", "--fuel", "x", file("hello")]);
    expect(end(usage.err)).toMatchObject({ status: 2, reason: "usage" });
  });

  it("is for command lines that are wrong, in whatever order, and not where the guest's arguments have it", async () => {
    for (const words of [
      ["--json", "--fule=3", file("hello")],
      ["--fule=3", "--json", file("hello")],
      ["--json", "--fuel"],
      ["inspect", file("hello"), "--fule", "--json"],
    ]) {
      const { status, out, err } = await command(words);
      expect({ status, out, lines: err.split("\n").length }).toEqual({ status: 2, out: "", lines: 2 });
      expect(end(err)).toMatchObject({ status: 2, reason: "usage", message: expect.stringMatching(/--fu/) });
    }
    for (const words of [
      ["--fule=3", file("hello"), "--json"],
      ["--fule=3", "--", "--json"],
      ["--fule=3", "--json=end.json", file("hello")],
    ]) {
      expect((await command(words)).err).toMatch(/^wasmeter: unknown option '--fule'/);
    }
  });

  it("goes to a file, and leaves the text to people", async () => {
    const path = join(directory, "end.json");
    const { err } = await command([`--json=${path}`, file("divide")]);
    expect(err).toMatch(/^wasmeter: trap: integer divide by zero\n {4}at /);
    expect(end(readFileSync(path, "utf8"))).toMatchObject({ status: 134, reason: "trap" });
  });

  it("is for validate, and for the errors of the commands that show modules", async () => {
    const valid = await command(["validate", "--json", file("hello")]);
    expect(JSON.parse(valid.out)).toEqual({ file: file("hello"), valid: true, customSectionProblems: [] });
    writeFileSync(file("bad"), "(module)");
    const bad = await command(["validate", "--json", file("bad")]);
    expect(bad).toMatchObject({ status: 1, out: "" });
    expect(end(bad.err)).toMatchObject({
      status: 1,
      reason: "input",
      message: expect.stringContaining("text"),
    });
    writeFileSync(file("invalid"), Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 3, 2, 1, 0));
    const invalid = await command(["validate", "--json", file("invalid")]);
    expect(invalid.status).toBe(1);
    expect(JSON.parse(invalid.out)).toMatchObject({ valid: false, error: { reason: "malformed" } });
    expect(end((await command(["inspect", "--json", file("bad")])).err)).toMatchObject({ reason: "input" });
  });
});

describe("time", () => {
  afterEach(() => vi.restoreAllMocks());

  const realNow = performance.now.bind(performance);

  /** A module that takes an hour to read, by the clock. */
  function slowlyRead(name: string): FakeIo {
    let waited = 0;
    vi.spyOn(performance, "now").mockImplementation(() => realNow() + waited);
    const readAll = () => {
      waited += 3_600_000;
      return readFileSync(file(name));
    };
    return { ...fakeIo(), stdin: { readAll } };
  }

  it("of the guest begins when the module is there", async () => {
    const { status, out } = await command(["--timeout", "10m", "-"], slowlyRead("hello"));
    expect({ status, out }).toEqual({ status: 0, out: "hello\n" });
    const { status: late, err } = await command([
      "--timeout",
      "0.001ms",
      "--load-timeout",
      "1h",
      file("spin"),
    ]);
    expect(late).toBe(124);
    expect(err).toContain("interrupted by timeout: the guest ran longer than 0.001 ms");
  });

  it("of loading has a bound of its own, and says so", async () => {
    const { status, err } = await command(["--load-timeout", "10m", "-"], slowlyRead("hello"));
    expect({ status, err }).toEqual({
      status: 124,
      err: "wasmeter: interrupted by timeout: loading the module took longer than 600000 ms\n",
    });
    expect(await command(["--load-timeout", "2h", "-"], slowlyRead("hello"))).toMatchObject({ status: 0 });
  });
});

describe("--invoke", () => {
  it("takes a call as Wasmtime has it", async () => {
    expect(await command(["--invoke", "add(1, -3)", file("library")])).toMatchObject({
      status: 0,
      out: "-2\n",
    });
    expect(await command(["--invoke", "add", file("library"), "1", "2"])).toMatchObject({ out: "3\n" });
    expect(await command(["--invoke", "odd(1)", file("library")])).toMatchObject({ out: "7\n" });
    expect(await command(["--invoke", "odd(1)()", file("library")])).toMatchObject({ status: 1 });
    const both = await command(["--invoke", "add(1, 2)", file("library"), "3"]);
    expect(both.status).toBe(2);
    expect(both.err).toContain("arguments stand in parentheses or after the file");
    expect((await command(["--invoke", "ad(1)", file("library")])).err).toContain("did you mean 'add'?");
  });
});

it("lets functions be missing where that was asked for", async () => {
  expect(await command([file("missing-import")])).toMatchObject({ status: 1 });
  expect(await command(["-W", "unknown-imports-trap=y", file("missing-import")])).toMatchObject({
    status: 0,
  });
  const called = await command(["--unknown-imports-trap", "--invoke", "call", file("missing-import")]);
  expect(called.status).toBe(134);
  expect(called.err).toContain("the import env.f is not defined");
});

describe("colour", () => {
  const coloured = async (env: Record<string, string>) =>
    command(["--fuel", "x", file("hello")], fakeIo({ terminal: true, env }));

  it("is for terminals that have it", async () => {
    expect((await coloured({ TERM: "xterm" })).err.startsWith("\x1b[1;31mwasmeter:\x1b[0m --fuel: ")).toBe(
      true,
    );
    expect((await coloured({ TERM: "dumb" })).err).toMatch(/^wasmeter: --fuel: /);
    expect((await command(["--fuel", "x", file("hello")])).err).toMatch(/^wasmeter: --fuel: /);
  });

  it("is not for whoever does not want it", async () => {
    expect((await coloured({ TERM: "xterm", NO_COLOR: "1" })).err).toMatch(/^wasmeter: --fuel: /);
    expect((await coloured({ TERM: "xterm", NO_COLOR: "" })).err).toContain("\x1b[");
  });
});

it("says under --verbose what does nothing", async () => {
  const { err } = await command(["--verbose", "-O", "opt-level=s", file("hello")]);
  expect(err).toBe(
    "wasmeter: note: -O opt-level does nothing: it tunes a compiler, and nothing is compiled to machine code here\n",
  );
});
