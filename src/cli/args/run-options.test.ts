// The options of `run` in this command's spelling and in Wasmtime's.

import { describe, expect, it } from "vitest";
import { allOptions } from "../command.ts";
import { run } from "../commands/run.ts";
import { UsageError } from "../usage-error.ts";
import { parseCommandLine } from "./options.ts";
import { type RunOptions, readRunOptions } from "./run-options.ts";

function read(...argv: string[]): RunOptions {
  return readRunOptions(parseCommandLine(allOptions(run), argv, true, run.foreignOptions));
}

describe("Wasmtime's spellings", () => {
  it.each<[string[], Partial<RunOptions>]>([
    [["-W", "fuel=1000"], { fuel: 1000n }],
    [["-Wfuel=1000,max-memory-size=1048576"], { fuel: 1000n, maxMemory: 1048576 }],
    [["--wasm", "fuel=7"], { fuel: 7n }],
    [["-W", "timeout=5s"], { timeoutMs: 5000 }],
    [["-W", "timeout=5"], { timeoutMs: 5000 }],
    [["--wasm-timeout", "250ms"], { timeoutMs: 250 }],
    [["-W", "max-wasm-stack=65536"], { limits: { stackBytes: 65536 } }],
    [["--max-wasm-stack", "1MiB"], { limits: { stackBytes: 2 ** 20 } }],
    [["-W", "max-table-elements=10,max-tables=2"], { limits: { tableElements: 10, tables: 2 } }],
    [["-W", "unknown-imports-trap=y"], { unknownImportsTrap: true }],
    [["-W", "unknown-imports-trap=y", "-W", "unknown-imports-trap=n"], { unknownImportsTrap: false }],
    [["-S", "inherit-env"], { inheritEnv: true }],
    [["-S", "inherit-env=n"], { inheritEnv: false }],
    [["-Scli,inherit-env=y,preview2=n"], { inheritEnv: true }],
    [["-S", "tcplisten=127.0.0.1:8080"], { listenOn: ["127.0.0.1:8080"] }],
    [["-S", "common", "-S", "threads=n,http=no,nn=false"], {}],
    [["-W", "component-model=n,relaxed-simd-deterministic=y"], {}],
  ])("%j", (argv, expected) => {
    expect(read(...argv, "a.wasm")).toMatchObject({ file: "a.wasm", ...expected });
  });

  it("switch proposals, with what they are built on", () => {
    expect(read("a.wasm").features).toBeUndefined();
    const { features } = read("-W", "simd=n,wide-arithmetic=y,nontrapping-fptoint=n", "a.wasm");
    expect(features?.has("simd")).toBe(false);
    expect(features?.has("relaxed-simd")).toBe(false);
    expect(features?.has("wide-arithmetic")).toBe(true);
    expect(features?.has("saturating-float-to-int")).toBe(false);
    expect(features?.has("threads")).toBe(true);
    expect([...(read("--features", "mvp", "-W", "multi-value", "a.wasm").features ?? [])]).toEqual([
      "multi-value",
    ]);
    expect(read("-W", "all-proposals=y", "a.wasm").features?.has("custom-descriptors")).toBe(true);
  });

  it("are accepted with a note where they only tune a compiler", () => {
    const tuning = ["-C", "cache=n", "-O", "opt-level=2", "-D", "debug-info=y", "-W", "epoch-interruption"];
    expect(read(...tuning, "a.wasm").notes).toEqual([]);
    const { notes } = read("--verbose", ...tuning, "a.wasm");
    expect(notes).toHaveLength(4);
    expect(notes).toContain(
      "-C cache does nothing: it tunes a compiler, and nothing is compiled to machine code here",
    );
  });

  it.each<[string[], string]>([
    [["-W", "feul=1"], "-W feul: no such option of Wasmtime's is known here; did you mean 'fuel'?"],
    [["-W", "fuel"], "-W fuel needs a value: -W fuel=…"],
    [["-W", "gc=maybe"], "-W gc: 'maybe' is neither y nor n"],
    [["-S", "cli=n"], "-S cli=n cannot work: guests get WASI"],
    [["-S", "inherit-network,udp=n"], "-S udp=n cannot work: where a component may connect"],
    [["--network", "some"], "--network: 'some' is not 'all'"],
    [["--network=all", "--block-networks", "private"], "--network=all refuses nothing"],
    [["-S", "threads"], "-S threads cannot work: a guest has one thread here"],
    [["-D", "coredump=x"], "-D coredump"],
    [["-W", "fuel=lots"], "-W fuel: 'lots' is not a whole number"],
    [["-W", "max-wasm-stack=abc"], "-W max-wasm-stack: 'abc' is not a size"],
    [["-W", "timeout=0"], "-W timeout: 0 leaves no time for anything; without -W timeout there is no bound"],
    [["-S", "tcplisten=nope"], "-S tcplisten: 'nope' is not an address"],
    [["-W", "fuel=1", "--fuel", "2"], "--fuel is given twice"],
    [["--timeout", "1s", "--wasm-timeout", "1s"], "are the same; one is enough"],
  ])("%j says why it cannot work", (argv, text) => {
    expect(() => read(...argv, "a.wasm")).toThrow(UsageError);
    expect(() => read(...argv, "a.wasm")).toThrow(text);
  });
});

describe("the network", () => {
  it("is what the options say together, and nothing by default", () => {
    expect(read("a.wasm").network).toBeUndefined();
    const { network } = read(
      ...["--allow-connect", "a:1", "--allow-connect=b:2", "--allow-listen", "127.0.0.1:0"],
      ...["--allow-http", "https://c", "--block-networks", "private", "a.wasm"],
    );
    expect(network?.options).toEqual({
      connect: ["a:1", "b:2"],
      listen: ["127.0.0.1:0"],
      udp: [],
      lookup: [],
      http: ["https://c"],
      blockNetworks: ["private"],
    });
    expect(network?.names).toEqual(["--allow-connect", "--allow-listen", "--allow-http", "--block-networks"]);
  });

  it("can be granted in Wasmtime's words", () => {
    expect(read("-S", "inherit-network", "a.wasm").network?.options).toBe("all");
    expect(read("-S", "inherit-network=n,tcp,udp=y", "a.wasm").network).toBeUndefined();
    expect(read("-S", "allow-ip-name-lookup,http", "a.wasm").network?.options).toMatchObject({
      lookup: ["*"],
      http: ["*://*:*"],
    });
    expect(read("-S", "http", "--allow-lookup", "a", "a.wasm").network?.names).toEqual([
      "--allow-lookup",
      "-S http",
    ]);
  });
});

describe("slips get messages in the user's words", () => {
  it.each<[string[], string]>([
    [["--fuel", "app.wasm"], "no file given: 'app.wasm' was taken for the value of --fuel"],
    [["--fuel", "app.wasm", "7"], "--fuel lacks its value: 'app.wasm' stands in its place"],
    [["--timeout", "./app", "7"], "--timeout lacks its value: './app' stands in its place"],
    [["--max-memory", "app.wasm", "x"], "--max-memory lacks its value"],
    [
      ["--timeout", "0", "app.wasm"],
      "--timeout: 0 leaves no time for anything; without --timeout there is no bound",
    ],
    [["--timeout", "0ms", "app.wasm"], "--timeout: 0 leaves no time"],
    [["--load-timeout", "0s", "app.wasm"], "--load-timeout: 0 leaves no time"],
    [["--max-memory", "10", "app.wasm"], "less than one page of memory (64KiB); for megabytes write 10MB"],
  ])("%j", (argv, text) => {
    expect(() => read(...argv)).toThrow(UsageError);
    expect(() => read(...argv)).toThrow(text);
  });

  it("but what is meant stays", () => {
    expect(read("--max-memory", "0", "a.wasm").maxMemory).toBe(0);
    expect(read("--max-memory", "10KiB", "a.wasm").maxMemory).toBe(10_240);
    expect(read("--fuel", "0", "a.wasm").fuel).toBe(0n);
  });
});
