// Plugins nobody built for us: those that Extism's own SDK for Go ships in its module, of TinyGo, Go, Rust, Haskell, C and by hand,
// give what they give under Extism's SDK for JavaScript. They are looked for in $WASM_EXTISM_PLUGINS, the folder `wasm` of
// github.com/extism/go-sdk v1.7.1.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import createPlugin, { type CallContext } from "@extism/extism";
import { describe, expect, it } from "vitest";
import { Plugin, type PluginOptions, readManifest } from "wasmeter/plugin";
import { MemoryFileSystem } from "wasmeter/wasi";

const folder = process.env.WASM_EXTISM_PLUGINS ?? "";
const isThere = folder !== "" && existsSync(join(folder, "count_vowels.wasm"));
if (!isThere) {
  console.warn("SKIPPED: public plugins of Extism are looked for in $WASM_EXTISM_PLUGINS");
}

const read = (name: string): Uint8Array => readFileSync(join(folder, `${name}.wasm`));

interface PublicCase {
  readonly plugin: string;
  readonly name: string;
  readonly inputs?: readonly string[];
  readonly config?: Readonly<Record<string, string>>;
}

const CASES: readonly PublicCase[] = [
  { plugin: "alloc", name: "run_test" },
  { plugin: "config", name: "run_test", config: { thing: "hello" } },
  { plugin: "count_vowels", name: "count_vowels", inputs: ["Hello, World!", "aeiou", "", "ü"] },
  { plugin: "count_vowels", name: "count_vowels", inputs: ["rhythm y"], config: { vowels: "y" } },
  { plugin: "fail", name: "run_test" },
  { plugin: "hello", name: "run_test" },
  { plugin: "hello_haskell", name: "testing", inputs: ["one", "two"], config: { greeting: "Howdy" } },
  { plugin: "host", name: "run_test" },
  { plugin: "host_memory", name: "run_test", inputs: ["Frodo", "Sam"] },
  { plugin: "host_multiple", name: "say_green", inputs: ["a", "b"] },
  { plugin: "host_multiple", name: "say_purple", inputs: ["c"] },
  { plugin: "input_offset", name: "input_offset_length", inputs: ["seven +"] },
  { plugin: "main", name: "run_test", inputs: ["benjamin"] },
  { plugin: "noop", name: "run_test" },
  { plugin: "read_write", name: "try_read", inputs: ["no such path"] },
  { plugin: "replace", name: "run_test", inputs: ["Hello, {{name}}", "plain"] },
  { plugin: "sleep", name: "run_test", config: { duration: "0" } },
  { plugin: "var", name: "run_test", inputs: ["", "", ""] },
];

type Answer = string | { readonly failed: string };

const THEIRS = {
  "extism:host/user": {
    mult: (_: CallContext, a: bigint, b: bigint) => a * b,
    hostGreenMessage: (context: CallContext, at: bigint) =>
      context.store(`green ${context.read(at)?.text()}`),
    hostPurpleMessage: (context: CallContext, at: bigint) =>
      context.store(`purple ${context.read(at)?.text()}`),
  },
  host: {
    to_upper: (context: CallContext, at: bigint) =>
      context.store(`${context.read(at)?.text().toUpperCase()}`),
  },
  lib: { capitalize: (_: CallContext, at: bigint) => at },
};

const OF_BLOCK = { params: ["i64"], results: ["i64"] } as const;

const OURS: PluginOptions["hostFunctions"] = {
  "extism:host/user": {
    mult: { params: ["i64", "i64"], results: ["i64"], run: (_, a, b) => BigInt(a ?? 0) * BigInt(b ?? 0) },
    hostGreenMessage: {
      ...OF_BLOCK,
      run: (plugin, at) => plugin.write(`green ${plugin.readString(at ?? 0)}`),
    },
    hostPurpleMessage: {
      ...OF_BLOCK,
      run: (plugin, at) => plugin.write(`purple ${plugin.readString(at ?? 0)}`),
    },
  },
  host: {
    to_upper: { ...OF_BLOCK, run: (plugin, at) => plugin.write(plugin.readString(at ?? 0).toUpperCase()) },
  },
  lib: { capitalize: { ...OF_BLOCK, run: (_, at) => at } },
};

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

async function underExtism({
  plugin: file,
  name,
  inputs = [""],
  config = {},
}: PublicCase): Promise<Answer[]> {
  const quiet = () => undefined;
  const plugin = await createPlugin(
    { wasm: [{ data: read(file) }] },
    {
      ...{ useWasi: true, config: { ...config }, functions: THEIRS },
      logger: { ...console, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
    },
  );
  const answers: Answer[] = [];
  for (const input of inputs) {
    try {
      answers.push(latin1((await plugin.call(name, input))?.bytes() ?? new Uint8Array()));
    } catch (error) {
      answers.push({ failed: String((error as Error).message).replace("Plugin-originated error: ", "") });
    }
  }
  await plugin.close();
  return answers;
}

async function underWasmeter({
  plugin: file,
  name,
  inputs = [""],
  config = {},
}: PublicCase): Promise<Answer[]> {
  const plugin = new Plugin(read(file), { config, state: "kept", hostFunctions: OURS });
  const answers: Answer[] = [];
  for (const input of inputs) {
    try {
      answers.push(latin1((await plugin.call(name, input)).output));
    } catch (error) {
      answers.push({ failed: (error as Error).message });
    }
  }
  await plugin.close();
  return answers;
}

describe.skipIf(!isThere)("public plugins of Extism", () => {
  it.each(CASES)("$plugin: $name with $config", async (each) => {
    expect(await underWasmeter(each)).toEqual(await underExtism(each));
  });

  it("answer in instances that are reset too", async () => {
    const plugin = new Plugin(read("count_vowels"));
    for (let k = 0; k < 3; k++) {
      const { text } = await plugin.call("count_vowels", "Hello, World!");
      expect(JSON.parse(text)).toEqual({ count: 3, total: 3, vowels: "aeiouAEIOU" });
    }
    await plugin.close();
  });

  it.each(["kept", "reset"] as const)("end as commands by their status, with state %s", async (state) => {
    const plugin = new Plugin(read("exit"), { state, config: { code: "2" } });
    await expect(plugin.call("_start")).rejects.toMatchObject({ kind: "guest-error", exitCode: 2 });
    await plugin.close();
    const command = new Plugin(read("std_command"), { state });
    const texts = [];
    for (let k = 0; k < 2; k++) texts.push((await command.call("_start", "Benjamin")).text);
    expect(texts).toEqual(["hello Benjamin", "hello Benjamin"]);
    await command.close();
  });

  it("are made of several modules", async () => {
    const { source, options } = await readManifest(
      {
        wasm: [
          { name: "lib", path: "lib.wasm" },
          { name: "main", path: "main.wasm" },
        ],
      },
      { directory: folder },
    );
    const plugin = new Plugin(source, options);
    expect((await plugin.call("run_test", "benjamin")).text).toBe("Hello, BENJAMIN");
    await plugin.close();
  });

  it("ask hosts that they may, and log", async () => {
    const asked: string[] = [];
    const plugin = new Plugin(read("http"), {
      allowedHosts: ["jsonplaceholder.*.com"],
      http: async ({ method, url }) => {
        asked.push(`${method} ${url}`);
        return { status: 200, body: '{"id":1}' };
      },
    });
    await plugin.call("run_test");
    expect(asked).toEqual([expect.stringMatching(/^[A-Z]+ https:\/\/jsonplaceholder\.typicode\.com\//)]);
    await plugin.close();
    const logging = new Plugin(read("log"), { logLevel: "warn" });
    const { logs } = await logging.call("run_test");
    expect(logs.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "warn: this is a warning log",
      "error: this is an error log",
    ]);
    await logging.close();
  });

  it("see the files that they may", async () => {
    const files = new MemoryFileSystem();
    files.writeFile("test.txt", "hello world!");
    const refused = new Plugin(read("fs"));
    await expect(refused.call("run_test")).rejects.toMatchObject({ kind: "guest-error" });
    await refused.close();
    const plugin = new Plugin(read("fs"), { allowedPaths: { "/mnt": files } });
    expect((await plugin.call("run_test")).text).toBe("hello world!");
    await plugin.close();
  });
});
