// The whole command in this process, with streams in memory.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import wabtModule from "wabt";
import { COMMANDS, main } from "./dispatch.ts";
import { type FakeIo, fakeIo } from "./fake-io.ts";
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
    writeFileSync(file(name), wabt.parseWat(name, `(module ${fields})`).toBinary({}).buffer);
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
      setTimeout(io.interrupt, 20);
      return () => {
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
